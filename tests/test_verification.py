"""A dossier made again: what is the same, what is found to differ, what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import recanvass as rc
from recanvass.declaration import read_declaration
from recanvass.dossier import write
from recanvass.errors import ReadError, UsageError
from recanvass.verification import Verification, verify
from tests.command_line.test_cli import run, table

SOME = ("integer_percentages", "last_digits")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file, and its dossier with a leader and methods that a person chose."""
    folder = tmp_path_factory.mktemp("verified")
    (folder / "results.csv").write_text(table(160), encoding="utf-8")
    exam = rc.examine(rc.read(folder / "results.csv"), seed=7, methods=SOME, leader="Baker")
    write(exam, folder / "out", language="ru")
    return folder


@pytest.fixture
def out(place: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(place / "out", tmp_path / "out"))


def again(dossier: Path, place: Path, **changes: Any) -> Verification:
    return verify(dossier, rc.read(place / "results.csv"), **changes)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_honest_dossier_is_the_same_to_the_byte(place: Path, out: Path, tmp_path: Path) -> None:
    made = again(out, place)
    assert (made.outcome, made.differing, made.compared) == (
        "same", 0, ("examination.json", "stations.csv", "dossier.html"),
    )  # fmt: skip
    assert made.holds
    shutil.copy(place / "results.csv", tmp_path / "renamed.csv")
    assert verify(out / "dossier.html", rc.read(tmp_path / "renamed.csv")).outcome == "same"


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        ("dossier.html", "Ничего", "Многое", "dossier.html: line"),
        ("stations.csv", "part", "pact", "stations.csv: line"),
        ("examination.json", '"nothing_detected"', '"incompatible"', "statement.grade"),
        ("examination.json", '"seed": 7', '"seed": 8', "run.seed"),
    ],
)
def test_a_changed_word_or_figure_is_found(place: Path, out: Path, name: str, old: str, new: str, where: str) -> None:
    edit(out / name, old, new)
    made = again(out, place)
    assert made.outcome == "differs"
    assert any(where in one.where for one in made.differences)
    assert not made.holds


def test_a_page_with_another_examination_inside_is_found(place: Path, out: Path) -> None:
    edit(out / "dossier.html", '"grade":"nothing_detected"', '"grade":"incompatible"')
    found = [one for one in again(out, place).differences if one.where == "dossier.html: statement.grade"]
    assert [(one.published, one.recomputed) for one in found] == [("incompatible", "nothing_detected")]
    (out / "examination.json").unlink()
    assert "statement.grade" in {one.where for one in again(out, place).differences}


def test_last_digits_and_versions_of_libraries_are_no_difference(place: Path, out: Path) -> None:
    value = json.loads((out / "examination.json").read_text(encoding="utf-8"))
    value["findings"][-1]["log10_p"] *= 1 + 1e-13
    (out / "examination.json").write_text(json.dumps(value), encoding="utf-8")
    edit(out / "dossier.html", "polars ", "polars 0.")
    assert again(out, place).outcome == "same_figures"
    value["findings"][-1]["log10_p"] *= 1 + 1e-6
    (out / "examination.json").write_text(json.dumps(value), encoding="utf-8")
    assert "findings.1.log10_p" in {one.where for one in again(out, place).differences}


def test_a_value_that_one_side_lacks_is_a_difference(place: Path, out: Path) -> None:
    value = json.loads((out / "examination.json").read_text(encoding="utf-8"))
    value["findings"][0]["stations"] = ["Nowhere"]
    del value["statement"]["sentence"]
    (out / "examination.json").write_text(json.dumps(value), encoding="utf-8")
    found = {one.where: one for one in again(out, place).differences}
    assert found["statement.sentence"].published == ""
    assert found["findings.0.stations"].published == '["Nowhere"]'


def test_another_file_is_not_examined(place: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(table(161), encoding="utf-8")
    made = verify(out, rc.read(tmp_path / "results.csv"))
    assert (made.outcome, made.differences[0].where) == ("other_input", "run.input_sha256")
    assert not made.holds


def test_a_declared_dossier_needs_its_declaration(place: Path, tmp_path: Path) -> None:
    told = rc.declare("Nowhere 2026", methods=SOME, seed=3)
    exam = rc.examine(rc.read(place / "results.csv"), declaration=told, leader="Baker")
    write(exam, tmp_path / "out")
    assert again(tmp_path / "out", place, declaration=told).outcome == "same"
    with pytest.raises(UsageError, match="--declaration"):
        again(tmp_path / "out", place)
    with pytest.raises(UsageError, match="give the same"):
        again(tmp_path / "out", place, declaration=rc.declare("Elsewhere 2026", methods=SOME, seed=3))
    with pytest.raises(UsageError, match="names none"):
        again(place / "out", place, declaration=told)
    told.write(tmp_path / "declaration.json")
    assert read_declaration(tmp_path / "declaration.json") == told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No examination"), ("[" * 100_000, "No examination"), ("[1]", "how it was made"),
        ('{"run": {"seed": 1}}', "how it was made"),
        ('{"run": {"seed": "x", "version": "1", "results_digest": ""}}', "whole number"),
        ('{"run": {"seed": -1, "version": "1", "results_digest": ""}}', "whole number"),
    ],
)  # fmt: skip
def test_what_is_no_dossier_is_refused(place: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "examination.json").write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=said):
        again(tmp_path, place)


def test_what_is_not_there_or_not_text_is_refused(place: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no dossier at"):
        again(tmp_path / "gone", place)
    with pytest.raises(ReadError, match="holds no"):
        again(tmp_path, place)
    (tmp_path / "dossier.html").write_bytes(b"\xff\xfe")
    with pytest.raises(ReadError, match="byte 0"):
        again(tmp_path, place)


def test_the_command_leaves_with_1_where_the_dossier_does_not_hold(place: Path, out: Path) -> None:
    shutil.copy(place / "results.csv", out.parent / "results.csv")
    done = run("verify", "out", "results.csv", cwd=out.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every byte is the same (examination.json, stations.csv and dossier.html)" in done.stdout
    edit(out / "stations.csv", "part", "pact")
    done = run("verify", "out", "results.csv", "--json", cwd=out.parent)
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert (said["holds"], said["outcome"], said["differing"]) == (False, "differs", 1)
    done = run("verify", "out", "results.csv", "--language", "ru", cwd=out.parent)
    assert "Мест, где есть различия: 1" in done.stdout
    done = run("verify", "nowhere", "results.csv", cwd=out.parent)
    assert (done.returncode, done.stdout) == (3, "")
