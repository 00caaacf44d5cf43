"""The page: what stands where, as plain values, put into the templates.

The style sheet stands in the page, and the content-security policy names its hash; there is no
script, nothing is loaded, and every text passes through the templates' escaping.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata, resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from recanvass import wording
from recanvass.case import Case
from recanvass.dossier.choices_part import fixed, options_of, promise
from recanvass.dossier.finding_part import finding_part, works
from recanvass.dossier.record_part import record_part
from recanvass.dossier.sheet_part import sheet_part
from recanvass.errors import UsageError
from recanvass.examination import Examination
from recanvass.finding import Finding, Skipped
from recanvass.measured_alarms import alarm_limit
from recanvass.method import method, names
from recanvass.results import COUNTS, Results
from recanvass.statement import Statement, state
from recanvass.wording import said

CHAPTERS = ("accounts", "witnesses", "fingerprints", "record")


def render(examination: Examination, *, language: str = "en") -> str:
    """The dossier as one self-contained HTML page.

    Parameters
    ----------
    examination : Examination
    language : str
        ``en`` or ``ru``.

    Returns
    -------
    str
        The same bytes for the same examination, every time.
    """
    if language not in wording.LANGUAGES:
        raise UsageError(f"There is no language {language!r}; there are {', '.join(wording.LANGUAGES)}.")
    style = resources.files("recanvass.dossier").joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return (
        _templates()
        .get_template("page.html.jinja")
        .render(
            language=language,
            policy=policy,
            style=Markup(style),
            island=Markup(island(examination.to_dict())),
            **_contents(examination, language),
        )
    )


def island(value: Any) -> str:
    """JSON that may stand inside a ``<script>`` element of a page, whatever names it holds."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("recanvass.dossier"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["svg"] = Markup
    return made


def _contents(exam: Examination, language: str) -> dict[str, Any]:
    def words(*keys: str, **facts: Any) -> str:
        return wording.phrase("dossier", *keys, facts=facts, language=language)

    results, contest = exam.case.results, exam.case.contest
    name = wording.show(results.source.name, 160) if results is not None else ""
    title = wording.show(contest.title, 200) or (words("untitled_file", name=name) if name else words("untitled"))
    said_ = exam.statement if language == "en" else state(exam.findings, exam.skipped, language, exam.case.results)
    record = record_part(exam, language)
    kind = said("dossier", "contest_kind", contest.kind, language=language, otherwise=contest.kind)
    return {
        "w": words,
        "t": wording.template("dossier", language=language) | {},
        "title": title,
        "about": " · ".join(wording.show(t) for t in (contest.country, kind, contest.date) if t),
        "headline": _headline(said_, language),
        "not_asked": words("not_asked", questions=len(exam.skipped)) if exam.skipped else "",
        "promise": promise(exam.choices, language),
        "fixed": fixed(exam, language),
        "read_from": words("read_from" if name else "computed_by", name=name, version=exam.version, seed=exam.seed),
        "key_figures": _key_figures(exam, language, words),
        "sheet": sheet_part(results, language),
        "chapters": _chapters(exam, said_, record, language, words),
        "cite": _cite(exam, title, words),
        "recompute": _recompute(exam, language),
        "glossary": wording.template("dossier", "glossary", "words", language=language),
    }


def _headline(statement: Statement, language: str) -> dict[str, Any]:
    # The alarm limit is what the shipped calibration says now, unless the statement carries its own.
    alarm = dict(alarm_limit()) | dict(statement.alarm)
    key = "measured" if alarm.get("worlds") else "unmeasured"
    counted = wording.phrase("dossier", "counted", facts={"methods": len(statement.counted)}, language=language)
    return {
        "grade": statement.grade,
        "title": wording.phrase("statement", "grade", statement.grade, language=language),
        "sentence": statement.sentence,
        "alarm": wording.phrase("statement", "alarm", key, facts=alarm, language=language),
        "power": [str(one["sentence"]) for one in statement.smallest.seen] + list(statement.power),
        "smallest": _smallest(statement, language),
        "counted": counted if statement.grade != "cannot_be_assessed" else "",
    }


def _smallest(statement: Statement, language: str) -> dict[str, Any]:
    """The words about what would have been seen, and what is seen at no size."""

    def words(key: str, **facts: Any) -> str:
        return wording.phrase("smallest", key, facts=facts, language=language)

    found = statement.smallest
    return {
        "intro": words("intro") if found.seen else "",
        "unpromised_intro": words("unpromised") if found.unpromised else "",
        "unpromised": list(found.unpromised),
        "unseen_intro": words("unseen_intro") if found.unseen else "",
        "unseen": [str(one["sentence"]) for one in found.unseen],
        "unseen_reason": words("unseen_reason") if found.unseen else "",
    }


def _key_figures(exam: Examination, language: str, words: Any) -> list[dict[str, str]]:
    boxes = []
    results = exam.case.results
    if results is not None and len(results):
        boxes += _shares(results, language, words)
        sheet = results.sheet
        heads = sum(q.reason in ("header", "preamble") for q in sheet.quarantined) if sheet is not None else 0
        records = sheet.records - heads if sheet is not None else 0
        label = words("key", "stations_of", records=records) if records else words("key", "stations")
        boxes.append({"value": wording.count(len(results), language), "label": label})
    else:
        boxes += _announced(exam.case, language, words)
    if exam.statement.grade == "cannot_be_assessed":
        label = words("key", "asked", all=len(exam.findings) + len(exam.skipped))
        return [*boxes, {"value": wording.count(len(exam.findings), language), "label": label}]
    able = sum(f.evidence_class in "AB" and f.method in exam.statement.counted for f in exam.findings)
    known = sum(method(n).evidence_class in "AB" for n in names())
    return [*boxes, {"value": wording.count(able, language), "label": words("key", "tests", all=known)}]


def _announced(case: Case, language: str, words: Any) -> list[dict[str, str]]:
    """The announced share of the leading option and the turnout, where nothing was published by station."""
    national = [a for a in case.announced if not a.territory and a.percent is not None]
    options = {a.column: a for a in national if a.column not in COUNTS}
    turned = {a.column: a for a in national if a.column in ("ballots", "issued") and a.base == "registered"}
    boxes = []
    if options:
        first = max(options.values(), key=lambda a: (float(a.percent or 0), a.column))
        label = words("key", "announced_share", option=first.column, base=words("base", first.base))
        boxes.append({"value": wording.written(f"{first.percent}\u202f%", language), "label": label})
    for one in list(turned.values())[:1]:
        value = wording.written(f"{one.percent}\u202f%", language)
        boxes.append({"value": value, "label": words("key", "announced_turnout")})
    return boxes


def _shares(results: Results, language: str, words: Any) -> list[dict[str, str]]:
    contest, boxes = results.contest, []
    base = contest.share_of if results.has(contest.share_of) else "valid"
    whole = results.whole(base)
    if whole is not None and results.options:
        both = results.known(base) & results.stood(results.leader)
        total, votes = sum(whole[both].tolist()), sum(results.votes[both, results.leader].tolist())
        if total > 0:
            option = results.options[results.leader]
            label = words("key", "share", base=words("base", base), option=option)
            boxes.append({"value": wording.share(votes / total, 2, language), "label": label})
    came, registered = results.whole(contest.turnout_of), results.whole("registered")
    if came is not None and registered is not None:
        both = results.known(contest.turnout_of, "registered")
        total = sum(registered[both].tolist())
        if total > 0:
            value = wording.share(sum(came[both].tolist()) / total, 2, language)
            boxes.append(
                {"value": value, "label": words("key", "turnout", numerator=words("base", contest.turnout_of))}
            )
    return boxes


def chapter_of(one: Finding | Skipped) -> str:
    """The chapter in which a finding stands; what was seen in copies stands with the witnesses."""
    if isinstance(one, Finding) and one.of == "copies":
        return "witnesses"
    return method(one.method).room


def _chapters(
    exam: Examination, statement: Statement, record: Mapping[str, Any] | None, language: str, words: Any
) -> list[dict[str, Any]]:
    chapters = []
    for key in CHAPTERS:
        findings = [f for f in exam.findings if chapter_of(f) == key]
        skipped = [s for s in exam.skipped if chapter_of(s) == key]
        parts = []
        group = ""
        for finding in findings:
            part = finding_part(finding, language, statement.not_counted.get(finding.method, ""))
            new = finding.evidence_class if finding.evidence_class in "CD" else ""
            part["group"] = words("group", new) if new and new != group else ""
            group = new
            parts.append(part)
        empty = (
            not findings
            and not (key == "accounts" and exam.case.results is not None)
            and not (key == "record" and record)
        )
        chapters.append(
            {
                "id": key,
                "title": words("chapter", key),
                "asks": words("chapter_asks", key),
                "empty": words("chapter_empty", key) if empty else "",
                "findings": parts,
                "skipped": _unasked(skipped, language),
                "record": record if key == "record" else None,
            }
        )
    return chapters


def _unasked(skipped: Sequence[Skipped], language: str) -> list[dict[str, Any]]:
    """Questions that were not asked, those with the same reason together."""
    groups: dict[str, list[str]] = {}
    unseen: dict[str, list[str]] = {}
    for one in skipped:
        question = said(
            one.method, "question", language=language, otherwise=one.question or one.method.replace("_", " ")
        )
        reason = wording.skipped(one.method, one.code, one.facts, language)
        groups.setdefault(reason, []).append(question)
        if one.code == "columns":
            unseen.setdefault(reason, []).extend(wording.manipulation(name, language) for name in one.detects)
    return [
        {
            "questions": questions,
            "reason": reason,
            "unseen": _unseen(sorted({*unseen.get(reason, ())}), language),
        }
        for reason, questions in groups.items()
    ]


def _unseen(what: Sequence[str], language: str) -> str:
    return (
        wording.phrase("dossier", "skipped", "unseen", facts={"what": "; ".join(what)}, language=language)
        if what
        else ""
    )


def _cite(exam: Examination, title: str, words: Any) -> dict[str, Any]:
    results = exam.case.results
    source = results.source if results is not None else None
    name = wording.show(source.name, 200) if source is not None and source.name else "–"
    sha256 = source.sha256 if source is not None and source.sha256 else exam.case.digest or "–"
    facts = {"title": title, "version": exam.version, "name": name, "sha256": sha256, "seed": exam.seed}
    given = source is not None and bool(source.sha256)
    data = [
        words("cite", "data_text", **facts) if given else words("cite", "data_none", digest=exam.case.digest or "–")
    ]
    data += sorted({wording.show(a.source, 400) for a in exam.case.announced if a.source})[:20]
    keys = dict.fromkeys(key for f in exam.findings for key in method(f.method).cites)
    return {
        "dossier": words("cite", "dossier_text", **facts),
        "software": words("cite", "software_text", **facts),
        "data": data,
        "methods": works(sorted(keys)),
    }


def _recompute(exam: Examination, language: str) -> dict[str, Any]:
    results = exam.case.results
    folder = wording.show(str(getattr(exam.case, "name", "")), 100)
    name = folder or (wording.show(results.source.name, 200) if results is not None else "") or "FILE"
    sha256 = results.source.sha256 if results is not None else ""
    command = f"recanvass examine {shlex.quote(name)} -o dossier --seed {exam.seed}"
    command += options_of(exam.choices)
    if language != "en":
        command += f" --language {language}"
    versions = [f"recanvass {exam.version}"]
    versions += [
        f"{package} {metadata.version(package)}" for package in ("numpy", "scipy", "polars", "vl-convert-python")
    ]
    check = f"sha256sum {shlex.quote(name)}" if sha256 and not folder else ""
    compare = f"recanvass verify dossier {shlex.quote(name)}"
    if exam.choices.declaration is not None:
        compare += " --declaration declaration.json"
    return {"command": command, "check": check, "compare": compare, "sha256": sha256, "versions": ", ".join(versions)}


__all__ = ["CHAPTERS", "chapter_of", "island", "render"]
