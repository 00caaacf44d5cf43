"""A declaration: what an examination will ask, fixed before the results are known.

The declaration is a text: JSON with sorted keys, one final newline. Its hash is the SHA-256 of the
bytes of the file, so that ``sha256sum`` gives the same. The hash, published at a place that keeps
dates, is what shows that nothing was changed later; the time in the file is the clock of the computer that wrote it
and shows nothing by itself.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from recanvass.errors import ReadError, UnknownName, UsageError
from recanvass.method import Method, method, names
from recanvass.results import LEVELS as PLACES
from recanvass.statement import LEVELS
from recanvass.version import VERSION
from recanvass.wording import show

SCHEMA_VERSION = "1.0"
#: A declaration is a page of text; a file larger than this is something else.
LARGEST = 1_000_000

TurnoutOf = Literal["ballots", "issued"]
ShareOf = Literal["valid", "ballots"]
#: Levels of place that may be chosen.
AREAS = PLACES[:-1]

_COMBINATION = (
    "smallest p-value of class B times the number of class B methods asked; a contradiction of class A decides"
)
_KEYS = {
    "schema_version", "version", "declared_at", "contest", "results_at_hand", "seed", "leader", "areas",
    "turnout_of", "share_of", "methods", "statement",
}  # fmt: skip


@dataclass(frozen=True)
class Declaration:
    """What was fixed before an examination; `declare` makes one, `read_declaration` reads one.

    Parameters
    ----------
    contest : str
        Which contest, in words.
    methods : mapping of str to mapping
        The battery: every method with all its parameters.
    seed : int
    leader : str
        The option that is called the leader; empty: the one with the most votes.
    areas : str
        A level of place; empty: the rule of `recanvass.areas`.
    turnout_of, share_of : str
        The denominators.
    levels : mapping of str to float
        log10 of the p-value from which each grade of the statement is given.
    results_at_hand : str
        SHA-256 of results that were already there when it was written; empty: none.
    declared_at : str
        UTC, to the second, by the clock of the computer.
    version : str
    sha256 : str
        Of the file that it was read from, or of `text`.
    """

    contest: str
    methods: Mapping[str, Mapping[str, Any]]
    seed: int = 0
    leader: str = ""
    areas: str = ""
    turnout_of: TurnoutOf = "ballots"
    share_of: ShareOf = "valid"
    levels: Mapping[str, float] = field(default_factory=lambda: {grade: level for level, grade in LEVELS})
    results_at_hand: str = ""
    declared_at: str = ""
    version: str = VERSION
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", hashlib.sha256(self.text.encode()).hexdigest())

    def to_dict(self) -> dict[str, Any]:
        """The object that the file holds."""
        return {
            "schema_version": SCHEMA_VERSION,
            "version": self.version,
            "declared_at": self.declared_at,
            "contest": self.contest,
            "results_at_hand": self.results_at_hand,
            "seed": self.seed,
            "leader": {"option": self.leader} if self.leader else {"rule": "most votes"},
            "areas": {"level": self.areas} if self.areas else {"rule": "finest level that holds half of the stations"},
            "turnout_of": self.turnout_of,
            "share_of": self.share_of,
            "methods": {name: dict(parameters) for name, parameters in self.methods.items()},
            "statement": {"combination": _COMBINATION, "levels": dict(self.levels)},
        }

    @property
    def text(self) -> str:
        """The canonical text of the file."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"

    def battery(self) -> list[Method]:
        """The declared methods with their declared parameters."""
        return [configured(name, parameters) for name, parameters in self.methods.items()]

    def write(self, path: Path | str) -> Path:
        """Write the file; one that is there is never replaced, because its hash may be published."""
        place = Path(path)
        try:
            with place.open("x", encoding="utf-8", newline="\n") as file:
                file.write(self.text)
        except FileExistsError as error:
            raise UsageError(
                f"{show(place.name)} is there already, and a declaration is not replaced; give another name."
            ) from error
        return place


def declare(
    contest: str = "",
    *,
    seed: int = 0,
    methods: Sequence[str | Method] | None = None,
    without: Sequence[str] = (),
    leader: str = "",
    areas: str = "",
    turnout_of: str = "ballots",
    share_of: str = "valid",
    results_at_hand: str = "",
    at: datetime | None = None,
) -> Declaration:
    """Fix beforehand what `examine` will do: battery, leader, areas, denominators, levels and seed.

    Parameters
    ----------
    contest : str
        Which contest, in words.
    seed : int
    methods : sequence of str or Method, optional
        All of the folder unless given; a `Method` brings its parameters (filters among them).
    without : sequence of str
        Methods that are left out.
    leader : str
        The option that is called the leader, as it will stand in the results; empty: the one with the most votes.
    areas : str
        ``region``, ``district`` or ``subdistrict``; empty: the rule of `recanvass.areas`.
    turnout_of, share_of : str
        ``ballots`` or ``issued``; ``valid`` or ``ballots``.
    results_at_hand : str
        SHA-256 of results that are already known.
    at : datetime, optional
        Now unless given.

    Returns
    -------
    Declaration
        ``declaration.write(path)`` writes it; ``declaration.sha256`` is what to publish.

    Raises
    ------
    UsageError, UnknownName
        A method, a level or a denominator that there is not.
    """
    moment = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for text in (contest, leader):
        if not text.isascii() and text != text.encode("utf-8", "ignore").decode():  # lone surrogates
            raise UsageError(f"{show(text)!r} holds bytes that are no text; give it in the encoding of your system.")
    return Declaration(
        contest=contest,
        methods={m.name: _plain(asdict(m)) for m in chosen_methods(methods, without)},
        seed=checked_seed(seed),
        leader=leader,
        areas=checked("areas", areas, AREAS),
        turnout_of=checked("turnout_of", turnout_of, get_args(TurnoutOf)) or "ballots",  # type: ignore[arg-type]
        share_of=checked("share_of", share_of, get_args(ShareOf)) or "valid",  # type: ignore[arg-type]
        results_at_hand=results_at_hand,
        declared_at=moment,
    )


def read_declaration(path: Path | str, sha256: str = "") -> Declaration:
    """The declaration that a file holds.

    Parameters
    ----------
    path : path
    sha256 : str
        The hash as it was published; the file is refused where it has another.

    Raises
    ------
    ReadError
        Not a declaration, of a newer schema, or of another hash.
    """
    place = Path(path)
    name = show(place.name)
    try:
        with place.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {name!r} here; give the path of a declaration.") from error
    if len(content) > LARGEST:
        raise ReadError(f"{name} is larger than {LARGEST:,} bytes, so it is no declaration.")
    found = hashlib.sha256(content).hexdigest()
    wanted = sha256.strip().lower()
    if wanted and (len(wanted) != 64 or set(wanted) - set("0123456789abcdef")):
        raise UsageError(f"{show(sha256, 80)!r} is no SHA-256; give all 64 hexadecimal digits as they were published.")
    if wanted and wanted != found:
        raise ReadError(
            f"{name} has the SHA-256 {found}, not {wanted}: it is not the declaration of which the hash was published."
        )
    return _parsed(content, name, found)


def chosen_methods(methods: Sequence[str | Method] | None, without: Sequence[str] = ()) -> list[Method]:
    """The methods that are meant, each once; all of the folder where none are named."""
    for name in without:
        method(name)
    asked = [m if isinstance(m, Method) else method(m) for m in (names() if methods is None else methods)]
    if len({m.name for m in asked}) != len(asked):
        raise UsageError("A method is named twice; name each once.")
    unused = set(without) - {m.name for m in asked}
    if unused:
        raise UsageError(f"{sorted(unused)} is left out and was not to be asked; say it once.")
    kept = [m for m in asked if m.name not in without]
    if not kept:
        raise UsageError("No method is left to be asked; name at least one.")
    return kept


def configured(name: str, parameters: Mapping[str, Any]) -> Method:
    """The method of this name with parameters that come from a file, each checked.

    Raises
    ------
    UnknownName, UsageError
        Naming the method, the parameter and its value.
    """
    from pydantic import TypeAdapter, ValidationError

    plain = method(name)
    known = {f.name: getattr(plain, f.name) for f in fields(plain)}
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise UnknownName(f"{name} has no parameter {show(unknown[0])!r}; it has {', '.join(known) or 'none'}.")
    given = {}
    for key, value in parameters.items():
        try:
            given[key] = TypeAdapter(_annotation(plain, key)).validate_json(json.dumps(value), strict=True)
        except (ValidationError, ValueError) as error:
            raise UsageError(
                f"{name}: {key} is {show(json.dumps(value), 80)}, which it cannot be; the default is {known[key]!r}."
            ) from error
        if not _sane(given[key], known[key]):
            raise UsageError(
                f"{name}: {key} is {show(json.dumps(value), 80)}, which is out of range; the default is {known[key]!r}."
            )
    return method(name, **given)


def checked(what: str, value: str, allowed: Sequence[str]) -> str:
    """A word out of a few; empty leaves the rule."""
    if value and value not in allowed:
        raise UsageError(f"{what} is {show(value)!r}; it must be one of {', '.join(allowed)}.")
    return value


def checked_seed(seed: int) -> int:
    """A seed: a whole number from 0 to 2^63."""
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise UsageError(f"The seed is {show(str(seed))}; it must be a whole number from 0 to 2^63.")
    return seed


def _annotation(plain: Method, key: str) -> Any:
    from typing import get_type_hints

    return get_type_hints(type(plain))[key]


def _sane(value: Any, default: Any) -> bool:
    """Whether a number has the sign of the default, and stays a fraction where that is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    if not math.isfinite(value) or abs(value) > 1_000_000:
        return False
    if isinstance(default, bool) or not isinstance(default, int | float):
        return value >= 0
    if 0 < default < 1:
        return 0 < value < 1
    return value * default > 0 or (default == 0 and value >= 0)


def _parsed(content: bytes, name: str, sha256: str) -> Declaration:
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "as a whole"
        raise ReadError(
            f"{name} cannot be read as a declaration ({reason}); it must be JSON as --declare writes it."
        ) from error
    if not isinstance(value, dict) or "schema_version" not in value:
        raise ReadError(f"{name} is no declaration: it has no schema_version; make one with --declare.")
    schema = str(value["schema_version"])
    if schema != SCHEMA_VERSION:
        raise ReadError(
            f"{name} has the schema version {show(schema, 20)!r}; this recanvass {VERSION} reads {SCHEMA_VERSION}. "
            "Use the version that wrote it."
        )
    odd = sorted(_KEYS ^ set(value))
    if odd:
        word = "lacks" if odd[0] in _KEYS else "has the unknown key"
        raise ReadError(f"{name} {word} {show(odd[0])!r}, so it is no declaration as --declare writes it.")
    return _checked_declaration(value, name, sha256)


def _checked_declaration(value: dict[str, Any], name: str, sha256: str) -> Declaration:
    for key in ("version", "declared_at", "contest", "results_at_hand", "turnout_of", "share_of"):
        if not isinstance(value[key], str):
            raise ReadError(f"{name}: {key} is {show(json.dumps(value[key]), 80)}; it must be a text.")
    leader = _one_of(value["leader"], "leader", "option", name)
    areas = _one_of(value["areas"], "areas", "level", name)
    battery = value["methods"]
    if not isinstance(battery, dict) or not battery or not all(isinstance(p, dict) for p in battery.values()):
        raise ReadError(f"{name}: methods must name at least one method, each with its parameters.")
    said = value["statement"]
    levels = said.get("levels") if isinstance(said, dict) else None
    if not isinstance(levels, dict) or not all(type(v) in (int, float) for v in levels.values()):
        raise ReadError(f"{name}: statement.levels must give a number for each grade.")
    try:
        return Declaration(
            contest=value["contest"],
            methods={m: _plain(asdict(configured(m, p))) for m, p in battery.items()},
            seed=checked_seed(value["seed"]),
            leader=leader,
            areas=checked("areas", areas, AREAS),
            turnout_of=checked("turnout_of", value["turnout_of"], get_args(TurnoutOf)),  # type: ignore[arg-type]
            share_of=checked("share_of", value["share_of"], get_args(ShareOf)),  # type: ignore[arg-type]
            levels=levels,
            results_at_hand=value["results_at_hand"],
            declared_at=value["declared_at"],
            version=value["version"],
            sha256=sha256,
        )
    except (UsageError, UnknownName) as error:
        raise ReadError(f"{name}: {error}") from error


def _one_of(value: Any, what: str, key: str, name: str) -> str:
    """The text under ``key``, or nothing where the rule is named instead."""
    good = isinstance(value, dict) and len(value) == 1 and all(isinstance(v, str) and v for v in value.values())
    if not good or set(value) not in ({key}, {"rule"}):
        raise ReadError(f"{name}: {what} must be {{{key!r}: ...}} or {{'rule': ...}}.")
    return str(value.get(key, ""))


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(parameters, allow_nan=False))
    return plain


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


__all__ = ["AREAS", "Declaration", "chosen_methods", "configured", "declare", "read_declaration"]
