"""An article as it was stored: its text, its parts, its date and publisher.

This is the one place where trafilatura is imported. It decides which paragraphs of a page are
the main text and finds title, date and publisher; the words themselves are always those of the
visible text (`recanvass.record.texts`), so that a quotation stands in what was stored. Without
the extra ``articles`` the rules of `recanvass.record.sections` decide alone.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from recanvass.record.dates import day_of
from recanvass.record.quotations import normalised
from recanvass.record.sections import Part, parts
from recanvass.record.texts import decoded, text_of


@dataclass(frozen=True)
class Article:
    """A stored article; ``day`` is the calendar day of publication where it was published."""

    name: str
    text: str
    parts: tuple[Part, ...]
    title: str = ""
    author: str = ""
    publisher: str = ""
    address: str = ""
    published: date | datetime | None = None
    published_from: str = ""
    time_zone: str = "UTC"
    day: date | None = None
    sha256: str = ""
    fetched: str = ""
    data: bytes = field(default=b"", repr=False)


def article(
    data: bytes,
    name: str,
    *,
    address: str = "",
    published: date | datetime | None = None,
    time_zone: str = "UTC",
    publisher: str = "",
) -> Article:
    """The article that a file holds; what is given is taken, the rest is read from the page."""
    text = text_of(data, name, address)
    found = list(parts(text))
    known: dict[str, str] = {}
    if name.lower().endswith((".html", ".htm", ".xhtml")):
        main, known = _main_text(decoded(data, name, html=True), address)
        if main:
            found = _only_main(found, main)
    origin = "given"
    if published is None:
        published, origin = _date(known.get("date", ""), name)
    title = known.get("title", "") or next((p.text for p in found if p.kind == "headline"), "")
    return Article(
        name=name,
        text=text,
        parts=tuple(found),
        title=_plain(title),
        author=_plain(known.get("author", "")),
        publisher=publisher
        or _plain(known.get("sitename", ""))
        or _named(found)
        or _host(address or known.get("url", "")),
        address=address or known.get("url", ""),
        published=published,
        published_from=origin if published is not None else "",
        time_zone=time_zone,
        day=day_of(published, time_zone) if published is not None else None,
    )


def _main_text(page: str, address: str) -> tuple[str, dict[str, str]]:
    """The main text of a page and what it says of itself; nothing without the extra."""
    try:
        import trafilatura
    except ImportError:
        return "", {}
    with warnings.catch_warnings():
        # Its date finder warns of what it cannot parse; an absent date is handled here.
        warnings.simplefilter("ignore")
        document: Any = trafilatura.bare_extraction(
            page,
            url=address or None,
            include_comments=False,
            include_tables=False,
            with_metadata=True,
            favor_recall=True,
        )
    if document is None:
        return "", {}
    keys = ("title", "author", "date", "sitename", "url")
    return document.text or "", {k: str(getattr(document, k) or "") for k in keys}


def _only_main(found: list[Part], main: str) -> list[Part]:
    """Paragraphs of the report that trafilatura leaves out are not of the report."""
    inside = normalised(main).plain
    return [
        Part(p.text, "navigation", "not in the main text (trafilatura)")
        if p.kind == "report" and normalised(p.text).plain[:80] not in inside
        else p
        for p in found
    ]


def _date(text: str, name: str) -> tuple[date | None, str]:
    for words, origin in ((text, "the page"), (name, "the file's name")):
        match = re.search(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)", words)
        if match:
            try:
                return date(int(match[1]), int(match[2]), int(match[3])), origin
            except ValueError:
                continue
    return None, ""


def _named(found: list[Part]) -> str:
    for part in found:
        match = re.match(r"(?:An? )?(?:[Ii]mportant )?[Mm]essage from ([^:.]{3,60})", part.text)
        if match:
            return match[1].strip()
    return ""


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def _plain(text: str) -> str:
    return " ".join(text.split())[:300]
