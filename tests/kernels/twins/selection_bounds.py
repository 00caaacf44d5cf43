"""Bounds by fractions, tails and intervals in eighty digits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath

mpmath.mp.dps = 60


def slow_printed_interval(percent):
    value = Decimal(percent.strip().rstrip("%").strip().replace(",", "."))
    half = Decimal(10) ** value.as_tuple().exponent / 2
    return max(Fraction(0), Fraction(value - half) / 100), Fraction(value + half) / 100


def fast_printed_interval(percent):
    from recanvass.kernels.selection_bounds import printed_interval

    return [float(v) for v in printed_interval(percent)]


def given_printed_interval():
    return [("14.92",), ("0",), ("86,82 %",), ("100.0",), ("0.001",)]


def slow_unseen_shares(share, ballots, seen_votes, seen_ballots):
    if ballots[0] <= seen_ballots:
        return None
    values = [float((share[a] * ballots[b] - seen_votes) / (ballots[b] - seen_ballots)) for a in (0, 1) for b in (0, 1)]
    return min(values), max(values)


def fast_unseen_shares(*given):
    from recanvass.kernels.selection_bounds import unseen_shares

    found = unseen_shares(*given)
    return None if found is None else [float(v) for v in found]


def given_unseen_shares():
    share = (Fraction(80095, 100000), Fraction(80105, 100000))
    return [(share, (9000, 9100), 2000, 4000), (share, (4000, 9100), 2000, 4000), (share, (5000, 5000), 4500, 4900)]


def slow_odds_ratio(share, against):
    inside = 0 < share < 1 and 0 < against < 1
    return (share / (1 - share)) / (against / (1 - against)) if inside else None


def given_odds_ratio():
    return [(0.3, 0.6), (0.99, 0.01), (0.0, 0.5), (0.5, 1.0)]


def slow_share_at_odds(seen_share, seen_part, ratio):
    if seen_share == 1:
        unseen = 1.0
    else:
        odds = ratio * seen_share / (1 - seen_share)
        unseen = odds / (1 + odds)
    return seen_part * seen_share + (1 - seen_part) * unseen


def given_share_at_odds():
    return [(s, part, r) for s in (0.0, 0.3, 1.0) for part in (0.0, 0.2, 1.0) for r in (0.5, 1.0, 30.0)]


def slow_selection_curve(seen_share, seen_part, ratios):
    return [(r, slow_share_at_odds(seen_share, seen_part, r)) for r in ratios]


def given_selection_curve():
    return [(0.3, 0.2, [0.5, 1.0, 9.0])]


def slow_log10_at_least(hits, trials, rate):
    if hits <= 0 or rate >= 1:
        return 0.0
    if rate <= 0 or hits > trials:
        return -1e6
    p = mpmath.mpf(rate)
    tail = mpmath.fsum(mpmath.binomial(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(hits, trials + 1))
    return float(mpmath.log10(tail))


def given_log10_at_least():
    far = [(300, 300, 0.01), (900, 1000, 0.2), (60, 5000, 1e-9), (900, 1000, 0.001)]
    return [(0, 9, 0.5), (3, 9, 0.0), (10, 9, 0.5), (3, 9, 1.0), (7, 20, 0.1), (150, 200, 0.3), *far]


def slow_clopper_pearson(hits, trials, level=0.95):
    if trials <= 0:
        return 0.0, 1.0

    def root(k: int, want: float) -> float:
        low, high = mpmath.mpf(0), mpmath.mpf(1)
        for _ in range(120):
            p = (low + high) / 2
            above = mpmath.fsum(
                mpmath.binomial(trials, j) * p**j * (1 - p) ** (trials - j) for j in range(k, trials + 1)
            )
            low, high = (p, high) if above < want else (low, p)
        return float(low)

    tail = mpmath.mpf(1 - level) / 2
    low = root(hits, tail) if hits else 0.0
    return low, root(hits + 1, 1 - tail) if hits < trials else 1.0


def given_clopper_pearson():
    return [(0, 0), (0, 30), (30, 30), (7, 30), (3, 40, 0.8)]
