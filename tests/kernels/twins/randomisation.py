"""The lot in plain sums, each outcome by listing the watched stations."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

RNG = np.random.default_rng(12)
OUTCOME = RNG.normal(size=9)
WATCHED = np.array([1, 0, 0, 1, 0, 1, 0, 0, 1], bool)
STRATA = [np.array([0, 1, 2, 3]), np.array([4, 5, 6]), np.array([7, 8])]
ALONE = [np.array([0]), np.array([1, 2])]


def slow_difference(outcome, watched, strata):
    top, bottom = 0.0, 0
    for rows in strata:
        on = [outcome[i] for i in rows if watched[i]]
        off = [outcome[i] for i in rows if not watched[i]]
        if on and off:
            top += len(on) * (sum(on) / len(on) - sum(off) / len(off))
            bottom += len(on)
    return top / bottom if bottom else 0.0


def given_difference():
    return [(OUTCOME, WATCHED, STRATA), (OUTCOME, WATCHED, ALONE)]


def slow_assignments(watched, strata):
    product = 1
    for rows in strata:
        product *= comb(len(rows), sum(bool(watched[i]) for i in rows))
    return product


def given_assignments():
    return [(WATCHED, STRATA), (WATCHED, ALONE)]


def fast_every_difference(*given):
    from recanvass.kernels.randomisation import every_difference

    return np.sort(every_difference(*given))


def slow_every_difference(outcome, watched, strata):
    rows = np.concatenate(strata)
    found = []
    for chosen in combinations(rows.tolist(), int(watched[rows].sum())):
        other = np.isin(np.arange(len(outcome)), chosen)
        if all(other[s].sum() == watched[s].sum() for s in strata):
            found.append(slow_difference(outcome, other, strata))
    return np.sort(found)


def given_every_difference():
    return [(OUTCOME, WATCHED, STRATA)]


def fast_drawn_differences(seed, *given):
    from recanvass.kernels.randomisation import drawn_differences

    return drawn_differences(*given, np.random.default_rng(seed))


def slow_drawn_differences(seed, outcomes, watched, strata, draws):
    """The same lots: in each stratum the stations with the smallest of uniform numbers are watched."""
    rng = np.random.default_rng(seed)
    lots = np.zeros((draws, outcomes.shape[1]), bool)
    for rows in strata:
        chosen = int(watched[rows].sum())
        if 0 < chosen < len(rows):
            lots[:, rows] = np.argsort(np.argsort(rng.random((draws, len(rows))), axis=1), axis=1) < chosen
    return np.array([[slow_difference(o, lot, strata) for lot in lots] for o in outcomes])


def given_drawn_differences():
    rng = np.random.default_rng(6)
    watched, alone = np.arange(300) % 7 == 0, np.arange(300) == 290
    strata = [np.arange(0, 250), np.arange(250, 299), np.array([299])]
    drawn = [
        (seed, rng.normal(size=(3, 300)), lot, strata, 25) for seed, lot in ((4, watched), (5, ~watched), (6, alone))
    ]
    return [(3, RNG.normal(size=(2, 9)), WATCHED, STRATA, 40), *drawn]
