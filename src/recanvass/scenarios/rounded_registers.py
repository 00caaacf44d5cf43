"""Registers that officials estimated and rounded to tens or hundreds; the count is honest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, electorate, several


@dataclass(frozen=True)
class RoundedRegisters(Scenario):
    """At some stations the register is an estimate, rounded to ten, fifty or a hundred."""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        people = electorate(rng, stations, several(rng))
        results = counted(rng, people)
        rough = rng.random(len(people)) < rng.uniform(0.1, 1.0)
        step = int(rng.choice([10, 50, 100]))
        registered = results.counts["registered"]
        estimate = np.maximum(step, (registered + step // 2) // step * step)
        made = results.with_counts(registered=np.where(rough, estimate, registered))
        return World(self.name, made, made)
