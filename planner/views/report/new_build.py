"""What must be built: halls by site, and what stands beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from planner.language import Text, say
from planner.views.page.elements import Child, element, table
from planner.views.page.numbers import COUNT, POWER, plain

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from planner.scenario.built import Built
    from planner.views.report.subject import Subject

SMALLEST = 1e-6
"""[MW] Less is a solver's rounding."""


def section(subject: Subject) -> Element:
    """Return the section."""
    parts = [_halls(subject), _green(subject), _stores(subject), _connections(subject)]
    built = [part for part in parts if part is not None]
    nothing = element("p", say("The plan builds nothing."))
    return element("section", element("h2", say("New build"), id_="build"), built or nothing, aria_labelledby="build")


def _builds(subject: Subject, kind: str) -> list[Built]:
    """Return what is declared of a kind of new build."""
    return [built for built in subject.scenario.declarations.builds if built.kind == kind]


def _halls(subject: Subject) -> Element | None:
    halls, modules = _builds(subject, "halls")
    if halls.table not in subject.tables:
        return None
    built = subject.tables[halls.table]
    built = built[built[halls.column] > SMALLEST].sort_values(halls.column, ascending=False, kind="stable")
    if built.empty:
        return None
    keys = halls.keys
    stands = halls.standing(subject.tables).reindex(pd.MultiIndex.from_frame(built[keys])).to_numpy()
    columns = [built[modules.column].astype(float), built[halls.column].astype(float), pd.Series(stands)]
    scales = [COUNT.scaled(columns[0]), *(POWER.scaled(column) for column in columns[1:])]
    numbers = zip(
        *([scale.number(x) for x in column] for scale, column in zip(scales, columns, strict=True)), strict=True
    )
    names = zip(*(built[key].astype(str) for key in keys), strict=True)
    limits = _limits(subject, modules.most, built[keys], columns[0])
    rows = [
        [subject.name("site", site), subject.name(halls.by, kind), *row, limit]
        for (site, kind), row, limit in zip(names, numbers, limits, strict=True)
    ]
    head = [
        say("Site"),
        say("Compute type"),
        say("Modules"),
        say("New [MW IT]"),
        say("With what stands [MW IT]"),
        say("Limit of modules"),
    ]
    sums = [scale.number(float(column.sum())) for scale, column in zip(scales[:2], columns[:2], strict=True)]
    foot: list[Child] = [say("Sum"), "", *sums, "", ""]
    return table(say("New halls"), head, rows, numbers=[2, 3, 4, 5], foot=foot)


def _limits(subject: Subject, parameter: str, keys: pd.DataFrame, built: pd.Series) -> list[Text]:
    """Return the limit beside each number that is built, and whether it is reached."""
    most = subject.scenario.series(parameter).reindex(pd.MultiIndex.from_frame(keys)).astype(float)
    told: list[Text] = []
    for limit, number in zip(most.tolist(), built.tolist(), strict=True):
        if not math.isfinite(limit):
            told.append("")
        elif number >= limit - SMALLEST * max(1.0, limit):
            told.append(say("{limit}, reached", limit=plain(limit)))
        else:
            told.append(plain(limit))
    return told


def _green(subject: Subject) -> Element | None:
    """Return the green capacity that the plan adds to what stands."""
    [supply] = _builds(subject, "supply")
    if supply.table not in subject.tables:
        return None
    found = supply.amounts(subject.tables)
    stands = subject.scenario.series(supply.existing).reindex(found.index).astype(float).fillna(0.0)
    new = found - stands
    new = new[new > SMALLEST]
    if new.empty:
        return None
    scale = POWER.scaled(found)
    limits = _limits(subject, supply.most, new.index.to_frame(index=False), found[new.index])
    rows = [
        [
            subject.name("site", str(site)),
            subject.name(supply.by, str(technology)),
            scale.number(float(added)),
            scale.number(float(found[site, technology])),
            limit,
        ]
        for (site, technology), added, limit in zip(new.index.to_list(), new, limits, strict=True)
    ]
    head = [say("Site"), say("Technology"), say("New [MW]"), say("With what stands [MW]"), say("Limit [MW]")]
    return table(say("New green capacity"), head, rows, numbers=[2, 3, 4])


def _stores(subject: Subject) -> Element | None:
    power, energy = (built.amounts(subject.tables) for built in _builds(subject, "stores"))
    stores = pd.DataFrame({"mw": power, "mwh": energy})
    stores = stores[(stores["mw"] > SMALLEST) | (stores["mwh"] > SMALLEST)]
    if stores.empty:
        return None
    mws, mwhs = POWER.scaled(stores["mw"]), POWER.scaled(stores["mwh"])
    rows = [
        [subject.name("site", str(site)), mws.number(float(mw)), mwhs.number(float(mwh))]
        for site, mw, mwh in stores.itertuples()
    ]
    head = [say("Site"), say("Power [MW]"), say("Energy [MWh]")]
    return table(say("Storage, with what stands"), head, rows, numbers=[1, 2])


def _connections(subject: Subject) -> Element | None:
    """Return the grid connections that the plan widens."""
    [connection] = _builds(subject, "connections")
    carried = connection.amounts(subject.tables)
    new = carried - subject.scenario.series(connection.existing).reindex(carried.index).astype(float)
    new = new[new > SMALLEST]
    if new.empty:
        return None
    scale = POWER.scaled(carried)
    rows = [
        [subject.name("site", site), scale.number(added), scale.number(added + stood)]
        for site, added, stood in zip(
            map(str, new.index), new.tolist(), (carried - new)[new.index].tolist(), strict=True
        )
    ]
    head = [say("Site"), say("New [MW]"), say("With what stands [MW]")]
    return table(say("Wider grid connections"), head, rows, numbers=[1, 2])
