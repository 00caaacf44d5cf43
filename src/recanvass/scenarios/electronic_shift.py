"""Votes for others counted for the leader in the electronic vote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.results import Labels, Results
from recanvass.scenario import Planted, Scenario, World
from recanvass.scenarios._planting import base


@dataclass(frozen=True)
class ElectronicShift(Scenario):
    """Each district has an electronic vote beside its paper one; part of its other votes go to the leader.

    Parameters
    ----------
    extent : float
        Electronic votes as a part of a district's paper votes.
    dose : float
        The part of the electronic votes for others that is counted for the leader.
    swing : float
        How much electronic voters of a district differ honestly, as a standard deviation in log odds.
    clean : str
        The clean scenario of the paper vote, which is left as it is.
    """

    extent: float = 0.1
    dose: float = 0.25
    swing: float = 0.2
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest with its electronic votes."""
        before = base(self.clean, rng, stations)
        leader, place = before.leader, before.areas("district")
        paper = np.stack([before.votes[rows].sum(axis=0) for _, rows in place])
        logs = np.log(paper + 0.5) + rng.normal(0, self.swing, paper.shape)
        share = np.exp(logs - logs.max(axis=1, keepdims=True))
        valid = np.maximum(np.rint(self.extent * paper.sum(axis=1)).astype(np.int64), 1)
        votes = rng.multinomial(valid, share / share.sum(axis=1, keepdims=True))
        moved = rng.binomial(votes, self.dose)
        moved[:, leader] = 0
        votes = votes - moved
        votes[:, leader] += moved.sum(axis=1)
        places: dict[str, list[str]] = {"region": [], "district": []}
        for _, rows in place:
            for level, names in places.items():
                names.append(before.places[level][int(rows[0])])
        labels = {level: Labels.of(names) for level, names in places.items()}
        electronic = Results(before.options, votes.astype(np.int64), {"valid": valid}, places=labels)
        facts = {"option": before.options[leader], "votes": int(moved.sum()), "districts": len(place)}
        planted = (Planted(self.name, (), facts),)
        return World(self.name, before, before, planted, known={"electronic": electronic})
