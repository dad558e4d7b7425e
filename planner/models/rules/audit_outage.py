"""Links in an outage as the audit replays them: paths walked over what is left, and each link's traffic added up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.language import say
from planner.models.rules.audit_network import nodes_of, stands_of, wiring_of
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]
    Cells = dict[Any, float]
FLOW = ["outage", "region", "site"]
CABLE = ["outage", "link", "direction"]
AGAINST = {"forward": "back", "back": "forward"}
RATES = {"outage_path_traffic": "traffic_per_mw", "outage_return_path_traffic": "return_traffic_per_mw"}
"""What a path carries to the site, and back to the region, and what a MW sends [Gbit/s]."""


def audit_links(
    inputs: Scenario, tables: Tables, outages: Collection[str], served: Cells, limits: Cells
) -> Iterator[Finding]:
    """In every outage all traffic travels in time over links that are left, and fills them as the table says.

    Parameters
    ----------
    outages
        Their ids.
    served
        Work that is served [MW], by outage, region, workload and site.
    limits
        Of latency in an outage [ms], by workload; without one there is none.
    """
    left = _left(inputs, outages)
    yield from _audit_reach(inputs, left, served, limits)
    yield from _audit_sent(inputs, tables, served)
    yield from _audit_paths(inputs, tables, left, served, limits)


def _left(inputs: Scenario, outages: Collection[str]) -> dict[str, Cells]:
    """Return the share that each outage leaves of each link [1]."""
    taken: Cells = inputs.series("link_outage.capacity_lost").to_dict()
    links = inputs.sets["link"]
    return {outage: {link: 1.0 - float(taken.get((link, outage), 0.0)) for link in links} for outage in outages}


def _audit_reach(inputs: Scenario, left: Mapping[str, Cells], served: Cells, limits: Cells) -> Iterator[Finding]:
    """Work that is served in an outage has a path there, and back where something comes back, within its limit."""
    wiring = wiring_of(inputs)
    known: dict[frozenset[tuple[str, str]], Cells] = {}
    region, site = (nodes_of(inputs, name) for name in ("region", "site"))
    access, returns = (inputs.series(name).to_dict() for name in ("access_latency", "return_traffic_per_mw"))
    for outage, r, k, s in served:
        usable = frozenset(cable for cable in wiring.open if left.get(outage, {}).get(cable[0], 0.0) > 0)
        if usable not in known:
            known[usable] = replace(wiring, open=usable).least(inputs.sets["node"]).stack().to_dict()
        least, near = known[usable], access[r, s]
        there, back = least[region[r], site[s]], least[site[s], region[r]]
        needed = near + (max(there, back) if returns[k] > 0 else there)
        where = f"{outage}, {r}, {k}, {s}"
        if needed == float("inf"):
            yield Finding("outage_allocation", where, say("has no path left in the outage"))
        elif k in limits:
            yield from Finding.unless_at_most("outage_latency_max", where, needed, limits[k], "ms")


def _audit_sent(inputs: Scenario, tables: Tables, served: Cells) -> Iterator[Finding]:
    """What the work of an outage sends, and gets back, is carried, and nothing else."""
    region, site = (nodes_of(inputs, name) for name in ("region", "site"))
    for column, name in RATES.items():
        rate: Cells = inputs.series(name).to_dict()
        sent: Cells = {}
        for (outage, r, k, s), power in served.items():
            if region[r] != site[s] and rate[k] > 0:
                sent[outage, r, s] = sent.get((outage, r, s), 0.0) + rate[k] * power
        found = tables["hub_outage_path"].groupby(FLOW)[column].sum().astype(float)
        yield from Finding.all_equal(column, _series(sent, FLOW), found, "Gbit/s")
        cells = tables["hub_outage_path"].set_index([*FLOW, "path"])[column].astype(float)
        yield from Finding.none_negative(column, cells, "Gbit/s")


def _audit_paths(
    inputs: Scenario, tables: Tables, left: Mapping[str, Cells], served: Cells, limits: Cells
) -> Iterator[Finding]:
    """Each path leads over links that are left, in time for all work that it carries; links carry the sum of paths."""
    wiring, access = wiring_of(inputs), inputs.series("access_latency").to_dict()
    region, site = (nodes_of(inputs, name) for name in ("region", "site"))
    rates = {column: inputs.series(name).to_dict() for column, name in RATES.items()}
    load: Cells = {}
    works: dict[Any, list[str]] = {}
    for outage, r, k, s in served:
        works.setdefault((outage, r, s), []).append(k)
    for row in tables["hub_outage_path"].to_dict("records"):
        outage, r, s = (str(row[key]) for key in FLOW)
        where = f"{outage}, {r}, {s}, {row['path']}"
        leads, passed = wiring.walked(region.get(r, ""), str(row["path"]).split(" + "))
        if not passed or leads != site.get(s):
            yield Finding("outage_path_traffic", where, say("does not lead from the region to the site"))
        delay = sum(wiring.delays[link] for link, _ in passed) + access.get((r, s), 0.0)
        for column, of_work in rates.items():
            carried = float(row[str(column)])
            if not carried > ABSOLUTE_TOLERANCE:
                continue
            way = passed if column == "outage_path_traffic" else [(link, AGAINST[to]) for link, to in passed]
            for link, direction in way:
                load[outage, link, direction] = load.get((outage, link, direction), 0.0) + carried
                if (link, direction) not in wiring.open or not left.get(outage, {}).get(link, 0.0) > 0:
                    yield Finding(str(column), where, say("takes a link that is lost in the outage"))
            for k in works.get((outage, r, s), ()):
                if of_work[k] > 0 and k in limits:
                    yield from Finding.unless_at_most("outage_latency_max", f"{where}, {k}", delay, limits[k], "ms")
    said = tables["hub_outage_link"].set_index(CABLE)["outage_link_traffic"].astype(float)
    yield from Finding.all_equal("outage_link_traffic", _series(load, CABLE), said, "Gbit/s")


def rooms_of(inputs: Scenario, tables: Tables, outages: Collection[str]) -> pd.Series:
    """Return what may be used of what each outage leaves of the links that carry anything in it [Gbit/s], by cable."""
    left = _left(inputs, outages)
    new = tables["backbone_module"].set_index("link")["link_capacity_new"].astype(float).to_dict()
    stands, share = stands_of(inputs), inputs.series("link_utilisation_max").to_dict()
    room = {
        (outage, link, direction): left.get(outage, {}).get(link, 0.0)
        * share.get(link, 0.0)
        * (stands.get((link, direction), 0.0) + new.get(link, 0.0))
        for outage, link, direction in tables["hub_outage_link"].set_index(CABLE).index
    }
    return _series(room, CABLE)


def _series(cells: Mapping[Any, float], names: list[str]) -> pd.Series:
    """Return numbers by key as a Series."""
    return pd.Series(list(cells.values()), pd.MultiIndex.from_tuples(list(cells), names=names), dtype=float)
