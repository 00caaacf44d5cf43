"""Districts in which every station has exactly the same probabilities: as alike as honest counting can be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class UniformPlaces(Scenario):
    """Inside a district all stations share one turnout and one preference; only chance tells them apart."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        country = replace(
            several(rng),
            station_spread=0.0,
            turnout_spread=0.0,
            urban_leader=0.0,
            urban_turnout=0.0,
            leader_by_size=0.0,
            turnout_by_size=0.0,
            slope=0.0,
        )
        results = counted(rng, electorate(rng, stations, country))
        return World(self.name, results, results)
