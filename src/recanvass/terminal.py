"""What the command line shows: sheets and statements on standard output, stages on standard error."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from recanvass import sheet_words, wording
from recanvass.errors import UsageError
from recanvass.statement import Statement, state
from recanvass.wording import count, phrase, show

if TYPE_CHECKING:
    from recanvass.comparison_table import Table as Compared
    from recanvass.examination import Examination, Progress
    from recanvass.finding import Skipped
    from recanvass.planning import Plan
    from recanvass.results import Results
    from recanvass.sheet import Identity

#: Longest lists printed before the rest is counted.
MOST = 8

#: The columns of the comparison that fit a terminal; the others stand in the written table.
COMPARED = ("statistic", "value", "interval", "constant", "expected", "honest_interval", "p", "panel")
#: Those of a terminal narrower than `WIDE`: the limits of honest counting say what is expected, too.
COMPARED_NARROW = ("statistic", "value", "constant", "honest_interval", "p", "panel")
WIDE = 120


def console(*, err: bool = False) -> Console:
    """A terminal that breaks lines at words and invents nothing when piped."""
    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() else 100
    return Console(file=stream, width=width, highlight=False, emoji=False, markup=False, soft_wrap=False)


@contextmanager
def stages() -> Iterator[Progress]:
    """Stages with the time left, on a terminal; nothing when piped."""
    if not sys.stderr.isatty():
        yield lambda done, total, stage: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(err=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(done: int, total: int, stage: str) -> None:
            bar.update(task, description=stage.replace("_", " ") or "done", completed=done, total=total)

        yield tell


def print_sheet(results: Results, language: str = "en") -> None:
    """The verification sheet of a reading."""
    out, sheet = console(), results.sheet
    _line(out, phrase("terminal", "title", facts={"name": results.source.name}, language=language), "bold")
    if sheet is None:
        return
    facts = {
        "stations": len(results),
        "records": sheet.records,
        "quarantined": len(sheet.quarantined),
        "options": len(results.options),
        "sha256": results.source.sha256,
        "encoding": results.source.encoding or "–",
        "part": results.source.part or "–",
    }
    _line(out, phrase("terminal", "counted", facts=facts, language=language))
    _line(out, phrase("terminal", "file", facts=facts, language=language), "dim")
    out.print(_columns_table(results, language))
    rows = [phrase("terminal", "row", facts={"row": q.row}, language=language) for q in sheet.quarantined]
    sections = {
        "warnings": [sheet_words.warning(w, language) for w in sheet.warnings],
        "identities": [_identity(i, language) for i in sheet.identities],
        "issues": [sheet_words.oddity(i, language) for i in sheet.issues],
        "quarantined": [
            f"{row}: {sheet_words.aside(q.reason, language)}: {show(q.text, 80)}"
            for row, q in zip(rows, sheet.quarantined, strict=True)
        ],
        "ignored": [wording.listed(sheet.ignored, language, 30)] if sheet.ignored else [],
    }
    for key, lines in sections.items():
        _section(out, key, lines, language)


def print_examination(exam: Examination, page: Path | None, language: str = "en") -> None:
    """The statement, a line a finding, and where the dossier is, if one was written."""
    out = console()
    said = exam.statement if language == "en" else state(exam.findings, exam.skipped, language, exam.case.results)
    _line(out, phrase("statement", "grade", said.grade, language=language).upper(), "bold")
    _line(out, said.sentence)
    _line(out, alarm_sentence(dict(exam.statement.alarm), language), "dim")
    if page is not None:
        _print_promise(out, exam, language)
    out.print()
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(width=24)
    table.add_column()
    for finding in exam.findings:
        summary = wording.summary(finding.method, finding.answer.outcome, finding.answer.facts, language, finding.of)
        title = phrase(finding.method, "title", language=language)
        table.add_row(finding.evidence_class, Text(show(title)), Text(summary))
    label = phrase("terminal", "not_asked", language=language)
    for text in _not_asked(exam.skipped, language, briefly=page is not None):
        table.add_row("–", Text(label, style="dim"), Text(text, style="dim"))
    out.print(table)
    _print_smallest(out, said, language)
    if page is not None:
        out.print()
        out.print(Text(str(page)), soft_wrap=True)


def _print_smallest(out: Console, said: Statement, language: str) -> None:
    """What the headline would have shown here, and what it shows at no size."""
    lines = [str(one["sentence"]) for one in said.smallest.seen]
    if lines:
        out.print()
        _line(out, phrase("smallest", "intro", language=language), "dim")
        for line in [*lines, *said.power]:
            _line(out, f"· {line}")
    if said.smallest.unpromised:
        _line(out, phrase("smallest", "unpromised", language=language), "dim")
        for line in said.smallest.unpromised:
            _line(out, f"· {line}", "dim")
    if unseen := "; ".join(str(one["sentence"]) for one in said.smallest.unseen):
        _line(out, phrase("smallest", "unseen_short", facts={"what": unseen}, language=language), "dim")


def _print_promise(out: Console, exam: Examination, language: str) -> None:
    """Whether a declaration was kept, or what was chosen without one."""
    from recanvass.dossier.choices_part import promise

    told = promise(exam.choices, language)
    if told is None:
        return
    _line(out, f"{told['title']}. {told['text']}", "bold" if told["kind"] != "kept" else "")
    for line in told["items"]:
        _line(out, f"  {line}")
    for line in told["after"]:
        _line(out, line, "dim")


def print_comparison(made: Compared) -> None:
    """The comparison table, a block for each area and column; the full table is written by ``--out``."""
    out = console()
    _line(out, made.title, "bold")
    for text in made.lead:
        _line(out, text)
    block, table = None, None
    for row in made.rows:
        here = (row["area"], row["column"])
        if here != block:
            if table is not None:
                out.print(table)
            block = here
            _line(out, "")
            _line(
                out,
                " · ".join(
                    text
                    for key, text in zip(("area", "column"), here, strict=True)
                    if key in made.headings or key == "column"
                ),
                "bold",
            )
            table = _comparison_block(made, wide=out.width >= WIDE)
        assert table is not None
        table.add_row(*(Text(text) for text in _comparison_cells(row, wide=out.width >= WIDE)))
    if table is not None:
        out.print(table)
    out.print()
    for text in made.below:
        _line(out, text)


def _comparison_block(made: Compared, *, wide: bool) -> Table:
    """An empty table of one area and column."""
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0), header_style="dim")
    for key in COMPARED if wide else COMPARED_NARROW:
        heading = made.headings[key]
        if key == "honest_interval" and not wide:
            heading = f"{made.headings['expected']}: {heading[:1].lower()}{heading[1:]}"
        most = 9 if key == "p" and not wide else None
        justify: Literal["left", "right"] = "left" if key == "statistic" else "right"
        table.add_column(heading, justify=justify, no_wrap=wide and key == "statistic", max_width=most)
    return table


def _comparison_cells(row: Mapping[str, str], *, wide: bool) -> list[str]:
    if wide:
        return [row[key] for key in COMPARED]
    return [row[key] or (row["expected"] if key == "honest_interval" else "") for key in COMPARED_NARROW]


def _not_asked(skipped: Sequence[Skipped], language: str, *, briefly: bool) -> list[str]:
    """What was not asked: all titles at once where a page gives the reasons, else a line a reason."""
    groups = _by_reason(skipped, language)
    if not briefly:
        return [f"{wording.listed(titles, language, 40)}. {reason}" for reason, titles in groups.items()]
    titles = [title for group in groups.values() for title in group]
    facts = {"titles": wording.listed(titles, language, 40)}
    return [phrase("terminal", "not_asked_briefly", facts=facts, language=language)] if titles else []


def _by_reason(skipped: Sequence[Skipped], language: str) -> dict[str, list[str]]:
    """The titles of methods that were not asked, under the reason that they share."""
    reasons: dict[str, list[str]] = {}
    for skip in skipped:
        reason = wording.skipped(skip.method, skip.code, skip.facts, language)
        reasons.setdefault(reason, []).append(phrase(skip.method, "title", language=language))
    return reasons


def print_plan(plan: Plan, language: str = "en") -> None:
    """A plan of observation, a line a figure."""
    out = console()
    facts = {
        "stations": plan.stations,
        "frame": plan.frame,
        "margin": 100 * plan.margin,
        "level": plan.level,
        "spread": 100 * plan.heterogeneity.spread,
        "effect": 100 * (plan.smallest_effect or 0.0),
        "extent": plan.sure_extent or 0,
        "spare": plan.spare,
        "silent": plan.silent,
    }
    keys = ["drawn", "measured" if plan.heterogeneity.measured else "assumed"]
    keys += ["spare"] if plan.spare else []
    keys += ["extent"] if plan.sure_extent else []
    keys += ["effect"] if plan.smallest_effect else []
    for key in keys:
        _line(out, phrase("terminal", "plan", key, facts=facts, language=language))
    for name, stations in plan.allocation.items():
        _line(out, f"  {count(stations, language):>6}  {show(name)}")


def alarm_sentence(alarm: dict[str, object], language: str = "en") -> str:
    """The alarm limit with what was measured."""
    key = "measured" if alarm.get("worlds") else "unmeasured"
    return phrase("statement", "alarm", key, facts=alarm, language=language)


def ask(question: str, choices: Sequence[str]) -> str:
    """One question on the terminal; an empty answer stops the reading."""
    out = console(err=True)
    _line(out, question)
    for number, choice in enumerate(choices, 1):
        _line(out, f"  {number}  {show(choice)}")
    for _ in range(3):
        answer = input("> ").strip()
        if answer.isdigit() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]
        if answer in choices:
            return answer
        if not answer:
            break
    raise UsageError("No column was chosen, so nothing was read; give the choice in a mapping file.")


def elapsed(since: float) -> float:
    """Seconds since a moment of `time.perf_counter`."""
    return time.perf_counter() - since


def _columns_table(results: Results, language: str) -> Table:
    sheet = results.sheet
    assert sheet is not None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in ("figure", "header", "decided", "known", "total"):
        numbers = key in ("known", "total")
        heading = phrase("terminal", "columns", key, language=language)
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    totals = results.totals
    for name, header in sheet.columns.items():
        total = totals.get(name)
        known = sheet.known.get(name)
        table.add_row(
            Text(show(sheet_words.column(name, language), 40)),
            Text(show(header, 60)),
            Text(sheet_words.decided(sheet.decided.get(name, ""), language)),
            Text("" if known is None else count(known, language)),
            Text("" if total is None else count(total, language)),
        )
    return table


def spoken(lines: Sequence[str]) -> None:
    """Lines that begin with a word in capitals, folded under it on a terminal and left whole when piped."""
    out = console()
    for line in lines:
        head, _, rest = line.partition(" ")
        if not out.is_terminal or not head.isupper():
            out.print(Text(line), soft_wrap=not out.is_terminal)
            continue
        rest = rest.lstrip()
        indent = " " * (len(line) - len(rest))
        folded = textwrap.wrap(rest, out.width - len(indent))
        out.print(Text("\n".join([head.ljust(len(indent)) + folded[0], *(indent + more for more in folded[1:])])))


def _identity(one: Identity, language: str) -> str:
    facts = {**asdict(one), "name": sheet_words.identity(one.name, language)}
    return phrase("terminal", "identity" if one.broken else "identity_holds", facts=facts, language=language)


def _section(out: Console, key: str, lines: Sequence[str], language: str = "en") -> None:
    if not lines:
        return
    _line(out, "")
    _line(out, phrase("terminal", "sections", key, language=language), "bold")
    for line in lines[:MOST]:
        _line(out, f"· {line}")
    if len(lines) > MOST:
        _line(out, phrase("terminal", "more", facts={"rest": len(lines) - MOST}, language=language), "dim")


def _line(out: Console, text: str, style: str = "") -> None:
    out.print(Text(text, style=style))
