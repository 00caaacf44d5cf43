"""Every method on one case, and the statement that the findings bear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recanvass import measured_ranks, wording
from recanvass.case import Case
from recanvass.choices import Choices, choose
from recanvass.declaration import Declaration, read_declaration
from recanvass.errors import UnknownName
from recanvass.finding import Finding, Skipped, as_plain
from recanvass.method import Method
from recanvass.results import Results
from recanvass.statement import Statement, state
from recanvass.version import VERSION
from recanvass.witness import by_number

if TYPE_CHECKING:
    import polars as pl

SCHEMA_VERSION = "1.3"

#: Called with the number of stages done, their total and the name of the next one.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Examination:
    """What all methods said of a case.

    Parameters
    ----------
    case : Case
    findings : tuple of Finding
        In the order of the chapters: class A first, then B, C, D; what departs first within a class, then by name.
    skipped : tuple of Skipped
        Methods that could not be asked, with their reasons.
    statement : Statement
    seed : int
    version : str
    choices : Choices
        Leader, areas, denominators and battery, who chose them, and whether a declaration was kept.
    """

    case: Case
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    statement: Statement
    seed: int = 0
    version: str = VERSION
    choices: Choices = field(default_factory=Choices)

    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.method == name:
                return finding
        for skip in self.skipped:
            if skip.method == name:
                raise UnknownName(f"{name} could not be asked: {skip.reason}")
        raise UnknownName(f"There is no finding {name!r}; there are {[f.method for f in self.findings]}.")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """The object of ``recanvass examine --json``, schema `SCHEMA_VERSION`."""
        contest, results = self.case.contest, self.case.results
        sheet = results.sheet if results is not None else None
        accounts = sheet.to_dict() if sheet is not None else {}
        return {
            "schema_version": SCHEMA_VERSION,
            "contest": {
                "title": contest.title,
                "country": contest.country,
                "date": contest.date,
                "kind": contest.kind,
                "turnout_of": contest.turnout_of,
                "share_of": contest.share_of,
                "stations": len(results) if results is not None else 0,
                "options": list(results.options) if results is not None else [],
                "totals": dict(results.totals) if results is not None else {},
            },
            "accounts": as_plain(accounts),
            "findings": [finding_object(f) for f in self.findings],
            "skipped": [
                {
                    "method": s.method,
                    "class": s.evidence_class,
                    "question": s.question,
                    "reason": s.reason,
                    "columns": list(s.facts["columns"]) if s.code == "columns" else [],
                    "detects": [wording.manipulation(name) for name in s.detects],
                }
                for s in self.skipped
            ],
            "statement": self.statement.to_dict(),
            "run": {
                "input_sha256": results.source.sha256 if results is not None else "",
                "input_name": results.source.name if results is not None else "",
                "results_digest": self.case.digest,
                "seed": self.seed,
                "version": self.version,
                **as_plain(self.choices.to_dict()),
            },
        }

    def to_frame(self) -> pl.DataFrame:
        """One row a finding: method, class, status, statistic, expected, log10 p, summary."""
        import polars as pl

        return pl.DataFrame(
            [
                {
                    "method": f.method,
                    "class": f.evidence_class,
                    "status": f.status,
                    "statistic": f.evidence.statistic if f.evidence else None,
                    "expected": f.evidence.expected if f.evidence else None,
                    "log10_p": f.evidence.log10_p if f.evidence else None,
                    "summary": f.summary,
                }
                for f in self.findings
            ],
            schema_overrides={"statistic": pl.Float64, "expected": pl.Float64, "log10_p": pl.Float64},
        )

    def __repr__(self) -> str:
        lines = [f"{self.statement.title}: {self.statement.sentence}"]
        lines += [f"  {f.evidence_class} {f.method}: {f.summary}" for f in self.findings]
        lines += [f"  – {s.method}: {s.reason}" for s in self.skipped]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{f.evidence_class}</td><td>{escape(f.method)}</td><td>{escape(f.summary)}</td></tr>"
            for f in self.findings
        )
        said = f"<p><strong>{escape(self.statement.title)}.</strong> {escape(self.statement.sentence)}</p>"
        return f"{said}<table>{rows}</table>"


def finding_object(finding: Finding) -> dict[str, Any]:
    """One finding as it stands in ``examination.json``."""
    evidence, answer = finding.evidence, finding.answer
    plain: dict[str, Any] = as_plain(
        {
            "method": finding.method,
            "class": finding.evidence_class,
            "status": finding.status,
            "question": finding.question,
            "summary": finding.summary,
            "of": finding.of,
            "statistic": evidence.statistic if evidence else None,
            "expected": evidence.expected if evidence else None,
            "sd": evidence.sd if evidence else None,
            "p_value": evidence.p_value if evidence else None,
            "log10_p": evidence.log10_p if evidence else None,
            "estimates": [vars(e) for e in answer.estimates],
            "stations": list(answer.stations),
            "caveats": [wording.phrase(finding.method, "caveats", key, facts=answer.facts) for key in answer.caveats],
            "outcome": answer.outcome,
            "facts": answer.facts,
            "power": answer.power,
            "measured_ranks": measured_ranks.figures(finding.method, answer.facts),
            "tables": answer.tables,
            "series": answer.series,
            "parameters": finding.run.parameters,
        }
    )
    return plain


def examine(
    what: Case | Results | str | Path,
    *,
    seed: int | None = None,
    methods: Sequence[str | Method] | None = None,
    without: Sequence[str] = (),
    leader: str = "",
    areas: str = "",
    turnout_of: str = "",
    share_of: str = "",
    declaration: Declaration | str | Path | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Examination:
    """Ask every method of a case.

    Parameters
    ----------
    what : Case, Results or path
        A path is read first, with `recanvass.read`.
    seed : int, optional
        Each method's generator is derived from it and from the method's name, so the numbers
        depend neither on the order nor on the executor. The declared one, or 0, unless given.
    methods : sequence of str or Method, optional
        The declared ones, or all of the folder, unless given.
    without : sequence of str
        Methods that are left out.
    leader : str
        The option that every method calls the leader; empty: as declared, or the one with the most votes.
    areas : str
        ``region``, ``district`` or ``subdistrict`` for every method; empty: as declared, or by rule.
    turnout_of, share_of : str
        The denominators; empty: as declared, or as the case says.
    declaration : Declaration or path, optional
        What was fixed beforehand with `recanvass.declare`. A run that departs from it is carried
        out and says so.
    settings : mapping of str to mapping, optional
        Parameters of methods, filters among them, that replace the declared or the default ones:
        ``{"last_digits": {"least": 200}}``. A person's choice, which is told on page one.
    executor : concurrent.futures.Executor, optional
        Any executor, Dask's included; none runs the methods one after the other.
    progress : callable, optional
        Called with (done, total, stage).

    Returns
    -------
    Examination

    Raises
    ------
    UnknownName, UsageError
        A method, an option, a level or a denominator that there is not.
    ReadError
        The file or the declaration cannot be read.
    """
    told = declaration
    if told is not None and not isinstance(told, Declaration):
        told = read_declaration(told)
    case, used, choices = choose(
        _case(what),
        seed=seed,
        methods=methods,
        without=without,
        leader=leader,
        areas=areas,
        turnout_of=turnout_of,
        share_of=share_of,
        declaration=told,
        settings=settings,
    )
    asked = choices.asked
    tell = progress or (lambda done, total, stage: None)
    copies = _copies(case)
    outcomes: list[Finding | Skipped] = []
    if executor is None:
        for done, each in enumerate(asked):
            tell(done, len(asked), each.name)
            outcomes.append(_outcome(each, case, copies, used))
    else:
        waiting = [executor.submit(_outcome, each, case, copies, used) for each in asked]
        for done, (each, future) in enumerate(zip(asked, waiting, strict=True)):
            tell(done, len(asked), each.name)
            outcomes.append(future.result())
    tell(len(asked), len(asked), "")
    findings = sorted((o for o in outcomes if isinstance(o, Finding)), key=_place)
    skipped = sorted((o for o in outcomes if isinstance(o, Skipped)), key=lambda s: s.method)
    return Examination(
        case, tuple(findings), tuple(skipped), state(findings, skipped, results=case.results), used, choices=choices
    )


def _place(finding: Finding) -> tuple[str, bool, str]:
    """By class; within a class what departs comes first."""
    return finding.evidence_class, finding.status not in ("contradiction", "departure"), finding.method


def _copies(case: Case) -> Case | None:
    """The observers' copies read as results, where nothing was published by station."""
    if case.results is not None or case.copies is None:
        return None
    return Case.of(replace(by_number(case.copies), contest=case.contest), division=case.division)


def _outcome(asked: Method, case: Case, copies: Case | None, seed: int) -> Finding | Skipped:
    """What a method says of the case; its fingerprints of class B are looked for in copies if need be."""
    outcome = asked.run(case, seed)
    instead = copies is not None and asked.evidence_class == "B" and asked.room == "fingerprints"
    if copies is not None and instead and isinstance(outcome, Skipped):
        return asked.run(copies, seed, of="copies")
    return outcome


def _case(what: Case | Results | str | Path) -> Case:
    if isinstance(what, Case):
        return what
    if isinstance(what, Results):
        return Case.of(what)
    path = Path(what)
    if path.is_dir():
        from recanvass.case_folder import load_case

        return load_case(path)
    from recanvass.reading.read import read

    return Case.of(read(path))
