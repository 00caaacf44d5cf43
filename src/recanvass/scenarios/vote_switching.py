"""Votes for others counted for the leader; the turnout stays as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, some_stations, switched, world


@dataclass(frozen=True)
class VoteSwitching(Scenario):
    """At some stations part of the other votes is counted for the leader (F2).

    Parameters
    ----------
    extent : float
        The share of stations.
    dose : float
        The part of the other votes.
    of_leader : float
        If above 0: how many votes are moved in all, as a part of the leader's votes; it replaces ``dose``.
    clustering : str
        ``stations`` anywhere, whole ``districts`` or ``regions``, or ``coordinated``: whole districts in which the
        leader is weakest.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.2
    dose: float = 0.3
    of_leader: float = 0.0
    clustering: str = "stations"
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        after, _ = switched(before, rng, rows, self.dose, self.of_leader)
        return world(self.name, before, after, rows, option=before.options[before.leader])
