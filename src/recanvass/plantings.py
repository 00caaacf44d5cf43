r"""The smallest manipulation that would have been seen, found by planting it into the contest itself.

A method plants so many stations of one of its own areas, :data:`TIMES` times over, and asks its own statistic of
each; a size counts as seen where at least :data:`ENOUGH` of the plantings pass the level. With 36 of 40 the one-sided
95 per cent bound of Clopper and Pearson (1934) of the true rate is .79, so that *8 times in 10* is no overstatement.

**Level.** The headline multiplies the smallest p-value by the number of methods of class B that could be asked
(`recanvass.statement`), and speaks at 1e-3. What is promised on page one must hold whatever that number is: it
is at most ten, so each method finds its sizes at :data:`HEADLINE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

#: The p-value of one method that raises the headline whichever others were asked.
HEADLINE = 1e-4

#: Plantings of each size, and how many of them must be seen.
TIMES, ENOUGH = 40, 36

#: Areas of about one size that are planted in.
AREAS = 8


def fewest(first: int, most: int, seen: Callable[[int], int]) -> int:
    """The first size from ``first`` on, in steps of a tenth, of which enough plantings are seen; 0 if none is.

    Parameters
    ----------
    first, most : int
        Where the search begins, and the largest size that there is room for.
    seen : callable
        How many of `TIMES` plantings of a size were seen.
    """
    size = max(1, first)
    while size <= most:
        if seen(size) >= ENOUGH:
            return size
        size += max(1, size // 10)
    return most if size - max(1, size // 11) < most and seen(most) >= ENOUGH else 0


def typical(sizes: Counts) -> tuple[int, Counts]:
    """The size of the area that the median station lies in, and the areas of about that size, at most `AREAS`.

    Parameters
    ----------
    sizes : (areas,) int64
        Stations of each area, one at least.
    """
    order = np.argsort(sizes, kind="stable")
    stations = np.cumsum(sizes[order])
    size = int(sizes[order[np.searchsorted(stations, (int(stations[-1]) + 1) // 2)]])
    close = np.flatnonzero(np.abs(sizes - size) <= size // 10)
    if len(close) > AREAS:
        close = close[np.linspace(0, len(close) - 1, AREAS).astype(np.int64)]
    return size, close


def drawn(sizes: Counts, planted: int, rng: np.random.Generator) -> Iterator[tuple[int, Counts]]:
    """For each planting the area (a position in ``sizes``) and the positions within it, by lot."""
    for k in range(TIMES):
        area = k % len(sizes)
        size = int(sizes[area])
        yield area, np.sort(rng.choice(size, size=min(planted, size), replace=False))


__all__ = ["AREAS", "ENOUGH", "HEADLINE", "TIMES", "drawn", "fewest", "typical"]
