"""The case that travels with the project: its record, with and without the report at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from recanvass import record
from recanvass.case_folder import CaseFolder, load_case

CASE = Path(__file__).resolve().parents[2] / "cases" / "belarus-2025"
REPORT = "moscow-times-2025-01-27.txt"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> CaseFolder:
    monkeypatch.delenv("RECANVASS_SOURCES", raising=False)
    monkeypatch.delenv("RECANVASS_DATA", raising=False)
    return load_case(CASE)


def known(case: CaseFolder) -> record.Record:
    assert case.record is not None
    return case.record


def test_it_loads_on_a_bare_machine_and_says_what_is_not_verified(bare: CaseFolder) -> None:
    assert bare.results is None
    report = known(bare).report
    assert report.ok
    assert report.sentence() == "Quotations not verified here: the source file is not at hand."
    assert len(report.unverified) == len(known(bare).claims) >= 12


def test_quotations_are_short_and_the_report_is_not_copied(bare: CaseFolder) -> None:
    for claim in known(bare).claims:
        assert 3 <= len(claim.quotation.exact.split()) <= 9, claim.id
    assert sorted(p.name for p in (CASE / "sources").iterdir()) == ["README.md"]


def test_every_kind_of_claim_is_there(bare: CaseFolder) -> None:
    kinds = {c.kind for c in known(bare).claims}
    assert kinds >= {"official figure", "allegation", "recognition", "rejection", "condition", "quantity"}


def test_claims_meet_the_announced_figures(bare: CaseFolder) -> None:
    found = {c.claim: c for c in record.compare(known(bare), bare)}
    assert found["share-86"].mark == "agrees"
    assert found["share-86"].difference == pytest.approx(0.82)
    assert found["term-seventh"].mark == found["history-wins"].mark == "agrees"
    assert found["allegation-ballots"].mark == "cannot be checked"
    assert found["prisoners-1200"].mark == found["released-300"].mark == "cannot be checked"


def test_the_chapter(bare: CaseFolder) -> None:
    chapter = record.chapter(known(bare), bare)
    json.dumps(chapter, allow_nan=False)
    stances = {(a["actor"], a["stance"], a["date"]) for a in chapter["actors"]}
    assert ("Vladimir Putin", "recognition", "2025-01-27") in stances
    assert ("Xi Jinping", "recognition", "2025-01-27") in stances
    assert ("European Union", "rejection", "2025-01-27") in stances
    assert len(chapter["conditions"]) == 6
    assert [s["date"][:4] for s in chapter["history"]] == [
        "1994",
        "1994",
        "2001",
        "2006",
        "2010",
        "2015",
        "2020",
        "2025",
    ]
    assert all(f["source"] for s in chapter["history"] for f in s["figures"])
    standing = chapter["sources"][0]["standing"]
    assert [s["term"] for s in standing] == ["undesirable organization", "foreign agent"]
    assert all(s["means_for_quoted"] and s["means_for_holder"] and s["source"] for s in standing)
    assert chapter["openness"]["principles"][1]["met"] == "no"
    assert not next(a for a in chapter["openness"]["assessable"] if "polling stations" in a["what"])["can"]
    prisoners = next(q for q in chapter["quantities"] if q["claim"] == "prisoners-1200")
    assert (prisoners["low"], prisoners["high"], prisoners["claimed_by"]) == (1200.0, None, "rights groups")


def test_every_announced_figure_has_its_source(bare: CaseFolder) -> None:
    assert all(a.source.startswith("https://") for a in bare.announced)
    assert {a.territory for a in bare.announced} == {
        "", "Minsk city", "Brest", "Vitebsk", "Gomel", "Grodno", "Minsk region", "Mogilev",
    }  # fmt: skip
    assert bare.contest.announced["Lukashenko"] == 5136293


def test_figures_are_those_of_the_data(data: Path, bare: CaseFolder) -> None:
    official = json.loads((data / "belarus_official.json").read_text(encoding="utf-8"))["elections"]
    last = next(e for e in official if e["date"] == "2025-01-26")
    shares = {a.column: float(a.percent) for a in bare.announced if a.base == "ballots" and a.percent}
    assert shares == last["pct_of_took_part"]
    turnout = {a.territory: float(a.percent) for a in bare.announced if a.column == "ballots" and a.percent}
    assert turnout.pop("") == last["turnout_pct"]
    assert turnout == {k: v["turnout_pct"] for k, v in last["regions"].items()}
    for election in official:
        votes = election.get("votes") or election.get("votes_final") or {}
        rows = [r for r in known(bare).history if r.date.isoformat() == election["date"]]
        if election is not last:
            assert {r.column: r.count for r in rows if r.count is not None and r.column in votes} == votes


def test_with_the_report_every_quotation_is_verified() -> None:
    place = os.environ.get("RECANVASS_SOURCES", "")
    if not (Path(place or "absent") / REPORT).is_file():
        pytest.skip(f"RECANVASS_SOURCES does not name the folder with {REPORT}")
    report = record.check(CASE)
    assert report.ok, report.lines()
    assert not report.unverified
    (source,) = report.sources
    assert (source.state, source.paragraphs, source.covered, source.uncovered) == ("verified", 12, 12, ())


def test_the_chapter_in_russian_has_no_escapes(bare: CaseFolder) -> None:
    text = json.dumps(record.chapter(known(bare), bare, (), "ru"), ensure_ascii=False)
    assert "\\u" not in text
    assert "больше 1\u202f200" in text
