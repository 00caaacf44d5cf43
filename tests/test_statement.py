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


def test_a_p_value_on_the_border_has_the_grade() -> None:
    assert [state([finding("a", "B", level)]).grade for level, _ in statement.LEVELS] == [
        g for _, g in statement.LEVELS
    ]


def test_what_could_not_be_assessed_is_said_with_the_accounts_that_were_checked() -> None:
    """Three sentences that must not be exchanged: nothing asked, accounts alone, and tests that found nothing."""
    assert state([]).sentence.startswith("These figures cannot be assessed")
    alone = state([finding("a", "A", None)]).sentence
    assert alone.startswith("The counting itself cannot be assessed")
    assert "1 check" in alone
    both = state([finding("a", "A", None), finding("b", "B", -0.2), finding("c", "B", -0.3)]).sentence
    assert both.startswith("Nothing was detected by 2 tests of the counting")
    assert "found by 1 check of the accounts" in both


def test_the_reasons_are_those_that_speak_the_strongest_first_and_three_at_most() -> None:
    said = state([finding("faint", "B", -2.9), finding("weak", "B", -4.0), finding("strong", "B", -7.0)]).sentence
    assert said.startswith("The figures are very unusual for counted votes. strong speaks. weak speaks. Ordinary")
    said = state([finding(name, "B", p) for name, p in (("b", -9), ("a", -9), ("d", -3), ("c", -4))]).sentence
    assert "counting as described. a speaks. b speaks. c speaks. Ordinary" in said
    said = state([finding("b", "B", -9), finding("c", "B", -2.99), finding("d", "B", -3)]).sentence
    assert "counting as described. b speaks. d speaks. Ordinary" in said
    accounts = [finding(name, "A", None, "contradiction") for name in ("x", "y")]
    said = state([finding("b", "B", -9.0), finding("c", "B", -8.0), *accounts]).sentence
    assert said == "Figures of this contest contradict each other. x speaks. y speaks. b speaks."


def test_why_each_of_the_others_did_not_count() -> None:
    skipped = [Skipped("e", "No areas.", "x", evidence_class="B"), Skipped("f", "No map.", "x", evidence_class="D")]
    said = state([finding("b", "B", None), finding("c", "C", -9.0), finding("d", "D", -9.0)], skipped)
    assert said.not_counted == {
        "b": "It gave no p-value here.",
        "c": "It depends on a model of contests elsewhere, so it may describe but never raises an alarm.",
        "d": "It is context only and never raises an alarm.",
        "e": "No areas.",
    }
