"""An honest contest in which some stations count by machine, and not those that a lot would choose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._earlier import EARLIER, pair
from recanvass.scenarios._machines import listed


@dataclass(frozen=True)
class PlacedMachines(Scenario):
    """A clean contest and its list of machines, which stand in towns and at large stations; nothing is done.

    It is no member of the class of clean contests: without a list `machine_counted_controls` cannot be asked, and it
    raises nothing. Its cells say how often that method is a false alarm because machines are not placed by lot.

    Parameters
    ----------
    machines : float
        The share of the stations with a machine.
    placing : float
        How much likelier a machine is at a large station and in a large district.
    leaning : float
        How much likelier a machine is where the leader is honestly weaker than in the rest of the district. With
        both at 0 machines are placed by lot.
    earlier : bool
        Whether the contest before, with hands counting everywhere, is in the case too.
    swing : float
        How much people honestly change between the two, against what they usually do.
    clean : str
        The clean scenario of the earlier contest, which the later one is made from.
    """

    machines: float = 0.2
    placing: float = 1.0
    leaning: float = 0.2
    earlier: bool = True
    swing: float = 1.0
    clean: str = "clean_mixture"

    kind = "control"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest with its list of machines."""
        before, then = pair(self.clean, rng, stations, self.swing)
        machines = listed(before, then, rng, self.machines, self.placing, self.leaning)
        known = {"machine_counted": machines} if machines else {}
        return World(self.name, before, before, known=known | ({"earlier": {EARLIER: then}} if self.earlier else {}))
