"""A dossier made again by a stranger: the same input, seed and choices, compared value by value.

A dossier is a claim about a file. Whoever holds the file can examine it again as the dossier says it was
examined and compare all three files. Bytes are compared first. Where they differ, figures are compared to nine
digits and numbers inside the page to six, because the last digits of a number may depend on the processor and
on the versions of the libraries; the numbers of these versions are not compared.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from recanvass import wording
from recanvass.case import Case
from recanvass.declaration import Declaration
from recanvass.dossier.files import FILES, contents
from recanvass.errors import ReadError, UsageError
from recanvass.examination import Examination, Progress, examine
from recanvass.results import Results
from recanvass.version import VERSION

Outcome = Literal["same", "same_figures", "differs", "other_input"]

#: A dossier of a contest with a million stations has 200 MB; nobody's takes more.
LARGEST = 1 << 30

#: Differences that are kept; all are counted.
MOST = 200

_DIGITS = 1e-9
_NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
_VERSIONS = re.compile(r"\b(numpy|scipy|polars|vl-convert-python) [\w.+]+")
_LANGUAGE = re.compile(r'<html lang="([a-z]{2})">')
_ISLAND = re.compile(r'<script type="application/json" id="examination">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Difference:
    """One place where the dossier and the recomputation differ.

    ``where`` is a file, or a path inside ``examination.json`` as in ``findings.3.p_value``; a value that
    one of them lacks is an empty text.
    """

    where: str
    published: str
    recomputed: str


@dataclass(frozen=True)
class Verification:
    """What came of making a dossier again.

    Parameters
    ----------
    outcome : str
        ``same``: every byte; ``same_figures``: every figure and word, last digits apart; ``differs``;
        ``other_input``: what was given is not what the dossier was made from, so nothing was recomputed.
    compared : tuple of str
        The files of the dossier that were compared.
    differences : tuple of Difference
        The first `MOST` of them.
    differing : int
        All of them.
    made_with, checked_with : str
        The version that the dossier names, and this one.
    """

    outcome: Outcome
    compared: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    differing: int = 0
    made_with: str = VERSION
    checked_with: str = VERSION

    @property
    def holds(self) -> bool:
        """Whether the dossier says what its input gives."""
        return self.outcome in ("same", "same_figures")

    def to_dict(self) -> dict[str, Any]:
        """The object of ``recanvass verify --json``."""
        return {"schema_version": "1.0", "holds": self.holds, **asdict(self)}

    def lines(self, language: str = "en") -> list[str]:
        """The outcome and the differences, in words."""
        facts = asdict(self)
        said = [wording.phrase("verification", "outcome", self.outcome, facts=facts, language=language)]
        if self.made_with != self.checked_with:
            said.append(wording.phrase("verification", "versions", facts=facts, language=language))
        for one in self.differences:
            said.append(wording.phrase("verification", "difference", facts=asdict(one), language=language))
        if self.differing > len(self.differences):
            rest = {"rest": self.differing - len(self.differences)}
            said.append(wording.phrase("verification", "more", facts=rest, language=language))
        return said


def verify(
    dossier: str | Path,
    what: Case | Results,
    *,
    declaration: Declaration | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Make a dossier again and compare.

    Parameters
    ----------
    dossier : path
        The folder of a dossier, or its ``dossier.html`` alone.
    what : Case or Results
        What the dossier says it was made from, read again.
    declaration : Declaration, optional
        Needed if the dossier was made under one.
    executor, progress
        As for `recanvass.examine`.

    Raises
    ------
    ReadError
        There is no dossier, or it is none that recanvass wrote.
    UsageError
        The declaration is missing, or is another one.
    """
    files = _files(Path(dossier))
    published = _examination_of(files)
    run = published["run"]
    _same_declaration(run, declaration)
    case = what if isinstance(what, Case) else Case.of(what)
    compared = tuple(name for name in FILES if name in files)
    version = str(run["version"])
    other = _other_input(run, case)
    if other is not None:
        return Verification("other_input", compared, (other,), 1, version, VERSION)
    exam = examine(
        _named(case, str(run.get("input_name", ""))),
        seed=int(run["seed"]),
        declaration=declaration,
        executor=executor,
        progress=progress,
        **_choices(run, declared=declaration is not None),
    )
    found, exact = _compared(files, published, exam)
    outcome: Outcome = "differs" if found else "same" if exact else "same_figures"
    return Verification(outcome, compared, tuple(found[:MOST]), len(found), version, VERSION)


def _files(place: Path) -> dict[str, str]:
    """The texts of a dossier by file name."""
    if not place.exists():
        raise ReadError(f"There is no dossier at {place.name!r}; give the folder that examine wrote, or its page.")
    names = {name: place / name for name in FILES} if place.is_dir() else {"dossier.html": place}
    texts = {}
    for name, path in names.items():
        if not path.is_file():
            continue
        if path.stat().st_size > LARGEST:
            raise ReadError(f"{name} has more than {LARGEST >> 30} GiB, which no dossier has; it is not read.")
        try:
            texts[name] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ReadError(
                f"{name} is not UTF-8 at byte {error.start}, as a dossier is; give it as written."
            ) from error
    if not texts:
        raise ReadError(f"{place.name!r} holds no {', '.join(FILES)}; give the folder that examine wrote.")
    return texts


def _examination_of(files: dict[str, str]) -> dict[str, Any]:
    """The object of ``examination.json``, else the one inside the page."""
    text, name = files.get("examination.json"), "examination.json"
    if text is None:
        inside = _ISLAND.search(files.get("dossier.html", ""))
        text, name = inside[1] if inside else "", "the page"
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"No examination can be read from {name}; give a dossier as recanvass wrote it.") from error
    found: dict[str, Any] = value if isinstance(value, dict) else {}
    run = found.get("run")
    if not isinstance(run, dict) or not {"seed", "version", "results_digest"} <= set(run):
        raise ReadError(f"{name} does not say how it was made (run); give a dossier as recanvass wrote it.")
    if type(run["seed"]) is not int or run["seed"] < 0:
        raise ReadError(f"{name} names the seed {wording.show(str(run['seed']), 40)!r}; a seed is a whole number.")
    return found


def _same_declaration(run: dict[str, Any], given: Declaration | None) -> None:
    told = run.get("declaration")
    sha256 = str(told.get("sha256", "")) if isinstance(told, dict) else ""
    if sha256 and given is None:
        raise UsageError(
            f"The dossier was made under the declaration {sha256[:12]}…; give that file with --declaration."
        )
    if given is not None and given.sha256 != sha256:
        named = f"names {sha256[:12]}…" if sha256 else "names none"
        raise UsageError(
            f"The declaration has the SHA-256 {given.sha256[:12]}…, and the dossier {named}; give the same."
        )


def _other_input(run: dict[str, Any], case: Case) -> Difference | None:
    """How the input differs from the one that the dossier names, if it does."""
    source = case.results.source.sha256 if case.results is not None else ""
    known = str(run.get("input_sha256", ""))
    if known != source:
        return Difference("run.input_sha256", known, source)
    digest = str(run["results_digest"])
    return None if digest == case.digest else Difference("run.results_digest", digest, case.digest)


def _named(case: Case, name: str) -> Case:
    """The case with its file called what it was called then; the bytes are the same."""
    results = case.results
    if results is None or not results.source.sha256 or results.source.name == name:
        return case
    now, sheet = results.source.name, results.sheet
    if sheet is not None:
        sheet = replace(
            sheet, mapping=sheet.mapping.replace(f"# How {wording.show(now)} ", f"# How {wording.show(name)} ", 1)
        )
    return replace(case, results=replace(results, source=replace(results.source, name=name), sheet=sheet))


def _choices(run: dict[str, Any], declared: bool) -> dict[str, Any]:
    """What a person chose at the run, as `recanvass.examine` takes it."""
    made = run.get("choices")
    chosen: dict[str, Any] = {}
    for kind, choice in made.items() if isinstance(made, dict) else ():
        by = ("person",) if declared else ("person", "rule")
        if not isinstance(choice, dict) or choice.get("by") not in by or not choice.get("value"):
            continue
        if kind == "methods":
            chosen["without"] = [str(name) for name in choice["value"]]
        elif kind in ("leader", "areas", "turnout_of", "share_of"):
            chosen[kind] = str(choice["value"])
    settings = run.get("settings")
    if isinstance(settings, dict) and settings:
        chosen["settings"] = {name: given for name, given in settings.items() if isinstance(given, dict)}
    return chosen


def _compared(files: dict[str, str], published: dict[str, Any], exam: Examination) -> tuple[list[Difference], bool]:
    """All differences that are not of last digits, and whether every byte is the same."""
    language = _LANGUAGE.search(files.get("dossier.html", ""))
    spoken = language[1] if language and language[1] in wording.LANGUAGES else "en"
    again = contents(exam, language=spoken)
    exact = all(again[name] == text for name, text in files.items())
    found = list(_leaves("", published, json.loads(again["examination.json"])))
    if "dossier.html" in files and "examination.json" in files:
        inside = _ISLAND.search(files["dossier.html"])
        held = _examination_of({"dossier.html": files["dossier.html"]}) if inside else {}
        found += [replace(one, where=f"dossier.html: {one.where}") for one in _leaves("", held, published)]
    for name in ("dossier.html", "stations.csv"):
        if name in files:
            found += _lines(name, files[name], again[name])
    return found, exact


def _leaves(where: str, one: Any, other: Any) -> Iterator[Difference]:
    """The values in which two objects differ, by their path."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _leaves(f"{where}.{key}" if where else key, one.get(key, _ABSENT), other.get(key, _ABSENT))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for k, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _leaves(f"{where}.{k}", left, right)
    elif not _alike(one, other):
        yield Difference(where, _short(one), _short(other))


_ABSENT = object()


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_DIGITS, abs_tol=1e-12)
    return type(one) is type(other) and one == other


def _short(value: Any) -> str:
    if value is _ABSENT:
        return ""
    return wording.show(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 200)


def _lines(name: str, published: str, recomputed: str) -> Iterator[Difference]:
    """The lines of a file that differ by more than last digits; the island is compared elsewhere."""
    one, other = (_plain(text).split("\n") for text in (published, recomputed))
    if len(one) != len(other):
        yield Difference(f"{name}: lines", str(len(one)), str(len(other)))
    for k, (left, right) in enumerate(zip(one, other, strict=False), start=1):
        if left != right:
            apart = (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b)
            start = max(0, next(apart, min(len(left), len(right))) - 40)
            shown = (wording.show(text[start : start + 120], 200) for text in (left, right))
            yield Difference(f"{name}: line {k}", *shown)


def _plain(text: str) -> str:
    """A page without its island and the versions of libraries, numbers to six digits."""
    return _NUMBER.sub(lambda found: f"{float(found[0]):.6g}", _VERSIONS.sub(r"\1", _ISLAND.sub("", text)))


__all__ = ["Difference", "Verification", "verify"]
