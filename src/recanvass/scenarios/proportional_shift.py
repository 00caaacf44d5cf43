"""The undetectable control: every vote for another option may become one for the leader, everywhere alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, part_for, world


@dataclass(frozen=True)
class ProportionalShift(Scenario):
    """A central shift of all shares that leaves no fingerprint (F10): a method that claims to see it is broken.

    Parameters
    ----------
    dose : float
        The probability that a vote for another option is counted for the leader.
    of_leader : float
        If above 0: how many votes are moved in all, as a part of the leader's votes; it replaces ``dose``.
    clean : str
        The clean scenario that it is planted into.
    """

    dose: float = 0.05
    of_leader: float = 0.0
    clean: str = "clean_mixture"

    kind = "control"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader = before.leader
        others = before.votes.sum(axis=1) - before.votes[:, leader]
        dose = part_for(before, others, self.of_leader) if self.of_leader > 0 else self.dose
        moved = rng.binomial(before.votes, dose)
        moved[:, leader] = 0
        votes = before.votes - moved
        votes[:, leader] += moved.sum(axis=1)
        rows = np.arange(len(before))
        return world(self.name, before, before.with_counts(votes=votes), rows, option=before.options[leader])
