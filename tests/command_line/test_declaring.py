"""A declaration made before the results, and the examination that is held against it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.command_line.test_cli import run, table

SOME = "account_identities,last_digits"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("declared")
    (place / "results.csv").write_text(table(120), encoding="utf-8")
    done = run(
        "examine", "--declare", "declaration.json", "--contest", "Nowhere 2026", "--leader", "Baker",
        "--methods", SOME, "--areas", "region", "--seed", "7", cwd=place,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (place / "hash").write_text(done.stdout.strip())
    return place


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "work"))


def examined(folder: Path, *arguments: str) -> tuple[dict, str, str]:
    done = run("examine", "results.csv", "-o", "out", *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    made = json.loads((folder / "out" / "examination.json").read_text())
    return made, (folder / "out" / "dossier.html").read_text(), done.stdout


def test_the_hash_is_on_standard_output_and_that_of_the_file(folder: Path) -> None:
    assert (folder / "hash").read_text() == hashlib.sha256((folder / "declaration.json").read_bytes()).hexdigest()
    assert not (folder / "out").exists()


def test_a_declaration_that_was_kept(folder: Path) -> None:
    sha256 = (folder / "hash").read_text()
    made, page, said = examined(folder, "--declaration", "declaration.json", "--hash", sha256)
    assert made["run"]["declaration"]["kept"] is True
    assert made["run"]["seed"] == 7
    assert [f["method"] for f in made["findings"]] == SOME.split(",")
    assert made["findings"][1]["facts"]["option"] == "Baker"
    assert "Declared beforehand, and kept" in page
    assert page.count(sha256) >= 3
    assert "Declared beforehand, and kept" in said
    assert f"--declaration declaration.json --hash {sha256}" in page


def test_a_run_that_departs_is_carried_out_and_says_so(folder: Path) -> None:
    made, page, said = examined(folder, "--declaration", "declaration.json", "--seed", "8", "--leader", "Adams")
    assert [d["item"] for d in made["run"]["declaration"]["departures"]] == ["seed", "leader"]
    first_page = page[: page.index("<nav")]
    assert "Not as declared" in first_page
    assert "The leader is Adams; declared was Baker." in first_page
    assert "Not as declared" in said


def test_a_choice_without_a_declaration_is_said(folder: Path) -> None:
    made, page, said = examined(folder, "--methods", "last_digits", "--method", "modality", "--leader", "Baker")
    assert made["run"]["choices"]["leader"] == {"value": "Baker", "by": "person"}
    assert made["run"]["declaration"] is None
    first_page = page[: page.index("<nav")]
    assert "Chosen by hand, without a declaration" in first_page
    assert "the limit is not promised" in first_page
    assert "--leader Baker" in page
    assert "Chosen by hand" in said


def test_a_case_gives_title_and_denominators(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.toml").write_text(
        '[contest]\ntitle = "Nowhere, council"\ndate = 2026-05-01\nturnout_of = "issued"\n', encoding="utf-8"
    )
    done = run("examine", "case", "--declare", "d.json", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["declaration"]["contest"] == "Nowhere, council"
    assert made["declaration"]["turnout_of"] == "issued"
    assert made["declaration"]["results_at_hand"] == ""


def test_results_that_are_at_hand_are_said(folder: Path) -> None:
    done = run(
        "examine", "results.csv", "--declare", "late.json", "--contest", "N", "--methods", "last_digits", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    made, page, _ = examined(folder, "--declaration", "late.json")
    sha256 = hashlib.sha256((folder / "results.csv").read_bytes()).hexdigest()
    assert made["run"]["declaration"]["results_at_hand"] == sha256
    assert "were already at hand when the declaration was written" in page


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--declare", "declaration.json", "--contest", "x"), 2, "not replaced"),
        (("--declare", "new.json"), 2, "--contest"),
        (("--declare", "new.json", "--contest", "x", "-o", "out"), 2, "examines nothing"),
        (("--declare", "no/where/new.json", "--contest", "x"), 2, "cannot be written"),
        (("--declare", "new.json", "--contest", "x", "--methods", "digits"), 2, "digits"),
        (("--declare", "new.json", "--contest", "x", "--areas", "street"), 2, "street"),
        (("nothing", "--declare", "new.json", "--contest", "x"), 2, "nothing"),
        (("-o", "out"), 2, "nothing to examine"),
        (("results.csv", "-o", "out", "--contest", "x"), 2, "--declare"),
        (("results.csv", "-o", "out", "--hash", "0" * 64), 2, "--declaration"),
        (("results.csv", "-o", "out", "--leader", "baker"), 2, "“Baker”"),
        (("results.csv", "-o", "out", "--areas", "district"), 2, "they give region"),
        (("results.csv", "-o", "out", "--methods", ","), 2, "names no method"),
        (("results.csv", "-o", "out", "--declaration", "declaration.json", "--hash", "abc"), 2, "all 64"),
        (
            ("results.csv", "-o", "out", "--declaration", "declaration.json", "--hash", "0" * 64),
            3,
            "not the declaration",
        ),
        (("results.csv", "-o", "out", "--declaration", "results.csv"), 3, "cannot be read as a declaration"),
        (("results.csv", "-o", "out", "--declaration", "gone.json"), 2, "gone.json"),
        (("results.csv", "-o", "out", "--declaration", "newer.json"), 3, "'9.0'"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    text = (folder / "declaration.json").read_text()
    (folder / "newer.json").write_text(text.replace('"schema_version": "1.0"', '"schema_version": "9.0"'))
    done = run("examine", *arguments, cwd=folder)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert not (folder / "new.json").exists()


def test_a_parameter_set_by_hand_is_told_repeated_and_verified(folder: Path) -> None:
    made, page, said = examined(
        folder, "--methods", SOME, "--set", "last_digits.least=250", "--set", "last_digits.option=Baker"
    )
    finding = next(f for f in made["findings"] if f["method"] == "last_digits")
    assert finding["parameters"]["least"] == 250
    assert finding["facts"]["option"] == "Baker"
    assert made["run"]["settings"] == {"last_digits": {"least": 250, "option": "Baker"}}
    assert "--set last_digits.least=250" in page
    assert "Chosen by hand" in said
    done = run("verify", "out", "results.csv", cwd=folder)
    assert done.returncode == 0, done.stdout


def test_a_parameter_is_set_in_a_declaration_and_departs_from_one(folder: Path) -> None:
    told = ("--declare", "set.json", "--contest", "Nowhere 2026", "--methods", SOME, "--set", "last_digits.least=250")
    assert run("examine", *told, cwd=folder).returncode == 0
    assert json.loads((folder / "set.json").read_text())["methods"]["last_digits"]["least"] == 250
    made, _, _ = examined(folder, "--declaration", "declaration.json", "--set", "last_digits.least=250")
    assert [d["item"] for d in made["run"]["declaration"]["departures"]] == ["parameters"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("nonsense", "METHOD.NAME=VALUE"),
        ("last_digit.least=3", "last_digits"),
        ("last_digits.leas=3", "least"),
        ("last_digits.least=many", "many"),
        ("last_digits.option=Bakker", "Baker"),
        ("fingerprint.least=50", "not asked"),
    ],
)
def test_a_wrong_setting_is_one_line(folder: Path, setting: str, words: str) -> None:
    done = run("examine", "results.csv", "-o", "no", "--methods", SOME, "--set", setting, cwd=folder)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "no").exists()
