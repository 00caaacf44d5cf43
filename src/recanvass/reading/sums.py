"""Rows that are sums of other rows, by arithmetic alone.

A row is held to the figures that it gives. The columns it is compared in are those that it and
the rows it sums both give; a sum that must be met in several of them at once does not happen by
chance, and how likely it would be is reckoned (`_luck`) before anything is believed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.reading.luck import LUCK, independent, luck, rest, varied
from recanvass.results import Counts, Mask

#: How many kinds of rows, by the figures that they give, are looked at one by one.
MOST_PATTERNS = 40


def neighbours(values: Counts, given: Mask, gone: Mask, candidates: Mask) -> Mask:
    """Candidates equal, in every figure they give, to the sum of one or more kept rows next to them."""
    return sums_of_neighbours(values, given, gone, candidates)[0]


def sums_of_neighbours(values: Counts, given: Mask, gone: Mask, candidates: Mask) -> tuple[Mask, Counts]:
    """The same, and what the rows that each sums hold beside the largest of them: nothing for a copy."""
    found, beside = np.zeros(len(values), dtype=bool), np.zeros_like(values)
    if not candidates.any():
        return found, beside
    kept = np.flatnonzero(~gone)
    for columns, alike in _patterns(values[kept], given[kept], candidates[kept]):
        figures = values[kept][:, columns]
        for step in (1, -1):
            f, asked = figures[::step], alike[::step]
            size: Counts = f.sum(axis=1, dtype=np.int64)
            before = np.concatenate([[0], np.cumsum(size)])
            wanted = before[:-1] - size
            begin = np.searchsorted(before, wanted, side="left")
            likely = asked & (size > 0) & (wanted >= 0) & (before[np.minimum(begin, len(size))] == wanted)
            for i in np.flatnonzero(likely).tolist():
                if np.array_equal(f[begin[i] : i].sum(axis=0), f[i]):
                    place = kept[i if step == 1 else len(kept) - 1 - i]
                    left = np.zeros(values.shape[1], dtype=np.int64)
                    left[columns] = rest(f[begin[i] : i])
                    if not found[place] or left.sum() > beside[place].sum():
                        found[place], beside[place] = True, left
    return found, beside


def _patterns(values: Counts, given: Mask, asked: Mask) -> list[tuple[NDArray[np.int64], Mask]]:
    """The rows that are asked about by the figures that they give: the columns to be compared, and the rows.

    Columns that hardly any other row gives are left out of the comparison in a second attempt.
    """
    every = np.arange(values.shape[1], dtype=np.int64)
    if given.all():
        return [(every, asked)]
    patterns, codes = np.unique(given, axis=0, return_inverse=True)
    codes = codes.reshape(-1)
    size = values.sum(axis=1, dtype=np.float64) / np.maximum(1, given.sum(axis=1))
    weight = np.bincount(codes[asked], weights=size[asked], minlength=len(patterns))
    number = np.bincount(codes[asked], minlength=len(patterns))
    ranked = sorted(np.flatnonzero(number).tolist(), key=lambda p: -weight[p] / number[p])
    usual = given.mean(axis=0) >= 0.5
    found: list[tuple[NDArray[np.int64], Mask]] = []
    for p in ranked[:MOST_PATTERNS]:
        rows = asked & (codes == p)
        attempts = [every[patterns[p]], every[patterns[p] & usual]]
        found += [(columns, rows) for columns in attempts[: 1 + (len(attempts[0]) > len(attempts[1]))] if len(columns)]
    return found


def like_totals(values: Counts, given: Mask, gone: Mask) -> Mask:
    """Sums of one or two neighbours that give those figures which only totals give or lack."""
    if given.all() or gone.sum() < 3:
        return np.zeros(len(values), dtype=bool)
    patterns, codes = np.unique(given, axis=0, return_inverse=True)
    codes = codes.reshape(-1)
    certain = np.bincount(codes[gone], minlength=len(patterns))
    number = np.bincount(codes, minlength=len(patterns))
    hits = neighbours(values, given, gone, (certain >= 3)[codes] & ~gone)
    also = np.bincount(codes[hits], minlength=len(patterns))
    signs = (certain >= 3) & (certain >= also) & ((certain + also) * 10 >= number * 9)
    found: Mask = hits & signs[codes]
    return found


def summary(values: Counts, given: Mask, gone: Mask) -> Mask:
    """The first or the last rows, where they together hold every figure of all the others: a list of totals."""
    found = np.zeros(len(values), dtype=bool)
    kept = np.flatnonzero(~gone)
    if len(kept) < 12:
        return found
    figures = values if len(kept) == len(values) else values[kept]
    whole = figures.sum(axis=0, dtype=np.int64)
    lead = int(np.argmax(whole))
    few = len(kept) // 4
    for step in (1, -1):
        running = figures[::step, lead][:few].cumsum()
        for i in np.flatnonzero((2 * running == whole[lead]) & (running > 0)).tolist():
            ours, theirs = kept[::step][: i + 1], kept[::step][i + 1 :]
            sums = values[ours].sum(axis=0)
            both = given[ours].any(axis=0) & given[theirs].any(axis=0) & (whole > 0)
            chance = luck(np.where(both, sums, 0)[None, :], figures, given[kept])[0]
            more = np.count_nonzero(values[theirs].any(axis=1)) >= 3 * np.count_nonzero(values[ours].any(axis=1))
            if i and more and (2 * sums == whole)[both].all() and both.sum() > 1 and chance * len(kept) <= LUCK:
                found[ours] = True
                return found
    return found


def row_sums(values: Counts, given: Mask, gone: Mask) -> Mask:
    """Rows equal, in every figure they give, to the sum of the kept rows just above or just below them."""
    found = np.zeros(len(values), dtype=bool)
    kept = np.flatnonzero(~gone)
    if len(kept) < 4 or values.shape[1] < 2:
        return found
    figures, there = (values, given) if len(kept) == len(values) else (values[kept], given[kept])
    everything = np.ones(len(kept), dtype=bool)
    for columns, rows in _patterns(figures, there, everything):
        if not found[kept[rows]].all():
            found[kept[_runs(figures, there, columns, rows)]] = True
    return found | grand(values, given, gone, np.zeros(len(values), dtype=bool))


def _runs(figures: Counts, given: Mask, columns: NDArray[np.int64], rows: Mask) -> list[int]:
    """Those of some rows that are the sum of three or more rows just above or below them, beyond luck."""
    whole = len(columns) == figures.shape[1]
    searched = figures if whole else figures[:, columns]
    size: Counts = searched.sum(axis=1, dtype=np.int64)
    hits: dict[int, Counts] = {}
    for step in (1, -1):
        s, f, g, asked = size[::step], figures[::step], given[::step], rows[::step]
        before = np.concatenate([[0], np.cumsum(s)])[:-1]
        three = s[:-3] + s[1:-2] + s[2:-1]
        places = np.flatnonzero((s[3:] >= three) & (s[3:] > 0) & asked[3:]) + 3
        wanted = before[places] - s[places]
        start = np.searchsorted(before, wanted, side="left")
        last = np.searchsorted(before, wanted, side="right") - 1
        hit = (wanted >= 0) & (before[start] == wanted) & (places - last >= 3)
        for i, begin in zip(places[hit].tolist(), start[hit].tolist(), strict=True):
            above = f[begin:i]
            both = g[i] & g[begin:i].any(axis=0)
            same = np.array_equal(above.sum(axis=0)[both], f[i][both])
            if same and np.count_nonzero(above[:, both].any(axis=1)) >= 3:
                hits[i if step == 1 else len(figures) - 1 - i] = np.where(both, f[i], 0)
    if not hits:
        return []
    compared = np.stack(list(hits.values()))
    least = min(3, len(columns))
    telling = varied(compared, least)
    chances = luck(compared, figures, given)
    every = searched if whole else np.where(np.isin(np.arange(figures.shape[1]), columns), figures, 0)
    expected = float(luck(every[rows], figures, given)[varied(every[rows], least)].sum())
    systematic = telling.sum() >= 10 and telling.sum() >= 20 * expected
    return [
        i
        for i, ok, chance in zip(hits, telling, chances, strict=True)
        if ok and (systematic or chance * len(figures) <= LUCK)
    ]


def nearly_grand(values: Counts, given: Mask, gone: Mask) -> Mask:
    """Rows within a hundredth of the sum of all others in every figure: an announced total with an error in it.

    What the others hold beside the largest of them must be far more than what is allowed to differ;
    else two equal rows in a table of small ones would be taken for totals.
    """
    kept = ~gone
    found = np.zeros(len(values), dtype=bool)
    if int(kept.sum()) <= 5 or values.shape[1] < 3:
        return found
    everything = values.sum(axis=0, dtype=np.int64) - values[gone].sum(axis=0, dtype=np.int64)
    lead = int(np.argmax(everything))
    for i in np.flatnonzero(kept & (values[:, lead] * 5 > everything[lead] * 2)).tolist():
        others = everything - values[i]
        parts = kept.copy()
        parts[i] = False
        close = np.minimum(1, (2 * (others // 100 + 2) + 1) / (1 + rest(values[parts])))
        near = bool((np.abs(others - values[i]) * 100 <= others + 200).all())
        found[i] = near and bool(np.prod(np.sort(close)[: independent(values, given)]) <= LUCK)
    return found


def mostly_grand(values: Counts, given: Mask, gone: Mask, candidates: Mask) -> Mask:
    """Candidates that are the sum of all other kept rows in three figures and in half of what they give."""
    kept = ~gone
    found = np.zeros(len(values), dtype=bool)
    everything = values.sum(axis=0, dtype=np.int64) - values[gone].sum(axis=0, dtype=np.int64)
    for i in np.flatnonzero(candidates & kept).tolist() if int(kept.sum()) > 3 else ():
        told = given[i] & (values[i] > 0)
        same = told & (everything - values[i] == values[i])
        found[i] = same.sum() >= 3 and same.sum() * 2 >= told.sum()
    return found


def grand(values: Counts, given: Mask, gone: Mask, said: Mask) -> Mask:
    """Rows equal, in every figure they give, to the sum of all other rows that are kept.

    Two equal rows among empty ones are each the sum of all others, and so are many rows of a tiny
    contest. So, unless a row's label says (``said``) that it is a total, the others without the
    largest of them must hold more than is met by luck: at the first and the last place, where
    totals stand, twice; elsewhere as often as there are rows.
    """
    kept = ~gone
    found = np.zeros(len(values), dtype=bool)
    number = int(kept.sum())
    if number <= 3:
        return found
    everything = values.sum(axis=0, dtype=np.int64) - values[gone].sum(axis=0, dtype=np.int64)
    full = bool(given.all())
    holders = np.full(values.shape[1], number) if full else given[kept].sum(axis=0)
    lead = int(np.argmax(everything))
    likely = everything[lead] - np.where(kept, values[:, lead], 0) == values[:, lead]
    likely &= values[:, lead] > 0
    if not full:  # a row that does not give the largest figure is held to the others
        likely |= ~given[:, lead] & (values.max(axis=1) > 0)
    ends = np.flatnonzero(kept)[[0, -1]]
    for i in np.flatnonzero(likely).tolist():
        both = given[i] & (holders - (given[i] if kept[i] else 0) > 0)
        others = everything - values[i] if kept[i] else everything
        if not np.array_equal(others[both], values[i][both]):
            continue
        if said[i] or not kept[i]:
            found[i] = True
            continue
        parts = kept.copy()
        parts[i] = False
        left = np.where(both, rest(values[parts]), 0)
        found[i] = bool(luck(left[None, :], values, given)[0] * (2 if i in ends else len(values)) <= LUCK)
    return found
