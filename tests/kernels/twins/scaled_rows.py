"""Scaled copies by fractions and all pairs."""

from __future__ import annotations

import numpy as np

from recanvass.kernels.scaled_rows import TELLING
from tests.methods.test_copied_results import slow_bound as slow_scaled_bound
from tests.methods.test_copied_results import slow_hit

RNG = np.random.default_rng(13)
TOTALS = RNG.integers(300, 1500, 30)
VOTES = np.array([RNG.multinomial(n, [0.5, 0.25, 0.15, 0.1]) for n in TOTALS])
for copy, source in ((7, 3), (9, 7), (22, 20)):
    VOTES[copy] = np.rint(VOTES[source] * TOTALS[copy] / TOTALS[source])
TOTALS = VOTES.sum(axis=1)


def given_scaled_bound():
    return [(VOTES[i], int(TOTALS[i]), int(TOTALS[j])) for i in range(6) for j in range(6)]


def slow_scaled_hit(source, n_source, row, total):
    return slow_hit(source.tolist(), row.tolist())


def given_scaled_hit():
    pairs = [(3, 7), (7, 9), (20, 22), (3, 3), (0, 1), (1, 0)]
    return [(VOTES[i], int(TOTALS[i]), VOTES[j], int(TOTALS[j])) for i, j in pairs]


def slow_scaled_rows(votes, totals, starts, reach):
    chance, source, bound = np.zeros(len(votes)), np.full(len(votes), -1), np.ones(len(votes))
    telling = np.zeros(len(votes), np.int64)
    for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        for j in range(a, b):
            for i in range(max(a, j - reach), j):
                here = slow_scaled_bound(votes[i].tolist(), int(totals[i]), int(totals[j]))
                if here <= TELLING:
                    telling[j] += 1
                    chance[j] += here
                    if here < bound[j] and slow_hit(votes[i].tolist(), votes[j].tolist()):
                        source[j], bound[j] = i, here
    return chance, source, bound, telling


def given_scaled_rows():
    return [(VOTES, TOTALS, np.array([0, 15, 30]), 7), (VOTES, TOTALS, np.array([0, 30]), 100)]
