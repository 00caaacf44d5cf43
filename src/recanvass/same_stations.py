"""The same stations in two contests, by their names.

Stations are the same if the whole path of names is, and it stands once in each table.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from recanvass.results import Counts, Results


def same_stations(results: Results, before: Results) -> tuple[Counts, Counts]:
    """Rows now and rows then of the stations whose whole path stands once in each table."""
    levels = [level for level in results.places if level in before.places]
    paths = []
    for table in (results, before):
        columns = [table.places[level].values() for level in levels]
        named = table.places["station"].codes >= 0
        keys = list(zip(*columns, strict=True))
        times = Counter(keys)
        paths.append({key: i for i, key in enumerate(keys) if named[i] and times[key] == 1})
    pairs = [(i, paths[1][key]) for key, i in paths[0].items() if key in paths[1]]
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


__all__ = ["same_stations"]
