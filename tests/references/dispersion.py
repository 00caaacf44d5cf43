"""Dispersion within areas: published counts and cases, and the statistic written again.

Counts are those of the compendium ``methods/09`` (leader's share of ballots in the boxes, R > 0,
registered ≥ 100, areas of ten stations or more): year → areas, below 1e-3, below 1e-6, the first
percentile and the median of X² / (n - 1). Single cases were printed with turnout and share ≤ 99 %.
"""

from __future__ import annotations

import math

from scipy.stats import chi2

COUNTS = {
    2004: (2580, 1, 0, 1.76, 9.12),
    2011: (2578, 11, 9, 0.89, 13.77),
    2012: (2576, 6, 2, 1.37, 8.23),
    2018: (2616, 1, 1, 1.20, 5.98),
    2020: (2606, 7, 6, 1.29, 12.91),
    2024: (2614, 19, 12, 0.40, 5.94),
}

#: Year → (part of the area's name, stations, X², log10 p).
CASES = {
    2018: [("Елабужская", 22, 0.57, -12.9)],
    2024: [("Акушинская", 48, 1.53, -26.2), ("Сосковская", 14, 0.05, -13.5), ("Угранская", 12, 0.04, -11.6)],
    2020: [("Шалинская", 28, 0.05, -32.2), ("Акушинская", 48, 3.42, -18.3)],
}


def plain(pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """X² and log10 of the chi-square tail for one area of (votes, whole)."""
    total, base = sum(x for x, _ in pairs), sum(w for _, w in pairs)
    p = total / base
    squares = sum((x - w * p) ** 2 / (w * p * (1 - p)) for x, w in pairs)
    return squares, float(chi2.logcdf(squares, len(pairs) - 1) / math.log(10))
