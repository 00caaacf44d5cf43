"""Two honest contests at the same stations: what a later one may do to an earlier one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._earlier import EARLIER, pair


@dataclass(frozen=True)
class HonestSwing(Scenario):
    """A clean contest with an earlier one; nothing is done to either count.

    It is no member of the class of clean contests, whose draws a new clean file would change: without an earlier
    contest the methods that compare the two cannot be asked, and none of them raises the headline. Its cells say how
    often they are false alarms.

    Parameters
    ----------
    swing : float
        How much people honestly change between the two, against what they usually do.
    clean : str
        The clean scenario of the earlier contest, which the later one is made from.
    """

    swing: float = 1.0
    clean: str = "clean_mixture"

    kind = "control"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest and the one before."""
        now, then = pair(self.clean, rng, stations, self.swing)
        return World(self.name, now, now, known={"earlier": {EARLIER: then}})
