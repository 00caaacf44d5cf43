"""Strict numbers: a cell is a count, absent, or refused; nothing is rounded, clipped or guessed.

A count is a row of the digits 0 to 9. Everything else has one stated reading or none:

* marks of the direction of writing beside the number: read, with a warning;
* thousands marks (space, no-break and thin space, comma, dot, apostrophe) in groups of exactly
  three digits; digits of other scripts and full-width ones; a fraction of nothing but zeros:
  read, with a warning that names the column and an example;
* a blank, a dash and the editors' words for *no figure* (`MISSING`): absent, which is not zero;
* NaN, inf, exponents, signs, fractions, words: refused with row and column, because they are the
  traces of a calculation and no published count. A mapping may declare a word as missing, or
  negative figures as absent.

A count above `LARGEST` is refused, so that sums of a million stations cannot wrap in int64.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recanvass.results import Counts, Mask

#: The largest count that is believed: 2**40, some 140 times the people on earth.
LARGEST = 2**40

# Words that say *no figure*, compared without case. NaN and inf are not among them.
_MISSING = (
    " - – — − -- --- . .. ... … n/a na n.a. #n/a null none нет н/д н.д. няма s/d n/d nd k.a. b.d. bd brak yok ei x * ×"
    " missing unknown"
)
MISSING = frozenset([*_MISSING.split(), "", "нет данных", "немає даних", "sin datos", "n. a.", "н. д.", "k. a."])

Kind = Literal["count", "decimal", "text", "empty"]

_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ .,'’\u066c])[0-9]{3})(?:\1[0-9]{3})*")
_WHOLE = re.compile(r"([0-9]+)[.,\u066b]0+")
_FRACTION = re.compile(r"[-+]?[0-9]*[.,\u066b][0-9]+ ?%?|[-+]?[0-9]+ ?%")
_NEGATIVE = re.compile(r"[-−–][ ]?[0-9][0-9 .,]*")
_EXPONENT = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?[eE][-+]?[0-9]+")
_SPACES = re.compile(r"\s")
# Marks of the direction of writing, which spreadsheets set beside numbers in Arabic and Hebrew.
HIDDEN = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Cell:
    """One cell's reading: ``how`` is ``plain``, ``grouped``, ``digits``, ``whole``, ``missing`` or a refusal.

    Refusals are ``negative``, ``fraction``, ``exponent``, ``not_finite``, ``too_large``, ``grouped_zero``
    and ``words``.
    """

    how: str
    value: int = 0


@dataclass(frozen=True)
class Column:
    """A column of text cells, read as counts.

    Parameters
    ----------
    values : (n,) int64
        The counts; 0 where absent or refused.
    absent : (n,) bool
        Cells without a figure.
    refused : tuple of (int, str, str)
        Cells that are neither: index, text and why; at most `SHOWN` of them.
    refusals : int
        How many there are.
    readings : mapping of str to (int, str)
        How often a cell needed a stated reading, with an example.
    """

    kind: Kind
    values: Counts
    absent: Mask
    refused: tuple[tuple[int, str, str], ...] = ()
    refusals: int = 0
    readings: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    bad: Mask | None = None

    def __len__(self) -> int:
        return len(self.values)


@lru_cache(maxsize=65_536)
def cell(text: str) -> Cell:
    """The reading of one cell."""
    visible = HIDDEN.sub("", text)
    trimmed = visible.strip()
    if trimmed.casefold() in MISSING:
        return Cell("missing")
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in trimmed)
    digits = _SPACES.sub(" ", digits)
    how = "digits" if digits != _SPACES.sub(" ", trimmed) else ("plain" if trimmed == text else "spaces")
    if how in ("plain", "spaces") and visible != text:
        how = "marks"
    if _PLAIN.fullmatch(digits):
        return _sized(how, digits)
    if found := _GROUPED.fullmatch(digits):
        if digits[0] == "0":
            return Cell("fraction" if found[1] in ".," else "words")
        if found[1] in ".," and digits.count(found[1]) == 1 and digits.endswith("000"):
            return _sized("grouped_zero", re.sub(r"[^0-9]", "", digits))
        return _sized("grouped", re.sub(r"[^0-9]", "", digits))
    if found := _WHOLE.fullmatch(digits):
        return _sized("whole", found[1])
    if _NEGATIVE.fullmatch(digits):
        return Cell("negative")
    if _FRACTION.fullmatch(digits):
        return Cell("fraction")
    if _EXPONENT.fullmatch(digits):
        return Cell("exponent")
    if digits.strip("+-").casefold() in ("nan", "inf", "infinity"):
        return Cell("not_finite")
    return Cell("words")


def _sized(how: str, digits: str) -> Cell:
    plain = digits.lstrip("0") or "0"
    if len(plain) > 13 or int(plain) > LARGEST:
        return Cell("too_large")
    return Cell(how, int(plain))


#: How many refused cells a message may name.
SHOWN = 5

_READ = ("plain", "grouped", "grouped_zero", "digits", "whole", "spaces", "marks")


def kind_of(cells: pl.Series, sample: int = 600) -> Kind:
    """What a column seems to hold, from cells spread over it."""
    step = max(1, len(cells) // sample)
    seen: dict[str, int] = {}
    for text in cells.gather_every(step).to_list():
        how = "missing" if text is None else cell(text).how
        seen[how] = seen.get(how, 0) + 1
    given = sum(n for how, n in seen.items() if how != "missing")
    if not given:
        blank = cells.is_null() | (cells == "")
        if step == 1 or bool(blank.all()):
            return "empty"
        return kind_of(cells.filter(~blank), sample) if len(cells) > blank.sum() > 0 else "text"
    whole = sum(seen.get(how, 0) for how in _READ)
    if whole * 2 >= given and seen.get("fraction", 0) * 4 < given:
        return "count"
    broken = seen.get("fraction", 0) + seen.get("exponent", 0) + whole
    return "decimal" if broken * 2 >= given else "text"


def parsed(
    cells: pl.Series,
    *,
    missing: frozenset[str] = frozenset(),
    negative: str = "",
    zero: str = "",
    kind: Kind | None = None,
) -> Column:
    """A column of text read as counts.

    Parameters
    ----------
    cells : polars.Series of String
        Null where a cell is not there at all.
    missing : frozenset of str
        Further words that say *no figure*, from a mapping.
    negative, zero : str
        ``absent`` where a mapping declares negative figures, or zeros, to be no figures.
    """
    n = len(cells)
    kind = kind or kind_of(cells)
    if kind in ("text", "empty"):
        return Column(kind, np.zeros(n, np.int64), np.ones(n, bool))
    numbers = cells.cast(pl.Int64, strict=False)
    strange = numbers.is_null() | (numbers < 0) | (numbers > LARGEST) | cells.str.starts_with("+")
    strange = strange.fill_null(value=True)
    values = numbers.fill_null(0).to_numpy().copy()
    absent = np.zeros(n, dtype=bool)
    bad = np.zeros(n, dtype=bool)
    readings: dict[str, tuple[int, str]] = {}
    reasons: dict[int, tuple[str, str]] = {}
    if strange.any():
        where = np.flatnonzero(strange.to_numpy())
        texts = cells.gather(where).to_list()
        for i, text in zip(where.tolist(), texts, strict=True):
            found = _declared(text, missing, negative)
            if found.how == "missing":
                values[i], absent[i] = 0, True
            elif found.how in _READ:
                values[i] = found.value
                if found.how != "plain":
                    count, example = readings.get(found.how, (0, str(text)))
                    readings[found.how] = (count + 1, example)
            else:
                values[i], bad[i] = 0, True
                if len(reasons) < SHOWN:
                    reasons[i] = (str(text), found.how)
    if zero == "absent":
        absent |= (values == 0) & ~bad
    refused = tuple((i, *reasons[i]) for i in sorted(reasons))
    return Column(kind, values, absent, refused, int(bad.sum()), readings, bad if bad.any() else None)


def _declared(text: str | None, missing: frozenset[str], negative: str) -> Cell:
    if text is None or text in missing or text.strip() in missing:
        return Cell("missing")
    found = cell(text)
    return Cell("missing") if found.how == "negative" and negative == "absent" else found


def text_sum(cells: pl.Series, column: Column) -> int:
    """The sum of the cells by a second route, for the control totals: floats, and digits one by one.

    Plain cells are read as floating-point numbers (exact: `LARGEST` is below 2**53, and the sum is
    taken in parts that stay below it); cells that needed a reading, digit by digit in Python.
    """
    floats = cells.cast(pl.Float64, strict=False)
    simple = not column.absent.any() and column.bad is None and not column.readings
    if simple:
        return _parts_sum(floats.to_numpy())
    known = ~column.absent if column.bad is None else ~column.absent & ~column.bad
    odd = cells.str.contains(r"[^0-9]").fill_null(value=True).to_numpy()
    total = _parts_sum(floats.filter(pl.Series(known & ~odd)).to_numpy())
    return total + sum(_digits_value(text) for text in cells.filter(pl.Series(known & odd)).to_list() if text)


def _parts_sum(values: NDArray[np.float64]) -> int:
    """The exact sum of whole floats below 2**40: parts of 4,096 stay below 2**53."""
    if not len(values):
        return 0
    return sum(int(part) for part in np.add.reduceat(values, np.arange(0, len(values), 4096)))


def _digits_value(text: str) -> int:
    whole = re.split(r"[.,\u066b](?=0+\s*$)(?![0-9]{3}\s*$)", text.strip())[0]
    value = 0
    for character in whole:
        if character.isdigit():
            value = 10 * value + unicodedata.digit(character)
    return value
