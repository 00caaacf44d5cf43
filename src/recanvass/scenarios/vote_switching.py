"""Votes for others counted for the leader; the turnout stays as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._planting import VotesAtStations, base, some_stations, switched, world


@dataclass(frozen=True)
class VoteSwitching(VotesAtStations):
    """At some stations part of the other votes is counted for the leader (F2).

    Parameters
    ----------
    dose : float
        The part of the other votes.
    """

    extent: float = 0.2
    dose: float = 0.3

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        after, _ = switched(before, rng, rows, self.dose, self.of_leader)
        return world(self.name, before, after, rows, option=before.options[before.leader])
