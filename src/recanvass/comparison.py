r"""The field's basic table of digits, shape and slope, with what honest counting would give beside each figure.

Election-forensics reports print, for the turnout and for each chosen option, the mean second digit of the
counts (4.187 is expected), the mean last digit (4.5), the parts of counts and of whole percentages that end
in 0 or 5 (.2), the skewness (0) and kurtosis (3) of the percentages, the p-value of the dip test, the
correlation of turnout and share (0) and the slope of the share on the turnout less the mean share (0); and
colour what is away from the expected figure (Kalinin 2025; Hicken and Mebane 2017). The expected figures are
constants and the constants are wrong: each of forty clean simulated contests was coloured somewhere. The
table is made here for those who must compare; it is of class D, and no headline looks at it.

- **Interval of the figure**, as those tables give it: the figure and 1.96 standard errors, stations drawn at
  random. For a mean it is that of the mean; for the others it is the limit of their bootstrap, from the
  influence of each station :math:`i` on the statistic, with standardised turnout :math:`u`, share :math:`v`
  and moments of the standardised values,

  .. math:: \text{skewness: } z^3 - m_3 - 3z - \tfrac32 m_3 (z^2-1), \quad
            \text{kurtosis: } z^4 - m_4 - 4 m_3 z - 2 m_4 (z^2 - 1), \quad
            \text{correlation: } uv - \tfrac r2 (u^2 + v^2) .

- **Honest counting at these stations**, for the four digit statistics: the mean over the stations of a count
  drawn anew from its posterior predictive law (`recanvass.kernels.redrawn_digits`, the prior that of the
  area), and 1.96 of its standard deviations. Mean and variance are exact. The p-value is two-sided and
  normal; p-values are adjusted over all rows of an area (Benjamini-Hochberg). Small counts follow the prior
  rather than themselves, and no simple prior fits an option that is absent from most places, so the law is
  given only where at most one count in twenty is below 10. (The limit was set on clean contests: above it the
  law fails for options of one people or one region; below it as many p-values are small as should be.)
- **Shape and slope have no such law.** Any shape is possible in an honest contest; beside them stand the
  values in clean contests of other countries, as for all rows.
- **Coloured**: whether a table with constants would have coloured the figure: the constant outside the
  interval; a dip p-value below .05; a correlation beyond .4; the slope beyond 1.645, which it never is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import areas as places
from recanvass import comparison_panel, false_discovery
from recanvass.case import Case
from recanvass.errors import UsageError
from recanvass.finding import Finding, as_plain
from recanvass.kernels.binomial_lattice import LARGEST, prior
from recanvass.kernels.dip import dip
from recanvass.kernels.redrawn_digits import redrawn_digits
from recanvass.method import method
from recanvass.results import Results
from recanvass.version import VERSION

SCHEMA_VERSION = "1.0"

#: The figure that the table's readers are told to expect, by statistic.
CONSTANTS = {
    "second_digit": 4.187,
    "last_digit": 4.5,
    "percent_05": 0.2,
    "count_05": 0.2,
    "slope_less_share": 0.0,
    "skewness": 0.0,
    "kurtosis": 3.0,
    "dip": 0.05,
    "correlation": 0.0,
}

#: The four statistics with a law, by their place in the kernel.
DIGITS = ("second_digit", "last_digit", "count_05", "percent_05")

#: Fewer stations than this make no row, and an option below this share of all votes no column.
LEAST_STATIONS, LEAST_SHARE = 30, 0.05

#: The law of the digits is given where at most this part of the counts is below 10.
MOST_SMALL = 0.05

#: Beyond these a correlation and a slope are coloured by those tables.
CORRELATION_LIMIT, SLOPE_LIMIT = 0.4, 1.645

#: The two-sided 95 % point of the normal law.
POINT = 1.959963984540054

#: Sizes and number of the samples that the dip's law is simulated with.
DIP_SIZES, DIP_DRAWS = (30, 60, 125, 250, 500, 1000, 2000), 499

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Honest:
    """What honest counting at these stations gives: the mean, 95 % limits, and the p-value of the figure."""

    expected: float
    low: float
    high: float
    log10_p: float
    log10_adjusted: float = 0.0


@dataclass(frozen=True)
class Row:
    """One figure of the table.

    Parameters
    ----------
    area, column, statistic : str
        ``column`` is ``turnout`` or an option; ``statistic`` a key of `CONSTANTS`.
    role : str
        ``turnout``, ``leader`` or ``other``: which values of clean contests it stands beside.
    stations : int
    value : float
    low, high : float or None
        95 % limits, stations drawn at random.
    constant : float
        What the table's readers are told to expect.
    coloured : bool
        Whether a table with constants would have coloured it.
    honest : Honest or None
        None where there is no law inside a contest.
    panel : mapping
        Values in clean contests of other countries: contests, low, high, coloured; and in clean
        simulated ones: worlds, worlds_coloured.
    """

    area: str
    column: str
    role: str
    statistic: str
    stations: int
    value: float
    low: float | None
    high: float | None
    constant: float
    coloured: bool
    honest: Honest | None = None
    panel: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The table: rows, the two models that such reports add, and areas or columns left out with the reason."""

    title: str
    level: str
    rows: tuple[Row, ...]
    models: tuple[dict[str, Any], ...]
    left_out: tuple[dict[str, Any], ...]
    digest: str
    version: str = VERSION

    def to_dict(self) -> dict[str, Any]:
        """The object of ``recanvass compare --json``, schema `SCHEMA_VERSION`."""
        coloured = sum(row.coloured for row in self.rows)
        made: dict[str, Any] = as_plain(
            {
                "schema_version": SCHEMA_VERSION,
                "class": "D",
                "title": self.title,
                "by": self.level,
                "rows": [asdict(row) for row in self.rows],
                "models": list(self.models),
                "left_out": list(self.left_out),
                "coloured": coloured,
                "clean": comparison_panel.at_least_one(),
                "run": {"results_digest": self.digest, "version": self.version},
            }
        )
        return made


def compare(results: Results, *, by: str = "contest", least: int = 0, share: float = LEAST_SHARE) -> Comparison:
    """The basic table of digits, shape and slope, with what honest counting would give beside it.

    Parameters
    ----------
    results : Results
    by : str
        ``contest``, or a level of place: ``region``, ``district``, ...
    least : int
        Counts below it are left out of the rows on digits of counts; those tables leave out none.
    share : float
        Options below this part of all votes make no column.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        A level that the results do not have, or a number out of its range.
    """
    if by != "contest" and by not in results.places:
        there = ["contest", *(level for level in results.places if level != "station")]
        raise UsageError(f"The table cannot be made by {by!r}: the results give {', '.join(there)}.")
    if least < 0 or not 0 <= share <= 1:
        raise UsageError(f"least is {least} and share {share}; the first must be 0 or more, the second from 0 to 1.")
    rows: list[Row] = []
    left_out: list[dict[str, Any]] = []
    groups = places.chosen(results).codes + 1
    columns = _columns(results, share)
    if not columns:
        left_out.append({"area": "", "column": "", "reason": "columns"})
    for area, index in results.areas(by):
        inside: list[Row] = []
        for column in columns:
            made = _rows(column, results, area, index, groups, least)
            inside += made
            if not made:
                left_out.append({"area": area, "column": column.name, "reason": "stations"})
        rows += _adjusted(inside)
    models = _models(results) if by == "contest" else ()
    return Comparison(results.contest.title, by, tuple(rows), models, tuple(left_out), results.digest)


@dataclass(frozen=True)
class _Column:
    """A count and what it is a part of, at the stations where both are known and possible."""

    name: str
    role: str
    part: Counts
    whole: Counts
    use: Mask


def _columns(results: Results, share: float) -> list[_Column]:
    """The turnout, and each option that has at least this part of all votes, the leader first."""
    cast = "ballots" if results.has("ballots") else "valid"
    given, registered = results.whole(cast), results.whole("registered")
    made = []
    if given is not None and registered is not None:
        use = results.known(cast, "registered") & (registered >= 1) & (given >= 0) & (given <= registered)
        made.append(_Column("turnout", "turnout", given, registered, use & (registered <= LARGEST)))
    if given is None or not results.options:
        return made
    totals = results.totals
    everything = sum(max(totals[o], 0) for o in results.options)
    order = sorted(range(len(results.options)), key=lambda j: (-totals[results.options[j]], results.options[j]))
    for j in order:
        name = results.options[j]
        if everything <= 0 or totals[name] < share * everything:
            continue
        votes = results.votes[:, j]
        use = results.known(cast) & results.stood(j) & (given >= 1) & (votes >= 0) & (votes <= given)
        role = "leader" if j == results.leader else "other"
        made.append(_Column(name, role, votes, given, use & (given <= LARGEST)))
    return made


def _rows(column: _Column, results: Results, area: str, index: Counts, groups: Counts, least: int) -> list[Row]:
    """The rows of one column of one area; none where it has too few stations."""
    chosen = index[column.use[index]]
    if chosen.size < LEAST_STATIONS:
        return []
    part, whole = column.part[chosen], column.whole[chosen]
    rows = _digit_rows(column, area, part, whole, groups[chosen], least)
    rate = part / whole
    rows += _shape_rows(column, area, rate)
    if column.role != "turnout":
        rows += _slope_rows(column, area, results, chosen)
    return [_with_panel(row, results.contest.country) for row in rows]


def _digit_rows(column: _Column, area: str, part: Counts, whole: Counts, groups: Counts, least: int) -> list[Row]:
    smallest = np.array([max(least, 10), least, least, 0], np.int64)
    _, dense = np.unique(groups, return_inverse=True)
    observed, mean, variance = redrawn_digits(part, whole, *prior(part, whole, dense.astype(np.int64)), smallest)
    lawful = float((part < 10).mean()) <= MOST_SMALL
    rows = []
    for k, statistic in enumerate(DIGITS):
        use = part >= smallest[k]
        count = int(use.sum())
        if count < LEAST_STATIONS:
            continue
        seen = observed[use, k]
        value, error = float(seen.mean()), float(seen.std(ddof=1)) / math.sqrt(count)
        expected, spread = float(mean[use, k].mean()), math.sqrt(float(variance[use, k].sum())) / count
        honest = None
        if lawful and spread > 0:
            p = _two_sided((value - expected) / spread)
            honest = Honest(expected, expected - POINT * spread, expected + POINT * spread, p)
        rows.append(_row(column, area, statistic, count, value, error, honest))
    return rows


def _shape_rows(column: _Column, area: str, rate: Floats) -> list[Row]:
    if rate.max() - rate.min() < 1e-9:
        return []
    z = (rate - rate.mean()) / rate.std()
    m3, m4 = float((z**3).mean()), float((z**4).mean())
    skew = z**3 - m3 - 3 * z - 1.5 * m3 * (z**2 - 1)
    kurt = z**4 - m4 - 4 * m3 * z - 2 * m4 * (z**2 - 1)
    count, root = rate.size, math.sqrt(rate.size)
    p = dip_p(dip(np.sort(rate)), count)
    return [
        _row(column, area, "skewness", count, m3, float(skew.std()) / root),
        _row(column, area, "kurtosis", count, m4, float(kurt.std()) / root),
        Row(area, column.name, column.role, "dip", count, p, None, None, CONSTANTS["dip"], p < 0.05),
    ]


def _slope_rows(column: _Column, area: str, results: Results, chosen: Counts) -> list[Row]:
    registered, cast = results.whole("registered"), column.whole
    if registered is None:
        return []
    good = results.known("registered")[chosen] & (registered[chosen] >= 1) & (cast[chosen] <= registered[chosen])
    rows = chosen[good]
    if rows.size < LEAST_STATIONS:
        return []
    turnout, share = cast[rows] / registered[rows], column.part[rows] / cast[rows]
    if np.ptp(turnout) < 1e-9 or np.ptp(share) < 1e-9:
        return []
    u, v = (turnout - turnout.mean()) / turnout.std(), (share - share.mean()) / share.std()
    r = float((u * v).mean())
    scale = float(share.std() / turnout.std())
    root = math.sqrt(rows.size)
    influence = u * v - r / 2 * (u**2 + v**2)
    moved = scale * u * (v - r * u) - (share - share.mean())
    index = r * scale - float(share.mean())
    return [
        _row(column, area, "slope_less_share", rows.size, index, float(moved.std()) / root),
        _row(column, area, "correlation", rows.size, r, float(influence.std()) / root),
    ]


def _row(
    column: _Column, area: str, statistic: str, count: int, value: float, error: float, honest: Honest | None = None
) -> Row:
    constant = CONSTANTS[statistic]
    low, high = value - POINT * error, value + POINT * error
    coloured = not low <= constant <= high
    if statistic == "correlation":
        coloured = abs(value) > CORRELATION_LIMIT
    if statistic == "slope_less_share":
        coloured = abs(value) > SLOPE_LIMIT
    return Row(area, column.name, column.role, statistic, count, value, low, high, constant, coloured, honest)


def _two_sided(z: float) -> float:
    """log10 of the two-sided normal p-value."""
    from scipy.special import log_ndtr

    return min(0.0, (float(log_ndtr(-abs(z))) + math.log(2)) / math.log(10))


def _with_panel(row: Row, country: str) -> Row:
    return Row(**(vars(row) | {"panel": comparison_panel.beside(row.role, row.statistic, country)}))


def _adjusted(rows: Sequence[Row]) -> list[Row]:
    """The rows of one area with the p-values of those that have a law adjusted over all of them."""
    known = [i for i, row in enumerate(rows) if row.honest is not None]
    values = [row.honest.log10_p for row in rows if row.honest is not None]
    adjusted = dict(zip(known, false_discovery.adjusted(np.array(values)), strict=True))
    made = []
    for i, row in enumerate(rows):
        if row.honest is None:
            made.append(row)
            continue
        honest = Honest(**(vars(row.honest) | {"log10_adjusted": float(adjusted[i])}))
        made.append(Row(**(vars(row) | {"honest": honest})))
    return made


@lru_cache
def _dip_law(size: int) -> Floats:
    """Dips of uniform samples of this size, times the root of the size, in order."""
    rng = np.random.default_rng([size, DIP_DRAWS])
    return np.sort([dip(np.sort(rng.random(size))) for _ in range(DIP_DRAWS)]) * math.sqrt(size)


def dip_p(statistic: float, count: int) -> float:
    """The simulated p-value of a dip under the uniform law, from the nearest smaller size of `DIP_SIZES`."""
    law = _dip_law(max((s for s in DIP_SIZES if s <= count), default=DIP_SIZES[0]))
    above = law.size - int(np.searchsorted(law, statistic * math.sqrt(count), side="left"))
    return (1 + above) / (1 + law.size)


def _models(results: Results) -> tuple[dict[str, Any], ...]:
    """The two models that such reports add, as the methods of class C say them: ranked among clean contests.

    ``outcome`` and ``facts`` make the sentence again in another language; where the method could not be
    asked, ``code`` does.
    """
    made: list[dict[str, Any]] = []
    for name in ("fingerprint", "turnout_surplus"):
        found = method(name).run(Case.of(results))
        if isinstance(found, Finding):
            outcome, code, said, facts = found.answer.outcome, "", found.summary, found.answer.facts
        else:
            outcome, code, said, facts = "", found.code, found.reason, found.facts
        plain = {key: value for key, value in facts.items() if key != "panel"}
        made.append({"model": name, "said": said, "outcome": outcome, "code": code, "facts": plain})
    return tuple(made)
