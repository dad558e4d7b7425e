"""Properties that hold for every world: drawn by hypothesis around ``BASE``, solved, and compared.

Each example solves two plans; the draws are few, derandomised, and none of them makes a world infeasible. ``make
campaign-properties`` draws 100 of each.
"""

from __future__ import annotations

import copy
import os
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planner
from planner.io.read.write import write_scenario
from planner.models.declarations import declarations
from tests.worlds import BASE, World, key_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario

FEW = settings(
    max_examples=int(os.environ.get("PLANNER_PROPERTIES", "6")),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
CLOSE = 1e-6
"""Relative: twice what the solver's tolerances leave open."""
MODES = ("certificate", "matched", "every_timestep")


def scaled(world: World, table: str, column: str, factors: list[float]) -> World:
    """Return the world with the given numbers of a column multiplied, row by row."""
    rows = copy.deepcopy(world.tables[table])
    for position, row in enumerate(rows):
        if row.get(column) is not None:
            row[column] = round(row[column] * factors[position % len(factors)], 6)
    return world.with_rows(table, rows)


def factors(low: float, high: float, count: int) -> st.SearchStrategy[list[float]]:
    """Draw factors for the rows of a column."""
    return st.lists(st.floats(low, high).map(lambda x: round(x, 3)), min_size=count, max_size=count)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world around ``BASE``: other demands, prices, PUEs, modules, and some of the options."""
    world = scaled(BASE, "region_workload", "demand", draw(factors(0.6, 1.0, 4)))
    world = scaled(world, "site", "grid_power_price", draw(factors(0.7, 1.4, 3)))
    world = scaled(world, "site", "pue", draw(factors(1.0, 1.15, 3)))
    world = scaled(world, "site_compute_type", "module_cost", draw(factors(0.5, 1.5, 4)))
    world = scaled(world, "site_technology", "green_power_price", draw(factors(0.8, 2.0, 2)))
    if draw(st.booleans()):
        world = world.with_cells("workload", "unserved_price", {"online": draw(st.integers(500, 3000))})
    if draw(st.booleans()):
        world = world.with_cells("workload", "indivisible", {"training": True})
    if draw(st.booleans()):
        world = world.with_cells("site", "opening_cost", {"gansu": draw(st.integers(10**5, 10**7))})
    if draw(st.booleans()):
        world = world.with_parameters(national_green_power_share_min=draw(st.sampled_from([0.2, 0.4])))
    return world


def read(world: World) -> Scenario:
    """Write a world to a folder of its own and read it back."""
    with tempfile.TemporaryDirectory() as folder:
        return world.read(Path(folder))


def solved(world: World) -> Results:
    """Return the audited plan of a world."""
    return planner.run(read(world))


def assert_same_plan(one: Results, other: Results) -> None:
    """Assert that two plans are the same bit by bit: objective, tables, shadow prices."""
    assert one.summary["objective"] == other.summary["objective"]
    assert set(one.tables) == set(other.tables)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name], check_exact=True)
    pd.testing.assert_frame_equal(one.shadow_prices, other.shadow_prices, check_exact=True)


def with_prices_times(world: World, factor: float) -> World:
    """Multiply every input that the declarations give in CNY."""
    known = declarations().parameters.values()
    money = {parameter.name for parameter in known if parameter.unit.startswith("CNY")}
    tables = {
        name: [{c: v * factor if c in money and v is not None else v for c, v in row.items()} for row in rows]
        for name, rows in world.tables.items()
    }
    parameters = {name: v * factor if name in money else v for name, v in world.parameters.items()}
    return world.replaced(tables=tables, parameters=parameters)


@FEW
@given(worlds(), st.sampled_from([0.125, 3.0, 7.5]))
def test_prices_times_k_make_cost_times_k(world: World, factor: float) -> None:
    """All money inputs times k: the cost as well.

    Proves: every cost is linear in prices, and no price is hidden in the code. Sensitivity: a tolerance, a big M or a
    penalty in money. Categories may be divided otherwise among plans of equal cost: only their sum is compared.
    """
    before, after = solved(world), solved(with_prices_times(world, factor))
    assert after.summary["cost"] == pytest.approx(before.summary["cost"] * factor, rel=CLOSE)
    assert sum(after.summary["costs"].values()) == pytest.approx(after.summary["cost"])


RELAXED: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("workload", "latency_max", lambda x: x * 1.6),
    ("site", "utilisation_max", lambda x: min(1.0, x * 1.1)),
    ("site", "grid_power_max", lambda x: x * 1.2),
    ("site", "green_power_share_min", lambda x: x * 0.8),
    ("site_compute_type", "modules_max", lambda x: x + 1),
    ("site_compute_type", "capacity_existing", lambda x: x * 1.1),
    ("site_technology", "green_capacity_max", lambda x: x * 1.5),
    ("site", "water_max", lambda x: x * 1.2),
    ("site", "certificates_max", lambda x: x * 1.2),
    ("site", "utilisation_min", lambda x: x * 0.5),
]


@FEW
@given(worlds(), st.sampled_from(RELAXED))
def test_a_relaxed_limit_never_costs_more(world: World, relaxed: tuple[str, str, Callable[[Any], Any]]) -> None:
    """A limit made wider leaves the best plan at hand.

    Proves: for each kind of limit of the core, all of its entries relaxed at once. Sensitivity: a limit on the wrong
    side, or an index set that changes with a limit.
    """
    table, column, relax = relaxed
    if column in {"water_max", "certificates_max", "utilisation_min"}:  # limits that BASE does without
        value = {"water_max": 900_000, "certificates_max": 600_000, "utilisation_min": 0.1}[column]
        world = world.with_cells("site", column, {"shanghai": value})
    rows = [
        {c: relax(v) if c == column and v is not None else v for c, v in row.items()} for row in world.tables[table]
    ]
    tight, wide = solved(world).summary["cost"], solved(world.with_rows(table, rows)).summary["cost"]
    assert wide <= tight * (1 + CLOSE)


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_is_irrelevant(world: World, order: random.Random) -> None:
    """The same scenario with rows and columns shuffled is the same scenario, and has the same plan bit by bit.

    Proves: content hash, objective, tables, shadow prices. Sensitivity: sets in the order of the file.
    """
    tables = {}
    for name, rows in world.tables.items():
        columns = list({column: None for row in rows for column in row})
        order.shuffle(columns)
        mixed = [{column: row.get(column) for column in columns} for row in rows]
        order.shuffle(mixed)
        tables[name] = mixed
    names = list(tables)
    order.shuffle(names)
    features = list(world.features)
    order.shuffle(features)
    shuffled = read(world.replaced(tables={name: tables[name] for name in names}, features=tuple(features)))
    scenario = read(world)
    assert shuffled.content_hash == scenario.content_hash
    assert_same_plan(planner.run(scenario), planner.run(shuffled))


@FEW
@given(worlds(), st.sampled_from(["day", "night"]), st.floats(0.2, 0.8), st.sampled_from(MODES))
def test_splitting_a_timestep_changes_nothing(world: World, step: str, share: float, mode: str) -> None:
    """A timestep cut in two parts of the same kind costs, builds and emits the same.

    Proves: weights enter every energy, once; in each accounting of green power. Sensitivity: a weight left out or
    squared, a rule that counts steps.
    """
    if mode != "certificate":  # shanghai has no green power of its own
        shares = {"shanghai": None, "gansu": 0.2 if mode == "matched" else 0.05}
        world = world.with_cells("site", "green_power_share_min", shares)
        world = world.with_parameters(green_power_share_mode=mode, national_green_power_share_min=None)
    tables = {}
    for name, rows in world.tables.items():
        parts = []
        for row in rows:
            if row.get("timestep") != step:
                parts.append(row)
                continue
            for half, part in (("a", share), ("b", 1 - share)):
                cut = {**row, "timestep": f"{step}_{half}"}
                if "timestep_weight" in row:
                    cut |= {
                        "timestep_weight": row["timestep_weight"] * part,
                        "position": row["position"] + 2 * (half == "b"),
                    }
                parts.append(cut)
        tables[name] = parts
    before, after = solved(world).summary, solved(world.replaced(tables=tables)).summary
    assert after["cost"] == pytest.approx(before["cost"], rel=CLOSE)
    assert after["energy"]["demand"] == pytest.approx(before["energy"]["demand"])
    assert after["counts"]["integers"] == before["counts"]["integers"]


EMPTY = {"allocation_existing": None}
"""What a site has that nobody uses today."""


@FEW
@given(worlds(), st.sampled_from(["shanghai", "hebei", "gansu"]))
def test_duplicating_a_site_never_raises_cost(world: World, site: str) -> None:
    """A second site like one that is there may be left empty; what is done at the first today is not done at it too.

    Proves: nothing is charged or asked for merely for a site's being there. Sensitivity: fixed costs of a site, a share
    asked of an empty one.
    """
    tables = {}
    for name, rows in world.tables.items():
        twins = [{**row, "site": f"{site}_2"} for row in rows if row.get("site") == site]
        tables[name] = [*rows, *({**twin, **EMPTY} if EMPTY.keys() & twin.keys() else twin for twin in twins)]
    before, after = solved(world).summary["cost"], solved(world.replaced(tables=tables)).summary["cost"]
    assert after <= before * (1 + CLOSE)


@FEW
@given(worlds())
def test_saved_and_read_again_it_is_the_same(world: World) -> None:
    """A scenario written by the planner and read back is the same scenario with the same plan.

    Proves: content hash and plan bit by bit. Sensitivity: numbers rounded in writing, defaults written as values.
    """
    scenario = read(world)
    with tempfile.TemporaryDirectory() as folder:
        write_scenario(scenario, Path(folder) / "again")
        again = planner.read_scenario(Path(folder) / "again")
    assert again.content_hash == scenario.content_hash
    assert_same_plan(planner.run(scenario), planner.run(again))


@FEW
@given(worlds(), st.sampled_from(MODES))
def test_accountings_are_ordered(world: World, mode: str) -> None:
    """In every plan the share in the worst timestep is at most the matched one, and that at most the certificates'.

    Proves: the three shares of every summary, and the order of costs between a mode and a looser one.
    Sensitivity: excess power or certificates counted as matched.
    """
    world = world.with_cells("site", "green_power_share_min", {"shanghai": None, "gansu": 0.05})
    world = world.with_parameters(national_green_power_share_min=None, green_power_share_mode=mode)
    results = solved(world)
    share = results.summary["green_power_share"]
    assert share["every_timestep"] <= share["matched"] + 1e-9 <= share["certificate"] + 2e-9
    looser = MODES[max(0, MODES.index(mode) - 1)]
    cheaper = solved(world.with_parameters(green_power_share_mode=looser))
    assert cheaper.summary["cost"] <= results.summary["cost"] * (1 + CLOSE)


def test_keys_of_the_tables_are_known() -> None:
    """The helpers find the key columns of every table they change.

    Proves: one key column for each set in a table's name. Sensitivity: a new table whose keys are not recognised, so
    that nothing in it would be changed.
    """
    for name, rows in BASE.tables.items():
        assert "_".join(key_columns(name, rows)) == name
