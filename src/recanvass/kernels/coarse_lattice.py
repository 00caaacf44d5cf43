r"""Which counts are a coarse fraction of their whole, and how often a redrawn count would be one.

A coarse fraction is :math:`g / 60` for the multiples of 5 per cent (g a multiple of 3) and for one
and two thirds (g = 20, 40). A count x of n is *on* it if :math:`|x/n - g/60| \le 1/2000`, in
integers :math:`100\,|60 x - g n| \le 3 n`: it prints as that percentage with one decimal.

A redrawn count follows the posterior predictive law BetaBinomial(n, a + x, b + n - x), a and b the
prior of the station's rate: if rates follow the prior the observed and the redrawn count are
exchangeable. Masses are built by their two-term recurrence from the observed count outwards, until
a term is below ``NEGLIGIBLE`` of the sum, and divided by their sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: The sixtieths that are coarse fractions, ascending.
SIXTIETHS: Counts = np.array(sorted({*range(3, 60, 3), 20, 40}), np.int64)

#: Families of them: simple fractions (1/4, 1/3, 1/2, 2/3, 3/4), tenths, all; a row a family.
FAMILIES = ("simple", "tenths", "all")
MEMBERS: NDArray[np.bool_] = np.stack(
    [np.isin(SIXTIETHS, (15, 20, 30, 40, 45)), SIXTIETHS % 6 == 0, np.ones(len(SIXTIETHS), bool)]
)

#: Counts below 1/40 or above 39/40 of their whole are outside the range.
EDGE = 40

#: A larger whole is no station, and the sum over its lattice would be long.
LARGEST = 10_000_000

#: Terms below this part of the running sum end the sum.
NEGLIGIBLE = 1e-12


@kernel
def coarse_fraction(part: Counts, whole: Counts, sixtieths: Counts) -> Counts:
    """The place in ``sixtieths`` of the fraction that each count is on, -1 if none; ``(n,)``, exact."""
    found = np.full(len(part), -1, np.int64)
    for i in range(len(part)):
        for k in range(len(sixtieths)):
            if 100 * abs(60 * part[i] - sixtieths[k] * whole[i]) <= 3 * whole[i]:
                found[i] = k
    return found


@kernel
def redrawn_fractions(
    part: Counts, whole: Counts, prior_a: Floats, prior_b: Floats, sixtieths: Counts
) -> tuple[Floats, Floats]:
    """Chances that a redrawn count is on each fraction, and that it leaves the range.

    Parameters
    ----------
    part, whole : (n,) int64
        ``0 <= part <= whole``, ``1 <= whole <= LARGEST``.
    prior_a, prior_b : (n,) float64
        The Beta prior of each station, positive.
    sixtieths : (k,) int64
        The fractions times 60.

    Returns
    -------
    on : (n, k) float64
    leaves : (n,) float64
        P(the redrawn count is below 1/40 or above 39/40 of its whole).
    """
    on = np.zeros((len(part), len(sixtieths)))
    leaves = np.zeros(len(part))
    most = 0
    for i in range(len(part)):
        most = max(most, whole[i])
    mass = np.empty(most + 1)
    for i in range(len(part)):
        x, n = part[i], whole[i]
        a, b = prior_a[i] + x, prior_b[i] + (n - x)
        term, total, top = 1.0, 0.0, x
        for y in range(x, n + 1):
            if term <= NEGLIGIBLE * total:
                break
            mass[y] = term
            total += term
            top = y
            term *= (n - y) * (a + y) / ((y + 1) * (b + n - y - 1))
        term, low = 1.0, x
        for y in range(x, 0, -1):
            term *= y * (b + n - y) / ((n - y + 1) * (a + y - 1))
            if term <= NEGLIGIBLE * total:
                break
            mass[y - 1] = term
            total += term
            low = y - 1
        for k in range(len(sixtieths)):
            first = -((n * (3 - 100 * sixtieths[k])) // 6000)
            last = (n * (100 * sixtieths[k] + 3)) // 6000
            for y in range(max(first, low), min(last, top) + 1):
                on[i, k] += mass[y]
            on[i, k] /= total
        y = low
        while y <= top and EDGE * y < n:
            leaves[i] += mass[y]
            y += 1
        y = top
        while y >= low and EDGE * y > (EDGE - 1) * n:
            leaves[i] += mass[y]
            y -= 1
        leaves[i] /= total
    return on, leaves
