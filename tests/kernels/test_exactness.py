"""P-values down to 1e-300 against laws in many digits, and against draws where these can reach.

The oracles add positive terms only, in 40 digits or in 80-bit numbers whose smallest is 1e-4932, so that
their relative error is far below what is asked.
"""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from recanvass.digit_counts import log10_chi_square
from recanvass.kernels import dispersion, poisson_binomial

NONE = np.empty(0)


def exact_upper(chances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """log10 P(S >= s) for s = 0, 1, ..., whole weights, by convolution in 80-bit numbers."""
    law = np.zeros(int(weights.sum()) + 1, np.longdouble)
    law[0] = 1
    for p, w in zip(chances.astype(np.longdouble), weights.tolist(), strict=True):
        moved = law[: len(law) - w] * p
        law *= 1 - p
        law[w:] += moved
    with np.errstate(divide="ignore"):
        return np.log10(np.cumsum(law[::-1])[::-1]).astype(float)


def test_the_oracle_is_right() -> None:
    """Equal chances: the binomial law in 40 digits."""
    upper = exact_upper(np.full(400, 0.13), np.ones(400, int))
    with mpmath.workdps(40):
        p = mpmath.mpf(0.13)
        for s in (60, 200, 330, 400):
            terms = (mpmath.binomial(400, k) * p**k * (1 - p) ** (400 - k) for k in range(s, 401))
            assert upper[s] == pytest.approx(float(mpmath.log10(mpmath.fsum(terms))), rel=1e-13)


@pytest.mark.parametrize(("events", "most"), [(200, 0.4), (1000, 0.2), (5000, 0.05)])
def test_the_saddlepoint_against_the_convolution_down_to_1e_300(events: int, most: float) -> None:
    chances = np.random.default_rng(events).uniform(most / 20, most, events)
    upper = exact_upper(chances, np.ones(events, int))
    seen = [s for s in range(events) if -300 < upper[s] < -0.3]
    assert upper[seen[-1]] < (-140 if events == 200 else -298)
    for s in seen if events == 200 else seen[:: len(seen) // 60]:
        tail = poisson_binomial.saddlepoint_tail(chances, NONE, float(s))
        # Where all events but r happen the tail is e_r(odds), near L^r / r! with L the sum of the odds, and the
        # formula gives its r! by Stirling at t = r + 1/2, t^t e^-t (2 pi)^(1/2): short by exp(-1 / 24t + ...).
        # So it is out by 2.5 % at r = 1, 1.4 % at r = 2, and below 0.2 % from r = 11 on.
        stirling = 1 / (24 * (events - s + 0.5))
        allowed = 2e-3 if s < 0.9 * events else max(2e-3, stirling)
        assert abs(tail - upper[s]) * math.log(10) < allowed, (s, tail, upper[s])


@pytest.mark.parametrize("few", [0, 10_000])
def test_both_ways_agree_with_the_convolution(few: int) -> None:
    chances = np.random.default_rng(3).uniform(0.02, 0.4, 140)
    upper = exact_upper(chances, np.ones(140, int))
    at = np.arange(1, 140)
    starts = np.arange(len(at) + 1) * 140
    found = poisson_binomial.tails(np.tile(chances, len(at)), starts, at, few)
    # The last few: all but one or two happen, where the formula of the saddlepoint is at its worst.
    relative = np.abs(found - upper[at]) * math.log(10)
    assert relative.max() < (0.05 if few == 0 else 1e-9)
    assert relative[:120].max() < (2e-3 if few == 0 else 1e-9)


@pytest.mark.parametrize("events", [150, 400])
def test_the_weighted_saddlepoint_against_the_convolution(events: int) -> None:
    """Weights as voters at stations: hundreds, unequal, so that the sum is as good as continuous."""
    rng = np.random.default_rng(events)
    chances, weights = rng.uniform(0.02, 0.35, events), rng.integers(150, 1500, events)
    upper = exact_upper(chances, weights)
    given = weights.astype(float)
    for level in (-1, -2, -5, -10, -30, -60, -100, -200, -290):
        s = int(np.searchsorted(-upper, -level))
        if s >= len(upper):
            continue
        tail = poisson_binomial.saddlepoint_tail(chances, given, float(s))
        assert abs(tail - upper[s]) * math.log(10) < (0.03 if level > -60 else 0.06), (level, tail, upper[s])


def test_draws_reach_the_same_tails() -> None:
    rng = np.random.default_rng(8)
    chances, weights = rng.uniform(0.02, 0.35, 120), rng.integers(150, 1500, 120)
    happened = rng.random((200_000, 120)) < chances
    plain, weighted = happened.sum(axis=1), happened @ weights
    for z in (0.5, 1.5, 2.5, 3.0):
        s = math.ceil(chances.sum() + z * math.sqrt((chances * (1 - chances)).sum()))
        share = float((plain >= s).mean())
        error = 4 * math.sqrt(share / len(plain))
        assert 10 ** poisson_binomial.saddlepoint_tail(chances, NONE, float(s)) == pytest.approx(share, abs=error)
        s = (chances * weights).sum() + z * math.sqrt((chances * (1 - chances) * weights**2).sum())
        share = float((weighted >= s).mean())
        found = 10 ** poisson_binomial.saddlepoint_tail(chances, weights.astype(float), float(s))
        assert found == pytest.approx(share, abs=4 * math.sqrt(share / len(plain)), rel=0.01)


@pytest.mark.parametrize(("value", "degrees"), [(1e-30, 20), (0.5, 300), (40.0, 900), (3.0, 1), (600.0, 1500)])
def test_lower_chi_square_tails_in_forty_digits(value: float, degrees: int) -> None:
    with mpmath.workdps(40):
        below = mpmath.gammainc(mpmath.mpf(degrees) / 2, 0, mpmath.mpf(value) / 2, regularized=True)
        tail = float(mpmath.log10(below))
    assert dispersion.chi_square_tail(value, degrees) == pytest.approx(max(tail, -400.0), rel=1e-12)


@pytest.mark.parametrize("value", [5.0, 60.0, 700.0, 1300.0, 1420.0, 5000.0])
def test_upper_chi_square_tails_in_forty_digits(value: float) -> None:
    with mpmath.workdps(40):
        above = mpmath.gammainc(mpmath.mpf("4.5"), mpmath.mpf(value) / 2, mpmath.inf, regularized=True)
        tail = float(mpmath.log10(above))
    assert log10_chi_square(value, 9) == pytest.approx(tail, abs=1e-4)


def test_the_dispersion_of_equal_stations_against_the_exact_hypergeometric_law() -> None:
    """All stations on the nearest count: the chance is that of one vector, known in full.

    The worst case for the formula, which never gives less and may give a few times more: half a decade of
    eight, one and a half of three hundred.
    """
    for stations, size, count in ((3, 200, 80), (8, 200, 80), (30, 500, 200), (60, 800, 400), (200, 1000, 500)):
        part, whole = np.full(stations, count), np.full(stations, size)
        with mpmath.workdps(60):
            one = mpmath.binomial(size, count) ** stations / mpmath.binomial(stations * size, stations * count)
            exact = float(mpmath.log10(one))
        found = dispersion.lower_tail(part, whole, 0.0)
        assert exact - 1e-6 <= found <= exact + 0.4 + 0.01 * abs(exact), (stations, found, exact)


def test_the_chance_of_seeing_a_station_is_the_hypergeometric_one() -> None:
    from fractions import Fraction

    from recanvass.planning import chance_of_seeing

    for drawn, bad, frame in ((30, 10, 400), (1, 1, 7), (200, 3, 500), (399, 2, 400)):
        none = Fraction(math.comb(frame - bad, drawn), math.comb(frame, drawn)) if drawn <= frame - bad else Fraction(0)
        assert chance_of_seeing(drawn, frame, bad) == pytest.approx(float(1 - none), rel=1e-10)
