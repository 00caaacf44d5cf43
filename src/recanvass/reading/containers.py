"""What a file really is, by its content and not by its suffix, and the tables in it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from recanvass.errors import ReadError
from recanvass.intake import encodings
from recanvass.intake.inflating import Archive, archive
from recanvass.reader import Limits, Note, RawTable, reader
from recanvass.wording import count, listed, show

if TYPE_CHECKING:
    import polars as pl

#: How a file begins that is no table, and what it is.
DISGUISES = (
    (b"%PDF", "a PDF, whose tables have to be extracted first"),
    (b"{\\rtf", "an RTF document; save its table as CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd file; unpack it first"),
    (b"\x89PNG", "a picture (PNG); its figures have to be typed out first"),
    (b"\xff\xd8\xff", "a picture (JPEG); its figures have to be typed out first"),
    (b"GIF8", "a picture (GIF); its figures have to be typed out first"),
    (b"SQLite format 3\x00", "an SQLite database; export the table as CSV"),
    (b"\x93NUMPY", "a numpy array; save the table as CSV or Parquet"),
    (b"\x80\x02", "a Python pickle, which is never opened; save the table as CSV or Parquet"),
    (b"\x80\x03", "a Python pickle, which is never opened; save the table as CSV or Parquet"),
    (b"\x80\x04", "a Python pickle, which is never opened; save the table as CSV or Parquet"),
    (b"\x80\x05", "a Python pickle, which is never opened; save the table as CSV or Parquet"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
TABLES = (".csv", ".tsv", ".tab", ".psv", ".json", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|table|script|div)\b(?!:)", re.IGNORECASE)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def raw_tables(
    data: bytes,
    name: str,
    *,
    limits: Limits = Limits(),  # noqa: B008
    encoding: str | None = None,
    part: str | None = None,
) -> tuple[RawTable, ...]:
    """All tables of a file, as text cells.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its name; only the last part is used and shown.
    limits : Limits
    encoding : str, optional
        The encoding of a text file, where the user knows it.
    part : str, optional
        The sheet or the archive member to read; `RawTable.name` of one of the tables.

    Returns
    -------
    tuple of RawTable
        At least one.

    Raises
    ------
    ReadError
        The file is empty, no table, damaged or ambiguous; the message names the file and the place.
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    if not data:
        raise ReadError(f"{show(name)} is empty (0 bytes); get the file again from its publisher.")
    if len(data) > limits.file:
        raise ReadError(f"{show(name)} has a size of {count(len(data))} bytes and the limit is {count(limits.file)}.")
    tables = _tables(data, name, limits, encoding, part)
    return _chosen(tables, name, part)


def _tables(data: bytes, name: str, limits: Limits, encoding: str | None, part: str | None) -> Sequence[RawTable]:
    notes: tuple[Note, ...] = ()
    if data.startswith(b"\x1f\x8b"):
        data = _gunzipped(data, name, limits)
        notes = (Note("gzip", {"name": name}),)
        if not data:
            raise ReadError(f"{show(name)} is a gzip file with nothing in it: it is empty.")
    kind = kind_of(data, name)
    if kind == "zip":
        if notes:
            raise ReadError(f"{show(name)} is a nested archive, a ZIP in a gzip file; unpack it once.")
        return _archived(archive(data, name, limits), encoding, part)
    return _with_notes(_read(kind, data, name, limits, encoding), notes)


def _read(kind: str, data: bytes, name: str, limits: Limits, encoding: str | None) -> Sequence[RawTable]:
    if encoding is None or kind not in ("delimited", "records"):
        return reader(kind).tables(data, name, limits)
    found = reader(kind).tables(encodings.transcoded(data, encoding, name), name, limits)
    return [replace(table, encoding=encoding) for table in found]


def kind_of(data: bytes, name: str) -> str:
    """The reader of a file, or ``zip``; refuses what is no table.

    Raises
    ------
    ReadError
        The content is a page, a document, a picture, another archive or a program.
    """
    suffix = PurePosixPath(name).suffix.lower()
    head = data[: 64 * 2**10]
    for magic, what in DISGUISES:
        if head.startswith(magic):
            raise ReadError(f"{show(name)} is {what}.")
    if head.startswith(_ZIP):
        return "workbook" if reader("workbook").sniff(data, suffix) else "zip"
    text = _plain_head(head)
    if _HTML.match(text) or (text.startswith((b"<?xml", b"<!--")) and _HTML.search(text)):
        raise ReadError(
            f"{show(name)} is an HTML page, perhaps an error page; download the table itself, or save the page's "
            "table as CSV."
        )
    if text.startswith((b"<?xml", b"<!DOCTYPE", b"<kml", b"<Workbook")):
        raise ReadError(f"{show(name)} is an XML document; save its table as CSV or XLSX.")
    for found in ("parquet", "workbook", "records"):
        if reader(found).sniff(head, suffix):
            return found
    if suffix in (".xlsx", ".xls", ".ods", ".parquet", ".zip"):
        raise ReadError(
            f"{show(name)} is named {suffix} but its content is not of that kind; it is cut, damaged or renamed."
        )
    return "delimited"


def _plain_head(head: bytes) -> bytes:
    """The head without a mark and without the zeros of UTF-16, for looking at markup."""
    for mark, _ in encodings.MARKS:
        if head.startswith(mark):
            head = head[len(mark) :].replace(b"\0", b"")
            break
    return head.lstrip()


def _gunzipped(data: bytes, name: str, limits: Limits) -> bytes:
    """The content of a gzip file of one stream, counted while it is inflated."""
    stream = zlib.decompressobj(wbits=31)
    most = min(limits.inflated, max(limits.ratio_from, limits.ratio * len(data)))
    try:
        content = stream.decompress(data, most + 1)
    except zlib.error as error:
        raise ReadError(f"{show(name)} is a damaged gzip file ({error}); download it again.") from error
    if len(content) > most:
        raise ReadError(
            f"{show(name)} is a gzip file that would grow to a size above {count(most)} bytes; "
            "unpack it and look at it first."
        )
    if not stream.eof or stream.unused_data.strip(b"\0"):
        raise ReadError(f"{show(name)} is a gzip file that is cut or holds several streams; unpack it first.")
    return content


def _archived(found: Archive, encoding: str | None, part: str | None) -> Sequence[RawTable]:
    """The tables among the members of an archive; what is no table is named in a note."""
    readable, ignored = _sorted_members(found)
    if part is not None:
        readable = [m for m in readable if part == m or part.startswith(f"{m}/")] or readable
    tables: list[RawTable] = []
    for member in readable:
        data = found.read(member)
        shown = f"{found.name}: {member}"
        if not data:
            raise ReadError(f"{show(shown)} is empty (0 bytes); get the file again from its publisher.")
        if data.startswith(b"\x1f\x8b") or (kind := kind_of(data, shown)) == "zip":
            raise ReadError(f"{show(shown)} is a nested archive; unpack the outer one and give the inner one.")
        for table in _read(kind, data, shown, found.limits, encoding):
            name = f"{member}/{table.name}" if table.name else member
            tables.append(replace(table, name=name))
    if not tables:
        raise ReadError(
            f"{show(found.name)} holds no table that can be read; its members are {listed(ignored) or 'none'}."
        )
    notes = (Note("members_ignored", {"members": ignored}),) if ignored else ()
    return _with_notes(tables, notes)


def _sorted_members(found: Archive) -> tuple[list[str], list[str]]:
    readable: list[str] = []
    ignored: list[str] = []
    for member in found.members:
        path = PurePosixPath(member)
        suffix = path.suffix.lower()
        if suffix in (".zip", ".gz", ".7z", ".rar", ".bz2", ".xz", ".tgz", ".tar"):
            raise ReadError(
                f"{show(found.name)} holds {show(member)}, a nested archive; unpack the outer one and give the "
                "inner one."
            )
        if "__MACOSX" in path.parts or path.name.startswith("."):
            continue
        (readable if suffix in TABLES else ignored).append(member)
    if not readable:
        texts = [m for m in ignored if PurePosixPath(m).suffix.lower() in ("", ".txt", ".dat")]
        readable, ignored = texts, [m for m in ignored if m not in texts]
    return readable, ignored


def _with_notes(tables: Sequence[RawTable], notes: tuple[Note, ...]) -> Sequence[RawTable]:
    return [replace(table, notes=notes + table.notes) for table in tables] if notes else tables


def _chosen(tables: Sequence[RawTable], name: str, part: str | None) -> tuple[RawTable, ...]:
    if part is None:
        return tuple(tables)
    fitting = tuple(t for t in tables if part == t.name or t.name.startswith(f"{part}/"))
    if not fitting:
        names = [t.name for t in tables if t.name]
        raise ReadError(
            f"{show(name)} has no part {show(part)!r}; it has {listed(names) or 'one table without a name'}."
        )
    return fitting


def raw_tables_task(
    data: bytes, name: str, options: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """`raw_tables` for `recanvass.reading.isolation`: tables as plain values and frames."""
    tables = raw_tables(data, name, encoding=options.get("encoding"), part=options.get("part"))
    told = [
        {
            "name": table.name,
            "header": table.header,
            "records": table.records,
            "cell_names": table.cell_names,
            "encoding": table.encoding,
            "notes": [[note.code, note.facts] for note in table.notes],
        }
        for table in tables
    ]
    frames = {f"{k}": table.cells.with_columns(table.positions.alias("position")) for k, table in enumerate(tables)}
    return {"tables": told}, frames
