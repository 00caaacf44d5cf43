"""One station's whole protocol, handed in again by other stations of its district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, whole_districts, world


@dataclass(frozen=True)
class PastedProtocols(Scenario):
    """Stations of one district report the same counts to the ballot, under registers of their own (F6).

    The protocol is that of a small station of the district, and it goes to stations whose register has room for its
    ballots, so that no account breaks.

    Parameters
    ----------
    copies : int
        How many stations report it, the one that it comes from among them.
    jitter : int
        Ballots by which the counts of a copy may miss it.
    clean : str
        The clean scenario that it is planted into.
    """

    copies: int = 8
    jitter: int = 0
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        ((name, place),) = whole_districts(before, rng, 1)
        ballots, registered = before.counts["ballots"], before.counts["registered"]
        whole = before.votes.sum(axis=1) + before.counts["invalid"] == ballots
        order = place[np.argsort(ballots[place], kind="stable")]
        order = order[whole[order] & (ballots[order] > 0)]
        source = int(order[order.size // 4]) if order.size else int(place[0])
        room = np.maximum(registered, ballots) >= ballots[source] + self.jitter * before.votes.shape[1]
        able = place[room[place] & (place != source) & bool(order.size)]
        rows = np.sort(rng.choice(able, size=min(self.copies - 1, able.size), replace=False))
        votes = before.votes[source][None, :].repeat(rows.size, axis=0)
        if self.jitter:
            votes = np.maximum(votes + rng.integers(-self.jitter, self.jitter + 1, votes.shape), 0)
        valid, invalid = votes.sum(axis=1), before.counts["invalid"][[source]].repeat(rows.size)
        after = replaced(before, rows, votes, valid=valid, invalid=invalid, ballots=valid + invalid)
        return world(self.name, before, after, rows, district=name, source=before.stations[source])
