"""Votes added at the stations that are counted last."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.observation import Arrivals
from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, world


@dataclass(frozen=True)
class LateBatch(Scenario):
    """The last stations of each region gain votes for the leader (F11); they arrive after an interruption.

    The order of arrival comes from a generator of its own, so that the table is what it was without it.

    Parameters
    ----------
    extent : float
        The share of each region's stations, from the end of the official order.
    dose : float
        The part of the abstainers that is added.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.1
    dose: float = 0.4
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader = before.leader
        rows = np.sort(
            np.concatenate([r[len(r) - max(1, round(self.extent * len(r))) :] for _, r in before.areas("region")])
        )
        home = np.maximum(before.counts["registered"][rows] - before.counts["ballots"][rows], 0)
        added = rng.binomial(home, self.dose)
        votes = before.votes[rows].copy()
        votes[:, leader] += added
        after = replaced(
            before,
            rows,
            votes,
            ballots=before.counts["ballots"][rows] + added,
            valid=before.counts["valid"][rows] + added,
        )
        made = world(self.name, before, after, rows, option=before.options[leader])
        late = np.zeros(len(before))
        late[rows] = 1.0
        order = np.argsort(late + rng.spawn(1)[0].random(len(before)))
        rank = np.empty(len(before))
        rank[order] = np.arange(1, len(before) + 1)
        when = dict(zip(before.stations, rank.tolist(), strict=True))
        return replace(made, known={"arrivals": Arrivals(when, (float(len(before) - rows.size),))})
