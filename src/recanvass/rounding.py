r"""How telling a whole percentage is at each station: scores, their tails, and the scan of the areas.

Somebody who wants m per cent of n writes the count nearest to m n / 100. Counting gives such a count
with a chance near :math:`q_0 = \min(1, 100 / n)`, so one at 2,000 votes tells more than one at 200, and a
multiple of five (one integer in five, yet :data:`FIVES` of what is chosen) tells more than another. If a
part :math:`\lambda` of the stations was chosen, the logarithm of the likelihood ratio is

.. math:: w_5 = \log(1 + o f / (.2 q_0)), \quad w_1 = \log(1 + o (1 - f) / (.8 q_0)), \quad
          o = \lambda / (1 - \lambda)

at a nearest count, by its kind, and nearly constant at the others. The scores are these weights in whole
units. They depend on n only, so that given the chances of the kinds (`binomial_lattice.chances`) the law
of their sum is exact: `scored_events`.

**The areas together.** The logarithm of the likelihood ratio of an area of :math:`n_a` stations, a part λ
of them chosen, to counting is :math:`\ell = T / \text{unit} + n_a \log(1 - \lambda)`. M is the largest over all
areas, levels, looks and λ = 1/4, 1/2, 19/20 (some, half, all but a slip), and
:math:`p = \sum P(\ell \ge M)` over the same, which holds whatever the dependence. An area whose own law hardly
ever gives such a ratio costs next to nothing, whereas tests × smallest p charges all of them alike: .7 of a
decade for a district wholly rounded, nothing for one of which a part is. In simulated contests of 500
stations with 1 per cent in whole districts rounded, the most powerful test there is for somebody who knows the
look, f and that λ is 1, but not the district (the likelihood ratio averaged over districts), sees 95 per cent
(190 of 200) at the headline's level shared by six methods, and 188 if half of that is for the contest;
in the others the stations are few or near 100 votes, where every count is a whole percentage.

All constants are fixed: f lies in the middle of what the excess of Russia 2018, 2020 and 2024 shows (34 to
47 per cent at multiples of five, by integer, as in ``tests/references/integer_percentages.py``); λ is 1/20
for a contest, of which few stations are written, and 1/2 in the list of areas, where one hand writes many; the
units are fine enough that the scores of a contest are not ties, and coarse enough that an area's exact
law is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p, log10, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from recanvass import areas, false_discovery, plantings
from recanvass.kernels import poisson_binomial, scored_events
from recanvass.results import Counts, Mask, Results
from recanvass.whole_percentages import Look

Floats = NDArray[np.float64]

#: The part of the chosen percentages that are multiples of five.
FIVES = 0.42

#: Units of a logarithm, and the odds that a station's figure was chosen.
CONTEST = (64, 1.0 / 19.0)
AREA = (8, 1.0)

#: The odds that are tried where the areas are taken together, in units of `AREA`.
ODDS = (1.0 / 3.0, 1.0, 19.0)

#: What tails may be neglected altogether, as a part of one over the largest likelihood ratio.
NEGLECTED = 1e-3

#: From this log10 of the largest likelihood ratio on, Chernoff's bounds are close enough: all grades lie before.
DECIDED = 12.0

#: Stations that an area of the scan has at least: five large ones on multiples of five are decisive.
LEAST = 5

#: Areas whose Chernoff bound is above this log10 keep the bound, which is never too small.
BORDER = -2.0


def scores(whole: Counts, unit_and_odds: tuple[int, float]) -> Counts:
    """What a count nearest to a whole percentage scores, by its kind 1 or 2; ``(n, 2)``."""
    unit, odds = unit_and_odds
    usual = np.minimum(1.0, 100.0 / whole)
    weights = np.stack([np.log1p(odds * (1 - FIVES) / (0.8 * usual)), np.log1p(odds * FIVES / (0.2 * usual))], axis=1)
    found: Counts = np.rint(unit * weights).astype(np.int64)
    return found


def reached(look: Look, score: Counts) -> Counts:
    """What each station's own count scores; ``(n,)``."""
    own = np.take_along_axis(score, np.maximum(look.kind - 1, 0)[:, None], axis=1)[:, 0]
    return np.where(look.kind > 0, own, 0)


def contest_tail(look: Look) -> float:
    """log10 of the upper tail of the contest's score; exact, or by saddlepoint where the law is long."""
    score = scores(look.whole, CONTEST)
    total = reached(look, score).sum(keepdims=True)
    return float(scored_events.tails(look.near, score, np.array([0, len(score)]), total, 0.0)[0])


def nearest(look: Look) -> dict[str, float]:
    """The stations nearest to a whole percentage, and to a multiple of five, with what counting gives."""
    found: dict[str, float] = {}
    for name, seen, chance in (
        ("nearest", look.kind > 0, np.minimum(look.near.sum(axis=1), 1.0)),
        ("fives", look.kind == 2, look.near[:, 1]),
    ):
        found |= {
            f"{name}_observed": int(seen.sum()),
            f"{name}_expected": float(chance.sum()),
            f"{name}_sd": float(np.sqrt((chance * (1.0 - chance)).sum())),
        }
    return found


@dataclass(frozen=True)
class Scan:
    """Every look in every area that is large enough, at every level; arrays of one entry a test."""

    log10_p: Floats
    log10_q: Floats
    sizes: Counts
    lines: list[dict[str, Any]]
    #: Stations of the look that each line's area has, and those of them with a round figure.
    members: list[Counts]
    rows: list[Counts]
    #: log10 of the p-value of all areas together.
    together: float = 0.0


@dataclass(frozen=True)
class _Tests:
    """One look over the areas of one level."""

    level: str
    names: tuple[str, ...]
    look: Look
    order: Counts
    starts: Counts
    able: Counts
    log10_p: Floats


def scan_areas(results: Results, looks: list[Look], rate: float, alarm: float = 0.0) -> Scan:
    """The scan, with a line for each area that is listed, and for the ten smallest tails at least.

    Looks that carry the lattice are scored; those of the published definition count whole percentages.
    Areas are listed by Benjamini-Hochberg at ``rate``; where that lists none and the p-value of all areas
    together is at most ``alarm``, the one with the largest likelihood ratio is.
    """
    tests = [_tested(results, level, one) for level in areas.levels(results) for one in looks]
    log10_p = np.concatenate([test.log10_p for test in tests]) if tests else np.zeros(0)
    sizes = np.concatenate([np.diff(t.starts)[t.able] for t in tests]) if tests else np.zeros(0, np.int64)
    ends = np.cumsum([len(test.able) for test in tests])
    log10_q = false_discovery.adjusted(log10_p)
    listed = log10_q <= log10(rate)
    together, strongest = _together(tests)
    shown = log10_p <= np.sort(log10_p)[: max(10, int(listed.sum()))].max(initial=-np.inf)
    if alarm > 0 and together <= log10(alarm) and not listed.any():
        log10_q[strongest] = min(log10_q[strongest], together)
        listed[strongest] = shown[strongest] = True
    best = np.flatnonzero(shown)
    found = []
    for k in best.tolist():
        which = int(np.searchsorted(ends, k, side="right"))
        test = tests[which]
        area = int(test.able[k - (int(ends[which - 1]) if which else 0)])
        mine = test.order[test.starts[area] : test.starts[area + 1]]
        tails = {"log10_p": float(log10_p[k]), "log10_q": float(log10_q[k]), "listed": bool(listed[k])}
        line, round_ones = _line(test.look, mine)
        found.append(({"level": test.level, "area": test.names[area], **line, **tails}, mine, round_ones))
    found.sort(
        key=lambda one: (not one[0]["listed"], one[0]["log10_p"], one[0]["level"], one[0]["area"], one[0]["look"])
    )
    lines, members, rows = [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]
    return Scan(log10_p, log10_q, sizes, lines, members, rows, together)


def _tested(results: Results, level: str, one: Look) -> _Tests:
    parts = results.areas(level)
    codes = parts.codes[one.rows]
    order = np.argsort(codes.astype(np.int16) if len(parts) < 2**15 else codes, kind="stable")
    placed = codes >= 0
    sizes = np.bincount(codes[placed], minlength=len(parts))
    starts = np.concatenate([[0], np.cumsum(sizes)]) + int((~placed).sum())
    if len(one.kind):
        able = np.flatnonzero(sizes >= LEAST)
        score = scores(one.whole, AREA)
        totals = np.bincount(codes[placed], reached(one, score)[placed], len(parts)).astype(np.int64)
        tails = scored_events.tails(one.near[order], score[order], starts, totals, BORDER)
    else:
        able = np.flatnonzero(sizes >= areas.LEAST)
        hits = np.bincount(codes[placed], one.hits[placed], len(parts)).astype(np.int64)
        tails = poisson_binomial.tails(one.chance[order], starts, hits, poisson_binomial.FEW)
    return _Tests(level, parts.names, one, order, starts, able, tails[able])


def _together(tests: list[_Tests]) -> tuple[float, int]:
    """log10 of the p-value of all areas together, and which of the tests has the largest likelihood ratio."""
    unit = AREA[0]
    worth: dict[tuple[str, float], tuple[Counts, Counts]] = {}
    asked: list[tuple[_Tests, float, Floats]] = []
    best, strongest, before = 0.0, 0, 0
    for test in tests:
        look, sizes = test.look, np.diff(test.starts)
        for odds in ODDS if len(look.kind) and len(test.able) else ():
            if (look.name, odds) not in worth:
                score = scores(look.whole, (unit, odds))
                worth[look.name, odds] = score, reached(look, score)
            ends = np.concatenate([[0], np.cumsum(worth[look.name, odds][1][test.order])])[test.starts]
            price = sizes * log(1.0 + odds)
            ratio = (np.diff(ends) / unit - price)[test.able]
            largest = int(np.argmax(ratio))
            if ratio[largest] > best:
                best, strongest = float(ratio[largest]), before + largest
            asked.append((test, odds, price))
        before += len(test.able)
    if best <= 0.0:
        return 0.0, strongest
    low = (log(NEGLECTED) - best) / log(10.0) - log10(sum(len(test.able) for test, *_ in asked))
    bounded = best >= DECIDED * log(10.0)
    tails = []
    for test, odds, price in asked:
        near, score = test.look.near[test.order], worth[test.look.name, odds][0][test.order]
        needed = np.ceil(unit * (best + price) - 1e-6).astype(np.int64)
        tails.append(scored_events.needed_tails(near, score, test.starts, needed, 0.5 / unit, low, bounded)[test.able])
    found = np.concatenate(tails)
    most = float(found.max())
    return min(0.0, most + log10(float((10.0 ** (found - most)).sum()))), strongest


def _line(one: Look, mine: Counts) -> tuple[dict[str, Any], Counts]:
    """What an area's line says of its stations, and the rows of those with a round figure."""
    line: dict[str, Any] = {
        "look": one.name,
        "stations": len(mine),
        "observed": int(one.hits[mine].sum()),
        "expected": float(one.chance[mine].sum()),
    }
    if not len(one.kind):
        return line, one.rows[mine[one.hits[mine]]]
    kind, near = one.kind[mine], one.near[mine]
    line |= {
        "nearest_observed": int((kind > 0).sum()),
        "nearest_expected": float(near.sum()),
        "fives_observed": int((kind == 2).sum()),
        "fives_expected": float(near[:, 1].sum()),
    }
    return line, one.rows[mine[kind > 0]]


# ---------------------------------------------------------------------- what would have been seen


def next_fives(look: Look, part: Counts) -> Mask:
    """Whether the next whole percentage above each station's own is a multiple of five; ``(n,)``."""
    percent = np.minimum(-(-100 * part[look.rows] // look.whole), 99)
    return np.asarray(percent % 5 == 0)


def power(
    look: Look, fives: Mask, levels: Sequence[Counts], level: float, tests: tuple[int, int], rng: np.random.Generator
) -> dict[str, Any]:
    """Stations given the count nearest to a whole percentage that would be seen: in the contest, in one area.

    The whole percentage written is the next one above a station's own, whether or not a multiple of five, as with
    somebody who only drops the decimals; whoever prefers multiples of five is seen sooner. Nothing is promised
    where not even all stations would be seen.

    Parameters
    ----------
    look : Look
    fives : (n,) bool
        Whether the next whole percentage above is a multiple of five.
    levels : sequence of (n,) int64
        The area of each of the look's stations, -1 for none, the finest level first: the first one in whose
        typical area anything would be seen is told of.
    level : float
        What the headline leaves to the contest, and again to the areas.
    tests : (int, int)
        The looks and statistics, and the looks in areas, among which each is shared.
    rng : numpy.random.Generator
        For what is planted in areas.
    """
    size = len(look.rows)
    if not size:
        return {}
    mean = float(look.whole.mean())
    facts: dict[str, Any] = {"stations": size}
    score = scores(look.whole, CONTEST)
    needed = _needed(look.near, score, level / tests[0])
    lacking = max(float((look.near * score).sum() - reached(look, score).sum()), 0.0)
    for name, chance in (("most", 0.8), ("nearly_all", 0.95)):
        planted = _planted(look.near, score, fives, needed, lacking, chance)
        if planted > size:
            return {}
        facts |= {name: planted, f"{name}_votes": round(planted * mean)}
    facts |= {"area_size": size, "area": facts["most"], "area_votes": facts["most_votes"]}
    for codes in levels if tests[1] else ():
        sizes = np.bincount(codes[codes >= 0])
        if sizes.max(initial=0) >= LEAST:
            middle, area, votes = _in_an_area(
                look, fives, codes, np.flatnonzero(sizes >= LEAST), log(len(ODDS) * tests[1] / level), rng
            )
            if area:
                return facts | {"area_size": middle, "area": area, "area_votes": votes}
    return facts


def _in_an_area(
    look: Look, fives: Mask, codes: Counts, able: Counts, border: float, rng: np.random.Generator
) -> tuple[int, int, int]:
    """The size of an area like that of the median station, the figures seen in it, and the votes at them.

    Seen is what makes a likelihood ratio of e to the ``border``: by Markov the tails of so many looks, beyond that,
    add up to no more than the level, whatever the other areas are.
    """
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], able), np.searchsorted(codes[order], able, side="right")
    middle, close = plantings.typical(ends[1] - ends[0])
    members = [order[ends[0][k] : ends[1][k]] for k in close]
    sizes = np.array([len(rows) for rows in members])
    tried = [(scores(look.whole, (AREA[0], odds)), log1p(odds)) for odds in ODDS]
    own = [reached(look, score) for score, _ in tried]

    def seen(planted: int) -> int:
        found = 0
        for k, chosen in plantings.drawn(sizes, planted, rng):
            written, kinds = members[k][chosen], fives[members[k][chosen]].astype(np.int64)
            for (score, price), reach in zip(tried, own, strict=True):
                total = reach[members[k]].sum() + (score[written, kinds] - reach[written]).sum()
                if total / AREA[0] - sizes[k] * price >= border:
                    found += 1
                    break
        return found

    area = plantings.fewest(2, int(sizes.min()), seen)
    votes = round(area * float(np.mean(np.concatenate([look.whole[rows] for rows in members]))))
    return middle, area, votes


def _needed(near: Floats, score: Counts, level: float) -> float:
    """The total whose upper tail is ``level``, by the first three moments (Cornish and Fisher 1938)."""
    mean = (near * score).sum(axis=1)
    square = (near * score**2).sum(axis=1)
    variance = float((square - mean**2).sum())
    third = float(((near * score**3).sum(axis=1) - 3 * mean * square + 2 * mean**3).sum())
    if variance < 1e-12:  # by chance the total is always the same one
        return float(np.rint(mean.sum())) + 1.0
    z = -float(ndtri(level))
    skew = third / variance**1.5
    return float(mean.sum() + np.sqrt(variance) * (z + skew * (z * z - 1.0) / 6.0))


def _planted(near: Floats, score: Counts, fives: Mask, needed: float, lacking: float, chance: float) -> int:
    """The fewest chosen figures, at stations drawn by lot, that reach ``needed`` with this chance.

    ``lacking`` is by how much the contest, as published, scores less than chance gives.
    """
    before, after = (near * score).sum(axis=1), np.where(fives, score[:, 1], score[:, 0]).astype(np.float64)
    before_square, after_square = float((near * score**2).sum()), float((after**2).sum())
    products = float((before**2).sum()), float((before * after).sum()), float((after**2).sum())
    size, z = len(near), -float(ndtri(1.0 - chance))

    def seen(planted: int) -> bool:
        part = planted / size
        rest = 1.0 - part
        mean = rest * (float(before.sum()) - lacking) + part * float(after.sum())
        squares = rest**2 * products[0] + 2 * rest * part * products[1] + part**2 * products[2]
        spread = sqrt(max(rest * before_square + part * after_square - squares, 0.0))
        return mean - z * spread >= needed

    low, high = 1, size + 1
    while low < high:
        middle = (low + high) // 2
        if seen(middle):
            high = middle
        else:
            low = middle + 1
    return low
