"""Ballots added and votes switched at the same stations, as in the best-known model of the field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._planting import AtStations, base, replaced, some_stations, world


@dataclass(frozen=True)
class StuffingAndSwitching(AtStations):
    """At some stations abstainers become the leader's votes, and so do others' votes; a few go all the way (F3).

    Parameters
    ----------
    dose : float
        The typical part of the abstainers that is added (half-normal).
    exponent : float
        The part x of the abstainers goes with a part x to this power of the others' votes.
    extreme : float
        The share of the chosen stations at which nearly everybody votes for the leader.
    """

    extent: float = 0.2
    dose: float = 0.3
    exponent: float = 2.0
    extreme: float = 0.05

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        leader = before.leader
        part = np.minimum(np.abs(rng.normal(0, self.dose, rows.size)), 1)
        full = 1 - np.minimum(0.075 * np.abs(rng.normal(size=rows.size)), 1)
        part = np.where(rng.random(rows.size) < self.extreme, full, part)
        home = np.maximum(before.counts["registered"][rows] - before.counts["ballots"][rows], 0)
        added = rng.binomial(home, part)
        votes = before.votes[rows].copy()
        switched = rng.binomial(votes, (part**self.exponent)[:, None])
        switched[:, leader] = 0
        votes -= switched
        votes[:, leader] += switched.sum(axis=1) + added
        after = replaced(
            before,
            rows,
            votes,
            ballots=before.counts["ballots"][rows] + added,
            valid=before.counts["valid"][rows] + added,
        )
        facts = {"added": int(added.sum()), "switched": int(switched.sum())}
        return world(self.name, before, after, rows, option=before.options[leader], **facts)
