"""Whole percentages and their chances: against sums over the whole support, in exact integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, binom

from recanvass.kernels import binomial_lattice as lattice


def whole(x: int, n: int) -> bool:
    percent = Fraction(100 * x, n)
    return abs(percent - round(percent)) <= Fraction(1, 20)


@settings(deadline=None)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_whole_percentage_is_decided_in_integers(pair: tuple[int, int]) -> None:
    x, n = pair
    assert lattice.is_integer(np.array([x]), np.array([n]))[0] == whole(x, n)


@pytest.mark.parametrize(("x", "n", "hit"), [(1241, 2000, True), (1242, 2000, False), (1239, 2000, True), (0, 7, True)])
def test_ties_belong_to_the_window(x: int, n: int, hit: bool) -> None:
    # 1241 of 2000 is 62.05 per cent, exactly on the border, which a float may put on either side.
    assert lattice.is_integer(np.array([x]), np.array([n]))[0] == hit


@pytest.mark.parametrize("plug_in", [True, False])
def test_chances_against_the_whole_support(plug_in: bool) -> None:
    rng = np.random.default_rng(0)
    n = np.concatenate([[1, 1, 100, 99, 2000], rng.integers(1, 3000, 40)])
    x = np.concatenate([[0, 1, 100, 0, 1241], rng.integers(0, n[5:] + 1)])
    a, b = rng.uniform(0.1, 20.0, (2, len(n)))
    inside, leaves, expected, variance, near = lattice.redrawn(x, n, a, b, 1, 99, plug_in)
    slow_expected, slow_variance = np.zeros(101), np.zeros(101)
    for i in range(len(n)):
        y = np.arange(n[i] + 1)
        law = binom(n[i], x[i] / n[i]) if plug_in else betabinom(n[i], a[i] + x[i], b[i] + n[i] - x[i])
        mass = law.pmf(y)
        nearest = (200 * y + n[i]) // (2 * n[i])
        hit = np.array([whole(int(k), int(n[i])) for k in y])
        within = (nearest >= 1) & (nearest <= 99)
        assert inside[i] == pytest.approx(mass[hit & within].sum(), abs=1e-10)
        assert leaves[i] == pytest.approx(mass[~within].sum(), abs=1e-10)
        close = within & (np.abs(100 * y - nearest * n[i]) <= 50)
        fives = nearest % 5 == 0
        assert near[i, 0] == pytest.approx(mass[close & ~fives].sum(), abs=1e-10)
        assert near[i, 1] == pytest.approx(mass[close & fives].sum(), abs=1e-10)
        by = np.bincount(nearest[hit & within], mass[hit & within], 101)
        own = nearest[x[i]]
        if hit[x[i]] and within[x[i]]:
            by[own] += mass[~within].sum()
        slow_expected += by
        slow_variance += by * (1 - by)
    np.testing.assert_allclose(expected, slow_expected, atol=1e-9)
    np.testing.assert_allclose(variance, slow_variance, atol=1e-9)


def test_redrawing_keeps_the_law_of_the_prior() -> None:
    # Exchangeable: if x is drawn from the prior predictive law, E P(X' hits) = P(x hits), in the
    # conditioned form too. The plug-in fails this where shares are small.
    n, a, b = 300, 1.2, 40.0
    x = np.arange(n + 1)
    law = betabinom.pmf(x, n, a, b)
    inside, leaves, _, _, _ = lattice.redrawn(
        x, np.full(n + 1, n), np.full(n + 1, a), np.full(n + 1, b), 1, 99, lattice.POSTERIOR
    )
    nearest = lattice.nearest_integer(x, np.full(n + 1, n))
    within = (nearest >= 1) & (nearest <= 99)
    hits = lattice.is_integer(x, np.full(n + 1, n))
    chance = inside + leaves * hits
    assert (law * within * chance).sum() == pytest.approx((law * within * hits).sum(), rel=1e-9)
    plug, _, _, _, _ = lattice.redrawn(x, np.full(n + 1, n), np.ones(n + 1), np.ones(n + 1), 0, 100, lattice.PLUG_IN)
    assert (law * plug).sum() / (law * hits).sum() - 1 > 0.02


def test_prior_finds_the_spread_of_rates() -> None:
    rng = np.random.default_rng(4)
    n = rng.integers(200, 2000, 4000)
    x = rng.binomial(n, rng.beta(6.0, 14.0, 4000))
    a, b = lattice.prior(x, n, np.zeros(4000, np.int64))
    assert a[0] == pytest.approx(6.0, rel=0.1)
    assert b[0] == pytest.approx(14.0, rel=0.1)


@pytest.mark.parametrize("x", [np.zeros(5, np.int64), np.full(5, 300), np.array([0, 0, 0, 300, 300])])
def test_prior_of_degenerate_groups_is_finite(x: np.ndarray) -> None:
    a, b = lattice.prior(x, np.full(5, 300), np.array([0, 0, 1, 1, 2]))
    assert np.isfinite(a).all()
    assert np.isfinite(b).all()
    assert (a > 0).all()
    assert (b > 0).all()


def test_huge_station_is_quick_and_finite() -> None:
    n = np.array([lattice.LARGEST])
    inside, leaves, _, _, _ = lattice.redrawn(n // 3, n, np.ones(1), np.ones(1), 1, 99, lattice.POSTERIOR)
    assert 0 <= inside[0] <= 1
    assert leaves[0] == 0


@pytest.mark.parametrize("n", [100, 101, 150, 199, 250, 999, 1000, 3001])
def test_kinds_are_the_counts_that_rounding_gives(n: int) -> None:
    # Of m n / 100 the nearest whole count, and both neighbours where it ends in one half.
    slow = np.zeros(n + 1, np.int64)
    for m in range(1, 100):
        exact = Fraction(m * n, 100)
        for x in {-(-(2 * m * n - 100) // 200), (2 * m * n + 100) // 200}:
            assert abs(x - exact) <= Fraction(1, 2)
            slow[x] = 2 if m % 5 == 0 else 1
    np.testing.assert_array_equal(lattice.kinds(np.arange(n + 1), np.full(n + 1, n)), slow)
