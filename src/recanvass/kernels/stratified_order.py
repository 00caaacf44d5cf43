r"""Early against late inside strata: laws when the order of arrival is exchangeable in each stratum.

With outcomes :math:`y_i`, deviations :math:`e_i = y_i - \bar y_{s(i)}` from the stratum's mean and a mark
:math:`d_i` of the late ones, the contrast :math:`T = \sum_i d_i e_i` has, over all orders inside the strata,
mean zero and the variance (Mantel and Haenszel 1959 for outcomes of zero and one)

.. math:: \mathrm{var}\, T = \sum_s \frac{1}{n_s - 1} \sum_{i \in s} (d_i - \bar d_s)^2 \sum_{i \in s} e_i^2.

:math:`T / \sum_i (d_i - \bar d_s)^2` is the difference late less early inside strata, each weighted by what it tells.
The same moments hold for any weights in place of :math:`d`, such as those of a local line.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Lots that are drawn at once, how many share a bucket, and how many are few enough to need none.
LOTS = 2**20
PER_BUCKET = 16
FEW = 48


def deviations(values: Floats, strata: Whole) -> Floats:
    """Values less the mean of their stratum; ``(n,)``."""
    sizes = np.bincount(strata)
    means = np.bincount(strata, values) / np.maximum(sizes, 1)
    return np.asarray(values - means[strata])


def contrast(weights: Floats, centred: Floats, strata: Whole) -> tuple[float, float, float]:
    """The contrast, its standard deviation over all orders, and the sum of squared deviations of the weights."""
    squares = np.bincount(strata, centred * centred).astype(np.float64)
    return window_contrast(weights, 0, centred, strata, np.bincount(strata), squares)


def window_contrast(
    weights: Floats, first: int, centred: Floats, strata: Whole, sizes: Whole, squares: Floats
) -> tuple[float, float, float]:
    """`contrast` of weights that are nothing outside of a window of the order.

    Parameters
    ----------
    weights : (m,) float64
        The weights from the position ``first`` on; nothing before it and after them.
    sizes : (s,) int64
        Stations of each stratum.
    squares : (s,) float64
        The sum of squared outcomes of each stratum.
    """
    within, outcomes = strata[first : first + len(weights)], centred[first : first + len(weights)]
    means = np.bincount(within, weights, len(sizes)) / np.maximum(sizes, 1)
    away = weights - means[within]
    outside = sizes - np.bincount(within, minlength=len(sizes))
    spread = np.bincount(within, away * away, len(sizes)) + outside * means * means
    variance = float((spread * squares / np.maximum(sizes - 1, 1)).sum())
    return float((weights * outcomes).sum()), variance**0.5, float(spread.sum())


def scan(centred: Floats, strata: Whole, cuts: Whole) -> tuple[Floats, Floats]:
    """The contrast of the stations from each cut on, and its standard deviation; ``(c,)`` each."""
    sizes = np.bincount(strata)
    telling = np.bincount(strata, centred * centred) / np.maximum(sizes - 1, 1) / np.maximum(sizes, 1)
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    late = np.zeros(len(sizes), np.int64)
    spread, end = np.empty(len(cuts)), len(centred)
    for k in np.argsort(-cuts, kind="stable"):
        late += np.bincount(strata[cuts[k] : end], minlength=len(sizes))
        end = cuts[k]
        spread[k] = float((late * (sizes - late) * telling).sum()) ** 0.5
    return sums[-1] - sums[cuts], spread


def drawn(
    centred: Floats, strata: Whole, cuts: Whole, weights: Floats, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The contrasts at all cuts ``(draws, c)`` and of the weights ``(draws,)``, orders drawn inside strata.

    In each stratum the outcomes, in the order of uniform lots, fill its places in turn. Lots are dealt out to
    buckets first, so that the cost is linear in stations.
    """
    home = np.argsort(strata, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(strata))]).astype(np.int64)
    edges = np.unique(cuts)
    blocks = np.searchsorted(edges, home, side="right")
    sums, lines = np.zeros((draws, len(edges) + 1)), np.zeros(draws)
    at_once = max(1, LOTS // max(1, len(centred)))
    for first in range(0, draws, at_once):
        some = slice(first, min(draws, first + at_once))
        lots = rng.random((some.stop - first, len(centred)))
        _deal(centred[home], lots, starts, blocks, weights[home], sums[some], lines[some])
    after = np.concatenate([np.cumsum(sums[:, :0:-1], axis=1)[:, ::-1], np.zeros((draws, 1))], axis=1)
    return after[:, np.searchsorted(edges, cuts)], lines


@kernel
def _deal(
    values: Floats, lots: Floats, starts: Whole, blocks: Whole, weights: Floats, sums: Floats, lines: Floats
) -> None:
    """Deal the values of each stratum out to its places by the order of the lots; add them up by block and weight."""
    largest = 0
    for s in range(len(starts) - 1):
        largest = max(largest, starts[s + 1] - starts[s])
    keys, dealt = np.empty(largest), np.empty(largest)
    ends, ranks = np.empty(largest // PER_BUCKET + 2, np.int64), np.empty(largest, np.int64)
    for k in range(len(lots)):
        line = 0.0
        for s in range(len(starts) - 1):
            first, size = starts[s], starts[s + 1] - starts[s]
            if size <= FEW:
                mine, place, weight = lots[k, first : first + size], blocks[first:], weights[first:]
                line += _place(mine, values[first:], place, weight, sums[k], ranks)
                continue
            buckets = size // PER_BUCKET
            ends[: buckets + 1] = 0
            for i in range(size):
                ends[int(lots[k, first + i] * buckets) + 1] += 1
            for b in range(buckets):
                ends[b + 1] += ends[b]
            for i in range(size):
                bucket = int(lots[k, first + i] * buckets)
                keys[ends[bucket]], dealt[ends[bucket]] = lots[k, first + i], values[first + i]
                ends[bucket] += 1
            low = 0
            for b in range(buckets):
                at = first + low
                line += _place(keys[low : ends[b]], dealt[low:], blocks[at:], weights[at:], sums[k], ranks)
                low = ends[b]
        lines[k] = line


@kernel
def _place(lots: Floats, values: Floats, blocks: Whole, weights: Floats, sums: Floats, ranks: Whole) -> float:
    """Put each value at the rank of its lot; the sum of values by weight, those by block added to ``sums``."""
    size, total, line = len(lots), 0, 0.0
    for i in range(size):
        lot, rank = lots[i], 0
        for j in range(size):
            rank += lots[j] < lot
        ranks[i] = rank
        total += rank
    if 2 * total != size * (size - 1):  # equal lots: the first goes first
        for i in range(size):
            for j in range(i):
                ranks[i] += lots[j] == lots[i]
    for i in range(size):
        sums[blocks[ranks[i]]] += values[i]
        line += weights[ranks[i]] * values[i]
    return line


def line_weights(position: Floats, cut: float, bandwidth: float, donut: float = 0.0) -> Floats | None:
    """Weights whose sum with outcomes is the jump of local lines at a cut (Fan and Gijbels 1996).

    Triangular kernel, a line each side, positions nearer than ``donut`` left out. None where a side has
    fewer than five positions, or positions that carry no line.
    """
    total = np.zeros(len(position))
    for side in (-1.0, 1.0):
        away = (position - cut) * side
        kernel = np.where((away > donut) & (away < bandwidth), 1 - away / bandwidth, 0.0)
        if (kernel > 0).sum() < 5:
            return None
        zero, one, two = (float((kernel * away**k).sum()) for k in range(3))
        spread = zero * two - one * one
        if spread <= 1e-12 * zero * two:
            return None
        total += side * kernel * (two - one * away) / spread
    return total


def decomposition(votes: Floats, valid: Floats, late: NDArray[np.bool_], strata: Whole) -> dict[str, float]:
    """The raw shift of a share, late less early, as composition and rest (Oaxaca 1973); early shares are the reference.

    ``rest`` is the difference inside strata that have both, weighted by their late votes; ``alone`` is the part
    of the late votes in strata without early ones, whose difference cannot be told from composition.
    """
    size = int(strata.max(initial=-1)) + 1
    sums = [np.bincount(strata[m], x[m], minlength=size) for m in (late, ~late) for x in (votes, valid)]
    both = (sums[1] > 0) & (sums[3] > 0)
    raw = float(sums[0].sum() / sums[1].sum() - sums[2].sum() / sums[3].sum())
    inside = float((sums[0][both] - sums[1][both] * sums[2][both] / sums[3][both]).sum())
    whole = float(sums[1].sum())
    return {
        "raw": raw,
        "rest": inside / whole,
        "composition": raw - inside / whole,
        "votes": inside,
        "alone": 1 - float(sums[1][both].sum()) / whole,
    }


__all__ = ["contrast", "decomposition", "deviations", "drawn", "line_weights", "scan", "window_contrast"]
