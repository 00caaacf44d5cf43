"""Figures: the house style, two widths, clean SVG, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from recanvass.drawing import COLOURS, WIDTHS, Figure, figure, printable
from recanvass.errors import UsageError
from recanvass.method import Drawing
from tests.dossier.examinations import METHODS, PAYLOADS, hostile, simulated

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "desc", "g", "path", "line", "rect", "text"}


def bars(records: list[dict[str, Any]] | None = None, **changes: Any) -> Figure:
    spec = {
        "layer": [
            {"mark": {"type": "bar", "style": "expected", "opacity": 0.3}, "encoding": {"x": {"field": "a", "type": "nominal", "title": "Area"},
             "y": {"field": "e", "type": "quantitative", "title": "Share", "axis": {"format": ".0%"}}}},
            {"mark": {"type": "point", "color": "departure", "filled": True}, "encoding": {"x": {"field": "a", "type": "nominal", "title": "Area"},
             "y": {"field": "b", "type": "quantitative", "title": "Share", "axis": {"format": ".0%"}}}},
        ]
    }  # fmt: skip
    given = (
        records if records is not None else [{"a": "North", "b": 0.4, "e": 0.3}, {"a": "South", "b": 0.61, "e": 0.5}]
    )
    return Figure(
        "bars", Drawing(changes.pop("spec", spec), given, "A title", "Bars & points.", "A caption."), **changes
    )


def test_the_layout_does_not_depend_on_the_fonts_of_the_machine() -> None:
    # Pinned: a machine with Liberation Sans 1.07, which lacks the narrow space, would give 32.
    spec = {"mark": "bar", "encoding": {"y": {"field": "a", "type": "nominal"}}}
    text = bars([{"a": "60\u202f%"}], spec=spec).svg("wide")
    assert 'transform="translate(33,' in text


@pytest.mark.parametrize("width", list(WIDTHS))
@pytest.mark.parametrize("name", METHODS)
def test_a_drawing_is_as_wide_as_asked_and_legible(name: str, width: Any) -> None:
    root = ElementTree.fromstring(figure(simulated()[name]).svg(width))
    assert abs(float(root.get("viewBox", "").split()[2]) - WIDTHS[width]) <= 2
    assert all(float(t.get("font-size", "").removesuffix("px")) >= 11 for t in root.iter(f"{SVG}text"))


def test_roles_become_house_colours_with_a_class_each() -> None:
    root = ElementTree.fromstring(bars().svg())
    by_class = {e.get("class"): e for e in root.iter() if e.get("class")}
    assert by_class["f-expected"].get("fill") == COLOURS["expected"]
    assert by_class["f-departure"].get("fill") == COLOURS["departure"]


def test_the_band_is_drawn_before_what_was_observed() -> None:
    text = bars().svg()
    assert text.index("f-expected") < text.index("f-departure")


def test_values_stand_behind_their_marks_in_words() -> None:
    titles = [e.text for e in ElementTree.fromstring(bars().svg()).iter(f"{SVG}title")]
    assert titles[0] == "A title"
    assert "Area: South; Share: 61\u202f%" in titles


def test_russian_numbers_have_commas() -> None:
    spec = {
        "mark": "bar",
        "encoding": {
            "x": {"field": "a", "type": "nominal"},
            "y": {"field": "b", "type": "quantitative", "title": "доля"},
        },
    }
    text = bars(spec=spec, language="ru").svg()
    assert "0,6" in text
    assert "0.6<" not in text


@pytest.mark.parametrize("name", ["variance_within_areas", "integer_percentages"])
def test_an_svg_holds_no_script_no_style_and_no_address(name: str) -> None:
    text = figure(hostile()[name]).svg()
    root = ElementTree.fromstring(text)
    tags = {e.tag.removeprefix(SVG) for e in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath"}
    for element in root.iter():
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert attribute not in ("style", "href", "{http://www.w3.org/1999/xlink}href")
            assert "http" not in value


def test_hostile_records_are_text() -> None:
    records = [{"a": p, "b": 0.1, "e": 0.1} for p in PAYLOADS]
    root = ElementTree.fromstring(bars(records).svg())
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= DRAWN
    words = " ".join(e.text or "" for e in root.iter())
    assert "<script>window.PWNED=1</script>" in words
    assert "\u202e" not in words
    assert "\x1b" not in words


def test_hostile_words_of_a_specification_are_text() -> None:
    for payload in (*PAYLOADS, "a\\b", '\\" + now() + "', "a\\"):
        spec = {
            "mark": "bar",
            "encoding": {
                "x": {"field": "a", "type": "nominal", "title": payload},
                "y": {"field": "b", "type": "quantitative"},
            },
        }
        chart = Figure("bars", Drawing(spec, [{"a": "x", "b": 1}], payload, payload))
        root = ElementTree.fromstring(chart.svg())
        assert {e.tag.removeprefix(SVG) for e in root.iter()} <= DRAWN
        assert "\u202e" not in "".join(root.itertext())


def test_identifiers_are_apart_between_figures_and_widths() -> None:
    seen: set[str] = set()
    for name in METHODS:
        for width in ("wide", "narrow"):
            root = ElementTree.fromstring(figure(simulated()[name]).svg(width))
            ids = {e.get("id", "") for e in root.iter() if e.get("id")}
            assert not ids & seen
            seen |= ids


def test_the_same_finding_gives_the_same_bytes() -> None:
    assert bars().svg() == bars().svg()


@pytest.mark.parametrize(
    ("suffix", "start"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF"), (".json", b"{")]
)
def test_a_figure_is_saved_by_its_suffix(tmp_path: Path, suffix: str, start: bytes) -> None:
    place = bars().save(tmp_path / f"figure{suffix}")
    assert place.read_bytes().startswith(start)


def test_the_saved_specification_stands_alone(tmp_path: Path) -> None:
    spec = json.loads(bars().save(tmp_path / "figure.json").read_text(encoding="utf-8"))
    assert spec["data"]["values"][0]["a"] == "North"
    assert spec["title"] == "A title"
    assert COLOURS["departure"] in json.dumps(spec)


def test_an_unknown_suffix_or_width_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gif"):
        bars().save(tmp_path / "figure.gif")
    with pytest.raises(UsageError, match="broad"):
        bars().svg("broad")  # type: ignore[arg-type]


def test_spaces_of_every_width_stay_and_what_cannot_be_seen_is_escaped() -> None:
    assert printable("62\u202f%\u00a0x") == "62\u202f%\u00a0x"
    assert printable("a\u202eb\x00\u2028") == "a\\u202eb\\u0000\\u2028"
    assert len(printable("n" * 300, 160)) == 160


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        bars([{"a": "x", "b": float("nan"), "e": 0.0}]).svg()


def test_a_notebook_gets_the_picture_and_its_words() -> None:
    bundle = bars()._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "Bars & points." in bundle["text/plain"]
