"""Claims and dossiers in the formats of others, on request only.

ClaimReview (schema.org) asserts a fact-check by whoever publishes it, so its author is always
the person or organisation that asks for it, never this program. Web Annotation (W3C) ties each
quotation to its source. RO-Crate 1.2 describes the files of a dossier, with their hashes.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recanvass.case import Case
from recanvass.errors import UsageError
from recanvass.record.against_numbers import Comparison, compare
from recanvass.record.claims import Claim
from recanvass.record.loading import Record
from recanvass.record.quotations import NORMALISATION
from recanvass.version import VERSION
from recanvass.wording import phrase, show

#: The file that describes a crate; it stands in the crate's folder.
CRATE = "ro-crate-metadata.json"

#: Our scale in schema.org's rating; a claim that cannot be checked is never rated.
RATINGS: Mapping[str, int] = {"agrees": 5, "disagrees": 1}


def claim_review(record: Record, case: Case, *, author: str, url: str, published: str) -> list[dict[str, Any]]:
    """ClaimReview objects for the accepted claims that could be compared with a figure.

    Parameters
    ----------
    author : str
        Who asserts the review.
    url : str
        Where the dossier is published.
    published : str
        The day of the review, ISO 8601.
    """
    if not author.strip() or not url.startswith("https://"):
        raise UsageError("A ClaimReview needs its author and the https address where the dossier is published.")
    claims = {c.id: c for c in record.claims if c.status == "accepted"}
    found: dict[str, Comparison] = {}
    for one in compare(record, case):
        # Of several comparisons of a claim the first that disagrees is what a reader must see.
        better = one.claim not in found or (one.mark == "disagrees" and found[one.claim].mark != "disagrees")
        if one.claim in claims and one.mark in RATINGS and better:
            found[one.claim] = one
    return [_review(record, claims[name], one, author, url, published) for name, one in found.items()]


def web_annotations(record: Record) -> list[dict[str, Any]]:
    """Web Annotation JSON-LD: one annotation a claim, with its text-quote selector."""
    return [_annotation(record, claim) for claim in record.claims]


def ro_crate(folder: Path, *, name: str, description: str, date: str, license: str = "") -> dict[str, Any]:
    """The RO-Crate 1.2 metadata of a dossier's folder: every file with its size and SHA-256.

    Write it as ``ro-crate-metadata.json`` into the folder; that file and links are left out.
    """
    root = Path(folder)
    files = [
        p
        for p in sorted(root.rglob("*"), key=lambda p: p.relative_to(root).as_posix())
        if p.is_file() and not p.is_symlink() and p.name != CRATE
    ]
    parts = [_file(p, root) for p in files]
    dataset: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": description,
        "datePublished": date,
        "hasPart": [{"@id": part["@id"]} for part in parts],
        "mentions": {"@id": "#recanvass"},
    }
    dataset["license"] = license or "No licence is stated; the figures belong to those who published them."
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
            },
            dataset,
            {"@id": "#recanvass", "@type": "SoftwareApplication", "name": "recanvass", "version": VERSION},
            *parts,
        ],
    }


def dossier_title(folder: Path) -> str:
    """The title of the contest that a dossier's ``examination.json`` names, or a general one."""
    place = Path(folder) / "examination.json"
    try:
        found = json.loads(place.read_text(encoding="utf-8"))["contest"]["title"]
    except (OSError, ValueError, KeyError, TypeError):
        return "A recanvass dossier"
    return f"{show(str(found), 200)}: recanvass dossier"


def write_crate(folder: Path, crate: Any) -> Path:
    """Put a crate into the folder that it describes, whole or not at all."""
    place = Path(folder) / CRATE
    text = json.dumps(crate, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=f".{CRATE}-", delete=False) as file:
        file.write(text)
    Path(file.name).replace(place)
    return place


def _review(record: Record, claim: Claim, found: Comparison, author: str, url: str, published: str) -> dict[str, Any]:
    source = record.source(claim.source)
    item: dict[str, Any] = {
        "@type": "Claim",
        "author": {"@type": "Thing", "name": claim.speaker},
        "datePublished": str(source.published),
    }
    if source.address:
        item["appearance"] = {"@type": "CreativeWork", "url": source.address, "name": source.title}
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "datePublished": published,
        "url": f"{url}#{claim.id}",
        "claimReviewed": claim.statement,
        "author": {"@type": "Organization", "name": author},
        "itemReviewed": item,
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": RATINGS[found.mark],
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": phrase("record", "rating", found.mark),
        },
        "reviewBody": found.sentence,
    }


def _annotation(record: Record, claim: Claim) -> dict[str, Any]:
    source = record.source(claim.source)
    selector = {"type": "TextQuoteSelector", "exact": claim.quotation.exact}
    if claim.quotation.prefix:
        selector["prefix"] = claim.quotation.prefix
    if claim.quotation.suffix:
        selector["suffix"] = claim.quotation.suffix
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"urn:recanvass:{record.name}:{claim.id}",
        "type": "Annotation",
        "motivation": "describing",
        "body": [
            {"type": "TextualBody", "purpose": "classifying", "value": claim.kind},
            {"type": "TextualBody", "purpose": "describing", "value": claim.statement, "format": "text/plain"},
        ],
        "target": {
            "source": source.address or f"urn:sha256:{source.sha256}",
            "state": {
                "type": "TimeState",
                "sourceDate": str(source.published),
                "cached": f"urn:sha256:{source.sha256}",
            },
            "selector": [selector],
        },
        "recanvass:normalisation": NORMALISATION,
        "recanvass:verified": claim.id in record.report.verified,
    }


def _file(path: Path, root: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(2**20):
            digest.update(chunk)
    return {
        "@id": path.relative_to(root).as_posix(),
        "@type": "File",
        "name": show(path.name),
        "contentSize": str(path.stat().st_size),
        "encodingFormat": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        "sha256": digest.hexdigest(),
    }
