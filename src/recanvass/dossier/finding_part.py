"""One finding as plain values for the template: question, answer, picture, doubts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from recanvass import measured_ranks, wording
from recanvass.citations import CITATIONS
from recanvass.dossier.tables import amount, quantity, table
from recanvass.drawing import Figure, figure
from recanvass.finding import Estimate, Finding
from recanvass.measured_alarms import false_alarms
from recanvass.method import method
from recanvass.wording import said

#: Stations named in the open text and in the fold below it; all of them stand in ``stations.csv``.
FIRST_STATIONS, MOST_STATIONS = 20, 400
#: A data link longer than this many characters makes a page heavy; the figures are in ``examination.json`` too.
_LONGEST_LINK = 120_000
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")


def finding_part(finding: Finding, language: str, not_counted: str = "") -> dict[str, Any]:
    """Everything that the section of a finding shows."""
    name, answer = finding.method, finding.answer

    def own(*keys: str, **facts: Any) -> str:
        return said(name, *keys, facts=facts or answer.facts, language=language)

    def words(*keys: str, **facts: Any) -> str:
        return wording.phrase("dossier", *keys, facts=facts, language=language)

    return {
        "id": name.replace("_", "-"),
        "class": finding.evidence_class,
        "status": finding.status,
        "status_label": words("answered", finding.status),
        "class_label": words("class", finding.evidence_class),
        "class_means": words("class_means", finding.evidence_class),
        "question": own("question") or finding.question,
        "summary": wording.summary(name, answer.outcome, answer.facts, language, finding.of),
        "title": own("title"),
        "figure": _figure(figure(finding, language=language), words),
        "how_to_read": own("how_to_read"),
        "margin": _margin(finding, language, own, words),
        "not_counted": not_counted,
        "tables": [table(records, key, name, language) for key, records in answer.tables.items() if records],
        "stations": _stations(answer.stations, words, language),
        "estimates": [_estimate(e, name, language) for e in answer.estimates],
        "evidence": _evidence(finding, language),
        "method": own("method"),
        "null": own("null"),
        "looks": own("looks"),
        "cites": works(method(name).cites),
        "cost": said("costs", method(name).cost, language=language, otherwise=method(name).cost),
        "parameters": "; ".join(f"{k} = {_parameter(v)}" for k, v in sorted(finding.run.parameters.items())),
    }


def works(keys: Iterable[str]) -> list[dict[str, str]]:
    """Citations in full, with the address of each work that has one."""
    found: list[dict[str, str]] = []
    for key in keys:
        work: Mapping[str, str | int] = CITATIONS.get(key, {})
        if work:
            text = f"{work['authors']} ({work['year']}): {work['title']}. {work['venue']}."
            doi = str(work.get("doi", ""))
            found.append(
                {"text": text, "doi": doi, "address": "https://doi.org/" + quote(doi, safe="/.()-_") if doi else ""}
            )
    return list({entry["doi"] or entry["text"]: entry for entry in found}.values())


def guarded(value: Any) -> str:
    """A cell for a spreadsheet: text that it would run as a formula begins with an apostrophe."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return "'" + value if value.startswith(_FORMULA) or value.lstrip(" \u00a0\u3000").startswith(_FORMULA) else value


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Comma-separated text whose cells no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([guarded(h) for h in header])
    for row in rows:
        writer.writerow([guarded(value) for value in row])
    return out.getvalue()


def _figure(chart: Figure, words: Any) -> dict[str, Any]:
    records = chart.records
    if not records:
        return {"none": words("finding", "no_figure")}
    keys = list(dict.fromkeys(key for record in records for key in record))
    text = csv_text(keys, ([record.get(key) for key in keys] for record in records))
    link = "data:text/csv;charset=utf-8," + quote(text, safe="/:,;()")
    return {
        "none": "",
        "title": chart.drawing.title,
        "caption": chart.drawing.caption,
        "wide": chart.svg("wide", title=False),
        "narrow": chart.svg("narrow", title=False),
        "link": link if len(link) <= _LONGEST_LINK else "",
        "file": f"{chart.name}.csv",
    }


def _margin(finding: Finding, language: str, own: Any, words: Any) -> list[dict[str, Any]]:
    answer, name = finding.answer, finding.method
    seen = _seen(finding, language, words)
    innocent = wording.template(name, "innocent", language=language)
    explanations = (
        [wording.phrase(name, "innocent", key, facts=answer.facts, language=language) for key in innocent]
        if isinstance(innocent, Mapping)
        else [own("innocent")]
    )
    limits = [wording.phrase(name, "caveats", key, facts=answer.facts, language=language) for key in answer.caveats]
    notes = [
        {"label": words("finding", "false_alarms"), "lines": [_false_alarms(finding, language, words)]},
        {"label": words("finding", "power"), "lines": [seen, *_seen_in_simulations(finding, language)]},
        {"label": words("finding", "innocent"), "lines": explanations},
        {"label": words("finding", "does_not_show"), "lines": [own("does_not_show")]},
        {"label": words("finding", "limits"), "lines": limits},
    ]
    return [note for note in notes if any(note["lines"])]


def _seen(finding: Finding, language: str, words: Any) -> str:
    """What it would have seen here; said plainly where that was not measured."""
    name, answer = finding.method, finding.answer
    if answer.power:
        return said(name, "power", answer.power.get("phrase", "text"), facts=answer.power, language=language)
    for key in (answer.outcome, "always"):
        if text := said(name, "power", key, facts=answer.facts, language=language):
            return text
    return str(words("finding", "power_context" if finding.evidence_class in "CD" else "power_unmeasured"))


def _seen_in_simulations(finding: Finding, language: str) -> list[str]:
    """What a rank among clean contests showed in simulated ones; said plainly where that was not measured."""
    facts, evidence = finding.answer.facts, finding.evidence
    if evidence is None or evidence.null != "rank" or not facts.get("contests"):
        return []
    found = measured_ranks.figures(finding.method, facts)
    if found is None:
        return [wording.phrase("ranks", "unmeasured", language=language)]
    return [measured_ranks.seen(found, language)]


def _false_alarms(finding: Finding, language: str, words: Any) -> str:
    measured = false_alarms(finding.method)
    if finding.evidence_class in "CD":
        ranked = measured_ranks.figures(finding.method, finding.answer.facts)
        if ranked is not None:
            return measured_ranks.false_alarms(ranked, language)
        return str(words("false_alarms", "context"))
    if finding.evidence_class == "A":
        if measured.get("asked"):
            facts = {"asked": measured["asked"], "contradictions": measured["contradictions"]}
            return str(words("false_alarms", "contradictions", **facts))
        return str(words("false_alarms", "contradiction"))
    rates = measured.get("rates", {})
    if not {"0.01", "0.001"} <= set(rates):
        return str(words("false_alarms", "unmeasured"))
    return str(words("false_alarms", "measured", asked=measured["asked"], below=rates["0.01"], far=rates["0.001"]))


def _parameter(value: Any) -> str:
    return wording.show(json.dumps(value, ensure_ascii=False), 200)


def _stations(names: tuple[str, ...], words: Any, language: str) -> dict[str, Any]:
    shown = [wording.show(n) for n in names[:MOST_STATIONS]]
    more = ""
    if len(names) > len(shown):
        more = words("finding", "stations_more", shown=len(shown), all=len(names))
    return {
        "count": wording.count(len(names), language) if names else "",
        "first": shown[:FIRST_STATIONS],
        "rest": shown[FIRST_STATIONS:],
        "more": more,
    }


def _estimate(one: Estimate, name: str, language: str) -> str:
    facts: dict[str, Any] = {
        "quantity": _quantity(one.quantity, name, language),
        "value": amount(one.value, one.unit, language),
        "kind": wording.phrase("dossier", "kind", one.kind, language=language),
    }
    if one.low is None or one.high is None or one.level is None:
        return wording.phrase("dossier", "finding", "estimate", facts=facts, language=language)
    bare = "share" if one.unit == "part of stations" else one.unit
    low, high = (amount(end, bare, language, noun=False) for end in (one.low, one.high))
    facts |= {"low": low, "high": high, "level": one.level}
    return wording.phrase("dossier", "finding", "estimate_interval", facts=facts, language=language)


def _quantity(code: str, name: str, language: str) -> str:
    """What is estimated, in words; a phrase such as *share of {option}* stands for all its options."""
    known = wording.phrases(name).get("en", {}).get("estimates", {})
    for key in known:
        start, _, rest = key.partition("{option}")
        if rest or key.endswith("{option}"):
            option = code[len(start) : len(code) - len(rest)]
            if code.startswith(start) and code.endswith(rest) and option:
                return said(name, "estimates", key, facts={"option": option}, language=language)
    return said(name, "estimates", code, language=language, otherwise=code.replace("_", " "))


def _evidence(finding: Finding, language: str) -> str:
    evidence = finding.evidence
    if evidence is None:
        return ""
    facts = {
        "statistic": quantity(evidence.statistic, language),
        "expected": None if evidence.expected is None else quantity(evidence.expected, language),
        "sd": None if evidence.sd is None else quantity(evidence.sd, language),
        "log10_p": evidence.log10_p,
        "draws": evidence.draws,
        "contests": finding.answer.facts.get("contests", 0),
    }
    if evidence.null == "rank":
        key = "evidence_rank" if facts["contests"] else "evidence_unranked"
        return wording.phrase("dossier", "finding", key, facts=facts, language=language)
    whole = evidence.expected is not None and evidence.sd is not None
    first = wording.phrase(
        "dossier", "finding", "evidence" if whole else "evidence_bare", facts=facts, language=language
    )
    how = wording.phrase(
        "dossier", "finding", "exact" if evidence.draws is None else "draws", facts=facts, language=language
    )
    return f"{first} {how}"
