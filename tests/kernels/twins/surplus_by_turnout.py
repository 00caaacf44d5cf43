"""The surplus by plain loops over parts and bins, in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np


def curves(seed, parts=4, bins=100):
    rng = np.random.default_rng(seed)
    option, others = (rng.integers(0, 500, (parts, bins)).astype(float) for _ in range(2))
    peaks = rng.integers(0, bins, parts)
    others[np.arange(parts), peaks] += 1
    return option, others, peaks


def slow_ratios(option, others, peaks, left=False):
    found = []
    for a, b, c in zip(option, others, peaks, strict=True):
        bins = range(int(c) + 1) if left else [int(c)]
        found.append(float(Fraction(sum(int(a[p]) for p in bins), sum(int(b[p]) for p in bins))))
    return np.array(found)


def given_ratios():
    edge = (np.array([[3.0, 5.0]]), np.array([[1.0, 2.0]]), np.array([1]))
    return [(*curves(seed), left) for seed in range(5) for left in (False, True)] + [edge, (*edge, True)]


def slow_surplus(option, others, peaks, ratio, right=False):
    found = []
    for a, b, c, k in zip(option, others, peaks, ratio, strict=True):
        total = Fraction(0)
        for p in range(len(a)):
            if not right or p > c:
                total += int(a[p]) - Fraction(float(k)) * int(b[p])
        found.append(float(total))
    return np.array(found)


def given_surplus():
    ratio = np.array([0.25, 1.0, 2.5, 0.0])
    return [(*curves(seed), ratio, right) for seed in range(5) for right in (False, True)]
