"""Mills' ratio in forty digits."""

from __future__ import annotations

import mpmath


def slow_mills_less_reciprocal(r):
    with mpmath.workdps(40):
        x = mpmath.mpf(r)
        return float(mpmath.erfc(x / mpmath.sqrt(2)) / 2 / mpmath.npdf(x) - 1 / x)


def given_mills_less_reciprocal():
    return [(r,) for r in (0.01, 0.5, 3.0, 12.0, 19.9, 20.1, 60.0, 400.0)]
