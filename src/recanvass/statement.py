r"""Many findings → one graded statement: the only thing that may be read as a headline.

The combination is declared here, before any contest is looked at.

1. Only findings of class A and B count; C and D never do, whatever they say.
2. A class A finding with the status *contradiction* decides alone: figures that cannot both be
   true are not a matter of probability.
3. The class B methods that could be asked are one family of :math:`K` tests. Each gives one
   p-value that has already paid for its own looks (options, areas, windows); the headline's is

   .. math:: p = \min(1, K \min_k p_k)

   which holds whatever the dependence between them (Bonferroni).
4. The grade follows from :math:`p` by the fixed levels `LEVELS`.
5. Where neither A nor B could be asked, nothing is graded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from recanvass import wording
from recanvass.finding import Finding, Skipped
from recanvass.measured_alarms import alarm_limit
from recanvass.results import Results
from recanvass.smallest import TOLD, Smallest, smallest

Grade = Literal["cannot_be_assessed", "nothing_detected", "unusual", "very_unusual", "incompatible"]

#: log10 of the headline's p-value at or below which a grade is given.
LEVELS: tuple[tuple[float, Grade], ...] = (
    (-8.0, "incompatible"),
    (-5.0, "very_unusual"),
    (-3.0, "unusual"),
)


@dataclass(frozen=True)
class Statement:
    """The graded statement.

    Parameters
    ----------
    grade : Grade
    sentence : str
        What is said, in one or two sentences.
    counted : tuple of str
        The methods that the grade rests on or that could have raised it.
    not_counted : mapping of str to str
        Methods that did not count, and why, in a sentence.
    log10_p : float or None
        The headline's p-value over class B; None where no class B method could be asked.
    alarm : mapping
        ``limit``, ``class``, ``worlds``, ``alarms``: how often the same words would be wrong.
    power : tuple of str
        What else could have been seen in this contest, a sentence a method that `smallest` does not tell of.
    smallest : Smallest
        The smallest manipulation that would have been seen here, by type, and what is seen at no size.
    """

    grade: Grade
    sentence: str
    counted: tuple[str, ...] = ()
    not_counted: Mapping[str, str] = field(default_factory=dict)
    log10_p: float | None = None
    alarm: Mapping[str, Any] = field(default_factory=dict)
    power: tuple[str, ...] = ()
    smallest: Smallest = field(default_factory=Smallest)

    @property
    def title(self) -> str:
        """The grade in words."""
        return wording.phrase("statement", "grade", self.grade)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "grade": self.grade,
            "title": self.title,
            "sentence": self.sentence,
            "counted": list(self.counted),
            "not_counted": dict(self.not_counted),
            "log10_p": self.log10_p,
            "alarm": dict(self.alarm),
            "power": list(self.power),
            "smallest": self.smallest.to_dict(),
        }


def state(
    findings: Sequence[Finding],
    skipped: Sequence[Skipped] = (),
    language: str = "en",
    results: Results | None = None,
) -> Statement:
    """The statement that these findings bear; the rule stands at the head of this file.

    ``results`` is what the sizes of unseen manipulations are told in; nothing else is read from it.
    """
    contradictions = [f for f in findings if f.evidence_class == "A" and f.status == "contradiction"]
    tested = [f for f in findings if f.evidence_class == "B" and f.evidence is not None]
    log10_p = _headline(tested)
    grade = _grade(contradictions, tested, log10_p)
    counted = [f for f in findings if f.evidence_class == "A"] + tested
    left_out = {f.method: _why_not(f, language) for f in findings if f not in counted}
    left_out |= {s.method: s.reason for s in skipped if s.evidence_class in "AB"}
    told = {line[1] for line in TOLD}
    return Statement(
        grade=grade,
        sentence=_sentence(grade, contradictions, tested, log10_p, len(counted) - len(tested), language),
        counted=tuple(f.method for f in counted),
        not_counted=left_out,
        log10_p=log10_p,
        alarm=alarm_limit(),
        power=tuple(p for f in tested if f.method not in told and (p := power(f, language))),
        smallest=smallest(counted, results, language, skipped),
    )


def _headline(tested: Sequence[Finding]) -> float | None:
    if not tested:
        return None
    smallest = min(f.evidence.log10_p for f in tested if f.evidence is not None)
    return float(min(0.0, smallest + math.log10(len(tested))))


def _grade(contradictions: Sequence[Finding], tested: Sequence[Finding], log10_p: float | None) -> Grade:
    if contradictions:
        return "incompatible"
    if log10_p is None:
        return "cannot_be_assessed"
    return next((grade for level, grade in LEVELS if log10_p <= level), "nothing_detected")


def _sentence(
    grade: Grade,
    contradictions: Sequence[Finding],
    tested: Sequence[Finding],
    log10_p: float | None,
    accounts: int,
    language: str,
) -> str:
    if grade in ("cannot_be_assessed", "nothing_detected"):
        key = "accounts_only" if grade == "cannot_be_assessed" and accounts else grade
        facts = {"methods": len(tested), "accounts": accounts}
        return wording.phrase("statement", "sentence", key, facts=facts, language=language)
    strongest = sorted(tested, key=lambda f: (f.evidence.log10_p if f.evidence else 0.0, f.method))
    speaking = [f for f in strongest if f.evidence is not None and f.evidence.log10_p <= -3]
    reasons = " ".join(
        wording.claimed(wording.summary(f.method, f.answer.outcome, f.answer.facts, language, f.of), language)
        for f in [*contradictions, *speaking][:3]
    )
    kind = "contradiction" if contradictions else grade
    known: dict[str, Any] = {"reasons": reasons, "log10_p": 0.0 if log10_p is None else log10_p}
    return wording.phrase("statement", "sentence", kind, facts=known, language=language)


def _why_not(finding: Finding, language: str) -> str:
    key = finding.evidence_class if finding.evidence_class in "CD" else "untested"
    return wording.phrase("statement", "not_counted", key, language=language)


def power(finding: Finding, language: str = "en") -> str:
    """What a method could have seen in this contest, as a sentence; empty where it cannot say."""
    if not finding.answer.power:
        return ""
    return wording.phrase(finding.method, "power", "text", facts=finding.answer.power, language=language)
