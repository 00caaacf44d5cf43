"""How one place was divided among several polling stations: the rule, its source, and the places it gives.

Siblings are stations of one place whose voters were told apart by surname or number and by nothing that has to
do with how people vote. Which stations those are is data: ``divisions.toml`` for the systems we know, or the
case's own rule. Whether the rule is documented and whether a clean contest has borne it out decides what may be
said (class B or C).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from recanvass.errors import UsageError
from recanvass.results import LEVELS, Contest, Counts, Results


@dataclass(frozen=True)
class Division:
    """A rule by which places were divided.

    Parameters
    ----------
    name : str
        What the rule is called.
    station : str
        A regular expression for the whole name of a station; its groups, joined, are the place, inside the
        level ``within``. A station whose name does not match has no siblings.
    first_unit : bool
        The first unit bears the place's name alone (1979, then 19791): a name that matches has siblings only where its
        groups are themselves the name of a station, of the same area where ``within`` names a level. A name that could
        be both a place's and a unit's (1979 beside 197 and 19791) has none, nor have the units of that place.
    place : str
        Instead of ``station``: the level of place whose stations are siblings.
    within : str
        The level inside which places of one name are the same place; empty: the name is enough.
    rule : str
        What decided where a voter went: ``surname``, ``number``, or ``unknown``.
    documented : str
        Where that rule is stated: a key of ``CITATIONS``, or any words of the user; empty: nowhere.
    validated : str
        A clean contest of the same system whose siblings agree as a lottery makes them; empty: none.
    measured : str
        Contests in which the agreement of siblings was measured, whatever is thought of them.
    unusable : str
        Why siblings cannot be compared here: ``choice`` (voters chose), ``register`` (no list a station).
    """

    name: str = "case"
    station: str = ""
    first_unit: bool = False
    place: str = ""
    within: str = ""
    rule: str = "unknown"
    documented: str = ""
    validated: str = ""
    measured: str = ""
    unusable: str = ""

    def __post_init__(self) -> None:
        if self.unusable:
            return
        if bool(self.station) == bool(self.place):
            raise UsageError("A division needs one of station (a pattern for names) and place (a level), not both.")
        if self.rule not in ("surname", "number", "unknown"):
            raise UsageError(f"The rule of a division is {self.rule!r}; give surname, number or unknown.")
        for level in (self.place, self.within):
            if level and level not in LEVELS[:-1]:
                raise UsageError(f"A division names the level {level!r}; levels are {', '.join(LEVELS[:-1])}.")
        if self.first_unit and not self.station:
            raise UsageError("A division has first_unit and no station; give the pattern of the other units' names.")
        if self.station:
            pattern(self.station)

    @property
    def is_sourced(self) -> bool:
        """Whether the rule is stated somewhere and is a lottery: by surname or by number."""
        return bool(self.documented) and self.rule in ("surname", "number")

    def codes(self, results: Results) -> Counts | None:
        """The place of each station, -1 where it has none; None where the results lack what the rule needs.

        Returns
        -------
        (n,) int64 or None
        """
        if self.place:
            return results.areas(self.place).codes if self.place in results.places else None
        if self.unusable or "station" not in results.places:
            return None
        if self.within and self.within not in results.places:
            return None
        labels = results.places["station"]
        found = pattern(self.station)
        index: dict[str, int] = {}
        of_name = np.full(len(labels.names) + 1, -1, dtype=np.int64)
        for k, name in enumerate(labels.names):
            match = found.fullmatch(name)
            if match is not None:
                of_name[k] = index.setdefault("\0".join(part or "" for part in match.groups()), len(index))
        if self.first_unit:
            of_name = _with_first_units(labels.names, of_name, tuple(key.replace("\0", "") for key in index))
        codes = of_name[labels.codes]
        if self.within:
            area = results.areas(self.within).codes
            inside, areas = (codes >= 0) & (area >= 0), int(area.max(initial=0)) + 1
            if self.first_unit:  # a place is there where its first unit is
                inside &= np.isin(
                    codes * areas + area, (labels.codes * areas + area)[(labels.codes >= 0) & (area >= 0)]
                )
            codes = np.where(inside, codes * areas + area, -1)
        return np.asarray(codes, dtype=np.int64)


def _with_first_units(names: Sequence[str], of_name: Counts, stems: Sequence[str]) -> Counts:
    """The place of each name where the first unit of a place bears the place's name; one more entry, for no name."""
    number = {name: k for k, name in enumerate(names)}
    made = np.full(len(of_name), -1, dtype=np.int64)
    for k, stem in enumerate(of_name[:-1]):
        first = number.get(stems[stem], -1) if stem >= 0 else -1
        if first >= 0:
            made[k] = first
    firsts = np.unique(made[made >= 0])
    both = firsts[made[firsts] >= 0]
    made[np.isin(made, both)] = -1
    made[both] = -1
    firsts = np.unique(made[made >= 0])
    made[firsts] = firsts
    return made


@cache
def pattern(text: str) -> re.Pattern[str]:
    """The compiled expression; it must have a group, because the group is the place."""
    try:
        found = re.compile(text)
    except re.error as error:
        raise UsageError(f"The pattern {text!r} of a division is no regular expression: {error}.") from error
    if found.groups < 1:
        raise UsageError(f"The pattern {text!r} of a division has no group; put the part that names the place in ( ).")
    return found


@cache
def systems() -> tuple[tuple[Division, frozenset[str], str, str], ...]:
    """What ``divisions.toml`` knows: the rule, the countries' names in lower case, and its first and last day."""
    text = (resources.files("recanvass") / "divisions.toml").read_text(encoding="utf-8")
    found = []
    for entry in tomllib.loads(text)["system"]:
        countries = frozenset(name.casefold() for name in entry.pop("countries"))
        since, until = entry.pop("since", ""), entry.pop("until", "")
        found.append((Division(**entry), countries, since, until))
    return tuple(found)


def known_division(contest: Contest) -> Division | None:
    """The rule of the contest's country at its date, as far as it is known; None where it is not.

    Where the date is not given the latest rule of the country is taken.
    """
    country = contest.country.strip().casefold()
    found = [
        (until or "9999", division)
        for division, countries, since, until in systems()
        if country in countries and (not contest.date or (since <= contest.date <= (until or "9999")))
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None
