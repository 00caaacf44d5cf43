"""What was read, and the verification sheet, as plain values for the template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from recanvass import areas, sheet_words, wording
from recanvass.dossier.tables import MOST_ROWS, plain_table
from recanvass.drawing import printable
from recanvass.issue import Issue
from recanvass.results import Results
from recanvass.sheet import Sheet

Words = Callable[..., str]


def sheet_part(results: Results | None, language: str) -> dict[str, Any]:
    """The source, the ledger and every check of the reading."""

    def words(*keys: str, **facts: Any) -> str:
        return wording.phrase("dossier", *keys, facts=facts, language=language)

    if results is None:
        return {"present": False, "none": words("sheet", "none")}
    sheet = results.sheet
    part: dict[str, Any] = {
        "present": True,
        "facts": _source(results, sheet, words, language),
        "ledger": _ledger(sheet, words),
        "totals": _columns(results, sheet, words, language),
        "ignored": words("sheet", "ignored", columns=list(sheet.ignored)) if sheet and sheet.ignored else "",
        "warnings": [printable(sheet_words.warning(w, language), 1000) for w in sheet.warnings] if sheet else [],
    }
    part["ledgered"] = sheet is not None
    part["checks"] = [_compared(results, sheet, words, language)]
    if sheet is not None:
        part["checks"].append(_identities(sheet, words, language))
    part["issues"] = [_issue(i, language) for i in sheet.issues] if sheet else []
    part["quarantine"] = _quarantine(sheet, words, language) if sheet else None
    return part


def _source(results: Results, sheet: Sheet | None, words: Words, language: str) -> list[dict[str, str]]:
    source = results.source
    read_as = " · ".join(t for t in (source.reader, source.encoding, source.part) if t)
    facts = [
        ("source", wording.show(source.name, 200), False),
        ("sha256", source.sha256, True),
        ("size", words("sheet", "bytes", size=source.size) if source.size else "", False),
        ("format", wording.show(read_as, 200), False),
        ("records", wording.count(sheet.records, language) if sheet else "", False),
        ("counted", wording.count(len(results), language), False),
        ("quarantined", wording.count(len(sheet.quarantined), language) if sheet else "", False),
        ("areas", areas.chosen(results, language=language).rule if len(results) else "", False),
        ("digest", results.digest, True),
    ]
    return [
        {"label": words("sheet", key), "value": value, "code": "yes" if code else ""}
        for key, value, code in facts
        if value
    ]


def _ledger(sheet: Sheet | None, words: Words) -> str:
    if sheet is None:
        return words("sheet", "no_sheet")
    return words("sheet", "ledger", counted=sheet.counted, quarantined=len(sheet.quarantined), records=sheet.records)


def _columns(results: Results, sheet: Sheet | None, words: Words, language: str) -> dict[str, Any]:
    names = [*results.places, *results.counts, *results.options]
    rows = []
    for name in names:
        header = (sheet.columns.get(name) or sheet.columns.get(f"votes:{name}") or "") if sheet else ""
        decided = (sheet.decided.get(name) or sheet.decided.get(f"votes:{name}") or "") if sheet else ""
        known = _known(results, name)
        total = results.totals.get(name)
        rows.append(
            [
                sheet_words.column(name, language),
                wording.show(header, 160),
                sheet_words.decided(decided, language),
                wording.count(known, language),
                wording.count(len(results) - known, language),
                "" if total is None or name in results.places else f"{wording.count(total, language)}",
            ]
        )
    shown = rows[: 2 * MOST_ROWS]
    more = words("finding", "table_more", shown=len(shown), all=len(rows)) if len(rows) > len(shown) else ""
    headings = [
        (words("column", key), key in ("known", "absent", "total"))
        for key in ("figure", "header", "decided", "known", "absent", "total")
    ]
    if sheet is None:
        keep = (0, 3, 4, 5)
        headings, shown = [headings[k] for k in keep], [[row[k] for k in keep] for row in shown]
    return plain_table(words("sheet", "columns" if sheet else "totals"), headings, shown, more)


def _known(results: Results, name: str) -> int:
    if name in results.places:
        return int((results.places[name].codes >= 0).sum())
    if name in results.counts:
        return int(results.known(name).sum())
    return int(results.stood(results.options.index(name)).sum())


def _compared(results: Results, sheet: Sheet | None, words: Words, language: str) -> dict[str, Any]:
    lines = [(c.column, c.announced, c.summed) for c in sheet.compared] if sheet else []
    if not lines:
        totals = results.totals
        lines = [(name, n, totals[name]) for name, n in results.contest.announced.items() if name in totals]
    if not lines:
        return {"none": words("sheet", "compared_none")}
    rows = [
        [
            sheet_words.column(name, language),
            wording.count(announced, language),
            wording.count(summed, language),
            wording.number(summed - announced, 0, language),
        ]
        for name, announced, summed in lines
    ]
    headings = [(words("column", key), key != "figure") for key in ("figure", "announced", "summed", "difference")]
    return plain_table(words("sheet", "compared"), headings, rows)


def _identities(sheet: Sheet, words: Words, language: str) -> dict[str, Any]:
    if not sheet.identities:
        return {"none": words("sheet", "identities_none")}
    rows = [
        [
            sheet_words.identity(one.name, language),
            wording.plural(one.checked, "station", language),
            wording.plural(one.broken, "station", language),
            wording.number(one.excess, 0, language),
        ]
        for one in sheet.identities
    ]
    headings = [(words("column", key), key != "identity") for key in ("identity", "checked", "broken", "excess")]
    return plain_table(words("sheet", "identities"), headings, rows)


def _issue(issue: Issue, language: str) -> dict[str, Any]:
    details = issue.facts.get("details")
    details = details if isinstance(details, Sequence) and not isinstance(details, str) else ()
    shown = issue.stations[:MOST_ROWS] if len(issue.stations) > 1 or details else ()
    lines = [
        {
            "station": wording.show(name),
            "row": str(issue.rows[k]) if k < len(issue.rows) else "",
            "detail": wording.show(str(details[k]), 200) if k < len(details) else "",
        }
        for k, name in enumerate(shown)
    ]
    more = ""
    if len(issue.stations) > len(shown) and shown:
        counted = {"shown": len(shown), "all": len(issue.stations)}
        more = wording.phrase("dossier", "finding", "stations_more", facts=counted, language=language)
    return {"sentence": sheet_words.oddity(issue, language), "lines": lines, "more": more}


def _quarantine(sheet: Sheet, words: Words, language: str) -> dict[str, Any]:
    if not sheet.quarantined:
        return {"none": words("sheet", "quarantine_none")}
    rows = [
        [
            str(q.row),
            sheet_words.aside(q.reason, language),
            wording.show(q.text, 160),
        ]
        for q in sheet.quarantined[:MOST_ROWS]
    ]
    more = (
        words("finding", "table_more", shown=len(rows), all=len(sheet.quarantined))
        if len(sheet.quarantined) > len(rows)
        else ""
    )
    headings = [(words("column", key), key == "row") for key in ("row", "reason", "text")]
    return plain_table(words("sheet", "quarantine"), headings, rows, more)
