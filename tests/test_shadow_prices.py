"""Shadow prices of every rule, against another solver's one-sided changes of the objective.

The compiled problem is taken, its integers fixed at the plan, and each row's side is moved a little either way; SciPy
solves what comes out. The optimum of a linear programme is convex in its right-hand sides, so that the price lies
between the loss by loosening and the loss by tightening, however large the step.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.models.build import declare_model
from planner.models.compile import compile_model
from tests.algebra import HAND, HOURLY, RICH, plan, price_of, scenario_of
from tests.features.test_green_power_share import MONTHLY
from tests.features.test_green_shortfall import BOTH
from tests.features.test_grid_limits import HUBS as HUBS_OF_GRID
from tests.features.test_grid_limits import NATION, RAMP
from tests.features.test_grid_limits import SIDES as SIDES_OF_GRID
from tests.features.test_storage import LARGER, MATCHED
from tests.hours import FLEX, STORE
from tests.worlds import BASE, CORE, World

if TYPE_CHECKING:
    from planner.io.results import Results
    from planner.models.problem import Problem

NEGLIGIBLE = 1e-6
"""Of the objective: what two solvers may differ by."""

HUBS = [{"hub": "delta", "hub_green_power_share_min": 0.35}, {"hub": "north"}, {"hub": "gansu"}]
SIDES = [{"side": "east", "side_green_power_share_min": 0.3}, {"side": "west"}]
TIGHT = RICH.with_rows("hub", HUBS).with_rows("side", SIDES).with_parameters(national_green_power_share_min=0.45)
TIGHT = TIGHT.with_cells("site", "water_max", {"shanghai": 580_000, "hebei": 268_000})
TIGHT = TIGHT.with_cells("site", "grid_power_max", {"shanghai": 76})
TIGHT = TIGHT.with_cells("site", "certificates_max", {"shanghai": 120_000, "gansu": 100_000})
TIGHT = TIGHT.with_parameters(emissions_max=590_000, green_shortfall_price=4000)
LIMITS = BASE.with_cells("workload", "unserved_price", {"online": 4000}).with_parameters(emissions_max=601_000)
LIMITS = LIMITS.with_cells("site", "grid_power_max", {"shanghai": 76.5})
"""Divisible work, so that limits on what sites do have a price with the integers fixed."""
WORLDS: dict[str, World] = {
    "limits": LIMITS,
    "floor": BASE.with_cells("site", "utilisation_min", {"hebei": 0.46}),
    "rich": RICH,
    "tight": TIGHT,
    "share": RICH.with_parameters(national_green_power_share_min=0.45),
    "matched": RICH.with_parameters(green_power_share_mode="matched", emissions_max=610_000)
    .with_cells("site", "green_power_share_min", {"shanghai": None, "gansu": 0.42, "hebei": 0.05})
    # Where a draw may not rise fast enough, work by night is worth more than it costs.
    .with_cells("site", "grid_ramp_max", {"hebei": None}),
    "new": TIGHT.with_parameters(green_power_share_on="new", emissions_max=None).with_cells(
        "site", "green_energy_committed", {"gansu": 20_000, "shanghai": 4_000}
    ),
    "hand": HAND,
    "store": LARGER,
    "weak_store": STORE.with_cells("site", "storage_power_existing", {"plain": 0.5}),
    "green_store": MATCHED.with_cells("site", "green_power_share_min", {"plain": 0.04}),
    "backlog": FLEX,
    "ramp": RAMP,
    "hub": HUBS_OF_GRID,
    "side": SIDES_OF_GRID,
    "nation": NATION,
    "shortfall": BOTH,
    "month": MONTHLY,
}


@cache
def priced(name: str) -> tuple[Results, Problem, float]:
    """Return a world's plan, its compiled problem and its optimum with the integers fixed, by SciPy."""
    results = plan(WORLDS[name])
    problem = compile_model(declare_model(scenario_of(WORLDS[name]))).problem
    value = optimum(problem, integers_of(results, problem), None, 0.0)
    assert value == pytest.approx(results.summary["objective"], rel=1e-7)
    return results, problem, value


def integers_of(results: Results, problem: Problem) -> dict[int, float]:
    """Return the values of the integer columns, read from the result tables."""
    modules = results.tables.get("site_expansion")
    opened = results.tables.get("site_expansion_opened")
    work = results.tables["allocation"]
    values = {}
    for column in np.flatnonzero(problem.is_integer):
        name, index = problem.column_names[column]
        if name == "modules" and modules is not None:
            table = modules.set_index(["site", "compute_type"])["modules"]
            values[int(column)] = float(table[index])
        elif name == "open" and opened is not None:
            values[int(column)] = float(opened.set_index("site")["open"][index[0]])
        else:
            assert name == "assigned"
            region, workload, site = index
            at = (work["region"] == region) & (work["workload"] == workload) & (work["site"] == site)
            values[int(column)] = float(work.loc[at, "allocation"].sum() > 0)
    return values


def optimum(problem: Problem, integers: dict[int, float], row: int | None, shift: float) -> float:
    """Return the optimum with one row tightened by ``shift`` (an equality: its right-hand side raised); inf if none."""
    lower, upper = problem.row_lower.copy(), problem.row_upper.copy()
    if row is not None:
        if np.isfinite(lower[row]):
            lower[row] += shift
            upper[row] += shift  # of an equality; inf stays inf
        else:
            upper[row] -= shift
    bounds = np.column_stack([problem.column_lower, problem.column_upper])
    for column, value in integers.items():
        bounds[column] = value
    matrix = problem.matrix.tocsr()
    equal = lower == upper
    below, above = np.isfinite(upper) & ~equal, np.isfinite(lower) & ~equal
    stage = problem.stages[problem.objective_stage]
    answer = linprog(
        stage.cost,
        A_ub=np.vstack([matrix[below].toarray(), -matrix[above].toarray()]),
        b_ub=np.concatenate([upper[below], -lower[above]]),
        A_eq=matrix[equal].toarray(),
        b_eq=lower[equal],
        bounds=bounds,
        method="highs",
    )
    assert answer.status in (0, 2), answer.message
    return float(answer.fun) + stage.constant if answer.status == 0 else np.inf


@pytest.mark.parametrize("name", WORLDS)
def test_every_price_lies_between_the_one_sided_changes(name: str) -> None:
    """A row's price is at most what a unit of tightening costs, and at least what a unit of loosening saves.

    Proves: for every row of every rule, with steps of a thousandth and of a tenth of the row's size. Sensitivity: the
    wrong sign, prices of the relaxation, prices divided by weight, or taken after the tie-break.
    """
    results, problem, value = priced(name)
    integers = integers_of(results, problem)
    prices = results.shadow_prices["price"].to_numpy()
    assert len(prices) == len(problem.row_names)
    wrong = []
    for row, price in enumerate(prices):
        sides = [abs(side) for side in (problem.row_lower[row], problem.row_upper[row]) if np.isfinite(side)]
        for step in (1e-3 * max(1.0, *sides), 0.1 * max(1.0, *sides)):
            slack = NEGLIGIBLE * max(1.0, abs(value)) * 1e-3
            tightened = optimum(problem, integers, row, step) - value
            loosened = value - optimum(problem, integers, row, -step)
            if not loosened - slack <= price * step <= tightened + slack:
                wrong.append((problem.row_names[row], price, loosened / step, tightened / step))
    assert wrong == []


@pytest.mark.parametrize("name", WORLDS)
def test_no_inequality_has_a_negative_price(name: str) -> None:
    """Tightening never helps, and an equality's price is per unit of demand: here nobody is paid to take work.

    Proves: all prices are ≥ 0 but for those of balances. Sensitivity: the sign of ≥ rules, which Pyomo stores flipped.
    """
    results, problem, _ = priced(name)
    prices = results.shadow_prices
    inequality = ~np.isclose(problem.row_lower, problem.row_upper)
    assert (prices.loc[inequality, "price"] >= -1e-9).all()
    demand = prices[prices["rule"] == "demand_balance"]
    assert (demand["price"] >= 0).all()


FREE = {"single_site", "single_site_or_none", "assigned_only", "opened_first"}
"""Rules of integers alone, or that fixed integers make degenerate: their price may be anything, 0 for one."""


def test_every_rule_binds_somewhere() -> None:
    """Each rule of the core has a price above 0 in one of the worlds, so that the tests here say something of it.

    Proves: all rules recorded by the worlds' models, but those of integers alone. Sensitivity: a rule that never binds.
    """
    binding: set[str] = set()
    recorded: set[str] = set()
    for name in WORLDS:
        prices = priced(name)[0].shadow_prices
        recorded |= set(prices["rule"])
        binding |= set(prices.loc[prices["price"].abs() > 1e-6, "rule"])
    assert recorded - binding <= FREE
    assert {
        "demand_balance", "site_capacity", "utilisation_floor", "water_limit", "power_balance", "grid_power_limit",
        "green_power_availability", "green_capacity_limit", "certificates_limit", "green_power_share",
        "hub_green_power_share", "side_green_power_share", "national_green_power_share", "emissions_limit",
        "state_of_charge_balance", "charge_limit", "discharge_limit", "state_of_charge_limit", "storage_power_limit",
        "storage_energy_limit", "green_charge", "deadline", "grid_ramp_up", "grid_ramp_down", "hub_grid_power_limit",
        "side_grid_power_limit", "national_grid_power_limit", "certificates_used",
    } <= binding  # fmt: skip


def test_integers_are_fixed_and_the_table_says_so() -> None:
    """With modules a price is that of the plan's own modules; without integers there is nothing to fix.

    Proves: the words of the column. Sensitivity: prices of the relaxation, in which a module may be built in part.
    """
    assert set(priced("rich")[0].shadow_prices["integers"]) == {"fixed at the plan"}
    assert set(priced("hand")[0].shadow_prices["integers"]) == {"none"}


def test_prices_of_a_year_of_hours_are_not_divided_by_weight() -> None:
    """A MW of room at far saves 340 CNY in each of its hours.

    Proves: 2000 × 340 by day and 1000 × 340 by night, as HAND is worked. Sensitivity: prices per MWh.
    """
    results = plan(HAND)
    assert price_of(results, "site_capacity", "far", "cpu", "day") == pytest.approx(680_000)
    assert price_of(results, "site_capacity", "far", "cpu", "night") == pytest.approx(340_000)


def test_a_price_after_an_earlier_stage_is_what_the_objective_does() -> None:
    """Where unserved demand comes first, room taken away is work not done: emissions fall.

    Proves: all demand that fits is served, so that a MW less of room at far (0.54 t/MWh) by day lowers emissions by
    2000 × 0.54 t: the price is -1080. Sensitivity: duals of the first stage, or of an objective without it (0).
    """
    world = HAND.with_features(*HAND.features, "emissions").with_cells(
        "site", "emission_factor", {"near": 0.7, "far": 0.45}
    )
    world = world.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 20})
    world = world.with_cells("workload", "unserved_price", {"web": 50}).replaced(minimise="emissions")
    assert price_of(plan(world), "site_capacity", "far", "cpu", "day") == pytest.approx(-1_080)
    tighter = world.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 14})
    fall = plan(world).summary["objective"] - plan(tighter).summary["objective"]
    # By night a MW of room at far spares 0.44 t/MWh at near: 0.9 × (2000 × 0.54 - 1000 × 0.44) = 576 t.
    assert fall == pytest.approx(576)


def test_worlds_list_the_core() -> None:
    """The worlds use every feature of the core that there is.

    Proves: RICH lists all of CORE, and the features of the hours, but what is not there. Sensitivity: a feature left
    out of these checks.
    """
    assert set(HOURLY) <= set(RICH.features)
    assert set(CORE) - set(RICH.features) <= {"traffic"}
