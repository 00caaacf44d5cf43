"""Votes written up without mending the rest of the protocol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._planting import AtStations, base, replaced, some_stations, world


@dataclass(frozen=True)
class BrokenAccounts(AtStations):
    """At some stations the leader gains votes that the valid and the found ballots do not hold.

    Parameters
    ----------
    dose : float
        Votes added, as a part of the leader's own.
    """

    extent: float = 0.1
    dose: float = 0.5

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        leader = before.leader
        votes = before.votes[rows].copy()
        votes[:, leader] += np.maximum(1, np.rint(self.dose * votes[:, leader])).astype(np.int64)
        return world(self.name, before, replaced(before, rows, votes), rows, option=before.options[leader])
