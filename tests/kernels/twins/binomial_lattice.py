"""Whole percentages by fractions, their chances by the whole beta-binomial law."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.stats import betabinom, binom

RNG = np.random.default_rng(1)
WHOLE = RNG.integers(1, 400, 60)
PART = RNG.binomial(WHOLE, RNG.beta(3, 4, 60))
GROUPS = RNG.integers(0, 4, 60)
INSIDE = (PART * 200 >= WHOLE) & (PART * 200 < 199 * WHOLE)


def whole_percentage(x: int, n: int) -> bool:
    return abs(Fraction(100 * x, n) - int(Fraction(100 * x, n) + Fraction(1, 2))) <= Fraction(1, 20)


def nearest(x: int, n: int) -> int:
    return int(Fraction(100 * x, n) + Fraction(1, 2))


def slow_is_integer(part, whole):
    return np.array([whole_percentage(int(x), int(n)) for x, n in zip(part, whole, strict=True)])


def given_is_integer():
    return [(PART, WHOLE), (np.arange(2001), np.full(2001, 2000))]


def slow_nearest_integer(part, whole):
    return np.array([nearest(int(x), int(n)) for x, n in zip(part, whole, strict=True)])


given_nearest_integer = given_is_integer


def kind(x: int, n: int) -> int:
    """0, 1 or 2: within half a vote of no whole percentage from 1 to 99, of one, of a multiple of five."""
    m = nearest(x, n)
    if not 1 <= m <= 99 or abs(x - Fraction(m * n, 100)) > Fraction(1, 2):
        return 0
    return 1 if m % 5 else 2


def slow_kinds(part, whole):
    return np.array([kind(int(x), int(n)) for x, n in zip(part, whole, strict=True)])


def given_kinds():
    large = WHOLE >= 100
    return [(PART[large], WHOLE[large]), (np.arange(2001), np.full(2001, 2000)), (np.arange(151), np.full(151, 150))]


def slow_redrawn(part, whole, prior_a, prior_b, low, high, plug_in):
    inside, leaves = np.zeros(len(part)), np.zeros(len(part))
    expected, variance = np.zeros(101), np.zeros(101)
    near = np.zeros((len(part), 2))
    for i, (x, n) in enumerate(zip(part.tolist(), whole.tolist(), strict=True)):
        counts = np.arange(n + 1)
        law = binom.pmf(counts, n, x / n) if plug_in else betabinom.pmf(counts, n, prior_a[i] + x, prior_b[i] + n - x)
        here = np.zeros(101)
        for y, mass in zip(counts.tolist(), law.tolist(), strict=True):
            m = nearest(y, n)
            if not low <= m <= high:
                leaves[i] += mass
                continue
            if whole_percentage(y, n):
                here[m] += mass
            if abs(y - Fraction(m * n, 100)) <= Fraction(1, 2):
                near[i, int(m % 5 == 0)] += mass
        inside[i] = here.sum()
        if low <= nearest(x, n) <= high and whole_percentage(x, n):
            here[nearest(x, n)] += leaves[i]
        expected += here
        variance += here * (1 - here)
    return inside, leaves, expected, variance, near


def given_redrawn():
    a, b = RNG.uniform(0.3, 30, 60), RNG.uniform(0.3, 30, 60)
    return [(PART, WHOLE, a, b, 1, 99, False), (PART, WHOLE, a, b, 0, 100, False), (PART, WHOLE, a, b, 0, 100, True)]


def slow_prior(part, whole, groups):
    a, b = np.zeros(len(part)), np.zeros(len(part))
    for g in set(groups.tolist()):
        rows = np.flatnonzero(groups == g)
        n, x = whole[rows].astype(float), part[rows].astype(float)
        mean = (x.sum() + 0.5) / (n.sum() + 1)
        between = sum(m * (y / m - mean) ** 2 for m, y in zip(n, x, strict=True)) / (mean * (1 - mean))
        spare = max(len(rows) - 1, 0)
        room = n.sum() - (n**2).sum() / max(n.sum(), 1) - spare
        within = (between - spare) / room if room > 0.5 else 0.5
        within = min(max(within, 1e-6), 0.9)
        a[rows], b[rows] = mean * (1 - within) / within, (1 - mean) * (1 - within) / within
    return a, b


def given_prior():
    return [(PART, WHOLE, GROUPS), (PART[:1], WHOLE[:1], GROUPS[:1] * 0)]


def slow_chances(part, whole, groups, plug_in=False):
    hits = slow_is_integer(part, whole)
    if plug_in:
        inside, _, expected, variance, near = slow_redrawn(part, whole, part, part, 0, 100, plug_in)
        return hits, np.minimum(inside, 1), expected, variance, near
    laws = slow_redrawn(part, whole, *slow_prior(part, whole, groups), 1, 99, plug_in)
    inside, leaves, expected, variance, near = laws
    own = slow_kinds(part, whole)
    near = near + leaves[:, None] * (own[:, None] == np.array([1, 2]))
    return hits, np.minimum(inside + leaves * hits, 1), expected, variance, np.clip(near, 0, 1)


def given_chances():
    return [(PART[INSIDE], WHOLE[INSIDE], GROUPS[INSIDE]), (PART, WHOLE, GROUPS, True)]
