"""What a person may choose for a whole examination, by whom each choice was made, and whether a declaration was kept.

Which option is the leader, which areas are looked at, what turnout and share are taken of and which
methods are asked is fixed by rule. Each may be chosen instead, for all methods at once, by a
declaration made beforehand or by the person who runs the examination. A choice that was made with the figures at
hand and was not declared voids the alarm limit, which holds for the rules: so who chose is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Literal

from recanvass.case import Case
from recanvass.declaration import AREAS, Declaration, checked, checked_seed, chosen_methods, configured
from recanvass.errors import UnknownName, UsageError
from recanvass.method import Method, method, names
from recanvass.results import Contest, Results
from recanvass.statement import LEVELS
from recanvass.version import VERSION
from recanvass.wording import listed, show

By = Literal["rule", "case", "declaration", "person"]
#: Choices that replace a rule for a whole examination, in the order in which they are told.
KINDS = ("leader", "areas", "turnout_of", "share_of", "methods")


@dataclass(frozen=True)
class Choice:
    """One choice: its value (empty: as the rule gives it) and who made it."""

    value: str | tuple[str, ...]
    by: By


@dataclass(frozen=True)
class Departure:
    """One item in which a run differs from its declaration; ``item`` is a key of the phrases."""

    item: str
    declared: str
    run: str


@dataclass(frozen=True)
class Choices:
    """Every choice behind an examination.

    Parameters
    ----------
    made : mapping of str to Choice
        By `KINDS`; under ``methods`` stand those that were left out of the battery.
    asked : tuple of Method
        The battery, with its parameters.
    declaration : Declaration or None
    departures : tuple of Departure
        Empty where the declaration was kept, or where there is none.
    settings : mapping of str to mapping
        Parameters that a person set at the run: method, parameter, value.
    """

    made: Mapping[str, Choice] = field(default_factory=dict)
    asked: tuple[Method, ...] = ()
    declaration: Declaration | None = None
    departures: tuple[Departure, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether there was a declaration and nothing differs from it."""
        return self.declaration is not None and not self.departures

    @property
    def undeclared(self) -> tuple[str, ...]:
        """The kinds of choice that a person made at the run, in place of a rule or of what was declared."""
        return tuple(kind for kind, choice in self.made.items() if choice.by == "person")

    def to_dict(self) -> dict[str, Any]:
        """``choices`` and ``declaration`` of the run, for JSON."""
        told = self.declaration
        return {
            "choices": {kind: asdict(choice) for kind, choice in self.made.items()},
            "settings": {name: dict(given) for name, given in self.settings.items()},
            "declaration": None
            if told is None
            else {
                "sha256": told.sha256,
                "contest": told.contest,
                "declared_at": told.declared_at,
                "version": told.version,
                "results_at_hand": told.results_at_hand,
                "kept": self.kept,
                "departures": [asdict(d) for d in self.departures],
            },
        }


def choose(
    case: Case,
    *,
    seed: int | None = None,
    methods: Sequence[str | Method] | None = None,
    without: Sequence[str] = (),
    leader: str = "",
    areas: str = "",
    turnout_of: str = "",
    share_of: str = "",
    declaration: Declaration | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Case, int, Choices]:
    """The case as it is to be examined, the seed, and who chose what; see `recanvass.examine`.

    What is given here goes before what was declared, and that before the rules.

    Raises
    ------
    UnknownName
        The leader is not among the options; the nearest names are given.
    UsageError
        A level or a denominator that there is not.
    """
    checked("turnout_of", turnout_of, ("ballots", "issued"))
    checked("share_of", share_of, ("valid", "ballots"))
    checked("areas", areas, AREAS)
    results = case.results
    if results is None and case.copies is not None:
        _known_option(case.copies, leader)
    if results is not None:
        _known_option(results, leader)
        if areas and areas not in results.places:
            there = [level for level in AREAS if level in results.places]
            raise UsageError(f"The results give no {areas}; they give {listed(there) or 'no places'}.")
        for base in (turnout_of, share_of):
            if base and not results.has(base):
                raise UsageError(f"The results do not give the ballots as {base!r}, so nothing can be taken of them.")
    departures: list[Departure] = []
    told = declaration
    if told is not None:
        departures += _absent(told, results)
    given = {"leader": leader, "areas": areas, "turnout_of": turnout_of, "share_of": share_of}
    made = {kind: _choice(kind, value, case, told, departures) for kind, value in given.items()}
    set_here = settings or {}
    asked = _asked(results, methods, without, told, departures, set_here)
    made["methods"] = _battery(asked, told, departures)
    used = checked_seed(seed if seed is not None else told.seed if told is not None else 0)
    if told is not None:
        departures += _differs("seed", str(told.seed), str(used))
        departures += _differs("version", told.version, VERSION)
        levels = {grade: level for level, grade in LEVELS}
        departures += _differs("levels", _pairs(told.levels), _pairs(levels))
    order = ("version", "seed", *KINDS)
    departures.sort(key=lambda d: (order.index(d.item) if d.item in order else len(order), d.item, d.declared))
    return _applied(case, made), used, Choices(made, tuple(asked), told, tuple(departures), set_here)


def _choice(kind: str, value: str, case: Case, told: Declaration | None, departures: list[Departure]) -> Choice:
    declared = None if told is None else str(getattr(told, kind))
    own = str(getattr(case.contest, kind))
    if told is not None and declared is not None:
        gone = any(d.item == f"{kind}_absent" for d in departures)
        if value and (value != declared or gone):
            departures += _differs(kind, declared, value)
            return Choice(value, "person")
        if gone:
            return Choice(str(getattr(Contest(), kind)), "rule")
        return Choice(declared, "declaration" if declared else "rule")
    if value and value != own:
        as_ruled = kind == "leader" and case.results is not None and value == case.results.options[case.results.leader]
        return Choice(value, "rule" if as_ruled else "person")
    return Choice(own, "rule" if own == str(getattr(Contest(), kind)) else "case")


def _absent(told: Declaration, results: Results | None) -> list[Departure]:
    """What was declared and is not in the results."""
    found = []
    if results is not None and told.leader and told.leader not in results.options:
        found.append(Departure("leader_absent", told.leader, _nearest(told.leader, results.options)))
    if results is not None and told.areas and told.areas not in results.places:
        found.append(Departure("areas_absent", told.areas, ""))
    for kind in ("turnout_of", "share_of"):
        base, usual = str(getattr(told, kind)), str(getattr(Contest(), kind))
        if results is not None and base != usual and not results.has(base):
            found.append(Departure(f"{kind}_absent", base, usual))
    return found


def _asked(
    results: Results | None,
    methods: Sequence[str | Method] | None,
    without: Sequence[str],
    told: Declaration | None,
    departures: list[Departure],
    settings: Mapping[str, Mapping[str, Any]],
) -> list[Method]:
    named = methods
    if told is not None:
        if methods is None:
            named = told.battery()
        else:
            named = [configured(m, told.methods[m]) if isinstance(m, str) and m in told.methods else m for m in methods]
    asked = with_settings(chosen_methods(named, without), settings)
    for k, each in enumerate(asked):
        option = getattr(each, "option", None)
        if results is None or option is None or option in results.options:
            continue
        if told is None or told.methods.get(each.name, {}).get("option") != option:
            _known_option(results, option)
        departures.append(Departure("option_absent", f"{each.name}: {option}", _nearest(option, results.options)))
        asked[k] = replace(each, option=None)  # type: ignore[call-arg]
    return asked


def with_settings(asked: Sequence[Method], settings: Mapping[str, Mapping[str, Any]]) -> list[Method]:
    """The methods, with some of their parameters set otherwise; each value is checked.

    Raises
    ------
    UnknownName, UsageError
        A method or a parameter that there is not, a value that it cannot have, a method that is not asked.
    """
    given = {name: configured(name, parameters) for name, parameters in settings.items()}
    if unasked := sorted(set(given) - {each.name for each in asked}):
        raise UsageError(f"A parameter of {unasked[0]} is set, and it is not asked; leave the one or ask the other.")
    return [
        replace(each, **{key: getattr(given[each.name], key) for key in settings[each.name]})
        if each.name in given
        else each
        for each in asked
    ]


def _battery(
    asked: Sequence[Method],
    told: Declaration | None,
    departures: list[Departure],
) -> Choice:
    """The methods left out of the battery that was to be asked, and by whom."""
    run = {m.name: m for m in asked}
    if told is None:
        every = set(names())
        tuned = [m for m in asked if m.name in every and m != method(m.name)]
        missing = tuple(sorted(every - set(run)))
        return Choice(missing, "person" if missing or tuned else "rule")
    left, added = sorted(set(told.methods) - set(run)), sorted(set(run) - set(told.methods))
    departures += [Departure("left_out", name, "") for name in left]
    departures += [Departure("added", "", name) for name in added]
    gone = {d.declared.split(":")[0] for d in departures if d.item == "option_absent"}
    changed = [n for n in sorted(set(run) - set(added) - gone) if run[n] != configured(n, told.methods[n])]
    departures += [Departure("parameters", name, name) for name in changed]
    return Choice(tuple(left), "person" if left or added or changed else "declaration")


def _applied(case: Case, made: Mapping[str, Choice]) -> Case:
    """The case whose contest says what was chosen; the case itself where nothing differs."""
    chosen = {kind: made[kind].value for kind in KINDS[:-1]}

    def told(contest: Contest) -> Contest:
        return replace(contest, **chosen)  # type: ignore[arg-type]

    if told(case.contest) == case.contest:
        return case
    results = case.results
    if results is not None:
        results = replace(results, contest=told(results.contest))
    return replace(case, contest=told(case.contest), results=results)


def _known_option(results: Results, name: str) -> None:
    if name and name not in results.options:
        raise UnknownName(
            f"There is no option {show(name)!r} in these results; the nearest is {_nearest(name, results.options)}. "
            "Give the name as it stands in the file."
        )


def _nearest(name: str, options: Sequence[str]) -> str:
    """The three options whose names are nearest to a name, in words."""
    plain = {option.casefold(): option for option in options}
    inside = [option for folded, option in plain.items() if name.casefold() in folded]
    near = get_close_matches(name.casefold(), list(plain), 3, 0.5)
    found = list(dict.fromkeys([*inside, *(plain[n] for n in near)])) or list(options)
    return " or ".join(f"“{show(option, 60)}”" for option in found[:3])


def _differs(item: str, declared: str, run: str) -> list[Departure]:
    return [Departure(item, declared, run)] if declared != run else []


def _pairs(levels: Mapping[Any, float]) -> str:
    return ", ".join(f"{grade} {level:g}" for grade, level in sorted(levels.items()))


__all__ = ["KINDS", "By", "Choice", "Choices", "Departure", "choose", "with_settings"]
