"""The whole result of one station, scaled to the ballots of others in its district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, whole_ballots, whole_districts, world


@dataclass(frozen=True)
class CopiedResult(Scenario):
    """Stations that report the same shares for every option (F6).

    Parameters
    ----------
    copies : int
        How many stations of one district report it.
    jitter : int
        Ballots by which each count may miss it.
    clean : str
        The clean scenario that it is planted into.
    """

    copies: int = 10
    jitter: int = 0
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        ((name, place),) = whole_districts(before, rng, 1)
        rows = np.sort(rng.choice(place, size=min(self.copies, place.size), replace=False))
        template = before.votes[rows].sum(axis=0) / max(int(before.votes[rows].sum()), 1)
        whole = before.votes[rows].sum(axis=1)
        votes = whole_ballots(template[None, :].repeat(rows.size, axis=0), whole[:, None])
        if self.jitter:
            votes = np.maximum(votes + rng.integers(-self.jitter, self.jitter + 1, votes.shape), 0)
        largest = int(np.argmax(template))
        votes[:, largest] = np.maximum(votes[:, largest] + whole - votes.sum(axis=1), 0)
        after = replaced(
            before, rows, votes, valid=votes.sum(axis=1), ballots=votes.sum(axis=1) + before.counts["invalid"][rows]
        )
        return world(self.name, before, after, rows, district=name)
