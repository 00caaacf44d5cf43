"""Sibling contrasts: each kernel equals a slow second implementation to 1e-10."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import nbinom, power_divergence

from recanvass.kernels.sibling_contrasts import log_negative_binomial_tail, signed_roots


def slow_root(k1: int, n1: int, k2: int, n2: int) -> float:
    """The likelihood ratio of a two-by-two table by scipy's power divergence."""
    p = (k1 + k2) / (n1 + n2)
    seen = [k1, n1 - k1, k2, n2 - k2]
    expected = [n1 * p, n1 * (1 - p), n2 * p, n2 * (1 - p)]
    ratio = float(power_divergence(seen, expected, lambda_="log-likelihood").statistic)
    return math.copysign(math.sqrt(max(ratio, 0.0)), k1 / n1 - k2 / n2)


def test_signed_roots_equal_the_likelihood_ratio() -> None:
    rng = np.random.default_rng(1)
    n1, n2 = rng.integers(1, 3000, 400), rng.integers(1, 6000, 400)
    k1, k2 = rng.binomial(n1, 0.4), rng.binomial(n2, 0.45)
    k1[:20], k2[20:40] = 0, 0
    k1[40:60] = n1[40:60]
    mixed = (k1 + k2 > 0) & (k1 + k2 < n1 + n2)
    fast = signed_roots(k1, n1, k2, n2)
    slow = [slow_root(*map(int, row)) for row in zip(k1[mixed], n1[mixed], k2[mixed], n2[mixed], strict=True)]
    squares = np.array(slow) * np.abs(slow)  # the roots of rounding errors are no figures
    np.testing.assert_allclose(fast[mixed] * np.abs(fast[mixed]), squares, rtol=1e-10, atol=1e-9)
    assert (fast[~mixed] == 0).all()


def test_two_siblings_mirror_each_other() -> None:
    table = (np.array([300]), np.array([500]), np.array([260]), np.array([520]))
    here, there = signed_roots(*table), signed_roots(*table[2:], *table[:2])
    assert here[0] == pytest.approx(-there[0], abs=1e-12)
    assert here[0] > 0


def test_a_table_without_trials_or_without_two_answers_gives_nothing() -> None:
    k1, n1, k2, n2 = (np.array(x) for x in ([0, 5, 0, 2**40], [0, 5, 9, 2**40], [1, 7, 0, 5], [2, 7, 9, 2**40]))
    found = signed_roots(k1, n1, k2, n2)
    assert list(found[:3]) == [0, 0, 0]
    assert np.isfinite(found).all()


@pytest.mark.parametrize("mean", [0.5, 1.5, 7.3, 34.5, 900.0])
@pytest.mark.parametrize("size", [1.0, 2.0, 4.0])
def test_the_tail_equals_that_of_scipy(mean: float, size: float) -> None:
    for least in (0, 1, 2, 5, 17, 40, 120, 1000):
        slow = float(nbinom.sf(least - 1, size, size / (size + mean)))
        fast = log_negative_binomial_tail(least, mean, size)
        if slow > 1e-200:
            assert math.exp(fast) == pytest.approx(slow, rel=1e-10)


def test_the_tail_goes_below_the_smallest_float() -> None:
    mean, size, least = 0.5, 1.0, 1000
    assert log_negative_binomial_tail(least, mean, size) == pytest.approx(least * math.log(1 / 3), rel=1e-12)
