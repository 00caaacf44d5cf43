"""The contract of a method: one question, its null as code, its answer, its drawing.

A method is one file in ``methods/`` and one file of words in ``phrases/`` of the same name.
There is no list to edit: `names` is the folder.
"""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar, Literal, final

import numpy as np

from recanvass import wording
from recanvass.case import Case
from recanvass.errors import UnknownName
from recanvass.finding import Answer, EvidenceClass, Finding, Run, Skipped
from recanvass.results import Results
from recanvass.version import VERSION


class Unasked(Exception):
    """Raised by `Method.ask` when a question turns out to have no answer here; becomes `Skipped`."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Needs:
    """What a case must have for a question to be asked.

    ``columns`` are names for `Results.has`; ``stations`` and ``options`` are least numbers.
    """

    columns: tuple[str, ...] = ()
    stations: int = 1
    options: int = 1
    results: bool = True

    def missing_from(self, case: Case) -> tuple[str, Mapping[str, Any]] | None:
        """A phrase's key (``phrases/skipped.toml``) and its facts, or None if nothing is missing."""
        if not self.results:
            return None
        if case.results is None:
            return "no_results", {}
        absent = [c for c in self.columns if not case.results.has(c)]
        if absent:
            return "columns", {"columns": absent}
        if len(case.results.options) < self.options:
            return "options", {"options": len(case.results.options), "needed": self.options}
        known = int(case.results.known(*self.columns).sum())
        if known < self.stations:
            return "stations", {"stations": known, "needed": self.stations}
        return None


@dataclass(frozen=True)
class Reference:
    """A number published elsewhere, or derived by hand, that must come out.

    ``source`` is a citation key, a program with its function or version, or a script in ``tests/references``;
    ``origin`` says who found the number:

    - *printed*: a paper, a book, an office, or the notebook or manual of its authors prints it;
    - *program*: another program, not written here, gives it;
    - *compendium*: the project's compendium of methods or its catalogue of contests holds it, worked out with
      other code before there was any here;
    - *own*: a second script of this project; *hand*: paper and pencil.

    The first three are from outside. Every method has two of them.
    """

    source: str
    dataset: str
    quantity: str
    value: float
    tolerance: float
    origin: Literal["printed", "program", "compendium", "own", "hand"] = "own"

    @property
    def outside(self) -> bool:
        """Whether someone else found the number."""
        return self.origin in ("printed", "program", "compendium")


@dataclass(frozen=True)
class Drawing:
    """A chart as specification plus records (Vega-Lite); the house style is added by `figure`.

    ``spec`` has no ``data``, no colours of its own beyond the house roles ``observed``,
    ``departure``, ``expected``, ``context`` and no sizes in pixels for the width; ``records`` are
    flat mappings of plain values. ``title`` and ``alt`` come from the method's phrases.
    """

    spec: Mapping[str, Any]
    records: list[dict[str, Any]]
    title: str
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Method(ABC):
    """A question that can be asked of a case. Fields of a subclass are its parameters."""

    evidence_class: ClassVar[EvidenceClass]
    #: The chapter of the dossier that asks the question.
    room: ClassVar[Literal["accounts", "witnesses", "fingerprints"]] = "fingerprints"
    needs: ClassVar[Needs] = Needs()
    #: Scenarios in which it is expected to speak; the harness holds it to that.
    detects: ClassVar[tuple[str, ...]] = ()
    #: Keys of ``CITATIONS`` in `recanvass.citations`.
    cites: ClassVar[tuple[str, ...]] = ()
    references: ClassVar[tuple[Reference, ...]] = ()
    #: How cost grows, in words for the docs.
    cost: ClassVar[str] = "linear in stations"

    @property
    def name(self) -> str:
        """The name of the method: that of its file."""
        return type(self).__module__.rsplit(".", 1)[-1]

    @property
    def question(self) -> str:
        """The question in plain English."""
        return wording.phrase(self.name, "question")

    @abstractmethod
    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The contest as it would be were nothing wrong; it defines the method."""

    @abstractmethod
    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The answer; may raise `Unasked`."""

    @abstractmethod
    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The finding as a chart; uses nothing but the finding."""

    def example(self, rng: np.random.Generator) -> Case | None:
        """A case in which the question can be asked; None where any contest with stations will do."""
        return None

    @final
    def run(self, case: Case, seed: int = 0, of: Literal["results", "copies"] = "results") -> Finding | Skipped:
        """Ask, and attach the words and the provenance; ``of`` says whether ``case`` holds copies."""
        missing = self.needs.missing_from(case)
        if missing is None:
            try:
                answer = self.ask(case, np.random.default_rng(seed_of(seed, self.name)))
            except Unasked as unasked:
                missing = unasked.code, unasked.facts
        if missing is not None:
            code, facts = missing
            reason = wording.skipped(self.name, code, facts)
            return Skipped(self.name, reason, code, dict(facts), self.evidence_class, self.question, self.detects)
        run = Run(self.name, asdict(self), case.digest, seed, VERSION)
        summary = wording.summary(self.name, answer.outcome, answer.facts, of=of)
        kind = max(
            self.evidence_class, answer.evidence_class or self.evidence_class
        )  # a case may weaken it, never more
        return Finding(run, kind, self.question, summary, answer, of)


def singled_out(results: Results, option: str | None) -> int:
    """The option that a method asks about: the one it was given, else the leader; raises `Unasked`."""
    if option is None:
        return results.leader
    if option not in results.options:
        raise Unasked("no_option", option=option)
    return results.options.index(option)


def seed_of(seed: int, name: str) -> list[int]:
    """The seed of one method's generator: independent of the order and of the executor."""
    return [seed, zlib.crc32(name.encode())]


def names() -> tuple[str, ...]:
    """The methods: the files of the folder, in alphabetical order."""
    return _listed(tuple(importlib.import_module("recanvass.methods").__path__))


@cache
def _listed(folders: tuple[str, ...]) -> tuple[str, ...]:
    """What the folders hold; listed once, for an examination asks hundreds of times."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(folders) if not m.name.startswith("_")))


def method(name: str, **parameters: Any) -> Method:
    """The method of this name, with these parameters; `UnknownName` where there is none, with the nearest."""
    if name not in names():
        near = get_close_matches(name, names(), 1)
        hint = f" Did you mean {near[0]!r}?" if near else f" There are {', '.join(names())}."
        raise UnknownName(f"There is no method {name!r}.{hint}")
    module = importlib.import_module(f"recanvass.methods.{name}")
    kinds = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Method) and kind.__module__ == module.__name__
    ]
    if len(kinds) != 1:
        raise UnknownName(f"methods/{name}.py defines {len(kinds)} methods; it must define one.")
    known = [f.name for f in fields(kinds[0])]
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise UnknownName(f"{name} has no parameter {unknown[0]!r}; it has {', '.join(known) or 'none'}.")
    made: Method = kinds[0](**parameters)
    return made


__all__ = ["Drawing", "Method", "Needs", "Reference", "Unasked", "method", "names", "seed_of", "singled_out"]
