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

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from recanvass import testing
from recanvass.calibration import LEVELS, append
from recanvass.case import Case
from recanvass.method import method, names

#: Draws by the number of stations. The largest contests cost most and are drawn less often.
DRAWS: Mapping[int, int] = {60: 5000, 300: 5000, 1500: 2500}

#: Draws a line of the file, and a task of the executor.
CHUNK = 25

#: How many standard errors make a rate one that is not the level.
ERRORS = 2.6


@dataclass(frozen=True)
class Sized:
    """A method at one contest, with the number of draws from its null.

    A method that brings an example of its own is asked about three of them, which have the size that
    they have; ``stations`` then only numbers them.
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
    """Make the draws that ``folder`` does not hold yet.

    Parameters
    ----------
    planned : sequence of Sized
    folder : Path
        One file ``<method>-<stations>.jsonl`` each; remove the files of a method that has changed.
    executor : concurrent.futures.Executor, optional
    progress : callable, optional
        Called with (done, total, method).
    """
    folder.mkdir(parents=True, exist_ok=True)
    waiting = [(s, first) for s in planned for first in _missing(s, folder)]
    tell = progress or (lambda done, total, stage: None)
    for done, (sized, first, values) in enumerate(_made(waiting, executor)):
        line = {"first": first, "log10_p": values, "contest": contest_figures(sized)}
        append(folder / f"{sized.name}.jsonl", json.dumps(line, sort_keys=True, allow_nan=False))
        tell(done + 1, len(waiting), sized.method)


def measure(
    folder: Path,
    chosen: Sequence[str] = (),
    draws: int = 0,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Make the draws that ``folder`` lacks, and the part ``sizes`` of the table."""
    planned = plan(chosen, draws)
    run(planned, folder, executor=executor, progress=progress)
    return {"sizes": summarise(folder, planned)}


def _made(
    waiting: Sequence[tuple[Sized, int]], executor: Executor | None
) -> Iterator[tuple[Sized, int, list[float | None]]]:
    if executor is None:
        for sized, first in waiting:
            yield sized, first, drawn(sized, first)
        return
    for start in range(0, len(waiting), 64):
        chosen = waiting[start : start + 64]
        futures = [executor.submit(drawn, sized, first) for sized, first in chosen]
        for (sized, first), future in zip(chosen, futures, strict=True):
            yield sized, first, future.result()


def contest_figures(sized: Sized) -> dict[str, int]:
    """Stations and options of the contest that is drawn."""
    case = contest(sized.method, sized.stations)
    table = case.results if case.results is not None else case.copies
    return {"stations": 0 if table is None else len(table), "options": 0 if table is None else len(table.options)}


def lines_of(sized: Sized, folder: Path) -> dict[int, dict[str, Any]]:
    """The whole lines that are there, by their first draw; a torn one is ignored."""
    path = folder / f"{sized.name}.jsonl"
    made: dict[int, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        wanted = min(CHUNK, sized.draws - record["first"])
        if len(record["log10_p"]) >= wanted > 0:
            made[record["first"]] = record
    return made


def _missing(sized: Sized, folder: Path) -> list[int]:
    there = lines_of(sized, folder)
    return [first for first in range(0, sized.draws, CHUNK) if first not in there]


def summarise(folder: Path, planned: Sequence[Sized] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The rates by method, a line a contest; methods without a draw are left out."""
    table: dict[str, list[dict[str, Any]]] = {}
    for sized in planned or plan():
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
