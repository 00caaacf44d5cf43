"""Real honest contests taken apart: how often the headline is raised on their parts and in other shapes of them.

    RECANVASS_DATA=... python benchmarks/taken_apart.py FOLDER [--sample 40] [--bases 4] [--minutes M]

examines every region of every clean contest as a contest of its own, a sample of provinces, districts and pages, the
shapes of `recut.py`, and each large option in the place of the leader; and, of disputed contests whose headline is
raised, every region alone. A line a contest is written to ``FOLDER/<contest>.jsonl``, so that a run that was killed goes
on where it stopped. ``taken_apart_page.py FOLDER`` makes the table and the page. Parts of one contest are not independent.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import recut  # noqa: E402
from tests.conftest import canonical  # noqa: E402

from recanvass import calibration, resumable_run  # noqa: E402
from recanvass.case import Case  # noqa: E402
from recanvass.errors import MappingNeeded  # noqa: E402
from recanvass.examination import examine  # noqa: E402
from recanvass.results import Results  # noqa: E402
from recanvass.scenarios import _country  # noqa: E402

#: Labels of the catalogue whose contests are taken as honest.
CLEAN = ("clean", "clean-ish")

#: Options at most that are put in the leader's place, the leader apart.
LEADERS = 5


@dataclass(frozen=True)
class Piece:
    """One sub-contest: a part of a contest, in a shape, with a leader; empty: as it is."""

    contest: str
    level: str
    part: str
    shape: str = ""
    leader: str = ""

    @property
    def cut(self) -> str:
        """What it is counted under."""
        base = "whole contest" if self.level == "whole" else f"each {self.level}"
        if self.leader:
            return f"another leader, {base}"
        return f"{self.shape}, {base}" if self.shape else base

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return "|".join((self.level, self.part, self.shape, self.leader))


@cache
def contests() -> dict[str, dict[str, Any]]:
    """What the catalogue says of each contest, by name."""
    folder = Path(os.environ["RECANVASS_DATA"]) / "canonical"
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.json"))}


def half(contest: str) -> str:
    """``development`` or ``test``."""
    return "development" if contests()[contest]["country"] in _country.countries("development") else "test"


@lru_cache(maxsize=3)
def table(contest: str) -> Results:
    """The results of a contest."""
    return canonical(Path(os.environ["RECANVASS_DATA"]), contest)


@lru_cache(maxsize=8)
def parts(contest: str, level: str) -> dict[str, Any]:
    """The parts of a contest at a level."""
    return recut.parts(table(contest), level)


def neighbour(contest: str) -> str:
    """The clean contest of the same country nearest in time, or nothing."""
    about = contests()
    country, date = about[contest]["country"], about[contest]["date"]
    others = [n for n, a in about.items() if a["country"] == country and n != contest and a["label"] in CLEAN]
    return min(others, key=lambda n: (abs(int(about[n]["date"][:4]) - int(date[:4])), n), default="")


def pieces(contest: str, stage: str, sample: int, bases: int) -> Iterator[Piece]:
    """The sub-contests of one stage of the run."""
    if stage in ("region", "province", "district", "page"):
        found = parts(contest, stage)
        most = len(found) if stage == "region" else sample
        yield from (Piece(contest, stage, name) for name in recut.sampled(found, contest, most))
        return
    level = "whole" if stage.startswith("whole") else "region"
    found = parts(contest, level) or (parts(contest, "page") if level == "region" else {})
    if level == "region" and not parts(contest, level):
        level = "page"
    for name in recut.sampled(found, contest, bases):
        if stage.endswith("shapes"):
            yield from (Piece(contest, level, name, shape) for shape in [*recut.SHAPES, "two contests in one table"])
        else:
            results = table(contest).take(found[name])
            ranked = sorted(results.options, key=lambda o: (-results.totals[o], o))
            yield from (Piece(contest, level, name, "", o) for o in ranked[1 : LEADERS + 1] if results.totals[o])


#: The order of the run: what says most first. ``disputed`` comes last.
STAGES = ("region", "province", "district", "page", "region shapes", "region leaders", "whole shapes", "whole leaders")


def made(piece: Piece) -> Results | None:
    """The table of a piece; None where the shape does not apply to it."""
    rows = parts(piece.contest, piece.level)[piece.part]
    results = table(piece.contest).take(rows)
    if not piece.shape:
        return results
    rng = np.random.default_rng([zlib.crc32(text.encode()) for text in (piece.contest, piece.part, piece.shape)])
    if piece.shape in recut.SHAPES:
        return recut.SHAPES[piece.shape](results, rng)
    other = neighbour(piece.contest)
    rows = parts(other, piece.level).get(piece.part) if other else None
    return None if rows is None else recut.stacked(results, table(other).take(rows))


def examined(piece: Piece) -> dict[str, Any]:
    """What is kept of a piece: its grade, and the words of the methods that raised it."""
    line: dict[str, Any] = {"key": piece.key, "cut": piece.cut, "part": piece.part}
    line |= {"shape": piece.shape, "leader": piece.leader}
    try:
        results = made(piece)
    except MappingNeeded:
        return line | {"grade": "mapping_needed"}
    if results is None:
        return line | {"grade": "does_not_apply"}
    exam = examine(Case.of(results), methods=calibration.counted_methods(), leader=piece.leader)
    said = exam.statement
    loud = [f for f in exam if f.status == "contradiction" or (f.evidence is not None and f.evidence.log10_p <= -3)]
    line |= {"stations": len(results), "grade": said.grade}
    line["log10_p"] = None if said.log10_p is None else round(said.log10_p, 3)
    line["methods"] = {f.method: round(f.evidence.log10_p, 3) for f in exam if f.evidence is not None}
    if said.grade in calibration.ALARMS:
        line["loud"] = {
            f.method: {"log10_p": f.evidence and round(f.evidence.log10_p, 2), "summary": f.summary} for f in loud
        }
    return line


def waiting(args: argparse.Namespace) -> Iterator[Piece]:
    """Every piece, development half first, in the order of the stages; of disputed contests their regions, at last."""
    clean = [n for n, about in contests().items() if about["label"] in CLEAN]
    stages = [stage for stage in args.stages or STAGES if stage in STAGES]
    for side, stage in product(("development", "test"), stages):
        for contest in clean:
            if half(contest) == side and (not args.contests or contest in args.contests):
                yield from pieces(contest, stage, args.sample, args.bases)
    for contest in raised() if not args.stages or "disputed" in args.stages else ():
        yield from pieces(contest, "region", args.sample, args.bases)


def raised() -> list[str]:
    """The disputed contests whose headline is raised, as ``docs/contests.jsonl`` has it."""
    lines = (ROOT / "docs" / "contests.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [each for each in map(json.loads, lines) if each["label"] == "disputed"]
    return [each["contest"] for each in kept if each["grade"] in calibration.ALARMS]


def main() -> None:
    """Examine what has not been examined yet."""
    told = argparse.ArgumentParser()
    told.add_argument("folder", type=Path)
    told.add_argument("--sample", type=int, default=40, help="provinces, districts and pages of a contest")
    told.add_argument("--bases", type=int, default=4, help="regions of a contest that are put in other shapes")
    told.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many minutes")
    told.add_argument("--stages", nargs="*", default=[], choices=[*STAGES, "disputed"])
    told.add_argument("--contests", nargs="*", default=[])
    args = told.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    end, done, count = time.monotonic() + 60 * args.minutes, {}, 0
    for piece in waiting(args):
        path = args.folder / f"{piece.contest}.jsonl"
        if piece.contest not in done:
            lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
            done[piece.contest] = {json.loads(line)["key"] for line in lines if line.endswith("}")}
        if piece.key in done[piece.contest]:
            continue
        if time.monotonic() > end:
            break
        line = examined(piece)
        resumable_run.append(path, json.dumps(line, ensure_ascii=False, sort_keys=True))
        count += 1
        if line["grade"] in calibration.ALARMS:
            print(piece.contest, piece.cut, piece.part, piece.leader, line["log10_p"], line["loud"], flush=True)
    print(f"{count} examined, {time.process_time():.0f} s CPU")


if __name__ == "__main__":
    main()
