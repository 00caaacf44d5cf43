"""Tails by convolution in fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np

from tests.kernels.twins.poisson_binomial import fractions

RATES = np.random.default_rng(11).uniform(0.001, 0.3, 40)


def slow_log_chernoff(mean, events):
    if events <= mean or events <= 0:
        return 0.0
    if mean <= 0:
        return -math.inf
    return float(mpmath.log(mpmath.exp(-mean) * (mpmath.e * mean / events) ** events))


def given_log_chernoff():
    return [(m, e) for m in (0.0, 0.3, 5.0, 80.0) for e in (0, 1, 7, 300)]


def slow_log_tail(rates, events):
    if events <= 0:
        return 0.0
    tail = sum(fractions(rates)[events:], Fraction(0))
    if events <= len(rates) and tail < Fraction(1, 10**300):
        return min(slow_log_chernoff(float(rates.sum()), events), -300 * float(mpmath.log(10)))
    return float(mpmath.log(mpmath.mpf(tail.numerator) / tail.denominator)) if tail else -math.inf


def given_log_tail():
    return [(RATES, e) for e in (-1, 0, 1, 4, 12, 40, 41)] + [
        (np.full(60, 1e-5), 60),
        (np.full(70, 1e-5), 69),
    ]


def slow_attainable(rates, level, least):
    law = fractions(rates)
    tails = [sum(law[j:], Fraction(0)) for j in range(least, len(rates) + 1)]
    return max((float(t) for t in tails if t <= level), default=0.0)


def given_attainable():
    return [(RATES, level, least) for level in (0.3, 0.01, 1e-6, 1e-200) for least in (2, 5)]
