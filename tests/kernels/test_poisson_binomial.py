"""Tails of sums of unequal chances: exact law, saddlepoint, thresholds."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from recanvass.kernels import poisson_binomial as law

NOTHING = np.empty(0)


def test_mass_against_enumeration() -> None:
    p = np.array([0.1, 0.5, 0.93, 0.02, 0.4])
    slow = np.zeros(6)
    for outcome in product((0, 1), repeat=5):
        slow[sum(outcome)] += math.prod(q if hit else 1 - q for q, hit in zip(p, outcome, strict=True))
    np.testing.assert_allclose(law.mass(p), slow, atol=1e-15)


def test_exact_tail_is_accurate_far_out() -> None:
    # A binomial: scipy's logsf is the second implementation.
    p = np.full(400, 0.1)
    for at_least in (0, 1, 40, 80, 200, 250):
        exact = law.exact_tail(p, at_least)
        assert exact == pytest.approx(min(0.0, binom.logsf(at_least - 1, 400, 0.1) / math.log(10)), abs=1e-9)


@pytest.mark.parametrize("n", [300, 3000])
def test_saddlepoint_against_the_exact_law(n: int) -> None:
    p = np.random.default_rng(n).uniform(0.03, 0.25, n)
    mean, sd = p.sum(), math.sqrt((p * (1 - p)).sum())
    for z in (-3, -1, -0.01, 0, 0.01, 0.3, 1, 2, 4, 8, 15, 30):
        at_least = round(mean + z * sd)
        exact = law.exact_tail(p, at_least)
        if at_least > 0 and exact > law.IMPOSSIBLE:
            assert 10 ** (law.saddlepoint_tail(p, NOTHING, float(at_least)) - exact) == pytest.approx(1, abs=2e-3)


def test_saddlepoint_is_monotone_and_smooth_near_the_mean() -> None:
    p = np.random.default_rng(2).uniform(0.05, 0.15, 5000)
    mean = round(p.sum())
    tails = [law.saddlepoint_tail(p, NOTHING, float(s)) for s in range(mean - 40, mean + 40)]
    steps = np.diff(10 ** np.array(tails))
    assert (steps < 0).all()
    # The steepest bend of a normal law is .24197 / variance; a seam at the mean would show as more.
    assert np.abs(np.diff(steps)).max() < 1.03 * 0.24197 / (p * (1 - p)).sum()


def test_saddlepoint_reaches_1e_300() -> None:
    p = np.full(97_000, 0.1)
    exact = binom.logsf(13_299, 97_000, 0.1) / math.log(10)
    assert -300 < exact < -280
    assert law.saddlepoint_tail(p, NOTHING, 13_300.0) == pytest.approx(exact, abs=1e-3)
    assert law.saddlepoint_tail(p, NOTHING, 13_500.0) < -320


def test_weighted_saddlepoint_of_equal_weights_scales() -> None:
    p = np.random.default_rng(3).uniform(0.05, 0.15, 4000)
    at = p.sum() + 80
    one = law.saddlepoint_tail(p, np.ones(4000), at)
    assert law.saddlepoint_tail(p, np.full(4000, 7.0), 7.0 * at) == pytest.approx(one, abs=1e-9)
    # Weights of one, taken as continuous, give the lattice's tail half a step further out.
    at_least = math.ceil(at)
    lattice = law.saddlepoint_tail(p, NOTHING, float(at_least))
    assert law.saddlepoint_tail(p, np.ones(4000), at_least - 0.5) == pytest.approx(lattice, abs=2e-3)


@pytest.mark.parametrize(
    ("p", "at_least", "tail"),
    [
        ([], 0, 0.0),
        ([], 1, law.IMPOSSIBLE),
        ([1.0, 1.0], 2, 0.0),
        ([0.5, 0.5], 3, law.IMPOSSIBLE),
        ([0.0], 1, law.IMPOSSIBLE),
        ([0.5, 0.5], 2, math.log10(0.25)),
    ],
)
def test_edges(p: list[float], at_least: int, tail: float) -> None:
    chances = np.array(p)
    assert law.exact_tail(chances, at_least) == pytest.approx(tail)
    assert law.saddlepoint_tail(chances, NOTHING, float(at_least)) == pytest.approx(tail)


def test_groups_and_threshold() -> None:
    p = np.random.default_rng(5).uniform(0.05, 0.3, 400)
    starts = np.array([0, 100, 400])
    observed = np.array([25, 70])
    tails = law.tails(p, starts, observed, law.FEW)
    assert tails[0] == law.exact_tail(p[:100], 25)
    assert tails[1] == pytest.approx(law.exact_tail(p[100:], 70), abs=1e-3)
    for chances in (p[:100], p):
        border = law.threshold(chances, -2.0)
        assert law.exact_tail(chances, border) <= -2.0 < law.exact_tail(chances, border - 1)
