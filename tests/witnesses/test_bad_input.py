"""Bad input, end to end: a case folder as a stranger would fill it, through ``recanvass witness``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recanvass import cli

HEADER = ["region", "district", "station", "registered", "ballots", "valid", "invalid", "Adams", "Baker"]
REGIONS = ("Мінская вобласць", "Brest Region", "Гомельская область")
DISTRICTS = ("Баранавічы", "Slutsk", "Рогачёв")
SPELLED = {
    **dict(zip(REGIONS, ("Minskaja voblasć", "Brest region.", "Гомельская  обл"), strict=True)),
    **dict(zip(DISTRICTS, ("Baranavičy", "SLUTSK", "Рогачев"), strict=True)),
}

CASE = """
announced = "data/announced.csv"
[contest]
title = "Example"
date = 2020-01-01
share_of = "ballots"
[results]
file = "data/official.csv"
[copies]
file = "data/copies.csv"
[photographs]
file = "data/photographs.csv"
"""


def official() -> list[list[Any]]:
    """Sixty stations of three regions, their figures in accord."""
    rng = np.random.default_rng(1)
    rows = []
    for i in range(60):
        first, second, invalid = (int(n) for n in (*rng.integers(100, 300, 2), rng.integers(0, 6)))
        valid = first + second
        name = f"Station № {i + 1}"
        rows.append([REGIONS[i % 3], DISTRICTS[i % 3], name, 700, valid + invalid, valid, invalid, first, second])
    return rows


def copy_of(row: list[Any], **changes: Any) -> list[Any]:
    """The row as a volunteer would type it: other alphabet, other marks, the number alone."""
    made = [SPELLED[row[0]], SPELLED[row[1]], row[2].split()[-1], *row[3:]]
    for column, value in changes.items():
        made[HEADER.index(column)] = value
    return made


def written(folder: Path, copies: list[list[Any]], photographs: list[list[Any]], adams: int = 50_000) -> Path:
    data = folder / "data"
    data.mkdir()
    (folder / "case.toml").write_text(CASE, encoding="utf-8")
    announced = f"column,count,percent,territory,base,source,bulletin,coverage\nAdams,{adams},,,,x,,\n"
    (data / "announced.csv").write_text(announced, encoding="utf-8")
    for name, header, rows in (
        ("official", HEADER, official()),
        ("copies", HEADER, copies),
        ("photographs", [*HEADER[:3], "Adams", "Baker"], photographs),
    ):
        with (data / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
    return folder


def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    with pytest.raises(SystemExit) as left:
        cli.app(["witness", str(folder), "--json"])
    assert left.value.code == 0
    return {f["method"]: f for f in json.loads(capsys.readouterr().out)["findings"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = official()
    copies = [copy_of(row) for row in rows[:20]]
    copies[2] = copy_of(rows[2], Adams=rows[2][7] + 50, Baker=rows[2][8] - 50)
    copies[8] = copy_of(rows[8], Adams=rows[8][4] + 30)
    copies[9] = copy_of(rows[9], Baker="")
    copies.append(copy_of(rows[0], station="999", Adams=150, Baker=140))
    copies.append(copy_of(rows[5], Adams=rows[5][7] + 11, Baker=rows[5][8] - 11))
    copies.append(copy_of(rows[6]))
    photographs = [[*copy_of(row)[:3], row[7] // 2, "" if k % 2 else 3] for k, row in enumerate(rows[:10])]
    photographs.append(["Нигде", "x", "777", 5, 5])
    return written(tmp_path, copies, photographs)


def test_every_kind_is_listed_and_none_is_merged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(folder, capsys)["copies_against_protocols"]
    odd = {(row["station"].split(" / ")[-1], row["oddity"]) for row in found["tables"]["oddities"]}
    assert odd == {
        ("7", "repeats"), ("6", "conflicts"), ("9", "unbalanced"), ("10", "partial"),
    }  # fmt: skip
    assert [row["copy"].split(" / ")[-1] for row in found["tables"]["not_matched"]] == ["999"]
    verdicts = {row["station"]: row["verdict"] for row in found["tables"]["stations"]}
    assert verdicts["Station № 3"] == "unexplained"
    assert verdicts["Station № 6"] == "copies disagree"


def test_mixed_spellings_are_matched_and_the_confidence_is_stated(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(folder, capsys)["copies_against_protocols"]
    assert found["facts"]["matched"] == 22
    assert {row["confidence"] for row in found["tables"]["stations"]} == {"high"}
    assert {row["way"] for row in found["tables"]["stations"]} == {"same spelling"}


def test_partial_photographs_are_no_zeros(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(folder, capsys)["ballot_photographs"]
    assert found["facts"]["unmatched"] == 1  # the station 777 of a place that nobody knows
    options = {row["option"]: row for row in found["tables"]["options"]}
    assert options["Baker"]["photographs"] == 15


def test_a_station_that_does_not_exist_carries_no_contradiction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One copy of an unknown station would lift the sum above the announced total."""
    rows = official()
    total = sum(row[7] for row in rows[:5])
    copies = [copy_of(row) for row in rows[:5]]
    copies.append(copy_of(rows[0], station="999", Adams=310, Baker=1, valid=311, ballots=311))
    photographs = [[*copy_of(rows[0])[:3], 1, 1]]
    found = said(written(tmp_path, copies, photographs, adams=total), capsys)["copies_against_totals"]
    assert found["status"] != "contradiction"
    assert found["facts"]["strangers"] == 1
    assert any("No single station" in caveat for caveat in found["caveats"])
    assert [row["oddity"] for row in found["tables"]["oddities"]] == ["strangers"]
