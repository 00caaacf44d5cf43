"""Records as tables of words: headings from the phrases, numbers in the reader's language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from recanvass import wording

#: Rows of one table that stand in the page; all of them stand in ``examination.json``.
MOST_ROWS = 50

#: Units that are things to count, and units that are said with the number alone.
_COUNTED = frozenset({"vote", "votes", "station", "stations", "ballot", "ballots"})
_BARE = frozenset({"share", "exponent", "ratio"})
_FRACTIONS = frozenset({"share", "percentage", "peak", "edge", "turnout", "ratio", "rate"})


#: Figures that a table holds as text: 71.0, or 71.0 / 15.6 / 7.8.
_WRITTEN = re.compile(r"-?\d+\.\d+( / -?\d+\.\d+)*")


def table(records: Sequence[Mapping[str, Any]], name: str, method: str, language: str) -> dict[str, Any]:
    """One table of a finding, ready for the template.

    Parameters
    ----------
    records : sequence of mappings
        Flat, of plain values; all with the same keys.
    name : str
        The table's name: a section ``tables.<name>`` of the method's phrases gives the headings.

    Returns
    -------
    dict
        ``title``, ``columns`` (heading, whether numeric), ``rows`` (texts), ``more`` (a sentence or nothing).
    """
    keys = list(dict.fromkeys(key for record in records[:MOST_ROWS] for key in record))
    shown = records[:MOST_ROWS]
    other = wording.phrase("dossier", "table", "other", facts={"name": name.replace("_", " ")}, language=language)
    columns = []
    for key in keys:
        heading = wording.said(method, "tables", name, key, language=language, otherwise=key.replace("_", " "))
        numeric = all(not isinstance(r.get(key), str | bool) for r in shown)
        columns.append({"heading": heading, "numeric": numeric})
    rows = [[cell(record.get(key), key, method, language) for key in keys] for record in shown]
    facts = {"shown": len(shown), "all": len(records)}
    more = wording.phrase("dossier", "finding", "table_more", facts=facts, language=language)
    return {
        "name": name,
        "none": "",
        "title": wording.said("dossier", "table", name, language=language, otherwise=other),
        "columns": columns,
        "rows": rows,
        "more": more if len(records) > len(shown) else "",
    }


def cell(value: Any, key: str, method: str, language: str) -> str:
    """One value of a table as text."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return wording.phrase("dossier", "yes" if value else "no", language=language)
    if isinstance(value, int):
        plain = key in ("row", "digit", "integer", "year", "round")
        return str(value) if plain else wording.number(value, 0, language)
    if isinstance(value, float):
        return _fraction_or_number(value, key, language)
    return _text(str(value), key, method, language)


def _fraction_or_number(value: float, key: str, language: str) -> str:
    if (key in _FRACTIONS or key.startswith("unseen_") or key.endswith(("_share", "_part"))) and abs(value) <= 10:
        return wording.share(value, 1, language)
    if not math.isfinite(value):
        return "–"
    if value == round(value) and abs(value) < 1e15 and not key.startswith("log10"):
        return wording.number(value, 0, language)
    return wording.number(value, 1 if abs(value) >= 1 or key.startswith("log10") else 2, language)


def _text(value: str, key: str, method: str, language: str) -> str:
    places = {
        "reason": (method, "reasons"),
        "look": (method, "drawing", "looks"),
        "level": ("areas", "level"),
        "base": ("dossier", "base"),
        "kind": (method, "kinds"),
        "family": (method, "families"),
        "identity": (method, "identity"),
    }
    shown = wording.show(value, 200)
    if key in places and value:
        topic, *keys = places[key]
        shown = wording.said(topic, *keys, value, language=language, otherwise=shown)
    elif _WRITTEN.fullmatch(value):
        shown = wording.written(shown, language)
    return wording.said(method, "values", key, value, language=language, otherwise=shown)


def quantity(value: float, language: str) -> str:
    """A number with as many decimals as its size asks for: 1,234; 12.3; 0.05."""
    if value == round(value) or abs(value) >= 1000:
        return wording.number(value, 0, language)
    return wording.number(value, 1 if abs(value) >= 1 else 3, language)


def amount(value: float, unit: str, language: str, *, noun: bool = True) -> str:
    """A value with its unit in words: 104.1 stations, 4.3 %, 0.12 standard deviations of an area."""
    counted = unit.removesuffix("s") if unit in _COUNTED else ""
    if counted and noun:
        return wording.counted(value, quantity(value, language), counted, language)
    if counted or (unit not in _BARE and not noun):
        return quantity(value, language)
    return wording.said(
        "dossier", "unit", unit, facts={"value": value}, language=language, otherwise=quantity(value, language)
    )


def plain_table(
    title: str, headings: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]], more: str = ""
) -> dict[str, Any]:
    """A table whose cells are texts already; ``headings`` are (text, numeric)."""
    return {
        "name": "",
        "none": "",
        "title": title,
        "columns": [{"heading": text, "numeric": numeric} for text, numeric in headings],
        "rows": [list(row) for row in rows],
        "more": more,
    }
