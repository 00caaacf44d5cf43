"""Postal and advance polls that have ballots and no register of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import LEAST_REGISTERED, MOST_REGISTERED, counted, electorate, several


@dataclass(frozen=True)
class UnregisteredPolls(Scenario):
    """One poll in seven is postal or in advance: no register, another size, other preferences everywhere alike."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        people = electorate(rng, stations, several(rng))
        postal = rng.random(len(people)) < rng.uniform(0.05, 0.25)
        size = np.rint(people.registered * np.exp(rng.normal(rng.uniform(-1, 1), 0.8, len(people))))
        size = np.clip(size, LEAST_REGISTERED, MOST_REGISTERED).astype(np.int64)
        support = people.support * np.exp(rng.normal(0, 0.4, people.support.shape[1]))
        support /= support.sum(axis=1, keepdims=True)
        people = replace(
            people,
            registered=np.where(postal, size, people.registered),
            turnout=np.where(postal, rng.beta(30, 2, len(people)), people.turnout),
            support=np.where(postal[:, None], support, people.support),
        )
        results = counted(rng, people)
        counts = dict(results.counts)
        counts["registered"] = np.where(postal, 0, counts["registered"]).astype(np.int64)
        made = replace(results, counts=counts, absent={"registered": postal} if postal.any() else {})
        return World(self.name, made, made)
