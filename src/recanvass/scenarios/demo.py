"""The contest of ``recanvass demo``: rounded results in two districts, a copied percentage in a third."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recanvass.scenario import Planted, Scenario, World
from recanvass.scenarios._country import Country, counted, electorate
from recanvass.scenarios._planting import replaced, whole_ballots, whole_districts, with_leader


@dataclass(frozen=True)
class Demo(Scenario):
    """An ordinary urban and rural mixture of sixty districts with manipulations in three of them.

    Parameters
    ----------
    rounded : int
        Districts whose stations all report a whole percentage for the leader.
    part : float
        The share of one more district's stations that report one and the same percentage.
    """

    rounded: int = 2
    part: float = 0.4

    def build(self, rng: np.random.Generator, stations: int = 5000) -> World:
        """One contest; sixty districts whatever its size."""
        country = Country(options=4, per_district=max(1, stations // 60), per_region=6)
        people = electorate(rng, stations, country)
        before = counted(rng, people, "A simulated contest with known manipulations")
        leader, after, planted = before.leader, before, []
        chosen = whole_districts(before, rng, self.rounded + 1)
        for name, rows in chosen[: self.rounded]:
            whole = before.votes[rows].sum(axis=1)
            percent = np.minimum(np.ceil(100 * before.votes[rows, leader] / np.maximum(whole, 1)) + 2, 99)
            votes = with_leader(before.votes[rows], leader, whole_ballots(percent / 100, whole))
            after = replaced(after, rows, votes)
            planted.append(Planted("rounded_results", _rows(rows), {"district": name}))
        for name, place in chosen[self.rounded :]:
            rows = place[rng.random(place.size) < self.part]
            whole = before.votes[rows].sum(axis=1)
            target = round(1000 * float(before.votes[rows, leader].sum() / max(int(whole.sum()), 1)) + 31) / 1000
            votes = with_leader(before.votes[rows], leader, whole_ballots(np.full(rows.size, target), whole))
            after = replaced(after, rows, votes)
            facts = {"district": name, "percent": round(100 * target, 1)}
            planted.append(Planted("copied_percentage", _rows(rows), facts))
        return World(self.name, after, before, tuple(planted))


def _rows(rows: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(int(i) for i in rows)
