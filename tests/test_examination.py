"""Every method on one case: order, seeds, executors, JSON."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from recanvass.case import Case
from recanvass.dossier import render
from recanvass.errors import UnknownName, UsageError
from recanvass.examination import examine
from recanvass.finding import Finding
from recanvass.results import Contest
from recanvass.scenario import scenario

SOME = ["account_identities", "integer_percentages", "variance_within_areas", "last_digits"]


@pytest.fixture(scope="module")
def case() -> Case:
    return Case.of(scenario("clean_mixture").build(np.random.default_rng(4), 600).results)


def test_findings_stand_by_class_and_name(case: Case) -> None:
    exam = examine(case, methods=SOME)
    assert [f.method for f in exam] == SOME
    assert exam["last_digits"].evidence_class == "D"
    assert len(exam) == 4


def test_the_order_and_the_executor_change_nothing(case: Case) -> None:
    one = examine(case, seed=3, methods=SOME).to_dict()
    with ThreadPoolExecutor(3) as pool:
        two = examine(case, seed=3, methods=SOME[::-1], executor=pool).to_dict()
    assert json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def test_the_object_has_what_is_promised(case: Case) -> None:
    made = json.loads(json.dumps(examine(case, methods=SOME).to_dict(), allow_nan=False))
    assert {"schema_version", "contest", "accounts", "findings", "skipped", "statement", "run"} <= set(made)
    for finding in made["findings"]:
        promised = {"method", "class", "status", "statistic", "expected", "p_value", "estimates", "stations"}
        assert promised | {"summary", "caveats"} <= set(finding)
    assert made["statement"]["grade"] in {
        "cannot_be_assessed", "nothing_detected", "unusual", "very_unusual", "incompatible",
    }  # fmt: skip
    assert set(made["run"]) >= {"input_sha256", "seed", "version"}


def test_progress_is_told(case: Case) -> None:
    told = []
    examine(case, methods=SOME[:2], progress=lambda *given: told.append(given))
    assert told == [(0, 2, SOME[0]), (1, 2, SOME[1]), (2, 2, "")]


def test_a_case_without_results_is_assessed_by_nothing() -> None:
    exam = examine(Case(Contest("Nowhere")), methods=SOME)
    assert exam.statement.grade == "cannot_be_assessed"
    assert {s.method for s in exam.skipped} == set(SOME)
    with pytest.raises(UnknownName, match="could not be asked"):
        exam["last_digits"]


@pytest.mark.parametrize(
    ("language", "reason", "looks"),
    [
        ("en", "The file does not give", "It would look for: ballots added"),
        ("ru", "В файле нет нужных показателей", "Здесь искали бы: прибавленные"),
    ],
)
def test_what_was_not_asked_for_lack_of_a_column_says_what_it_looks_for(
    case: Case, language: str, reason: str, looks: str
) -> None:
    results = case.results
    assert results is not None
    bare = replace(results, counts={c: v for c, v in results.counts.items() if c != "registered"})
    exam = examine(Case.of(bare), methods=["extreme_corner", "early_percentages", "turnout_share_correlation"])
    told = {line["method"]: line for line in exam.to_dict()["skipped"]}
    assert told["extreme_corner"]["columns"] == ["registered"]
    assert "ballots added and votes switched at the same stations" in told["extreme_corner"]["detects"]
    assert told["early_percentages"]["columns"] == ["issued_early", "registered"]
    assert told["early_percentages"]["detects"] == ["early votes written down as a whole percentage of the register"]
    assert told["turnout_share_correlation"]["detects"] == []
    page = render(exam, language=language)
    assert reason in page
    assert looks in page


def test_names_are_checked(case: Case) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'last_digits'"):
        examine(case, methods=["last_digit"])
    with pytest.raises(UsageError, match="twice"):
        examine(case, methods=["last_digits", "last_digits"])
    with pytest.raises(UnknownName, match="no finding"):
        examine(case, methods=SOME)["modality"]


def test_it_shows_itself(case: Case) -> None:
    exam = examine(case, methods=SOME)
    assert exam.statement.title in repr(exam)
    assert "<table>" in exam._repr_html_()
    assert exam.to_frame().height == 4
    assert all(isinstance(f, Finding) and f.method in repr(f) for f in exam)
