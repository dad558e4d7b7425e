"""Report the points of the cost of green: tables of a page, a figure, lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from planner.io.files.writing import writing
from planner.io.read.sources import illustrative_share
from planner.language import Language, Message, Named, Text, columns_of, join, padded, rendered, say
from planner.libraries import import_alone
from planner.progress import working_on
from planner.studies.cost_of_green.points import CAPACITY, KEYS, MEASURES, MODES, VARIANTS, WORDS
from planner.studies.sweep.words import status_word
from planner.version import __version__
from planner.views.captions import illustrative_note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.scenario.scenario import Scenario
    from planner.studies.sweep.points_file import Row

NAME: Final = "cost_of_green"
MILLION: Final = 1e6
COST_WIDTH: Final = 18


def as_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the points with their figures as numbers, NaN where there is none."""
    table = pd.DataFrame(rows)
    figures = ["share", "gap", *MEASURES, *(name for name in table.columns if name.startswith(CAPACITY))]
    table[figures] = table[figures].apply(pd.to_numeric)
    return table


def draw_points(
    scenario: Scenario, rows: Sequence[Row], out: Path, *, language: Language, formats: Sequence[str], dpi: int = 300
) -> list[Path]:
    """Draw cost against share into a folder."""
    working_on(say("drawing the figure"))
    import_alone("matplotlib")
    from planner.views.charts.cost_of_green import draw_cost_of_green  # noqa: PLC0415 - matplotlib is slow to import
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415

    share = illustrative_share(scenario)
    notes = [illustrative_note(share)] if share else []
    if scenario.overrides:
        notes.append(say("Changed: {changes}.", changes=", ".join(scenario.overrides)))
    notes.append(
        say(
            "Source: scenario {scenario}, inputs {hash}, planner {version}; sources in source.csv.",
            scenario=scenario.name,
            hash=rows[0]["scenario_hash"][:8],
            version=__version__,
        )
    )
    figure = draw_cost_of_green(as_table(rows), scenario=scenario.name, notes=notes, language=language)
    with writing(out):
        return save_figure(figure, out, f"{NAME}-{language}", formats, dpi)


def cost_lines(rows: Sequence[Row]) -> list[str]:
    """Return a Markdown table: cost per facility energy by share, a column for each accounting and variant."""
    points = _points(rows)
    kinds = [
        (mode, variant) for mode in MODES for variant in VARIANTS if any(key[:2] == (variant, mode) for key in points)
    ]
    header = ["share", *(f"{WORDS[mode].en}, {WORDS[variant].en}" for mode, variant in kinds)]
    body = [
        [f"{share:.0%}", *(_cost(points.get((variant, mode, share))) for mode, variant in kinds)]
        for share in sorted({share for *_, share in points})
    ]
    return _markdown(header, body)


def _points(rows: Sequence[Row]) -> dict[tuple[str, str, float], pd.Series]:
    """Return the points by variant, mode and share."""
    return {(str(row["variant"]), str(row["mode"]), float(row["share"])): row for _, row in as_table(rows).iterrows()}


def _cost(point: pd.Series | None) -> str:
    if point is None:
        return "–"
    return f"{point['cost_per_energy']:.1f}" if pd.notna(point["cost_per_energy"]) else str(point["status"])


def worth_lines(rows: Sequence[Row]) -> list[str]:
    """Return a Markdown table: what each variant takes away is worth in each accounting, by share.

    The worth is the yearly cost without it less the cost as given [million CNY/a], and that over the cost as given.
    """
    points = _points(rows)
    variants = [name for name in list(VARIANTS)[1:] if any(key[0] == name for key in points)]
    header = ["accounting", "share", *(f"{WORDS[name].en}: costs more, million CNY/a" for name in variants)]
    body = []
    for mode in MODES:
        for share in sorted({share for *_, share in points}):
            given = points.get(("as_given", mode, share))
            if given is not None:
                cells = [_worth(given, points.get((name, mode, share))) for name in variants]
                body.append([WORDS[mode].en, f"{share:.0%}", *cells])
    return _markdown(header, body)


def _worth(given: pd.Series, without: pd.Series | None) -> str:
    if without is None:
        return "–"
    if pd.isna(given["cost"]):
        return f"as given: {given['status']}"
    if pd.isna(without["cost"]):
        return f"without: {without['status']}"
    more = float(without["cost"] - given["cost"])
    return f"{more / MILLION:,.1f} ({more / float(given['cost']):.1%})"


def size_lines(rows: Sequence[Row], variant: str = "as_given") -> list[str]:
    """Return a Markdown table: what is built and used at every point of a variant."""
    table = as_table(rows)
    capacities = [name for name in table.columns if name.startswith(CAPACITY)]
    header = ["accounting", "share", *(f"{name.removeprefix(CAPACITY)}, MW" for name in capacities)]
    header += ["battery, MW", "battery, MWh", "excess, GWh/a", "matched share", "emissions, kt/a"]
    body = []
    for _, row in table[table["variant"] == variant].iterrows():
        head = [WORDS[str(row["mode"])].en, f"{row['share']:.0%}"]
        if pd.isna(row["cost"]):
            body.append([*head, str(row["status"]), *[""] * (len(header) - 3)])
            continue
        sizes = [f"{row[name]:,.0f}" for name in (*capacities, "storage_power", "storage_energy")]
        used = [f"{row['excess_energy'] / 1e3:,.0f}", f"{row['share_matched']:.1%}", f"{row['emissions'] / 1e3:,.0f}"]
        body.append([*head, *sizes, *used])
    return _markdown(header, body)


def _markdown(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    rules = ["---", *["---:"] * (len(header) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (header, rules, *body)]


def _status(status: str) -> Message:
    """Return why a point has no cost, as wide as a cost is."""
    told = Named(status, rendered(status_word(status), "zh"))
    return Named(*(" " * (COST_WIDTH - columns_of(each)) + each for each in (told.en, told.zh)))


def headline(rows: Sequence[Row], out: Path) -> Message:
    """Return the answer for a terminal: a line a point, and where the table lies."""
    lines: list[Text] = [_line(row) for row in rows]
    return join([*lines, "", say("table  {out}", out=out), ""], "\n")


def _line(row: Row) -> Message:
    variant, mode = (WORDS[row[key]] for key in KEYS[:2])
    cost = f"{float(row['cost_per_energy']):10.2f} CNY/MWh" if row["cost_per_energy"] else _status(row["status"])
    return join([f"{float(row['share']):7.1%}  ", padded(mode, 18), padded(variant, 28), cost], "")
