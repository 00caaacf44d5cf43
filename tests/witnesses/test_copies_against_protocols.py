"""Copies against official rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.kernels.digit_slips import exchanged_columns, slip_between
from recanvass.method import method
from recanvass.results import Contest, Labels, Results
from tests.witnesses.tables import null_log10_p


def contest(seed: int = 1, stations: int = 120) -> Results:
    votes = np.random.default_rng(seed).integers(40, 900, (stations, 3)).astype(np.int64)
    return Results(("A", "B", "C"), votes, places={"station": Labels.of([f"1-{i:03d}" for i in range(stations)])})


def asked(official: Results, copies: Results) -> Finding:
    outcome = method("copies_against_protocols").run(Case(Contest("x"), official, copies=copies))
    assert isinstance(outcome, Finding), outcome
    return outcome


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [(123, 123, "same"), (123, 132, "exchanged digits"), (123, 183, "misread digit"), (123, 1238, "lost or added digit"),
     (123, 12, "lost or added digit"), (123, 321, "other"), (5, 7, "other"), (-3, 3, "other"), (123, 456, "other")],
)  # fmt: skip
def test_slips(one: int, other: int, kind: str) -> None:
    assert slip_between(one, other) == kind
    assert slip_between(other, one) == kind


def test_exchanged_columns() -> None:
    assert exchanged_columns([10, 20, 30], [20, 10, 30])
    assert not exchanged_columns([10, 20, 30], [20, 11, 30])


def test_votes_moved_are_found_and_counted() -> None:
    official = contest()
    copies = official.take(np.arange(30))
    votes = official.votes.copy()
    votes[:12, 0] += 111
    votes[:12, 1] -= 30
    finding = asked(official.with_counts(votes=votes), copies)
    assert finding.status == "contradiction"
    facts = finding.answer.facts
    assert (facts["gainer"], facts["gain"], facts["unexplained"] + facts["slips"]) == ("A", 12 * 111, 12)
    assert facts["votes_moved"] == 12 * 111
    assert facts["rate_low"] < 12 / 30 < facts["rate_high"]
    assert len(finding.stations) == facts["unexplained"]


def test_slips_are_no_contradiction() -> None:
    official = contest()
    votes = official.votes.copy()
    for i in range(30):
        text = str(votes[i, 1])
        votes[i, 1] = int(text[:-1] + str((int(text[-1]) + 3) % 10))
    finding = asked(official.with_counts(votes=votes), official)
    assert finding.status == "none"
    assert (finding.answer.outcome, finding.answer.facts["slips"]) == ("slips_only", 30)


def test_one_station_is_listed_and_accuses_nobody() -> None:
    official = contest()
    votes = official.votes.copy()
    votes[5] = (1, 2, 3)
    finding = asked(official.with_counts(votes=votes), official)
    assert finding.status == "departure"
    assert finding.stations == ("1-005",)


def test_double_entry() -> None:
    """Two copies that agree confirm a station; two that do not decide nothing."""
    official = contest(stations=40)
    votes = official.votes.copy()
    votes[0] = votes[1] = (901, 17, 333)
    twice = official.take(np.array([0, 0, 1, 1, 2]))
    changed = twice.votes.copy()
    changed[3, 2] += 1
    facts = asked(official.with_counts(votes=votes), twice.with_counts(votes=changed)).answer.facts
    assert (facts["confirmed"], facts["conflicting"], facts["stations"]) == (1, 1, 2)


def test_copies_of_stations_that_do_not_exist() -> None:
    official = contest(stations=40)
    ghosts = replace(official.take(np.arange(3)), places={"station": Labels.of(["1-001", "9-999", "nowhere"])})
    finding = asked(official, ghosts)
    assert finding.answer.facts["unmatched"] == 2
    assert {r["copy"] for r in finding.answer.tables["not_matched"]} == {"9-999", "nowhere"}


def test_nothing_to_compare_is_a_reason() -> None:
    official = contest(stations=5)
    ghosts = replace(official, places={"station": Labels.of(["x1", "x2", "x3", "x4", "x5"])})
    for case, code in ((Case(Contest(), None, copies=official), "no_rows"), (Case(Contest(), official), "no_copies"),
                       (Case(Contest(), official, copies=ghosts), "no_matches"),
                       (Case(Contest(), official, copies=replace(official, options=("X", "Y", "Z"))), "no_options")):  # fmt: skip
        outcome = method("copies_against_protocols").run(case)
        assert isinstance(outcome, Skipped)
        assert outcome.code == code


def test_size_under_its_own_null() -> None:
    official = contest(stations=60)
    case = Case(Contest("x"), official, copies=official)
    log10_p = null_log10_p(method("copies_against_protocols"), case, 150)
    assert (log10_p <= np.log10(0.05)).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)
    assert (log10_p <= -5).sum() == 0
