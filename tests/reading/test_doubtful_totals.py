"""What arithmetic cannot tell: a station that is a sum by luck or by copying is counted, and a person is told."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass.errors import MappingNeeded
from recanvass.reading.doubtful import more_than
from recanvass.reading.luck import independent, luck
from recanvass.results import Results
from tests.reading.tables import clean, taken
from tests.reading.test_totals import HEAD, line, total

ROWS = clean(60, seed=11)
DOUBTS = ("nameless", "maybe_totals", "maybe_copies")


def stations(rows: list[list[int]], first: int = 1) -> list[str]:
    return [line(f"R{k // 6}", str(first + k), row) for k, row in enumerate(rows)]


def told(results: Results) -> dict[str, list[int]]:
    assert results.sheet is not None
    return {w.code: list(w.facts["places"]) for w in results.sheet.warnings if w.code in DOUBTS}  # type: ignore[call-overload]


def table(lines: list[str]) -> Results:
    return taken("\n".join([HEAD, *lines]) + "\n")


@pytest.mark.parametrize("others", [2, 4, 9])
def test_two_equal_stations_among_empty_ones_are_counted(others):
    """Each of them is the sum of all others, and neither is a total."""
    rows = [ROWS[0], *[[0] * 7] * others, ROWS[0]]
    assert len(table(stations(rows))) == others + 2


@pytest.mark.parametrize("seed", range(40))
def test_no_station_of_a_tiny_table_is_set_aside(seed):
    """Contests of a few voters, where a station is often nearly the sum of all others."""
    rng = np.random.default_rng([7, seed])
    rows = []
    for _ in range(int(rng.integers(4, 12))):
        votes = rng.integers(0, int(rng.integers(2, 9)), 3)
        if rng.random() < 0.4:
            votes *= 0
        rows.append([int(votes.sum()) + 1, int(votes.sum()), 0, int(votes.sum()), *map(int, votes)])
    try:
        results = table(stations(rows))
    except MappingNeeded:
        return
    assert len(results) == len(rows)


@pytest.mark.parametrize("grain", [10, 100])
def test_rounded_figures_make_sums_by_luck(grain):
    """Figures in hundreds have few values, and three neighbours sum to a fourth."""
    rng = np.random.default_rng(grain)
    rows = []
    for _ in range(400):
        votes = rng.integers(0, 4, 3) * grain
        rows.append([int(votes.sum()) + grain, int(votes.sum()), 0, int(votes.sum()), *map(int, votes)])
    assert len(table(stations(rows))) == 400


def test_a_station_that_is_the_sum_of_two_neighbours_is_counted_and_told_of():
    rows = [*ROWS[:9], total(ROWS[7:9]), *ROWS[9:20]]
    results = table(stations(rows))
    assert len(results) == len(rows)
    assert told(results) == {"maybe_totals": [11]}


def test_a_station_equal_to_its_neighbour_is_counted_and_told_of():
    rows = [*ROWS[:9], ROWS[8], *ROWS[9:20]]
    results = table(stations(rows))
    assert len(results) == len(rows)
    assert set(told(results)) == {"maybe_copies"}
    assert 11 in told(results)["maybe_copies"]


def test_an_honest_table_raises_no_doubt():
    assert told(table(stations(ROWS))) == {}


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("sizes", [[2] * 12, [1, 2, 5, 1, 3, 2, 2, 1, 4], [9, 2]])
@pytest.mark.parametrize("label", ["Area {0}|", "|"])
def test_totals_of_one_and_two_stations_that_name_no_station(sizes, below, label):
    lines, k = [], 0
    for g, size in enumerate(sizes):
        part = [line(f"R{g}", str(k + i + 1), ROWS[k + i]) for i in range(size)]
        head = [line(*label.format(g).split("|"), total(ROWS[k : k + size]))]
        lines += [*part, *head] if below else [*head, *part]
        k += size
    results = table(lines)
    assert len(results) == k
    assert results.totals["Ana"] == total(ROWS[:k])[4]


def test_totals_of_two_stations_that_are_labelled_alike():
    lines = []
    for g in range(12):
        lines += stations(ROWS[2 * g : 2 * g + 2], 2 * g + 1)
        lines.append(line(f"R{g}", f"Town of R{g}", total(ROWS[2 * g : 2 * g + 2])))
    assert len(table(lines)) == 24


@pytest.mark.parametrize("below", [True, False])
def test_totals_hold_what_stations_lack(below):
    """A station's empty cell is in the total all the same."""
    rng = np.random.default_rng(5)
    lines, k = [], 0
    for g, size in enumerate([9, 6, 8, 7, 10, 9]):
        part = [
            line(f"R{g}", str(k + i + 1), ROWS[k + i], "".join(c for c in "ribABC" if rng.random() < 0.03))
            for i in range(size)
        ]
        head = [line(f"R{g}", f"Town of R{g}", total(ROWS[k : k + size]))]
        lines += [*part, *head] if below else [*head, *part]
        k += size
    assert any(",," in text for text in lines)
    assert len(table(lines)) == k


def test_rows_that_name_no_station_and_are_no_sum_are_told_of():
    lines = stations(ROWS[:20])
    lines.insert(10, line("R1", "", ROWS[30]))
    results = table(lines)
    assert len(results) == 21
    assert told(results) == {"nameless": [12]}


def test_totals_that_look_like_stations_are_told_of_where_they_are_too_small_to_be_certain():
    small = [[9, 4, 0, 4, 2, 1, 1], [7, 5, 0, 5, 1, 3, 1], [8, 6, 1, 5, 2, 2, 1], [9, 9, 0, 9, 3, 4, 2]]
    rng = np.random.default_rng(3)
    lines, k = [], 0
    for g in range(9):
        part = [small[j] for j in rng.permutation(4)[: 2 + g % 3]]
        lines += stations([*part, total(part)], k + 1)
        k += len(part) + 1
    results = table(lines)
    if len(results) == k:
        assert told(results).get("maybe_totals")


def test_the_chance_of_a_sum():
    """One figure of 100 is met about once in 26; dependent, equal and empty ones say nothing more."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(50, 200, (2, 300))
    both = np.stack([a, b, a + b, np.zeros_like(a)], axis=1)
    given = np.ones_like(both, dtype=bool)
    assert independent(both, given) == 2
    chance = luck(np.array([[100, 0, 0, 0], [100, 100, 0, 0], [100, 60, 160, 0]]), both, given)
    one, other = 1 / (1 + np.sqrt(2 * np.pi * 100)), 1 / (1 + np.sqrt(2 * np.pi * 60))
    np.testing.assert_allclose(chance, [one, one, one * other])
    rounded = luck(np.array([[1000, 0, 0, 0]]), 10 * both, given)
    np.testing.assert_allclose(rounded, [one])
    both[::5, 2], given[::5, 2] = 0, False
    assert independent(both, given) == 2


def test_more_than_luck():
    """The Poisson tail at twice the expected number: P(X >= 4 | 2.01) is .14, P(X >= 8 | 2.01) is .0011."""
    assert not more_than(0, 0.0)
    assert more_than(1, 0.0)
    assert not more_than(4, 1.0)
    assert more_than(8, 1.0)
