"""``recanvass demo``: a contest with known manipulations, examined, and compared with the truth.

It goes the whole way of a stranger's file: the simulated contest is written as a CSV file, read back,
examined, and the dossier is written beside the file and its truth.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recanvass import wording
from recanvass.dossier import write as write_dossier
from recanvass.examination import Examination, examine
from recanvass.reading.read import read
from recanvass.scenario import World
from recanvass.scenario import scenario as scenario_of
from recanvass.scenario import write as write_contest

if TYPE_CHECKING:
    from recanvass.examination import Progress

STATIONS = 5000


def run(out: Path, seed: int, progress: Progress, language: str = "en") -> tuple[list[str], Path]:
    """Write the contest, its truth and its dossier; ten lines that compare them, and the page.

    Parameters
    ----------
    out : Path
        The folder; the contest goes to ``contest/`` in it, the dossier to ``dossier/``.
    seed : int
    progress : callable
        Called with (done, total, stage).
    language : str
        Of the lines and of the dossier.
    """
    progress(0, 3, "simulating")
    world = scenario_of("demo").build(np.random.default_rng(seed), STATIONS)
    place = out / "contest"
    place.mkdir(parents=True, exist_ok=True)
    table = place / "simulated-contest.csv"
    truth = write_contest(world, table)
    progress(1, 3, "reading")
    exam = examine(read(table), seed=seed, progress=progress)
    progress(2, 3, "dossier")
    page = write_dossier(exam, out / "dossier", language=language)
    return lines(world, exam, truth, language), page


def lines(world: World, exam: Examination, truth: Path, language: str = "en") -> list[str]:
    """What was planted and what was found, a line each."""

    def words(*keys: str, **facts: Any) -> str:
        return wording.phrase("demonstration", *keys, facts=facts, language=language)

    results = world.results
    moved = world.truth()["votes_changed"] // 2
    said = [words("contest", stations=len(results), districts=len(results.areas("district")), votes=moved)]
    for planted in world.planted:
        said.append(words("planted", planted.kind, **planted.facts, stations=len(planted.rows)))
    said.append(words("headline", grade=wording.phrase("statement", "grade", exam.statement.grade, language=language)))
    tests = [f for f in exam.findings if f.evidence_class in "AB"]
    speaking = [f for f in tests if f.status in ("departure", "contradiction")]
    for one in speaking:
        summary = wording.summary(one.method, one.answer.outcome, one.answer.facts, language, one.of)
        said.append(words("found", title=wording.phrase(one.method, "title", language=language), summary=summary))
    said.append(words("silent", silent=len(tests) - len(speaking)))
    said.append(words("truth", file=truth.name))
    return said
