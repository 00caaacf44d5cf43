"""The cases that travel with the project: on a bare machine, and with the data at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recanvass import wording
from recanvass.case_folder import load_case
from recanvass.finding import Finding
from recanvass.method import method
from recanvass.witness import METHODS, chapter

CASES = Path(__file__).parents[2] / "cases"
NAMES = ("belarus-2020", "venezuela-2024", "syria-2014")


@pytest.mark.parametrize("name", NAMES)
def test_bare_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECANVASS_DATA", raising=False)
    case = load_case(CASES / name)
    assert case.copies is None
    assert all(a.source for a in case.announced)
    said = chapter(case)
    assert {o.run.method if isinstance(o, Finding) else o.method for o in said.outcomes} == set(METHODS)
    assert {f.method for f in said.findings} >= {"announced_percentages"}
    if name != "syria-2014":
        assert case.notes


def test_statuses_on_a_bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECANVASS_DATA", raising=False)
    statuses = {n: {f.method: f.status for f in chapter(load_case(CASES / n)).findings} for n in NAMES}
    assert statuses["venezuela-2024"]["announced_percentages"] == "contradiction"
    assert statuses["syria-2014"]["announced_percentages"] == "contradiction"
    assert statuses["belarus-2020"]["announced_percentages"] == "none"


@pytest.mark.parametrize("name", NAMES)
def test_findings_stand_alone(name: str, data: Path) -> None:
    """To JSON and back, drawn from what comes back, in both languages, with every phrase found."""
    case = load_case(CASES / name)
    for finding in chapter(case, fingerprints=()).findings:
        back = Finding.from_dict(json.loads(json.dumps(finding.to_dict(), allow_nan=False)))
        assert back.to_dict() == finding.to_dict()
        for language in wording.LANGUAGES:
            drawing = method(finding.method).draw(back, language)
            assert drawing.records
            assert wording.summary(finding.method, finding.answer.outcome, finding.answer.facts, language)
        for key in finding.answer.caveats:
            assert wording.phrase(finding.method, "caveats", key, facts=finding.answer.facts).endswith(".")
        for table, records in finding.answer.tables.items():
            headings = wording.template(finding.method, "tables", table)
            assert set(records[0] if records else ()) <= set(headings), (finding.method, table)


def test_fingerprints_of_the_copies(data: Path) -> None:
    """Belarus 2020: round percentages, and one result at station after station of 07-004."""
    said = chapter(load_case(CASES / "belarus-2020"), fingerprints=("integer_percentages", "repeated_percentages"))
    found = {f.method: f for f in said.fingerprints if isinstance(f, Finding)}
    assert found["integer_percentages"].status == "departure"
    repeated = found["repeated_percentages"]
    assert repeated.status == "departure"
    assert "71.0 / 15.6 / 7.8 / 2.7 / 1.6 / 1.3" in repeated.summary
    assert "07-004" in repeated.summary


def test_the_source_of_the_copies_is_listed_in_the_case(data: Path) -> None:
    """Belarus 2020: the three rows below zero and the doubled ones of the file as published, by their row in it."""
    case = load_case(CASES / "belarus-2020")
    assert case.copies_source is not None
    finding = method("copies_against_totals").run(case)
    assert isinstance(finding, Finding)
    listed = finding.answer.tables["source"]
    below = {(r["station"], r["row"]) for r in listed if r["oddity"] == "negative"}
    assert below == {("01-011-0022", 67), ("03-096-0060", 2291), ("05-039-0017", 3842)}
    assert sum(r["oddity"] == "doubles" for r in listed) == 12
    assert finding.answer.facts["source_compared"] == 1374
    assert finding.answer.facts["source_differing"] == 0
    assert {r["station"] for r in finding.answer.tables["oddities"] if r["oddity"] == "negative"} == {
        s for s, _ in below
    }


def test_what_the_rounding_alone_leaves(data: Path) -> None:
    """Minsk city: -52 to 49 votes by the rounding, 6,044 if all growth of the register were there."""
    finding = method("copies_against_totals").run(load_case(CASES / "belarus-2020"))
    assert isinstance(finding, Finding)
    city = next(
        r
        for r in finding.answer.tables["territories"]
        if r["territory"] == "Minsk city" and r["option"] == "Tikhanovskaya"
    )
    assert (city["left_low"], city["left_rounding"], city["left_high"]) == (-52, 49, 6044)
    assert finding.status != "contradiction"
    assert "tightest_grown" in finding.answer.caveats


def test_photographs_of_belarus_do_not_raise_the_headline(data: Path) -> None:
    finding = method("ballot_photographs").run(load_case(CASES / "belarus-2020"))
    assert isinstance(finding, Finding)
    assert finding.status == "departure"
    assert finding.answer.facts["unknown"] == ["dated", "signed"]


def test_tables_that_are_away_are_said_to_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECANVASS_DATA", raising=False)
    case = load_case(CASES / "belarus-2020")
    assert set(case.away) == {"copies", "copies_source", "photographs", "declared"}
    for name in ("copies_against_totals", "copies_against_protocols", "random_sample", "ballot_photographs"):
        outcome = method(name).run(case)
        assert not isinstance(outcome, Finding)
        assert "not at hand here" in outcome.reason
