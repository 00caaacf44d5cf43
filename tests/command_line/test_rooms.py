"""The commands of the other rooms: record, witness, plan, calibrate."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.command_line.test_cli import run, table

CASES = Path(__file__).resolve().parents[2] / "cases"


def test_record_check_passes_the_case_that_travels(tmp_path: Path) -> None:
    done = run("record", "check", str(CASES / "belarus-2025"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads(run("record", "check", str(CASES / "belarus-2025"), "--json", cwd=tmp_path).stdout)
    assert not made["problems"]


def test_record_check_refuses_a_bad_file_by_its_claims(tmp_path: Path) -> None:
    (tmp_path / "source.txt").write_text("At 20:15 the chairman signed a blank protocol.\n", encoding="utf-8")
    claims = [
        {"id": "c1", "text": "x", "source": "source.txt", "quote": "the chairman signed an blank protocol"},
        {"id": "c2", "text": "x", "source": "../../etc/passwd", "quote": "root and so on"},
        {"id": "c3", "text": "x", "source": "source.txt", "quote": "blank"},
    ]
    (tmp_path / "claims.json").write_text(json.dumps({"title": "case", "claims": claims}), encoding="utf-8")
    done = run("record", "check", "claims.json", cwd=tmp_path)
    assert done.returncode == 1
    for name in ("claims.json", "c1", "c2", "c3"):
        assert name in done.stderr
    (tmp_path / "case.yaml").write_text("claims: !!python/object/apply:os.system ['touch x']\n", encoding="utf-8")
    done = run("record", "check", "case.yaml", cwd=tmp_path)
    assert done.returncode in (1, 3)
    assert "case.yaml" in done.stderr
    assert not (tmp_path / "x").exists()


def test_record_draft_proposes_and_accept_marks(tmp_path: Path) -> None:
    text = (
        "The commission said on Monday that turnout was more than 70 percent.\n\n"
        'Anna Kovac, the leader of the opposition, called the vote "a farce from beginning to end".\n'
    )
    (tmp_path / "article.txt").write_text(text, encoding="utf-8")
    done = run("record", "draft", "article.txt", "--published", "2030-05-06", "-o", "claims.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "claims.toml").read_text(encoding="utf-8")
    assert "proposed" in written
    assert "a farce from beginning to end" in written
    again = run("record", "draft", "article.txt", "-o", "claims.toml", cwd=tmp_path)
    assert again.returncode == 2
    assert "there already" in again.stderr
    wrong = run("record", "draft", "article.txt", "--published", "6 May", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "2025-01-27" in wrong.stderr


def test_witness_says_what_announced_totals_bear(tmp_path: Path) -> None:
    done = run("witness", str(CASES / "venezuela-2024"), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["statement"]["grade"] == "incompatible"
    done = run("witness", "nowhere", cwd=tmp_path)
    assert done.returncode == 2


@pytest.mark.parametrize("name", ["belarus-2025", "venezuela-2024", "syria-2014"])
def test_cases_are_examined_on_a_bare_machine(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECANVASS_DATA", raising=False)
    monkeypatch.delenv("RECANVASS_SOURCES", raising=False)
    done = run("examine", str(CASES / name), "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "dossier.html").is_file()


def test_a_plan_from_numbers_and_from_an_earlier_contest(tmp_path: Path) -> None:
    made = json.loads(run("plan", "--frame", "5767", "--margin", "0.02", "--json", cwd=tmp_path).stdout)
    assert 5 < made["stations"] < 5767
    assert made["margin"] <= 0.02
    (tmp_path / "earlier.csv").write_text(table(200), encoding="utf-8")
    made = json.loads(run("plan", "--earlier", "earlier.csv", "--stations", "30", "--json", cwd=tmp_path).stdout)
    assert sum(made["allocation"].values()) == made["stations"]
    done = run("plan", "--frame", "5767", "--margin", "0.02", "--silent", "0.1", "--language", "ru", cwd=tmp_path)
    assert done.stdout.startswith("Отберите по жребию")
    assert not re.search("[A-Za-z]", done.stdout)
    done = run("plan", "--margin", "0.02", cwd=tmp_path)
    assert done.returncode == 2
    assert "--frame" in done.stderr


def test_the_record_is_exported_on_request_only(tmp_path: Path) -> None:
    case = str(CASES / "belarus-2025")
    notes = json.loads(run("record", "export", case, "--as", "web-annotations", cwd=tmp_path).stdout)
    assert notes[0]["type"] == "Annotation"
    review = ("record", "export", case, "--as", "claim-review")
    refused = run(*review, cwd=tmp_path)
    assert refused.returncode == 2
    assert "author" in refused.stderr
    given = ("--author", "A newsroom", "--url", "https://example.org/dossier", "--published", "2030-01-02")
    assert json.loads(run(*review, *given, cwd=tmp_path).stdout)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "dossier.html").write_text("<p>x</p>", encoding="utf-8")
    crate = run("record", "export", "out", "--as", "ro-crate", "--published", "2030-01-02", cwd=tmp_path)
    assert "dossier.html" in crate.stdout
    assert run("record", "export", "out", "--as", "pdf", cwd=tmp_path).returncode == 2


def test_a_crate_is_written_into_the_dossier_on_request_only(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    (folder / "figures").mkdir(parents=True)
    contest = json.dumps({"contest": {"title": "Example"}})
    (folder / "examination.json").write_text(contest, encoding="utf-8")
    (folder / "dossier.html").write_text("<p>page</p>", encoding="utf-8")
    (folder / "figures" / "one.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "away.txt").symlink_to("/etc/hostname")
    done = run("record", "export", "out", "--as", "ro-crate", "--published", "2030-01-02", cwd=tmp_path)
    assert done.returncode == 0
    assert not (folder / "ro-crate-metadata.json").exists()
    done = run("record", "export", "out", "--as", "ro-crate", "--published", "2030-01-02", "--write", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    files = {part["@id"]: part["sha256"] for part in graph if part["@type"] == "File"}
    assert files.keys() == {"dossier.html", "examination.json", "figures/one.csv"}
    for name, digest in files.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert next(part for part in graph if part["@id"] == "./")["name"] == "Example: recanvass dossier"
    refused = run("record", "export", "out", "--as", "web-annotations", "--write", cwd=tmp_path)
    assert refused.returncode == 2


def test_problems_of_a_record_are_said_in_russian(tmp_path: Path) -> None:
    (tmp_path / "source.txt").write_text("At 20:15 the chairman signed a blank protocol.\n", encoding="utf-8")
    claims = [{"id": "c1", "text": "x", "source": "source.txt", "quote": "the chairman signed an blank protocol"}]
    (tmp_path / "claims.json").write_text(json.dumps({"title": "case", "claims": claims}), encoding="utf-8")
    done = run("record", "check", "claims.json", "--language", "ru", cwd=tmp_path)
    assert done.returncode == 1
    assert "c1" in done.stderr
    assert "Цитаты в источнике нет" in done.stderr
    assert run("record", "check", "claims.json", "--language", "xx", cwd=tmp_path).returncode == 2
