"""The folder of a dossier: whole files, spreadsheets that run nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from recanvass.dossier import files, render, write
from recanvass.dossier.finding_part import guarded
from recanvass.errors import UsageError
from tests.dossier.examinations import hostile, simulated


def test_three_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    page = write(simulated(), tmp_path / "out")
    assert page == tmp_path / "out" / "dossier.html"
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(files.FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert page.read_text(encoding="utf-8") == render(simulated())
    assert json.loads((page.parent / "examination.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(simulated().to_dict())
    )


def test_a_name_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        write(simulated(), tmp_path / "out")


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text("{}")
    write(simulated(), tmp_path)
    assert (tmp_path / "truth.json").read_text() == "{}"


@pytest.mark.parametrize("broken", range(3))
def test_an_interruption_while_writing_leaves_the_old_dossier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    out = tmp_path / "out"
    write(simulated(), out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    count = 0

    def interrupted(path: Path, content: bytes) -> None:
        nonlocal count
        count += 1
        path.write_bytes(content[: len(content) // 2])
        if count > broken:
            raise KeyboardInterrupt

    monkeypatch.setattr(files, "_write_through", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(hostile(), out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", " =1", "\u00a0=1"]
)
def test_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(name: str) -> None:
    assert guarded(name) == "'" + name


def test_numbers_and_plain_names_are_left_as_they_are() -> None:
    assert [guarded(v) for v in (-3, -0.5, "Minsk", "a=b", None)] == ["-3", "-0.5", "Minsk", "a=b", ""]


def test_every_station_named_is_in_the_table_of_stations(tmp_path: Path) -> None:
    write(hostile(), tmp_path)
    with (tmp_path / "stations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = sum(len(f.stations) for f in hostile().findings) + 60
    assert len(rows) == expected
    assert not [r for r in rows for v in r.values() if v.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
