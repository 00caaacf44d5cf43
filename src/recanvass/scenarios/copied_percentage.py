"""One percentage, not a round one, repeated at many stations of a district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, whole_ballots, whole_districts, with_leader, world


@dataclass(frozen=True)
class CopiedPercentage(Scenario):
    """A target percentage that stations of one district report to the ballot (F5).

    Parameters
    ----------
    districts : int
        In how many districts.
    part : float
        The share of a district's stations that report the target.
    jitter : int
        Ballots by which a count may miss the target.
    others : bool
        Whether the other options repeat as well.
    least : int
        The districts are taken among those with at least so many stations, the largest where there are none.
    clean : str
        The clean scenario that it is planted into.
    """

    districts: int = 1
    part: float = 0.6
    jitter: int = 0
    others: bool = False
    least: int = 15
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader, after, planted_rows, targets = before.leader, before, [], []
        for name, rows in whole_districts(before, rng, self.districts, self.least):
            rows = rows[rng.random(rows.size) < self.part]
            if not rows.size:
                continue
            whole = before.votes[rows].sum(axis=1)
            rate = before.votes[rows].sum(axis=0) / max(int(whole.sum()), 1)
            target = round(1000 * min(0.94, rate[leader] + rng.uniform(0.01, 0.06))) / 1000
            wanted = whole_ballots(np.full(rows.size, target), whole)
            wanted = wanted + rng.integers(-self.jitter, self.jitter + 1, rows.size)
            votes = before.votes[rows]
            if self.others:
                votes = np.maximum(whole_ballots(rate[None, :].repeat(rows.size, axis=0), whole[:, None]), 0)
                votes[:, leader] += whole - votes.sum(axis=1)
            after = replaced(after, rows, with_leader(votes, leader, wanted))
            planted_rows.append(rows)
            targets.append({"district": name, "percent": round(100 * target, 1), "stations": int(rows.size)})
        rows = np.concatenate(planted_rows) if planted_rows else np.empty(0, np.int64)
        return world(self.name, before, after, rows, option=before.options[leader], targets=targets)
