"""Ballots added for the leader in the name of people who stayed at home."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, some_stations, world


@dataclass(frozen=True)
class BallotStuffing(Scenario):
    """At some stations part of the abstainers become votes for the leader (F1).

    Parameters
    ----------
    extent : float
        The share of stations.
    dose : float
        The typical part of the abstainers that is added.
    by_district : bool
        Whole districts rather than stations anywhere.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.2
    dose: float = 0.4
    by_district: bool = False
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, by_district=self.by_district)
        leader = before.leader
        part = np.minimum(np.abs(rng.normal(0, self.dose, rows.size)), 1)
        home = np.maximum(before.counts["registered"][rows] - before.counts["ballots"][rows], 0)
        added = rng.binomial(home, part)
        votes = before.votes[rows].copy()
        votes[:, leader] += added
        after = replaced(
            before,
            rows,
            votes,
            ballots=before.counts["ballots"][rows] + added,
            valid=before.counts["valid"][rows] + added,
        )
        return world(self.name, before, after, rows, option=before.options[leader], added=int(added.sum()))
