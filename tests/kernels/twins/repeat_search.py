"""Scans over areas by taking each area out and scanning it alone."""

from __future__ import annotations

import numpy as np

from recanvass.kernels import repeat_search as kernel
from tests.kernels.twins.repeat_vectors import WORLDS, fast_repeated_vectors
from tests.kernels.twins.repeat_windows import COPIED, COUNT, SIZE, fast_scan

AREA = np.array([3, 0, -1, 3, 0, 0, 7, 3, 3, -1, 0, 3])
CHOSEN = np.array([1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0], bool)


def slow_grouped(areas, chosen, large):
    rows, starts = [], [0]
    for code in large.tolist():
        rows += [i for i in range(len(areas)) if areas[i] == code and chosen[i]]
        starts.append(len(rows))
    return np.array(rows), np.array(starts)


def given_grouped():
    return [(AREA, CHOSEN, np.array([0, 3])), (AREA, CHOSEN, np.array([7]))]


def slow_large_areas(areas, there, least):
    codes = sorted({c for c in areas.tolist() if c >= 0})
    return np.array([c for c in codes if sum(a == c and t for a, t in zip(areas, there, strict=True)) >= max(1, least)])


def given_large_areas():
    return [(AREA, CHOSEN, least) for least in (0, 1, 3, 4)]


def fast_scan_windows(areas, base, part):
    found = kernel.scan_windows([kernel.Scan(areas, base, part, np.ones(len(base), bool))], 5)[0]
    return [
        [code, *at[:3].tolist(), *p.tolist()] for code, at, p in zip(found.area, found.at, found.log_p, strict=True)
    ]


def slow_scan_windows(areas, base, part):
    return [[c, *fast_scan(base[areas == c], part[areas == c])] for c in sorted({*areas.tolist()} - {-1})]


def given_scan_windows():
    both = np.r_[SIZE, SIZE], np.r_[COUNT, COPIED]
    mixed = np.tile([0, 2], 14)
    return [(np.repeat([0, 5], 14), *both), (mixed, *both)]


def fast_search_vectors(areas, votes, valid):
    found = kernel.search_vectors([areas], votes, valid, np.ones(len(valid), bool), 5)[0]
    return [[code, *p[:, 1].tolist()] for code, p in zip(found.area, found.log_p, strict=True)]


def slow_search_vectors(areas, votes, valid):
    codes = sorted({*areas.tolist()} - {-1})
    return [[c, *fast_repeated_vectors(votes[areas == c], valid[areas == c]).tolist()] for c in codes]


def given_search_vectors():
    votes, valid = (np.concatenate([world[k] for world in WORLDS]) for k in (0, 1))
    return [(np.repeat([0, 1, 4], 22), votes, valid)]
