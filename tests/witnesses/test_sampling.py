"""Random samples, refused convenience samples, randomised observers, plans."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass import planning
from recanvass.case import Announced, Case
from recanvass.errors import UsageError
from recanvass.finding import Finding, Skipped
from recanvass.kernels.randomisation import assignments, difference, drawn_differences, every_difference
from recanvass.kernels.station_sampling import combined_ratio, missing_bounds
from recanvass.method import method
from recanvass.observation import Observers, Sampling
from recanvass.results import Contest, Labels, Results
from tests.witnesses.tables import null_log10_p


def slow_ratio(votes: list[float], base: list[float], stratum: list[int], frame: list[int]) -> tuple[float, float]:
    """Cochran 1977, 6.11, in plain loops."""

    def members(h: int) -> list[int]:
        return [i for i in range(len(votes)) if stratum[i] == h]

    top = sum(frame[h] * math.fsum(votes[i] for i in members(h)) / len(members(h)) for h in range(len(frame)))
    bottom = sum(frame[h] * math.fsum(base[i] for i in members(h)) / len(members(h)) for h in range(len(frame)))
    share, variance = top / bottom, 0.0
    for h in range(len(frame)):
        d = [votes[i] - share * base[i] for i in members(h)]
        mean = math.fsum(d) / len(d)
        variance += (
            frame[h] ** 2 * (1 - len(d) / frame[h]) / len(d) * math.fsum((x - mean) ** 2 for x in d) / (len(d) - 1)
        )
    return share, math.sqrt(variance) / bottom


def test_ratio_equals_the_slow_one() -> None:
    rng = np.random.default_rng(3)
    base = rng.integers(100, 900, 40).astype(float)
    votes = rng.binomial(base.astype(int), 0.4).astype(float)
    stratum = np.repeat([0, 1, 2], [10, 25, 5])
    frame = [200, 300, 12]
    share, error, _ = combined_ratio(votes, base, stratum, frame)
    assert (share, error) == pytest.approx(slow_ratio(list(votes), list(base), list(stratum), frame), rel=1e-10)


def test_a_census_has_no_error() -> None:
    base = np.array([100.0, 200.0])
    share, error, _ = combined_ratio(np.array([40.0, 60.0]), base, np.array([0, 0]), [2])
    assert (share, error) == (pytest.approx(1 / 3), 0.0)


def test_silent_stations() -> None:
    low, high = missing_bounds(np.array([50.0, 30.0]), np.array([100.0, 100.0]), np.array([0, 0]), [10], [4])
    assert (low, high) == (pytest.approx(80 / 400), pytest.approx(280 / 400))


def country(seed: int = 4, stations: int = 600) -> Results:
    rng = np.random.default_rng(seed)
    size = rng.integers(200, 1500, stations)
    region = np.arange(stations) % 3
    share = 1 / (1 + np.exp(-(rng.normal(0, 0.4, stations) + region - 1)))
    votes = rng.binomial(size, share)
    places = {
        "region": Labels.of([f"R{r}" for r in region]),
        "station": Labels.of([f"1-{i:04d}" for i in range(stations)]),
    }
    return Results(("A", "B"), np.stack([votes, size - votes], axis=1).astype(np.int64), places=places)


def test_intervals_cover() -> None:
    """Stratified samples of 60 stations: the 95 % interval holds the true share in 95 % of them."""
    whole, rng = country(), np.random.default_rng(1)
    truth = whole.totals["A"] / sum(whole.totals.values())
    rows = [r for _, r in whole.areas("region")]
    covered = 0
    for _ in range(400):
        picked = np.concatenate([rng.choice(r, 20, replace=False) for r in rows])
        case = Case(
            Contest(),
            copies=whole.take(picked),
            sampling=Sampling("random", "region", dict.fromkeys(("R0", "R1", "R2"), 200)),
        )
        finding = method("random_sample").run(case)
        assert isinstance(finding, Finding)
        low, high = finding.estimates[0].low, finding.estimates[0].high
        assert low is not None
        assert high is not None
        covered += low <= truth <= high
    assert 0.915 <= covered / 400 <= 0.98


def test_a_convenience_sample_is_refused_in_words() -> None:
    whole = country()
    announced = (Announced("valid", sum(whole.totals.values())), Announced("A", whole.totals["A"]))
    finding = method("random_sample").run(Case(Contest(), announced=announced, copies=whole.take(np.arange(100))))
    assert isinstance(finding, Finding)
    assert finding.status == "description"
    assert "No result is estimated" in finding.summary
    assert {e.kind for e in finding.estimates} == {"lower bound", "upper bound"}
    truth = whole.totals["A"] / sum(whole.totals.values())
    bounds = {e.kind: e.value for e in finding.estimates if "A" in e.quantity}
    assert bounds["lower bound"] <= truth <= bounds["upper bound"]
    refused = method("random_sample").run(Case(Contest(), copies=whole.take(np.arange(100))))
    assert isinstance(refused, Skipped)
    assert "not drawn by lot" in refused.reason


def test_an_announced_share_outside_the_sample() -> None:
    whole = country()
    sampled = whole.take(np.random.default_rng(2).permutation(600)[:150])
    total = sum(whole.totals.values())
    for points, status in ((0.0, "none"), (0.15, "departure")):
        announced = (Announced("valid", total), Announced("A", round(whole.totals["A"] + points * total)))
        case = Case(Contest(), announced=announced, copies=sampled, sampling=Sampling("random", frame={"": 600}))
        finding = method("random_sample").run(case)
        assert isinstance(finding, Finding)
        assert finding.status == status


def test_silence_takes_the_departure_away() -> None:
    whole = country()
    total = sum(whole.totals.values())
    announced = (Announced("valid", total), Announced("A", round(whole.totals["A"] + 0.15 * total)))
    sampling = Sampling("random", frame={"": 600}, drawn={"": 300})
    case = Case(Contest(), announced=announced, copies=whole.take(np.arange(150)), sampling=sampling)
    finding = method("random_sample").run(case)
    assert isinstance(finding, Finding)
    assert finding.status == "none"
    assert "silent" in finding.answer.caveats


@pytest.mark.parametrize(("stations", "said"), [(60, True), (100, True), (150, False)])
def test_a_margin_of_few_stations_is_said_to_be_too_narrow(stations: int, said: bool) -> None:
    case = Case(Contest(), copies=country().take(np.arange(stations)), sampling=Sampling("random", frame={"": 600}))
    finding = method("random_sample").run(case)
    assert isinstance(finding, Finding)
    assert ("small" in finding.answer.caveats) == said


def strongholds(rng: np.random.Generator, drawn: int) -> Case:
    """An option that lives in one station of twenty, its true share announced, stations drawn by lot."""
    size = rng.integers(200, 1500, 2000)
    votes = rng.binomial(size, 1 / (1 + np.exp(2 - 5 * (rng.random(2000) < 0.05))))
    places = {"station": Labels.of([f"{i:04d}" for i in range(2000)])}
    whole = Results(("A", "B"), np.stack([votes, size - votes], axis=1), {"valid": size}, places=places)
    told = (
        Announced("A", int(votes.sum())),
        Announced("B", int((size - votes).sum())),
        Announced("valid", int(size.sum())),
    )
    picked = rng.choice(2000, drawn, replace=False)
    return Case(Contest(), announced=told, copies=whole.take(picked), sampling=Sampling("random", frame={"": 2000}))


def test_an_honest_share_of_strongholds_is_no_departure() -> None:
    """Student's law calls these outside far too often; what is reported does not."""
    asked, by_student, reported = method("random_sample"), 0, 0
    for seed in range(300):
        finding = asked.run(strongholds(np.random.default_rng([3, seed]), 60))
        assert isinstance(finding, Finding)
        by_student += finding.answer.outcome in ("margin", "outside")
        reported += finding.evidence.log10_p <= -2
        assert finding.status == ("departure" if finding.evidence.log10_p <= math.log10(0.05) else "none")
    assert by_student > 20
    assert reported <= 3


@pytest.mark.parametrize("frame", [{"R0": 200, "R1": 200, "R2": 200}, {"R0": 200, "R1": 300}, {}])
def test_the_null_is_a_lot_from_a_contest_with_the_announced_shares(frame: dict[str, int]) -> None:
    whole, asked = country(), method("random_sample")
    picked = np.concatenate([np.random.default_rng(8).choice(r, 20, replace=False) for _, r in whole.areas("region")])
    valid = whole.votes.sum(axis=1)
    copies = whole.with_counts(whole.votes, valid=valid).take(picked)
    told = (Announced("A", percent="61.00", base="valid"), Announced("valid", int(valid.sum())))
    case = Case(Contest(), announced=told, copies=copies, sampling=Sampling("random", "region", frame))
    shares, low = [], []
    for draw in range(300):
        made = asked.null(case, np.random.default_rng([6, draw]))
        assert (made.copies.votes.sum(axis=1) == made.copies.counts["valid"]).all()
        assert made.copies.stations == copies.stations
        finding = asked.run(made)
        shares.append(finding.estimates[0].value - finding.answer.facts["announced"])
        low.append(finding.evidence.log10_p)
    assert abs(float(np.mean(shares))) < 4 * float(np.std(shares)) / math.sqrt(300) + 1e-4
    assert pytest.approx(finding.answer.facts["announced"], abs=0.002) == 0.61
    assert np.mean(np.array(low) <= math.log10(0.05)) <= 0.08
    again = asked.null(case, np.random.default_rng([6, 299]))
    np.testing.assert_array_equal(again.copies.votes, made.copies.votes)


def test_the_bound_holds_for_every_sample_of_a_small_contest() -> None:
    """Every pair of eight stations in two strata: the mean of 1 / p is at most one."""
    from recanvass.kernels.lot_bound import log10_chance

    rng = np.random.default_rng(4)
    base = np.array([100.0] * 8)
    votes = np.concatenate([[90.0, 5, 5, 5], rng.integers(0, 100, 4)])
    share, worth = float(votes.sum() / base.sum()), []
    for one in itertools.combinations(range(4), 2):
        for two in itertools.combinations(range(4, 8), 2):
            rows = np.array([*one, *two])
            stratum = np.array([0, 0, 1, 1])
            worth.append(10 ** -log10_chance(votes[rows], base[rows], stratum, [4, 4], [2, 2], share))
    assert min(worth) >= 1
    assert all(np.mean(np.array(worth) >= 1 / level) <= level for level in (0.5, 0.2, 0.1, 0.05))


# -- observers ------------------------------------------------------------------------------------


def test_lady_tasting_tea() -> None:
    """Fisher 1935: eight cups, four of them guessed right: 1 in 70."""
    outcome = np.array([1.0] * 4 + [0.0] * 4)
    watched = np.array([True] * 4 + [False] * 4)
    strata = [np.arange(8)]
    assert assignments(watched, strata) == 70
    lots = every_difference(outcome, watched, strata)
    assert (lots >= difference(outcome, watched, strata) - 1e-12).mean() == pytest.approx(1 / 70, rel=1e-12)


def test_every_lot_equals_the_slow_list() -> None:
    rng = np.random.default_rng(5)
    outcome, strata = rng.random(9), [np.array([0, 1, 2, 3]), np.array([4, 5, 6, 7, 8])]
    watched = np.isin(np.arange(9), [0, 5, 7])
    slow = []
    for one in itertools.combinations([0, 1, 2, 3], 1):
        for two in itertools.combinations([4, 5, 6, 7, 8], 2):
            parts = []
            for rows, chosen in (([0, 1, 2, 3], one), ([4, 5, 6, 7, 8], two)):
                on = [outcome[i] for i in chosen]
                off = [outcome[i] for i in rows if i not in chosen]
                parts.append((len(on), sum(on) / len(on) - sum(off) / len(off)))
            slow.append(sum(m * d for m, d in parts) / 3)
    np.testing.assert_allclose(
        np.sort(every_difference(outcome, watched, strata)), np.sort(slow), rtol=1e-10, atol=1e-12
    )
    drawn = drawn_differences(outcome[None, :], watched, strata, 4000, rng)[0]
    assert abs(drawn.std() - np.std(slow)) < 0.02
    assert set(np.round(drawn, 9)) <= set(np.round(slow, 9))


def observed(effect: float, seed: int = 7) -> Case:
    rng = np.random.default_rng(seed)
    size = rng.integers(500, 1500, 300)
    share = np.clip(rng.normal(0.6, 0.08, 300), 0.05, 0.95)
    picked = rng.permutation(300)[:60]
    share[picked] += effect
    votes = rng.binomial(size, share)
    names = [f"1-{i:04d}" for i in range(300)]
    results = Results(
        ("A", "B"), np.stack([votes, size - votes], axis=1).astype(np.int64), places={"station": Labels.of(names)}
    )
    return Case(Contest(), results, observers=Observers("random", tuple(names[i] for i in picked)))


def test_an_effect_is_seen_and_covered() -> None:
    finding = method("randomised_observers", draws=1999).run(observed(-0.11))
    assert isinstance(finding, Finding)
    assert finding.answer.outcome == "lower"
    (estimate,) = finding.estimates
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < -0.11 < estimate.high < 0


def test_other_options_are_asked_under_the_same_lots() -> None:
    """What A loses B and C gain; and each option has the figures that it has when it is the one asked about."""
    case = observed(-0.11)
    assert case.results is not None
    votes = case.results.votes
    third = votes[:, 1] // 3
    split = np.stack([votes[:, 0], votes[:, 1] - third, third], axis=1)
    results = replace(case.results, options=("A", "B", "C"), votes=split)
    finding = method("randomised_observers", option="A", draws=999).run(replace(case, results=results))
    assert isinstance(finding, Finding)
    rows = {row["option"]: row for row in finding.answer.tables["placebo"]}
    assert set(rows) == {"B", "C"}
    assert rows["B"]["difference"] + rows["C"]["difference"] == pytest.approx(
        finding.answer.facts["difference"], abs=0.02
    )
    alone = method("randomised_observers", option="B", draws=999).run(replace(case, results=results))
    assert isinstance(alone, Finding)
    assert rows["B"]["difference"] == pytest.approx(alone.answer.facts["difference"], abs=0.006)
    assert rows["B"]["log10_p"] == pytest.approx(alone.answer.facts["log10_p"], abs=0.0006)


def test_observers_size() -> None:
    log10_p = null_log10_p(method("randomised_observers", draws=199), observed(0.0), 150)
    for level in (0.05, 0.2):
        assert (log10_p <= np.log10(level) + 1e-12).mean() <= level + 3 * np.sqrt(level * (1 - level) / 150)
    assert (log10_p <= np.log10(0.2)).any()


def test_observers_who_chose_their_stations() -> None:
    case = observed(0.0)
    assert case.observers is not None
    outcome = method("randomised_observers").run(replace(case, observers=replace(case.observers, design="convenience")))
    assert isinstance(outcome, Skipped)
    assert outcome.code == "not_random"


# -- plans ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stations", "margin"), [(816, 0.0343), (324, 0.0544)])
def test_margins_of_the_handbook(stations: int, margin: float) -> None:
    """Estok, Nevitte and Cowan 2002: worst heterogeneity, no finite-population correction."""
    assert planning.margin_of(stations, 10**9, 0.5) == pytest.approx(margin, abs=5e-5)


@given(st.floats(0.005, 0.2), st.integers(20, 100_000), st.floats(0.02, 0.5))
def test_stations_needed_are_the_fewest(margin: float, frame: int, spread: float) -> None:
    needed = planning.stations_needed(margin, frame, spread)
    assert planning.margin_of(needed, frame, spread) <= margin * (1 + 1e-6)
    if needed > 1:
        assert planning.margin_of(needed - 1, frame, spread) > margin * (1 - 1e-6)


@settings(max_examples=50)
@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 500), min_size=1, max_size=8),
    st.integers(1, 300),
)
def test_allocation(strata: dict[str, int], stations: int) -> None:
    if sum(strata.values()) == 0:
        with pytest.raises(UsageError):
            planning.allocation(strata, stations)
        return
    given_out = planning.allocation(strata, stations)
    assert all(0 <= given_out[s] <= n for s, n in strata.items())
    assert all(given_out[s] >= min(2, n) for s, n in strata.items())
    assert sum(given_out.values()) >= min(stations, sum(strata.values()))


def test_chance_of_seeing() -> None:
    assert planning.chance_of_seeing(2, 5, 2) == pytest.approx(1 - 3 / 10)  # 3 of 10 pairs miss both
    assert planning.chance_of_seeing(0, 5, 2) == 0.0
    assert planning.chance_of_seeing(4, 5, 2) == 1.0
    extent = planning.sure_extent(100, 5000)
    assert extent is not None
    assert planning.chance_of_seeing(100, 5000, extent) >= 0.95 > planning.chance_of_seeing(100, 5000, extent - 1)


def test_design_effect_is_measured() -> None:
    """Votes drawn one by one give 1; stations that differ by .1 give what their spread says."""
    rng = np.random.default_rng(8)
    plain = rng.binomial(800, 0.4, 3000)
    alike = Results(("A", "B"), np.stack([plain, 800 - plain], axis=1).astype(np.int64))
    assert planning.measured(alike, "A").design_effect == pytest.approx(1.0, abs=0.08)
    uneven = rng.binomial(800, np.clip(rng.normal(0.4, 0.1, 3000), 0, 1))
    spread = planning.measured(Results(("A", "B"), np.stack([uneven, 800 - uneven], axis=1).astype(np.int64)), "A")
    assert spread.spread == pytest.approx(math.hypot(0.1, math.sqrt(0.24 / 800)), rel=0.05)
    assumed = planning.assumed(spread.design_effect, 800, spread.share)
    assert assumed.spread == pytest.approx(spread.spread, rel=1e-9)


def test_a_plan() -> None:
    made = planning.plan(
        {"North": 3000, "South": 2000, "Islands": 3}, planning.assumed(9, 700), margin=0.02, silent=0.1
    )
    assert made.margin <= 0.02
    assert made.allocation["Islands"] == 2
    assert made.stations == sum(made.allocation.values())
    assert made.spare == math.ceil(made.stations / 0.9) - made.stations
    assert made.smallest_effect is not None
    assert made.to_dict()["frame"] == 5003


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": 0.02, "stations": 5},
        {},
        {"margin": 2.0},
        {"stations": 0},
        {"stations": 11},
        {"margin": 0.02, "silent": 1.0},
    ],
)
def test_impossible_plans(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        planning.plan(10, planning.assumed(9, 700), **wrong)  # type: ignore[arg-type]
