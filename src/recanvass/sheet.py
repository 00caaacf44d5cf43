"""The verification sheet: what was read, what was not, and whether the table agrees with itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from recanvass.issue import Issue


@dataclass(frozen=True)
class Quarantined:
    """A record that was not counted: its row in the source, why (a key of phrases), and its text."""

    row: int
    reason: str
    text: str = ""


@dataclass(frozen=True)
class Warned:
    """Something that a reader of the file must know; the sentence is made in `wording`."""

    code: str
    message: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Identity:
    """An arithmetic identity over the rows: at how many it could be checked, at how many it fails.

    ``name`` is a key of ``phrases/issues.toml``; ``excess`` is the sum of the differences, in votes.
    """

    name: str
    checked: int
    broken: int
    excess: int = 0


@dataclass(frozen=True)
class Compared:
    """A sum over the stations beside the total that was announced."""

    column: str
    announced: int
    summed: int


@dataclass(frozen=True)
class Sheet:
    """The row ledger and the checks of one reading.

    ``records`` were found in the bytes by the pre-scan; ``counted`` plus the quarantined ones must
    equal it. ``columns`` maps a canonical name to the header or headers it was read from;
    ``decided`` says by what (``header``, ``arithmetic``, ``mapping``, ``person``); ``known`` is the
    number of stations that give each figure; ``mapping`` is the text of a mapping file that gives
    this reading again.
    """

    records: int = 0
    counted: int = 0
    quarantined: tuple[Quarantined, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    known: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    identities: tuple[Identity, ...] = ()
    compared: tuple[Compared, ...] = ()
    issues: tuple[Issue, ...] = ()
    mapping: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Sheet:
        """The sheet that `to_dict` wrote."""
        kinds = {
            "quarantined": Quarantined,
            "warnings": Warned,
            "identities": Identity,
            "compared": Compared,
        }
        made = {k: tuple(kind(**x) for x in data[k]) for k, kind in kinds.items()}
        made["issues"] = tuple(Issue.from_dict(x) for x in data["issues"])
        return cls(**{**data, **made, "ignored": tuple(data["ignored"])})
