"""What must be built: halls by site, and what stands beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.language import say
from planner.report.elements import element, table
from planner.report.numbers import COUNT, POWER

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from planner.report.subject import Subject

SMALLEST = 1e-6
"""[MW] Less is a solver's rounding."""


def section(subject: Subject) -> Element:
    """Return the section."""
    parts = [_halls(subject), _green(subject), _stores(subject)]
    built = [part for part in parts if part is not None]
    nothing = element("p", say("The plan builds nothing.", "本方案不新建任何设施。"))
    return element(
        "section",
        element("h2", say("New build", "新建设施"), id_="build"),
        built or nothing,
        aria_labelledby="build",
    )


def _halls(subject: Subject) -> Element | None:
    if "site_expansion" not in subject.tables:
        return None
    built = subject.tables["site_expansion"]
    built = built[built["capacity_new"] > SMALLEST].sort_values("capacity_new", ascending=False, kind="stable")
    if built.empty:
        return None
    capacity = subject.tables["site_capacity"].drop_duplicates(["site", "compute_type"])
    whole = capacity.set_index(["site", "compute_type"])["capacity"].astype(float)
    stands = whole.reindex(pd.MultiIndex.from_frame(built[["site", "compute_type"]])).to_numpy()
    columns = [built["modules"].astype(float), built["capacity_new"].astype(float), pd.Series(stands)]
    scales = [COUNT.scaled(columns[0]), *(POWER.scaled(column) for column in columns[1:])]
    numbers = zip(
        *([scale.number(x) for x in column] for scale, column in zip(scales, columns, strict=True)), strict=True
    )
    names = zip(built["site"].astype(str), built["compute_type"].astype(str), strict=True)
    rows = [
        [subject.name("site", site), subject.name("compute_type", kind), *row]
        for (site, kind), row in zip(names, numbers, strict=True)
    ]
    head = [
        say("Site", "节点"),
        say("Compute type", "算力类型"),
        say("Modules", "模块数"),
        say("New [MW IT]", "新建 [MW IT]"),
        say("With what stands [MW IT]", "含现有 [MW IT]"),
    ]
    sums = [scale.number(float(column.sum())) for scale, column in zip(scales[:2], columns[:2], strict=True)]
    foot = [say("Sum", "合计"), "", *sums, ""]
    return table(say("New halls", "新建机房"), head, rows, numbers=[2, 3, 4], foot=foot)


def _green(subject: Subject) -> Element | None:
    """Return the green capacity that the plan adds to what stands."""
    if "power_supply_capacity" not in subject.tables:
        return None
    found = subject.tables["power_supply_capacity"].set_index(["site", "technology"])["green_capacity"].astype(float)
    stands = subject.scenario.series("green_capacity_existing").reindex(found.index).astype(float).fillna(0.0)
    new = found - stands
    new = new[new > SMALLEST]
    if new.empty:
        return None
    scale = POWER.scaled(found)
    rows = [
        [
            subject.name("site", str(site)),
            subject.name("technology", str(technology)),
            scale.number(float(added)),
            scale.number(float(found[site, technology])),
        ]
        for (site, technology), added in zip(new.index.to_list(), new, strict=True)
    ]
    head = [
        say("Site", "节点"),
        say("Technology", "技术"),
        say("New [MW]", "新建 [MW]"),
        say("With what stands [MW]", "含现有 [MW]"),
    ]
    return table(say("New green capacity", "新建绿电容量"), head, rows, numbers=[2, 3])


def _stores(subject: Subject) -> Element | None:
    stores = subject.tables.get("storage_capacity", pd.DataFrame(columns=["site", "storage_power", "storage_energy"]))
    stores = stores[(stores["storage_power"] > SMALLEST) | (stores["storage_energy"] > SMALLEST)]
    if stores.empty:
        return None
    power, energy = (POWER.scaled(stores[name].astype(float)) for name in ("storage_power", "storage_energy"))
    rows = [
        [subject.name("site", str(site)), power.number(float(mw)), energy.number(float(mwh))]
        for site, mw, mwh in stores[["site", "storage_power", "storage_energy"]].itertuples(index=False)
    ]
    head = [
        say("Site", "节点"),
        say("Power [MW]", "功率 [MW]"),
        say("Energy [MWh]", "容量 [MWh]"),
    ]
    return table(say("Storage, with what stands", "储能（含现有）"), head, rows, numbers=[1, 2])
