"""Ballots added for the leader in the name of people who stayed at home."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, part_for, replaced, some_stations, world


@dataclass(frozen=True)
class BallotStuffing(Scenario):
    """At some stations part of the abstainers become votes for the leader (F1).

    Parameters
    ----------
    extent : float
        The share of stations.
    dose : float
        The typical part of the abstainers that is added.
    of_leader : float
        If above 0: how many votes are moved in all, as a part of the leader's votes; it replaces ``dose``.
    clustering : str
        ``stations`` anywhere, whole ``districts`` or ``regions``, or ``coordinated``: whole districts in which the
        leader is weakest.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.2
    dose: float = 0.4
    of_leader: float = 0.0
    clustering: str = "stations"
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        leader = before.leader
        part = np.minimum(np.abs(rng.normal(0, self.dose, rows.size)), 1)
        home = np.maximum(before.counts["registered"][rows] - before.counts["ballots"][rows], 0)
        if self.of_leader > 0:
            part[:] = part_for(before, home, self.of_leader)
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
