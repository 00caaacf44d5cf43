"""Neighbouring stations counted apart and reported as one: sums of two or more protocols."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several, table


@dataclass(frozen=True)
class MergedStations(Scenario):
    """In some districts stations that follow each other are one row, several times the size of the others."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest; more stations than asked for are counted, so that as many rows are left."""
        share, joining = float(rng.uniform(0.05, 0.4)), float(rng.uniform(0.3, 0.8))
        people = electorate(rng, round(stations * (1 + 2 * share)) + 1, several(rng))
        merging = (rng.random(int(people.district.max()) + 1) < share)[people.district]
        joined = merging & (rng.random(len(people)) < joining)
        joined[1:] &= people.district[1:] == people.district[:-1]
        joined[0] = False
        first = np.flatnonzero(~joined)
        if first.size < stations:  # too many were joined: the last ones are parted again
            apart = np.flatnonzero(joined)[first.size - stations :]
            joined[apart] = False
            first = np.flatnonzero(~joined)
        whole = counted(rng, people)
        counts = {name: np.add.reduceat(values, first) for name, values in whole.counts.items()}
        votes = np.add.reduceat(whole.votes, first, axis=0)
        kept = replace(
            people,
            region=people.region[first],
            district=people.district[first],
            urban=people.urban[first],
            registered=counts["registered"],
            turnout=people.turnout[first],
            invalid=people.invalid[first],
            support=people.support[first],
        )
        made = table(kept, counts["ballots"], counts["invalid"], votes, "A simulated contest")
        made = made.take(np.arange(stations))
        return World(self.name, made, made)
