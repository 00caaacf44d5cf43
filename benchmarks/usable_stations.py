"""Which stations of a real contest tell of its shape, and in which places they lie."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass import areas
from recanvass.results import Results

#: Stations with fewer ballots than this tell little of spreads.
LEAST = 30


def usable_rows(results: Results) -> NDArray[np.int64]:
    """The rows of the stations with a register, ballots and votes, and at least `LEAST` valid votes."""
    here = results.known("registered", "ballots")
    registered, ballots = results.counts["registered"], results.whole("ballots")
    assert ballots is not None
    votes = results.votes.sum(axis=1)
    here &= results.stood(results.leader)
    top = results.areas(next(iter(results.places)))  # a list may stand in some regions only, its cells written as 0
    won = np.bincount(np.maximum(top.codes, 0), results.votes[:, results.leader], minlength=max(len(top), 1))
    here &= (top.codes < 0) | (won[np.maximum(top.codes, 0)] > 0)
    return np.flatnonzero(here & (votes >= LEAST) & (ballots <= registered) & (votes <= ballots))


def usable(results: Results) -> Results:
    """The usable stations, as results."""
    return results.take(usable_rows(results))


def places_of(table: Results) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Region and district of each station, as codes without gaps."""
    chosen = areas.chosen(table)
    district = np.unique(chosen.codes, return_inverse=True)[1]
    above = [level for level in table.places if level != "station"]
    if chosen.level in above and above.index(chosen.level) > 0:
        region = np.unique(table.areas(above[0]).codes, return_inverse=True)[1]
    else:
        region = np.zeros(len(table), np.int64)
    return np.ravel(region).astype(np.int64), np.ravel(district).astype(np.int64)
