"""What a rank would have shown in simulated contests: which manipulation is named, and in which words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recanvass import measured_ranks, scenario, wording
from recanvass.dossier.finding_part import finding_part
from recanvass.examination import examine, finding_object
from recanvass.finding import Finding
from recanvass.measured_ranks import TOLD, figures
from recanvass.power_surface import DOSES
from recanvass.testing import GUILT

NAME = "extreme_corner"
FIGURE = "extreme_corner.share"
FACTS = {"below": 30, "contests": 37, "stations": 1500}


def row(
    name: str, largest: int, stations: int = 2000, into: str = TOLD, above: bool = True, **dose: Any
) -> dict[str, Any]:
    scenario_, _, _ = name.partition("-")
    return {
        "name": name, "scenario": scenario_, "stations": stations, "planted_into": into, "parameters": dose,
        "contests": 40, "asked": {FIGURE: 40}, "largest": {FIGURE: largest}, "above": [FIGURE] if above else [],
    }  # fmt: skip


def ranks(*planted: dict[str, Any]) -> dict[str, Any]:
    nothing = {size: {"asked": {FIGURE: 200}, "largest": {FIGURE: 2}} for size in ("500", "2000")}
    return {
        "ranked": {NAME: FIGURE},
        "panel": {FIGURE: 37},
        "clean": {"asked": {FIGURE: 400}, "largest": {FIGURE: 38}},
        "nothing_done": {TOLD: nothing},
        "planted": list(planted),
    }


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    made: dict[str, Any] = {}
    monkeypatch.setattr(measured_ranks, "table", lambda: made)
    return made


@pytest.fixture(scope="module")
def finding() -> Finding:
    world = scenario.scenario("clean_mixture").build(np.random.default_rng(1), 1500)
    return examine(world.case(), methods=[NAME])[NAME]


def test_the_one_named_is_the_highest_at_the_nearest_size(table: dict[str, Any]) -> None:
    table["ranks"] = ranks(
        row("extreme_stations-a", 31, extent=0.02),
        row("ballot_stuffing-a", 25, extent=0.2),
        row("swapped_options-a", 40, above=False),  # as often with nothing done
        row("ballot_stuffing-b", 39, into="clean_mixture"),  # planted into another kind
        row("vote_switching-a", 40, stations=500, extent=0.6),
    )
    found = figures(NAME, FACTS)
    assert found is not None
    assert (found["size"], found["tried"], found["clean"], found["clean_above"]) == (2000, 3, 400, 38)
    assert (found["nothing_done"], found["nothing_done_above"]) == (200, 2)
    best = {"manipulation": "extreme_stations", "parameters": {"extent": 0.02}, "planted": 40, "planted_above": 31}
    assert found["best"] == best
    smaller = figures(NAME, FACTS | {"stations": 900})
    assert smaller is not None
    assert smaller["size"] == 500
    assert smaller["best"]["manipulation"] == "vote_switching"


def test_below_half_nothing_is_named(table: dict[str, Any]) -> None:
    table["ranks"] = ranks(row("ballot_stuffing-a", 19, extent=0.2))
    found = figures(NAME, FACTS)
    assert found is not None
    assert found["best"] is None
    said = measured_ranks.seen(found)
    assert "None of them put the figure above" in said
    assert "(2 of 200)" in said


@pytest.mark.parametrize(
    "facts",
    [{"below": 0, "contests": 0, "stations": 900}, {"contests": 37, "stations": 900}, {"below": 3, "contests": 37}, {}],
)
def test_a_finding_without_a_rank_is_told_nothing(table: dict[str, Any], facts: dict[str, Any]) -> None:
    table["ranks"] = ranks(row("ballot_stuffing-a", 30, extent=0.2))
    assert figures(NAME, facts) is None
    assert figures("vote_flow", FACTS) is None
    table["ranks"]["clean"]["asked"] = {}  # planted ones alone do not say what the rank is worth
    assert figures(NAME, FACTS) is None


def test_a_figure_of_two_contests_is_told_in_pairs(table: dict[str, Any]) -> None:
    pairs = ranks(row("added_since_earlier-a", 31, extent=0.1))
    pairs["ranked"] = {"vote_flow": FIGURE}
    table["ranks"] = ranks(row("ballot_stuffing-a", 40, extent=0.2)) | {"pairs": pairs}
    found = figures("vote_flow", FACTS)
    assert found is not None
    assert (found["pairs"], found["best"]["manipulation"]) == (True, "added_since_earlier")
    assert "above every real clean pair most often: ballots added" in measured_ranks.seen(found)
    assert "In 38 of 400 simulated pairs of honest contests" in measured_ranks.false_alarms(found)
    assert "всех настоящих чистых пар" in measured_ranks.seen(found, "ru")
    assert "честных выборов" in measured_ranks.false_alarms(found, "ru")
    single = figures(NAME, FACTS)
    assert single is not None
    assert (single["pairs"], single["best"]["manipulation"]) == (False, "ballot_stuffing")


def test_the_sentences_in_two_languages(table: dict[str, Any]) -> None:
    table["ranks"] = ranks(row("ballot_stuffing-a", 31, extent=0.2, of_leader=0.005, clustering="districts"))
    found = figures(NAME, FACTS)
    assert found is not None
    said = measured_ranks.seen(found)
    assert "2,000 stations" in said
    assert (
        "ballots added for the leader in the name of people who stayed at home (at 20\u202f% of the stations, 0.5\u202f% of"
        " the leader's votes moved, in whole districts), in 31 of 40. With nothing done it stood there in 2 of 200."
        in said
    )
    russian = measured_ranks.seen(found, "ru")
    assert "на 20\u202f% участков, перенесено 0,5\u202f% голосов лидера, в целых районах" in russian
    assert "в 31 из 40" in russian
    alarm = measured_ranks.false_alarms(found)
    assert "In 38 of 400 simulated clean contests (9.5\u202f%)" in alarm
    assert "than in all 37 real clean contests" in alarm
    assert "2.6\u202f%" in alarm
    assert "2,6\u202f%" in measured_ranks.false_alarms(found, "ru")
    assert "20.0\u202f%" in measured_ranks.false_alarms({**found, "panel": 4})
    assert measured_ranks.dose({"extent": 12}) == "extent 12"  # stations, and no share of them


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_dose_has_words(language: str) -> None:
    for name, grid in DOSES.items():
        for parameters in grid:
            said = measured_ranks.dose(parameters, language)
            assert said, name
            assert "{" not in said
            assert "_" not in said
            assert not GUILT.search(said)


def test_the_dossier_and_the_json_say_it(table: dict[str, Any], finding: Finding) -> None:
    table["ranks"] = ranks(row("extreme_stations-a", 31, extent=0.02))
    lines = [line for note in finding_part(finding, "en")["margin"] for line in note["lines"]]
    assert sum("in 31 of 40" in line for line in lines) == 1
    assert sum("38 of 400 simulated clean contests" in line for line in lines) == 1
    assert not any("was not measured" in line for line in lines)
    assert finding_object(finding)["measured_ranks"]["best"]["planted_above"] == 31


def test_without_figures_it_is_said_so(table: dict[str, Any], finding: Finding) -> None:
    table["headline"] = {}
    lines = [line for note in finding_part(finding, "en")["margin"] for line in note["lines"]]
    assert "How many votes it takes to get there was not measured." in lines
    assert "Expected in honest contests; it is never counted." in lines
    assert finding_object(finding)["measured_ranks"] is None
