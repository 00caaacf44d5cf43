"""Announced totals with votes for others given to the leader, beside copies of the stations' protocols."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.case import Announced
from recanvass.observation import Sampling
from recanvass.scenario import Planted, Scenario, World
from recanvass.scenarios._planting import base, some_stations


@dataclass(frozen=True)
class SwollenTotals(Scenario):
    """Nothing is published by station; the announced totals are not those of the stations, of which copies exist.

    Parameters
    ----------
    observed : float
        The share of the stations of which a copy is at hand, drawn by lot.
    dose : float
        The part of the votes for others that the announced totals give to the leader.
    lot : bool
        Whether it is known that the stations were drawn by lot.
    clean : str
        The clean scenario whose totals they are.
    """

    observed: float = 0.8
    dose: float = 0.4
    lot: bool = True
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader = before.leader
        copied = some_stations(before, rng, self.observed)
        copies = replace(before.take(copied), rows=np.empty(0, np.int64))
        counted = [max(before.totals[option], 0) for option in before.options]
        made = [round((1 - self.dose) * votes) for votes in counted]
        made[leader] += sum(counted) - sum(made)
        moved = made[leader] - counted[leader]
        announced = [Announced("valid", sum(counted))]
        announced += [Announced(option, votes) for option, votes in zip(before.options, made, strict=True)]
        facts = {"option": before.options[leader], "votes": moved, "copied": int(copied.size)}
        count = len(before)
        sampling = Sampling("random", "", {"": count}, {"": int(copied.size)}) if self.lot else Sampling("convenience")
        known = {"copies": copies, "sampling": sampling}
        planted = (Planted(self.name, (), facts),)
        return World(self.name, before, before, planted, tuple(announced), known, published=False)
