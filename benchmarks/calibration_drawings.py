"""The calibration as pictures: false alarms by kind of contest, and power by dose, size and type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import calibration_ranks

from recanvass import calibration
from recanvass.drawing import COLOURS, Figure
from recanvass.method import Drawing


def alarms(table: Mapping[str, Any]) -> Drawing:
    """Alarms in a hundred contests by kind, with the upper end of the 95 % interval, and the limit."""
    rows = []
    for kind, row in sorted(table["kinds"].items()):
        rows.append({"kind": kind.replace("_", " "), "group": "class", **_rate(row)})
    for country, row in sorted(table.get("countries", {}).items()):
        rows.append({"kind": country, "group": row["half"], **_rate(row)})
    groups = {
        "class": "kinds of the class",
        "development": "shapes of the development half",
        "test": "shapes of the test half",
    }
    for row in rows:
        row["group"] = groups[str(row["group"])]
    y = {"field": "kind", "type": "nominal", "sort": None, "title": None}
    x = {"type": "quantitative", "title": "alarms in 100 contests: seen, and the upper bound (95 %, one-sided)"}
    layer = [
        {"mark": {"type": "bar", "color": "expected"}, "encoding": {"x": x | {"field": "upper"}, "y": y}},
        {
            "mark": {"type": "point", "filled": True, "size": 60, "color": "observed"},
            "encoding": {"x": x | {"field": "seen"}, "y": y},
        },
        {"mark": {"type": "rule", "color": "departure"}, "encoding": {"x": {"datum": 100 * calibration.LIMIT}}},
    ]
    spec = {
        "facet": {
            "row": {
                "field": "group",
                "type": "nominal",
                "title": None,
                "sort": list(groups.values()),
                "header": {"labelOrient": "top", "labelAngle": 0, "labelPadding": 4},
            }
        },
        "spacing": 16,
        "resolve": {"scale": {"y": "independent"}},
        "spec": {"layer": layer, "height": {"step": 20}},
    }
    worst = max(rows, key=lambda r: (r["seen"], r["upper"]))
    alt = (
        f"For each kind of clean contest the share in which the headline raised an alarm, as a dot, and the upper bound of that"
        f" share, as a bar; the promised limit of 1 in 100 is a line. The largest share seen is {worst['seen']:.1f} in 100"
        f" ({worst['kind']}). Bounds are wide where few contests were tried."
    )
    return Drawing(spec, rows, "Alarms of the headline in clean contests", alt)


def _rate(row: Mapping[str, int]) -> dict[str, Any]:
    upper = calibration.upper_bound(row["alarms"], row["worlds"])
    return {"seen": 100 * row["alarms"] / row["worlds"], "upper": 100 * upper, "contests": row["worlds"]}


def power(table: Mapping[str, Any]) -> Drawing:
    """The power surface: a row for each manipulation and dose, a column for each size, darker where it is seen."""
    records = [
        {
            "what": label(cell),
            "size": f"{cell['stations']:,}",
            "seen": 100 * cell["alarms"] / cell["trials"],
            "said": f"{100 * cell['alarms'] / cell['trials']:.0f}",
            "light": cell["alarms"] > 0.55 * cell["trials"],
        }
        for cell in ordered(table["power"])
    ]
    labels = list(dict.fromkeys(str(r["what"]) for r in records))
    sizes = [f"{s:,}" for s in sorted({cell["stations"] for cell in table["power"]})]
    x = {
        "field": "size",
        "type": "nominal",
        "sort": sizes,
        "title": "stations",
        "axis": {"orient": "top", "labelAngle": 0},
    }
    y = {"field": "what", "type": "nominal", "sort": labels, "title": None, "axis": {"labelLimit": 460}}
    shade = {
        "field": "seen",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "range": [COLOURS["paper"], COLOURS["observed"]], "interpolate": "rgb"},
        "legend": None,
    }
    layer = [
        {"mark": {"type": "rect", "stroke": COLOURS["line"]}, "encoding": {"x": x, "y": y, "color": shade}},
        {
            "mark": {"type": "text"},
            "encoding": {
                "x": x,
                "y": y,
                "text": {"field": "said"},
                "color": {"condition": {"test": "datum.light", "value": COLOURS["paper"]}, "value": COLOURS["ink"]},
            },
        },
    ]
    spec = {"layer": layer, "height": {"step": 19}}
    never = [r for r in records if r["seen"] == 0]
    alt = (
        f"For each of {len(labels)} manipulations and doses, and contests of {' / '.join(sizes)} stations, in how many of 100"
        f" contests the headline was raised. {len(never)} of {len(records)} cells are 0: the page names them in words."
    )
    return Drawing(spec, records, "Power: headlines raised in 100 contests", alt)


def ordered(cells: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The cells, what is seen best first, doses of one manipulation together, smallest contests first."""
    best = {
        s: max(c["alarms"] / c["trials"] for c in cells if c["scenario"] == s) for s in {c["scenario"] for c in cells}
    }
    return sorted(cells, key=lambda c: (-best[c["scenario"]], c["scenario"], dose(c), c["stations"]))


def dose(cell: Mapping[str, Any]) -> str:
    """The parameters of a cell in words."""
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in cell["parameters"].items())


def label(cell: Mapping[str, Any]) -> str:
    """A manipulation and its dose in words."""
    return f"{cell['scenario'].replace('_', ' ')}: {dose(cell)}"


def write(table: Mapping[str, Any], folder: Path) -> list[tuple[str, Drawing]]:
    """Write the pictures, on paper so that they can be read on a dark page; their file names and what they are."""
    made = [("calibration-alarms.svg", alarms(table)), ("calibration-power.svg", power(table))]
    ranked = calibration_ranks.drawing(table)
    made += [(calibration_ranks.PICTURE, ranked)] if ranked is not None else []
    for name, drawing in made:
        text = Figure(Path(name).stem, drawing).svg()
        start = text.index(">") + 1
        paper = f'<rect width="100%" height="100%" fill="{COLOURS["paper"]}" />'
        (folder / name).write_text(text[:start] + paper + text[start:] + "\n", encoding="utf-8")
    return made


__all__ = ["alarms", "dose", "label", "ordered", "power", "write"]
