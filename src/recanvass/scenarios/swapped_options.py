"""Protocols in which the figures of the two largest options are exchanged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._planting import AtStations, base, replaced, some_stations, world


@dataclass(frozen=True)
class SwappedOptions(AtStations):
    """At some stations the first two options change places (F9)."""

    extent: float = 0.02

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        order = np.argsort(-before.votes.sum(axis=0), kind="stable")
        votes = before.votes[rows].copy()
        if votes.shape[1] > 1:
            first, second = int(order[0]), int(order[1])
            votes[:, [first, second]] = votes[:, [second, first]]
        return world(self.name, before, replaced(before, rows, votes), rows)
