"""Totals announced as the count goes on, the last of them with votes for others given to the leader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.case import Announced
from recanvass.scenario import Planted, Scenario, World
from recanvass.scenarios._planting import base

#: The part of the stations that each bulletin covers.
BULLETINS = (0.3, 0.6, 0.9, 1.0)


@dataclass(frozen=True)
class FallingBulletins(Scenario):
    """Nothing is published by station; the last bulletin takes from the others what the ones before had given them.

    Where what is taken is less than what was still to be counted, no total falls, and nothing can be seen.

    Parameters
    ----------
    dose : float
        The part of the votes for others that the last bulletin gives to the leader.
    clean : str
        The clean scenario whose count it is.
    """

    dose: float = 0.2
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader, order = before.leader, rng.permutation(len(before))
        votes = np.maximum(before.votes, 0)
        announced: list[Announced] = []
        for number, part in enumerate(BULLETINS, 1):
            rows = order[: round(part * len(before))]
            counted = votes[rows].sum(axis=0).tolist()
            shown = list(counted)
            if number == len(BULLETINS):
                shown = [round((1 - self.dose) * count) for count in counted]
                shown[leader] += sum(counted) - sum(shown)
            announced += [
                Announced(option, count, bulletin=f"bulletin {number}", coverage=f"{100 * part:.0f}")
                for option, count in zip(before.options, shown, strict=True)
            ]
        facts = {"option": before.options[leader], "votes": shown[leader] - counted[leader]}
        planted = (Planted(self.name, (), facts),)
        return World(self.name, before, before, planted, tuple(announced), published=False)
