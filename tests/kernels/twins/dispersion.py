"""Dispersion in plain sums; the lower tail by root finders of scipy on whole laws."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom, chi2, norm

RNG = np.random.default_rng(6)
WHOLE = RNG.integers(20, 400, 24)
PART = RNG.binomial(WHOLE, 0.37)
STARTS = np.array([0, 5, 6, 6, 15, 24])


def slow_squares(part, whole, starts):
    found, degrees = [], []
    for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        x, w = part[a:b].astype(float), whole[a:b].astype(float)
        p = x.sum() / w.sum() if w.sum() else 0.0
        inside = 0 < p < 1
        found.append(math.fsum((x - w * p) ** 2 / (w * p * (1 - p))) if inside else 0.0)
        degrees.append(len(x) - 1 if inside else 0)
    return np.array(found), np.array(degrees)


def given_squares():
    return [(PART, WHOLE, STARTS), (PART * 0, WHOLE, STARTS)]


def slow_chi_square_tail(statistic, degrees):
    return chi2.logcdf(statistic, degrees) / math.log(10) if degrees > 0 else 0.0


def given_chi_square_tail():
    return [(x, d) for x in (0.3, 2.0, 11.0, 60.0) for d in (0, 1, 9, 40)]


def slow_lower_tail(part, whole, statistic):
    p = part.sum() / whole.sum()
    laws = [(np.arange(w + 1) - w * p, binom.pmf(np.arange(w + 1), w, p)) for w in whole.tolist()]
    spread = [w * p * (1 - p) for w in whole.tolist()]
    statistic = statistic + len(whole) / sum(spread)

    def tilted(s, lean):
        log, shift, variance = 0.0, 0.0, 0.0
        for (y, mass), v in zip(laws, spread, strict=True):
            power = lean * y - s * y**2 / v
            weight = mass * np.exp(power - power.max())
            total = weight.sum()
            mean = (weight * y).sum() / total
            log, shift, variance = (
                log + math.log(total) + power.max(),
                shift + mean,
                variance + (weight * y**2).sum() / total - mean**2,
            )
        return log, shift, variance

    def cumulant(s):
        wide = 3 + 4 * abs(s) / min(spread)
        lean = brentq(lambda u: tilted(s, u)[1], -wide, wide, xtol=1e-13)
        log, _, variance = tilted(s, lean)
        at_total = min(0.0, norm.logpdf(0, scale=math.sqrt(variance)))
        return log + at_total - norm.logpdf(0, scale=math.sqrt(sum(spread)))

    most = math.log1p(400 * max(1.0, *spread))
    exponent = lambda t: 0.5 * math.expm1(t) * statistic + cumulant(0.5 * math.expm1(t))  # noqa: E731
    s = 0.5 * math.expm1(minimize_scalar(exponent, bounds=(0, most), method="bounded", options={"xatol": 1e-9}).x)
    drop = -(s * statistic + cumulant(s))
    step = 0.02 * (s + 0.05)
    curvature = (cumulant(s + step) - 2 * cumulant(s) + cumulant(s - step)) / step**2
    r, v = math.sqrt(2 * drop), s * math.sqrt(curvature)
    return min(-drop, math.log(norm.sf(r) + norm.pdf(r) * (1 / v - 1 / r))) / math.log(10)


def given_lower_tail():
    even = np.full(9, 37)
    return [(even, np.full(9, 100), 0.0), (PART[15:24], WHOLE[15:24], 2.0), (PART[6:15], WHOLE[6:15], 0.7)]


def slow_lower_tails(part, whole, starts, closer):
    found, degrees = slow_squares(part, whole, starts)
    tails = []
    for g, (a, b) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        tail = slow_chi_square_tail(found[g], degrees[g])
        tails.append(slow_lower_tail(part[a:b], whole[a:b], found[g]) if tail < closer else tail)
    return found, degrees, np.array(tails)


def given_lower_tails():
    level = np.rint(WHOLE * 0.37).astype(np.int64)
    return [(PART, WHOLE, STARTS, -1000.0), (level, WHOLE, STARTS, -1.0)]
