"""What stands behind ``recanvass examine``: options that replace a rule, the writing of a declaration, the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recanvass.errors import UsageError

if TYPE_CHECKING:
    from recanvass.case import Case
    from recanvass.declaration import Declaration
    from recanvass.examination import Examination
    from recanvass.verification import Verification

Leader = Annotated[
    str,
    typer.Option(
        "--leader", help="The option that every method calls the leader; the one with most votes unless named."
    ),
]
Areas = Annotated[
    str,
    typer.Option("--areas", help="region, district or subdistrict: the areas of every method; by rule unless given."),
]
TurnoutOf = Annotated[str, typer.Option("--turnout-of", help="What turnout is taken of: ballots or issued.")]
ShareOf = Annotated[str, typer.Option("--share-of", help="What shares are taken of: valid or ballots.")]
Methods = Annotated[
    list[str] | None,
    typer.Option("--methods", "--method", help="Ask only these methods; commas between them, or given again."),
]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="Leave these methods out; commas between them, or given again.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="METHOD.NAME=VALUE",
        help="Another value of a method's parameter, such as a filter: last_digits.least=200; may be given again.",
    ),
]
Declare = Annotated[
    Path | None,
    typer.Option(
        "--declare",
        metavar="FILE",
        help="Ask nothing: write FILE, which fixes methods, leader, areas, denominators and seed before the results "
        "are known, and print its SHA-256, to be published.",
    ),
]
Title = Annotated[str, typer.Option("--contest", help="Which contest a declaration is about, in words.")]
Declared = Annotated[
    Path | None, typer.Option("--declaration", help="Examine as this declaration says, and say whether it was kept.")
]
Hash = Annotated[str, typer.Option("--hash", help="The SHA-256 that was published; another declaration is refused.")]


def known_language(language: str) -> None:
    """Raise `UsageError` where there are no words of this language."""
    from recanvass.wording import LANGUAGES

    if language not in LANGUAGES:
        raise UsageError(f"There is no language {language!r}; there are {', '.join(LANGUAGES)}.")


def names_of(given: Sequence[str] | None) -> list[str]:
    """Names given with commas between them, or one by one."""
    return [name for text in given or () for part in text.split(",") if (name := part.strip())]


def choices_of(
    methods: Sequence[str] | None,
    without: Sequence[str] | None,
    leader: str,
    areas: str,
    turnout_of: str,
    share_of: str,
    settings: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The options of the command line as `recanvass.examine` and `recanvass.declare` take them."""
    named = names_of(methods)
    if methods and not named:
        raise UsageError("--methods names no method; give names with commas between them.")
    return {
        "methods": named or None,
        "without": names_of(without),
        "leader": leader,
        "areas": areas,
        "turnout_of": turnout_of,
        "share_of": share_of,
        "settings": settings_of(settings),
    }


def settings_of(given: Sequence[str] | None) -> dict[str, dict[str, Any]]:
    """Texts like ``last_digits.least=200`` as parameters by method, each checked.

    Raises
    ------
    UsageError, UnknownName
        Naming the text, the method or the parameter, and the value.
    """
    import json

    from recanvass.declaration import configured

    made: dict[str, dict[str, Any]] = {}
    for text in given or ():
        key, equals, value = (part.strip() for part in text.partition("="))
        name, dot, parameter = key.partition(".")
        if not equals or not dot or not parameter:
            raise UsageError(f"{text!r} sets nothing; write METHOD.NAME=VALUE, for example last_digits.least=200.")
        if parameter in made.setdefault(name, {}):
            raise UsageError(f"{key} is set twice; set it once.")
        try:
            read = json.loads(value)
            configured(name, {parameter: read})
        except (ValueError, UsageError):
            read = value  # a word; or a name that looks like a number
            configured(name, {parameter: read})
        made[name][parameter] = read
    return made


def checked(
    what: Path | None, out: Path | None, language: str, contest: str, declaration: Path | None, sha256: str
) -> tuple[Path, Declaration | None]:
    """The folder to write and the declaration, once nothing that was asked for contradicts itself."""
    if what is None:
        raise UsageError("There is nothing to examine; give a file of results or the folder of a case.")
    if out is None:
        raise UsageError("Give the folder to write the dossier to: --out FOLDER.")
    if sha256 and declaration is None:
        raise UsageError("--hash is that of a declaration; give the file with --declaration.")
    if contest:
        raise UsageError("--contest is written into a declaration; give it with --declare.")
    known_language(language)
    if declaration is None:
        return out, None
    from recanvass.declaration import read_declaration

    return out, read_declaration(declaration, sha256)


def run(
    read_case: Callable[[], Case],
    out: Path,
    seed: int | None,
    language: str,
    declaration: Declaration | None,
    chosen: dict[str, Any],
) -> tuple[Examination, Path]:
    """Read, ask, write the dossier; gives the examination and the page."""
    from concurrent.futures import ThreadPoolExecutor

    from recanvass import terminal
    from recanvass.dossier import write
    from recanvass.examination import examine

    with terminal.stages() as progress:
        progress(0, 3, "reading")
        case = read_case()
        with ThreadPoolExecutor(2) as pool:
            exam = examine(case, seed=seed, declaration=declaration, executor=pool, progress=progress, **chosen)
        progress(0, 1, "dossier")
        return exam, write(exam, out, language=language)


def verified(dossier: Path, read_case: Callable[[], Case], declaration: Path | None) -> Verification:
    """Read the input, make the dossier again, compare."""
    from concurrent.futures import ThreadPoolExecutor

    from recanvass import terminal
    from recanvass.declaration import read_declaration
    from recanvass.verification import verify

    told = None if declaration is None else read_declaration(declaration, "")
    with terminal.stages() as progress:
        progress(0, 2, "reading")
        case = read_case()
        with ThreadPoolExecutor(2) as pool:
            return verify(dossier, case, declaration=told, executor=pool, progress=progress)


def write_declaration(
    file: Path, what: Path | None, contest: str, seed: int | None, chosen: dict[str, Any]
) -> dict[str, Any]:
    """Write the declaration; gives what is to be printed. ``what`` is a case, or results that are at hand already."""
    from recanvass.declaration import declare

    if file.exists():
        raise UsageError(f"{file.name} is there already, and a declaration is not replaced; give another name.")
    known = _known(what)
    title = contest or known.get("title", "")
    if not title:
        raise UsageError("A declaration says which contest it is about; give --contest, or the folder of a case.")
    for key in ("turnout_of", "share_of"):
        chosen[key] = chosen[key] or known.get(key, "")
    settings = chosen.pop("settings", {})
    if settings:
        from recanvass.choices import with_settings
        from recanvass.declaration import chosen_methods

        asked = chosen_methods(chosen["methods"], chosen.pop("without"))
        chosen["methods"] = with_settings(asked, settings)
    made = declare(title, seed=seed or 0, results_at_hand=known.get("sha256", ""), **chosen)
    try:
        made.write(file)
    except OSError as error:
        raise UsageError(
            f"{file.name} cannot be written ({error.strerror}); give a file in a folder of yours."
        ) from error
    return {"declaration": made.to_dict(), "sha256": made.sha256, "file": file.name}


def _known(what: Path | None) -> dict[str, str]:
    """Title and denominators of a case, and the SHA-256 of results where they are at hand."""
    if what is None:
        return {}
    if not what.exists():
        raise UsageError(f"There is nothing at {what.name!r}; give the folder of a case, or leave it out.")
    if what.is_dir():
        from recanvass.case_folder import load_case

        case = load_case(what)
        contest = case.contest
        sha256 = case.results.source.sha256 or case.results.digest if case.results is not None else ""
        return {
            "title": contest.title,
            "turnout_of": contest.turnout_of,
            "share_of": contest.share_of,
            "sha256": sha256,
        }
    import hashlib

    with what.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest()}
