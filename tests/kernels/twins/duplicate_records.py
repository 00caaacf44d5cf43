"""Equal records by comparing all pairs."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

RNG = np.random.default_rng(7)
VOTES = RNG.integers(0, 90, (40, 3)) + np.array([200, 40, 0])
VOTES[5], VOTES[17], VOTES[30] = VOTES[2], VOTES[2], VOTES[21]
AREA = np.r_[np.zeros(20, np.int64), np.ones(18, np.int64), -1, -1]


def slow_log_vector_bound(votes, valid):
    found = []
    for row, n in zip(votes.tolist(), valid.tolist(), strict=True):
        left, log = n, 0.0
        for x in sorted((max(v, 0) for v in row), reverse=True):
            if 0 < x < left:
                log += math.log(max(1.0, 2 * math.pi * x * (1 - x / left)))
            left -= x
        found.append(-log / 2)
    return np.array(found)


def given_log_vector_bound():
    return [(VOTES, VOTES.sum(axis=1)), (np.array([[5, 0, -2], [0, 0, 0]]), np.array([5, 0]))]


def fast_duplicate_records(*given):
    from recanvass.kernels.duplicate_records import duplicate_records

    groups, pairs = duplicate_records(*given)
    return [(rows.tolist(), bound) for rows, bound in groups], pairs


def slow_duplicate_records(area, votes, valid, least, level):
    rows = [i for i in range(len(area)) if area[i] >= 0 and valid[i] >= least]
    alike = {}
    cells = {}
    for i in rows:
        alike.setdefault((area[i], valid[i], tuple(votes[i].tolist())), []).append(i)
        cells.setdefault((area[i], valid[i]), []).append(i)
    pairs = sum(1 for i, j in combinations(rows, 2) if area[i] == area[j] and valid[i] == valid[j])
    found = []
    for members in alike.values():
        g = len(members)
        if g >= 2:
            one = members[:1]
            bound = (g - 1) * slow_log_vector_bound(votes[one], valid[one])[0]
            bound += math.log(sum(math.comb(len(c), g) for c in cells.values()))
            if bound < math.log(level) - (g - 2) * math.log(2):
                found.append((members, bound))
    return sorted(found), pairs


def given_duplicate_records():
    valid = VOTES.sum(axis=1)
    return [(AREA, VOTES, valid, 50, 0.5), (AREA, VOTES, valid, 320, 0.5), (AREA - 9, VOTES, valid, 50, 0.5)]
