"""The mean product over the grid of rates, station by station."""

from __future__ import annotations

import math

import numpy as np

RNG = np.random.default_rng(21)
BASE = RNG.integers(100, 900, 30).astype(float)
VOTES = np.rint(BASE * RNG.uniform(0.2, 0.6, 30))
STRATUM = np.array([0] * 14 + [1] * 15 + [2])


def slow_log10_chance(votes, base, stratum, frame, drawn, share):
    rows = {h: [i for i in range(len(votes)) if stratum[i] == h] for h in range(len(frame))}
    asked = {h: max(drawn[h], len(rows[h])) for h in rows}
    weight = {h: frame[h] / asked[h] if asked[h] else 0.0 for h in rows}
    wealth = []
    for sign, part in ((1, share), (-1, 1 - share)):
        falls = [weight[h] * part * max(base[i] for i in (rows[h] or range(len(base)))) for h in rows]
        gains = [sign * weight[stratum[i]] * (votes[i] - share * base[i]) for i in range(len(votes))]
        most = 1.25 * max(*falls, *(-g for g in gains))
        if most <= 0:
            wealth += [1e300 if any(gains) else 1.0] * 8
            continue
        for k in range(8):
            rate, product = 2.0**-k / most, 1.0
            for g in gains:
                product *= 1 + rate * g
            for h in rows:
                among = rows[h] or range(len(base))
                mean = sum(base[i] for i in among) / len(among)
                product *= (1 - rate * weight[h] * part * mean) ** (asked[h] - len(rows[h]))
            wealth.append(product)
    return max(-300.0, min(0.0, -math.log10(math.fsum(w / 16 for w in wealth))))


def given_log10_chance():
    return [
        (VOTES, BASE, STRATUM, [100, 60, 1], [14, 15, 1], 0.4),
        (VOTES, BASE, STRATUM, [100, 60, 1], [14, 15, 1], 0.6),
        (VOTES, BASE, STRATUM, [100, 60, 9, 7], [14, 17, 3, 2], 0.2),
        (VOTES, BASE, STRATUM, [100, 60, 9], [14, 15, 1], 0.9),
        (np.zeros(30), BASE, STRATUM, [100, 60, 9], [14, 15, 1], 0.0),
        (BASE, BASE, STRATUM, [100, 60, 9], [14, 15, 1], 0.3),
    ]
