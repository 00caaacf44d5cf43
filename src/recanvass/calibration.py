"""Calibration: how often we would accuse an honest contest, and what we would see in another.

A *cell* is a scenario at one dose and size, tried so many times; a *trial* is one simulated
contest examined with every method of class A and B. Trials are written one line each as they end,
so that a run that was killed goes on where it stopped; the table made from them
(``calibration.json``) ships with the package and is what every dossier quotes.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from recanvass import resumable_run, scenario
from recanvass.errors import UsageError
from recanvass.examination import Examination, examine
from recanvass.method import method, names
from recanvass.power_surface import DOSES, HONEST, MADE_FOR
from recanvass.scenario import World
from recanvass.scenarios import _country
from recanvass.version import VERSION

#: The promise: P(headline unusual or worse | clean) is at most this.
LIMIT = 0.01

ALARMS = frozenset({"unusual", "very_unusual", "incompatible"})

#: Levels at which each method's false alarms are counted.
LEVELS = (0.05, 0.01, 0.001)

#: How many times the trials of a planted cell an honest one has: a false alarm is rarer than what is seen.
HONEST_TIMES = 2.5


@dataclass(frozen=True)
class Cell:
    """A scenario at one dose and size, with the number of trials.

    ``scenario`` is ``"clean"`` for a draw from the class of clean contests. Where ``stations`` is 0 the
    size is drawn as that of the class.
    """

    name: str
    scenario: str
    trials: int
    stations: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)


def plan(*, quick: bool = False) -> list[Cell]:
    """The cells of the calibration: the clean class, and each manipulation at its doses and sizes."""
    clean, planted, country = (40, 4, 2) if quick else (2000, 40, 100)
    cells = [Cell("clean", "clean", clean)]
    cells += [
        Cell(f"country-{name.replace(' ', '_')}", "fitted_contest", country, 0, {"country": name})
        for name in _country.countries()
    ]
    for size in (2000,) if quick else (500, 2000, 8000):
        for name, grid in DOSES.items():
            for dose in grid[:1] if quick else grid:
                label = "-".join([name, *(f"{k}{v}" for k, v in dose.items()), str(size)])
                tries = planted if size < 8000 else min(planted, 16)
                tries = tries if quick or name not in HONEST else round(HONEST_TIMES * tries)
                cells.append(Cell(label.replace(" ", ""), name, tries, size, dose))
    return cells


def trial(cell: Cell, index: int, seed: int = 2026) -> dict[str, Any]:
    """One simulated contest, examined: the grade, and each method's log10 p and status."""
    rng = np.random.default_rng([seed, zlib.crc32(cell.name.encode()), index])
    world = world_of(cell, rng)
    exam = examine(world.case(), seed=index, methods=asked_methods(cell))
    made = {"index": index, "stations": len(world.results), "kind": world.name, **outcome(exam)}
    unasked = sorted(set(MADE_FOR.get(cell.scenario, ())) - set(made["methods"]))
    return made | ({"unasked": unasked} if unasked else {})


def world_of(cell: Cell, rng: np.random.Generator, attempts: int = 20) -> World:
    """The contest of a trial; one that has not the votes to give that its dose asks for is drawn again."""
    if cell.scenario == "clean":
        return scenario.draw_clean(rng)
    size, chosen = cell.stations or scenario.draw_size(rng), scenario.scenario(cell.scenario, **cell.parameters)
    for _ in range(attempts - 1):
        try:
            return chosen.build(rng, size)
        except UsageError:
            continue
    return chosen.build(rng, size)


def outcome(exam: Examination) -> dict[str, Any]:
    """What calibration keeps of an examination."""
    return {
        "grade": exam.statement.grade,
        "log10_p": exam.statement.log10_p,
        "methods": {
            f.method: {"status": f.status, "log10_p": f.evidence.log10_p if f.evidence else None} for f in exam.findings
        },
    }


@cache
def counted_methods() -> tuple[str, ...]:
    """The methods that may raise the headline."""
    return tuple(name for name in names() if method(name).evidence_class in "AB")


def asked_methods(cell: Cell) -> tuple[str, ...]:
    """The methods that are asked in a cell: those that count, and those that were made for what is planted there."""
    return tuple(name for name in names() if name in {*counted_methods(), *MADE_FOR.get(cell.scenario, ())})


def run(
    cells: Sequence[Cell],
    folder: Path,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> None:
    """Make the trials that ``folder`` does not hold yet, one line each.

    Parameters
    ----------
    cells : sequence of Cell
    folder : Path
        One file ``<cell>.jsonl`` a cell; lines already there are kept.
    executor : concurrent.futures.Executor, optional
    progress : callable, optional
        Called with (done, total, cell).
    """
    waiting = [(cell, index) for cell in cells for index in _missing(cell, folder)]
    resumable_run.run(folder, waiting, trial, lambda cell, index, made: made, executor=executor, progress=progress)


def trials_of(cell: Cell, folder: Path) -> list[dict[str, Any]]:
    """The trials of a cell that are there, in the order of their indices.

    A trial in which a method made for its manipulation was not put the question (by an older version) is not there.
    """
    made = {record["index"]: record for record in resumable_run.records(folder, cell)}
    wanted = set(MADE_FOR.get(cell.scenario, ()))
    whole = {k: r for k, r in made.items() if wanted <= {*r["methods"], *r.get("unasked", ())}}
    return [whole[k] for k in sorted(whole) if k < cell.trials]


def _missing(cell: Cell, folder: Path) -> list[int]:
    there = {record["index"] for record in trials_of(cell, folder)}
    return [k for k in range(cell.trials) if k not in there]


def summarise(cells: Sequence[Cell], folder: Path) -> dict[str, Any]:
    """The table that ships: false alarms of the headline and of each method, and power by cell."""
    clean = [(c, trials_of(c, folder)) for c in cells if c.scenario == "clean"]
    worlds = [t for _, trials in clean for t in trials]
    alarms = sum(t["grade"] in ALARMS for t in worlds)
    single = [(c, trials_of(c, folder)) for c in cells if "country" in c.parameters]
    planted = [(c, trials_of(c, folder)) for c in cells if c.scenario != "clean" and "country" not in c.parameters]
    return {
        "version": VERSION,
        "headline": {
            "limit": LIMIT,
            "class": scenario.CLEAN_CLASS,
            "worlds": len(worlds),
            "alarms": alarms,
            "upper": round(upper_bound(alarms, len(worlds)), 5) if worlds else 1.0,
        },
        "kinds": _by_kind(worlds),
        "countries": {str(c.parameters["country"]): _of_country(c, trials) for c, trials in single if trials},
        "methods": {name: _false_alarms(name, worlds) for name in counted_methods()},
        "power": [_power(cell, trials) for cell, trials in planted if trials],
    }


def measure(
    folder: Path,
    *,
    quick: bool = False,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Make the trials that ``folder`` lacks, and the table of all of them."""
    cells = plan(quick=quick)
    run(cells, folder, executor=executor, progress=progress)
    return summarise(cells, folder)


def write_table(place: Path, made: Mapping[str, Any]) -> None:
    """Write a table, or one part of it; parts that were not made now stay as they are.

    Parts that hold a line a method (``sizes``) are renewed method by method.
    """
    kept: dict[str, Any] = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
    sizes = {**kept.get("sizes", {}), **made.get("sizes", {})}
    whole = {**kept, **made, **({"sizes": sizes} if sizes else {})}
    place.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _by_kind(worlds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kinds = sorted({t["kind"] for t in worlds})
    table = {}
    for kind in kinds:
        chosen = [t for t in worlds if t["kind"] == kind]
        table[kind] = {"worlds": len(chosen), "alarms": sum(t["grade"] in ALARMS for t in chosen)}
    return table


def _of_country(cell: Cell, trials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Alarms in contests of the shapes of one country, and the half that the country belongs to."""
    development = cell.parameters["country"] in _country.countries("development")
    alarms = sum(t["grade"] in ALARMS for t in trials)
    return {"half": "development" if development else "test", "worlds": len(trials), "alarms": alarms}


def _false_alarms(name: str, worlds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    asked = [t["methods"][name] for t in worlds if name in t["methods"]]
    values = [m["log10_p"] for m in asked if m["log10_p"] is not None]
    table: dict[str, Any] = {"asked": len(asked), "contradictions": sum(m["status"] == "contradiction" for m in asked)}
    table["rates"] = {
        str(level): sum(v <= math.log10(level) for v in values) / len(values) for level in LEVELS if values
    }
    return table


def _power(cell: Cell, trials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    seen = sum(t["grade"] in ALARMS for t in trials)
    level = math.log10(1e-3)
    by_method = {
        name: sum(
            (m := t["methods"].get(name)) is not None
            and (m["status"] == "contradiction" or (m["log10_p"] is not None and m["log10_p"] <= level))
            for t in trials
        )
        for name in asked_methods(cell)
    }
    asked = {name: sum(name in t["methods"] for t in trials) for name in MADE_FOR.get(cell.scenario, ())}
    return {**asdict(cell), "trials": len(trials), "alarms": seen, "methods": by_method, "asked": asked}


def upper_bound(alarms: int, worlds: int, level: float = 0.95) -> float:
    """The one-sided upper bound of a rate (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    return 1.0 if alarms >= worlds else float(betaincinv(alarms + 1, worlds - alarms, level))


def broken_promises(made: Mapping[str, Any]) -> list[str]:
    """What a table contradicts: more alarms than the limit allows, with one false cry in a thousand."""
    headline = made["headline"]
    allowed = _allowed(int(headline["worlds"]), LIMIT)
    problems = []
    if headline["alarms"] > allowed:
        problems.append(
            f"{headline['alarms']} alarms in {headline['worlds']} clean contests; {allowed} may come by chance."
        )
    for half in ("development", "test"):
        rows = [row for row in made.get("countries", {}).values() if row["half"] == half]
        worlds, alarms = sum(row["worlds"] for row in rows), sum(row["alarms"] for row in rows)
        if worlds and alarms > _allowed(worlds, LIMIT):
            problems.append(f"{alarms} alarms in {worlds} contests of the shapes of the {half} half.")
    for cell in made["power"]:
        if scenario.scenario(cell["scenario"]).kind == "control" and cell["alarms"] > _allowed(cell["trials"], LIMIT):
            problems.append(f"The control {cell['name']} was seen {cell['alarms']} times.")
    return problems


def _allowed(trials: int, rate: float) -> int:
    below, k = 0.0, -1
    while below < 0.999:
        k += 1
        below += math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k)
    return k
