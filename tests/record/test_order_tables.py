"""Arrivals and ballot sequences of a case folder: read, and refused with the file and the row."""

from __future__ import annotations

from pathlib import Path

import pytest

from recanvass.case_folder import load_case
from recanvass.errors import ReadError

HEAD = '[contest]\ntitle = "T"\ndate = 2020-01-01\n'


def folder(place: Path, table: str, name: str, text: str) -> Path:
    (place / "case.toml").write_text(HEAD + table, encoding="utf-8")
    (place / name).write_text(text, encoding="utf-8")
    return place


def test_times_become_minutes_and_ballots_their_order(tmp_path: Path) -> None:
    tables = '[arrivals]\nfile = "a.csv"\ninterruptions = [2020-01-01T20:30:00]\n[ballot_sequences]\nfile = "b.csv"\n'
    folder(tmp_path, tables, "a.csv", "station,time\nУИК 1,2020-01-01T20:00:00\nУИК 2,2020-01-01T21:00:00\n")
    (tmp_path / "b.csv").write_text("station,position,option\nS,2,B\nS,1,A\nS,3,\n", encoding="utf-8")
    case = load_case(tmp_path)
    assert case.arrivals is not None
    assert case.arrivals.when == {"УИК 1": 0.0, "УИК 2": 60.0}
    assert case.arrivals.interruptions == (30.0,)
    assert case.ballot_sequences == {"S": ("A", "B", "")}


ARRIVALS = '[arrivals]\nfile = "a.csv"\n'
BALLOTS = '[ballot_sequences]\nfile = "a.csv"\n'


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        (ARRIVALS, "station,order\nA,1\nA,2\n", "row 2: A stands twice"),
        (ARRIVALS, "station,order,time\nA,1,\nB,,2020-01-01\n", "row 1: some rows give an order"),
        (ARRIVALS, "station,time\nA,noon\n", "noon is no time"),
        (ARRIVALS, "station,order,weather\nA,1,wet\n", "weather"),
        (ARRIVALS, "station,order,time\nA,,\n", "line 2"),
        (ARRIVALS + "interruptions = [2020-01-01T20:30:00]\n", "station,order\nA,1\n", "give whole numbers"),
        (ARRIVALS + "colour = 1\n", "station,order\nA,1\n", "colour"),
        ('[arrivals]\nfile = "../a.csv"\n', "station,order\nA,1\n", "inside the case's folder"),
        ('[arrivals]\nfile = "absent.csv"\n', "station,order\nA,1\n", "there is no file absent.csv"),
        (BALLOTS, "station,position,option\nS,1,A\nS,1,B\n", "row 2: position 1 of S stands twice"),
    ],
)  # fmt: skip
def test_refused_with_the_file_and_the_row(tmp_path: Path, table: str, text: str, said: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_case(folder(tmp_path, table, "a.csv", text))
    assert said in str(caught.value)
