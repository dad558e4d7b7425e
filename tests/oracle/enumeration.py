"""The best plan by trying every combination of integers, each with a linear programme of its own writing.

Nothing here comes from ``planner``: the numbers are read from the world's rows, and the formulation is written down a
second time, by variables and rows of a dictionary, from the text of the contract.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog

from tests.oracle.hourly_rules import (
    Hours,
    add_grid,
    add_stores,
    add_waiting,
    cost_of_hours,
    share_of_hours,
    shortfalls,
    stores,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.worlds import World

Terms = dict[tuple[Any, ...], float]
HOLD = 1e-8
"""Relative slack at which an earlier stage is held."""


@dataclass
class Programme:
    """Rows over variables that are named when they are first used; all are at least 0."""

    columns: dict[tuple[Any, ...], int] = field(default_factory=dict)
    at_most: list[tuple[Terms, float]] = field(default_factory=list)
    equal: list[tuple[Terms, float]] = field(default_factory=list)

    def minimum(self, goal: Terms, held: list[tuple[Terms, float]]) -> float | None:
        """Return the least value of a goal, or nothing where no values keep the rows."""
        rows = [*self.at_most, *held]
        for terms, _ in [*rows, *self.equal, (goal, 0.0)]:
            for name in terms:
                self.columns.setdefault(name, len(self.columns))
        width = max(1, len(self.columns))
        upper, least = self._matrix(rows, width), self._matrix(self.equal, width)
        cost = self._matrix([(goal, 0.0)], width)[0]
        result = linprog(
            cost,
            A_ub=upper if len(upper) else None,
            b_ub=[side for _, side in rows] or None,
            A_eq=least if len(least) else None,
            b_eq=[side for _, side in self.equal] or None,
            method="highs",
        )
        assert result.status in {0, 2}, result.message
        return float(result.fun) if result.status == 0 else None

    def _matrix(self, rows: list[tuple[Terms, float]], width: int) -> np.ndarray:
        matrix = np.zeros((len(rows), width))
        for number, (terms, _) in enumerate(rows):
            for name, value in terms.items():
                matrix[number, self.columns[name]] += value
        return matrix


class Oracle:
    """One world, read plainly."""

    def __init__(self, world: World) -> None:
        self.world, self.given, self.times = world, world.parameters, Hours(world)
        tables = world.tables
        self.regions = [row["region"] for row in tables["region"]]
        self.sites = {row["site"]: row for row in tables["site"]}
        self.works = {row["workload"]: row for row in tables["workload"]}
        self.kinds = [row["compute_type"] for row in tables["compute_type"]]
        steps = tables.get("timestep", [{"timestep": "year", "timestep_weight": world.hours}])
        self.hours = {row["timestep"]: row["timestep_weight"] for row in steps}
        mean = {(row["region"], row["workload"]): row["demand"] for row in tables["region_workload"]}
        shape = {(r["workload"], r["timestep"]): r["demand_profile"] for r in tables.get("workload_timestep", [])}
        self.demand = {(r, k, t): d * shape.get((k, t), 1.0) for (r, k), d in mean.items() for t in self.hours}
        self.latency = {(row["region"], row["site"]): row["latency"] for row in tables["region_site"]}
        self.reach = {
            (r, k): [
                s for s in self.sites if mean[r, k] and self.latency[r, s] <= (self.works[k]["latency_max"] or 1e9)
            ]
            for r, k in mean
        }
        self.rooms = {(row["site"], row["compute_type"]): row for row in tables["site_compute_type"]}
        self.green = {(row["site"], row["technology"]): row for row in tables.get("site_technology", [])}
        rows = tables.get("site_technology_timestep", [])
        self.sun = {(row["site"], row["technology"], row["timestep"]): row["availability"] for row in rows}

    @property
    def stages(self) -> tuple[str, ...]:
        """What is minimised in turn: what is left undone before and cost after an objective without cost."""
        has_cost = isinstance(self.world.minimise, dict) or self.world.minimise == "cost"
        return ("objective",) if has_cost else ("unserved", "missing", "objective", "cost")

    def best(self) -> dict[str, float] | None:
        """Return the best value of each stage, those before it held; nothing where there is no plan."""
        options = [self.programme(*choice) for choice in self.choices()]
        values: dict[str, float] = {}
        for stage in self.stages:
            found = []
            for programme, goals in options:
                held = [scaled(goals[name], value + HOLD * max(1.0, abs(value))) for name, value in values.items()]
                least = programme.minimum(goals[stage][0], held)
                if least is not None:
                    found.append(least + goals[stage][1])
            if not found:
                return None
            values[stage] = min(found)
        return values

    def choices(self) -> Iterator[tuple[dict[Any, int], dict[Any, str | None]]]:
        """Yield every combination of modules and of sites for indivisible work."""
        rooms = [pair for pair, row in self.rooms.items() if row["modules_max"]]
        whole = [pair for pair, sites in self.reach.items() if self.works[pair[1]]["indivisible"] and sites]
        counts = [range(int(self.rooms[pair]["modules_max"]) + 1) for pair in rooms]
        places = [
            [*self.reach[pair], *([None] if self.works[pair[1]]["unserved_price"] is not None else [])]
            for pair in whole
        ]
        for modules in itertools.product(*counts):
            for sites in itertools.product(*places):
                yield dict(zip(rooms, modules, strict=True)), dict(zip(whole, sites, strict=True))

    def programme(
        self, modules: dict[Any, int], assigned: dict[Any, str | None]
    ) -> tuple[Programme, dict[str, tuple[Terms, float]]]:
        """Return the rows for one combination of integers, and each goal with its constant."""
        lp = Programme()
        new = {(s, c): modules.get((s, c), 0) * (self.rooms[s, c]["module_size"] or 0) for s, c in self.rooms}
        self._serve(lp, new, assigned)
        self._power(lp)
        self._share(lp, new)
        self._certified(lp)
        cost = self._cost()
        fixed = sum(count * self._module(self.rooms[pair]) for pair, count in modules.items())
        for site, row in self.sites.items():
            fixed += (row["opening_cost"] or 0) * any(count for (s, _), count in modules.items() if s == site)
        emitted = self._emissions()
        if "emissions_max" in self.given:
            lp.at_most.append((emitted, self.given["emissions_max"]))
        price = self.given.get("carbon_price", 0.0)
        cost = added((1.0, cost), (price, emitted))
        asked = sum(self.hours[t] * value for (_, _, t), value in self.demand.items())
        slow: Terms = {("a", r, k, s, t): self.hours[t] * self.latency[r, s] / asked for r, k, s, t in self._work()}
        left: Terms = {("u", r, k, t): self.hours[t] for r, k, t in self.demand if self._is_priced(k)}
        missing: Terms = dict.fromkeys(shortfalls(self, len(self._windows())), 1.0)
        goals = {"cost": (cost, fixed), "emissions": (emitted, 0.0), "latency": (slow, 0.0)}
        goals |= {"unserved": (left, 0.0), "missing": (missing, 0.0)}
        wanted = self.world.minimise if isinstance(self.world.minimise, dict) else {self.world.minimise: 1.0}
        goals["objective"] = (
            added(*((weight, goals[name][0]) for name, weight in wanted.items())),
            sum(weight * goals[name][1] for name, weight in wanted.items()),
        )
        return lp, goals

    def _is_priced(self, work: str) -> bool:
        return self.works[work]["unserved_price"] is not None

    def _work(self) -> list[tuple[str, str, str, str]]:
        return [(r, k, s, t) for (r, k), sites in self.reach.items() for s in sites for t in self.hours]

    def _serve(self, lp: Programme, new: dict[Any, float], assigned: dict[Any, str | None]) -> None:
        for r, k, t in self.demand:
            served: Terms = {("a", r, k, s, t): 1.0 for s in self.reach[r, k]}
            if self._is_priced(k):
                served["u", r, k, t] = 1.0
            add_waiting(lp, self, served, (r, k, t))
            lp.equal.append((served, self.demand[r, k, t]))
            for s in self.reach[r, k]:
                if (r, k) in assigned and assigned[r, k] != s:
                    lp.equal.append(({("a", r, k, s, t): 1.0}, 0.0))
        for s, row in self.sites.items():
            room = {c: (self.rooms[s, c]["capacity_existing"] or 0) + new[s, c] for c in self.kinds}
            for c, t in itertools.product(self.kinds, self.hours):
                load: Terms = {
                    ("a", r, k, x, z): 1.0
                    for r, k, x, z in self._work()
                    if (x, z, self.works[k]["compute_type"]) == (s, t, c)
                }
                lp.at_most.append((load, row["utilisation_max"] * room[c]))
            busy: Terms = {("a", r, k, x, t): -self.hours[t] for r, k, x, t in self._work() if x == s}
            if row["utilisation_min"] is not None:
                lp.at_most.append((busy, -row["utilisation_min"] * sum(room.values()) * sum(self.hours.values())))
            if row["water_max"] is not None:
                lp.at_most.append(({name: -value * row["wue"] for name, value in busy.items()}, row["water_max"]))

    def _power(self, lp: Programme) -> None:
        add_stores(lp, self)
        add_grid(lp, self)
        for s, row in self.sites.items():
            for t in self.hours:
                balance: Terms = {("a", r, k, x, z): -row["pue"] for r, k, x, z in self._work() if (x, z) == (s, t)}
                balance["grid", s, t] = 1.0
                for g in self.held(s):
                    balance["green", s, g, t] = 1.0
                if s in stores(self):
                    balance |= {("give", s, t): 1.0, ("take", s, t): -1.0}
                lp.equal.append((balance, 0.0))
                if row["grid_power_max"] is not None:
                    lp.at_most.append(({("grid", s, t): 1.0}, row["grid_power_max"]))
            if row["certificate_price"] is not None and row["certificates_max"] is not None:
                lp.at_most.append(({("paper", s): 1.0}, row["certificates_max"]))
        for (s, g), row in self.green.items():
            stands = row["green_capacity_existing"] or 0.0
            most = stands if row["green_capacity_max"] is None else row["green_capacity_max"]
            lp.at_most.append(({("more", s, g): 1.0}, most - stands))
            for t in self.hours:
                sun = self.sun.get((s, g, t), 1.0)
                used: Terms = {("green", s, g, t): 1.0, ("sold", s, g, t): 1.0, ("more", s, g): -sun}
                lp.at_most.append((used, sun * stands))

    def held(self, site: str) -> list[str]:
        """Return the technologies of a site."""
        return [g for s, g in self.green if s == site]

    def hourly(self, site: str) -> list[str]:
        """Return those that count hour by hour: as they say, else where their sun is known by timestep."""
        said = {row["technology"]: row.get("counts_hourly") for row in self.world.tables.get("technology", [])}
        known = {(s, g) for s, g, _ in self.sun}
        return [g for g in self.held(site) if ((site, g) in known if said[g] is None else said[g])]

    def _owed(self, site: str, window: list[str]) -> float:
        """Return what is promised to old load in a window [MWh]."""
        hours = dict(self.hours)
        if self.given["green_power_share_mode"] == "every_timestep":
            blows = {
                t: hours[t]
                * sum(
                    self.sun.get((site, g, t), 1.0) * (self.green[site, g]["green_capacity_existing"] or 0.0)
                    for g in self.hourly(site)
                )
                for t in hours
            }
            hours = blows if sum(blows.values()) > 0 else hours
        return (self.sites[site]["green_energy_committed"] or 0.0) * sum(hours[t] for t in window) / sum(hours.values())

    def _overflow(self, lp: Programme, site: str, window: list[str], share: float) -> Terms:
        """Return the share of what new halls use: what old ones of its kind have no room for."""
        terms: Terms = {}
        row = self.sites[site]
        for c, t in itertools.product(self.kinds, window):
            if not self.rooms[site, c]["modules_max"]:
                continue
            above: Terms = {
                ("a", r, k, x, z): row["pue"]
                for r, k, x, z in self._work()
                if (x, z, self.works[k]["compute_type"]) == (site, t, c)
            }
            above["fresh", site, c, t] = -1.0
            old = row["utilisation_max"] * (self.rooms[site, c]["capacity_existing"] or 0)
            lp.at_most.append((above, row["pue"] * old))
            terms["fresh", site, c, t] = share * self.hours[t]
        return terms

    def _certified(self, lp: Programme) -> None:
        """Say what of a site's grid energy no certificate covers."""
        if self.given["emissions_accounting"] == "market_certificates":
            for s in self.sites:
                rest: Terms = {("grid", s, t): hours for t, hours in self.hours.items()}
                rest |= {("paper", s): -1.0, ("rest", s): -1.0}
                lp.at_most.append((rest, 0.0))
                if self.sites[s]["certificate_price"] is None:
                    lp.at_most.append(({("paper", s): 1.0}, 0.0))

    def _windows(self) -> list[list[str]]:
        each = self.given["green_power_share_mode"] == "every_timestep"
        return [[t] for t in self.hours] if each else [list(self.hours)]

    def _share(self, lp: Programme, new: dict[Any, float]) -> None:
        scopes = [([s], row["green_power_share_min"]) for s, row in self.sites.items()]
        for row in self.world.tables["hub"]:
            members = [s for s, site in self.sites.items() if site["hub"] == row["hub"]]
            scopes.append((members, row["hub_green_power_share_min"]))
        scopes.append((list(self.sites), self.given.get("national_green_power_share_min")))
        for (members, share), (number, window) in itertools.product(scopes, enumerate(self._windows())):
            if share is None:
                continue
            terms: Terms = defaultdict(float)
            side = 0.0
            for s in members:
                terms.update(share_of_hours(self, s, number, window))
                self._credit(terms, s, window)
                side += self._use(lp, terms, new, s, window, share)
            lp.at_most.append((dict(terms), side))

    def _credit(self, terms: Terms, site: str, window: list[str]) -> None:
        """Take off what counts as green at a site."""
        is_paper = self.given["green_power_share_mode"] == "certificate"
        for g, t in itertools.product(self.held(site) if is_paper else self.hourly(site), window):
            terms["green", site, g, t] -= self.hours[t]
            terms["sold", site, g, t] -= self.hours[t] * (
                is_paper and self.given.get("excess_keeps_certificate", False)
            )
        if is_paper and self.sites[site]["certificate_price"] is not None:
            terms["paper", site] -= 1.0

    def _use(
        self, lp: Programme, terms: Terms, new: dict[Any, float], site: str, window: list[str], share: float
    ) -> float:
        """Add the share of a site's use; return what of it no column moves, as the row's side."""
        row, is_paper = self.sites[site], self.given["green_power_share_mode"] == "certificate"
        hours = sum(self.hours[t] for t in window)
        if self.given["green_power_share_on"] == "new":
            if not is_paper:
                terms.update(self._overflow(lp, site, window, share))
                return -self._owed(site, window)
            load = row["pue"] * (row["utilisation_new"] or 0.65) * sum(new[site, c] for c in self.kinds)
            return -share * load * hours - self._owed(site, window)
        if is_paper:
            for t in window:
                terms["grid", site, t] += share * self.hours[t]
                for g in self.held(site):
                    terms["green", site, g, t] += share * self.hours[t]
            return 0.0
        for r, k, x, t in self._work():
            if x == site and t in window:
                terms["a", r, k, site, t] += share * row["pue"] * self.hours[t]
        return 0.0

    def _module(self, row: dict[str, Any]) -> float:
        if row["module_capex"] is None:
            return row["module_cost"] or 0.0
        rate, years = self.given["discount_rate"], self.given["lifetime"]
        growth = (1 + rate) ** years
        return row["module_capex"] * rate * growth / (growth - 1)

    def _emissions(self) -> Terms:
        if self.given["emissions_accounting"] == "market_certificates":
            return {
                ("rest", s): row.get("residual_emission_factor") or row["emission_factor"]
                for s, row in self.sites.items()
            }
        tonnes: Terms = {
            ("grid", s, t): hours * row["emission_factor"]
            for s, row in self.sites.items()
            for t, hours in self.hours.items()
        }
        if self.given["emissions_accounting"] == "location":
            for (s, g), t in itertools.product(self.green, self.hours):
                tonnes["green", s, g, t] = self.hours[t] * self.sites[s]["emission_factor"]
        return tonnes

    def _cost(self) -> Terms:
        cost = cost_of_hours(self, len(self._windows()))
        for r, k, s, t in self._work():
            cost["a", r, k, s, t] = self.hours[t] * self.sites[s]["wue"] * self.sites[s]["water_price"]
        for r, k, t in self.demand:
            if self._is_priced(k):
                cost["u", r, k, t] = self.hours[t] * self.works[k]["unserved_price"]
        for (s, row), t in itertools.product(self.sites.items(), self.hours):
            cost["grid", s, t] = self.hours[t] * row["grid_power_price"]
            if row["certificate_price"] is not None:
                cost["paper", s] = row["certificate_price"]
        for (s, g), row in self.green.items():
            cost["more", s, g] = row["green_capacity_cost"]
            for t, hours in self.hours.items():
                cost["green", s, g, t] = hours * row["green_power_price"]
                cost["sold", s, g, t] = hours * (row["green_power_price"] - (row["excess_price"] or 0.0))
        return cost


def scaled(goal: tuple[Terms, float], limit: float) -> tuple[Terms, float]:
    """Return the row that holds a goal at a limit, its largest coefficient 1."""
    terms, constant = goal
    size = max((abs(value) for value in terms.values()), default=0.0) or 1.0
    return {name: value / size for name, value in terms.items()}, (limit - constant) / size


def added(*parts: tuple[float, Terms]) -> Terms:
    """Return the sum of multiples of terms."""
    total: Terms = defaultdict(float)
    for factor, terms in parts:
        for name, value in terms.items():
            total[name] += factor * value
    return dict(total)
