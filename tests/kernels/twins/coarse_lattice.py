"""Coarse fractions by fractions, their chances by the whole beta-binomial law."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.stats import betabinom

from recanvass.kernels.coarse_lattice import SIXTIETHS

RNG = np.random.default_rng(2)
WHOLE = RNG.integers(1, 300, 40)
PART = RNG.binomial(WHOLE, RNG.beta(3, 4, 40))


def on(x: int, n: int, g: int) -> bool:
    return abs(Fraction(x, n) - Fraction(g, 60)) <= Fraction(1, 2000)


def slow_coarse_fraction(part, whole, sixtieths):
    found = []
    for x, n in zip(part.tolist(), whole.tolist(), strict=True):
        found.append(max((k for k, g in enumerate(sixtieths.tolist()) if on(x, n, g)), default=-1))
    return np.array(found)


def given_coarse_fraction():
    return [(PART, WHOLE, SIXTIETHS), (np.arange(601), np.full(601, 600), SIXTIETHS)]


def slow_redrawn_fractions(part, whole, prior_a, prior_b, sixtieths):
    found, leaves = np.zeros((len(part), len(sixtieths))), np.zeros(len(part))
    for i, (x, n) in enumerate(zip(part.tolist(), whole.tolist(), strict=True)):
        law = betabinom.pmf(np.arange(n + 1), n, prior_a[i] + x, prior_b[i] + n - x)
        for y, mass in enumerate(law.tolist()):
            leaves[i] += mass * (not Fraction(1, 40) <= Fraction(y, n) <= Fraction(39, 40))
            for k, g in enumerate(sixtieths.tolist()):
                found[i, k] += mass * on(y, n, g)
    return found, leaves


def given_redrawn_fractions():
    return [(PART, WHOLE, RNG.uniform(0.3, 30, 40), RNG.uniform(0.3, 30, 40), SIXTIETHS)]
