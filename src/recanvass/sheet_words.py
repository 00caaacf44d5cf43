"""The words of the verification sheet, for the page and for the terminal alike."""

from __future__ import annotations

from recanvass import wording
from recanvass.errors import UnknownName
from recanvass.issue import Issue
from recanvass.sheet import Warned
from recanvass.wording import said


def column(name: str, language: str = "en") -> str:
    """A canonical column in words; an option by its own name."""
    return said("dossier", "counts", name, language=language, otherwise=wording.show(name.removeprefix("votes:")))


def decided(by: str, language: str = "en") -> str:
    """What decided which column it is: the header, arithmetic, a mapping, a person; nothing where nothing did."""
    return said("dossier", "decided", by, language=language, otherwise=by) if by else ""


def identity(name: str, language: str = "en") -> str:
    """An arithmetic identity, as what should be so."""
    return said("issues", "identity", name, language=language, otherwise=name.replace("_", " "))


def warning(one: Warned, language: str = "en") -> str:
    """What must be known of the reading; as the reader said it where the language lacks it."""
    for topic, section in (("columns", "warning"), ("reading", "note")):
        if text := said(topic, section, one.code, facts=one.facts, language=language):
            return text
    return one.message


def aside(reason: str, language: str = "en") -> str:
    """Why a record was set aside; a reason without words is shown as it is."""
    shown = wording.show(reason.replace("_", " "), 200)
    known = said("columns", "reason", reason, language=language, otherwise=shown)
    return said("dossier", "aside", reason, language=language, otherwise=known)


def oddity(issue: Issue, language: str = "en") -> str:
    """An oddity of the table, with its first stations."""
    facts = {"stations": len(issue.stations), "names": list(issue.stations), **issue.facts}
    try:
        return wording.phrase("issues", issue.code, facts=facts, language=language)
    except (UnknownName, TypeError, ValueError):
        return f"{issue.code.replace('_', ' ')}: {wording.plural(len(issue.stations), 'station', language)}."
