"""The ratio estimator stratum by stratum, in plain sums."""

from __future__ import annotations

import math

import numpy as np

RNG = np.random.default_rng(14)
BASE = RNG.integers(100, 900, 20).astype(float)
VOTES = np.rint(BASE * RNG.uniform(0.2, 0.6, 20))
STRATUM = np.array([0] * 8 + [1] * 9 + [2] + [3] + [1])


def slow_combined_ratio(votes, base, stratum, frame):
    groups = {h: [i for i in range(len(votes)) if stratum[i] == h] for h in range(len(frame))}
    total = sum(frame[h] / len(g) * sum(base[i] for i in g) for h, g in groups.items() if g)
    share = sum(frame[h] / len(g) * sum(votes[i] for i in g) for h, g in groups.items() if g) / total
    d = [votes[i] - share * base[i] for i in range(len(votes))]
    merged = {h: (g, frame[h]) for h, g in groups.items() if len(g) >= 2}
    lonely = [h for h, g in groups.items() if len(g) == 1 and frame[h] > 1]
    if lonely:
        merged[-1] = ([i for h in lonely for i in groups[h]], sum(frame[h] for h in lonely))
    variance = 0.0
    for g, size in merged.values():
        if len(g) < 2:
            return share, None, None
        mean = sum(d[i] for i in g) / len(g)
        spread = sum((d[i] - mean) ** 2 for i in g) / (len(g) - 1)
        variance += size**2 * max(0.0, 1 - len(g) / size) / len(g) * spread
    if not merged:
        return share, 0.0 if all(len(groups[h]) >= frame[h] for h in groups) else None, None
    error = math.sqrt(variance) / total
    return share, error, error**2 / (share * (1 - share) / sum(base))


def given_combined_ratio():
    return [
        (VOTES, BASE, STRATUM, [100, 60, 30, 20]),
        (VOTES[:18], BASE[:18], STRATUM[:18], [100, 60, 30]),
        (VOTES[:1], BASE[:1], STRATUM[:1], [1]),
    ]


def slow_missing_bounds(votes, base, stratum, frame, drawn):
    low = high = total = 0.0
    for h in range(len(frame)):
        rows = [i for i in range(len(votes)) if stratum[i] == h]
        asked = max(drawn[h], len(rows))
        if asked:
            mean = sum(base[i] for i in rows) / len(rows) if rows else sum(base) / len(base)
            silent = (asked - len(rows)) * mean
            seen = sum(votes[i] for i in rows)
            low += frame[h] / asked * seen
            high += frame[h] / asked * (seen + silent)
            total += frame[h] / asked * (sum(base[i] for i in rows) + silent)
    return low / total, high / total


def given_missing_bounds():
    return [
        (VOTES, BASE, STRATUM, [100, 60, 30, 20], [12, 10, 3, 1]),
        (VOTES, BASE, STRATUM, [100, 60, 30, 20, 9], [12, 10, 3, 1, 2]),
    ]
