"""Honest strongholds: whole districts that vote almost as one, with high turnout."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class Strongholds(Scenario):
    """One district in eight gives one option nine tenths to nearly everything, at high turnout."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        people = electorate(rng, stations, several(rng))
        districts = int(people.district.max()) + 1
        loyal = rng.random(districts) < rng.uniform(0.05, 0.2)
        here = loyal[people.district]
        favoured = rng.integers(people.support.shape[1], size=districts)[people.district]
        support = people.support.copy()
        strength = rng.beta(30, 1.2, len(people))
        for j in range(support.shape[1]):
            chosen = here & (favoured == j)
            rest = support[chosen].copy()
            rest[:, j] = 0
            rest /= np.maximum(rest.sum(axis=1, keepdims=True), 1e-12)
            support[chosen] = rest * (1 - strength[chosen, None])
            support[chosen, j] = strength[chosen]
        if support.shape[1] == 1:
            support[:] = 1.0
        turnout = np.where(here, rng.beta(25, 1.5, len(people)), people.turnout)
        results = counted(rng, replace(people, support=support / support.sum(axis=1, keepdims=True), turnout=turnout))
        return World(self.name, results, results)
