"""Slips of the pen at .1 to 1 per cent of the stations: swapped lines, swapped digits, a total that does not add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class ClericalErrors(Scenario):
    """Each slip changes one protocol by mistake: two options swapped, two digits swapped, or a wrong total."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        results = counted(rng, electorate(rng, stations, several(rng)))
        wrong = np.flatnonzero(rng.random(len(results)) < rng.uniform(0.001, 0.01))
        votes = results.votes.copy()
        counts = {name: values.copy() for name, values in results.counts.items()}
        for i in wrong:
            slip = rng.integers(4)
            j = int(rng.integers(votes.shape[1]))
            if slip == 0 and votes.shape[1] > 1:
                other = (j + 1) % votes.shape[1]
                votes[i, j], votes[i, other] = votes[i, other], votes[i, j]
            elif slip == 1:
                text = str(int(votes[i, j]))
                votes[i, j] = int(text[:-2] + text[-1] + text[-2]) if len(text) > 1 else votes[i, j]
            elif slip == 2:
                counts["valid"][i] += int(rng.choice([-10, -1, 1, 10, 100]))
                counts["valid"][i] = max(0, counts["valid"][i])
            else:
                counts["invalid"][i] += int(rng.integers(1, 10))
        made = results.with_counts(votes=votes, **counts)
        return World(self.name, made, made)
