"""The comparison as a table for people (terminal, HTML) and for programs (CSV). Nothing is computed here."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from recanvass import wording
from recanvass.comparison import Comparison, Row
from recanvass.errors import UsageError

#: Reasons printed one by one before the rest is counted.
MOST = 5

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Table:
    """A title, sentences above it, headings by key, rows of text, sentences below it.

    A ``value`` that a table with constants would colour ends in a star.
    """

    title: str
    lead: tuple[str, ...]
    headings: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    below: tuple[str, ...]


def table(comparison: Comparison, language: str = "en") -> Table:
    """The comparison in words and figures of a language."""
    said = _Said(language)
    keys = list(wording.template("comparison", "columns", language=language))
    if comparison.level == "contest":
        keys.remove("area")
    return Table(
        said("title"),
        _lead(comparison, said),
        {key: said("columns", key) for key in keys},
        tuple(_cells(row, said) for row in comparison.rows),
        _below(comparison, said),
    )


def to_csv(comparison: Comparison) -> str:
    """One line a figure, numbers in full; a name that a spreadsheet would take for a formula is quoted with '."""
    made = io.StringIO()
    records = [_record(row) for row in comparison.rows]
    writer = csv.DictWriter(made, list(_record(None)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return made.getvalue()


def to_html(comparison: Comparison, language: str = "en") -> str:
    """One page without scripts or anything from elsewhere; every text is escaped."""
    made = table(comparison, language)
    style = (resources.files("recanvass") / "dossier" / "style.css").read_text(encoding="utf-8")
    name = wording.show(comparison.title)
    heading = f"{made.title}: {name}" if name else made.title
    lines = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(heading)}</title><style>{style}</style></head><body><main>",
        f'<h1 dir="auto">{escape(heading)}</h1>',
        *(f"<p>{escape(text)}</p>" for text in made.lead),
    ]
    if made.rows:
        lines.append(
            f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(made.title)}"><table><thead><tr>'
        )
        lines += [f'<th scope="col">{escape(text)}</th>' for text in made.headings.values()]
        lines.append("</tr></thead><tbody>")
        for row in made.rows:
            lines.append("<tr>" + "".join(f'<td dir="auto">{escape(row[key])}</td>' for key in made.headings) + "</tr>")
        lines.append("</tbody></table></div>")
    lines += [*(f"<p>{escape(text)}</p>" for text in made.below), "</main></body></html>"]
    return "\n".join(lines) + "\n"


def write(comparison: Comparison, path: Path, language: str = "en") -> None:
    """Write the table as the ending of the name says: ``.html`` or ``.csv``; the old file is replaced as a whole."""
    ending = path.suffix.lower()
    if ending not in (".html", ".csv"):
        raise UsageError(f"The table is written as .html or .csv, not {ending or 'a name without ending'!r}.")
    text = to_csv(comparison) if ending == ".csv" else to_html(comparison, language)
    waiting = path.with_name(f".{path.name}.part")
    try:
        waiting.write_text(text, encoding="utf-8", newline="")
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)


class _Said:
    """Phrases of the table in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, *keys: str, **facts: Any) -> str:
        return wording.phrase("comparison", *keys, facts=facts, language=self.language)

    def number(self, value: float | None, statistic: str) -> str:
        """A figure with the decimals that its statistic deserves."""
        if value is None:
            return ""
        return wording.number(value, 3 if statistic not in ("skewness", "kurtosis") else 2, self.language)

    def limits(self, low: float | None, high: float | None, statistic: str) -> str:
        """Two figures with a dash between them."""
        return "" if low is None else f"{self.number(low, statistic)} … {self.number(high, statistic)}"


def _lead(comparison: Comparison, said: _Said) -> tuple[str, ...]:
    made = comparison.to_dict()
    if not comparison.rows:
        return (said("nothing", reasons=_reasons(comparison, said)), said("class_d"))
    facts: dict[str, Any] = {"coloured": made["coloured"], "figures": len(comparison.rows), **made["clean"]}
    laws = [row.honest for row in comparison.rows if row.honest is not None]
    outside = sum(law.log10_adjusted <= -2 for law in laws)
    return (
        said("lead" if made["clean"] else "lead_unmeasured", **facts),
        said("honest", of_rows=said("of_rows"), outside=outside, laws=len(laws)),
        said("class_d"),
    )


def _below(comparison: Comparison, said: _Said) -> tuple[str, ...]:
    models = [f"{said('models', str(m['model']))}: {_model(m, said.language)}" for m in comparison.models]
    reasons = _reasons(comparison, said)
    notes = [said("notes", "statistics")] if comparison.rows else []
    return (*notes, *models, *([said("more", reasons=reasons)] if reasons and comparison.rows else []))


def _model(model: Mapping[str, Any], language: str) -> str:
    name, facts = str(model["model"]), model["facts"]
    if model["outcome"]:
        return wording.summary(name, str(model["outcome"]), facts, language)
    return wording.skipped(name, str(model["code"]), facts, language)


def _reasons(comparison: Comparison, said: _Said) -> list[str]:
    made = []
    for one in comparison.left_out[:MOST]:
        area = str(one["area"])
        column = said("words", "turnout") if one["column"] == "turnout" else str(one["column"])
        where = said("reasons", "in_area", area=area) if area else ""
        made.append(said("reasons", str(one["reason"]), column=column, where=where))
    rest = len(comparison.left_out) - MOST
    return [*made, said("reasons", "more", count=rest)] if rest > 0 else made


def _cells(row: Row, said: _Said) -> dict[str, str]:
    law, panel, statistic = row.honest, row.panel, row.statistic
    constant = "> 0.05" if statistic == "dip" else said.number(row.constant, statistic)
    none = said("words", "none")
    return {
        "area": wording.show(row.area) or said("whole"),
        "column": said("words", "turnout") if row.role == "turnout" else wording.show(row.column),
        "statistic": said("statistics", statistic),
        "stations": wording.count(row.stations, said.language),
        "value": said.number(row.value, statistic) + ("*" if row.coloured else ""),
        "interval": said.limits(row.low, row.high, statistic),
        "constant": constant.replace(".", ",") if said.language == "ru" else constant,
        "coloured": said("words", "yes" if row.coloured else "no"),
        "expected": none if law is None else said.number(law.expected, statistic),
        "honest_interval": "" if law is None else said.limits(law.low, law.high, statistic),
        "p": "" if law is None else wording.p_value(law.log10_adjusted, said.language),
        "panel": said.limits(panel["low"], panel["high"], statistic) if panel else "",
        "panel_coloured": f"{panel['coloured']} / {panel['columns']}" if panel else "",
        "worlds_coloured": f"{panel['worlds_coloured']} / {panel['worlds']}" if "worlds" in panel else "",
    }


def _record(row: Row | None) -> dict[str, Any]:
    """A row as it stands in the CSV; the headings where there is none."""
    if row is None:
        row = Row("", "", "", "", 0, math.nan, None, None, math.nan, coloured=False)
    law, panel = row.honest, row.panel
    return {
        "area": _text(row.area),
        "column": _text(row.column),
        "statistic": row.statistic,
        "stations": row.stations,
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "constant": row.constant,
        "coloured": row.coloured,
        "honest_expected": law.expected if law else None,
        "honest_low": law.low if law else None,
        "honest_high": law.high if law else None,
        "honest_log10_p": law.log10_p if law else None,
        "honest_log10_p_adjusted": law.log10_adjusted if law else None,
        **{f"clean_{key}": panel.get(key) for key in ("columns", "contests", "low", "high", "coloured")},
        **{key: panel.get(key) for key in ("worlds", "worlds_coloured")},
    }


def _text(name: str) -> str:
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r") else name
