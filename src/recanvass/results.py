"""The canonical table of a contest: counts by polling station, and where each station lies.

Counts are ``int64`` and are kept as published, impossible ones included. A figure that the
source does not give is *absent*, which is not zero: its cell holds 0 and its mask is set, so
that a sum runs over what is known and nothing else. Shares are derived, never stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recanvass.errors import TableError
from recanvass.row_order import sorted_rows
from recanvass.sheet import Sheet

if TYPE_CHECKING:
    import polars as pl

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: The counts that a protocol may hold, by their canonical names.
COUNTS = (
    "registered",
    "received",
    "issued",
    "issued_early",
    "issued_station",
    "issued_outside",
    "unused",
    "mobile_boxes",
    "stationary_boxes",
    "ballots",
    "valid",
    "invalid",
    "blank",
    "lost",
    "unaccounted",
)

#: The levels of place, from coarse to fine; the last is the station itself.
LEVELS = ("region", "district", "subdistrict", "station")

#: What a share or a turnout is taken of.
Base = Literal["registered", "issued", "ballots", "valid"]


@dataclass(frozen=True)
class Contest:
    """What was elected, where and when, and which denominators the law prescribes.

    ``announced`` holds totals given by the authority: canonical count or option → number.
    ``leader`` (an option) and ``areas`` (a level), where they are given and there, replace the rules.
    """

    title: str = ""
    country: str = ""
    date: str = ""
    kind: str = ""
    turnout_of: Literal["ballots", "issued"] = "ballots"
    share_of: Literal["valid", "ballots"] = "valid"
    announced: Mapping[str, int] = field(default_factory=dict)
    leader: str = ""
    areas: str = ""


@dataclass(frozen=True)
class Source:
    """The file that the counts were read from; ``name`` is its base name, never a path."""

    name: str = ""
    sha256: str = ""
    size: int = 0
    reader: str = ""
    encoding: str = ""
    part: str = ""


@dataclass(frozen=True)
class Labels:
    """One name a station, stored once: ``names[codes[i]]``; a code of -1 is a blank."""

    names: tuple[str, ...]
    codes: Counts

    @classmethod
    def of(cls, values: Sequence[str]) -> Labels:
        """Labels of a sequence of names; names are sorted, empty ones become blanks."""
        array = np.asarray(values, dtype=object)
        names = sorted({str(v) for v in values} - {""})
        index = {name: k for k, name in enumerate(names)}
        index[""] = -1
        codes = np.fromiter((index[str(v)] for v in array), dtype=np.int64, count=len(array))
        return cls(tuple(names), codes)

    @classmethod
    def of_column(cls, column: pl.Series) -> Labels:
        """Labels of a polars column of text: the same as `of`, without a loop over the rows."""
        import polars as pl

        texts = column.fill_null("")
        if texts.head(10_000).n_unique() * 2 > min(len(texts), 10_000):  # nearly every row has its own name
            order = None if texts.is_sorted() else texts.arg_sort()
            ordered = texts if order is None else texts.gather(order)
            new = (ordered != ordered.shift(1)).fill_null(value=True)
            names = ordered.filter(new)
            ranks = new.cum_sum().cast(pl.Int64).to_numpy() - 1
            codes = np.empty(len(texts), dtype=np.int64)
            codes[slice(None) if order is None else order.to_numpy()] = ranks
            blank = len(names) > 0 and names[0] == ""
            return cls(tuple(names.to_list()[int(blank) :]), codes - int(blank))
        names = texts.unique().sort()
        names = names.filter(names != "")
        index = pl.DataFrame({"text": names, "code": pl.Series(range(len(names)), dtype=pl.Int64)})
        found = pl.DataFrame({"text": texts}).join(index, on="text", how="left", maintain_order="left")
        return cls(tuple(names.to_list()), found["code"].fill_null(-1).to_numpy().copy())

    def __getitem__(self, row: int) -> str:
        code = int(self.codes[row])
        return self.names[code] if code >= 0 else ""

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: NDArray[Any]) -> Labels:
        """The labels of these rows (indices or a mask)."""
        return Labels(self.names, self.codes[rows])

    def values(self) -> NDArray[np.object_]:
        """One string a station."""
        return np.array([*self.names, ""], dtype=object)[self.codes]


@dataclass(frozen=True)
class Areas:
    """A partition of the stations; a name is the whole path, so equal names never merge.

    ``codes`` is ``(n,)``, -1 for a station without a place. ``rule`` says how the level was chosen.
    """

    level: str
    names: tuple[str, ...]
    codes: Counts
    rule: str = ""

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def sizes(self) -> Counts:
        """Stations in each area."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names)).astype(np.int64)

    @cached_property
    def order(self) -> Counts:
        """The rows of all placed stations, area after area."""
        placed = np.flatnonzero(self.codes >= 0)
        return placed[np.argsort(self.codes[placed], kind="stable")].astype(np.int64)

    @cached_property
    def starts(self) -> Counts:
        """Where each area begins in ``order``; ``len(self) + 1`` numbers."""
        return np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64)

    def rows(self, area: int) -> Counts:
        """The rows of one area."""
        return self.order[self.starts[area] : self.starts[area + 1]]

    def __iter__(self) -> Iterator[tuple[str, Counts]]:
        return ((name, self.rows(k)) for k, name in enumerate(self.names))


@dataclass(frozen=True)
class Results:
    """The counts of a contest, station by station, in official order.

    Parameters
    ----------
    options : tuple of str
        What could be voted for, ``k`` names.
    votes : (n, k) int64
        Votes by station and option.
    counts : mapping of str to (n,) int64
        Canonical counts (`COUNTS`) that the source gives; a missing key is an absent column.
    absent : mapping of str to bool array
        Cells that the source leaves empty: ``(n,)`` for a count, ``(n, k)`` under ``"votes"``.
        A key is there only if some cell is absent; the cell itself holds 0.
    places : mapping of str to Labels
        Levels of `LEVELS`, coarse to fine, those that the source gives.
    rows : (n,) int64
        The row of each station in its source.
    sheet : Sheet or None
        The verification sheet, where the results were read from a file or a frame.
    """

    options: tuple[str, ...]
    votes: Counts
    counts: Mapping[str, Counts] = field(default_factory=dict)
    absent: Mapping[str, Mask] = field(default_factory=dict)
    places: Mapping[str, Labels] = field(default_factory=dict)
    rows: Counts = field(default_factory=lambda: np.empty(0, np.int64))
    contest: Contest = field(default_factory=Contest)
    source: Source = field(default_factory=Source)
    sheet: Sheet | None = None

    def __post_init__(self) -> None:
        votes = np.asarray(self.votes)
        if votes.ndim != 2 or votes.shape[1] != len(self.options):
            raise TableError(f"votes has the shape {votes.shape}; it must be (stations, {len(self.options)} options).")
        if len(set(self.options)) != len(self.options):
            raise TableError(f"Two options have the same name: {self.options}.")
        arrays = {"votes": votes, **self.counts}
        for name, values in arrays.items():
            if np.asarray(values).dtype != np.int64:
                raise TableError(f"{name} is {np.asarray(values).dtype}; counts must be int64.")
        unknown = set(self.counts) - set(COUNTS)
        if unknown:
            raise TableError(f"{sorted(unknown)} are not canonical counts; those are {COUNTS}.")
        lengths = {name: len(v) for name, v in arrays.items()} | {name: len(v) for name, v in self.places.items()}
        if len(set(lengths.values())) > 1:
            raise TableError(f"The columns have different lengths: {lengths}.")
        if not len(self.rows):
            object.__setattr__(self, "rows", np.arange(1, len(votes) + 1, dtype=np.int64))
        ordered = {level: self.places[level] for level in LEVELS if level in self.places}
        object.__setattr__(self, "places", ordered)
        for array in (*arrays.values(), *self.absent.values(), self.rows):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.votes)

    def __repr__(self) -> str:
        return f"<Results {self.source.name or self.contest.title}: {len(self)} stations, {len(self.options)} options>"

    def _repr_html_(self) -> str:
        return self.to_frame()._repr_html_()

    @cached_property
    def stations(self) -> tuple[str, ...]:
        """The name of each station, with the path of its places where names repeat, else its row."""
        if "station" not in self.places:
            return tuple(f"row {row}" for row in self.rows)
        names = self.places["station"].values()
        repeated = len(self) - int((names == "").sum()) > len(set(names.tolist()) - {""})
        levels = list(self.places) if repeated else ["station"]
        columns = [self.places[level].values().tolist() for level in levels]
        paths = [" / ".join(part for part in path if part) for path in zip(*columns, strict=True)]
        return tuple(path if name else f"row {row}" for path, name, row in zip(paths, names, self.rows, strict=True))

    def has(self, name: str) -> bool:
        """Whether the source gives this count at any station (derived ones and ``"votes"`` included)."""
        return bool(self.options) if name == "votes" else self.whole(name) is not None

    def whole(self, name: str) -> Counts | None:
        """A count, or the same count derived from its parts, or None; `(n,)`.

        ``valid`` is, where the source does not give it, the sum of the options; ``ballots`` is
        valid plus invalid; ``issued`` the sum of the three ways of issue. See `known` for the
        stations at which the figure is there.
        """
        if name in self.counts:
            return self.counts[name]
        votes: Counts = self.votes
        if name == "valid":
            return _rows_sum(votes) if len(self.options) else None
        if name == "ballots" and {"valid", "invalid"} <= set(self.counts):
            return _rows_sum(np.stack([self.counts["valid"], self.counts["invalid"]], axis=1))
        parts = [c for c in ("issued_early", "issued_station", "issued_outside") if c in self.counts]
        if name == "issued" and parts:
            return _rows_sum(np.stack([self.counts[c] for c in parts], axis=1))
        return None

    def known(self, *names: str) -> Mask:
        """Where all these figures are given; ``"votes"`` asks that no option is absent."""
        return np.asarray(np.all([np.ones(len(self), bool), *map(self._known, names)], axis=0))

    def _known(self, name: str) -> Mask:
        if name == "votes" or (name == "valid" and "valid" not in self.counts):
            gaps = self.absent.get("votes")
            return np.ones(len(self), dtype=np.bool_) if gaps is None else np.asarray(~gaps.all(axis=1))
        if name in self.counts:
            gaps = self.absent.get(name)
            return np.ones(len(self), bool) if gaps is None else ~gaps
        if name == "ballots":
            return self.known("valid", "invalid") if self.has(name) else np.zeros(len(self), bool)
        if name == "issued":
            parts = [c for c in ("issued_early", "issued_station", "issued_outside") if c in self.counts]
            return self.known(*parts) if parts else np.zeros(len(self), bool)
        return np.zeros(len(self), bool)

    def stood(self, option: int) -> Mask:
        """Where the option has a figure; elsewhere it did not stand or was not published."""
        gaps = self.absent.get("votes")
        return np.ones(len(self), dtype=np.bool_) if gaps is None else np.asarray(~gaps[:, option])

    @cached_property
    def totals(self) -> dict[str, int]:
        """Sums of what is known, in Python integers (no overflow), options by their names."""
        sums = {name: exact_sum(values) for name, values in self.counts.items()}
        return sums | {o: exact_sum(self.votes[:, j]) for j, o in enumerate(self.options)}

    @cached_property
    def leader(self) -> int:
        """The option that `Contest` names, else that with most votes, the first by name; `TableError` without any."""
        if not self.options:
            raise TableError("There are no options, so no leader.")
        if self.contest.leader in self.options:
            return self.options.index(self.contest.leader)
        return min(range(len(self.options)), key=lambda j: (-self.totals[self.options[j]], self.options[j]))

    def areas(self, level: str) -> Areas:
        """The partition by a level (``contest``: all), equal names apart by path; `TableError` if it is not there."""
        if level == "contest":
            return Areas("contest", ("",), np.zeros(len(self), np.int64))
        if level not in self.places:
            raise TableError(f"There is no level {level!r}; there are {list(self.places)}.")
        levels = [name for name in self.places if LEVELS.index(name) <= LEVELS.index(level)]
        placed = self.places[level].codes >= 0
        path = np.zeros(int(placed.sum()), np.int64)
        for name in levels:
            path = np.unique(path, return_inverse=True)[1].astype(np.int64)
            path = path * (len(self.places[name].names) + 1) + self.places[name].codes[placed] + 1
        _, first, inverse = np.unique(path, return_index=True, return_inverse=True)
        rows = np.flatnonzero(placed)[first]
        texts = [" / ".join(text for lv in levels if (text := self.places[lv][row])) for row in rows]
        rank = np.argsort(np.argsort(np.array(texts, dtype=object), kind="stable"), kind="stable")
        full = np.full(len(self), -1, dtype=np.int64)
        full[placed] = rank[np.ravel(inverse)]
        return Areas(level, tuple(sorted(texts)), full)

    def take(self, rows: ArrayLike) -> Results:
        """The results of these stations (indices or a mask), in this order."""
        index = np.asarray(rows)
        return replace(
            self,
            votes=self.votes[index],
            counts={name: values[index] for name, values in self.counts.items()},
            absent={name: gaps[index] for name, gaps in self.absent.items() if gaps[index].any()},
            places={name: labels.take(index) for name, labels in self.places.items()},
            rows=self.rows[index],
            sheet=None,
        )

    def with_counts(self, votes: Counts | None = None, **counts: Counts) -> Results:
        """The same stations with other counts: how a null is written."""
        return replace(
            self,
            votes=self.votes if votes is None else np.asarray(votes, dtype=np.int64),
            counts={**self.counts, **{n: np.asarray(v, dtype=np.int64) for n, v in counts.items()}},
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, whatever the order of the rows."""
        columns = [self.places[level].codes for level in self.places]
        columns += [*self.counts.values(), *self.votes.T]
        for _, gaps in sorted(self.absent.items()) if len(self) else ():
            columns += list(gaps.reshape(len(self), -1).T.astype(np.int64))
        names = [list(labels.names) for labels in self.places.values()]
        head = [list(self.places), list(self.counts), list(self.options), sorted(self.absent), names]
        hasher = hashlib.sha256(json.dumps(head, ensure_ascii=False).encode())
        if columns and len(self):
            order = sorted_rows(columns)
            for column in columns:
                hasher.update(np.ascontiguousarray(column[order], dtype="<i8").tobytes())
        return hasher.hexdigest()

    def to_frame(self) -> pl.DataFrame:
        """A polars frame: places, counts, then one column an option; absent cells are null."""
        import polars as pl

        frame: dict[str, Any] = {level: labels.values() for level, labels in self.places.items()}
        for name, values in self.counts.items():
            frame[name] = pl.Series(values).set(pl.Series(~self.known(name)), None)
        for j, option in enumerate(self.options):
            name = option if option not in frame else f"votes:{option}"
            frame[name] = pl.Series(self.votes[:, j]).set(pl.Series(~self.stood(j)), None)
        return pl.DataFrame(frame)


def _rows_sum(columns: Counts) -> Counts:
    return np.asarray(columns.sum(axis=1, dtype=np.int64))


def exact_sum(values: Counts) -> int:
    """The sum as a Python integer: 2**62 twice does not wrap."""
    if not len(values):
        return 0
    largest = max(abs(int(values.max())), abs(int(values.min())))
    if largest * len(values) < 2**63:
        return int(values.sum(dtype=np.int64))
    return sum(int(v) for v in values)
