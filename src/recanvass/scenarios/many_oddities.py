"""Everything honest that looks odd in one contest: strongholds, tiny stations, slopes, guests, estimates and slips."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class ManyOddities(Scenario):
    """Two peoples, a slope, special stations, guests, rounded registers and slips of the pen, all at once."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        country = replace(several(rng), slope=float(rng.normal(0, 0.4)))
        people = electorate(rng, stations, country)
        options, count = people.support.shape[1], len(people)
        districts = int(people.district.max()) + 1
        lean = rng.normal(0, 1.2, (districts, options))[people.district] * rng.uniform(0, 1)
        odds = people.support * np.exp(lean)
        tiny = rng.random(count) < rng.uniform(0.02, 0.15)
        own = rng.dirichlet(np.full(options, 1.2), count)
        support = odds / odds.sum(axis=1, keepdims=True)
        support = np.where(tiny[:, None], 0.5 * own + 0.5 * support, support)
        registered = np.where(tiny, rng.integers(5, 120, count), people.registered).astype(np.int64)
        turnout = np.where(tiny, rng.beta(14, 1.2, count), people.turnout)
        people = replace(people, registered=registered, turnout=turnout, support=support)
        home = counted(rng, people)
        guests = np.where(rng.random(count) < 0.01, rng.poisson(0.6 * registered), rng.poisson(2, count))
        away = rng.binomial(guests, people.invalid)
        votes = home.votes + rng.multinomial(guests - away, support)
        ballots, valid = home.counts["ballots"] + guests, home.counts["valid"] + guests - away
        rough = rng.random(count) < rng.uniform(0, 0.5)
        estimate = np.maximum(10, (registered + 5) // 10 * 10)
        wrong = np.flatnonzero(rng.random(count) < rng.uniform(0, 0.003))
        j = rng.integers(options, size=wrong.size)
        votes[wrong, j] = np.maximum(0, votes[wrong, j] + rng.choice([-10, -1, 1, 10], wrong.size))
        made = home.with_counts(
            votes=votes,
            ballots=ballots,
            valid=valid,
            invalid=home.counts["invalid"] + away,
            registered=np.where(rough, estimate, registered),
        )
        return World(self.name, made, made)
