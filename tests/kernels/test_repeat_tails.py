"""Exact tails against fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass.kernels.poisson_binomial_tail import attainable, log_chernoff, log_tail


def exact_tails(rates: list[float]) -> list[Fraction]:
    """P(at least j), j = 0..n, in exact fractions."""
    law = [Fraction(1)]
    for rate in map(Fraction, rates):
        law = [a * (1 - rate) + b * rate for a, b in zip([*law, Fraction(0)], [Fraction(0), *law], strict=True)]
    return [sum(law[j:], Fraction(0)) for j in range(len(law))]


def exact_log(value: Fraction) -> float:
    shift = value.numerator.bit_length() - value.denominator.bit_length()
    return math.log(float(value / Fraction(2) ** shift)) + shift * math.log(2)


@given(st.lists(st.floats(0.001, 0.9), min_size=1, max_size=25), st.integers(-1, 27))
@settings(max_examples=80, deadline=None)
def test_tail_is_exact(rates: list[float], events: int) -> None:
    found = log_tail(np.array(rates), events)
    if events <= 0:
        assert found == 0.0
    elif events > len(rates):
        assert found == -math.inf
    else:
        assert found == pytest.approx(exact_log(exact_tails(rates)[events]), rel=1e-10, abs=1e-12)


def test_tail_is_exact_far_out() -> None:
    rates = [0.03 + 0.0005 * k for k in range(120)]
    exact = exact_tails(rates)
    for events in (5, 40, 90, 110, 120):
        assert log_tail(np.array(rates), events) == pytest.approx(exact_log(exact[events]), rel=1e-12)


def test_chernoff_stands_in_below_the_smallest_float() -> None:
    rates = np.full(400, 0.02)
    found = log_tail(rates, 390)
    exact = sum(
        Fraction(math.comb(400, j)) * Fraction(1, 50) ** j * Fraction(49, 50) ** (400 - j) for j in range(390, 401)
    )
    assert exact_log(exact) < found < -280 * math.log(10)
    assert found == log_chernoff(float(np.cumsum(rates)[-1]), 390)


@given(st.lists(st.floats(0.001, 0.25), min_size=2, max_size=18), st.floats(1e-9, 0.01))
@settings(max_examples=80, deadline=None)
def test_attainable_is_the_largest_tail_not_above_the_level(rates: list[float], level: float) -> None:
    exact = [float(p) for p in exact_tails(rates)[2:]]
    found = attainable(np.array(rates), level, 2)
    # A tail that equals the level to within rounding may be charged or not.
    bounds = [max((p for p in exact if p <= level * slack), default=0.0) for slack in (1 - 1e-12, 1 + 1e-12)]
    assert any(found == pytest.approx(bound, rel=1e-9) for bound in bounds)
