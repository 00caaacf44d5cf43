"""Announced figures as ranges of whole votes: rounding, growth of the register, stations to come.

An authority prints a percentage, and the register it is taken of has grown since it was last
published. Each of these leaves a range, and a contradiction is one only if the whole range says
so. The range of a territory's register runs from the count last published for it to that count
plus all growth of the national register since, as if every new voter had been added here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from recanvass.case import Announced
from recanvass.errors import UsageError
from recanvass.kernels.selection_bounds import printed_interval
from recanvass.results import COUNTS

#: A bulletin that is an hour of the day.
HOUR = re.compile(r"^([01]?\d|2[0-3])[:.h]([0-5]\d)$")


@dataclass(frozen=True)
class CountRange:
    """The whole numbers that an announced figure can stand for.

    ``point`` is the figure taken at its word; ``high`` is None where nothing bounds it from above.
    ``share`` is the range of the percentage where the figure came as one, with its base.
    """

    low: int
    high: int | None
    point: float
    rounded: bool = False
    grown: bool = False
    incomplete: bool = False
    share: tuple[Fraction, Fraction] | None = None
    base: str = ""

    @property
    def exact(self) -> bool:
        """Whether the range is a single number."""
        return self.high == self.low


def hour_of(bulletin: str) -> float | None:
    """``10:30`` → 10.5; None for a bulletin that is no hour."""
    found = HOUR.match(bulletin.strip())
    return int(found[1]) + int(found[2]) / 60 if found else None


def final(announced: Iterable[Announced], territory: str, column: str) -> Announced | None:
    """The last announcement of a figure, hours of the day apart."""
    fits = [a for a in announced if a.territory == territory and a.column == column and hour_of(a.bulletin) is None]
    if not fits:
        return None
    counted = [a for a in fits if a.count is not None]
    return (counted or fits)[-1]


def territories(announced: Iterable[Announced]) -> tuple[str, ...]:
    """Territories in the order in which they are first named; the whole contest is ``""``."""
    return tuple(dict.fromkeys(a.territory for a in announced))


def by_territory(announced: Iterable[Announced]) -> dict[str, list[Announced]]:
    """What was announced of each territory and of the whole contest: all that bounds the territory's figures."""
    of: dict[str, list[Announced]] = {"": []}
    for figure in announced:
        of.setdefault(figure.territory, []).append(figure)
    return {territory: own if not territory else [*of[""], *own] for territory, own in of.items()}


def options_of(announced: Iterable[Announced]) -> tuple[str, ...]:
    """The announced columns that are options, in their order."""
    other = {*COUNTS, "turnout", "stations"}
    return tuple(dict.fromkeys(a.column for a in announced if a.column not in other))


def count_range(
    announced: Sequence[Announced], territory: str, column: str, _within: tuple[str, ...] = ()
) -> CountRange | None:
    """The range of a figure as it was last announced; None where it was not."""
    found = final(announced, territory, column)
    return None if found is None else range_of(announced, found, _within)


def range_of(announced: Sequence[Announced], figure: Announced, _within: tuple[str, ...] = ()) -> CountRange | None:
    """The range of one announcement; None where its base was not announced.

    Raises
    ------
    UsageError
        If the percentage is not a number.
    """
    if figure.count is not None:
        plain = CountRange(figure.count, figure.count, float(figure.count))
        if figure.column == "registered":
            return _grown(announced, figure, plain)
        return _to_come(announced, figure, plain)
    within = (*_within, figure.column)
    if figure.percent is None or figure.base in within:
        return None
    base = count_range(announced, figure.territory, figure.base, within)
    if base is None:
        return None
    low, high = printed(figure.percent)
    middle = float((low + high) / 2)
    top = None if base.high is None else math.floor(base.high * high)
    made = CountRange(
        math.ceil(base.low * low),
        top,
        base.point * middle,
        rounded=True,
        grown=base.grown,
        share=(low, high),
        base=figure.base,
    )
    return _to_come(announced, figure, made)


def printed(percent: str) -> tuple[Fraction, Fraction]:
    """The range that a printed percentage stands for; a text that is none is the user's mistake."""
    try:
        return printed_interval(percent)
    except ValueError as error:
        raise UsageError(f"An announced percentage is {percent[:40]!r}; write it as in 51.20.") from error


def register_growth(announced: Sequence[Announced], bulletin: str) -> int:
    """By how much the national register grew after a bulletin; 0 where that is not known."""
    national = [a for a in announced if a.column == "registered" and not a.territory and a.count is not None]
    then = [a.count for a in national if a.bulletin == bulletin]
    if not then or not national or national[-1].bulletin == bulletin:
        return 0
    return (national[-1].count or 0) - (then[0] or 0)


def _grown(announced: Sequence[Announced], figure: Announced, plain: CountRange) -> CountRange:
    growth = register_growth(announced, figure.bulletin)
    if not figure.territory or not growth:
        return plain
    low, high = plain.low + min(0, growth), plain.low + max(0, growth)
    return CountRange(low, high, plain.point, grown=True)


def _to_come(announced: Sequence[Announced], figure: Announced, plain: CountRange) -> CountRange:
    """Add what the stations not yet in the figure can still hold: every elector there."""
    if not figure.coverage:
        return plain
    covered = printed(figure.coverage)[0]
    if covered >= 1:
        return plain
    register = count_range(announced, figure.territory, "registered")
    high = None
    if register is not None and register.high is not None and plain.high is not None:
        high = plain.high + math.ceil(register.high * (1 - covered))
    return replace(plain, high=high, incomplete=True)


__all__ = [
    "CountRange",
    "by_territory",
    "count_range",
    "final",
    "hour_of",
    "options_of",
    "printed",
    "range_of",
    "register_growth",
    "territories",
]
