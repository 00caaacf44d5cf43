"""Layouts that strangers publish: each was once miscounted, or refused without need."""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from recanvass.errors import MappingNeeded, ReadError, UsageError
from recanvass.reading.dictionary import meanings, without_unit
from recanvass.reading.numbers import cell
from recanvass.reading.read import read
from recanvass.results import Labels, Results
from recanvass.row_order import sorted_rows
from tests.reading.tables import clean, sums, table, taken

ROWS = clean()
SUMS = sums(ROWS)
HEAD = "region,station,registered,ballots,invalid,valid"
FULL = {"registered": SUMS["r"], "ballots": SUMS["b"], "invalid": SUMS["i"], "valid": SUMS["v"]}


def lines(rows: list[list[int]], names: list[str] | None = None) -> list[str]:
    """A region, a station and seven figures in each line."""
    stations = names or [f"S{k:04d}" for k in range(len(rows))]
    return [f"Region {k % 4},{stations[k]}," + ",".join(map(str, row)) for k, row in enumerate(rows)]


def total(rows: list[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def counted(text: str, stations: int, **votes: int) -> Results:
    results = taken(text)
    assert len(results) == stations
    assert {o: results.totals[o] for o in results.options} == votes
    return results


def book(*sheets: tuple[str, list[str]]) -> bytes:
    """A workbook with these sheets of lines."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        here = made.create_sheet(title)
        for line in rows:
            here.append([int(c) if c.isdigit() else c for c in line.split(",")])
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


ABC = {"Ana": SUMS["A"], "Ben": SUMS["B"], "Cyr": SUMS["C"]}
TOP = HEAD + ",Ana,Ben,Cyr"


@pytest.mark.parametrize("word", ["Total", "Gesamt", "Итого", "المجموع"])
@pytest.mark.parametrize("places", ["{},", ",{}"])
def test_one_station_with_its_total_is_one_station(word: str, places: str) -> None:
    row = ",".join(map(str, ROWS[0]))
    text = f"{TOP}\n{places.format(word)},{row}\nNorth,S1,{row}\n{places.format(word)},{row}\n"
    counted(text, 1, Ana=ROWS[0][4], Ben=ROWS[0][5], Cyr=ROWS[0][6])


@pytest.mark.parametrize("label", ["Total Town {}", "Town {}", "Razem {}"])
@pytest.mark.parametrize("below", [True, False])
def test_subtotals_of_places_with_one_or_two_stations(label: str, below: bool) -> None:
    text, k = [TOP], 0
    for town, size in zip("ABCDEFGHI", [10, 1, 2, 5, 1, 8, 2, 1, 10], strict=True):
        part = lines(ROWS, [str(100 + i) for i in range(40)])[k : k + size]
        head = f",{label.format(town)}," + ",".join(map(str, total(ROWS[k : k + size])))
        text += [*part, head] if below else [head, *part]
        k += size
    counted("\n".join(text) + "\n", 40, **ABC)


def test_a_neighbour_with_the_same_figures_is_no_total() -> None:
    rows = [*ROWS[:10], ROWS[9], *ROWS[10:]]
    assert len(taken("\n".join([TOP, *lines(rows)]) + "\n")) == 41


def test_small_stations_are_sums_of_each_other_by_chance() -> None:
    rng = np.random.default_rng(4)
    registered = rng.integers(5, 40, 30_000)
    yes = rng.binomial(registered, 0.4)
    no = rng.binomial(registered - yes, 0.5)
    rows = [f"R{k % 5},S{k},{r},{y},{n}" for k, (r, y, n) in enumerate(zip(registered, yes, no, strict=True))]
    counted("\n".join(["region,station,registered,yes,no", *rows]) + "\n", 30_000, yes=int(yes.sum()), no=int(no.sum()))


@pytest.mark.parametrize("places", ["Total,", "Összesen,", ",Celkem"])
def test_an_announced_total_with_an_error_is_set_aside_and_told(places: str) -> None:
    wrong = total(ROWS)
    wrong[3] += 1
    results = counted("\n".join([TOP, *lines(ROWS), f"{places}," + ",".join(map(str, wrong))]) + "\n", 40, **ABC)
    assert results.sheet is not None
    assert [q.reason for q in results.sheet.quarantined if q.row > 1] == ["total_differs"]
    assert any(w.code == "total_differs" for w in results.sheet.warnings)


def test_a_station_may_be_called_like_a_total() -> None:
    names = [f"S{k}" for k in range(40)]
    names[7], names[9] = "Suma", "Total Wine Hall"
    small = [list(row) for row in ROWS]
    counted("\n".join([TOP, *lines(small, names)]) + "\n", 40, **ABC)


@pytest.mark.parametrize("name", ["PS", "Status", "Date", "Remarks"])
def test_an_option_called_like_something_else_is_found_by_the_sum(name: str) -> None:
    results = taken(table(f"{HEAD},Ana,{name},Cyr", ROWS))
    assert results.options == ("Ana", name, "Cyr")
    assert results.totals[name] == SUMS["B"]


def test_an_option_called_like_a_station_in_another_language() -> None:
    text = table("Qarku,QV,Zgjedhës gjithsej,Kanë votuar,Vota të pavlefshme,Vota të vlefshme,PS,PD,LSI", ROWS)
    assert taken(text).options == ("PS", "PD", "LSI")


@pytest.mark.parametrize("unit", ["(number)", "(чел.)", "[Anzahl]", "(personnes)", ", votes"])
def test_units_in_headers(unit: str) -> None:
    assert without_unit(f"Valid votes {unit}").startswith("Valid votes")
    assert {m.name for m in meanings(f"Valid votes {unit}")} == {"valid"}
    assert without_unit("Valid votes (2019)") == "Valid votes (2019)"


def test_marks_of_direction_beside_numbers_and_dashes() -> None:
    assert (cell("\u200f123").how, cell("\u200f123").value) == ("marks", 123)
    assert cell("\u200f-").how == "missing"
    text = table(TOP, ROWS).replace(f",{ROWS[0][4]},", f",\u200f{ROWS[0][4]},", 1)
    results = counted(text, 40, **ABC)
    assert results.sheet is not None
    assert "marks" in {w.code for w in results.sheet.warnings}


def test_options_called_by_their_numbers() -> None:
    results = taken(table(f"{HEAD},1,2,3", ROWS))
    assert results.options == ("1", "2", "3")


def test_a_station_without_figures_is_no_note() -> None:
    names = [f"School {k}, on the Main street" for k in range(40)]
    rows = [f'"{names[k]}",' + ",".join(map(str, row[2:])) for k, row in enumerate(ROWS)]
    rows[20] = f'"{names[20]}",,,,,'
    text = "\n".join(["station,invalid,valid,Ana,Ben,Cyr", *rows, "\u200f* not yet final data,,,,,"]) + "\n"
    assert len(taken(text)) == 40


def long(offices: list[str]) -> str:
    text = ["county,precinct,office,district,party,candidate,votes"]
    for k, row in enumerate(ROWS):
        text += [f"C{k // 10},P{k},Registered Voters,,,,{row[0]}", f"C{k // 10},P{k},Ballots Cast,,,,{row[1]}"]
        text += [f"C{k // 10},P{k},{o},,X,{o}-{n},{row[4 + j]}" for o in offices for j, n in enumerate("AB")]
    return "\n".join(text) + "\n"


def test_figures_in_the_column_of_the_office() -> None:
    results = taken(long(["President"]))
    assert results.totals["registered"] == SUMS["r"]
    assert results.totals["ballots"] == SUMS["b"]
    assert results.totals["President-A"] == SUMS["A"]


def test_several_offices_are_never_added_up() -> None:
    with pytest.raises(ReadError, match="several contests"):
        taken(long(["President", "Senate"]))
    only = taken(
        long(["President", "Senate"]), '[rows]\nonly = { "office" = "President" }\n'.join(["mapping = 1\n", ""])
    )
    assert only.totals["President-A"] == SUMS["A"]


def test_a_table_on_its_side_is_refused() -> None:
    turned = zip(*[line.split(",")[1:] for line in [TOP, *lines(ROWS)]], strict=True)
    with pytest.raises(ReadError, match="on its side"):
        taken("\n".join(",".join(row) for row in turned) + "\n")


def plain(extra: str, cells: list[str]) -> str:
    rows = [f"R{k % 3},S{k},{row[4]},{row[5]},{row[6]},{cells[k]}" for k, row in enumerate(ROWS)]
    return "\n".join([f"region,station,Ana,Ben,Cyr,{extra}", *rows]) + "\n"


@pytest.mark.parametrize("header", ["inhabitants", "men", "protocol", "Einwohner", "население"])
def test_columns_about_people_are_asked_for(header: str) -> None:
    with pytest.raises(MappingNeeded):
        taken(plain(header, [str(900 + 13 * k % 77) for k in range(40)]))


def test_percentages_are_no_votes() -> None:
    rows = [f"R{k % 3},S{k},{40 + k % 3},{35 - k % 5},{25 - k % 3 + k % 5}" for k in range(40)]
    with pytest.raises(MappingNeeded, match="percentages"):
        taken("\n".join(["region,station,Ana,Ben,Cyr", *rows]) + "\n")


def test_an_earlier_contest_beside_this_one_is_asked_for() -> None:
    rows = [f"R{k % 3},S{k}," + ",".join(map(str, row[4:] + row[4:])) for k, row in enumerate(ROWS)]
    with pytest.raises(MappingNeeded, match="two contests"):
        taken("\n".join(["region,station,Ana,Ben,Cyr,Ana 2019,Ben 2019,Cyr 2019", *rows]) + "\n")


def test_sheets_with_different_stations_are_not_read_in_part(tmp_path: Path) -> None:
    parts = [(f"Region {c}", [TOP, *lines(ROWS)[c * 20 : c * 20 + 20]]) for c in range(2)]
    file = tmp_path / "sheets.xlsx"
    file.write_bytes(book(*parts))
    with pytest.raises(ReadError, match="different stations"):
        read(file, isolated=False)
    broken = (parts[1][0], [TOP, *(line.replace(",", ",x") for line in parts[1][1][1:])])
    file.write_bytes(book(parts[0], broken))
    with pytest.raises(ReadError, match="could not be read"):
        read(file, isolated=False)


def test_a_summary_before_the_stations(tmp_path: Path) -> None:
    regions = [
        f"Region {c}," + ",".join(map(str, total(ROWS[c::4]))) for c in range(4)
    ]  # fmt: skip
    file = tmp_path / "summary.xlsx"
    file.write_bytes(book(("Summary", [TOP.replace("station,", ""), *regions]), ("Stations", [TOP, *lines(ROWS)])))
    assert len(read(file, isolated=False)) == 40


def test_a_foreign_header_over_plain_numbers(tmp_path: Path) -> None:
    rows = [f"{k};" + ";".join(map(str, ROWS[k % 40])) for k in range(900)]
    file = tmp_path / "t.csv"
    for text, page in (
        ("УИК;Число избирателей;Проголосовало;Недействительных;Действительных;Иванов;Петров;Сидоров", "cp1251"),
        ("קלפי;בעלי זכות בחירה;מצביעים;פסולים;כשרים;מחל;פה;אמת", "cp1255"),
    ):
        file.write_bytes("\n".join([text, *rows]).encode(page))
        results = read(file, isolated=False)
        assert (len(results), results.source.encoding) == (900, page)
        assert results.options == tuple(text.split(";")[5:])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    os.mkfifo(tmp_path / "pipe.csv")
    started = time.perf_counter()
    with pytest.raises(UsageError, match="pipe"):
        read(tmp_path / "pipe.csv")
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("seed", range(4))
def test_labels_of_a_column_are_those_of_its_values(seed: int) -> None:
    import polars as pl

    rng = np.random.default_rng(seed)
    names = [["", "é", "a", "Z", "я", "\U0001f600"][i] + str(i * 7 % 5) * int(i > 0) for i in rng.integers(0, 6, 200)]
    many = [f"{rng.integers(0, 10**6)}" if rng.random() > 0.1 else "" for _ in range(200)]
    for values in (names, many, sorted(many), [f"{k:03d}" for k in range(200)], [""] * 3, ["a"], []):
        one, other = Labels.of(values), Labels.of_column(pl.Series(values, dtype=pl.String))
        assert one.names == other.names
        assert one.codes.tolist() == other.codes.tolist()


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_rows_is_that_of_lexsort(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = [
        rng.integers(rng.choice([-5, 0, 0]), rng.choice([1, 3, 2**20, 2**60]), 120).astype(np.int64)
        for _ in range(rng.integers(1, 9))
    ]
    columns = [np.append(c, c[:30]) for c in columns]
    fast, slow = sorted_rows(columns), np.lexsort(columns)
    assert sorted(fast.tolist()) == list(range(150))
    assert all((c[fast] == c[slow]).all() for c in columns)


def test_an_option_that_looks_like_an_identifier_is_not_left_out_of_a_short_sum() -> None:
    rows = []
    for k in range(40):
        odd = 1000 + 11 * k  # never repeats, never falls
        ana, ben = 9_000 + 37 * (k * 7 % 40), 5_000 + 91 * (k * 3 % 40)
        rows.append(f"R{k % 3},S{k},{ana + ben + odd + 5 + k % 3},{ana},{ben},{odd}")
    with pytest.raises(MappingNeeded):
        taken("\n".join(["region,station,valid,Ana,Ben,Cyr", *rows]) + "\n")


def test_an_option_of_few_stations_is_kept_though_the_sum_is_wrong_there() -> None:
    rows = [f"{line},{(4 if k == 3 else 5 if k == 9 else 0)}" for k, line in enumerate(lines(ROWS))]
    results = taken("\n".join([f"{TOP},Minor", *rows]) + "\n")
    assert results.options == ("Ana", "Ben", "Cyr", "Minor")
    assert results.totals["Minor"] == 9


def test_two_votes_that_both_add_up_to_the_valid_ones_are_asked_about() -> None:
    """First and second votes side by side: the first run of columns used to be taken."""
    second = [[f"{v}" for v in (row[4] - row[4] // 9, row[5], row[6] + row[4] // 9)] for row in ROWS]
    both = [f"{line},{','.join(more)}" for line, more in zip(lines(ROWS), second, strict=True)]
    with pytest.raises(MappingNeeded, match="two contests side by side"):
        taken("\n".join([TOP + ",Ana 2,Ben 2,Cyr 2", *both]))
    shifted = [f"{line},{row[5] + row[6]},{row[4]}" for line, row in zip(lines(ROWS), ROWS, strict=True)]
    counted("\n".join([TOP + ",In person,By post", *shifted]), len(ROWS), **ABC)
    printed_twice = [f"{line},{row[4]},{row[5]},{row[6]}" for line, row in zip(lines(ROWS), ROWS, strict=True)]
    counted("\n".join([TOP + ",Ana again,Ben again,Cyr again", *printed_twice]), len(ROWS), **ABC)
