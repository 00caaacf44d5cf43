"""Runs of ballots: published tables and far tails. Every order, every segment: ``twins/ballot_runs.py``."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recanvass.kernels import ballot_runs

#: The law of the runs of 11 and 14 as printed by Ray Koopman (mathgroup 53905, 2005): ways of 2, 3, ... runs.
KOOPMAN = (
    2, 23, 260, 1365, 7020, 22230, 68640, 145860, 300300, 450450, 648648, 702702,
    720720, 566280, 411840, 231660, 115830, 45045, 14300, 3575, 572, 78,
)  # fmt: skip


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
