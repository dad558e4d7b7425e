"""The same networks as flows over arcs, where no latency binds: no path is named at all.

What leaves a region's node for a site's is balanced at every node. Modules are whole numbers of SciPy's own search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.oracle.backbone_enumeration import CNY_OF_GBIT, Enumerated, arcs_of

if TYPE_CHECKING:
    from tests.worlds import World

INFEASIBLE = 2


class ArcFlows:
    """One world in which workloads bear any latency."""

    def __init__(self, world: World) -> None:
        assert not any("latency_max" in row for row in world.tables["workload"])
        self.world, self.arcs = world, arcs_of(world)
        plain = Enumerated(world)
        self.hours, self.demand = plain.hours, plain.demand
        self.names: dict[tuple[Any, ...], int] = {}
        self.costs: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def _column(self, name: tuple[Any, ...], cost: float, upper: float = np.inf, *, whole: bool = False) -> int:
        if name not in self.names:
            self.names[name] = len(self.costs)
            self.costs.append(cost)
            self.upper.append(upper)
            self.whole.append(int(whole))
        return self.names[name]

    def best(self) -> float | None:
        """Return the least cost of all plans; nothing where there is none."""
        tables = self.world.tables
        for row in tables["link"]:
            self._column(
                ("modules", row["link"]), row.get("link_module_cost", 0), row.get("link_modules_max", 0), whole=True
            )
        for step in self.hours:
            self._add_step(step)
        matrix = np.zeros((len(self.rows), len(self.costs)))
        for number, (terms, _, _) in enumerate(self.rows):
            for column, value in terms.items():
                matrix[number, column] += value
        rows = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        result = milp(
            np.array(self.costs),
            integrality=np.array(self.whole),
            bounds=Bounds(0.0, np.array(self.upper)),
            constraints=rows,
            options={"mip_rel_gap": 0},
        )
        assert result.status in {0, INFEASIBLE}, result.message
        return float(result.fun) if result.status == 0 else None

    def _add_step(self, step: str) -> None:
        tables, hours = self.world.tables, self.hours[step]
        at = {row[kind]: row["node"] for kind in ("region", "site") for row in tables[kind]}
        price = {(row["region"], row["site"]): row["transfer_price"] for row in tables["region_site"]}
        works = {row["workload"]: row for row in tables["workload"]}
        room: dict[str, dict[int, float]] = {row["site"]: {} for row in tables["site"]}
        sent: dict[tuple[str, str], dict[int, float]] = {}
        for (region, workload, when), demand in self.demand.items():
            if when != step:
                continue
            balance = {}
            for site, served in room.items():
                if demand == 0 or not self._is_way(at[region], at[site], returns=works[workload]):
                    continue
                work = self._column(("work", region, workload, site, step), hours * price[region, site])
                balance[work] = served[work] = 1.0
                if at[region] != at[site]:
                    for ends, rate in (
                        ((at[region], at[site]), "traffic_per_mw"),
                        ((at[site], at[region]), "return_traffic_per_mw"),
                    ):
                        if works[workload].get(rate, 0) > 0:
                            sent.setdefault(ends, {})[work] = works[workload][rate]
            if "unserved_price" in works[workload]:
                balance[self._column(("left", region, workload, step), hours * works[workload]["unserved_price"])] = 1.0
            self.rows.append((balance, demand, demand))
        for row in tables["site_compute_type"]:
            self.rows.append((room[row["site"]], -np.inf, 0.9 * row["capacity_existing"]))
        self._add_flows(step, sent)

    def _is_way(self, start: str, end: str, *, returns: dict[str, Any]) -> bool:
        back = returns.get("return_traffic_per_mw", 0) > 0
        return self._leads(start, end) and (not back or self._leads(end, start))

    def _leads(self, start: str, end: str) -> bool:
        reached, ahead = {start}, [start]
        while ahead:
            node = ahead.pop()
            for arc in self.arcs:
                if arc.tail == node and arc.head not in reached:
                    reached.add(arc.head)
                    ahead.append(arc.head)
        return end in reached

    def _add_flows(self, step: str, sent: dict[tuple[str, str], dict[int, float]]) -> None:
        load: list[dict[int, float]] = [{} for _ in self.arcs]
        nodes = [row["node"] for row in self.world.tables["node"]]
        for ends, work in sent.items():
            kept: dict[str, dict[int, float]] = {node: {} for node in nodes}
            for number, arc in enumerate(self.arcs):
                cost = self.hours[step] * CNY_OF_GBIT * arc.price
                flow = self._column(("flow", ends, number, step), cost)
                load[number][flow] = 1.0
                kept[arc.tail][flow] = kept[arc.tail].get(flow, 0.0) + 1.0
                kept[arc.head][flow] = kept[arc.head].get(flow, 0.0) - 1.0
            for column, rate in work.items():
                kept[ends[0]][column] = -rate
                kept[ends[1]][column] = rate
            self.rows += [(terms, 0.0, 0.0) for terms in kept.values()]
        for number, arc in enumerate(self.arcs):
            modules = self.names["modules", arc.link]
            self.rows.append(({**load[number], modules: -arc.gain}, -np.inf, arc.room))
