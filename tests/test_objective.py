"""The objective: what is minimised, what comes before and after it, how ties are broken, and what is reported.

``HAND`` has latencies of 1.5 (coast) and 4 ms (inland) to ``near``, 9 and 6 ms to ``far``, one way. Demand is
30 000 MWh/a at the coast and 60 000 inland. ``GREEN`` adds factors of 0.7 and 0.45 tCO2/MWh and 10 MW of hydro at
``far``: a MWh of work emits 1.4 × 0.7 = 0.98 t at near, 1.2 × 0.45 = 0.54 t at far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.errors import InvalidInputError
from tests.algebra import (
    HAND,
    HAND_COST,
    RICH,
    altered,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rules_found,
    scenario_of,
)
from tests.worlds import BASE

if TYPE_CHECKING:
    from pathlib import Path

    from planner.io.results.results import Results
    from tests.worlds import World

GREEN = HAND.with_features(*HAND.features, "emissions").with_cells(
    "site", "emission_factor", {"near": 0.7, "far": 0.45}
)
GREEN = GREEN.with_rows("technology", [{"technology": "hydro"}]).with_rows(
    "site_technology",
    [{"site": "far", "technology": "hydro", "green_capacity_existing": 10, "green_power_price": 320}],
)
SHORT = GREEN.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 20}).with_cells(
    "workload", "unserved_price", {"web": 50}
)
"""``near`` can use 16 MW only: by day 6.5 of 36 MW cannot be served, 13 000 MWh."""


def used_at(results: Results, site: str, step: str) -> float:
    """Return the work done at a site in a step [MW]."""
    table = results.tables["facility_load"].set_index(["site", "timestep"])["it_load"]
    return float(table[site, step])


def test_least_cost() -> None:
    """The plain objective is the cost.

    Proves: 49 230 000, in the summary as objective and as cost. Sensitivity: an objective without a category.
    """
    summary = plan(HAND).summary
    assert summary["objective"] == pytest.approx(HAND_COST)
    assert summary["cost"] == pytest.approx(HAND_COST)
    assert summary["bound"] == pytest.approx(HAND_COST)


def test_cost_is_complete_by_category() -> None:
    """Every feature's categories are there, and they add up to the objective.

    Proves: the names of the contract, no other, and their sum, in a world that uses every option.
    Sensitivity: a category that is minimised but not reported, or reported but not minimised.
    """
    results = plan(RICH)
    costs = results.summary["costs"]
    carried = {"transfer", "traffic"} if "traffic" in RICH.features else set()
    power = {"grid_power", "grid_connection", "green_power", "green_capacity", "excess", "certificates"}
    hourly = {"storage", "green_shortfall"}
    shared = {"plants", "private_lines", "links"}
    assert (
        set(costs)
        == power | hourly | shared | {"carbon", "new_compute", "opening", "moving", "water", "unserved"} | carried
    )
    assert sum(costs.values()) == pytest.approx(results.summary["objective"])
    assert results.tables["cost"]["category"].is_unique


def test_least_emissions_then_cost() -> None:
    """Least emissions use far and its hydro to the full, though hydro costs more.

    Proves: 70 380 - 30 000 × 0.45 = 56 880 t as the objective; 600 000 CNY above the least cost.
    Sensitivity: an objective in CNY, or hydro left unused because it costs.
    """
    results = plan(GREEN.replaced(minimise="emissions"))
    assert results.summary["objective"] == pytest.approx(56_880)
    assert results.summary["emissions"] == pytest.approx(56_880)
    assert results.summary["cost"] == pytest.approx(HAND_COST + 600_000)


def test_least_latency() -> None:
    """Least latency serves all at near.

    Proves: (1.5 × 30 000 + 4 × 60 000) / 90 000 = 3.1667 ms one way, at 90 000 × 700 CNY.
    Sensitivity: round trips, means without weights (3.17 by day and night alike) or over work in place of demand.
    """
    results = plan(GREEN.replaced(minimise="latency"))
    assert results.summary["objective"] == pytest.approx(19 / 6)
    assert results.summary["mean_latency"] == pytest.approx(19 / 6)
    assert results.summary["cost"] == pytest.approx(63_000_000)


def test_latency_algebra() -> None:
    """Algebra: ms per MW of each route.

    Proves: 9 × 2000 / 90 000 from the coast to far by day, 4 × 1000 / 90 000 from inland to near by night.
    Sensitivity: a weight left out, or demand of one step in the denominator.
    """
    costs, constant = objective_of(compiled(HAND.replaced(minimise="latency")))
    assert costs["allocation[coast,web,far,direct,day]"] == pytest.approx(0.2)
    assert costs["allocation[inland,web,near,direct,night]"] == pytest.approx(4 / 90)
    assert len(costs) == 8
    assert constant == 0


@pytest.mark.parametrize(("price", "work"), [(500, 13.5), (200, 0.0)])
def test_cost_is_next_where_latency_ties(price: float, work: float) -> None:
    """Among plans of equal latency the cheapest is taken.

    Proves: with 4 ms from inland to either site, inland's work is done at far, as much as fits (13.5 MW), when near
    costs 700 a MWh, and at near when it costs 280; the objective stays 3.1667 ms.
    Sensitivity: no second stage, or one that lets the first slip.
    """
    tied = HAND.replaced(minimise="latency").with_cells("region_site", "latency", {"inland;far": 4})
    results = plan(tied.with_cells("site", "grid_power_price", {"near": price}))
    assert results.summary["objective"] == pytest.approx(19 / 6)
    assert used_at(results, "far", "day") == pytest.approx(work)


def test_weighted_sum() -> None:
    """Weights make a plain sum.

    Proves: far is full with inland's work first (22.2 CNY/MWh of latency against the coast's 83.3), so that latency is
    (141 × 2000 + 92.25 × 1000) / 90 000 = 4.158333 ms, and 49 230 000 + 90 × 70 380 + 1e6 × 4.158333 = 59 722 533.33.
    With 90 CNY/t for 0.45 t/MWh hydro (20 CNY dearer) pays as well: 30 000 × (40.5 - 20) less.
    Sensitivity: a weight left out, squared, or applied to another measure.
    """
    results = plan(GREEN.replaced(minimise={"cost": 1, "emissions": 90, "latency": 1e6}))
    assert results.summary["objective"] == pytest.approx(59_722_533.33 - 30_000 * 20.5)
    assert results.summary["mean_latency"] == pytest.approx(374.25 / 90)
    assert results.summary["cost"] == pytest.approx(HAND_COST + 600_000)


def test_weights_without_cost_leave_cost_for_last() -> None:
    """Weights that give cost none are minimised first, cost after.

    Proves: two stages; 2 × 56 880 as the objective. Sensitivity: a cost slipped in with weight 1.
    """
    world = GREEN.replaced(minimise={"emissions": 2})
    assert [stage.name for stage in compiled(world).stages] == ["objective_value", "cost"]
    assert plan(world).summary["objective"] == pytest.approx(113_760)


@pytest.mark.parametrize(
    ("minimise", "stages"),
    [
        ("cost", ["objective_value"]),
        ({"cost": 0.5, "latency": 3.0}, ["objective_value"]),
        ("emissions", ["all_unserved", "objective_value", "cost"]),
        ("latency", ["all_unserved", "objective_value", "cost"]),
    ],
)
def test_stages(minimise: object, stages: list[str]) -> None:
    """Unserved demand comes first, and cost last, only where cost has no weight.

    Proves: the stages and which of them is the objective. Sensitivity: a stage too many, which would shift the values.
    """
    problem = compiled(SHORT.replaced(minimise=minimise))
    assert [stage.name for stage in problem.stages] == stages
    assert stages[problem.objective_stage] == "objective_value"


def test_serving_nothing_is_no_way_to_emit_nothing() -> None:
    """Where cost has no weight, unserved demand is as little as capacity allows.

    Proves: 13 000 MWh unserved at the least emissions (at least cost, 50 CNY/MWh, nothing would be served).
    Sensitivity: no first stage: no work, no emissions.
    """
    results = plan(SHORT.replaced(minimise="emissions"))
    assert results.summary["energy"]["unserved"] == pytest.approx(13_000)
    assert plan(SHORT).summary["served_share"] == pytest.approx(0, abs=1e-9)


def test_latency_counts_all_demand() -> None:
    """Latency is divided by all demand, served or not; the mean latency of what is served is another number.

    Proves: by day 12 × 1.5 + 4 × 4 + 13.5 × 6 = 115, by night 6 × 1.5 + 10 × 4 + 2 × 6 = 61; the objective is
    291 000 / 90 000 = 3.2333 ms, the mean 291 000 / 77 000 = 3.7792 ms. Sensitivity: one taken for the other.
    """
    summary = plan(SHORT.replaced(minimise="latency")).summary
    assert summary["energy"]["unserved"] == pytest.approx(13_000)
    assert summary["objective"] == pytest.approx(291 / 90)
    assert summary["mean_latency"] == pytest.approx(291 / 77)


@pytest.mark.parametrize("minimise", ["cost", "emissions", "latency", {"cost": 1, "emissions": 2, "latency": 3}])
def test_no_demand(minimise: object) -> None:
    """A world that asks for nothing has a plan in every objective.

    Proves: the objective is 0. Sensitivity: a mean over no demand, 0 ÷ 0.
    """
    world = GREEN.with_cells("region_workload", "demand", {"*": 0}).replaced(minimise=minimise)
    assert plan(world).summary["objective"] == 0


@pytest.mark.parametrize(
    ("minimise", "price", "unit"),
    [("emissions", 1_960, "tCO2/a per MW"), ("latency", 8 / 90, "ms per MW"), ({"cost": 2}, 2_800_000, "CNY/a per MW")],
)
def test_prices_are_of_the_objective(minimise: object, price: float, unit: str) -> None:
    """Shadow prices are the rise of whatever is minimised, and their unit says so.

    Proves: a MW more of inland's demand by day is done at near: 2000 × 0.98 t, 4 × 2000 / 90 000 ms, or twice
    2000 × 700 CNY. Sensitivity: the duals of another stage, or a unit of money whatever is minimised.
    """
    results = plan(GREEN.replaced(minimise=minimise))
    assert price_of(results, "demand_balance", "inland", "web", "day") == pytest.approx(price)
    assert set(results.shadow_prices.set_index("rule").loc["demand_balance", "unit"]) == {unit}


def placed(world: World) -> World:
    """Give the world coordinates: near lies by the coast, far by inland."""
    world = world.with_cells("region", "longitude", {"coast": 121.0, "inland": 104.0})
    world = world.with_cells("region", "latitude", {"coast": 31.0, "inland": 30.5})
    world = world.with_cells("site", "longitude", {"near": 121.5, "far": 103.5})
    return world.with_cells("site", "latitude", {"near": 31.3, "far": 30.8})


EQUAL = placed(HAND).with_cells("site", "pue", {"far": 1.25}).with_cells("site", "grid_power_price", {"far": 560})
"""1.25 × 560 = 700 at far as at near: cost does not say who goes where."""


def test_ties_go_the_shortest_way() -> None:
    """Among plans of equal cost the one that carries the work least far is taken.

    Proves: the coast stays at near; inland goes to far, 13.5 MW by day and 12 by night; the cost is 63 000 000 as it
    must be; the manifest says what decided and that the optimum was not unique.
    Sensitivity: no tie-break, one by latency, or one that costs.
    """
    results = plan(EQUAL)
    table = results.tables["allocation"].set_index(["region", "site", "timestep"])["allocation"]
    assert table.to_dict() == pytest.approx(
        {
            ("coast", "near", "day"): 12,
            ("coast", "near", "night"): 6,
            ("inland", "far", "day"): 13.5,
            ("inland", "near", "day"): 10.5,
            ("inland", "far", "night"): 12,
        }
    )
    assert cost_of(EQUAL) == pytest.approx(63_000_000)
    assert results.manifest["solver"]["tie_break"] == "distance"
    assert results.manifest["is_unique"] is False


def test_tie_break_algebra() -> None:
    """Algebra: the tie-break is MWh × km, of every route and nothing else.

    Proves: hours × great-circle km (a sphere's, to 1 %), e.g. 1620 km × 2000 h from the coast to far by day.
    Sensitivity: kilometres without hours, or a cost in the tie-break.
    """
    problem = compiled(EQUAL)
    names = ["{}[{}]".format(name, ",".join(index)) for name, index in problem.column_names]
    haul = {names[k]: problem.tie_break[k] for k in np.flatnonzero(problem.tie_break)}
    assert len(haul) == 8

    def sphere(a: tuple[float, float], b: tuple[float, float]) -> float:
        (x1, y1), (x2, y2) = np.radians(a), np.radians(b)
        return float(6371 * np.arccos(np.sin(y1) * np.sin(y2) + np.cos(y1) * np.cos(y2) * np.cos(x2 - x1)))

    far = sphere((121.0, 31.0), (103.5, 30.8))
    assert haul["allocation[coast,web,far,direct,day]"] == pytest.approx(2000 * far, rel=0.01)
    assert haul["allocation[inland,web,far,direct,night]"] == pytest.approx(
        1000 * sphere((104.0, 30.5), (103.5, 30.8)), rel=0.01
    )


def test_tie_break_can_be_switched_off() -> None:
    """``[solver] tie_break = false`` leaves the plan as the cost made it, and the manifest says so.

    Proves: the same cost; "off". Sensitivity: the option ignored.
    """
    off = EQUAL.replaced(solver={"tie_break": False})
    assert cost_of(off) == pytest.approx(63_000_000)
    assert plan(off).manifest["solver"]["tie_break"] == "off"


def test_tie_break_needs_all_coordinates() -> None:
    """Where a place has no coordinates no distance is guessed: there is no tie-break.

    Proves: the cost, and "off". Sensitivity: NaN or 0 km for the unknown.
    """
    part = EQUAL.with_cells("site", "longitude", {"far": None}).with_cells("site", "latitude", {"far": None})
    assert compiled(part).tie_break is None
    assert cost_of(part) == pytest.approx(63_000_000)
    assert plan(part).manifest["solver"]["tie_break"] == "off"


def test_tie_break_never_costs() -> None:
    """A shorter way that costs more is not taken.

    Proves: far at 701 CNY/MWh stays empty though inland lies beside it. Sensitivity: a tie-break mixed into the cost,
    or an optimum held loosely.
    """
    dearer = EQUAL.with_cells("site", "grid_power_price", {"far": 560.8})
    assert used_at(plan(dearer), "far", "day") == pytest.approx(0, abs=1e-9)
    assert cost_of(dearer) == pytest.approx(63_000_000)


def test_a_single_optimum_is_said_to_be_one() -> None:
    """A plan that could not be otherwise is named unique.

    Proves: with the coast alone every MW is decided by cost. Sensitivity: a note that is always the same.
    """
    alone = HAND.with_cells("region_workload", "demand", {"inland;web": 0})
    alone = alone.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 5})
    assert plan(alone).manifest["is_unique"] is True


def test_emissions_need_their_feature() -> None:
    """Emissions cannot be weighed where they are not modelled.

    Proves: a fault that says what to list. Sensitivity: an objective of 0.
    """
    with pytest.raises(InvalidInputError, match="emissions"):
        scenario_of(HAND.replaced(minimise="emissions"))


def test_latency_must_be_known() -> None:
    """Latency cannot be minimised where it is neither given nor to be computed.

    Proves: a fault. Sensitivity: NaN or 0 ms for the unknown.
    """
    unknown = HAND.with_cells("region_site", "latency", {"inland;far": None}).replaced(minimise="latency")
    with pytest.raises(InvalidInputError, match="latency"):
        scenario_of(unknown)


CATEGORIES = ["water", "carbon", "grid_power", "green_power", "green_capacity", "excess", "certificates",
              "new_compute", "opening", "unserved", "storage", "green_shortfall"]  # fmt: skip


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("fault", ["more", "lost", "not a number", "double"])
def test_every_category_is_checked(category: str, fault: str) -> None:
    """A cost that is wrong, missing, not a number or there twice is a finding.

    Proves: for each category of the world that uses every option. Sensitivity: a category that no feature confirms.
    """
    results = plan(RICH)
    table = results.tables["cost"]
    at = table["category"] == category
    if fault == "lost":
        tables = {**results.tables, "cost": table[~at]}
    elif fault == "double":
        tables = {**results.tables, "cost": table.iloc[[*range(len(table)), int(at.to_numpy().argmax())]]}
    else:
        wrong = float("nan") if fault == "not a number" else float(table.loc[at, "cost"].iloc[0]) * 1.001 + 1000
        tables = altered(results.tables, "cost", "cost", wrong, category=category)
    assert rules_found(results, tables) & {category, "cost"}


def test_the_whole_table_lost() -> None:
    """Without a cost table, or with an empty one, nothing is confirmed.

    Proves: findings, no crash. Sensitivity: an empty sum of 0.
    """
    results = plan(BASE)
    tables = dict(results.tables)
    assert "grid_power" in rules_found(results, {**tables, "cost": tables["cost"].iloc[:0]})
    del tables["cost"]
    assert "objective" in rules_found(results, tables)


@pytest.mark.parametrize("features", [("time",), ("time", "demand"), ("time", "demand", "routes")])
def test_nothing_to_plan(features: tuple[str, ...], tmp_path: Path) -> None:
    """Proves that a scenario without allocation is refused with the remedy, not by a traceback.

    Sensitivity: an objective that builds on work that no feature allocates.
    """
    with pytest.raises(InvalidInputError, match="nothing to plan without allocation"):
        BASE.with_features(*features).read(tmp_path)
