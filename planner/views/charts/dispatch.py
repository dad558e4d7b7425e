"""Dispatch: what supplies a site hour by hour, what it draws, what waits and what its battery holds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib import patheffects

from planner.language import Message, Text, rendered, say
from planner.views.charts import style
from planner.views.charts.page import Entry, Page, open_page, scale_figures, set_ticks
from planner.views.charts.stretches import Choice, Stretch, choose_stretches
from planner.views.maps.sheet import plain_settings
from planner.views.page.glyphs import measure_text, shorten_text
from planner.views.page.text import list_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planner.language import Language
    from planner.views.charts.hours import Hours

    Vector = npt.NDArray[np.float64]

Band = tuple[str, Text, "pd.Series", tuple[str, str]]
"""Identity, what it is called, power [MW], colour and hatch."""
LINES: dict[str, dict[str, Any]] = {
    "load": {"color": style.LOAD, "linewidth": 1.3},
    "asked": {"color": style.ASKED, "linewidth": 1.1, "linestyle": (0, (3, 1.2))},
}
LEVELS: Final = {"stored": say("Energy in the battery (MWh)"), "waiting": say("Work that waits (MWh of IT energy)")}
HALO = [patheffects.withStroke(linewidth=2.2, foreground="#ffffff")]


def draw_dispatch(
    hours: Hours,
    *,
    site: Text,
    technologies: Mapping[str, Text],
    notes: Sequence[Text] = (),
    language: Language = "en",
    start: str | None = None,
) -> Figure:
    """Draw seven days of a site, or its representative periods side by side."""
    with plain_settings():
        page = open_page(language)
        choice = choose_stretches(hours, start)
        page.write_title(say("{site}: supply and load, hour by hour", site=site), choice.words)
        bands = _bands(hours, technologies)
        page.write_legend(_legend(hours, bands))
        page.write_notes([*_told(hours), *notes])
        levels = [name for has, name in ((hours.has_storage, "stored"), (hours.has_waiting, "waiting")) if has]
        headings = [say("Power (MW)"), *(LEVELS[name] for name in levels)]
        labels = _labels(choice, page)
        panels = page.open_panels(headings, [5.0, *(1.0 for _ in levels)], style.TEXT_SIZE * 1.3 * labels[2] + 6)
        _draw_power(panels[0], hours, bands, choice)
        for axes, name in zip(panels[1:], levels, strict=True):
            _draw_level(axes, name, hours.power[name], choice)
        for axes in panels:
            _mark_days(axes, choice)
            set_ticks(axes, "x", *(labels[:2] if axes is panels[-1] else ([], [])))
        panels[-1].tick_params(axis="x", length=0)
        return page.figure


def _bands(hours: Hours, technologies: Mapping[str, Text]) -> list[Band]:
    """Return the supply from the bottom of the stack to its top; what supplies nothing is no band."""
    power, others = hours.power, iter(style.OTHERS * len(hours.green.columns))
    found: list[Band] = []
    for name in _steadiest_first(hours):
        look = style.TECHNOLOGIES.get(name) or next(others)
        found.append((f"green-{name}", technologies.get(name, name), hours.green[name], look))
    found.append(("discharge", say("Battery, discharging"), power["discharge"], style.DISCHARGE))
    found.append(("grid", say("Grid"), power["grid"], style.GRID))
    return [band for band in found if band[2].max() > 0]


def _steadiest_first(hours: Hours) -> list[str]:
    """Return the technologies, the one that varies least at the bottom of the stack, where it can be read."""
    names = [str(name) for name in hours.green.columns]
    spread = (hours.green.std(ddof=0) / hours.green.mean().where(lambda mean: mean > 0)).to_dict()
    return sorted(names, key=lambda name: (spread[name] != spread[name], spread[name], names.index(name)))


def _legend(hours: Hours, bands: Sequence[Band]) -> list[Entry]:
    entries = [Entry(text, band=_face(look)) for _, text, _, look in bands]
    if _sold(hours):
        entries.append(Entry(say("Excess green power, sold"), band=_open_face(style.EXCESS_HATCH)))
    if _curtails(hours):
        entries.append(Entry(say("Green power curtailed"), band=_open_face("")))
    entries.append(Entry(say("Facility load"), line=LINES["load"]))
    if hours.has_waiting:
        entries.append(Entry(say("Load if no work had waited"), line=LINES["asked"]))
    if hours.has_storage:
        edge = {"color": style.OUTLINE, "linewidth": 0.7}
        entries.append(Entry(say("top edge: load and battery charging"), line=edge))
    return entries


def _told(hours: Hours) -> list[Message]:
    """Return what a reader might miss in the chart, and what was shared out."""
    kinds = (
        (hours.has_green, say("no green power")),
        (hours.has_storage, say("no storage")),
        (hours.has_waiting, say("no work that can wait")),
    )
    absent = [words for has, words in kinds if not has]
    told = [say("This plan has {things} here.", things=list_names(absent))] if absent else []
    if hours.has_waiting and hours.is_shared:
        told.append(
            say("Work that can wait is known by region: a site is given its share of each region's work over the year.")
        )
    return told


def _sold(hours: Hours) -> bool:
    return bool(hours.excess.sum(axis=1).max() > 0) if hours.has_green else False


def _curtails(hours: Hours) -> bool:
    return bool(hours.curtailed.max() > 1e-6 * max(1.0, float(hours.power["load"].max())))


def _face(look: tuple[str, str]) -> dict[str, Any]:
    return {"facecolor": look[0], "edgecolor": style.HATCH_LINE, "hatch": look[1], "linewidth": 0.0}


def _open_face(hatch: str) -> dict[str, Any]:
    return {"facecolor": "none", "edgecolor": style.OUTLINE, "hatch": hatch, "linewidth": 0.6}


def _draw_power(axes: Axes, hours: Hours, bands: Sequence[Band], choice: Choice) -> None:
    top = 0.0
    for number, stretch in enumerate(choice.stretches):
        base = np.zeros(len(stretch.steps))
        for name, _, power, look in bands:
            base = _stack(axes, f"{name}-{number}", stretch, base, _part(power, stretch), **_face(look))
        axes.stairs(base, stretch.edges, color=style.OUTLINE, linewidth=0.7, gid=f"supply-{number}")
        if _sold(hours):
            sold = _part(hours.excess.sum(axis=1), stretch)
            base = _stack(axes, f"excess-{number}", stretch, base, sold, **_open_face(style.EXCESS_HATCH))
        if _curtails(hours):
            base = _stack(axes, f"curtailed-{number}", stretch, base, _part(hours.curtailed, stretch), **_open_face(""))
        lines = {"load": hours.power["load"]}
        if hours.has_waiting:
            lines["asked"] = hours.power["asked"]
        for name, power in lines.items():
            values = _part(power, stretch)
            axes.stairs(values, stretch.edges, baseline=None, path_effects=HALO, gid=f"{name}-{number}", **LINES[name])
            top = max(top, float(values.max()))
        top = max(top, float(base.max()))
    scale_figures(axes, 0.0, top * 1.04, 5)


def _part(values: pd.Series, stretch: Stretch) -> Vector:
    part: Vector = values.to_numpy(float)[list(stretch.steps)]
    return part


def _stack(axes: Axes, gid: str, stretch: Stretch, base: Vector, power: Vector, **look: Any) -> Vector:
    """Draw a band upon what is below it and return its top [MW]."""
    top: Vector = base + power
    axes.stairs(top, stretch.edges, baseline=base, fill=True, gid=gid, **look)
    return top


def _draw_level(axes: Axes, name: str, values: pd.Series, choice: Choice) -> None:
    """Draw what a timestep ends with [MWh] as an area."""
    colour = {"stored": style.STORED, "waiting": style.WAITING}[name]
    top = 0.0
    for number, stretch in enumerate(choice.stretches):
        part = _part(values, stretch)
        axes.stairs(part, stretch.edges, fill=True, color=colour, alpha=0.35, gid=f"{name}-{number}")
        axes.stairs(part, stretch.edges, baseline=None, color=colour, linewidth=0.8)
        top = max(top, float(part.max()))
    scale_figures(axes, 0.0, top * 1.08, 2)


def _mark_days(axes: Axes, choice: Choice) -> None:
    """Set the range of hours; lines part the days, or the periods that are no sequence."""
    first, last = choice.stretches[0].edges, choice.stretches[-1].edges
    axes.set_xlim(float(first[0]), float(last[-1]))
    if len(choice.stretches) > 1:
        middles = [(a.edges[-1] + b.edges[0]) / 2 for a, b in pairwise(choice.stretches)]
        for middle in middles:
            axes.axvline(middle, color=style.OUTLINE, linewidth=0.5, linestyle=(0, (1, 2)))
        return
    places = [place for place, _ in choice.stretches[0].labels]
    for a, b in pairwise(places):
        if b - a == 24.0:  # noqa: PLR2004  labels at noon, a line at midnight
            axes.axvline((a + b) / 2, color=style.GRID_LINE, linewidth=0.5, zorder=0)


def _labels(choice: Choice, page: Page) -> tuple[list[float], list[str], int]:
    """Return where and what is written below the hours, and the most lines that takes; no label meets the next."""
    marks = [mark for stretch in choice.stretches for mark in stretch.labels]
    places = [place for place, _ in marks]
    texts = [[page.clean(line) for line in rendered(text, page.language).split("\n")] for _, text in marks]
    hours = choice.stretches[-1].edges[-1] - choice.stretches[0].edges[0]
    scale = (page.width - style.AXIS) / float(hours)
    room = min((b - a for a, b in pairwise(places)), default=float(hours)) * scale - 3
    if all(measure_text(line, style.TEXT_SIZE) <= room for lines in texts for line in lines):
        return places, ["\n".join(lines) for lines in texts], max(map(len, texts), default=1)
    short = [[shorten_text(line, style.TEXT_SIZE, max(room, 8.0)) for line in lines] for lines in texts]
    return places, ["\n".join(lines) for lines in short], max(map(len, texts), default=1)
