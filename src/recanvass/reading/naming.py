"""What the way in which headers are written says of columns: row numbers, party names that hold a figure's word.

*No* is a row number and an option of a referendum; *Escaños en blanco* (blank seats) is a party in Spain. The words
alone cannot tell, so the numbers below and the headers beside are asked; where neither tells, nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from recanvass.reading.dictionary import meanings, normalised, speaks_of_figures
from recanvass.reading.numbers import Column
from recanvass.reading.traits import ENOUGH

#: How lists number their options: *PP [000005]*, *Labour (10)*; *3. Green*, *B) Green*.
_MARKS = (re.compile(r"[\[(]\s*\d+\s*[\])]\s*$"), re.compile(r"^\s*\w{1,3}\s*[.)]\s*\S"))

_SAID = re.compile(r"(.*\S)\s*[-–—:]\s*([^-–—:]+)")

#: So many other options at least must be written in the same way.
_OTHERS = 3


def is_option(header: str) -> bool:
    """Whether the dictionary knows the header as an option and as nothing else."""
    found = meanings(header)
    return bool(found) and all(m.kind == "option" for m in found)


def numbers_rows(column: Column, headers: Sequence[str], j: int) -> bool:
    """Whether column ``j`` goes up by one from row to row: *No* is then a row number, and not the No of a referendum.

    A few rows may have such votes by luck; next to *Yes*, or another option that the dictionary knows, they are votes.
    """
    if column.absent.any() or not bool((np.diff(column.values) == 1).all()):
        return False
    return len(column) >= ENOUGH or not any(map(is_option, (*headers[max(j - 1, 0) : j], *headers[j + 1 : j + 2])))


def called_votes(headers: Sequence[str], columns: Collection[int]) -> list[int]:
    """Those of the columns, if they are three or more, whose headers say that they are votes: *Green Party - votes*."""
    said = {j: found for j in columns if (found := _SAID.fullmatch(headers[j]))}
    marked = [
        j
        for j, found in said.items()
        if any(m.kind == "figure" and m.name == "votes" for m in meanings(found[2])) and not meanings(found[1])
    ]
    return marked if len(marked) >= _OTHERS else []


def tells_figures(header: str) -> bool:
    """Whether a header of several words speaks of figures, as *Votanti maschi* does; *Number* alone may be a party."""
    return len(normalised(header).split()) > 1 and speaks_of_figures(header) and not is_option(header)


def without_idle(headers: Sequence[str], options: Sequence[int], columns: Sequence[Column]) -> list[int]:
    """The options without columns of zeros that are called like figures: no sum can tell that they are options."""
    doubtful = nameless_or_figures(headers, options)
    idle = [j for j in doubtful if not columns[j].values.any()] if len(doubtful) * 2 < len(options) else []
    return [j for j in options if j not in idle]


def nameless_or_figures(headers: Sequence[str], options: Collection[int]) -> list[int]:
    """Those of the columns whose headers are empty or hold a word for a figure, so that they may be no options.

    Not those that the dictionary knows as options, nor those that are marked as at least three other options and as
    nothing else in the table.
    """
    doubtful = [j for j in options if not headers[j] or (speaks_of_figures(headers[j]) and not is_option(headers[j]))]
    for mark in _MARKS:
        marked = {j for j, header in enumerate(headers) if mark.search(header)}
        sure = [j for j in options if j in marked and j not in doubtful]
        if len(sure) >= _OTHERS and len(sure) * 2 >= len(options) and marked <= set(options):
            doubtful = [j for j in doubtful if j not in marked]
    return doubtful
