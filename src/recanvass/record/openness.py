"""How open the results were: the nine principles of the Open Election Data Initiative.

The principles are those of the National Democratic Institute's Open Election Data Initiative
(https://openelectiondata.net/en/guide/principles/). A case declares how far each was met, with
its reason; *granular* and *complete* are held against the tables that are at hand, so that
a declared *yes* without a table by station is not repeated.
"""

from __future__ import annotations

from typing import Any

from recanvass.case import Case
from recanvass.record.case_file import OpennessTable, Principle
from recanvass.wording import phrase

PRINCIPLES = (
    "timely",
    "granular",
    "free",
    "complete",
    "analyzable",
    "non_proprietary",
    "non_discriminatory",
    "license_free",
    "permanent",
)

SOURCE = "https://openelectiondata.net/en/guide/principles/"

#: What would have to be published by station, and which questions it would open.
PUBLICATIONS = ("votes", "registered", "ballots", "invalid", "early", "protocols", "earlier")


def scorecard(case: Case, declared: OpennessTable, language: str = "en") -> dict[str, Any]:
    """The nine principles with marks and reasons, and what publication would open which question."""
    rows = [_row(name, case, getattr(declared, name), language) for name in PRINCIPLES]
    marks = [row["met"] for row in rows]
    met = marks.count("yes")
    facts = {
        "met": met,
        "partly": marks.count("partly"),
        "unmet": marks.count("no"),
        "unknown": marks.count("unknown"),
    }
    return {
        "source": SOURCE,
        "sentence": phrase("record", "openness", "sentence", facts=facts, language=language),
        "met": met,
        "principles": rows,
        "would_open": [row for name in PUBLICATIONS if (row := _would_open(name, case, language))],
        "assessable": _assessable(case, language),
    }


def _row(name: str, case: Case, declared: Principle | None, language: str) -> dict[str, Any]:
    met = declared.met if declared is not None else "unknown"
    why = declared.why if declared is not None else ""
    source = declared.source if declared is not None else ""
    if name == "granular" and case.results is None and met == "yes":
        met, why = "unknown", phrase("record", "openness", "no_table", language=language)
    if name == "granular" and case.results is not None and met == "unknown":
        met = "yes"
        facts = {"stations": len(case.results)}
        why = phrase("record", "openness", "table", facts=facts, language=language)
    title = phrase("record", "principle", name, language=language)
    mark = phrase("record", "met", met, language=language)
    why = why or phrase("record", "openness", "undeclared", language=language)
    return {
        "principle": name,
        "title": title,
        "met": met,
        "mark": mark,
        "why": why,
        "sentence": f"{title}: {mark}. {why}",
        "source": source,
    }


def _would_open(name: str, case: Case, language: str) -> dict[str, str] | None:
    """A publication that is lacking here, and what it would make it possible to ask."""
    results = case.results
    there = {
        "votes": results is not None,
        "registered": results is not None and results.has("registered"),
        "ballots": results is not None and results.has("ballots"),
        "invalid": results is not None and results.has("invalid"),
        "early": results is not None and results.has("issued_early"),
        "protocols": case.copies is not None,
        "earlier": bool(case.earlier),
    }
    if there[name]:
        return None
    return {
        "publication": phrase("record", "publication", name, language=language),
        "opens": phrase("record", "opens", name, language=language),
    }


def _assessable(case: Case, language: str) -> list[dict[str, Any]]:
    """What can and what cannot be assessed with what is at hand."""
    counts = [a for a in case.announced if a.count is not None]
    percents = [a for a in case.announced if a.percent is not None]
    both = [a for a in case.announced if a.count is not None and a.percent is not None]
    here = {
        "totals": len(counts) >= 2,
        "percentages": len(both) >= 1 or (len(percents) >= 1 and len(counts) >= 1),
        "territories": any(a.territory for a in case.announced),
        "copies": case.copies is not None,
        "stations": case.results is not None,
    }
    return [
        {
            "can": can,
            "what": phrase("record", "assessable", name, language=language),
            "sentence": phrase("record", "assessable_can" if can else "assessable_cannot", name, language=language),
        }
        for name, can in here.items()
    ]
