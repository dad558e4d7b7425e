"""Shadow prices of every rule, against another solver's one-sided changes of the objective.

The compiled problem is taken, its integers fixed at the plan, and each row's side is moved a little either way; SciPy
solves what comes out. The optimum of a linear programme is convex in its right-hand sides, so that the price lies
between the loss by loosening and the loss by tightening, however large the step.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.declarations import feature_modules
from tests.algebra import BUILT, HAND, HOURLY, RICH, plan, price_of, scenario_of
from tests.features.test_allocation_moves import HELD, PAID
from tests.features.test_backbone import BOTH_WAYS, NET
from tests.features.test_direct_connection import (
    CHEAP,
    FULL,
    PLANT_SELLS,
    PLANT_SUPPLIED,
    PLANT_USED,
    SUPPLIED,
    UNLINED,
)
from tests.features.test_direct_connection import LIMITED as PLANT_LIMITED
from tests.features.test_disaster_recovery import WARM
from tests.features.test_embodied_emissions import PLAIN
from tests.features.test_emissions import CERTIFIED
from tests.features.test_flexible_workloads import HALF
from tests.features.test_green_power_share import MONTHLY, world_of
from tests.features.test_green_shortfall import BOTH
from tests.features.test_grid_limits import HUBS as HUBS_OF_GRID
from tests.features.test_grid_limits import NATION, RAMP
from tests.features.test_grid_limits import SIDES as SIDES_OF_GRID
from tests.features.test_hub_outage import FLEET, POWERED
from tests.features.test_investment import CHEAP as CHEAP_CAPITAL
from tests.features.test_policy_targets import ALL, QUOTAS, WESTWARD
from tests.features.test_power_supply_contracts import TAKEN, UNITS, UNTAKEN
from tests.features.test_power_supply_peaks import CHARGED, NARROW
from tests.features.test_residency import CAPS, FLOORS
from tests.features.test_site_capacity_peak import PEAKED
from tests.features.test_site_expansion import CHOICE
from tests.features.test_storage import LARGER, LONG, LOSING, MATCHED, SHORT
from tests.hours import FLEX, STORE
from tests.worlds import BASE, CORE, World

if TYPE_CHECKING:
    from planner.io.results.results import Results
    from planner.models.algebra.problem import Problem

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
    "westward": WESTWARD,
    **{rule: world for rule, (world, *_) in QUOTAS.items()},
    "targets": ALL,
    **{f"floor of {kind}": world for kind, world in FLOORS.items()},
    **{f"cap of {kind}": world for kind, world in CAPS.items()},
    "standby": WARM,
    "outages": POWERED,
    "outages of fleets": FLEET,
    "supplied": SUPPLIED,
    "ratios": FULL,
    "used": CHEAP,
    "plant supplies": PLANT_SUPPLIED,
    "plant sells": PLANT_SELLS,
    "plant used": PLANT_USED,
    "plant limited": PLANT_LIMITED,
    "no line": UNLINED,
    "peaked": PEAKED,
    "charged": CHARGED,
    "taken": TAKEN,
    "untaken": UNTAKEN,
    "in units": UNITS,
    "narrow": NARROW,
    "sites": CHOICE.with_parameters(sites_max=1),
    "store": LARGER,
    "long store": LONG,
    "short store": SHORT,
    "losing store": LOSING,
    "weak_store": STORE.with_cells("site", "storage_power_existing", {"plain": 0.5}),
    "green_store": MATCHED.with_cells("site", "green_power_share_min", {"plain": 0.04}),
    "backlog": FLEX,
    "half": HALF.with_cells("workload", "deferral_max", {"batch": 9}),
    "certified": CERTIFIED,
    "new use": world_of("matched", "new", "site"),
    "ramp": RAMP,
    "hub": HUBS_OF_GRID,
    "side": SIDES_OF_GRID,
    "nation": NATION,
    "shortfall": BOTH,
    "month": MONTHLY,
    "backbone": NET,
    "both ways": BOTH_WAYS,
    "moves paid": PAID,
    "moves held": HELD,
    "invested": CHEAP_CAPITAL.with_parameters(investment_max=50_000_000),
    "budget": PLAIN.with_parameters(emissions_budget=75_844),
    "emissions": BASE.replaced(minimise="emissions"),
    "latency": BASE.with_parameters(emissions_max=640_000).replaced(minimise="latency"),
    "mean_latency": BASE.with_parameters(mean_latency_max=4.0),
    "whole_or_none": BASE.with_cells("workload", "indivisible", {"training": True}).with_cells(
        "workload", "unserved_price", {"training": 4000}
    ),
    "weighted": TIGHT.replaced(minimise={"cost": 1, "emissions": 90, "latency": 1e6}),
}
"""Among them every objective; where one gives cost no weight, no work may stay unserved, for else that comes first and
the prices are those on its face, which another test looks at."""


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
        elif name == "link_modules":
            table = results.tables["backbone_module"].set_index("link")["link_modules"]
            values[int(column)] = float(table[index[0]])
        elif name == "green_units":
            [built] = results.tables["power_supply_capacity"]["green_capacity"]
            values[int(column)] = round((built - 2) / 4)
        elif name == "private_line":
            lines = results.tables["direct_connection_line"].set_index(["site", "plant"])["private_line"]
            values[int(column)] = float(lines[index])
        else:
            assert name == "assigned"
            region, workload, site = index
            at = (work["region"] == region) & (work["workload"] == workload) & (work["site"] == site)
            values[int(column)] = float(work.loc[at, "allocation"].sum() > 0)
    return values


def optimum(problem: Problem, integers: dict[int, float], row: int | None, shift: float) -> float:
    """Return the optimum with one row tightened by ``shift`` (an equality: its right-hand side raised).

    inf where there is none, -inf where it falls without end.
    """
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
    assert answer.status in (0, 2, 3), answer.message
    return float(answer.fun) + stage.constant if answer.status == 0 else {2: np.inf, 3: -np.inf}[answer.status]


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


PAID = ("ratios", "plant used")


@pytest.mark.parametrize("name", WORLDS)
def test_no_inequality_has_a_negative_price(name: str) -> None:
    """Tightening never helps, and an equality's price is per unit of demand: nobody is paid to take work.

    Nobody but where a share of what a plant makes, or of what a site draws, has to be used in its hour (``PAID``): there
    work in a windy hour turns surplus into use. Proves: all prices are ≥ 0 but for those of balances. Sensitivity: the
    sign of ≥ rules, which Pyomo stores flipped.
    """
    results, problem, _ = priced(name)
    prices = results.shadow_prices
    inequality = ~np.isclose(problem.row_lower, problem.row_upper)
    assert (prices.loc[inequality, "price"] >= -1e-6).all()
    demand = prices[prices["rule"] == "demand_balance"]
    assert (demand["price"] >= 0).all() != (name in PAID)


def rules_in_source() -> set[str]:
    """Return the name of every rule that a feature's file hands to ``constrain``."""
    found = set()
    for module in feature_modules().values():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "constrain":
                assert isinstance(node.args[0], ast.Name), ast.unparse(node)
                found.add(node.args[0].id)
    return found


def of_integers_alone(problem: Problem) -> set[str]:
    """Return the rules of a problem in whose rows only integers stand: with those fixed there is nothing to price."""
    matrix = problem.matrix.tocsr()
    moves = (abs(matrix) @ (~problem.is_integer).astype(float)) > 0
    names = [name for name, _ in problem.row_names]
    return set(names) - {name for name, move in zip(names, moves, strict=True) if move}


UNPRICED = {"outage_link_limit", "build_rate", "threshold_excess"}
"""In an outage nothing of links has a cost but their whole modules; what ties years is priced in ``tests/cases``."""


def test_every_rule_of_every_feature_binds_somewhere() -> None:
    """Each rule has a price other than 0 in one of the worlds, so that the tests here say something of it.

    Proves: of all rules that stand in the features' files, but those of integers alone, which are told by their rows.
    Sensitivity: a new rule without a world, a rule that never binds.
    """
    binding: set[str] = set()
    whole: set[str] = set()
    for name in WORLDS:
        results, problem, _ = priced(name)
        prices = results.shadow_prices
        binding |= set(prices.loc[prices["price"].abs() > 1e-6, "rule"])
        whole |= of_integers_alone(problem)
    assert len(rules_in_source()) >= 32
    assert rules_in_source() - whole - binding == UNPRICED
    known = {"single_site", "single_site_or_none", "opened_first", "sites_limit", "pue_standard", "compute_floor"}
    known |= {"investment_limit"}
    known |= {"side_share_new", "hubs_share_new", "hubs_share_new_of_type", "capacity_limit"}
    assert whole == known, "a price of these would be arbitrary"


@pytest.mark.parametrize(("name", "unit"), [("emissions", "tCO2/a"), ("latency", "ms"), ("weighted", "CNY/a")])
def test_every_objective_has_prices_in_its_own_unit(name: str, unit: str) -> None:
    """Least emissions, least latency and a weighted sum are priced like cost, with demand and one limit above 0.

    Proves: the unit of each price is the objective's per the rule's (a year on both sides cancels). Sensitivity: prices
    of the cost that comes after the objective, units of cost for all.
    """
    prices = priced(name)[0].shadow_prices
    bare = unit.removesuffix("/a")
    assert set(prices["unit"].str.split(" per ").str[0]) <= {unit, bare}
    assert set(prices.loc[prices["rule"] == "demand_balance", "unit"]) == {f"{unit} per MW"}
    yearly = set(prices.loc[prices["rule"] == "emissions_limit", "unit"])
    assert yearly <= {f"{bare} per tCO2" if unit.endswith("/a") else f"{unit} per tCO2/a"}
    binding = set(prices.loc[prices["price"].abs() > 1e-12, "rule"])
    assert "demand_balance" in binding
    assert binding - {"demand_balance", "power_balance"}


def test_the_table_is_what_readers_rely_on() -> None:
    """Columns are rule, index, price, price_relaxed, unit, integers, one row for each row of the problem, in its order.

    Proves: by name. Sensitivity: a column renamed, a rule left out for having no price.
    """
    results, problem, _ = priced("rich")
    assert list(results.shadow_prices.columns) == ["rule", "index", "price", "price_relaxed", "unit", "integers"]
    spelt = [(name, ";".join(map(str, ids))) for name, ids in problem.row_names]
    assert list(zip(results.shadow_prices["rule"], results.shadow_prices["index"], strict=True)) == spelt


def test_integers_are_fixed_and_the_table_says_so() -> None:
    """With modules a price is that of the plan's own modules; without integers there is nothing to fix.

    Proves: the words of the column. Sensitivity: prices of the relaxation, in which a module may be built in part.
    """
    assert set(priced("rich")[0].shadow_prices["integers"]) == {"fixed at the plan"}
    assert set(priced("hand")[0].shadow_prices["integers"]) == {"none"}


def test_demand_is_priced_both_ways() -> None:
    """Beside the price of a demand with the modules fixed stands that of the relaxation, called so.

    Proves: ``BUILT`` builds two modules, and at night far has room: a MW more costs its power, 1000 × 360 = 360 000. In
    the relaxation 1.25 modules are built, far is full at night, and a MW more takes 1 / 3.6 of a module (722 222), which
    saves 2000 × 340 by day: 360 000 + 722 222 − 680 000 = 402 222. By day both are near's 2000 × 700. Without integers
    the two are one. Sensitivity: one price in two columns; the relaxation's called the plan's.
    """
    prices = plan(BUILT).shadow_prices
    demand = prices[prices["rule"] == "demand_balance"].set_index("index")
    for region in ("coast", "inland"):
        night, day = demand.loc[f"{region};web;night"], demand.loc[f"{region};web;day"]
        assert (night["price"], night["price_relaxed"]) == pytest.approx((360_000, 360_000 + 2_600_000 / 3.6 - 680_000))
        assert (day["price"], day["price_relaxed"]) == pytest.approx((1_400_000, 1_400_000))
    whole = plan(HAND).shadow_prices
    assert (whole["price"] == whole["price_relaxed"]).all()


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
