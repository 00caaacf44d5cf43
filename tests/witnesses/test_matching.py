"""Copies matched to official rows, and what is odd in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recanvass.copies import ledger
from recanvass.matching import Match, match, number_of, spelling_of, territories_of
from recanvass.results import Labels, Results
from recanvass.witness import by_number


def table(names: list[str], votes: list[tuple[int, ...]] | None = None, **levels: list[str]) -> Results:
    made = np.array(votes or [(100 + i, 50 + i) for i in range(len(names))], dtype=np.int64)
    places = {"station": Labels.of(names)} | {k: Labels.of(v) for k, v in levels.items()}
    return Results(tuple("ABCDEF"[: made.shape[1]]), made, places=places)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Бабруйск", "Babruysk"), ("Брест", "Brest"), ("Łódź", "Lodz"), ("Шахты", "Šachty"), ("Шахты", "Shakhty"),
     ("Polling station No. 12", "Участок № 12"), ("São Paulo", "SAO PAULO"), ("  Kraków  ", "KRAKOW"), ("Słupsk 007", "Slupsk 7")],
)  # fmt: skip
def test_spellings_that_are_one_name(one: str, other: str) -> None:
    assert spelling_of(one) == spelling_of(other)


@pytest.mark.parametrize(("one", "other"), [("Brest", "Braslau"), ("School 1", "School 11"), ("Минск", "Пинск")])
def test_spellings_that_are_two_names(one: str, other: str) -> None:
    assert spelling_of(one) != spelling_of(other)


@given(st.text(max_size=40))
def test_any_text_has_a_spelling(name: str) -> None:
    once = spelling_of(name)
    assert once == spelling_of(name.strip())
    number_of(name)


def test_numbers() -> None:
    assert number_of("07-004-0012") == number_of("7-4-12") == "7-4-12"
    assert number_of("none") == ""


def test_surest_way_first() -> None:
    official = table(["01-001-0001", "01-001-0002", "Šachty school", "Kastrychnitskaya 14"])
    found = match(table(["01-001-0001", "1-1-2", "Шахты school", "Kastrychnitskoya 14", "09-999-0001"]), official)
    assert [(m.row, m.way, m.confidence) for m in found] == [
        (0, "same name", "certain"),
        (1, "same number", "high"),
        (2, "same spelling", "high"),
        (3, "similar spelling", "low"),
        (-1, "none", "none"),
    ]


def test_a_name_that_fits_two_rows_fits_neither() -> None:
    official = table(["School", "School", "Library"])
    assert [m.row for m in match(table(["School", "Library"]), official)] == [-1, 2]


def test_a_digit_makes_another_station() -> None:
    """Similar spellings must not bridge different numbers."""
    official = table(["Gymnasium number 112 of Minsk", "Gymnasium number 113 of Minsk"])
    assert match(table(["Gymnasium number 111 of Minsk"]), official) == (Match(0, -1, "none", 0.0),)


def test_numbers_alone_need_their_place() -> None:
    official = table(["1", "2", "1", "2"], region=["North", "North", "South", "South"])
    copies = table(["01", "2"], region=["Север", "South"])
    assert [m.row for m in match(copies, official)] == [-1, 3]


def test_territories() -> None:
    known = ("Minsk city", "Minsk region", "Brest", "Mogilev")
    means = {"MINSK CITY": "Minsk city", "Брест": "Brest", "Minsk": None, "Minsk region": "Minsk region"}
    assert territories_of(means, known) == means
    assert territories_of(["brest"], (*known, "BREST")) == {"brest": None}  # two may be meant


def test_two_different_copies_of_one_station_are_listed() -> None:
    book = ledger(table(["1-1", "1-01", "1-2", "1-2"], [(100, 50), (100, 51), (7, 8), (7, 8)]))
    assert book.conflicts == ((0, 1),)
    assert book.repeats == ((2, 3),)
    assert book.firm.tolist() == [False, False, True, False]
    assert {r["oddity"] for r in book.table()} == {"conflicts", "repeats"}
    assert book.table()[0]["others"] in ("1-1", "1-01", "1-2")


def test_small_protocols_may_be_equal_by_chance() -> None:
    few = table([f"1-{i}" for i in range(40)], [(12, 3)] * 40)
    assert ledger(few).doubles == ()
    many = table(["1-1", "1-2", "1-3"], [(1200, 300, 170, 95), (1200, 300, 170, 95), (800, 200, 100, 60)])
    assert ledger(many).doubles == ((0, 1),)


def test_partial_and_negative_copies() -> None:
    votes = np.array([[10, -3], [10, 5]], dtype=np.int64)
    gaps = np.array([[False, False], [True, False]])
    book = ledger(
        Results(
            ("A", "B"), votes, {"ballots": np.array([4, 50])}, {"votes": gaps}, {"station": Labels.of(["a1", "a2"])}
        )
    )
    assert (book.negative, book.partial, book.unbalanced) == ((0,), (1,), (0,))
    assert len(book.copies) == 2


def test_empty_copies() -> None:
    book = ledger(Results(("A",), np.zeros((0, 1), np.int64)))
    assert book.table() == []
    assert book.oddities == 0


def test_prefix_of_the_number_is_a_place() -> None:
    made = by_number(table(["07-004-0001", "07-004-0002", "07-005-0001"]))
    assert made.places["subdistrict"].names == ("07-004", "07-005")
    assert "subdistrict" not in by_number(table(["School", "07-004-0001"])).places
