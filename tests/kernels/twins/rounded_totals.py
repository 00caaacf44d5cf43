"""Rounded totals by fractions and by listing every result."""

from __future__ import annotations

import math
from fractions import Fraction

from scipy.special import comb


def slow_nearest_point(count, total, decimals):
    grid = 10 ** (decimals + 2)
    point = math.floor(Fraction(count * grid, total) + Fraction(1, 2))
    return point, count * grid - point * total


def given_nearest_point():
    return [(x, n, d) for x, n in ((5_150_092, 10_058_774), (1, 3), (0, 7), (1, 2000)) for d in (0, 1, 2)]


def slow_on_grid(count, total, decimals, slack):
    if total <= 0:
        return False
    grid = 10 ** (decimals + 2)
    point = slow_nearest_point(count, total, decimals)[0]
    off = abs(count - Fraction(point * total, grid))
    return off <= Fraction(1, 2) if slack == 0 else off < 1


def given_on_grid():
    pairs = [(x, 99_999) for x in range(0, 3000, 41)] + [(5_150_092, 10_058_774), (3, 0), (1, 2)]
    return [(x, n, d, slack) for x, n in pairs for d in (0, 1) for slack in (0, 1)]


def slow_density(total, decimals, slack):
    return min(1.0, (1 + slack) * 10.0 ** (decimals + 2) / total) if total > 0 else 1.0


def given_density():
    return [(n, d, s) for n in (0, 500, 10_058_774) for d in (0, 1, 2) for s in (0, 1)]


def slow_log10_chance(counts, hits, free, q):
    if hits <= 0 or counts == 0 or q >= 1:
        return 0.0
    bound = q**free if hits >= counts else comb(counts, hits, exact=True) * q ** min(hits, free)
    return min(0.0, math.log10(bound))


def given_log10_chance():
    return [(k, h, k - 1, q) for k in (0, 1, 3, 6) for h in (0, 1, 3, 6) for q in (1e-4, 0.3, 1.0) if k]


def slow_log10_any(settings, log10_seen):
    total = 0.0
    for counts, free, q in settings:
        bounds = [slow_log10_chance(counts, h, free, q) for h in range(1, counts + 1)]
        total += next((10**b for b in bounds if b <= log10_seen + 1e-12), 0.0)
    return min(0.0, math.log10(total)) if total else 0.0


def given_log10_any():
    settings = [(3, 2, 1e-4), (3, 3, 1e-3), (5, 4, 0.02)]
    return [(settings, seen) for seen in (-8.0, -3.0, -1.0, -90.0)]


def slow_exact_share_of_results(total, counts, decimals):
    grid = 10 ** (decimals + 2)
    rounded = [math.floor(Fraction(g * total, grid) + Fraction(1, 2)) for g in range(grid + 1)]
    found = 0
    for g in range(grid + 1):
        if counts == 2:
            found += rounded[g] + rounded[grid - g] == total
        else:
            found += sum(rounded[g] + rounded[h] + rounded[grid - g - h] == total for h in range(grid + 1 - g))
    return found / comb(total + counts - 1, counts - 1, exact=True)


def given_exact_share_of_results():
    return [(1237, 2, 0), (999, 3, 0), (20_011, 3, 0)]
