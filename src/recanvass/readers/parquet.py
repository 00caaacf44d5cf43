"""Parquet, by polars: whole numbers and text; everything else keeps the look that strict parsing refuses."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from recanvass.errors import ReadError
from recanvass.reader import Limits, Note, RawTable
from recanvass.wording import count, show

if TYPE_CHECKING:
    import polars as pl


class Parquet:
    """Apache Parquet files."""

    name: ClassVar[str] = "parquet"
    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")

    def sniff(self, head: bytes, suffix: str) -> bool:
        """By the magic bytes."""
        return head.startswith(b"PAR1")

    def tables(self, data: bytes, name: str, limits: Limits) -> Sequence[RawTable]:
        """The one table of a Parquet file."""
        import polars as pl

        shown = show(name)
        if len(data) < 12 or not data.endswith(b"PAR1"):
            raise ReadError(f"{shown} is a Parquet file that was cut off; get it again or write it again.")
        try:
            lazy = pl.scan_parquet(io.BytesIO(data))
            schema = lazy.collect_schema()
            rows = int(lazy.select(pl.len()).collect().item())
            _check(schema, rows, shown, limits)
            frame = pl.read_parquet(io.BytesIO(data))
        except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException) as error:
            if isinstance(error, ReadError):
                raise
            reason = show((str(error).splitlines() or [""])[0])
            raise ReadError(f"{shown} is a damaged Parquet file ({reason}); get it again or write it again.") from error
        columns = [_text(frame[header]).alias(f"c{j}") for j, header in enumerate(frame.columns)]
        dated = [c for c, kind in schema.items() if kind.is_temporal()]
        notes = (Note("date_cells", {"cells": dated}),) if dated else ()
        positions = pl.Series(range(1, frame.height + 1), dtype=pl.Int64)
        header = tuple(frame.columns)
        return (RawTable(pl.DataFrame(columns), positions, "", header, rows, False, "", notes),)  # noqa: FBT003


def _check(schema: pl.Schema, rows: int, shown: str, limits: Limits) -> None:
    if len(schema) > limits.columns:
        raise ReadError(f"{shown} has {count(len(schema))} columns and the limit is {count(limits.columns)}.")
    if rows > limits.rows:
        raise ReadError(f"{shown} has {count(rows)} rows and the limit is {count(limits.rows)}.")
    for column, kind in schema.items():
        if kind.is_nested() or str(kind) in ("Binary", "Object"):
            raise ReadError(
                f"{shown}, column {show(column)}: cells of the kind {kind} are no text or number; write plain columns."
            )


def _text(column: pl.Series) -> pl.Series:
    """A column as text: 374.0 becomes 374 while floats hold whole numbers exactly, 12.5 stays."""
    import polars as pl

    if column.dtype == pl.Boolean:
        return column.cast(pl.String).str.to_uppercase()
    if column.dtype.is_float():
        wide = column.cast(pl.Float64)
        whole = wide.is_finite() & (wide == wide.round(0)) & (wide.abs() < 2.0**53)
        digits = wide.set(~whole.fill_null(value=False), None).cast(pl.Int64).cast(pl.String)
        return digits.zip_with(whole.fill_null(value=False), column.cast(pl.String))
    return column.cast(pl.String)


reader = Parquet()
