"""Data frames of any kind (polars, pandas, pyarrow, ... through narwhals) as a table of text cells."""

from __future__ import annotations

from typing import Any

import polars as pl

from recanvass.errors import UsageError
from recanvass.reader import RawTable


def raw_table(frame: Any) -> RawTable:
    """A frame as text: whole numbers exactly, floats only as what they are, nulls as absent cells.

    Raises
    ------
    UsageError
        The object is no data frame, or two of its columns have one name.
    """
    import narwhals as nw
    from narwhals.exceptions import NarwhalsError

    try:
        wrapped = nw.from_native(frame, eager_only=True)
        columns = {str(name): wrapped[name] for name in wrapped.columns}
    except (TypeError, NarwhalsError, ValueError) as error:
        raise UsageError(
            f"A {type(frame).__name__} cannot be read ({error}); give a path, or a frame of polars, pandas or pyarrow."
        ) from error
    if len(columns) < len(wrapped.columns):
        raise UsageError(f"Two columns of the frame have the same name: {list(map(str, wrapped.columns))}.")
    texts = [_texts(series, f"c{j}") for j, series in enumerate(columns.values())]
    cells = pl.DataFrame(texts)
    rows = pl.Series(range(1, len(cells) + 1), dtype=pl.Int64)
    return RawTable(cells, rows, "", tuple(columns), len(cells))


def _texts(series: Any, name: str) -> pl.Series:
    values = series.to_list()
    return pl.Series(name, [_text(v) for v in values], dtype=pl.String)


def _text(value: Any) -> str | None:
    if value is None or value is _missing_of(value):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)


def _missing_of(value: Any) -> Any:
    """The value itself if it is pandas' NA or NaT, which equal nothing."""
    return value if type(value).__name__ in ("NAType", "NaTType") else None
