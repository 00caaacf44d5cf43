"""Ranks in simulated contests: trials, resuming, counts, what is above what nothing done gives."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recanvass import calibration, cli_scenarios, measured_alarms, panel, rank_surface, scenario, testing
from recanvass.calibration import Cell, upper_bound
from recanvass.examination import examine
from recanvass.method import method, names
from recanvass.power_surface import DOSES
from recanvass.rank_surface import BASE, FITTED, summarise, trials_of

CLEAN = Cell("clean", "clean", 2)
HOMES = {f"contest_{k}": f"Country {k}" for k in range(9)}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel of nine contests, in which the figure of one method is 0 to 8."""
    values = {name: float(k) for k, name in enumerate(HOMES)}
    made = {"contests": HOMES, "statistics": {"modality.turnout": values, "modality.share": values}}
    monkeypatch.setattr(panel, "panel", lambda: made)


def record(index: int, turnout: float | None, kind: str = "strongholds", **figures: float) -> dict[str, Any]:
    said = {"status": "description", "outcome": "ranked", "log10_p": 0.0, "ranked": "turnout"}
    there = turnout is not None
    methods = {"modality": said | {"figures": {"turnout": turnout, **figures}}} if there else {}
    unasked = {name: "columns" for name in rank_surface.asked_methods() if name not in methods}
    drawn = {"index": index, "stations": 500, "kind": kind, "class": scenario.CLEAN_CLASS}
    return {**drawn, "methods": methods, "unasked": unasked}


def write(folder: Path, cell: Cell, records: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{cell.name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")


def test_the_figure_kept_first_is_the_one_that_the_finding_ranks() -> None:
    """So that what is counted here is what a reader is told."""
    world = calibration.world_of(CLEAN, np.random.default_rng(3))
    exam, ranked = examine(world.case(), methods=rank_surface.asked_methods()), 0
    kept = rank_surface.outcome(exam)
    for finding in exam:
        facts = finding.answer.facts
        if not facts.get("contests") or "below" not in facts:
            continue
        first = next(iter(facts["panel"]))
        found = panel.rank(finding.method, first, facts["panel"][first])
        assert (found.below, found.contests) == (facts["below"], facts["contests"]), finding.method
        assert kept["methods"][finding.method]["ranked"] == first
        assert kept["methods"][finding.method]["figures"] == facts["panel"]
        assert kept["methods"][finding.method]["log10_p"] == finding.evidence.log10_p
        assert facts["stations"] > 0, finding.method
        assert finding.evidence is not None
        assert finding.evidence.log10_p == pytest.approx(found.log10_p)
        ranked += 1
    assert ranked >= 9
    assert {*kept["methods"], *kept["unasked"]} == {n for n in names() if method(n).evidence_class in "CD"}
    assert kept["unasked"]["ballot_sequence"] == "no_sequences"


def test_the_worlds_are_those_of_the_calibration() -> None:
    mine, theirs = rank_surface.trial(CLEAN, 1), calibration.trial(CLEAN, 1)
    assert (mine["kind"], mine["stations"]) == (theirs["kind"], theirs["stations"])
    assert rank_surface.trial(CLEAN, 1) == mine


def test_the_plan_has_every_cell_of_the_calibration_and_what_it_is_compared_with() -> None:
    planned = {cell.name: cell for cell in rank_surface.plan()}
    for cell in calibration.plan():
        if "country" in cell.parameters:
            continue
        wanted = replace(cell, trials=min(cell.trials, rank_surface.CLEAN)) if cell.scenario == "clean" else cell
        assert planned[cell.name] == wanted
        if cell.scenario != "clean":
            fitted = planned[f"{cell.name}-fitted"]
            assert fitted.parameters == {**cell.parameters, "clean": FITTED}
            assert {f"{BASE}-{cell.stations}", f"{FITTED}-{cell.stations}"} <= planned.keys()
    quick = rank_surface.plan(quick=True)
    assert {cell.scenario for cell in quick} == {"clean", BASE, FITTED, *DOSES}
    assert sum(cell.trials for cell in quick) < 400


@pytest.mark.parametrize("planted", DOSES)
def test_every_manipulation_can_be_planted_into_the_shapes_of_real_contests(planted: str) -> None:
    (cell, *_) = [c for c in rank_surface.plan(quick=True) if c.scenario == planted and "clean" in c.parameters]
    made = rank_surface.trial(cell, 0)
    assert made["kind"] == planted
    assert {*made["methods"], *made["unasked"]} == set(rank_surface.asked_methods())


def test_a_run_that_was_killed_goes_on_and_an_older_trial_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def fake(cell: Cell, index: int, seed: int = 0) -> dict[str, Any]:
        made.append(index)
        return record(index, 1.0)

    monkeypatch.setattr(rank_surface, "trial", fake)
    old = record(1, 1.0)
    old["unasked"].pop("vote_flow")  # by a version without that method
    write(tmp_path, CLEAN, [record(0, 1.0), old, record(2, 1.0) | {"class": "clean-2025.1"}])
    with (tmp_path / "clean.jsonl").open("a") as file:
        file.write('{"index": 3, "meth')  # torn by a kill
    cell = replace(CLEAN, trials=4)
    rank_surface.run([cell], tmp_path)
    rank_surface.run([cell], tmp_path)
    assert made == [1, 2, 3]
    assert [t["index"] for t in trials_of(cell, tmp_path)] == [0, 1, 2, 3]
    assert [t["index"] for t in trials_of(CLEAN, tmp_path)] == [0, 1]


def test_counts_by_kind_and_the_bound(small: None, tmp_path: Path) -> None:
    """Larger than all nine; larger than 95 % of them, which nine contests make the same; a tie is not larger."""
    kinds = ["strongholds", "two_peoples"] * 5
    values = [9.0, 8.5, 8.0, 7.5, 0.0, 9.5, 1.0, 1.0, 1.0, None]
    clean = replace(CLEAN, trials=10)
    write(tmp_path, clean, [record(k, v, kind) for k, (v, kind) in enumerate(zip(values, kinds, strict=True))])
    made = summarise([clean], tmp_path)
    row = made["clean"]
    assert row["contests"] == 10
    assert row["asked"] == {"modality.turnout": 9}
    assert row["largest"] == row["most"] == {"modality.turnout": 3}
    assert row["upper"] == {"modality.turnout": round(upper_bound(3, 9), 5)}
    assert row["any"] == 3
    assert made["kinds"]["strongholds"]["largest"] == {"modality.turnout": 1}
    assert made["kinds"]["two_peoples"]["asked"] == {"modality.turnout": 4}
    assert made["panel"] == {"modality.turnout": 9, "modality.share": 9}
    assert made["ranked"] == {"modality": "modality.turnout"}
    assert made["planted"] == []


def test_another_panel_needs_no_other_trials(small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, CLEAN, [record(0, 9.0), record(1, 20.0)])
    assert summarise([CLEAN], tmp_path)["clean"]["largest"] == {"modality.turnout": 2}
    wider = {"contests": HOMES, "statistics": {"modality.turnout": dict.fromkeys(HOMES, 10.0)}}
    monkeypatch.setattr(panel, "panel", lambda: wider)
    assert summarise([CLEAN], tmp_path)["clean"]["largest"] == {"modality.turnout": 1}


def test_the_figures_of_pairs_are_not_counted_among_contests() -> None:
    assert panel.rank("panel_jumps", "excess", 0.5).contests > 0
    said = {
        name: {"figures": figures}
        for name, figures in (("panel_jumps", {"excess": 0.5}), ("modality", {"turnout": 9.0}))
    }
    assert set(rank_surface.standing({"methods": said}, rank_surface.measured())) == {"modality.turnout"}
    assert set(rank_surface.standing({"methods": said}, rank_surface.paired())) == {"panel_jumps.excess"}


def test_what_is_measured_is_made_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank_surface, "plan", lambda quick: [CLEAN])
    monkeypatch.setattr(rank_surface, "trial", lambda cell, index: record(index, 9.0))
    assert rank_surface.measure(tmp_path)["ranks"]["clean"]["contests"] == 2


def test_without_a_panel_nothing_is_ranked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "panel", lambda: {"contests": {}, "statistics": {}})
    write(tmp_path, CLEAN, [record(0, 9.0), record(1, 1.0)])
    made = summarise([CLEAN], tmp_path)
    assert made["clean"] == {"contests": 2, "asked": {}, "largest": {}, "most": {}, "upper": {}, "any": 0}
    assert made["ranked"] == {}


def test_a_planted_cell_is_compared_with_contests_in_which_nothing_was_done(small: None, tmp_path: Path) -> None:
    """A figure that stands above the panel as often without a manipulation tells nothing of it."""
    planted = Cell("p", "ballot_stuffing", 20, 500, {"extent": 0.2})
    fitted = replace(planted, name="p-fitted", parameters={"extent": 0.2, "clean": FITTED})
    nothing = [Cell(f"{kind}-500", kind, 20, 500) for kind in (BASE, FITTED)]
    for cell in (planted, fitted, nothing[1]):
        write(tmp_path, cell, [record(k, 9.0 if k < 15 else 0.0, share=0.0) for k in range(20)])
    write(tmp_path, nothing[0], [record(k, 9.0 if k < 3 else 0.0, share=0.0) for k in range(20)])
    made = summarise([planted, fitted, *nothing], tmp_path)
    told = {row["planted_into"]: row for row in made["planted"]}
    assert told[BASE]["above"] == ["modality.turnout"]
    assert told[FITTED]["above"] == []
    assert told[BASE]["largest"] == told[FITTED]["largest"] == {"modality.turnout": 15}
    assert told[FITTED]["parameters"] == {"extent": 0.2}
    assert made["nothing_done"][BASE]["500"]["largest"] == {"modality.turnout": 3}
    few = {"asked": {"modality.turnout": 20}, "largest": {"modality.turnout": 9}}
    assert not rank_surface._above("modality.turnout", told[BASE], few)  # bounds meet: .54 below .67
    alone = summarise([planted], tmp_path)["planted"]  # nothing to compare it with
    assert alone[0]["above"] == []


def test_whatever_makes_the_trials_they_are_the_same(tmp_path: Path) -> None:
    cell = Cell("few", "clean_mixture", 3, 120)
    with ThreadPoolExecutor(2) as pool:
        rank_surface.run([cell], tmp_path / "pool", executor=pool)
    rank_surface.run([cell], tmp_path / "alone")
    assert trials_of(cell, tmp_path / "pool") == trials_of(cell, tmp_path / "alone")
    assert len(trials_of(cell, tmp_path / "alone")) == 3


def test_the_command_keeps_a_folder_of_its_own_and_writes_its_part_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fake(folder: Path, *, quick: bool, executor: object, progress: object) -> dict[str, Any]:
        asked.append((folder, quick))
        return {"ranks": {"clean": {}}}

    monkeypatch.setattr(rank_surface, "measure", fake)
    place = tmp_path / "table.json"
    calibration.write_table(place, {"headline": {"worlds": 3}})
    cli_scenarios.calibrate(
        out=tmp_path / "c", quick=True, workers=1, table=place, check=False, sizes=False, ranks=True, only=None, draws=0
    )
    assert asked == [(tmp_path / "c" / "ranks", True)]
    assert json.loads(place.read_text()) == {"headline": {"worlds": 3}, "ranks": {"clean": {}}}


def test_the_part_is_merged_into_the_table(tmp_path: Path) -> None:
    place = tmp_path / "table.json"
    calibration.write_table(place, {"headline": {"worlds": 3}, "sizes": {"a": [1]}, "ranks": {"old": 1}})
    calibration.write_table(place, {"ranks": {"clean": {}}})
    assert json.loads(place.read_text()) == {"headline": {"worlds": 3}, "sizes": {"a": [1]}, "ranks": {"clean": {}}}


def test_the_table_that_ships_ranks_with_the_panel_that_ships() -> None:
    ranks = measured_alarms.table()["ranks"]
    measured = rank_surface.measured()
    assert ranks["panel"] == {name: len(values) for name, values in measured.items()}
    assert set(ranks["ranked"]) == {name.split(".")[0] for name in measured}
    assert set(rank_surface.paired()) == {"panel_jumps.excess", "vote_flow.outside"}
    assert not {"sibling_units.excess", *rank_surface.paired()} & set(measured)
    pairs = ranks["pairs"]
    assert pairs["panel"] == {name: len(values) for name, values in rank_surface.paired().items()}
    assert {row["scenario"] for row in pairs["planted"]} == {"added_since_earlier", "moved_since_earlier"}
    assert pairs["clean"]["contests"] >= 100
    for row in (*ranks["planted"], *pairs["planted"]):
        assert all(count <= row["asked"][name] for name, count in row["largest"].items())
        assert set(row["above"]) <= set(row["largest"])


def test_figures_of_pairs_are_counted_among_pairs_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Larger than all nine pairs in every honest pair of a double swing, in one of ten usual ones, and in ten planted."""
    singles = dict.fromkeys(list(HOMES)[:4], -1.0)
    values = {f"{name}_pair": float(k) for k, name in enumerate(HOMES)}
    made_up = {
        "contests": HOMES,
        "pairs": {name: "Somewhere" for name in values},
        "statistics": {"vote_flow.outside": values, "modality.turnout": singles},
    }
    monkeypatch.setattr(panel, "panel", lambda: made_up)

    def pair(index: int, outside: float) -> dict[str, Any]:
        made = record(index, 1.0)
        made["unasked"].pop("vote_flow")
        made["methods"]["vote_flow"] = {"status": "description", "outcome": "ranked", "log10_p": 0.0} | {
            "figures": {"outside": outside},
            "ranked": "outside",
        }
        return made

    usual = Cell("usual", "honest_swing", 10, 500, {"swing": 1.0})
    double = Cell("double", "honest_swing", 2, 500, {"swing": 2.0})
    fitted = Cell("fitted", "honest_swing", 3, 500, {"swing": 1.0, "clean": FITTED})
    added = Cell("added", "added_since_earlier", 10, 500, {"extent": 0.5})
    cells = [usual, double, fitted, added]
    for cell, figures in zip(cells, ([9.0] + [1.0] * 9, [9.0] * 2, [0.0] * 3, [9.0] * 10), strict=True):
        write(tmp_path, cell, [pair(k, v) for k, v in enumerate(figures)])
    part = summarise(cells, tmp_path)
    assert part["ranked"] == {"modality": "modality.turnout"}
    pairs = part["pairs"]
    assert pairs["ranked"] == {"vote_flow": "vote_flow.outside"}
    assert (pairs["clean"]["contests"], pairs["clean"]["any"]) == (12, 3)
    assert pairs["clean"]["largest"] == {"vote_flow.outside": 3}
    assert pairs["nothing_done"][BASE]["500"]["largest"] == {"vote_flow.outside": 1}  # the double swing is apart
    assert pairs["nothing_done"][FITTED]["500"]["contests"] == 3
    (row,) = pairs["planted"]
    assert row["above"] == ["vote_flow.outside"]
    assert row["asked"] == {"vote_flow.outside": 10}
    assert {"usual", "double"} == set(pairs["kinds"])


@pytest.mark.parametrize(
    ("name", "planted"),
    [(n, s) for n in names() for s in method(n).detects if n in {p.split(".")[0] for p in rank_surface.measured()}],
)
def test_what_a_rank_says_it_detects_was_measured(name: str, planted: str) -> None:
    """At some dose, planted into either kind of clean contest, larger than all in four contests of five or more."""
    ranks = measured_alarms.table()["ranks"]
    figure = ranks["ranked"][name]
    for kind in (BASE, FITTED):
        rows = [row for row in ranks["planted"] if row["scenario"] == planted and row["planted_into"] == kind]
        rates = [row["largest"][figure] / row["asked"][figure] for row in rows if figure in row["above"]]
        assert max(rates, default=0.0) >= 0.8, kind


def test_the_harness_holds_a_rank_to_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above all of the panel with something planted, and not before; a panel of other contests changes that."""
    corner = method("extreme_corner")
    testing.check_power(corner, "extreme_stations", trials=2)
    with pytest.raises(AssertionError, match="0 of 2"):
        testing.check_power(corner, "proportional_shift", trials=2)
    always = {"contests": HOMES, "statistics": {"extreme_corner.share": dict.fromkeys(HOMES, -1.0)}}
    monkeypatch.setattr(panel, "panel", lambda: always)  # larger before anything was done, too
    with pytest.raises(AssertionError, match="0 of 2"):
        testing.check_power(corner, "extreme_stations", trials=2)
    never = {"contests": HOMES, "statistics": {"extreme_corner.share": dict.fromkeys(HOMES, 1.0)}}
    monkeypatch.setattr(panel, "panel", lambda: never)
    with pytest.raises(AssertionError, match="0 of 2"):
        testing.check_power(corner, "extreme_stations", trials=2)
