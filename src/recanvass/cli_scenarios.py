"""``recanvass simulate`` and ``recanvass calibrate``: contests with known truth, and what is said of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from recanvass.errors import UsageError

#: Suffixes of tables that are read and not written.
_OTHER_FORMATS = frozenset({".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".parquet", ".zip", ".toml"})


def simulate(
    name: Annotated[str, typer.Argument(help="A scenario; `recanvass simulate list` names them all.")],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            help="The folder of the case to write, with truth.json in it; or NAME.csv for the table alone,"
            " with NAME.csv.truth.json beside it.",
        ),
    ] = Path("simulated"),
    stations: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many polling stations.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed of whatever is drawn at random.")] = 0,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the scenario; may be given again."),
    ] = None,
    show: Annotated[bool, typer.Option("--parameters", help="Name the scenario's parameters and leave.")] = False,
) -> None:
    """Write a simulated contest and its truth.

    The contest is clean, or something is planted in it. The folder is a case that `recanvass examine` reads: the table
    by station, and whatever else the scenario makes known (announced totals, the order of arrival, the order of
    ballots, electronic votes, copies, observers). The same seed gives the same bytes. Files that this command did not
    write are never replaced.
    """
    import numpy as np

    from recanvass import scenario, scenario_parameters, simulated_case, wording

    if name == "list":
        for each in scenario.names():
            typer.echo(f"{each:28} {wording.phrase('scenarios', each)}")
        return
    kind = scenario.kind_of(name)
    if out.suffix.lower() in _OTHER_FORMATS:
        raise UsageError(f"{out.name!r}: a simulated table is written as CSV; give NAME.csv, or a folder for the case.")
    if show:
        for key, value in scenario_parameters.parameters(kind).items():
            typer.echo(f"{key}={value}")
        return
    chosen = scenario_parameters.from_text(name, kind, given or [])
    world = scenario.scenario(name, **chosen).build(np.random.default_rng(seed), stations)
    made = {"seed": seed, "parameters": {**scenario_parameters.parameters(kind), **chosen}}
    if out.suffix.lower() != ".csv":
        simulated_case.write(world, out, made)
    else:
        simulated_case.write_table(world, out, made)
        if rest := simulated_case.left_out(world):
            typer.echo(
                f"recanvass: {out.name} is the table alone; this contest also has {', '.join(rest)}:"
                f" -o {out.stem} writes all of it.",
                err=True,
            )
    typer.echo(str(out))


def calibrate(
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder of the trials; what is there is kept.")] = Path(
        "calibration"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="Few trials: minutes, not hours.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 2,
    table: Annotated[
        Path | None, typer.Option("--table", help="Write the table here (calibration.json of the package).")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Leave with 1 if a promise is broken.")] = False,
    sizes: Annotated[
        bool, typer.Option("--sizes", help="How often each method rejects draws of its own null, instead.")
    ] = False,
    ranks: Annotated[
        bool,
        typer.Option("--ranks", help="How often what is ranked stands above every clean contest, instead."),
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--method", help="With --sizes: only this method; may be given again.")
    ] = None,
    draws: Annotated[int, typer.Option(min=0, help="With --sizes: so many draws, whatever the size.")] = 0,
) -> None:
    """Measure false alarms and power in simulated contests.

    It goes on where it stopped.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from recanvass import calibration, null_sizes, rank_surface, terminal

    if (only or draws) and not sizes:
        raise UsageError("--method and --draws belong to --sizes; add it, or leave them out.")
    if ranks and (sizes or check):
        raise UsageError(
            "--ranks goes without --sizes and without --check: ranks promise nothing that could be checked."
        )
    context = multiprocessing.get_context("spawn")
    with terminal.stages() as progress, ProcessPoolExecutor(workers, mp_context=context) as pool:
        if sizes:
            made = null_sizes.measure(out / "sizes", only or (), draws, executor=pool, progress=progress)
            problems = null_sizes.defects(made["sizes"])
        elif ranks:
            made = rank_surface.measure(out / "ranks", quick=quick, executor=pool, progress=progress)
            problems = []
        else:
            made = calibration.measure(out, quick=quick, executor=pool, progress=progress)
            problems = calibration.broken_promises(made)
    if table is not None:
        calibration.write_table(table, made)
    typer.echo(json.dumps(made, ensure_ascii=False, allow_nan=False, sort_keys=True))
    for problem in problems if check else ():
        typer.echo(f"recanvass: {problem}", err=True)
    if check and problems:
        raise typer.Exit(1)
