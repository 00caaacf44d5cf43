r"""Votes above a scaled curve by turnout, part by part of the contest.

In each part (the contest, or a region) :math:`A_b` are the option's votes and :math:`B_b` the other ballots in bin b
of turnout, and c is the part's clean peak. The ratio k is :math:`A_c / B_c`, or that of everything up to the peak,
:math:`\sum_{b \le c} A_b / \sum_{b \le c} B_b`. The surplus is

.. math:: \sum_b (A_b - k B_b)

over all bins, or over those to the right of the peak, :math:`b > c`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Curves = NDArray[np.float64]
Counts = NDArray[np.int64]


def ratios(option: Curves, others: Curves, peaks: Counts, left: bool = False) -> Curves:
    """The option's votes for one other ballot where the turnout is ordinary.

    Parameters
    ----------
    option, others : (parts, bins) float64
        Votes and other ballots by turnout; where they are looked at, there are other ballots.
    peaks : (parts,) int64
        The bin of each part's clean peak.
    left : bool
        Whether everything up to the peak gives the ratio, and not the peak alone.

    Returns
    -------
    (parts,) float64
    """
    bins = np.arange(option.shape[1])[None, :]
    taken = bins <= peaks[:, None] if left else bins == peaks[:, None]
    return np.asarray((option * taken).sum(axis=1) / (others * taken).sum(axis=1))


def surplus(option: Curves, others: Curves, peaks: Counts, ratio: Curves, right: bool = False) -> Curves:
    """The option's votes above the scaled other ballots.

    Parameters
    ----------
    option, others, peaks
        As for `ratios`.
    ratio : (parts,) float64
        The option's votes for one other ballot.
    right : bool
        Whether only the bins to the right of the peak count.

    Returns
    -------
    (parts,) float64
        Votes; negative where the option has fewer than the scaled others.
    """
    if right:
        taken = np.arange(option.shape[1])[None, :] > peaks[:, None]
        option, others = option * taken, others * taken
    return np.asarray(option.sum(axis=1) - ratio * others.sum(axis=1))
