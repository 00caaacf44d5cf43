"""The tables of the chapter on the record: actors, conditions, quantities, candidates, earlier results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recanvass import wording
from recanvass.dossier.tables import plain_table
from recanvass.drawing import printable

Words = Callable[..., str]
Table = dict[str, Any]


def tables(value: Mapping[str, Any], words: Words, language: str) -> list[Table]:
    """Every table that has a row, in the order of the chapter."""
    made = (
        _actors(value, words),
        _said(value["conditions"], "conditions", words),
        _said(value["allegations"], "allegations", words),
        _quantities(value, words),
        _compared(value, words),
        _candidates(value, words, language),
        _history(value, words, language),
        _figures(value, words, language),
        _openings(value, words),
    )
    return [table for table in made if table is not None]


def _table(words: Words, title: str, keys: Sequence[tuple[str, bool]], rows: list[list[str]]) -> Table | None:
    headings = [(words("record", key), number) for key, number in keys]
    return plain_table(words("record", title), headings, rows) if rows else None


def _quoted(text: str) -> str:
    return f"“{wording.show(text, 300)}”"


def _figure(count: int | None, language: str) -> str:
    return "–" if count is None else wording.count(count, language)


def _percent(percent: str | None, language: str) -> str:
    return "–" if percent is None else f"{wording.written(wording.show(percent, 20), language)}\u202f%"


def _actors(value: Mapping[str, Any], words: Words) -> Table | None:
    rows = [
        [a["date"], wording.show(a["actor"]), a["stance_title"], "; ".join(_quoted(t) for t in a["words"])]
        for a in value["actors"]
    ]
    return _table(words, "actors", [(k, False) for k in ("date", "actor", "stance", "words")], rows)


def _said(claims: Sequence[Mapping[str, Any]], title: str, words: Words) -> Table | None:
    rows = [
        [
            c["date"],
            " → ".join(wording.show(link, 200) for link in c["chain"]),
            wording.show(c["statement"], 400),
            _quoted(c["quotation"]),
        ]
        for c in claims
    ]
    return _table(words, title, [(k, False) for k in ("date", "by", "statement", "words")], rows)


def _quantities(value: Mapping[str, Any], words: Words) -> Table | None:
    rows = [
        [
            q["date"],
            wording.show(q["subject"], 200),
            _quoted(q["said"]),
            printable(q["bounds"]),
            wording.show(q["claimed_by"], 200),
        ]
        for q in value["quantities"]
    ]
    return _table(words, "quantities", [(k, False) for k in ("date", "what", "words", "reads", "by")], rows)


def _compared(value: Mapping[str, Any], words: Words) -> Table | None:
    said = {claim["id"]: wording.show(claim["statement"], 300) for claim in value["claims"]}
    rows = [
        [said.get(c["claim"], wording.show(c["claim"])), _quoted(c["said"]), printable(c["sentence"])]
        for c in value["comparisons"]
    ]
    return _table(words, "compared", [(k, False) for k in ("claim", "words", "outcome")], rows)


def _candidates(value: Mapping[str, Any], words: Words, language: str) -> Table | None:
    rows = [
        [wording.show(c["name"]), _figure(c["count"], language), _percent(c["percent"], language)]
        for c in value["candidates"]
    ]
    return _table(words, "candidates", [("name", False), ("votes", True), ("percent", True)], rows)


def _history(value: Mapping[str, Any], words: Words, language: str) -> Table | None:
    rows = [
        [
            h["date"] + (f" ({h['round']})" if h["round"] != 1 else ""),
            wording.show(h["leader"]),
            _percent(h["leader_percent"], language),
            _figure(h["leader_count"], language),
            _percent(h["turnout_percent"], language),
        ]
        for h in value["history"]
    ]
    keys = [(k, k not in ("date", "leader")) for k in ("date", "leader", "percent", "votes", "turnout")]
    return _table(words, "history", keys, rows)


def _figures(value: Mapping[str, Any], words: Words, language: str) -> Table | None:
    rows = [
        [
            h["date"] + (f" ({h['round']})" if h["round"] != 1 else ""),
            wording.show(f["column"]),
            _figure(f["count"], language),
            _percent(f["percent"], language),
            wording.show(f["source"], 400),
        ]
        for h in value["history"]
        for f in h["figures"]
    ]
    keys = [("date", False), ("what", False), ("votes", True), ("percent", True), ("source", False)]
    return _table(words, "figures", keys, rows)


def _openings(value: Mapping[str, Any], words: Words) -> Table | None:
    rows = [[printable(o["publication"]), printable(o["opens"])] for o in value["openness"].get("would_open", [])]
    return _table(words, "openings", [("publication", False), ("opens", False)], rows)
