"""The hours of one site, or of all together, from a plan's tables: one row a timestep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from planner.language import say
from planner.views.page.errors import DrawingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.scenario.column import Part
    from planner.scenario.parameter import Declarations

NOTHING = 1e-6
"""[MWh] A store that never holds more is not worth a panel."""


@dataclass(frozen=True)
class Hours:
    """What happens in each timestep.

    Attributes
    ----------
    power
        A row a timestep, in order: ``weight`` [h/a], ``duration`` [h], ``load`` (of the facility), ``grid``,
        ``green_used``, ``charge``, ``discharge``, ``asked`` (the load if no work had waited) [MW], and at the end of
        the timestep ``stored`` and ``waiting`` [MWh].
    green, excess, available
        Green power used or stored, sold, and there to be had [MW], (timesteps, technologies).
    period, time
        The period and the start of each timestep; either may be empty.
    has_storage, has_waiting, has_green
        Whether the plan has stores, work that can wait and green power here.
    is_shared
        Whether work that waits had to be shared out among sites.
    """

    power: pd.DataFrame
    green: pd.DataFrame
    excess: pd.DataFrame
    available: pd.DataFrame
    period: pd.Series
    time: pd.Series
    has_storage: bool
    has_waiting: bool
    has_green: bool
    is_shared: bool

    @property
    def curtailed(self) -> pd.Series:
        """Green power that was there and neither used nor sold [MW]."""
        rest = self.available.sum(axis=1) - self.green.sum(axis=1) - self.excess.sum(axis=1)
        return rest.clip(lower=0.0)


class _Source:
    """The tables of a plan, of one site or of all, and where they hold what is drawn."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], site: str | None, declared: Declarations) -> None:
        self.tables, self.site = tables, site
        self.here = {name: _of_site(table, site) for name, table in tables.items()}
        self.series = {series.part: series for series in reversed(declared.series)}
        [self.supply] = [built for built in declared.builds if built.kind == "supply"]

    @property
    def steps(self) -> pd.Index:
        """The timesteps, in order."""
        return pd.Index(self.tables["time"]["timestep"].astype(str), name="timestep")

    def sums(self, part: Part) -> pd.Series:
        """Return what the site has of a part, by timestep; 0 without the table."""
        series = self.series[part]
        if series.table not in self.here:
            return pd.Series(0.0, self.steps)
        sums = self.here[series.table].groupby("timestep")[series.column].sum()
        return sums.reindex(self.steps, fill_value=0.0).astype(float)

    def is_ever(self, part: Part, least: float) -> bool:
        """Return whether a part is ever more than so much at a place."""
        series = self.series[part]
        return series.table in self.here and bool((self.here[series.table][series.column] > least).any())

    def waited(self) -> tuple[pd.Series, pd.Series, bool]:
        """Return what waited in each timestep, what waits at its end, and whether the plan has work that can wait."""
        series = self.series["waiting"]
        none = pd.Series(0.0, self.steps)
        joined, held = series.read(self.tables, self.site, self.steps) if series.read is not None else (none, none)
        return joined, held, series.table in self.tables and not self.tables[series.table].empty

    def by_technology(self, part: Part) -> pd.DataFrame:
        """Return a power [MW] by technology, in the order of the table, (timesteps, technologies)."""
        series = self.series[part]
        if series.table not in self.here:
            return pd.DataFrame(index=self.steps)
        table = self.here[series.table]
        order: Sequence[str] = list(table["technology"].unique())
        found = table.pivot_table(
            index="timestep", columns="technology", values=series.column, aggfunc="sum", observed=True
        )
        return found.reindex(index=self.steps, columns=pd.Index(order), fill_value=0.0).astype(float)

    def available(self, availability: pd.Series | None) -> pd.DataFrame:
        """Return what green capacity can give [MW], (timesteps, technologies)."""
        if availability is None or self.supply.table not in self.here:
            return pd.DataFrame(index=self.steps)
        given = availability.rename("share").rename_axis(["site", "technology", "timestep"]).reset_index()
        rows = self.here[self.supply.table].merge(given, on=["site", "technology"])
        rows["power"] = rows[self.supply.column] * rows["share"]
        found = rows.pivot_table(index="timestep", columns="technology", values="power", aggfunc="sum", observed=True)
        return found.reindex(index=self.steps, fill_value=0.0).astype(float)


def read_hours(
    tables: Mapping[str, pd.DataFrame],
    site: str | None,
    declared: Declarations,
    *,
    availability: pd.Series | None = None,
    period: pd.Series | None = None,
    time: pd.Series | None = None,
) -> Hours:
    """Gather the hours of a site.

    Parameters
    ----------
    tables
        A plan's result tables.
    site
        The site; ``None`` for all together.
    declared
        What the features declare: where the tables hold what is drawn.
    availability
        Of green capacity [1], by (site, technology, timestep).
    period, time
        By timestep, as the scenario has them.

    Raises
    ------
    DrawingError
        The plan has no table of the load.
    """
    source = _Source(tables, site, declared)
    load = source.series["load"]
    for name in ("time", load.table):
        if name not in tables:
            raise DrawingError(
                say("the plan has no table {name}: list the feature {name} in the scenario and run it again", name=name)
            )
    steps = source.steps
    clock = tables["time"].set_index(steps)
    columns = {name: clock[f"timestep_{name}"].astype(float) for name in ("weight", "duration")}
    columns |= {part: source.sums(part) for part in ("load", "grid", "green_used", "charge", "discharge", "stored")}
    joined, held, is_waiting = source.waited()
    pue = columns["load"] / source.sums("it").where(lambda work: work > 0)
    idle = source.here[load.table].groupby("timestep")[source.series["factor"].column].mean().reindex(steps)
    columns["asked"] = columns["load"] + joined * pue.fillna(idle)
    columns["waiting"] = held
    green, excess = (source.by_technology(part) for part in ("green", "sold"))
    sites = tables[load.table]["site"].nunique()
    return Hours(
        power=pd.DataFrame(columns),
        green=green,
        excess=excess,
        available=source.available(availability),
        period=_texts(period, steps),
        time=_texts(time, steps),
        has_storage=source.is_ever("stored", NOTHING),
        has_waiting=is_waiting,
        has_green=not green.empty,
        is_shared=sites > 1 and site is not None,
    )


def _of_site(table: pd.DataFrame, site: str | None) -> pd.DataFrame:
    return table if site is None or "site" not in table.columns else table[table["site"] == site]


def _texts(values: pd.Series | None, steps: pd.Index) -> pd.Series:
    """Return a text of each timestep, empty where there is none."""
    given = pd.Series(dtype=object) if values is None else values
    return given.reindex(steps).fillna("").astype(str)
