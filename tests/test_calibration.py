"""Calibration: trials, resuming, the table, the bound."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from recanvass import calibration, rank_surface, scenario
from recanvass.calibration import Cell, run, summarise, trials_of, upper_bound
from recanvass.errors import UsageError
from recanvass.method import method, names
from recanvass.power_surface import DOSES, HONEST, MADE_FOR

CLEAN = Cell("clean", "clean", 2)


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    assert upper_bound(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))
    assert upper_bound(12, 2000) == pytest.approx(0.00971, abs=2e-4)
    assert upper_bound(3, 3) == 1.0


def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def fake(cell: Cell, index: int, seed: int = 0) -> dict[str, object]:
        made.append(index)
        return {"index": index, "stations": 1, "kind": "k", "grade": "nothing_detected", "log10_p": 0.0, "methods": {}}

    monkeypatch.setattr(calibration, "trial", fake)
    cell = Cell("clean", "clean", 5)
    run([Cell("clean", "clean", 3)], tmp_path)
    with (tmp_path / "clean.jsonl").open("a") as file:
        file.write('{"index": 3, "gra')  # torn by a kill
    run([cell], tmp_path)
    assert made == [0, 1, 2, 3, 4]
    assert [t["index"] for t in trials_of(cell, tmp_path)] == [0, 1, 2, 3, 4]


def test_the_table_counts_alarms_by_method_and_kind(tmp_path: Path) -> None:
    run([CLEAN], tmp_path)
    made = summarise([CLEAN], tmp_path)
    assert made["headline"]["worlds"] == 2
    assert made["headline"]["alarms"] == 0
    assert made["headline"]["upper"] == round(upper_bound(0, 2), 5)
    assert set(made["methods"]) == set(calibration.counted_methods())
    assert sum(kind["worlds"] for kind in made["kinds"].values()) == 2


def test_trials_are_the_same_whenever_they_are_made() -> None:
    assert calibration.trial(CLEAN, 1) == calibration.trial(CLEAN, 1)


def test_a_broken_limit_is_said() -> None:
    headline = {"worlds": 2000, "alarms": 12}
    control = {"name": "x", "scenario": "proportional_shift", "trials": 60, "alarms": 0}
    assert calibration.broken_promises({"headline": headline, "power": [control]}) == []
    assert len(calibration.broken_promises({"headline": headline | {"alarms": 60}, "power": [control]})) == 1
    assert len(calibration.broken_promises({"headline": headline, "power": [control | {"alarms": 30}]})) == 1


def test_a_control_may_alarm_as_often_as_the_limit_lets_it() -> None:
    headline = {"worlds": 2000, "alarms": 0}
    allowed = int(binom.ppf(0.999, 60, calibration.LIMIT))
    for alarms, broken in ((allowed, 0), (allowed + 1, 1)):
        control = {"name": "x", "scenario": "proportional_shift", "trials": 60, "alarms": alarms}
        assert len(calibration.broken_promises({"headline": headline, "power": [control]})) == broken


def test_what_is_seen_of_a_planted_cell() -> None:
    """Alarms are graded contests; a method sees by a contradiction or by p of a thousandth."""

    def made(grade: str, **said: tuple[str, float | None]) -> dict[str, object]:
        methods = {name: {"status": status, "log10_p": p} for name, (status, p) in said.items()}
        return {"grade": grade, "methods": methods}

    trials = [
        made("unusual", integer_percentages=("departure", -3.0), account_identities=("none", None)),
        made("nothing_detected", integer_percentages=("none", -2.9), account_identities=("contradiction", None)),
        made("incompatible", account_identities=("contradiction", None)),
    ]
    row = calibration._power(Cell("p", "broken_accounts", 9, 500), trials)
    assert (row["trials"], row["alarms"]) == (3, 2)
    assert (row["methods"]["integer_percentages"], row["methods"]["account_identities"]) == (1, 2)


def test_honest_cells_have_more_trials_and_large_ones_fewer() -> None:
    tries = {(c.scenario in HONEST, c.stations): c.trials for c in calibration.plan() if c.stations}
    assert tries == {
        (False, 500): 40, (False, 2000): 40, (False, 8000): 16, (True, 500): 100, (True, 2000): 100, (True, 8000): 40,
    }  # fmt: skip
    assert {c.trials for c in calibration.plan(quick=True) if c.stations} == {4}


def test_without_a_clean_contest_the_bound_is_one(tmp_path: Path) -> None:
    assert summarise([CLEAN], tmp_path)["headline"]["upper"] == 1.0


def test_a_process_that_is_killed_loses_no_trial(tmp_path: Path) -> None:
    cell = Cell("clean", "clean", 6)
    code = (
        "from pathlib import Path; from recanvass.calibration import Cell, run;"
        f"run([Cell('clean', 'clean', 6)], Path({str(tmp_path)!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    lines = tmp_path / "clean.jsonl"
    ends = time.monotonic() + 200
    while time.monotonic() < ends and process.poll() is None:
        if lines.exists() and lines.read_text().count("\n") >= 2:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    there = trials_of(cell, tmp_path)
    assert len(there) >= 2
    run([cell], tmp_path)
    made = trials_of(cell, tmp_path)
    assert made[: len(there)] == there
    assert [t["index"] for t in made] == list(range(6))
    assert made[-1] == calibration.trial(cell, 5)


def test_alarms_are_counted_by_country_and_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(cell: Cell, index: int, seed: int = 0) -> dict[str, object]:
        grade = "unusual" if cell.parameters.get("country") in ("Israel", "Mexico") else "nothing_detected"
        return {"index": index, "stations": 1, "kind": "k", "grade": grade, "log10_p": 0.0, "methods": {}}

    monkeypatch.setattr(calibration, "trial", fake)
    cells = [c for c in calibration.plan(quick=True) if c.scenario == "clean" or "country" in c.parameters]
    run(cells, tmp_path)
    made = summarise(cells, tmp_path)
    assert made["headline"]["worlds"] == 40
    assert made["countries"]["Israel"] == {"half": "test", "worlds": 2, "alarms": 2}
    assert made["countries"]["Canada"]["half"] == "development"
    assert not made["power"]
    (said,) = calibration.broken_promises(made)
    assert "test half" in said


def test_a_trial_of_a_country_has_a_size_of_the_class() -> None:
    made = calibration.trial(Cell("country-Norway", "fitted_contest", 1, 0, {"country": "Norway"}), 0)
    assert made["stations"] in (300, 1000, 3000, 10000)
    assert made["kind"] == "fitted_contest"


def test_a_contest_that_cannot_bear_its_dose_is_drawn_again() -> None:
    """At half of them the chosen stations have too few votes to give; no trial fails for it."""
    cell = Cell("x", "vote_switching", 8, 200, {"extent": 0.05, "of_leader": 0.04})
    chosen = scenario.scenario(cell.scenario, **cell.parameters)
    refused = 0
    for seed in range(8):
        try:
            chosen.build(np.random.default_rng(seed), 200)
        except UsageError:
            refused += 1
        world = calibration.world_of(cell, np.random.default_rng(seed))
        leader = world.before.leader
        moved = (world.results.votes - world.before.votes)[:, leader].sum()
        assert moved / world.before.votes[:, leader].sum() == pytest.approx(0.04, rel=0.2)
    assert refused


def test_what_a_method_says_it_detects_is_planted_in_a_cell_that_asks_it() -> None:
    """What is ranked among real clean contests is asked in cells of its own (`tests/test_rank_surface.py`)."""
    ranked = {statistic.split(".")[0] for statistic in rank_surface.measured()}
    for name in names():
        for planted in method(name).detects:
            assert planted in DOSES, f"{name} detects {planted}, of which there is no cell."
            assert name in ranked or name in MADE_FOR[planted]
    planted = {n for n in scenario.names() if scenario.kind_of(n).kind != "clean"}
    assert set(DOSES) == planted - {"demo"}


@pytest.mark.parametrize("planted", MADE_FOR)
def test_the_methods_made_for_a_manipulation_are_asked_in_its_cell(planted: str) -> None:
    (cell, *_) = [c for c in calibration.plan(quick=True) if c.scenario == planted]
    made = calibration.trial(cell, 0)
    assert "unasked" not in made
    row = calibration._power(cell, [made])
    assert row["asked"] == dict.fromkeys(MADE_FOR[planted], 1)
    assert set(MADE_FOR[planted]) <= set(row["methods"])


def test_a_method_that_could_not_be_asked_is_named() -> None:
    """Twenty stations give too few divided places."""
    cell = Cell("few", "stuffed_units", 1, 20, {"extent": 0.2})
    made = calibration.trial(cell, 0)
    assert made["unasked"] == ["sibling_units"]
    assert calibration._power(cell, [made])["asked"] == {"sibling_units": 0}


def test_a_trial_of_an_older_version_that_did_not_ask_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def fake(cell: Cell, index: int, seed: int = 0) -> dict[str, object]:
        made.append(index)
        answer = {"status": "none", "log10_p": 0.0}
        unasked = {"unasked": ["late_counts"]} if index else {}
        methods = {} if index else {"late_counts": answer}
        return {"index": index, "stations": 1, "kind": "k", "grade": "x", "log10_p": 0.0, "methods": methods} | unasked

    monkeypatch.setattr(calibration, "trial", fake)
    cell = Cell("late", "late_batch", 2, 500, {"extent": 0.1})
    old = '{"index": 0, "stations": 1, "kind": "k", "grade": "x", "log10_p": 0.0, "methods": {}}\n'
    (tmp_path / "late.jsonl").write_text(old)
    run([cell], tmp_path)
    run([cell], tmp_path)
    assert made == [0, 1]
    assert calibration._power(cell, trials_of(cell, tmp_path))["asked"] == {"late_counts": 1}
    assert (tmp_path / "late.jsonl").read_text().startswith(old)  # lines are never changed
