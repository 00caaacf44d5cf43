"""The command line as a user meets it: exit codes, streams, messages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recanvass import demonstration
from recanvass.examination import examine
from recanvass.scenario import scenario

HEADER = "station,region,registered,ballots,valid,invalid,Adams,Baker\n"


def table(rows: int = 60) -> str:
    lines = [f"S{i:03d},Region {i % 3},{1000 + i},{600 + i},{590 + i},10,{300 + i},290\n" for i in range(rows)]
    return HEADER + "".join(lines)


def run(*arguments: str, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "recanvass", *arguments],
        cwd=cwd, capture_output=True, text=True, check=False, input=stdin, timeout=240,
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    path.write_text(table(), encoding="utf-8")
    return path


def test_read_prints_one_object(file: Path, tmp_path: Path) -> None:
    done = run("read", str(file), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["rows"] == 60
    assert made["totals"]["registered"] == sum(1000 + i for i in range(60))
    assert made["totals"]["Adams"] == sum(300 + i for i in range(60))
    assert {"rows", "quarantined", "totals", "warnings", "columns", "issues"} <= set(made)


def test_read_prints_a_sheet_for_people(file: Path, tmp_path: Path) -> None:
    done = run("read", str(file), cwd=tmp_path)
    assert done.returncode == 0
    assert "60 stations" in done.stdout
    assert "\x1b" not in done.stdout


def test_read_answers_in_russian(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(table().replace(",1005,", ",101,"), encoding="utf-8")
    done = run("read", "results.csv", "--language", "ru", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Учтено: 60 участков" in done.stdout
    assert "Бюллетеней больше, чем избирателей в списке: 1 участок" in done.stdout
    own = ("results.csv", "header", "encoding utf-8", "Adams", "Baker", "S005")
    words = {w.strip(".,:;·()|") for w in done.stdout.split()} - {w for o in own for w in o.split()}
    spoken = {w for w in words if w.isascii() and w.isalpha() and w.islower()}
    assert spoken <= set(table().split("\n")[0].lower().split(",")), spoken


def test_examine_writes_a_dossier_and_says_where(file: Path, tmp_path: Path) -> None:
    done = run("examine", str(file), "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("dossier.html")
    assert (tmp_path / "out" / "dossier.html").is_file()
    made = json.loads((tmp_path / "out" / "examination.json").read_text())
    assert made["run"]["input_name"] == "results.csv"
    assert str(tmp_path) not in (tmp_path / "out" / "dossier.html").read_text()


def test_examine_answers_in_russian(file: Path, tmp_path: Path) -> None:
    done = run("examine", str(file), "-o", "out", "--language", "ru", "--method", "account_identities", cwd=tmp_path)
    assert done.returncode == 0
    english = json.loads((tmp_path / "out" / "examination.json").read_text())["statement"]["sentence"]
    assert english[:40] not in done.stdout
    assert "данные" in done.stdout.split("\n\n")[0]


def test_examine_gives_the_same_bytes_twice(file: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("examine", str(file), "-o", name, "--seed", "5", cwd=tmp_path).returncode == 0
    for name in ("dossier.html", "examination.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("read", "nothing.csv"), 2, "nothing.csv"),
        (("examine", "results.csv", "-o", "results.csv"), 2, "is a file"),
        (("examine", "results.csv", "-o", "out", "--method", "digits"), 2, "digits"),
        (("examine", "results.csv", "-o", "out", "--language", "fr"), 2, "fr"),
        (("examine", "results.csv"), 2, "--out"),
        (("simulate", "clean_mixtures"), 2, "Did you mean 'clean_mixture'"),
        (("simulate", "ballot_stuffing", "--set", "extend=0.1"), 2, "Did you mean 'extent'"),
        (("simulate", "ballot_stuffing", "--set", "extent=7"), 2, "between 0 and 1"),
        (("simulate", "ballot_stuffing", "--set", "of_leader=5", "--stations", "50"), 2, "raise extent"),
        (("calibrate", "--draws", "5"), 2, "--sizes"),
        (("calibrate", "--ranks", "--sizes"), 2, "without --sizes"),
        (("calibrate", "--ranks", "--check"), 2, "nothing that could be checked"),
        (("read", "bad.csv"), 3, "row 3"),
        (("read", "bad.csv", "--language", "fr"), 2, "no language 'fr'"),
        (("demo", "--language", "fr"), 2, "no language 'fr'"),
        (("plan", "--frame", "100", "--margin", "0.1", "--language", "fr"), 2, "no language 'fr'"),
        (("witness", ".", "--language", "fr"), 2, "no language 'fr'"),
    ],
)
def test_a_mistake_is_one_line(file: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    (tmp_path / "bad.csv").write_text(
        table(3).replace("S001,Region 1,1001,601", "S001,Region 1,1001,-5"), encoding="utf-8"
    )
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_what_is_ambiguous_is_refused_in_a_script_with_a_mapping_to_edit(tmp_path: Path) -> None:
    lines = ["place,a1,a2,a3\n"] + [f"P{i},{100 + i},{50 + 2 * i},{7 + i}\n" for i in range(30)]
    (tmp_path / "odd.csv").write_text("".join(lines), encoding="utf-8")
    done = run("read", "odd.csv", "--json", cwd=tmp_path)
    if done.returncode == 0:
        pytest.fail(f"columns a1, a2, a3 were guessed: {done.stdout[:300]}")
    assert done.returncode == 3
    assert "odd.csv" in done.stderr
    assert (tmp_path / "odd.csv.mapping.toml").is_file()


def test_simulate_names_its_parameters_and_writes_them_with_the_truth(tmp_path: Path) -> None:
    shown = run("simulate", "vote_switching", "--parameters", cwd=tmp_path)
    assert "clustering=stations" in shown.stdout.split()
    given = ("--set", "extent=0.3", "--set", "clustering=regions", "--set", "of_leader=0.02")
    done = run("simulate", "vote_switching", *given, "--stations", "400", "-o", "a.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    truth = json.loads((tmp_path / "a.csv.truth.json").read_text(encoding="utf-8"))
    assert truth["parameters"]["clustering"] == "regions"
    assert truth["parameters"]["dose"] == 0.3
    assert truth["seed"] == 0
    assert truth["planted"][0]["votes_moved"] > 0


def test_simulate_writes_a_contest_that_reads_back(tmp_path: Path) -> None:
    done = run("simulate", "rounded_results", "-o", "contest.csv", "--stations", "300", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    truth = json.loads((tmp_path / "contest.csv.truth.json").read_text())
    made = json.loads(run("read", "contest.csv", "--json", cwd=tmp_path).stdout)
    assert made["rows"] == truth["stations"]


def test_simulate_writes_a_case_that_examine_asks_the_right_question_of(tmp_path: Path) -> None:
    """A contest whose manipulation shows in the order of arrival only: no argument but its name."""
    done = run("simulate", "late_batch", "-o", "late", "--stations", "400", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "late\n"
    exam = run("examine", "late", "-o", "out", "--method", "late_counts,account_identities", "--json", cwd=tmp_path)
    assert exam.returncode == 0, exam.stderr
    asked = {finding["method"]: finding for finding in json.loads(exam.stdout)["findings"]}
    assert asked["late_counts"]["facts"]["given"] is True
    first = {path.name: path.read_bytes() for path in (tmp_path / "late").iterdir()}
    again = run("simulate", "late_batch", "-o", "late", "--stations", "400", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "late").iterdir()} == first
    (tmp_path / "late" / "case.toml").write_text("mine")
    refused = run("simulate", "late_batch", "-o", "late", "--stations", "300", cwd=tmp_path)
    assert refused.returncode == 2
    assert "case.toml was not written by this command, or was changed since" in refused.stderr
    assert (tmp_path / "late" / "arrivals.csv").read_bytes() == first["arrivals.csv"]


def test_simulate_says_what_a_table_alone_leaves_out(tmp_path: Path) -> None:
    done = run("simulate", "late_batch", "-o", "late.csv", "--stations", "60", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "arrivals" in done.stderr
    assert done.stdout == "late.csv\n"
    refused = run("simulate", "late_batch", "-o", "late.xlsx", cwd=tmp_path)
    assert refused.returncode == 2
    assert "written as CSV" in refused.stderr
    assert not (tmp_path / "late.xlsx").exists()


def test_help_and_version(tmp_path: Path) -> None:
    for group in ((), ("record",)):
        said = run(*group, "--help", cwd=tmp_path).stdout
        commands = said.partition("Commands:\n")[2].split("\n\n")[0]
        assert commands.strip()
        assert "..." not in commands, "a first sentence that does not fit its line"
    assert run("--version", cwd=tmp_path).stdout.startswith("recanvass ")


def test_the_demo_finds_what_it_planted(tmp_path: Path) -> None:
    done = run("demo", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("PLANTED") == 3
    assert "FOUND" in done.stdout
    assert (tmp_path / "out" / "dossier" / "dossier.html").is_file()
    made = json.loads((tmp_path / "out" / "dossier" / "examination.json").read_text())
    contest = tmp_path / "out" / "contest" / "simulated-contest.csv"
    truth = json.loads(contest.with_name(f"{contest.name}.truth.json").read_text())
    assert made["statement"]["grade"] == "incompatible"
    repeated = next(f for f in made["findings"] if f["method"] == "repeated_percentages")
    copied = next(p for p in truth["planted"] if p["kind"] == "copied_percentage")
    assert len(set(copied["stations"]) & set(repeated["stations"])) > len(copied["stations"]) / 2
    verified = run("verify", "out/dossier", str(contest), "--json", cwd=tmp_path)
    assert json.loads(verified.stdout)["outcome"] == "same", verified.stdout


def test_the_demo_speaks_russian(tmp_path: Path) -> None:
    world = scenario("demo").build(np.random.default_rng(0), 1500)
    exam = examine(world.case(), methods=["repeated_percentages", "account_identities"])
    *said, last = demonstration.lines(world, exam, tmp_path / "truth.json", "ru")
    assert [line.split()[0] for line in said[1:]] == ["ВНЕСЕНО"] * 3 + ["ВЫВОД", "НАЙДЕНО", "ТИХО"]
    assert last.startswith("Вся правда")
    names = "Region|District|Option [A-D]|contest/truth.json"
    assert not re.search(r"[A-Za-z]{4,}", re.sub(names, "", " ".join([*said, last])))


def test_the_headline_speaks_the_language_asked_for(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(table(150), encoding="utf-8")
    asked = ("--language", "ru", "--method", "account_identities,last_digits", "-o", "out")
    done = run("examine", "results.csv", *asked, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    headline = done.stdout.split("\n\n")[0]
    assert "Проверки" in headline or "проверки" in headline
    assert "the" not in headline.split()
