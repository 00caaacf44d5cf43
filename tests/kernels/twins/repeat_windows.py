"""Worst-case rates by enumeration and search, the scan by trying every percentage."""

from __future__ import annotations

import numpy as np

from recanvass.kernels import repeat_windows as kernel
from tests.kernels.test_repeat_windows import slow_rate
from tests.kernels.test_repeat_windows import slow_scan as slow_area

RNG = np.random.default_rng(15)
SIZE = RNG.integers(150, 2500, 14)
COUNT = RNG.binomial(SIZE, RNG.beta(60, 40, 14))
COPIED = np.where(RNG.random(14) < 0.6, np.rint(0.622 * SIZE).astype(int), COUNT)


def slow_worst_rate(*given):
    return min(1.0, slow_rate(*given) * kernel.MARGIN)


def given_worst_rate():
    return [
        (300, 300, 500, 1, 1, 1.0),
        (97, 97, 12, 1, 1, 1.0),
        (437, 1500, 156, 1, 1, 1.0),
        (700, 700, 991, 1, 1, 2.0),
    ]


def slow_near(size, base, count, t):
    rates, on = np.zeros(len(size)), np.zeros(len(size), bool)
    for i, (n, w, x) in enumerate(zip(size.tolist(), base.tolist(), count.tolist(), strict=True)):
        centre = t * w / 1000
        if not 0 < centre < n or abs(x - centre) > (centre * (1 - centre / n)) ** 0.5 + 1e-7:
            continue
        rate = slow_worst_rate(n, w, t, 1, 1, 1.0)
        if rate <= 0.25:
            rates[i], on[i] = rate, 2 * abs(1000 * x - t * w) <= max(w, 1000)
    return rates, on


def given_near():
    return [(SIZE, SIZE, COPIED, t) for t in (622, 600, 5)]


def fast_scan(size, count):
    at, log_p = np.zeros((1, 4), np.int64), np.zeros((1, 3))
    rows, table = np.full(len(size), -1), np.zeros((0, kernel.GRID // 2 + 1))
    kernel.scan(size, size, count, rows, table, np.array([0, len(size)]), at, log_p)
    return [*at[0, :3].tolist(), *log_p[0].tolist()]


def slow_scan(size, count):
    return list(slow_area(size, count))


def given_scan():
    return [(SIZE, COUNT), (SIZE, COPIED)]
