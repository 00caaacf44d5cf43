"""Blocks of columns repeated for each candidate: name, votes, percentages, and again. They become one column an option.

The French ministry publishes so: *Nom; Prénom; Voix; % Voix/Ins*, the header written once, or with
numbers, or the same words each time. Which candidate a block holds is said by its cells, and may
differ from row to row. The votes that the blocks give are counted before and after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from recanvass.errors import ControlTotalsDiffer, ReadError
from recanvass.reading.columns import VOTES
from recanvass.reading.dictionary import meanings, normalised
from recanvass.reading.layout import Laid
from recanvass.reading.long import refuse_many
from recanvass.reading.numbers import kind_of
from recanvass.wording import show

#: Further words of a name, beside the column that `[long] option` names in the dictionaries.
_GIVEN = frozenset({"prenom", "prenom du candidat", "first name", "given name", "nome", "nombre", "vorname"})
_NAMES = frozenset({"nom", "nom du candidat", "nom candidat", "surname", "last name", "cognome", "name", "nachname"})
_NUMBERED = re.compile(r"(.*\S)[ _.\-]?(\d{1,3})")


@dataclass(frozen=True)
class Blocks:
    """Where the blocks begin, and the places inside one of the votes and of the words of the name."""

    starts: tuple[int, ...]
    width: int
    votes: int
    names: tuple[int, ...]


def found(headers: Sequence[str], cells: pl.DataFrame) -> Blocks | None:
    """The blocks of a header, if it has any and its cells bear them out.

    Parameters
    ----------
    headers : sequence of str
        Empty where the header does not write a column's name.
    cells : polars.DataFrame
        The records: what stands at one place of a block must be of one kind in all of them.
    """
    written = list(headers)
    kinds = [kind_of(cells.to_series(j), 60) for j in range(cells.width)]
    fitting: list[Blocks] = []
    for stems in (*_unwritten(headers), _numbered(headers), written):
        made = next((m for first in range(len(stems) - 1) if (m := _repeating(stems, first)) is not None), None)
        if made is not None and made not in fitting and _alike(made, kinds):
            fitting.append(made)
        if fitting and stems is written:
            break
    return fitting[0] if len({(m.starts[0], m.width) for m in fitting}) == 1 else None


def _alike(made: Blocks, kinds: Sequence[str]) -> bool:
    """Whether the votes are counts, the names words, and each place of a block of one kind in all blocks."""
    for k in range(made.width):
        here = {kinds[start + k] for start in made.starts} - {"empty"}
        if len(here) > 1 and here != {"count", "decimal"}:
            return False
        if (here and (k == made.votes and here != {"count"})) or (k in made.names and here - {"text"}):
            return False
    return made.starts[-1] + made.width <= len(kinds)


def _unwritten(headers: Sequence[str]) -> list[list[str]]:
    """The header with the blocks that it does not write out, in every width that fills the empty columns."""
    named = len(headers)
    while named and not headers[named - 1]:
        named -= 1
    missing = len(headers) - named
    return [
        [*headers[: named - width], *list(headers[named - width : named]) * (1 + missing // width)]
        for width in range(2, named + 1)
        if missing and missing % width == 0 and _parts(headers[named - width : named]) is not None
    ]


def _numbered(headers: Sequence[str]) -> list[str]:
    """The headers without the numbers at their ends, where these count the blocks."""
    return [m[1].strip() if (m := _NUMBERED.fullmatch(h)) else h for h in headers]


def _repeating(stems: Sequence[str], first: int) -> Blocks | None:
    for width in range(2, (len(stems) - first) // 2 + 1):
        block = stems[first : first + width]
        if stems[first + width : first + 2 * width] != block or (parts := _parts(block)) is None:
            continue
        starts = [first]
        while stems[starts[-1] + width : starts[-1] + 2 * width] == block:
            starts.append(starts[-1] + width)
        return Blocks(tuple(starts), width, *parts)
    return None


def _parts(block: Sequence[str]) -> tuple[int, tuple[int, ...]] | None:
    """The column of votes and those of the name in one block; None where it is none of candidates."""
    said = [{(m.kind, m.name) for m in meanings(h)} for h in block]
    votes = [k for k, kinds in enumerate(said) if ("figure", "votes") in kinds]
    words = [normalised(h) for h in block]
    names = [k for k, word in enumerate(words) if word in _NAMES]
    names = names or [k for k, kinds in enumerate(said) if ("long", "option") in kinds][:1]
    if len(votes) != 1 or not names or len(set(block)) < len(block):
        return None
    return votes[0], (names[0], *(k for k, word in enumerate(words) if word in _GIVEN))


def unfolded(table: Laid, name: str) -> Laid:
    """The table with one column an option in place of the blocks; as it is where it has none.

    Raises
    ------
    ReadError
        A row names one candidate twice, or gives votes to nobody.
    """
    blocks = found(table.headers, table.cells)
    if blocks is None:
        return table
    cells = table.cells
    rows = pl.Series("row", np.arange(len(cells)))
    parts = []
    for start in blocks.starts:
        words = [cells.to_series(start + k).fill_null("").str.strip_chars() for k in blocks.names]
        option = pl.select(pl.concat_str(words, separator=" ").str.strip_chars()).to_series()
        votes = cells.to_series(start + blocks.votes)
        parts.append(pl.DataFrame({"row": rows, "option": option, "votes": votes}))
    long = pl.concat(parts)
    given = long.filter(pl.col("votes").fill_null("").str.strip_chars() != "")
    nobody = given.filter((pl.col("option") == "") & (pl.col("votes").str.strip_chars() != "0"))
    if len(nobody):
        i = int(nobody["row"][0])
        raise ReadError(f"{name}: row {table.positions[i]} gives {show(nobody['votes'][0])} votes to no name.")
    named = long.filter(pl.col("option") != "")
    doubled = named.filter(named.select("row", "option").is_duplicated())
    if len(doubled):
        i = int(doubled["row"][0])
        raise ReadError(f"{name}: row {table.positions[i]} names {show(doubled['option'][0])!r} twice; correct it.")
    refuse_many(named["option"], name)
    wide = named.pivot(on="option", index="row", values="votes", maintain_order=True)
    wide = pl.DataFrame({"row": rows}).join(wide, on="row", how="left", maintain_order="left").drop("row")
    held = sum(int((c.fill_null("").str.strip_chars() != "").sum()) for c in wide)
    if held != len(given.filter(pl.col("option") != "")):
        raise ControlTotalsDiffer(
            f"{name}: the blocks of candidates hold {len(given):,} figures and {held:,} were kept."
        )
    inside = {s + k for s in blocks.starts for k in range(blocks.width)}
    left = [j for j in range(cells.width) if j not in inside]
    headers = [table.headers[j] for j in left] + [f"{VOTES}{option}" for option in wide.columns]
    columns = [cells.to_series(j) for j in left] + list(wide)
    frame = pl.DataFrame([c.alias(f"c{k}") for k, c in enumerate(columns)])
    return replace(table, headers=tuple(headers), cells=frame, sheet_cells=False)
