"""Findings → one graded statement."""

from __future__ import annotations

import math

import pytest

from recanvass import statement, wording
from recanvass.finding import Answer, Evidence, Finding, Run, Skipped
from recanvass.statement import state


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invented methods have no phrases of their own."""
    monkeypatch.setattr(wording, "summary", lambda method, *rest, **more: f"{method} speaks.")
    monkeypatch.setattr(statement, "power", lambda finding, language="en": "")


def finding(name: str, kind: str, log10_p: float | None, status: str = "none") -> Finding:
    evidence = None if log10_p is None else Evidence(1.0, log10_p)
    return Finding(Run(name, {}, "", 0, "0"), kind, "Is it?", "It is.", Answer(status, "x", evidence=evidence))


@pytest.mark.parametrize(
    ("log10_p", "grade"),
    [
        (-0.5, "nothing_detected"),
        (-3.2, "nothing_detected"),
        (-3.4, "unusual"),
        (-5.4, "very_unusual"),
        (-30, "incompatible"),
    ],
)
def test_the_grade_follows_from_the_smallest_p_with_all_tests_counted(log10_p: float, grade: str) -> None:
    said = state([finding("a", "B", log10_p), finding("b", "B", -0.2)])
    assert said.grade == grade
    assert said.log10_p == pytest.approx(min(0, log10_p + math.log10(2)))


def test_classes_c_and_d_never_raise_it() -> None:
    said = state([finding("a", "B", -0.2), finding("c", "C", -200.0, "departure"), finding("d", "D", -200.0)])
    assert said.grade == "nothing_detected"
    assert set(said.not_counted) == {"c", "d"}


def test_a_contradiction_decides_alone() -> None:
    said = state([finding("a", "A", None, "contradiction")])
    assert said.grade == "incompatible"
    assert "a speaks." in said.sentence


def test_broken_accounts_that_are_described_do_not_raise_it() -> None:
    said = state([finding("a", "A", None, "description"), finding("b", "B", -0.1)])
    assert said.grade == "nothing_detected"
    assert said.counted == ("a", "b")


def test_nothing_asked_is_not_nothing_detected() -> None:
    said = state([finding("a", "A", None, "none")], [Skipped("b", "Too few.", "stations")])
    assert said.grade == "cannot_be_assessed"
    assert said.not_counted == {"b": "Too few."}


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("log10_p", [-0.5, -4.0, -6.0, -50.0])
def test_it_is_said_in_both_languages(language: str, log10_p: float) -> None:
    assert len(state([finding("a", "B", log10_p)], language=language).sentence) > 40
