"""Examinations to render: a simulated contest, and one whose every name is hostile."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from recanvass.case import Case
from recanvass.examination import Examination, examine
from recanvass.finding import Answer, Evidence, Finding, Run, Skipped
from recanvass.issue import Issue
from recanvass.results import Contest, Labels, Results, Source
from recanvass.sheet import Compared, Identity, Quarantined, Sheet, Warned
from recanvass.statement import state

PAYLOADS = (
    "<script>window.PWNED=1</script>",
    "</script><script>window.PWNED=2</script>",
    '"><img src=x onerror=window.PWNED=3>',
    "<svg onload=window.PWNED=4>",
    "javascript:window.PWNED=5",
    "' onfocus=window.PWNED=6 autofocus x='",
    "</title></desc></svg><iframe srcdoc='<script>parent.PWNED=7</script>'>",
    "{{ 7*7 }}{% raw %}<b>",
    '=HYPERLINK("http://example.org","x")',
    "＝cmd|' /C calc'!A0",
    "\u202eevil\u202c\u2028\u2029\x1b[31m\x07",
    "]]><!--<style>*{display:none}</style>",
    "n" * 300,
    "url(#x) expression(alert(1))",
)
METHODS = ("integer_percentages", "variance_within_areas", "turnout_share_correlation", "last_digits")


def results(names: tuple[str, ...] = (), stations: int = 240, seed: int = 1) -> Results:
    """A contest of two options in eight districts, its shares round at some of the stations."""
    rng = np.random.default_rng(seed)
    registered = rng.integers(600, 2400, stations)
    ballots = rng.binomial(registered, rng.beta(20, 10, stations))
    first = rng.binomial(ballots, rng.beta(30, 20, stations))
    rounded = slice(0, stations // 4)
    first[rounded] = np.rint(ballots[rounded] * 0.7)
    named = names or ("First", "Second")
    options = (named[0], named[1 % len(named)])
    place = [f"{(names or ('District',))[i % 8 % max(1, len(names))]} {i % 8}" for i in range(stations)]
    station = [f"{(names or ('Station',))[i % max(1, len(names))]} {i:04d}" for i in range(stations)]
    sheet = Sheet(
        records=stations + 1,
        counted=stations,
        quarantined=(Quarantined(1, "header", (names or ("head",))[0]),),
        columns={"ballots": (names or ("Ballots",))[-1], "registered": "Registered"},
        decided={"ballots": "arithmetic"},
        ignored=names,
        warnings=(Warned("x", (names or ("To be known.",))[0]),),
        identities=(Identity("ballots_balanced", stations, 2, 5),),
        compared=(Compared("ballots", int(ballots.sum()), int(ballots.sum()) - 3),),
        issues=(
            Issue(
                "ballots_above_registered",
                tuple(station[:60]),
                tuple(range(60)),
                {"excess": 3, "details": station[:60]},
            ),
        ),
    )
    return Results(
        options,
        np.stack([first, ballots - first], axis=1).astype(np.int64),
        {"registered": registered.astype(np.int64), "ballots": ballots.astype(np.int64)},
        places={"district": Labels.of(place), "station": Labels.of(station)},
        source=Source((names or ("results.csv",))[0], "ab" * 32, 1234, "delimited", "utf-8", ""),
        sheet=sheet,
    )


@cache
def simulated() -> Examination:
    """Four methods on a small simulated contest."""
    return examine(Case.of(results()), methods=METHODS)


@cache
def hostile() -> Examination:
    """The same with a payload wherever the data have a name; and a finding made of payloads."""
    table = results(PAYLOADS)
    contest = Contest(PAYLOADS[0], PAYLOADS[1], PAYLOADS[2], PAYLOADS[3])
    exam = examine(Case.of(replace(table, contest=contest)), methods=METHODS)
    made = exam["variance_within_areas"]
    facts = {**made.answer.facts, "area": PAYLOADS[6], "option": PAYLOADS[0]}
    records = [{"area": p, "option": p, "stations": 3, "share": 0.5, "log10_p": -3.0, "listed": True} for p in PAYLOADS]
    answer = replace(made.answer, facts=facts, stations=PAYLOADS * 40, tables={"areas": records, PAYLOADS[1]: records})
    findings = tuple(replace(f, answer=answer) if f.method == made.method else f for f in exam.findings)
    skipped = (Skipped("ballot_photographs", PAYLOADS[0], "columns", {"columns": list(PAYLOADS)}),)
    return replace(exam, findings=findings, skipped=skipped, statement=state(findings, skipped))


def bare() -> Examination:
    """A case without results: everything was skipped."""
    return examine(Case(Contest("Announced only", date="2025-01-26")), methods=METHODS)


def finding(**changes: object) -> Finding:
    """A finding of last digits made by hand."""
    series = {"digit": list(range(10)), "observed": [10] * 10, "expected": [10.0] * 10}
    run = Run("last_digits", {}, "", 0, "0")
    answer = Answer("description", "said", {}, Evidence(3.0, -0.5), series=series)
    return replace(Finding(run, "D", "?", ".", answer), **changes)  # type: ignore[arg-type]
