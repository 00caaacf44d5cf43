"""A quotation is found word for word in its source, or it is refused.

Before two texts are compared (normalisation ``spaces-hyphens-marks/1``)

* a run of white space becomes one space;
* soft hyphens are removed, with the line break behind them;
* quotation marks of every shape become one (an apostrophe is one of them), but behind a digit
  single and double stay apart, where they may mean feet and inches.

Nothing else is forgiven: not case, not punctuation, not another letter of the same look. A
quotation begins and ends at the edge of a word or a figure, so that *lawful* is not found in
*unlawful* nor *200* in *1,200*; it has three words or more; where the words occur more than once
the prefix and suffix of the selector (W3C Web Annotation, TextQuoteSelector) decide; an ellipsis
may stand only between fragments of five words or more, in their order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

NORMALISATION = "spaces-hyphens-marks/1"
LEAST_WORDS = 3
LEAST_FRAGMENT = 5
#: An ellipsis may leave out at most this many characters.
LONGEST_GAP = 2_000

_SINGLE = "'‘’‚‛‹›`´ʼʹ＇"
_DOUBLE = '"“”„‟«»〝〞〟＂'
_MARKS = {ord(c): "'" for c in _SINGLE} | {ord(c): '"' for c in _DOUBLE}
_TOKEN = re.compile(r"\xad[ \t]*(?:\r\n|\n|\r)\s*|\xad|\s+|[^\s\xad]+")
_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.|\. \. \.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.{3,})\s*")
_JOINERS = "-‐‑'.,/:·−\u00ad"
_UNITS = "%‰°€$£¥₽№#+−-±~<>≤≥"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NEGATIONS = {
    "not", "no", "never", "neither", "nor", "without", "cannot", "hardly", "denied", "denies", "false",
    "не", "ни", "нет", "без", "никогда", "няма",
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A normalised text that remembers where each character stood.

    ``breaks`` are the normalised positions where paragraphs end: at blank lines, or at every
    line break where the text has no blank line.
    """

    plain: str
    starts: tuple[int, ...]
    breaks: tuple[int, ...] = ()

    def position(self, index: int) -> int:
        """Where a normalised position stands in the text as stored."""
        return self.starts[index] if index < len(self.starts) else (self.starts[-1] + 1 if self.starts else 0)

    def index(self, position: int) -> int:
        """The normalised position of one in the text as stored."""
        return max(0, bisect_right(self.starts, position) - 1)


@dataclass(frozen=True)
class Place:
    """Where a quotation stands in the normalised text: one pair a fragment."""

    spans: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """The first character."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Behind the last character."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class Refused:
    """Why a quotation is not accepted: a key of ``[en.problem]`` and its facts."""

    code: str
    facts: tuple[tuple[str, object], ...] = ()


def normalised(text: str) -> Text:
    """The text as it is compared; see the head of this file."""
    out: list[str] = []
    starts: list[int] = []
    breaks: list[tuple[int, bool]] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token[0] == "\xad":
            continue
        if token.isspace():
            if out and out[-1] != " ":
                out.append(" ")
                starts.append(match.start())
            if out and (lines := len(re.findall(r"\r\n|\n|\r", token))):
                breaks.append((len(out) - 1, lines > 1))
            continue
        for offset, character in enumerate(token):
            mark = _MARKS.get(ord(character), character)
            if mark == '"' and not (out and out[-1].isdigit()):
                mark = "'"
            out.append(mark)
            starts.append(match.start() + offset)
    if out and out[-1] == " ":
        out.pop()
        starts.pop()
    blank_lines = any(double for _, double in breaks)
    return Text("".join(out), tuple(starts), tuple(at for at, double in breaks if double or not blank_lines))


def words(text: str) -> int:
    """How many words a text has; two ideographs count as one."""
    ideographs = len(_CJK.findall(text))
    rest = _CJK.sub(" ", text)
    return sum(any(c.isalnum() for c in part) for part in rest.split()) + ideographs // 2


def locate(exact: str, source: Text, prefix: str = "", suffix: str = "") -> Place | Refused:
    """The one place of a quotation in a source, or why there is none.

    Parameters
    ----------
    exact, prefix, suffix : str
        The selector. A prefix must end where the quotation begins, a suffix begin where it ends.
    source : Text
        The whole text of the source, `normalised`.
    """
    wanted = normalised(exact).plain.strip()
    if words(wanted) < LEAST_WORDS:
        return Refused("too_short", (("words", words(wanted)), ("least", LEAST_WORDS)))
    around = normalised(prefix).plain.strip(), normalised(suffix).plain.strip()
    whole: list[tuple[tuple[int, int], ...]] = [(place,) for place in _places(wanted, source.plain)]
    if not whole and _ELLIPSIS.search(wanted):
        fragments = _ELLIPSIS.split(wanted)
        if any(words(part) < LEAST_FRAGMENT for part in fragments):
            return Refused("fragment_short", (("least", LEAST_FRAGMENT),))
        if len(fragments) > 5:
            return Refused("fragments_many", (("fragments", len(fragments)),))
        whole = _ordered(fragments, source.plain)
    if not whole:
        return _why(wanted, source.plain)
    kept = [spans for spans in whole if _stands(spans, source.plain, *around)]
    if not kept:
        return Refused("surroundings")
    if len(kept) > 1:
        return Refused("ambiguous", (("times", len(kept)),))
    return Place(tuple(kept[0]))


def surroundings(source: Text, place: Place, reach: int = 32) -> tuple[str, str]:
    """A prefix and a suffix for a quotation: what stands around it, at whole words."""
    before = source.plain[max(0, place.start - reach - 12) : place.start]
    behind = source.plain[place.end : place.end + reach + 12]
    if len(before) > reach:
        before = before[before.find(" ") + 1 :] if " " in before.rstrip() else before
    if len(behind) > reach:
        behind = behind[: behind.rfind(" ")] if " " in behind.lstrip() else behind
    return before.strip(), behind.strip()


def left_out(source: Text, place: Place) -> str:
    """A word that turns the meaning and stands just before the quotation or in its gaps."""
    before = re.findall(r"[\w'-]+", source.plain[max(0, place.start - 24) : place.start])
    stop = re.search(r"[.!?:;]\s*$", source.plain[: place.start])
    if before and not stop and _turns(before[-1]):
        return str(before[-1])
    for (_, end), (start, _) in pairwise(place.spans):
        for word in re.findall(r"[\w'-]+", source.plain[end:start]):
            if _turns(word):
                return str(word)
    return ""


def _turns(word: str) -> bool:
    lowered = word.strip("'").lower()
    return lowered in _NEGATIONS or lowered.endswith("n't")


def _places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Every occurrence at the edges of words, overlapping ones included."""
    at = text.find(wanted)
    while at >= 0:
        if _edge_before(text, at) and _edge_behind(text, at + len(wanted)):
            yield at, at + len(wanted)
        at = text.find(wanted, at + 1)


def _edge_before(text: str, at: int) -> bool:
    if at == 0:
        return True
    first, previous = text[at], text[at - 1]
    if not _wordlike(first):
        return not (first in _JOINERS and _wordlike(previous) and at + 1 < len(text) and _wordlike(text[at + 1]))
    if _wordlike(previous) or (previous in _UNITS and first.isdigit()):
        return False
    return not (previous in _JOINERS and at > 1 and _joins(text[at - 2], previous, first))


def _edge_behind(text: str, end: int) -> bool:
    if end >= len(text):
        return True
    last, following = text[end - 1], text[end]
    if not _wordlike(last):
        return not (last in _JOINERS and _wordlike(following) and end > 1 and _joins(text[end - 2], last, following))
    if _wordlike(following) or (following in "%‰°" and last.isdigit()):
        return False
    return not (following in _JOINERS and end + 1 < len(text) and _joins(last, following, text[end + 1]))


def _joins(left: str, joiner: str, right: str) -> bool:
    """Whether a mark between two characters makes one word or figure of them."""
    if joiner in ".,:/·":
        return left.isdigit() and right.isdigit()
    return _wordlike(left) and _wordlike(right)


def _wordlike(character: str) -> bool:
    if _CJK.match(character):
        return False
    return character.isalnum() or character == "_" or "\u0300" <= character <= "\u036f"


def _ordered(fragments: list[str], text: str) -> list[tuple[tuple[int, int], ...]]:
    """Chains of the fragments in their order, each next one at its first place behind."""
    chains = []
    for first in _places(fragments[0], text):
        chain = [first]
        for part in fragments[1:]:
            behind = (p for p in _places(part, text[: chain[-1][1] + LONGEST_GAP]) if p[0] >= chain[-1][1])
            nearest = next(behind, None)
            if nearest is None:
                break
            chain.append(nearest)
        if len(chain) == len(fragments):
            chains.append(tuple(chain))
    return chains


def _stands(spans: tuple[tuple[int, int], ...], text: str, prefix: str, suffix: str) -> bool:
    # A normalised text has no two spaces in a row, so one may stand on either side.
    before, behind = spans[0][0], spans[-1][1]
    before -= text[before - 1 : before] == " "
    behind += text[behind : behind + 1] == " "
    return text.endswith(prefix, 0, before) and text.startswith(suffix, behind)


def _why(wanted: str, text: str) -> Refused:
    """A refusal that helps: cut inside a word, or the longest beginning that does stand there."""
    if wanted in text:
        return Refused("inside_word")
    parts = wanted.split(" ")
    low, high = 0, len(parts)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if " ".join(parts[:middle]) in text else (low, middle - 1)
    if low == 0:
        return Refused("not_found")
    return Refused("not_found_from", (("found", " ".join(parts[:low][-6:])), ("next", " ".join(parts[low : low + 3]))))
