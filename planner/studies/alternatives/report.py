"""Report the near-optimal plans: a figure, and lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from planner.io.files.writing import writing
from planner.io.read.sources import illustrative_share
from planner.language import CLAUSES, SEMICOLON, Language, Message, Text, join, padded, say, say_as
from planner.libraries import import_alone
from planner.progress import working_on
from planner.studies.alternatives.command import FILE, PLANS
from planner.studies.alternatives.quantities import called, set_of
from planner.version import __version__
from planner.views.captions import illustrative_note
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario
    from planner.studies.alternatives.command import Found
    from planner.views.charts.alternatives import Panel

NAME: Final = "alternatives"
SCALED: Final = {"MWh/a": (say_as("scaled", "TWh/a"), 1e-6), "tCO2/a": (say_as("scaled", "Mt CO2/a"), 1e-6)}
SMALL: Final = {"MWh/a": (say_as("scaled", "GWh/a"), 1e-3), "tCO2/a": (say_as("scaled", "kt CO2/a"), 1e-3)}
SMALL_BELOW: Final = 1e6
SITES_TOLD: Final = 10
NAME_WIDTH: Final = 42


def draw(found: Found, out: Path, *, language: Language, formats: Sequence[str], dpi: int = 300) -> list[Path]:
    """Draw the ranges into a folder; nothing where none was sought but of the whole plan."""
    working_on(say("drawing the figure"))
    import_alone("matplotlib")
    from planner.views.charts.alternatives import draw_alternatives  # noqa: PLC0415 - matplotlib is slow to import
    from planner.views.charts.sweep import Words  # noqa: PLC0415
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415

    columns = _columns(found, language)
    if not columns:
        return []
    title = say("{scenario}: how different nearly optimal plans can be", scenario=found.scenario.name)
    subtitle = say(
        "Least and most of each quantity by itself, in plans whose {what} is at most {slack:.3g} % above the best; "
        "every plan audited",
        what=_objective(found),
        slack=100 * found.slack,
    )
    words = Words(title, subtitle, _notes(found), language)
    with writing(out):
        return save_figure(draw_alternatives(columns, words), out, f"{NAME}-{language}", formats, dpi)


def _objective(found: Found) -> Message:
    known = {"cost": say("cost"), "emissions": say("emissions"), "latency": say("mean latency")}
    return known.get(found.scenario.settings.minimise, say("objective"))


def _notes(found: Found) -> list[Message]:
    notes = _whole_lines(found)
    share = illustrative_share(found.scenario)
    if share:
        notes.append(illustrative_note(share))
    notes.append(
        say(
            "Ranges do not add up: not all can be at an end at once. Source: scenario {scenario}, planner {version}.",
            scenario=found.scenario.name,
            version=__version__,
        )
    )
    return notes


def _columns(found: Found, language: Language) -> list[list[Panel]]:
    """Return the work by hub and site, and beside it by side and what is built by site; what varies most first."""
    work, table = found.table["what"] == "it_energy", found.table
    built = (table["group"] == "build") & (table["what"] == "capacity_new") & (table["most"] > 0)
    places = [
        _panel(found, table[work & table["group"].isin(["hub", "site"])], language),
        _panel(found, table[work & (table["group"] == "side")], language),
        _panel(found, table[built], language),
    ]
    columns = [[panel for panel in column if panel is not None] for column in (places[:1], places[1:])]
    return [column for column in columns if column]


def _panel(found: Found, table: pd.DataFrame, language: Language) -> Panel | None:
    from planner.views.charts.alternatives import Panel  # noqa: PLC0415 - matplotlib is slow to import

    table = table[table["least"].notna() & table["most"].notna()]
    if table.empty:
        return None
    unit, scale = scaled(str(table["unit"].iloc[0]), float(table["most"].max()))
    heading = say("{what} ({unit})", what=word(str(table["what"].iloc[0])), unit=unit)
    return Panel(heading, _bars(found, table, scale, language))


def _bars(found: Found, table: pd.DataFrame, scale: float, language: Language) -> pd.DataFrame:
    parts = []
    for group in dict.fromkeys(table["group"]):
        part = table[table["group"] == group]
        part = part.assign(span=part["most"] - part["least"]).sort_values("span", ascending=False, kind="stable")
        names = labels(found.scenario, group, language)
        part = part.assign(name=[names.get(place, place) for place in part["place"]], rule=False)
        part.iloc[0, part.columns.get_loc("rule")] = True
        parts.append(part)
    bars: pd.DataFrame = pd.concat(parts, ignore_index=True)
    bars[["best", "least", "most"]] *= scale
    return bars


def labels(scenario: Scenario, group: str, language: Language) -> dict[str, str]:
    """Return what places of a group are called."""
    return {str(key): str(label) for key, label in scenario.labels(set_of(group), language).items()}


def scaled(unit: str, largest: float) -> tuple[Text, float]:
    """Return the unit to tell numbers of a size in, and by what they are multiplied."""
    return (SMALL if abs(largest) < SMALL_BELOW else SCALED).get(unit, (unit, 1.0))


# ---- for a terminal


def headline(found: Found, out: Path) -> Message:
    """Return the answer: how far the whole plan, sides, hubs and sites may move, and the plans that were found."""
    best = float(found.best.summary["objective"])
    lines: list[Text] = [
        say(
            "plans whose {what} is at most {slack:.3g} % above the best ({best:,.6g})",
            what=_objective(found),
            slack=100 * found.slack,
            best=best,
        ),
        "",
        *(_line(found, row) for row in _told(found.table)),
    ]
    unproved = (found.table[["least_status", "most_status"]] != "optimal").to_numpy().sum()
    if unproved:
        lines.append(
            say("note: {count} ends are not proved; run again with a longer --time-limit", count=int(unproved))
        )
    lines += ["", *(_plan_line(name, results) for name, results in found.plans.items()), ""]
    lines.append(say("table  {path}", path=out / FILE))
    lines.append(say("plans  {path}", path=out / PLANS))
    return join([*lines, ""], "\n")


def _told(table: pd.DataFrame) -> list[pd.Series]:
    """Return the rows that a terminal is told of: of sites and what is built those that may move most."""
    rows: list[pd.Series] = []
    for group in dict.fromkeys(table["group"]):
        part = table[table["group"] == group]
        if group in {"site", "build"}:
            span = (part["most"] - part["least"]).sort_values(ascending=False, kind="stable")
            part = part.loc[span[span > 0].index[:SITES_TOLD]]
        rows += [row for _, row in part.iterrows()]
    return rows


def _whole_lines(found: Found) -> list[Message]:
    """Return what may be of the whole plan as one note of the figure, if anything was sought."""
    told = []
    for _, row in found.table[found.table["group"] == "whole"].iterrows():
        best, least, most, unit = _numbers(row)
        told.append(
            say(
                "{what}: {least} to {most} {unit} (best plan: {best})",
                what=word(str(row["what"])),
                least=least,
                most=most,
                unit=unit,
                best=best,
            )
        )
    return [join(told, SEMICOLON)] if told else []


def _numbers(row: pd.Series) -> tuple[str, str, str, Text]:
    """Return best, least and most as text in one unit, and that unit."""
    numbers = [float(row[name]) for name in ("best", "least", "most")]
    unit, scale = scaled(str(row["unit"]), max((abs(number) for number in numbers if number == number), default=0.0))  # noqa: PLR0124 - NaN
    texts = [f"{number * scale:,.4g}" if number == number else "?" for number in numbers]  # noqa: PLR0124 - NaN
    return texts[0], texts[1], texts[2], unit


def _line(found: Found, row: pd.Series) -> Message:
    best, least, most, unit = _numbers(row)
    what = called(found.scenario, str(row["group"]), str(row["what"]), str(row["place"]))
    return say(
        "{what}{least:>10} to {most:>10}  (best {best:>8}) {unit}",
        what=padded(what, NAME_WIDTH),
        least=least,
        most=most,
        best=best,
        unit=unit,
    )


def _plan_line(name: str, results: Results) -> Message:
    told, summary = results.summary["alternative"], results.summary
    parts = [
        say("{name}: {above:.2%} above the best", name=name, above=told["above_best"]),
        say("{gone:.1%} of the work elsewhere", gone=told["distance"]),
    ]
    if summary.get("capacity_new") is not None:
        parts.append(say("{new:,.0f} MW new", new=summary["capacity_new"]))
    if summary.get("west_share") is not None:
        parts.append(say("{share:.1%} in the west", share=summary["west_share"]))
    if summary.get("emissions") is not None:
        unit, scale = scaled("tCO2/a", summary["emissions"])
        parts.append(say("{much:,.4g} {unit}", much=summary["emissions"] * scale, unit=unit))
    return join(parts, CLAUSES)
