"""Announced totals that were computed from percentages, and no table by station."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.case import Announced
from recanvass.scenario import Planted, Scenario, World
from recanvass.scenarios._planting import base


@dataclass(frozen=True)
class RoundedTotals(Scenario):
    """The authority announces percentages times the total, to the nearest ballot, instead of what was counted.

    Nothing is published by station. The total of valid ballots is the true one; the largest option gets whatever
    rounding leaves, so that the figures add up.

    Parameters
    ----------
    decimals : int
        Of the percentages, ``51.2`` having one.
    clean : str
        The clean scenario whose total it is.
    """

    decimals: int = 1
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        counted = np.array([before.totals[option] for option in before.options])
        valid, grid = int(counted.sum()), 10 ** (self.decimals + 2)
        points = np.rint(counted * (grid / max(valid, 1))).astype(np.int64)
        made = [(2 * int(point) * valid + grid) // (2 * grid) for point in points]
        made[before.leader] += valid - sum(made)
        announced = [Announced("valid", valid)]
        announced += [Announced(option, count) for option, count in zip(before.options, made, strict=True)]
        moved = int(np.abs(np.array(made) - counted).sum())
        planted = Planted(self.name, (), {"decimals": self.decimals, "votes": moved})
        return World(self.name, before, before, (planted,), tuple(announced), published=False)
