"""The command line: parse, call the library, print. Standard output is data, standard error is talk.

Exit codes: 0 done (whatever the verdict), 1 a check that the user asked for failed, 2 usage,
3 the input cannot be read without guessing, 130 interrupted.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recanvass import cli_examine
from recanvass.cli_record import app as record
from recanvass.cli_scenarios import calibrate, simulate
from recanvass.errors import MappingNeeded, RecanvassError, UsageError
from recanvass.version import VERSION

if TYPE_CHECKING:
    from recanvass.results import Results

app = typer.Typer(
    name="recanvass",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Check the published results of an election again: what the numbers can bear, and what they cannot.",
    epilog="Nothing is sent anywhere: recanvass works on your machine alone.",
)

app.add_typer(record, name="record")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", help="A mapping file (TOML): which column is what. See docs/mapping.md.")
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="The text encoding, if the file does not say it.")]
Part = Annotated[str | None, typer.Option("--part", help="The sheet, or the file inside an archive, to be read.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The seed of whatever is drawn at random.")]
Language = Annotated[str, typer.Option("--language", help="en or ru.")]


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Options of the program itself."""
    if version:
        typer.echo(f"recanvass {VERSION}")
        raise typer.Exit


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, XLS, ODS, JSON, Parquet, or a ZIP of these.")],
    as_json: Json = False,
    mapping: Mapping = None,
    encoding: Encoding = None,
    part: Part = None,
    write_mapping: Annotated[
        Path | None, typer.Option("--write-mapping", help="Write the mapping that gives this reading again.")
    ] = None,
    language: Language = "en",
) -> None:
    """Read a file of results and print the verification sheet."""
    from recanvass import terminal
    from recanvass.reading.read import read_json_object

    cli_examine.known_language(language)
    results = _read(file, mapping, encoding, part)
    if write_mapping is not None and results.sheet is not None:
        write_mapping.write_text(results.sheet.mapping, encoding="utf-8")
    if as_json:
        _print_json(read_json_object(results))
    else:
        terminal.print_sheet(results, language)


@app.command()
def examine(
    what: Annotated[Path | None, typer.Argument(help="A file of results, or the folder of a case.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The folder to write; a dossier that it held is replaced.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="The seed of whatever is drawn at random; as declared, or 0.")
    ] = None,
    as_json: Json = False,
    mapping: Mapping = None,
    encoding: Encoding = None,
    part: Part = None,
    language: Language = "en",
    methods: cli_examine.Methods = None,
    without: cli_examine.Without = None,
    leader: cli_examine.Leader = "",
    areas: cli_examine.Areas = "",
    turnout_of: cli_examine.TurnoutOf = "",
    share_of: cli_examine.ShareOf = "",
    settings: cli_examine.Settings = None,
    declare: cli_examine.Declare = None,
    contest: cli_examine.Title = "",
    declaration: cli_examine.Declared = None,
    sha256: cli_examine.Hash = "",
) -> None:
    """Read a file or a case, ask every method, and write the dossier.

    Before the results are known, `recanvass examine --declare declaration.json --contest "..."` fixes what will be
    asked; with them, `recanvass examine results.csv -o out --declaration declaration.json --hash ...` asks it.
    """
    chosen = cli_examine.choices_of(methods, without, leader, areas, turnout_of, share_of, settings)
    if declare is not None:
        if out is not None or declaration is not None:
            raise UsageError("--declare writes a declaration and examines nothing; leave --out and --declaration.")
        made = cli_examine.write_declaration(declare, what, contest, seed, chosen)
        if as_json:
            _print_json(made)
        else:
            typer.echo(made["sha256"])
            _say(f"{declare.name} is written. Publish its SHA-256 where dates are kept, and keep the file as it is.")
        return
    place, told = cli_examine.checked(what, out, language, contest, declaration, sha256)
    _may_write(place)
    threading.Thread(target=_start_engines, daemon=True).start()

    def read_case() -> Any:
        return _case(what or Path(), mapping, encoding, part)

    exam, page = cli_examine.run(read_case, place, seed, language, told, chosen)
    if as_json:
        _print_json(exam.to_dict())
    else:
        from recanvass import terminal

        terminal.print_examination(exam, page, language)


@app.command()
def verify(
    dossier: Annotated[Path, typer.Argument(help="The folder of a dossier, or its page alone.")],
    what: Annotated[Path, typer.Argument(help="The file of results or the folder of the case that it was made from.")],
    declaration: Annotated[
        Path | None, typer.Option("--declaration", help="The declaration that the dossier was made under, if any.")
    ] = None,
    as_json: Json = False,
    mapping: Mapping = None,
    encoding: Encoding = None,
    part: Part = None,
    language: Language = "en",
) -> None:
    """Make a dossier again from its input, and compare.

    It leaves with 1 if the dossier says anything else, and names each place.
    """
    from recanvass.wording import show

    cli_examine.known_language(language)
    made = cli_examine.verified(dossier, lambda: _case(what, mapping, encoding, part), declaration)
    if as_json:
        _print_json(made.to_dict())
    else:
        for line in made.lines(language):
            typer.echo(show(line, limit=4000))
    if not made.holds:
        raise typer.Exit(1)


@app.command()
def compare(
    file: Annotated[Path, typer.Argument(help="A file of results.")],
    by: Annotated[
        str, typer.Option("--by", help="The level that gets a table each: contest, region, district, ...")
    ] = "contest",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write the table here, as .html or .csv; print nothing.")
    ] = None,
    least: Annotated[int, typer.Option(min=0, help="Leave smaller counts out of the rows on digits.")] = 0,
    as_json: Json = False,
    mapping: Mapping = None,
    encoding: Encoding = None,
    part: Part = None,
    language: Language = "en",
) -> None:
    """The field's customary table, beside what honest counting gives.

    Its rows are digits, shape and slope; docs/comparison.md says which.
    """
    from recanvass import comparison_table, terminal
    from recanvass.comparison import compare as compared

    cli_examine.known_language(language)
    made = compared(_read(file, mapping, encoding, part), by=by, least=least)
    if out is not None:
        comparison_table.write(made, out, language)
    if as_json:
        _print_json(made.to_dict())
    elif out is None:
        terminal.print_comparison(comparison_table.table(made, language))
    else:
        typer.echo(str(out))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write.")] = Path("recanvass-demo"),
    seed: Seed = 0,
    language: Language = "en",
) -> None:
    """Examine a simulated contest, and compare with its truth."""
    from recanvass import demonstration, terminal

    cli_examine.known_language(language)
    _may_write(out)
    with terminal.stages() as progress:
        lines, page = demonstration.run(out, seed, progress, language)
    terminal.spoken(lines)
    typer.echo(str(page))


app.command()(simulate)


@app.command()
def witness(
    case: Annotated[Path, typer.Argument(help="The folder of a case with copies, photographs or announced totals.")],
    seed: Seed = 0,
    as_json: Json = False,
    language: Language = "en",
) -> None:
    """What those who saw the count can show, alone."""
    from recanvass import terminal
    from recanvass.examination import examine as ask_all
    from recanvass.witness import METHODS

    cli_examine.known_language(language)
    if not case.is_dir():
        raise UsageError(f"{case.name!r} is not the folder of a case; see docs/record.md for what a case holds.")
    with terminal.stages() as progress:
        exam = ask_all(_case(case, None, None, None), seed=seed, methods=METHODS, progress=progress)
    if as_json:
        _print_json(exam.to_dict())
    else:
        terminal.print_examination(exam, None, language)


app.command()(calibrate)


@app.command()
def plan(
    frame: Annotated[
        int | None, typer.Option(help="How many stations there are; counted in --earlier otherwise.")
    ] = None,
    margin: Annotated[float | None, typer.Option(help="The wanted margin of a share: 0.02 is two points.")] = None,
    stations: Annotated[
        int | None, typer.Option(help="How many stations can be observed, instead of a margin.")
    ] = None,
    earlier: Annotated[Path | None, typer.Option(help="Results of an earlier contest of the same territory.")] = None,
    design_effect: Annotated[float, typer.Option(help="Assumed where there is no earlier contest.")] = 10.0,
    votes: Annotated[float, typer.Option(help="Votes a station, assumed where there is no earlier contest.")] = 800.0,
    silent: Annotated[float, typer.Option(help="The share of observers who may not report.")] = 0.0,
    level: Annotated[float, typer.Option(help="The confidence of the margin.")] = 0.95,
    as_json: Json = False,
    language: Language = "en",
) -> None:
    """How many stations to observe, and what that could show."""
    from recanvass import planning, terminal

    cli_examine.known_language(language)
    strata, total = None, frame
    if earlier is not None:
        results = _read(earlier, None, None, None)
        spread = planning.measured(results, level="region")
        places = results.areas("region") if "region" in results.places else None
        strata = None if places is None else {n: int(s) for n, s in zip(places.names, places.sizes, strict=True)}
        total = frame or len(results)
    else:
        spread = planning.assumed(design_effect, votes)
    if total is None:
        raise UsageError("It is not known how many stations there are; give --frame or --earlier.")
    whole = strata if strata is not None and frame is None else total
    made = planning.plan(whole, spread, margin=margin, stations=stations, level=level, silent=silent)
    if as_json:
        _print_json(made.to_dict())
    else:
        terminal.print_plan(made, language)


def main() -> None:
    """Run the command line; a user's mistake is one line, an interruption leaves what was there."""
    try:
        app()
    except RecanvassError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say("Interrupted; what was there before is left as it was.")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.filename is None:
            raise
        _say(f"{error.filename}: {error.strerror}.")
        sys.exit(3)


def _start_engines() -> None:
    """Import the methods and start the renderer of charts while the file is being read elsewhere."""
    from recanvass import method
    from recanvass.drawing import start

    start()
    for name in method.names():
        method.method(name)


def _read(file: Path, mapping: Path | None, encoding: str | None, part: str | None) -> Results:
    from recanvass.reading.read import read as read_file

    ask: Callable[..., Any] | None = None
    if sys.stdin.isatty() and sys.stderr.isatty():
        from recanvass.terminal import ask
    if not file.exists():
        raise UsageError(f"There is no file {file.name!r} here; give the path of a file of results.")
    try:
        return read_file(file, mapping=mapping, encoding=encoding, part=part, ask=ask)
    except MappingNeeded as needed:
        if not needed.proposal:
            raise
        place = _free(Path.cwd() / f"{file.name}.mapping.toml")
        try:
            place.write_text(needed.proposal, encoding="utf-8")
        except OSError as error:
            raise MappingNeeded(
                f"{needed} A mapping to edit could not be written in this folder ({error.strerror}); "
                "run the command again in a folder of yours.",
                needed.proposal,
            ) from error
        raise MappingNeeded(
            f"{needed} A mapping to edit was written to {place.name}; then add --mapping {place.name}.",
            needed.proposal,
        ) from None


def _case(what: Path, mapping: Path | None, encoding: str | None, part: str | None) -> Any:
    from recanvass.case import Case

    if what.is_dir():
        from recanvass.case_folder import load_case

        return load_case(what)
    return Case.of(_read(what, mapping, encoding, part))


def _free(path: Path) -> Path:
    """The path itself, or the first of its kind that is not taken."""
    for k in range(1000):
        candidate = path if k == 0 else path.with_name(path.name.replace(".mapping.", f".mapping-{k}."))
        if not candidate.exists():
            return candidate
    raise UsageError(f"There are a thousand files like {path.name}; remove some.")


def _may_write(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; give a folder to write the dossier to.")


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True))


def _say(text: str) -> None:
    """One line for the user, with control characters of any name in it escaped."""
    from recanvass.wording import show

    told = f"recanvass: {show(text, limit=4000)}"
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        told = textwrap.fill(told, width, break_long_words=False, break_on_hyphens=False)
    typer.echo(told, err=True)


if __name__ == "__main__":
    main()
