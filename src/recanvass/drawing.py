"""A finding as a chart: the method's drawing in the house style, as SVG, PNG, PDF or a specification.

The method says what is drawn (`recanvass.method.Drawing`, Vega-Lite); this file says how it looks
and is the only one that renders. Every chart is drawn twice, wide and narrow, never scaled: text
stays above 11 px on a phone. The SVG holds no script, no style attribute and no address, its house
colours carry a class each so that a page may give them other values in the dark, and the values
behind each mark stand in its ``<title>``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from recanvass.errors import UsageError
from recanvass.finding import Finding, as_plain
from recanvass.method import Drawing, method

Width = Literal["wide", "narrow"]

#: The outer width of each drawing in CSS pixels: the column of a page, and a phone of 360 px less its margins.
WIDTHS: Mapping[str, int] = {"wide": 748, "narrow": 320}

#: What a colour stands for, on paper. None of them accuses.
COLOURS: Mapping[str, str] = {
    "observed": "#1f5a8a",
    "departure": "#b4610f",
    "expected": "#d3cec2",
    "expected-line": "#8f897c",
    "context": "#77736a",
    "ink": "#1d1d1b",
    "soft": "#5f5c55",
    "line": "#dcd8cf",
    "paper": "#fbfaf7",
}

#: The package's own face, in the metrics of Arial: what fonts a machine has does not move a word.
_MEASURED = "Recanvass Sans"
FONTS = 'Arial, "Helvetica Neue", Helvetica, "Liberation Sans", system-ui, sans-serif'

_ROLES = ("observed", "departure", "expected", "context")
_ROLE_OF = {value: role for role, value in COLOURS.items()}
_COLOUR_KEYS = frozenset({"color", "fill", "stroke", "value", "range"})
_LOCALES: Mapping[str, Mapping[str, Any]] = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "percent": "\u202f%", "minus": "−"},
    "ru": {
        "decimal": ",",
        "thousands": "\u202f",
        "grouping": [3],
        "currency": ["", ""],
        "percent": "\u202f%",
        "minus": "−",
    },
}
_VERSION, _MOST_TITLES = "6.4", 1200
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset(
    {"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath", "linearGradient", "stop"}
)
_ATTRIBUTES = re.compile(
    r"transform|d|[xy][12]?|r|c[xy]|d[xy]|width|height|viewBox|(fill|stroke)(-opacity)?|stroke-(width|dasharray|linecap|linejoin)"
    r"|opacity|text-anchor|font-(size|weight|style)|clip-path|id|offset|stop-color|gradientUnits"
)


@dataclass(frozen=True)
class Figure:
    """A chart that stands alone: title, picture, alternative text, caption and its data.

    Parameters
    ----------
    name : str
        The method's name; identifiers inside the SVG begin with it.
    drawing : Drawing
    language : str
    """

    name: str
    drawing: Drawing
    language: str = "en"

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The data of the chart, names made safe to print: flat mappings of plain values."""
        return [
            {k: printable(v, 160) if isinstance(v, str) else v for k, v in as_plain(r).items()}
            for r in self.drawing.records
        ]

    def spec(self, width: Width = "wide", *, title: bool = True) -> dict[str, Any]:
        """The whole Vega-Lite specification: data, house style, size.

        Parameters
        ----------
        width : {"wide", "narrow"}
        title : bool
            Whether the title is drawn; a page that sets it in its own type leaves it out.
        """
        if width not in WIDTHS:
            raise UsageError(f"There is no width {width!r} for a figure; there are {', '.join(WIDTHS)}.")
        body = _in_house_colours(as_plain(self.drawing.spec))
        several = _is_composed(body)
        size = WIDTHS[width]
        spec: dict[str, Any] = {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "description": printable(self.drawing.alt),
            "data": {"values": self.records},
            "config": _theme(width, several),
            "padding": {"left": 2, "right": 10, "top": 4, "bottom": 2},
            **body,
        }
        if title:
            spec["title"] = printable(self.drawing.title)
        if several:
            _set_widths(spec, size - 70)
        else:
            spec |= {"width": size, "autosize": {"type": "fit-x", "contains": "padding"}}
        return spec

    def svg(self, width: Width = "wide", *, title: bool = True, prefix: str = "") -> str:
        """The chart as SVG, to stand in a page or in a file of its own.

        Parameters
        ----------
        width : {"wide", "narrow"}
        title : bool
        prefix : str
            Put before every identifier; by default made from the method and the width.
        """
        text = _rendered_to_width(self.spec(width, title=title), WIDTHS[width], self.language)
        return _cleaned(text, prefix or f"figure-{self.name}-{width}", self.drawing)

    def save(self, path: str | Path, *, width: Width = "wide") -> Path:
        """Write ``.svg``, ``.png`` (twice the size), ``.pdf`` or ``.json``; `UsageError` for another suffix."""
        place = Path(path)
        match place.suffix.lower():
            case ".svg":
                place.write_text(self.svg(width), encoding="utf-8")
            case ".png":
                place.write_bytes(_engine().svg_to_png(self._drawn(width), scale=2))
            case ".pdf":
                place.write_bytes(_engine().svg_to_pdf(self._drawn(width)))
            case ".json":
                text = json.dumps(self.spec(width), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
                place.write_text(text + "\n", encoding="utf-8")
            case suffix:
                raise UsageError(f"A figure cannot be saved as {suffix!r}; use .svg, .png, .pdf or .json.")
        return place

    def _drawn(self, width: Width) -> str:
        return _rendered_to_width(self.spec(width), WIDTHS[width], self.language)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": f"{self.drawing.title}: {self.drawing.alt}"}


def figure(finding: Finding, *, language: str = "en") -> Figure:
    """The chart of a finding.

    Parameters
    ----------
    finding : Finding
    language : str
        ``en`` or ``ru``.

    Returns
    -------
    Figure
    """
    return Figure(finding.method, method(finding.method).draw(finding, language), language)


def printable(text: str, limit: int = 10_000) -> str:
    """Words of ours with names of theirs in them: spaces of every width stay, what cannot be seen is escaped."""
    kept = "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in _UNSEEN else c for c in text)
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def start() -> None:
    """Start the renderer, which takes a second the first time; any thread may do it beforehand."""
    _engine().vegalite_to_svg({"mark": "point", "data": {"values": [{}]}})


@cache
def _engine() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(Path(__file__).parent / "fonts"))
    return vl_convert


def _theme(width: Width, several: bool) -> dict[str, Any]:
    wide = width == "wide"
    soft, ink, size = COLOURS["soft"], COLOURS["ink"], WIDTHS[width]
    height = 210 if several else 280 if wide else 240
    small = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 400, "labelColor": soft, "titleColor": soft}
    axis = small | {"domainColor": soft, "gridColor": COLOURS["line"], "tickColor": soft, "tickSize": 4}
    axis |= {"labelPadding": 4, "labelLimit": 190 if wide else 110, "titlePadding": 8, "titleLimit": size - 30}
    # Words are read level, above the axis that they name.
    above = {"titleAngle": 0, "titleAlign": "left", "titleBaseline": "bottom", "titleX": -4, "titleY": -9}
    return {
        "font": _MEASURED,
        "background": "transparent",
        "numberFormat": ",~f",
        "view": {"stroke": None, "continuousHeight": height, "step": 26 if wide else 24},
        "axis": axis,
        "axisX": {"grid": False, "tickCount": 10 if wide else 5, "labelFlush": False},
        "axisY": above | {"domain": False, "ticks": False, "tickCount": 5},
        "axisBand": {"domain": False, "ticks": False, "grid": False},
        "legend": small | {"orient": "top", "direction": "horizontal", "columns": 3 if wide else 1, "offset": 26},
        "header": small | {"labelFontWeight": 600, "labelColor": ink, "labelAnchor": "start", "labelPadding": 18},
        "title": {"fontSize": 15, "fontWeight": 600, "color": ink, "anchor": "start", "offset": 14, "limit": size - 20},
        "bar": {"discreteBandSize": {"band": 0.7}},
        "text": {"fontSize": 12, "color": ink},
        "point": {"opacity": 1},
        "tick": {"thickness": 3},
        "area": {"line": False},
    }


def _in_house_colours(node: Any) -> Any:
    """The specification with each role replaced by its colour; bands are flat, whatever their opacity."""
    if isinstance(node, list):
        return [_in_house_colours(item) for item in node]
    if isinstance(node, str):
        # Control characters in a word can stop the renderer; expressions hold none and pass as they are.
        return printable(node)
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("title"), str):
        # Vega-Lite writes axis titles into expressions without escaping a backslash (6.4).
        node = node | {"title": printable(node["title"]).replace("\\", "∖")}
    made = {key: _coloured(value) if key in _COLOUR_KEYS else _in_house_colours(value) for key, value in node.items()}
    mark = made.get("mark")
    if isinstance(mark, dict):
        role = node["mark"].get("style", node["mark"].get("color"))
        mark = dict(mark)
        if mark.get("style") in _ROLES:
            del mark["style"]
            mark.setdefault("color", COLOURS[role])
        if role == "expected":
            mark.pop("opacity", None)
            if mark["type"] in ("line", "rule", "tick", "point"):
                mark["color"] = COLOURS["expected-line"]
        made["mark"] = mark
    return made


def _coloured(value: Any) -> Any:
    if isinstance(value, list):
        return [_coloured(item) for item in value]
    if isinstance(value, str):
        return COLOURS[value] if value in _ROLES else printable(value)
    return _in_house_colours(value)


def _is_composed(spec: Mapping[str, Any]) -> bool:
    return any(key in spec for key in ("facet", "vconcat", "hconcat", "concat", "repeat"))


def _set_widths(spec: dict[str, Any], inner: float) -> None:
    """Give every view of a composed chart this inner width."""
    for key in ("vconcat", "hconcat", "concat"):
        for part in spec.get(key, []):
            _set_widths(part, inner)
    if "spec" in spec:
        _set_widths(spec["spec"], inner)
    elif not _is_composed(spec):
        spec["width"] = inner


def _rendered_to_width(spec: dict[str, Any], target: int, language: str) -> str:
    """Rendered SVG; a composed chart is rendered again until its outer width is the one asked for."""
    text = _rendered(spec, language)
    if not _is_composed(spec):
        return text
    inner = float(target - 70)
    for _ in range(3):
        found = re.search(r'viewBox="0 0 ([\d.]+) ', text)
        over = float(found.group(1)) - target if found else 0.0
        if abs(over) <= 1 or inner - over < 80:
            break
        inner -= over
        _set_widths(spec, inner)
        text = _rendered(spec, language)
    return text


def _rendered(spec: Mapping[str, Any], language: str) -> str:
    text: str = _engine().vegalite_to_svg(
        dict(spec),
        vl_version=_VERSION,
        allowed_base_urls=[],
        format_locale=dict(_LOCALES.get(language, _LOCALES["en"])),
    )
    return text


def _cleaned(text: str, prefix: str, drawing: Drawing) -> str:
    """The SVG that may stand in a page: known elements and attributes, classes for colours, words for readers."""
    from defusedxml.ElementTree import fromstring

    root = fromstring(text)
    labels = [el.get("aria-label", "") for _, el in _marks(root)]
    titled = len(labels) <= _MOST_TITLES
    names = _axis_titles(root)
    for parent, mark in list(_marks(root)):
        said = _values(mark.get("aria-label", ""), names)
        if titled and said and parent.get("class", "").split(" ")[0] not in ("mark-area", "mark-line"):
            child = ElementTree.SubElement(mark, f"{{{_SVG}}}title")
            child.text = said
    made = _copied(root, prefix)
    assert made is not None
    made.set("xmlns", _SVG)
    made.set("class", "chart")
    made.set("role", "img")
    made.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    made.set("font-family", FONTS)
    for place, (tag, words) in enumerate((("title", drawing.title), ("desc", drawing.alt))):
        element = ElementTree.Element(tag, {"id": f"{prefix}-{tag}"})
        element.text = printable(words)
        made.insert(place, element)
    return ElementTree.tostring(made, encoding="unicode")


def _marks(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, ElementTree.Element]]:
    """Marks that stand for data, each with the group that holds it."""
    for group in root.iter(f"{{{_SVG}}}g"):
        if "role-mark" in group.get("class", "").split(" "):
            for mark in group:
                if mark.get("aria-label"):
                    yield group, mark


def _axis_titles(root: ElementTree.Element) -> set[str]:
    found = (re.match(r"[XY]-axis titled '(.*)' for a ", el.get("aria-label", "")) for el in root.iter())
    return {m.group(1) for m in found if m}


def _values(label: str, names: set[str]) -> str:
    """A mark's values as words: those of the axes, others that a reader can read, of codes the value alone."""
    parts = [part for part in label.split("; ") if ": " in part]
    kept = [p for p in parts if p.split(": ")[0] in names] or [p for p in parts if not re.match(r"\w*\d: ", p)]
    counted = [p for p in parts if p not in kept and re.match(r"(stations|участки): ", p, re.IGNORECASE)]
    coded = re.compile(r"^(?!stations: )[a-z][a-z_]*: ")
    return "; ".join(p if p.split(": ")[0] in names else coded.sub("", p) for p in kept + counted)


def _copied(element: ElementTree.Element, prefix: str) -> ElementTree.Element | None:
    tag = element.tag.rsplit("}", 1)[-1]
    if tag == "title":
        copy = ElementTree.Element("title")
        copy.text = element.text
        return copy
    painted = element.get("fill") or element.get("stroke")
    unpainted = "background" in element.get("class", "").split(" ") and not painted
    hidden = element.get("display") == "none" or unpainted
    invisible = element.get("opacity") == "0" and tag not in ("g", "svg")
    if tag not in _ELEMENTS or hidden or invisible:
        return None
    copy = ElementTree.Element(tag)
    copy.text = element.text if tag in ("text", "tspan") else None
    classes = []
    for name in sorted(element.keys()):
        value = element.get(name, "")
        if not _ATTRIBUTES.fullmatch(name) or (name in ("opacity", "fill-opacity", "stroke-opacity") and value == "1"):
            continue
        if name in ("fill", "stroke") and value.lower() in _ROLE_OF:
            classes.append(f"{name[0]}-{_ROLE_OF[value.lower()]}")
            value = value.lower()
        if name in ("fill", "stroke") and value == "transparent":
            value = "none"
        if name == "id":
            value = f"{prefix}-{value}"
        value = re.sub(r"url\(#", f"url(#{prefix}-", value)
        if name in ("d", "transform"):
            value = re.sub(r"-?\d+\.\d+", lambda m: f"{float(m.group()):.2f}".rstrip("0").rstrip("."), value)
        copy.set(name, value)
    if classes:
        copy.set("class", " ".join(classes))
    for child in element:
        kept = _copied(child, prefix)
        if kept is not None:
            kept.tail = child.tail if tag in ("text", "tspan") else None
            copy.append(kept)
    if tag == "g" and not len(copy):
        return None
    return copy


__all__ = ["COLOURS", "FONTS", "WIDTHS", "Figure", "figure", "printable"]
