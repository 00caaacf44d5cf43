"""Sibling units: its class, what it says, and when it is not asked."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from recanvass import wording
from recanvass.case import Case
from recanvass.division import Division, known_division
from recanvass.dossier import render
from recanvass.examination import examine
from recanvass.finding import Answer, Finding, Skipped
from recanvass.method import method
from recanvass.methods.sibling_units import FLOOR
from recanvass.results import Contest
from recanvass.sibling_worlds import SIMULATED, divided_contest
from tests.methods.divided_places import asked, planted


def test_the_class_hangs_on_the_rule_its_source_and_a_clean_contest() -> None:
    rng = np.random.default_rng(2)
    results, rule = divided_contest(rng, 200)
    assert asked(Case.of(results, division=rule)).evidence_class == "B"
    for weaker in (replace(rule, documented=""), replace(rule, validated=""), replace(rule, rule="unknown")):
        finding = asked(Case.of(results, division=weaker))
        assert finding.evidence_class == "C"
        assert finding.status == "description"
    assert asked(Case.of(results, division=rule), option="B").evidence_class == "C"
    assert asked(Case.of(results, division=rule), balance=0.5).evidence_class == "C"
    unmeasured = asked(Case.of(results, division=replace(rule, validated="")))
    assert set(unmeasured.answer.facts["parts"]) == {"tail_3.5", "tail_2.25"}
    alone = replace(
        results, votes=np.column_stack([results.votes.sum(axis=1), np.zeros(400, np.int64)]), options=("A", "B")
    )
    finding = asked(Case.of(alone.with_counts(ballots=results.counts["ballots"] + 30), division=rule))
    assert (finding.evidence_class, finding.evidence, finding.answer.outcome) == ("C", None, "no_decoy")


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_alone_it_makes_a_contest_unusual_and_no_more(language: str) -> None:
    """The formula goes far below what was tried; what is said does not."""
    world, finding = planted(4, extent=0.08, dose=0.3)
    assert min(finding.answer.facts["parts"].values()) < -20
    assert finding.evidence.log10_p == finding.answer.facts["log10_p"] == FLOOR
    assert all(row["log10_p"] >= round(FLOOR, 2) for row in finding.answer.tables["options"])
    assert "floor" in finding.answer.caveats
    assert "law" not in finding.answer.caveats
    said = examine(world.case(), methods=["sibling_units"]).statement
    assert said.grade == "unusual"
    text = wording.phrase("sibling_units", "caveats", "floor", facts=finding.answer.facts, language=language)
    assert "100" in text


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_the_users_own_words_stand_in_the_dossier(language: str) -> None:
    results, _ = divided_contest(np.random.default_rng(2), 200)
    own = replace(SIMULATED, name="mine", documented="Act 7 <b>of</b> 1999", validated="The contest of 2004\u202e")
    exam = examine(Case.of(results, division=own), methods=["sibling_units"])
    finding = exam.findings[0]
    assert finding.evidence_class == "B"
    assert "documented" not in finding.answer.caveats
    page = render(exam, language=language)
    assert "Act 7 &lt;b&gt;of&lt;/b&gt; 1999" in page
    assert "The contest of 2004\\u202e" in page
    shipped = replace(results, contest=Contest(country="Spain", date="2011-11-20"))
    known = known_division(shipped.contest)
    caveats = asked(Case.of(shipped, division=replace(known, station="(.+)-[A-H]"))).answer.caveats
    assert {"own_documented", "own_validated"} <= set(caveats)
    vague = asked(Case.of(results, division=replace(own, rule="unknown"))).answer.caveats
    assert {"own_documented", "undocumented", "own_validated"} <= set(vague)


def test_only_class_b_reaches_the_statement() -> None:
    world, _ = planted(1)
    said = examine(world.case(), methods=["sibling_units"]).statement
    assert said.grade != "nothing_detected"
    assert said.counted == ("sibling_units",)
    unsourced = replace(SIMULATED, documented="")
    said = examine(Case.of(world.results, division=unsourced), methods=["sibling_units"]).statement
    assert said.grade == "cannot_be_assessed"
    assert "sibling_units" in said.not_counted


def test_an_answer_may_weaken_its_class_and_never_strengthen_it() -> None:
    class Stronger(type(method("extreme_corner"))):  # a method of class C whose answer claims B
        name = "extreme_corner"

        def ask(self, case: Case, rng: np.random.Generator) -> Answer:
            return replace(super().ask(case, rng), evidence_class="B")

    world, finding = planted(1, extent=0.0)
    assert Stronger().run(Case.of(world.results)).evidence_class == "C"
    back = Finding.from_dict(json.loads(json.dumps(finding.to_dict())))
    assert back.evidence_class == back.answer.evidence_class == "B"
    assert back.to_dict() == finding.to_dict()


def test_states_with_a_reason() -> None:
    results, rule = divided_contest(np.random.default_rng(1), 60)

    def code(case: Case, **parameters: object) -> str:
        outcome = method("sibling_units", **parameters).run(case)
        assert isinstance(outcome, Skipped)
        assert outcome.reason.endswith(".")
        return outcome.code

    assert code(Case.of(results)) == "no_rule"
    assert code(Case.of(results, division=rule)) == "few_places"
    assert code(Case.of(results, division=rule), option="Z") == "no_option"
    assert code(Case.of(results, division=Division(place="district"))) == "no_key"
    assert code(Case.of(replace(results, contest=Contest(country="Zimbabwe", date="2013-07-31")))) == "choice"
    assert code(Case.of(replace(results, contest=Contest(country="Afghanistan")))) == "register"
    huge = results.with_counts(results.votes * 2**30, **{c: v * 2**30 for c, v in results.counts.items()})
    assert code(Case.of(huge, division=rule)) == "few_places"


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_sentence_can_be_said(language: str) -> None:
    _, finding = planted(1)
    facts = finding.answer.facts
    for outcome in wording.template("sibling_units", "summary"):
        assert wording.summary("sibling_units", outcome, facts, language)
    beside = {**facts, "below": 3, "contests": 7, "largest": 0.0006}
    for key in wording.template("sibling_units", "caveats"):
        assert wording.phrase("sibling_units", "caveats", key, facts=beside, language=language)
    assert wording.phrase("sibling_units", "power", "text", facts=finding.answer.power, language=language)
    assert method("sibling_units").draw(finding, language).records
