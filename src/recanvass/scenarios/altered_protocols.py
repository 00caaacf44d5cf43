"""Protocols altered after they were copied: the published table is not what was posted at the station."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.case import Announced
from recanvass.observation import Sampling
from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import Counts, base, replaced, some_stations, world


@dataclass(frozen=True)
class AlteredProtocols(Scenario):
    """Observers at stations drawn by lot copy the protocols; some protocols are altered before they are published.

    Parameters
    ----------
    observed : float
        The share of the stations of which a copy is at hand.
    extent : float
        The share of the stations whose protocol was altered, copied or not.
    dose : float
        The part of the votes for others that is given to the leader there.
    errors : float
        The share of copies in which one figure was copied wrongly.
    clean : str
        The clean scenario that it is planted into.
    """

    observed: float = 0.2
    extent: float = 0.2
    dose: float = 0.2
    errors: float = 0.003
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader = before.leader
        copied = some_stations(before, rng, self.observed)
        rows = some_stations(before, rng, self.extent) if self.extent > 0 else np.empty(0, np.int64)
        moved = rng.binomial(before.votes[rows], self.dose)
        moved[:, leader] = 0
        votes = before.votes[rows] - moved
        votes[:, leader] += moved.sum(axis=1)
        after = replaced(before, rows, votes)
        copies = before.take(copied)
        copies = replace(copies.with_counts(_slipped(copies.votes, rng, self.errors)), rows=np.empty(0, np.int64))
        announced = tuple(Announced(name, count) for name, count in sorted(after.totals.items()))
        made = world(self.name, before, after, rows, option=before.options[leader], copied=int(copied.size))
        sampling = Sampling("random", "", {"": len(before)}, {"": int(copied.size)})
        return replace(made, announced=announced, known={"copies": copies, "sampling": sampling})


def _slipped(votes: Counts, rng: np.random.Generator, errors: float) -> Counts:
    """The votes with one figure in some rows off by one, ten or a hundred."""
    made = votes.copy()
    wrong = np.flatnonzero(rng.random(len(made)) < errors)
    option = rng.integers(made.shape[1], size=wrong.size)
    made[wrong, option] += rng.choice([1, 10, 100], size=wrong.size)
    return made
