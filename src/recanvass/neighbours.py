"""The stations next to a station: those before and after it in official order, in the same area.

Official order is that of the stations' names, with the digits in them read as numbers, so that the order of
the rows of a file does not matter; where there are no names it is the order of the source.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from recanvass import areas
from recanvass.results import Results

Floats = NDArray[np.float64]

_DIGITS = re.compile(r"(\d+)")
_LEAST_NEIGHBOURS = 4


def neighbourhoods(results: Results, least: int, reach: int) -> tuple[NDArray[np.int64], ...] | None:
    """Rows in official order, their areas, and the positions of their neighbours (-1 for none), or None."""
    registered, ballots = results.whole("registered"), results.whole("ballots")
    if registered is None or ballots is None:
        return None
    place = areas.chosen(results)
    use = results.known("registered", "ballots", "votes") & (place.codes >= 0)
    use &= (registered >= max(least, 1)) & (ballots > 0) & (ballots <= registered)
    rows = np.flatnonzero(use)
    if rows.size < 100:
        return None
    rows = rows[np.lexsort((results.rows[rows], official_order(results)[rows], place.codes[rows]))]
    codes = place.codes[rows]
    steps = np.array([s for s in range(-reach, reach + 1) if s])
    where = np.arange(rows.size)[:, None] + steps
    inside = (where >= 0) & (where < rows.size)
    where = np.where(inside, where, 0)
    return rows, codes, np.where(inside & (codes[where] == codes[:, None]), where, -1)


def official_order(results: Results) -> NDArray[np.int64]:
    """The rank of each station by its name, digits read as numbers; its row where there are no names."""
    if "station" not in results.places:
        return results.rows
    labels = results.places["station"]
    keys = [
        [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(name) if part]
        for name in labels.names
    ]
    rank = np.empty(len(keys) + 1, np.int64)
    rank[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    rank[-1] = len(keys)
    return np.asarray(rank[labels.codes])


def local_medians(values: Floats, neighbours: NDArray[np.int64]) -> Floats:
    """The median over each station's neighbours; NaN with fewer than four that have a value."""
    around = np.where(neighbours >= 0, values[neighbours], np.nan)
    ordered = np.sort(around, axis=1)
    count = np.isfinite(ordered).sum(axis=1)
    lower, upper = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, ordered.shape[1] - 1)
    line = np.arange(len(values))
    middle = (ordered[line, lower] + ordered[line, upper]) / 2
    return np.where(count >= _LEAST_NEIGHBOURS, middle, np.nan)
