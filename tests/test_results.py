"""The canonical table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recanvass.errors import TableError
from recanvass.results import Labels, Results, exact_sum


def small(**changes) -> Results:
    given = {
        "options": ("Adams", "Baker"),
        "votes": np.array([[5, 4], [7, 0], [1, 1]], np.int64),
        "counts": {"registered": np.array([10, 10, 5], np.int64), "invalid": np.array([1, 0, 0], np.int64)},
        "places": {
            "district": Labels.of(["Centre", "Centre", "Centre"]),
            "region": Labels.of(["North", "South", "North"]),
            "station": Labels.of(["a", "b", "c"]),
        },
    }
    return Results(**(given | changes))


def test_equal_names_in_other_regions_are_not_merged() -> None:
    areas = small().areas("district")
    assert areas.names == ("North / Centre", "South / Centre")
    assert [list(rows) for _, rows in areas] == [[0, 2], [1]]


def test_a_station_without_a_place_is_in_no_area() -> None:
    areas = small(places={"region": Labels.of(["North", "", "North"])}).areas("region")
    assert list(areas.codes) == [0, -1, 0]
    assert list(areas.sizes) == [2]


def test_absent_is_not_zero() -> None:
    gaps = np.array([False, True, False])
    results = small(absent={"registered": gaps})
    assert list(results.known("registered")) == [True, False, True]
    assert list(results.take(np.array([0, 2])).absent) == []
    assert results.to_frame()["registered"].null_count() == 1


def test_derived_denominators() -> None:
    results = small()
    assert list(results.whole("valid")) == [9, 7, 2]
    assert results.whole("ballots") is None
    full = small(counts={"valid": np.array([9, 7, 2], np.int64), "invalid": np.array([1, 0, 0], np.int64)})
    assert list(full.whole("ballots")) == [10, 7, 2]
    assert full.whole("issued") is None
    parts = small(
        counts={"issued_early": np.array([1, 2, 3], np.int64), "issued_station": np.array([1, 1, 1], np.int64)}
    )
    assert list(parts.whole("issued")) == [2, 3, 4]


def test_the_leader_of_two_equal_options_is_the_first_by_name() -> None:
    results = small(options=("Baker", "Adams"), votes=np.array([[3, 3], [1, 1], [0, 0]], np.int64))
    assert results.options[results.leader] == "Adams"


@given(st.permutations([0, 1, 2]))
def test_the_digest_does_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    assert small().take(np.array(order)).digest == small().digest


def test_the_digest_sees_each_change() -> None:
    votes = small().votes.copy()
    votes[0, 0] += 1
    others = [
        small(votes=votes),
        small(options=("Adams", "Bakers")),
        small(absent={"registered": np.array([False, True, False])}),
        small(places={"station": Labels.of(["a", "b", "d"])}),
    ]
    assert len({small().digest, *(o.digest for o in others)}) == 5


def test_sums_do_not_wrap() -> None:
    assert exact_sum(np.array([2**62, 2**62], np.int64)) == 2**63
    assert exact_sum(np.empty(0, np.int64)) == 0


def test_arrays_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        small().votes[0, 0] = 9


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"votes": np.array([[1.0, 2.0]] * 3)}, "int64"),
        ({"votes": np.array([[1], [2], [3]], np.int64)}, "2 options"),
        ({"options": ("Adams", "Adams")}, "same name"),
        ({"counts": {"turnout": np.array([1, 2, 3], np.int64)}}, "turnout"),
        ({"counts": {"valid": np.array([1, 2], np.int64)}}, "lengths"),
    ],
)
def test_what_does_not_fit_is_refused(changes, words: str) -> None:
    with pytest.raises(TableError, match=words):
        small(**changes)


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(TableError, match="subdistrict"):
        small().areas("subdistrict")


def test_results_show_themselves() -> None:
    assert "3 stations, 2 options" in repr(small())
    assert "<table" in small()._repr_html_()
