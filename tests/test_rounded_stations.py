"""Chances and numbers of rounded stations: against sums over a fine grid, calibration, coverage."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass import rounded_stations
from recanvass.methods.integer_percentages import IntegerPercentages
from tests.methods.test_integer_percentages import contest, finding, rounded


def test_chances_against_a_plain_sum() -> None:
    kind = np.array([0, 1, 2, 0, 1, 2, 1])
    near = np.random.default_rng(1).uniform(0.02, 0.3, (7, 2))
    top, bottom = np.zeros(7), 0.0
    for part in (np.arange(200) + 0.5) / 200:
        for fives in (np.arange(200) + 0.5) / 200:
            chosen = part * np.array([0, 1 - fives, fives])[kind] / np.where(kind == 2, near[:, 1], near[:, 0])
            each = 1 - part + chosen
            likelihood = each.prod()
            bottom += likelihood
            top += likelihood * chosen / each
    assert rounded_stations.chances(kind, near) == pytest.approx(top / bottom, abs=0.02)


def test_nobody_and_nothing() -> None:
    assert rounded_stations.chances(np.zeros(4, np.int64), np.full((4, 2), 0.1)).tolist() == [0.0] * 4
    assert rounded_stations.chances(np.zeros(0, np.int64), np.zeros((0, 2))).tolist() == []


def test_chances_are_calibrated_and_better_than_a_constant() -> None:
    # 60 areas of 40 stations of which a part drawn at random was rounded: among all stations, and among
    # those above and below one half, the mean chance is the part that was rounded.
    said, true = [], []
    for trial in range(60):
        rng = np.random.default_rng([77, trial])
        results = contest(40, seed=900 + trial, districts=1)
        chosen = rng.random(40) < rng.random()
        look = IntegerPercentages().looks(rounded(results, np.flatnonzero(chosen)))[0]
        said.append(rounded_stations.chances(look.kind, look.near))
        true.append(chosen[look.rows])
    chance, truth = np.concatenate(said), np.concatenate(true)
    for low, high in ((0.0, 1.0), (0.0, 0.5), (0.5, 0.9), (0.9, 1.0)):
        mine = (chance >= low) & (chance <= high)
        spread = np.sqrt((chance[mine] * (1 - chance[mine])).sum())
        # Stations of an area share its part: twice the independent error, three times over.
        assert abs(chance[mine].sum() - truth[mine].sum()) <= 6 * spread
    brier, constant = ((chance - truth) ** 2).mean(), truth.mean() * (1 - truth.mean())
    assert brier < 0.5 * constant


def test_the_interval_covers_the_number_planted() -> None:
    # Nominal 95 %: of 60 contests at least 52.
    covered = 0
    for trial in range(60):
        results = contest(400, seed=1200 + trial)
        planted = 10 * (trial % 6)
        rows = np.random.default_rng(trial).choice(400, planted, replace=False)
        look = IntegerPercentages().looks(rounded(results, rows))[0]
        value, low, high = rounded_stations.number(look.kind, look.near)
        assert 0 <= low <= value <= high <= 400
        covered += low <= planted <= high
    assert covered >= 52


def test_a_listed_area_shows_its_likely_stations() -> None:
    results = contest(900, seed=5)
    codes = results.areas("district").codes
    planted = rounded(results, np.flatnonzero(codes == 4))
    found = finding(planted, placebo=False)
    table = found.answer.tables["stations"]
    assert table
    number = found.answer.tables["rounded"][0]
    assert number["area"] == results.areas("district").names[4]
    assert number["low"] <= (codes == 4).sum() <= number["high"] + (codes == 4).sum() - number["stations"] + 1
    names = dict(zip(planted.stations, codes.tolist(), strict=True))
    district = [line for line in table if line["area"] == results.areas("district").names[4]]
    assert len(district) == 30
    assert all(names[line["station"]] == 4 for line in district)
    for line in table:
        assert 0.5 < line["chance"] <= 1
        assert line["percentage"] == pytest.approx(100 * line["part"] / line["whole"])
        assert abs(line["part"] - round(line["percentage"]) * line["whole"] / 100) <= 0.5
