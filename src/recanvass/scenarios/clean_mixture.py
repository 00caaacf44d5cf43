"""An ordinary honest contest: town and country, regions and districts, options of different strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class CleanMixture(Scenario):
    """Town and country with different sizes, turnout and preferences; nothing is done to the count."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        results = counted(rng, electorate(rng, stations, several(rng)))
        return World(self.name, results, results)
