"""Whole percentages at stations: which are looked at, their hits, and the chance of each.

The mathematics stands at the head of ``methods/integer_percentages.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log10, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from recanvass.areas import levels
from recanvass.kernels import binomial_lattice as lattice
from recanvass.kernels import poisson_binomial
from recanvass.results import Counts, Mask, Results

Floats = NDArray[np.float64]

#: Fewer voters or votes than this make coarse fractions, which are whole by arithmetic.
SMALLEST = 100


@dataclass(frozen=True)
class Pair:
    """A count and what it is taken of, with the stations at which it is looked at."""

    part: Counts
    whole: Counts
    rows: Mask
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Look:
    """One statistic over its stations, which are ``rows`` of the results, ascending by content."""

    name: str
    rows: Counts
    hits: NDArray[np.bool_]
    chance: Floats
    weight: Floats
    expected_by_integer: Floats
    variance_by_integer: Floats
    observed_by_integer: Floats
    #: What the counts are taken of; what each is nearest to (0, 1, 2: see `binomial_lattice.kinds`); the
    #: chances of the kinds 1 and 2. The last two are empty by the published definition.
    whole: Counts
    kind: Counts
    near: Floats

    @property
    def observed(self) -> float:
        """The (weighted) number of hits."""
        return float(self.hits.sum() if not len(self.weight) else (self.weight * self.hits).sum())

    @property
    def expected(self) -> float:
        """Its mean under the null."""
        return float(self.chance.sum() if not len(self.weight) else (self.weight * self.chance).sum())

    @property
    def sd(self) -> float:
        """Its standard deviation under the null."""
        variance = self.chance * (1.0 - self.chance)
        return float(np.sqrt((variance * self.weight**2 if len(self.weight) else variance).sum()))

    @cached_property
    def log10_p(self) -> float:
        """log10 of its upper tail."""
        if not len(self.rows):
            return 0.0
        if len(self.weight):
            return float(poisson_binomial.saddlepoint_tail(self.chance, self.weight, self.observed))
        starts = np.array([0, len(self.rows)])
        observed = np.array([self.hits.sum()])
        return float(poisson_binomial.tails(self.chance, starts, observed, poisson_binomial.FEW)[0])


def pair(part: Counts, whole: Counts, known: Mask) -> Pair:
    """The stations of the corrected definition: possible, at least 100, nearest to 1, ..., 99 %."""
    possible = known & (whole >= 0) & (part >= 0) & (part <= whole)
    small = possible & (whole < SMALLEST)
    large = possible & (whole > lattice.LARGEST)
    rows = possible & ~small & ~large
    end = rows.copy()
    end[rows] = np.isin(lattice.nearest_integer(part[rows], whole[rows]), (0, 100))
    reasons = {"absent": ~known, "impossible": known & ~possible, "small": small, "large": large, "end": end}
    return Pair(part, whole, rows & ~end, {name: int(mask.sum()) for name, mask in reasons.items()})


def published(pairs: Mapping[str, Pair], registered: Counts | None, known: Mask) -> dict[str, Pair]:
    """The stations of the published definition: both figures at most 99 %, registered at least 100."""
    rows = np.ones_like(known)
    for one in pairs.values():
        sized = (one.whole > 0) & (one.whole <= lattice.LARGEST)
        rows &= sized & (one.part >= 0)
        rows[rows] &= 100 * one.part[rows] <= 99 * one.whole[rows]
    if registered is not None:
        rows &= known & (registered >= SMALLEST)
    left_out = {"filter": int((~rows).sum())}
    return {name: Pair(one.part, one.whole, rows, left_out) for name, one in pairs.items()}


def prior_groups(results: Results) -> Counts:
    """The areas within which stations share a prior: the coarsest level; blanks are one more."""
    coarsest = levels(results)
    if not coarsest:
        return np.zeros(len(results), np.int64)
    codes = results.places[coarsest[0]].codes
    return np.where(codes < 0, len(results.places[coarsest[0]].names), codes)


def look(name: str, one: Pair, groups: Counts, weights: Floats | None, plug_in: bool) -> Look:
    """The hits of one count and their chances, in an order that the order of the rows does not change."""
    rows = np.flatnonzero(one.rows)
    rows = rows[_by_content(one.part[rows], one.whole[rows], groups[rows])]
    part, whole = one.part[rows], one.whole[rows]
    _, group = np.unique(groups[rows], return_inverse=True)
    hits, chance, expected, variance, near = lattice.chances(part, whole, group.astype(np.int64), plug_in)
    nearest = lattice.nearest_integer(part[hits], whole[hits])
    seen = np.bincount(nearest, minlength=101)[:101].astype(np.float64)
    weight = np.empty(0) if weights is None else weights[rows]
    kind = lattice.kinds(part, whole)
    if plug_in:
        kind, near = kind[:0], near[:0]
    return Look(name, rows, hits, chance, weight, expected, variance, seen, whole, kind, near)


def either(first: Look, second: Look) -> Look:
    """Stations at which one count or the other is a whole percentage, of those that give both."""
    both = np.full(max(first.rows.max(), second.rows.max()) + 1, -1, np.int64)
    both[second.rows] = np.arange(len(second.rows))
    at_second = both[first.rows]
    at_first = np.flatnonzero(at_second >= 0)
    at_second = at_second[at_first]
    chance = 1.0 - (1.0 - first.chance[at_first]) * (1.0 - second.chance[at_second])
    hits = first.hits[at_first] | second.hits[at_second]
    weight = first.weight[at_first] if len(first.weight) else first.weight
    nothing = np.zeros(101)
    whole = first.whole[at_first]
    none = np.empty(0, np.int64), np.empty((0, 2))
    return Look("either", first.rows[at_first], hits, chance, weight, nothing, nothing, nothing, whole, *none)


def redrawn(
    results: Results, pairs: Mapping[str, Pair], base: str, turned: str, option: int, rng: np.random.Generator
) -> Results:
    """The results with turnout and share redrawn from their posterior predictive laws, counts in accord.

    Ballots follow turnout, valid votes follow ballots in the station's own proportion, and what the
    option leaves is shared among the others in theirs.
    """
    groups = prior_groups(results)
    old_ballots, old_valid = results.whole("ballots"), results.whole("valid")
    valid = results.votes.sum(axis=1) if old_valid is None else old_valid
    ballots = valid if old_ballots is None else old_ballots
    counts: dict[str, Counts] = {}
    new_ballots, new_valid = ballots, valid
    if "turnout" in pairs:
        fresh = _fresh(pairs["turnout"], pairs["turnout"].whole, groups, rng)
        counts[turned] = fresh
        moved = pairs["turnout"].rows
        new_ballots = fresh if turned == "ballots" else _thinned(fresh, ballots, pairs["turnout"].part, moved, rng)
        new_valid = _thinned(new_ballots, valid, ballots, moved, rng)
    votes = results.votes.copy()
    if "share" in pairs:
        one = pairs["share"]
        moved = one.rows | (pairs["turnout"].rows if "turnout" in pairs else np.zeros(len(results), bool))
        leader = _thinned(new_valid, one.part, valid, moved & ~one.rows, rng)
        drawn = _fresh(one, new_ballots if base == "ballots" else new_valid, groups, rng)
        leader = np.where(one.rows, drawn, leader)
        if base == "ballots":
            spare = _thinned(new_ballots - leader, valid - one.part, ballots - one.part, one.rows, rng)
            new_valid = np.where(one.rows, leader + spare, new_valid)
        votes[:, option] = leader
        left, pool = new_valid - leader, valid - one.part
        for other in np.delete(np.arange(len(results.options)), option):
            votes[:, other] = _thinned(left, results.votes[:, other], pool, moved, rng)
            left, pool = left - votes[:, other], pool - results.votes[:, other]
    made = {"ballots": new_ballots, "valid": new_valid, "invalid": new_ballots - new_valid}
    counts |= {name: values for name, values in made.items() if name in results.counts}
    return results.with_counts(votes=votes, **counts)


def where(rows: Mask, fresh: Results, old: Results) -> Results:
    """The fresh figures at these rows, the old ones elsewhere."""
    counts = {}
    for name, values in fresh.counts.items():
        before = old.whole(name)
        counts[name] = values if before is None else np.where(rows, values, before)
    return old.with_counts(votes=np.where(rows[:, None], fresh.votes, old.votes), **counts)


def _fresh(one: Pair, whole: Counts, groups: Counts, rng: np.random.Generator) -> Counts:
    """The parts redrawn at the rows of a pair, out of a new whole."""
    rows = np.flatnonzero(one.rows)
    fresh = one.part.copy()
    if len(rows):
        part, old = one.part[rows], one.whole[rows]
        _, group = np.unique(groups[rows], return_inverse=True)
        prior_a, prior_b = lattice.prior(part, old, group.astype(np.int64))
        fresh[rows] = rng.binomial(whole[rows], rng.beta(prior_a + part, prior_b + (old - part)))
    return fresh


def _thinned(new_whole: Counts, part: Counts, whole: Counts, rows: Mask, rng: np.random.Generator) -> Counts:
    """A part of a new whole in the proportion of the old one, at these rows; elsewhere the old part."""
    able = rows & (whole > 0) & (part >= 0) & (part <= whole) & (new_whole >= 0)
    chance = np.zeros(len(part))
    np.divide(part, whole, out=chance, where=able)
    drawn = rng.binomial(np.where(able, new_whole, 0), chance)
    return np.where(able, drawn, np.where(rows & (new_whole < part), np.maximum(new_whole, 0), part))


def _by_content(part: Counts, whole: Counts, groups: Counts) -> Counts:
    """An order of the stations by what they report, so that sums do not depend on that of the rows."""
    if len(groups) and int(groups.max()) < 2**15:
        return np.argsort((groups << 48) | (whole << 24) | part)
    return np.lexsort((part, whole, groups))


def reach(whole: Counts) -> float:
    """The mean chance that the count nearest to a whole percentage prints as one; 1 from 1,000 on."""
    sizes, percent = np.arange(100)[:, None], np.arange(1, 100)
    rest = sizes * percent % 100
    off = np.minimum(rest, 100 - rest)
    steps = np.arange(51)[:, None, None]
    table = (off <= steps).mean(axis=2)
    return float(table[np.minimum(whole // 20, 50), whole % 100].mean())


def power(look: Look, whole: Counts, areas: Counts, level: float, tests: int) -> dict[str, Any]:
    """Stations given a round figure that their number would show: in the whole contest, and in one area.

    ``areas`` are the sizes of the areas that were looked at.
    ``level`` is what the headline leaves to one family, ``tests`` the looks among which it is shared.
    At a small station the count nearest to a round figure may still print otherwise: see `reach`. Nothing is
    promised where not even all stations would be seen.
    """
    size = len(look.rows)
    if not size or len(look.weight):
        return {}
    rate = look.expected / size
    gain = max(reach(whole[look.rows]) - rate, 1e-9)
    border = -float(ndtri(level / tests)) * look.sd
    mean = float(whole[look.rows].mean())
    facts: dict[str, Any] = {"stations": size}
    for name, chance in (("most", 0.8), ("nearly_all", 0.95)):
        planted = ceil((border + float(ndtri(chance)) * look.sd) / gain)
        if planted > size:
            return {}
        facts |= {name: planted, f"{name}_votes": round(planted * mean)}
    facts |= {"area_size": size, "area": facts["most"], "area_votes": facts["most_votes"]}
    if not len(areas):
        return facts
    ordered = np.sort(areas)
    for area in np.unique(ordered[len(ordered) // 2 :]).tolist():
        needed = poisson_binomial.threshold(np.full(area, rate), log10(level / len(ordered)))
        for planted in range(1, area + 1):
            left, hits = area - planted, planted * (gain + rate)
            spread = left * rate * (1.0 - rate) + hits * (1.0 - gain - rate)
            if hits + left * rate - 0.8416 * sqrt(max(spread, 0.0)) >= needed:
                return facts | {"area_size": area, "area": planted, "area_votes": round(planted * mean)}
    return facts
