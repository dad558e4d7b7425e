"""Properties of plans that look at the hours: stores, work that waits, and green power by three accountings.

The worlds are drawn: two sites, a day of four to six timesteps of one length, wind and solar power, a store at either
site, work that waits for a whole number of timesteps. Each is compiled, solved by SciPy in this process, tabulated and
audited, so that a plan that breaks any rule fails whatever else is asked of it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from planner.models.audit import audit, summarise
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.pipeline.outcome import tabulate
from tests.properties.test_properties import FEW, MODES, with_prices_times
from tests.worlds import Rows, World

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

CLOSE = 1e-6
"""Relative: twice what the solver's tolerances leave open."""
LOOK_AT_HOURS = ("storage", "flexible_workloads")
ENERGIES = ("demand", "it", "facility", "grid", "green", "excess", "unserved")
"""Yearly energies that plans of equal cost have in common here; what is charged twice for nothing is not among them."""


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw a number of few digits, but at no end: there those of different things are the same.

    Plans of one cost would have other energies where power of the grid costs what green power does.
    """
    parts = 10_000
    return st.integers(1, parts - 1).map(lambda part: round(low + (high - low) * part / parts, 4))


@st.composite
def days(draw: st.DrawFn) -> World:
    """Draw a world in which every mode of a national share of 0.2 has a plan."""
    steps = [f"t{n}" for n in range(draw(st.integers(4, 6)))]
    length, repeats = draw(st.sampled_from([0.5, 2.0, 3.0])), draw(st.integers(90, 300))
    sites: Rows = [
        {"site": "east", "pue": 1.31, "utilisation_max": 0.9, "certificate_price": None, "emission_factor": 0.7},
        {"site": "west", "pue": 1.17, "utilisation_max": 0.8, "certificate_price": None, "emission_factor": 0.5},
    ]
    for row in sites:
        row |= {
            "storage_power_existing": draw(between(0.5, 3)), "storage_power_max": draw(between(3, 6)),
            "storage_power_cost": draw(between(5_000, 60_000)), "storage_energy_existing": draw(between(1, 6)),
            "storage_energy_max": draw(between(6, 20)), "storage_energy_cost": draw(between(5_000, 60_000)),
            "charge_efficiency": draw(between(0.8, 0.99)), "discharge_efficiency": draw(between(0.8, 0.99)),
        }  # fmt: skip
    unserved = draw(st.sampled_from([None, 950.0]))
    return World(
        features=(
            "time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply", "emissions",
            "green_power_share", "traffic", *LOOK_AT_HOURS,
        ),
        hours=length * repeats * len(steps),
        parameters={
            "national_green_power_share_min": 0.2, "green_power_share_mode": draw(st.sampled_from(MODES)),
            "carbon_price": 40.0,
        },
        tables={
            "timestep": [
                {"timestep": t, "timestep_weight": length * repeats, "timestep_duration": length, "position": n}
                for n, t in enumerate(steps)
            ],
            "region": [{"region": "city"}],
            "workload": [
                {"workload": "web", "compute_type": "cpu", "deferral_max": None, "unserved_price": unserved},
                {"workload": "batch", "compute_type": "cpu", "deferral_max": length * draw(st.integers(1, 3))},
            ],
            "compute_type": [{"compute_type": "cpu"}],
            "region_workload": [
                {"region": "city", "workload": "web", "demand": draw(between(4, 9))},
                {"region": "city", "workload": "batch", "demand": draw(between(3, 7))},
            ],
            "workload_timestep": [
                {"workload": k, "timestep": t, "demand_profile": draw(between(0.4, 1.6))}
                for k in ("web", "batch") for t in steps
            ],
            "site": sites,
            "site_compute_type": [
                {"site": "east", "compute_type": "cpu", "capacity_existing": 20},
                {"site": "west", "compute_type": "cpu", "capacity_existing": 15},
            ],
            "region_site": [{"region": "city", "site": "west", "transfer_price": draw(between(5, 90))}],
            "site_timestep": [
                {"site": s, "timestep": t, "grid_power_price": draw(between(low, high))}
                for s, low, high in (("east", 300, 950), ("west", 150, 700)) for t in steps
            ],
            "technology": [{"technology": "wind"}, {"technology": "solar"}],
            "site_technology": [
                {"site": "west", "technology": "wind", "green_capacity_existing": 4, "green_capacity_max": 80,
                 "green_capacity_cost": draw(between(50_000, 200_000)), "green_power_price": draw(between(150, 400)),
                 "excess_price": draw(between(0, 140))},
                {"site": "east", "technology": "solar", "green_capacity_existing": 3, "green_capacity_max": 30,
                 "green_capacity_cost": draw(between(50_000, 200_000)), "green_power_price": draw(between(150, 400)),
                 "excess_price": draw(between(0, 140))},
            ],
            "site_technology_timestep": [
                {"site": s, "technology": g, "timestep": t, "availability": draw(between(low, 1))}
                for s, g, low in (("west", "wind", 0.15), ("east", "solar", 0)) for t in steps
            ],
        },
    )  # fmt: skip


class Solved:
    """The audited plan of a world: its tables and its summary."""

    def __init__(self, world: World) -> None:
        with tempfile.TemporaryDirectory() as folder:
            scenario = world.read(Path(folder))
        model = declare_model(scenario)
        compiled = compile_model(model)
        problem = compiled.problem
        [stage] = problem.stages
        result = milp(
            stage.cost,
            integrality=problem.is_integer,
            bounds=Bounds(problem.column_lower, problem.column_upper),
            constraints=LinearConstraint(problem.matrix, problem.row_lower, problem.row_upper),
            options={"mip_rel_gap": 0},
        )
        assert result.status == 0, result.message
        compiled.load(np.clip(result.x, problem.column_lower, problem.column_upper))
        self.tables: dict[str, pd.DataFrame] = tabulate(model)
        self.summary: dict[str, Any] = summarise(scenario, self.tables)
        assert audit(scenario, self.tables, self.summary) == []

    @property
    def cost(self) -> float:
        """Cost [CNY/a]."""
        return float(self.summary["cost"])


def assert_same(one: Solved, other: Solved) -> None:
    """Assert that two plans have one cost and the same yearly energies and emissions."""
    assert other.cost == pytest.approx(one.cost, rel=CLOSE)
    mine, theirs = one.summary["energy"], other.summary["energy"]
    size = 1e-5 * mine["facility"]
    assert {name: theirs[name] for name in ENERGIES} == pytest.approx({name: mine[name] for name in ENERGIES}, abs=size)
    assert other.summary["emissions"] == pytest.approx(one.summary["emissions"], rel=1e-5)


def with_timesteps(world: World, change: Callable[[dict[str, Any]], list[dict[str, Any]]]) -> World:
    """Return a world in which each row of a timestep has become several."""
    tables = {
        name: [new for row in rows for new in (change(row) if "timestep" in row else [row])]
        for name, rows in world.tables.items()
    }
    return world.replaced(tables=tables)


@FEW
@given(days())
def test_halves_of_every_timestep_change_nothing(world: World) -> None:
    """Every timestep cut in two halves: the same cost, energies and emissions, with a store and a backlog.

    Proves: weights and durations stand where they belong, and deadlines are reckoned in hours. Sensitivity: a duration
    left out of a store or a backlog, a deadline in timesteps.
    """

    def halves(row: dict[str, Any]) -> list[dict[str, Any]]:
        cut = [{**row, "timestep": f"{row['timestep']}{half}"} for half in "ab"]
        for place, part in enumerate(cut):
            for column in ("timestep_weight", "timestep_duration"):
                if column in row:
                    part |= {column: row[column] / 2, "position": 2 * row["position"] + place}
        return cut

    assert_same(Solved(world), Solved(with_timesteps(world, halves)))


@FEW
@given(days(), st.sampled_from([0.5, 0.3]))
def test_a_day_twice_with_its_weight_divided_changes_nothing(world: World, share: float) -> None:
    """A second period like the first, the weight shared between them: the same plan, since each closes on itself.

    Proves: durations are a period's own, weights say how many. Sensitivity: a store that passes from one to the other,
    a duration mistaken for a weight.
    """

    def twice(row: dict[str, Any]) -> list[dict[str, Any]]:
        both = [{**row, "timestep": f"{row['timestep']}{part}"} for part in "ab"]
        if "timestep_weight" in row:
            for part, period, of in zip(both, ("first", "second"), (share, 1 - share), strict=True):
                part |= {"timestep_weight": row["timestep_weight"] * of, "period": period}
        return both

    assert_same(Solved(world), Solved(with_timesteps(world, twice)))


@FEW
@given(days(), st.integers(1, 3))
def test_a_day_may_begin_at_any_hour(world: World, shift: int) -> None:
    """The same circle of timesteps begun elsewhere is the same day.

    Proves: nothing is special about the first timestep. Sensitivity: a store that begins empty, a backlog that is
    lost at midnight.
    """
    count = len(world.tables["timestep"])
    places = {row["timestep"]: (row["position"] + shift) % count for row in world.tables["timestep"]}
    assert_same(Solved(world), Solved(world.with_cells("timestep", "position", places)))


@FEW
@given(days(), st.sampled_from([0.125, 3.0, 7.5]))
def test_prices_times_k_make_cost_times_k(world: World, factor: float) -> None:
    """All money inputs times k: the cost as well.

    Proves: costs of stores are linear in prices, and a backlog costs nothing. Sensitivity: a penalty in money.
    """
    world = world.replaced(features=(*world.features, "green_shortfall")).with_parameters(green_shortfall_price=60)
    assert Solved(with_prices_times(world, factor)).cost == pytest.approx(Solved(world).cost * factor, rel=CLOSE)


LARGER: list[tuple[str, str, float]] = [
    ("site", "storage_power_existing", 1.3),
    ("site", "storage_energy_existing", 1.3),
    ("site", "storage_power_max", 1.5),
    ("site", "storage_energy_max", 1.5),
    ("site", "charge_efficiency", 1.01),
    ("site", "discharge_efficiency", 1.01),
    ("workload", "deferral_max", 1.7),
]


@FEW
@given(days(), st.sampled_from(LARGER))
def test_more_room_in_time_never_costs_more(world: World, larger: tuple[str, str, float]) -> None:
    """A larger or better store, or a longer deadline, leaves the best plan at hand.

    Proves: for each size, limit and loss. Sensitivity: a limit on the wrong side, a loss that is a gain.
    """
    table, column, factor = larger
    limit = f"{column.removesuffix('_existing')}_max"
    rows = [dict(row) for row in world.tables[table]]
    for row in rows:
        if row[column] is not None:
            row[column] *= factor
            if column.endswith("_existing"):
                row[limit] = max(row[limit], row[column])
    assert Solved(world.with_rows(table, rows)).cost <= Solved(world).cost * (1 + CLOSE)


@FEW
@given(days(), between(5, 60))
def test_accountings_are_ordered(world: World, certificate: float) -> None:
    """A stricter accounting never costs less, and no plan's matched energy is above its certificates'.

    Proves: the order of three costs, and of what counts as green in every plan, with stores and certificates, whatever
    the mode; of the shares too where a store holds green power only (certificates are a share of all that is drawn, a
    store's losses with it, matched energy one of the load); a store takes no more than the green power of its timestep
    where that counts. Sensitivity: stored power counted
    twice, its loss counted as use, grid power made green by a store.
    """
    world = world.with_cells("site", "certificate_price", {"*": certificate})
    costs = []
    for mode in MODES:
        found = Solved(world.with_parameters(green_power_share_mode=mode))
        share = found.summary["green_power_share"]
        assert share["every_timestep"] <= share["matched"] + 1e-9
        load, draw = energy(found, "facility_load", "facility_load"), energy(found, "power_supply", "site_draw")
        assert share["matched"] * load <= share["certificate"] * draw * (1 + 1e-9) + 1e-6
        costs.append(found.cost)
        if mode != "certificate":
            assert share["matched"] <= share["certificate"] + 1e-9
            keys = ["site", "timestep"]
            green = found.tables["power_supply_technology"].groupby(keys)["green_power"].sum()
            charge = found.tables["storage"].set_index(keys)["charge"]
            assert (charge <= green.reindex(charge.index) + 1e-6).all()
    certificates, matched, every = costs
    assert certificates <= matched * (1 + CLOSE)
    assert matched <= every * (1 + CLOSE)


def energy(found: Solved, table: str, column: str) -> float:
    """Return the energy of a power's column [MWh/a]."""
    rows = found.tables[table]
    weight = found.tables["time"].set_index("timestep")["timestep_weight"]
    return float((rows[column] * rows["timestep"].map(weight)).sum())


def alone(world: World, share: float) -> World:
    """Return the west by itself, its green power below its draw at all times; no store, no certificates, no waiting."""
    tables = {name: [row for row in rows if row.get("site", "west") == "west"] for name, rows in world.tables.items()}
    one = world.replaced(tables=tables, features=tuple(set(world.features) - set(LOOK_AT_HOURS)))
    one = one.with_cells("workload", "unserved_price", {"*": None}).with_rows(
        "site_compute_type", [{"site": "west", "compute_type": "cpu", "capacity_existing": 40}]
    )
    loads = {row["workload"]: row["demand"] for row in one.tables["region_workload"]}
    profile: dict[str, float] = {}
    for row in one.tables["workload_timestep"]:
        profile[row["timestep"]] = profile.get(row["timestep"], 0) + loads[row["workload"]] * row["demand_profile"]
    most = 1.17 * min(profile.values())
    one = one.with_cells("site_technology", "green_capacity_max", {"*": most})
    one = one.with_cells("site_technology", "green_capacity_existing", {"*": 0.3 * most})
    lowest = min(row["availability"] for row in one.tables["site_technology_timestep"])
    return one.with_parameters(national_green_power_share_min=share * lowest * most / (1.17 * max(profile.values())))


@FEW
@given(days(), between(0.3, 0.95))
def test_certificate_and_matched_meet_without_surplus(world: World, share: float) -> None:
    """Where green power is never above the draw, and there are no certificates and no store, when does not matter.

    Proves: one cost in both modes. Sensitivity: an accounting that leaves out a timestep, or weights it otherwise.
    """
    one = alone(world, share)
    costs = [Solved(one.with_parameters(green_power_share_mode=mode)).cost for mode in MODES[:2]]
    assert costs[1] == pytest.approx(costs[0], rel=CLOSE)


@FEW
@given(days(), between(0.3, 0.95))
def test_accountings_meet_in_one_timestep(world: World, share: float) -> None:
    """With one timestep all three accountings are one, with a store that can only lose as well.

    Proves: one cost. Sensitivity: windows of the wrong weight, a single timestep that does not chain to itself.
    """
    first = world.tables["timestep"][0]["timestep"]
    tables = {name: [row for row in rows if row.get("timestep", first) == first] for name, rows in world.tables.items()}
    hours = tables["timestep"][0]["timestep_weight"]
    one = alone(world.replaced(tables=tables, hours=hours), share)
    one = one.replaced(features=(*one.features, *LOOK_AT_HOURS))
    costs = [Solved(one.with_parameters(green_power_share_mode=mode)).cost for mode in MODES]
    assert costs == pytest.approx([costs[0]] * 3, rel=CLOSE)
