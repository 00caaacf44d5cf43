"""The report apart from what a publisher puts around it: appeals, captions, navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recanvass.record.article_rules import PARTS

Kind = Literal["report", "headline", "appeal", "caption", "navigation"]

_RULES = [(kind, name, re.compile(pattern, re.IGNORECASE), on) for kind, name, pattern, on in PARTS]
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)\]]*$")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sen|Rep|Gov|St|No|vs|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|Inc|Ltd|Co)|\b[A-Z])\.$"
)


@dataclass(frozen=True)
class Part:
    """One paragraph: its text, what it is, and the rule that says so."""

    text: str
    kind: Kind
    rule: str = ""


def parts(text: str) -> list[Part]:
    """The paragraphs of an article, each with its kind.

    A paragraph is a block between blank lines, or a line where there are none. The first lines
    that do not end like a sentence are the headline.
    """
    found: list[Part] = []
    following: tuple[Kind, str] | None = None
    for paragraph in paragraphs(text):
        if following is not None:
            found.append(Part(paragraph, *following))
            continue
        kind, rule, on = _judged(paragraph, begun=any(p.kind == "report" for p in found))
        found.append(Part(paragraph, kind, rule))
        if on:
            following = kind, rule
    return found


def paragraphs(text: str) -> list[str]:
    """Blocks between blank lines, or lines where there are none; white space is collapsed."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xad", "")
    blocks = re.split(r"\n[ \t\u00a0]*\n", plain)
    if len(blocks) == 1:
        blocks = plain.split("\n")
    return [clean for block in blocks if (clean := " ".join(block.split()))]


def sentences(paragraph: str) -> Iterator[tuple[int, str]]:
    """The sentences of a paragraph with their positions; a quotation is not cut inside."""
    start = 0
    for match in re.finditer(r"[.!?…]['\"”’»)]*\s+(?=[\"“‘«(]?[A-ZА-ЯЁ0-9])", paragraph):
        head = paragraph[start : match.end()].rstrip()
        inside = head.count("“") > head.count("”") or head.count("«") > head.count("»") or head.count('"') % 2
        if _ABBREVIATED.search(re.sub(r"['\"”’»)]+$", "", head)) or inside:
            continue
        yield start, head
        start = match.end()
    if paragraph[start:].strip():
        yield start, paragraph[start:].rstrip()


def _judged(paragraph: str, *, begun: bool) -> tuple[Kind, str, bool]:
    for kind, name, pattern, on in _RULES:
        if pattern.search(paragraph):
            # One sentence about money inside a long report is not an appeal: it must be the subject.
            if kind == "appeal" and begun and len(paragraph.split()) > 60 and not on:
                continue
            return kind, name, on  # type: ignore[return-value]
    if not _SENTENCE_END.search(paragraph) and len(paragraph.split()) < 22:
        if begun:
            return "navigation", "a line that is no sentence", False
        return "headline", "before the report", False
    return "report", "", False
