"""Copied results: tables, series and estimates say the same of one planted chain."""

from __future__ import annotations

import math

import pytest

from recanvass.finding import Finding
from tests.methods.test_copied_results import asked, contest, scaled

COPIES = [2, 4, 6, 9, 11, 14, 17]


@pytest.fixture(scope="module")
def found() -> Finding:
    """A chain from the first station of all."""
    return asked(scaled(contest(), COPIES, 0))


def test_the_first_station_can_be_a_source(found: Finding) -> None:
    pairs = found.answer.tables["pairs"]
    assert {line["copy"] for line in pairs} == {f"{row:05d}" for row in COPIES} == set(found.stations)
    assert "00000" in {line["source"] for line in pairs}


def test_tables_series_and_estimates_agree(found: Finding) -> None:
    facts, series = found.answer.facts, found.series
    (area,) = found.answer.tables["areas"]
    assert (facts["area"], facts["area_copies"], facts["area_stations"]) == (
        area["area"],
        len(COPIES),
        area["stations"],
    )
    assert series["place"] == list(range(1, 31))
    assert [k for k, copy in enumerate(series["copy"]) if copy] == COPIES
    told = {e.quantity: e.value for e in found.answer.estimates}
    votes = contest().votes.sum(axis=1)[COPIES].sum()
    assert told == {"stations_copied": len(COPIES), "votes_unverifiable": votes}
    logs = [line["log10_evidence"] for line in found.answer.tables["evidence"]]
    assert found.evidence.log10_p == pytest.approx(-math.log10(sum(10**x for x in logs) / 2))


def test_without_a_departure_nothing_is_estimated() -> None:
    clean = asked(contest())
    assert clean.answer.estimates == ()
    assert clean.stations == ()
    assert "pairs" not in clean.answer.tables
