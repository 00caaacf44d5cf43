"""Kobak, Shpilkin and Pshenichnikov's integer anomaly, written again from its definition.

Slow and plain: for each station the binomial law over every count, floats nowhere in the decision.
``python tests/references/integer_percentages.py`` prints the exact values by year for
RECANVASS_DATA; they agree with the authors' Monte Carlo (analysis/2024/montecarlo.pickle of
github.com/dkobak/elections: 2018 1708.84, 2024 2930.98, standard deviation of a run about 3.7).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import binom

#: Year → exact (union, share, turnout) excess and the union's standard deviation.
EXACT = {
    2018: (1708.60, 857.13, 1297.53, 117.38),
    2024: (2933.68, 1389.28, 2170.80, 113.36),
}

#: Exact union excess weighted by registered voters, ballots issued and the leader's votes.
WEIGHTED = {2018: (2457649, 2048976, 1751811), 2024: (4701937, 3970880, 3569676)}

#: 2020 takes ballots found in the boxes for both, so the canonical table gives it exactly.
EXACT_2020 = (3604.86, 2835.93, 1649.69, 117.00)

#: The authors' Monte Carlo, union; with 1,000 draws its own error is sd / sqrt(1000), about 4.
MONTE_CARLO = {2018: 1708.839, 2024: 2930.984}

#: Published from ballots *issued*. The canonical tables of these years hold ballots found in the boxes only: turnout
#: differs a little, and with it who is left out above 99 per cent (some twenty stations). The share does not depend
#: on it otherwise. Published exact union and share, and what our table must give.
FROM_BOXES = {
    2004: ((934.36, 586.55), (924.37, 584.83)),
    2007: ((722.26, 416.31), (714.42, 414.68)),
    2011: ((1002.57, 766.55), (970.48, 767.25)),
    2012: ((1160.96, 737.46), (1148.39, 735.56)),
}

#: Whole percentages of the share counted in 2004, published; here not one station more or less.
SHARES_2004 = 9283


def chance(x: int, n: int) -> float:
    """P(X is a whole percentage of n), X ~ Binomial(n, x / n)."""
    counts = np.arange(n + 1)
    rest = 100 * counts % n
    hit = 20 * np.minimum(rest, n - rest) <= n
    return float(binom.pmf(counts[hit], n, x / n).sum())


def excess(pairs: list[tuple[int, int, int, int]]) -> tuple[float, float]:
    """(excess, sd) of the union for stations given as (ballots, registered, votes, received)."""
    total, variance = 0.0, 0.0
    for given, registered, votes, received in pairs:
        if received <= 0 or registered < 100 or 100 * given > 99 * registered or 100 * votes > 99 * received:
            continue
        p = 1 - (1 - chance(given, registered)) * (1 - chance(votes, received))
        hit = any(20 * min(100 * x % n, n - 100 * x % n) <= n for x, n in ((given, registered), (votes, received)))
        total += hit - p
        variance += p * (1 - p)
    return total, math.sqrt(variance)
