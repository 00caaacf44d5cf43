"""Contests with divided places, and what sibling units says of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recanvass import scenario
from recanvass.case import Case
from recanvass.finding import Finding
from recanvass.method import method
from recanvass.results import Results


def asked(case: Case, **parameters: object) -> Finding:
    outcome = method("sibling_units", **parameters).run(case, seed=1)
    assert isinstance(outcome, Finding), outcome
    return outcome


def planted(seed: int = 1, stations: int = 1700, **parameters: object) -> tuple[scenario.World, Finding]:
    world = scenario.scenario("stuffed_units", **parameters).build(np.random.default_rng([8, seed]), stations)
    return world, asked(world.case())


def second_share(results: Results) -> float:
    """The ballots of the second option, as a part of all."""
    return float(sorted(results.totals[o] for o in results.options)[-2] / results.counts["ballots"].sum())


def with_a_decoy(count: int, **parameters: object) -> Iterator[tuple[scenario.World, Finding]]:
    """Worlds of the first seeds in which the second option had a tenth of the ballots before anything was added.

    Clean contests are often lopsided; where no other option reaches ``decoy_share`` there is nothing to ask.
    """
    found, seed = 0, 0
    while found < count:
        assert seed < 20 * count, "hardly a world has a second option with a tenth of the ballots"
        world = scenario.scenario("stuffed_units", **parameters).build(np.random.default_rng([8, seed]), 1700)
        if second_share(world.before) >= 0.1:
            found += 1
            yield world, asked(world.case())
        seed += 1
