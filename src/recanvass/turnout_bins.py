"""Votes by bins of turnout, and where their clean peak lies.

The mathematics stands at the head of ``methods/turnout_surplus.py``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recanvass import areas
from recanvass.kernels import surplus_by_turnout
from recanvass.results import Results

Curve = NDArray[np.float64]
Counts = NDArray[np.int64]


def binned(results: Results, option: int, least: int) -> tuple[Counts, Counts, Counts, Counts, Counts, Counts] | None:
    """Leader's votes, other ballots, area codes, turnout bins, registered voters and rows of the stations used.

    Ballots are those found in the boxes, or the valid ones where nothing else is given.
    """
    name = "ballots" if results.has("ballots") else "valid"
    ballots, registered = results.whole(name), results.whole("registered")
    if ballots is None or registered is None:
        return None
    votes = results.votes[:, option]
    use = results.known(name, "registered") & results.stood(option)
    use &= (registered > least) & (ballots > 0) & (ballots <= registered) & (votes <= ballots)
    if int(use.sum()) < 100:
        return None
    cast = ballots[use]
    cast = cast.astype(object) if int(cast.max()) > 2**50 else cast  # a hundred times as many would wrap
    bins = np.asarray((100 * cast - 1) // registered[use], np.int64)
    codes = areas.chosen(results).codes[use] + 1
    return votes[use], (ballots - votes)[use], codes, bins, registered[use], np.flatnonzero(use)


def regions(results: Results, rows: Counts) -> tuple[Counts, tuple[str, ...]]:
    """The region of each of these stations, from 0 on, and the names: the coarsest level that parts the contest.

    Stations without a region are one of their own, without a name.
    """
    levels = areas.levels(results)
    whole = results.areas(levels[0] if levels else "contest")
    there, codes = np.unique(whole.codes[rows], return_inverse=True)
    return codes.astype(np.int64), tuple(whole.names[k] if k >= 0 else "" for k in there.tolist())


def tables(leader: Counts, others: Counts, codes: Counts, bins: Counts) -> tuple[Curve, Curve]:
    """Leader's votes and other ballots by area and turnout bin, ``(areas, 100)`` each."""
    count = int(codes.max()) + 1
    cell = codes * 100 + bins
    shape = (count, 100)
    a = np.bincount(cell, leader.astype(np.float64), minlength=count * 100).reshape(shape)
    b = np.bincount(cell, others.astype(np.float64), minlength=count * 100).reshape(shape)
    there = np.bincount(codes, minlength=count) > 0
    return a[there].astype(np.float64), b[there].astype(np.float64)


def smoothed(others: Curve) -> Curve:
    """A running mean over five bins; the last two stay raw, as published."""
    mean = np.convolve(others, np.full(5, 0.2), mode="same")
    mean[-2:] = others[-2:]
    return np.asarray(mean)


def fitted_peak(others: Curve) -> int | None:
    """The peak of the left of two Gaussian curves fitted to the other ballots; None if the fit fails."""
    from scipy.optimize import OptimizeWarning, curve_fit

    smooth = smoothed(others)
    x = np.arange(1, 101) / 100
    start = int(np.argmax(smooth))
    middle = start / 100 + (1 - start / 100) / 2
    first = (start / 100, 0.1, smooth[start], middle, 0.01, smooth[min(99, int(100 * middle))])
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):  # of the covariance, which is not used
            warnings.simplefilter("ignore", OptimizeWarning)
            found, _ = curve_fit(_two_curves, x[:-3], smooth[:-3], p0=first)
    except (RuntimeError, ValueError):
        return None
    if not np.isfinite(found).all():
        return None
    mean, spread = min((found[0], found[1]), (found[3], found[4]))
    low, high = int(100 * (mean - abs(spread))), int(100 * (mean + abs(spread)))
    low, high = max(low, 0), min(high, 100)
    return low + int(np.argmax(smooth[low:high])) if high > low else None


def _two_curves(x: Curve, m1: float, s1: float, a1: float, m2: float, s2: float, a2: float) -> Curve:
    with np.errstate(all="ignore"):
        return np.nan_to_num(
            a1 * np.exp(-((x - m1) ** 2) / (2 * s1**2)) + a2 * np.exp(-((x - m2) ** 2) / (2 * s2**2)),
            posinf=1e300,
        )


@dataclass(frozen=True)
class Variant:
    """Which of the published sums is taken: what gives the ratio, and which bins count.

    ``left``: everything up to the peak gives the ratio; ``share``: the option's share is given from outside and
    gives it; ``right``: only the bins to the right of the peak count.
    """

    left: bool = False
    right: bool = False
    share: float | None = None

    def of(self, option: Curve, others: Curve, peaks: Counts) -> tuple[Curve, Curve]:
        """Ratio and surplus of each part, ``(parts,)`` each; every peak holds other ballots."""
        if self.share is None:
            ratio = surplus_by_turnout.ratios(option, others, peaks, self.left)
        else:
            ratio = np.full(len(peaks), self.share / (1.0 - self.share))
        return ratio, surplus_by_turnout.surplus(option, others, peaks, ratio, self.right)


def sensitivity(a: Curve, b: Curve, variant: Variant | None = None) -> list[tuple[int, float]]:
    """The surplus for every peak that holds at least a third of the fullest bin of other ballots."""
    smooth = smoothed(b)
    full = smooth[:-3].max()
    peaks = np.array([p for p in range(97) if smooth[p] >= full / 3 and b[p] > 0], np.int64)
    if not len(peaks):
        return [(0, 0.0)]
    shape = (len(peaks), len(a))
    _, votes = (variant or Variant()).of(np.broadcast_to(a, shape), np.broadcast_to(b, shape), peaks)
    return list(zip(peaks.tolist(), votes.tolist(), strict=True))


def moved_together(a: Curve, b: Curve, peaks: Counts, variant: Variant, reach: int = 5) -> list[float]:
    """The sum over the parts with every peak moved by so many bins, from ``-reach`` to ``reach``.

    A peak that would leave the first 97 bins, or come to one without other ballots, stays.
    """
    found = []
    for step in range(-reach, reach + 1):
        moved = peaks + step
        able = (moved >= 0) & (moved < 97)
        able[able] = b[np.flatnonzero(able), moved[able]] > 0
        found.append(float(variant.of(a, b, np.where(able, moved, peaks))[1].sum()))
    return found
