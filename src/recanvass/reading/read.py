"""Read a file or a frame of results: `read`, and what runs in the limited child process.

Data flow: bytes → text cells (``reading.containers``) → header (`layout`) → columns (`columns`, or a
mapping) → counts (`numbers`) → results with their verification sheet (`assembly`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from recanvass.errors import MappingNeeded, ReadError, UsageError
from recanvass.reader import RawTable
from recanvass.reading import assembly, frames
from recanvass.reading.mapping import Mapping as ColumnMapping
from recanvass.reading.mapping import Question
from recanvass.results import Contest, Labels, Results, Source
from recanvass.sheet import Sheet
from recanvass.wording import listed, phrase, show

#: Asks a person on a terminal: the question and what may be answered.
Ask = Callable[[str, Sequence[str]], str]

_TASK = "recanvass.reading.read:read_bytes_task"
_ALL, _NONE = "all of these", "none of these: stop"


def read(
    source: str | Path | Any,
    *,
    mapping: str | Path | ColumnMapping | None = None,
    encoding: str | None = None,
    part: str | None = None,
    ask: Ask | None = None,
    isolated: bool = True,
    contest: Contest | None = None,
) -> Results:
    """Read published results into the canonical table.

    Parameters
    ----------
    source : path or data frame
        A file (CSV, TSV, XLSX, XLS, ODS, JSON, Parquet, or a ZIP of these), or a frame of polars,
        pandas or pyarrow.
    mapping : path or Mapping, optional
        What the columns are, where the program cannot know; see ``docs/mapping.md``.
    encoding : str, optional
        The encoding of a text file; by default found, and announced where it had to be proposed.
    part : str, optional
        The sheet, or the member of an archive.
    ask : callable, optional
        Asked (question, choices) where something is open; without it the reading is refused.
    isolated : bool
        Parse the file in a limited child process. For files of your own making it may be left out.
    contest : Contest, optional
        What was elected, and the totals that were announced.

    Returns
    -------
    Results
        With the verification sheet in ``sheet``.

    Raises
    ------
    MappingNeeded
        What the columns are stays open; ``proposal`` is a mapping to be edited.
    ReadError
        The file cannot be read without guessing; the message names file, row and column.
    """
    given = _mapping(mapping)
    for _ in range(12):
        try:
            results = _once(source, given, encoding, part, isolated)
            break
        except MappingNeeded as needed:
            if ask is None or not needed.proposal:
                raise
            given = _answered(ColumnMapping.parse(needed.proposal, "the proposal"), ask, needed)
    else:
        raise ReadError("The columns are still open after twelve answers; give a mapping file.")
    if contest is not None:
        results = assembly.with_contest(results, contest)
    return results


def _once(
    source: Any,
    mapping: ColumnMapping | None,
    encoding: str | None,
    part: str | None,
    isolated: bool,
) -> Results:
    encoding = encoding or (mapping.encoding if mapping else "") or None
    part = part or (mapping.part if mapping else "") or None
    if not isinstance(source, str | Path):
        table = frames.raw_table(source)
        sha256 = hashlib.sha256(repr(table.header).encode() + table.cells.hash_rows(seed=0).to_numpy().tobytes())
        made = Source("the frame", sha256.hexdigest(), 0, "frame")
        return assembly.read_tables((table,), made, mapping)
    path = Path(source)
    if not path.exists():
        raise UsageError(f"There is no file {path.name!r} here; give the path of a file of results.")
    if path.is_dir():
        raise UsageError(f"{path.name} is a folder; give a file of results.")
    if not path.is_file():  # a pipe would be waited for
        raise UsageError(f"{path.name} is a pipe or a device; save what it gives in a file, and give that.")
    if not isolated:
        return _read_bytes(path.read_bytes(), path.name, mapping, encoding, part)
    from recanvass.reading.isolation import run_limited

    text = mapping.text() if mapping else ""
    request = {
        "mapping": text,
        "origin": mapping.origin if mapping else "",
        "encoding": encoding or "",
        "part": part or "",
    }
    plain, tables = run_limited(_TASK, request, path, name=path.name)
    return from_parts(plain, tables)


def read_bytes_task(
    data: bytes, name: str, options: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """What the child process does: bytes in, plain values and frames out."""
    text = options.get("mapping") or ""
    mapping = ColumnMapping.parse(text, options.get("origin") or "the mapping") if text else None
    results = _read_bytes(data, name, mapping, options.get("encoding") or None, options.get("part") or None)
    return to_parts(results)


def _read_bytes(
    data: bytes, name: str, mapping: ColumnMapping | None, encoding: str | None, part: str | None
) -> Results:
    from recanvass.reading.containers import raw_tables

    tables: tuple[RawTable, ...] = raw_tables(data, name, encoding=encoding, part=part)
    source = Source(name, hashlib.sha256(data).hexdigest(), len(data))
    return assembly.read_tables(tables, source, mapping)


def to_parts(results: Results) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Results as plain values and frames, to cross a border between processes."""
    counts = {name: pl.Series(values) for name, values in results.counts.items()}
    votes = {f"v{j}": pl.Series(results.votes[:, j]) for j in range(len(results.options))}
    places = {level: pl.Series(labels.codes) for level, labels in results.places.items()}
    frames_ = {"rows": pl.DataFrame({"row": results.rows, **places}), "counts": pl.DataFrame(counts)}
    frames_["votes"] = pl.DataFrame(votes)
    for name, mask in results.absent.items():
        frames_[f"absent:{name}"] = pl.DataFrame(mask, schema=None if mask.ndim > 1 else ["x"])
    for level, labels in results.places.items():
        frames_[f"names:{level}"] = pl.DataFrame({"name": pl.Series(labels.names, dtype=pl.String)})
    plain = {
        "options": list(results.options),
        "contest": {**asdict(results.contest), "announced": dict(results.contest.announced)},
        "source": asdict(results.source),
        "sheet": results.sheet.to_dict() if results.sheet else None,
    }
    return plain, frames_


def from_parts(plain: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> Results:
    """The results that `to_parts` took apart."""
    n = len(tables["rows"])
    votes = tables["votes"].to_numpy().astype(np.int64) if tables["votes"].width else np.zeros((n, 0), np.int64)
    absent = {
        key.removeprefix("absent:"): frame.to_numpy() if key == "absent:votes" else frame.to_series(0).to_numpy()
        for key, frame in tables.items()
        if key.startswith("absent:")
    }
    places = {
        level: Labels(tuple(tables[f"names:{level}"]["name"].to_list()), tables["rows"][level].to_numpy().copy())
        for level in tables["rows"].columns[1:]
    }
    return Results(
        tuple(plain["options"]),
        np.ascontiguousarray(votes),
        {name: tables["counts"][name].to_numpy().copy() for name in tables["counts"].columns},
        {name: mask.copy() for name, mask in absent.items()},
        places,
        tables["rows"]["row"].to_numpy().copy(),
        Contest(**plain["contest"]),
        Source(**plain["source"]),
        Sheet.from_dict(plain["sheet"]) if plain["sheet"] else None,
    )


def read_json_object(results: Results) -> dict[str, Any]:
    """The object that ``recanvass read --json`` prints."""
    sheet = results.sheet or Sheet()
    aside = [q for q in sheet.quarantined if q.reason not in ("header", "preamble")]
    return {
        "schema_version": 1,
        "rows": len(results),
        "records": sheet.records,
        "quarantined": len(aside),
        "quarantine": [asdict(q) for q in sheet.quarantined],
        "totals": results.totals,
        "known": dict(sheet.known),
        "options": list(results.options),
        "columns": dict(sheet.columns),
        "decided": dict(sheet.decided),
        "ignored": list(sheet.ignored),
        "warnings": [w.message for w in sheet.warnings],
        "identities": [asdict(i) for i in sheet.identities],
        "compared": [asdict(c) for c in sheet.compared],
        "issues": [issue.to_dict() for issue in sheet.issues],
        "source": asdict(results.source),
        "digest": results.digest,
        "mapping": sheet.mapping,
    }


def _mapping(mapping: str | Path | ColumnMapping | None) -> ColumnMapping | None:
    if mapping is None or isinstance(mapping, ColumnMapping):
        return mapping
    return ColumnMapping.load(Path(mapping))


def _answered(proposal: ColumnMapping, ask: Ask, needed: MappingNeeded) -> ColumnMapping:
    """The proposal with a person's answers in it."""
    columns, options = dict(proposal.columns), dict(proposal.options)
    for question in proposal.open:
        if not question.choices:
            raise needed
        if question.figure == "votes":
            text = phrase("columns", "open", question.question, facts=_facts(question))
            answer = ask(f"{text} {listed(list(question.choices), most=40)}", (_ALL, _NONE))
            if answer != _ALL:
                raise needed
            options = {choice: choice for choice in question.choices}
            continue
        text = phrase("columns", "open", question.question, facts=_facts(question))
        columns[question.figure] = (ask(text, question.choices),)
    return replace(proposal, columns=columns, options=options, open=())


def _facts(question: Question) -> dict[str, Any]:
    return {"figure": question.figure, "choices": [show(c) for c in question.choices]}
