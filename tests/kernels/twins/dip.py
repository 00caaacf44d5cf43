"""The dip by linear programming over all unimodal laws; its parts from their definitions."""

from __future__ import annotations

import numpy as np

from tests.methods.test_context import slow_dip as by_linear_programming

RNG = np.random.default_rng(5)
X = np.sort(RNG.normal(size=9))
RANK = np.arange(9.0)
SAMPLES = [
    np.sort(np.r_[np.random.default_rng(seed).normal(size=4), np.random.default_rng(seed + 9).normal(3, 0.5, 4)])
    for seed in range(5)
]


def corners(x, rank, low, high, sign):
    """Points that lie on no side of a chord but the right one: corners of the hull."""
    found = []
    for i in range(low, high + 1):
        before, after = range(low, i), range(i + 1, high + 1)
        slope = lambda a, b: sign * (rank[b] - rank[a]) / (x[b] - x[a])  # noqa: E731
        if all(slope(a, i) < slope(i, b) for a in before for b in after):
            found.append(i)
    return np.array(found)


def slow_convex_minorant(x, rank, low, high):
    return corners(x, rank, low, high, 1)


def slow_concave_majorant(x, rank, low, high):
    return corners(x, rank, low, high, -1)


def given_convex_minorant():
    return [(X, RANK, 0, 8), (X, RANK, 2, 7), (X, RANK, 3, 3)]


given_concave_majorant = given_convex_minorant


def slow_along(x, rank, corners, i):
    return np.interp(x[i], x[corners], rank[corners])


def given_along():
    return [(X, RANK, slow_convex_minorant(X, RANK, 0, 8), i) for i in range(9)]


def slow_misfit_left(x, low, corners, end):
    corners = corners[corners <= end]
    if len(corners) < 2:
        return 0.0
    rows = np.arange(corners[0], corners[-1] + 1)
    return max(0.0, float((low[rows] + 1 - np.interp(x[rows], x[corners], low[corners])).max()))


def given_misfit_left():
    return [(X, RANK, slow_convex_minorant(X, RANK, 0, 8), end) for end in range(9)]


def slow_misfit_right(x, high, corners, start):
    corners = corners[corners >= start]
    if len(corners) < 2:
        return 0.0
    rows = np.arange(corners[0], corners[-1] + 1)
    return max(0.0, float((np.interp(x[rows], x[corners], high[corners]) - high[rows] + 1).max()))


def given_misfit_right():
    return [(X, RANK + 1, slow_concave_majorant(X, RANK + 1, 0, 8), start) for start in range(9)]


def slow_dip(values):
    return by_linear_programming(values)


def given_dip():
    return [(x,) for x in SAMPLES]
