"""What a scenario may be given: names, kinds and ranges of its parameters, from text or from Python.

The fields of the scenario's dataclass say the names, the kinds and the defaults; `RANGES` says what values make
sense, by the name of the parameter, because a name means the same in every scenario.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from typing import Any

from recanvass.errors import UnknownName, UsageError

#: Least and greatest value by the parameter's name.
RANGES: Mapping[str, tuple[float, float]] = {
    "batches": (1, 1000),
    "copies": (2, 10_000),
    "decimals": (0, 4),
    "districts": (1, 100_000),
    "dose": (0, 1),
    "errors": (0, 1),
    "exponent": (0.1, 10),
    "extent": (0, 1),
    "extreme": (0, 1),
    "filmed": (1, 10_000),
    "fives": (0, 1),
    "hamlets": (0, 1),
    "jitter": (0, 1000),
    "leaning": (-5, 5),
    "least": (2, 10_000),
    "machines": (0, 1),
    "noise": (0, 10),
    "observed": (0, 1),
    "of_leader": (0, 10),
    "part": (0, 1),
    "placing": (0, 5),
    "rounded": (0, 58),
    "swing": (0, 5),
}

#: Where a parameter of one scenario has another range.
OWN_RANGES: Mapping[tuple[str, str], tuple[float, float]] = {
    ("altered_total", "dose"): (0, 10),
    ("broken_accounts", "dose"): (0, 10),
    ("assigned_results", "gain"): (0, 1),
    ("imitated_results", "gain"): (-1, 1),
    ("invented_turnout", "gain"): (1, 100),
    ("rounded_results", "gain"): (1, 100),
}

#: The values of a parameter that is a word.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "clustering": ("stations", "districts", "regions", "coordinated"),
    "rounding": ("nearest", "up", "down"),
}

_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


def parameters(kind: type) -> dict[str, Any]:
    """The parameters of a scenario with their defaults, in the order of its fields."""
    return {f.name: None if f.default is MISSING else f.default for f in fields(kind)}


def from_text(name: str, kind: type, given: Iterable[str]) -> dict[str, Any]:
    """Parameters from texts like ``extent=0.05``; each is read as what its default is.

    Raises
    ------
    UsageError
        For a text without ``=``, a parameter given twice, or a value that is not of its kind.
    UnknownName
        For a parameter that the scenario does not have.
    """
    known, made = parameters(kind), dict[str, Any]()
    for text in given:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals:
            raise UsageError(f"{text!r} sets nothing; write a parameter as NAME=VALUE, for example extent=0.05.")
        _must_be_known(name, key, known)
        if key in made:
            raise UsageError(f"The parameter {key!r} of {name} is given twice; give it once.")
        made[key] = _read(name, key, value.strip(), known[key])
    return made


def check(name: str, kind: type, given: Mapping[str, Any]) -> None:
    """Refuse parameters that the scenario does not have, and values outside their range."""
    known = parameters(kind)
    for key, value in given.items():
        _must_be_known(name, key, known)
        if key in CHOICES and value not in CHOICES[key]:
            raise UsageError(f"{key} of {name} is {value!r}; it must be one of {', '.join(CHOICES[key])}.")
        low, high = OWN_RANGES.get((name, key), RANGES.get(key, (-math.inf, math.inf)))
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and not low <= value <= high:
            raise UsageError(f"{key} of {name} is {value:g}; it must lie between {low:g} and {high:g}.")


def _must_be_known(name: str, key: str, known: Mapping[str, Any]) -> None:
    if key in known:
        return
    near = get_close_matches(key, known, 1)
    said = f" Did you mean {near[0]!r}?" if near else ""
    there = f" It has {', '.join(known)}." if known else " It has none."
    raise UnknownName(f"{name} has no parameter {key!r}.{said or there}")


def _read(name: str, key: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            if text.lower() not in (*_TRUE, *_FALSE):
                raise ValueError
            return text.lower() in _TRUE
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            value = float(text)
            if not math.isfinite(value):
                raise ValueError
            return value
    except ValueError:
        wanted = "yes or no" if isinstance(default, bool) else "a number"
        wanted = "a whole number" if type(default) is int else wanted
        raise UsageError(f"{key} of {name} is {text!r}; it must be {wanted}.") from None
    return text
