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

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def deviations(values: Floats, strata: Whole) -> Floats:
    """Values less the mean of their stratum; ``(n,)``."""
    sizes = np.bincount(strata)
    means = np.bincount(strata, values) / np.maximum(sizes, 1)
    return np.asarray(values - means[strata])


def contrast(weights: Floats, centred: Floats, strata: Whole) -> tuple[float, float, float]:
    """The contrast, its standard deviation over all orders, and the sum of squared deviations of the weights."""
    w = deviations(weights, strata)
    sizes = np.bincount(strata)
    squares = np.bincount(strata, w * w), np.bincount(strata, centred * centred)
    variance = float((squares[0] * squares[1] / np.maximum(sizes - 1, 1)).sum())
    return float((w * centred).sum()), variance**0.5, float(squares[0].sum())


def scan(centred: Floats, strata: Whole, cuts: Whole) -> tuple[Floats, Floats]:
    """The contrast of the stations from each cut on, and its standard deviation; ``(c,)`` each."""
    found = [contrast((np.arange(len(centred)) >= cut).astype(np.float64), centred, strata) for cut in cuts]
    return np.array([f[0] for f in found]), np.array([f[1] for f in found])


def drawn(
    centred: Floats, strata: Whole, cuts: Whole, weights: Floats, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The contrasts at all cuts ``(draws, c)`` and of the weights ``(draws,)``, orders drawn inside strata."""
    home = np.argsort(strata, kind="stable")
    sorted_strata, values = strata[home], centred[home]
    late = np.empty((draws, len(cuts)))
    lines = np.empty(draws)
    moved = np.empty_like(centred)
    for k in range(draws):
        moved[home] = values[np.argsort(sorted_strata + rng.random(len(home)), kind="stable")]
        sums = np.concatenate([[0.0], np.cumsum(moved)])
        late[k] = sums[-1] - sums[cuts]
        lines[k] = weights @ moved
    return late, lines


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


__all__ = ["contrast", "decomposition", "deviations", "drawn", "line_weights", "scan"]
