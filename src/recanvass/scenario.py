"""The contract of a scenario: a synthetic contest with known truth.

A clean world holds everything honest that looks odd; a manipulation is planted into a clean world and
records each station that it changed. ``scenarios/`` has one file a scenario; there is no list to edit.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import json
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from recanvass import scenario_parameters
from recanvass.case import Announced, Case
from recanvass.errors import UnknownName, UsageError
from recanvass.results import Results

#: The version of the class of clean contests that `draw_clean` draws from.
CLEAN_CLASS = "clean-2026.4"


@dataclass(frozen=True)
class Planted:
    """One thing that was done to some stations.

    Parameters
    ----------
    kind : str
        The scenario that did it.
    rows : tuple of int
        The positions of the stations in the table.
    facts : mapping
        Plain values: district, percentage, ...
    """

    kind: str
    rows: tuple[int, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """A simulated contest, the same before anything was done, what was done, and how places were divided."""

    name: str
    results: Results
    before: Results
    planted: tuple[Planted, ...] = ()
    announced: tuple[Announced, ...] = ()
    #: What else is known of the contest: fields of `Case` by name (``arrivals``, ``electronic``, ...).
    known: Mapping[str, Any] = field(default_factory=dict)
    #: Whether the table by station is published; where it is not, a case has no results.
    published: bool = True

    def case(self) -> Case:
        """The contest as an examination gets it: the table, and whatever else the world makes known."""
        known = dict(self.known) | ({"announced": self.announced} if self.announced else {})
        if not self.published:
            return Case(self.results.contest, **known)
        return Case.of(self.results, **known)

    def truth(self) -> dict[str, Any]:
        """Plain values: what was planted, at which stations, and how many votes it moved."""
        stations = self.results.stations
        moved = self.results.votes.astype(np.int64) - self.before.votes
        rule = self.known.get("division")
        divided = {} if rule is None else {"division": {"station": rule.station, "rule": rule.rule}}
        hidden = {} if self.published else {"counted": self.results.totals}
        return (
            divided
            | hidden
            | {
                "scenario": self.name,
                "stations": len(self.results),
                "votes_moved": {o: int(moved[:, j].sum()) for j, o in enumerate(self.results.options)},
                "votes_changed": int(np.abs(moved).sum()),
                "planted": [
                    {
                        "kind": p.kind,
                        "stations": [stations[i] for i in p.rows],
                        "facts": dict(p.facts),
                        "votes_moved": int(moved[list(p.rows)].clip(min=0).sum()) if p.rows else 0,
                    }
                    for p in self.planted
                ],
            }
        )


@dataclass(frozen=True)
class Scenario(ABC):
    """A way to make contests. Fields of a subclass are its parameters."""

    kind: ClassVar[Literal["clean", "planted", "control"]] = "planted"

    @property
    def name(self) -> str:
        """The name of the scenario: that of its file."""
        return type(self).__module__.rsplit(".", 1)[-1]

    @abstractmethod
    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest of about so many stations; the generator alone decides it."""


def names() -> tuple[str, ...]:
    """The scenarios: the files of the folder, in alphabetical order."""
    return _listed(tuple(importlib.import_module("recanvass.scenarios").__path__))


@cache
def _listed(folders: tuple[str, ...]) -> tuple[str, ...]:
    """What the folders hold; listed once, for an examination asks hundreds of times."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(folders) if not m.name.startswith("_")))


def kind_of(name: str) -> type[Scenario]:
    """The class of the scenario of this name."""
    if name not in names():
        near = get_close_matches(name, names(), 1)
        hint = f" Did you mean {near[0]!r}?" if near else f" There are {', '.join(names())}."
        raise UnknownName(f"There is no scenario {name!r}.{hint}")
    module = importlib.import_module(f"recanvass.scenarios.{name}")
    (kind,) = [
        k
        for k in vars(module).values()
        if isinstance(k, type) and issubclass(k, Scenario) and k.__module__ == module.__name__
    ]
    return kind


def scenario(name: str, **parameters: Any) -> Scenario:
    """The scenario of this name, with these parameters; `UnknownName` or `UsageError` where they are wrong."""
    kind = kind_of(name)
    scenario_parameters.check(name, kind, parameters)
    made = kind(**parameters)
    clean = parameters.get("clean")
    if clean is not None and kind_of(clean).kind != "clean":
        raise UsageError(f"{name} is planted into a clean scenario, and {clean} is not one; choose another.")
    return made


def draw_clean(rng: np.random.Generator) -> World:
    """One draw from the class of clean contests: its kind, its size and its shape are all random."""
    clean = [n for n in names() if scenario(n).kind == "clean"]
    chosen = scenario(clean[int(rng.integers(len(clean)))])
    return chosen.build(rng, draw_size(rng))


def draw_size(rng: np.random.Generator) -> int:
    """The number of stations of a contest of the class."""
    return int(rng.choice([300, 1000, 3000, 10000], p=[0.3, 0.35, 0.25, 0.1]))


def fingerprint() -> str:
    """SHA-256 over a draw of every clean scenario and some draws of the class: it changes if the class does."""
    hasher = hashlib.sha256(CLEAN_CLASS.encode())
    for name in names():
        if scenario(name).kind == "clean":
            world = scenario(name).build(np.random.default_rng(0), 200)
            hasher.update(f"{name} {world.results.digest}".encode())
    for seed in range(4):
        hasher.update(draw_clean(np.random.default_rng(seed)).results.digest.encode())
    return hasher.hexdigest()


def write(world: World, path: Path, made: Mapping[str, Any] | None = None) -> Path:
    """The contest as a CSV file in the layout of a commission, and its truth beside it.

    Parameters
    ----------
    world : World
    path : Path
    made : mapping, optional
        How it was made (seed, parameters): plain values that are written with the truth.

    Returns
    -------
    Path
        The file of the truth, ``<path>.truth.json``.
    """
    path.write_text(table_text(world.results), encoding="utf-8", newline="")
    truth = path.with_name(path.name + ".truth.json")
    truth.write_text(
        json.dumps({**world.truth(), **(made or {})}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return truth


def table_text(results: Results) -> str:
    """The table as CSV in the layout of a commission: a header, a line a station, absent figures empty."""
    text, frame = io.StringIO(newline=""), results.to_frame()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.iter_rows():
        writer.writerow(["" if cell is None else cell for cell in row])
    return text.getvalue()
