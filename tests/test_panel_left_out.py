"""The reference panel with one country left out: how often a clean contest stands above all others."""

from __future__ import annotations

import pytest

from recanvass import panel

CONTESTS = {"a1": "A", "a2": "A", "b1": "B", "c1": "C"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"contests": CONTESTS, "statistics": {"m.x": {"a1": 5.0, "a2": 1.0, "b1": 3.0, "c1": 2.0}}}
    monkeypatch.setattr(panel, "panel", lambda: made)


def test_a_left_out_country_is_asked_about_by_the_others() -> None:
    """a1 stands above b1 and c1; a2 does not; b1 and c1 do not stand above a1."""
    assert panel.left_out("m.x") == {"A": 0.5, "B": 0.0, "C": 0.0}


def test_a_tie_is_not_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"contests": CONTESTS, "statistics": {"m.x": {"a1": 0.0, "b1": 0.0}}}
    monkeypatch.setattr(panel, "panel", lambda: made)
    assert panel.left_out("m.x") == {"A": 0.0, "B": 0.0}
