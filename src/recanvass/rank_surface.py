r"""Ranks in simulated contests: how often a figure of class C or D stands above every clean contest of the panel.

A method of class C or D ranks a figure of the contest among real clean contests (`recanvass.panel`). Were the contest
exchangeable with :math:`K` of them, it would stand above all with a chance of :math:`1 / (1 + K)`. Here the same
simulated contests are asked that `recanvass.calibration` asks, clean and planted ones. They are odder than real ones
on purpose, so two more groups are asked: the same manipulations planted into contests with the shapes of real clean
ones, and contests of either kind with nothing done, which is what planted ones must be compared with. The figures are
kept, not the ranks, so that a new panel needs no new trials.

A planted cell is *above* for a figure where that stands above every clean contest more often than in contests of
the same size and kind with nothing done: the lower bound of the one rate (Clopper and Pearson, one-sided 95 %)
exceeds the upper bound of the other. None of this raises a headline.

Figures that compare a contest with an earlier one are ranked among *pairs* of clean contests. Only worlds that have an
earlier contest have them, so they are counted apart, with the same rules: honest pairs in place of the clean class,
and of the same size and kind with a usual swing in place of contests with nothing done.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from recanvass import panel, resumable_run, scenario
from recanvass.calibration import Cell, upper_bound, world_of
from recanvass.calibration import plan as calibrated
from recanvass.examination import Examination, examine
from recanvass.method import method, names
from recanvass.power_surface import HONEST
from recanvass.scenario_parameters import parameters
from recanvass.version import VERSION

#: Contests drawn from the class of clean contests: the first ones that the calibration draws.
CLEAN = 1000

#: The kinds that manipulations are planted into, and contests of each with nothing done, by size. Every scenario
#: plants into the first one unless told otherwise; the second has the shapes of real clean contests.
BASE, FITTED = "clean_mixture", "fitted_contest"
KINDS = (BASE, FITTED)
NOTHING_DONE: Mapping[int, int] = {500: 200, 2000: 200, 8000: 80}

#: The share of the panel that the second count asks for, beside all of it.
MOST = 0.95

#: Honest contests with an earlier one, and how much of their swing is usual.
HONEST_PAIRS, USUAL_SWING = "honest_swing", 1.0

#: Statistics of the panel by name, with the value of each clean contest or pair.
Ranked = Mapping[str, Mapping[str, float]]


@cache
def asked_methods() -> tuple[str, ...]:
    """The methods that never raise the headline: classes C and D."""
    return tuple(name for name in names() if method(name).evidence_class in "CD")


def measured() -> dict[str, Mapping[str, float]]:
    """The statistics of single contests in the panel whose ranks are measured: of methods that never raise it."""
    return {name: values for name, values in panel.of_contests().items() if name.split(".")[0] in asked_methods()}


def paired() -> dict[str, Mapping[str, float]]:
    """The same of pairs of contests."""
    of_pairs = {name: values for name, values in panel.panel()["statistics"].items() if name not in panel.of_contests()}
    return {name: values for name, values in of_pairs.items() if name.split(".")[0] in asked_methods()}


def plan(*, quick: bool = False) -> list[Cell]:
    """The cells: the clean class, kinds of clean contests by size, and each manipulation planted into either kind."""
    cells = [cell for cell in calibrated(quick=quick) if "country" not in cell.parameters]
    clean = [replace(cell, trials=min(cell.trials, CLEAN)) for cell in cells if cell.scenario == "clean"]
    planted = [cell for cell in cells if cell.scenario != "clean"]
    there = {cell.stations for cell in planted}
    nothing = [
        Cell(f"{kind}-{size}", kind, 4 if quick else trials, size)
        for kind in KINDS
        for size, trials in NOTHING_DONE.items()
        if size in there
    ]
    fitted = [
        replace(cell, name=f"{cell.name}-fitted", parameters={**cell.parameters, "clean": FITTED})
        for cell in planted
        if "clean" in parameters(scenario.kind_of(cell.scenario))
    ]
    return [*clean, *nothing, *fitted, *planted]


def trial(cell: Cell, index: int, seed: int = 2026) -> dict[str, Any]:
    """One simulated contest, the same that the calibration draws, and what each method of class C and D says of it."""
    rng = np.random.default_rng([seed, zlib.crc32(cell.name.encode()), index])
    world = world_of(cell, rng)
    exam = examine(world.case(), seed=index, methods=asked_methods())
    drawn = {"index": index, "stations": len(world.results), "kind": world.name, "class": scenario.CLEAN_CLASS}
    return {**drawn, **outcome(exam)}


def outcome(exam: Examination) -> dict[str, Any]:
    """What is kept of an examination: the figures that are ranked, the first one of each, and who was not asked."""
    kept = {}
    for finding in exam.findings:
        figures = dict(finding.answer.facts.get("panel", {}))
        kept[finding.method] = {
            "status": finding.status,
            "outcome": finding.answer.outcome,
            "log10_p": finding.evidence.log10_p if finding.evidence else None,
            "figures": figures,
            "ranked": next(iter(figures), ""),
        }
    return {"methods": kept, "unasked": {skip.method: skip.code for skip in exam.skipped}}


def run(
    cells: Sequence[Cell],
    folder: Path,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> None:
    """Make the trials that ``folder`` does not hold yet, one line each in ``<cell>.jsonl``."""
    waiting = []
    for cell in cells:
        there = {record["index"] for record in trials_of(cell, folder)}
        waiting += [(cell, index) for index in range(cell.trials) if index not in there]
    resumable_run.run(folder, waiting, trial, lambda cell, index, made: made, executor=executor, progress=progress)


def trials_of(cell: Cell, folder: Path) -> list[dict[str, Any]]:
    """The trials of a cell that are there, in order.

    One of another class of clean contests, or in which a method of today was not put the question, is not there.
    """
    wanted = set(asked_methods())
    made = {r["index"]: r for r in resumable_run.records(folder, cell) if r.get("class") == scenario.CLEAN_CLASS}
    whole = {index: record for index, record in made.items() if wanted <= {*record["methods"], *record["unasked"]}}
    return [whole[index] for index in sorted(whole) if index < cell.trials]


def measure(
    folder: Path,
    *,
    quick: bool = False,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Make the trials that ``folder`` lacks, and the part ``ranks`` of the table."""
    cells = plan(quick=quick)
    run(cells, folder, executor=executor, progress=progress)
    return {"ranks": summarise(cells, folder)}


def summarise(cells: Sequence[Cell], folder: Path) -> dict[str, Any]:
    """The part of the table: clean contests as a class and by kind, contests with nothing done, and planted ones.

    ``pairs`` is a part of the same shape, of the figures that compare a contest with an earlier one.
    """
    made = [(cell, trials) for cell in cells if (trials := trials_of(cell, folder))]
    earlier = [(cell, trials) for cell, trials in made if cell.scenario in (HONEST_PAIRS, *HONEST[HONEST_PAIRS])]
    honest = [(cell, trials) for cell, trials in earlier if cell.scenario == HONEST_PAIRS]
    clean = [each for cell, trials in made if cell.scenario == "clean" for each in trials]
    pairs = [each for cell, trials in honest if _base(cell) == BASE for each in trials]
    single = _part(
        measured(),
        clean=clean,
        kinds={kind: [t for t in clean if t["kind"] == kind] for kind in sorted({t["kind"] for t in clean})},
        nothing=[(cell.scenario, cell.stations, trials) for cell, trials in made if cell.scenario in KINDS],
        planted=[(cell, trials) for cell, trials in made if cell.scenario not in ("clean", *KINDS)],
    )
    of_pairs = _part(
        paired(),
        clean=pairs,
        kinds={cell.name: trials for cell, trials in honest if _base(cell) == BASE},
        nothing=[
            (_base(cell), cell.stations, trials) for cell, trials in honest if cell.parameters["swing"] == USUAL_SWING
        ],
        planted=[(cell, trials) for cell, trials in earlier if cell.scenario != HONEST_PAIRS],
    )
    return {"version": VERSION, "class": scenario.CLEAN_CLASS, **single, "pairs": of_pairs}


def _part(
    among: Ranked,
    *,
    clean: Sequence[Mapping[str, Any]],
    kinds: Mapping[str, Sequence[Mapping[str, Any]]],
    nothing: Sequence[tuple[str, int, Sequence[Mapping[str, Any]]]],
    planted: Sequence[tuple[Cell, Sequence[Mapping[str, Any]]]],
) -> dict[str, Any]:
    without: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, stations, trials in nothing:
        without[kind][str(stations)] = counts(trials, among)
    everything = [*clean, *(t for _, _, ts in nothing for t in ts), *(t for _, ts in planted for t in ts)]
    first, whole = ranked(everything, among), counts(clean, among)
    return {
        "ranked": first,
        "panel": {name: len(values) for name, values in among.items()},
        "clean": whole | {"upper": _upper(whole), "any": _any(clean, among, set(first.values()))},
        "kinds": {kind: counts(trials, among) for kind, trials in kinds.items()},
        "nothing_done": without,
        "planted": [_planted(cell, trials, without, among) for cell, trials in planted],
    }


def counts(trials: Sequence[Mapping[str, Any]], among: Ranked) -> dict[str, Any]:
    """By statistic: contests in which it was there, in which it stood above all of the panel, and above most of it.

    What is zero, and a statistic that was there in no contest, is left out.
    """
    made: dict[str, dict[str, int]] = {"asked": {}, "largest": {}, "most": {}}
    for each in trials:
        for statistic, (below, contests) in standing(each, among).items():
            above = {"asked": True, "largest": below == contests, "most": below >= MOST * contests}
            for key in (key for key, counted in above.items() if counted):
                made[key][statistic] = made[key].get(statistic, 0) + 1
    return {"contests": len(trials), **made}


def standing(made: Mapping[str, Any], among: Ranked) -> dict[str, tuple[int, int]]:
    """By statistic of one trial: of how many clean contests it is larger, of how many; left out without a panel."""
    found = {}
    for name, said in made["methods"].items():
        for quantity, value in said["figures"].items():
            rank = panel.rank(name, quantity, value)
            if rank.contests and f"{name}.{quantity}" in among:
                found[f"{name}.{quantity}"] = (rank.below, rank.contests)
    return found


def ranked(trials: Iterable[Mapping[str, Any]], among: Ranked) -> dict[str, str]:
    """The statistic that the finding of each method ranks first."""
    found = {}
    for each in trials:
        for name, said in each["methods"].items():
            if said["ranked"] and f"{name}.{said['ranked']}" in among:
                found[name] = f"{name}.{said['ranked']}"
    return found


def _any(clean: Sequence[Mapping[str, Any]], among: Ranked, first: set[str]) -> int:
    """Clean contests in which at least one method's finding stands above every clean contest of the panel."""
    return sum(
        any(below == contests for name, (below, contests) in standing(each, among).items() if name in first)
        for each in clean
    )


def _upper(row: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: round(upper_bound(row["largest"].get(name, 0), asked), 5) for name, asked in sorted(row["asked"].items())
    }


def _base(cell: Cell) -> str:
    """The kind of clean contest that a cell plants into."""
    return str(cell.parameters.get("clean", BASE))


def _planted(
    cell: Cell, trials: Sequence[Mapping[str, Any]], nothing: Mapping[str, Mapping[str, Any]], among: Ranked
) -> dict[str, Any]:
    row, base = counts(trials, among), _base(cell)
    without = nothing.get(base, {}).get(str(cell.stations), {})
    above = [name for name in sorted(row["largest"]) if _above(name, row, without)]
    described = {"name": cell.name, "scenario": cell.scenario, "stations": cell.stations, "planted_into": base}
    dose = {key: value for key, value in cell.parameters.items() if key != "clean"}
    return described | {"parameters": dose, **row, "above": above}


def _above(name: str, row: Mapping[str, Any], nothing: Mapping[str, Any]) -> bool:
    """Whether a statistic stands above the panel clearly more often than where nothing was done."""
    asked, without = row["asked"][name], nothing.get("asked", {}).get(name, 0)
    if not without:
        return False
    least = 1.0 - upper_bound(asked - row["largest"][name], asked)
    return least > upper_bound(nothing["largest"].get(name, 0), without)


__all__ = [
    *("asked_methods", "counts", "measure", "measured", "paired", "plan", "ranked", "run"),
    *("standing", "summarise", "trial", "trials_of"),
]
