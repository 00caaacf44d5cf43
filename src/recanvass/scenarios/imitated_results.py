"""Invented results with the right noise and no round figure: the arms race."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, whole_districts, with_leader, world


@dataclass(frozen=True)
class ImitatedResults(Scenario):
    """In whole districts the counts are drawn anew with a chosen share and honest variance (F13).

    Parameters
    ----------
    districts : int
        In how many districts.
    gain : float
        By how much the leader's share is raised.
    clean : str
        The clean scenario that it is planted into.
    """

    districts: int = 3
    gain: float = 0.1
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader, after, taken = before.leader, before, []
        for _, rows in whole_districts(before, rng, self.districts):
            whole = before.votes[rows].sum(axis=1)
            rate = min(0.97, before.votes[rows, leader].sum() / max(int(whole.sum()), 1) + self.gain)
            strength = 60.0
            own = rng.beta(rate * strength, (1 - rate) * strength, rows.size)
            after = replaced(after, rows, with_leader(before.votes[rows], leader, rng.binomial(whole, own)))
            taken.append(rows)
        return world(self.name, before, after, np.concatenate(taken), option=before.options[leader])
