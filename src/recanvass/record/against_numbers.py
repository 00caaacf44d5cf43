r"""Claims meet numbers: *agrees*, *disagrees* or *cannot be checked*, with the difference.

A claim bounds an interval :math:`C` (`recanvass.record.quantities`); the case gives a figure,
which as printed stands for an interval :math:`R` (86.82 % → [86.815, 86.825]; a count or a ratio
of counts is exact). The two agree where :math:`C \cap R \neq \emptyset`, with open ends kept
open: *more than 86 %* agrees with 86.001 % and not with a count that gives 86 % exactly. The
difference is the case's figure minus the figure said. Arithmetic is decimal and exact.

A claim about the count itself ("the ballots were altered") is never decided here: it is tied to
the findings that bear on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from recanvass.case import Announced, Case
from recanvass.record.claims import Claim, Figure, Quantity
from recanvass.record.loading import Record
from recanvass.record.quantities import bounds, quantities, unit_of
from recanvass.results import COUNTS, Results
from recanvass.wording import number, phrase

Mark = Literal["agrees", "disagrees", "cannot be checked"]


@dataclass(frozen=True)
class Known:
    """A figure of the case: its value, the interval it stands for, and where it comes from."""

    against: Literal["announced", "stations", "estimate", "history"]
    value: Fraction
    low: Fraction
    high: Fraction
    unit: str
    source: str = ""
    by: str = ""


@dataclass(frozen=True)
class Comparison:
    """One claim against one figure of the case.

    Parameters
    ----------
    claim : str
    against : str
        ``announced``, ``stations`` (a sum over the table), ``estimate``, ``history``,
        ``findings``, or ``nothing``.
    mark : Mark
    said : str
        The words of the claim.
    figure, difference : float or None
        The case's figure, and how far it lies above the figure said.
    unit : str
        ``percent`` (the difference is then in percentage points) or ``count``.
    sentence : str
    findings : tuple of str
        Methods whose findings bear on the claim; empty means all that may raise the headline.
    """

    claim: str
    against: str
    mark: Mark
    said: str
    figure: float | None
    difference: float | None
    unit: str
    sentence: str
    source: str = ""
    findings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "claim": self.claim,
            "against": self.against,
            "mark": self.mark,
            "said": self.said,
            "figure": self.figure,
            "difference": self.difference,
            "unit": self.unit,
            "sentence": self.sentence,
            "source": self.source,
            "findings": list(self.findings),
        }


def compare(record: Record, case: Case, language: str = "en") -> list[Comparison]:
    """Every claim that bears a figure or concerns the count, against what the case knows."""
    found: list[Comparison] = []
    for claim in record.claims:
        if claim.kind == "allegation":
            found.append(_left_open(claim, "allegation", language))
        elif claim.quantity is not None:
            found += _against_all(claim, claim.quantity, record, case, language)
    return found


def agree(claimed: tuple[Fraction | None, Fraction | None, bool, bool], known: Known) -> bool:
    """Whether the interval of a claim and that of a figure have a value in common."""
    low, high, low_open, high_open = claimed
    if low is not None and (known.high < low or (low_open and known.high == low)):
        return False
    return not (high is not None and (known.low > high or (high_open and known.low == high)))


def interval(quantity: Quantity) -> tuple[Fraction | None, Fraction | None, bool, bool]:
    """What a claimed quantity bounds: as stated, or by the hedge where nothing is stated."""
    opens = quantity.hedge == "above", quantity.hedge in ("below", "nearly")
    low, high = quantity.low, quantity.high
    if low is None and high is None:
        read = quantities(quantity.said)
        percent = quantity.unit == "percent"
        size = unit_of(str(quantity.value), decimals_only=True)
        if len(read) == 1:
            low, high = read[0].low, read[0].high
        else:
            low, high, *_ = bounds(quantity.value, quantity.hedge, size, percent)
    return (
        None if low is None else Fraction(low),
        None if high is None else Fraction(high),
        *opens,
    )


def _against_all(claim: Claim, quantity: Quantity, record: Record, case: Case, language: str) -> list[Comparison]:
    about = quantity.about
    if about is None:
        return [_left_open(claim, "nothing", language)]
    known = _known(about, record, case)
    if not known:
        return [_left_open(claim, "no_figure", language)]
    claimed = interval(quantity)
    found = []
    for figure in known:
        mark: Mark = "agrees" if agree(claimed, figure) else "disagrees"
        difference = figure.value - Fraction(quantity.value)
        facts = {
            "said": quantity.said,
            "figure": _shown(figure.value, figure.unit, language),
            "difference": _shown(abs(difference), "points" if figure.unit == "percent" else figure.unit, language),
            "by": figure.by,
            "direction": phrase(
                "record",
                "direction",
                "equal" if not difference else "above" if difference > 0 else "below",
                language=language,
            ),
        }
        sentence = phrase("record", "compare", f"{figure.against}_{mark}", facts=facts, language=language)
        found.append(
            Comparison(
                claim.id,
                figure.against,
                mark,
                quantity.said,
                float(figure.value),
                float(difference),
                figure.unit,
                sentence,
                figure.source,
            )
        )
    return found


def _left_open(claim: Claim, why: str, language: str) -> Comparison:
    said = claim.quantity.said if claim.quantity is not None else claim.quotation.exact
    against = "findings" if why == "allegation" else "nothing"
    sentence = phrase("record", "compare", why, language=language)
    unit = claim.quantity.unit if claim.quantity is not None else ""
    return Comparison(claim.id, against, "cannot be checked", said, None, None, unit, sentence, "", claim.bears_on)


def _shown(value: Fraction, unit: str, language: str) -> str:
    if unit == "count":
        whole = value.denominator == 1
        return number(float(value), 0 if whole else 1, language)
    text = number(float(value), 2, language)
    return text + ("\u202f%" if unit == "percent" else " " + phrase("record", "unit", "points", language=language))


def _known(about: Figure, record: Record, case: Case) -> list[Known]:
    found: list[Known | None] = []
    if about.measure == "wins":
        found.append(_wins(about, record, case))
    else:
        found.append(_announced(about, case))
        if case.results is not None:
            found.append(_summed(about, case, case.results))
        found += _estimates(about, record, case)
    return [k for k in found if k is not None]


def _base(about: Figure, case: Case) -> str:
    if about.measure == "turnout":
        return "registered"
    return about.base or case.contest.share_of


def _announced(about: Figure, case: Case) -> Known | None:
    """The latest announced figure, as printed or as the ratio of announced counts."""
    column = about.column or (case.contest.turnout_of if about.measure == "turnout" else "")
    rows = [a for a in case.announced if a.territory == about.territory]
    mine = [a for a in rows if a.column == column]
    if about.measure == "count":
        counts = [a for a in mine if a.count is not None]
        return _exact("announced", Fraction(counts[-1].count or 0), "count", counts[-1]) if counts else None
    base = _base(about, case)
    printed = [a for a in mine if a.percent is not None and a.base == base]
    if printed:
        text = str(printed[-1].percent)
        half = Fraction(unit_of(text, decimals_only=True)) / 2
        value = Fraction(Decimal(text))
        return Known("announced", value, value - half, value + half, "percent", printed[-1].source)
    whole = [a.count for a in rows if a.column == base and a.count]
    parts = [a for a in mine if a.count is not None]
    if whole and parts:
        return _exact("announced", Fraction(100 * (parts[-1].count or 0), whole[-1] or 1), "percent", parts[-1])
    return None


def _exact(against: Literal["announced"], value: Fraction, unit: str, row: Announced) -> Known:
    return Known(against, value, value, value, unit, row.source)


def _summed(about: Figure, case: Case, results: Results) -> Known | None:
    """A sum over the stations of the table, or a ratio of two such sums over the same stations."""
    here = np.ones(len(results), dtype=np.bool_)
    if about.territory:
        levels = [lv for lv, labels in results.places.items() if about.territory in labels.names]
        if not levels:
            return None
        labels = results.places[levels[0]]
        here = labels.codes == labels.names.index(about.territory)
    column = about.column or (case.contest.turnout_of if about.measure == "turnout" else "")
    part = _column(results, column)
    if part is None:
        return None
    values, given = part
    if about.measure == "count":
        total = Fraction(sum(int(v) for v in values[here & given]))
        return Known("stations", total, total, total, "count", results.source.name)
    whole = _column(results, _base(about, case))
    if whole is None:
        return None
    both = here & given & whole[1]
    denominator = sum(int(v) for v in whole[0][both])
    if denominator <= 0:
        return None
    share = Fraction(100 * sum(int(v) for v in values[both]), denominator)
    return Known("stations", share, share, share, "percent", results.source.name)


def _column(results: Results, name: str) -> tuple[Any, Any] | None:
    if name in results.options:
        index = results.options.index(name)
        return results.votes[:, index], results.stood(index)
    whole = results.whole(name)
    return None if whole is None else (whole, results.known(name))


def _estimates(about: Figure, record: Record, case: Case) -> list[Known]:
    column = about.column
    found = []
    for row in record.estimates:
        same = row.measure == about.measure and row.territory == about.territory
        if not same or (about.measure != "turnout" and row.column != column):
            continue
        if about.measure == "share" and row.base and row.base != _base(about, case):
            continue
        low, high = Fraction(row.low), Fraction(row.high)
        unit = "count" if about.measure == "count" else "percent"
        found.append(Known("estimate", (low + high) / 2, low, high, unit, row.source, row.by))
    return found


def _wins(about: Figure, record: Record, case: Case) -> Known | None:
    """In how many contests, from a year on and this one included, a column led."""
    contests: dict[str, list[tuple[int, str, Fraction]]] = {}
    for row in record.history:
        if row.date.year >= about.since and row.column not in COUNTS and not row.territory:
            size = Fraction(row.count) if row.count is not None else Fraction(Decimal(str(row.percent)))
            contests.setdefault(row.date.isoformat()[:4], []).append((row.round, row.column, size))
    wins = 0
    for rows in contests.values():
        last = max(r for r, _, _ in rows)
        final = [(size, column) for r, column, size in rows if r == last]
        wins += max(final)[1] == about.column
    now = [(a.count, a.column) for a in case.announced if a.count and not a.territory and a.column not in COUNTS]
    if not contests or not now:
        return None
    value = Fraction(wins + (max(now)[1] == about.column))
    return Known("history", value, value, value, "count", "history")
