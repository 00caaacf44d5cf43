"""Rows near each other by all pairs; bounds in plain sums."""

from __future__ import annotations

import numpy as np
from scipy.stats import multinomial

from tests.methods.test_identical_protocols import slow_box_bound, slow_neighbourhood

__all__ = ["slow_box_bound"]

RNG = np.random.default_rng(9)
VOTES = RNG.integers(0, 14, (90, 3)) + np.array([40, 20, 5])
AREA = np.sort(RNG.integers(0, 4, 90))
STARTS = np.r_[0, np.cumsum(np.bincount(AREA, minlength=4))]
ORDER = np.lexsort((VOTES[:, 0], AREA))


def slow_log_row_bound(votes):
    return np.array([multinomial.logpmf(r, r.sum(), r / r.sum()) if r.sum() else 0.0 for r in votes])


def given_log_row_bound():
    return [(VOTES,), (np.array([[300, 200, 7], [500, 0, 0], [0, 0, 0]]),)]


def given_box_bound():
    return [(np.array(r), n, w) for r, n in (([300, 200, 7], 510), ([30, 3, 0], 33), ([9, 9, 9], 40)) for w in (1, 2)]


def slow_difference(one, other, reach):
    return min(max(abs(int(a) - int(b)) for a, b in zip(one, other, strict=True)), reach + 1)


def given_difference():
    return [(VOTES[i], VOTES[i + 1], 10) for i in range(20)]


def slow_near_rows(votes, starts, order, telling):
    area = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return slow_neighbourhood(votes, area, telling)


def given_near_rows():
    return [(VOTES, STARTS, ORDER, RNG.random(90) < 0.8)]
