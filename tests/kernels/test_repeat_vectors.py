"""Whole results that repeat, and records that stand twice."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import multinomial

from recanvass.kernels.duplicate_records import duplicate_records, log_vector_bound
from recanvass.kernels.repeat_search import search_vectors
from recanvass.kernels.repeat_vectors import hit_bound, hits

WIDTHS = [(Fraction(5, 10_000), Fraction(1, 2)), (Fraction(1, 1000), 1), (Fraction(2, 1000), 2), (Fraction(4, 1000), 4)]


def slow_bound(centre: list[int], n_centre: int, n: int, box: int) -> float:
    half, ballots = WIDTHS[box]
    width, left, bound = max(half * n, Fraction(ballots)), n, 1.0
    for x_centre in centre:
        middle = Fraction(x_centre * n, n_centre)
        low, high = math.ceil(middle - width), math.floor(middle + width)
        beta = [
            1.0 if x <= 0 or x >= left else 1 / math.sqrt(2 * math.pi * x * (1 - x / left))
            for x in range(max(low, 0), high + 1)
        ]
        bound *= min(1.0, sum(beta))
        left -= max(high, 0)
    return bound


def slow_hit(centre: list[int], n_centre: int, other: list[int], n: int, box: int) -> bool:
    half, ballots = WIDTHS[box]
    width = max(half * n, Fraction(ballots))
    return all(abs(x - Fraction(c * n, n_centre)) <= width for c, x in zip(centre, other, strict=True))


def tail(rates: list[float], events: int) -> float:
    law = np.array([1.0])
    for rate in rates:
        law = np.convolve(law, [1 - rate, rate])
    return float(law[events:].sum())


def area(rng: np.random.Generator, stations: int, copied: int) -> tuple[np.ndarray, np.ndarray]:
    valid = rng.integers(400, 1800, stations)
    votes = np.stack([rng.multinomial(n, rng.dirichlet([70, 16, 8, 3, 2])) for n in valid])
    for k in range(copied):
        votes[k] = np.floor(valid[k] * np.array([0.71, 0.156, 0.078, 0.027, 0.016])).astype(int)
    return votes.astype(np.int64), valid.astype(np.int64)


def slow_area(votes: np.ndarray, valid: np.ndarray) -> dict[int, float]:
    """The p-value of the area for twins (0) and clusters (1), by enumeration."""
    n = len(valid)
    best = {0: 1.0, 1: 1.0}
    for i in range(n):
        for box in range(4):
            others = [j for j in range(n) if j != i]
            here = sum(
                slow_hit(votes[i].tolist(), int(valid[i]), votes[j].tolist(), int(valid[j]), box) for j in others
            )
            if here:
                rates = [slow_bound(votes[i].tolist(), int(valid[i]), int(valid[j]), box) for j in others]
                kind = min(1, here - 1)
                best[kind] = min(best[kind], tail(rates, here) * 4 * n)
    return best


@pytest.mark.parametrize(("seed", "copied"), [(0, 0), (1, 2), (2, 4), (3, 7)])
def test_search_is_the_search_by_enumeration(seed: int, copied: int) -> None:
    votes, valid = area(np.random.default_rng(seed), 22, copied)
    found = search_vectors([np.zeros(22, np.int64)], votes, valid, np.ones(22, bool), 5)[0]
    slow = slow_area(votes, valid)
    for kind in (0, 1):
        np.testing.assert_allclose(found.log_p[0, kind, 1], math.log(slow[kind]), rtol=1e-7, atol=1e-7)
    if copied > 2:
        centre, box, number = found.found[0, 1]
        assert hits(votes, valid, centre, box).sum() == number + 1 >= 3
        assert found.log_p[0, 1, 1] < -4


def test_bound_is_the_slow_bound_and_holds_for_every_parameter() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        centre = np.array([61, 30, 9, 0], np.int64)
        n, box = int(rng.integers(20, 60)), int(rng.integers(0, 4))
        bound = hit_bound(centre, 100, n, box)
        assert bound == pytest.approx(slow_bound(centre.tolist(), 100, n, box), rel=1e-12)
    n, box = 24, 0
    inside = [
        (a, b, n - a - b)
        for a in range(n + 1)
        for b in range(n + 1 - a)
        if slow_hit([61, 30, 9], 100, [a, b, n - a - b], n, box)
    ]
    bound = hit_bound(np.array([61, 30, 9], np.int64), 100, n, box)
    for theta in rng.dirichlet([6.1, 3.0, 0.9], 200):
        assert sum(multinomial.pmf(v, n, theta) for v in inside) <= bound


def test_clean_areas_give_no_cluster() -> None:
    rng = np.random.default_rng(9)
    votes, valid = zip(*(area(rng, 20, 0) for _ in range(100)), strict=True)
    codes = np.repeat(np.arange(100), 20)
    found = search_vectors([codes, codes // 20], np.vstack(votes), np.concatenate(valid), np.ones(2000, bool), 5)
    for level in found:
        assert level.log_p[:, 1, 1].min() > math.log(0.01)


def test_rows_and_workers_change_nothing() -> None:
    votes, valid = area(np.random.default_rng(2), 40, 5)
    codes = np.arange(40) % 2
    order = np.random.default_rng(1).permutation(40)
    one = search_vectors([codes], votes, valid, np.ones(40, bool), 5, workers=1)[0]
    two = search_vectors([codes[order]], votes[order], valid[order], np.ones(40, bool), 5, workers=3)[0]
    np.testing.assert_allclose(one.log_p, two.log_p, rtol=1e-10)


def test_vector_bound_holds_for_every_parameter() -> None:
    x = np.array([[14, 7, 3]])
    bound = math.exp(log_vector_bound(x, np.array([24]))[0])
    assert multinomial.pmf(x[0], 24, x[0] / 24) <= bound < 1
    assert log_vector_bound(np.array([[0, 30, 0], [0, 0, 0]]), np.array([30, 0])).tolist() == [0.0, 0.0]


def test_duplicates_are_listed_only_where_chance_is_excluded() -> None:
    rng = np.random.default_rng(3)
    votes, valid = area(rng, 30, 0)
    votes[4], valid[4] = votes[21], valid[21]
    where = np.zeros(30, np.int64)
    groups, pairs = duplicate_records(where, votes, valid, 100, 1e-3)
    assert pairs >= 1
    assert [rows.tolist() for rows, _ in groups] == [[4, 21]]
    where[4] = 1  # another area: not compared
    assert duplicate_records(where, votes, valid, 100, 1e-3)[0] == []
    two_way = np.array([[150, 150], [150, 150], [149, 151]])
    assert duplicate_records(np.zeros(3, np.int64), two_way, np.full(3, 300), 100, 1e-3)[0] == []
    six = np.tile([301, 6, 0, 32, 4], (6, 1))
    groups, _ = duplicate_records(np.zeros(6, np.int64), six, np.full(6, 343), 100, 1e-3)
    assert [len(rows) for rows, _ in groups] == [6]
