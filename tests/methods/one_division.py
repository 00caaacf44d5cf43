"""The hardest honest contest for methods that look for copies: one division of votes in each area."""

from __future__ import annotations

import numpy as np

from recanvass.results import Labels, Results


def one_division(seed: int = 0, *, areas: int, stations: int = 30, options: int, votes: tuple[int, int]) -> Results:
    """Areas of so many stations; a station has from ``votes[0]`` to below ``votes[1]`` votes."""
    rng = np.random.default_rng(seed)
    rates = rng.dirichlet(np.full(options, 3.0), areas).repeat(stations, axis=0)
    counted = rng.multinomial(rng.integers(*votes, areas * stations), rates)
    area = np.repeat(np.arange(areas), stations)
    places = {
        "district": Labels.of([f"District {a:02d}" for a in area]),
        "station": Labels.of([f"{i:05d}" for i in range(len(area))]),
    }
    return Results(tuple("ABCDEFGH"[:options]), counted.astype(np.int64), places=places)
