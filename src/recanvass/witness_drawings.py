"""The pictures of copies against totals: sums, a dumbbell by territory, the curve of selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from recanvass.contrasts import KNOWN
from recanvass.kernels.selection_bounds import selection_curve

Spec = dict[str, Any]

_LEGEND = {"columnPadding": 26, "labelLimit": 300}


def dumbbell_panels(words: Mapping[str, Any], rows: list[Spec]) -> list[Spec]:
    """Share in the copies, announced, and implied where nobody saw: a panel an option, a line a territory.

    Options that were announced for the whole contest alone share the last panel, a line an option.
    Fields: ``panel`` (``dumbbell``), ``group`` (the panel's option, or empty), ``line``, ``territory``,
    ``option``, ``kind`` (``seen``, ``announced``, ``unseen``), ``percent``.
    """
    groups = list(dict.fromkeys(r["group"] for r in rows))
    longest = max(len(r["line"] or words["contest"]) for r in rows)
    return [_dumbbell(words, group, longest, last=group == groups[-1]) for group in groups]


def _names(longest: int) -> Spec:
    """An axis of names with room for the longest, as browsers set words wider than the renderer thinks."""
    return {"offset": 8, "minExtent": min(110.0, 7.4 * longest)}


def _dumbbell(words: Mapping[str, Any], group: str, longest: int, *, last: bool) -> Spec:
    line = {"field": "shown_line", "type": "nominal", "title": None, "sort": None, "axis": _names(longest)}
    share = {
        "field": "percent",
        "type": "quantitative",
        "title": words["x"] if last else None,
        "scale": {"domain": [0, 100]},
    }
    kinds = {
        "domain": [words["seen"], words["announced"], words["unseen"]],
        "range": ["observed", "context", "departure"],
    }
    shapes = {"domain": kinds["domain"], "range": ["square", "circle", "triangle-up"]}
    name = (
        f"datum.kind == 'seen' ? '{_quoted(words['seen'])}' : datum.kind == 'announced' ? "
        f"'{_quoted(words['announced'])}' : '{_quoted(words['unseen'])}'"
    )
    key = {"field": "shown", "type": "nominal", "title": None, "legend": _LEGEND}
    return {
        "title": {"text": group or words["other_options"], "fontSize": 13, "offset": 6},
        "transform": [
            {"filter": f"datum.panel == 'dumbbell' && datum.group == '{_quoted(group)}'"},
            {"calculate": name, "as": "shown"},
            {"calculate": f"datum.line || '{_quoted(words['contest'])}'", "as": "shown_line"},
        ],
        "layer": [
            {
                "mark": {"type": "line", "color": "context", "strokeWidth": 2},
                "encoding": {"y": line, "x": share, "detail": {"field": "shown_line", "type": "nominal"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "y": line,
                    "x": share,
                    "color": key | {"scale": kinds},
                    "shape": key | {"scale": shapes},
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
        "height": 150,
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
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 6,
                    "dy": 14,
                    "color": "departure",
                    "text": words["mark"],
                },
                "encoding": {"x": x, "y": y},
            },
        ],
    }


def ratio_layers(words: Mapping[str, Any], rows: list[Spec]) -> Spec:
    """The odds ratio that an option needs, a line a territory, over those of town and country elsewhere.

    Fields: ``panel`` (``ratios``), ``kind`` (``needed``, ``endless``, ``known``), ``territory``,
    ``option``, ``ratio``, ``said``.
    """
    longest = max(len(r["territory"] or words["contest"]) for r in rows)
    place = {"field": "place", "type": "nominal", "title": None, "sort": None, "axis": _names(longest)}
    top = max(r["ratio"] for r in rows)
    endless = any(r["kind"] == "endless" for r in rows)
    x = {
        "field": "ratio",
        "type": "quantitative",
        "title": words["ratio_x"],
        "scale": {"type": "log", "domain": [1, top * (2.5 if endless else 1.6)], "nice": False},
        "axis": {"values": [v for v in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if v <= top]},
    }
    option = next(r["option"] for r in rows if r["kind"] != "known")
    is_known = "datum.kind == 'known'"
    said = f"datum.kind == 'endless' ? '{_quoted(words['endless'])}' : datum.said"

    def points(test: str, shape: str, role: str) -> list[Spec]:
        mark = {"type": "point", "filled": True, "size": 90, "opacity": 1, "shape": shape, "color": role}
        return [
            {
                "transform": [{"filter": test}],
                "mark": {"type": "rule", "color": role, "opacity": 0.6},
                "encoding": {"y": place, "x": x | {"field": "one"}, "x2": {"field": "ratio"}},
            },
            {"transform": [{"filter": test}], "mark": mark, "encoding": {"y": place, "x": x}},
        ]

    return {
        "title": {"text": words["ratio_title"].replace("{option}", option), "fontSize": 13, "offset": 6},
        "transform": [
            {"filter": "datum.panel == 'ratios'"},
            {"calculate": "1", "as": "one"},
            {"calculate": said, "as": "shown_said"},
            {"calculate": f"datum.territory || '{_quoted(words['contest'])}'", "as": "place"},
        ],
        "layer": [
            *points(f"!({is_known})", "triangle-up", "departure"),
            *points(is_known, "circle", "context"),
            {
                "mark": {"type": "text", "align": "left", "dx": 9},
                "encoding": {"y": place, "x": x, "text": {"field": "shown_said", "type": "nominal"}},
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
            {"calculate": "(datum.territory ? datum.territory + ', ' : '') + datum.option", "as": "place"},
        ],
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "place", "type": "nominal", "title": None, "sort": None, "axis": {"offset": 8}},
            "yOffset": {"field": "shown", "type": "nominal", "sort": kinds["domain"]},
            "x": {
                "field": "votes",
                "type": "quantitative",
                "title": words["votes"],
                "axis": {"tickCount": 4, "labelOverlap": True},
            },
            "color": {"field": "shown", "type": "nominal", "title": None, "scale": kinds, "legend": _LEGEND},
        },
    }


def pictures(records: list[Spec]) -> Spec:
    """Rows of the three pictures: sums where a share cannot be had or a sum is too large, shares, the curve.

    ``records`` are those of the table *territories* of `copies_against_totals`.
    """
    rows = []
    drawn = [r for r in records if r["unseen_point"] is not None and r["seen_share"] is not None]
    local = {r["option"] for r in drawn if r["territory"]}
    options = list(dict.fromkeys(r["option"] for r in drawn))
    for r in sorted(drawn, key=lambda r: (r["option"] not in local, options.index(r["option"]))):
        alone = r["option"] not in local
        if alone and local:
            continue  # small options of the whole contest alone: they stand in the table
        for kind, share in (
            ("seen", r["seen_share"]),
            ("announced", r["announced_share"]),
            ("unseen", min(1.0, max(0.0, r["unseen_point"]))),
        ):
            rows.append(
                {
                    "panel": "dumbbell",
                    "group": "" if alone else r["option"],
                    "line": r["option"] if alone else r["territory"],
                    "territory": r["territory"],
                    "option": r["option"],
                    "kind": kind,
                    "percent": round(100 * share, 3),
                }
            )
    return {"sums": _sums(records), "dumbbell": rows, "curve": _curve(records), "ratios": _ratios(records)}


def _ratios(records: list[Spec]) -> list[Spec]:
    """The odds ratio that one option needs in each territory, and those known of town and country.

    The option is the one that needs the largest for the whole contest, or else anywhere.
    """
    able = [r for r in records if r["seen_share"] and r["unseen_point"] is not None and 0 < r["seen_share"] < 1]
    finite = [r for r in able if r["odds_ratio"]]
    if not finite:
        return []
    chosen = max(finite, key=lambda r: (not r["territory"], _fold(r), r["option"]))["option"]
    top = max([_fold(r) for r in finite if r["option"] == chosen] + [c.ratio for c in KNOWN])
    rows: list[Spec] = [
        {
            "panel": "ratios",
            "kind": "needed" if r["odds_ratio"] else "endless",
            "territory": r["territory"],
            "option": chosen,
            "ratio": _fold(r) if r["odds_ratio"] else 1.3 * top,
            "said": f"{_fold(r):.1f}" if r["odds_ratio"] else "",
        }
        for r in able
        if r["option"] == chosen
    ]
    known: list[Spec] = [
        {
            "panel": "ratios",
            "kind": "known",
            "territory": c.contest.split(",")[0],
            "option": c.option,
            "label": f"{c.contest}: {c.places}",
            "ratio": c.ratio,
            "said": f"{c.ratio:.1f}",
        }
        for c in KNOWN
    ]
    return [*sorted(rows, key=lambda r: (-r["ratio"], r["territory"])), *sorted(known, key=lambda r: -r["ratio"])]


def _fold(record: Spec) -> float:
    """An odds ratio, or its inverse if that is larger."""
    ratio = float(record["odds_ratio"])
    return max(ratio, 1 / ratio)


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


__all__ = [
    "curve_layers",
    "dumbbell_panels",
    "pictures",
    "ratio_layers",
    "sums_layers",
]
