"""Rows copied from another station: what is compared, and the evidence as products of hits over chances.

The mathematics stands at the head of ``methods/copied_results.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from recanvass import plantings
from recanvass.kernels.scaled_rows import TELLING, scaled_rows
from recanvass.protocol_copies import Table, table
from recanvass.results import Results

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Options that are compared, the largest first; the rest are what is left.
OPTIONS = 12

#: Sources are at most so many rows before a row, in its area: cost stays linear without areas.
REACH = 100

#: Larger totals are no stations; products must fit in 64 bits.
LARGEST = 2_000_000

#: Weights of a hit, fixed beforehand: evidence is the mean over them.
WEIGHTS = tuple(float(w) for w in range(1, 7))

#: A row whose chance of a hit is larger says nothing and is not used.
MOST = 0.1

#: Parts of the pairs of rows that are telling where results can be compared, for what is promised: nearly all, half.
SENSES = (0.95, 0.5)


@dataclass(frozen=True)
class Family:
    """One way of copying: rows used, their chances at most, and whether they hit.

    ``rows`` are positions in the table, ``source`` the row that each hits (-1: none), ``bound`` its
    chance at most, ``chance`` that of any hit, slips included. ``telling``, of the copies in areas alone, counts for
    *every* row of the table the earlier rows that it would not be like by chance.
    """

    rows: Counts
    chance: Floats
    source: Counts
    bound: Floats
    telling: Counts | None = None

    @property
    def hits(self) -> int:
        """Rows that hit."""
        return int((self.source >= 0).sum())


def compared(results: Results) -> Table:
    """The rows that are compared; those with more than ``LARGEST`` votes are left out."""
    found = table(results)
    keep = found.total <= LARGEST
    if keep.all():
        return found
    _, sizes = np.unique(found.area[keep], return_counts=True)
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    return Table(found.areas, found.rows[keep], np.ascontiguousarray(found.votes[keep]), starts, found.rest)


def in_area(found: Table, slips: float) -> Family:
    """Rows that are an earlier row of their area, scaled to their own total."""
    votes = np.ascontiguousarray(found.votes[:, :OPTIONS])
    chance, source, bound, telling = scaled_rows(votes, found.total, found.starts, REACH)
    use = np.flatnonzero((chance > 0.0) & (chance <= MOST))
    return Family(use, np.minimum(chance[use] + slips, 1.0), source[use], bound[use], telling)


def elsewhere(found: Table, order: Counts, slips: float) -> Family:
    """Rows that equal an earlier row of another area, with the same total, in every count.

    ``order`` is the official order of the rows over the whole contest. One slip may take a whole page or file:
    a row that follows such a row, and equals a row further down than that one did, is no hit.
    """
    bound = np.where(found.log_bound <= log(TELLING), np.exp(found.log_bound), 0.0)
    ranked = np.lexsort((order, found.total))
    total, here = found.total[ranked], bound[ranked]
    before = np.cumsum(here) - here
    first = np.r_[True, total[1:] != total[:-1]]
    before -= np.maximum.accumulate(np.where(first, before, 0.0))
    chance = np.zeros(len(order))
    chance[ranked] = np.maximum(before, 0.0)
    source = np.full(len(order), -1, np.int64)
    keys = np.lexsort((order, *found.votes.T))
    same = (found.votes[keys][1:] == found.votes[keys][:-1]).all(axis=1)
    earliest: dict[int, int] = {}
    for place in np.flatnonzero(same).tolist():
        i, j = int(keys[place]), int(keys[place + 1])
        head = earliest.get(i, i)
        earliest[j] = head
        other = i if found.area[i] != found.area[j] else head
        if bound[j] > 0.0 and found.area[other] != found.area[j]:
            source[j] = other
    official = np.argsort(order, kind="stable")
    origin = np.where(source >= 0, order[np.maximum(source, 0)], -1)[official]
    same_page = (origin[:-1] >= 0) & (origin[1:] > origin[:-1])
    source[official[1:][same_page]] = -1
    use = np.flatnonzero((chance > 0.0) & (chance <= MOST))
    hit = np.where(source[use] >= 0, bound[use], 1.0)
    return Family(use, np.minimum(chance[use] + slips, 1.0), source[use], hit)


def log_evidence(family: Family, groups: Counts, number: int) -> Floats:
    """Natural logarithm of the evidence of each group of rows: the mean over the weights; ``(number,)``.

    For a weight w the product over rows of :math:`e^{w B_j} / (1 + (e^w - 1) V_j)` has a mean of at
    most 1 under the null, in whatever order the chances come to be known.
    """
    hits = np.bincount(groups, family.source >= 0, number)
    logs = np.stack([w * hits - np.bincount(groups, np.log1p(np.expm1(w) * family.chance), number) for w in WEIGHTS])
    return mean_of_logs(logs)


def mean_of_logs(logs: Floats) -> Floats:
    """The logarithm of the mean over the first axis."""
    top = logs.max(axis=0)
    return np.asarray(top + np.log(np.exp(logs - top).mean(axis=0)))


def listed_areas(log_evidence: Floats, rate: float) -> NDArray[np.bool_]:
    """Areas named at this false-discovery rate, under any dependence (e-BH of Wang and Ramdas)."""
    size = len(log_evidence)
    order = np.argsort(-log_evidence, kind="stable")
    enough = log_evidence[order] >= np.log(size) - np.log(rate) - np.log(np.arange(1, size + 1))
    named = np.zeros(size, np.bool_)
    if enough.any():
        named[order[: int(np.flatnonzero(enough)[-1]) + 1]] = True
    return named


def comparable_areas(found: Table, local: Family) -> list[Counts]:
    """The areas in which copies can be told from chance, in several senses, in the order in which to promise of them.

    An area counts in one of the `SENSES` if so many of its pairs of rows are telling, as every source that is not
    leaves its copies unseen. In the loosest sense half its rows or more are used, for which one telling row
    before each is enough; of those areas a last set takes the half with most telling pairs. The strictest
    sense in which the median station lies in such an area comes first, then looser ones, then the broadest others.
    """
    number = len(found.starts) - 1
    sizes, used = np.diff(found.starts), np.bincount(found.area[local.rows], minlength=number)
    before = np.minimum(np.arange(len(found.rows)) - found.starts[found.area], REACH)
    pairs = np.bincount(found.area, before, minlength=number)
    telling = np.bincount(found.area, local.telling, minlength=number) / np.maximum(pairs, 1)
    loose = np.flatnonzero(2 * used >= np.maximum(sizes, 1))
    better = loose[np.argsort(-telling[loose], kind="stable")[: len(loose) // 2]]
    sets = [*(np.flatnonzero(telling >= part) for part in SENSES), loose, np.sort(better)]
    held = [int(sizes[one].sum()) for one in sets]
    broad = [2 * stations >= int(sizes.sum()) for stations in held]
    order = sorted(range(len(sets)), key=lambda k: (0, held[k]) if k < 3 and broad[k] else (1, -held[k]))
    return [sets[k] for k in order if len(sets[k])]


def fewest_copies(found: Table, close: Counts, slips: float, needed: float, rng: np.random.Generator) -> int:
    """How many copies of one station, scaled to the votes of others of its area, would be seen; 0 if no number.

    The copies are planted and the whole area is compared again, as `in_area` does it: a copy may be one of any
    earlier copy, and its chance is that of the rows that then stand before it. Options are copied; votes of none
    (blank ones) stay as they were, as whoever copies a result may leave them.

    Parameters
    ----------
    found : Table
    close : (k,) int64
        The areas that are planted in.
    slips : float
        As `in_area` takes them.
    needed : float
        Natural logarithm of the evidence that one area must give.
    rng : numpy.random.Generator
    """
    members = [np.arange(found.starts[area], found.starts[area + 1]) for area in close]
    sizes = np.array([len(rows) for rows in members])

    def seen(copies: int) -> int:
        hits = 0
        lots = plantings.drawn(sizes, copies + 1, rng)
        for start in range(0, plantings.TIMES, plantings.AREAS):
            hits += together([next(lots) for _ in range(plantings.AREAS)])
            if start + plantings.AREAS - hits > plantings.TIMES - plantings.ENOUGH:
                break  # too many are unseen already
        return hits

    def together(lots: list[tuple[int, Counts]]) -> int:
        planted, lengths = [], [0]
        for k, chosen in lots:
            votes = found.votes[members[k]].copy()
            source = int(rng.choice(chosen))
            rows = chosen[chosen != source]
            options = votes[:, found.named]
            votes[np.ix_(rows, found.named)] = scaled_to(options[source], options[rows].sum(axis=1))
            planted.append(votes)
            lengths.append(len(votes))
        starts, everything = np.cumsum(lengths), np.concatenate(planted)
        again = in_area(Table(found.areas, np.arange(len(everything)), everything, starts), slips)
        trials = np.repeat(np.arange(len(planted)), lengths[1:])[again.rows]
        return int((log_evidence(again, trials, len(planted)) >= needed).sum())

    most = int(sizes.min()) - 1
    if most < 2 or seen(most) < plantings.ENOUGH:
        return 0  # where one source in ten does not tell, some size is bound to pass by luck
    size = 2
    while size < most and seen(size) < plantings.ENOUGH:
        size *= 2
    return plantings.fewest(size // 2 + 1, min(size, most), seen)


def scaled_to(row: Counts, totals: Counts) -> Counts:
    """A row scaled to other totals, each count to the nearest vote and the largest taking what is left."""
    made = np.rint(row[None, :] * (totals[:, None] / max(int(row.sum()), 1))).astype(np.int64)
    largest = int(np.argmax(row))
    made[:, largest] = np.maximum(made[:, largest] + totals - made.sum(axis=1), 0)
    return np.asarray(made, dtype=np.int64)
