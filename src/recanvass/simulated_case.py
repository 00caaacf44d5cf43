"""A simulated contest as the folder of a case, or as its table alone, with its truth: `recanvass simulate`.

The folder holds whatever a world makes known, in the terms of ``case.toml``, so that `recanvass.load_case` gives the
case that `recanvass.scenario.World.case` gives. ``truth.json`` says what was done, and lists the files with their
SHA-256: by that list a later run knows which files are its own, and it replaces no other.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from recanvass.case import Announced, Case
from recanvass.division import Division
from recanvass.errors import UsageError
from recanvass.observation import Arrivals, Observers, Sampling
from recanvass.reading.mapping import Mapping as ColumnMapping
from recanvass.record.documents import MOST_BYTES, MOST_VALUES
from recanvass.record.order_tables import MOST_BALLOTS, MOST_STATIONS
from recanvass.record.toml_text import text as quoted
from recanvass.results import Results
from recanvass.scenario import World, table_text

#: What the truth says of itself; a file without it was not written here.
MADE_BY = "recanvass simulate"
TRUTH = "truth.json"

HEAD = "# Written by `recanvass simulate`: nobody voted. What was done is in truth.json, and in no other file here.\n"

#: Tables of results that a case may hold beside its own, by their names in ``case.toml``.
TABLES = ("copies", "photographs", "declared", "electronic")


def write(world: World, folder: Path, made: Mapping[str, Any] | None = None) -> Path:
    """The contest as the folder of a case, and its truth in ``truth.json``.

    Parameters
    ----------
    world : World
    folder : Path
        Made where it is not there. Files of an earlier run are replaced or removed, others are left alone.
    made : mapping, optional
        How it was made (seed, parameters): plain values that are written with the truth.

    Returns
    -------
    Path
        The file of the truth.

    Raises
    ------
    UsageError
        If a file would be replaced that was not written here or was changed since; or if the world holds
        something, or more of it, than a case folder can.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; give a folder for the case, or a name that ends in .csv.")
    truth = folder / TRUTH
    return _replaced(files(world), truth, _earlier(truth), world, made)


def write_table(world: World, path: Path, made: Mapping[str, Any] | None = None) -> Path:
    """The table alone as a CSV file, and its truth beside it as ``<path>.truth.json``; errors as in `write`."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give the name of a file, or a name without .csv for the whole case.")
    truth = path.with_name(f"{path.name}.{TRUTH}")
    return _replaced({path.name: table_text(world.results)}, truth, _earlier(truth), world, made)


def left_out(world: World) -> tuple[str, ...]:
    """What the world makes known beside its table, by the names of the fields of a case."""
    return (*(("announced",) if world.announced else ()), *world.known)


def files(world: World) -> dict[str, str]:
    """The texts of the files of the case by their names; ``case.toml`` stands last.

    Raises
    ------
    UsageError
        If a case folder cannot hold what the world makes known.
    """
    case = world.case()
    held = {f.name for f in fields(Case)} - {"away", "contest", "results"}
    if unknown := set(world.known) - held:
        raise UsageError(f"{world.name} makes {', '.join(sorted(unknown))} known, which a case folder cannot hold.")
    made: dict[str, str] = {}
    head = [HEAD + 'note = "A simulated contest: nobody voted."']
    sections = [_section("contest", _contest(case))]
    if case.announced:
        head.append('announced = "announced.csv"')
        columns = [f.name for f in fields(Announced)]
        made["announced.csv"] = _csv(columns, ([getattr(a, c) for c in columns] for a in case.announced))
    if case.results is not None:
        sections.append(_section("results", _table(made, "results", case.results)))
    for name in TABLES:
        table = getattr(case, name)
        if table is not None:
            sure = dict.fromkeys(case.verified, "As it was simulated.") if name == "photographs" else {}
            sections.append(_section(name, _table(made, name, table) | sure))
        if name == "copies" and case.copies_source is not None:
            sections.append(_section("copies.source", _table(made, "copies_source", case.copies_source)))
    for number, (name, table) in enumerate(case.earlier.items(), 1):
        sections.append(_section("[earlier]", {"name": name} | _table(made, f"earlier-{number}", table)))
    writers: Sequence[tuple[Any, Callable[[dict[str, str], Any], list[str]]]] = (
        (case.arrivals, _arrivals),
        (case.ballot_sequences or None, _ballot_sequences),
        (case.machine_counted or None, _machine_counted),
        (case.observers, _observers),
        (case.sampling if case.sampling != Sampling() else None, _sampling),
        (case.division, _division),
    )
    for value, writer in writers:
        sections += [] if value is None else writer(made, value)
    text = "\n".join([*head, *sections])
    if len(text.encode()) > MOST_BYTES or text.count("\n") > MOST_VALUES:
        raise UsageError("Its lists of stations do not fit into case.toml (2 MB); simulate fewer stations.")
    return made | {"case.toml": text}


def _contest(case: Case) -> dict[str, Any]:
    contest = case.contest
    known = {"title": contest.title or "Simulated contest", "country": contest.country, "kind": "simulated"}
    known |= {"turnout_of": contest.turnout_of, "share_of": contest.share_of}
    return {key: value for key, value in known.items() if value}


def _table(made: dict[str, str], name: str, results: Results) -> dict[str, Any]:
    """A table and the mapping that says what its columns are, so that nothing has to be guessed."""
    headers = results.to_frame().columns
    plain = len(headers) - len(results.options)
    options = dict(zip(results.options, headers[plain:], strict=True))
    mapping = ColumnMapping(
        header=(1,), columns={header: (header,) for header in headers[:plain]}, options=options, totals="keep"
    )
    made[f"{name}.csv"], made[f"{name}.mapping.toml"] = table_text(results), mapping.text()
    return {"file": f"{name}.csv", "mapping": f"{name}.mapping.toml"}


def _arrivals(made: dict[str, str], arrivals: Arrivals) -> list[str]:
    timed = arrivals.unit == "minutes"
    values = [*arrivals.when.values(), *arrivals.interruptions]
    if not timed and not all(value >= 0 and float(value).is_integer() for value in values):
        raise UsageError("An order of arrival must be whole numbers; give their ranks, or minutes.")
    if len(arrivals.when) > MOST_STATIONS:
        raise UsageError(f"A case holds arrivals of at most {MOST_STATIONS:,} stations; simulate fewer.")

    def moment(value: float) -> str:
        """Only differences of times count, so that the first day is anybody's."""
        return (datetime(2000, 1, 1) + timedelta(minutes=value)).isoformat() if timed else str(int(value))

    rows = ([station, moment(value)] for station, value in arrivals.when.items())
    made["arrivals.csv"] = _csv(["station", "time" if timed else "order"], rows)
    lines = _section("arrivals", {"file": "arrivals.csv"})
    return [f"{lines}interruptions = [{', '.join(moment(value) for value in arrivals.interruptions)}]\n"]


def _ballot_sequences(made: dict[str, str], seen: Mapping[str, Sequence[str]]) -> list[str]:
    if sum(map(len, seen.values())) > MOST_BALLOTS:
        raise UsageError(f"A case holds the order of at most {MOST_BALLOTS:,} ballots; lower filmed.")
    rows = ([name, k, option] for name, ballots in seen.items() for k, option in enumerate(ballots, 1))
    made["ballot_sequences.csv"] = _csv(["station", "position", "option"], rows)
    return [_section("ballot_sequences", {"file": "ballot_sequences.csv"})]


def _machine_counted(made: dict[str, str], stations: Sequence[str]) -> list[str]:
    if len(stations) > MOST_STATIONS:
        raise UsageError(f"A case holds at most {MOST_STATIONS:,} machine-counted stations; simulate fewer.")
    made["machine_counted.csv"] = _csv(["station"], ([name] for name in stations))
    return [_section("machine_counted", {"file": "machine_counted.csv"})]


def _observers(made: dict[str, str], observers: Observers) -> list[str]:
    lists = {key: list(getattr(observers, key)) for key in ("stations", "kept") if getattr(observers, key)}
    return [_section("observers", {"design": observers.design, "level": observers.level} | lists)]


def _sampling(made: dict[str, str], sampling: Sampling) -> list[str]:
    counts = {key: getattr(sampling, key) for key in ("frame", "drawn") if getattr(sampling, key)}
    parts = [_section("sampling", {"design": sampling.design, "level": sampling.level})]
    return parts + [_section(f"sampling.{key}", values) for key, values in counts.items()]


def _division(made: dict[str, str], division: Division) -> list[str]:
    if division.unusable:
        raise UsageError("A case folder cannot hold a division that cannot be used; leave it out.")
    keys = ("station", "first_unit", "place", "within", "rule", "documented", "validated")
    return [_section("division", {key: value for key in keys if (value := getattr(division, key))})]


def _section(name: str, values: Mapping[str, Any]) -> str:
    """A table of TOML; one called ``[earlier]`` is one of several."""
    lines = ["", f"[{name}]"]
    for key, value in values.items():
        shown = key if key.isascii() and key.isidentifier() else quoted(key)
        if isinstance(value, list):
            lines += [f"{shown} = [", *(f"  {quoted(item)}," for item in value), "]"]
        else:
            lines.append(f"{shown} = {quoted(value) if isinstance(value, str) else value}")
    return "\n".join(lines) + "\n"


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue()


def _earlier(truth: Path) -> dict[str, str]:
    """The files that an earlier run wrote here, with their SHA-256.

    Raises
    ------
    UsageError
        If there is a truth that was not written here.
    """
    if not truth.exists():
        return {}
    try:
        said = json.loads(truth.read_text(encoding="utf-8"))
        if said["made_by"] == MADE_BY:
            return dict(said["files"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise UsageError(f"{truth} was not written by this command; nothing was replaced. Give another name, or move it.")


def _replaced(
    texts: Mapping[str, str], truth: Path, earlier: Mapping[str, str], world: World, made: Mapping[str, Any] | None
) -> Path:
    """Write the texts beside the truth, each whole or not at all, and the truth last."""
    folder = truth.parent
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    old = [name for name in earlier if name not in texts and Path(name).name == name]
    for name in (*texts, *old):
        path = folder / name
        if path.is_symlink() or (path.exists() and _digest(path) not in (earlier.get(name), digests.get(name))):
            raise UsageError(
                f"{path} was not written by this command, or was changed since; nothing was replaced."
                " Give another name, or move it."
            )
    said = {**world.truth(), **(made or {}), "made_by": MADE_BY, "files": dict(sorted(digests.items()))}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**texts, truth.name: json.dumps(said, indent=1, ensure_ascii=False) + "\n"}.items():
        waiting = folder / f".{name}.{os.getpid()}"
        waiting.write_text(text, encoding="utf-8", newline="")
        waiting.replace(folder / name)
    for name in old:
        (folder / name).unlink(missing_ok=True)
    return truth


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
