"""What is asked of every outcome, however absurd the contest: a state with a reason, figures that are figures."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from recanvass import wording
from recanvass.finding import Finding, Skipped
from recanvass.method import Method


def presentable(method: Method, outcome: Finding | Skipped) -> None:
    """JSON and back, a drawing and a sentence in every language, p-values and intervals that hold together."""
    if isinstance(outcome, Skipped):
        for language in wording.LANGUAGES:
            reason = wording.skipped(outcome.method, outcome.code, outcome.facts, language)
            assert reason.strip().endswith("."), reason
        return
    text = json.dumps(outcome.to_dict(), allow_nan=False)
    assert Finding.from_dict(json.loads(text)).to_dict() == outcome.to_dict()
    evidence = outcome.evidence
    if evidence is not None:
        assert evidence.log10_p <= 0, f"log10 p is {evidence.log10_p}"
        assert 0 <= evidence.p_value <= 1
        assert evidence.sd is None or evidence.sd >= 0, f"sd is {evidence.sd}"
    for one in outcome.estimates:
        ends = [v for v in (one.low, one.value, one.high) if v is not None]
        slack = 1e-9 * max(1.0, *(abs(v) for v in ends))
        assert all(a <= b + slack for a, b in pairwise(ends)), f"{one} is outside its interval"
    for key, p in _named(outcome.to_dict(), "log10_p"):
        assert p is None or p <= 1e-12, f"{key} is {p}"
    for key, p in _named(outcome.to_dict(), "p_value", "p"):
        assert p is None or isinstance(p, str) or -1e-12 <= p <= 1 + 1e-12, f"{key} is {p}"
    for language in wording.LANGUAGES:
        drawing = method.draw(outcome, language)
        json.dumps([drawing.spec, drawing.records], allow_nan=False)
        assert drawing.title
        assert drawing.alt
        said = wording.summary(outcome.method, outcome.answer.outcome, outcome.answer.facts, language, outcome.of)
        assert not {"nan", "inf", "None"} & set(said.split()), said


def _named(value: Any, *names: str, at: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in names and not isinstance(inner, (list, dict)):
                found.append((f"{at}.{key}", inner))
            found += _named(inner, *names, at=f"{at}.{key}")
    elif isinstance(value, (list, tuple)):
        for inner in value:
            found += _named(inner, *names, at=at)
    return found
