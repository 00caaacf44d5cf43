"""Who chose what, and whether a declaration was kept: page one, and the list at the end."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from recanvass import areas, wording
from recanvass.choices import KINDS, Choices
from recanvass.examination import Examination
from recanvass.wording import said


def promise(choices: Choices, language: str) -> dict[str, Any] | None:
    """What page one says: kept, departed from, or chosen without a declaration; None where nothing is to be said."""

    def words(*keys: str, **facts: Any) -> str:
        return wording.phrase("declaration", *keys, facts=facts, language=language)

    told, undeclared = choices.declaration, choices.undeclared
    if told is None and not undeclared:
        return None
    if told is None:
        items = [_choice(choices, kind, language) for kind in undeclared]
        return {
            "kind": "undeclared",
            "title": words("title", "undeclared"),
            "text": words("text", "undeclared"),
            "items": items,
            "after": [words("text", "matters")],
        }
    kind = "kept" if choices.kept else "departs"
    after = [words("text", "matters")] if undeclared else []
    if told.results_at_hand:
        after.append(words("text", "at_hand", results_at_hand=told.results_at_hand))
    after.append(words("text", "hash", sha256=told.sha256))
    items = []
    for one in choices.departures:
        facts = {"declared": _value(one.item, one.declared, language), "run": _value(one.item, one.run, language)}
        items.append(words("departure", one.item, **facts))
    return {
        "kind": kind,
        "title": words("title", kind),
        "text": words("text", kind, declared_at=_moment(told.declared_at)),
        "items": items,
        "after": after,
    }


def fixed(exam: Examination, language: str) -> dict[str, Any]:
    """The list at the end: each choice, its value, who made it."""

    def words(*keys: str, **facts: Any) -> str:
        return wording.phrase("declaration", *keys, facts=facts, language=language)

    results, choices = exam.case.results, exam.choices
    made, told = choices.made, choices.declaration
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        if kind not in made:
            continue
        by = words("by", made[kind].by)
        if kind == "methods":
            left = _titles(made[kind].value, language)
            facts = {"asked": len(choices.asked), "left": left}
            text = words("fixed", "methods_some" if left else "methods_all", **facts)
        elif kind == "leader" and (results is None or not results.options):
            text = str(made[kind].value) or words("fixed", "leader_none")
        elif kind == "leader" and results is not None:
            key = "leader_rule" if made[kind].by == "rule" else "leader_given"
            text = words("fixed", key, option=results.options[results.leader])
        elif kind == "areas":
            text = areas.chosen(results, language=language).rule if results is not None and len(results) else "–"
        else:
            text = wording.phrase("dossier", "base", str(made[kind].value), language=language)
        rows.append({"name": words("fixed", kind), "value": text, "by": by})
    seed = "rule" if exam.seed == 0 else "person"
    if told is not None and told.seed == exam.seed:
        seed = "declaration"
    rows.append({"name": words("fixed", "seed"), "value": str(exam.seed), "by": words("by", seed)})
    declared = words("fixed", "declaration_none")
    if told is not None:
        declared = f"SHA-256 {told.sha256}; {_moment(told.declared_at)}; {wording.show(told.contest, 200)}"
    rows.append({"name": words("fixed", "declaration"), "value": declared, "by": ""})
    return {"title": words("fixed", "title"), "rows": rows, "note": words("fixed", "bases")}


def options_of(choices: Choices) -> str:
    """The options of the command line that make the same choices again."""
    told, parts = choices.declaration, []
    if told is not None:
        parts += ["--declaration", "declaration.json", "--hash", told.sha256]
    for kind, choice in choices.made.items():
        if choice.by != "person":
            continue
        if kind == "methods":
            parts += ["--methods", ",".join(m.name for m in choices.asked)] if choice.value else []
        else:
            parts += [f"--{kind.replace('_', '-')}", str(choice.value)]
    for name, given in choices.settings.items():
        for key, value in given.items():
            parts += ["--set", f"{name}.{key}={value if isinstance(value, str) else json.dumps(value)}"]
    return "".join(" " + shlex.quote(wording.show(part, 2000)) for part in parts)


def _choice(choices: Choices, kind: str, language: str) -> str:
    value: Any = choices.made[kind].value
    if kind == "methods" and not value:
        return wording.phrase("declaration", "choice", "parameters", language=language)
    shown = _titles(value, language) if kind == "methods" else _value(kind, value, language)
    return wording.phrase("declaration", "choice", kind, facts={"value": shown}, language=language)


def _value(item: str, value: str, language: str) -> str:
    """A level, a denominator or a method in the reader's words; the rule where nothing was named."""
    if item in ("left_out", "added", "parameters") and value:
        return _titles([value], language)[0]
    topics: Mapping[str, tuple[str, str]] = {
        "areas": ("areas", "level"),
        "areas_absent": ("areas", "level"),
        "turnout_of": ("dossier", "base"),
        "share_of": ("dossier", "base"),
        "turnout_of_absent": ("dossier", "base"),
        "share_of_absent": ("dossier", "base"),
    }
    if not value and item in ("leader", "areas"):
        return wording.phrase("declaration", "departure", "rule", language=language)
    if item in topics and value:
        topic, key = topics[item]
        return said(topic, key, value, language=language, otherwise=value)
    return value


def _titles(names: Iterable[str], language: str) -> list[str]:
    return [said(name, "title", language=language, otherwise=name) for name in names]


def _moment(text: str) -> str:
    return wording.show(text.replace("T", " ").replace("Z", " UTC"), 40)


__all__ = ["fixed", "options_of", "promise"]
