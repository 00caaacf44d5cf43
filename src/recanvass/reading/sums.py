"""Rows that are sums of other rows, by arithmetic alone.

A row is held to the figures that it gives. The columns it is compared in are those that it and
the rows it sums both give; a sum that must be met in several of them at once does not happen by
chance, and how likely it would be is reckoned (`_luck`) before anything is believed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.results import Counts, Mask

#: How many kinds of rows, by the figures that they give, are looked at one by one.
MOST_PATTERNS = 40


def neighbours(values: Counts, given: Mask, gone: Mask, candidates: Mask) -> Mask:
    """Candidates equal, in every figure they give, to the sum of one or more kept rows next to them."""
    found = np.zeros(len(values), dtype=bool)
    if not candidates.any():
        return found
    kept = np.flatnonzero(~gone)
    for columns, alike in _patterns(values[kept], given[kept], candidates[kept]):
        figures = values[kept][:, columns]
        for step in (1, -1):
            f, rows = figures[::step], np.flatnonzero(alike[::step])
            size: Counts = f.sum(axis=1, dtype=np.int64)
            before = np.concatenate([[0], np.cumsum(size)])
            for i in rows[size[rows] > 0].tolist():
                begin = int(np.searchsorted(before[: i + 1], before[i] - size[i], side="left"))
                if before[begin] == before[i] - size[i] and np.array_equal(f[begin:i].sum(axis=0), f[i]):
                    found[kept[i if step == 1 else len(kept) - 1 - i]] = True
    return found


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
            luck = _luck(np.where(both, sums, 0)[None, :], figures)
            if i and (2 * sums == whole)[both].all() and both.sum() > 1 and luck[0] * len(kept) <= 0.01:
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
    return found | grand(values, given, gone)


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
    varied = _varied(compared, least)
    luck = _luck(compared, figures)
    every = searched if whole else np.where(np.isin(np.arange(figures.shape[1]), columns), figures, 0)
    expected = float(_luck(every[rows], figures)[_varied(every[rows], least)].sum())
    systematic = varied.sum() >= 10 and varied.sum() >= 20 * expected
    return [
        i
        for i, ok, chance in zip(hits, varied, luck, strict=True)
        if ok and (systematic or chance * len(figures) <= 0.01)
    ]


def _varied(figures: Counts, least: int) -> Mask:
    """Rows with enough different figures to say something."""
    enough: Mask = (np.count_nonzero(figures, axis=1) >= least) & (figures.max(axis=1) >= 10)
    return enough


def _luck(figures: Counts, table: Counts) -> NDArray[np.float64]:
    """How likely a row is a sum of its neighbours by luck, roughly: small stations often are.

    A sum that must be met exactly is missed by about the square root of the figure; as many figures
    are independent of each other as the rank of the table says, and equal ones count once.
    """
    from recanvass.reading.identities import spread

    rank = int(np.linalg.matrix_rank(table[spread(len(table), 1_000)].astype(float)))
    ordered = np.sort(figures, axis=1)
    ordered[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0
    ordered = np.sort(ordered, axis=1)[:, ::-1][:, :rank]
    misses = np.log1p(np.sqrt(2 * np.pi * ordered.astype(float))).sum(axis=1)
    luck: NDArray[np.float64] = np.exp(-misses)
    return luck


def nearly_grand(values: Counts, gone: Mask) -> Mask:
    """Rows within a hundredth of the sum of all others in every figure: an announced total with an error in it."""
    kept = ~gone
    found = np.zeros(len(values), dtype=bool)
    if int(kept.sum()) <= 5 or values.shape[1] < 3:
        return found
    everything = values.sum(axis=0, dtype=np.int64) - values[gone].sum(axis=0, dtype=np.int64)
    lead = int(np.argmax(everything))
    for i in np.flatnonzero(kept & (values[:, lead] * 5 > everything[lead] * 2)).tolist():
        others = everything - values[i]
        found[i] = bool((np.abs(others - values[i]) * 100 <= others + 200).all())
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


def grand(values: Counts, given: Mask, gone: Mask) -> Mask:
    """Rows equal, in every figure they give, to the sum of all other rows that are kept."""
    kept = ~gone
    found = np.zeros(len(values), dtype=bool)
    if int(kept.sum()) <= 3:
        return found
    everything = values.sum(axis=0, dtype=np.int64) - values[gone].sum(axis=0, dtype=np.int64)
    full = bool(given.all())
    holders = np.full(values.shape[1], int(kept.sum())) if full else given[kept].sum(axis=0)
    lead = int(np.argmax(everything))
    likely = everything[lead] - np.where(kept, values[:, lead], 0) == values[:, lead]
    likely &= values[:, lead] > 0
    if not full:  # a row that does not give the largest figure is held to the others
        likely |= ~given[:, lead] & (values.max(axis=1) > 0)
    for i in np.flatnonzero(likely).tolist():
        both = given[i] & (holders - (given[i] if kept[i] else 0) > 0)
        others = everything - values[i] if kept[i] else everything
        if not np.array_equal(others[both], values[i][both]):
            continue
        certain = given[i].all() or not kept[i]
        found[i] = certain or bool(_luck(np.where(both, values[i], 0)[None, :], values)[0] * len(values) <= 0.01)
    return found
