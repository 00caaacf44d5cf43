"""Sums of unequal events: convolution in fractions, the saddlepoint formula in forty digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np

RNG = np.random.default_rng(10)
SMALL = RNG.uniform(0.01, 0.5, 60)
LARGE = RNG.uniform(0.02, 0.4, 400)
NONE = np.empty(0)


def fractions(chances):
    law = [Fraction(1)]
    for chance in chances.tolist():
        p = Fraction(chance)
        law = [a * (1 - p) + b * p for a, b in zip([*law, Fraction(0)], [Fraction(0), *law], strict=True)]
    return law


def log10_of(value: Fraction) -> float:
    return float(mpmath.log10(mpmath.mpf(value.numerator) / mpmath.mpf(value.denominator)))


def slow_mass(chances):
    return np.array([float(v) for v in fractions(chances)])


def given_mass():
    return [(SMALL[:20],), (np.array([0.0, 1.0, 0.5]),), (NONE,)]


def slow_exact_tail(chances, at_least):
    if at_least <= 0:
        return 0.0
    tail = sum(fractions(chances)[at_least:], Fraction(0))
    return log10_of(tail) if tail > Fraction(1, 10**300) else -400.0


def given_exact_tail():
    tiny = np.full(60, 1e-5)
    return [(SMALL, s) for s in (-1, 0, 5, 16, 40, 60, 61)] + [(tiny, s) for s in (1, 30, 55, 60)]


def slow_saddlepoint_tail(chances, weights, at_least):
    """Lugannani and Rice, with Daniels' correction for whole numbers, by root finding in 40 digits."""
    mp = mpmath.mp.clone()
    mp.dps = 40
    p = [mp.mpf(float(c)) for c in chances]
    w = [mp.mpf(float(v)) for v in weights] if len(weights) else [mp.mpf(1)] * len(p)
    target = mp.mpf(float(at_least)) - (0 if len(weights) else mp.mpf("0.5"))
    tilt = lambda u: [a * mp.exp(b * u) / (1 - a + a * mp.exp(b * u)) for a, b in zip(p, w, strict=True)]  # noqa: E731
    slope = lambda u: mp.fsum(b * q for b, q in zip(w, tilt(u), strict=True)) - target  # noqa: E731
    low, high = mp.mpf(-1), mp.mpf(1)
    while slope(low) > 0:
        low *= 2
    while slope(high) < 0:
        high *= 2
    u = mp.findroot(slope, (low, high), solver="anderson", tol=mp.mpf(10) ** -30, maxsteps=400)
    cumulant = mp.fsum(mp.log(1 - a + a * mp.exp(b * u)) for a, b in zip(p, w, strict=True))
    second = mp.fsum(b * b * q * (1 - q) for b, q in zip(w, tilt(u), strict=True))
    r = mp.sign(u) * mp.sqrt(2 * (u * target - cumulant))
    v = mp.sqrt(second) * (u if len(weights) else 2 * mp.sinh(u / 2))
    tail = mp.ncdf(-r) if r < 0 else mp.erfc(r / mp.sqrt(2)) / 2
    return float(mp.log10(tail + mp.npdf(r) * (1 / v - 1 / r)))


def given_saddlepoint_tail():
    weights = RNG.uniform(0.5, 40, 400)
    mean = float((weights * LARGE).sum())
    plain = [(LARGE, NONE, float(s)) for s in (70, 80, 90, 110, 200, 330)]
    return plain + [(LARGE, weights, mean * f) for f in (0.9, 1.05, 1.2, 2.0, 3.5)]


def slow_tails(chances, starts, at_least, few):
    found = []
    for a, b, s in zip(starts[:-1].tolist(), starts[1:].tolist(), at_least.tolist(), strict=True):
        group = chances[a:b]
        steady = (group * (1 - group)).sum() >= 1
        found.append(
            slow_saddlepoint_tail(group, NONE, s) if len(group) > few and steady else slow_exact_tail(group, s)
        )
    return np.array(found)


def given_tails():
    chances = np.r_[SMALL, LARGE]
    rare, sure = np.full(30, 1e-4), np.full(30, 1 - 1e-4)
    small = np.r_[rare, rare, sure, rare, sure], np.array([0, 30, 60, 90, 150]), np.array([1, 3, 29, 33])
    return [(chances, np.array([0, 60, 460]), np.array([20, 120]), 150), (*small, 20)]


def slow_threshold(chances, log10_level):
    tail = slow_exact_tail if len(chances) <= 150 else lambda c, s: slow_saddlepoint_tail(c, NONE, s)
    candidates = range(len(chances) + 1) if len(chances) <= 150 else range(112, 140)
    return next((s for s in candidates if tail(chances, s) <= log10_level), len(chances) + 1)


def given_threshold():
    return [(SMALL, -2.0), (SMALL, -30.0), (LARGE, -6.0), (np.full(3, 0.5), -2.0)]
