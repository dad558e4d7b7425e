"""Duration curves: for how many hours of the year load, grid power, green power and its share are how high."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.language import Text, say
from planner.views.charts import style
from planner.views.charts.page import Entry, open_page, scale_figures, set_ticks
from planner.views.maps.sheet import plain_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planner.language import Language
    from planner.views.charts.hours import Hours

WORDS: Final = {
    "facility_load": say("Facility load"),
    "green_used": say("Green power used"),
    "available": say("Green power available"),
    "grid_power": say("Grid power"),
}
WIDTH = {"facility_load": 1.5, "green_used": 1.5, "available": 1.0, "grid_power": 1.2, "green_share": 1.3}


def draw_duration(hours: Hours, *, site: Text, notes: Sequence[Text] = (), language: Language = "en") -> Figure:
    """Draw the duration curves of a site, or of all sites together."""
    with plain_settings():
        page = open_page(language)
        power, weight = hours.power, hours.power["weight"]
        curves = {"facility_load": power["load"]}
        if hours.has_green:
            curves |= {"green_used": power["green_used"], "available": hours.available.sum(axis=1)}
        if power["grid"].max() > 0:
            curves["grid_power"] = power["grid"]
        page.write_title(
            say("{site}: duration curves", site=site),
            say(
                "Each curve is sorted by itself: a point of one and a point of another at the same place are not the "
                "same hour."
            ),
        )
        page.write_legend([Entry(WORDS[name], line=_look(name)) for name in curves])
        absent = () if hours.has_green else (say("This plan has {things} here.", things=say("no green power")),)
        page.write_notes([*absent, *notes])
        load = power["load"]
        energy = float((load * weight).sum())
        mean = 100.0 * float((power["green_used"] * weight).sum()) / energy if energy else 0.0
        share_heading = say("Green share of each hour's load (%); {mean:.3g} % over the year", mean=mean)
        headings = [say("Power (MW)"), share_heading]
        foot = style.TEXT_SIZE * 1.3 * 2 + 8
        upper, lower = page.open_panels(headings, [3.2, 1.4], foot)
        for name, values in curves.items():
            _draw_curve(upper, name, values, weight)
        top = max(float(values.max()) for values in curves.values())
        low = min(0.0, *(float(values.min()) for values in curves.values()))
        scale_figures(upper, low * 1.04, top * 1.04, 5)
        share = 100.0 * power["green_used"] / load.where(load > 0)
        _draw_curve(lower, "green_share", share.fillna(0.0), weight)
        scale_figures(lower, min(0.0, float(share.min())) if len(share.dropna()) else 0.0, 104.0, 4)
        for axes in (upper, lower):
            if axes.get_ylim()[0] < 0:
                axes.axhline(0.0, color=style.OUTLINE, linewidth=0.6)
        _scale_hours((upper, lower), float(weight.sum()))
        lower.set_xlabel(page.clean(say("Hours of the year")), **page.axis_words())
        return page.figure


def _look(name: str) -> dict[str, Any]:
    colour, dash = style.CURVES[name]
    return {"color": colour, "linestyle": dash, "linewidth": WIDTH[name]}


def sort_curve(values: pd.Series, weight: pd.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the values from the highest down, and the hours of the year at which each begins and ends.

    Returns
    -------
    tuple
        Values, (timesteps,), and edges [h], (timesteps + 1,).
    """
    order = np.argsort(-values.to_numpy(float), kind="stable")
    edges = np.concatenate([[0.0], np.cumsum(weight.to_numpy(float)[order])])
    return values.to_numpy(float)[order], edges


def _draw_curve(axes: Axes, name: str, values: pd.Series, weight: pd.Series) -> None:
    high, edges = sort_curve(values, weight)
    axes.stairs(high, edges, baseline=None, gid=name, **_look(name))


def _scale_hours(panels: Sequence[Axes], total: float) -> None:
    for axes in panels:
        axes.set_xlim(0.0, total)
    pace = 1000.0 if total > 4000.0 else 10.0 ** np.floor(np.log10(total / 2))  # noqa: PLR2004
    ticks = [float(tick) for tick in np.arange(0.0, total + 1e-9, pace)]
    for axes in panels:
        last = axes is panels[-1]
        set_ticks(axes, "x", ticks, [f"{tick:,.0f}" if last else "" for tick in ticks])
