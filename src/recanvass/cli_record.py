"""``recanvass record``: check quotations, draft claims from an article, accept proposals."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from recanvass.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Claims, sources and quotations of a case.")


@app.command()
def check(
    case: Annotated[Path, typer.Argument(help="The folder of a case, or one file of claims.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
    language: Annotated[str, typer.Option("--language", help="en or ru.")] = "en",
) -> None:
    """Find each quotation in the stored copy of its source.

    It leaves with 1 if a quotation is refused.
    """
    from recanvass import record
    from recanvass.wording import LANGUAGES, show

    if language not in LANGUAGES:
        raise UsageError(f"There is no language {language!r}; there are {', '.join(LANGUAGES)}.")
    if not case.exists():
        raise UsageError(f"There is no case or file {case.name!r} here; give the path of a case folder.")
    report = record.check(case) if case.is_dir() else record.judge_file(case)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False, sort_keys=True))
    for line in report.lines(language):
        typer.echo(f"{case.name}: {show(line, limit=2000)}", err=not report.ok or as_json)
    if not report.ok:
        raise typer.Exit(1)


@app.command()
def draft(
    source: Annotated[
        str, typer.Argument(help="An article: a text, HTML, PDF or WARC file, or, with --fetch, an address.")
    ],
    published: Annotated[str | None, typer.Option("--published", help="The day of publication, as 2025-01-27.")] = None,
    time_zone: Annotated[str, typer.Option("--time-zone", help="The publication's time zone.")] = "UTC",
    publisher: Annotated[str, typer.Option("--publisher", help="Who published it, if the page does not say.")] = "",
    address: Annotated[str, typer.Option("--address", help="Where it was published.")] = "",
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch the address; nothing is fetched without this.")] = False,
    accept: Annotated[
        str, typer.Option("--accept", metavar="NAME", help="Who has read all proposals and accepts them.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write claims.toml here rather than print it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Propose claims from an article.

    A proposal stays one until a person accepts it.
    """
    from recanvass import record

    made = record.draft(
        source, published=_day(published), fetch=fetch, time_zone=time_zone, publisher=publisher, address=address
    )
    if as_json:
        typer.echo(json.dumps(made.to_dict(), ensure_ascii=False, allow_nan=False, sort_keys=True))
        return
    text = made.toml(accepted_by=accept)
    if out is None:
        typer.echo(text)
        return
    if out.exists():
        raise UsageError(f"{out.name} is there already; name another file, so that no accepted claim is lost.")
    out.write_text(text, encoding="utf-8")
    typer.echo(str(out))


@app.command()
def accept(
    case: Annotated[Path, typer.Argument(help="The folder of a case, or its claims.toml.")],
    by: Annotated[str, typer.Option("--by", help="Who has read the claims and accepts them.")],
    claim: Annotated[list[str] | None, typer.Option("--claim", help="Only this claim; may be given again.")] = None,
) -> None:
    """Mark proposed claims as accepted by a person."""
    from recanvass import record

    if not case.exists():
        raise UsageError(f"There is no case or file {case.name!r} here; give the path of a case folder.")
    for name in record.accept(case, claim, by=by):
        typer.echo(name)


@app.command()
def export(
    case: Annotated[Path, typer.Argument(help="The folder of a case; for ro-crate, of a dossier that was written.")],
    kind: Annotated[str, typer.Option("--as", help="web-annotations, claim-review or ro-crate.")],
    author: Annotated[str, typer.Option("--author", help="Who asserts a ClaimReview: never this program.")] = "",
    url: Annotated[str, typer.Option("--url", help="Where the dossier is published.")] = "",
    published: Annotated[str | None, typer.Option("--published", help="The day, as 2025-01-27.")] = None,
    title: Annotated[str, typer.Option("--title", help="The name of a crate; by default the dossier's title.")] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Write the crate's ro-crate-metadata.json into the folder itself.")
    ] = False,
) -> None:
    """Print the record in the form of another standard.

    Of the folder of a dossier, its description is printed.
    """
    from recanvass import record
    from recanvass.case_folder import load_case

    if not case.is_dir():
        raise UsageError(f"{case.name!r} is not a folder; give the folder of a case or of a dossier.")
    if write and kind != "ro-crate":
        raise UsageError("Only a crate is written into a folder; leave --write out, and store what is printed.")
    found = _day(published)
    day = "" if found is None else found.isoformat()
    if kind == "ro-crate":
        if not day:
            raise UsageError("A crate needs the day of its publication; give --published.")
        name = title or record.dossier_title(case)
        made: object = record.ro_crate(case, name=name, description=name, date=day)
        if write:
            typer.echo(str(record.write_crate(case, made)))
            return
    elif kind == "web-annotations":
        made = record.web_annotations(record.load(case))
    elif kind == "claim-review":
        made = record.claim_review(record.load(case), load_case(case), author=author, url=url, published=day)
    else:
        raise UsageError(f"There is no export {kind!r}; there are web-annotations, claim-review and ro-crate.")
    typer.echo(json.dumps(made, ensure_ascii=False, allow_nan=False, indent=1))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day; write it as 2025-01-27.") from None
