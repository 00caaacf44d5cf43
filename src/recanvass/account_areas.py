"""Areas in which a rule of accounting fails at most stations: another meaning of the columns there, or one page.

An honest file is put together from the returns of many offices. One of them counts postal votes among the votes and
not among the ballots, elects two members with two votes a ballot, puts blank papers in two columns, exchanges two
columns, or lets its names slip by a line against its figures: then a rule fails *there*, at most stations and by many
votes, and holds elsewhere. No figure of the file tells that from votes that nobody cast. So a rule counts nothing

- in an area, at any level, of two checked stations or more of which it fails at more than half;
- in `PAGE` or more consecutive rows at which it fails.

A rule fails here if it or a rule that it needs does, in either direction: where names have slipped by a line there
are as many votes too few as too many. Where the file does not say how many papers were invalid, votes that come to
less than three quarters of the ballots are such a failure as well: votes cast early or by post are counted at one
station for a whole municipality, and the others are left short. The price: in such a file, and in one that holds only
some of the options, more votes than ballots count where most stations of the area hold votes for their ballots.

Where the options do not add up to the valid votes anywhere, but come to more at a tenth of the stations and to less at
a tenth, the lines of the whole file have slipped, or the columns are not what they are called, and no rule about the
options' sum counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recanvass import areas
from recanvass.accounts import Identity
from recanvass.results import Mask, Results

#: So many consecutive rows at which a rule fails are one page.
PAGE = 5

#: The rule that says more of a figure which another one uses.
_SAYS_MORE = "votes_valid"
_USED_BY = ("votes_above_valid", "option_valid", "votes_ballots")


def unsettled(results: Results, kept: Sequence[Identity], every: Sequence[Identity]) -> dict[str, Mask]:
    """For each rule that the file keeps the stations at which it counts nothing; ``(n,)`` each.

    Parameters
    ----------
    results : Results
    kept, every : sequence of Identity
        The rules that the file keeps, and all that can be checked.
    """
    slipped = any(_both_ways(one) for one in every if one.name == _SAYS_MORE)
    broken = {one.name: one.broken for one in kept}
    partitions = [results.areas(level).codes for level in areas.levels(results)]
    order = np.argsort(results.rows, kind="stable")
    found: dict[str, Mask] = {}
    for one in kept:
        also = [*one.rests_on, *([_SAYS_MORE] if one.name in _USED_BY else [])]
        fails = np.asarray(np.any([one.broken, *(broken[name] for name in also if name in broken)], axis=0))
        fails = fails if one.short is None else fails | one.short
        at = np.zeros(len(results), bool)
        if slipped and one.name in _USED_BY:
            found[one.name] = ~at
            continue
        if one.name == "below_zero" or not fails.any():
            found[one.name] = at
            continue
        for codes in partitions:
            inside = one.checked & (codes >= 0)
            most = int(codes.max(initial=-1)) + 1
            checked = np.bincount(codes[inside], minlength=most)
            failing = np.bincount(codes[inside & fails], minlength=most)
            other = (checked >= 2) & (2 * failing > checked)
            at |= inside & np.r_[other, False][codes]
        at[order] |= _pages(fails[order])
        found[one.name] = at
    return found


def _both_ways(one: Identity) -> bool:
    """Whether the file does not keep a rule, and misses it by too much and by too little, each at a tenth or more."""
    least = max(1, int(one.checked.sum()) // 10)
    more, less = int((one.difference > 0).sum()), int((one.difference < 0).sum())
    return not one.defined and min(more, less) >= least


def _pages(fails: Mask) -> Mask:
    """Rows of runs of `PAGE` or more."""
    edges = np.flatnonzero(np.diff(np.r_[False, fails, False].astype(np.int8)))
    found = np.zeros(len(fails), bool)
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        found[first:last] = last - first >= PAGE
    return found


__all__ = ["PAGE", "unsettled"]
