r"""How many stations were given a round figure, and how likely each of an area's is to be one of them.

A part :math:`\lambda` of the stations was given the count nearest to a whole percentage, a part
:math:`\varphi` of these to a multiple of five; the others were counted. By the chances
:math:`q_{i1}, q_{i2}` of the two kinds under counting, a station contributes to the likelihood

.. math:: 1 - \lambda, \quad 1 - \lambda + \lambda (1 - \varphi) / q_{i1}, \quad
          1 - \lambda + \lambda \varphi / q_{i2}

as its count is nearest to neither, to a whole percentage, to a multiple of five. The logarithm is concave
in :math:`(\lambda (1 - \varphi), \lambda \varphi)`, so the profile over λ has one summit. The number of
stations is N λ at the summit, with the interval on which the profile is within 1.92 of it. A station's
chance is averaged over λ and φ, both uniform beforehand, so that an area of a dozen stations does not pass
for known. One λ stands for stations of every size, as may hold where one hand wrote, in an area; in a whole
country it does not (Russia 2018: twice as often from 300 to 1,200 voters as above), so none is given there.
It is a chance given that this model holds; it accuses nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass.results import Counts, Results
from recanvass.rounding import Scan
from recanvass.whole_percentages import Look, Pair

Floats = NDArray[np.float64]

#: Half the 95 % point of chi-square with one degree of freedom.
DROP = 1.9207

#: Values of φ, and of λ in each of two passes.
FIVES, PARTS = np.linspace(0.0, 1.0, 21), 81

#: Areas whose stations are shown, and stations of each.
AREAS, STATIONS = 10, 30

#: Ratios are told apart by this much of their logarithm.
WIDTH = 0.01


@dataclass(frozen=True)
class _Ratios:
    """The likelihood ratios 1 / q of the nearest counts, grouped: values and how often, by kind."""

    size: int
    values: tuple[Floats, Floats]
    times: tuple[Counts, Counts]


def _grouped(kind: Counts, near: Floats) -> _Ratios:
    values, times = [], []
    for k in (1, 2):
        steps = np.rint(-np.log(np.maximum(near[kind == k, k - 1], 1e-12)) / WIDTH)
        value, count = np.unique(steps, return_counts=True)
        values.append(np.exp(WIDTH * value))
        times.append(count)
    return _Ratios(len(kind), (values[0], values[1]), (times[0], times[1]))


def _likelihood(ratios: _Ratios, parts: Floats) -> Floats:
    """The log-likelihood; ``(len(parts), len(FIVES))``, with parts below 1."""
    rest = 1.0 - parts
    bare = ratios.size - sum(int(times.sum()) for times in ratios.times)
    total = np.repeat((bare * np.log(rest))[:, None], len(FIVES), axis=1)
    for values, times, chosen in zip(ratios.values, ratios.times, (1.0 - FIVES, FIVES), strict=True):
        mixed = rest[:, None, None] + (parts[:, None] * chosen)[:, :, None] * values
        total += np.log(mixed) @ times
    found: Floats = total
    return found


def number(kind: Counts, near: Floats) -> tuple[float, float, float]:
    """The stations that were given a round figure: the summit, and the ends of the 95 % interval."""
    size = len(kind)
    ratios = _grouped(kind, near)
    low, high = 0.0, 1.0 - 1e-9
    for _ in range(2):
        parts = np.linspace(low, high, PARTS)
        profile = _likelihood(ratios, parts).max(axis=1)
        inside = np.flatnonzero(profile >= profile.max() - DROP)
        best = float(parts[int(np.argmax(profile))])
        # The border lies between the last value outside and the first inside: the wider of the two.
        low, high = float(parts[max(inside[0] - 1, 0)]), float(parts[min(inside[-1] + 1, PARTS - 1)])
    return size * best, size * low, size * high


def chances(kind: Counts, near: Floats) -> Floats:
    """The chance of each station that its figure was chosen, λ and φ averaged out; ``(n,)``."""
    parts = (np.arange(PARTS) + 0.5) / PARTS
    weight = _likelihood(_grouped(kind, near), parts)
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    found = np.zeros(len(kind))
    for k, chosen in ((1, 1.0 - FIVES), (2, FIVES)):
        mine = kind == k
        ratio = 1.0 / np.maximum(near[mine, k - 1], 1e-12)
        written = (parts[:, None] * chosen)[:, :, None] * ratio
        found[mine] = np.einsum("pf,pfn->n", weight, written / (1.0 - parts[:, None, None] + written))
    return np.minimum(found, 1.0)


def _listed(looks: list[Look], scan: Scan) -> list[tuple[dict[str, Any], Look, Counts]]:
    by_name = {look.name: look for look in looks}
    first = [k for k, line in enumerate(scan.lines) if line["listed"]][:AREAS]
    return [(scan.lines[k], by_name[scan.lines[k]["look"]], scan.members[k]) for k in first]


def numbers(looks: list[Look], scan: Scan) -> list[dict[str, Any]]:
    """How many stations of the first listed areas were given a round figure, with the interval."""
    found = []
    for line, look, mine in _listed(looks, scan):
        value, low, high = number(look.kind[mine], look.near[mine])
        shown = {"stations": len(mine), "rounded": value, "low": low, "high": high}
        found.append({"area": line["area"], "look": line["look"], **shown})
    return found


def lines(results: Results, looks: list[Look], pairs: dict[str, Pair], scan: Scan) -> list[dict[str, Any]]:
    """The likeliest stations of the first listed areas, each with its figure and its chance."""
    found: list[dict[str, Any]] = []
    for line, look, mine in _listed(looks, scan):
        pair = pairs[line["look"]]
        chance = chances(look.kind[mine], look.near[mine])
        first = np.argsort(-chance, kind="stable")[:STATIONS]
        first = first[chance[first] > 0.5]
        rows = look.rows[mine[first]]
        for row, name, likely in zip(rows.tolist(), results.take(rows).stations, chance[first].tolist(), strict=True):
            part, whole = int(pair.part[row]), int(pair.whole[row])
            shown = {"station": name, "part": part, "whole": whole, "percentage": 100 * part / whole, "chance": likely}
            found.append({"area": line["area"], "look": line["look"], **shown})
    return found
