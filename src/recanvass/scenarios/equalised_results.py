"""Stations of a district that agree better than independent voters can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, whole_districts, with_leader, world


@dataclass(frozen=True)
class EqualisedResults(Scenario):
    """In whole districts the leader's share is set near the district's own, with less than binomial noise.

    Parameters
    ----------
    districts : int
        In how many districts.
    noise : float
        Spread that is left, as a part of the binomial one.
    clean : str
        The clean scenario that it is planted into.
    """

    districts: int = 2
    noise: float = 0.2
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader, after, taken = before.leader, before, []
        for _, rows in whole_districts(before, rng, self.districts):
            whole = before.votes[rows].sum(axis=1)
            rate = before.votes[rows, leader].sum() / max(int(whole.sum()), 1)
            spread = self.noise * np.sqrt(whole * rate * (1 - rate))
            wanted = np.rint(whole * rate + spread * rng.normal(size=rows.size)).astype(np.int64)
            after = replaced(after, rows, with_leader(before.votes[rows], leader, wanted))
            taken.append(rows)
        return world(self.name, before, after, np.concatenate(taken), option=before.options[leader])
