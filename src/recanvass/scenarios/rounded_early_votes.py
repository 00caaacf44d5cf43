"""Early votes written down as a whole percentage of the register."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, some_stations, world


@dataclass(frozen=True)
class RoundedEarlyVotes(Scenario):
    """Ballots given out early are published beside those of the day; at some stations they meet a whole percentage.

    Nothing else of the protocol changes: what is given out early is taken from what is given out on the day.

    Parameters
    ----------
    extent : float
        The share of the stations.
    part : float
        The part of the ballots that is honestly given out early.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.1
    part: float = 0.35
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest with its early votes."""
        before = base(self.clean, rng, stations)
        count, ballots = len(before), before.counts["ballots"]
        district = before.areas("district").codes
        usual = np.log(self.part / (1 - self.part)) if 0 < self.part < 1 else (-20.0 if self.part <= 0 else 20.0)
        logits = usual + rng.normal(0, 0.3, int(district.max(initial=0)) + 1)[district] + rng.normal(0, 0.3, count)
        early = rng.binomial(np.maximum(ballots, 0), 1 / (1 + np.exp(-logits))).astype(np.int64)
        honest = before.with_counts(issued_early=early, issued_station=np.maximum(ballots, 0) - early)
        rows = some_stations(honest, rng, self.extent)
        registered = honest.counts["registered"][rows]
        percent = np.rint(100 * early[rows] / np.maximum(registered, 1))
        able = honest.known("registered")[rows] & (registered >= 100)
        written = np.where(able, np.rint(percent * registered / 100).astype(np.int64), early[rows])
        made = early.copy()
        made[rows] = np.minimum(written, np.maximum(ballots, 0)[rows])
        changed = int(np.abs(made - early).sum())
        after = honest.with_counts(issued_early=made, issued_station=np.maximum(ballots, 0) - made)
        return world(self.name, honest, after, rows, votes=changed)
