"""Near-identical protocols: which rows are compared, clusters, runs and copies, and their p-values.

The mathematics stands at the head of ``methods/identical_protocols.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray

from recanvass.kernels.near_rows import BOXES, box_bound, difference, log_row_bound, near_rows
from recanvass.kernels.poisson_binomial_tail import log_chernoff, log_tail
from recanvass.results import Areas, Counts, Mask, Results

Floats = NDArray[np.float64]

#: Rows with fewer votes are not compared.
SMALLEST = 100

#: Larger totals are no stations.
LARGEST = 2**52

#: So many hits are added up exactly; beyond, the Chernoff bound stands in.
FEW = 64

#: So many centres, those with the most hits, are worked out in full; a centre left out counts as no evidence.
MOST_CENTRES = 3_000


@dataclass(frozen=True)
class Table:
    """The rows compared: area after area, inside each in the official order, the largest option first.

    ``rows`` are positions in the results; ``votes`` has a column for valid votes of no option of the file, if there
    are any: it stands where its total puts it, and ``rest`` is its place (-1: none).
    """

    areas: Areas
    rows: Counts
    votes: Counts
    starts: Counts
    rest: int = -1

    @cached_property
    def named(self) -> Mask:
        """The columns that are options of the file; ``(columns,)``."""
        return np.asarray(np.arange(self.votes.shape[1]) != self.rest, dtype=np.bool_)

    @cached_property
    def total(self) -> Counts:
        """Votes of each row."""
        return np.asarray(self.votes.sum(axis=1))

    @cached_property
    def log_bound(self) -> Floats:
        """The largest chance of each row given its total, as a natural logarithm."""
        return log_row_bound(self.votes)

    @cached_property
    def area(self) -> Counts:
        """The number of the area of each row, 0, 1, ... in the order of ``starts``."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True)
class Group:
    """Stations that agree: positions in the table, ascending, the width, and the log of the p-value."""

    members: Counts
    width: int
    log_p: float


def finest(results: Results) -> Areas:
    """The finest level of place that names any area, the station apart; the whole contest where there is none."""
    levels = [level for level in results.places if level != "station" and (results.places[level].codes >= 0).any()]
    return results.areas(levels[-1] if levels else "contest")


def usable(results: Results) -> tuple[Counts, Mask]:
    """The votes with what is valid and of no option, and the rows that may be compared."""
    votes, valid = results.votes, results.whole("valid")
    here: Mask = np.asarray((votes >= 0).all(axis=1) & (votes <= LARGEST // max(1, votes.shape[1])).all(axis=1))
    total = np.where(here[:, None], votes, 0).sum(axis=1)
    if valid is not None:
        rest = np.where(results.known("valid") & (valid <= LARGEST), valid - total, 0)
        if (rest > 0).any():
            votes = np.column_stack([votes, np.maximum(rest, 0)])
            total = total + np.maximum(rest, 0)
    return votes, here & results.known("votes") & (total >= SMALLEST)


def entered_twice(results: Results) -> Mask:
    """Rows that the file holds once more than it should: an earlier row has every figure, the register too.

    Two stations have two registers. So a row that repeats another one's register with all else, or the name and
    all else, is one station that is in the file twice (two sources put together, a page pasted again), not a result
    written after another. A register that a tenth of the rows or more have tells nothing.
    """
    found: Mask = np.zeros(len(results), np.bool_)
    columns = [*results.counts.values(), *results.votes.T]
    register = results.counts.get("registered")
    if register is not None and len(results):
        _, number, times = np.unique(register, return_inverse=True, return_counts=True)
        tells = results.known("registered") & (register > 0) & (10 * times[number] <= len(results))
        found |= tells & _again([register, *columns], results.rows)
    if "station" in results.places:
        named = results.places["station"].codes
        found |= (named >= 0) & _again([named, *(p.codes for p in results.places.values()), *columns], results.rows)
    return found


def _again(columns: list[Counts], order: Counts) -> Mask:
    """Which rows equal an earlier one in this order; columns that tell rows apart best stand first."""
    found: Mask = np.zeros(len(order), np.bool_)
    rows, group = np.arange(len(order)), np.zeros(len(order), np.int64)
    for column in columns:  # after two or three columns hardly a row is left
        values = np.unique(column[rows], return_inverse=True)[1].astype(np.int64)
        _, group, times = np.unique(
            group * (int(values.max(initial=0)) + 1) + values, return_inverse=True, return_counts=True
        )
        shared = times[group] > 1
        rows, group = rows[shared], group[shared]
        if not len(rows):
            return found
    sequence = np.lexsort((order[rows], group))
    again = np.r_[False, group[sequence][1:] == group[sequence][:-1]]
    found[rows[sequence[again]]] = True
    return found


def table(results: Results, *, twice: bool = False) -> Table:
    """The rows that are compared; those that were entered twice are left out unless ``twice``."""
    votes, here = usable(results)
    areas = finest(results)
    here = here & (areas.codes >= 0)
    if not twice:
        here &= ~entered_twice(results)
    rows = np.flatnonzero(here)
    rows = rows[np.lexsort((results.rows[rows], areas.codes[rows]))]
    # The order of the options is that of their totals here; of equal ones, of what they look like.
    sums = votes[rows].astype(np.float64).sum(axis=0)
    squares = (votes[rows].astype(np.float64) ** 2).sum(axis=0)
    columns = np.lexsort((-squares, -sums))
    kept = np.ascontiguousarray(votes[rows][:, columns])
    _, sizes = np.unique(areas.codes[rows], return_counts=True)
    added = votes.shape[1] > len(results.options)
    rest = int(np.flatnonzero(columns == len(results.options))[0]) if added else -1
    return Table(areas, rows, kept, np.r_[0, np.cumsum(sizes)].astype(np.int64), rest)


def neighbourhood(found: Table, telling: Mask) -> tuple[Counts, Counts]:
    """Hits of each row in each box, and pairs by their largest difference."""
    order = np.lexsort((found.votes[:, -1], found.votes[:, 1 % found.votes.shape[1]], found.votes[:, 0], found.area))
    return near_rows(found.votes, found.starts, order.astype(np.int64), telling)


def cluster(found: Table, hits: Counts, slips: float) -> Group | None:
    """The centre and box with the smallest p-value, all centres and boxes counted.

    A centre needs two hits at least. Hits are at most as many as independent events with the
    chance of a slip for each other station of the area (see `slip_rates`) and the bound of the box
    for each whose total is near.
    """
    best: tuple[float, int, int] | None = None
    many = np.flatnonzero((hits >= 2).any(axis=1))
    if len(many) > MOST_CENTRES:
        many = np.sort(many[np.argsort(-hits[many].max(axis=1), kind="stable")[:MOST_CENTRES]])
    seen: dict[tuple[bytes, int], tuple[float, ...]] = {}
    for i in many.tolist():
        key = (found.votes[i].tobytes(), int(found.area[i]))
        if key not in seen:
            seen[key] = tuple(centre_log_p(found, i, width, int(hits[i, width]), slips) for width in range(BOXES))
        for width, log_p in enumerate(seen[key]):
            if best is None or log_p < best[0] - 1e-9:
                best = (log_p, i, width)
    if best is None:
        return None
    log_p, i, width = best
    first, last = found.starts[found.area[i]], found.starts[found.area[i] + 1]
    members = [j for j in range(first, last) if difference(found.votes[i], found.votes[j], width) <= width]
    return Group(np.array(members, np.int64), width, min(0.0, log_p + log(BOXES * len(found.rows))))


def slip_rates(stations: int, slips: float) -> Floats:
    """Chances, at most, that each other station of an area repeats a given row by a slip.

    ``slips`` for the two neighbours in the official order, which lie next to it in the pile, and
    twice their even share of it for the rest.
    """
    rates = np.full(max(0, stations - 1), min(slips, 2.0 * slips / max(1, stations - 1)))
    rates[:2] = slips
    return rates


def centre_log_p(found: Table, i: int, width: int, hits: int, slips: float) -> float:
    """Natural logarithm of the p-value of so many hits of one row in one box, before centres and boxes are counted."""
    if hits < 2:
        return 0.0
    first, last = found.starts[found.area[i]], found.starts[found.area[i] + 1]
    total = found.total[first:last]
    near = np.abs(total - total[i - first]) <= width * found.votes.shape[1]
    near[i - first] = False
    if width == 0:
        chances = np.full(int(near.sum()), np.exp(found.log_bound[i]))
    else:
        sizes, number = np.unique(total[near], return_counts=True)
        bounds = [box_bound(found.votes[i], int(n), width) for n in sizes]
        chances = np.repeat(np.array(bounds, dtype=np.float64), number)
    rates = np.concatenate([slip_rates(int(last - first), slips), chances])
    if hits > FEW:
        return min(0.0, float(log_chernoff(float(rates.sum()), hits)))
    return float(max(log_tail(rates, hits), -1e6))


def run(found: Table, slips: float) -> Group | None:
    """The run of neighbours with the smallest p-value, each the same as the one before it.

    Given the earlier rows the next one agrees with a chance of at most the bound and a slip's. The
    product over a run is at or below p with a chance of at most p, however long the run grows
    (Ville's inequality for the product of hits over chances), for each start and width.
    """
    best: Group | None = None
    for width in range(BOXES):
        near = np.flatnonzero((np.abs(np.diff(found.votes, axis=0)) <= width).all(axis=1) & (np.diff(found.area) == 0))
        for part in np.split(near, np.flatnonzero(np.diff(near) > 1) + 1):
            if len(part) < 2:
                continue
            total = 0.0
            for i in part.tolist():
                if width == 0:
                    chance = float(np.exp(found.log_bound[i]))
                else:
                    chance = float(box_bound(found.votes[i], int(found.total[i + 1]), width))
                total += log(min(1.0, chance + slips))
            log_p = min(0.0, total + log(BOXES * len(found.rows)))
            if best is None or log_p < best.log_p - 1e-9:
                best = Group(np.arange(part[0], part[-1] + 2), width, log_p)
    return best


def copies(found: Table, slips: float) -> tuple[list[Counts], int, int]:
    """Groups of equal telling rows of an area, how many rows repeat an earlier one, and in how many pages.

    A row counts as a repeat only while the chances of all earlier rows that it may equal add up to
    no more than that of a slip, so that each row is one with a chance of at most twice ``slips``. One slip
    may take a whole page: a row after a repeat that repeats a row further down than that one did is no new one.
    """
    cap = np.log(slips)
    rows = np.flatnonzero(found.log_bound <= cap)
    if not len(rows):
        return [], 0, 0
    keys = np.column_stack([found.area[rows], found.votes[rows]])
    order = np.lexsort(keys.T[::-1])
    changes = np.r_[True, (keys[order][1:] != keys[order][:-1]).any(axis=1)]
    starts = np.flatnonzero(changes)
    ends = np.r_[starts[1:], len(rows)]
    several = ends - starts > 1
    groups = [np.sort(rows[order[a:b]]) for a, b in zip(starts[several], ends[several], strict=True)]
    if not groups:
        return [], 0, 0
    source = {int(j): int(g[0]) for g in groups for j in g[1:]}
    # Telling rows of one area and total that stand before each row: what it may equal by chance.
    number = pages = 0
    same = {(int(found.area[g[0]]), int(found.total[g[0]])) for g in groups}
    cells: dict[tuple[int, int], list[int]] = {cell: [] for cell in same}
    for i in rows.tolist():
        cell = (int(found.area[i]), int(found.total[i]))
        if cell in cells:
            cells[cell].append(i)
    for members in cells.values():
        before: dict[bytes, float] = {}
        chance = 0.0
        for i in members:
            key = found.votes[i].tobytes()
            if key in before:
                same_page = i - 1 in source and source[i - 1] < source[i] and found.area[i - 1] == found.area[i]
                number += chance <= slips
                pages += chance <= slips and not same_page
            else:
                before[key] = float(np.exp(found.log_bound[i]))
                chance += before[key]
    return sorted(groups, key=lambda g: int(g[0])), number, pages


def copies_log_p(pages: int, rows: int, slips: float) -> float:
    """Natural logarithm of a bound of P(Binomial(rows, 2 slips) ≥ pages), by Chernoff."""
    return float(max(log_chernoff(2.0 * slips * rows, pages), -1e6)) if pages else 0.0


def redrawn(results: Results, slips: float, rng: np.random.Generator) -> Results:
    """Votes drawn anew with one division an area; then rows that repeat a neighbour or another row."""
    found = table(results)
    votes = results.votes.copy()
    totals = votes.sum(axis=1)
    for first, last in zip(found.starts[:-1], found.starts[1:], strict=True):
        rows = found.rows[first:last]
        rates = votes[rows].astype(np.float64).sum(axis=0)
        if rates.sum() <= 0:
            continue
        fresh = rng.multinomial(totals[rows], rates / rates.sum())
        slipped = np.flatnonzero(rng.random(len(rows)) < slips * (len(rows) > 1))
        for j in slipped.tolist():
            source = j + 1 if j == 0 else j - 1
            if rng.random() < 0.5:
                source = (j + int(rng.integers(1, len(rows)))) % len(rows)
            fresh[j] = fresh[source]
        votes[rows] = fresh
    change = votes.sum(axis=1) - totals
    counts = {
        name: results.counts[name] + np.where(results.known(name), change, 0)
        for name in ("valid", "ballots")
        if name in results.counts
    }
    return results.with_counts(votes=votes, **counts)
