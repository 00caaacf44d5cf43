"""Stations with nearly full turnout and support."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recanvass.case import Case
from recanvass.method import method
from recanvass.results import Results
from tests.conftest import canonical


@pytest.mark.parametrize(
    ("contest", "percent"),
    [
        ("russia_2018", 2.35),
        ("russia_2024", 8.31),
        ("uganda_2021", 2.07),
        ("poland_2020_pres_r1", 0.0),
        ("spain_2023_07", 0.0),
    ],
)
def test_the_shares_of_the_first_look(data: Path, contest: str, percent: float) -> None:
    finding = method("extreme_corner").run(Case.of(canonical(data, contest)))
    assert 100 * finding.answer.facts["share"] == pytest.approx(percent, abs=0.15)


def test_the_edge_is_reached_in_integers() -> None:
    stations = 120
    registered = np.full(stations, 2000, np.int64)
    ballots = np.full(stations, 1000, np.int64)
    ballots[0], ballots[1], ballots[2] = 1900, 1899, 1900
    leader = ballots // 2 + 10
    leader[0], leader[1], leader[2] = 1805, 1899, 1804
    results = Results(
        ("A", "B"), np.stack([leader, ballots - leader], axis=1), {"registered": registered, "ballots": ballots}
    )
    answer = method("extreme_corner").run(Case.of(results)).answer
    assert answer.facts["count"] == 1
    assert answer.stations == ("row 1",)
    assert answer.facts["votes"] == 1805
    by_hand = sum(20 * b >= 19 * v and 20 * x >= 19 * b for v, b, x in zip(registered, ballots, leader, strict=True))
    assert by_hand == 1
