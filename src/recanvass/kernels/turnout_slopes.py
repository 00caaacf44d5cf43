r"""How an option's votes grow with turnout: regression slopes, and the break-even share of busy stations.

Station i has :math:`V_i` registered voters, :math:`R_i` ballots, :math:`L_i` of them for the option and
:math:`O_i = R_i - L_i` others.

*Slopes* (Sobyanin and Sukhovolsky 1993): :math:`L/V` and :math:`O/V` regressed on :math:`R/V` with weights V.
They add up to one. If the support of those who vote does not depend on turnout they are the shares; a
slope of the option above one means that the others *lose* votes where turnout is higher.

*Break-even share*. In each group g the *core* is the quietest stations, those whose middle rank of
turnout (by registered voters) is at most ``high``. With :math:`l_c, o_c` the option's and the others' votes per
registered voter in the cores, each group counting by its registered voters, and
:math:`\bar l, \bar o` the same over all stations,

.. math:: b^* = \frac{\bar l - l_c}{(\bar l - l_c) + (\bar o - o_c)}, \qquad
          E(b) = \frac{(\bar l - l_c) - \frac{b}{1-b} (\bar o - o_c)}{\bar l} .

:math:`E(b)` is the part of the option's votes left over if a share b of the voters whom busy stations have
beyond quiet ones chose the option; it is zero at :math:`b^*`. With b the core's own share it is Shpilkin's
surplus with this core.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Core:
    """Votes per registered voter in the quiet stations and in all, ``(option, others)`` each."""

    quiet: tuple[float, float]
    overall: tuple[float, float]

    @property
    def share(self) -> float | None:
        """The option's share of the ballots in the quiet stations; None where there are no ballots."""
        whole = sum(self.quiet)
        return self.quiet[0] / whole if whole > 0 else None

    @property
    def break_even(self) -> float | None:
        """The share of the additional voters at which nothing is left over; None without such voters."""
        option, others = (a - q for a, q in zip(self.overall, self.quiet, strict=True))
        return option / (option + others) if option + others > 1e-12 else None

    def excess(self, share: float) -> float:
        """The part of the option's votes left over if this share (below 1) of additional voters chose it."""
        option, others = (a - q for a, q in zip(self.overall, self.quiet, strict=True))
        return (option - share / (1.0 - share) * others) / self.overall[0]


def slopes(option: Counts, others: Counts, registered: Counts) -> tuple[float, float] | None:
    """Slopes of option and others per registered voter on turnout, weighted by registered voters.

    Parameters
    ----------
    option, others, registered : (n,) int64
        Votes and registered voters, ``registered >= 1``.

    Returns
    -------
    (float, float) or None
        They add up to one. None where every station has the same turnout.
    """
    weight = registered.astype(np.float64)
    turnout = (option + others) / weight
    whole = weight.sum()
    middle = turnout - (weight * turnout).sum() / whole if whole > 0 else turnout
    spread = float((weight * middle**2).sum())
    if spread <= 1e-12 * max(whole, 1.0):
        return None
    return float((middle * option).sum()) / spread, float((middle * others).sum()) / spread


def middle_ranks(turnout: Floats, registered: Counts, groups: Counts) -> Floats:
    """The middle rank of each station's turnout in its group, from 0 to 1, by registered voters.

    Equal turnouts share one rank, so that the order of the rows does not matter.
    """
    order = np.lexsort((turnout, groups))
    t, g, v = turnout[order], groups[order], registered[order].astype(np.float64)
    new_group = np.concatenate([[True], g[1:] != g[:-1]]) if len(g) else np.zeros(0, bool)
    new_tie = new_group | np.concatenate([[True], t[1:] != t[:-1]]) if len(g) else new_group
    ties = np.cumsum(new_tie) - 1
    tied = np.bincount(ties, v)
    of_group = (np.cumsum(new_group) - 1)[new_tie]
    whole = np.bincount(of_group, tied)
    before = np.cumsum(tied) - tied
    before -= before[np.searchsorted(of_group, of_group)]
    ranks = np.empty(len(t))
    ranks[order] = ((before + tied / 2) / whole[of_group])[ties]
    return ranks


def core(option: Counts, others: Counts, registered: Counts, groups: Counts, high: float = 0.2) -> Core:
    """The quiet stations of each group against all stations.

    Parameters
    ----------
    option, others, registered : (n,) int64
        ``registered >= 1``, n at least 1.
    groups : (n,) int64
        The group of each station, from 0 on.
    high : float
        Stations with a middle rank up to this are the core; a group without any has its quietest.
    """
    ranks = middle_ranks((option + others) / registered, registered, groups)
    size = int(groups.max()) + 1
    least = np.full(size, np.inf)
    np.minimum.at(least, groups, ranks)
    quiet = (ranks <= high) | (ranks == least[groups])
    weight = np.bincount(groups, registered, size)
    inside = np.bincount(groups[quiet], registered[quiet], size)
    there = inside > 0
    whole = float(registered.sum())
    found = []
    for votes in (option, others):
        rate = np.bincount(groups[quiet], votes[quiet], size)[there] / inside[there]
        found.append(float((weight[there] * rate).sum()) / whole)
    return Core((found[0], found[1]), (float(option.sum()) / whole, float(others.sum()) / whole))
