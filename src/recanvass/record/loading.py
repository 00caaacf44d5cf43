"""The record of a case folder: claims, sources, candidates, history; checked while it is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from recanvass.errors import ReadError
from recanvass.record import sources as places
from recanvass.record.case_file import (
    AnnouncedRow,
    Candidate,
    CaseFile,
    Estimate,
    HistoryRow,
    OpennessTable,
    Tie,
    announced_rows,
    history_rows,
    inside,
    read_case_file,
)
from recanvass.record.checking import CheckReport, check_claims, readable
from recanvass.record.claims import Claim, ClaimsFile, Digest, Entry, FileName, Line, Paragraph, Source
from recanvass.record.documents import Problem, document, validated
from recanvass.record.quotations import Refused, Text, locate
from recanvass.wording import show


@dataclass(frozen=True)
class Record:
    """What is known about a contest besides its results.

    ``report`` says which quotations were found word for word in their sources.
    """

    name: str
    sources: tuple[Source, ...] = ()
    claims: tuple[Claim, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    announced: tuple[AnnouncedRow, ...] = ()
    openness: OpennessTable = field(default_factory=OpennessTable)
    see_also: tuple[Tie, ...] = ()
    report: CheckReport = field(default_factory=lambda: CheckReport(""))
    note: str = ""

    def source(self, name: str) -> Source:
        """The source of this id."""
        return next(s for s in self.sources if s.id == name)


class PlainClaim(Entry):
    """A claim of a single case file: a text, a quotation, and the file beside it."""

    id: Annotated[Line, Field(min_length=1)]
    text: Paragraph = ""
    source: FileName
    quote: Paragraph
    sha256: Digest | None = None
    prefix: Line = ""
    suffix: Line = ""


def check(case_folder: Path) -> CheckReport:
    """Whether every claim of a case stands word for word in its source.

    Raises
    ------
    ReadError
        If ``case.toml`` or the file of claims cannot be parsed at all.
    """
    folder = Path(case_folder)
    case, problems = read_case_file(folder)
    if case is None:
        return CheckReport(folder.resolve().name, tuple(problems))
    return _record(case, folder)[1]


def load(case_folder: Path) -> Record:
    """The record of a case.

    Raises
    ------
    ReadError
        If anything in it is refused; the message names file, claim and field.
    """
    folder = Path(case_folder)
    case, problems = read_case_file(folder)
    if case is None:
        raise refused(problems)
    record, report = _record(case, folder)
    if not report.ok:
        raise refused(report.problems)
    return record


def refused(problems: Any) -> ReadError:
    """One error for what was refused; at most eight are spelt out."""
    listed = [str(p) for p in problems]
    rest = f" And {len(listed) - 8} more." if len(listed) > 8 else ""
    return ReadError(" ".join(listed[:8]) + rest)


def judge_file(path: Path) -> CheckReport:
    """A single case file: ``case.toml``, a file of claims, or plain claims in JSON or TOML.

    Its sources may lie beside it. A YAML file is refused unread.

    Raises
    ------
    ReadError
        If the file cannot be parsed; nothing in it is executed or followed.
    """
    path = Path(path)
    if path.name == "case.toml":
        return check(path.parent)
    value = document(path)
    name, folders = path.name, places.roots(path.parent, beside=True)
    if "sources" in value or "schema_version" in value:
        sources, claims, problems = _claims(value, name)
        report = check_claims(name, name, sources, claims, folders)
        return _joined(report, problems)
    problems = [
        Problem.of(name, "", key, "unknown_key", key=key) for key in value if key not in ("title", "note", "claims")
    ]
    listed = value.get("claims", [])
    if not isinstance(listed, list) or not listed:
        problems.append(Problem.of(name, "", "claims", "no_claims"))
        listed = []
    verified: list[str] = []
    for number, raw in enumerate(listed[:5_000]):
        claim, trouble = validated(PlainClaim, raw, name, _named(raw, number))
        problems += trouble
        if claim is not None:
            found = _plain(claim, name, folders)
            problems += found
            verified += [] if found else [claim.id]
    return CheckReport(name, tuple(problems), verified=tuple(verified))


def _plain(claim: PlainClaim, file: str, folders: tuple[Path, ...]) -> list[Problem]:
    stored = places.stored(claim.source, folders)
    if stored is None:
        stored = Refused("source_missing", (("source", claim.source),))
    if isinstance(stored, Refused):
        return [Problem(file, claim.id, "source", stored.code, stored.facts)]
    if claim.sha256 is not None and claim.sha256 != stored.sha256:
        facts = {"source": claim.source, "found": stored.sha256, "cited": claim.sha256}
        return [Problem.of(file, claim.id, "sha256", "source_hash", **facts)]
    text = readable(stored)
    if isinstance(text, Refused):
        return [Problem(file, claim.id, "source", text.code, text.facts)]
    if not isinstance(text, Text):
        return [Problem.of(file, claim.id, "source", "source_broken", reason=text)]
    place = locate(claim.quote, text, claim.prefix, claim.suffix)
    return [Problem(file, claim.id, "quote", place.code, place.facts)] if isinstance(place, Refused) else []


def _record(case: CaseFile, folder: Path) -> tuple[Record, CheckReport]:
    name = folder.resolve().name
    sources: list[Source] = []
    claims: list[Claim] = []
    report = CheckReport(name)
    if case.record.claims:
        path = inside(folder, case.record.claims, "record.claims")
        sources, claims, problems = _claims(document(path), path.name)
        report = _joined(check_claims(name, path.name, sources, claims, places.roots(folder)), problems)
    record = Record(
        name=name,
        sources=tuple(sources),
        claims=tuple(claims),
        candidates=tuple(case.candidates),
        estimates=tuple(case.estimates),
        history=history_rows(case, folder),
        announced=announced_rows(case, folder),
        openness=case.openness,
        see_also=tuple(case.see_also),
        report=report,
        note=case.note,
    )
    return record, report


def _claims(value: dict[str, Any], file: str) -> tuple[list[Source], list[Claim], list[Problem]]:
    head, problems = validated(ClaimsFile, value, file)
    if head is None:
        return [], [], problems
    sources: list[Source] = []
    claims: list[Claim] = []
    seen: set[tuple[str, str]] = set()
    for kind, raws in (("source", head.sources), ("claim", head.claims)):
        for number, raw in enumerate(raws):
            named = _named(raw, number, kind)
            if (kind, named) in seen:
                problems.append(Problem.of(file, named, "id", "twice", key=named))
            seen.add((kind, named))
            if kind == "source":
                source, trouble = validated(Source, raw, file, named)
                sources += [source] if source is not None else []
            else:
                claim, trouble = validated(Claim, raw, file, named)
                claims += [claim] if claim is not None else []
            problems += trouble
    return sources, claims, problems


def _named(raw: Any, number: int, kind: str = "claim") -> str:
    name = raw.get("id") if isinstance(raw, dict) else None
    return show(name, 64) if isinstance(name, str) and name else f"{kind} {number + 1}"


def _joined(report: CheckReport, problems: list[Problem]) -> CheckReport:
    """The report with the problems of the form put first."""
    return CheckReport(
        report.name, (*problems, *report.problems), report.cautions, report.verified, report.unverified,
        report.sources, report.places,
    )  # fmt: skip
