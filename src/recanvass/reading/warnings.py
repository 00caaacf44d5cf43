"""What a person must know about a reading, as sentences of the verification sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from recanvass.issue import Issue
from recanvass.reader import RawTable
from recanvass.reading.layout import Laid
from recanvass.reading.numbers import MISSING, Column
from recanvass.results import Mask, Results, exact_sum
from recanvass.sheet import Warned
from recanvass.wording import phrase, show

if TYPE_CHECKING:
    from recanvass.reading.tableplan import Plan


def warned(code: str, **facts: Any) -> Warned:
    """A warning, its sentence from ``phrases/columns.toml``."""
    return Warned(code, phrase("columns", "warning", code, facts=facts), facts)


def of_notes(raw: RawTable) -> list[Warned]:
    """The reader's own notes."""
    return [Warned(n.code, phrase("reading", "note", n.code, facts=n.facts), dict(n.facts)) for n in raw.notes]


def of_reading(
    made: Plan,
    table: Laid,
    columns: Sequence[Column],
    results: Results,
    totals: int,
    others: Sequence[str],
    issues: Sequence[Issue],
) -> list[Warned]:
    """Warnings of the columns, the rows set aside and the names."""
    decision = made.decision
    found: list[Warned] = []
    if others:
        found.append(warned("other_parts", part=made.raw.name, others=list(others)))
    if (
        made.mapping is not None
        and made.mapping.origin.endswith(".toml")
        and (made.mapping.signature or made.mapping.sha256)
    ):
        found.append(warned("mapping_used", name=made.mapping.origin))
    used = sorted({j for js in decision.figures.values() for j in js} | set(decision.options.values()))
    for j in used:
        found += _of_column(table, columns[j], j)
    words = {j: said for j in used if columns[j].absent.any() and (said := _missing_words(table, columns[j], j))}
    if words:
        names = [table.headers[j] or f"#{j + 1}" for j in words]
        cells = sum(count for count, _ in words.values())
        found.append(warned("missing_words", columns=names, cells=cells, example=next(iter(words.values()))[1]))
    for reason, code in (("total_row", "total_rows"), ("total_differs", "total_differs")) if totals else ():
        rows = [q for q in table.aside if q.reason == reason]
        if rows:
            first = min(rows, key=lambda q: q.row)
            found.append(warned(code, rows=len(rows), first=first.row, text=first.text))
    groups: dict[str, list[str]] = {}
    for j, why in decision.aside.items():
        if why not in ("named", "extra") and columns[j].kind == "count":
            groups.setdefault(why, []).append(table.headers[j] or f"#{j + 1}")
    found += [warned(why, columns=names) for why, names in groups.items()]
    headers = set(decision.decided[o] for o in decision.options)
    if headers == {"header"} and made.mapping is None and not _confirmed(results):
        found.append(warned("unconfirmed", columns=list(decision.options)))
    if decision.short:
        target = "valid" if "valid" in results.counts else "ballots"
        whole = results.counts[target]
        share = exact_sum(results.votes.sum(axis=1)) / max(1, exact_sum(whole))
        found.append(warned("short", share=share, target=target))
    elif "ballots" in results.counts and "valid" not in results.counts and "invalid" not in results.counts:
        cast = exact_sum(results.counts["ballots"])
        found.append(warned("no_invalid", share=exact_sum(results.votes.sum(axis=1)) / max(1, cast)))
    return [*found, *_of_names(results, issues)]


def of_doubtful(table: Laid, doubtful: Mapping[str, Mask]) -> list[Warned]:
    """Rows that were counted and might be totals, by kind."""
    found = []
    for code, rows in doubtful.items():
        if rows.any():
            first = int(np.argmax(rows))
            text = show(" | ".join((cell or "").strip() for cell in table.cells.row(first)).strip(" |"), 160)
            places = [int(p) for p in table.positions.filter(pl.Series(rows)).to_list()]
            found.append(warned(code, rows=len(places), first=places[0], text=text, places=places[:200]))
    return found


def _confirmed(results: Results) -> bool:
    """Whether the canonical header itself said which columns are options."""
    return bool({"valid", "ballots"} & set(results.counts)) and results.totals[results.options[0]] > 0


def _of_column(table: Laid, column: Column, j: int) -> list[Warned]:
    name = table.headers[j] or f"#{j + 1}"
    return [warned(how, column=name, cells=cells, example=example) for how, (cells, example) in column.readings.items()]


def _missing_words(table: Laid, column: Column, j: int) -> tuple[int, str] | None:
    texts = table.cells.to_series(j).gather(np.flatnonzero(column.absent)).to_list()
    words = [t.strip() for t in texts if t and t.strip()]
    words = [w for w in words if w.casefold() in MISSING or not w.lstrip("-−").isdigit()]
    return (len(words), words[0]) if words else None


def _of_names(results: Results, issues: Sequence[Issue]) -> list[Warned]:
    found = []
    for issue in issues:
        facts = issue.facts
        if issue.code not in ("names_alike", "hidden_marks"):
            continue
        if facts["column"] == "options":
            found.append(warned("options_alike", names=facts["alike"]))
            continue
        code = "same_name_alike" if issue.code == "names_alike" else "hidden_marks"
        found.append(warned(code, column=facts["column"], names=facts["alike"], first=min(issue.rows, default=0)))
    del results
    return found


def negative_issue(made: Plan, results: Results) -> list[Issue]:
    """Stations with negative figures that a mapping declared absent."""
    if made.mapping is None or not any(c.negative for c in made.mapping.cells.values()):
        return []
    places = {int(row): i for i, row in enumerate(results.rows)}
    rows, names = set(), []
    for j in sorted({*made.decision.options.values(), *(j for js in made.decision.figures.values() for j in js)}):
        header = made.table.headers[j]
        if made.mapping.cells_of(header).negative:
            cells = made.table.cells.to_series(j).str.strip_chars()
            hit = cells.str.contains(r"^[-−–][ ]?[0-9]").fill_null(value=False)
            here = [int(p) for p in made.table.positions.filter(hit).to_list() if int(p) in places]
            if here:
                names.append(header)
                rows.update(here)
    if not rows:
        return []
    ordered = sorted(rows, key=lambda r: places[r])
    stations = results.stations
    return [Issue("negative_absent", tuple(stations[places[r]] for r in ordered), tuple(ordered), {"columns": names})]
