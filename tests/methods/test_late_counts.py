"""Late counts: composition alone does not speak, a late batch does, the table of late_batch stays, states."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recanvass import wording
from recanvass.case import Case
from recanvass.method import method
from recanvass.observation import Arrivals
from recanvass.results import Contest, Labels, Results
from recanvass.scenario import scenario


def test_composition_alone_moves_the_raw_shift_and_nothing_else() -> None:
    asked = method("late_counts")
    answer = asked.run(asked.example(np.random.default_rng(4))).answer
    assert abs(answer.facts["raw"]) > 4
    assert answer.outcome == "none"
    assert abs(answer.facts["rest"]) < abs(answer.facts["raw"]) / 2
    assert answer.facts["raw"] == answer.facts["rest"] + answer.facts["composition"]
    assert answer.facts["placebos"] >= 100


def test_votes_added_after_the_interruption_are_found_with_and_without_its_moment() -> None:
    asked = method("late_counts")
    case = asked.example(np.random.default_rng(4))
    late = np.array([case.arrivals.when[s] > case.arrivals.interruptions[0] for s in case.results.stations])
    votes = case.results.votes.copy()
    moved = np.where(late, votes[:, 1] // 2, 0)
    votes[:, 0] += moved
    votes[:, 1] -= moved
    changed = replace(case, results=case.results.with_counts(votes=votes))
    for given in (changed, replace(changed, arrivals=Arrivals(case.arrivals.when, (), "minutes"))):
        answer = asked.run(given).answer
        assert answer.outcome in ("jump", "drift")
        assert answer.evidence.log10_p <= -3
        assert "searched" in answer.caveats or given is changed
        for language in wording.LANGUAGES:
            assert wording.summary("late_counts", answer.outcome, answer.facts, language)


def test_the_difference_that_is_promised_is_seen_and_a_third_of_it_is_not() -> None:
    asked = method("late_counts", placebo_cuts=0)
    case = asked.example(np.random.default_rng(4))
    results, points = case.results, asked.run(case).answer.power["points"]
    valid, late = results.counts["valid"], np.array([case.arrivals.when[s] for s in results.stations])
    late = late > case.arrivals.interruptions[0]

    def log10_p(part: float) -> float:
        moved = np.minimum(np.rint(part * points / 100 * valid * late).astype(np.int64), results.votes[:, 1])
        votes = results.votes + np.stack([moved, -moved, 0 * moved], axis=1)
        return asked.run(replace(case, results=results.with_counts(votes=votes))).answer.evidence.log10_p

    assert log10_p(1.2) <= -3
    assert log10_p(1 / 3) > -2


def test_the_curve_ends_with_all_stations_and_the_cut_is_drawn_once() -> None:
    asked = method("late_counts")
    finding = asked.run(asked.example(np.random.default_rng(4)))
    series, results = finding.series, asked.example(np.random.default_rng(4)).results
    share = 100 * results.votes[:, results.leader].sum() / results.counts["valid"].sum()
    assert series["counted"][-1] == 100
    assert series["counted"][0] > 0
    assert series["seen"][-1] == pytest.approx(share, abs=1e-3)
    assert series["composition"][-1] == pytest.approx(share, abs=1e-3)
    assert [r["cut"] for r in asked.draw(finding).records if "cut" in r] == [series["cut"]]
    width = finding.answer.facts["bandwidth"]
    told = [(row["bandwidth"] / width, row["donut"] / width) for row in finding.answer.tables["jumps"]]
    np.testing.assert_allclose(told, [(0.5, 0), (1, 0), (2, 0), (1, 0.1)], atol=1e-3)


def trend(seed: int, shift: float = 0.0, stations: int = 320) -> Case:
    """Inside areas the strongholds of A report late; an earlier contest knows them; ``shift`` is added to late ones."""
    rng = np.random.default_rng(seed)
    valid = rng.integers(400, 1600, stations)
    before = np.clip(0.5 + rng.normal(0, 0.08, stations), 0.05, 0.95)
    times = 8 * before + rng.normal(0, 1, stations)
    pause = float(np.quantile(times, 0.7))
    now = np.clip(before + 0.03 + rng.normal(0, 0.02, stations) + shift * (times >= pause), 0.02, 0.98)
    names = [f"S{i:03d}" for i in range(stations)]
    places = {"region": Labels.of([f"R{i // 40}" for i in range(stations)]), "station": Labels.of(names)}

    def table(share: np.ndarray) -> Results:
        first = rng.binomial(valid, share)
        votes = np.stack([first, valid - first], axis=1)
        counts = {"registered": valid, "valid": valid}
        return Results(("A", "B"), votes, counts, places=places, contest=Contest(title="Simulated"))

    then = table(before)
    arrivals = Arrivals(dict(zip(names, times.tolist(), strict=True)), (pause,), "minutes")
    return Case.of(table(now), earlier={"the earlier contest": then}, arrivals=arrivals)


def test_an_earlier_contest_takes_its_composition_off_and_no_more() -> None:
    """Without it 7 points of false shift, always; with it none, at the level; a true shift is still seen."""
    asked = method("late_counts", option="A", draws=199, placebo_cuts=0)
    with_it, without, added = [], [], []
    for seed in range(40):
        case = trend(seed)
        with_it.append(asked.run(case).answer)
        without.append(asked.run(replace(case, earlier={})).answer)
        added.append(asked.run(trend(seed, 0.03)).answer)
    assert with_it[0].facts["earlier"] == "the earlier contest"
    shifts = [np.mean([a.facts["shift"] for a in answers]) for answers in (with_it, without, added)]
    assert abs(shifts[0]) < 0.2  # a plain slope, flattened by the chance in the share then, leaves .37
    assert 6 < shifts[1] < 9
    assert 2 < shifts[2] < 3.2
    assert all(a.evidence.log10_p <= -2 for a in [*without, *added])
    assert sum(a.evidence.log10_p <= np.log10(0.05) for a in with_it) <= 6  # 99.9 % of Bin(40, .05)


def test_an_earlier_contest_of_other_stations_or_options_changes_nothing() -> None:
    case = trend(1)
    asked = method("late_counts", option="A", draws=199)
    then = case.earlier["the earlier contest"]
    elsewhere = replace(then, places={**then.places, "station": Labels.of([f"T{i}" for i in range(len(then))])})
    plain = asked.run(replace(case, earlier={})).answer
    for other in (elsewhere, replace(then, options=("C", "D"))):
        found = asked.run(replace(case, earlier={"the earlier contest": other})).answer
        assert found.facts["shift"] == plain.facts["shift"]


class WithoutTimes(np.random.Generator):
    """The same stream, whose offspring gives nothing but zeros: no time of arrival is drawn."""

    def spawn(self, n_children: int) -> list[Zeros]:  # type: ignore[override]
        return [Zeros()] * n_children


class Zeros:
    def random(self, size: int) -> np.ndarray:
        return np.zeros(size)


def test_the_table_of_late_batch_is_what_it_is_without_arrivals() -> None:
    """Drawing the times of arrival takes nothing from the stream that makes the table."""
    drawn, bare = np.random.default_rng(0), WithoutTimes(np.random.PCG64(0))
    world, without = (scenario("late_batch").build(rng, 300) for rng in (drawn, bare))
    assert len(world.case().arrivals.when) == 300
    for arrivals in (world.case().arrivals, without.case().arrivals):
        assert sorted(arrivals.when.values()) == list(range(1, 301))
        late = {name for name, rank in arrivals.when.items() if rank > arrivals.interruptions[0]}
        assert late == set(world.truth()["planted"][0]["stations"])
    assert world.case().arrivals.when != without.case().arrivals.when
    assert world.results.digest == without.results.digest
    assert drawn.bit_generator.state == bare.bit_generator.state


def test_states_with_a_reason() -> None:
    asked = method("late_counts")
    case = asked.example(np.random.default_rng(4))
    times = case.arrivals.when
    for given, parameters, code in [
        (replace(case, arrivals=None), {}, "no_arrivals"),
        (replace(case, arrivals=Arrivals({"elsewhere": 1.0})), {}, "few_arrivals"),
        (replace(case, arrivals=Arrivals(times, (1e9,))), {}, "one_side"),
        (replace(case, arrivals=Arrivals(dict.fromkeys(times, 1.0))), {}, "one_side"),
        (case, {"option": "Z"}, "no_option"),
    ]:
        assert method("late_counts", **parameters).run(given).code == code
