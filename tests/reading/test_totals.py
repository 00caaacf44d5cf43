"""Rows that sum other rows and say so in no word: found by arithmetic, and never a station among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass.errors import MappingNeeded
from recanvass.results import Results
from tests.reading.tables import clean, taken

HEAD = "region,station,registered,ballots,invalid,valid,Ana,Ben,Cyr"
SIZES = [5, 4, 7, 3, 6, 9, 4, 3, 8, 5, 6, 4]
ROWS = clean(sum(SIZES), seed=8)


def line(place: str, station: str, row: list[int], lacking: str = "") -> str:
    """A record; ``lacking`` names the figures that it does not give, by the letters of `HEAD`: r b i v A B C."""
    return ",".join([place, station, *("" if c in lacking else str(x) for c, x in zip("rbivABC", row, strict=True))])


def total(rows: list[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def grouped(sizes: list[int], rows: list[list[int]], subtotal: str, station: str, *, below: bool, label: str) -> str:
    """Stations in groups, each with a row that sums it; ``subtotal`` and ``station`` are the figures they lack."""
    text, k = [HEAD], 0
    for g, size in enumerate(sizes):
        part = [line(f"R{g}", f"S{k + i}", rows[k + i], station) for i in range(size)]
        name = label.format(g)
        head = [line(*name.split("|"), total(rows[k : k + size]), subtotal)]
        text += [*part, *head] if below else [*head, *part]
        k += size
    return "\n".join(text) + "\n"


def same(one: Results, other: Results) -> None:
    assert one.options == other.options
    assert one.totals == other.totals
    assert one.votes.tolist() == other.votes.tolist()


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("label", ["R{0}|Town {0}", "Area {0}|", "|Area {0}"])
@pytest.mark.parametrize(
    ("subtotal", "station"),
    [("", ""), ("r", ""), ("rb", ""), ("iv", ""), ("ABC", ""), ("bivABC", ""), ("rABC", ""), ("", "r"), ("b", "r")],
)
def test_a_subtotal_is_held_to_the_figures_that_it_gives(subtotal, station, label, below):
    results = taken(grouped(SIZES, ROWS, subtotal, station, below=below, label=label))
    bare = "\n".join([HEAD, *(line(f"R{k}", f"S{k}", row, station) for k, row in enumerate(ROWS))]) + "\n"
    assert len(results) == len(ROWS)
    assert results.sheet is not None
    reasons = [q.reason for q in results.sheet.quarantined if q.reason != "header"]
    assert reasons == ["total_row"] * len(SIZES)
    assert any(w.code == "total_rows" for w in results.sheet.warnings)
    same(results, taken(bare))


@pytest.mark.parametrize("below", [True, False])
def test_subtotals_of_one_and_two_stations_lack_what_the_others_lack(below):
    sizes = [5, 1, 4, 2, 6, 3, 2, 7, 1, 5, 4, 3]
    results = taken(grouped(sizes, ROWS[: sum(sizes)], "r", "", below=below, label="R{0}|Town {0}"))
    assert len(results) == sum(sizes)


def test_a_list_of_totals_behind_the_stations():
    text, sums, k = [HEAD], [], 0
    for g, size in enumerate(SIZES):
        text += [line(f"R{g}", f"S{k + i}", ROWS[k + i]) for i in range(size)]
        sums.append(line(f"R{g}", f"District {g}", total(ROWS[k : k + size]), "r"))
        k += size
    for order in ([*text, *sums], [text[0], *sums, *text[1:]]):
        results = taken("\n".join(order) + "\n")
        assert len(results) == len(ROWS)
        assert results.totals["Ana"] == total(ROWS)[4]


def test_a_grand_total_that_lacks_a_figure():
    stations = [line(f"R{k % 3}", f"S{k}", row) for k, row in enumerate(ROWS)]
    results = taken("\n".join([HEAD, *stations, line("Land", "all", total(ROWS), "r")]) + "\n")
    assert len(results) == len(ROWS)
    worded = taken("\n".join([HEAD, *stations, line("Total", "", total(ROWS), "rv")]) + "\n")
    assert [q.reason for q in worded.sheet.quarantined if q.row > 1] == ["total_row"]  # type: ignore[union-attr]


def test_levels_of_totals_that_lack_different_figures():
    text, k = [HEAD], 0
    for g in range(0, 12, 3):
        first = k
        for h in range(g, g + 3):
            text += [line(f"R{g}", f"S{k + i}", ROWS[k + i]) for i in range(SIZES[h])]
            text.append(line(f"R{g}", f"Town {h}", total(ROWS[k : k + SIZES[h]]), "r"))
            k += SIZES[h]
        text.append(line(f"R{g}", f"Land {g}", total(ROWS[first:k]), "iv"))
    text.append(line("", "Realm", total(ROWS), "b"))
    results = taken("\n".join(text) + "\n")
    assert len(results) == len(ROWS)
    assert results.totals["Cyr"] == total(ROWS)[6]


def test_two_stations_with_equal_figures_are_both_counted():
    rows = [row for row in ROWS[:20] for _ in (0, 1)]
    assert len(taken("\n".join([HEAD, *(line(f"R{k // 2}", f"S{k}", r) for k, r in enumerate(rows))]) + "\n")) == 40


def test_a_station_that_lacks_what_totals_lack_and_repeats_its_neighbour_is_counted():
    text, k, doubled = [HEAD], 0, 0
    for g, size in enumerate(SIZES):
        text += [line(f"R{g}", f"S{k + i}", ROWS[k + i]) for i in range(size)]
        text.append(line(f"R{g}", f"Town {g}", total(ROWS[k : k + size]), "r"))
        text += [line(f"R{g}", f"Ship {g} {n}", ROWS[g], "r") for n in (1, 2, 3)]
        doubled += 3
        k += size
    results = taken("\n".join(text) + "\n")
    assert len(results) == len(ROWS) + doubled


def test_a_station_that_lacks_figures_is_no_total():
    rng = np.random.default_rng(2)
    text = [HEAD]
    for k, row in enumerate(ROWS * 3):
        text.append(line(f"R{k // 9}", f"S{k}", row, "".join(c for c in "rbivABC" if rng.random() < 0.15)))
    assert len(taken("\n".join(text) + "\n")) == 3 * len(ROWS)


def honest(rng: np.random.Generator, stations: int, scale: int, gaps: float) -> list[str]:
    """A random contest without any total in it: sizes of one to ``scale`` voters, zeros and gaps among them."""
    text = [HEAD]
    for k in range(stations):
        registered = int(rng.integers(0, scale + 1))
        ballots = int(rng.binomial(registered, rng.uniform(0.2, 1)))
        invalid = int(rng.binomial(ballots, 0.02))
        votes = rng.multinomial(ballots - invalid, rng.dirichlet([3, 2, 1]))
        row = [registered, ballots, invalid, ballots - invalid, *map(int, votes)]
        text.append(line(f"R{k // 8}", f"S{k}", row, "".join(c for c in "rbiABC" if rng.random() < gaps)))
    return text


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(8, 300), st.sampled_from([3, 12, 60, 900, 3000]), st.sampled_from([0, 0.1]))
def test_no_station_of_an_honest_table_is_set_aside(seed, stations, scale, gaps):
    text = honest(np.random.default_rng(seed), stations, scale, gaps)
    text.insert(1, line("R0", "S-first", [900, 500, 5, 495, 300, 100, 95]))
    try:
        results = taken("\n".join(text) + "\n")
    except MappingNeeded:  # a contest of almost nobody says too little to tell its columns
        assert scale <= 60
        return
    assert len(results) == len(text) - 1


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(st.integers(3, 9), min_size=10, max_size=20),
    st.sampled_from(["", "r", "b", "rb", "iv", "ABC", "rABC", "bi"]),
    st.booleans(),
)
def test_a_table_with_subtotals_reads_as_the_table_without(seed, sizes, lacking, below):
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(sum(sizes)):
        registered = int(rng.integers(100, 2500))
        ballots = int(rng.binomial(registered, 0.6))
        invalid = int(rng.binomial(ballots, 0.02))
        rows.append(
            [
                registered,
                ballots,
                invalid,
                ballots - invalid,
                *map(int, rng.multinomial(ballots - invalid, [0.5, 0.3, 0.2])),
            ]
        )
    results = taken(grouped(sizes, rows, lacking, "", below=below, label="R{0}|Town {0}"))
    bare = taken("\n".join([HEAD, *(line("R", f"S{k}", row) for k, row in enumerate(rows))]) + "\n")
    same(results, bare)
