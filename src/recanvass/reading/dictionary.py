"""The header dictionary: what a header may mean, in many languages. It proposes; arithmetic decides.

One file a language stands in ``headers/``. A pattern is a row of words, compared with the whole
header after `normalised`:

=========  =====================================
``a|b``    either word
``a?``     the word may be missing
``a*``     any word that begins so
``*``      any words, or none
=========  =====================================

A pattern is compared word by word and never by likeness: "действительных" and "недействительных"
are 98 % alike and mean opposite things. A word under ``[veto]`` rules a figure out whatever the
pattern says, so that "registered voters who voted" is not a register. A header under ``names`` is
the name of a person or a party elsewhere: it is a figure only in a table of that language.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae"})


@dataclass(frozen=True)
class Meaning:
    """What a header may mean, by the dictionary of one language.

    ``kind`` is ``figure``, ``level``, ``long``, ``pseudo``, ``ignored`` or ``option``; ``name`` the
    canonical count, level or pseudo-option.
    """

    kind: str
    name: str
    language: str


@dataclass(frozen=True)
class Language:
    """The dictionary of one language."""

    code: str
    name: str
    patterns: Mapping[tuple[str, str], re.Pattern[str]]
    vetoes: Mapping[str, frozenset[str]]
    totals: tuple[str, ...]
    figure_words: frozenset[str]
    notes: frozenset[str]
    units: frozenset[str]
    names: frozenset[str]


_UNIT = re.compile(r"(.*\S)\s*[(\[,]\s*([^()\[\],]{1,24}?)\s*[)\]]?\s*")


def without_unit(header: str) -> str:
    """A header without the unit that it ends in: "Valid votes (number)" is "Valid votes"."""
    found = _UNIT.fullmatch(header)
    units = {unit for language in languages() for unit in language.units}
    return found[1] if found and normalised(found[2]) in units else header


@cache
def normalised(text: str) -> str:
    """A header as its words: compatibility forms, case, accents and punctuation taken away."""
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).replace("%", " percent ")
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf")).translate(_LETTERS)
    return _SEPARATORS.sub(" ", text).strip()


def compiled(pattern: str) -> str:
    """The regular expression of one pattern, over words that each begin with a space."""
    parts = []
    for word in pattern.split():
        if word == "*":
            parts.append(r"(?: \S+)*")
            continue
        optional, word = word.endswith("?"), word.removesuffix("?")
        choices = [_word(choice) for choice in word.split("|")]
        expression = f" (?:{'|'.join(choices)})"
        parts.append(f"(?:{expression})?" if optional else expression)
    return "".join(parts)


def _word(text: str) -> str:
    stem = text.removesuffix("*")
    words = re.escape(normalised(stem)).replace(r"\ ", " ")
    return words + (r"\S*" if text.endswith("*") else "")


@cache
def languages() -> tuple[Language, ...]:
    """The dictionaries of ``headers/``, in the order of their codes."""
    folder = resources.files("recanvass") / "headers"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(_language(f.name.removesuffix(".toml"), f.read_text(encoding="utf-8")) for f in files)


def _language(code: str, text: str) -> Language:
    data = tomllib.loads(text)
    sources: dict[tuple[str, str], Iterable[str]] = {}
    for section, kind in (("figures", "figure"), ("levels", "level"), ("long", "long"), ("pseudo", "pseudo")):
        sources |= {(kind, name): patterns for name, patterns in data.get(section, {}).items()}
    sources["ignored", ""] = data.get("ignored", {}).get("headers", ())
    words = data.get("words", {})
    sources["option", ""] = words.get("options", ())
    patterns = {
        key: re.compile("|".join(f"(?:{compiled(p)})" for p in listed)) for key, listed in sources.items() if listed
    }
    vetoes = {name: frozenset(map(normalised, listed)) for name, listed in data.get("veto", {}).items()}
    return Language(
        code,
        data["language"],
        patterns,
        vetoes,
        tuple(normalised(w) for w in words.get("totals", ())),
        frozenset(normalised(w) for w in words.get("figures", ())),
        frozenset(normalised(w) for w in words.get("notes", ())),
        frozenset(normalised(w) for w in words.get("units", ())),
        frozenset(normalised(w) for w in words.get("names", ())),
    )


@cache
def meanings(header: str) -> tuple[Meaning, ...]:
    """Everything that the dictionaries say a header may mean; one in two languages says it twice."""
    found = _meanings(header)
    if found or " / " not in header:
        return found
    parts = [said for part in header.split(" / ") if (said := _meanings(part))]
    same = {(m.kind, m.name) for m in parts[0]} if parts else set()
    for said in parts[1:]:
        same &= {(m.kind, m.name) for m in said}
    return tuple(m for said in parts for m in said if (m.kind, m.name) in same)


def _meanings(header: str) -> tuple[Meaning, ...]:
    text = normalised(without_unit(header))
    if not text:
        return ()
    words = set(text.split())
    return tuple(
        Meaning(kind, name, language.code)
        for language in languages()
        for (kind, name), pattern in language.patterns.items()
        if pattern.fullmatch(" " + text) and not words & language.vetoes.get(name, frozenset())
    )


def spoken(headers: Iterable[str]) -> tuple[str, ...]:
    """The languages that the headers are written in: those that explain the most of them."""
    score: dict[str, int] = {}
    for header in headers:
        if names_elsewhere(header):
            continue
        for code in {m.language for m in meanings(header) if m.kind in ("figure", "level", "long")}:
            score[code] = score.get(code, 0) + 1
    best = max(score.values(), default=0)
    return tuple(code for code, n in sorted(score.items()) if n == best)


@cache
def says_total(text: str) -> str:
    """``whole`` where a label is nothing but a word for a total, ``part`` where it holds one, else ""."""
    label = normalised(text)
    if not label or len(label) > 80:
        return ""
    for phrase in total_phrases():
        if label == phrase:
            return "whole"
    padded = f" {label} "
    return "part" if any(f" {phrase} " in padded for phrase in total_phrases()) else ""


@cache
def total_phrases() -> tuple[str, ...]:
    """The words for a total in every language, normalised."""
    return tuple(sorted({phrase for language in languages() for phrase in language.totals}))


@cache
def speaks_of_figures(header: str) -> bool:
    """Whether a header holds a word for a figure (voters, ballots, turnout), so that it names no option."""
    words = set(normalised(header).split())
    return any(words & language.figure_words for language in languages())


def names_elsewhere(header: str) -> bool:
    """Whether a header that is a figure in one language is a name in others: Blanka, a candidate."""
    return any(normalised(header) in language.names for language in languages())


def closest(header: str, limit: int = 3) -> list[str]:
    """Canonical figures whose names are like the header: a proposal for a person, never a decision."""
    from rapidfuzz import fuzz, process

    text = normalised(header)
    known = _phrases()
    found = process.extract(text, list(known), scorer=fuzz.WRatio, limit=12, score_cutoff=75)
    names = [known[phrase] for phrase, _, _ in found if not opposed(text, phrase)]
    return list(dict.fromkeys(names))[:limit]


@cache
def _negations() -> tuple[str, ...]:
    folder = resources.files("recanvass") / "headers"
    files = [f for f in folder.iterdir() if f.name.endswith(".toml")]
    words = {
        w for f in files for w in tomllib.loads(f.read_text(encoding="utf-8")).get("words", {}).get("negation", ())
    }
    return tuple(sorted(words))


def opposed(one: str, other: str) -> bool:
    """Whether one text denies what the other says: a word of negation, or a word with a prefix of it."""
    return _denials(one) != _denials(other) and bool(_denials(one) ^ _denials(other))


def _denials(text: str) -> frozenset[str]:
    prefixes = ("не", "in", "un", "nie", "nul", "ge\u00e7ersiz")
    words = normalised(text).split()
    marks = {
        w
        for w in words
        for negation in _negations()
        if w == normalised(negation) or (negation.endswith("*") and w.startswith(normalised(negation[:-1])))
    }
    marks |= {w for w in words for p in prefixes if w.startswith(p) and len(w) > len(p) + 4}
    return frozenset("denied" for _ in marks)


@cache
def _phrases() -> Mapping[str, str]:
    folder = resources.files("recanvass") / "headers"
    known: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            for name, patterns in tomllib.loads(file.read_text(encoding="utf-8")).get("figures", {}).items():
                for pattern in patterns:
                    plain = " ".join(w.split("|")[0].strip("?*") for w in pattern.split())
                    known.setdefault(normalised(plain), name)
    return known
