"""Support that rises or falls with turnout, honestly: a committed electorate, or a protest that stays at home."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class TurnoutSlope(Scenario):
    """A strong slope of the leader's support on turnout, of either sign."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        slope = float(rng.choice([-1, 1]) * rng.uniform(0.3, 0.9))
        country = replace(several(rng), slope=slope, turnout_spread=float(rng.uniform(0.3, 0.7)))
        results = counted(rng, electorate(rng, stations, country))
        return World(self.name, results, results)
