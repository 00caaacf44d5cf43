"""The panel that ships: every method of class C and D, contests and pairs apart, and how ranks are said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recanvass import panel, wording
from recanvass.case import Case
from recanvass.dossier.finding_part import finding_part
from recanvass.finding import Finding
from recanvass.method import method, names
from recanvass.results import Labels, Results
from recanvass.testing import example, ranked
from tests.conftest import canonical

ROOT = Path(__file__).resolve().parents[1]
WEAK = [name for name in names() if method(name).evidence_class in "CD"]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    sys.modules.pop("panel", None)
    import panel as benchmark

    yield benchmark
    sys.modules.pop("panel", None)


def found(name: str) -> Finding:
    outcome = method(name).run(example(method(name), 300), seed=1)
    assert isinstance(outcome, Finding)
    return outcome


def test_every_method_of_class_c_and_d_has_a_panel_or_says_why_not() -> None:
    there = {statistic.split(".")[0] for statistic in panel.panel()["statistics"]}
    assert set(WEAK) - there == set(panel.UNRANKED)
    assert there - set(WEAK) == {"sibling_units"}
    for name in panel.UNRANKED:
        for language in wording.LANGUAGES:
            assert "no_panel" in wording.phrases(name)[language]["caveats"]


@pytest.mark.parametrize("name", panel.UNRANKED)
def test_a_finding_without_a_panel_says_so(name: str) -> None:
    finding = found(name)
    assert "panel" not in finding.answer.facts
    assert finding.evidence is not None
    assert finding.evidence.null == "null"
    for language in wording.LANGUAGES:
        limits = finding_part(finding, language)["margin"][-1]["lines"]
        assert wording.phrase(name, "caveats", "no_panel", language=language) in limits


@pytest.mark.parametrize("name", [name for name in WEAK if name not in panel.UNRANKED])
def test_what_a_method_ranks_is_in_the_panel(name: str) -> None:
    figures = found(name).answer.facts.get("panel", {})
    assert figures or name == "turnout_jumps"
    for quantity in figures:
        assert f"{name}.{quantity}" in panel.panel()["statistics"]


def test_contests_and_pairs_are_counted_apart() -> None:
    ships = panel.panel()
    contests, pairs = set(ships["contests"]), set(ships["pairs"])
    assert len(contests) == 37
    assert not contests & pairs
    for pair in pairs:
        now, then = pair.split(" after ")
        assert {now, then} <= contests
        assert ships["contests"][now] == ships["contests"][then] == ships["pairs"][pair]
    for name, values in ships["statistics"].items():
        assert set(values) <= (contests if name in panel.of_contests() else pairs), name
    assert set(ships["statistics"]) - set(panel.of_contests()) == {"panel_jumps.excess", "vote_flow.outside"}


def test_pairs_of_the_own_country_are_left_out() -> None:
    everywhere = panel.rank("panel_jumps", "excess", 1.0)
    elsewhere = panel.rank("panel_jumps", "excess", 1.0, "Spain")
    of_spain = [p for p in panel.panel()["statistics"]["panel_jumps.excess"] if p.startswith("spain")]
    assert everywhere.below == everywhere.contests
    assert everywhere.contests - elsewhere.contests == len(of_spain) > 0


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_flows_are_ranked_among_pairs_and_their_p_value_is_called_a_rank(language: str) -> None:
    finding = found("vote_flow")
    facts = finding.answer.facts
    assert ranked(finding)
    assert finding.answer.outcome == "ranked"
    said = {"en": "clean pairs of contests", "ru": "пар чистых выборов"}[language]
    assert said in wording.summary("vote_flow", "ranked", facts, language)
    evidence = finding_part(finding, language)["evidence"]
    assert {"en": "This p is a rank", "ru": "p — это место"}[language] in evidence
    assert str(facts["contests"]) in evidence


def test_a_p_value_of_its_own_is_not_called_a_rank() -> None:
    finding = found("panel_jumps")
    assert not ranked(finding)
    part = finding_part(finding, "en")
    assert "rank" not in part["evidence"]
    assert "clean pairs of contests" in part["summary"]


def test_a_rank_without_a_panel_is_no_p_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "panel", lambda: {"contests": {}, "statistics": {}})
    finding = found("vote_flow")
    assert not ranked(finding)
    assert finding.answer.outcome == "said"
    for language in wording.LANGUAGES:
        assert "p =" not in finding_part(finding, language)["evidence"]


def test_a_pair_is_the_latest_earlier_one_of_its_kind_or_of_any(made: Any) -> None:
    def about(country: str, date: str, kind: str) -> dict[str, str]:
        return {"country": country, "date": date, "kind": kind}

    contests = {
        "a1": about("A", "2001-01-01", "lists"),
        "a2": about("A", "2005-01-01", "lists"),
        "a3": about("A", "2007-01-01", "referendum"),
        "a4": about("A", "2009-01-01", "lists"),
        "b1": about("B", "2008-01-01", "lists"),
    }
    assert made.pairs(contests) == [("a2", "a1"), ("a3", "a2"), ("a4", "a2")]


def table(options: list[str], stations: list[str], regions: list[str]) -> Results:
    votes = np.array([[10, 20, 5]] * len(stations), np.int64)
    return Results(
        tuple(options), votes, {}, places={"region": Labels.of(regions), "station": Labels.of(stations)}
    )  # fmt: skip


def test_names_are_made_to_agree_by_the_rules_that_are_stated(made: Any) -> None:
    now = table(["PSOE [000077]", "PODEMOS-IU [000059]", "PODEMOS-COM [000055]"], ["1", "2"], ["x", "y"])
    then = table(["A (5)", "PSOE-PROGR. [000135]", "U-PNV"], ["1.0", "2.05"], ["", ""])
    one, two = made.alike(now, then)
    assert one.options == ("PSOE", "PODEMOS", "PODEMOS-COM [000055]")
    assert two.options == ("A (5)", "PSOE", "U-PNV")
    assert list(two.places["station"].values()) == ["1", "2.05"]
    assert list(one.places) == list(two.places) == ["station"]
    assert list(made.alike(now, now)[0].places) == ["region", "station"]


def test_a_real_pair_has_the_figures_that_ship(made: Any, data: Path) -> None:
    now, then = made.alike(canonical(data, "denmark_2022"), canonical(data, "denmark_2019"))
    figures = made.figures(Case.of(now, earlier={"then": then}), made.PAIRED)
    statistics = panel.panel()["statistics"]
    assert figures == {
        name: statistics[name]["denmark_2022 after denmark_2019"]
        for name in ("panel_jumps.excess", "vote_flow.outside")
    }
