"""Votes written up without mending the rest of the protocol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, some_stations, world


@dataclass(frozen=True)
class BrokenAccounts(Scenario):
    """At some stations the leader gains votes that the valid and the found ballots do not hold.

    Parameters
    ----------
    extent : float
        The share of stations.
    dose : float
        Votes added, as a part of the leader's own.
    clustering : str
        ``stations`` anywhere, whole ``districts`` or ``regions``, or ``coordinated``: whole districts in which the
        leader is weakest.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.1
    dose: float = 0.5
    clustering: str = "stations"
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        leader = before.leader
        votes = before.votes[rows].copy()
        votes[:, leader] += np.maximum(1, np.rint(self.dose * votes[:, leader])).astype(np.int64)
        return world(self.name, before, replaced(before, rows, votes), rows, option=before.options[leader])
