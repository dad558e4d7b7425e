"""The hours of one site, or of all together, from a plan's tables: one row a timestep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from planner.language import say
from planner.maps.errors import DrawingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEEDED = ("time", "facility_load")
PAIR = ["region", "workload"]
NOTHING = 1e-6
"""[MWh] A store that never holds more is not worth a panel."""


@dataclass(frozen=True)
class Hours:
    """What happens in each timestep.

    Attributes
    ----------
    power
        A row a timestep, in order: ``weight`` [h/a], ``duration`` [h], ``facility_load``, ``grid_power``,
        ``green_used``, ``charge``, ``discharge``, ``asked`` (the facility load if no work had waited) [MW], and at the
        end of the timestep ``stored`` and ``waiting`` [MWh].
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


def read_hours(
    tables: Mapping[str, pd.DataFrame],
    site: str | None,
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
    availability
        Of green capacity [1], by (site, technology, timestep).
    period, time
        By timestep, as the scenario has them.

    Raises
    ------
    DrawingError
        The plan has no table of the load.
    """
    for name in NEEDED:
        if name not in tables:
            raise DrawingError(
                say(
                    "the plan has no table {name}: list the feature {name} in the scenario and run it again",
                    "方案没有表 {name}：请在情景中列出功能 {name} 后重新运行",
                    name=name,
                )
            )
    steps = pd.Index(tables["time"]["timestep"].astype(str), name="timestep")
    here = {name: _of_site(table, site) for name, table in tables.items()}

    def column(table: str, name: str) -> pd.Series:
        if table not in here:
            return pd.Series(0.0, steps)
        return here[table].groupby("timestep")[name].sum().reindex(steps, fill_value=0.0).astype(float)

    clock = tables["time"].set_index(steps)
    columns = {name: clock[f"timestep_{name}"].astype(float) for name in ("weight", "duration")}
    columns["facility_load"] = column("facility_load", "facility_load")
    columns["grid_power"] = column("power_supply", "grid_power")
    columns["green_used"] = column("power_supply", "green_power_used")
    columns |= {name: column("storage", name) for name in ("charge", "discharge")}
    columns["stored"] = column("storage", "state_of_charge")
    joined, waiting = _waiting(tables, site, steps)
    pue = columns["facility_load"] / column("facility_load", "it_load").where(lambda load: load > 0)
    idle = here["facility_load"].groupby("timestep")["pue"].mean().reindex(steps)
    columns["asked"] = columns["facility_load"] + joined * pue.fillna(idle)
    columns["waiting"] = waiting
    green, excess = (_by_technology(here, name, steps) for name in ("green_power", "excess"))
    sites = tables["facility_load"]["site"].nunique()
    return Hours(
        power=pd.DataFrame(columns),
        green=green,
        excess=excess,
        available=_available(here, availability, steps),
        period=_texts(period, steps),
        time=_texts(time, steps),
        has_storage="storage" in here and bool((here["storage"]["state_of_charge"] > NOTHING).any()),
        has_waiting="flexible_workloads" in tables and not tables["flexible_workloads"].empty,
        has_green=not green.empty,
        is_shared=sites > 1 and site is not None,
    )


def _of_site(table: pd.DataFrame, site: str | None) -> pd.DataFrame:
    return table if site is None or "site" not in table.columns else table[table["site"] == site]


def _texts(values: pd.Series | None, steps: pd.Index) -> pd.Series:
    """Return a text of each timestep, empty where there is none."""
    given = pd.Series(dtype=object) if values is None else values
    return given.reindex(steps).fillna("").astype(str)


def _by_technology(here: Mapping[str, pd.DataFrame], name: str, steps: pd.Index) -> pd.DataFrame:
    """Return a power [MW] by technology, in the order of the table, (timesteps, technologies)."""
    if "power_supply_technology" not in here:
        return pd.DataFrame(index=steps)
    table = here["power_supply_technology"]
    order: Sequence[str] = list(table["technology"].unique())
    found = table.pivot_table(index="timestep", columns="technology", values=name, aggfunc="sum", observed=True)
    return found.reindex(index=steps, columns=pd.Index(order), fill_value=0.0).astype(float)


def _available(here: Mapping[str, pd.DataFrame], availability: pd.Series | None, steps: pd.Index) -> pd.DataFrame:
    """Return what green capacity can give [MW], (timesteps, technologies)."""
    if availability is None or "power_supply_capacity" not in here:
        return pd.DataFrame(index=steps)
    given = availability.rename("share").rename_axis(["site", "technology", "timestep"]).reset_index()
    rows = here["power_supply_capacity"].merge(given, on=["site", "technology"])
    rows["power"] = rows["green_capacity"] * rows["share"]
    found = rows.pivot_table(index="timestep", columns="technology", values="power", aggfunc="sum", observed=True)
    return found.reindex(index=steps, fill_value=0.0).astype(float)


def _waiting(tables: Mapping[str, pd.DataFrame], site: str | None, steps: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Return the IT load that is not done in its own timestep (below 0: that is done later) [MW], and what waits [MWh].

    Both are known by region; a site is given the share of the region's work that it does over the year.
    """
    none = pd.Series(0.0, steps)
    if not {"flexible_workloads", "allocation", "demand"} <= set(tables):
        return none, none
    backlog = tables["flexible_workloads"].set_index([*PAIR, "timestep"])["backlog"].unstack("timestep")
    if backlog.empty:
        return none, none
    asked = tables["demand"].assign(power=tables["demand"]["demand"] - tables["demand"]["unserved_demand"])
    wanted, served = _by_step(asked, "power"), _by_step(tables["allocation"], "allocation")
    hours = tables["time"].set_index("timestep")["timestep_weight"].astype(float)
    here = _by_step(_of_site(tables["allocation"], site), "allocation")
    whole = served.mul(hours, axis=1).sum(axis=1)
    share = (here.mul(hours, axis=1).sum(axis=1) / whole.where(whole > 0)).reindex(backlog.index).fillna(0.0)
    due, waits = (table.reindex(backlog.index).mul(share, axis=0).sum() for table in (wanted, backlog))
    joined = due.sub(here.reindex(backlog.index).sum(), fill_value=0.0)
    return joined.reindex(steps, fill_value=0.0), waits.reindex(steps, fill_value=0.0)


def _by_step(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.groupby([*PAIR, "timestep"])[name].sum().unstack("timestep").fillna(0.0)
