"""The same question asked of options that nobody singled out: shown beside the leader's, never counted.

Where a method singles out the leader, a feature of the leader's figures alone says more than one
that every option has. So its statistic is computed in the same way for up to three other options
of at least 5 per cent of the votes, the largest first. Of two options the second mirrors the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from recanvass.results import Results

#: The most options that are shown, and the least share of all votes, in per cent, that makes one a placebo.
MOST, LEAST_PERCENT = 3, 5


def others(results: Results, chosen: int, most: int = MOST) -> tuple[int, ...]:
    """The options that serve as placebos, the largest first; of equal ones the first by name."""
    votes = [results.totals[option] for option in results.options]
    large = [j for j, v in enumerate(votes) if j != chosen and v > 0 and 100 * v >= LEAST_PERCENT * sum(votes)]
    return tuple(sorted(large, key=lambda j: (-votes[j], results.options[j]))[: max(most, 0)])


def rows(
    results: Results, chosen: int, measured: Callable[[int], Mapping[str, Any] | None], most: int = MOST
) -> list[dict[str, Any]]:
    """The table ``placebo`` of a method: one row an option that could be measured.

    Parameters
    ----------
    results : Results
    chosen : int
        The option that the method singles out.
    measured : callable
        Gives the method's figures for an option as plain values, or None where it has none.
    most : int
    """
    found = ((results.options[j], measured(j)) for j in others(results, chosen, most))
    return [{"option": option, **row} for option, row in found if row is not None]
