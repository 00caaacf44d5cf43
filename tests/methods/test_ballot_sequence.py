"""Ballots in order: planted runs are seen, random order is silent, states with a reason, drawing and JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from recanvass.finding import Finding
from recanvass.method import method


def test_random_order_is_silent_and_a_planted_run_is_seen() -> None:
    asked = method("ballot_sequence", option="A")
    case = asked.example(np.random.default_rng(4))
    assert asked.run(case).answer.outcome == "mixed"
    name, seen = next(iter(case.ballot_sequences.items()))
    planted = replace(case, ballot_sequences={**case.ballot_sequences, name: tuple(sorted(seen))})
    found = asked.run(planted)
    assert found.answer.outcome == "clumped"
    assert found.stations == (name,)
    assert found.answer.facts["longest"] == seen.count("A")
    assert asked.draw(found).records
    assert Finding.from_dict(json.loads(json.dumps(found.to_dict()))).to_dict() == found.to_dict()


def test_states_with_a_reason() -> None:
    case = method("ballot_sequence").example(np.random.default_rng(4))
    for sequences, parameters, code in [
        ({}, {}, "no_sequences"),
        ({"S": ("",) * 30}, {}, "nothing_read"),
        ({"S": ("A",) * 30}, {}, "nothing_to_mix"),
        ({"S": ("A", "B")}, {}, "nothing_to_mix"),
        (case.ballot_sequences, {"option": "Z"}, "no_option"),
    ]:
        assert method("ballot_sequence", **parameters).run(replace(case, ballot_sequences=sequences)).code == code
