r"""Hedged quantities: what "more than 1,200" and "around 300" bound.

A figure :math:`v` as printed has a unit :math:`u`: the place value of its last digit that is not
a zero (300 → 100, 1,250 → 10, 86.8 % → 0.1, 1.2 million → 100,000). With it

===========  ==================================================  =====================
hedge        written                                             what it bounds
===========  ==================================================  =====================
``above``    more than, over, above, in excess of                (v, ∞)
``at least`` at least, no fewer than, not less than, or more     [v, ∞)
``below``    fewer than, less than, under, below                 (−∞, v)
``at most``  up to, as many as, at most, no more than            (−∞, v]
``nearly``   nearly, almost, close to, just under                [v − u/2, v)
``around``   around, about, roughly, some, approximately         [v − u/2, v + u/2]
``exact``    (none)                                              v; a percentage or a rounded
                                                                 word number: half its last decimal
===========  ==================================================  =====================

The intervals for *around* and *nearly* are a convention (the values that would be rounded to the
figure), so a claim has to state its interval, and may state a wider one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Hedge = Literal["above", "at least", "below", "at most", "nearly", "around", "between", "exact"]

#: The words of each hedge, longest first where they overlap.
HEDGES: dict[str, Hedge] = {
    "no fewer than": "at least",
    "no less than": "at least",
    "not fewer than": "at least",
    "not less than": "at least",
    "a minimum of": "at least",
    "at least": "at least",
    "no more than": "at most",
    "not more than": "at most",
    "a maximum of": "at most",
    "as many as": "at most",
    "as much as": "at most",
    "at most": "at most",
    "up to": "at most",
    "more than": "above",
    "in excess of": "above",
    "upwards of": "above",
    "upward of": "above",
    "just over": "above",
    "well over": "above",
    "over": "above",
    "above": "above",
    "fewer than": "below",
    "less than": "below",
    "under": "below",
    "below": "below",
    "just under": "nearly",
    "just below": "nearly",
    "close to": "nearly",
    "nearly": "nearly",
    "almost": "nearly",
    "approximately": "around",
    "an estimated": "around",
    "in the region of": "around",
    "roughly": "around",
    "around": "around",
    "about": "around",
    "some": "around",
    "circa": "around",
    "exactly": "exact",
    "precisely": "exact",
}

_WORDS = {
    word: n
    for n, word in enumerate(
        (
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ),
        1,
    )
}
_ORDINALS = {
    word: n
    for n, word in enumerate(
        (
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ),
        1,
    )
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}

_HEDGE = "|".join(re.escape(h).replace(r"\ ", r"\s+") for h in sorted(HEDGES, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_PLAIN = rf"(?:{_NUMBER}|{'|'.join(sorted(_WORDS, key=len, reverse=True))}|a)"
_PATTERN = re.compile(
    rf"(?:(?<![\w-])(?P<between>between|from)\s+(?P<low>{_NUMBER})\s*(?:%|percent|per\scent)?\s+(?:and|to)\s+"
    rf"(?P<high>{_NUMBER})"
    rf"|(?:(?<![\w-])(?P<hedge>{_HEDGE})\s+(?:the\s+)?)?"
    rf"(?:(?<![\w.,$€£-])(?P<number>{_NUMBER})(?!\w|[.,]?\d)"
    rf"|(?<![\w-])(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?![\w-])"
    rf"|(?<![\w-])(?P<single>a)(?=[\s-]+(?:{'|'.join(_SCALES)})(?!\w))"
    rf"|(?<![\w-])(?P<ordinal>{'|'.join(_ORDINALS)})(?=\s+(?:term|time|mandate|election|victory|win)\b)))"
    rf"(?:[\s-]+(?P<scale>{'|'.join(_SCALES)})(?!\w))?"
    r"(?:\s*(?P<percent>%|percent(?!age)|per\s+cent|percentage\s+points?))?"
    r"(?:\s+(?P<after>or\s+more|or\s+less|or\s+fewer))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """A quantity as somebody printed it, and what that bounds.

    ``low`` and ``high`` are None where there is no bound on that side; ``low_open`` and
    ``high_open`` say that the bound itself is excluded. ``start`` and ``end`` are positions in
    the text that was read; ``at`` is the position of the figure behind its hedge.
    """

    text: str
    value: Decimal
    hedge: Hedge
    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False
    unit: Literal["percent", "count", "ordinal"] = "count"
    start: int = 0
    end: int = 0
    at: int = 0


def quantities(text: str) -> list[Said]:
    """The quantities of a text, from left to right; years and times are left out."""
    found = []
    for match in _PATTERN.finditer(text):
        if match["between"]:
            low, high = _decimal(match["low"]), _decimal(match["high"])
            scale = _SCALES.get((match["scale"] or "").lower(), 1)
            if low >= high or (_is_year(match["low"], match) and _is_year(match["high"], match)):
                continue
            unit: Literal["percent", "count"] = "percent" if match["percent"] else "count"
            found.append(
                Said(
                    match[0].strip(), (low + high) / 2 * scale, "between", low * scale, high * scale,
                    unit=unit, start=match.start(), end=match.end(), at=match.start("low"),
                )
            )  # fmt: skip
            continue
        said = _single(match, text)
        if said is not None:
            found.append(said)
    return found


def bounds(
    value: Decimal, hedge: Hedge, unit: Decimal, percent: bool
) -> tuple[Decimal | None, Decimal | None, bool, bool]:
    """Low, high and whether each end is excluded, by the table at the head of this file."""
    half = unit / 2
    match hedge:
        case "above":
            return value, None, True, False
        case "at least":
            return value, None, False, False
        case "below":
            return None, value, False, True
        case "at most":
            return None, value, False, False
        case "nearly":
            return value - half, value, False, True
        case "around":
            return value - half, value + half, False, False
        case "exact" if percent:
            return value - half, value + half, False, False
    return value, value, False, False


def unit_of(number: str, scale: int = 1, *, decimals_only: bool = False) -> Decimal:
    """The place value of the last digit that is not a zero, of a figure as printed."""
    digits = re.sub(r"[,\u202f\u00a0]", "", number)
    if "." in digits:
        return Decimal(1).scaleb(-len(digits.partition(".")[2])) * scale
    zeros = 0 if decimals_only else len(digits) - len(digits.rstrip("0"))
    return Decimal(10) ** min(zeros, max(len(digits) - 1, 0)) * scale


def _single(match: re.Match[str], text: str) -> Said | None:
    number, word, hedge_text = match["number"], match["word"] or match["single"], match["hedge"]
    percent = match["percent"] is not None
    scale = _SCALES.get((match["scale"] or "").lower(), 1)
    hedge: Hedge = HEDGES[re.sub(r"\s+", " ", hedge_text.lower())] if hedge_text else "exact"
    after = (match["after"] or "").lower()
    if after:
        hedge = "at least" if after.endswith("more") else "at most"
    if match["ordinal"]:
        value = Decimal(_ORDINALS[match["ordinal"].lower()])
        return _said(match, value, "exact", Decimal(1), unit="ordinal", at=match.start("ordinal"))
    if number is None:
        if match["single"] and scale == 1:
            return None
        if not (hedge_text or percent or match["scale"]) and _idle(match, text):
            return None
        value = Decimal(1 if match["single"] else _WORDS[str(word).lower()]) * scale
        at = match.start("word") if match["word"] else match.start("single")
        return _said(match, value, hedge, Decimal(scale), unit="percent" if percent else "count", at=at)
    if _is_year(number, match) or _is_time(match, text):
        return None
    value = _decimal(number) * scale
    size = unit_of(number, scale, decimals_only=hedge == "exact")
    return _said(match, value, hedge, size, unit="percent" if percent else "count", at=match.start("number"))


def _said(
    match: re.Match[str],
    value: Decimal,
    hedge: Hedge,
    size: Decimal,
    *,
    unit: Literal["percent", "count", "ordinal"],
    at: int,
) -> Said:
    rounded = unit == "percent" or (match["scale"] or "").lower() in ("thousand", "million", "billion")
    low, high, low_open, high_open = bounds(value, hedge, size, rounded)
    raw = match[0]
    start = match.start() + len(raw) - len(raw.lstrip())
    return Said(
        raw.strip(), value, hedge, low, high, low_open, high_open, unit, start, match.start() + len(raw.rstrip()), at
    )  # fmt: skip


def _decimal(text: str) -> Decimal:
    return Decimal(re.sub(r"[,\u202f\u00a0]", "", text))


def _is_year(number: str, match: re.Match[str]) -> bool:
    if match["percent"] or match["scale"]:
        return False
    hedge = (match["hedge"] or "").lower()
    return bool(re.fullmatch(r"(?:19|20)\d\d", number)) and hedge not in ("more than", "at least", "up to")


def _is_time(match: re.Match[str], text: str) -> bool:
    """A clock time, a day of a month, or an age joined by a hyphen."""
    at = match.start("number")
    behind, before = text[match.end() : match.end() + 12], text[max(0, at - 12) : at]
    months = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
    if re.match(r":\d|\s*(?:a\.?m\.?|p\.?m\.?|GMT|UTC)\b", behind) or re.search(r"\d:$", before):
        return True
    if re.match(rf"(?:st|nd|rd|th)?\s+(?:of\s+)?{months}(?!\w)", behind) and not match["percent"]:
        return True
    return bool(re.search(rf"{months}\s+$", before)) and not match["percent"]


def _idle(match: re.Match[str], text: str) -> bool:
    """A bare number word ("one of them", "the two sides") counts nothing that can be checked."""
    if match["word"] and match["word"].lower() == "one":
        return True
    before = text[max(0, match.start() - 8) : match.start()]
    return bool(re.search(r"\b(?:the|these|those|last|past)\s$", before, re.IGNORECASE))
