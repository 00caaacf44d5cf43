r"""How many stations to observe, how they are spread, and what that could show.

The unit is the station. With a standard deviation :math:`s` of an option's share between stations
(weighted by their votes), :math:`n` of :math:`N` stations drawn by lot give the margin

.. math:: e = z s \sqrt{\frac{1 - n/N}{n}}, \qquad n_0 = (z s / e)^2, \quad n = \frac{n_0}{1 + n_0/N},

Cochran 1977, chapters 2 and 4; the parallel vote tabulations of Estok, Nevitte and Cowan 2002 take
:math:`s = 1/2`, the worst there can be. A design effect says the same in another currency:
:math:`s^2 = d\,p(1-p)/\bar m` with :math:`\bar m` votes a station. From an earlier contest of the same
territory both are measured, inside strata, instead of assumed.

An observer's eyes are a different question: :math:`n` watched stations hold at least one of :math:`k`
that were manipulated with the hypergeometric probability
:math:`1 - \binom{N-k}{n} / \binom{N}{n}`. And if observers change what happens, the smallest
difference between watched and unwatched stations that is seen four times out of five at the 5 %
level is :math:`2.8\, s \sqrt{1/n + 1/(N-n)}`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from recanvass.errors import UsageError
from recanvass.results import Results

#: 1.96 + .84: a two-sided test at 5 % that sees it four times out of five.
SEEN_FOUR_OF_FIVE = 2.8016


@dataclass(frozen=True)
class Heterogeneity:
    """How much stations differ.

    Parameters
    ----------
    spread : float
        Standard deviation of the share between stations, inside strata, weighted by votes.
    share : float
    votes : float
        Mean votes a station.
    design_effect : float
        Variance over that of as many voters drawn one by one.
    measured : bool
        From an earlier contest, or assumed.
    """

    spread: float
    share: float = 0.5
    votes: float = 500.0
    design_effect: float = 0.0
    measured: bool = False


@dataclass(frozen=True)
class Plan:
    """A plan of observation.

    Parameters
    ----------
    stations : int
        To be drawn.
    frame : int
        Stations there are.
    margin : float
        Half of the interval of an option's share at ``level``.
    level : float
    allocation : mapping of str to int
        Stations to be drawn in each stratum; at least two where there are two.
    spare : int
        Further stations to draw so that the plan holds if ``silent`` of them do not report.
    smallest_effect : float
        The smallest difference between watched and unwatched stations that would be seen.
    sure_extent : int
        From so many manipulated stations on, one of them is watched with probability 95 %.
    heterogeneity : Heterogeneity
    """

    stations: int
    frame: int
    margin: float
    level: float
    heterogeneity: Heterogeneity
    allocation: Mapping[str, int] = field(default_factory=dict)
    silent: float = 0.0
    spare: int = 0
    smallest_effect: float | None = None
    sure_extent: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def assumed(design_effect: float, votes: float, share: float = 0.5) -> Heterogeneity:
    """Heterogeneity from a design effect: 5 to 14 in Russian contests, 1 if stations were alike.

    Raises `UsageError` unless the effect and the votes a station are above 0 and the share is between 0 and 1.
    """
    if not (design_effect > 0 and votes > 0 and 0 < share < 1):
        raise UsageError(
            f"A design effect of {design_effect}, {votes} votes a station and a share of {share} were given;"
            " the first two must be above 0 and the share between 0 and 1."
        )
    spread = math.sqrt(design_effect * share * (1 - share) / votes)
    return Heterogeneity(min(0.5, spread), share, votes, design_effect)


def measured(earlier: Results, option: str | None = None, level: str = "") -> Heterogeneity:
    """Heterogeneity of an option (the leader unless named) in an earlier contest, inside strata.

    Raises
    ------
    UsageError
        If the option did not stand or fewer than two stations can be compared.
    """
    if option is not None and option not in earlier.options:
        raise UsageError(f"{option!r} is not an option of the earlier contest; those are {list(earlier.options)}.")
    valid = earlier.whole("valid")
    if valid is None or not len(earlier):
        raise UsageError("The earlier contest has no votes by station; give a design effect instead.")
    chosen = earlier.leader if option is None else earlier.options.index(option)
    usable = earlier.known("votes", "valid") & (valid > 0) & (earlier.votes[:, chosen] >= 0)
    areas = earlier.areas(level) if level in earlier.places else earlier.areas("contest")
    votes, base = earlier.votes[:, chosen].astype(np.float64), valid.astype(np.float64)
    squares = freedom = 0.0
    mean = float(base[usable].mean()) if usable.any() else 0.0
    for _, rows in areas:
        kept = rows[usable[rows]]
        if len(kept) >= 2:
            share = votes[kept].sum() / base[kept].sum()
            squares += float(((votes[kept] - share * base[kept]) ** 2).sum()) / mean**2
            freedom += len(kept) - 1
    if not freedom:
        raise UsageError(
            "Fewer than two stations of the earlier contest can be compared; give a design effect instead."
        )
    whole = float(votes[usable].sum() / base[usable].sum())
    spread = math.sqrt(squares / freedom)
    alone = whole * (1 - whole) / mean
    return Heterogeneity(spread, whole, mean, spread**2 / alone if alone > 0 else 1.0, measured=True)


def margin_of(stations: int, frame: int, spread: float, level: float = 0.95) -> float:
    """The margin, a part of 1, of so many stations drawn by lot from a frame; `UsageError` if these are fewer."""
    _positive(stations, frame)
    if stations > frame:
        raise UsageError(f"{stations} stations cannot be drawn from {frame}; give a smaller number.")
    return _z(level) * spread * math.sqrt((1 - stations / frame) / stations)


def stations_needed(margin: float, frame: int, spread: float, level: float = 0.95) -> int:
    """The fewest stations, drawn by lot from a frame, that give a margin (.02 is two points) or less.

    Raises `UsageError` for a margin that is not between 0 and 1.
    """
    _positive(frame)
    if not 0 < margin < 1:
        raise UsageError(f"The margin is {margin}; it must lie between 0 and 1 (0.02 is two points).")
    wanted = (_z(level) * spread / margin) ** 2
    return max(1, min(frame, math.ceil(wanted / (1 + wanted / frame) - 1e-9)))


def allocation(strata: Mapping[str, int], stations: int) -> dict[str, int]:
    """Stations by stratum in proportion to its stations (largest remainders), two where possible.

    Two are the least from which a variance can be had, so small strata may make the sum larger.
    """
    total = sum(strata.values())
    if total <= 0 or any(n < 0 for n in strata.values()):
        raise UsageError("The strata hold no stations; give the number of stations of each.")
    exact = {name: stations * n / total for name, n in strata.items()}
    given = {name: math.floor(x) for name, x in exact.items()}
    rest = min(stations, total) - sum(given.values())
    for name in sorted(exact, key=lambda n: (given[n] - exact[n], n))[: max(0, rest)]:
        given[name] += 1
    return {name: min(strata[name], max(given[name], min(2, strata[name]))) for name in strata}


def chance_of_seeing(stations: int, frame: int, manipulated: int) -> float:
    """The chance that at least one of the manipulated stations is among those watched by lot."""
    _positive(frame)
    if manipulated <= 0 or stations <= 0:
        return 0.0
    if stations + manipulated > frame:
        return 1.0
    none = sum(math.log1p(-stations / (frame - i)) for i in range(manipulated))
    return -math.expm1(none)


def sure_extent(stations: int, frame: int, chance: float = 0.95) -> int | None:
    """From how many manipulated stations on one of them is watched with this chance."""
    low, high = 1, frame
    if chance_of_seeing(stations, frame, frame) < chance:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if chance_of_seeing(stations, frame, middle) >= chance else (middle + 1, high)
    return low


def smallest_effect(stations: int, frame: int, spread: float) -> float | None:
    """The smallest difference between watched and unwatched stations that is seen four times of five."""
    if not 0 < stations < frame:
        return None
    return SEEN_FOUR_OF_FIVE * spread * math.sqrt(1 / stations + 1 / (frame - stations))


def plan(
    frame: int | Mapping[str, int],
    heterogeneity: Heterogeneity,
    *,
    margin: float | None = None,
    stations: int | None = None,
    level: float = 0.95,
    silent: float = 0.0,
) -> Plan:
    """A plan for a margin, or what a number of stations gives.

    Parameters
    ----------
    frame : int or mapping of str to int
        Stations there are, in all or by stratum.
    heterogeneity : Heterogeneity
        `measured` in an earlier contest, or `assumed`.
    margin, stations : float, int
        One of the two.
    level : float
        Confidence.
    silent : float
        The part of the drawn stations that is expected not to report.

    Raises
    ------
    UsageError
        If neither or both are given, or the numbers are impossible.
    """
    if (margin is None) == (stations is None):
        raise UsageError("Give either the margin that is wanted or the number of stations, not both.")
    if not 0 <= silent < 1:
        raise UsageError(f"The part expected to be silent is {silent}; it must be at least 0 and below 1.")
    strata = dict(frame) if isinstance(frame, Mapping) else {}
    total = sum(strata.values()) if strata else int(frame) if isinstance(frame, int) else 0
    _positive(total)
    spread = heterogeneity.spread
    wanted = stations if stations is not None else stations_needed(margin or 0.0, total, spread, level)
    spread_over = allocation(strata, wanted) if strata else {}
    drawn = sum(spread_over.values()) or wanted
    return Plan(
        drawn,
        total,
        margin_of(drawn, total, spread, level),
        level,
        heterogeneity,
        spread_over,
        silent,
        min(total - drawn, math.ceil(drawn / (1 - silent)) - drawn),
        smallest_effect(drawn, total, spread),
        sure_extent(drawn, total),
    )


def _z(level: float) -> float:
    from scipy import stats

    if not 0 < level < 1:
        raise UsageError(f"The confidence is {level}; it must lie between 0 and 1.")
    return float(stats.norm.ppf(0.5 + level / 2))


def _positive(*numbers: int) -> None:
    if min(numbers) < 1:
        raise UsageError(f"The number of stations is {min(numbers)}; it must be at least 1.")


__all__ = [
    "Heterogeneity",
    "Plan",
    "allocation",
    "assumed",
    "chance_of_seeing",
    "margin_of",
    "measured",
    "plan",
    "smallest_effect",
    "stations_needed",
    "sure_extent",
]
