"""What the comparison table shows in clean contests, real and simulated: figures only.

``comparison_panel.json`` is made by ``benchmarks/comparison_panel.py``. For each statistic and each role
of its column (``turnout``, ``leader``, ``other``) it holds contest, value and whether
a table with constants would colour it, of the clean real contests, and how many of the clean simulated ones
it would colour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def panel() -> Mapping[str, Any]:
    """The figures that ship; empty ones before they were made."""
    path = resources.files("recanvass") / "comparison_panel.json"
    if not path.is_file():
        return {"contests": {}, "rows": {}, "worlds": {}, "at_least_one": {}}
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def beside(role: str, statistic: str, country: str = "") -> dict[str, Any]:
    """Clean contests of other countries: how many rows, their range, how many coloured; and simulated ones.

    Empty where the panel has no such row.
    """
    held = panel()
    countries: Mapping[str, str] = held["contests"]
    rows: list[tuple[str, float, bool]] = [
        (contest, value, coloured)
        for contest, value, coloured in held["rows"].get(f"{role}.{statistic}", ())
        if not country or countries.get(contest) != country
    ]
    if not rows:
        return {}
    values = [value for _, value, _ in rows]
    made: dict[str, Any] = {
        "columns": len(rows),
        "contests": len({contest for contest, _, _ in rows}),
        "low": min(values),
        "high": max(values),
        "coloured": sum(coloured for _, _, coloured in rows),
    }
    worlds = held["worlds"].get(f"{role}.{statistic}")
    return made if worlds is None else made | {"worlds": worlds["columns"], "worlds_coloured": worlds["coloured"]}


def at_least_one() -> dict[str, Any]:
    """How many clean contests, real and simulated, have at least one coloured figure, and how many on average."""
    return dict(panel()["at_least_one"])
