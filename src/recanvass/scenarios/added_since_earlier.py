"""Ballots added for the leader in the later of two contests, the earlier one being honest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._earlier import EARLIER, pair
from recanvass.scenarios._planting import some_stations, stuffed, world


@dataclass(frozen=True)
class AddedSinceEarlier(Scenario):
    """At some stations part of the abstainers of the later contest become votes for its leader (F1).

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
    swing : float
        How much people honestly change between the two, against what they usually do.
    clean : str
        The clean scenario of the earlier contest, which the later one is made from.
    """

    extent: float = 0.1
    dose: float = 0.4
    of_leader: float = 0.0
    clustering: str = "stations"
    swing: float = 1.0
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest and the one before."""
        before, then = pair(self.clean, rng, stations, self.swing)
        rows = some_stations(before, rng, self.extent, self.clustering)
        after, added = stuffed(before, rng, rows, self.dose, self.of_leader)
        made = world(self.name, before, after, rows, option=before.options[before.leader], added=added)
        return replace(made, known={"earlier": {EARLIER: then}})
