"""The dossier's chapter on the record, as plain values: templates print it and compute nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from recanvass.case import Announced, Case
from recanvass.finding import Finding, as_plain
from recanvass.record.against_numbers import Comparison, compare
from recanvass.record.case_file import AnnouncedRow, HistoryRow
from recanvass.record.claims import Claim, Quantity, Source
from recanvass.record.dates import day_of
from recanvass.record.loading import Record
from recanvass.record.openness import scorecard
from recanvass.results import COUNTS
from recanvass.wording import number, phrase, summary


def chapter(record: Record, case: Case, findings: Iterable[Finding] = (), language: str = "en") -> dict[str, Any]:
    """Everything that the chapter shows.

    Parameters
    ----------
    record : Record
    case : Case
    findings : iterable of Finding
        Those that bear on claims about the count are named beside them.

    Returns
    -------
    dict
        ``verification``, ``claims``, ``actors`` (who recognised, who rejected), ``conditions``,
        ``quantities``, ``comparisons``, ``candidates``, ``history``, ``estimates``, ``sources``,
        ``openness``, ``see_also``: plain values, ready for JSON.
    """
    known = list(findings)
    comparisons = compare(record, case, language)
    claims = [_claim(record, c, comparisons, known, language) for c in record.claims]
    report = record.report
    value = {
        "present": bool(record.claims or record.history or record.candidates),
        "note": record.note,
        "notes": list(getattr(case, "notes", ())),
        "verification": {
            "sentence": report.sentence(language),
            "verified": len(report.verified),
            "unverified": len(report.unverified),
            "sources": [s.sentence(language) for s in report.sources],
        },
        "claims": claims,
        "actors": _actors(claims),
        "conditions": [c for c in claims if c["kind"] == "condition" and c["part"] == "report"],
        "allegations": [c for c in claims if c["kind"] == "allegation"],
        "quantities": _quantities(claims),
        "comparisons": [c.to_dict() for c in comparisons],
        "candidates": _candidates(record, case),
        "history": _history(record, case),
        "estimates": [
            e.model_dump(mode="json") | {"low": float(e.low), "high": float(e.high)} for e in record.estimates
        ],
        "sources": [_source(record, s, language) for s in record.sources],
        "openness": scorecard(case, record.openness, language),
        "see_also": [t.model_dump(mode="json") for t in record.see_also],
    }
    plain: dict[str, Any] = as_plain(value)
    return plain


def chain(claim: Claim, source: Source) -> list[str]:
    """From the speaker to the publisher, each once."""
    links = [claim.speaker, *claim.through, source.publisher]
    return [link for k, link in enumerate(links) if link not in links[:k]]


def _claim(
    record: Record, claim: Claim, comparisons: Sequence[Comparison], findings: Sequence[Finding], language: str
) -> dict[str, Any]:
    source = record.source(claim.source)
    when = claim.when if claim.when and claim.when.of == "act" else None
    subject = claim.when if when is None else None
    return {
        "id": claim.id,
        "kind": claim.kind,
        "kind_title": phrase("record", "kind", claim.kind.replace(" ", "_"), language=language),
        "statement": claim.statement,
        "speaker": claim.speaker,
        "role": claim.role,
        "towards": claim.towards,
        "through": list(claim.through),
        "chain": chain(claim, source),
        "publisher": source.publisher,
        "address": source.address,
        "quotation": claim.quotation.exact,
        "prefix": claim.quotation.prefix,
        "suffix": claim.quotation.suffix,
        "part": claim.part,
        "status": claim.status,
        "verified": claim.id in record.report.verified,
        "date": (when.date if when else day_of(source.published, source.time_zone)).isoformat(),
        "date_until": when.until.isoformat() if when and when.until else "",
        "date_said": when.said if when else "",
        "date_is": "resolved" if when else "published",
        "subject_date": subject.date.isoformat() if subject else "",
        "subject_date_said": subject.said if subject else "",
        "quantity": _quantity(claim.quantity, language) if claim.quantity else None,
        "comparisons": [c.to_dict() for c in comparisons if c.claim == claim.id],
        "bears_on": _bearing(claim, findings, language),
        "note": claim.note,
    }


def _quantity(quantity: Quantity, language: str) -> dict[str, Any]:
    low = None if quantity.low is None else float(quantity.low)
    high = None if quantity.high is None else float(quantity.high)
    decimals = max(0, -int(quantity.value.as_tuple().exponent))

    def shown(value: float | None) -> str:
        return "" if value is None else number(value, decimals, language)

    facts = {"value": shown(float(quantity.value)), "low": shown(low), "high": shown(high)}
    key = quantity.hedge.replace(" ", "_")
    return {
        "said": quantity.said,
        "value": float(quantity.value),
        "hedge": quantity.hedge,
        "low": low,
        "high": high,
        "unit": quantity.unit,
        "subject": quantity.subject,
        "bounds": phrase("record", "hedge", key, facts=facts, language=language),
    }


def _bearing(claim: Claim, findings: Sequence[Finding], language: str) -> list[dict[str, str]]:
    """Findings that bear on a claim about the count: those it names, else classes A and B."""
    if claim.kind != "allegation":
        return []
    chosen = [f for f in findings if (f.method in claim.bears_on if claim.bears_on else f.evidence_class in ("A", "B"))]
    return [
        {
            "method": f.method,
            "class": f.evidence_class,
            "status": f.status,
            "summary": f.summary
            if language == "en"
            else summary(f.method, f.answer.outcome, f.answer.facts, language, f.of),
        }
        for f in chosen
    ]


def _actors(claims: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who recognised and who rejected, one row an actor and stance, by date."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for claim in claims:
        if claim["kind"] not in ("recognition", "rejection"):
            continue
        row = rows.setdefault(
            (claim["speaker"], claim["kind"]),
            {
                "actor": claim["speaker"],
                "role": claim["role"],
                "stance": claim["kind"],
                "stance_title": claim["kind_title"],
                "date": claim["date"],
                "date_is": claim["date_is"],
                "words": [],
                "claims": [],
                "through": [],
                "verified": True,
            },
        )
        if claim["date_is"] == "resolved" and row["date_is"] == "published":
            row["date"], row["date_is"] = claim["date"], claim["date_is"]
        row["words"].append(claim["quotation"])
        row["claims"].append(claim["id"])
        row["through"] += [t for t in claim["chain"][1:] if t not in row["through"]]
        row["verified"] = row["verified"] and claim["verified"]
    return sorted(rows.values(), key=lambda r: (r["date"], r["stance"], r["actor"]))


def _quantities(claims: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Quantities over time: by subject, then by date."""
    rows = [
        {
            **c["quantity"],
            "date": c["date"],
            "date_is": c["date_is"],
            "claimed_by": c["speaker"],
            "claim": c["id"],
            "publisher": c["publisher"],
            "verified": c["verified"],
        }
        for c in claims
        if c["quantity"] is not None
    ]
    return sorted(rows, key=lambda r: (r["subject"], r["date"], r["claim"]))


def _candidates(record: Record, case: Case) -> list[dict[str, Any]]:
    """Who stood, with the national figures announced for each."""
    listed = [(c.name, c.column or c.name, c.about, c.source) for c in record.candidates]
    named = {column for _, column, _, _ in listed}
    national = [a for a in case.announced if not a.territory and a.column not in COUNTS]
    listed += [(c, c, "", "") for c in dict.fromkeys(a.column for a in national) if c not in named]
    rows = []
    for name, column, about, source in listed:
        mine = [a for a in national if a.column == column]
        rows.append(
            {
                "name": name,
                "about": about,
                "source": source,
                "count": next((a.count for a in reversed(mine) if a.count is not None), None),
                "percent": next((a.percent for a in reversed(mine) if a.percent is not None), None),
                "base": next((a.base for a in reversed(mine) if a.percent is not None), ""),
                "announced_in": next((a.source for a in reversed(mine)), ""),
            }
        )
    return rows


def _history(record: Record, case: Case) -> list[dict[str, Any]]:
    """The series of earlier results and this one: one entry a contest and round, by date."""
    contests: dict[tuple[str, int], list[HistoryRow | AnnouncedRow | Announced]] = {}
    for row in record.history:
        if not row.territory:
            contests.setdefault((row.date.isoformat(), row.round), []).append(row)
    if contests and case.contest.date:
        contests.setdefault((case.contest.date, 1), []).extend(a for a in case.announced if not a.territory)
    series = []
    for (day, round_), rows in sorted(contests.items()):
        options = [r for r in rows if r.column not in COUNTS]
        # Percentages are compared with each other where every option has one, else counts.
        counts = {o.column: o.count for o in options if o.count is not None}
        percents = {o.column: float(str(o.percent)) for o in options if o.percent is not None}
        sizes: dict[str, Any] = counts if len(counts) > len(percents) else percents or counts
        leader = max(sorted(sizes), key=lambda c: sizes[c]) if sizes else ""
        turnout = next((r for r in rows if r.column == "ballots" and r.percent is not None), None)
        series.append(
            {
                "date": day,
                "round": round_,
                "leader": leader,
                "leader_percent": next((o.percent for o in options if o.column == leader and o.percent), None),
                "leader_count": counts.get(leader),
                "turnout_percent": turnout.percent if turnout is not None else None,
                "this_contest": day == case.contest.date,
                "figures": [
                    {
                        "column": r.column,
                        "count": r.count,
                        "percent": r.percent,
                        "base": r.base,
                        "source": r.source,
                        "note": getattr(r, "note", ""),
                    }
                    for r in rows
                ],
            }
        )
    return series


def _source(record: Record, source: Source, language: str) -> dict[str, Any]:
    state = next((s for s in record.report.sources if s.source == source.id), None)
    return {
        "id": source.id,
        "file": source.file,
        "title": source.title,
        "publisher": source.publisher,
        "author": source.author,
        "address": source.address,
        "sha256": source.sha256,
        "published": day_of(source.published, source.time_zone).isoformat(),
        "time_zone": source.time_zone,
        "language": source.language,
        "state": state.state if state else "not at hand",
        "sentence": state.sentence(language) if state else "",
        "paragraphs": state.paragraphs if state else 0,
        "covered": state.covered if state else 0,
        "uncovered": list(state.uncovered) if state else [],
        "apart": [{"kind": a.kind, "opening": a.opening, "note": a.note} for a in source.apart],
        "standing": [s.model_dump(mode="json") for s in source.standing],
    }
