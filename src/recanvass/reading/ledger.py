"""The row ledger and the control totals: every record is accounted for, every sum is made three times.

The records that the pre-scan counted in the bytes must be the records that were counted and those
that were set aside. For each figure the sum over the text cells (a second route, `numbers.text_sum`),
the sum of the loader and the sum of the output must be equal. A difference is a defect of the
program, and the reading fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from recanvass.errors import ControlTotalsDiffer
from recanvass.reading.layout import Laid
from recanvass.reading.numbers import Column, text_sum
from recanvass.results import Results, exact_sum


def balance(records: int, counted: int, aside: int, name: str) -> None:
    """Every record is counted or set aside."""
    if records != counted + aside:
        raise ControlTotalsDiffer(
            f"{name}: {records:,} records were found in the bytes, {counted:,} were counted and {aside:,} set aside. "
            "This is a defect of recanvass, not of the file; please report it."
        )


def control(
    table: Laid,
    columns: Sequence[Column],
    figures: Mapping[str, Sequence[int]],
    options: Mapping[str, int],
    results: Results,
    name: str,
) -> None:
    """The three sums of each figure."""
    parts = [(figure, js, results.counts[figure]) for figure, js in figures.items()]
    parts += [(option, (j,), results.votes[:, results.options.index(option)]) for option, j in options.items()]
    for figure, js, values in parts:
        given = exact_sum(values)
        loaded, written = 0, 0
        for j in js:
            column, cells = columns[j], table.cells.to_series(j)
            if len(js) > 1 and figure in results.absent:
                known = ~results.absent[figure]
                column = Column(column.kind, column.values[known], column.absent[known], readings=column.readings)
                cells = cells.filter(pl.Series(known))
            loaded += exact_sum(column.values)
            written += text_sum(cells, column)
        if not written == loaded == given:
            raise ControlTotalsDiffer(
                f"{name}: the cells of {figure!r} add up to {written:,}, the loader's counts to {loaded:,} and the "
                f"output to {given:,}. This is a defect of recanvass, not of the file; please report it."
            )
