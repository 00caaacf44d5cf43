"""JSON: numbers as they are written, every ambiguity refused by its field."""

from __future__ import annotations

import json

import pytest

from recanvass.errors import ReadError
from recanvass.reader import Limits
from recanvass.reading.containers import raw_tables

RECORDS = [{"id": f"S{k}", "registered": 900 + k, "Adams": 5, "note": None} for k in range(5)]


def read(text: str | bytes, name: str = "x.json"):
    (table,) = raw_tables(text.encode() if isinstance(text, str) else text, name)
    assert table.records == table.cells.height == len(table.positions)
    return table


def refused(text: str | bytes, *words: str, **options) -> None:
    with pytest.raises(ReadError) as caught:
        raw_tables(text.encode() if isinstance(text, str) else text, "x.json", **options)
    message = str(caught.value)
    for word in ("x.json", *words):
        assert word in message, message
    assert message.endswith(".")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["x.json", "x.csv"])
def test_records(encoding, name):
    table = read(json.dumps(RECORDS).encode(encoding), name)
    assert table.header == ("id", "registered", "Adams", "note")
    assert table.cells.rows()[1] == ("S1", "901", "5", None)
    assert table.positions.to_list() == [1, 2, 3, 4, 5]


def test_columns_and_a_wrapper():
    columns = {key: [r[key] for r in RECORDS] for key in RECORDS[0]}
    assert read(json.dumps(columns)).cells.equals(read(json.dumps(RECORDS)).cells)
    wrapped = read(json.dumps({"title": "x", "data": RECORDS}))
    assert wrapped.cells.equals(read(json.dumps(RECORDS)).cells)
    assert [n.code for n in wrapped.notes] == ["wrapped"]


def test_a_missing_field_is_null_and_not_shifted():
    table = read('[{"a": 1, "b": 2}, {"b": 3}, {"a": 4, "c": 5}]')
    assert table.header == ("a", "b", "c")
    assert table.cells.rows() == [("1", "2", None), (None, "3", None), ("4", None, "5")]


def test_numbers_keep_their_text():
    table = read('[{"a": 9007199254740993, "b": 12.50, "c": 1e2, "d": "007", "e": true, "f": -0}]')
    assert table.cells.rows() == [("9007199254740993", "12.50", "1e2", "007", "TRUE", "-0")]


def test_names_are_only_names():
    table = read('[{"__proto__": 1, "constructor": 2}]')
    assert table.header == ("__proto__", "constructor")


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
        ("1e999", "1e999"),
        ("9" * 5000, "5,000"),
        ("[1]", "inside"),
        ('{"x": 1}', "inside"),
        ('"\\ud800"', "surrogate"),
    ],
)
def test_values_that_are_refused_by_their_field(value, word):
    refused(f'[{{"id": "S1", "registered": 1}}, {{"id": "S2", "registered": {value}}}]', "row 2", "registered", word)
    refused(f'{{"id": ["S1", "S2"], "registered": [1, {value}]}}', "row 2", "registered", word)


def test_structures_that_are_refused():
    refused('[{"a": 1, "Adams": 94, "Adams": 494}]', "Adams")
    refused('{"a": [1], "a": [2]}', "key a")
    refused('{"a": [1, 2], "b": [1]}', "column b", "1 cells")
    refused("[" * 200_000 + "]" * 200_000, "nested")
    refused('{"a":' * 100_000, "nested")
    refused("[1, 2]", "no table")
    refused("[]", "no table")
    refused("{}", "no table")
    refused('[{"a": 1}', "row 1")
    refused('[{"a": 1}] x', "row 1")
    refused(b'[{"a": "\xff"}]', "byte 9")
    refused('[{"\\ud800": 1}]', "surrogate")
    refused('[{"a": 1, "b": 2}]', "columns", limits=Limits(columns=1))
