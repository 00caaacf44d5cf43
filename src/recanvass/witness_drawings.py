"""The pictures of copies against totals: sums, a dumbbell by territory, the curve of selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from recanvass.contrasts import KNOWN
from recanvass.kernels.selection_bounds import selection_curve

Spec = dict[str, Any]


def dumbbell_layers(words: Mapping[str, Any]) -> Spec:
    """Share in the copies, announced, and implied where nobody saw, a line a territory.

    Fields: ``panel`` (``dumbbell``), ``territory``, ``option``, ``kind`` (``seen``, ``announced``,
    ``unseen``), ``percent``.
    """
    place = {"field": "place", "type": "nominal", "title": None, "sort": None}
    share = {"field": "percent", "type": "quantitative", "title": words["x"], "scale": {"domain": [0, 100]}}
    kinds = {
        "domain": [words["seen"], words["announced"], words["unseen"]],
        "range": ["observed", "context", "departure"],
    }
    shapes = {"domain": kinds["domain"], "range": ["square", "circle", "triangle-up"]}
    name = (
        f"datum.kind == 'seen' ? '{_quoted(words['seen'])}' : datum.kind == 'announced' ? "
        f"'{_quoted(words['announced'])}' : '{_quoted(words['unseen'])}'"
    )
    return {
        "transform": [
            {"filter": "datum.panel == 'dumbbell'"},
            {"calculate": name, "as": "shown"},
            {"calculate": f"(datum.territory || '{_quoted(words['contest'])}') + ', ' + datum.option", "as": "place"},
        ],
        "layer": [
            {
                "mark": {"type": "line", "color": "context", "strokeWidth": 2},
                "encoding": {"y": place, "x": share, "detail": {"field": "place", "type": "nominal"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "y": place,
                    "x": share,
                    "color": {"field": "shown", "type": "nominal", "title": None, "scale": kinds},
                    "shape": {"field": "shown", "type": "nominal", "title": None, "scale": shapes},
                },
            },
        ],
    }


def curve_layers(words: Mapping[str, Any]) -> Spec:
    """The share of everybody over the odds ratio of selection, with known contrasts as ticks.

    Fields: ``panel`` (``curve``), ``kind`` (``curve``, ``announced``, ``known``), ``ratio``,
    ``percent``, ``label``.
    """
    x = {"field": "ratio", "type": "quantitative", "title": words["curve_x"], "scale": {"type": "log"}}
    y = {"field": "percent", "type": "quantitative", "title": words["curve_y"], "scale": {"zero": False}}
    label = {"field": "label", "type": "nominal"}
    return {
        "transform": [{"filter": "datum.panel == 'curve'"}],
        "layer": [
            {
                "transform": [{"filter": "datum.kind == 'known'"}],
                "mark": {"type": "rule", "color": "context", "strokeDash": [4, 3]},
                "encoding": {"x": x, "tooltip": label},
            },
            {
                "transform": [{"filter": "datum.kind == 'curve'"}],
                "mark": {"type": "line", "color": "observed", "strokeWidth": 2},
                "encoding": {"x": x, "y": y},
            },
            {
                "transform": [{"filter": "datum.kind == 'announced'"}],
                "mark": {"type": "point", "filled": True, "size": 120, "color": "departure"},
                "encoding": {"x": x, "y": y},
            },
            {
                "transform": [{"filter": "datum.kind == 'announced'"}],
                "mark": {"type": "text", "align": "right", "dx": -10, "color": "departure", "text": words["mark"]},
                "encoding": {"x": x, "y": y},
            },
        ],
    }


def sums_layers(words: Mapping[str, Any]) -> Spec:
    """Votes in the copies beside the announced total and the most that it can hold.

    Fields: ``panel`` (``sums``), ``territory``, ``option``, ``kind`` (``copies``, ``announced``,
    ``most``), ``votes``.
    """
    kinds = {
        "domain": [words["copies"], words["announced_votes"], words["most"]],
        "range": ["departure", "context", "expected"],
    }
    name = (
        f"datum.kind == 'copies' ? '{_quoted(words['copies'])}' : datum.kind == 'announced' ? "
        f"'{_quoted(words['announced_votes'])}' : '{_quoted(words['most'])}'"
    )
    return {
        "transform": [
            {"filter": "datum.panel == 'sums'"},
            {"calculate": name, "as": "shown"},
            {"calculate": f"(datum.territory || '{_quoted(words['contest'])}') + ', ' + datum.option", "as": "place"},
        ],
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "place", "type": "nominal", "title": None, "sort": None},
            "yOffset": {"field": "shown", "type": "nominal", "sort": kinds["domain"]},
            "x": {"field": "votes", "type": "quantitative", "title": words["votes"]},
            "color": {"field": "shown", "type": "nominal", "title": None, "scale": kinds},
        },
    }


def pictures(records: list[Spec]) -> Spec:
    """Rows of the three pictures: sums where a share cannot be had or a sum is too large, shares, the curve.

    ``records`` are those of the table *territories* of `copies_against_totals`.
    """
    rows = []
    for r in records:
        if r["unseen_point"] is None or r["seen_share"] is None:
            continue
        for kind, share in (
            ("seen", r["seen_share"]),
            ("announced", r["announced_share"]),
            ("unseen", min(1.0, max(0.0, r["unseen_point"]))),
        ):
            rows.append(
                {
                    "panel": "dumbbell",
                    "territory": r["territory"],
                    "option": r["option"],
                    "kind": kind,
                    "percent": round(100 * share, 3),
                }
            )
    return {"sums": _sums(records), "dumbbell": rows, "curve": _curve(records)}


def _curve(records: list[Spec]) -> list[Spec]:
    whole = [r for r in records if not r["territory"] and r["odds_ratio"] and r["seen_part"]]
    if not whole:
        return []
    chosen = max(whole, key=lambda r: r["announced_share"])
    inverse = chosen["odds_ratio"] < 1
    most = max(6.0, 1.2 * (1 / chosen["odds_ratio"] if inverse else chosen["odds_ratio"]))
    ratios = [float(x) for x in np.geomspace(1.0, most, 60)]
    sign = -1 if inverse else 1
    curve = selection_curve(chosen["seen_share"], min(1.0, chosen["seen_part"]), [x**sign for x in ratios])
    rows: list[Spec] = [
        {"panel": "curve", "kind": "curve", "ratio": x, "percent": round(100 * share, 3), "label": chosen["option"]}
        for x, (_, share) in zip(ratios, curve, strict=True)
    ]
    needed = 1 / chosen["odds_ratio"] if inverse else chosen["odds_ratio"]
    rows.append(
        {
            "panel": "curve",
            "kind": "announced",
            "ratio": needed,
            "percent": round(100 * chosen["announced_share"], 3),
            "label": chosen["option"],
        }
    )
    rows += [
        {"panel": "curve", "kind": "known", "ratio": c.ratio, "percent": None, "label": f"{c.contest}: {c.places}"}
        for c in KNOWN
    ]
    return rows


def _sums(records: list[Spec]) -> list[Spec]:
    rows = []
    for r in records:
        if r["above_at_least"] > 0 or r["incomplete"]:
            kinds = (("copies", r["votes_used"]), ("announced", r["announced"]), ("most", r["announced_high"]))
            rows += [
                {"panel": "sums", "territory": r["territory"], "option": r["option"], "kind": kind, "votes": votes}
                for kind, votes in kinds
                if votes is not None
            ]
    return rows


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


__all__ = ["curve_layers", "dumbbell_layers", "pictures", "sums_layers"]
