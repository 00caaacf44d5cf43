"""Claims are checked against their sources; whatever cannot be found there is refused by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from recanvass.errors import MissingExtra, ReadError, RecanvassError
from recanvass.record import quotations
from recanvass.record.claims import Apart, Claim, Source
from recanvass.record.dates import day_of, resolve
from recanvass.record.documents import Problem
from recanvass.record.quantities import Said, quantities
from recanvass.record.quotations import Place, Refused, Text, locate, normalised
from recanvass.record.sources import Stored, stored
from recanvass.record.texts import text_of
from recanvass.wording import phrase

State = Literal["verified", "not at hand", "unreadable", "refused"]


@dataclass(frozen=True)
class SourceState:
    """What became of a source here.

    ``paragraphs`` and ``covered`` count the paragraphs of the report and those that a verified
    quotation touches; ``uncovered`` are the first words of the others.
    """

    source: str
    file: str
    state: State
    reason: str = ""
    paragraphs: int = 0
    covered: int = 0
    uncovered: tuple[str, ...] = ()

    def sentence(self, language: str = "en") -> str:
        """What may be said about the quotations from it."""
        code = self.state.replace(" ", "_")
        facts = {"file": self.file, "reason": self.reason, "paragraphs": self.paragraphs, "covered": self.covered}
        return phrase("record", "source", code, facts=facts, language=language)


@dataclass(frozen=True)
class CheckReport:
    """The outcome of `check`.

    Parameters
    ----------
    name : str
        The case.
    problems : tuple of Problem
        What is refused; each names file, claim and field.
    cautions : tuple of Problem
        What a person should look at; nothing is refused because of it.
    verified, unverified : tuple of str
        Claims whose quotation was found word for word, and claims whose source is not at hand.
    sources : tuple of SourceState
    """

    name: str
    problems: tuple[Problem, ...] = ()
    cautions: tuple[Problem, ...] = ()
    verified: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    sources: tuple[SourceState, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Nothing is refused (quotations may still be unverified here; see ``unverified``)."""
        return not self.problems

    def sentence(self, language: str = "en") -> str:
        """The outcome in one sentence."""
        facts = {
            "problems": len(self.problems),
            "verified": len(self.verified),
            "unverified": len(self.unverified),
            "claims": len(self.verified) + len(self.unverified),
        }
        code = "refused" if self.problems else "nothing" if not facts["claims"] else "all"
        if not self.problems and self.unverified:
            code = "partly" if self.verified else "none"
        return phrase("record", "check", code, facts=facts, language=language)

    def lines(self, language: str = "en") -> list[str]:
        """The report as it is printed: one line a problem, then the outcome."""
        caution = phrase("record", "check", "caution", language=language)
        shown = [p.said(language) for p in self.problems]
        shown += [f"{c.said(language)} ({caution})" for c in self.cautions]
        shown += [s.sentence(language) for s in self.sources]
        return [*shown, self.sentence(language)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "case": self.name,
            "ok": self.ok,
            "sentence": self.sentence(),
            "problems": [p.to_dict() for p in self.problems],
            "cautions": [c.to_dict() for c in self.cautions],
            "verified": list(self.verified),
            "unverified": list(self.unverified),
            "normalisation": quotations.NORMALISATION,
            "sources": [
                {
                    "source": s.source,
                    "file": s.file,
                    "state": s.state,
                    "sentence": s.sentence(),
                    "paragraphs": s.paragraphs,
                    "covered": s.covered,
                    "uncovered": list(s.uncovered),
                }
                for s in self.sources
            ],
        }


def check_claims(
    name: str, file: str, sources: Sequence[Source], claims: Sequence[Claim], folders: Sequence[Path]
) -> CheckReport:
    """Every claim against the stored copy of its source."""
    problems: list[Problem] = []
    cautions: list[Problem] = []
    verified: list[str] = []
    unverified: list[str] = []
    states: list[SourceState] = []
    places: dict[str, Place] = {}
    for source in sources:
        mine = [c for c in claims if c.source == source.id]
        opened = _opened(source, folders)
        published, trouble = _published(source, file)
        problems += trouble
        if isinstance(opened, Refused):
            for named in [claim.id for claim in mine] or [source.id]:
                problems.append(Problem(file, named, "source", opened.code, opened.facts))
            reason = phrase("record", "problem", opened.code, facts=dict(opened.facts))
            states.append(SourceState(source.id, source.file, "refused", reason))
            continue
        text = opened if isinstance(opened, Text) else None
        spans: list[tuple[int, int, str]] = []
        if text is not None:
            spans, trouble = _apart(source, text, file)
            problems += trouble
        for claim in mine:
            refused, doubts, place = _claim(claim, file, text, spans, published)
            problems += refused
            cautions += doubts
            if not refused:
                (unverified if text is None else verified).append(claim.id)
            if place is not None:
                places[claim.id] = place
        if text is None:
            state: State = "unreadable" if opened else "not at hand"
            states.append(SourceState(source.id, source.file, state, str(opened or "")))
        else:
            found = [places[c.id] for c in mine if c.id in places and c.id in verified]
            states.append(_coverage(source, text, spans, found))
    known = {s.id for s in sources}
    problems += [
        Problem.of(file, c.id, "source", "source_unknown", source=c.source) for c in claims if c.source not in known
    ]
    return CheckReport(
        name, tuple(problems), tuple(cautions), tuple(verified), tuple(unverified), tuple(states), places
    )


def _opened(source: Source, folders: Sequence[Path]) -> Text | Refused | str:
    """The text of a source, why it is refused, or why it cannot be read here ("" = not at hand)."""
    found = stored(source.file, folders)
    if found is None:
        return ""
    if isinstance(found, Refused):
        return found
    if found.sha256 != source.sha256:
        facts = (("source", source.file), ("found", found.sha256), ("cited", source.sha256))
        return Refused("source_hash", facts)
    return readable(found, source.address)


def readable(found: Stored, address: str = "") -> Text | Refused | str:
    """The normalised text of a stored source, or why there is none."""
    try:
        return normalised(text_of(found.data, found.name, address))
    except MissingExtra as error:
        return str(error)
    except ReadError as error:
        return Refused("source_broken", (("reason", str(error)),))


def _published(source: Source, file: str) -> tuple[date | None, list[Problem]]:
    try:
        return day_of(source.published, source.time_zone), []
    except RecanvassError as error:
        value, reason = source.time_zone, str(error).rstrip(".")
        return None, [Problem.of(file, source.id, "time_zone", "bad_value", value=value, reason=reason)]


def _apart(source: Source, text: Text, file: str) -> tuple[list[tuple[int, int, str]], list[Problem]]:
    spans: list[tuple[int, int, str]] = []
    problems: list[Problem] = []
    for number, part in enumerate(source.apart):
        span = _span(part, text)
        if isinstance(span, Refused):
            problems.append(Problem(file, source.id, f"apart.{number}", span.code, span.facts))
        else:
            spans.append((*span, part.kind))
    return spans, problems


def _span(part: Apart, text: Text) -> tuple[int, int] | Refused:
    opening = locate(part.opening, text)
    if isinstance(opening, Refused):
        return opening
    if not part.closing:
        return opening.start, len(text.plain)
    closing = locate(part.closing, text)
    if isinstance(closing, Refused):
        return closing
    return (opening.start, closing.end) if closing.end > opening.start else Refused("apart_order")


def _claim(
    claim: Claim,
    file: str,
    text: Text | None,
    spans: Sequence[tuple[int, int, str]],
    published: date | None,
) -> tuple[list[Problem], list[Problem], Place | None]:
    refused: list[Problem] = []
    doubts: list[Problem] = []
    quote, place = claim.quotation, None
    wanted = normalised(quote.exact)
    if text is None:
        count = quotations.words(wanted.plain)
        if count < quotations.LEAST_WORDS:
            facts = {"words": count, "least": quotations.LEAST_WORDS}
            refused.append(Problem.of(file, claim.id, "quotation.exact", "too_short", **facts))
    else:
        found = locate(quote.exact, text, quote.prefix, quote.suffix)
        if isinstance(found, Refused):
            refused.append(Problem(file, claim.id, "quotation.exact", found.code, found.facts))
        else:
            place = found
            part = next((k for low, high, k in spans if place.start < high and place.end > low), "report")
            if part != claim.part:
                refused.append(Problem.of(file, claim.id, "part", "part", part=part, claimed=claim.part))
            if word := quotations.left_out(text, place):
                doubts.append(Problem.of(file, claim.id, "quotation.exact", "left_out", word=word))
    for number, link in enumerate(claim.through):
        if text is not None and normalised(link).plain not in text.plain:
            refused.append(Problem.of(file, claim.id, f"through.{number}", "not_in_source", words=link))
    refused += _dated(claim, file, text, published, doubts)
    refused += _quantity(claim, file, text, place, doubts)
    return refused, doubts, place


def _dated(claim: Claim, file: str, text: Text | None, published: date | None, doubts: list[Problem]) -> list[Problem]:
    when = claim.when
    if when is None or not when.said or published is None:
        return []
    if text is not None and normalised(when.said).plain not in text.plain:
        return [Problem.of(file, claim.id, "when.said", "not_in_source", words=when.said)]
    resolved = resolve(when.said, published, future=when.future)
    if resolved is None:
        doubts.append(Problem.of(file, claim.id, "when.said", "date_unread", said=when.said))
        return []
    last = resolved.last if resolved.last != resolved.first else None
    if resolved.first != when.date or (when.until is not None and when.until != last):
        facts = {"said": when.said, "published": published.isoformat(), "rule": resolved.rule}
        means = resolved.first.isoformat() + (f" to {last.isoformat()}" if last else "")
        return [Problem.of(file, claim.id, "when.date", "date_differs", means=means, **facts)]
    return []


def _quantity(claim: Claim, file: str, text: Text | None, place: Place | None, doubts: list[Problem]) -> list[Problem]:
    quantity = claim.quantity
    if quantity is None:
        return []
    said = normalised(quantity.said).plain.strip()
    exact = normalised(claim.quotation.exact).plain
    if not said or said not in exact:
        return [Problem.of(file, claim.id, "quantity.said", "quantity_not_quoted", said=quantity.said)]
    read = quantities(said)
    if len(read) != 1:
        doubts.append(Problem.of(file, claim.id, "quantity.said", "quantity_unread", said=quantity.said))
        return []
    meant = read[0]
    if text is not None and place is not None:
        meant = _in_context(said, meant, text.plain, place) or meant
    if meant.value != quantity.value:
        facts: dict[str, object] = {"said": meant.text, "value": str(quantity.value)}
        return [Problem.of(file, claim.id, "quantity.value", "quantity_value", **facts)]
    if meant.hedge != quantity.hedge:
        facts = {"said": meant.text, "hedge": meant.hedge, "claimed": quantity.hedge}
        return [Problem.of(file, claim.id, "quantity.hedge", "quantity_hedge", **facts)]
    return []


def _in_context(said: str, meant: Said, plain: str, place: Place) -> Said | None:
    """The same quantity read in the source, where a hedge may stand before the words quoted."""
    at = plain.find(said, place.start, place.end)
    if at < 0:
        return None
    start = max(0, plain.rfind(" ", 0, max(0, at - 40)) + 1)
    figure = at + meant.at - start
    return next((q for q in quantities(plain[start : at + len(said) + 40]) if q.at == figure), None)


def _coverage(source: Source, text: Text, spans: Sequence[tuple[int, int, str]], found: Sequence[Place]) -> SourceState:
    """Which paragraphs of the report a quotation touches; a line break in the file divides them."""
    paragraphs = [(low, high) for low, high in _paragraphs(text) if not _within(low, high, spans)]
    bare = [
        text.plain[low:high]
        for low, high in paragraphs
        if not any(a < high and b > low for place in found for a, b in place.spans)
    ]
    return SourceState(
        source.id,
        source.file,
        "verified",
        paragraphs=len(paragraphs),
        covered=len(paragraphs) - len(bare),
        uncovered=tuple(" ".join(words.split()[:6]) for words in bare),
    )


def _within(low: int, high: int, spans: Sequence[tuple[int, int, str]]) -> bool:
    return any(low < b and high > a for a, b, _ in spans)


def _paragraphs(text: Text) -> list[tuple[int, int]]:
    edges = [0, *text.breaks, len(text.plain)]
    pairs = pairwise(edges)
    return [(a, b) for a, b in pairs if quotations.words(text.plain[a:b]) >= quotations.LEAST_WORDS]
