"""The variance between areas by scipy's root finder, the rest by plain sums."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq


def slow_pooled(effects, variances):
    y, v = [float(x) for x in effects], [float(x) for x in variances]
    degrees = len(y) - 1

    def at(spread):
        weights = [1 / (b + spread) for b in v]
        mean = math.fsum(w * a for w, a in zip(weights, y, strict=True)) / math.fsum(weights)
        square = math.fsum(w * (a - mean) ** 2 for w, a in zip(weights, y, strict=True))
        return mean, square, math.fsum(weights)

    spread = 0.0
    if at(0.0)[1] > degrees:
        spread = brentq(lambda s: at(s)[1] - degrees, 0.0, 1e3, xtol=1e-15, rtol=1e-14)
    mean, square, total = at(spread)
    return mean, math.sqrt(max(1.0, square / degrees) / total), spread


def given_pooled():
    rng = np.random.default_rng(4)
    found = [(np.zeros(6), np.ones(6)), (np.array([0.1, 0.9]), np.array([0.01, 0.02]))]
    for size, spread in ((3, 1.0), (10, 0.3), (40, 0.05), (40, 0.0)):
        variances = rng.uniform(0.01, 0.2, size)
        found.append((rng.normal(0.2, np.sqrt(variances + spread**2)), variances))
    return found
