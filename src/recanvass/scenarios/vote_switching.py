"""Votes for others counted for the leader; the turnout stays as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, some_stations, world


@dataclass(frozen=True)
class VoteSwitching(Scenario):
    """At some stations part of the other votes is counted for the leader (F2).

    Parameters
    ----------
    extent : float
        The share of stations.
    dose : float
        The part of the other votes.
    by_district : bool
        Whole districts rather than stations anywhere.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.2
    dose: float = 0.3
    by_district: bool = False
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, by_district=self.by_district)
        leader = before.leader
        votes = before.votes[rows].copy()
        moved = rng.binomial(votes, self.dose)
        moved[:, leader] = 0
        votes -= moved
        votes[:, leader] += moved.sum(axis=1)
        return world(self.name, before, replaced(before, rows, votes), rows, option=before.options[leader])
