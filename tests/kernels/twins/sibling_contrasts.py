"""The likelihood ratio and the negative binomial tail, in fifty digits."""

from __future__ import annotations

import mpmath
import numpy as np


def slow_signed_roots(taken, size, rest_taken, rest_size):
    found = []
    with mpmath.workdps(50):
        for k1, n1, k2, n2 in zip(*(map(int, a) for a in (taken, size, rest_taken, rest_size)), strict=True):
            if not n1 or not n2 or k1 + k2 in (0, n1 + n2) or k1 * n2 == k2 * n1:
                found.append(0.0)
                continue
            p = mpmath.mpf(k1 + k2) / (n1 + n2)
            cells = [(k1, n1 * p), (n1 - k1, n1 * (1 - p)), (k2, n2 * p), (n2 - k2, n2 * (1 - p))]
            ratio = 2 * mpmath.fsum(seen * mpmath.log(seen / due) for seen, due in cells if seen)
            found.append(float(mpmath.sqrt(ratio)) * (1 if k1 * n2 > k2 * n1 else -1))
    return np.array(found)


def given_signed_roots():
    rng = np.random.default_rng(1)
    n1, n2 = rng.integers(1, 3000, 200), rng.integers(1, 6000, 200)
    k1, k2 = rng.binomial(n1, 0.3), rng.binomial(n2, 0.55)
    k1[:20], k2[20:40] = 0, 0
    k1[40:60] = n1[40:60]
    degenerate = tuple(np.array(x) for x in ([0, 5, 0, 3], [0, 5, 9, 6], [1, 7, 0, 2], [2, 7, 9, 4]))
    return [(k1, n1, k2, n2), degenerate]


def slow_log_negative_binomial_tail(least, mean, size):
    if least <= 0:
        return 0.0
    with mpmath.workdps(50):
        stay = mpmath.mpf(mean) / (mpmath.mpf(mean) + mpmath.mpf(size))
        return float(mpmath.log(mpmath.betainc(least, size, 0, stay, regularized=True)))


def given_log_negative_binomial_tail():
    return [(k, m, s) for k in (0, 1, 2, 17, 120) for m in (0.5, 7.3, 34.5) for s in (1.0, 2.0, 4.0)]
