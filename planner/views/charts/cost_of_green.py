"""The cost of green: a line for each accounting and variant, broken where no plan can reach the share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.views.charts import style
from planner.views.charts.page import Entry, Page, open_page, plain_settings, scale_figures, set_ticks
from planner.views.page.text import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SOLVED = ("optimal", "feasible")


def draw_cost_of_green(
    points: pd.DataFrame, *, scenario: str, notes: Sequence[str] = (), language: str = "en"
) -> Figure:
    """Draw cost against share.

    Parameters
    ----------
    points
        A row a point: ``variant``, ``mode``, ``share`` [1], ``status``, ``cost_per_energy`` [CNY/MWh, NaN if none].
    scenario
        What the scenario is called; any text.
    notes
        Lines below the chart; any text.

    Raises
    ------
    DrawingError
        The language is not known.
    """
    with plain_settings():
        page = open_page(language)
        page.write_title(page.say("cost_title", scenario=scenario), page.say("cost_subtitle"))
        modes = [mode for mode in style.MODES if (points["mode"] == mode).any()]
        variants = [name for name in style.VARIANTS if (points["variant"] == name).any()]
        page.write_legend(_legend(page, modes, variants))
        page.write_notes([*_missing(page, points), *notes])
        (axes,) = page.open_panels([page.say("cost_panel")], [1.0], foot=style.TEXT_SIZE * 2.6 + 8)
        for variant in variants:
            for mode in modes:
                part = points[(points["mode"] == mode) & (points["variant"] == variant)].sort_values("share")
                _draw_line(axes, part, mode, variant)
        _scale(axes, points)
        axes.set_xlabel(page.say("cost_axis"), **page.axis_words())
        return page.figure


def _legend(page: Page, modes: Sequence[str], variants: Sequence[str]) -> list[Entry]:
    entries = [Entry(page.say(mode), line=_look(mode, "as_given")) for mode in modes]
    if len(variants) > 1:
        for name in variants:
            line = {"color": style.LOAD, "linewidth": 1.3, "linestyle": style.VARIANTS[name]}
            entries.append(Entry(page.say(name), line=line))
    return entries


def _look(mode: str, variant: str) -> dict[str, Any]:
    colour, marker = style.MODES[mode]
    return {"color": colour, "linewidth": 1.3, "linestyle": style.VARIANTS[variant], "marker": marker}


def _missing(page: Page, points: pd.DataFrame) -> list[str]:
    """Say which points have no plan, and of which that is proved."""
    told = []
    for key, rows in (
        ("infeasible_points", points[points["status"] == "infeasible"]),
        ("unsolved_points", points[~points["status"].isin([*SOLVED, "infeasible"])]),
    ):
        groups = []
        for (mode, variant), part in rows.groupby(["mode", "variant"], sort=False):
            shares = tell("list_comma", page.language).join(f"{100 * share:g}" for share in sorted(part["share"]))
            groups.append(page.say("points", mode=page.say(str(mode)), variant=page.say(str(variant)), shares=shares))
        if groups:
            told.append(page.say(key, points=("；" if page.language == "zh" else "; ").join(groups)))
    return told


def _draw_line(axes: Axes, part: pd.DataFrame, mode: str, variant: str) -> None:
    cost = part["cost_per_energy"].where(part["status"].isin(SOLVED))  # a gap is not drawn over
    face = style.MODES[mode][0] if variant == "as_given" else "#ffffff"
    axes.plot(
        100.0 * part["share"].to_numpy(float),
        cost.to_numpy(float),
        markersize=4.5,
        markerfacecolor=face,
        gid=f"{mode}-{variant}",
        **_look(mode, variant),
    )


def _scale(axes: Axes, points: pd.DataFrame) -> None:
    shares = sorted({float(share) for share in points["share"]})
    room = max(0.01, 0.04 * (shares[-1] - shares[0]))
    axes.set_xlim(100 * (shares[0] - room), 100 * (shares[-1] + room))
    set_ticks(axes, "x", [100 * share for share in shares], [f"{100 * share:g}" for share in shares])
    axes.grid(visible=True, axis="x", color=style.GRID_LINE, linewidth=0.5)
    cost = points.loc[points["status"].isin(SOLVED), "cost_per_energy"]
    low, high = (0.0, 1.0) if cost.empty else (min(0.0, float(cost.min())), float(cost.max()))
    scale_figures(axes, low * 1.05, high * 1.06, 6)
