"""Parquet: whole numbers and text come back; torn and nested files do not."""

from __future__ import annotations

import datetime
import io

import polars as pl
import pytest

from recanvass.errors import ReadError
from recanvass.reader import Limits
from recanvass.reading.containers import raw_tables


def stored(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def test_values_as_text():
    frame = pl.DataFrame(
        {
            "id": ["007", None, "1E5"],
            "votes": [1, None, 2**62],
            "whole": [374.0, None, -3.0],
            "halves": [12.5, float("nan"), float("inf")],
            "large": [2.0**53, 1e300, 5.0],
            "flag": [True, False, None],
            "day": [datetime.date(2024, 3, 1), None, None],
        }
    )
    (table,) = raw_tables(stored(frame), "x.parquet")
    assert table.header == tuple(frame.columns)
    assert table.records == 3
    columns = {h: table.cells[f"c{j}"].to_list() for j, h in enumerate(table.header)}
    assert columns["id"] == ["007", None, "1E5"]
    assert columns["votes"] == ["1", None, str(2**62)]
    assert columns["whole"] == ["374", None, "-3"]
    assert columns["halves"] == ["12.5", "NaN", "inf"]
    assert columns["large"][2] == "5"
    assert not any(v.isdigit() for v in columns["large"][:2])
    assert columns["flag"] == ["TRUE", "FALSE", None]
    assert columns["day"] == ["2024-03-01", None, None]
    assert [n.code for n in table.notes] == ["date_cells"]


def test_torn_nested_and_large_files():
    data = stored(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    nested = stored(pl.DataFrame({"a": [[1], [2]]}))
    for bad, word in [
        (data[:-30], "cut off"),
        (b"PAR1" + bytes(4096), "cut off"),
        (data[:4] + bytes(len(data) - 8) + b"PAR1", "damaged"),
        (nested, "column a"),
    ]:
        with pytest.raises(ReadError, match=word) as caught:
            raw_tables(bad, "x.parquet")
        assert "x.parquet" in str(caught.value)
    with pytest.raises(ReadError, match="rows"):
        raw_tables(data, "x.parquet", limits=Limits(rows=1))
    with pytest.raises(ReadError, match="columns"):
        raw_tables(data, "x.parquet", limits=Limits(columns=1))
