"""Postal and advance polls that have ballots and no register of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class UnregisteredPolls(Scenario):
    """One poll in seven is postal: no register, other sizes, other preferences."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        people = electorate(rng, stations, several(rng))
        results = counted(rng, people)
        postal = rng.random(len(people)) < rng.uniform(0.05, 0.25)
        counts = dict(results.counts)
        counts["registered"] = np.where(postal, 0, counts["registered"]).astype(np.int64)
        made = replace(results, counts=counts, absent={"registered": postal} if postal.any() else {})
        return World(self.name, made, made)
