"""What tests of rules share: rows of the compiled matrix and shadow prices by name, planted faults, a world for hands.

``HAND`` is small enough to be solved on paper. A MWh of IT load costs 1.4 × 500 = 700 CNY at ``near`` and
1.2 × 300 = 360 CNY at ``far``, which can use 0.9 × 15 = 13.5 MW; ``near`` can use 0.8 × 60 = 48 MW. All demand is
1.2 × 30 = 36 MW by day (2000 h) and 0.6 × 30 = 18 MW by night (1000 h), so that ``far`` is full in both:

    2000 × (13.5 × 360 + 22.5 × 700) + 1000 × (13.5 × 360 + 4.5 × 700) = 41 220 000 + 8 010 000 = 49 230 000 CNY/a
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit, checked, checks_of
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.declarations import feature_modules
from planner.models.limits import TIGHT
from planner.models.rules.example import LIMITS, laid_over, variants_of
from planner.models.rules.findings import UnderAudit
from planner.models.solving.solve import solve
from tests.here import Here, planned
from tests.worlds import World, example_of_features, world_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.io.results.results import Results
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem
    from planner.scenario.scenario import Scenario

KEPT = 64
"""Scenarios and problems that are kept, should a test ask for them again."""
HAND_COST = 49_230_000.0
HAND = World(
    features=("time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply"),
    hours=3000,
    tables={
        "timestep": [
            {"timestep": "day", "timestep_weight": 2000, "timestep_duration": 2},
            {"timestep": "night", "timestep_weight": 1000, "timestep_duration": 3},
        ],
        "region": [
            {"region": "coast", "hub": "delta", "side": "east", "province": "江苏"},
            {"region": "inland", "hub": "basin", "side": "west", "province": "四川"},
        ],
        "workload": [{"workload": "web", "compute_type": "cpu"}],
        "compute_type": [{"compute_type": "cpu"}],
        "region_workload": [
            {"region": "coast", "workload": "web", "demand": 10},
            {"region": "inland", "workload": "web", "demand": 20},
        ],
        "workload_timestep": [
            {"workload": "web", "timestep": "day", "demand_profile": 1.2},
            {"workload": "web", "timestep": "night", "demand_profile": 0.6},
        ],
        "site": [
            {"site": "near", "hub": "delta", "side": "east", "province": "上海", "pue": 1.4, "grid_power_price": 500,
             "utilisation_max": 0.8},
            {"site": "far", "hub": "basin", "side": "west", "province": "四川", "pue": 1.2, "grid_power_price": 300,
             "utilisation_max": 0.9},
        ],
        "site_compute_type": [
            {"site": "near", "compute_type": "cpu", "capacity_existing": 60},
            {"site": "far", "compute_type": "cpu", "capacity_existing": 15},
        ],
        "region_site": [
            {"region": "coast", "site": "near", "latency": 1.5},
            {"region": "coast", "site": "far", "latency": 9},
            {"region": "inland", "site": "near", "latency": 4},
            {"region": "inland", "site": "far", "latency": 6},
        ],
    },
)  # fmt: skip

BUILT = HAND.replaced(features=(*HAND.features, "site_expansion"))
BUILT = BUILT.with_cells("site_compute_type", "module_size", {"far;cpu": 4})
BUILT = BUILT.with_cells("site_compute_type", "modules_max", {"far;cpu": 3})
BUILT = BUILT.with_cells("site_compute_type", "module_cost", {"far;cpu": 2_600_000})
"""``HAND`` with modules of 4 MW at ``far``: 3.6 MW usable. The first saves 3.6 × 340 × 3000 = 3 672 000; the second
3.6 × 340 × 2000 by day and 0.9 × 340 × 1000 by night (``near`` has only 0.9 MW left there) = 2 754 000; the third
2 448 000. At 2 600 000 each, two are built: 49 230 000 - 3 672 000 - 2 754 000 + 5 200 000 = 48 004 000."""
BUILT_COST = 48_004_000.0

HOURLY = ("storage", "flexible_workloads", "grid_limits", "green_shortfall")
"""Features that look at the hours."""
YEARLY = [name for name, module in feature_modules().items() if not hasattr(module, "MAKES_CASES")]
"""The features of one year: those that make several of a scenario are not in a year's own model."""
EXAMPLE = example_of_features(*YEARLY)
RICH = world_of(EXAMPLE, *YEARLY)
"""Every feature with its own example (``EXAMPLE``): ``BASE`` with every option of the features from time to
site_expansion in use, and those that look at the hours; a day and a night stand for 1500 of their kind, as if they had
been chosen from a year. A feature that is added stands in it by itself."""
YEARS = world_of(example_of_features(*feature_modules()), *feature_modules())
"""The same in the stages and futures of the examples: four years in one plan."""
OTHERS = variants_of(feature_modules()[name] for name in YEARLY)


def world(*variants: str) -> World:
    """Return ``RICH`` with variants of the features' examples laid over it."""
    return world_of(laid_over(EXAMPLE, *(OTHERS[name] for name in variants)), *YEARLY)


WORLDS = {name: world(*dict.fromkeys((LIMITS, name))) for name in OTHERS}
WORLDS["weighted"] = WORLDS[LIMITS].replaced(minimise={"cost": 2, "emissions": 90, "latency": 1e6})
"""The features' own variants, each with the limits; between them they have every rule, or a test below says so."""


@dataclass(frozen=True)
class Row:
    """One row of the compiled matrix: ``lower ≤ ∑ coefficient × variable ≤ upper``."""

    coefficients: dict[str, float]
    lower: float
    upper: float


def spelt(name: str, index: tuple[Any, ...]) -> str:
    """Return a member's name as a person writes it: ``allocation[coast,web,far,direct,day]``."""
    return f"{name}[{','.join(map(str, index))}]" if index else name


def scenario_of(world: World) -> Scenario:
    """Read a world; one that was read before is not read again, but where a test replaces anything in the planner."""
    return _read(world) if Here.is_patched else _scenario(text_of(world), pd.options.mode.string_storage)


def text_of(world: World) -> str:
    """Return all that a world says as one text, by which it is known again."""
    return json.dumps(world.__dict__, ensure_ascii=False)


def world_said(text: str) -> World:
    """Return the world of a text."""
    entries = json.loads(text)
    return World(**{**entries, "features": tuple(entries["features"])})


@lru_cache(KEPT)
def _scenario(text: str, storage: str) -> Scenario:
    del storage  # what is kept of one is not handed to the other
    return _read(world_said(text))


def _read(world: World) -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        return world.read(Path(folder))


def model_of(world: World) -> PlanModel:
    """Build a world's model."""
    return declare_model(scenario_of(world))


def compiled(world: World) -> Problem:
    """Compile a world's model to arrays, of several years to those of all of them together; nobody writes to them."""
    return _compiled(scenario_of(world)) if Here.is_patched else _problem(text_of(world))


@lru_cache(KEPT)
def _problem(text: str) -> Problem:
    return _compiled(scenario_of(world_said(text)))


def _compiled(scenario: Scenario) -> Problem:
    if scenario.cases:
        return join_cases(scenario, parts_of(scenario.cases, declare_model)).problem
    return compile_model(declare_model(scenario)).problem


def rows_of(problem: Problem, rule: str) -> dict[str, Row]:
    """Return the rows of one rule by their index."""
    matrix = problem.matrix.tocsr()
    found: dict[str, Row] = {}
    for number, (name, index) in enumerate(problem.row_names):
        if name == rule:
            part = slice(matrix.indptr[number], matrix.indptr[number + 1])
            columns = [spelt(*problem.column_names[column]) for column in matrix.indices[part]]
            values = dict(zip(columns, matrix.data[part].tolist(), strict=True))
            found[",".join(map(str, index))] = Row(
                values, float(problem.row_lower[number]), float(problem.row_upper[number])
            )
    return found


def objective_of(problem: Problem) -> tuple[dict[str, float], float]:
    """Return the objective's nonzero coefficients by variable, and its constant."""
    stage = problem.stages[problem.objective_stage]
    names = [spelt(*name) for name in problem.column_names]
    return {names[k]: float(stage.cost[k]) for k in np.flatnonzero(stage.cost)}, stage.constant


def bounds_of(problem: Problem, variable: str) -> dict[str, tuple[float, float, bool]]:
    """Return lower bound, upper bound and whether it is whole, of one variable's members by index."""
    sides = zip(problem.column_lower.tolist(), problem.column_upper.tolist(), problem.is_integer.tolist(), strict=True)
    return {
        ",".join(map(str, index)): entry
        for (name, index), entry in zip(problem.column_names, sides, strict=True)
        if name == variable
    }


def binding_rules(world: World) -> set[str]:
    """Return the rules that a world's plan keeps only just: a row of theirs is at its side."""
    problem = compiled(world)
    with tempfile.TemporaryDirectory() as folder:
        values = solve(problem, SolverOptions(), Path(folder)).values
    assert values is not None
    activity = problem.matrix @ values
    size = TIGHT * np.maximum(1.0, np.abs(activity))
    at_side = (activity >= problem.row_upper - size) | (activity <= problem.row_lower + size)
    return {problem.row_names[row][0] for row in np.flatnonzero(at_side)}


def plan(world: World) -> Results:
    """Return a world's audited plan; a world that was solved before is not solved again."""
    return _plan(text_of(world), pd.options.mode.string_storage)


@cache
def _plan(text: str, storage: str) -> Results:
    del storage  # what is kept of one is not handed to the other
    return planned(scenario_of(world_said(text)))


def cost_of(world: World) -> float:
    """Return the cost [CNY/a] of a world's plan."""
    return float(plan(world).summary["cost"])


def price_of(results: Results, rule: str, *index: str) -> float:
    """Return the shadow price of one row."""
    prices = results.shadow_prices
    found = prices[(prices["rule"] == rule) & (prices["index"] == ";".join(index))]
    assert len(found) == 1, f"{rule} {index} stands {len(found)} times in the shadow prices"
    return float(found["price"].iloc[0])


def altered(tables: Mapping[str, pd.DataFrame], name: str, column: str, value: Any, **where: Any) -> dict[str, Any]:
    """Return the tables with one fault planted in a copy of one: a value, or a function of the old values."""
    table = tables[name].copy()
    chosen = np.ones(len(table), dtype=bool)
    for key, wanted in where.items():
        chosen &= (table[key] == wanted).to_numpy()
    assert chosen.any(), f"no row of {name} has {where}"
    table[column] = table[column].astype(object)
    table.loc[chosen, column] = value(table.loc[chosen, column]) if callable(value) else value
    return {**tables, name: table}


class RulesFound(AbstractSet[str]):
    """The rules that the audit of a plan's tables finds fault with, looked for no further than they are asked for.

    Whether a rule is among them is known as soon as a check of the audit names it, and those of the features whose
    tables or inputs are not the plan's own come first; what is not among them is known after the whole audit.
    """

    def __init__(self, results: Results, tables: Mapping[str, pd.DataFrame], scenario: Scenario | None = None) -> None:
        self.results, self.tables, self.scenario = results, tables, scenario or results.scenario
        self._named: set[str] = set()
        self._ahead = self._by_check()

    def _by_check(self) -> Iterator[str]:
        known, told = self.results.tables, self.scenario
        altered = [name for name in {**known, **self.tables} if known.get(name) is not self.tables.get(name)]
        altered += [told.declarations.owner[key] for key in told.given if self._is_other(key)]
        audited, checks = UnderAudit(self.tables), checks_of(told)
        del checks["cost"]  # of what all others left unanswered: asked in the whole audit alone
        for name in sorted(checks, key=lambda check: not any(each.startswith(check) for each in altered)):
            yield from (finding.rule for finding in checked(name, checks[name], told, audited))
        yield from self._whole

    def _is_other(self, parameter: str) -> bool:
        now, before = (each.given.get(parameter) for each in (self.scenario, self.results.scenario))
        return not (now.equals(before) if isinstance(now, pd.Series) else now is before or now == before)

    @cached_property
    def _whole(self) -> frozenset[str]:
        found = audit(self.scenario, self.tables, self.results.summary)
        return frozenset(finding.rule for finding in found)

    def __contains__(self, rule: object) -> bool:
        while rule not in self._named:
            named = next(self._ahead, None)
            if named is None:
                return False
            self._named.add(named)
        return True

    def __ge__(self, rules: AbstractSet[Any]) -> bool:
        return all(rule in self for rule in rules)

    def __bool__(self) -> bool:
        if not self._named:
            self._named.update(islice(self._ahead, 1))
        return bool(self._named)

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    def __repr__(self) -> str:
        return repr(set(self._whole))

    @classmethod
    def _from_iterable(cls, rules: Iterable[str]) -> AbstractSet[str]:  # type: ignore[override]
        return frozenset(rules)


def rules_found(results: Results, tables: Mapping[str, pd.DataFrame] | None = None) -> AbstractSet[str]:
    """Return the names of the rules that the audit of (altered) tables finds fault with."""
    if tables is not None:
        return RulesFound(results, tables)
    if Here.is_patched:
        return set(RulesFound(results, results.tables))
    if id(results) not in _CONFIRMED:
        _CONFIRMED[id(results)] = results, set(RulesFound(results, results.tables))
    return _CONFIRMED[id(results)][1]


_CONFIRMED: dict[int, tuple[Results, set[str]]] = {}
"""What is found of plans as they are, which tests of the same plan ask again; held with them, so that no id is another's."""
