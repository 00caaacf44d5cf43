"""A long run of tasks that writes a line as each ends, so that one that was killed goes on where it stopped.

Tasks belong to *items* (a cell of the calibration, a method at a size) and have a number in them; the lines of an
item lie in ``<item>.jsonl`` in the folder of the run. A line that a kill has torn is ignored, and its task made again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Protocol, TypeVar

#: Tasks handed to an executor at a time: so many results may be lost by a kill.
BATCH = 64


class Named(Protocol):
    """Whatever has a name that can be that of a file."""

    @property
    def name(self) -> str:
        """The name of the file, without its suffix."""


Item = TypeVar("Item", bound=Named)
Made = TypeVar("Made")


def run(
    folder: Path,
    waiting: Sequence[tuple[Item, int]],
    task: Callable[[Item, int], Made],
    line: Callable[[Item, int, Made], Mapping[str, Any]],
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> None:
    """Make the tasks that are waiting, and write a line for each, in their order.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    waiting : sequence of (item, int)
    task : callable
        ``task(item, number)``; of a module, where an executor has other processes.
    line : callable
        ``line(item, number, made)``: what is written, as plain values.
    executor : concurrent.futures.Executor, optional
    progress : callable, optional
        Called with (done, total, the item's name).
    """
    folder.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda done, total, stage: None)
    for done, (item, number, made) in enumerate(_made(waiting, task, executor), 1):
        text = json.dumps(line(item, number, made), sort_keys=True, allow_nan=False)
        append(folder / f"{item.name}.jsonl", text)
        tell(done, len(waiting), item.name)


def append(path: Path, line: str) -> None:
    """One more line; a last line that a kill has torn is ended first."""
    torn = False
    if path.exists() and path.stat().st_size:
        with path.open("rb") as file:
            file.seek(-1, 2)
            torn = file.read(1) != b"\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + line + "\n")


def records(folder: Path, item: Named) -> Iterator[dict[str, Any]]:
    """The whole lines of an item, in the order in which they were written; torn ones are ignored."""
    path = folder / f"{item.name}.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        yield record


def _made(
    waiting: Sequence[tuple[Item, int]], task: Callable[[Item, int], Made], executor: Executor | None
) -> Iterator[tuple[Item, int, Made]]:
    if executor is None:
        for item, number in waiting:
            yield item, number, task(item, number)
        return
    for start in range(0, len(waiting), BATCH):
        chosen = waiting[start : start + BATCH]
        futures = [executor.submit(task, item, number) for item, number in chosen]
        for (item, number), future in zip(chosen, futures, strict=True):
            yield item, number, future.result()
