"""Two populations with opposite preferences, each in its own districts: an honest bimodal contest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class TwoPeoples(Scenario):
    """Districts belong to one of two populations; the leader has four fifths in one and one fifth in the other."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        country = replace(several(rng), options=int(rng.integers(2, 5)))
        people = electorate(rng, stations, country)
        districts = int(people.district.max()) + 1
        other = (rng.random(districts) < 0.45)[people.district]
        mixed = rng.random(len(people)) < 0.05
        lean = np.where(other ^ mixed, rng.normal(-1.4, 0.3, len(people)), rng.normal(1.4, 0.3, len(people)))
        support = people.support.copy()
        support[:, 0] *= np.exp(lean)
        results = counted(rng, replace(people, support=support / support.sum(axis=1, keepdims=True)))
        return World(self.name, results, results)
