"""Small CSV tables of a case folder, read row by row into checked entries."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recanvass.errors import ReadError
from recanvass.record.documents import validated
from recanvass.wording import show

MOST_ROWS = 100_000


def table_rows(path: Path, model: type[Any], most: int = MOST_ROWS) -> tuple[Any, ...]:
    """The rows of a small table; an empty cell is an absent value.

    Raises
    ------
    ReadError
        Naming the file, the line and the column.
    """
    if path.is_file() and path.stat().st_size > 20 * 2**20:
        raise ReadError(f"{show(path.name)} is larger than 20 MB; it should be a small table.")
    data = path.read_bytes()
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        header: Sequence[str] = reader.fieldnames or []
        unknown = [c for c in header if c not in model.model_fields]
        if unknown or not header or len(set(header)) != len(header):
            raise ReadError(
                f"{show(path.name)}: the columns are {', '.join(map(show, header)) or 'missing'};"
                f" known are {', '.join(model.model_fields)}, each once."
            )
        found = []
        for raw in reader:
            if None in raw or None in raw.values():
                raise ReadError(f"{show(path.name)}, line {reader.line_num}: it has not {len(header)} cells.")
            cells: dict[str, Any] = {k: v for k, v in raw.items() if v != ""}
            for key in ("count", "round", "order", "position"):
                text = cells.get(key, "")
                if text.isascii() and text.isdigit() and len(text) < 20:
                    cells[key] = int(cells[key])
            row, problems = validated(model, cells, path.name)
            if problems:
                raise ReadError(
                    f"{show(path.name)}, line {reader.line_num}, {problems[0].field}: {problems[0].sentence()}"
                )
            found.append(row)
            if len(found) > most:
                raise ReadError(f"{show(path.name)} has more than {most} rows; it should be a small table.")
    except UnicodeDecodeError as error:
        raise ReadError(f"{show(path.name)} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    except csv.Error as error:
        raise ReadError(f"{show(path.name)} is not a clean CSV table ({show(str(error))}).") from error
    return tuple(found)
