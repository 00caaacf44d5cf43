"""Findings, answers, evidence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from recanvass.finding import Answer, Estimate, Evidence, Finding, Run, as_plain


def finding(**changes) -> Finding:
    answer = Answer(
        status="departure",
        outcome="detected",
        facts={"observed": np.int64(213), "share": np.float64(0.5)},
        evidence=Evidence(213.0, -8.2, expected=129.0, sd=11.0),
        estimates=(Estimate("stations", 84.0, "stations", "lower bound", low=50.0, high=110.0, level=0.95),),
        stations=("a", "b"),
        tables={"areas": [{"area": "North", "stations": 3}]},
        series={"x": np.arange(3), "y": [1.5, 2.5, 3.5]},
    )
    return Finding(Run("integer_percentages", {"option": None}, "d" * 64, 0, "0.1.0"), "B", "Do they?", "Yes.", answer)


def test_json_and_back() -> None:
    plain = json.loads(json.dumps(finding().to_dict(), allow_nan=False))
    assert Finding.from_dict(plain).to_dict() == finding().to_dict()


def test_numbers_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        as_plain({"a": [1.0, float("nan")]})


def test_p_values_below_the_smallest_float() -> None:
    assert Evidence(1.0, -1000.0).p_value == 1e-300
    assert Evidence(1.0, 0.0).p_value == 1.0


def test_a_monte_carlo_p_value_is_never_zero() -> None:
    evidence = Evidence.from_draws(10.0, [1.0] * 99)
    assert evidence.p_value == pytest.approx(0.01)
    assert evidence.draws == 99


def test_the_frame_of_a_finding_is_its_first_table() -> None:
    assert finding().to_frame().to_dicts() == [{"area": "North", "stations": 3}]


def test_a_finding_shows_itself_and_escapes() -> None:
    shown = finding()._repr_html_()
    assert "Do they?" in shown
    assert "North" in shown
