"""Small networks drawn at random, and their best plan by trying all simple paths and all numbers of modules.

Nothing of the second half comes from ``planner``: paths are walked node by node, each workload's traffic has flows of
its own over every path within its limit, there and back, and each choice of modules is a linear programme of SciPy's.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog

from tests.worlds import World

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]
FEATURES = ("time", "demand", "routes", "allocation", "site_capacity", "traffic", "backbone")
CNY_OF_GBIT = 450.0
"""[GB] of 1 Gbit/s in an hour."""


def random_network(seed: int, *, limited: bool = True) -> World:
    """Return a world of up to eight nodes: parallel cables, limits one way, tight latencies, whole modules.

    ``limited``: whether workloads bear only so much latency.
    """
    dice = random.Random(seed)  # noqa: S311 - no secrets
    nodes = [f"n{number}" for number in range(dice.randint(3, 8))]
    links = _links(dice, nodes)
    steps = [("day", 3000.0, dice.uniform(1.0, 1.4)), ("night", 2000.0, dice.uniform(0.4, 0.9))][: dice.randint(1, 2)]
    regions = [f"r{number}" for number in range(dice.randint(1, 3))]
    sites = [f"s{number}" for number in range(dice.randint(2, 3))]
    workloads: list[Row] = []
    for number in range(dice.randint(1, 3)):
        row: Row = {"workload": f"k{number}", "compute_type": "cpu", "traffic_per_mw": round(dice.uniform(0.2, 2), 2)}
        if limited and dice.random() < 0.8:
            row["latency_max"] = round(dice.uniform(1.5, 9), 2)
        if dice.random() < 0.5:
            row["return_traffic_per_mw"] = round(dice.uniform(0.1, 2), 2)
        if dice.random() < 0.8:
            row["unserved_price"] = dice.randint(600, 2500)
        if dice.random() < 0.1:
            row["traffic_per_mw"] = 0
        workloads.append(row)
    tables: dict[str, list[Row]] = {
        "timestep": [{"timestep": name, "timestep_weight": hours} for name, hours, _ in steps],
        "node": [{"node": name} for name in nodes],
        "link": links,
        "region": [{"region": name, "node": dice.choice(nodes)} for name in regions],
        "site": [
            {"site": name, "node": dice.choice(nodes), "utilisation_max": 0.9, "access_latency": dice.choice([0, 0.4])}
            for name in sites
        ],
        "compute_type": [{"compute_type": "cpu"}],
        "site_compute_type": [
            {"site": name, "compute_type": "cpu", "capacity_existing": dice.randint(10, 60)} for name in sites
        ],
        "workload": workloads,
        "workload_timestep": [
            {"workload": row["workload"], "timestep": name, "demand_profile": round(share, 2)}
            for row in workloads
            for name, _, share in steps
        ],
        "region_workload": [
            {"region": name, "workload": row["workload"], "demand": dice.randint(2, 20)}
            for name in regions
            for row in workloads
        ],
        "region_site": [
            {"region": region, "site": site, "transfer_price": dice.randint(5, 600)}
            for region in regions
            for site in sites
        ],
    }
    return World(tables, FEATURES, hours=sum(hours for _, hours, _ in steps))


def _links(dice: random.Random, nodes: list[str]) -> list[Row]:
    joined = [(node, dice.choice(nodes[:number])) for number, node in enumerate(nodes) if number]
    joined += [tuple(dice.sample(nodes, 2)) for _ in range(dice.randint(1, len(nodes)))]  # type: ignore[misc]
    joined += [dice.choice(joined) for _ in range(dice.randint(0, 2))]  # parallel to another
    grown = set(dice.sample(range(len(joined)), min(len(joined), dice.randint(1, 3))))
    links: list[Row] = []
    for number, (begin, end) in enumerate(joined):
        row: Row = {"link": f"l{number}", "from": begin, "to": end, "link_price": round(dice.uniform(0, 0.2), 3)}
        row["link_latency"] = round(dice.uniform(0.3, 3), 2)
        row["link_capacity_existing"] = dice.choice([0, dice.randint(1, 12), dice.randint(3, 25)])
        if dice.random() < 0.4:
            row["link_capacity_existing_back"] = dice.choice([0, dice.randint(1, 20)])
        if dice.random() < 0.3:
            row["link_utilisation_max"] = round(dice.uniform(0.5, 0.95), 2)
        if number in grown:
            row |= {"link_module_size": dice.randint(2, 12), "link_modules_max": dice.randint(1, 2)}
            row["link_module_cost"] = dice.randint(5_000, 500_000)
        links.append(row)
    return links


@dataclass(frozen=True)
class Arc:
    """A direction of a link that stands or may be built."""

    link: str
    tail: str
    head: str
    latency: float
    price: float
    room: float  # usable, without modules
    gain: float  # usable, of one module


def arcs_of(world: World) -> list[Arc]:
    """Return the directions of links that traffic may take."""
    found = []
    for row in world.tables["link"]:
        share, size = row.get("link_utilisation_max", 1.0), row.get("link_module_size", 0)
        there = row.get("link_capacity_existing", 0)
        back = row.get("link_capacity_existing_back", there)
        for tail, head, room in ((row["from"], row["to"], there), (row["to"], row["from"], back)):
            if room > 0 or row.get("link_modules_max", 0) > 0:
                costs = row["link_latency"], row.get("link_price", 0.0)
                found.append(Arc(row["link"], tail, head, *costs, share * room, share * size))
    return found


def simple_paths(arcs: list[Arc], start: str, end: str) -> Iterator[tuple[int, ...]]:
    """Yield every path that comes to no node twice, as places in the list of arcs."""

    def walk(node: str, seen: frozenset[str], path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if node == end:
            yield path
            return
        for number, arc in enumerate(arcs):
            if arc.tail == node and arc.head not in seen:
                yield from walk(arc.head, seen | {arc.head}, (*path, number))

    yield from walk(start, frozenset({start}), ())


class Enumerated:
    """One world: its flows, and for each choice of modules the least cost."""

    def __init__(self, world: World) -> None:
        self.world, tables = world, world.tables
        self.arcs = arcs_of(world)
        self.hours = {row["timestep"]: row["timestep_weight"] for row in tables["timestep"]}
        shape = {(row["workload"], row["timestep"]): row["demand_profile"] for row in tables["workload_timestep"]}
        self.demand = {
            (row["region"], row["workload"], step): row["demand"] * shape[row["workload"], step]
            for row in tables["region_workload"]
            for step in self.hours
        }
        self.columns: dict[tuple[Any, ...], int] = {}
        self.costs: list[float] = []
        self.equal: list[tuple[dict[int, float], float]] = []
        self.load: dict[tuple[int, str], dict[int, float]] = defaultdict(dict)
        self.room: list[tuple[dict[int, float], float]] = []
        self._fill()

    def _column(self, name: tuple[Any, ...], cost: float) -> int:
        self.columns[name] = len(self.costs)
        self.costs.append(cost)
        return self.columns[name]

    def _fill(self) -> None:
        tables = self.world.tables
        at = {row[kind]: row["node"] for kind in ("region", "site") for row in tables[kind]}
        access = {row["site"]: row.get("access_latency", 0.0) for row in tables["site"]}
        price = {(row["region"], row["site"]): row["transfer_price"] for row in tables["region_site"]}
        capacity = {row["site"]: row["capacity_existing"] for row in tables["site_compute_type"]}
        works: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for (region, workload, step), demand in self.demand.items():
            balance: dict[int, float] = {}
            [row] = [row for row in tables["workload"] if row["workload"] == workload]
            for site in capacity:
                limit = row.get("latency_max", np.inf) - access[site]
                there = self._within(at[region], at[site], limit)
                back = self._within(at[site], at[region], limit)
                if demand == 0 or not there or (row.get("return_traffic_per_mw", 0) > 0 and not back):
                    continue
                hours = self.hours[step]
                work = self._column(("work", region, workload, site, step), hours * price[region, site])
                balance[work] = works[site, step][work] = 1.0
                if at[region] != at[site]:
                    self._send(work, row.get("traffic_per_mw", 0), there, step)
                    self._send(work, row.get("return_traffic_per_mw", 0), back, step)
            if "unserved_price" in row:
                left = self._column(("left", region, workload, step), self.hours[step] * row["unserved_price"])
                balance[left] = 1.0
            self.equal.append((balance, demand))
        self.room = [(terms, 0.9 * capacity[site]) for (site, _), terms in works.items()]

    def _within(self, start: str, end: str, limit: float) -> list[tuple[int, ...]]:
        paths = simple_paths(self.arcs, start, end)
        return [path for path in paths if sum(self.arcs[arc].latency for arc in path) <= limit + 1e-9]

    def _send(self, work: int, rate: float, paths: list[tuple[int, ...]], step: str) -> None:
        if rate <= 0:
            return
        sent = {work: -rate}
        for path in paths:
            cost = self.hours[step] * CNY_OF_GBIT * sum(self.arcs[arc].price for arc in path)
            flow = self._column(("flow", work, path, len(self.costs)), cost)
            sent[flow] = 1.0
            for arc in path:
                self.load[arc, step][flow] = 1.0
        self.equal.append((sent, 0.0))

    def best(self) -> float | None:
        """Return the least cost of all plans; nothing where there is none."""
        grown = [row for row in self.world.tables["link"] if row.get("link_modules_max", 0) > 0]
        found = []
        for counts in itertools.product(*(range(row["link_modules_max"] + 1) for row in grown)):
            modules = {row["link"]: count for row, count in zip(grown, counts, strict=True)}
            cost = self._least(modules)
            if cost is not None:
                paid = sum(row.get("link_module_cost", 0) * modules[row["link"]] for row in grown)
                found.append(cost + paid)
        return min(found) if found else None

    def _least(self, modules: dict[str, int]) -> float | None:
        room = list(self.room)
        for (arc, _), terms in self.load.items():
            of = self.arcs[arc]
            room.append((terms, of.room + of.gain * modules.get(of.link, 0)))
        width = max(1, len(self.costs))
        matrices = [np.zeros((len(rows), width)) for rows in (room, self.equal)]
        for matrix, rows in zip(matrices, (room, self.equal), strict=True):
            for number, (terms, _) in enumerate(rows):
                for column, value in terms.items():
                    matrix[number, column] = value
        result = linprog(
            np.array(self.costs or [0.0]),
            A_ub=matrices[0] if room else None,
            b_ub=[side for _, side in room] or None,
            A_eq=matrices[1],
            b_eq=[side for _, side in self.equal],
            method="highs",
        )
        assert result.status in {0, 2}, result.message
        return float(result.fun) if result.status == 0 else None
