"""The chapter on the record as the template prints it; a case without claims has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from recanvass import wording
from recanvass.dossier.record_tables import tables
from recanvass.drawing import printable
from recanvass.examination import Examination

_MOST = 60


def record_part(exam: Examination, language: str) -> dict[str, Any] | None:
    """Claims word for word, who recognised the result, earlier results; None where nothing was collected."""
    record = getattr(exam.case, "record", None)
    if record is None:
        return None
    from recanvass.record import chapter

    value = chapter(record, exam.case, exam.findings, language)
    if not value["present"]:
        return None

    def words(*keys: str) -> str:
        return wording.phrase("dossier", *keys, language=language)

    return {
        "note": value["note"],
        "verification": value["verification"]["sentence"],
        "claims": [_claim(c, language) for c in value["claims"][:_MOST]],
        "tables": tables(value, words, language),
        "openness": {
            "sentence": printable(value["openness"].get("sentence", "")),
            "principles": [printable(p["sentence"]) for p in value["openness"].get("principles", [])],
        },
        "sources": [
            {
                "text": " · ".join(wording.show(str(s[k]), 300) for k in ("publisher", "title", "published") if s[k]),
                "address": web_address(s["address"]),
                "sentence": s["sentence"],
                "apart": [wording.show(f"{a['opening']} – {a['note']}", 400) for a in s["apart"]],
                "standing": [_standing(one, words) for one in s["standing"]],
            }
            for s in value["sources"]
        ],
    }


def web_address(text: str) -> str:
    """An address that may be linked: http or https, nothing else."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc and text.isprintable() else ""


def _claim(claim: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "id": claim["id"],
        "kind": claim["kind_title"],
        "statement": wording.show(claim["statement"], 600),
        "quotation": wording.show(claim["quotation"], 3000),
        "prefix": wording.show(claim["prefix"], 300),
        "suffix": wording.show(claim["suffix"], 300),
        "chain": " → ".join(wording.show(link, 200) for link in claim["chain"]),
        "date": claim["date"],
        "address": web_address(claim["address"]),
        "verified": wording.phrase(
            "dossier", "record", "verified" if claim["verified"] else "unverified", language=language
        ),
        "comparisons": [printable(c["sentence"]) for c in claim["comparisons"]],
        "bears_on": [
            {"class": b["class"], "summary": b["summary"], "id": b["method"].replace("_", "-")}
            for b in claim["bears_on"]
        ],
    }


def _standing(standing: Mapping[str, str], words: Any) -> dict[str, str]:
    """What a publisher was declared to be, and what that means for those quoted and for the holder."""
    shown = {key: wording.show(text, 600) for key, text in standing.items()}
    return {
        "title": f"{shown['term']}: {shown['by']}, {shown['since']}",
        "quoted": f"{words('record', 'for_quoted')} {shown['means_for_quoted']}",
        "holder": f"{words('record', 'for_holder')} {shown['means_for_holder']}",
        "source": shown["source"],
    }
