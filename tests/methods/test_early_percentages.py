"""Round early turnout: the planted target is seen, honest early voting is not, Belarus 2020 comes out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recanvass.case import Case
from recanvass.case_folder import load_case
from recanvass.finding import Finding, Skipped
from recanvass.method import method
from recanvass.results import Results

CASES = Path(__file__).parents[2] / "cases"


def asked(results: Results) -> Finding:
    outcome = method("early_percentages").run(Case.of(results))
    assert isinstance(outcome, Finding), outcome
    return outcome


def honest(seed: int = 1) -> Results:
    case = method("early_percentages").example(np.random.default_rng(seed))
    assert case is not None
    assert case.results is not None
    return case.results


def test_hits_by_hand() -> None:
    """Second implementation: whole percentages counted with fractions of a percent, one station at a time."""
    results = honest()
    early, registered = results.counts["issued_early"], results.counts["registered"]
    hits = 0
    for part, whole in zip(early.tolist(), registered.tolist(), strict=True):
        nearest = (200 * part + whole) // (2 * whole)
        hits += 0 < nearest < 100 and abs(100 * part - nearest * whole) * 20 <= whole
    assert asked(results).answer.facts["observed"] == hits


def test_expected_by_monte_carlo() -> None:
    """The mean of the hits over redrawn contests is the expected number, within four standard errors."""
    case = Case.of(honest(3))
    found = asked(honest(3))
    rng = np.random.default_rng(0)
    drawn = [method("early_percentages").null(case, rng).results for _ in range(300)]
    seen = np.array([asked(one).answer.facts["observed"] for one in drawn if one is not None])
    assert abs(seen.mean() - found.answer.facts["expected"]) < 4 * seen.std() / np.sqrt(len(seen)) + 0.2


def test_a_target_is_seen_and_the_ballots_are_not_round() -> None:
    results = honest()
    registered, early = results.counts["registered"], results.counts["issued_early"].copy()
    early[:80] = np.rint(registered[:80] * 0.34).astype(np.int64)
    found = asked(results.with_counts(issued_early=early))
    assert found.status == "departure"
    assert found.evidence is not None
    assert found.evidence.log10_p < -6
    looks = {row["look"]: row for row in found.answer.tables["looks"]}
    assert looks["ballots"]["log10_p"] > -2


@pytest.mark.parametrize("seed", range(5))
def test_honest_early_voting_is_silent(seed: int) -> None:
    assert asked(honest(seed)).status == "none"


def test_without_early_votes_it_is_not_asked() -> None:
    results = honest()
    counts = {k: v for k, v in results.counts.items() if k != "issued_early"}
    assert isinstance(method("early_percentages").run(Case.of(replace(results, counts=counts))), Skipped)


def test_belarus_2020(data: Path) -> None:
    """methods/16: 175 stations where 126.7 are expected, z 4.5; 33, 34 and 35 % the commonest; of ballots -.8."""
    case = load_case(CASES / "belarus-2020")
    assert case.copies is not None
    found = asked(replace(case.copies, contest=case.contest))
    looks = {row["look"]: row for row in found.answer.tables["looks"]}
    assert looks["registered"]["observed"] == 175
    assert looks["registered"]["expected"] == pytest.approx(126.7, abs=0.6)
    assert looks["registered"]["z"] == pytest.approx(4.5, abs=0.1)
    assert looks["ballots"]["z"] == pytest.approx(-0.8, abs=0.1)
    commonest = sorted(found.answer.tables["integers"], key=lambda row: -row["observed"])[:3]
    assert {row["integer"] for row in commonest} == {33, 34, 35}
