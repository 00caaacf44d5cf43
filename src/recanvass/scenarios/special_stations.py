"""Hospitals, ships, prisons and hamlets: tiny stations with a turnout and preferences of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class SpecialStations(Scenario):
    """One station in six is tiny; most of its register votes, and its preferences are its own."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        people = electorate(rng, stations, several(rng))
        tiny = rng.random(len(people)) < rng.uniform(0.08, 0.25)
        registered = np.where(tiny, rng.integers(5, 90, len(people)), people.registered).astype(np.int64)
        turnout = np.where(tiny, rng.beta(14, 1.2, len(people)), people.turnout)
        own = rng.dirichlet(np.full(people.support.shape[1], 1.2), len(people))
        support = np.where(tiny[:, None], 0.5 * own + 0.5 * people.support, people.support)
        results = counted(rng, replace(people, registered=registered, turnout=turnout, support=support))
        return World(self.name, results, results)
