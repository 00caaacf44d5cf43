"""The order of rows by all their columns, made fast: columns share a sort key, and only ties are sorted again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def sorted_rows(columns: Sequence[Integers]) -> Integers:
    """The rows in the order of ``numpy.lexsort``: by the last column, then by the one before it, and so on.

    Parameters
    ----------
    columns : sequence of (n,) int64
        At least one, of at least one row.

    Returns
    -------
    (n,) int64
        Rows that are equal in every column stand in any order.
    """
    keys = _packed(columns)
    order = np.argsort(keys[-1])
    last = keys[-1][order]
    equal = last[1:] == last[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    rows = order[tied]
    order[tied] = rows[np.lexsort([key[rows] for key in keys])]
    return order


def _packed(columns: Sequence[Integers]) -> list[Integers]:
    """Fewer sort keys in the same order: neighbouring columns share one integer as long as they fit into it."""
    keys: list[Integers] = []
    room = 0
    for column in columns:
        lowest = int(column.min())
        bits = max(1, (int(column.max()) - lowest).bit_length())
        if keys and bits <= room and lowest >= 0:
            keys[-1] = keys[-1] + (column << (62 - room))
            room -= bits
        else:
            keys.append(column)
            room = 62 - max(1, int(column.max()).bit_length()) if lowest >= 0 else 0
    return keys
