"""The picture of turnout by the hour: a line a territory, each named at its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recanvass.wording import number

Spec = dict[str, Any]


def hour_layers(words: Mapping[str, Any], hours: list[float]) -> Spec:
    """Turnout by the hour, a line a territory, named at its end.

    Fields: ``kind`` (``point``, ``label``), ``hour``, ``percent``, ``territory``, ``label``; made by `labelled`.
    """
    x = {
        "field": "hour",
        "type": "quantitative",
        "title": words["hour"],
        "scale": {"zero": False, "nice": False},
        "axis": {"values": hours, "labelExpr": "floor(datum.value) + ':' + format(60 * (datum.value % 1), '02.0f')"},
    }
    y = {"field": "percent", "type": "quantitative", "title": words["turnout"], "scale": {"zero": False}}
    return {
        "layer": [
            {
                "transform": [{"filter": "datum.kind == 'point'"}],
                "mark": {"type": "line", "color": "observed", "point": {"filled": True, "color": "observed"}},
                "encoding": {"x": x, "y": y, "detail": {"field": "territory", "type": "nominal"}},
            },
            {
                "transform": [{"filter": "datum.kind == 'label'"}],
                "mark": {"type": "text", "align": "left", "dx": 8},
                "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}},
            },
            {
                "transform": [{"filter": "datum.kind == 'room'"}],
                "mark": {"type": "point", "opacity": 0},
                "encoding": {"x": x, "y": y},
            },
        ],
    }


def labelled(points: list[Spec], language: str = "en") -> list[Spec]:
    """The points of each territory by the hour, its name at the end of its line, and room for the names.

    Names that would lie on one another are moved apart, in the order of the lines' ends.
    """
    rows = [dict(p) | {"kind": "point", "label": ""} for p in sorted(points, key=lambda p: (p["territory"], p["hour"]))]
    if not rows:
        return []
    first, last = min(r["hour"] for r in rows), max(r["hour"] for r in rows)
    ends = {r["territory"]: r for r in rows}
    order = sorted(ends.values(), key=lambda r: (r["percent"], r["territory"]))
    spread = max(r["percent"] for r in rows) - min(r["percent"] for r in rows)
    heights = _apart([r["percent"] for r in order], max(0.5, spread / 16))
    room = {"kind": "room", "hour": last + 0.55 * max(1.0, last - first), "percent": order[-1]["percent"], "label": ""}
    names = [
        {"kind": "label", "hour": last, "percent": h, "territory": e["territory"],
         "label": f"{e['territory']} {number(e['percent'], 1, language)}"}
        for h, e in zip(heights, order, strict=True)
    ]  # fmt: skip
    return [*rows, *names, room | {"territory": ""}]


def _apart(heights: list[float], gap: float) -> list[float]:
    """Ascending heights moved as little as possible, by least squares, to lie at least ``gap`` apart."""
    blocks: list[list[float]] = []
    for k, height in enumerate(heights):
        blocks.append([height - k * gap])
        while len(blocks) > 1 and sum(blocks[-2]) / len(blocks[-2]) > sum(blocks[-1]) / len(blocks[-1]):
            last = blocks.pop()
            blocks[-1].extend(last)
    level = [sum(block) / len(block) for block in blocks for _ in block]
    return [height + k * gap for k, height in enumerate(level)]


__all__ = ["hour_layers", "labelled"]
