"""Runs of ballots: every order counted, the dynamic programme in fractions, published tables."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from recanvass.kernels import ballot_runs

#: The law of the runs of 11 and 14 as printed by Ray Koopman (mathgroup 53905, 2005): ways of 2, 3, ... runs.
KOOPMAN = (
    2, 23, 260, 1365, 7020, 22230, 68640, 145860, 300300, 450450, 648648, 702702,
    720720, 566280, 411840, 231660, 115830, 45045, 14300, 3575, 572, 78,
)  # fmt: skip


def orders(marked: int, others: int) -> np.ndarray:
    n = marked + others
    rows = np.zeros((math.comb(n, marked), n), bool)
    for row, chosen in zip(rows, combinations(range(n), marked), strict=True):
        row[list(chosen)] = True
    return rows


@pytest.mark.parametrize(("marked", "others"), [(1, 1), (3, 2), (5, 5), (7, 4), (2, 8), (6, 0), (0, 3)])
def test_the_laws_equal_a_count_of_every_order(marked: int, others: int) -> None:
    rows = orders(marked, others)
    seen = np.array([ballot_runs.runs(row) for row in rows])
    longest = np.array([ballot_runs.longest_run(row)[0] for row in rows])
    for r in range(1 if min(marked, others) == 0 else 2, marked + others + 1):
        assert 10 ** ballot_runs.log10_few_runs(marked, others, r) == pytest.approx((seen <= r).mean(), rel=1e-10)
    for r in range(marked + 1):
        assert 10 ** ballot_runs.log10_long_run(marked, others, r) == pytest.approx((longest >= r).mean(), rel=1e-10)
    assert ballot_runs.expected_runs(marked, others) == pytest.approx(seen.mean(), rel=1e-12)


@cache
def shorter(marked: int, others: int, length: int) -> int:
    """Orders without a run of ``length``, one gap after the other: the dynamic programme."""
    if marked < 0:
        return 0
    if others == 0:
        return int(marked < length)
    return sum(shorter(marked - j, others - 1, length) for j in range(min(marked, length - 1) + 1))


@pytest.mark.parametrize(("marked", "others", "length"), [(40, 25, 9), (60, 60, 30), (90, 20, 12), (30, 50, 30)])
def test_the_longest_run_equals_the_dynamic_programme(marked: int, others: int, length: int) -> None:
    whole = math.comb(marked + others, marked)
    p = Fraction(whole - shorter(marked, others, length), whole)
    assert ballot_runs.log10_long_run(marked, others, length) == pytest.approx(
        math.log10(p.numerator) - math.log10(p.denominator), rel=1e-10, abs=1e-12
    )


def test_the_published_law_of_eleven_and_fourteen() -> None:
    ways, before = [], 0.0
    for r in range(2, 24):
        below = 10 ** ballot_runs.log10_few_runs(11, 14, r) * math.comb(25, 11)
        ways.append(round(below - before))
        before = below
    assert tuple(ways) == KOOPMAN
    assert sum(ways) == 4457400
    koopman = np.array([0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0], bool)
    assert ballot_runs.runs(koopman) == 13
    assert ballot_runs.expected_runs(11, 14) == pytest.approx(13.32)


def test_binary_words_without_three_ones_are_counted_by_the_tribonacci_numbers() -> None:
    """OEIS A000073: 504 of the 1,024 words of ten letters have no three ones in a row."""
    words = sum(math.comb(10, m) * (1 - 10 ** ballot_runs.log10_long_run(m, 10 - m, 3)) for m in range(3, 11))
    assert words + math.comb(10, 0) + math.comb(10, 1) + math.comb(10, 2) == pytest.approx(504, abs=1e-9)


def test_the_richest_segment_equals_every_segment_tried() -> None:
    rng = np.random.default_rng(1)
    rows = rng.random((40, 23)) < 0.4
    fast = ballot_runs.richest_segments(rows)
    for row, found in zip(rows, fast, strict=True):
        n, m = len(row), int(row.sum())
        slow = max((n * int(row[a:b].sum()) - m * (b - a), -a, -b) for a in range(n) for b in range(a, n + 1))
        assert found == slow[0]
        value, start, end = ballot_runs.richest_segment(row)
        assert value == slow[0]
        assert n * int(row[start:end].sum()) - m * (end - start) == value


def test_far_tails_and_large_stations() -> None:
    assert ballot_runs.log10_long_run(1500, 1500, 1500) == pytest.approx(
        math.log10(1501) - math.log10(math.comb(3000, 1500)), rel=1e-12
    )
    assert ballot_runs.log10_few_runs(1500, 1500, 2) == pytest.approx(
        math.log10(2) - math.log10(math.comb(3000, 1500)), rel=1e-10
    )
    assert ballot_runs.log10_few_runs(0, 10, 1) == 0.0
    assert ballot_runs.log10_long_run(10, 0, 10) == 0.0
    assert ballot_runs.log10_long_run(10, 5, 11) == -math.inf
