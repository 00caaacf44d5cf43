"""An oddity in a table, with the stations where it stands. Nothing is removed because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Issue:
    """One kind of oddity and the records that show it.

    Parameters
    ----------
    code : str
        The kind, a key of ``phrases/issues.toml``: ``ballots_above_registered``,
        ``votes_not_valid``, ``duplicate_record``, ``missing_figures``, ...
    stations : tuple of str
        The stations as the source names them, in official order; all of them.
    rows : tuple of int
        Their rows in the source: 1 is the first line or row of the file or sheet.
    facts : mapping
        Plain values for the sentence: ``column``, ``excess`` (a total in votes), ``details``
        (one text for each station), ...
    """

    code: str
    stations: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "code": self.code,
            "stations": list(self.stations),
            "rows": list(self.rows),
            "facts": dict(self.facts),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Issue:
        """The issue that `to_dict` wrote."""
        return cls(data["code"], tuple(data["stations"]), tuple(data["rows"]), dict(data["facts"]))
