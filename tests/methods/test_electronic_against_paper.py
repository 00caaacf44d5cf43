"""The electronic vote against paper: chance is silent, a moved option is seen, states with a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recanvass.method import method


def test_a_shift_of_one_option_is_seen_and_chance_is_not() -> None:
    asked = method("electronic_against_paper", option="A")
    case = asked.example(np.random.default_rng(3))
    assert asked.run(case).answer.outcome == "alike"
    votes = case.electronic.votes.copy()
    moved = votes[:, 1] // 2
    votes[:, 0] += moved
    votes[:, 1] -= moved
    changed = asked.run(replace(case, electronic=case.electronic.with_counts(votes=votes)), seed=1).answer
    facts = changed.facts
    assert changed.outcome == "differs"
    assert facts["electronic"] - facts["paper"] == pytest.approx((facts["inside"] + facts["where"]) / 100)


def test_states_with_a_reason() -> None:
    asked = method("electronic_against_paper")
    case = asked.example(np.random.default_rng(3))
    assert asked.run(replace(case, electronic=None)).code == "no_electronic"
    assert asked.run(replace(case, electronic=case.electronic.take(np.arange(4)))).code == "few_areas"
    assert method("electronic_against_paper", option="Z").run(case).code == "no_option"
