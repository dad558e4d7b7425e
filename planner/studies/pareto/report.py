"""Report a front: a figure, and lines for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.io.files.writing import writing
from planner.io.results.manifest import WITH_PLAN
from planner.language import Message, Text, join, say, spoken
from planner.libraries import import_alone
from planner.progress import working_on
from planner.studies.pareto.front import facts_of, value_of
from planner.studies.sweep.folder import FILE
from planner.studies.sweep.report import notes_of, title_of
from planner.studies.sweep.words import point_word, status_word, told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.scenario.scenario import Scenario
    from planner.studies.pareto.front import Front
    from planner.studies.sweep.points import Points
    from planner.studies.sweep.points_file import Row

NAME: Final = "pareto"


def price_unit(front: Front) -> tuple[float, Message]:
    """Return in what the price of a step is told, and its unit."""
    if front.minimised == "emissions":
        return 1.0, say("t CO2/a per ms")
    if front.capped == "latency":
        return (1e8 if spoken() == "zh" else 1e9), say("billion CNY/a per ms")
    return 1.0, say("CNY/t")


def least(objective: str) -> Message:
    """Return what an end is called."""
    names = {"cost": say("least cost"), "emissions": say("least emissions"), "latency": say("least latency")}
    return names[objective]


def _notes(scenario: Scenario, rows: Sequence[Row], front: Front) -> list[Message]:
    """Return what stands below the figure."""
    notes = []
    price = scenario.number("carbon_price") if scenario.has("emissions") else 0.0
    if price > 0 and front.minimised == "cost":
        notes.append(
            say(
                "The cost includes a carbon price of {price:g} CNY/t: the price of a step is on top of it.", price=price
            )
        )
    gaps = [float(row["gap"]) for row in rows if row.get("gap")]
    if gaps and 0 < max(gaps) < math.inf and not any(map(math.isnan, gaps)):
        notes.append(
            say(
                "Each point is within {gap:.2%} of the best, by the bound of its run: smaller steps may be noise.",
                gap=max(gaps),
            )
        )
    return [*notes, *notes_of(scenario, front.overrides)]


def draw_points(scenario: Scenario, rows: Sequence[Row], front: Front, out: Path, formats: Sequence[str]) -> list[Path]:
    """Draw a front into its folder, in the language that is spoken."""
    working_on(say("drawing the figure"))
    import_alone("matplotlib")
    from planner.views.charts.pareto import Headings, draw_pareto  # noqa: PLC0415
    from planner.views.charts.sweep import Words  # noqa: PLC0415
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415 - matplotlib is slow to import

    solved = [row for row in rows if row["status"] in WITH_PLAN]
    values = {objective: [value_of(row, objective) for row in solved] for objective in front.objectives}
    capped, minimised = (told(word, max(values[word])) for word in (front.capped, front.minimised))
    price_scale, unit = price_unit(front)
    table = pd.DataFrame(
        {
            "x": [figure / capped.scale for figure in values[front.capped]],
            "y": [figure / minimised.scale for figure in values[front.minimised]],
            "efficient": [row["efficient"] == "yes" for row in solved],
            "price": [float(row["price"]) / price_scale if row["price"] else float("nan") for row in solved],
        }
    )
    price = say("price of each step ({unit})", unit=unit)
    headings = Headings(minimised.heading, capped.heading, price, least(front.minimised), least(front.capped))
    words = Words(
        title_of(scenario),
        say(
            "Pareto front: {count} points, {good} efficient; every one solved and audited",
            count=len(rows),
            good=int(table["efficient"].sum()),
        ),
        _notes(scenario, rows, front),
        spoken(),
    )
    figure = draw_pareto(table, headings, words)
    with writing(out):
        return save_figure(figure, out, f"{NAME}-{spoken()}", formats)


def headline(points: Points, rows: Sequence[Row], front: Front, drawn: Sequence[Path]) -> Message:
    """Return the answer for a terminal: a line a point, what the last step costs, and where the table lies."""
    lines: list[Text] = [_line(row, front) for row in rows]
    lines += ["", *_answer(facts_of(rows, front), front)]
    lines.append(say("table   {path}", path=points.out / FILE))
    lines += [say("figure  {path}", path=path) for path in drawn[:1]]
    return join([*lines, ""], "\n")


def _answer(facts: dict[str, Any], front: Front) -> list[Message]:
    scale, unit = price_unit(front)
    told = [say("{count} points, {efficient} efficient", count=facts["count"], efficient=facts["efficient"])]
    first, last = facts["first"], facts["last"]
    if isinstance(first, float) and isinstance(last, float):
        told.append(
            say(
                "the first step away from {one} costs {first:,.4g} {unit}, the last one to {other} {last:,.4g} {unit}",
                one=least(front.minimised),
                other=least(front.capped),
                first=first / scale,
                last=last / scale,
                unit=unit,
            )
        )
    else:
        told.append(say("the two objectives are not in conflict: one plan is best by both"))
    return told


def _line(row: Row, front: Front) -> Message:
    parts: list[Text] = [f"{point_word(row['point']):<30}", status_word(row["status"])]
    if row["status"] not in WITH_PLAN:
        return join(parts, "  ")
    for objective in front.objectives:
        value = value_of(row, objective)
        parts.append(told(objective, abs(value)).text(value))
    if row["price"]:
        scale, unit = price_unit(front)
        parts.append(f"{float(row['price']) / scale:12,.4g} " + unit)
    elif row["efficient"] == "no":
        parts.append(say("no better than {other}", other=point_word(row["worse_than"])))
    return join(parts, "  ")
