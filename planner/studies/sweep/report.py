"""Report a sweep: a figure, and lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.errors import shown
from planner.io.files.writing import writing
from planner.io.read.sources import illustrative_share
from planner.io.results.manifest import WITH_PLAN
from planner.language import Named, Text, join, say, spoken
from planner.libraries import import_alone
from planner.progress import working_on
from planner.studies.sweep.folder import FILE
from planner.studies.sweep.words import axis_word, parameter_of, status_word, told
from planner.version import __version__
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.language import Message
    from planner.scenario.scenario import Scenario
    from planner.studies.sweep.points import Points
    from planner.studies.sweep.points_file import Row
    from planner.studies.sweep.sweep import Sweep

NAME: Final = "sweep"
PANELS_MAX: Final = 6
SAME: Final = 1e-9
"""Relative spread below which a figure is the same at all points, and its panel is left out."""
BY_CASE: Final = "cases."
MEANS: Final = say(
    "Several years: cost and all other figures are means over the years and futures, not discounted; what is minimised "
    "is `objective`, and each year stands under `cases.…` in the table."
)
LINES_MAX: Final = 40
"""Points that a terminal is told of."""


def measures_of(table: pd.DataFrame) -> list[tuple[str, Message, float]]:
    """Return what is worth a panel: column, heading with its unit, and scale, but no figure that never changes."""
    shares = [name for name in table.columns if name.startswith("green_power_share.")]
    cost, emissions = (
        told(name, float(table[name].abs().max()) if name in table else 0.0) for name in ("cost", "emissions")
    )
    wanted: list[tuple[str, Message, float]] = [
        ("cost", cost.heading, cost.scale),
        ("emissions", emissions.heading, emissions.scale),
        *((name, _share(name), 0.01) for name in shares),
        ("capacity_new", say("new capacity (MW)"), 1.0),
        ("west_share", say("work done in the west (%)"), 0.01),
        ("mean_latency", say("mean latency, one way (ms)"), 1.0),
        ("served_share", say("demand served (%)"), 0.01),
    ]
    found = [measure for measure in wanted if measure[0] in table.columns and _moves(table[measure[0]])]
    found = [
        measure
        for number, measure in enumerate(found)
        if not any(table[measure[0]].equals(table[earlier[0]]) for earlier in found[:number])
    ]
    if not found:
        found = wanted[:1]
    return found[:PANELS_MAX]


def _share(name: str) -> Message:
    mode = name.partition(".")[2]
    return say("green share, {mode} (%)", mode=word(mode))


def _moves(column: pd.Series) -> bool:
    known = column.dropna()
    return len(known) > 0 and float(known.max() - known.min()) > SAME * max(1.0, float(known.abs().max()))


def as_table(rows: Sequence[Row], keys: Sequence[str]) -> pd.DataFrame:
    """Return the points with their figures as numbers, NaN where there is none."""
    table = pd.DataFrame(list(rows))
    if "cost" not in table:  # no point has a plan
        table["cost"] = float("nan")
    text = {"scenario", "point", "status", "start", "started", "efficient", "worse_than", *keys}
    figures = [name for name in table.columns if name not in text]
    table[figures] = table[figures].apply(pd.to_numeric)
    return table


def notes_of(scenario: Scenario, overrides: Sequence[str]) -> list[Message]:
    """Return what stands below a figure: what is illustrative, what was changed, where the numbers come from."""
    notes = []
    share = illustrative_share(scenario)
    if share:
        notes.append(say("{share:.0%} of the numbers read are illustrative: an estimate, not a source.", share=share))
    if overrides:
        notes.append(say("Changed: {changes}.", changes=join(shown(text) for text in overrides)))
    facts: dict[str, Any] = {"name": shown(scenario.name), "version": __version__}
    source = say(
        "Source: scenario {name}, every point solved and audited; planner {version}; sources in source.csv.", **facts
    )
    notes.append(source)
    if scenario.cases:
        notes.append(MEANS)
    return notes


def title_of(scenario: Scenario) -> Message:
    """Return what the scenario is called."""
    settings = scenario.settings
    title = settings.title or scenario.name
    return Named(title, settings.title_zh or title)


def draw_points(scenario: Scenario, rows: Sequence[Row], sweep: Sweep, out: Path, formats: Sequence[str]) -> list[Path]:
    """Draw a sweep into its folder, in the language that is spoken."""
    working_on(say("drawing the figure"))
    import_alone("matplotlib")
    from planner.views.charts.sweep import Measure, Words, draw_sweep  # noqa: PLC0415
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415 - matplotlib is slow to import

    keys = [axis.key for axis in sweep.axes]
    table = as_table(rows, keys)
    axes = [(axis.key, _label(scenario, axis.key, axis.label)) for axis in sweep.axes]
    words = Words(
        title_of(scenario),
        say(
            "Sweep: {count} points, {solved} with a plan",
            count=len(table),
            solved=int(table["status"].isin(WITH_PLAN).sum()),
        ),
        notes_of(scenario, sweep.overrides),
        spoken(),
    )
    measures = [Measure(column, heading, scale) for column, heading, scale in measures_of(table)]
    figure = draw_sweep(table, axes, measures, words)
    with writing(out):
        return save_figure(figure, out, f"{NAME}-{spoken()}", formats)


def _label(scenario: Scenario, key: str, label: str) -> Text:
    """Return what an axis is called: the parameter's word, the member it is of, and the unit."""
    parameter = parameter_of(scenario, key)
    unit = parameter.unit if parameter is not None else ""
    name = axis_word(scenario, key, label)
    return name if unit in {"", "1"} else say("{name} ({unit})", name=name, unit=unit)


def headline(points: Points, rows: Sequence[Row], drawn: Sequence[Path], left_out: Sequence[str]) -> Message:
    """Return the answer for a terminal: a line a point, what was solved now, and where the tables lie."""
    lines: list[Text] = [_line(points, row) for row in rows[:LINES_MAX]]
    if len(rows) > LINES_MAX:
        lines.append(say("… and {more} more", more=len(rows) - LINES_MAX))
    count = sum(row["status"] in WITH_PLAN for row in rows)
    lines += [
        "",
        say(
            "{count} points, {plans} with a plan; {now} solved now, {before} before",
            count=len(rows),
            plans=count,
            now=len(points.solved),
            before=sum(points.is_done(name) for name in points.heads) - len(points.solved),
        ),
    ]
    if any(name.startswith(BY_CASE) for row in rows for name in row):
        lines.append(say("note: {note}", note=MEANS))
    if left_out:
        lines.append(say("too long to be joined, see each point: {tables}", tables=join(left_out)))
    lines.append(say("table   {path}", path=points.out / FILE))
    lines += [say("figure  {path}", path=path) for path in drawn[:1]]
    return join([*lines, ""], "\n")


def _line(points: Points, row: Row) -> Message:
    parts: list[Text] = [points.called(row["point"]), status_word(row["status"])]
    for name in ("cost", "emissions"):
        if row.get(name):
            value = float(row[name])
            parts.append(told(name, abs(value)).text(value))
    return join(parts, "  ")
