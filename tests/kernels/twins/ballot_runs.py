"""Runs of ballots by every order of them, by a dynamic programme in whole numbers, and by every segment."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import combinations, groupby

import numpy as np


def sequences():
    rng = np.random.default_rng(1)
    drawn = [rng.random(n) < p for n, p in ((23, 0.4), (23, 0.4), (60, 0.1), (61, 0.9), (200, 0.5))]
    return [*drawn, np.zeros(0, bool), np.zeros(5, bool), np.ones(5, bool), np.array([True]), np.arange(9) % 2 > 0]


def one_by_one():
    return [(row,) for row in sequences()]


def slow_runs(marked):
    return sum(1 for _ in groupby(marked.tolist()))


given_runs = one_by_one


@cache
def orders(marked, others):
    """Every order of so many ballots, each the places of the marked ones."""
    rows = []
    for chosen in combinations(range(marked + others), marked):
        row = np.zeros(marked + others, bool)
        row[list(chosen)] = True
        rows.append(row)
    return rows


def log10_of(part, whole):
    return math.log10(part) - math.log10(whole) if part else -math.inf


@cache
def ways(marked, others, count, last):
    """Orders of so many ballots in ``count`` runs whose last ballot is of the one kind or of the other."""
    if marked < 0 or others < 0 or count < 1:
        return 0
    if marked + others == 1:
        return int(count == 1 and last == (marked == 1))
    left = (marked - 1, others) if last else (marked, others - 1)
    return ways(*left, count, last) + ways(*left, count - 1, not last)


def slow_log10_few_runs(marked, others, seen):
    """Ballot after ballot; one kind alone has one run, which the kernel calls certain whatever is asked."""
    if not marked or not others:
        return 0.0
    few = sum(ways(marked, others, r, last) for r in range(1, seen + 1) for last in (False, True))
    return log10_of(few, math.comb(marked + others, marked))


def given_log10_few_runs():
    every = [(m, o, r) for m, o in ((1, 1), (3, 2), (5, 5), (2, 8), (6, 0), (0, 3)) for r in range(1, m + o + 1)]
    return [*every, (11, 14, 13), (60, 50, 20), (60, 50, 2), (60, 50, 55), (90, 4, 3), (90, 4, 9), (0, 10, 1)]


def slow_expected_runs(marked, others):
    if not marked + others:
        return 0.0
    rows = orders(marked, others)
    return float(Fraction(sum(slow_runs(row) for row in rows), len(rows)))


def given_expected_runs():
    return [(0, 0), (1, 0), (0, 3), (1, 1), (3, 2), (5, 5), (7, 4), (2, 8)]


def slow_longest_run(marked):
    best, at, place = 0, 0, 0
    for kind, same in groupby(marked.tolist()):
        length = sum(1 for _ in same)
        if kind and length > best:
            best, at = length, place
        place += length
    return best, at


given_longest_run = one_by_one


@cache
def shorter(marked, others, length):
    """Orders without a run of ``length``, one gap after the other."""
    if marked < 0:
        return 0
    if others == 0:
        return int(marked < length)
    return sum(shorter(marked - j, others - 1, length) for j in range(min(marked, length - 1) + 1))


def slow_log10_long_run(marked, others, length):
    whole = math.comb(marked + others, marked)
    return log10_of(whole - (shorter(marked, others, length) if length > 0 else 0), whole)


def given_log10_long_run():
    every = [(m, o, r) for m, o in ((1, 1), (3, 2), (5, 5), (2, 8), (6, 0), (0, 3)) for r in range(m + 2)]
    far = [(40, 25, 9), (60, 60, 30), (90, 20, 12), (30, 50, 30), (30, 50, 31), (120, 80, 120)]
    return [*every, *far]


def slow_richest_in_orders(marked, orders):
    """Each order written out, and every segment of it."""
    return np.array([slow_richest_segment(marked[order])[0] for order in orders])


def given_richest_in_orders():
    rng = np.random.default_rng(2)
    made = []
    for n, p, k in ((23, 0.4, 30), (60, 0.9, 4), (5, 0.0, 2), (7, 1.0, 2), (1, 1.0, 1), (12, 0.5, 0)):
        orders = rng.permuted(np.broadcast_to(np.arange(n, dtype=np.int32), (k, n)), axis=1)
        made.append((rng.random(n) < p, orders))
    return made


def slow_richest_segment(marked):
    """Every segment; of those that end first, the shortest."""
    n, m = len(marked), int(marked.sum())
    sums = [0]
    for ballot in marked.tolist():
        sums.append(sums[-1] + n * ballot - m)
    most, end, start = max((sums[b] - sums[a], -b, a) for b in range(n + 1) for a in range(b + 1))
    return most, start, -end


given_richest_segment = one_by_one
