"""The record: claims, sources and conditions, word for word.

>>> from recanvass import record                                      # doctest: +SKIP
>>> report = record.check(Path("cases/belarus-2025"))                 # doctest: +SKIP
>>> draft = record.draft("article.html", published=date(2025, 1, 27)) # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recanvass.record.acceptance import accept
    from recanvass.record.against_numbers import Comparison, compare
    from recanvass.record.checking import CheckReport
    from recanvass.record.dossier_chapter import chapter
    from recanvass.record.drafting import Draft, draft
    from recanvass.record.exports import claim_review, dossier_title, ro_crate, web_annotations, write_crate
    from recanvass.record.loading import Record, check, judge_file, load
    from recanvass.record.openness import scorecard

_PLACES = {
    "CheckReport": "checking",
    "Comparison": "against_numbers",
    "Draft": "drafting",
    "Record": "loading",
    "accept": "acceptance",
    "chapter": "dossier_chapter",
    "check": "loading",
    "claim_review": "exports",
    "compare": "against_numbers",
    "dossier_title": "exports",
    "draft": "drafting",
    "judge_file": "loading",
    "load": "loading",
    "ro_crate": "exports",
    "scorecard": "openness",
    "web_annotations": "exports",
    "write_crate": "exports",
}

__all__ = [
    "CheckReport",
    "Comparison",
    "Draft",
    "Record",
    "accept",
    "chapter",
    "check",
    "claim_review",
    "compare",
    "dossier_title",
    "draft",
    "judge_file",
    "load",
    "ro_crate",
    "scorecard",
    "web_annotations",
    "write_crate",
]


def __getattr__(name: str) -> Any:
    """A public name, from the module that defines it."""
    if name not in _PLACES:
        raise AttributeError(f"module 'recanvass.record' has no attribute {name!r}; it has {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"recanvass.record.{_PLACES[name]}"), name)
