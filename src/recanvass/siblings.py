r"""Units of divided places against their siblings: deviations, counts, the contest's p-value, votes.

A unit has V registered, G ballots, L votes of the option examined and O = G - L others; index r is the rest of
its place. With z the signed root of the likelihood ratio (`recanvass.kernels.sibling_contrasts`):
:math:`z_t` of (G of V), :math:`z_v` of (L of G), :math:`z_o` of (O of V), each scaled by the contest's own bulk,

.. math:: \varphi_x = \max(1, \mathrm{median}(z_x^2) / .4549), \qquad
          (a, b, o) = z_{t,v,o} / \sqrt{\varphi_{t,v,o}}, \qquad m = \min(a, b),

the median over one unit of a two-unit place (the other is its mirror) and all units of larger ones. A unit is a
*candidate* at c if m > c and \|o\| < 2.5. :math:`1 - \Phi(m)` is an intersection-union p-value: right if at most
one of turnout and share departs honestly, whatever their dependence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri

from recanvass.kernels.sibling_contrasts import log_negative_binomial_tail, signed_roots
from recanvass.results import Counts, Results

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: The median of a squared standard normal deviate.
MEDIAN_SQUARE = 0.4549
#: The scale is held at this where siblings of the system are known to agree better (heavy stuffing inflates it).
LARGEST_SCALE = 2.0
#: Others' votes a registered voter must stay within this many standard deviations.
OTHERS_STAY = 2.5
#: Pooled turnout and share must lie between this and one less it.
EDGE = 0.03
#: Levels at which candidates are counted, and the rate of gross errors allowed at each.
LEVELS: Mapping[float, float] = {3.5: 2e-4, 2.25: 1.5e-3}
#: Where the list of units may begin.
CUTS: Floats = np.arange(20, 81) / 10
#: The correlation of turnout and share that honest siblings may have.
HONEST_CORRELATION = 0.10
#: What gross errors add to the p-value of a single unit.
ERROR_RATE = 3e-4
LN10 = math.log(10.0)


@dataclass(frozen=True)
class Units:
    """The units of divided places that may be compared, place after place.

    ``rows`` are positions in the results, ``place`` counts from 0 and ``starts`` says where each begins; ``once``
    marks one unit of each two-unit place and all of the larger ones.
    """

    rows: Counts
    place: Counts
    starts: Counts
    once: Mask
    registered: Counts
    ballots: Counts

    def __len__(self) -> int:
        return len(self.rows)

    def whole(self, values: Counts) -> Counts:
        """The sum over the place of each unit; ``(n,)``."""
        sums: Counts = np.add.reduceat(values, self.starts)[self.place] if len(values) else values
        return sums


@dataclass(frozen=True)
class Deviations:
    """One option at the units that can tell: ``use`` among `Units`, then scaled deviations at those.

    ``turnout``, ``share`` and ``others`` are a, b and o; ``scales`` the three factors before any cap, ``held``
    after it; ``correlation`` that of a and b about zero, over ``pairs`` units with both below 3.
    """

    option: int
    use: NDArray[np.intp]
    votes: Counts
    turnout: Floats
    share: Floats
    others: Floats
    scales: tuple[float, float, float]
    held: tuple[float, float, float]
    correlation: float
    pairs: int
    places: int

    def __len__(self) -> int:
        return len(self.use)

    @property
    def least(self) -> Floats:
        """The smaller of a and b of each unit, called m; minus infinity where others' votes moved too."""
        return np.where(np.abs(self.others) < OTHERS_STAY, np.minimum(self.turnout, self.share), -np.inf)

    def candidates(self, cut: float) -> int:
        """How many units lie beyond the cut."""
        return int((self.least > cut).sum())


def units(results: Results, places: Counts, registered: int, ballots: int, balance: float) -> Units:
    """The units to compare: large enough, in places of two or more, with lists of about one size.

    Parameters
    ----------
    places : (n,) int64
        The place of each station, -1 for none.
    registered, ballots : int
        Least figures of a unit.
    balance : float
        The smallest list over the largest of a place, at least.
    """
    size, cast = results.whole("registered"), results.whole("ballots")
    assert size is not None
    assert cast is not None
    use = results.known("registered", "ballots", "votes") & (places >= 0)
    use &= (size >= max(registered, 1)) & (cast >= max(ballots, 1)) & (cast <= size)
    rows = np.flatnonzero(use)
    names = results.places["station"].codes[rows] if "station" in results.places else rows * 0
    rows = rows[np.lexsort((cast[rows], size[rows], names, places[rows]))]
    _, place, count = np.unique(places[rows], return_inverse=True, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(count)])[:-1]
    if rows.size:
        ratio = np.minimum.reduceat(size[rows], starts) / np.maximum.reduceat(size[rows], starts)
        kept = ((count >= 2) & (ratio >= balance))[place]
        rows, place = rows[kept], place[kept]
    _, place, count = np.unique(place, return_inverse=True, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(count)])[:-1].astype(np.int64)
    first = np.zeros(rows.size, dtype=np.bool_)
    first[starts[: len(count)]] = True
    once = first | (count[place] > 2) if rows.size else first
    return Units(rows, place.astype(np.int64), starts, once, size[rows], cast[rows])


def deviations(results: Results, found: Units, option: int, *, capped: bool, dropped: Mask | None = None) -> Deviations:
    """The scaled deviations of one option; ``dropped`` units (earlier contests explain them) are no candidates."""
    votes = results.votes[found.rows, option]
    bad = ~results.stood(option)[found.rows] | (votes < 0) | (votes > found.ballots)
    size, cast, mine = (found.whole(x) for x in (found.registered, found.ballots, np.where(bad, 0, votes)))
    able = found.whole(bad.astype(np.int64)) == 0
    able &= (cast > EDGE * size) & (cast < (1 - EDGE) * size) & (mine > EDGE * cast) & (mine < (1 - EDGE) * cast)
    use = np.flatnonzero(able)
    v, g, own = found.registered[use], found.ballots[use], votes[use]
    rest_v, rest_g, rest_own = size[use] - v, cast[use] - g, mine[use] - own
    roots = (
        signed_roots(g, v, rest_g, rest_v),
        signed_roots(own, g, rest_own, rest_g),
        signed_roots(g - own, v, rest_g - rest_own, rest_v),
    )
    once = found.once[use]
    scales = tuple(_scale(root[once]) for root in roots)
    held = tuple(min(s, LARGEST_SCALE) if capped else s for s in scales)
    a, b, o = (root / math.sqrt(s) for root, s in zip(roots, held, strict=True))
    inside = once & (np.abs(a) < 3) & (np.abs(b) < 3)
    norm = math.sqrt(float((a[inside] ** 2).sum()) * float((b[inside] ** 2).sum()))
    correlation = float((a[inside] * b[inside]).sum()) / norm if norm > 0 else 0.0
    if dropped is not None:
        o = np.where(dropped[use], np.inf, o)
    places = int(np.unique(found.place[use]).size)
    return Deviations(
        option,
        use,
        own,
        a,
        b,
        o,
        (scales[0], scales[1], scales[2]),
        (held[0], held[1], held[2]),
        correlation,
        int(inside.sum()),
        places,
    )


def _scale(roots: Floats) -> float:
    return max(1.0, float(np.median(roots**2)) / MEDIAN_SQUARE) if roots.size else 1.0


def tail(candidates: int, placebo: int, size: int, rate: float) -> float:
    r"""log10 of the chance of so many candidates when the most that a placebo has is ``placebo``.

    Negative binomial with the mean :math:`\max(K_{placebo}, \epsilon n) + 1/2` and the size
    :math:`\min(4, 1 + K_{placebo})`: an honest option's rate of gross errors may differ from a placebo's.
    """
    mean = max(placebo, rate * size) + 0.5
    return float(log_negative_binomial_tail(candidates, mean, float(min(4, 1 + placebo)))) / LN10


def combined(lead: Deviations, decoys: Sequence[Deviations], *, bulk: bool) -> tuple[float, dict[str, float]]:
    """log10 of the contest's p-value and of its parts; the smallest, times their number."""
    parts = {}
    for level, rate in LEVELS.items():
        placebo = max((d.candidates(level) for d in decoys), default=0)
        parts[f"tail_{level}"] = tail(lead.candidates(level), placebo, len(lead), rate)
    if bulk:
        excess = (lead.correlation - HONEST_CORRELATION) * math.sqrt(lead.pairs)
        parts["agreement"] = float(log_ndtr(-excess)) / LN10
    smallest = min(parts.values()) + math.log10(len(parts))
    return min(0.0, smallest), parts


def beyond(one: Deviations) -> Counts:
    """Candidates at each of `CUTS`."""
    least = np.sort(one.least)
    return (len(least) - np.searchsorted(least, CUTS, side="right")).astype(np.int64)


def cut_of(lead: Counts, decoys: Sequence[Counts], rate: float) -> float | None:
    """The smallest cut at which :math:`(1 + K_{placebo}) / K_{lead}` is at most the rate; None if there is none."""
    placebo = np.max(np.stack(decoys), axis=0) if decoys else np.zeros_like(lead)
    good = (lead > 0) & (1 + placebo <= rate * lead)
    return float(CUTS[np.argmax(good)]) if good.any() else None


def extra_votes(
    found: Units, lead: Deviations, chosen: NDArray[np.intp], level: float
) -> tuple[Floats, Floats, Floats]:
    """Lower bound, estimate and upper bound of ballots added at the chosen units, the rest of each place clean.

    Parameters
    ----------
    chosen : (r,) int
        Positions in ``lead``.
    level : float
        The rate at which a bound of a listed unit may fail (false coverage rate; Benjamini and Yekutieli 2005).
    """
    use = lead.use[chosen]
    v, g, own = found.registered[use].astype(float), found.ballots[use].astype(float), lead.votes[chosen].astype(float)
    votes = np.zeros(len(found), dtype=np.int64)
    votes[lead.use] = lead.votes
    rest_v, rest_g, rest_own = (
        (found.whole(x)[use] - y) for x, y in ((found.registered, v), (found.ballots, g), (votes, own))
    )
    t, s = (rest_g + 0.5) / (rest_v + 1), (rest_own + 0.5) / (rest_g + 1)
    by_turnout, by_share = g - v * t, (own - s * g) / (1 - s)
    var_t = lead.held[0] * t * (1 - t) * v * (1 + v / rest_v)
    var_s = lead.held[1] * s * (1 - s) * g * (1 + g / rest_g) / (1 - s) ** 2
    estimate = (by_turnout / var_t + by_share / var_s) / (1 / var_t + 1 / var_s)
    z = float(ndtri(1 - level * len(chosen) / len(lead)))
    low = np.minimum(by_turnout - z * np.sqrt(var_t), by_share - z * np.sqrt(var_s))
    high = np.maximum(by_turnout + z * np.sqrt(var_t), by_share + z * np.sqrt(var_s))
    return np.maximum(low, 0.0), estimate, np.maximum(high, 0.0)


def chance_seen(found: Units, lead: Deviations, dose: float, cut: float, most: int = 4000) -> tuple[float, float]:
    """The chance that a unit given ``dose`` of its register in ballots becomes a candidate, and those ballots.

    Averaged over the units (an even choice of ``most`` where there are more); the dose is no more than those
    who stayed at home. The rest of the place is at the place's own rates.
    """
    use = lead.use[:: max(1, -(-len(lead) // most))]
    votes = np.zeros(len(found), dtype=np.int64)
    votes[lead.use] = lead.votes
    size, cast, mine = (found.whole(x)[use] for x in (found.registered, found.ballots, votes))
    v, rest = found.registered[use], size - found.registered[use]
    g, rest_g = (np.rint(x * (cast / size)).astype(np.int64) for x in (v, rest))
    own, rest_own = (np.rint(x * (mine / cast)).astype(np.int64) for x in (g, rest_g))
    added = np.minimum(np.rint(dose * v).astype(np.int64), v - g)
    a = signed_roots(g + added, v, rest_g, rest) / math.sqrt(lead.held[0])
    b = signed_roots(own + added, g + added, rest_own, rest_g) / math.sqrt(lead.held[1])
    seen = ndtr(a - cut) * ndtr(b - cut) * (1 - 2 * ndtr(-OTHERS_STAY))
    return float(seen.mean()), float(added.mean())


def units_needed(found: Units, lead: Deviations, decoys: Sequence[Deviations], dose: float, parts: int) -> int | None:
    """How many units with this dose give p <= 1e-3 on average; None where no number of them does."""
    best: int | None = None
    for level, rate in LEVELS.items():
        chance, _ = chance_seen(found, lead, dose, level)
        placebo = max((d.candidates(level) for d in decoys), default=0)
        need, step = 1, 1
        while tail(need, placebo, len(lead), rate) > -3 - math.log10(parts) and need < len(lead):
            need, step = need + step, step * 2
        low = need - step // 2
        while low < need:
            middle = (low + need) // 2
            if tail(middle, placebo, len(lead), rate) > -3 - math.log10(parts):
                low = middle + 1
            else:
                need = middle
        wanted = need / chance if chance > 0 else math.inf
        if wanted <= len(lead) / 2 and (best is None or wanted < best):
            best = math.ceil(wanted)
    return best
