"""Counts that were rounded before they were published: when a common divisor is no luck."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass import rounded_counts
from recanvass.method import Unasked
from recanvass.results import Results


def table(*cells: int) -> Results:
    return Results(("A", "B"), np.array(cells, np.int64).reshape(-1, 2))


@pytest.mark.parametrize(("step", "least"), [(3, 19), (5, 13), (10, 9)])
def test_so_many_different_counts_are_no_luck(step: int, least: int) -> None:
    """One more than a billionth allows: 3 to the 18th is below 10 to the 9th, to the 19th above."""
    for different, found in ((least, step), (least - 1, 1)):
        counts = [step * k for k in (1, *range(2, different + 1))]
        assert rounded_counts.step(table(*counts, *counts)) == found


def test_what_tells_nothing_of_rounding() -> None:
    assert rounded_counts.step(table(*range(2, 202, 2))) == 1  # pairs of voters
    assert rounded_counts.step(table(*[0] * 40, *range(5, 105, 5))) == 5  # nobody's votes are no count
    assert rounded_counts.step(table(0, 0, 0, 0)) == 1
    assert rounded_counts.step(table(*range(5, 100, 5), -5)) == 1


def test_rounded_votes_are_not_asked_about() -> None:
    rounded_counts.refuse(table(*range(1, 41)))
    with pytest.raises(Unasked) as told:
        rounded_counts.refuse(table(*range(5, 205, 5)))
    assert (told.value.code, told.value.facts) == ("rounded_counts", {"step": 5})
