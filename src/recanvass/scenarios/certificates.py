"""Voters who vote away from home: resorts and stations at transport hubs with more ballots than registered voters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class Certificates(Scenario):
    """At one station in fifty visitors outnumber the register; merged stations are several times larger."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        people = electorate(rng, stations, several(rng))
        merged = rng.random(len(people)) < 0.03
        larger = np.where(merged, people.registered * rng.integers(2, 6, len(people)), people.registered)
        people = replace(people, registered=larger.astype(np.int64))
        home = counted(rng, people)
        resort = rng.random(len(people)) < rng.uniform(0.005, 0.04)
        guests = np.where(resort, rng.poisson(0.9 * people.registered), rng.poisson(3, len(people)))
        invalid = rng.binomial(guests, people.invalid)
        votes = rng.multinomial(guests - invalid, people.support)
        made = home.with_counts(
            votes=home.votes + votes,
            ballots=home.counts["ballots"] + guests,
            valid=home.counts["valid"] + guests - invalid,
            invalid=home.counts["invalid"] + invalid,
        )
        return World(self.name, made, made)
