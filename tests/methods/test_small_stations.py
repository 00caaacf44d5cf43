"""Small stations: values by hand, the exact permutation law, planted pressure, real contests."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from recanvass import wording
from recanvass.case import Case
from recanvass.method import method
from recanvass.methods.small_stations import difference, standardised
from recanvass.results import Labels, Results
from tests.conftest import canonical


def invented(seed: int = 0, pressure: float = 0.0, stations: int = 480) -> Results:
    rng = np.random.default_rng(seed)
    registered = rng.integers(150, 2500, stations)
    region = np.arange(stations) % 16
    small = registered < 500
    turnout = 0.4 + 0.02 * region + rng.normal(0, 0.05, stations) + pressure * small
    ballots = rng.binomial(registered, np.clip(turnout, 0.05, 0.95))
    leader = rng.binomial(
        ballots, np.clip(0.3 + 0.02 * region + rng.normal(0, 0.05, stations) + pressure * small, 0.05, 0.95)
    )
    other = (ballots - leader) // 2
    votes = np.stack([leader, ballots - leader - other, other], axis=1)
    places = {"region": Labels.of([f"R{g:02d}" for g in region])}
    return Results(
        ("A", "B", "C"), votes, {"registered": registered, "ballots": ballots, "valid": ballots}, places=places
    )


def test_four_stations_by_hand() -> None:
    """Values 1, 2, 3, 4: mean 2.5, deviation sqrt(5/4); the two lowest are small: -2 / sqrt(5/4) apart.

    Of the six ways to choose two, their sums of standardised values have variance 2*2/3, so the
    difference has variance 4/3 and the score is -2 / sqrt(5/4) / sqrt(4/3).
    """
    z = (np.arange(1.0, 5.0) - 2.5) / np.sqrt(1.25)
    found = difference(z, -z, np.arange(1, 5), np.zeros(4, np.int64), 0.5)
    assert found.turnout == pytest.approx(-1.788854382, abs=1e-9)
    assert found.turnout_score == pytest.approx(-1.549193338, abs=1e-9)
    assert found.share == pytest.approx(1.788854382, abs=1e-9)
    assert (found.small, found.stations) == (2, 4)


def test_the_permutation_variance_is_exact() -> None:
    """Every way to label two areas, counted."""
    rng = np.random.default_rng(4)
    codes = np.array([0] * 5 + [1] * 6)
    z = rng.normal(size=11)
    for k in (0, 1):
        z[codes == k] = (z[codes == k] - z[codes == k].mean()) / z[codes == k].std()
    found = difference(z, z, np.concatenate([np.arange(5), np.arange(6)]), codes, 0.4)
    assert found.small == 2 + 3
    every = [
        z[list(a)].sum() + z[[5 + j for j in b]].sum()
        for a in itertools.combinations(range(5), 2)
        for b in itertools.combinations(range(6), 3)
    ]
    scale = 1 / 5 + 1 / 6
    np.testing.assert_allclose(found.turnout, (z[:2].sum() + z[5:8].sum()) * scale, rtol=1e-10)
    np.testing.assert_allclose(found.turnout / found.turnout_score, np.std(every) * scale, rtol=1e-10)


def test_the_scale_of_each_area_equals_a_loop() -> None:
    results = invented()
    turnout, share, size, codes = standardised(results, 0, 100)
    region = results.places["region"].codes
    t = results.counts["ballots"] / results.counts["registered"]
    small, rest = [], []
    for k in range(16):
        rows = [i for i in range(len(results)) if region[i] == k]
        z = (t[rows] - np.mean(t[rows])) / np.std(t[rows])
        cut = sorted(results.counts["registered"][rows])[int(np.ceil(0.25 * len(rows))) - 1]
        for i, value in zip(rows, z, strict=True):
            (small if results.counts["registered"][i] <= cut else rest).append(value)
    found = difference(turnout, share, size, codes, 0.25)
    assert found.turnout == pytest.approx(np.mean(small) - np.mean(rest), abs=1e-10)
    assert found.small == len(small)


def test_pressure_at_small_stations_shows_and_a_placebo_goes_down() -> None:
    clean = method("small_stations", option="A").run(Case.of(invented())).answer
    pressed = method("small_stations", option="A").run(Case.of(invented(pressure=0.08))).answer
    assert abs(clean.facts["both"]) < 0.3
    assert pressed.facts["both"] > 0.5
    assert pressed.facts["share_score"] > 5
    assert pressed.estimates[0].low < pressed.facts["turnout"] < pressed.estimates[0].high
    assert all(row["share_above"] < 0 for row in pressed.tables["placebo"])


def test_labels_exchanged_inside_areas_give_standard_scores() -> None:
    case = Case.of(invented(pressure=0.08))
    asked = method("small_stations", option="A")
    scores = []
    for draw in range(60):
        facts = asked.run(asked.null(case, np.random.default_rng(draw))).answer.facts
        scores.append(facts["share_score"])
    assert abs(np.mean(scores)) < 0.6
    assert 0.6 < np.std(scores) < 1.5


@pytest.mark.parametrize("contest", ["uganda_2011", "canada_2011"])
def test_real_contests_answer(data: Path, contest: str) -> None:
    """Abstract of the paper: an anomaly in Uganda 2011, none in Canada 2011."""
    facts = method("small_stations").run(Case.of(canonical(data, contest))).answer.facts
    assert (facts["both"] > 0.1) == (contest == "uganda_2011")


def test_states_with_a_reason_and_sentences() -> None:
    results = invented()
    assert method("small_stations", option="Z").run(Case.of(results)).code == "no_option"
    alike = results.with_counts(registered=np.full(480, 3000))
    assert method("small_stations").run(Case.of(alike)).code == "areas"
    facts = method("small_stations").run(Case.of(results)).answer.facts
    for language in wording.LANGUAGES:
        for outcome in ("said", "ranked"):
            assert wording.summary(
                "small_stations", outcome, {**facts, "below": 3, "contests": 11, "largest": 0.4}, language
            )
