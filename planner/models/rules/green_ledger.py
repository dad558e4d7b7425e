"""Green power of a plan, from the result tables alone: by certificates, matched by the hour, in every hour.

The audits, the summary and the layers of a plan take it from here; the model states it anew in its features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from planner.figures import ledger

if TYPE_CHECKING:
    from planner.figures.ledger import Tables
    from planner.scenario.scenario import Scenario

MODES: Final = ("certificate", "matched", "every_timestep")
IDLE = 1e-9
"""Of the largest use: a timestep that uses less has no share, and rounding gives it none."""


def counts_hourly(inputs: Scenario, site: str, technology: str) -> bool:
    """Return whether a technology counts as green hour by hour at a site.

    If ``counts_hourly`` says so; where that says nothing, if its availability there is given by timestep.
    """
    said = inputs.series("counts_hourly")
    if technology in said.index:
        return bool(said[technology])
    availability = inputs.given.get("availability")
    is_by_step = inputs.given_table("availability") == "site_technology_timestep"
    return is_by_step and isinstance(availability, pd.Series) and (site, technology) in availability.index


def hourly_green(inputs: Scenario, tables: Tables) -> pd.Series:
    """Return the green power of the technologies that count hour by hour, by site and timestep [MW]."""
    table = tables["power_supply_technology"]
    pairs = table[["site", "technology"]].drop_duplicates().itertuples(index=False, name=None)
    counts = {pair: counts_hourly(inputs, *pair) for pair in pairs}
    kept = [counts[pair] for pair in zip(table["site"], table["technology"], strict=True)]
    rows = table[pd.Series(kept, table.index, dtype=bool)]
    return rows["green_power"].astype(float).groupby([rows["site"], rows["timestep"]]).sum(skipna=False)


def delivered(inputs: Scenario, tables: Tables, green: pd.Series) -> pd.Series:
    """Return the green power that reaches each facility, by site and timestep [MW], store by store and hour by hour.

    What a store takes comes first from the green power of its hour; what it gives is as green as what it took over the
    period.

    Parameters
    ----------
    green
        Green power of each site in each timestep [MW].
    """
    if "storage" not in tables or tables["storage"].empty:
        return green
    direct = green.astype(float).to_dict()
    hours = tables["time"].set_index("timestep")["timestep_duration"].astype(float).to_dict()
    periods = inputs.series("period").to_dict()
    taken: dict[tuple[str, str], list[float]] = {}
    rows = list(tables["storage"][["site", "timestep", "charge", "discharge"]].itertuples(index=False, name=None))
    for site, step, charge, _ in rows:
        of_green = min(float(charge), direct.get((site, step), 0.0))
        sums = taken.setdefault((site, periods.get(step, "")), [0.0, 0.0])
        sums[0] += of_green * hours[step]
        sums[1] += float(charge) * hours[step]
        direct[site, step] = direct.get((site, step), 0.0) - of_green
    for site, step, _, discharge in rows:
        of_green, everything = taken[site, periods.get(step, "")]
        if everything > 0:
            direct[site, step] += of_green / everything * float(discharge)
    return pd.Series(direct, dtype=float).rename_axis(["site", "timestep"])


def certificates(inputs: Scenario, tables: Tables) -> pd.Series:
    """Return the certificates of every site [MWh/a]."""
    bought_there = ledger.column(tables, "power_supply_certificates", "certificates", ["site"])
    return bought_there.reindex(list(inputs.sets["site"]), fill_value=0.0)


def bought(inputs: Scenario, tables: Tables) -> pd.Series:
    """Return what counts by certificates at each site [MWh/a]: green power, certificates, what is sold if it may."""
    power = ledger.energy(tables, "power_supply_technology", "green_power", ["site"])
    if inputs.scalar("excess_keeps_certificate"):
        power = power.add(ledger.energy(tables, "power_supply_technology", "excess", ["site"]), fill_value=0.0)
    return certificates(inputs, tables).add(power, fill_value=0.0)


def mode_of(inputs: Scenario) -> str:
    """Return the accounting by which a scenario's green share is shown: its own, else that by certificates."""
    return str(inputs.scalar("green_power_share_mode")) if inputs.has("green_power_share") else MODES[0]


def parts(inputs: Scenario, tables: Tables, mode: str) -> tuple[pd.Series, pd.Series]:
    """Return what counts as green and what it is counted against, by site [MWh/a], in a mode.

    In ``every_timestep`` both are of the timestep in which the site's share is least.
    """
    if mode == "certificate":
        return bought(inputs, tables), ledger.energy(tables, "power_supply", "site_draw", ["site"])
    step = ["site", "timestep"]
    green_energy = ledger.energy(tables, "power_supply", "green_power_matched", step).unstack("site")
    use = ledger.energy(tables, "facility_load", "facility_load", step).unstack("site")
    if mode == "matched":
        return green_energy.sum(), use.sum()
    worst = (green_energy / use.where(use > IDLE * use.max())).fillna(np.inf).idxmin()
    at = (use.index.get_indexer(pd.Index(worst)), np.arange(len(use.columns)))
    return tuple(pd.Series(of[use.columns].to_numpy(float)[at], use.columns) for of in (green_energy, use))  # type: ignore[return-value]


def share(inputs: Scenario, tables: Tables, mode: str) -> float | None:
    """Return the green share of all sites together in a mode; ``None`` where nothing is drawn."""
    if mode != "every_timestep":
        green_energy, use = (float(part.sum()) for part in parts(inputs, tables, mode))
        return green_energy / use if use else None
    by_step = ledger.energy(tables, "power_supply", "green_power_matched", ["timestep"])
    drawn = ledger.energy(tables, "facility_load", "facility_load", ["timestep"])
    busy = drawn > IDLE * drawn.max()
    return float((by_step[busy] / drawn[busy]).min()) if busy.any() else None


def green(inputs: Scenario, tables: Tables) -> pd.Series:
    """Return what counts as green at each site by the scenario's own accounting [MWh/a]."""
    return parts(inputs, tables, mode_of(inputs))[0]


def counted_against(inputs: Scenario, tables: Tables) -> pd.Series:
    """Return what that is counted against [MWh/a]."""
    return parts(inputs, tables, mode_of(inputs))[1]


def share_of_all(inputs: Scenario, tables: Tables) -> float | None:
    """Return the green share of all sites together by the scenario's own accounting."""
    return share(inputs, tables, mode_of(inputs))


def place(inputs: Scenario) -> tuple[str, str]:
    """Return where the summary holds the share by the scenario's own accounting."""
    return ("green_power_share", mode_of(inputs))


def limits(tables: Tables) -> pd.DataFrame:
    """Return the limits on shares that held, as their table has them, the share as ``least``; no rows without any."""
    known = tables.get("green_power_share", pd.DataFrame(columns=["share_min"]))
    return known.rename(columns={"share_min": "least"})
