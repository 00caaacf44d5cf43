"""What integer_percentages shows of its looks: tables, the series of the drawing, estimates."""

from __future__ import annotations

from math import log10
from typing import Any

import numpy as np

from recanvass import rounding
from recanvass.finding import Estimate
from recanvass.kernels import poisson_binomial
from recanvass.whole_percentages import Look, Pair


def line(one: Look) -> dict[str, Any]:
    """Whole percentages of a look against what counting gives."""
    excess = one.observed - one.expected
    return {
        "look": one.name,
        "stations": len(one.rows),
        "observed": one.observed,
        "expected": one.expected,
        "sd": one.sd,
        "excess": excess,
        "z": excess / one.sd if one.sd > 0 else 0.0,
        "log10_p": one.log10_p,
    }


def scored_line(one: Look) -> dict[str, Any]:
    """The line of a look with what the lattice says of it, where it has one."""
    if not len(one.kind):
        return line(one)
    return line(one) | rounding.nearest(one) | {"score_log10_p": rounding.contest_tail(one)}


def by_integer(looks: list[Look]) -> list[dict[str, Any]]:
    """Whole percentages at each integer."""
    return [
        {
            "look": one.name,
            "integer": m,
            "observed": int(one.observed_by_integer[m]),
            "expected": float(one.expected_by_integer[m]),
            "sd": float(np.sqrt(one.variance_by_integer[m])),
        }
        for one in looks
        if one.name != "either"
        for m in range(101)
        if one.expected_by_integer[m] > 0
    ]


def left_out(pairs: dict[str, Pair]) -> list[dict[str, Any]]:
    """Stations that are not looked at, by reason."""
    return [
        {"look": name, "reason": reason, "stations": count}
        for name, one in pairs.items()
        for reason, count in one.left_out.items()
        if count
    ]


def fives(looks: list[Look]) -> dict[str, float]:
    """The excess at multiples of five and at the other integers, over share and turnout."""
    excess = np.zeros(101)
    for one in looks:
        excess += one.observed_by_integer - one.expected_by_integer
    fives = np.arange(101) % 5 == 0
    return {"fives": float(excess[fives].sum()), "others": float(excess[~fives].sum())}


def series(looks: list[Look]) -> dict[str, Any]:
    """The saw of each look with its band of 99 per cent."""
    drawn: dict[str, Any] = {"integer": list(range(101))}
    for one in looks:
        if one.name != "either":
            spread = 2.576 * np.sqrt(one.variance_by_integer)
            drawn |= {
                f"{one.name}_observed": one.observed_by_integer.tolist(),
                f"{one.name}_expected": one.expected_by_integer.tolist(),
                f"{one.name}_low": np.maximum(one.expected_by_integer - spread, 0.0).tolist(),
                f"{one.name}_high": (one.expected_by_integer + spread).tolist(),
            }
    return drawn


def estimates(main: Look) -> tuple[Estimate, ...]:
    """The excess with its interval, and a lower bound of the stations that counting does not give.

    Of counts nearest to a whole percentage, by the published definition of whole percentages. Under
    planting the honest part is a subset of the stations, so that its quantile over all of them is
    not exceeded more often than stated.
    """
    if len(main.kind) and not len(main.weight):
        chance = np.minimum(main.near.sum(axis=1), 1.0)
        observed = float((main.kind > 0).sum())
    else:
        chance, observed = main.chance, main.observed
    expected = float(chance.sum()) if not len(main.weight) else main.expected
    sd = float(np.sqrt((chance * (1.0 - chance)).sum())) if not len(main.weight) else main.sd
    excess, spread = observed - expected, 1.96 * sd
    found = [Estimate("excess", excess, "stations", "estimate", excess - spread, excess + spread, 0.95)]
    if not len(main.weight):
        honest = poisson_binomial.threshold(chance, log10(0.05)) - 1
        bound = float(max(0, int(observed) - honest))
        found.append(Estimate("beyond_chance", bound, "stations", "lower bound", bound, None, 0.95))
    return tuple(found)
