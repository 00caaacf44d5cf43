"""The harness: what is asked of every method, reader and kernel, ours and third parties'.

``check_method(method("integer_percentages"))`` runs every check and raises `AssertionError` with
the name of the check and the figures. The single checks are public, so that a test suite may
report them one by one.
"""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import scenario, wording
from recanvass.case import Case
from recanvass.citations import CITATIONS
from recanvass.finding import Finding, Skipped
from recanvass.method import Method
from recanvass.placebos import others
from recanvass.reader import Limits, RawTable, Reader
from recanvass.results import Contest, Labels, Results

#: Words that no reader may meet outside a quotation.
GUILT = re.compile(r"\b(fraud\w*|stol?en|steal\w*|rigg\w*|proved|proven|falsif\w*|cheat\w*)\b", re.I)


#: Stations of the contests in which the size of a method is checked.
SIZES = (60, 300, 1500)


def example(method: Method, stations: int = 400, seed: int = 1) -> Case:
    """A case that the method can be asked about: its own, or a clean simulated contest."""
    rng = np.random.default_rng(seed)
    own = method.example(rng)
    if own is not None:
        return own
    return Case.of(scenario.scenario("clean_mixture").build(rng, stations).results)


def check_method(method: Method, *, draws: int = 200) -> None:
    """Every check, one after the other."""
    check_declaration(method)
    check_repeatable(method)
    check_order(method)
    check_options_renamed(method)
    check_polite(method)
    check_stands_alone(method)
    check_placebo(method)
    for stations in SIZES:
        check_size(method, draws=draws, stations=stations)
    for name in method.detects:
        check_power(method, name)


def check_declaration(method: Method) -> None:
    """Question, words in English, class, citation, references, known scenarios, no word of guilt."""
    assert method.question.endswith("?"), f"{method.name}: the question does not end in '?'."
    assert method.evidence_class in "ABCD", f"{method.name}: class {method.evidence_class!r}."
    assert (type(method).__module__ and method.__doc__) or "", f"{method.name} has no docstring."
    for key in ("title", "method", "null", "looks", "how_to_read", "does_not_show"):
        assert wording.template(method.name, key), f"{method.name}: phrases lack {key}."
    assert wording.template(method.name, "innocent"), f"{method.name}: no innocent explanation is stated."
    assert wording.phrases(method.name)["en"].get("power"), f"{method.name}: nothing says what it would have seen."
    assert method.cost.strip(), f"{method.name} says nothing of its cost."
    assert method.cites, f"{method.name} cites nothing."
    unknown = set(method.cites) - set(CITATIONS)
    assert not unknown, f"{method.name} cites {sorted(unknown)}, which citations.toml lacks."
    outside = [r for r in method.references if r.outside]
    assert len(outside) >= 2, f"{method.name} has {len(outside)} values from outside; two are asked."
    unknown = set(method.detects) - set(scenario.names())
    assert not unknown, f"{method.name} says it detects {sorted(unknown)}, which are no scenarios."
    found = GUILT.findall(json.dumps(wording.phrases(method.name), ensure_ascii=False))
    assert not found, f"{method.name}: its phrases say {found}."


def check_repeatable(method: Method) -> None:
    """The same seed gives the same answer."""
    case = example(method)
    first, second = (_asked(method, case) for _ in range(2))
    assert _plain(first) == _plain(second), f"{method.name}: two runs of one seed differ."


def check_order(method: Method) -> None:
    """The order of the rows does not change the evidence, the status or the sentence."""
    case = example(method)
    if case.results is None:
        return
    shuffled = np.random.default_rng(3).permutation(len(case.results))
    moved = replace(case, results=case.results.take(shuffled))
    _assert_same(method, _asked(method, case), _asked(method, moved), "the order of the rows")


def check_options_renamed(method: Method) -> None:
    """The names of the options do not change the evidence or the status."""
    case = example(method)
    if case.results is None:
        return
    renamed = _renamed(case, {option: f"Z{j:03d}" for j, option in enumerate(case.results.options)})
    _assert_same(method, _asked(method, case), _asked(method, renamed), "the names of the options", words=False)


def check_polite(method: Method) -> None:
    """Nothing, too little or nonsense gives a state with a reason, never an exception, a warning or a NaN."""
    for label, case in degenerate_cases():
        with warnings.catch_warnings(), np.errstate(divide="raise", over="raise", invalid="raise"):
            warnings.simplefilter("error")
            try:
                outcome = method.run(case)
                _assert_presentable(method, outcome)
            except Exception as error:
                error.add_note(f"{method.name}, in the degenerate contest: {label}")
                raise


def check_stands_alone(method: Method) -> None:
    """A finding survives JSON, and is drawn from what comes back, with labels and alternative text."""
    finding = _asked(method, example(method))
    back = Finding.from_dict(json.loads(json.dumps(finding.to_dict(), allow_nan=False)))
    assert back.to_dict() == finding.to_dict(), f"{method.name}: JSON and back is not the same."
    for language in wording.LANGUAGES:
        drawing = method.draw(back, language)
        assert drawing.title, f"{method.name}: the drawing has no title in {language}."
        assert len(drawing.alt) >= 20, f"{method.name}: the drawing's alternative text is {drawing.alt!r}."
        json.dumps(drawing.spec, allow_nan=False)
        json.dumps(drawing.records, allow_nan=False)
        wording.summary(method.name, finding.answer.outcome, finding.answer.facts, language)
    if finding.answer.power:
        power = finding.answer.power
        wording.phrase(method.name, "power", power.get("phrase", "text"), facts=power)


def check_placebo(method: Method) -> None:
    """A method of class B to D that singles out an option of the results shows the others beside it."""
    case = example(method)
    if method.example(np.random.default_rng(1)) is None:
        case = Case.of(_large(400))
    outcome = method.run(case)
    singled_out = "option" in {f.name for f in fields(method)}
    if case.results is None or method.evidence_class == "A" or not singled_out or isinstance(outcome, Skipped):
        return
    option = outcome.answer.facts.get("option", case.results.options[case.results.leader])
    expected = others(case.results, case.results.options.index(option))
    tables = outcome.answer.tables  # a method may put all options in one table and mark the examined one
    rows = tables.get("placebo") or [row for row in tables.get("options", []) if row.get("examined") is False]
    assert rows or not expected, f"{method.name} singles out {option!r} and shows no other option beside it."
    assert option not in {row["option"] for row in rows}, f"{method.name}: {option!r} is its own placebo."


def check_size(
    method: Method, *, draws: int = 200, levels: Sequence[float] = (0.05, 0.01), stations: int = 300
) -> None:
    """Under its own null a method rejects no more often than it says (one false alarm in 1,000)."""
    case = example(method, stations)
    log10_p = null_p_values(method, case, draws)
    for level in levels:
        rejected = int((log10_p <= math.log10(level)).sum())
        allowed = _binomial_quantile(draws, level, 0.999)
        assert rejected <= allowed, (
            f"{method.name}: {rejected} of {draws} of its own nulls at or below {level}; at most {allowed}."
        )


def check_power(method: Method, name: str, *, trials: int = 5, stations: int = 2000, level: float = 1e-3) -> None:
    """In a scenario that it says it detects, at its default dose, it speaks most of the time.

    A method that ranks its figure among real clean contests speaks where that is larger than in all of them, and was
    not so before anything was done: no rank can reach the level, and an odd contest is no manipulation.
    """
    seen = 0
    for trial in range(trials):
        world = scenario.scenario(name).build(np.random.default_rng([7, trial]), stations)
        outcome = method.run(world.case(), seed=trial)
        assert isinstance(outcome, Finding), f"{method.name} in {name}: {outcome}"
        if ranked(outcome):
            seen += above_all(outcome) and not above_all(method.run(Case.of(world.before), seed=trial))
            continue
        evidence = outcome.evidence
        seen += outcome.status == "contradiction" or (evidence is not None and evidence.log10_p <= math.log10(level))
    assert seen > trials / 2, f"{method.name} saw {name} in {seen} of {trials} contests."


def ranked(outcome: Finding | Skipped) -> bool:
    """Whether what a finding says is the rank of its figure among real clean contests."""
    if isinstance(outcome, Skipped) or outcome.evidence is None:
        return False
    return outcome.evidence.null == "rank" and bool(outcome.answer.facts.get("contests"))


def above_all(outcome: Finding | Skipped) -> bool:
    """Whether the figure that a finding ranks is larger than in every real clean contest."""
    if isinstance(outcome, Skipped) or not ranked(outcome):
        return False
    return bool(outcome.answer.facts["below"] == outcome.answer.facts["contests"])


def check_reader(reader: Reader, samples: Iterable[tuple[bytes, str, int]]) -> None:
    """Each sample (bytes, name, records): all cells text, positions rising, every record there."""
    for data, name, records in samples:
        assert reader.sniff(data[:65536], "." + name.rsplit(".", 1)[-1]), f"{reader.name} does not know {name}."
        tables: Sequence[RawTable] = reader.tables(data, name, Limits())
        assert tables, f"{reader.name}: {name} gave no table."
        for table in tables:
            kinds = {str(kind) for kind in table.cells.dtypes}
            assert kinds <= {"String"}, f"{reader.name}: {name} gave {kinds}."
            assert table.positions.is_sorted(), f"{reader.name}: positions of {name} are not in order."
            assert len(table.positions) == table.cells.height, f"{reader.name}: positions of {name}."
        assert sum(t.records for t in tables) == records, f"{reader.name}: records of {name}."


def check_kernel(
    fast: Callable[..., Any], slow: Callable[..., Any], arguments: Iterable[tuple[Any, ...]], within: float = 1e-10
) -> None:
    """A kernel equals its slow second implementation on every set of arguments.

    What they return may be numbers, arrays, text, None, or tuples and lists of these.
    """
    for given in arguments:
        _assert_equal(fast(*given), slow(*given), within, str(given)[:500])


def null_p_value(method: Method, case: Case, draw: int, seed: int = 5) -> float | None:
    """log10 p-value of the method in one contest drawn from its own null; None where it gives none."""
    outcome = method.run(method.null(case, np.random.default_rng([seed, draw])), seed=draw)
    if not isinstance(outcome, Finding) or outcome.evidence is None:
        return None
    return float(outcome.evidence.log10_p)


def null_p_values(method: Method, case: Case, draws: int, seed: int = 5) -> NDArray[np.float64]:
    """log10 p-values of the method in contests drawn from its own null."""
    values = (null_p_value(method, case, draw, seed) for draw in range(draws))
    return np.array([v for v in values if v is not None], dtype=np.float64)


def degenerate_cases() -> list[tuple[str, Case]]:
    """Contests in which nothing can be asked, or hardly: each with a label."""
    full = ("registered", "ballots", "valid", "invalid")
    shapes: list[tuple[str, int, int, int]] = [
        ("no station", 0, 2, 0),
        ("one station", 1, 2, 500),
        ("three stations", 3, 2, 500),
        ("one option", 60, 1, 500),
        ("nobody voted", 60, 2, 0),
        ("counts of 2**40", 60, 2, 2**40),
    ]
    cases = [(label, Case.of(_even(n, k, size, full))) for label, n, k, size in shapes]
    everyone = _even(60, 2, 500, full)
    cases.append(("everybody for one option", Case.of(_unanimous(everyone))))
    cases.append(("no areas", Case.of(replace(everyone, places={}))))
    one = Labels.of(["Everywhere"] * len(everyone))
    cases.append(("one area", Case.of(replace(everyone, places={"region": one, "district": one}))))
    without = {name: values for name, values in everyone.counts.items() if name != "registered"}
    cases.append(("no register", Case.of(replace(everyone, counts=without))))
    cases.append(("everybody voted", Case.of(everyone.with_counts(registered=everyone.counts["ballots"]))))
    alike = everyone.take(np.zeros(60, np.int64))
    cases.append(("all stations alike", Case.of(replace(alike, places=everyone.places))))
    nothing = everyone.votes.copy()
    nothing[:, 1] = 0
    cases.append(("an option without a vote", Case.of(everyone.with_counts(votes=nothing))))
    more = everyone.with_counts(registered=everyone.counts["ballots"] // 2)
    cases.append(("more ballots than voters", Case.of(more)))
    half = {"registered": np.arange(60) % 2 == 0}
    cases.append(("half of the register absent", Case.of(replace(everyone, absent=half))))
    cases.append(("no counts but votes", Case.of(replace(everyone, counts={}))))
    gaps = {"registered": np.ones(60, bool), "votes": np.ones((60, 2), bool)}
    cases.append(("every figure absent", Case.of(replace(everyone, absent=gaps))))
    cases.append(("no results", Case(Contest("Nowhere"))))
    return cases


def _assert_presentable(method: Method, outcome: Finding | Skipped) -> None:
    """A reason that is a sentence, or a finding that goes to JSON, is drawn and is said in every language."""
    if isinstance(outcome, Skipped):
        assert outcome.reason.strip().endswith("."), f"{outcome.reason!r} is no sentence."
        return
    json.dumps(outcome.to_dict(), allow_nan=False)
    for language in wording.LANGUAGES:
        drawing = method.draw(outcome, language)
        json.dumps([drawing.spec, drawing.records], allow_nan=False)
        wording.summary(method.name, outcome.answer.outcome, outcome.answer.facts, language)


def _assert_equal(fast: Any, slow: Any, within: float, given: str) -> None:
    if fast is None or slow is None or isinstance(fast, str):
        assert fast == slow, f"{fast!r} is not {slow!r}: {given}"
    elif isinstance(fast, tuple | list):
        assert len(fast) == len(slow), f"{len(fast)} values against {len(slow)}: {given}"
        for one, other in zip(fast, slow, strict=True):
            _assert_equal(one, other, within, given)
    else:
        assert np.shape(fast) == np.shape(slow), f"{np.shape(fast)} against {np.shape(slow)}: {given}"
        one, other = (np.asarray(value, dtype=np.float64) for value in (fast, slow))
        np.testing.assert_allclose(one, other, rtol=within, atol=within, err_msg=given)


def _even(stations: int, options: int, size: int, counts: Sequence[str]) -> Results:
    rng = np.random.default_rng(stations + options)
    votes = np.zeros((stations, options), np.int64)
    if size >= 2**40:
        votes[:] = size // (2 * options)
    elif size:
        votes[:] = rng.multinomial(size * 6 // 10, np.ones(options) / options, stations)
    valid = votes.sum(axis=1)
    made = {"registered": np.full(stations, size), "ballots": valid + 3 * (size > 0), "valid": valid}
    made["invalid"] = made["ballots"] - valid
    places = {
        "region": Labels.of([f"Region {i % 2}" for i in range(stations)]),
        "district": Labels.of([f"District {i % 4}" for i in range(stations)]),
        "station": Labels.of([f"S{i:04d}" for i in range(stations)]),
    }
    chosen = {name: made[name].astype(np.int64) for name in counts}
    return Results(tuple("ABCDEF"[:options]), votes, chosen, places=places)


def _large(stations: int, seed: int = 1) -> Results:
    """Three options with hundreds of votes at every station, in districts of forty."""
    rng = np.random.default_rng(seed)
    registered = rng.integers(1800, 3200, stations)
    ballots = rng.binomial(registered, rng.beta(24, 16, stations))
    votes = np.stack([rng.multinomial(n, rng.dirichlet((45, 30, 25))) for n in ballots]).astype(np.int64)
    numbers = [f"{i:04d}" for i in range(stations)]
    places = {"district": Labels.of([f"D{i // 40}" for i in range(stations)]), "station": Labels.of(numbers)}
    counts = {"registered": registered, "ballots": ballots, "valid": votes.sum(axis=1)}
    counts = {name: np.asarray(values, dtype=np.int64) for name, values in counts.items()}
    return Results(("Adams", "Baker", "Clark"), votes, counts, places=places)


def _unanimous(results: Results) -> Results:
    registered = results.counts["registered"]
    votes = np.zeros_like(results.votes)
    votes[:, 0] = registered
    return results.with_counts(votes=votes, ballots=registered, valid=registered, invalid=np.zeros_like(registered))


def _renamed(case: Case, names: Mapping[str, str]) -> Case:
    """The case with other names of the options, wherever it holds one."""

    def renamed(given: Results) -> Results:
        return replace(given, options=tuple(names.get(o, o) for o in given.options))

    def table(given: Results | None) -> Results | None:
        return None if given is None else renamed(given)

    return replace(
        case,
        results=table(case.results),
        earlier={name: renamed(before) for name, before in case.earlier.items()},
        announced=tuple(replace(a, column=names.get(a.column, a.column)) for a in case.announced),
        copies=table(case.copies),
        electronic=table(case.electronic),
        ballot_sequences={s: tuple(names.get(o, o) for o in seen) for s, seen in case.ballot_sequences.items()},
    )


def _asked(method: Method, case: Case) -> Finding:
    outcome = method.run(case, seed=11)
    assert isinstance(outcome, Finding), f"{method.name} could not be asked of its example: {outcome.reason}"
    return outcome


def _plain(finding: Finding) -> str:
    return json.dumps(finding.to_dict(), sort_keys=True)


def _assert_same(method: Method, one: Finding, two: Finding, what: str, *, words: bool = True) -> None:
    assert one.status == two.status, f"{method.name}: {what} changes the status."
    if words:
        assert one.summary == two.summary, f"{method.name}: {what} changes {one.summary!r} to {two.summary!r}."
    if one.evidence is not None and two.evidence is not None:
        np.testing.assert_allclose(
            [one.evidence.statistic, one.evidence.log10_p],
            [two.evidence.statistic, two.evidence.log10_p],
            rtol=1e-9,
            err_msg=f"{method.name}: {what} changes the evidence.",
        )
    assert len(one.stations) == len(two.stations), f"{method.name}: {what} changes the stations."


def _binomial_quantile(trials: int, rate: float, level: float) -> int:
    below, k = 0.0, -1
    while below < level:
        k += 1
        below += math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k)
    return k
