"""What must not change an answer: the order of rows and columns, names, an option nobody chose, a station nobody voted at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from recanvass import scenario
from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.method import method, names
from recanvass.results import Labels, Results
from recanvass.testing import example

#: The coarse names of places set the order in which whole areas are drawn with replacement, and nothing else: the
#: intervals and simulated p-values of these methods are of other draws where areas have other names.
DRAW_AREAS = {
    "fingerprint",
    "late_counts",
    "machine_counted_controls",
    "panel_jumps",
    "randomised_observers",
    "turnout_jumps",
    "turnout_surplus",
    "vote_flow",
}


@cache
def contests(name: str) -> tuple[Case, ...]:
    """The method's own example, and two contests with something planted."""
    worlds = [
        scenario.scenario(w).build(np.random.default_rng(5), 400).case() for w in ("many_oddities", "rounded_results")
    ]
    return (example(method(name), 300, 5), *worlds)


def each_table(case: Case, change: Callable[[Results], Results]) -> Case:
    """The case with every table changed alike."""
    fields = ("results", "copies", "photographs", "declared", "electronic", "copies_source")
    tables: dict[str, Any] = {f: change(getattr(case, f)) for f in fields if getattr(case, f) is not None}
    return replace(case, **tables, earlier={k: change(v) for k, v in case.earlier.items()})


def rows_shuffled(case: Case) -> Case:
    return each_table(case, lambda t: t.take(np.random.default_rng(1).permutation(len(t))))


def columns_shuffled(case: Case) -> Case:
    def change(table: Results) -> Results:
        order = np.random.default_rng(2).permutation(len(table.options))
        gaps = {n: (g[:, order] if n == "votes" else g) for n, g in table.absent.items()}
        return replace(
            table, options=tuple(table.options[j] for j in order), votes=table.votes[:, order].copy(), absent=gaps
        )

    return each_table(case, change)


def with_an_option_nobody_chose(case: Case) -> Case:
    if case.results is None:
        return case
    table, nobody = case.results, np.zeros((len(case.results), 1), np.int64)
    gaps = {n: (np.hstack([g, nobody > 0]) if n == "votes" else g) for n, g in table.absent.items()}
    votes = np.hstack([table.votes, nobody])
    return replace(case, results=replace(table, options=(*table.options, "Nobody's"), votes=votes, absent=gaps))


def with_a_station_nobody_voted_at(case: Case) -> Case:
    if case.results is None:
        return case
    table = case.results
    places = {
        level: Labels.of([*labels.values(), "zz" if level == "station" else labels[len(table) - 1]])
        for level, labels in table.places.items()
    }
    gaps = {n: np.concatenate([g, np.zeros((1, *g.shape[1:]), np.bool_)]) for n, g in table.absent.items()}
    votes = np.vstack([table.votes, np.zeros((1, len(table.options)), np.int64)])
    counts = {n: np.append(v, 0) for n, v in table.counts.items()}
    rows = np.append(table.rows, table.rows.max() + 1)
    return replace(
        case, results=replace(table, votes=votes, counts=counts, absent=gaps, places=places, rows=rows, sheet=None)
    )


def areas_renamed(case: Case) -> Case:
    new: dict[str, str] = {"": ""}

    def name(old: str) -> str:
        return new.setdefault(old, f"Ж{len(new) * 7919 % 10007:04d}")

    def change(table: Results) -> Results:
        places = {
            level: labels if level == "station" else Labels.of([name(v) for v in labels.values()])
            for level, labels in table.places.items()
        }
        return replace(table, places=places)

    made = each_table(case, change)
    told = tuple(replace(a, territory=new.get(a.territory, a.territory)) for a in case.announced)
    given = case.sampling
    frame, drawn = ({new.get(k, k): v for k, v in d.items()} for d in (given.frame, given.drawn))
    return replace(made, announced=told, sampling=replace(given, frame=frame, drawn=drawn))


def said(outcome: Finding | Skipped, *, drawn: bool = True) -> tuple[Any, ...]:
    """What may not change; without what is simulated, if it is not ``drawn`` alike."""
    if isinstance(outcome, Skipped):
        return (outcome.code,)
    evidence, answer = outcome.evidence, outcome.answer
    figures = [] if evidence is None else [evidence.statistic, evidence.log10_p]
    values = [x for e in answer.estimates for x in (e.value, e.low, e.high)]
    if not drawn:
        figures, values = figures[:1], [e.value for e in answer.estimates]
    numbers = [None if v is None else float(f"{v:.8g}") for v in (*figures, *values)]
    return outcome.status, answer.outcome, len(outcome.stations), *numbers


CHANGES = (rows_shuffled, columns_shuffled, with_an_option_nobody_chose, with_a_station_nobody_voted_at, areas_renamed)


@pytest.mark.parametrize("name", names())
def test_nothing_that_says_nothing_changes_an_answer(name: str) -> None:
    for case in contests(name):
        before = method(name).run(case, seed=4)
        for change in CHANGES:
            drawn = change is not areas_renamed or name not in DRAW_AREAS
            after = method(name).run(change(case), seed=4)
            assert said(after, drawn=drawn) == said(before, drawn=drawn), change.__name__
