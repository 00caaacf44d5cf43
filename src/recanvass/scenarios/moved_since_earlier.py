"""Votes for others counted for the leader in the later of two contests, the earlier one being honest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._earlier import EARLIER, SinceEarlier, pair
from recanvass.scenarios._planting import some_stations, switched, world


@dataclass(frozen=True)
class MovedSinceEarlier(SinceEarlier):
    """At some stations part of the other votes of the later contest is counted for its leader (F2).

    Parameters
    ----------
    dose : float
        The part of the other votes.
    """

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest and the one before."""
        before, then = pair(self.clean, rng, stations, self.swing)
        rows = some_stations(before, rng, self.extent, self.clustering)
        after, moved = switched(before, rng, rows, self.dose, self.of_leader)
        made = world(self.name, before, after, rows, option=before.options[before.leader], moved=moved)
        return replace(made, known={"earlier": {EARLIER: then}})
