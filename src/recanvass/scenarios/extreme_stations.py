"""Stations that report nearly full turnout and nearly full support."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._planting import AtStations, base, replaced, some_stations, with_leader, world


@dataclass(frozen=True)
class ExtremeStations(AtStations):
    """At some stations turnout and the leader's share are both above 95 per cent (F7)."""

    extent: float = 0.02

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        leader = before.leader
        ballots = rng.binomial(before.counts["registered"][rows], rng.uniform(0.96, 1.0, rows.size))
        ballots = np.maximum(ballots, before.counts["ballots"][rows])
        votes = before.votes[rows].copy()
        # The invalid papers find room: the votes that were cast stay.
        invalid = np.minimum(rng.binomial(ballots, 0.002), ballots - votes.sum(axis=1))
        valid = ballots - invalid
        votes[:, leader] += np.maximum(valid - votes.sum(axis=1), 0)
        valid = votes.sum(axis=1)
        votes = with_leader(votes, leader, rng.binomial(valid, rng.uniform(0.96, 1.0, rows.size)))
        after = replaced(before, rows, votes, ballots=valid + invalid, valid=valid, invalid=invalid)
        return world(self.name, before, after, rows, option=before.options[leader])
