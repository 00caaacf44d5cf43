"""Counts that were rounded before they were published, so that their last units tell nothing of the count.

Statistical offices round small figures to 3, 5 or 10 to protect voters, and some returns are kept in bundles. Then
every vote figure is a multiple of one step, and shares fall on coarse fractions, rows are equal and deviations vanish
by arithmetic alone: the null of a method that looks at single votes is not the one of such a file. Of honest counts
each is a multiple of g with a chance near 1/g, so that k different ones are with one of :math:`g^{-k}`; rounding is
taken for granted where that is `CHANCE` or less. They must differ: a row of hundreds that stands everywhere was not
rounded but repeated, and that is to be seen.
"""

from __future__ import annotations

from math import log

import numpy as np

from recanvass.method import Unasked
from recanvass.results import Results

#: The chance at which a common divisor is taken for rounding.
CHANCE = 1e-9

#: The smallest step that is taken for rounding: pairs of voters make even counts.
LEAST = 3


def step(results: Results) -> int:
    """The largest number of which every vote figure is a multiple; 1 where that is below `LEAST` or not told."""
    cells = np.unique(results.votes[results.votes > 0])
    if not len(cells) or (results.votes < 0).any():
        return 1
    found = int(np.gcd.reduce(cells))
    return found if found >= LEAST and len(cells) * log(found) >= -log(CHANCE) else 1


def refuse(results: Results) -> None:
    """Raise `Unasked` where the votes were rounded: single votes cannot be looked at."""
    rounded_to = step(results)
    if rounded_to > 1:
        raise Unasked("rounded_counts", step=rounded_to)


__all__ = ["CHANCE", "LEAST", "refuse", "step"]
