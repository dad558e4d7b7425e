"""Several years and several futures stated once more: a mixed-integer programme of scipy, written from the contract.

A question is a few plain numbers by case; :func:`optimum` puts them into rows and columns, :func:`world_of_question`
into the tables of a scenario. Every future has vintages of its own here, and rows make those equal that are decided
before it is known which one comes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import optimize, sparse

from tests.worlds import World

if TYPE_CHECKING:
    from tests.worlds import Rows

SITES, REGIONS, STEPS = ("north", "south"), ("a", "b"), ("day", "night")
WEIGHTS, PROFILE = {"day": 3000.0, "night": 2000.0}, {"day": 1.2, "night": 0.7}
UNSERVED = 9_000.0
HEAT = {"north": 1.15, "south": 1.4}
SIZE = {"north": 3.0, "south": 5.0}
USABLE = {"north": 0.9, "south": 0.8}
SUN = {"day": 0.5, "night": 0.1}
Case = tuple[str, str]


@dataclass(frozen=True)
class Question:
    """Numbers of a scenario: those of ``by_case`` by case and place, those of ``by_site`` for all cases."""

    stages: dict[str, tuple[int, int]]
    futures: dict[str, float]
    rate: float
    cvar: tuple[float, float]
    known_from: str | None
    by_case: dict[str, dict[tuple[Case, str], float]]
    by_site: dict[str, dict[str, float]]

    @property
    def cases(self) -> list[Case]:
        """Stage and future of every case; an empty word where the scenario has none of them."""
        return list(product(self.stages or {"": (0, 1)}, self.futures or {"": 1.0}))


def question(seed: int) -> Question:
    """Return the question of a seed."""
    dice = random.Random(f"years:{seed}")  # noqa: S311 - no secrets
    count = dice.choice([0, 1, 2, 2, 3])
    years = sorted(dice.sample(range(2025, 2040), count))
    stages = {f"y{year}": (year, dice.randint(1, 6)) for year in years}
    chances = [dice.randint(1, 5) for _ in range(dice.choice([0, 2, 2, 3]) if count else dice.choice([2, 3]))]
    if len(chances) == 3 and dice.random() < 0.3:
        chances[1] = 0
    futures = {f"f{number}": chance / sum(chances) for number, chance in enumerate(chances)}
    known = dice.choice([None, *stages]) if stages and futures else None
    cvar = (dice.choice([0.0, 0.3, 1.0]), dice.choice([0.0, 0.4, 0.9])) if futures else (0.0, 0.0)
    asked = Question(stages, futures, dice.choice([0.0, 0.03, 0.1]), cvar, known, {}, {})
    drawn = {
        "demand": (REGIONS, lambda: round(dice.uniform(4, 16), 2)),
        "grid_power_price": (SITES, lambda: dice.randint(250, 800)),
        "module_cost": (SITES, lambda: dice.randint(8, 60) * 100_000),
        "modules_max": (SITES, lambda: dice.randint(1, 4)),
        "capacity_existing": (SITES, lambda: dice.randint(0, 12)),
        "opening_cost": (SITES, lambda: dice.randint(1, 20) * 100_000),
        "green_capacity_cost": (SITES, lambda: dice.randint(2, 15) * 100_000),
        "green_capacity_max": (SITES, lambda: dice.randint(1, 9)),
    }
    for name, (places, draw) in drawn.items():
        is_same = dice.random() < 0.3
        for place in places:
            value = draw()
            for case in asked.cases:
                asked.by_case.setdefault(name, {})[case, place] = value if is_same else draw()
    if stages:
        rules = {
            "module_lifetime": lambda: dice.randint(2, 12),
            "module_lead_time": lambda: dice.choice([0, 0, 1, 4]),
            "green_capacity_lifetime": lambda: dice.randint(2, 12),
            "build_rate_max": lambda: round(dice.uniform(0.4, 4), 2),
        }
        for name, draw in rules.items():
            asked.by_site[name] = {site: draw() for site in SITES if dice.random() < 0.5}
    return asked


def world_of_question(asked: Question) -> World:
    """Return the scenario that asks it."""
    makers = [name for name, given in (("pathway", asked.stages), ("uncertainty", asked.futures)) if given]
    features = ("time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "facility_load")
    tables: dict[str, Rows] = {
        "timestep": [{"timestep": s, "timestep_weight": WEIGHTS[s], "timestep_duration": 1} for s in STEPS],
        "region": [{"region": region} for region in REGIONS],
        "workload": [{"workload": "web", "compute_type": "cpu", "unserved_price": UNSERVED}],
        "compute_type": [{"compute_type": "cpu"}],
        "technology": [{"technology": "sun"}],
        "workload_timestep": [{"workload": "web", "timestep": s, "demand_profile": PROFILE[s]} for s in STEPS],
        "region_site": [{"region": r, "site": s, "latency": 5} for r in REGIONS for s in SITES],
        "site_technology_timestep": [
            {"site": site, "technology": "sun", "timestep": s, "availability": SUN[s]} for site in SITES for s in STEPS
        ],
        "site": [{"site": s, "pue": HEAT[s], "utilisation_max": USABLE[s]} for s in SITES],
        "site_compute_type": [{"site": s, "compute_type": "cpu", "module_size": SIZE[s]} for s in SITES],
        "site_technology": [{"site": s, "technology": "sun", "green_capacity_existing": 0} for s in SITES],
        "region_workload": [{"region": r, "workload": "web"} for r in REGIONS],
    }
    for name, values in asked.by_case.items():
        _say_by_case(tables, asked, name, values)
    for name, by_site in asked.by_site.items():
        table = "site_technology" if name.startswith("green") else "site_compute_type"
        for row in tables[table]:
            if row["site"] in by_site:
                row[name] = by_site[row["site"]]
    parameters: dict[str, Any] = {}
    if asked.stages:
        parameters["discount_rate_social"] = asked.rate
        tables["stage"] = [{"stage": s, "year": y, "stage_years": n} for s, (y, n) in asked.stages.items()]
    if asked.futures:
        parameters |= {"cvar_weight": asked.cvar[0], "cvar_level": asked.cvar[1]}
        tables["future"] = [{"future": f, "probability": p} for f, p in asked.futures.items()]
    if asked.known_from:
        parameters["futures_known_from"] = asked.known_from
    hours = sum(WEIGHTS.values())
    return World(tables, (*features, "power_supply", *makers), parameters, hours=hours)


CPU, SUNNY = {"compute_type": "cpu"}, {"technology": "sun"}
HOMES: dict[str, tuple[str, str, dict[str, str]]] = {
    "demand": ("region_workload", "region", {"workload": "web"}),
    "grid_power_price": ("site", "site", {}),
    "opening_cost": ("site", "site", {}),
    "green_capacity_cost": ("site_technology", "site", SUNNY),
    "green_capacity_max": ("site_technology", "site", SUNNY),
}
"""The table of a number, its key, and what else stands in its rows; the others are of compute types."""


def _say_by_case(tables: dict[str, Rows], asked: Question, name: str, values: dict[tuple[Case, str], float]) -> None:
    """Put a number into the table of cases, and a plain value, which no case keeps, into that of all."""
    table, key, also = HOMES.get(name, ("site_compute_type", "site", CPU))
    suffix = "".join(f"_{word}" for word, given in (("stage", asked.stages), ("future", asked.futures)) if given)
    held = tables.setdefault(f"{table}{suffix}", [])
    for ((stage, future), place), value in values.items():
        ids = {word: one for word, one in (("stage", stage), ("future", future)) if one}
        keys = {key: place, **also, **ids}
        known = next((row for row in held if keys.items() <= row.items()), None)
        held.append({**keys, name: value}) if known is None else known.update({name: value})
    for row in tables[table]:
        row[name] = next(value for (_, place), value in values.items() if place == row[key])


class Programme:
    """Columns and rows as they are thought of."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def column(self, cost: float = 0.0, *, lower: float = 0.0, upper: float = np.inf, whole: bool = False) -> int:
        """Add a column and return its number."""
        for kept, value in ((self.cost, cost), (self.lower, lower), (self.upper, upper)):
            kept.append(value)
        self.whole.append(int(whole))
        return len(self.cost) - 1

    def row(self, entries: dict[int, float], lower: float = -np.inf, upper: float = np.inf) -> None:
        """Add a row."""
        self.rows.append((entries, lower, upper))

    def least(self) -> float:
        """Return the least cost."""
        matrix = sparse.lil_array((len(self.rows), len(self.cost)))
        for number, (entries, _, _) in enumerate(self.rows):
            for column, value in entries.items():
                matrix[number, column] += value
        sides = np.array([[low, high] for _, low, high in self.rows])
        found = optimize.milp(
            self.cost,
            integrality=self.whole,
            bounds=optimize.Bounds(self.lower, self.upper),
            constraints=optimize.LinearConstraint(matrix.tocsr(), sides[:, 0], sides[:, 1]),
            options={"mip_rel_gap": 0.0},
        )
        assert found.status == 0, found.message
        return float(found.fun)


def optimum(asked: Question) -> float:
    """Return the least objective of a question."""
    plan = Programme()
    stages = asked.stages or {"": (0, 1)}
    futures = {name: chance for name, chance in (asked.futures or {"": 1.0}).items() if chance > 0}
    order = sorted(stages, key=lambda stage: stages[stage][0])
    worth = {stage: _worth(stages, stage, asked.rate) for stage in order}
    money: dict[str, dict[int, float]] = {future: {} for future in futures}
    for future in futures:
        for kind, site in product(("modules", "open", "green"), SITES):
            _vintages(plan, asked, kind, site, future, (order, stages, worth), money)
    _same(plan, asked, order, futures)
    for stage, future in product(order, futures):
        _year(plan, asked, (stage, future), worth[stage], money[future])
    _weigh(plan, asked, futures, money)
    return plan.least()


def _worth(stages: dict[str, tuple[int, int]], stage: str, rate: float) -> float:
    if len(stages) == 1:
        return 1.0
    first = min(year for year, _ in stages.values())
    year, count = stages[stage]
    return sum((1 + rate) ** -(year - first + n) for n in range(count))


PRICES = {"modules": "module_cost", "open": "opening_cost", "green": "green_capacity_cost"}
WORDS = {"modules": "module", "green": "green_capacity"}


def _vintages(
    plan: Programme, asked: Question, kind: str, site: str, future: str,
    time: tuple[list[str], dict[str, tuple[int, int]], dict[str, float]], money: dict[str, dict[int, float]],
) -> None:  # fmt: skip
    """Add what is built of a kind at a site, what stands of it in each stage, and what it pays there."""
    order, stages, worth = time
    word = WORDS.get(kind, "")
    lead = asked.by_site.get(f"{word}_lead_time", {}).get(site, 0)
    life = asked.by_site.get(f"{word}_lifetime", {}).get(site, np.inf)
    built = {stage: plan.column(whole=kind != "green") for stage in order}
    plan.__dict__.setdefault("built", {}).update({(kind, site, future, stage): built[stage] for stage in order})
    for stage in order:
        alive = [v for v in order if stages[v][0] + lead <= stages[stage][0] < stages[v][0] + life]
        stands = plan.column(upper=_most(asked, kind, site, (stage, future)))
        plan.row({stands: 1.0, **{built[v]: -1.0 for v in alive}}, 0.0, 0.0)
        plan.__dict__.setdefault("stands", {})[kind, site, stage, future] = stands
        for v in alive:
            price = asked.by_case[PRICES[kind]][(v, future), site]
            money[future][built[v]] = money[future].get(built[v], 0.0) + worth[stage] * price
    rates = asked.by_site.get("build_rate_max", {})
    if kind == "modules" and site in rates:
        for before, stage in pairwise(order):
            plan.row({built[stage]: SIZE[site]}, upper=rates[site] * (stages[stage][0] - stages[before][0]))


def _most(asked: Question, kind: str, site: str, case: Case) -> float:
    return (
        1.0
        if kind == "open"
        else asked.by_case[{"modules": "modules_max", "green": "green_capacity_max"}[kind]][case, site]
    )


def _same(plan: Programme, asked: Question, order: list[str], futures: dict[str, float]) -> None:
    """Make equal what is decided before it is known which future comes."""
    blind = order[: order.index(asked.known_from)] if asked.known_from else order[:1]
    first, *others = futures
    built: dict[tuple[str, str, str, str], int] = plan.__dict__["built"]
    for (kind, site, future, stage), column in built.items():
        if future in others and stage in blind:
            plan.row({column: 1.0, built[kind, site, first, stage]: -1.0}, 0.0, 0.0)


def _year(plan: Programme, asked: Question, case: Case, worth: float, money: dict[int, float]) -> None:
    """Add a year's operation."""
    stage, future = case
    stands: dict[tuple[str, str, str, str], int] = plan.__dict__["stands"]
    modules, opened, green = (
        {site: stands[kind, site, stage, future] for site in SITES} for kind in ("modules", "open", "green")
    )
    for site in SITES:
        plan.row({modules[site]: 1.0, opened[site]: -asked.by_case["modules_max"][case, site]}, upper=0.0)
    for step in STEPS:
        work = {(region, site): plan.column() for region in REGIONS for site in SITES}
        for region in REGIONS:
            left = plan.column()
            money[left] = worth * WEIGHTS[step] * UNSERVED
            asked_for = asked.by_case["demand"][case, region] * PROFILE[step]
            plan.row({left: 1.0, **{work[region, site]: 1.0 for site in SITES}}, asked_for, asked_for)
        for site in SITES:
            here = {work[region, site]: 1.0 for region in REGIONS}
            room = USABLE[site] * asked.by_case["capacity_existing"][case, site]
            plan.row({**here, modules[site]: -USABLE[site] * SIZE[site]}, upper=room)
            grid, sun = plan.column(), plan.column()
            money[grid] = worth * WEIGHTS[step] * asked.by_case["grid_power_price"][case, site]
            plan.row({grid: 1.0, sun: 1.0, **dict.fromkeys(here, -HEAT[site])}, 0.0, 0.0)
            plan.row({sun: 1.0, green[site]: -SUN[step]}, upper=0.0)


def _weigh(plan: Programme, asked: Question, futures: dict[str, float], money: dict[str, dict[int, float]]) -> None:
    """Put the mean of all futures and that of the worst into the cost."""
    weight, level = asked.cvar
    threshold = plan.column(weight, lower=-np.inf)
    for future, chance in futures.items():
        for column, cost in money[future].items():
            plan.cost[column] += (1.0 - weight) * chance * cost
        above = plan.column(weight * chance / (1.0 - level))
        plan.row({above: 1.0, threshold: 1.0, **{column: -cost for column, cost in money[future].items()}}, lower=0.0)
    if weight == 0.0:
        plan.lower[threshold] = 0.0
