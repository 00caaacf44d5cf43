"""Ballots added for the leader in the name of people who stayed at home."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._planting import VotesAtStations, base, some_stations, stuffed, world


@dataclass(frozen=True)
class BallotStuffing(VotesAtStations):
    """At some stations part of the abstainers become votes for the leader (F1).

    Parameters
    ----------
    dose : float
        The typical part of the abstainers that is added.
    """

    extent: float = 0.2
    dose: float = 0.4

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        after, added = stuffed(before, rng, rows, self.dose, self.of_leader)
        return world(self.name, before, after, rows, option=before.options[before.leader], added=added)
