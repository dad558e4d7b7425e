"""What the page's script explores: sites, regions, flows and hours as plain lists, rounded to what a reader sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.figures import lines
from planner.language import Message, say
from planner.views.page import style
from planner.views.report.land import draw_land, in_plane, places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from planner.scenario.column import Series
    from planner.scenario.parameter import Shown
    from planner.views.report.subject import Subject

SITE_NUMBERS_MAX: Final = 240_000
"""Numbers by site and timestep that a page holds; with more, timesteps that follow each other are put together."""
FLOW_NUMBERS_MAX: Final = 120_000
"""Numbers by flow and timestep that a page holds; of more flows only the largest are known by timestep."""
DIGITS: Final = 5
"""Significant digits of a number by timestep."""


def explore(subject: Subject, basemap: Path | None) -> dict[str, Any]:
    """Return all that the map, its filters and its panel need."""
    sites, regions = subject.results.sites, subject.results.regions
    at_sites, at_regions = places(sites), places(regions)
    sides = list(dict.fromkeys([*regions["side"].astype(str), *sites["side"].astype(str)]))
    clock = _clock(subject)
    return {
        "land": draw_land(basemap, regions, [*at_sites, *at_regions]),
        "colours": {"green": list(style.GREEN_COLOURS), "demand": list(style.DEMAND_COLOURS)},
        "breaks": list(style.GREEN_BREAKS),
        "sides": [_both(subject.name("side", side) if side else say("no side")) for side in sides],
        "sites": [
            _site(subject, row, place, sides) for (_, row), place in zip(sites.iterrows(), at_sites, strict=True)
        ],
        "regions": [
            _region(subject, row, place, sides) for (_, row), place in zip(regions.iterrows(), at_regions, strict=True)
        ],
        "workloads": [_both(name) for name in subject.names("workload").values()],
        "flows": _flows(subject),
        "steps": clock.steps,
        "hours": _hours(subject, clock),
        "supplied": any(series.part == "grid" and series.table in subject.tables for series in series_of(subject)),
        "hourly": _hourly(subject, clock),
        "links": _links(subject, clock),
    }


def _links(subject: Subject, clock: _Clock) -> dict[str, Any]:
    """Return the links of the network, none without one: their ends in the plane, their numbers, and those by timestep.

    Traffic is of both directions together, ``full`` of the fuller one: over the year at most, by timestep as it is.
    ``limit`` is how full a link may be.
    """
    results = subject.results
    known = lines.known(subject.scenario, results.tables)
    table = lines.lines_of(subject.scenario, results.tables, results.shadow_prices)
    if known is None:
        return {"list": [], "traffic": [], "full": [], "colours": []}
    limit = lines.limits(subject.scenario, results.tables).to_dict()
    points = subject.scenario.coordinates(known.nodes)
    at = dict(zip(points.index, in_plane(points.to_numpy(float)), strict=True))
    listed = [
        {
            "name": _both(subject.name(known.of, str(row.line))),
            "ends": [_both(subject.name(known.nodes, str(end))) for end in (row.begin, row.end)],
            "at": [at[row.begin], at[row.end]] if {row.begin, row.end} <= at.keys() else None,
            "there": _round(row.traffic),
            "back": _round(row.traffic_back),
            "room": _round(row.room),
            "room_back": _round(row.room_back),
            "full": _round(row.full, 4),
            "limit": _round(limit[str(row.line)], 4),
            "modules": _round(row.modules),
            "added": _round(row.added),
            "saves": _round(row.saves),
        }
        for row in table.rename(columns={"from": "begin", "to": "end"}).itertuples()
    ]
    several = clock.count > 1
    return {
        "list": listed,
        "traffic": _lists(clock.mean(lines.by_step(subject.scenario, results.tables))) if several else [],
        "full": _lists(clock.mean(lines.fullest_by_step(subject.scenario, results.tables))) if several else [],
        "colours": list(style.LINK_COLOURS),
    }


def _both(said: Message) -> list[str]:
    return [said.en, said.zh]


def _round(value: Any, digits: int = 6) -> float | None:
    """Return a number as the page holds it, nothing for one that is not known."""
    number = float(value)
    return float(f"{number:.{digits}g}") if np.isfinite(number) else None


def _site(subject: Subject, row: pd.Series, place: list[int] | None, sides: list[str]) -> dict[str, Any]:
    hub = str(row["hub"])
    return {
        "name": _both(subject.name("site", str(row["site"]))),
        "hub": _both(subject.name("hub", hub)) if hub else None,
        "side": sides.index(str(row["side"])),
        "at": place,
        **{figure.page: _round(row[figure.name]) for figure in on_page(subject, "site")},
    }


def _region(subject: Subject, row: pd.Series, place: list[int] | None, sides: list[str]) -> dict[str, Any]:
    return {
        "name": _both(subject.name("region", str(row["region"]))),
        "side": sides.index(str(row["side"])),
        "at": place,
        **{figure.page: _round(row[figure.name]) for figure in on_page(subject, "region")},
    }


def on_page(subject: Subject, of: str) -> list[Shown]:
    """Return the figures of sites or regions that the page has, in the order in which a comparison tells them."""
    figures = (figure for _, figure in subject.scenario.declarations.figures if figure.of == of and figure.page)
    return sorted(figures, key=lambda figure: figure.rank)


def series_of(subject: Subject) -> list[Series]:
    """Return what the page has by site and timestep [MW]: of what counts by one accounting, by the plan's own."""
    found = (series for series in subject.scenario.declarations.series if series.page)
    counts = (series for series in found if not series.modes or subject.green_mode in series.modes)
    return sorted(counts, key=lambda series: series.rank)


def _flows(subject: Subject) -> dict[str, list[Any]]:
    """Return the flows as columns, largest first; traffic by MW of their workload."""
    work = subject.work
    carried: Mapping[str, float] = {}
    if subject.scenario.has("traffic"):
        carried = dict(
            zip(subject.names("workload"), subject.scenario.series("traffic_per_mw").astype(float), strict=True)
        )
    order = {
        name: {m: at for at, m in enumerate(subject.scenario.sets[name])} for name in ("region", "workload", "site")
    }
    columns = {name: [positions[str(member)] for member in work[name]] for name, positions in order.items()}
    return {
        **columns,
        "mw": [_round(value) for value in work["mw"]],
        "ms": [_round(value, 4) for value in work["ms"]],
        "gbit": [_round(mw * carried.get(k, np.nan)) for mw, k in zip(work["mw"], work["workload"], strict=True)],
    }


class _Clock:
    """The timesteps of the page: the plan's own, or blocks of those that follow each other."""

    def __init__(self, weights: pd.Series, periods: pd.Series, together: int) -> None:
        self.weights = weights
        self.together = together
        self.block = np.arange(len(weights)) // together
        starts = weights.index[:: self.together].astype(str)
        hours = np.bincount(self.block, weights=weights.to_numpy())
        self.steps = {
            "names": list(starts),
            "hours": [_round(h) for h in hours],
            "together": together,
            "breaks": self._breaks(periods),
        }

    def _breaks(self, periods: pd.Series) -> list[int]:
        """Return the places at which another period begins: what stands side by side there is no sequence."""
        names = periods.reindex(self.weights.index).fillna("").to_numpy()[:: self.together]
        return [int(at) + 1 for at in np.flatnonzero(names[1:] != names[:-1])]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.steps["names"])  # type: ignore[arg-type]

    def mean(self, values: pd.DataFrame) -> np.ndarray:
        """Return the weighted means of blocks, (rows, blocks), of a table with one column a timestep."""
        by_step = values.reindex(columns=self.weights.index, fill_value=0.0).fillna(0.0).to_numpy(float)
        if self.together == 1:
            return by_step
        weighted = by_step * self.weights.to_numpy()
        sums = np.add.reduceat(weighted, np.arange(0, len(self.weights), self.together), axis=1)
        means: np.ndarray = sums / np.bincount(self.block, weights=self.weights.to_numpy())
        return means


def _clock(subject: Subject) -> _Clock:
    members = len(subject.scenario.sets["site"]) * len(series_of(subject))
    members += 2 * len(lines.lines_of(subject.scenario, subject.tables))
    count = len(subject.weights) * members
    return _Clock(subject.weights, subject.scenario.series("period"), max(1, -(-count // SITE_NUMBERS_MAX)))


def _lists(values: np.ndarray) -> list[list[float]]:
    return [[float(f"{value:.{DIGITS}g}") for value in row] for row in values]


def _hours(subject: Subject, clock: _Clock) -> dict[str, list[list[float]]]:
    """Return power by series, site and timestep [MW]; what is nowhere more than zero is left out."""
    if clock.count < 2:  # noqa: PLR2004 - one timestep is the mean itself
        return {}
    found: dict[str, list[list[float]]] = {}
    order = list(subject.scenario.sets["site"])
    for series in series_of(subject):
        if series.table not in subject.tables or subject.tables[series.table].empty:
            continue
        by_site = subject.tables[series.table].pivot_table(
            index="site", columns="timestep", values=series.column, aggfunc="sum", observed=True
        )
        values = clock.mean(by_site.reindex(order, fill_value=0.0))
        if (values > 0).any():
            found[series.page] = _lists(values)
    return found


def _hourly(subject: Subject, clock: _Clock) -> dict[str, Any]:
    """Return the largest flows by timestep [MW], how many they are, and the share of all work they carry."""
    work = subject.work
    if clock.count < 2 or work.empty:  # noqa: PLR2004 - one timestep is the mean itself
        return {"mw": [], "share": 1.0}
    known = work.iloc[: max(1, FLOW_NUMBERS_MAX // clock.count)]
    values = clock.mean(subject.results.work_by_step(known))
    return {"mw": _lists(values), "share": _round(known["mw"].sum() / work["mw"].sum(), 4)}
