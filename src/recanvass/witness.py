"""The chapter on witnesses: what those who saw the count can show, and the fingerprints of the copies."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.method import method, names
from recanvass.results import Labels, Results

_NUMBERED = re.compile(r"^\s*(\d+(?:[-./]\d+)+)[-./]\d+\s*$")

#: The methods of the chapter, in its order.
METHODS = (
    "copies_against_protocols",
    "copies_against_totals",
    "ballot_photographs",
    "announced_percentages",
    "announced_bulletins",
    "random_sample",
    "randomised_observers",
)


@dataclass(frozen=True)
class Chapter:
    """What the witnesses' methods said, and what the copies look like when read as results.

    ``fingerprints`` are of the stations with a copy only, never of the contest.
    """

    outcomes: tuple[Finding | Skipped, ...]
    fingerprints: tuple[Finding | Skipped, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those that could be asked, in the chapter's order."""
        return tuple(f for f in self.outcomes if isinstance(f, Finding))


def chapter(case: Case, *, seed: int = 0, fingerprints: tuple[str, ...] | None = None) -> Chapter:
    """Ask the witnesses' methods; read the copies as results where none were published.

    Parameters
    ----------
    case : Case
    seed : int
    fingerprints : tuple of str, optional
        Methods of class B that are asked of the copies; all of them unless named.
    """
    outcomes = tuple(method(name).run(case, seed) for name in METHODS)
    if case.copies is None or case.results is not None:
        return Chapter(outcomes)
    copies = replace(by_number(case.copies), contest=case.contest)
    chosen = fingerprints if fingerprints is not None else _fingerprint_names()
    read = Case.of(copies)
    return Chapter(outcomes, tuple(method(name).run(read, seed) for name in chosen))


def by_number(copies: Results) -> Results:
    """The copies with the first part of the station's number as a level of place, where there is one.

    Numbers such as 07-004-0012 name the commission above the station, which is finer than a city.
    Left as they are if the finest level is given already or not every station has such a number.
    """
    if "station" not in copies.places or "subdistrict" in copies.places:
        return copies
    found = [_NUMBERED.match(name) for name in copies.places["station"].values()]
    if not found or not all(found):
        return copies
    heads = [m[1] for m in found if m is not None]
    if len(set(heads)) in (1, len(heads)):
        return copies
    return replace(copies, places={**copies.places, "subdistrict": Labels.of(heads)})


def _fingerprint_names() -> tuple[str, ...]:
    return tuple(n for n in names() if n not in METHODS and type(method(n)).evidence_class == "B")


__all__ = ["METHODS", "Chapter", "by_number", "chapter"]
