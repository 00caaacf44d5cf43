r"""The reference panel: what class C and D statistics are in clean real contests.

The null of such a statistic needs a world outside the contest, so its rank among clean real
contests is the only probability that is given: with :math:`K` contests of the panel, of which
:math:`r` have a value at least as large,

.. math:: p = \frac{1 + r}{1 + K}

which is a valid (conformal) p-value if the contest is exchangeable with the panel; with
:math:`K = 39` it cannot be smaller than .025, and it never raises a headline. The country of the
contest itself is left out. ``panel.json`` holds figures only and is made by ``benchmarks/panel.py``.

Methods that compare a contest with an earlier one are ranked among *pairs* of clean contests of one country, which
are counted apart from the contests. `UNRANKED` are those for which no clean contest with the figures they need is at
hand; their findings say so.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

#: Methods of class C and D without a panel; the phrase ``caveats.no_panel`` of each says why.
UNRANKED = ("ballot_sequence", "electronic_against_paper", "late_counts", "machine_counted_controls")


@dataclass(frozen=True)
class Rank:
    """Where a value stands among the clean contests: larger than ``below`` of ``contests``."""

    below: int
    contests: int
    largest: float

    @property
    def log10_p(self) -> float:
        """The conformal p-value, as a logarithm."""
        return math.log10((1 + self.contests - self.below) / (1 + self.contests))

    def facts(self) -> dict[str, Any]:
        """Plain values for the sentences."""
        return {"below": self.below, "contests": self.contests, "largest": self.largest}


@cache
def panel() -> Mapping[str, Any]:
    """The panel that ships: ``contests`` and ``pairs`` with their countries, and ``statistics`` of them by name."""
    path = resources.files("recanvass") / "panel.json"
    if not path.is_file():
        return {"contests": {}, "pairs": {}, "statistics": {}}
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def countries() -> dict[str, str]:
    """The country of each contest and each pair."""
    return {**panel()["contests"], **panel().get("pairs", {})}


def of_contests() -> dict[str, Mapping[str, float]]:
    """The statistics of single contests, those of pairs left out."""
    paired: Mapping[str, str] = panel().get("pairs", {})
    return {name: values for name, values in panel()["statistics"].items() if not set(values) & set(paired)}


def rank(method: str, quantity: str, value: float, country: str = "") -> Rank:
    """The rank of a value of a method's quantity among clean contests, or pairs of them, of other countries."""
    values: Mapping[str, float] = panel()["statistics"].get(f"{method}.{quantity}", {})
    contests = countries()
    others = [v for name, v in values.items() if not country or contests.get(name) != country]
    return Rank(sum(v < value for v in others), len(others), max(others, default=0.0))


def left_out(statistic: str) -> dict[str, float]:
    """By country: the share of its clean contests that would be called larger than all of other countries.

    Parameters
    ----------
    statistic : str
        ``<method>.<quantity>``.

    Returns
    -------
    dict of str to float
        Each country that has the statistic; with exchangeable countries their mean is 1 over their number.
    """
    values: Mapping[str, float] = panel()["statistics"][statistic]
    contests = countries()
    method, quantity = statistic.split(".", 1)
    above: dict[str, list[bool]] = {}
    for name, value in values.items():
        found = rank(method, quantity, value, contests[name])
        if found.contests:
            above.setdefault(contests[name], []).append(found.below == found.contests)
    return {country: sum(each) / len(each) for country, each in above.items()}


def natural_range(method: str, quantity: str, country: str = "", tail: float = 0.03) -> tuple[float, float] | None:
    """What a quantity ranges over in clean contests of other countries, each country counting alike.

    Parameters
    ----------
    method, quantity : str
        As for `rank`.
    country : str
        The contest's own country, left out.
    tail : float
        What is cut off at either end.

    Returns
    -------
    (float, float) or None
        None where the panel has fewer than five such countries.
    """
    values: Mapping[str, float] = panel()["statistics"].get(f"{method}.{quantity}", {})
    contests = countries()
    homes = {name: contests[name] for name in values if not country or contests[name] != country}
    if len(set(homes.values())) < 5:
        return None
    sizes = Counter(homes.values())
    ordered = sorted((values[name], 1.0 / (sizes[home] * len(sizes))) for name, home in homes.items())
    below, low, high = 0.0, ordered[0][0], ordered[-1][0]
    for value, weight in ordered:
        low = value if below <= tail else low
        below += weight
        if below >= 1.0 - tail:
            return low, value
    return low, high
