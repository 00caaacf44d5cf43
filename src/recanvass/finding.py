"""What a method found: everything that is printed or drawn about it, and nothing else.

A finding stands alone. It goes to JSON and back without loss, and no later room looks at the
results again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import polars as pl

EvidenceClass = Literal["A", "B", "C", "D"]

#: What a finding says: a broken account; a departure from the null; nothing beyond the null;
#: a description that asserts nothing.
Status = Literal["contradiction", "departure", "none", "description"]


@dataclass(frozen=True)
class Evidence:
    """A statistic against its null.

    ``log10_p`` is kept because a p-value may be smaller than the smallest float. ``null`` is a
    key of the method's phrases, or ``rank``: for want of a law p is the rank of a figure among clean real contests
    (`recanvass.panel`). ``draws`` is None where the law is exact.
    """

    statistic: float
    log10_p: float
    expected: float | None = None
    sd: float | None = None
    null: str = "null"
    draws: int | None = None

    @property
    def p_value(self) -> float:
        """The p-value; 1e-300 stands for anything smaller."""
        return float(min(1.0, 10.0 ** max(self.log10_p, -300.0)))

    @classmethod
    def from_draws(
        cls, statistic: float, draws: Sequence[float], *, expected: float | None = None, null: str = "null"
    ) -> Evidence:
        """The only Monte Carlo p-value: (1 + draws at or above) / (1 + draws)."""
        above = sum(1 for d in draws if d >= statistic)
        return cls(statistic, math.log10((1 + above) / (1 + len(draws))), expected, None, null, len(draws))


@dataclass(frozen=True)
class Estimate:
    """A quantity with its interval; ``kind`` says which way it may err."""

    quantity: str
    value: float
    unit: str
    kind: Literal["lower bound", "estimate", "upper bound"] = "estimate"
    low: float | None = None
    high: float | None = None
    level: float | None = None


@dataclass(frozen=True)
class Run:
    """Enough to compute the finding again."""

    method: str
    parameters: Mapping[str, Any]
    results_digest: str
    seed: int
    version: str


@dataclass(frozen=True)
class Skipped:
    """A method that could not be asked, and why: silence is never a result.

    ``reason`` is a sentence; ``code`` and ``facts`` are what it was made from; ``detects`` names the scenarios that the
    method was made for.
    """

    method: str
    reason: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    evidence_class: EvidenceClass = "B"
    question: str = ""
    detects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What `Method.ask` returns: a finding without its provenance.

    Parameters
    ----------
    status : Status
    outcome : str
        Which sentence of the method's phrases says it (``phrases/<method>.toml``, ``[en.summary]``).
    facts : mapping
        Plain values that the sentences use. Names from the data are inserted by `wording`, escaped.
    evidence : Evidence or None
    estimates : tuple of Estimate
    caveats : tuple of str
        Keys of the phrases (``[en.caveats]``): what limits this finding, in this contest.
    stations : tuple of str
        Stations named by the finding, sorted; all of them.
    tables : mapping of str to records
        Tables that a reader may open: name → list of flat mappings of plain values.
    series : mapping of str to sequence
        Arrays for the drawing; plain lists or numpy arrays.
    power : mapping
        What could have been seen in this contest: plain values for ``[en.power]``.
    evidence_class : EvidenceClass or None
        A weaker class than the method's, where this case does not bear the method's own; None: the method's.
    """

    status: Status
    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence | None = None
    estimates: tuple[Estimate, ...] = ()
    caveats: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    series: Mapping[str, Any] = field(default_factory=dict)
    power: Mapping[str, Any] = field(default_factory=dict)
    evidence_class: EvidenceClass | None = None


@dataclass(frozen=True)
class Finding:
    """An answer with its provenance and its words; see `Answer` for the shared fields.

    ``of`` is ``results``, or ``copies`` where observers' copies were looked at for want of results.

    ``question`` and ``summary`` are English; other languages are made from ``outcome`` and ``facts``.
    """

    run: Run
    evidence_class: EvidenceClass
    question: str
    summary: str
    answer: Answer
    of: Literal["results", "copies"] = "results"

    @property
    def method(self) -> str:
        """The name of the method: that of its file."""
        return self.run.method

    @property
    def status(self) -> Status:
        """What the finding says."""
        return self.answer.status

    @property
    def evidence(self) -> Evidence | None:
        """The statistic against its null, if the method has one."""
        return self.answer.evidence

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Quantities with their intervals."""
        return self.answer.estimates

    @property
    def stations(self) -> tuple[str, ...]:
        """The stations named by the finding."""
        return self.answer.stations

    @property
    def series(self) -> Mapping[str, Any]:
        """Arrays for the drawing."""
        return self.answer.series

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; no NaN, no infinity."""
        plain: dict[str, Any] = as_plain(asdict(self))
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """The finding that `to_dict` wrote."""
        answer = dict(data["answer"])
        answer["evidence"] = Evidence(**answer["evidence"]) if answer["evidence"] else None
        answer["estimates"] = tuple(Estimate(**e) for e in answer["estimates"])
        answer["caveats"] = tuple(answer["caveats"])
        answer["stations"] = tuple(answer["stations"])
        return cls(
            run=Run(**data["run"]),
            evidence_class=data["evidence_class"],
            question=data["question"],
            summary=data["summary"],
            answer=Answer(**answer),
            of=data.get("of", "results"),
        )

    def to_frame(self, table: str | None = None) -> pl.DataFrame:
        """One of the finding's tables (the first one unless named) as a polars frame."""
        import polars as pl

        tables = self.answer.tables
        if not tables:
            return pl.DataFrame({"station": list(self.stations)})
        return pl.DataFrame(tables[table or next(iter(tables))], infer_schema_length=None)

    def _repr_html_(self) -> str:
        said = f"<p><strong>{escape(self.question)}</strong> ({self.evidence_class}) {escape(self.summary)}</p>"
        return said + (self.to_frame()._repr_html_() if self.answer.tables else "")

    def __repr__(self) -> str:
        return f"<Finding {self.method} ({self.evidence_class}, {self.status}): {self.summary}>"


def as_plain(value: Any) -> Any:
    """Numpy values and tuples as plain Python ones; refuses NaN and infinity."""
    if isinstance(value, Mapping):
        return {str(k): as_plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return as_plain(value.tolist())
    if isinstance(value, list | tuple):
        return [as_plain(v) for v in value]
    if isinstance(value, np.generic):
        return as_plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"a finding holds {value}; it must hold finite numbers or nothing.")
    return value
