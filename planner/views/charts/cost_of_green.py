"""The cost of green: a line for each accounting and variant, broken where no plan can reach the share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from planner.language import SEMICOLON, Message, Text, join, say
from planner.views.charts import style
from planner.views.charts.page import Entry, open_page, scale_figures, set_ticks
from planner.views.maps.sheet import plain_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planner.language import Language

WORDS: Final = {
    "certificate": say("certificate, over the year"),
    "matched": say("matched hour by hour, over the year"),
    "every_timestep": say("in every hour"),
    "as_given": say("as given"),
    "without_deferral": say("no work may wait"),
    "without_shifting": say("no work leaves its province"),
}
"""Of each accounting and variant."""
SOLVED = ("optimal", "feasible")


def draw_cost_of_green(
    points: pd.DataFrame, *, scenario: Text, notes: Sequence[Text] = (), language: Language = "en"
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
    """
    with plain_settings():
        page = open_page(language)
        page.write_title(
            say("{scenario}: what green power costs", scenario=scenario),
            say("Cheapest plan for each share of all power, by each accounting; every point solved and audited"),
        )
        modes = [mode for mode in style.MODES if (points["mode"] == mode).any()]
        variants = [name for name in style.VARIANTS if (points["variant"] == name).any()]
        page.write_legend(_legend(modes, variants))
        page.write_notes([*_missing(points), *notes])
        heading = say("Cost per facility energy (CNY/MWh)")
        (axes,) = page.open_panels([heading], [1.0], foot=style.TEXT_SIZE * 2.6 + 8)
        for variant in variants:
            for mode in modes:
                part = points[(points["mode"] == mode) & (points["variant"] == variant)].sort_values("share")
                _draw_line(axes, part, mode, variant)
        _scale(axes, points)
        axes.set_xlabel(page.clean(say("Least green share of all power (%)")), **page.axis_words())
        return page.figure


def _legend(modes: Sequence[str], variants: Sequence[str]) -> list[Entry]:
    entries = [Entry(WORDS[mode], line=_look(mode, "as_given")) for mode in modes]
    if len(variants) > 1:
        for name in variants:
            line = {"color": style.LOAD, "linewidth": 1.3, "linestyle": style.VARIANTS[name]}
            entries.append(Entry(WORDS[name], line=line))
    return entries


def _look(mode: str, variant: str) -> dict[str, Any]:
    colour, marker = style.MODES[mode]
    return {"color": colour, "linewidth": 1.3, "linestyle": style.VARIANTS[variant], "marker": marker}


def _missing(points: pd.DataFrame) -> list[Message]:
    """Say which points have no plan, and of which that is proved."""
    impossible = _named(points[points["status"] == "infeasible"])
    unsolved = _named(points[~points["status"].isin([*SOLVED, "infeasible"])])
    told = [say("No plan can reach: {points}.", points=impossible)] if impossible else []
    return [*told, say("Not solved: {points}.", points=unsolved)] if unsolved else told


def _named(points: pd.DataFrame) -> Message:
    """Return points by accounting and variant."""
    groups = []
    for kind, part in points.groupby(["mode", "variant"], sort=False):
        mode, variant = (WORDS[str(name)] for name in kind)
        shares = join(f"{100 * share:g}" for share in sorted(part["share"]))
        groups.append(say("{mode}, {variant}: {shares} %", mode=mode, variant=variant, shares=shares))
    return join(groups, SEMICOLON)


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
