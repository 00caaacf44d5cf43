"""recanvass: check the published results of an election again.

>>> import recanvass as rc                                    # doctest: +SKIP
>>> results = rc.read("results.csv")                          # doctest: +SKIP
>>> exam = rc.examine(results, seed=0)                        # doctest: +SKIP
>>> exam["repeated_percentages"].to_frame()                   # doctest: +SKIP
>>> rc.write(exam, "dossier/")                                # doctest: +SKIP

The public names are imported at their first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from recanvass.version import VERSION as __version__

if TYPE_CHECKING:
    from recanvass.case import Case
    from recanvass.case_folder import load_case
    from recanvass.comparison import compare
    from recanvass.declaration import Declaration, declare
    from recanvass.dossier import render, write
    from recanvass.drawing import figure
    from recanvass.examination import Examination, examine
    from recanvass.finding import Estimate, Evidence, Finding
    from recanvass.method import Method
    from recanvass.reading.read import read
    from recanvass.results import Contest, Results
    from recanvass.statement import Statement

_PLACES = {
    "Case": "case",
    "Contest": "results",
    "Declaration": "declaration",
    "Estimate": "finding",
    "Evidence": "finding",
    "Examination": "examination",
    "Finding": "finding",
    "Method": "method",
    "Results": "results",
    "Statement": "statement",
    "compare": "comparison",
    "declare": "declaration",
    "examine": "examination",
    "figure": "drawing",
    "load_case": "case_folder",
    "read": "reading.read",
    "render": "dossier",
    "write": "dossier",
}

__all__ = [
    "Case",
    "Contest",
    "Declaration",
    "Estimate",
    "Evidence",
    "Examination",
    "Finding",
    "Method",
    "Results",
    "Statement",
    "__version__",
    "compare",
    "declare",
    "examine",
    "figure",
    "load_case",
    "read",
    "render",
    "write",
]


def __getattr__(name: str) -> Any:
    """A public name, from the module that defines it."""
    if name not in _PLACES:
        raise AttributeError(f"module 'recanvass' has no attribute {name!r}; it has {', '.join(__all__)}.")
    value = getattr(importlib.import_module(f"recanvass.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
