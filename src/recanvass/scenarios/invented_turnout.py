"""A turnout written to a round percentage; the shares of the options stay as they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, some_stations, whole_ballots, world


@dataclass(frozen=True)
class InventedTurnout(Scenario):
    """In whole districts the turnout is a chosen whole percentage, above the true one; options gain in proportion.

    Parameters
    ----------
    extent : float
        The share of stations, by whole districts.
    gain : int
        By at most how many percentage points the turnout is raised.
    fives : float
        The share of the stations whose turnout is a multiple of five.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.05
    gain: int = 6
    fives: float = 0.3
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        rows = some_stations(before, rng, self.extent, "districts")
        rows = rows[(before.counts["registered"][rows] > 0) & (before.votes[rows].sum(axis=1) > 0)]
        registered, ballots = before.counts["registered"][rows], before.counts["ballots"][rows]
        percent = np.floor(100 * ballots / registered) + rng.integers(1, self.gain + 1, rows.size)
        fives = rng.random(rows.size) < self.fives
        percent = np.minimum(np.where(fives, np.ceil(percent / 5) * 5, percent), 100)
        added = np.maximum(whole_ballots(percent / 100, registered) - ballots, 0)
        votes = before.votes[rows]
        votes = votes + rng.multinomial(added, votes / votes.sum(axis=1, keepdims=True))
        after = replaced(before, rows, votes, ballots=ballots + added, valid=before.counts["valid"][rows] + added)
        return world(self.name, before, after, rows, added=int(added.sum()))
