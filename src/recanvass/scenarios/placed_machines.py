"""An honest contest in which some stations count by machine, and not those that a lot would choose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._machines import WithMachines


@dataclass(frozen=True)
class PlacedMachines(WithMachines):
    """A clean contest and its list of machines, which stand in towns and at large stations; nothing is done.

    It is no member of the class of clean contests: without a list `machine_counted_controls` cannot be asked, and it
    raises nothing. Its cells say how often that method is a false alarm because machines are not placed by lot.
    """

    kind = "control"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest with its list of machines."""
        before, known = self.honest(rng, stations)
        return World(self.name, before, before, known=known)
