"""Batches of ballots put in together, seen in the order in which the ballots were read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Planted, Scenario, World
from recanvass.scenarios._planting import base, replaced


@dataclass(frozen=True)
class BallotBatches(Scenario):
    """At some of the stations whose ballots were filmed a batch for the leader lies in one piece.

    Parameters
    ----------
    filmed : int
        Stations whose order of ballots is known.
    batches : int
        How many of them have a batch.
    dose : float
        The batch, as a part of the abstainers.
    clean : str
        The clean scenario that it is planted into.
    """

    filmed: int = 12
    batches: int = 6
    dose: float = 0.3
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest, with the ballots of the filmed stations in the order of counting."""
        before = base(self.clean, rng, stations)
        leader = before.leader
        valid = before.votes.sum(axis=1)
        home = np.maximum(before.counts["registered"] - before.counts["ballots"], 0)
        large = np.flatnonzero((valid >= 60) & (home >= 60))
        if not large.size:
            large = np.flatnonzero(valid > 0)
        filmed = np.sort(rng.choice(large, size=min(self.filmed, large.size), replace=False))
        rows = np.sort(rng.choice(filmed, size=min(self.batches, filmed.size), replace=False))
        added = np.zeros(len(before), np.int64)
        added[rows] = rng.binomial(home[rows], self.dose)
        votes = before.votes[rows].copy()
        votes[:, leader] += added[rows]
        after = replaced(
            before,
            rows,
            votes,
            ballots=before.counts["ballots"][rows] + added[rows],
            valid=before.counts["valid"][rows] + added[rows],
        )
        names, options = before.stations, np.array(before.options, dtype=object)
        seen = {}
        for i in filmed:
            mixed = rng.permutation(np.repeat(np.arange(len(options)), before.votes[i]))
            at = int(rng.integers(len(mixed) + 1))
            whole = np.concatenate([mixed[:at], np.full(added[i], leader), mixed[at:]])
            seen[names[i]] = tuple(options[whole].tolist())
        planted = Planted(self.name, tuple(int(i) for i in rows), {"option": before.options[leader]})
        return World(self.name, after, before, (planted,), known={"ballot_sequences": seen})
