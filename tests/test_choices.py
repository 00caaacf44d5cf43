"""Choices for a whole examination: applied to every method, recorded, and held against a declaration."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recanvass as rc
from recanvass import areas
from recanvass.case import Case
from recanvass.choices import choose
from recanvass.declaration import Declaration, declare
from recanvass.errors import UnknownName, UsageError
from recanvass.examination import examine
from recanvass.finding import Finding
from recanvass.method import method, names
from recanvass.results import Labels, Results
from recanvass.testing import example

SOME = ["account_identities", "extreme_corner", "last_digits"]


def contest(stations: int = 200) -> Results:
    rng = np.random.default_rng(3)
    registered = rng.integers(1500, 2500, stations)
    ballots = rng.binomial(registered, 0.6)
    votes = np.stack([rng.multinomial(n, (0.45, 0.35, 0.2)) for n in ballots]).astype(np.int64)
    places = {
        "region": Labels.of([f"R{i // 100}" for i in range(stations)]),
        "district": Labels.of([f"D{i // 25}" for i in range(stations)]),
        "station": Labels.of([f"{i:04d}" for i in range(stations)]),
    }
    counts = {"registered": registered, "ballots": ballots, "issued": ballots + 2, "valid": votes.sum(axis=1)}
    counts = {name: np.asarray(values, np.int64) for name, values in counts.items()}
    return Results(("Adams", "Baker", "Clark"), votes, counts, places=places)


@pytest.fixture(scope="module")
def results() -> Results:
    return contest()


def declared(**changes: Any) -> Declaration:
    return declare("Nowhere", **({"methods": SOME, "seed": 5} | changes))


def items(results: Results, told: Declaration, **given: Any) -> list[tuple[str, str, str]]:
    _, _, choices = choose(Case.of(results), declaration=told, **given)
    return [(d.item, d.declared, d.run) for d in choices.departures]


def test_nothing_chosen_leaves_the_case_and_says_by_rule(results: Results) -> None:
    case = Case.of(results)
    same, seed, choices = choose(case)
    assert same is case
    assert seed == 0
    assert {c.by for c in choices.made.values()} == {"rule"}
    assert choices.undeclared == ()
    assert not choices.kept
    assert [m.name for m in choices.asked] == list(names())


def test_a_leader_and_areas_hold_for_every_method(results: Results) -> None:
    case, _, choices = choose(Case.of(results), leader="Clark", areas="region", turnout_of="issued", share_of="ballots")
    assert case.results is not None
    assert case.results.options[case.results.leader] == "Clark"
    assert areas.chosen(case.results).level == "region"
    assert areas.chosen(results).level == "district"
    assert "chosen for this examination" in areas.chosen(case.results).rule
    assert case.results.digest == results.digest
    assert choices.undeclared == ("leader", "areas", "turnout_of", "share_of")
    spoken = 0
    for name in names():
        outcome = method(name).run(case)
        if isinstance(outcome, Finding) and name != "repeated_percentages" and "option" in outcome.answer.facts:
            spoken += 1
            assert outcome.answer.facts["option"] == "Clark" or outcome.evidence_class == "B", name
    assert spoken >= 8


def test_the_integer_percentages_follow_leader_and_denominators(results: Results) -> None:
    case, _, _ = choose(Case.of(results), leader="Clark", turnout_of="issued", share_of="ballots")
    facts = method("integer_percentages").run(case).answer.facts  # type: ignore[union-attr]
    assert (facts["turnout_of"], facts["share_of"], facts["option"]) == ("issued", "ballots", "Clark")


def test_the_leader_by_rule_named_again_is_no_choice(results: Results) -> None:
    _, _, choices = choose(Case.of(results), leader="Adams")
    assert choices.undeclared == ()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"leader": "adams"}, "“Adams”"),
        ({"leader": "Bakr"}, "nearest is “Baker”"),
        ({"leader": "zzz"}, "“Adams” or “Baker” or “Clark”"),
        ({"areas": "subdistrict"}, "region and district"),
        ({"areas": "contest"}, "must be one of"),
        ({"turnout_of": "registered"}, "ballots, issued"),
        ({"share_of": "issued"}, "valid, ballots"),
        ({"seed": 2**64}, "seed"),
        ({"methods": [method("last_digits", option="Bakr")]}, "nearest is “Baker”"),
    ],
)
def test_a_choice_that_is_not_there_is_refused(results: Results, given: dict[str, Any], words: str) -> None:
    with pytest.raises((UnknownName, UsageError), match=words):
        choose(Case.of(results), **given)


def test_a_case_says_its_denominators(results: Results) -> None:
    told = replace(results, contest=replace(results.contest, turnout_of="issued"))
    _, _, choices = choose(Case.of(told))
    assert choices.made["turnout_of"].by == "case"
    assert choices.undeclared == ()


def test_methods_left_out_are_a_choice(results: Results) -> None:
    _, _, choices = choose(Case.of(results), without=["modality"])
    assert choices.made["methods"].value == ("modality",)
    assert choices.undeclared == ("methods",)
    tuned = [method(n, least=50) if n == "last_digits" else n for n in names()]
    assert choose(Case.of(results), methods=tuned)[2].undeclared == ("methods",)


def test_a_declaration_is_run_as_it_stands(results: Results) -> None:
    told = declared(leader="Baker", areas="region", share_of="ballots", methods=[method("last_digits", least=150)])
    exam = examine(results, declaration=told)
    assert exam.seed == 5
    assert exam.choices.kept
    assert exam.choices.undeclared == ()
    assert exam["last_digits"].run.parameters["least"] == 150
    assert exam["last_digits"].answer.facts["option"] == "Baker"
    assert exam.case.contest.share_of == "ballots"
    run = json.loads(json.dumps(exam.to_dict(), allow_nan=False))["run"]
    assert run["declaration"]["kept"] is True
    assert run["declaration"]["sha256"] == told.sha256
    assert run["choices"]["leader"] == {"value": "Baker", "by": "declaration"}
    assert rc.examine(results, declaration=told, leader="Baker", seed=5).choices.kept


@pytest.mark.parametrize(
    ("changes", "given", "expected"),
    [
        ({}, {"seed": 6}, ("seed", "5", "6")),
        ({}, {"leader": "Clark"}, ("leader", "", "Clark")),
        ({"leader": "Baker"}, {"leader": "Clark"}, ("leader", "Baker", "Clark")),
        ({}, {"areas": "region"}, ("areas", "", "region")),
        ({}, {"share_of": "ballots"}, ("share_of", "valid", "ballots")),
        ({}, {"without": ["last_digits"]}, ("left_out", "last_digits", "")),
        ({}, {"methods": [*SOME, "modality"]}, ("added", "", "modality")),
        (
            {},
            {"methods": [*SOME[:2], method("last_digits", least=90)]},
            ("parameters", "last_digits", "last_digits"),
        ),
        ({"leader": "Bakr"}, {}, ("leader_absent", "Bakr", "“Baker”")),
        ({"areas": "subdistrict"}, {}, ("areas_absent", "subdistrict", "")),
        ({"turnout_of": "issued"}, {}, ("turnout_of_absent", "issued", "ballots")),
    ],
)
def test_each_departure_is_named(
    results: Results, changes: dict[str, Any], given: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    if expected[0] == "turnout_of_absent":
        results = replace(results, counts={k: v for k, v in results.counts.items() if k != "issued"})
        with pytest.raises(UsageError, match="issued"):
            choose(Case.of(results), turnout_of="issued")
    assert items(results, declared(**changes), **given) == [expected]
    exam = examine(results, declaration=declared(**changes), **given)
    assert not exam.choices.kept
    assert exam.to_dict()["run"]["declaration"]["departures"][0]["item"] == expected[0]


def test_other_versions_and_grades_are_departures(results: Results) -> None:
    told = replace(declared(), version="0.0.9", levels={"unusual": -2.0})
    assert [item for item, _, _ in items(results, told)] == ["version", "levels"]


def test_an_option_declared_for_a_method_and_not_there_is_a_departure(results: Results) -> None:
    told = declared(methods=[method("last_digits", option="Bakr")])
    case, _, choices = choose(Case.of(results), declaration=told)
    assert [d.item for d in choices.departures] == ["option_absent"]
    assert choices.asked[0].run(case).answer.facts["option"] == "Adams"  # type: ignore[union-attr]


def test_a_leader_that_replaces_one_that_is_absent_is_a_persons(results: Results) -> None:
    _, _, choices = choose(Case.of(results), declaration=declared(leader="Bakr"), leader="Baker")
    assert [d.item for d in choices.departures] == ["leader", "leader_absent"]
    assert choices.undeclared == ("leader",)


def test_a_declaration_may_be_a_file(results: Results, tmp_path: Path) -> None:
    path = declared().write(tmp_path / "d.json")
    assert examine(results, declaration=path).choices.kept


def test_the_machine_counted_stations_follow_the_areas() -> None:
    case = example(method("machine_counted_controls"))
    assert case.results is not None
    results = case.results
    halves = Labels.of([f"Half {i % 2}" for i in range(len(results))])
    assert "district" not in results.places
    case = replace(case, results=replace(results, places={**results.places, "district": halves}))
    levels = []
    for each in (case, choose(case, areas="region")[0]):
        found = method("machine_counted_controls").run(each)
        assert isinstance(found, Finding)
        levels.append(found.answer.facts["level"])
    assert levels == ["district", "region"]
