"""``recanvass demo``: a contest with known manipulations, examined, and compared with the truth.

It goes the whole way of a stranger's file: the simulated contest is written as a CSV file, read back,
examined, and the dossier is written beside the file and its truth.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recanvass import wording
from recanvass.case import Case
from recanvass.dossier import write as write_dossier
from recanvass.examination import Examination, examine
from recanvass.reading.read import read
from recanvass.results import Contest
from recanvass.scenario import World
from recanvass.scenario import scenario as scenario_of
from recanvass.scenario import write as write_contest

if TYPE_CHECKING:
    from recanvass.examination import Progress

STATIONS = 5000


def run(out: Path, seed: int, progress: Progress) -> tuple[list[str], Path]:
    """Write the contest, its truth and its dossier; ten lines that compare them, and the page.

    Parameters
    ----------
    out : Path
        The folder; the contest goes to ``contest/`` in it, the dossier to ``dossier/``.
    seed : int
    progress : callable
        Called with (done, total, stage).
    """
    progress(0, 3, "simulating")
    world = scenario_of("demo").build(np.random.default_rng(seed), STATIONS)
    place = out / "contest"
    place.mkdir(parents=True, exist_ok=True)
    table = place / "results.csv"
    truth = write_contest(world, table)
    progress(1, 3, "reading")
    case = Case.of(read(table, contest=Contest(title=world.results.contest.title)))
    exam = examine(case, seed=seed, progress=progress)
    progress(2, 3, "dossier")
    page = write_dossier(exam, out / "dossier")
    return lines(world, exam, truth), page


def lines(world: World, exam: Examination, truth: Path) -> list[str]:
    """What was planted and what was found, a line each."""
    results = world.results
    facts = {
        "stations": len(results),
        "districts": len(results.areas("district")),
        "votes": world.truth()["votes_changed"] // 2,
    }
    said = [wording.phrase("demonstration", "contest", facts=facts)]
    for planted in world.planted:
        given = {**planted.facts, "stations": len(planted.rows)}
        said.append(wording.phrase("demonstration", "planted", planted.kind, facts=given))
    said.append(wording.phrase("demonstration", "headline", facts={"grade": exam.statement.title}))
    tests = [f for f in exam.findings if f.evidence_class in "AB"]
    speaking = [f for f in tests if f.status in ("departure", "contradiction")]
    for finding in speaking:
        facts = {"title": wording.phrase(finding.method, "title"), "summary": finding.summary}
        said.append(wording.phrase("demonstration", "found", facts=facts))
    silent = {"silent": len(tests) - len(speaking)}
    said.append(wording.phrase("demonstration", "silent", facts=silent))
    said.append(wording.phrase("demonstration", "truth", facts={"file": truth.name}))
    return said
