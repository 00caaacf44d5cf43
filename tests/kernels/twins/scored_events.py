"""Sums of scores: the whole law by a dictionary of totals in high precision; tilts by root finding."""

from __future__ import annotations

from collections import defaultdict

import mpmath
import numpy as np
from scipy.optimize import brentq

IMPOSSIBLE = -400.0
RNG = np.random.default_rng(31)
CHANCES = RNG.uniform(0.01, 0.3, (25, 2))
SCORES = RNG.integers(1, 30, (25, 2))
LEVEL = np.full((25, 2), 7)
MEAN = float((CHANCES * SCORES).sum())
MOST = int(SCORES.max(axis=1).sum())


def law(chances, scores):
    """Mass by total."""
    found = {0: mpmath.mpf(1)}
    for (p, q), (a, b) in zip(chances.tolist(), scores.tolist(), strict=True):
        after = defaultdict(mpmath.mpf)
        for total, mass in found.items():
            after[total] += mass * (1 - mpmath.mpf(p) - mpmath.mpf(q))
            after[total + a] += mass * p
            after[total + b] += mass * q
        found = after
    return found


def log10(value):
    return float(mpmath.log10(value)) if value > 0 else IMPOSSIBLE


def slow_exact_tail(chances, scores, at_least):
    if at_least <= 0:
        return 0.0
    return log10(sum((m for t, m in law(chances, scores).items() if t >= at_least), mpmath.mpf(0)))


def given_exact_tail():
    return [(CHANCES, SCORES, t) for t in (-1, 0, 1, 60, 150, MOST, MOST + 1)] + [(CHANCES, LEVEL, 36)]


def cumulant(chances, scores, u):
    rest = 1 - chances.sum(axis=1)
    return mpmath.fsum(
        mpmath.log(mpmath.mpf(r) + p * mpmath.exp(u * a) + q * mpmath.exp(u * b))
        for r, (p, q), (a, b) in zip(rest.tolist(), chances.tolist(), scores.tolist(), strict=True)
    )


def slope(chances, scores, u, order=1):
    tilted = chances * np.exp(u * scores)
    tilted /= (1 - chances.sum(axis=1) + tilted.sum(axis=1))[:, None]
    mean = (tilted * scores).sum(axis=1)
    return float(mean.sum() if order == 1 else ((tilted * scores**2).sum(axis=1) - mean**2).sum())


def slow_tilt(chances, scores, at_least):
    return float(brentq(lambda u: slope(chances, scores, u) - at_least, 0.0, 600.0 / scores.max(), xtol=1e-14))


def given_tilt():
    return [(CHANCES, SCORES, MEAN * k) for k in (1.2, 1.7, 2.5)]


def slow_chernoff(chances, scores, at_least):
    if at_least <= (chances * scores).sum():
        return 0.0
    if at_least > scores.max(axis=1).sum():
        return IMPOSSIBLE
    u = slow_tilt(chances, scores, float(at_least))
    return float((cumulant(chances, scores, u) - u * at_least) / mpmath.log(10))


def given_chernoff():
    return [(CHANCES, SCORES, t) for t in (0, int(MEAN), int(1.5 * MEAN), int(3 * MEAN), MOST + 1)]


def slow_saddlepoint_tail(chances, scores, at_least):
    step = int(np.gcd.reduce(scores[chances > 0]))
    reached = -(-at_least // step) * step
    if reached > scores.max(axis=1).sum():
        return IMPOSSIBLE
    target = reached - step / 2
    u = mpmath.mpf(slow_tilt(chances, scores, target))
    r = mpmath.sqrt(2 * (u * target - cumulant(chances, scores, u)))
    v = 2 * mpmath.sinh(u * step / 2) / step * mpmath.sqrt(slope(chances, scores, float(u), 2))
    return log10(mpmath.ncdf(-r) + mpmath.npdf(r) * (1 / v - 1 / r))


def given_saddlepoint_tail():
    return [(CHANCES, s, int(k * MEAN)) for s in (SCORES, LEVEL) for k in (1.3, 1.8, 2.4)] + [
        (CHANCES, SCORES, MOST + 1)
    ]


def slow_tails(chances, scores, starts, totals, border):
    found = []
    for a, b, total in zip(starts[:-1], starts[1:], totals.tolist(), strict=True):
        bound = slow_chernoff(chances[a:b], scores[a:b], total) if total > 0 else 0.0
        kept = total <= 0 or (border < 0 and bound > border)
        found.append(bound if kept else slow_exact_tail(chances[a:b], scores[a:b], total))
    return np.array(found)


def given_tails():
    starts = np.array([0, 5, 12, 25])
    totals = [np.array(t) for t in ([0, 60, 90], [90, 100, 130], [3, 9, 200])]
    return [(CHANCES, SCORES, starts, t, border) for t in totals for border in (0.0, -2.0)]


def slow_needed_tails(chances, scores, starts, needed, tilted, low, bounded):
    found = []
    for a, b, total in zip(starts[:-1], starts[1:], needed.tolist(), strict=True):
        part, score = chances[a:b], scores[a:b]
        bound = float((cumulant(part, score, tilted) - tilted * total) / mpmath.log(10))
        can = 0 < total <= score.max(axis=1).sum()
        rest = slow_chernoff if can and bounded else slow_exact_tail
        found.append(bound if can and bound <= low else rest(part, score, total))
    return np.array(found)


def given_needed_tails():
    starts = np.array([0, 5, 12, 25])
    totals = [np.array(t) for t in ([0, 60, 90], [90, 100, 130], [3, 9, MOST + 1])]
    return [
        (CHANCES, SCORES, starts, t, 0.0625, low, b)
        for t in totals
        for low in (-1.0, -3.0, -300.0)
        for b in (True, False)
    ]


def slow_smallest_total(chances, scores, log10_level):
    tails = [slow_exact_tail(chances, scores, t) for t in range(int(scores.max(axis=1).sum()) + 2)]
    return next((t for t, tail in enumerate(tails) if tail <= log10_level), len(tails) - 1)


def given_smallest_total():
    return [(CHANCES[:8], SCORES[:8], level) for level in (-0.5, -2.0, -5.0, -300.0)]
