"""World → files → read → equal: every scenario, and every part that a case can hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recanvass import scenario, simulated_case
from recanvass.case import Announced, Case
from recanvass.case_folder import load_case
from recanvass.errors import UsageError
from recanvass.method import method
from recanvass.observation import Arrivals, Observers, Sampling
from recanvass.power_surface import MADE_FOR
from recanvass.reading.read import read
from recanvass.results import Labels, Results
from recanvass.scenario import World

TABLES = ("results", "copies", "photographs", "declared", "electronic", "copies_source")
PARTS = ("announced", "sampling", "observers", "machine_counted", "verified", "ballot_sequences")


def read_back(folder: Path) -> Case:
    """The case in the folder, its tables read here and not in a limited child."""
    return load_case(folder, read=lambda path, **known: read(path, isolated=False, **known))


def assert_equal(made: Results | None, found: Results | None) -> None:
    if made is None or found is None:
        assert made is found
        return
    assert found.options == made.options
    assert found.stations == made.stations or "station" not in made.places
    np.testing.assert_array_equal(found.votes, made.votes)
    assert set(found.counts) == set(made.counts)
    for name, values in made.counts.items():
        np.testing.assert_array_equal(found.counts[name], values, err_msg=name)
    assert set(found.absent) == {name for name, gaps in made.absent.items() if gaps.any()}
    for name, gaps in found.absent.items():
        np.testing.assert_array_equal(gaps, made.absent[name], err_msg=name)
    assert list(found.places) == list(made.places)
    for level, labels in made.places.items():
        assert found.places[level].values().tolist() == labels.values().tolist()


def assert_same_case(made: Case, found: Case) -> None:
    for name in TABLES:
        assert_equal(getattr(made, name), getattr(found, name))
    assert set(found.earlier) == set(made.earlier)
    for name, table in made.earlier.items():
        assert_equal(table, found.earlier[name])
    for name in PARTS:
        assert getattr(found, name) == getattr(made, name), name
    assert (found.arrivals is None) == (made.arrivals is None)
    if made.arrivals is not None and made.arrivals.unit == "order":
        assert found.arrivals == made.arrivals
    if made.division is None:
        assert found.division is None
    else:
        assert found.division is not None
        assert replace(found.division, name=made.division.name) == made.division
    assert found.contest.title == made.contest.title
    assert (found.contest.kind, found.contest.date) == ("simulated", "")


@pytest.mark.parametrize("name", scenario.names())
def test_every_scenario_goes_to_files_and_back(name: str, tmp_path: Path) -> None:
    world = scenario.scenario(name).build(np.random.default_rng(3), 150)
    truth = simulated_case.write(world, tmp_path / "case", {"seed": 3})
    case = read_back(tmp_path / "case")
    assert_same_case(world.case(), case)
    said = json.loads(truth.read_text(encoding="utf-8"))
    assert said["scenario"] == name
    assert said["seed"] == 3
    assert set(said["files"]) | {"truth.json"} == {path.name for path in (tmp_path / "case").iterdir()}
    shown = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "case").iterdir() if path != truth)
    assert name not in shown  # the folder without its truth does not say what was done


@pytest.mark.parametrize(("name", "asked"), [(name, asked) for name, many in MADE_FOR.items() for asked in many])
def test_the_method_made_for_it_answers_the_file_as_it_answers_the_world(name: str, asked: str, tmp_path: Path) -> None:
    world = scenario.scenario(name).build(np.random.default_rng(5), 600)
    simulated_case.write(world, tmp_path)
    one, two = (method(asked).run(case, seed=4) for case in (world.case(), read_back(tmp_path)))
    assert one.code == "" if hasattr(one, "code") else True, one
    assert two.answer.status == one.answer.status
    assert two.answer.outcome == one.answer.outcome
    assert (two.evidence is None) == (one.evidence is None)
    if one.evidence is not None:
        assert two.evidence.log10_p == pytest.approx(one.evidence.log10_p, abs=1e-9)
    assert len(two.stations) == len(one.stations)


def whole_world() -> World:
    """A small world with everything that a case can hold, and names that a table could stumble over."""
    names = ['Town "A", 1', "=2", "Größe 3", "#4", "-5", "Total"]
    places = {"region": Labels.of(["R;1"] * 3 + ["R, 2"] * 3), "station": Labels.of(names)}
    votes = np.arange(12, dtype=np.int64).reshape(6, 2) + 2**30
    gaps = np.zeros((6, 2), bool)
    gaps[2, 1] = True
    votes[2, 1] = 0
    registered = np.arange(6, dtype=np.int64) + 2**33
    votes[5], registered[5] = votes[:5].sum(axis=0), registered[:5].sum()  # a station that looks like a total
    counts = {"registered": registered, "valid": votes.sum(axis=1)}
    results = Results(('Option "x"', "registered"), votes, counts, {"votes": gaps}, places)
    some = replace(results.take(np.array([0, 3])), rows=np.empty(0, np.int64))
    online = Results(results.options, np.array([[5, 6]]), places={"region": Labels.of(["R;1"])})
    known = {
        "copies": some,
        "copies_source": some,
        "photographs": some,
        "declared": some,
        "verified": ("unique", "signed"),
        "earlier": {"2020, first": some, "2016": results},
        "electronic": online,
        "arrivals": Arrivals({n: float(k) for k, n in enumerate(names)}, (2.0, 4.0)),
        "ballot_sequences": {"=2": ('Option "x"', "", "registered")},
        "machine_counted": ("#4", "-5"),
        "observers": Observers("random", ("#4", 'Town "A", 1'), "region", ("#4",)),
        "sampling": Sampling("random", "region", {"R;1": 3, "R, 2": 3}, {"R;1": 1}),
    }
    announced = (
        Announced("valid", 7, "51.20", "R;1", "ballots", "a, source", "10:00", "80.5"),
        Announced("x", None, "7"),
    )
    return World("everything", results, results, announced=announced, known=known)


def test_everything_that_a_case_can_hold_goes_to_files_and_back(tmp_path: Path) -> None:
    world = whole_world()
    simulated_case.write(world, tmp_path)
    made = replace(world.case(), contest=replace(world.results.contest, title="Simulated contest"))
    assert_same_case(made, read_back(tmp_path))


def test_times_come_back_as_minutes_after_the_first(tmp_path: Path) -> None:
    world = whole_world()
    arrivals = Arrivals({"=2": -3.5, "#4": 1500.25, "-5": 0.0}, (10.0,), "minutes")
    simulated_case.write(replace(world, known={"arrivals": arrivals}), tmp_path)
    found = read_back(tmp_path).arrivals
    assert found == Arrivals({"=2": 0.0, "#4": 1503.75, "-5": 3.5}, (13.5,), "minutes")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"arrivals": Arrivals({"a": 0.5})}, "whole numbers"),
        ({"arrivals": Arrivals({str(k): k for k in range(200_001)})}, "200,000"),
        ({"ballot_sequences": {"a": ("x",) * 1_000_001}}, "filmed"),
        ({"observers": Observers("random", tuple(f"{k:030d}" for k in range(90_000)))}, "2 MB"),
        ({"away": ("copies",)}, "away"),
    ],
)
def test_what_a_case_cannot_hold_is_refused(known: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        simulated_case.write(replace(whole_world(), known=known), tmp_path / "case")
    assert not (tmp_path / "case").exists()


def test_the_same_seed_gives_the_same_bytes_and_its_own_files_are_replaced(tmp_path: Path) -> None:
    def write(name: str, seed: int, folder: Path) -> dict[str, bytes]:
        simulated_case.write(scenario.scenario(name).build(np.random.default_rng(seed), 80), folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    first, again = write("late_batch", 1, tmp_path / "a"), write("late_batch", 1, tmp_path / "b")
    assert first == again
    assert "arrivals.csv" in first
    other = write("electronic_shift", 2, tmp_path / "a")  # files that it has not go
    assert other == write("electronic_shift", 2, tmp_path / "c")
    assert write("late_batch", 1, tmp_path / "a") == first


def test_what_is_not_its_own_is_left_as_it_is(tmp_path: Path) -> None:
    world = scenario.scenario("late_batch").build(np.random.default_rng(1), 80)
    (tmp_path / "results.csv").write_text("mine")
    with pytest.raises(UsageError, match=r"results\.csv was not written"):
        simulated_case.write(world, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]
    (tmp_path / "results.csv").unlink()
    (tmp_path / "notes.txt").write_text("mine")
    simulated_case.write(world, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    (tmp_path / "arrivals.csv").write_text("edited")  # also where the next contest has no such file
    for name in ("late_batch", "clean_mixture"):
        with pytest.raises(UsageError, match=r"arrivals\.csv .* changed since"):
            simulated_case.write(scenario.scenario(name).build(np.random.default_rng(2), 80), tmp_path)
    assert (tmp_path / "arrivals.csv").read_text() == "edited"
    (tmp_path / "truth.json").write_text('{"mine": 1}')
    with pytest.raises(UsageError, match=r"truth\.json was not written"):
        simulated_case.write(world, tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        simulated_case.write(world, tmp_path / "notes.txt")


def test_a_run_that_was_interrupted_can_be_done_again(tmp_path: Path) -> None:
    """Files of the new contest under the truth of the old one, or under none, are what would be written anyway."""
    old, new = (scenario.scenario("late_batch").build(np.random.default_rng(k), 80) for k in (1, 2))
    simulated_case.write(old, tmp_path)
    (tmp_path / "arrivals.csv").write_text(simulated_case.files(new)["arrivals.csv"], encoding="utf-8", newline="")
    simulated_case.write(new, tmp_path)
    (tmp_path / "truth.json").unlink()
    simulated_case.write(new, tmp_path)
    assert_same_case(new.case(), read_back(tmp_path))


def test_the_table_alone(tmp_path: Path) -> None:
    world = scenario.scenario("late_batch").build(np.random.default_rng(1), 80)
    path = tmp_path / "a.csv"
    truth = simulated_case.write_table(world, path)
    assert truth.name == "a.csv.truth.json"
    assert simulated_case.left_out(world) == ("arrivals",)
    simulated_case.write_table(world, path)
    path.write_text("mine")
    with pytest.raises(UsageError, match="nothing was replaced"):
        simulated_case.write_table(world, path)
    with pytest.raises(UsageError, match="is a folder"):
        simulated_case.write_table(world, tmp_path)
