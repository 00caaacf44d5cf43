"""Whether two counts differ as a slip of the pen or the eye makes them differ.

The kinds are those that data-entry studies name: two neighbouring digits exchanged, one digit
misread, one digit lost or added. A slip is an innocent explanation that fits; it is not a
finding that a slip was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Slip = Literal["same", "exchanged digits", "misread digit", "lost or added digit", "other"]


def slip_between(one: int, other: int) -> Slip:
    """How two whole numbers differ, as the smallest slip that turns one into the other."""
    if one == other:
        return "same"
    a, b = str(one), str(other)
    if one < 0 or other < 0:
        return "other"
    if len(a) == len(b):
        apart = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        if len(apart) == 1:
            return "misread digit" if len(a) > 1 else "other"
        if len(apart) == 2 and apart[1] == apart[0] + 1 and a[apart[0]] == b[apart[1]] and a[apart[1]] == b[apart[0]]:
            return "exchanged digits"
        return "other"
    long, short = (a, b) if len(a) > len(b) else (b, a)
    dropped = (long[:i] + long[i + 1 :] for i in range(len(long)))
    return "lost or added digit" if len(long) == len(short) + 1 and short in dropped else "other"


def exchanged_columns(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two rows hold the same figures with exactly two of them in each other's place."""
    apart = [i for i, (x, y) in enumerate(zip(one, other, strict=True)) if x != y]
    return len(apart) == 2 and one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]]


__all__ = ["Slip", "exchanged_columns", "slip_between"]
