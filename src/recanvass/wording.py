"""The only place where numbers become words, in plain English and in Russian.

The sentences stand in ``phrases/*.toml``, one file a method or a topic, a table a language. They
are templates: ``{name:style}``, where the style is one of

=============  ==========================================================
``count``      97,699 (Russian: 97 699)
``share``      .622 → 62.2 % (``share0``, ``share2``: other decimals)
``number``     12.34 → 12.3 (``number0``, ``number2``)
``p``          a p-value given as log10: 2 × 10⁻⁹, .013
``odds``       a p-value given as log10: *about 1 in 500 million*
``list``       a, b and c (at most eight, then *and 12 more*)
``figure``     a canonical column in words: ``ballots`` → *ballots* (``figures``: a list of them)
``decimals``   figures written as text: 71.0 / 15.6 (Russian: 71,0 / 15,6)
``of <noun>``  3 stations, 1 station (nouns in ``phrases/nouns.toml``)
(none)         text from the data, shown with control characters escaped
=============  ==========================================================

A sentence never says fraud, stolen or proved outside a quotation; a test reads them all.
"""

from __future__ import annotations

import math
import re
import string
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from recanvass.errors import UnknownName

LANGUAGES = ("en", "ru")

_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@cache
def phrases(topic: str) -> Mapping[str, Any]:
    """The phrases of a method or topic: language → section → key → template."""
    path = resources.files("recanvass") / "phrases" / f"{topic}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UnknownName(f"There are no phrases for {topic!r}; write phrases/{topic}.toml.") from error
    return tomllib.loads(text)


def template(topic: str, *keys: str, language: str = "en") -> Any:
    """A template, or a table of them; English where the language lacks it."""
    for tongue in (language, "en"):
        node: Any = phrases(topic).get(tongue, {})
        for key in keys:
            node = node.get(key) if isinstance(node, Mapping) else None
        if node is not None:
            return node
    raise UnknownName(f"phrases/{topic}.toml lacks [en] {'.'.join(keys)}.")


def phrase(topic: str, *keys: str, facts: Mapping[str, Any] | None = None, language: str = "en") -> str:
    """A sentence of a topic with its numbers put in."""
    return _Words(language).vformat(str(template(topic, *keys, language=language)), (), facts or {})


def said(
    topic: str, *keys: str, facts: Mapping[str, Any] | None = None, language: str = "en", otherwise: str = ""
) -> str:
    """A phrase that a topic may lack; ``otherwise`` stands for it then."""
    try:
        found = template(topic, *keys, language=language)
    except UnknownName:
        return otherwise
    return phrase(topic, *keys, facts=facts, language=language) if isinstance(found, str) else otherwise


def summary(method: str, outcome: str, facts: Mapping[str, Any], language: str = "en", of: str = "results") -> str:
    """The one sentence that answers a method's question; it says so where copies were looked at."""
    lowest = outcome == "ranked" and facts.get("below") == 0
    key = "said" if lowest else outcome
    said = phrase(method, "summary", key, facts={**facts, **_in_words(method, facts, language)}, language=language)
    if lowest:  # "more than in 0 of 37" would say nothing in many words
        known = "pairs" if "earlier" in facts else "contests"
        said = f"{said} {phrase('ranks', 'lowest', known, facts=facts, language=language)}"
    if of == "results":
        return said
    answer, rest = _parted(said, language)
    key = f"{of}_answered" if answer else of
    return phrase("statement", "of", key, facts={"answer": answer, "summary": rest}, language=language)


def claimed(said: str, language: str = "en") -> str:
    """An answer as a claim that stands alone: without its *Yes*, for the headline."""
    answer, rest = _parted(said, language)
    return rest[:1].upper() + rest[1:] if answer else said


def _parted(said: str, language: str) -> tuple[str, str]:
    """The *Yes* or *No* that an answer begins with, and the rest of it."""
    for answer in template("nouns", "answers", language=language):
        for mark in (": ", ", ", ". "):
            if said.startswith(answer + mark):
                return answer, said[len(answer + mark) :]
    return "", said


def _in_words(method: str, facts: Mapping[str, Any], language: str) -> dict[str, str]:
    """Codes among the facts as the words of a language: ``family`` gives ``family_in_words``."""
    tables = phrases(method).get(language, {}).get("in_words", {})
    return {f"{key}_in_words": table[facts[key]] for key, table in tables.items() if facts.get(key) in table}


def figure(code: str, language: str = "en") -> str:
    """A canonical column in words; any other name as it is."""
    known = template("nouns", "figure", language=language)
    return str(known[code]) if code in known else show(code)


def written(text: str, language: str = "en") -> str:
    """Figures that are text already, with the decimal mark of the language."""
    return _DECIMAL.sub(",", text) if language == "ru" else text


def skipped(method: str, code: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """Why a method was not asked; the method's own phrase, else the shared one."""
    own = phrases(method).get("en", {}).get("skipped", {})
    topic, keys = (method, ("skipped", code)) if code in own else ("skipped", (code,))
    return phrase(topic, *keys, facts=facts, language=language)


def manipulation(scenario: str, language: str = "en") -> str:
    """What a scenario does, in few words."""
    kind, _, what = said("scenarios", scenario, language=language, otherwise=scenario).rstrip(".").partition(": ")
    return said("smallest", "unseen", scenario, language=language, otherwise=what or kind)


def show(text: str, limit: int = 120) -> str:
    """Text from a stranger's file as it may be printed: control and direction marks escaped."""
    if text.isprintable() and len(text) <= limit:
        return text
    kept = "".join(
        c
        if c == " " or (c.isprintable() and unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Zl", "Zp"))
        else f"\\u{ord(c):04x}"
        for c in text
    )
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def count(value: float, language: str = "en") -> str:
    """A whole number with its thousands apart."""
    text = f"{round(value):,}".replace("-", "−")
    return text.replace(",", "\u202f") if language == "ru" else text


def number(value: float, decimals: int = 1, language: str = "en") -> str:
    """A number with some decimals."""
    text = f"{value:,.{decimals}f}".replace("-", "−")
    return text.replace(",", "\u202f").replace(".", ",") if language == "ru" else text


def share(value: float, decimals: int = 1, language: str = "en") -> str:
    """A fraction as a percentage."""
    return number(100 * value, decimals, language) + "\u202f%"


def p_value(log10_p: float, language: str = "en") -> str:
    """A p-value in figures, from its logarithm."""
    if log10_p > -3:
        text = f"{min(1.0, 10**log10_p):.2g}" if log10_p < -1 else f"{min(1.0, 10**log10_p):.2f}"
        return text.replace(".", ",") if language == "ru" else text
    exponent = math.floor(log10_p)
    head = round(10 ** (log10_p - exponent))
    if head == 10:
        head, exponent = 1, exponent + 1
    power = "10" + str(exponent).translate(_SUPERSCRIPT)
    return power if head == 1 else f"{head}\u202f×\u202f{power}"


def odds(log10_p: float, language: str = "en") -> str:
    """A p-value as *about 1 in so many*."""
    if log10_p >= math.log10(0.5):
        return phrase("nouns", "odds", "even", language=language)
    exponent = -log10_p
    if exponent >= 15:
        power = "10" + str(math.floor(exponent)).translate(_SUPERSCRIPT)
        return phrase("nouns", "odds", "power", facts={"power": power}, language=language)
    size = 10**exponent
    step = 10 ** max(0, math.floor(math.log10(size)) - 1)
    size = math.floor(size / step) * step
    for unit in ("trillion", "billion", "million"):
        scale = {"million": 1e6, "billion": 1e9, "trillion": 1e12}[unit]
        if size >= scale:
            facts = {"value": size / scale}
            return phrase("nouns", "odds", unit, facts=facts, language=language)
    return phrase("nouns", "odds", "plain", facts={"value": size}, language=language)


def listed(values: Sequence[Any], language: str = "en", most: int = 8) -> str:
    """a, b and c; past ``most``, the rest is counted."""
    texts = [show(str(v)) for v in values[:most]]
    rest = len(values) - most
    if rest > 0:
        facts = {"items": ", ".join(texts), "rest": rest}
        return phrase("nouns", "list", "more", facts=facts, language=language)
    if len(texts) < 2:
        return "".join(texts)
    facts = {"items": ", ".join(texts[:-1]), "last": texts[-1]}
    return phrase("nouns", "list", "all", facts=facts, language=language)


def plural(value: float, noun: str, language: str = "en") -> str:
    """A count with its noun in the right form."""
    forms = template("nouns", "plural", noun, language=language)
    return f"{count(value, language)} {forms[_form(round(value), language)]}"


def counted(value: float, shown: str, noun: str, language: str = "en") -> str:
    """A number that is written already, with its noun: 104.1 stations, 104,1 участка."""
    forms = template("nouns", "plural", noun, language=language)
    form = _form(round(value), language) if value == round(value) else 1
    return f"{shown} {forms[form]}"


def _form(value: int, language: str) -> int:
    if language != "ru":
        return 0 if value == 1 else 1
    tens, ones = abs(value) % 100, abs(value) % 10
    if ones == 1 and tens != 11:
        return 0
    return 1 if 2 <= ones <= 4 and not 12 <= tens <= 14 else 2


class _Words(string.Formatter):
    """`str.format` with the styles of this file; an unknown name or style is an error."""

    def __init__(self, language: str) -> None:
        self.language = language

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        if field_name not in kwargs:
            raise UnknownName(f"A phrase asks for {field_name!r}; the facts are {sorted(kwargs)}.")
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        style, _, rest = format_spec.partition(" ")
        name, decimals = style.rstrip("0123456789"), style[len(style.rstrip("0123456789")) :]
        match name:
            case "":
                return show(str(value))
            case "raw":
                return str(value)
            case "count":
                return count(value, self.language)
            case "number":
                return number(value, int(decimals or 1), self.language)
            case "share":
                return share(value, int(decimals or 1), self.language)
            case "p":
                return p_value(value, self.language)
            case "odds":
                return odds(value, self.language)
            case "list":
                return listed(value, self.language)
            case "figure":
                return figure(value, self.language)
            case "figures":
                return listed([figure(code, self.language) for code in value], self.language)
            case "decimals":
                return written(show(str(value)), self.language)
            case "of":
                return plural(value, rest, self.language)
        raise UnknownName(f"There is no style {format_spec!r} for words.")
