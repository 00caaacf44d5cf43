"""Digit statistics by the text of the number, their law by the whole beta-binomial law."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.stats import betabinom

from recanvass.kernels import redrawn_digits as kernel

RNG = np.random.default_rng(3)
WHOLE = np.r_[RNG.integers(1, 60, 20), RNG.integers(100, 1500, 20), 1, 7, 200]
PART = np.r_[RNG.binomial(WHOLE[:40], RNG.beta(2, 3, 40)), 0, 7, 9]


def fast_digit_statistics(count, whole):
    out = np.zeros(4)
    kernel.digit_statistics(count, whole, out)
    return out


def slow_digit_statistics(count, whole):
    text = str(count)
    percent = round(Fraction(100 * count, whole))  # halves to the even number
    return np.array([int(text[1]) if count >= 10 else 0, int(text[-1]), text[-1] in "05", percent % 5 == 0], float)


def given_digit_statistics():
    pairs = [(x, 200) for x in range(201)] + [(x, 1000) for x in range(0, 1001, 7)] + [(0, 1), (1, 1), (12345, 99999)]
    return [(x, n) for x, n in pairs]


def slow_redrawn_digits(part, whole, prior_a, prior_b, least):
    observed, mean, variance = (np.zeros((len(part), 4)) for _ in range(3))
    for i, (x, n) in enumerate(zip(part.tolist(), whole.tolist(), strict=True)):
        law = betabinom.pmf(np.arange(n + 1), n, prior_a[i] + x, prior_b[i] + n - x)
        table = np.array([slow_digit_statistics(y, n) for y in range(n + 1)])
        observed[i] = table[x]
        for k in range(4):
            values = np.where(np.arange(n + 1) >= least[k], table[:, k], table[x, k])
            mean[i, k] = law @ values
            variance[i, k] = law @ (values - mean[i, k]) ** 2
    return observed, mean, variance


def given_redrawn_digits():
    a, b = RNG.uniform(0.2, 20, len(PART)), RNG.uniform(0.2, 20, len(PART))
    return [(PART, WHOLE, a, b, np.array([10, 0, 0, 0])), (PART, WHOLE, a, b, np.array([100, 100, 100, 0]))]
