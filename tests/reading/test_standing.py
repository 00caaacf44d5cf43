"""What speaks for and against columns as options, function by function."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from recanvass.reading import standing
from recanvass.reading.assignment import Proposal
from recanvass.reading.identities import Target
from recanvass.reading.layout import Laid
from recanvass.reading.numbers import Column

RNG = np.random.default_rng(5)
A, B, C, D = (RNG.integers(20, 900, 30) for _ in range(4))
NOUGHTS = 0 * A


def columns(*values: np.ndarray, kind: str = "count") -> list[Column]:
    return [Column(kind, np.asarray(v, np.int64), np.zeros(len(v), bool)) for v in values]  # type: ignore[arg-type]


def total(values: np.ndarray) -> list[Target]:
    return [Target("valid", values, np.ones(len(values), bool))]


def test_a_sum_hides_among_the_options_or_does_not() -> None:
    assert standing.hidden_total([0, 1, 2], columns(A, B, A + B))
    assert not standing.hidden_total([0, 1, 2], columns(A, B, C))
    assert not standing.hidden_total([0, 1, 2], columns(A, NOUGHTS, A))  # the same figures twice are no sum
    assert not standing.hidden_total([0, 1, 2], columns(A[:2], B[:2], (A + B)[:2]))  # of two rows nothing is said
    assert standing.hidden_total([0, 1, 2], columns(A[:3], B[:3], (A + B)[:3]))
    broken = np.where(np.arange(30) < 10, A + B + 1, A + B)
    assert standing.hidden_total([0, 1, 2], columns(A, B, broken))
    assert not standing.hidden_total([0, 1, 2], columns(A, B, np.where(np.arange(30) < 15, broken + 7, A + B)))


def test_a_chosen_column_is_the_sum_of_those_left_out() -> None:
    assert standing.sums_of_others([2], [0, 1, 2], columns(A, B, A + B))
    assert not standing.sums_of_others([2], [0, 1, 2], columns(A, B, C))
    assert not standing.sums_of_others([0, 1, 2], [0, 1, 2], columns(A, B, A + B))  # none was left out
    assert not standing.sums_of_others([2], [0, 1, 2], columns(A, NOUGHTS, A))
    assert not standing.sums_of_others([2], [0, 1, 2], columns(A[:2], B[:2], (A + B)[:2]))


def test_in_a_few_rows_a_column_may_stand_in_for_another() -> None:
    few, other, number = A[:5], B[:5], np.arange(1, 6)
    assert standing.interchangeable([0], [0, 1], columns(few, few))
    assert not standing.interchangeable([0], [0, 1], columns(few, other))
    assert standing.interchangeable([0], [0, 1], columns(number, other))
    assert not standing.interchangeable([0], [0], columns(number))  # nothing else it could stand in for
    assert not standing.interchangeable([0], [0, 1], columns(few, 0 * few))
    assert not standing.interchangeable([0], [0, 1], columns(A, A))


def test_options_that_hold_most_of_a_total_fall_short_of_it() -> None:
    whole = A + B + C
    assert standing.falls_short([0, 1], columns(A, B), total(A + B))
    assert standing.falls_short([0, 1], columns(9 * A, B), total(9 * A + 2 * B))
    assert not standing.falls_short([0], columns(A), total(whole))
    assert not standing.falls_short([0, 1], columns(A, B), total(A + B - 1))  # more than the total
    assert not standing.falls_short([], columns(A), total(A))
    assert not standing.falls_short([0], columns(NOUGHTS), total(NOUGHTS))
    unknown = [Target("valid", A, np.zeros(30, bool))]
    assert not standing.falls_short([0], columns(A), unknown)
    assert standing.falls_short([0], columns(A), [*unknown, *total(A)])
    assert standing.falls_short([0], columns(A), [Target("valid", A, np.arange(30) < 15)])


@pytest.mark.parametrize(("kind", "beside"), [("empty", True), ("decimal", True), ("count", False)])
def test_only_what_was_set_aside_stands_between_options(kind: str, beside: bool) -> None:
    table = [*columns(A), *columns(B, kind=kind), *columns(C)]
    assert standing.side_by_side([0, 2], table, {}) is beside
    assert standing.side_by_side([0, 2], table, {1: "identifier"})
    assert standing.side_by_side([1, 2], table, {})


def test_an_uncertain_column_is_votes_where_the_total_needs_it() -> None:
    table = columns(A, B, C, D)
    assert standing.needed([0, 1], [2], table, total(A + B + C)) == [2]
    assert standing.needed([0, 1], [2, 3], table, total(A + B + C + D)) == [2, 3]
    assert standing.needed([0, 1, 2], [3], table, total(A + B + C)) == []  # near the total without it
    assert standing.needed([0, 1], [2], table, total(A + B + 9 * C)) == []  # and not near with it
    assert standing.needed([0, 1], [], table, total(A + B + C)) == []


def test_what_stands_in_front_and_is_not_needed_may_number_places() -> None:
    tiny = RNG.integers(1, 9, 30)
    front = columns(tiny, A, B, C)
    assert standing.needed([1, 2], [0, 3], front, total(tiny + A + B + C)) == []
    behind = columns(A, B, C, tiny)
    assert standing.needed([0, 1], [2, 3], behind, total(tiny + A + B + C)) == [2, 3]


@pytest.mark.parametrize(
    ("headers", "left", "aside", "found"),
    [
        (("station", "PS", "Ana", "Ben"), [2, 3], {0: "level", 1: "named"}, [1]),
        (("station", "Date", "Ana", "Ben"), [2, 3], {0: "level", 1: "named"}, []),  # no place is called so
        (("station", "PS", "Ana", "Ben"), [2, 3], {0: "level", 1: "words"}, []),
        (("PS", "valid", "Ana", "Ben"), [2, 3], {0: "named"}, []),  # a figure stands between
        (("Ana", "Ben", "valid", "PS"), [0, 1], {3: "named"}, []),
        (("Ana", "Ben", "notes", "PS"), [0, 1], {2: "words", 3: "named"}, [3]),
        (("Ana", "PS", "valid", "Ben"), [0, 3], {1: "named"}, [1]),
        (("station", "PS", "valid", "ballots"), [], {1: "named"}, [1]),
    ],
)
def test_a_column_called_like_a_place_beside_the_options_is_uncertain(
    headers: tuple[str, ...], left: list[int], aside: dict[int, str], found: list[int]
) -> None:
    values = columns(A, B, C, D)
    cells = pl.DataFrame({f"c{j}": [str(v) for v in column.values] for j, column in enumerate(values)})
    table = Laid(headers, cells, pl.Series(range(30)))
    assert standing.uncertain(table, values, Proposal({}, {}, tuple(left), aside), left, aside) == found
