"""Many lists, most of them small, some not standing in every region."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class ManyLists(Scenario):
    """Twelve to thirty lists; the small ones stand in some regions only, and their cells are absent elsewhere."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        country = replace(several(rng), options=int(rng.integers(12, 31)), leader=float(rng.uniform(0.12, 0.35)))
        people = electorate(rng, stations, country)
        regions = int(people.region.max()) + 1
        stands = rng.random((regions, country.options)) < 0.8
        stands[:, :4] = True
        here = stands[people.region]
        support = np.where(here, people.support, 0.0)
        results = counted(rng, replace(people, support=support / support.sum(axis=1, keepdims=True)))
        made = replace(results, absent={"votes": ~here} if not here.all() else {})
        return World(self.name, made, made)
