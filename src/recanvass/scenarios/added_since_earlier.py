"""Ballots added for the leader in the later of two contests, the earlier one being honest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._earlier import EARLIER, SinceEarlier, pair
from recanvass.scenarios._planting import some_stations, stuffed, world


@dataclass(frozen=True)
class AddedSinceEarlier(SinceEarlier):
    """At some stations part of the abstainers of the later contest become votes for its leader (F1).

    Parameters
    ----------
    dose : float
        The typical part of the abstainers that is added.
    """

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest and the one before."""
        before, then = pair(self.clean, rng, stations, self.swing)
        rows = some_stations(before, rng, self.extent, self.clustering)
        after, added = stuffed(before, rng, rows, self.dose, self.of_leader)
        made = world(self.name, before, after, rows, option=before.options[before.leader], added=added)
        return replace(made, known={"earlier": {EARLIER: then}})
