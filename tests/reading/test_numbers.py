"""Strict numbers, the row ledger, rows that are no stations, and the checks of the sheet."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recanvass.errors import ControlTotalsDiffer, ReadError
from recanvass.reading import assembly, ledger
from recanvass.reading.numbers import LARGEST, cell, parsed, text_sum
from recanvass.reading.read import from_parts, read, read_json_object, to_parts
from recanvass.results import Labels, Source
from tests.reading.tables import clean, raw, sums, table, taken

ROWS = clean()
SUMS = sums(ROWS)
HEAD = "region,station,registered,ballots,invalid,valid,Ana,Ben,Cyr"
TEXT = table(HEAD, ROWS)


@pytest.mark.parametrize(
    ("text", "how", "value"),
    [
        ("12", "plain", 12), ("007", "plain", 7), ("1,234", "grouped", 1234), ("1.234.567", "grouped", 1_234_567),
        ("1\u00a0234", "grouped", 1234), ("1\u2009234", "grouped", 1234), ("1'234", "grouped", 1234),
        ("１２３４", "digits", 1234), ("١٢٣٤", "digits", 1234), ("12.0", "whole", 12), ("12,00", "whole", 12),
        (" 12 ", "spaces", 12), ("", "missing", 0), ("—", "missing", 0), ("н/д", "missing", 0),
        ("-5", "negative", 0), ("−5", "negative", 0), ("12.5", "fraction", 0), ("0.123", "fraction", 0),
        ("45 %", "fraction", 0), ("1e5", "exponent", 0), ("1e400", "exponent", 0), ("NaN", "not_finite", 0),
        ("inf", "not_finite", 0), ("12 votes", "words", 0), ("TRUE", "words", 0), ("12,34", "fraction", 0),
        ("1,23,456", "words", 0), ("1,234.567", "words", 0), (str(2**53 + 1), "too_large", 0), ("9" * 5000, "too_large", 0),
    ],
)  # fmt: skip
def test_one_cell_has_one_reading(text: str, how: str, value: int) -> None:
    assert (cell(text).how, cell(text).value) == (how, value)


@given(st.lists(st.integers(0, LARGEST), min_size=1, max_size=30))
def test_counts_survive_and_are_summed_twice(values: list[int]) -> None:
    cells = pl.Series([str(v) for v in values], dtype=pl.String)
    column = parsed(cells)
    assert column.values.tolist() == values
    assert text_sum(cells, column) == sum(values)
    marked = pl.Series([f"{v:,}" for v in values], dtype=pl.String)
    column = parsed(marked)
    assert column.values.tolist() == values
    assert text_sum(marked, column) == sum(values)


@pytest.mark.parametrize("text", ["-5", "12.5", "NaN", "inf", "1e400", "+5", "12 votes", str(2**62)])
def test_what_is_no_count_is_refused_with_row_and_column(text: str) -> None:
    lines = TEXT.splitlines()
    cells = lines[3].split(",")
    cells[7] = text
    lines[3] = ",".join(cells)
    with pytest.raises(ReadError) as caught:
        taken("\n".join(lines))
    assert "row 4" in str(caught.value)
    assert "Ben" in str(caught.value)


def test_marks_of_thousands_have_one_stated_reading() -> None:
    lines = TEXT.splitlines()
    cells = lines[1].split(",")
    total = SUMS["r"] - int(cells[2]) + 1234
    cells[2] = "1.234"
    lines[1] = ",".join(cells)
    results = taken("\n".join(lines))
    assert results.totals["registered"] == total
    assert results.sheet is not None
    assert any("registered" in w.message and "1.234" in w.message for w in results.sheet.warnings)


def test_absent_is_not_zero() -> None:
    lines = TEXT.splitlines()
    lines[5] = ",".join([*lines[5].split(",")[:2], *[""] * 7])
    lines[6] = ",".join([*lines[6].split(",")[:2], *["–"] * 7])
    results = taken("\n".join(lines))
    assert len(results) == 40
    assert results.known("registered").sum() == 38
    missing = next(i for i in results.sheet.issues if i.code == "missing_figures")  # type: ignore[union-attr]
    assert missing.stations == ("S0004", "S0005")
    assert missing.rows == (6, 7)


def test_a_mapping_may_declare_negative_figures_absent() -> None:
    lines = TEXT.splitlines()
    lines[3] = ",".join("-8" if j == 7 else c for j, c in enumerate(lines[3].split(",")))
    mapping = 'mapping = 1\n[columns]\nstation = "station"\nvalid = "valid"\n[options]\nAna = "Ana"\nBen = "Ben"\nCyr = "Cyr"\n'
    mapping += '[cells.Ben]\nnegative = "absent"\n'
    results = taken("\n".join(lines), mapping)
    assert results.totals["Ben"] == SUMS["B"] - ROWS[2][5]
    assert not results.stood(1)[2]
    issue = next(i for i in results.sheet.issues if i.code == "negative_absent")  # type: ignore[union-attr]
    assert issue.stations == ("S0002",)


def test_preamble_wrapped_header_blank_rows_repeats_and_notes_leave_with_their_reason() -> None:
    body = TEXT.splitlines()[1:]
    lines = ["Results of the election,,,,,,,,", ",,,,,,,,", "region,station,registered,ballots,invalid,valid,Votes,,"]
    lines += [",,,,,,Ana,Ben,Cyr", "1,2,3,4,5,6,7,8,9", *body[:20], ",,,,,,,,"]
    lines += ["region,station,registered,ballots,invalid,valid,Ana,Ben,Cyr", *body[20:], "* provisional,,,,,,,,"]
    results = taken("\n".join(lines))
    assert results.options == ("Ana", "Ben", "Cyr")
    assert results.totals["Ana"] == SUMS["A"]
    sheet = results.sheet
    assert sheet is not None
    reasons = [q.reason for q in sheet.quarantined]
    assert {"header", "preamble", "column_numbers", "blank", "repeated_header", "note"} <= set(reasons)
    assert sheet.records == sheet.counted + len(sheet.quarantined) == len(lines)


@pytest.mark.parametrize("label", ["TOTAL", "Итого", "Razem", "المجموع", "Hyvin outo sana"])
def test_totals_are_found_by_words_and_by_arithmetic(label: str) -> None:
    columns = [sum(row[j] for row in ROWS[:15]) for j in range(7)]
    everything = [sum(row[j] for row in ROWS) for j in range(7)]
    lines = TEXT.splitlines()
    lines.insert(16, f"Region 0,{label} 1," + ",".join(map(str, columns)))
    lines.append(f",{label}," + ",".join(map(str, everything)))
    results = taken("\n".join(lines))
    assert len(results) == 40
    assert results.totals["Ana"] == SUMS["A"]
    assert [q.row for q in results.sheet.quarantined if q.reason == "total_row"] == [17, 43]  # type: ignore[union-attr]
    assert any("total" in w.message for w in results.sheet.warnings)  # type: ignore[union-attr]


def test_scattered_groups_are_summed_in_rows_without_a_name() -> None:
    lines = TEXT.replace("region,station", "Område,Sted").splitlines()
    for k in range(4):
        lines.append(f"Region {k},," + ",".join(str(sum(row[j] for row in ROWS[k::4])) for j in range(7)))
    results = taken("\n".join(lines))
    assert len(results) == 40
    assert results.totals["Ana"] == SUMS["A"]


def test_a_station_with_total_in_its_name_is_counted() -> None:
    text = TEXT.replace("S0003", "Total Fitness Hall").replace("S0004", "Summe Street School")
    assert len(taken(text)) == 40


def test_repeated_records_and_broken_identities_are_kept_and_listed() -> None:
    lines = TEXT.splitlines()
    lines.append(lines[5])
    lines.append("Region 3,S0007,900,600,6,594,594,0,0")
    lines[9] = "Region 0,S0008,100,200,10,190,190,5,0"
    results = taken("\n".join(lines))
    assert len(results) == 42
    found = {i.code: i for i in results.sheet.issues}  # type: ignore[union-attr]
    assert found["duplicate_record"].stations == ("S0004", "S0004")
    assert found["station_twice"].stations == ("S0007", "S0007")
    assert found["ballots_above_registered"].stations == ("S0008",)
    assert found["votes_not_valid"].facts["excess"] == 5


def test_names_that_look_alike_are_told_and_kept_apart() -> None:
    text = TEXT.replace("Ana", "Adams").replace("Ben", "Аdams").replace("Region 1", "Re\u200bgion 2")
    results = taken(text)
    assert results.options[:2] == ("Adams", "Аdams")
    codes = {i.code for i in results.sheet.issues}  # type: ignore[union-attr]
    assert {"names_alike", "hidden_marks"} <= codes
    assert any("row 3" in w.message for w in results.sheet.warnings)  # type: ignore[union-attr]


def test_a_long_table_with_pseudo_options_becomes_one_row_a_station() -> None:
    lines = ["county,precinct,office,candidate,votes"]
    for k, (r, b, *_, a, c, d) in enumerate(ROWS):
        pairs = [
            ("Registered Voters", r),
            ("Ballots Cast", b),
            ("Ana", a),
            ("Ben", c),
            ("Cyr", d),
            ("Total", a + c + d),
        ]
        lines += [f"C{k % 3},P{k},President,{name},{n}" for name, n in pairs]
    results = taken("\n".join(lines))
    assert len(results) == 40
    assert results.totals == {
        "registered": SUMS["r"], "ballots": SUMS["b"], "Ana": SUMS["A"], "Ben": SUMS["B"], "Cyr": SUMS["C"],
    }  # fmt: skip
    assert results.sheet is not None
    assert results.sheet.records == results.sheet.counted + len(results.sheet.quarantined)
    assert taken("\n".join(lines), results.sheet.mapping).digest == results.digest
    with pytest.raises(ReadError, match="'Ana' at the same station"):
        taken("\n".join([*lines, "C0,P3,President,Ana,7"]))
    with pytest.raises(ReadError, match="row 242"):
        taken("\n".join([*lines, "C0,P99,President,Ana,-7"]))


def test_ragged_rows_and_empty_tables_are_refused() -> None:
    lines = TEXT.splitlines()
    with pytest.raises(ReadError, match="row 4"):
        taken("\n".join([*lines[:3], lines[3].rsplit(",", 1)[0], *lines[4:]]))
    with pytest.raises(ReadError, match="row 4"):
        taken("\n".join([*lines[:3], lines[3] + ",5", *lines[4:]]))
    with pytest.raises(ReadError, match="no station"):
        taken(HEAD + "\n")


def test_the_ledger_fails_where_a_record_or_a_vote_is_lost() -> None:
    with pytest.raises(ControlTotalsDiffer):
        ledger.balance(41, 39, 1, "t.csv")
    made = raw(TEXT)
    with pytest.raises(ControlTotalsDiffer):
        assembly.read_tables((dataclasses.replace(made, records=99),), Source("t.csv"), None)
    results = taken(TEXT)
    votes = results.votes.copy()
    votes[0, 0] += 1
    body = raw(TEXT).cells.slice(1)
    from recanvass.reading.layout import Laid

    laid = Laid(tuple(HEAD.split(",")), body, pl.Series(range(2, 42)))
    columns = [parsed(body.to_series(j)) for j in range(9)]
    with pytest.raises(ControlTotalsDiffer, match="Ana"):
        ledger.control(laid, columns, {}, {"Ana": 6, "Ben": 7, "Cyr": 8}, results.with_counts(votes), "t.csv")


def test_results_cross_a_process_border_unchanged() -> None:
    results = taken(TEXT)
    again = from_parts(*to_parts(results))
    assert again.digest == results.digest
    assert again.sheet == results.sheet
    assert read_json_object(again)["totals"]["Ana"] == SUMS["A"]


def test_frames_of_every_kind_are_read_exactly() -> None:
    import pandas as pd
    import pyarrow as pa

    frame = pl.read_csv(TEXT.encode())
    digest = read(frame).digest
    assert read(pd.DataFrame(frame.to_dict(as_series=False))).digest == digest
    assert read(pa.table(frame.to_dict(as_series=False))).digest == digest
    gaps = frame.with_columns(
        pl.when(pl.arange(0, 40) == 3).then(None).otherwise(pl.col("registered")).alias("registered")
    )
    assert read(gaps).known("registered").sum() == 39
    floats = pd.DataFrame(gaps.to_dict(as_series=False))
    assert read(floats).digest == read(gaps).digest
    with pytest.raises(ReadError, match="Ben"):
        read(frame.with_columns(pl.col("Ben") + 0.5))


def test_labels_of_a_column_are_those_of_a_sequence() -> None:
    values = ["b", "", "a", "ä", "b", "Я", "z", ""]
    one, other = Labels.of(values), Labels.of_column(pl.Series(values))
    assert one.names == other.names
    assert np.array_equal(one.codes, other.codes)
