"""One region of a contest, one page of a list, a table of towns: what a whole contest does not show."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from recanvass.errors import MappingNeeded
from tests.reading.tables import taken


def _lines(header: str, rows: list[list[int]]) -> str:
    return "\n".join([header, *(f"R,S{k:04d},{','.join(map(str, row))}" for k, row in enumerate(rows))])


def _short(n: int = 60, seed: int = 1, size: int = 500) -> list[list[int]]:
    """registered, valid, then four options that lack the blank votes, which are not in the table."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        options = [int(v) for v in rng.multinomial(int(rng.integers(size // 2, size)), (0.43, 0.32, 0.18, 0.07))]
        rows.append([2 * size, sum(options) + int(rng.integers(1, 9)), *options])
    return rows


def test_a_register_of_nobody_bounds_nothing() -> None:
    rows = _short()
    for row in rows[::3]:
        row[0] = 0
    assert taken(_lines("region,station,registered,valid,A,B,C,D", rows)).options == ("A", "B", "C", "D")


def test_parties_that_do_not_stand_here_are_options() -> None:
    rows = [[*row, 0, 0, 0] for row in _short()]
    assert len(taken(_lines("region,station,registered,valid,A,B,C,D,E,F,G", rows)).options) == 7


def test_a_party_called_like_a_figure_is_marked_like_the_other_parties() -> None:
    header = "region,station,registered,valid,A [01],Votes for All [02],C [03],D [04]"
    assert len(taken(_lines(header, _short())).options) == 4
    with pytest.raises(MappingNeeded):
        taken(_lines("region,station,registered,valid,A,Votes for All,C,D", _short()))
    with pytest.raises(MappingNeeded):  # figures are numbered too
        taken(_lines("region,station,1. Registered,2. Valid,3. A,4. Votes for All,5. C,6. D", _short()))


@pytest.mark.parametrize("n", [1, 2, 40])
def test_the_number_of_a_row_is_no_option(n: int) -> None:
    rows = [[r, sum(v[:3]) + k + 1, v[0], v[1], v[2], k + 1] for k, (r, _, *v) in enumerate(_short(n))]
    text = _lines("region,station,registered,valid,A,B,C,D", rows).splitlines()
    text = ["No," + text[0], *(f"{k + 1},{line}" for k, line in enumerate(text[1:]))]
    assert taken("\n".join(text)).options == ("A", "B", "C", "D")


@pytest.mark.parametrize("number", ["No", "Number", "Polling station"])
def test_numbers_that_bring_few_rows_to_the_total_by_luck_are_no_option(number: str) -> None:
    """As in the first three rows of Spain 2000: a party has 0, 2, 1 votes, and 1, 0, 2 papers are blank."""
    votes, blank = [[120, 80, 40, 0], [131, 76, 52, 2], [99, 88, 47, 1]], (1, 0, 2)
    lines = [f"{k + 1},R,500,{sum(v) + blank[k]},{','.join(map(str, v))}" for k, v in enumerate(votes)]
    text = "\n".join([f"{number},region,registered,valid,A,B,C,D", *lines])
    with contextlib.suppress(MappingNeeded):  # a question is no misreading
        assert taken(text).options == ("A", "B", "C", "D")


def test_the_no_of_a_referendum_is_an_option() -> None:
    rows = [[50, 12 + k, 7, 5 + k] for k in range(5)]
    assert taken(_lines("region,station,registered,valid,Yes,No", rows)).options == ("Yes", "No")


def test_in_few_rows_a_column_like_an_option_is_asked_about() -> None:
    with pytest.raises(MappingNeeded):
        taken(_lines("region,station,registered,valid,A,B,C,Zone", [[500, 60, 30, 25, 5, 5], [400, 70, 33, 30, 7, 7]]))


def test_large_towns_never_have_the_same_votes() -> None:
    rows = _short(40, size=60_000)
    assert taken(_lines("region,town,registered,valid,A,B,C,D", rows)).options == ("A", "B", "C", "D")
    with pytest.raises(MappingNeeded):  # without a total they may be numbers of places
        taken(_lines("region,town,registered,A,B,C,D", [[r, *votes] for r, _, *votes in rows]))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (1, 2, 3, 0)])
def test_a_party_called_like_a_polling_station(order: tuple[int, ...]) -> None:
    names = ["PS", "B", "C", "D"]
    header = ",".join(["region,station,registered,valid", *(names[k] for k in order)])
    rows = [[r, v, *(votes[k] for k in order)] for r, v, *votes in _short()]
    assert set(taken(_lines(header, rows)).options) == set(names)
    with pytest.raises(MappingNeeded):
        taken(_lines(header.replace(",valid", ""), [[r, *votes] for r, _, *votes in rows]))
