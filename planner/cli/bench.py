"""``planner bench``: compare solvers."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import Overrides, Quiet, app, print_line
from planner.cli.streams import tell
from planner.language import rendered, say


@app.command(
    help=say("Compare solvers on models of scenarios: every answer checked exactly, scores with intervals, one page.")
)
def bench(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SCENARIO…", help=rendered(say("Scenario folders or .mps files; none: go on in --out."))
        ),
    ] = None,
    *,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help=rendered(say("The campaign's folder; an unfinished one is gone on with."))),
    ],
    solvers: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help=rendered(say("highs,scip,…; all free ones installed if left out."))),
    ] = None,
    algorithms: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help=rendered(say("simplex,ipm,…; all that each solver offers if left out."))),
    ] = None,
    seeds: Annotated[
        str, typer.Option(metavar="0,1,…", help=rendered(say("One run of each line and instance for each.")))
    ] = "0",
    time_limit: Annotated[
        float, typer.Option(metavar="S", min=0.001, help=rendered(say("Seconds for each run.")))
    ] = 600.0,
    threads: Annotated[int, typer.Option(metavar="N", min=1, help=rendered(say("Threads of each run.")))] = 1,
    memory_limit: Annotated[
        float | None,
        typer.Option(
            metavar="MIB", min=1, help=rendered(say("For each run; three quarters of the machine if left out."))
        ),
    ] = None,
    overrides: Overrides = None,
    quiet: Quiet = False,
) -> None:
    from planner.bench import command  # noqa: PLC0415

    choice = command.Choice(solvers, algorithms, seeds, threads, time_limit, memory_limit)
    summary = command.bench(scenarios or (), out, choice, overrides or (), None if quiet else print_line)
    if not quiet:
        tell(command.headline(summary, out))
