"""``case.toml``: every key is known, every file lies inside, what is absent is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recanvass import record
from recanvass.case_folder import load_case
from recanvass.errors import ReadError
from recanvass.results import Results

TABLE = Results(("A", "B"), np.array([[1, 2]]))

CHANGES = {
    "an unknown key": ("[contest]", 'colour = "red"\n[contest]', "case.toml: colour"),
    "an unknown key of the contest": ("share_of", 'colour = "red"\nshare_of', "case.toml: contest.colour"),
    "no title": ('title = "An invented contest"\n', "", "case.toml: contest.title"),
    "no date at all": ("date = 2031-03-09", "", "case.toml: contest"),
    "no date": ("date = 2031-03-09", 'date = "soon"', "case.toml: contest.date"),
    "a strange base": ('base = "registered"', 'base = "people"', "case.toml: announced.0.base"),
    "a percentage as a number": ('percent = "68.0"', "percent = 68.0", "case.toml: announced.0.percent"),
    "a negative count": ("count = 1000000", "count = -1", "case.toml: announced.0.count"),
    "a count as a float": ("count = 1000000", "count = 1.5", "case.toml: announced.0.count"),
    "a figure without figure": ('count = 1000000\npercent = "68.0"\n', "", "case.toml: announced.0"),
    "markup in a title": ("An invented contest", "An <b>invented</b> contest", "case.toml: contest.title"),
    "a table in two places": ("[record]", '[results]\nfile = "a.csv"\ndata = "b.csv"\n[record]', "case.toml: results"),
    "a neighbour outside": ("[record]", '[[earlier]]\nname = "x"\ncase = "../x"\n[record]', "case.toml: earlier.0"),
    "data outside": ("[record]", '[results]\ndata = "../x.csv"\n[record]', "case.toml: results.data"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_wrong_is_refused_by_file_and_key(make: Any, change: str) -> None:
    old, new, where = CHANGES[change]
    folder = make()
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        load_case(folder)
    assert where in str(caught.value)


def test_only_a_simulated_contest_has_no_date(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text('[contest]\ntitle = "An invented contest"\nkind = "simulated"\n')
    assert load_case(tmp_path).contest.date == ""
    (tmp_path / "case.toml").write_text('[contest]\ntitle = "An invented contest"\nkind = "presidential"\n')
    with pytest.raises(ReadError, match=r"case\.toml: contest.*gives no date"):
        load_case(tmp_path)


def test_a_folder_without_case_toml_is_no_case(tmp_path: Path) -> None:
    for call in (load_case, record.check, record.load):
        with pytest.raises(ReadError, match=r"case\.toml"):
            call(tmp_path)


def test_announced_figures_may_stand_in_a_table(make: Any) -> None:
    folder = make()
    path = folder / "case.toml"
    head = path.read_text(encoding="utf-8").split("[[announced]]")[0]
    path.write_text('announced = "a.csv"\n' + head, encoding="utf-8")
    table = folder / "a.csv"
    table.write_text("column,count,percent,territory\nA,10,1.50,\nA,,2.5,North\n", encoding="utf-8")
    case = load_case(folder)
    assert [(a.column, a.count, a.percent, a.territory) for a in case.announced] == [
        ("A", 10, "1.50", ""), ("A", None, "2.5", "North"),
    ]  # fmt: skip
    for bad, where in (
        ("column,count\nA,ten\n", "line 2"),
        ("column,count\nA,10\nB,-1\n", "line 3"),
        ("column,count,colour\nA,10,red\n", "colour"),
        ("column,count\nA,10,11\n", "line 2"),
        ("column,count,count\nA,10,11\n", "count"),
        ("column,count\nA\n", "line 2"),
        ("", "missing"),
        ('column,count\n"A,10\n', "CSV"),
        ("column,percent\nA,NaN\n", "line 2"),
    ):
        table.write_text(bad, encoding="utf-8")
        with pytest.raises(ReadError, match=where) as caught:
            load_case(folder)
        assert "a.csv" in str(caught.value)


def test_tables_are_read_with_their_mapping_and_absent_data_is_noted(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make()
    path = folder / "case.toml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + '\n[results]\nfile = "r.csv"\nmapping = "m.toml"\n[copies]\ndata = "deep/c.csv"\n'
        + '[[earlier]]\nname = "old"\ndata = "old.csv"\n[[earlier]]\nname = "beside"\ncase = "neighbour"\n',
        encoding="utf-8",
    )
    (folder / "r.csv").write_text("x")
    (folder / "m.toml").write_text("x")
    called: list[tuple[str, dict[str, Any]]] = []

    def read(path: Path, **known: Any) -> Results:
        called.append((path.name, known))
        return TABLE

    monkeypatch.delenv("RECANVASS_DATA", raising=False)
    case = load_case(folder, read=read)
    assert called == [("r.csv", {"mapping": folder.resolve() / "m.toml"})]
    assert case.copies is None
    assert len(case.notes) == 3
    assert any("deep/c.csv" in n for n in case.notes)
    assert any("neighbour" in n for n in case.notes)
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (data / "deep" / "c.csv").write_text("x")
    (data / "old.csv").symlink_to("/etc/hostname")
    neighbour = folder.parent / "neighbour"
    neighbour.mkdir()
    (neighbour / "case.toml").write_text(
        '[contest]\ntitle = "n"\ndate = 2026-01-01\n[[announced]]\ncolumn = "A"\ncount = 5\n', encoding="utf-8"
    )
    monkeypatch.setenv("RECANVASS_DATA", str(data))
    case = load_case(folder, read=read)
    assert case.copies is not None
    assert [a.count for a in case.neighbours["beside"]] == [5]
    assert len(case.notes) == 1  # a link out of the data folder counts as absent


def test_a_sources_folder_that_is_a_link_is_refused(make: Any, tmp_path: Path) -> None:
    folder = make()
    (folder / "sources").rename(tmp_path / "elsewhere")
    (folder / "sources").symlink_to(tmp_path / "elsewhere")
    report = record.check(folder)
    assert [p.code for p in report.problems] == ["source_link"]
