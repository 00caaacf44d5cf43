"""A contest whose shares are the announced ones, made of the stations of a sample, and a sample drawn from it by lot.

Whole stations are drawn again, with their weights, up to the number there are in each stratum; their rates are moved
together until the weighted mean of each announced option is its announced share (proportional fitting over options
and the rest); counts are drawn, and of these stations as many as were seen are drawn without replacement. Where the
number of stations was not given, `STAND_IN` times the largest sample stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recanvass.results import Counts

Floats = NDArray[np.float64]

STAND_IN = 20
_ROUNDS, _CLOSE = 500, 1e-10


def moved(rates: Floats, weight: Floats, shares: Mapping[int, float]) -> Floats:
    """Rates of each station whose weighted means are the shares given; other kinds keep their proportions.

    Parameters
    ----------
    rates : (n, k) float64
        Rows sum to one; every entry positive.
    weight : (n,) float64
    shares : mapping of int to float
        By column; together at most one.
    """
    given = sorted(shares)
    target = np.array([shares[j] for j in given])
    free = np.setdiff1d(np.arange(rates.shape[1]), given)
    found = rates.copy()
    for _ in range(_ROUNDS):
        mean = weight @ found / weight.sum()
        if np.abs(mean[given] - target).max(initial=0.0) < _CLOSE:
            break
        factor = np.ones(rates.shape[1])
        factor[given] = target / np.maximum(mean[given], 1e-300)
        if free.size:
            factor[free] = max(0.0, 1 - target.sum()) / max(float(mean[free].sum()), 1e-300)
        found = found * factor
        found /= np.maximum(found.sum(axis=1, keepdims=True), 1e-300)
    return found


def sampled(
    rng: np.random.Generator,
    votes: Counts,
    whole: Counts,
    stratum: NDArray[np.int64],
    frame: Sequence[int],
    given: Sequence[bool],
    shares: Mapping[int, float],
) -> tuple[Counts, NDArray[np.int64], Floats]:
    """Votes of as many stations of each stratum, whose rows they are, and the shares of the contest they come from.

    Parameters
    ----------
    votes : (n, k) int64
        Each row's sum at most ``whole``.
    whole : (n,) int64
    stratum : (n,) int64
        Index into ``frame``.
    frame : sequence of int
        What each stratum weighs: the stations there are.
    given : sequence of bool
        Whether that number was given; where not, as many stations are not made, and each weighs more.
    shares : mapping of int to float
        The announced share of an option, by column of ``votes``.

    Returns
    -------
    votes : (n, k) int64
    source : (n,) int64
        The row of the sample that each station was made of; its base is that row's.
    shares : (k,) float64
    """
    sizes = np.bincount(stratum, minlength=len(frame))
    stand_in = STAND_IN * int(sizes.max(initial=0))
    there = [max(f if known else stand_in, int(n)) for f, known, n in zip(frame, given, sizes, strict=True)]
    chosen = [rng.choice(np.flatnonzero(stratum == h), size=there[h]) for h in range(len(frame)) if sizes[h]]
    rows = np.concatenate(chosen)
    size = whole[rows]
    weight = np.concatenate([np.full(len(part), frame[stratum[part[0]]] / len(part)) for part in chosen])
    kinds = np.column_stack([votes, whole - votes.sum(axis=1)]).astype(np.float64)
    pooled = kinds.sum(axis=0) / max(1.0, float(kinds.sum()))
    # Half a vote, dealt as the sample's votes are: no option is impossible anywhere, unless nobody chose it.
    rates = (kinds + 0.5 * np.maximum(pooled, 1e-9)) / (kinds.sum(axis=1) + 0.5)[:, None]
    rates /= rates.sum(axis=1, keepdims=True)
    fitted = moved(rates[rows], weight * size, shares) if size.any() else rates[rows]
    counts = rng.multinomial(size, fitted / fitted.sum(axis=1, keepdims=True))[:, :-1]
    made, source, start = votes.copy(), np.arange(len(votes)), 0
    for part in chosen:
        h = int(stratum[part[0]])
        picked = start + rng.permutation(len(part))[: int(sizes[h])]
        made[stratum == h], source[stratum == h] = counts[picked], rows[picked]
        start += len(part)
    return made, source, weight @ counts / max(1.0, float(weight @ size))


__all__ = ["STAND_IN", "moved", "sampled"]
