"""Honest contests taken apart: parts and shapes keep every vote, and the page says what the table holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recanvass import calibration
from recanvass.results import Contest, Labels, Results

ROOT = Path(__file__).resolve().parents[1]
STATIONS = 240


@pytest.fixture
def recut(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import recut

    yield recut
    sys.modules.pop("recut", None)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import taken_apart_page

    yield taken_apart_page
    sys.modules.pop("taken_apart_page", None)


def contest(seed: int = 0) -> Results:
    rng = np.random.default_rng(seed)
    registered = rng.integers(200, 2000, STATIONS)
    votes = rng.multinomial(150, [0.4, 0.3, 0.15, 0.1, 0.03, 0.02], STATIONS).astype(np.int64)
    invalid = rng.integers(0, 9, STATIONS)
    gaps = np.zeros(votes.shape, bool)
    gaps[:60, 5] = True
    votes[gaps] = 0
    valid = votes.sum(axis=1)
    places = {
        "region": Labels.of([f"R{k // 60}" for k in range(STATIONS)]),
        "district": Labels.of([f"D{k // 6:02d}" for k in range(STATIONS)]),
        "station": Labels.of([f"S{(7 * k) % STATIONS:03d}" for k in range(STATIONS)]),
    }
    counts = {"registered": registered, "ballots": valid + invalid, "valid": valid, "invalid": invalid}
    missing = np.arange(STATIONS) % 6 == 0
    return Results(
        tuple("ABCDEF"),
        votes,
        {name: np.where(missing, 0, v) if name == "registered" else v for name, v in counts.items()},
        {"votes": gaps, "registered": missing},
        places,
        contest=Contest(country="Nowhere"),
    )


def test_parts_hold_each_station_once(recut: Any) -> None:
    results = contest()
    for level, number in {"whole": 1, "region": 4, "page": 2}.items():
        found = recut.parts(results, level)
        assert len(found) == number
        assert sorted(np.concatenate(list(found.values()))) == list(range(STATIONS))
    assert recut.parts(results, "district") == {}  # six stations each: too few
    assert recut.parts(results, "province") == {}  # not known of this country


def test_provinces_are_read_from_the_names(recut: Any) -> None:
    names = Labels.of([f"01-{14 + k // 120}-{k:03d}|01|0001|A" for k in range(STATIONS)])
    results = replace(contest(), places={"station": names}, contest=Contest(country="Spain"))
    assert {name: len(rows) for name, rows in recut.parts(results, "province").items()} == {"14": 120, "15": 120}


def test_a_larger_sample_holds_the_smaller_one(recut: Any) -> None:
    names = {f"n{k}": np.arange(3) for k in range(50)}
    assert recut.sampled(names, "x", 20)[:7] == recut.sampled(names, "x", 7)
    assert recut.sampled(names, "x", 7) != recut.sampled(names, "y", 7)


@pytest.mark.parametrize("name", ["merged in pairs", "by municipality"])
def test_added_rows_hold_all_that_is_known(recut: Any, name: str) -> None:
    results = contest()
    made = recut.SHAPES[name](results, np.random.default_rng(0))
    assert len(made) == (STATIONS // 2 if name == "merged in pairs" else 40)
    assert made.totals == results.totals
    assert "registered" not in made.absent or not made.absent["registered"].any()
    stood = made.stood(5)
    assert 0 < (~stood).sum() == (30 if name == "merged in pairs" else 10)
    if name == "merged in pairs":
        pair = results.votes[0] + results.votes[1]
        assert made.votes[0].tolist() == pair.tolist()
        assert list(made.places) == list(results.places)
    else:
        assert made.stations[0] == "D00"
        assert made.votes[0].tolist() == results.votes[:6].sum(axis=0).tolist()


def test_shapes_change_what_their_names_say_and_no_vote(recut: Any) -> None:
    results, rng = contest(), np.random.default_rng(0)
    made = {name: shape(results, rng) for name, shape in recut.SHAPES.items()}
    assert "registered" not in made["no register"].counts
    assert {"valid", "invalid"}.isdisjoint(made["valid and invalid not told apart"].counts)
    assert made["two largest options"].options == ("A", "B")
    assert made["two largest options"].counts["valid"].sum() == results.totals["valid"]
    together = made["three largest and others"]
    assert together.votes[:, 3].sum() == sum(results.totals[o] for o in "DEF")
    assert "votes" not in together.absent  # some of the others stood everywhere
    blank = made["invalid among the options"]
    assert blank.votes.sum(axis=1).tolist() == results.counts["ballots"].tolist()
    assert made["options in another order"].totals == results.totals
    assert list(made["no areas"].places) == ["station"]
    assert 90 < len(made["half of the stations"]) < 150
    assert made["a tenth of the stations"] is None
    for name in ("sorted by size", "sorted by the leader's share", "sorted by name", "rows in no order"):
        assert made[name].totals == results.totals
        assert made[name].rows.tolist() == list(range(1, STATIONS + 1))
        assert made[name].votes.tolist() != results.votes.tolist()
    assert made["sorted by name"].stations == tuple(sorted(results.stations))
    shares = made["sorted by the leader's share"]
    assert (np.diff(shares.votes[:, 0] / shares.votes.sum(axis=1)) <= 0).all()


def test_a_table_written_and_read_again_has_the_same_counts(recut: Any) -> None:
    results = contest()
    again = recut.as_file(results, np.random.default_rng(0))
    assert again.totals == results.totals
    assert again.contest.country == "Nowhere"
    assert (~again.stood(5)).sum() == 60


def test_two_contests_in_one_table_are_one_below_the_other(recut: Any) -> None:
    first = contest()
    second = replace(contest(1), options=tuple("ABCDEG"))
    second = recut.SHAPES["no register"](second, np.random.default_rng(0))
    made = recut.stacked(first, second)
    assert made.options == tuple("ABCDEFG")
    assert made.totals["A"] == first.totals["A"] + second.totals["A"]
    assert not made.stood(6)[:STATIONS].any()
    assert made.absent["registered"][STATIONS:].all()
    assert (made.absent["registered"][:STATIONS] == first.absent["registered"]).all()


LINES = [
    {"key": "a", "cut": "each region", "part": "R1", "leader": "", "grade": "nothing_detected", "stations": 50,
     "log10_p": -0.2, "shape": "", "methods": {"integer_percentages": -1.4}},
    {"key": "b", "cut": "each region", "part": "R2", "leader": "", "grade": "unusual", "stations": 60, "log10_p": -3.4,
     "shape": "", "methods": {"integer_percentages": -4.2}, "loud": {"integer_percentages": {"log10_p": -4.2, "summary": "Yes | so."}}},
    {"key": "c", "cut": "no register, each region", "part": "R1", "leader": "", "grade": "does_not_apply", "shape": ""},
    {"key": "d", "cut": "written and read again, each region", "part": "R1", "leader": "", "grade": "mapping_needed", "shape": ""},
]  # fmt: skip


def test_counts_alarms_and_what_could_not_be_assessed(
    pages: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "canonical"
    folder.mkdir()
    for name, label in {"spain_1": "clean", "russia_1": "disputed"}.items():
        about = {"country": name.split("_")[0].title(), "label": label, "date": "2000-01-01"}
        (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")
    monkeypatch.setenv("RECANVASS_DATA", str(tmp_path))
    run = tmp_path / "run"
    run.mkdir()
    for name in ("spain_1", "russia_1"):
        (run / f"{name}.jsonl").write_text(
            "".join(json.dumps(line) + "\n" for line in [*LINES, LINES[1]]) + '{"key": "torn', encoding="utf-8"
        )
    try:
        table = pages.counted(run)
    finally:
        for name in ("taken_apart", "recut"):
            sys.modules.pop(name, None)
    rows = {row["cut"]: row for row in table if row["kind"] == "count"}
    values = {"0.05": 2, "0.01": 1, "0.001": 1}
    assert [row for row in table if row["kind"] == "method"] == [
        {"kind": "method", "method": "integer_percentages", "asked": 2, "below": values}
    ]
    assert rows["each region"]["pieces"] == 2
    assert rows["each region"]["alarms"] == 1
    assert rows["each region"]["half"] == "development"
    assert rows["no register, each region"]["pieces"] == 0
    assert rows["written and read again, each region"]["not_assessed"] == 1
    assert [row["part"] for row in table if row["kind"] == "alarm"] == ["R2"]
    assert [row for row in table if row["kind"] == "where"] == [
        {"kind": "where", "contest": "russia_1", "regions": 2, "raised": ["R2"]}
    ]
    text = pages.page(table)
    assert "Yes / so." in text
    assert "| russia_1 | 2 | 1 | R2 |" in text
    assert f"{100 * calibration.upper_bound(1, 2):.2f} %" in text


def test_the_page_is_that_of_the_table(pages: Any) -> None:
    table = [json.loads(line) for line in pages.TABLE.read_text(encoding="utf-8").splitlines()]
    assert pages.PAGE.read_text(encoding="utf-8") == pages.page(table)
    assert sum(row["alarms"] for row in table if row["kind"] == "count") == sum(row["kind"] == "alarm" for row in table)
