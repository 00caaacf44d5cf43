"""Digits by the text of the number, their law by the whole binomial law."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom


def slow_digit_of(count, second):
    text = str(count)
    return (int(text[1]) if len(text) > 1 else -1) if second else int(text[-1])


def given_digit_of():
    return [(x, second) for x in (0, 3, 9, 10, 57, 99, 100, 407, 99999, 2**40) for second in (False, True)]


def slow_digit_probabilities(counts, totals, second, least):
    out = np.zeros((len(counts), 10))
    for i, (x, n) in enumerate(zip(counts.tolist(), totals.tolist(), strict=True)):
        law = binom.pmf(np.arange(n + 1), n, x / n)
        for y, mass in enumerate(law.tolist()):
            digit = slow_digit_of(y, second)
            if (digit >= 0 and y >= least) or (x in (0, n) and y == x and digit >= 0):
                out[i, digit] += mass
        out[i] /= max(out[i].sum(), 1e-300)
    return out


def given_digit_probabilities():
    rng = np.random.default_rng(4)
    totals = rng.integers(120, 900, 40)
    counts = np.maximum(rng.binomial(totals, rng.beta(5, 5, 40)), 100)
    counts = np.minimum(counts, totals)
    return [(counts, totals, second, least) for second in (False, True) for least in (10, 100)]
