"""What the way in which headers are written says, function by function."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass.reading.naming import is_option, nameless_or_figures, numbers_rows
from recanvass.reading.numbers import Column
from recanvass.reading.traits import ENOUGH

LISTS = ["PP [000005]", "Vox [000009]", "Sumar [000021]"]


def column(*values: int, absent: bool = False) -> Column:
    return Column("count", np.array(values, np.int64), np.full(len(values), absent))


@pytest.mark.parametrize(("header", "known"), [("Yes", True), ("No", False), ("Ballots", False), ("Ana", False)])
def test_an_option_is_known_as_nothing_else(header: str, known: bool) -> None:
    assert is_option(header) is known


@pytest.mark.parametrize(("headers", "j"), [(["No", "Yes"], 0), (["Yes", "No"], 1)])
def test_a_few_votes_that_go_up_by_one_are_no_row_numbers_beside_another_option(headers: list[str], j: int) -> None:
    up = column(7, 8, 9)
    assert not numbers_rows(up, headers, j)
    assert numbers_rows(up, ["No", "Town", "Yes"], 0)  # only the neighbours are asked
    assert numbers_rows(up, ["Yes", "Town", "No"], 2)
    assert numbers_rows(column(*range(3, 3 + ENOUGH)), headers, j)
    assert not numbers_rows(column(7, 8, 8), ["No", "Town"], 0)
    assert not numbers_rows(column(7, 8, 9, absent=True), ["No", "Town"], 0)


def test_a_word_for_a_figure_is_forgiven_in_a_list_of_marked_options() -> None:
    """A party may be called so; it is then written as the others are."""
    blank = "Voters Union [000030]"
    assert nameless_or_figures([*LISTS, "Voters Union"], range(4)) == [3]
    assert nameless_or_figures([*LISTS, blank], range(4)) == []
    assert nameless_or_figures([*LISTS[:2], blank], range(3)) == [2]  # two others are too few
    assert nameless_or_figures([*LISTS, *("Ana", "Ben", "Cyr", "Dan"), blank], range(8)) == [7]  # most are not marked
    assert nameless_or_figures([*LISTS, "Town [000001]", blank], [0, 1, 2, 4]) == [4]  # marked, and no option
    assert nameless_or_figures([*LISTS, "", "Yes", blank], range(6)) == [3]


def test_half_of_the_options_must_be_marked() -> None:
    blank = "Voters Union [000030]"
    assert nameless_or_figures([*LISTS, "Ana", "Ben", blank], range(6)) == []
    assert nameless_or_figures([*LISTS, "Ana", "Ben", "Cyr", blank], range(7)) == [6]
