"""Votes moved at stations whose voters had photographed their marked ballots."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.results import Results
from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, some_stations, world


@dataclass(frozen=True)
class PhotographedBallots(Scenario):
    """Part of the voters of every option photograph their ballot; at some stations most other votes are moved (F2).

    Each photograph is known to be unique, dated and signed; a few are filed under another station.

    Parameters
    ----------
    observed : float
        The part of the voters of an option who photographed their ballot.
    extent : float
        The share of the stations where votes are moved.
    dose : float
        The part of the other votes that is moved to the leader there.
    errors : float
        The share of photographs filed under another station.
    clean : str
        The clean scenario that it is planted into.
    """

    observed: float = 0.3
    extent: float = 0.3
    dose: float = 0.9
    errors: float = 0.003
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest with its photographs."""
        before = base(self.clean, rng, stations)
        leader = before.leader
        rows = some_stations(before, rng, self.extent)
        honest = np.maximum(before.votes, 0)
        moved = rng.binomial(honest[rows], self.dose)
        moved[:, leader] = 0
        votes = before.votes[rows] - moved
        votes[:, leader] += moved.sum(axis=1)
        shown = rng.binomial(honest, self.observed)
        astray = rng.binomial(shown, self.errors)
        shown = shown - astray + astray[rng.permutation(len(before))]
        made = world(self.name, before, replaced(before, rows, votes), rows, option=before.options[leader])
        photographs = Results(before.options, shown.astype(np.int64), places=before.places)
        known = {"photographs": photographs, "verified": ("unique", "dated", "signed")}
        return replace(made, known=known)
