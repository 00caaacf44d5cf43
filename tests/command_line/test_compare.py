"""`recanvass compare` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line.test_cli import run, table


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    path.write_text(table(150), encoding="utf-8")
    return path


def test_it_prints_the_table_for_people(file: Path, tmp_path: Path) -> None:
    done = run("compare", str(file), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Class D" in done.stdout
    assert "turnout" in done.stdout
    assert "Adams" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


def test_json_is_one_object_with_a_schema(file: Path, tmp_path: Path) -> None:
    done = run("compare", str(file), "--by", "region", "--json", cwd=tmp_path)
    made = json.loads(done.stdout)
    assert made["schema_version"] == "1.0"
    assert made["class"] == "D"
    assert {row["area"] for row in made["rows"]} == {"Region 0", "Region 1", "Region 2"}
    assert {row["statistic"] for row in made["rows"]} >= {"second_digit", "last_digit", "dip", "correlation"}
    assert made["clean"]["contests_coloured"] == made["clean"]["contests"]


def test_the_file_is_written_and_named(file: Path, tmp_path: Path) -> None:
    for name in ("table.html", "table.csv"):
        done = run("compare", str(file), "-o", name, "--language", "ru", cwd=tmp_path)
        assert done.stdout.strip() == name, done.stderr
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("results.csv", "--by", "planet"), 2, "region"),
        (("results.csv", "-o", "table.txt"), 2, ".html"),
        (("results.csv", "--language", "xx"), 2, "xx"),
        (("absent.csv",), 2, "absent.csv"),
    ],
)
def test_a_mistake_is_one_line(file: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = run("compare", *arguments, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("width", [80, 140])
def test_it_fits_the_terminal(file: Path, capsys: pytest.CaptureFixture[str], monkeypatch, width: int) -> None:
    """Piped output is 100 wide; a terminal of 80 has fewer columns, one of 120 or more has all of them."""
    import sys

    from rich.console import Console

    from recanvass import comparison_table, read, terminal
    from recanvass.comparison import compare

    monkeypatch.setattr(terminal, "console", lambda: Console(file=sys.stdout, width=width, markup=False, emoji=False))
    for language in ("en", "ru"):
        terminal.print_comparison(comparison_table.table(compare(read(file)), language))
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= width
        assert sum("4.187" in line or "4,187" in line for line in lines) >= 2
