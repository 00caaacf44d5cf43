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


def test_a_placebo_is_set_beside_as_many_orders_as_the_option() -> None:
    """A batch of B that is not solid, which only the richest segment sees: a tenth of the orders would stop at 1/200."""
    case = method("ballot_sequence").example(np.random.default_rng(4))
    mixed = ("A", "B", "C", "A", "C", "B", "A", "A", "C") * 20
    batch = ("B", "B", "A", "B", "B", "C") * 12
    planted = replace(case, ballot_sequences={**case.ballot_sequences, "Station 9": mixed + batch})
    found = method("ballot_sequence", option="A").run(planted).answer
    (row,) = [r for r in found.tables["placebo"] if r["option"] == "B"]
    alone = method("ballot_sequence", option="B").run(planted).answer
    assert row["log10_p"] == round(alone.facts["log10_p"], 3)
    assert row["log10_p"] < np.log10(3 * 6 / 200)
    assert row["listed"] == alone.facts["listed"] == 1
    segments = [r["log10_p"] for r in alone.tables["stations"]]
    assert min(segments) == round(float(np.log10(3 / 2000)), 3)
