"""The pre-scan and the exact reader against Python's csv module, and against hand counts."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recanvass.intake.prescan as prescan
from recanvass.intake.exact import Malformed, records
from recanvass.intake.prescan import Quoting, delimiter_of, scan

CELL = st.text(alphabet=st.sampled_from(list("ab1\"',;\t|\r\n é漢")), max_size=6)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)


def written(rows: list[list[str]], delimiter: str, newline: str, quoting: int) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)
    return out.getvalue()


@settings(max_examples=150, deadline=None)
@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([0, 1]))
def test_exact_and_prescan_agree_with_the_csv_module(rows, delimiter, newline, quoting):
    text = written(rows, delimiter, newline, quoting)
    expected = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if r]
    exact = list(records(text, delimiter))
    assert [cells for _, cells in exact] == expected
    scanned = scan(text.encode(), delimiter.encode())
    if scanned.quoting is not Quoting.IRREGULAR:
        assert scanned.widths.tolist() == [len(r) for r in expected]
        assert scanned.lines.tolist() == [line for line, _ in exact]


@settings(max_examples=100, deadline=None)
@given(TABLES, st.integers(1, 9))
def test_blocks_do_not_matter(rows, block):
    data = written(rows, ",", "\r\n", 1).encode()
    whole = scan(data, b",")
    kept = prescan.BLOCK
    try:
        prescan.BLOCK = block
        cut = scan(data, b",")
    finally:
        prescan.BLOCK = kept
    for name in ("starts", "ends", "lines", "widths"):
        assert np.array_equal(getattr(whole, name), getattr(cut, name)), name
    assert (whole.longest, whole.quoting) == (cut.longest, cut.quoting)


def test_hand_count():
    scanned = scan(b'a,b\r\n\r\n"x\ny",2\n\nlast,"q""q"', b",")
    assert scanned.lines.tolist() == [1, 3, 6]
    assert scanned.widths.tolist() == [2, 2, 2]
    assert scanned.starts.tolist() == [0, 7, 16]
    assert scanned.longest == 6
    assert scanned.quoting is Quoting.STANDARD


@pytest.mark.parametrize(
    ("text", "quoting"),
    [
        (b"a,b\n", Quoting.NONE),
        (b'5" pipe,b\n', Quoting.NONE),
        (b'"a",b\n', Quoting.STANDARD),
        (b'"a" x,b\n', Quoting.IRREGULAR),
        (b'"a",5" pipe\n', Quoting.IRREGULAR),
        (b'"a,b\n', Quoting.IRREGULAR),
    ],
)
def test_quoting(text, quoting):
    assert scan(text, b",").quoting is quoting


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("name;a\nx, y;1,5\nz, w;2,5\n", b";"),
        ("a,b,c\n1;2,3,4\n5;6,7,8\n", b","),
        ("a\tb c, d\n1\t2\n", b"\t"),
        ("a|b\n1|2\n", b"|"),
        ('"a;b;c",d\n"e;f;g",h\n', b","),
    ],
)
def test_delimiter(text, delimiter):
    assert delimiter_of(text.encode()) == delimiter


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ('a,b\n1,"2\n3,4\n', 2, 1, "never closed"),
        ('a,b\n"1"x,2\n', 2, 0, "after a closing"),
        ('a,b\n"x\ny",1\n"1"x,2\n', 4, 0, "after a closing"),
    ],
)
def test_malformed_is_placed(text, line, column, word):
    with pytest.raises(Malformed) as caught:
        list(records(text, ","))
    assert (caught.value.line, caught.value.column) == (line, column)
    assert word in caught.value.reason
