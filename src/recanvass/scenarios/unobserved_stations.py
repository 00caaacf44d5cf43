"""Ballots added only where nobody watched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.observation import Observers
from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, some_stations, stuffed, world


@dataclass(frozen=True)
class UnobservedStations(Scenario):
    """A random part of the stations has observers; at the others ballots are added for the leader (F12).

    Which stations had observers is known, so that `randomised_observers` can be asked.

    Parameters
    ----------
    observed : float
        The share of stations with observers, drawn by lot.
    dose : float
        The typical part of the abstainers that is added elsewhere.
    of_leader : float
        If above 0: how many votes are moved in all, as a part of the leader's votes; it replaces ``dose``.
    clean : str
        The clean scenario that it is planted into.
    """

    observed: float = 0.2
    dose: float = 0.3
    of_leader: float = 0.0
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        watched = some_stations(before, rng, self.observed)
        rows = np.setdiff1d(np.arange(len(before)), watched)
        after, _ = stuffed(before, rng, rows, self.dose, self.of_leader)
        names = before.stations
        observed = [names[i] for i in watched]
        made = world(self.name, before, after, rows, observed=observed)
        return replace(made, known={"observers": Observers("random", tuple(observed))})
