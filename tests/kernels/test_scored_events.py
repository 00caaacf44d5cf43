"""Sums of whole scores: exact law against enumeration, Chernoff's bound above it, saddlepoint near it."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from recanvass.kernels import scored_events as law


def events(n: int, seed: int, largest: int = 30) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.01, 0.3, (n, 2)), rng.integers(1, largest, (n, 2))


def test_exact_tail_against_enumeration() -> None:
    chances, scores = events(7, 1)
    for at_least in range(0, int(scores.max(axis=1).sum()) + 2, 5):
        slow = 0.0
        for kinds in product((0, 1, 2), repeat=7):
            total = sum(int(scores[i, k - 1]) for i, k in enumerate(kinds) if k)
            one = math.prod(chances[i, k - 1] if k else 1 - chances[i].sum() for i, k in enumerate(kinds))
            slow += one if total >= at_least else 0.0
        tail = law.exact_tail(chances, scores, at_least)
        assert 10**tail == pytest.approx(slow, abs=1e-10) if slow > 0 else tail == law.IMPOSSIBLE


@pytest.mark.parametrize("equal", [False, True])
def test_saddlepoint_and_bound_against_the_exact_law(equal: bool) -> None:
    chances, scores = events(600, 2)
    if equal:  # a lattice of step 7, on which a correction of half a unit would be wrong
        scores = np.full_like(scores, 7)
    mean = (chances * scores).sum()
    sd = math.sqrt((chances * scores**2).sum() - ((chances * scores).sum(axis=1) ** 2).sum())
    for z in (0.5, 1, 2, 4, 8):
        at_least = round(mean + z * sd)
        exact = law.exact_tail(chances, scores, at_least)
        assert 10 ** (law.saddlepoint_tail(chances, scores, at_least) - exact) == pytest.approx(1, abs=5e-3)
        assert law.chernoff(chances, scores, at_least) >= exact - 1e-12


def test_smallest_total_is_the_first_within_the_level() -> None:
    chances, scores = events(40, 3)
    at = law.smallest_total(chances, scores, -3.0)
    assert law.exact_tail(chances, scores, at) <= -3 < law.exact_tail(chances, scores, at - 1)
