"""Sibling units: the tables of methods/18 part A, a second implementation, classes, rules, planted ballots."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import nbinom, norm

from recanvass import scenario, siblings, wording
from recanvass.case import Case
from recanvass.case_folder import load_case
from recanvass.citations import CITATIONS
from recanvass.division import Division, known_division, systems
from recanvass.dossier import render
from recanvass.errors import ReadError, UsageError
from recanvass.examination import examine
from recanvass.finding import Answer, Finding, Skipped
from recanvass.method import method
from recanvass.methods.sibling_units import FLOOR
from recanvass.results import Contest, Labels, Results
from recanvass.sibling_worlds import SIMULATED, dealt, divided_contest
from tests.conftest import canonical
from tests.references.sibling_units import CANDIDATES, PUBLISHED, measured


def real(data: Path, name: str) -> Results:
    """A canonical contest; in Mexico the type of the station stands in its name."""
    import polars as pl

    results = canonical(data, name)
    if not name.startswith("mexico"):
        return results
    frame = pl.read_parquet(data / "canonical" / f"{name}.parquet")
    names = Labels.of((frame["station_id"] + "-" + frame["x_type"]).to_list())
    return replace(results, places={**results.places, "station": names})


def asked(case: Case, **parameters: object) -> Finding:
    outcome = method("sibling_units", **parameters).run(case, seed=1)
    assert isinstance(outcome, Finding), outcome
    return outcome


def planted(seed: int = 1, stations: int = 1700, **parameters: object) -> tuple[scenario.World, Finding]:
    world = scenario.scenario("stuffed_units", **parameters).build(np.random.default_rng([8, seed]), stations)
    return world, asked(world.case())


def second_share(results: Results) -> float:
    """The ballots of the second option, as a part of all."""
    return float(sorted(results.totals[o] for o in results.options)[-2] / results.counts["ballots"].sum())


def with_a_decoy(count: int, **parameters: object) -> Iterator[tuple[scenario.World, Finding]]:
    """Worlds of the first seeds in which the second option had a tenth of the ballots before anything was added.

    Clean contests are often lopsided; where no other option reaches ``decoy_share`` there is nothing to ask.
    """
    found, seed = 0, 0
    while found < count:
        assert seed < 20 * count, "hardly a world has a second option with a tenth of the ballots"
        world = scenario.scenario("stuffed_units", **parameters).build(np.random.default_rng([8, seed]), 1700)
        if second_share(world.before) >= 0.1:
            found += 1
            yield world, asked(world.case())
        seed += 1


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_table_of_the_compendium(data: Path, name: str) -> None:
    """Places exactly, but for two; scales to the printed digit; correlations to .01."""
    printed, results = PUBLISHED[name], real(data, name)
    facts = asked(Case.of(results)).answer.facts
    # Mexico 2006 has five places in section 0, which is no section; Canada 2011 has six more here.
    assert facts["divided"] == printed.places + {"mexico_2006": -5, "canada_2011": 6}.get(name, 0)
    assert facts["scale_turnout"] == pytest.approx(printed.turnout, abs=0.0051)
    assert facts["scale_share"] == pytest.approx(printed.share, abs=0.0051)
    assert facts["correlation"] == pytest.approx(printed.correlation, abs=0.013)
    again = measured(data, name, facts["option"])
    assert again.turnout == pytest.approx(facts["scale_turnout"], abs=1e-3 if name == "mexico_2006" else 1e-9)
    assert again.share == pytest.approx(facts["scale_share"], abs=1e-3 if name == "mexico_2006" else 1e-9)
    assert again.correlation == pytest.approx(facts["correlation"], abs=1e-3 if name == "mexico_2006" else 1e-9)


@pytest.mark.parametrize("name", sorted(CANDIDATES))
def test_the_candidates_of_the_compendium(data: Path, name: str) -> None:
    winner, others, p = CANDIDATES[name]
    finding = asked(Case.of(real(data, name)))
    first, *rest = finding.answer.tables["options"]
    assert first["beyond_3_5"] == winner
    assert tuple(row["beyond_3_5"] for row in rest)[: len(others)] == others
    assert finding.evidence.p_value == pytest.approx(p, abs=0.005)
    assert finding.stations == ()


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_no_option_of_a_real_contest_departs(data: Path, name: str) -> None:
    finding = asked(Case.of(real(data, name)))
    assert finding.evidence_class == ("B" if name.startswith("spain") and "1982" not in name else "C")
    for row in finding.answer.tables["options"]:
        assert row["log10_p"] is None or row["log10_p"] > -1, row
    assert finding.answer.facts["listed"] == 0


def test_albania_has_the_published_places_but_for_numbers_below_a_hundred(data: Path) -> None:
    """Methods/18 prints 951 places, 3.06, 3.09 and -.069; three of them join numbers such as 2 and 21, left apart here."""
    facts = asked(Case.of(real(data, "albania_2013"))).answer.facts
    assert facts["divided"] == 951 - 3
    assert facts["scale_turnout"] == pytest.approx(3.06, abs=0.03)
    assert facts["scale_share"] == pytest.approx(3.09, abs=0.03)
    assert facts["correlation"] == pytest.approx(-0.069, abs=0.013)


def test_uganda_has_no_key_in_the_canonical_table(data: Path) -> None:
    assert method("sibling_units").run(Case.of(real(data, "uganda_2021"))).code == "no_key"


def part_of(results: Results, places: int, rng: np.random.Generator) -> Results:
    """So many divided places of a contest, taken at random."""
    found = siblings.units(results, known_division(results.contest).codes(results), 200, 50, 0.8)
    taken = rng.choice(len(found.starts), size=places, replace=False)
    return results.take(found.rows[np.isin(found.place, taken)])


@pytest.mark.parametrize(("extent", "dose", "low", "high"), [(0.05, 0.2, 8, 8), (0.02, 0.4, 3, 8), (0.01, 0.4, 0, 2)])
def test_the_power_of_the_compendium(data: Path, extent: float, dose: float, low: int, high: int) -> None:
    """Spain 2011, 500 places: 1, .75 and 0 are printed; 8 contests each."""
    results, seen = real(data, "spain_2011_11"), 0
    for seed in range(8):
        rng = np.random.default_rng([seed, 3])
        part = part_of(results, 500, rng)
        registered, ballots = part.counts["registered"], part.counts["ballots"]
        added = np.minimum(np.rint(dose * registered).astype(np.int64), registered - ballots)
        added[rng.random(len(part)) >= extent] = 0
        votes = part.votes.copy()
        votes[:, results.leader] += added
        case = Case.of(part.with_counts(votes, ballots=ballots + added))
        seen += asked(case, option=results.options[results.leader]).evidence.log10_p <= -3
    assert low <= seen <= high


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in sorted(PUBLISHED) if not n.startswith("israel")])
def test_no_part_of_a_real_contest_alarms(data: Path, name: str) -> None:
    results, rng = real(data, name), np.random.default_rng(9)
    options = sorted(results.options, key=lambda o: -results.totals[o])[:3]
    for places in (150, 500, 1200):
        for _ in range(6):
            part = part_of(results, places, rng)
            for option in options:
                outcome = method("sibling_units", option=option).run(Case.of(part))
                if isinstance(outcome, Finding) and outcome.evidence is not None:
                    assert outcome.evidence.log10_p > -2.5, (places, option)
                    assert outcome.stations == ()


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


def test_the_class_hangs_on_the_rule_its_source_and_a_clean_contest() -> None:
    rng = np.random.default_rng(2)
    results, rule = divided_contest(rng, 200)
    assert asked(Case.of(results, division=rule)).evidence_class == "B"
    for weaker in (replace(rule, documented=""), replace(rule, validated=""), replace(rule, rule="unknown")):
        finding = asked(Case.of(results, division=weaker))
        assert finding.evidence_class == "C"
        assert finding.status == "description"
    assert asked(Case.of(results, division=rule), option="B").evidence_class == "C"
    assert asked(Case.of(results, division=rule), balance=0.5).evidence_class == "C"
    unmeasured = asked(Case.of(results, division=replace(rule, validated="")))
    assert set(unmeasured.answer.facts["parts"]) == {"tail_3.5", "tail_2.25"}
    alone = replace(
        results, votes=np.column_stack([results.votes.sum(axis=1), np.zeros(400, np.int64)]), options=("A", "B")
    )
    finding = asked(Case.of(alone.with_counts(ballots=results.counts["ballots"] + 30), division=rule))
    assert (finding.evidence_class, finding.evidence, finding.answer.outcome) == ("C", None, "no_decoy")


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_alone_it_makes_a_contest_unusual_and_no_more(language: str) -> None:
    """The formula goes far below what was tried; what is said does not."""
    world, finding = planted(4, extent=0.08, dose=0.3)
    assert min(finding.answer.facts["parts"].values()) < -20
    assert finding.evidence.log10_p == finding.answer.facts["log10_p"] == FLOOR
    assert all(row["log10_p"] >= round(FLOOR, 2) for row in finding.answer.tables["options"])
    assert "floor" in finding.answer.caveats
    assert "law" not in finding.answer.caveats
    said = examine(world.case(), methods=["sibling_units"]).statement
    assert said.grade == "unusual"
    text = wording.phrase("sibling_units", "caveats", "floor", facts=finding.answer.facts, language=language)
    assert "100" in text


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_the_users_own_words_stand_in_the_dossier(language: str) -> None:
    results, _ = divided_contest(np.random.default_rng(2), 200)
    own = replace(SIMULATED, name="mine", documented="Act 7 <b>of</b> 1999", validated="The contest of 2004\u202e")
    exam = examine(Case.of(results, division=own), methods=["sibling_units"])
    finding = exam.findings[0]
    assert finding.evidence_class == "B"
    assert "documented" not in finding.answer.caveats
    page = render(exam, language=language)
    assert "Act 7 &lt;b&gt;of&lt;/b&gt; 1999" in page
    assert "The contest of 2004\\u202e" in page
    shipped = replace(results, contest=Contest(country="Spain", date="2011-11-20"))
    known = known_division(shipped.contest)
    caveats = asked(Case.of(shipped, division=replace(known, station="(.+)-[A-H]"))).answer.caveats
    assert {"own_documented", "own_validated"} <= set(caveats)
    vague = asked(Case.of(results, division=replace(own, rule="unknown"))).answer.caveats
    assert {"own_documented", "undocumented", "own_validated"} <= set(vague)


def test_only_class_b_reaches_the_statement() -> None:
    world, _ = planted(1)
    said = examine(world.case(), methods=["sibling_units"]).statement
    assert said.grade != "nothing_detected"
    assert said.counted == ("sibling_units",)
    unsourced = replace(SIMULATED, documented="")
    said = examine(Case.of(world.results, division=unsourced), methods=["sibling_units"]).statement
    assert said.grade == "cannot_be_assessed"
    assert "sibling_units" in said.not_counted


def test_an_answer_may_weaken_its_class_and_never_strengthen_it() -> None:
    class Stronger(type(method("extreme_corner"))):  # a method of class C whose answer claims B
        name = "extreme_corner"

        def ask(self, case: Case, rng: np.random.Generator) -> Answer:
            return replace(super().ask(case, rng), evidence_class="B")

    world, finding = planted(1, extent=0.0)
    assert Stronger().run(Case.of(world.results)).evidence_class == "C"
    back = Finding.from_dict(json.loads(json.dumps(finding.to_dict())))
    assert back.evidence_class == back.answer.evidence_class == "B"
    assert back.to_dict() == finding.to_dict()


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


@pytest.mark.parametrize(
    ("country", "date", "name"),
    [
        ("Spain", "1982-10-28", "spain-before-1985"),
        ("ES", "2023-07-23", "spain"),
        ("Испания", "", "spain"),
        ("Israel", "1992-06-23", "israel-1992"),
        ("Zimbabwe", "2013-07-31", "zimbabwe-2013"),
        ("Bolivia", "2019-10-20", "bolivia"),
    ],
)
def test_the_rule_follows_country_and_date(country: str, date: str, name: str) -> None:
    found = known_division(Contest(country=country, date=date))
    assert found is not None
    assert found.name == name


def test_the_table_of_rules_is_sound() -> None:
    assert known_division(Contest(country="Norway")) is None
    for rule, _, since, until in systems():
        assert not rule.documented or rule.documented in CITATIONS, rule.name
        assert not (since and until) or since < until
    sourced = {rule.name for rule, *_ in systems() if rule.is_sourced and rule.validated}
    assert sourced == {"spain"}


@pytest.mark.parametrize(
    ("country", "together", "apart"),
    [
        ("Spain", ("01-04-003|01|003|A", "01-04-003|01|003|B"), ("01-04-003|01|004|A", "01-04-003|01|003|U")),
        ("Mexico", ("1-376-1 / B-C", "1-376-180 / B-C"), ("1-376-200 / E", "1-377-2 / B-C")),
        ("Canada", ("10001-54A", "10001-54B"), ("10001-54", "10002-54A")),
        ("Israel", ("13-2660-23.1", "13-2660-23.2"), ("13-2660-23.0", "13-2660-24.1")),
        ("Albania", ("TIRANE|20121", "TIRANE|20122", "TIRANE|2012"), ("TIRANE|2013", "TIRANE|12")),
        ("Albania", ("KRUJE|6831", "KRUJE|683"), ("KRUJE|6841", "KRUJE|68", "KRUJE|6", "VORE|6832", "KRUJE|6831#0")),
    ],
)
def test_which_names_are_siblings(country: str, together: tuple[str, ...], apart: tuple[str, ...]) -> None:
    names = [*together, *apart]
    results = Results(("A",), np.zeros((len(names), 1), np.int64), places={"station": Labels.of(names)})
    codes = known_division(Contest(country=country)).codes(results)
    assert len(set(codes[: len(together)].tolist())) == 1
    assert codes[0] >= 0
    assert not set(codes[len(together) :].tolist()) & {int(codes[0])}


def test_initials_are_siblings_inside_their_parish_only() -> None:
    names = ["Market (A-L)", "Market (M - Z)", "Market (A-L)", "Market"]
    places = {"subdistrict": Labels.of(["P", "P", "Q", "P"]), "station": Labels.of(names)}
    results = Results(("A",), np.zeros((4, 1), np.int64), places=places)
    codes = known_division(Contest(country="Uganda")).codes(results)
    assert codes[0] == codes[1] != codes[2]
    assert codes[3] == -1
    level = Division(place="subdistrict", rule="surname")
    assert len(set(level.codes(results)[[0, 1, 3]].tolist())) == 1


def test_a_rule_that_cannot_be_used_is_refused() -> None:
    for wrong in ({}, {"station": "(a)", "place": "region"}, {"station": "abc"}, {"station": "(("}, {"place": "town"}):
        with pytest.raises(UsageError):
            Division(**wrong)
    with pytest.raises(UsageError, match="surname"):
        Division(station="(.+)", rule="lottery")


def test_a_case_may_give_its_rule(tmp_path: Path) -> None:
    world, _ = planted(1)
    scenario.write(world, tmp_path / "table.csv")
    rule = '[division]\nstation = "(.+)-[A-H]"\nrule = "surname"\ndocumented = "Act 1"\nvalidated = "The contest of 2019"\n'
    head = '[contest]\ntitle = "T"\ndate = 2024-01-01\n[results]\nfile = "table.csv"\n'
    (tmp_path / "case.toml").write_text(head + rule)
    case = load_case(tmp_path, read=lambda path, **known: world.results)
    finding = asked(case)
    assert finding.evidence_class == "B"
    assert finding.answer.facts["source"] == "Act 1"
    for bad in ("(.+)+-A", "(a", ".+-A", "(.*)(.*)(.*)(.*)(.*)"):
        (tmp_path / "case.toml").write_text(head + rule.replace("(.+)-[A-H]", bad))
        with pytest.raises(ReadError, match="division"):
            load_case(tmp_path, read=lambda path, **known: world.results)


def test_states_with_a_reason() -> None:
    results, rule = divided_contest(np.random.default_rng(1), 60)

    def code(case: Case, **parameters: object) -> str:
        outcome = method("sibling_units", **parameters).run(case)
        assert isinstance(outcome, Skipped)
        assert outcome.reason.endswith(".")
        return outcome.code

    assert code(Case.of(results)) == "no_rule"
    assert code(Case.of(results, division=rule)) == "few_places"
    assert code(Case.of(results, division=rule), option="Z") == "no_option"
    assert code(Case.of(results, division=Division(place="district"))) == "no_key"
    assert code(Case.of(replace(results, contest=Contest(country="Zimbabwe", date="2013-07-31")))) == "choice"
    assert code(Case.of(replace(results, contest=Contest(country="Afghanistan")))) == "register"
    huge = results.with_counts(results.votes * 2**30, **{c: v * 2**30 for c, v in results.counts.items()})
    assert code(Case.of(huge, division=rule)) == "few_places"


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_sentence_can_be_said(language: str) -> None:
    _, finding = planted(1)
    facts = finding.answer.facts
    for outcome in wording.template("sibling_units", "summary"):
        assert wording.summary("sibling_units", outcome, facts, language)
    beside = {**facts, "below": 3, "contests": 7, "largest": 0.0006}
    for key in wording.template("sibling_units", "caveats"):
        assert wording.phrase("sibling_units", "caveats", key, facts=beside, language=language)
    assert wording.phrase("sibling_units", "power", "text", facts=finding.answer.power, language=language)
    assert method("sibling_units").draw(finding, language).records


def divided(names: list[str], areas: list[str] | None = None, **rule: object) -> list[int]:
    """The places that a rule of one's own gives to stations of these names."""
    places = {"station": Labels.of(names)} | ({"district": Labels.of(areas)} if areas else {})
    results = Results(("A",), np.zeros((len(names), 1), np.int64), places=places)
    return list(Division(**{"station": r"(\d+)\d", "first_unit": True, "rule": "number"} | rule).codes(results))


def test_a_rule_of_ones_own_may_have_first_units_that_bear_the_places_name() -> None:
    one, unit, other, lone, stranger = divided(["1979", "19791", "19792", "2050", "20611"])
    assert one == unit == other >= 0
    assert lone == stranger == -1


def test_a_first_unit_of_another_area_is_no_first_unit() -> None:
    codes = divided(["1979", "19791", "19791", "19792"], ["P", "P", "Q", "Q"], within="district")
    assert codes[0] == codes[1] >= 0
    assert codes[2:] == [-1, -1]


def test_a_name_that_is_a_place_and_a_unit_at_once_is_neither() -> None:
    codes = divided(["197", "1979", "19791", "1972"])
    assert codes[0] == codes[3] >= 0
    assert codes[1:3] == [-1, -1]


def test_the_groups_of_a_first_unit_are_joined() -> None:
    codes = divided(["A7", "A71", "A72", "B7"], station=r"([A-Z])(\d+)\d")
    assert codes[0] == codes[1] == codes[2] >= 0
    assert codes[3] == -1


def test_a_first_unit_needs_a_pattern() -> None:
    with pytest.raises(UsageError, match="first_unit"):
        Division(place="district", first_unit=True)


def test_a_case_folder_keeps_first_units(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(
        '[contest]\ntitle = "Nowhere"\ndate = 2026-11-01\n[division]\nstation = \'(\\d+)\\d\'\nfirst_unit = true\nrule = "number"\n'
    )
    division = load_case(tmp_path).division
    assert division is not None
    assert division.first_unit
