r"""What stations nobody saw must have shown, given those that were seen and the announced total.

With :math:`S` votes of :math:`B_s` ballots in the copies and a share :math:`p` of :math:`B`
ballots announced, the stations without a copy must hold :math:`pB - S` votes of
:math:`B - B_s` ballots, whatever the reason why they were not seen:

.. math:: p_u = \frac{pB - S}{B - B_s}.

It falls or rises monotonically in :math:`p` and in :math:`B`, so over intervals of both its
extremes stand at the corners. The selection that this needs is the odds ratio
:math:`\frac{p_u/(1-p_u)}{p_s/(1-p_s)}`, :math:`p_s = S/B_s`. All bounds are in whole numbers and
fractions; nothing is rounded before it is printed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np


def printed_interval(percent: str) -> tuple[Fraction, Fraction]:
    """The fractions that are printed as this percentage: ``"14.92"`` → 0.14915 to 0.14925.

    Raises
    ------
    ValueError
        If the text is not a decimal number of at most twelve decimals.
    """
    text = percent.strip().rstrip("%").strip().replace(",", ".")
    whole, _, decimals = text.partition(".")
    digits = whole.lstrip("-")
    if not digits.isdecimal() or len(digits) > 12 or len(decimals) > 12 or (decimals and not decimals.isdecimal()):
        raise ValueError(f"{percent!r} is not a percentage.")
    half = Fraction(1, 2 * 100 * 10 ** len(decimals))
    value = Fraction(text) / 100
    return max(Fraction(0), value - half), value + half


def unseen_shares(
    share: tuple[Fraction, Fraction], ballots: tuple[int, int], seen_votes: int, seen_ballots: int
) -> tuple[Fraction, Fraction] | None:
    """The least and the largest share that the stations without a copy can have had.

    Values below 0 or above 1 are returned as they are: they say that no share would do.
    None where the announced ballots may all have been seen.
    """
    if ballots[0] <= seen_ballots:
        return None
    corners = [(p * b - seen_votes) / (b - seen_ballots) for p in share for b in (ballots[0], ballots[1])]
    return min(corners), max(corners)


def odds_ratio(share: float, against: float) -> float | None:
    """The odds of one share over those of another; None where either is 0, 1 or beyond."""
    if not (0.0 < share < 1.0 and 0.0 < against < 1.0):
        return None
    return math.exp(math.log(share) - math.log1p(-share) - math.log(against) + math.log1p(-against))


def share_at_odds(seen_share: float, seen_part: float, ratio: float) -> float:
    """The share of everybody if the unseen differ from the seen by this odds ratio.

    ``seen_part`` is the part of the ballots that was seen.
    """
    odds = ratio * seen_share / (1.0 - seen_share) if seen_share < 1.0 else math.inf
    unseen = odds / (1.0 + odds) if math.isfinite(odds) else 1.0
    return seen_part * seen_share + (1.0 - seen_part) * unseen


def selection_curve(seen_share: float, seen_part: float, ratios: Sequence[float]) -> list[tuple[float, float]]:
    """(odds ratio, share of everybody) for a row of odds ratios."""
    return [(ratio, share_at_odds(seen_share, seen_part, ratio)) for ratio in ratios]


def log10_at_least(hits: int, trials: int, rate: float) -> float:
    """log10 P(Binomial(trials, rate) ≥ hits), summed in logarithms where the tail underflows.

    A rate of 0 or an impossible number of hits gives the smallest number that is printed, -1e6.
    """
    from scipy import special, stats

    if hits <= 0 or rate >= 1.0:
        return 0.0
    if rate <= 0.0 or hits > trials:
        return -1e6
    tail = float(stats.binom.sf(hits - 1, trials, rate))
    if tail > 1e-280:
        return min(0.0, math.log10(tail))
    # The terms fall at least geometrically beyond the mean; a thousand of them are all of the sum.
    k = np.arange(hits, min(trials, hits + 1000) + 1, dtype=np.float64)
    terms = special.gammaln(trials + 1) - special.gammaln(k + 1) - special.gammaln(trials - k + 1)
    terms += k * math.log(rate) + (trials - k) * math.log1p(-rate)
    return float(special.logsumexp(terms)) / math.log(10)


def clopper_pearson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a rate (Clopper and Pearson 1934); (0, 1) without trials."""
    from scipy import stats

    if trials <= 0:
        return 0.0, 1.0
    tail = (1.0 - level) / 2
    low = float(stats.beta.ppf(tail, hits, trials - hits + 1)) if hits else 0.0
    high = float(stats.beta.ppf(1 - tail, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high


__all__ = [
    "clopper_pearson",
    "log10_at_least",
    "odds_ratio",
    "printed_interval",
    "selection_curve",
    "share_at_odds",
    "unseen_shares",
]
