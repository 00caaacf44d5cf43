r"""Sizes: how often each method rejects draws of its own null, at contests of three sizes.

A method says what a contest is like in which nothing is wrong (`Method.null`); asked of such a contest,
its p-values must be uniform, or larger where the statistic is discrete or a bound is used. With
:math:`K` draws a rate :math:`r` at the level :math:`\alpha` is *above* if

.. math:: r > \alpha + 2.6 \sqrt{\alpha (1 - \alpha) / K},

which is .058 at 5 % and .0137 at 1 % for :math:`K = 5000`, and *below* on the other side. Above is a defect.
Below is not, and there are three reasons for it, which the table tells apart: few values are possible
(*discrete*), many answers are exactly p = 1 (*capped*: a union bound over options, areas and windows is cut
there), or neither (the bound itself is wide). Draws are written as they are made, a line for so many, so that
a run that was killed goes on where it stopped, method by method.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from recanvass import resumable_run, testing
from recanvass.calibration import LEVELS
from recanvass.case import Case
from recanvass.method import method, names

#: Draws by the number of stations.
DRAWS: Mapping[int, int] = {60: 5000, 300: 5000, 1500: 5000}

#: Draws a line of the file, and a task of the executor.
CHUNK = 25

#: How many standard errors make a rate one that is not the level.
ERRORS = 2.6


@dataclass(frozen=True)
class Sized:
    """A method at one contest, with the number of draws from its null.

    A method that brings an example of its own is asked about that one, which has the size that it has;
    ``stations`` then only numbers the seed of the example.
    """

    method: str
    stations: int
    draws: int

    @property
    def name(self) -> str:
        """The name of the file of its draws, without the suffix."""
        return f"{self.method}-{self.stations}"


def plan(chosen: Sequence[str] = (), draws: int = 0) -> list[Sized]:
    """Every method at every size; ``draws`` above 0 replaces the numbers of `DRAWS`."""
    asked = chosen or names()
    return [Sized(method(n).name, size, draws or k) for n in asked for size, k in DRAWS.items()]


def distinct(planned: Sequence[Sized], folder: Path) -> list[Sized]:
    """What is planned, without what would draw a contest of the same shape again.

    The example of a method has one size, so that three seeds of it say three times the same. Of those with equally
    many stations and options the one stays of which ``folder`` holds most lines; of equal ones the first.
    """
    kept: dict[tuple[object, ...], Sized] = {}
    for sized in planned:
        own = method(sized.method).example(np.random.default_rng(0)) is not None
        key = (sized.method, *(contest_figures(sized).values() if own else (sized.stations,)))
        if key not in kept or len(lines_of(sized, folder)) > len(lines_of(kept[key], folder)):
            kept[key] = sized
    return [sized for sized in planned if sized in kept.values()]


@lru_cache(maxsize=4)
def contest(name: str, stations: int) -> Case:
    """The contest whose null is drawn."""
    seed = 1 + sorted(DRAWS).index(stations) if stations in DRAWS else stations
    return testing.example(method(name), stations, seed)


def drawn(sized: Sized, first: int, seed: int = 5) -> list[float | None]:
    """log10 p-values of `CHUNK` draws from the first one on; None where the question was not answered."""
    case, asked = contest(sized.method, sized.stations), method(sized.method)
    last = min(first + CHUNK, sized.draws)
    return [testing.null_p_value(asked, case, draw, seed) for draw in range(first, last)]


def run(
    planned: Sequence[Sized],
    folder: Path,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> None:
    """Make the draws that ``folder`` does not hold yet; the first line of each, then the others.

    Where no draw of the first line has a p-value (the method has none, or too few stations), the others are left out.

    Parameters
    ----------
    planned : sequence of Sized
    folder : Path
        One file ``<method>-<stations>.jsonl`` each; remove the files of a method that has changed.
    executor : concurrent.futures.Executor, optional
    progress : callable, optional
        Called with (done, total, method).
    """
    for opening in (True, False):
        waiting = [(s, first) for s in planned for first in _missing(s, folder) if (first == 0) is opening]
        resumable_run.run(folder, waiting, drawn, _line, executor=executor, progress=progress)


def _line(sized: Sized, first: int, values: list[float | None]) -> dict[str, Any]:
    return {"first": first, "log10_p": values, "contest": contest_figures(sized)}


def measure(
    folder: Path,
    chosen: Sequence[str] = (),
    draws: int = 0,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Make the draws that ``folder`` lacks, and the part ``sizes`` of the table."""
    planned = distinct(plan(chosen, draws), folder)
    run(planned, folder, executor=executor, progress=progress)
    return {"sizes": summarise(folder, planned)}


def contest_figures(sized: Sized) -> dict[str, int]:
    """Stations and options of the contest that is drawn."""
    case = contest(sized.method, sized.stations)
    table = case.results if case.results is not None else case.copies
    return {"stations": 0 if table is None else len(table), "options": 0 if table is None else len(table.options)}


def lines_of(sized: Sized, folder: Path) -> dict[int, dict[str, Any]]:
    """The whole lines that are there, by their first draw; a torn one is ignored."""
    made: dict[int, dict[str, Any]] = {}
    for record in resumable_run.records(folder, sized):
        wanted = min(CHUNK, sized.draws - record["first"])
        if len(record["log10_p"]) >= wanted > 0:
            made[record["first"]] = record
    return made


def _missing(sized: Sized, folder: Path) -> list[int]:
    there = lines_of(sized, folder)
    if 0 in there and all(value is None for value in there[0]["log10_p"]):
        return []
    return [first for first in range(0, sized.draws, CHUNK) if first not in there]


def summarise(folder: Path, planned: Sequence[Sized] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The rates by method, a line a contest; methods without a draw are left out."""
    table: dict[str, list[dict[str, Any]]] = {}
    for sized in distinct(plan(), folder) if planned is None else planned:
        lines = lines_of(sized, folder)
        if lines:
            values = [v for first in sorted(lines) for v in lines[first]["log10_p"]]
            figures = next(iter(lines.values()))["contest"]
            table.setdefault(sized.method, []).append(figures | rates(values))
    return table


def rates(values: Iterable[float | None]) -> dict[str, Any]:
    """Draws, answers with a p-value, and the share of them at or below each level, with what explains it."""
    given = list(values)
    found = np.array([v for v in given if v is not None], dtype=np.float64)
    table: dict[str, Any] = {"draws": len(given), "answered": int(found.size)}
    if not found.size:
        return table
    table["rates"] = {str(level): float((found <= math.log10(level) + 1e-12).mean()) for level in LEVELS}
    table["capped"] = float((found > -1e-9).mean())
    several = np.unique(np.round(found[found <= -1e-9], 9))
    below = found[found <= math.log10(0.2)]
    table["discrete"] = bool(several.size < max(20, found.size // 20)) if below.size else True
    table["beyond"] = {str(level): _beyond(table["rates"][str(level)], level, found.size) for level in LEVELS[:2]}
    return table


def merged(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a method, those of contests with equally many stations and options taken together.

    Older runs drew the example of a method three times over; their draws count together, as ``contests`` says.
    """
    groups: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["stations"], row.get("options", 0)), []).append(row)
    return [_together(group) for _, group in sorted(groups.items())]


def _together(group: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    made = dict(group[0]) | {"contests": sum(row.get("contests", 1) for row in group)}
    if len(group) == 1:
        return made
    answered = [row["answered"] for row in group]
    made |= {"draws": sum(row["draws"] for row in group), "answered": sum(answered)}
    if not made["answered"]:
        return made
    asked = [row for row in group if row["answered"]]
    made["rates"] = {
        key: sum(row["answered"] * row["rates"][key] for row in asked) / made["answered"] for key in asked[0]["rates"]
    }
    made["capped"] = sum(row["answered"] * row["capped"] for row in asked) / made["answered"]
    made["discrete"] = all(row["discrete"] for row in asked)
    made["beyond"] = {str(level): _beyond(made["rates"][str(level)], level, made["answered"]) for level in LEVELS[:2]}
    return made


def _beyond(rate: float, level: float, draws: int) -> str:
    """``above`` or ``below`` the band around the level, or nothing."""
    margin = ERRORS * math.sqrt(level * (1 - level) / draws)
    return "above" if rate > level + margin else "below" if rate < level - margin else ""


def defects(table: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Methods that reject their own null too often, in sentences."""
    return [
        f"{name} rejects {100 * row['rates'][level]:.2f} % of {row['answered']} draws of its own null"
        f" at the level {level} ({row['stations']} stations); that is too often."
        for name, rows in sorted(table.items())
        for row in rows
        for level, side in row.get("beyond", {}).items()
        if side == "above"
    ]
