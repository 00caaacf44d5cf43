"""Ranks of class C and D in simulated contests: a part of the page on calibration, and its picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recanvass import measured_ranks, wording
from recanvass.drawing import COLOURS
from recanvass.method import Drawing, method
from recanvass.rank_surface import BASE, FITTED

PICTURE = "calibration-ranks.svg"

#: The size at which figures are told and drawn.
SIZE = 2000

KINDS = {BASE: "town and country", FITTED: "shapes of real contests"}


def section(table: Mapping[str, Any]) -> list[str]:
    """The whole part in words and tables; nothing where ranks were not measured."""
    ranks = table.get("ranks")
    if not ranks:
        return []
    return [*words(ranks), *false_alarms(ranks), *power(ranks), *unseen(ranks), *pairs(ranks.get("pairs"))]


def pairs(ranks: Mapping[str, Any] | None) -> list[str]:
    """Figures that compare a contest with an earlier one, in the same tables; nothing where they were not measured."""
    if not ranks or not ranks["clean"]["contests"]:
        return []
    kinds = {name: row for name, row in ranks["kinds"].items() if row["contests"]}
    lines = [
        "",
        "### Figures that compare two contests",
        "",
        f"They are ranked among real clean pairs of contests, and measured in simulated pairs: {ranks['clean']['contests']:,}"
        " honest ones of town and country (swing 1 is what people usually change, 2 twice as much), and pairs to whose later"
        " contest something was done, planted into either kind.",
        "",
        "| figure | panel | honest pairs | above all | most often in | shapes of real contests, swing 1 |",
        "|---|---|---|---|---|---|",
    ]
    for name in sorted(ranks["clean"]["asked"]):
        asked, above = ranks["clean"]["asked"][name], ranks["clean"]["largest"].get(name, 0)
        worst = worst_kind({**ranks, "kinds": kinds}, name)
        fitted = nothing_done(ranks, FITTED, name)
        lines.append(
            f"| {name} | {ranks['panel'][name]} | {asked:,} | {100 * above / asked:.1f} % | {worst} | {fitted} |"
        )
    lines += [
        "",
        "| planted | dose | into | stations | pairs | stands above every clean pair (with nothing done) |",
        "|---|---|---|---|---|---|",
    ]
    for row in sorted(ranks["planted"], key=lambda r: (r["scenario"], r["planted_into"], r["stations"], r["name"])):
        told = "; ".join(said(ranks, row, name) for name in sorted(row["asked"]))
        into = KINDS[row["planted_into"]]
        lines.append(f"| {row['scenario']} | {dose(row)} | {into} | {row['stations']:,} | {row['contests']} | {told} |")
    return lines


def words(ranks: Mapping[str, Any]) -> list[str]:
    """What a rank is, and what must not be read into it."""
    clean, first = ranks["clean"], len(ranks["ranked"])
    share = 100 * clean["any"] / max(clean["contests"], 1)
    panels = sorted(set(ranks["panel"].values()))
    chance = sum(1 / (1 + ranks["panel"][name]) for name in ranks["ranked"].values())
    return [
        "",
        "## What is only ranked: class C and D",
        "",
        f"{first} methods have no law inside a contest. They put a figure of it beside the same figure in real clean contests"
        f" ({' or '.join(str(n) for n in panels)} of them, the reference panel), and the dossier says of how many it is larger"
        " (digits have a law of their own, which is what the dossier tells; their rank stands here alone). *Larger than all clean contests* sounds like a finding. This part says how often it is true of simulated contests in"
        " which nothing was done, and of those in which something was. `recanvass calibrate --ranks` measures it.",
        "",
        "Read it with three cautions. **A rank never raises the headline**, whatever stands here. **Simulated clean contests"
        f" are not the panel**: they are odder than most real ones on purpose, and of {clean['contests']:,} of them"
        f" {clean['any']:,} ({share:.0f} %) have at least one of these {first} figures above all real clean contests (at most"
        f" {100 * chance:.0f} % were they like the panel). So much is a single *larger than all* worth where nothing else is"
        " known. And **what a figure tells, it tells by"
        " comparison**: a manipulation is said to be seen only where the figure stands above the panel clearly more often than"
        " in contests of the same size and kind in which nothing was done (one-sided 95 % bounds apart).",
    ]


def false_alarms(ranks: Mapping[str, Any]) -> list[str]:
    """How often each figure stands above the panel where nothing was done."""
    clean, lines = ranks["clean"], []
    lines += [
        "",
        "### How often it stands above every clean contest where nothing was done",
        "",
        "*Expected* is what chance gives were the simulated contests like the panel. *Above 95 %* counts those larger than 95 %"
        f" of the panel. *With nothing done* are contests of {SIZE:,} stations of the two kinds that manipulations are planted"
        " into: town and country (the plain clean contest), and the shapes of real clean contests. What a method ranks first"
        " is in bold. Rates are of the contests in which there was something to compute; contests with enough jumps of the"
        " turnout are few.",
        "",
        "| figure | class | panel | contests of the class | above all | bound (95 %) | expected | above 95 % | most often in |"
        " town and country | shapes of real contests |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in sorted(clean["asked"]):
        asked, panel = clean["asked"][name], ranks["panel"][name]
        shown = [f"{100 * clean[key].get(name, 0) / asked:.1f} %" for key in ("largest", "most")]
        kinds = [nothing_done(ranks, kind, name) for kind in KINDS]
        label = f"**{name}**" if name in ranks["ranked"].values() else name
        lines.append(
            f"| {label} | {method(name.split('.')[0]).evidence_class} | {panel} | {asked:,} | {shown[0]} |"
            f" {100 * clean['upper'][name]:.1f} % | {100 / (1 + panel):.1f} % | {shown[1]} | {worst_kind(ranks, name)} |"
            f" {' | '.join(kinds)} |"
        )
    return lines


def nothing_done(ranks: Mapping[str, Any], kind: str, name: str, size: int = SIZE) -> str:
    """How often a figure stands above the panel in contests of a kind with nothing done."""
    row = ranks["nothing_done"].get(kind, {}).get(str(size), {})
    asked = row.get("asked", {}).get(name, 0)
    return f"{row['largest'].get(name, 0)} of {asked}" if asked else "–"


def worst_kind(ranks: Mapping[str, Any], name: str) -> str:
    """The kind of clean contest in which a figure stands above the panel most often, where it ever does."""
    rates = {
        kind: (row["largest"].get(name, 0) / row["asked"][name], row)
        for kind, row in ranks["kinds"].items()
        if name in row["asked"]
    }
    kind, (rate, row) = max(rates.items(), key=lambda each: (each[1][0], each[0]))
    return f"{kind} ({row['largest'][name]} of {row['asked'][name]})" if rate else "–"


def power(ranks: Mapping[str, Any]) -> list[str]:
    """Where a figure tells what was planted: cells and figures, with the same figure where nothing was done."""
    lines = [
        "",
        "### What was told from contests in which nothing was done",
        "",
        "Only cells in which some figure stood above the panel clearly more often than with nothing done; each such figure with"
        " its rate there and, in brackets, with nothing done. All cells and figures are in `calibration.json` (`ranks`). With"
        " so many of them a few stand here by chance, those with the smallest differences first of all.",
        "",
        "| planted | dose | into | stations | contests | stands above every clean contest |",
        "|---|---|---|---|---|---|",
    ]
    for row in sorted(ranks["planted"], key=lambda r: (r["scenario"], r["planted_into"], r["stations"], r["name"])):
        if row["above"]:
            told = "; ".join(said(ranks, row, name) for name in row["above"])
            lines.append(
                f"| {row['scenario']} | {dose(row)} | {KINDS[row['planted_into']]} | {row['stations']:,} |"
                f" {row['contests']} | {told} |"
            )
    return lines


def said(ranks: Mapping[str, Any], row: Mapping[str, Any], name: str) -> str:
    """A figure in a planted cell: its rate, and in brackets that with nothing done."""
    without = ranks["nothing_done"].get(row["planted_into"], {}).get(str(row["stations"]), {})
    asked = without.get("asked", {}).get(name, 0)
    before = f"{100 * without['largest'].get(name, 0) / asked:.0f} %" if asked else "not measured"
    return f"{name} {100 * row['largest'].get(name, 0) / row['asked'][name]:.0f} % ({before})"


def unseen(ranks: Mapping[str, Any]) -> list[str]:
    """Manipulations that no figure tells, at any dose and size, in half of the contests."""
    best: dict[str, float] = {}
    for row in ranks["planted"]:
        rates = [row["largest"][name] / row["asked"][name] for name in row["above"]]
        best[row["scenario"]] = max([best.get(row["scenario"], 0.0), *rates])
    rarely = [name for name, rate in sorted(best.items()) if rate < measured_ranks.LEAST]
    if not rarely:
        return []
    listed = ", ".join(f"`{name}`" for name in rarely)
    return ["", f"At no dose and size does any figure tell these in half of the contests: {listed}."]


def dose(row: Mapping[str, Any]) -> str:
    """The parameters of a planted cell in words."""
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in row["parameters"].items())


def drawing(table: Mapping[str, Any]) -> Drawing | None:
    """What is planted against what is ranked, at one size; None where ranks were not measured."""
    ranks = table.get("ranks")
    if not ranks:
        return None
    first = sorted(ranks["ranked"].values())
    rows = [
        row
        for row in ranks["planted"]
        if row["stations"] == SIZE and row["planted_into"] == FITTED and set(first) & set(row["above"])
    ]
    rows = sorted(rows, key=lambda row: (row["scenario"], dose(row)))
    nothing = ranks["nothing_done"].get(FITTED, {}).get(str(SIZE), {})
    shown = [("all clean contests of the class", ranks["clean"]), ("nothing done", nothing)]
    shown += [(f"{row['scenario'].replace('_', ' ')}: {dose(row)}", row) for row in rows]
    records = [record(what, row, name) for what, row in shown for name in first if row.get("asked", {}).get(name)]
    return Drawing(heat(records), records, "Larger than every clean contest, in 100 contests", alt(records, len(rows)))


def record(what: str, row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One cell of the picture."""
    rate = 100 * row["largest"].get(name, 0) / row["asked"][name]
    title = wording.phrase(name.split(".")[0], "title")
    return {"what": what, "figure": title, "seen": rate, "said": f"{rate:.0f}", "light": rate > 55}


def heat(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The chart: darker where a figure stands above every clean contest more often."""
    x = {
        "field": "figure",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"orient": "top", "labelAngle": -75, "labelLimit": 260},
    }
    y = {"field": "what", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 460}}
    shade = {
        "field": "seen",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "range": [COLOURS["paper"], COLOURS["observed"]], "interpolate": "rgb"},
        "legend": None,
    }
    ink = {"condition": {"test": "datum.light", "value": COLOURS["paper"]}, "value": COLOURS["ink"]}
    layer = [
        {"mark": {"type": "rect", "stroke": COLOURS["line"]}, "encoding": {"x": x, "y": y, "color": shade}},
        {"mark": {"type": "text"}, "encoding": {"x": x, "y": y, "text": {"field": "said"}, "color": ink}},
    ]
    return {"layer": layer, "height": {"step": 19}}


def alt(records: Sequence[Mapping[str, Any]], planted: int) -> str:
    """The picture in words."""
    clean = [r for r in records if r["what"] == "all clean contests of the class"]
    worst = max(clean, key=lambda r: r["seen"])
    return (
        f"For each ranked figure, in how many of 100 simulated contests it was larger than in every real clean contest: in clean"
        f" contests of the class, in contests of {SIZE:,} stations with the shapes of real ones and nothing done, and in"
        f" {planted} manipulations planted into these. Among clean contests of the class the largest is {worst['seen']:.0f}"
        f" ({worst['figure']}). The page gives the figures in tables."
    )


__all__ = ["PICTURE", "drawing", "section"]
