"""Repeated vectors by fractions and by enumeration of centres and boxes."""

from __future__ import annotations

import math

import numpy as np

from recanvass.kernels import repeat_vectors as kernel
from tests.kernels.test_repeat_vectors import area, slow_area, slow_bound, slow_hit

WORLDS = [area(np.random.default_rng(seed), 22, copied) for seed, copied in ((0, 0), (1, 2), (2, 4))]


def slow_hit_bound(centre, n_centre, n_other, box):
    return slow_bound(centre.tolist(), n_centre, n_other, box)


def given_hit_bound():
    votes, valid = WORLDS[0]
    return [(votes[i], int(valid[i]), int(valid[j]), box) for i, j in ((0, 1), (3, 2), (9, 20)) for box in range(4)]


def slow_hits(votes, valid, centre, box):
    one, n = votes[centre].tolist(), int(valid[centre])
    return np.array([slow_hit(one, n, v.tolist(), int(m), box) for v, m in zip(votes, valid, strict=True)])


def given_hits():
    return [(*world, i, box) for world in WORLDS for i in (0, 5) for box in range(4)]


def fast_repeated_vectors(votes, valid):
    found, log_p = np.zeros((1, 2, 3), np.int64), np.zeros((1, 2, 2))
    by_share, by_size = np.argsort(votes[:, 0] / valid), np.argsort(valid, kind="stable")
    kernel.repeated_vectors(votes, valid, np.array([0, len(valid)]), by_share, by_size, found, log_p)
    return log_p[0, :, 1]


def slow_repeated_vectors(votes, valid):
    best = slow_area(votes, valid)
    return np.array([min(0.0, math.log(best[kind])) for kind in (0, 1)])


def given_repeated_vectors():
    return WORLDS
