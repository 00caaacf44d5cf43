"""Sibling units: a second implementation, clean contests, planted ballots."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import nbinom, norm

from recanvass import siblings
from recanvass.case import Case
from recanvass.methods.sibling_units import FLOOR
from recanvass.results import Results
from recanvass.sibling_worlds import SIMULATED, dealt, divided_contest
from tests.methods.divided_places import asked, planted, second_share, with_a_decoy


def by_hand(results: Results, option: int) -> dict[str, tuple[float, float, float]]:
    """Deviations before scaling, by loops over places and units."""

    def root(k1: float, n1: float, k2: float, n2: float) -> float:
        p = (k1 + k2) / (n1 + n2)
        total = 0.0
        for k, n in ((k1, n1), (k2, n2)):
            total += (k * math.log(k / (n * p)) if k else 0) + (
                (n - k) * math.log((n - k) / n / (1 - p)) if n > k else 0
            )
        return math.copysign(math.sqrt(max(2 * total, 0)), k1 / n1 - k2 / n2)

    of_place: dict[str, list[int]] = {}
    for i, name in enumerate(results.stations):
        place, dash, unit = name.rpartition("-")
        if dash and unit in "ABCDEFGH":
            of_place.setdefault(place, []).append(i)
    found = {}
    for rows in of_place.values():
        v = {i: int(results.counts["registered"][i]) for i in rows}
        g = {i: int(results.counts["ballots"][i]) for i in rows}
        lead = {i: int(results.votes[i, option]) for i in rows}
        rows = [i for i in rows if v[i] >= 200 and 50 <= g[i] <= v[i]]
        if len(rows) < 2 or min(v[i] for i in rows) < 0.8 * max(v[i] for i in rows):
            continue
        whole = [sum(x[i] for i in rows) for x in (v, g, lead)]
        if not (0.03 < whole[1] / whole[0] < 0.97 and 0.03 < whole[2] / whole[1] < 0.97):
            continue
        for i in rows:
            vr, gr, lr = whole[0] - v[i], whole[1] - g[i], whole[2] - lead[i]
            turnout, share = root(g[i], v[i], gr, vr), root(lead[i], g[i], lr, gr)
            found[results.stations[i]] = turnout, share, root(g[i] - lead[i], v[i], gr - lr, vr)
    return found


@pytest.mark.parametrize("option", [0, 1])
def test_the_deviations_equal_loops_over_places(option: int) -> None:
    world, _ = planted(3, 900)
    results = world.results
    found = siblings.units(results, SIMULATED.codes(results), 200, 50, 0.8)
    one = siblings.deviations(results, found, option, capped=False)
    slow = by_hand(results, option)
    names = [results.stations[i] for i in found.rows[one.use]]
    assert sorted(names) == sorted(slow)
    fast = np.stack([one.turnout, one.share, one.others], axis=1) * np.sqrt(one.scales)
    squares = [[z * abs(z) for z in slow[n]] for n in names]  # the roots of rounding errors are no figures
    np.testing.assert_allclose(fast * np.abs(fast), squares, rtol=1e-10, atol=1e-9)


def test_the_contests_p_value_by_hand() -> None:
    _, finding = planted(2, extent=0.05, dose=0.1)
    facts, options = finding.answer.facts, finding.answer.tables["options"]
    parts = []
    for column, rate in (("beyond_3_5", 2e-4), ("beyond_2_25", 1.5e-3)):
        lead, placebo = options[0][column], max(row[column] for row in options[1:])
        mean, size = max(placebo, rate * facts["stations"]) + 0.5, min(4, 1 + placebo)
        parts.append(float(nbinom.sf(lead - 1, size, size / (size + mean))))
    assert 10 ** facts["parts"]["tail_3.5"] == pytest.approx(parts[0], rel=1e-9)
    assert 10 ** facts["parts"]["tail_2.25"] == pytest.approx(parts[1], rel=1e-9)
    parts.append(10 ** facts["parts"]["agreement"])
    assert facts["log10_p"] == pytest.approx(max(FLOOR, min(0.0, math.log10(3 * min(parts)))), abs=1e-9)


@pytest.mark.parametrize(
    ("lead", "placebo", "size"), [(44, 34, 112_803), (29, 20, 14_435), (12, 0, 1_700), (3, 5, 9_000)]
)
def test_the_tail_counts_what_placebos_have(lead: int, placebo: int, size: int) -> None:
    mean, shape = max(placebo, 2e-4 * size) + 0.5, min(4, 1 + placebo)
    slow = float(nbinom.sf(lead - 1, shape, shape / (shape + mean)))
    assert 10 ** siblings.tail(lead, placebo, size, 2e-4) == pytest.approx(slow, rel=1e-10)


def test_errors_that_befall_every_option_are_no_departure() -> None:
    placebos = 0
    for _, finding in with_a_decoy(4, extent=0.0, errors=0.08):
        placebos += finding.answer.facts["placebo"]
        assert finding.evidence.log10_p > -2
    assert placebos > 20


def test_only_ballots_for_one_option_make_a_candidate() -> None:
    """Turnout in proportion, a swing, and turnout with others leaving: none of them; added ballots are."""
    results, rule = divided_contest(np.random.default_rng(12), 200)
    units = siblings.units(results, rule.codes(results), 200, 50, 0.8)

    def least(votes: tuple[int, int, int, int]) -> float:
        changed, ballots = results.votes.copy(), results.counts["ballots"].copy()
        changed[0] += np.array(votes)
        changed[0], ballots[0] = np.maximum(changed[0], 0), ballots[0] + sum(votes)
        assert ballots[0] <= results.counts["registered"][0]
        moved = results.with_counts(changed, ballots=ballots)
        found = siblings.units(moved, rule.codes(moved), 200, 50, 0.8)
        one = siblings.deviations(moved, found, 0, capped=True)
        return float(one.least[np.flatnonzero(found.rows[one.use] == 0)[0]])

    home = int(results.counts["registered"][0] - results.counts["ballots"][0])
    many = min(home, 160)
    share = results.votes[0] / results.votes[0].sum()
    assert len(units) == 400
    assert least((many, 0, 0, 0)) > 2.25
    assert least(tuple(int(x) for x in many * share)) < 2.25
    for number in range(20, many, 10):  # a little more turnout, in proportion: the others' votes hardly move
        assert least(tuple(int(x) for x in number * share)) < 1.5
    assert least((int(results.votes[0, 1]) // 2, -(int(results.votes[0, 1]) // 2), 0, 0)) < 2.25
    fled = -int(results.votes[0, 1])
    assert least((many - fled, fled, 0, 0)) == -np.inf


def test_honest_siblings_are_as_scattered_as_asked_and_uncorrelated() -> None:
    rng = np.random.default_rng(5)
    results, _ = divided_contest(rng, 6000)
    found = siblings.units(results, SIMULATED.codes(results), 200, 50, 0.8)
    one = siblings.deviations(results, found, 0, capped=True)
    assert one.scales[0] == pytest.approx(1.5, abs=0.12)
    assert one.scales[1] == pytest.approx(1.5, abs=0.12)
    assert abs(one.correlation) < 0.05


def test_dealt_counts_have_the_rates_and_the_variance() -> None:
    rng = np.random.default_rng(6)
    rates = np.array([0.3, 0.2, 0.5])
    counts = dealt(rng, np.full(20_000, 600), np.tile(rates, (20_000, 1)), 1.5)
    assert (counts.sum(axis=1) == 600).all()
    np.testing.assert_allclose(counts.mean(axis=0) / 600, rates, atol=2e-3)
    np.testing.assert_allclose(counts.var(axis=0) / (600 * rates * (1 - rates)), 1.5, rtol=0.04)


@pytest.mark.parametrize("clean", ["clean_mixture", "strongholds", "special_stations", "certificates", "turnout_slope"])
def test_nothing_planted_nothing_seen(clean: str) -> None:
    for world, finding in with_a_decoy(6, extent=0.0, clean=clean, hamlets=0.1, errors=0.01):
        assert world.planted[0].rows == ()
        assert finding.evidence_class == "B"
        assert finding.evidence.log10_p > -2
        assert finding.stations == ()


def test_a_lopsided_contest_has_no_decoy() -> None:
    """The worlds that the rule passes over are described, without evidence and without a list."""
    passed = 0
    for seed in range(12, 24):
        world, finding = planted(seed, extent=0.08, dose=0.3)
        if second_share(world.results) < 0.08:
            passed += 1
            assert (finding.evidence_class, finding.evidence, finding.stations) == ("C", None, ())
            assert finding.answer.outcome == "no_decoy"
    assert passed > 0


def test_the_list_and_its_bounds() -> None:
    false, listed, held, above = 0, 0, 0, 0
    for world, finding in with_a_decoy(6, extent=0.08, dose=0.3):
        added = (world.results.votes - world.before.votes)[:, world.before.leader]
        truth = dict(zip(world.results.stations, added.tolist(), strict=True))
        rows = finding.answer.tables["units"]
        assert [row["station"] for row in rows] != []
        assert set(finding.stations) == {row["station"] for row in rows}
        for row in rows:
            assert 0 <= row["lower"] <= row["estimate"] <= row["upper"]
            assert 3e-4 <= row["p_unit"] <= 0.03
            false += truth[row["station"]] == 0
            held += row["lower"] <= truth[row["station"]]
            above += row["upper"] >= truth[row["station"]]
        listed += len(rows)
        low, middle, high = finding.estimates
        assert (low.kind, middle.kind, high.kind) == ("lower bound", "estimate", "upper bound")
        assert low.value <= middle.value <= high.value
        assert low.value <= sum(truth[row["station"]] for row in rows)
        assert low.value <= world.truth()["planted"][0]["facts"]["added"]
    assert false / listed < 0.10
    assert held / listed > 0.95
    assert above / listed > 0.90


def test_the_bounds_of_one_unit_by_hand() -> None:
    world, finding = planted(1, extent=0.08, dose=0.3)
    row = finding.answer.tables["units"][0]
    results, facts = world.results, finding.answer.facts
    i = results.stations.index(row["station"])
    place = row["station"].rpartition("-")[0]
    rest = [j for j, n in enumerate(results.stations) if n.rpartition("-")[0] == place and j != i]
    lead = results.leader
    v, g, own = (int(x[i]) for x in (results.counts["registered"], results.counts["ballots"], results.votes[:, lead]))
    vr, gr, lr = (
        int(x[rest].sum()) for x in (results.counts["registered"], results.counts["ballots"], results.votes[:, lead])
    )
    t, s = (gr + 0.5) / (vr + 1), (lr + 0.5) / (gr + 1)
    st, sv = g - v * t, (own - s * g) / (1 - s)
    sd_t = math.sqrt(min(2, facts["scale_turnout"]) * t * (1 - t) * v * (1 + v / vr))
    sd_v = math.sqrt(min(2, facts["scale_share"]) * s * (1 - s) * g * (1 + g / gr)) / (1 - s)
    z = norm.ppf(1 - 0.05 * facts["listed"] / facts["stations"])
    assert row["lower"] == int(max(0, min(st - z * sd_t, sv - z * sd_v)))
    assert row["upper"] == math.ceil(max(st + z * sd_t, sv + z * sd_v))
    assert row["estimate"] == round((st / sd_t**2 + sv / sd_v**2) / (1 / sd_t**2 + 1 / sd_v**2))


def test_what_the_power_sentence_promises_is_seen() -> None:
    """With the number of units that the sentence names, half of the contests are seen, or nearly."""
    world, clean = planted(11, 1700, extent=0.0)
    power = clean.answer.power
    assert power["small_dose"] <= power["large_dose"]
    assert power["small_units"] >= power["large_units"]
    before, rule = world.results, SIMULATED
    able = np.flatnonzero(rule.codes(before) >= 0)
    for dose, count in ((power["small_dose"], power["small_units"]), (power["large_dose"], power["large_units"])):
        seen = 0
        for seed in range(12):
            rng = np.random.default_rng([4, seed])
            rows = rng.choice(able, size=round(1.5 * count), replace=False)
            home = before.counts["registered"][rows] - before.counts["ballots"][rows]
            added = np.minimum(np.rint(dose * before.counts["registered"][rows]).astype(np.int64), home)
            votes, ballots = before.votes.copy(), before.counts["ballots"].copy()
            votes[rows, before.leader] += added
            ballots[rows] += added
            seen += asked(Case.of(before.with_counts(votes, ballots=ballots), division=rule)).evidence.log10_p <= -3
        assert seen >= 8, (dose, count, seen)


def test_a_unit_that_deviated_before_is_a_hamlet() -> None:
    world, finding = planted(4)
    assert finding.evidence.log10_p < -3
    again = asked(Case.of(world.results, **world.known, earlier={"before": world.results}))
    assert again.answer.facts["repeated"] > 0
    assert again.answer.facts["earlier"] == 1
    assert again.evidence.log10_p > -3
    other = asked(Case.of(world.results, **world.known, earlier={"before": world.before}))
    assert other.evidence.log10_p < -3


def test_leftovers_are_no_placebo() -> None:
    results, rule = divided_contest(np.random.default_rng(3), 150)
    named = replace(results, options=("A", "otros (null, write-in, unregistered)", "Null and blank", "D"))
    finding = asked(Case.of(named, division=rule))
    assert [row["option"] for row in finding.answer.tables["options"]] == ["A", "D"]
