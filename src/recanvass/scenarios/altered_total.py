"""An announced total that the stations do not add up to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.case import Announced
from recanvass.scenario import Planted, Scenario, World
from recanvass.scenarios._planting import base


@dataclass(frozen=True)
class AlteredTotal(Scenario):
    """The leader's total is announced higher than the sum over all stations.

    Parameters
    ----------
    dose : float
        By which part the announced total exceeds the sum.
    clean : str
        The clean scenario that it is planted into.
    """

    dose: float = 0.03
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader = before.leader
        totals = dict(before.totals)
        option = before.options[leader]
        totals[option] = round(totals[option] * (1 + self.dose)) + 1
        announced = tuple(Announced(name, count) for name, count in sorted(totals.items()))
        return World(self.name, before, before, (Planted(self.name, (), {"option": option}),), announced)
