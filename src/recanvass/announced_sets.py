"""Figures announced together: which counts make up which total, and what their percentages are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from recanvass.announced_totals import hour_of, options_of, printed
from recanvass.case import Announced

Record = dict[str, Any]


@dataclass(frozen=True)
class AnnouncedSet:
    """The counts of one bulletin for one territory.

    Parameters
    ----------
    territory, bulletin : str
    indices : tuple of int
        Of the announced figures: the options, then *invalid* where it was announced.
    options : tuple of (str, int)
        Options and their counts.
    known : mapping of str to int
        Other counts of the same bulletin: ``valid``, ``ballots``, ``invalid``, ``registered``, ...
    """

    territory: str
    bulletin: str
    indices: tuple[int, ...]
    options: tuple[tuple[str, int], ...]
    known: tuple[tuple[str, int], ...] = ()

    @property
    def sum(self) -> int:
        """The options added up."""
        return sum(n for _, n in self.options)

    @property
    def totals(self) -> tuple[tuple[str, int], ...]:
        """Denominators that a percentage may be of, each number once, positive ones only."""
        valid = dict(self.known).get("valid", self.sum)
        whole = len(self.options) > 1 and abs(valid - self.sum) <= len(self.options)
        named = [("sum", self.sum) if whole else ("", 0)]
        named += [(c, n) for c, n in self.known if c in ("valid", "ballots", "issued", "registered")]
        found: dict[int, str] = {}
        for label, number in named:
            if label and number > 0 and number >= self.sum:
                found.setdefault(number, label)
        return tuple((label, number) for number, label in found.items())

    @property
    def largest(self) -> int:
        """The largest count or total of the set."""
        return max([n for _, n in (*self.options, *self.known)], default=0)

    def parts(self, total: str) -> tuple[tuple[str, int], ...]:
        """The counts that may be percentages of this total."""
        known = dict(self.known)
        parts = list(self.options)
        if total in ("ballots", "issued", "registered") and "invalid" in known:
            parts.append(("invalid", known["invalid"]))
        if total == "registered" and "ballots" in known and known["ballots"] != known["registered"]:
            parts.append(("ballots", known["ballots"]))
        return tuple(parts)

    def tied(self, total: str) -> bool:
        """Whether the parts make up the total, to within a vote a part, so that one of them is the rest."""
        if total == "sum":
            return True
        number = dict(self.known).get(total, 0)
        inside = sum(n for _, n in self.parts(total) if _ != "ballots")
        return abs(number - inside) <= len(self.parts(total))

    def sum_record(self) -> Record | None:
        """The options (and invalid) added up beside the announced total of the same bulletin."""
        known = dict(self.known)
        if "valid" in known:
            total, inside = "valid", self.sum
        elif "ballots" in known and "invalid" in known:
            total, inside = "ballots", self.sum + known["invalid"]
        else:
            return None
        off = known[total] - inside
        # Options left out of an announcement leave a rest; a rest of a few votes cannot be one.
        close = 0 < abs(off) <= len(self.options) + 1 or off < 0
        return {
            "territory": self.territory,
            "bulletin": self.bulletin,
            "total_name": total,
            "total": known[total],
            "sum": inside,
            "off": off,
            "must_add_up": close,
        }


def announced_sets(announced: Sequence[Announced]) -> tuple[AnnouncedSet, ...]:
    """The sets of counts that hold at least one option, in the order of the announcement.

    A register announced once for a territory serves all its bulletins.
    """
    options = set(options_of(announced))
    together: dict[tuple[str, str], list[int]] = {}
    for i, a in enumerate(announced):
        if hour_of(a.bulletin) is None:
            together.setdefault((a.territory, a.bulletin), []).append(i)
    registers = {a.territory: a.count for a in announced if a.column == "registered" and a.count is not None}
    found = []
    for (territory, bulletin), here in together.items():
        rows = {announced[i].column: i for i in here if announced[i].count is not None}
        chosen = [(c, i) for c, i in rows.items() if c in options]
        if not chosen:
            continue
        known = {c: int(announced[i].count or 0) for c, i in rows.items() if c not in options}
        if "registered" not in known and registers.get(territory):
            known["registered"] = int(registers[territory] or 0)
        extra = [rows["invalid"]] if "invalid" in rows else []
        found.append(
            AnnouncedSet(
                territory,
                bulletin,
                (*(i for _, i in chosen), *extra),
                tuple((c, int(announced[i].count or 0)) for c, i in chosen),
                tuple(known.items()),
            )
        )
    return tuple(found)


def percentage_record(group: AnnouncedSet, announced: Sequence[Announced]) -> list[Record]:
    """For each count announced with a percentage: whether the one follows from the other."""
    records = []
    known = dict(group.known)
    for i in group.indices:
        figure = announced[i]
        if figure.percent is None or figure.count is None:
            continue
        named = dict((label, number) for label, number in group.totals)
        if "valid" not in known and "ballots" in known and "invalid" in known:
            named["valid"] = known["ballots"] - known["invalid"]
        stated = known.get(figure.base, named.get(figure.base))
        if stated is None and figure.base == "valid":
            stated = named.get("sum")
        fits = [label for label, total in named.items() if total > 0 and follows(figure.count, total, figure.percent)]
        if stated is not None and stated > 0 and follows(figure.count, stated, figure.percent):
            verdict = "follows"
        elif fits:
            verdict = "another total"
        elif stated is None:
            verdict = "cannot be checked"
        else:
            verdict = "follows from none"
        records.append(
            {
                "territory": group.territory,
                "bulletin": group.bulletin,
                "figure": figure.column,
                "count": figure.count,
                "announced_percent": figure.percent,
                "base": figure.base,
                "base_total": stated,
                "percent_of_base": f"{100 * figure.count / stated:.2f}" if stated else "–",
                "verdict": verdict,
                "fits": ", ".join(fits),
            }
        )
    return records


def follows(count: int, total: int, percent: str) -> bool:
    """Whether a percentage, rounded either way or cut off, is that of a count of a total."""
    low, high = printed(percent)
    share = Fraction(count, total)
    return low <= share <= high or (low + high) / 2 <= share < (low + high) / 2 + (high - low)


__all__ = ["AnnouncedSet", "announced_sets", "follows", "percentage_record"]
