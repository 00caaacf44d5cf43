"""A turnout raised for everybody in proportion: no option gains a share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._planting import VotesAtStations, base, part_for, replaced, some_stations, world


@dataclass(frozen=True)
class InflatedTurnout(VotesAtStations):
    """At some stations every option's votes are multiplied by the same factor (F8).

    Parameters
    ----------
    dose : float
        The part of the abstainers that is added.
    """

    extent: float = 0.3
    dose: float = 0.3

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, self.clustering)
        home = np.maximum(before.counts["registered"][rows] - before.counts["ballots"][rows], 0)
        dose = part_for(before, home, self.of_leader) if self.of_leader > 0 else self.dose
        added = rng.binomial(home, dose)
        votes = before.votes[rows]
        rate = votes / np.maximum(votes.sum(axis=1), 1)[:, None]
        added = np.where(votes.sum(axis=1) > 0, added, 0)
        rate[votes.sum(axis=1) == 0] = 1 / votes.shape[1]
        votes = votes + rng.multinomial(added, rate)
        after = replaced(
            before,
            rows,
            votes,
            ballots=before.counts["ballots"][rows] + added,
            valid=before.counts["valid"][rows] + added,
        )
        return world(self.name, before, after, rows)
