"""A stranger's TOML or JSON as plain values: size, depth and number of values are limited.

YAML is not read at all: its tags can run commands, its anchors can multiply, and a case needs
neither. Nothing that is read here is executed, and no reference in it is followed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from recanvass.errors import ReadError
from recanvass.wording import phrase, show

MOST_BYTES = 2 * 2**20
MOST_DEPTH = 24
MOST_VALUES = 100_000
MOST_KEY_PARTS = 8
LONGEST_LINE = 20_000

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """Something that a check refuses.

    Parameters
    ----------
    file : str
        The base name of the file that has to be corrected.
    claim : str
        The claim (or source) it is about; empty where it is about the file.
    field : str
        The field, dotted: ``quotation.exact``.
    code : str
        A key of ``[en.problem]`` in ``phrases/record.toml``.
    facts : tuple of pairs
        What the sentence needs.
    """

    file: str
    claim: str
    field: str
    code: str
    facts: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, file: str, claim: str, field: str, code: str, **facts: Any) -> Problem:
        """A problem, its facts as keywords."""
        return cls(file, claim, field, code, tuple(facts.items()))

    def sentence(self, language: str = "en") -> str:
        """What is wrong, and what to do."""
        return phrase("record", "problem", self.code, facts=dict(self.facts), language=language)

    def said(self, language: str = "en") -> str:
        """Where it is, and the sentence."""
        where = ": ".join(show(part) for part in (self.file, self.claim, self.field) if part)
        return f"{where}: {self.sentence(language)}"

    def __str__(self) -> str:
        return self.said()

    def to_dict(self) -> dict[str, str]:
        """Plain values, for JSON."""
        return {
            "file": self.file,
            "claim": self.claim,
            "field": self.field,
            "code": self.code,
            "sentence": self.sentence(),
        }


def document(path: Path) -> dict[str, Any]:
    """The table that a TOML or JSON file holds.

    Raises
    ------
    ReadError
        Naming the file: it is YAML or another format, too large, too deep, or not well formed.
    """
    suffix = path.suffix.lower()
    if suffix not in (".toml", ".json"):
        raise ReadError(_refusal(path, suffix))
    try:
        if not path.is_file():
            raise ReadError(f"{show(path.name)} is not a file; give a case written in TOML or JSON.")
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReadError(f"{show(path.name)} cannot be opened ({error.strerror}).") from error
    return parsed(data, path.name)


def parsed(data: bytes, name: str) -> dict[str, Any]:
    """`document`, of bytes; the name decides between JSON and TOML."""
    shown = show(name)
    if len(data) > MOST_BYTES:
        raise ReadError(f"{shown} is larger than {MOST_BYTES // 2**20} MB; a case file is not that long.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(f"{shown} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    if _deepest(text) > MOST_DEPTH:
        raise ReadError(f"{shown} is nested deeper than {MOST_DEPTH} levels; a case needs no more.")
    try:
        if name.lower().endswith(".json"):
            value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        else:
            _short_keys(text)
            value = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = show(str(error) or type(error).__name__, 200).rstrip(".")
        raise ReadError(f"{shown} cannot be read: {reason}.") from error
    if not isinstance(value, dict):
        raise ReadError(f"{shown} holds a {type(value).__name__}; a case is a table of keys and values.")
    _count(value, shown)
    return value


def validated(
    model: type[Model], value: Any, file: str, claim: str = "", field: str = ""
) -> tuple[Model | None, list[Problem]]:
    """The model of a value, or what is wrong with it, key by key."""
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        return None, _problems(error.errors(include_url=False, include_context=False), file, claim, field)


def _problems(errors: Sequence[Any], file: str, claim: str, field: str) -> list[Problem]:
    found = []
    for one in errors:
        where = ".".join([field] * bool(field) + [str(part) for part in one["loc"]])
        kind, given = one["type"], one.get("input")
        if kind == "extra_forbidden":
            found.append(Problem.of(file, claim, where, "unknown_key", key=str(one["loc"][-1])))
        elif kind == "missing":
            found.append(Problem.of(file, claim, where, "missing_key", key=str(one["loc"][-1])))
        else:
            reason = str(one["msg"]).removeprefix("Value error, ").rstrip(".")
            text = show(str(given), 60) if isinstance(given, str | int | float | bool) else type(given).__name__
            found.append(Problem.of(file, claim, where, "bad_value", value=text, reason=reason))
    return found


def _refusal(path: Path, suffix: str) -> str:
    shown = show(path.name)
    if suffix in (".yaml", ".yml"):
        return f"{shown} is YAML, which is not read because its tags can run commands; write it in TOML or JSON."
    return f"{shown} is not a case file; write a case in TOML or JSON."


def _deepest(text: str) -> int:
    """Nesting of brackets outside strings; a bound made before any parser recurses."""
    depth = deepest = 0
    bare = re.sub(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"', "", text, flags=re.DOTALL)
    for mark in re.findall(r"[\[\]{}]", bare):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _short_keys(text: str) -> None:
    """Refuse dotted keys of many parts, which cost a TOML parser quadratic time."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise ValueError(f"line {number} has {len(line)} characters")
        head = re.match(r"\s*\[{0,2}\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)", line)
        if head and head.group(1).count(".") > MOST_KEY_PARTS and '"' not in head.group(1):
            raise ValueError(f"line {number} has a key of more than {MOST_KEY_PARTS} parts")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice!r} is given twice")
    return table


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _count(value: Any, shown: str) -> None:
    """Refuse a document of very many values or depth, without recursion."""
    waiting, seen = [(value, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > MOST_VALUES or depth > MOST_DEPTH:
            raise ReadError(f"{shown} holds more than {MOST_VALUES} values or {MOST_DEPTH} levels.")
        if isinstance(node, dict):
            waiting += [(child, depth + 1) for child in node.values()]
        elif isinstance(node, list):
            waiting += [(child, depth + 1) for child in node]
