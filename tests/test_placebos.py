"""Options that nobody singled out, and what a digit method would have seen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from recanvass import placebos
from recanvass.case import Case
from recanvass.digit_counts import CHANCE, LEVEL, measured, rounded_counts
from recanvass.finding import Finding
from recanvass.method import method, names
from recanvass.results import Results
from recanvass.testing import _large


def votes_of(*totals: int) -> Results:
    names = tuple(f"O{j}" for j in range(len(totals)))
    return Results(names, np.array([totals], np.int64))


def test_the_largest_others_of_five_per_cent_are_taken() -> None:
    results = votes_of(30, 5, 20, 4, 21, 20)
    assert placebos.others(results, 0) == (4, 2, 5)
    assert placebos.others(results, 4, 2) == (0, 2)
    assert placebos.others(votes_of(95, 5), 0) == (1,)
    assert placebos.others(votes_of(96, 4), 0) == ()
    assert placebos.others(votes_of(0, 0), 0) == ()
    assert placebos.others(votes_of(7), 0) == ()
    assert placebos.rows(results, 0, lambda j: None if j == 2 else {"j": j}) == [
        {"option": "O4", "j": 4},
        {"option": "O5", "j": 5},
    ]


@pytest.mark.parametrize("name", [n for n in names() if method(n).evidence_class in "CD"])
def test_a_placebo_is_what_the_method_says_of_that_option(name: str) -> None:
    plain = method(name)
    case = plain.example(np.random.default_rng(1)) or Case.of(_large(400))
    found = plain.run(case)
    if not isinstance(found, Finding) or not found.answer.tables.get("placebo"):
        pytest.skip(f"{name} has no placebo in its example")
    row = found.answer.tables["placebo"][0]
    if case.results is None:  # ballots in order, without a table
        alone = method(name, option=str(row["option"])).run(case)
    else:
        leader = case.results.options.index(str(row["option"]))
        led = replace(case.results, contest=replace(case.results.contest, leader=case.results.options[leader]))
        alone = plain.run(replace(case, contest=led.contest, results=led))
    assert isinstance(alone, Finding)
    facts = {"dip": alone.answer.facts.get("share"), "smooth": alone.answer.facts.get("statistic")}
    facts |= {"moran_inside": alone.answer.facts.get("inside"), "corner_share": alone.answer.facts.get("share")}
    if name == "electronic_against_paper":
        facts["log_odds"] = alone.answer.estimates[0].value
    if name == "late_counts":
        assert alone.answer.evidence is not None
        facts["z"] = math.copysign(alone.answer.evidence.statistic, alone.answer.facts["shift"])
    compared = 0
    for key, value in row.items():
        whole = facts.get(key, alone.answer.facts.get(key))
        if isinstance(value, int | float) and whole is not None and (name, key) not in NOT_THE_SAME:
            compared += 1
            assert value == pytest.approx(whole, abs=ROUNDED.get(key, 0.0006)), key
    assert compared


#: How far rounding may move a figure of the table; 0.0006 unless named.
ROUNDED = {"votes": 0.51, "turnout_score": 0.06, "share_score": 0.06, "smooth": 0.01, "dip": 6e-5, "outside": 0.006}
#: ``stations`` of a placebo counts those in the corner, or at the jumps, not those looked at; the fingerprint's
#: placebo is fitted on half of the exponents.
NOT_THE_SAME = {
    ("extreme_corner", "stations"), ("turnout_jumps", "stations"),
    ("fingerprint", "incremental"), ("fingerprint", "extreme"),
}  # fmt: skip


@pytest.mark.parametrize("second", [False, True])
def test_the_stated_number_of_rounded_counts_is_seen_as_often_as_stated(second: bool) -> None:
    rng = np.random.default_rng(8)
    seen = trials = 0
    for _ in range(120):
        whole = rng.integers(900, 2500, 1500)
        votes = rng.binomial(whole, 0.45)
        first = measured(_two(votes, whole), 0, 100, second=second)
        assert first is not None
        count = rounded_counts(first)
        assert count is not None
        rows = rng.choice(votes.size, count, replace=False)
        digit = rng.choice([0, 5], count)
        if second:
            unit = 10 ** (np.floor(np.log10(votes[rows])).astype(np.int64) - 1)
            votes[rows] += (digit - votes[rows] // unit % 10) * unit
        else:
            votes[rows] += digit - votes[rows] % 10
        changed = measured(_two(votes, whole), 0, 100, second=second)
        assert changed is not None
        seen += changed.log10_p <= math.log10(LEVEL)
        trials += 1
    assert abs(seen / trials - CHANCE) < 0.15


def _two(votes: np.ndarray, whole: np.ndarray) -> Results:
    return Results(("A", "B"), np.stack([votes, whole - votes], axis=1).astype(np.int64))
