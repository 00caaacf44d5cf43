"""Moran's index of two rows of eight stations, by hand, with the pair sums of its definition.

``python tests/references/spatial_association.py`` prints the reference values.
"""

from __future__ import annotations


def moran(values: list[float], reach: int) -> float:
    """Moran's index; the neighbours of a station are the next ones, up to ``reach`` away."""
    n = len(values)
    mean = sum(values) / n
    gap = [v - mean for v in values]
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and abs(i - j) <= reach]
    return n / len(pairs) * sum(gap[i] * gap[j] for i, j in pairs) / sum(g * g for g in gap)


if __name__ == "__main__":
    print("eight stations", moran([1, 2, 3, 4, 5, 6, 7, 8], 1))
    print("alternating", moran([1, 2] * 4, 1))
