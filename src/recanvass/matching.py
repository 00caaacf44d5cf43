"""Matching copies to official rows by the stations' numbers and names, with stated confidence.

Nothing is merged: each copy is matched to at most one row, with how the match was made, or is
listed as matched to none. A weaker way is tried only for copies that the stronger ways left, and
a name that fits two rows fits neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from recanvass.results import Labels, Results

#: How a copy was matched, from the surest way down.
Way = Literal["same name", "same number", "same spelling", "similar spelling", "none"]

#: What each way is worth: a label for readers, not a probability.
CONFIDENCE: Mapping[Way, str] = {
    "same name": "certain",
    "same number": "high",
    "same spelling": "high",
    "similar spelling": "low",
    "none": "none",
}

_CYRILLIC = dict(
    zip(
        "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "g",
            "d",
            "e",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "u",
            "f",
            "h",
            "c",
            "ch",
            "sh",
            "sh",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "i",
            "f",
            "h",
            "ps",
            "o",
        ],
        strict=True,
    )
)
#: Letters that two ways of writing the same name in Latin letters keep apart.
_SPELLINGS = (
    ("shch", "sh"),
    ("tsch", "ch"),
    ("sch", "sh"),
    ("cz", "ch"),
    ("sz", "sh"),
    ("ch", "h"),
    ("kh", "h"),
    ("ts", "c"),
    ("tz", "c"),
    ("ck", "k"),
    ("ph", "f"),
    ("w", "v"),
    ("j", "i"),
    ("y", "i"),
    ("q", "k"),
    ("x", "ks"),
    ("ia", "a"),
    ("iu", "u"),
    ("ie", "e"),
    ("io", "o"),
)
_NOISE = re.compile(
    r"\b(polling|station|precinct|district|no|nr|number|uchastok|uik|uchastak|mesa|centro|region|oblast|voblast|raion|city|gorod|g)\b"
)


_LETTERS = str.maketrans(
    {**_CYRILLIC, **_GREEK, "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "š": "sh", "č": "ch", "ž": "zh"}
)
_MARKS = re.compile(r"[^\w\s]|_")
_TWICE = re.compile(r"([^\W\d_])\1+")


@dataclass(frozen=True)
class Match:
    """One copy and the official row it was matched to.

    ``copy`` is an index into the copies; ``row`` into the official results, or -1. ``score`` is
    the similarity of the spellings, 0 to 100; only *similar spelling* has one below 100.
    """

    copy: int
    row: int
    way: Way
    score: float = 100.0

    @property
    def confidence(self) -> str:
        """``certain``, ``high``, ``low`` or ``none``."""
        return CONFIDENCE[self.way]


def number_of(name: str) -> str:
    """The digits of a station's identifier, group by group, without leading zeros: ``7-4-12``."""
    folded = unicodedata.normalize("NFKC", name)
    groups = re.findall(r"\d+", folded)
    return "-".join(str(int(g)) if len(g) <= 18 else g.lstrip("0") for g in groups)


def spelling_of(name: str) -> str:
    """A place name without alphabet, accents, case, punctuation and common ways of spelling."""
    text = unicodedata.normalize("NFKC", name.replace("№", " ")).casefold().translate(_LETTERS)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = _MARKS.sub(" ", text.replace("'", ""))
    kept = _NOISE.sub(" ", text)
    text = kept if kept.strip() else text
    for old, new in _SPELLINGS:
        text = text.replace(old, new)
    words = (str(int(w)) if w.isdecimal() and len(w) <= 18 else w for w in text.split())
    return _TWICE.sub(r"\1", " ".join(words))


def spellings(labels: Labels) -> list[str]:
    """`spelling_of` each label, each name worked out once."""
    names = [*(spelling_of(name) for name in labels.names), ""]
    return [names[code] for code in labels.codes]


def match(copies: Results, official: Results, *, least: float = 92.0) -> tuple[Match, ...]:
    """Match each copy to an official row, surest way first.

    Parameters
    ----------
    copies, official : Results
    least : float
        The least similarity (0 to 100, after `spelling_of`) of a *similar spelling*.

    Returns
    -------
    tuple of Match
        One for each copy, in their order; `Match.row` is -1 where no single row fits. Several
        copies may point at one row: that is for the reader to see, not to merge.
    """
    found: dict[int, Match] = {}
    spelt = _Spelt().__getitem__
    ways: list[tuple[Way, Callable[[Results], list[str]]]] = [
        ("same name", lambda results: _texts(results, str.strip)),
        ("same number", lambda results: _paths(results, spelt, number=True)),
        ("same spelling", lambda results: _paths(results, spelt)),
        ("same spelling", lambda results: _texts(results, spelt)),
    ]
    for way, keys in ways:
        if len(found) == len(copies):
            break  # keys of weaker ways are not worked out where nothing needs them
        rows = _single(keys(official))
        for i, key in enumerate(keys(copies)):
            if i not in found and key in rows:
                found[i] = Match(i, rows[key], way)
    left = [i for i in range(len(copies)) if i not in found]
    if left:
        found |= _similar(left, _texts(copies, spelt), _texts(official, spelt), least)
    return tuple(found.get(i, Match(i, -1, "none", 0.0)) for i in range(len(copies)))


class _Spelt(dict[str, str]):
    """`spelling_of` every name asked for, worked out once."""

    def __missing__(self, name: str) -> str:
        made = self[name] = spelling_of(name)
        return made


def territories_of(names: Iterable[str], known: Sequence[str]) -> dict[str, str | None]:
    """By name: the one of several territories that it means, whatever its spelling, or None."""
    there, written = set(known), _single([name.strip().casefold() for name in known])
    spelt = _single([_whole_spelling(name) for name in known])
    found: dict[str, str | None] = {}
    for name in names:
        row = written.get(name.strip().casefold())
        row = spelt.get(_whole_spelling(name)) if row is None else row
        found[name] = name if name in there else None if row is None else known[row]
    return found


@lru_cache(maxsize=2**16)
def _whole_spelling(name: str) -> str:
    """Like `spelling_of`, but *Minsk* and *Minsk region* stay apart."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    region = "region" if re.search(r"region|obl|vobl|обл|вобл", plain) else ""
    kind = "city" if re.search(r"\b(city|gorod|г)\b", plain) else region
    return f"{spelling_of(name)}|{kind}"


def _texts(results: Results, change: Callable[[str], str]) -> list[str]:
    if "station" not in results.places:
        return [""] * len(results)
    return [change(name) for name in results.places["station"].values()]


def _paths(results: Results, spelt: Callable[[str], str], *, number: bool = False) -> list[str]:
    """The key of each station together with the spelling of its places."""
    names = _texts(results, (lambda name: _number_alone(name, spelt)) if number else spelt)
    levels = [level for level in ("region", "district") if level in results.places]
    if number and not all("-" in n for n in names if n):
        above = [spellings(results.places[lv]) for lv in levels]
        return ["|".join((*above_i, n)) if n else "" for *above_i, n in zip(*above, names, strict=True)]
    return names


def _number_alone(name: str, spelt: Callable[[str], str]) -> str:
    """The number of a station that is called by a number and nothing else; a street's number is none."""
    return "" if any(c.isalpha() for c in spelt(name)) else number_of(name)


def _single(keys: Sequence[str]) -> dict[str, int]:
    times = Counter(keys)
    return {key: i for i, key in enumerate(keys) if key and times[key] == 1}


def _similar(left: Sequence[int], ours: Sequence[str], theirs: Sequence[str], least: float) -> dict[int, Match]:
    from rapidfuzz import fuzz, process

    rows = _single(theirs)
    names = list(rows)
    found: dict[int, Match] = {}
    for i in left:
        if not ours[i] or not names:
            continue
        digits = number_of(ours[i])
        best = process.extract(ours[i], names, scorer=fuzz.ratio, limit=3, score_cutoff=least)
        best = [b for b in best if number_of(b[0]) == digits]
        if best and (len(best) == 1 or best[0][1] > best[1][1]):
            found[i] = Match(i, rows[best[0][0]], "similar spelling", float(best[0][1]))
    return found


__all__ = ["CONFIDENCE", "Match", "Way", "match", "number_of", "spelling_of", "spellings", "territories_of"]
