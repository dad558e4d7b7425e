"""``planner explain``: why a scenario has no plan, and what would have to give."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.cli.options import AsJson, Overrides, ScenarioFolder, app, print_json
from planner.cli.streams import tell
from planner.language import rendered, say


@app.command(help=say("Explain a scenario; the answer goes to stdout, and the exit code is 0 where there is one."))
def explain(
    scenario: ScenarioFolder,
    *,
    overrides: Overrides = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="S", min=0.001, help=rendered(say("Seconds for all trials together.")))
    ] = None,
    as_json: AsJson = False,
) -> None:
    from planner.errors import InfeasibleError  # noqa: PLC0415
    from planner.studies.explain.search import explain as explained  # noqa: PLC0415
    from planner.studies.explain.text import of_explanation  # noqa: PLC0415

    found = explained(scenario, overrides or (), time_limit=time_limit)
    if as_json:
        print_json(found.as_json())
    elif found.status == "unexplained":
        raise InfeasibleError(of_explanation(found).rstrip("\n"))
    else:
        tell(of_explanation(found))
    if found.status == "unexplained":
        raise typer.Exit(InfeasibleError.exit_code)
