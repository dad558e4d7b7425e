"""Backbone: what fills the links, over which paths, what bandwidth is worth, and when a link is widened.

``NET`` is a city whose work is done at home (100 CNY/MWh) or at a farm far away (20 CNY/MWh). Online work bears 5 ms and
sends 0.5 Gbit/s for each MW, batch work bears 12 ms, sends 0.2 and gets 0.1 back. Two paths lead to the farm: the link
``direct`` (4 ms; 6 Gbit/s each way, of which 0.9 may be used: 5.4; 0.03 CNY/GB) and ``first`` + ``second`` (3 + 5 ms; 4
and 8 Gbit/s, but 3 back on ``second``; 0.004 + 0.006 CNY/GB). A Gbit/s costs 450 × 0.03 = 13.5 CNY/h on the link, 4.5
on the detour, which online work cannot take. At the farm a Gbit/s of online work saves 80 / 0.5 = 160 CNY/h, of batch
work 80 / 0.2 = 400, so that batch work goes first.

    day    (2000 h)  batch 36 MW: 7.2 Gbit/s, 4.0 on the detour, 3.2 on the link; 3.6 come back, 3.0 and 0.6
                     online 12 MW: 5.4 - 3.2 = 2.2 Gbit/s, 4.4 MW at the farm, 7.6 MW at home
    night  (1000 h)  batch 18 MW: 3.6 on the detour, 1.8 back; online 6 MW: 3.0 on the link; nothing at home

    day    7.6 × 100 + 40.4 × 20 + (5.4 + 0.6) × 13.5 + (4 + 3) × 4.5 = 1680.5 CNY/h
    night                24 × 20 +         3 × 13.5 + (3.6 + 1.8) × 4.5 =  544.8 CNY/h
    2000 × 1680.5 + 1000 × 544.8 = 3 905 800 CNY/a
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import planner
from planner.errors import InfeasibleError, InvalidInputError
from planner.io.results.read_run import read_results
from planner.models import listing
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.declarations import declarations
from planner.models.features import backbone
from planner.models.features.time import sampled, weights
from planner.models.rules.network import Network
from planner.models.rules.priced import Prices
from planner.models.solving.solve import solve
from planner.pipeline.bound_audit import prove_run
from planner.pipeline.check import warnings_of
from planner.pipeline.finished import audit_run
from planner.pipeline.run import write_run
from planner.studies.explain.search import explain
from tests.algebra import (
    altered,
    bounds_of,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.worlds import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.models.algebra.problem import Problem, Solution

COST = 3_905_800.0
NET = World(
    features=("time", "demand", "routes", "allocation", "traffic", "backbone"),
    hours=3000,
    tables={
        "timestep": [
            {"timestep": "day", "timestep_weight": 2000, "timestep_duration": 2},
            {"timestep": "night", "timestep_weight": 1000, "timestep_duration": 3},
        ],
        "region": [{"region": "city", "node": "A"}],
        "site": [{"site": "home", "node": "A"}, {"site": "farm", "node": "C"}],
        "workload": [
            {"workload": "online", "latency_max": 5, "traffic_per_mw": 0.5, "return_traffic_per_mw": 0},
            {"workload": "batch", "latency_max": 12, "traffic_per_mw": 0.2, "return_traffic_per_mw": 0.1},
        ],
        "region_workload": [
            {"region": "city", "workload": "online", "demand": 10},
            {"region": "city", "workload": "batch", "demand": 30},
        ],
        "workload_timestep": [
            {"workload": name, "timestep": step, "demand_profile": share}
            for name in ("online", "batch")
            for step, share in (("day", 1.2), ("night", 0.6))
        ],
        "region_site": [
            {"region": "city", "site": "home", "transfer_price": 100},
            {"region": "city", "site": "farm", "transfer_price": 20},
        ],
        "node": [{"node": "A"}, {"node": "B"}, {"node": "C"}],
        "link": [
            {"link": "direct", "from": "A", "to": "C", "link_latency": 4, "link_capacity_existing": 6,
             "link_capacity_existing_back": None, "link_price": 0.03, "link_utilisation_max": 0.9},
            {"link": "first", "from": "A", "to": "B", "link_latency": 3, "link_capacity_existing": 4,
             "link_price": 0.004, "link_utilisation_max": 1},
            {"link": "second", "from": "B", "to": "C", "link_latency": 5, "link_capacity_existing": 8,
             "link_capacity_existing_back": 3, "link_price": 0.006, "link_utilisation_max": 1},
        ],
    },
)  # fmt: skip
WIDER = NET.with_cells("link", "link_module_size", {"direct": 2}).with_cells("link", "link_modules_max", {"direct": 3})
WIDER = WIDER.with_cells("link", "link_module_cost", {"direct": 300_000})
"""``NET`` with modules of 2 Gbit/s on the link. 1.8 of them may be used, by online work that saves 160 - 13.5 CNY/h for
each: 2000 × 1.8 × 146.5 = 527 400 CNY/a. The second is worth as much; with both, 2.2 + 3.6 of 6 Gbit/s are carried, and
a third would be worth 2000 × 0.2 × 146.5 = 58 600."""
SHORT = NET.with_cells("workload", "latency_max", {"batch": 7})
"""The detour takes 8 ms: there is one path. By day batch work fills it (5.4 Gbit/s, 27 MW; 2.7 back), and 21 MW stay at
home; by night 3.6 Gbit/s of batch (1.8 back) and 1.8 of online work (3.6 MW) are on it, and 2.4 MW stay at home.

    2000 × (21 × 100 + 27 × 20 + (5.4 + 2.7) × 13.5) + 1000 × (2.4 × 100 + 21.6 × 20 + (5.4 + 1.8) × 13.5) = 6 267 900
"""
SHORT_COST = 6_267_900.0
BOTH_WAYS = NET.with_cells("workload", "return_traffic_per_mw", {"online": 0.3})
"""Online work gets 0.3 Gbit/s back for each MW, which have to come by the link."""
AWAY = NET.with_rows("site", [{"site": "farm", "node": "C"}]).with_rows(
    "region_site", [{"region": "city", "site": "farm", "transfer_price": 20}]
)
"""All work must go to the farm: 6 + 7.2 Gbit/s by day, and the network carries 5.4 + 4."""


def flows(world: World, column: str = "path_traffic") -> dict[tuple[str, str], float]:
    """Return the traffic of each path in each timestep [Gbit/s], where there is any."""
    table = plan(world).tables["backbone_path"]
    table = table[table[column] > 0]
    return dict(zip(zip(table["path"], table["timestep"], strict=True), table[column], strict=True))


# ---- worked by hand


def test_traffic_takes_the_paths_worked_above() -> None:
    """Batch work takes the detour as far as it goes, online work what is left of the link.

    Proves: flows of both timesteps and both ways, and 3 905 800 CNY/a, of which the links take 289 800. Sensitivity:
    the limit of one direction for the other (3 back), usable for built bandwidth (5.4), 450 GB, weights, classes mixed.
    """
    assert flows(NET) == pytest.approx(
        {
            ("direct", "day"): 5.4,
            ("first + second", "day"): 4.0,
            ("direct", "night"): 3.0,
            ("first + second", "night"): 3.6,
        }
    )
    assert flows(NET, "return_path_traffic") == pytest.approx(
        {("direct", "day"): 0.6, ("first + second", "day"): 3.0, ("first + second", "night"): 1.8}
    )
    assert cost_of(NET) == pytest.approx(COST)
    assert plan(NET).summary["costs"]["links"] == pytest.approx(289_800)
    work = plan(NET).tables["allocation"].set_index(["workload", "site", "timestep"])["allocation"]
    assert work["online", "farm", "day"] == pytest.approx(4.4)
    assert work["online", "home", "day"] == pytest.approx(7.6)
    assert set(plan(NET).tables["routes"]["path"]) == {"network"}


def test_links_are_reported_each_way() -> None:
    """Traffic by direction and timestep, the mean of the year, and how full each link is at most.

    Proves: ``second`` carries 4 of 8 there and 3 of 3 back; means by hours, not by timesteps. Sensitivity: directions
    exchanged, a mean of two timesteps.
    """
    tables = plan(NET).tables
    traffic = tables["backbone"].set_index(["link", "direction", "timestep"])["link_traffic"]
    assert traffic["second", "forward", "day"] == pytest.approx(4)
    assert traffic["second", "back", "day"] == pytest.approx(3)
    assert traffic["direct", "back", "night"] == 0
    links = tables["backbone_link"].set_index(["link", "direction"])
    assert links["link_capacity"].to_dict() == {
        ("direct", "forward"): 6, ("direct", "back"): 6, ("first", "forward"): 4, ("first", "back"): 4,
        ("second", "forward"): 8, ("second", "back"): 3,
    }  # fmt: skip
    assert links.loc[("direct", "forward"), "mean_link_traffic"] == pytest.approx((2 * 5.4 + 3) / 3)
    assert links.loc[("second", "back"), "link_utilisation"] == pytest.approx(1)
    assert links.loc[("direct", "forward"), "link_utilisation"] == pytest.approx(0.9)
    assert plan(NET).summary["link_utilisation"] == pytest.approx(
        sum(links["mean_link_traffic"]) / sum(links["link_capacity"])
    )


def test_bandwidth_is_worth_what_it_lets_through() -> None:
    """Shadow prices of the links are what one Gbit/s more of usable bandwidth saves, worked by hand.

    Proves: on the link by day 2000 × (160 - 13.5); on ``first`` batch work leaves the link, saves 9 and makes room:
    2000 × (9 + 146.5); back on ``second`` 2000 × 9; nothing where there is room, and never less than nothing.
    Sensitivity: the sign, prices divided by weight, by usable share or by bandwidth.
    """
    results = plan(NET)
    found = {
        (link, way): price_of(results, "link_limit", link, way, "day")
        for link, way in (("direct", "forward"), ("first", "forward"), ("second", "forward"), ("second", "back"))
    }
    assert found == pytest.approx(
        {
            ("direct", "forward"): 293_000,
            ("first", "forward"): 311_000,
            ("second", "forward"): 0,
            ("second", "back"): 18_000,
        }
    )
    night = results.shadow_prices.query("rule == 'link_limit' and index.str.endswith('night')")["price"]
    assert night.tolist() == pytest.approx([0.0] * len(night))
    wider = NET.with_cells("link", "link_capacity_existing", {"direct": 6 + 1 / 0.9}).with_cells(
        "link", "link_capacity_existing_back", {"direct": 6}
    )
    assert cost_of(NET) - cost_of(wider) == pytest.approx(293_000)


def test_a_class_pays_where_its_path_is_dear() -> None:
    """By night the link carries online work alone; a Gbit/s more within 5 ms takes batch work from the cheap detour.

    Proves: the price of the class 1000 × 9 by night, none by day, where the link is full of batch work as well; a
    Gbit/s more in all by night goes by the detour, 1000 × 4.5, by day it sends 2 MW of online work home, 2000 × 160.
    Sensitivity: the sign of either row, a class that counts slower paths.
    """
    results = plan(NET)
    assert price_of(results, "class_traffic", "city", "farm", "5", "night") == pytest.approx(9_000)
    assert price_of(results, "class_traffic", "city", "farm", "5", "day") == pytest.approx(0)
    assert price_of(results, "pair_traffic", "city", "farm", "night") == pytest.approx(4_500)
    assert price_of(results, "pair_traffic", "city", "farm", "day") == pytest.approx(320_000)
    units = results.shadow_prices.set_index("rule")["unit"]
    assert set(units["link_limit"]) == set(units["class_traffic"]) == {"CNY/a per Gbit/s"}


def test_what_comes_back_keeps_its_limit_as_well() -> None:
    """Online work that gets something back has it by the link.

    Proves: rows of the way back by class and in all, with prices of the right sign: by night one Gbit/s more that must
    come within 5 ms costs 1000 × 9, one in all 1000 × 4.5. Sensitivity: a way back held against the way there.
    """
    back = flows(BOTH_WAYS, "return_path_traffic")
    assert back["direct", "night"] == pytest.approx(0.3 * 6)
    assert back["first + second", "night"] == pytest.approx(1.8)
    results = plan(BOTH_WAYS)
    assert price_of(results, "return_class_traffic", "city", "farm", "5", "night") == pytest.approx(9_000)
    assert price_of(results, "return_pair_traffic", "city", "farm", "night") == pytest.approx(4_500)


def test_a_path_too_slow_is_none() -> None:
    """With a limit below the detour's 8 ms there is one path, and all is on it.

    Proves: 6 267 900 CNY/a as worked above, no flow to choose, and a limit of 8 ms, just kept, is ``NET``.
    Sensitivity: a path held against another workload's limit, a limit that excludes what just keeps it.
    """
    assert cost_of(SHORT) == pytest.approx(SHORT_COST)
    assert {path for path, _ in flows(SHORT)} == {"direct"}
    assert not bounds_of(compiled(SHORT), "path_traffic")
    assert cost_of(NET.with_cells("workload", "latency_max", {"batch": 8})) == pytest.approx(COST)


def test_a_link_is_widened_by_whole_modules_as_far_as_it_pays() -> None:
    """Two modules pay and a third does not; at 530 000 CNY/a none does.

    Proves: 3 905 800 - 2 × 527 400 + 600 000 CNY/a, 10 Gbit/s each way, and what the summary says. Sensitivity: modules
    in part (2.11 would be built), a module in one direction, its cost by Gbit/s.
    """
    results = plan(WIDER)
    assert cost_of(WIDER) == pytest.approx(COST - 2 * 527_400 + 600_000)
    modules = results.tables["backbone_module"].set_index("link")
    assert modules["link_modules"].to_dict() == {"direct": 2, "first": 0, "second": 0}
    assert modules.loc["direct", "link_capacity_new"] == 4
    capacity = results.tables["backbone_link"].set_index(["link", "direction"])["link_capacity"]
    assert (capacity["direct", "forward"], capacity["direct", "back"]) == (10, 10)
    assert results.summary["link_modules"] == {"direct": 2}
    assert results.summary["link_capacity_new"] == 4
    assert cost_of(WIDER.with_cells("link", "link_module_cost", {"direct": 530_000})) == pytest.approx(COST)


def test_a_link_that_may_be_built_is_a_way() -> None:
    """A link without bandwidth whose modules may be built makes routes and their latency.

    Proves: without ``direct`` the farm is 8 ms away and online work, 5 ms, has no route there; with modules of it, it
    has, at 4 ms. Sensitivity: latencies of what stands alone.
    """
    gone = NET.with_cells("link", "link_capacity_existing", {"direct": 0})
    routes = plan(gone).tables["routes"]
    assert routes.loc[routes["site"] == "farm", "workload"].tolist() == ["batch"]
    may = gone.with_cells("link", "link_module_size", {"direct": 2}).with_cells(
        "link", "link_modules_max", {"direct": 1}
    )
    routes = plan(may).tables["routes"]
    assert routes.loc[routes["site"] == "farm", "latency"].tolist() == [4, 4]


def test_a_link_may_lead_one_way_alone() -> None:
    """What stands in one direction only carries nothing back, and work that gets something back has no route by it.

    Proves: with nothing back on either path batch work stays at home, online work goes on. Sensitivity: a way back taken
    for granted.
    """
    one_way = NET.with_cells("link", "link_capacity_existing_back", {"direct": 0, "second": 0})
    routes = plan(one_way).tables["routes"]
    assert routes.loc[routes["site"] == "farm", "workload"].tolist() == ["online"]


def test_parallel_links_are_links_of_their_own() -> None:
    """A second cable beside the first is a path of its own.

    Proves: with 1 Gbit/s more beside ``direct``, all of it usable, the cost falls by 293 000. Sensitivity: parallel
    cables added up or the shorter one taken for both.
    """
    cable = {**NET.tables["link"][0], "link": "twin", "link_capacity_existing": 1, "link_utilisation_max": 1}
    twin = NET.with_rows("link", [*NET.tables["link"], {**cable, "link_capacity_existing_back": 0}])
    assert cost_of(twin) == pytest.approx(COST - 293_000)
    assert flows(twin)["twin", "day"] == pytest.approx(1)


def test_lengths_make_latencies_and_the_nearest_node_is_taken() -> None:
    """Fibre takes 4.897 µs a kilometre; a place that names no node stands at the nearest, with its access latency.

    Proves: 1000 km are 4.897 ms, and 0.7 ms of access are added. Sensitivity: a detour factor on the cable's own
    length, access left out, degrees taken for kilometres.
    """
    world = NET.with_rows(
        "node",
        [
            {"node": "A", "longitude": 116, "latitude": 40},
            {"node": "B", "longitude": 112, "latitude": 38},
            {"node": "C", "longitude": 108, "latitude": 36},
        ],
    )
    world = world.with_rows("site", [
        {"site": "home", "node": "A", "longitude": None, "latitude": None, "access_latency": 0},
        {"site": "farm", "node": None, "longitude": 108.2, "latitude": 36.1, "access_latency": 0.7},
    ])  # fmt: skip
    world = world.with_cells("link", "link_latency", {"direct": None}).with_cells(
        "link", "link_length", {"direct": 1000}
    )
    world = world.with_cells("workload", "latency_max", {"online": 6})
    routes = plan(world).tables["routes"].set_index(["workload", "site"])["latency"]
    assert routes["online", "farm"] == pytest.approx(4.897 + 0.7)
    assert any("stand at the nearest, 21 km away at most (farm)" in note.en for note in warnings_of(scenario_of(world)))


def test_work_at_its_own_node_uses_no_link() -> None:
    """A region and a site at one node have no path.

    Proves: work at home appears in no table of paths. Sensitivity: a path of no links that must carry what is sent.
    """
    assert set(plan(NET).tables["backbone_path"]["site"]) == {"farm"}


# ---- algebra


def test_algebra_of_paths_and_classes() -> None:
    """Algebra: flows against what work sends, all of it, and of each class but the last what fits its limit.

    Proves: every coefficient of the four rules. Sensitivity: rates exchanged, a class row of the longest limit.
    """
    problem = compiled(BOTH_WAYS)
    for step in ("day", "night"):
        online, batch = (f"allocation[city,{name},farm,network,{step}]" for name in ("online", "batch"))
        fast, slow = (f"path_traffic[city,farm,{path},{step}]" for path in ("direct", "first + second"))
        row = rows_of(problem, "pair_traffic")[f"city,farm,{step}"]
        assert row.coefficients == pytest.approx({fast: 1, slow: 1, online: -0.5, batch: -0.2})
        assert row.lower == row.upper == 0
        row = rows_of(problem, "class_traffic")[f"city,farm,5,{step}"]
        assert signed(row, fast) == pytest.approx({fast: 1, online: -0.5})
        row = rows_of(problem, "return_pair_traffic")[f"city,farm,{step}"]
        assert row.coefficients == pytest.approx({f"return_{fast}": 1, f"return_{slow}": 1, online: -0.3, batch: -0.1})
        row = rows_of(problem, "return_class_traffic")[f"city,farm,5,{step}"]
        assert signed(row, f"return_{fast}") == pytest.approx({f"return_{fast}": 1, online: -0.3})
    assert set(rows_of(problem, "class_traffic")) == {"city,farm,5,day", "city,farm,5,night"}


def signed(row: Any, first: str) -> dict[str, float]:
    """Return the coefficients of a row ``≥ 0``, whichever way round it is stored, by the sign of one of them."""
    sign = np.sign(row.coefficients[first])
    assert (row.lower, row.upper) == ((0, np.inf) if sign > 0 else (-np.inf, 0))
    return {name: sign * value for name, value in row.coefficients.items()}


def test_algebra_of_links() -> None:
    """Algebra: both ways' flows over each direction, and modules both ways, within the usable part.

    Proves: the way back is against the link's direction; -0.9 × 2 for a module; 0.9 × 6. With one path the work's own
    rate stands in the row. Sensitivity: a return path on the wrong side, a utilisation on modules alone.
    """
    rows = rows_of(compiled(WIDER), "link_limit")
    row = rows["direct,forward,day"]
    assert row.coefficients == pytest.approx({"path_traffic[city,farm,direct,day]": 1, "link_modules[direct]": -1.8})
    assert row.upper == pytest.approx(5.4)
    assert rows["second,back,day"].coefficients == {"return_path_traffic[city,farm,first + second,day]": 1}
    assert rows["second,back,day"].upper == 3
    alone = rows_of(compiled(SHORT), "link_limit")["direct,forward,night"].coefficients
    online, batch = (f"allocation[city,{name},farm,network,night]" for name in ("online", "batch"))
    assert alone == pytest.approx({online: 0.5, batch: 0.2})
    costs, _ = objective_of(compiled(WIDER))
    assert costs["link_modules[direct]"] == 300_000
    assert costs["path_traffic[city,farm,first + second,day]"] == pytest.approx(2000 * 450 * 0.01)
    assert bounds_of(compiled(WIDER), "link_modules") == {"direct": (0.0, 3.0, True)}


def test_limits_that_mean_none_are_brought_down() -> None:
    """999,999,999 modules are brought down to what could be used.

    Proves: 10 000, for all traffic there can be is 19.2 Gbit/s, eleven modules. Sensitivity: an integer without an end.
    """
    world = WIDER.with_cells("link", "link_modules_max", {"direct": 999_999_999})
    assert bounds_of(compiled(world), "link_modules") == {"direct": (0.0, 10_000.0, True)}


# ---- paths on demand


def part_of(world: World) -> tuple[Any, Problem, Solution]:
    """Return the model of a world that lists the fastest paths alone, and its plan."""
    scenario = replace(scenario_of(world), listed={"backbone": ()})
    model = declare_model(scenario)
    problem = compile_model(model).problem
    with listing.temporary_folder() as folder:
        return model, problem, solve(problem, SolverOptions(), Path(folder), prove=True)


def test_what_is_not_listed_lowers_the_bound() -> None:
    """With the fastest path alone the plan costs what ``SHORT`` does, and the bound is not above the true optimum.

    Proves: the detour is found, there and back, and what it could save is taken from the bound. Sensitivity: a bound
    over part of the paths called one over all.
    """
    model, problem, solution = part_of(NET)
    assert solution.objective == pytest.approx(SHORT_COST)
    judged = listing.over_all(model, problem, solution, SolverOptions())
    assert judged.found == {"backbone": [("A", "first", "second"), ("C", "second", "first")]}
    assert judged.solution.bound <= COST * (1 + 1e-9)
    assert judged.solution.status == "feasible"


def test_listed_paths_have_the_reduced_costs_of_the_matrix() -> None:
    """What a listed path costs less what it is worth is the reduced cost of its column, at any prices.

    Proves: prices and worths against the compiled matrix itself, with random shadow prices. Sensitivity: a sign, a
    class too many or too few, hours or GB left out.
    """
    scenario = scenario_of(BOTH_WAYS)
    model = declare_model(scenario)
    problem = compile_model(model).problem
    dice = np.random.default_rng(5)
    names = [rule for rule, _ in problem.row_names]
    sizes = dice.uniform(0, 9e4, len(names))
    sign = {"link_limit": -1.0, "class_traffic": -1.0, "return_class_traffic": -1.0}
    prices = Prices(problem, sizes * [sign.get(name, 1.0) for name in names])
    for way, variable in (("", "path_traffic"), ("RETURN_", "return_path_traffic")):
        paths = scenario.once(backbone._listing)[way]
        costs = backbone._cable_costs(model, prices)
        of_class, of_all = (prices.of_rule(rule) for rule in backbone.RULES_OF[way])
        worth = backbone.worth_of(paths, costs, -of_class, of_all, scenario.sets["timestep"])
        reduced = prices.reduced_costs(variable).reshape(len(paths.table), -1)
        for row, (latency, cables) in enumerate(zip(paths.table["latency"], paths.table["cables"], strict=True)):
            [first, *_] = np.flatnonzero(latency <= paths.way.classes["limit"])
            expected = costs[:, list(cables)].sum(axis=1) - worth[first]
            assert reduced[row] == pytest.approx(expected)


def test_paths_on_demand_make_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is listed beforehand the plan, its bound and its status are the same, whole modules too.

    Proves: ``NET``, ``WIDER`` and ``SHORT``; the run says which paths it lists. Sensitivity: the relaxation's paths
    alone, a bound over the paths listed.
    """
    monkeypatch.setattr(backbone, "LISTED_MAX", 0)
    for world, cost in ((NET, COST), (WIDER, COST - 454_800), (SHORT, SHORT_COST)):
        results = planner.run(scenario_of(world))
        assert results.summary["cost"] == pytest.approx(cost)
        assert results.summary["status"] == "optimal"
        assert results.summary["bound"] == pytest.approx(cost)
    assert planner.run(scenario_of(NET)).manifest["listed"] == {
        "backbone": [["A", "first", "second"], ["C", "second", "first"]]
    }


CALM = {"online;night": 0.3, "batch;night": 0.3}
"""By night 1.8 + 1.5 Gbit/s, which the link carries."""


def long(world: World, days: Sequence[int]) -> World:
    """Return a world at thirty timesteps, of which these are ten days of 200 h and the others nights of 50 h."""
    steps = {f"t{place:02}": "day" if place in days else "night" for place in range(30)}
    share = {row["timestep"]: row["demand_profile"] for row in world.tables["workload_timestep"]}
    return world.with_rows(
        "timestep",
        [{"timestep": name, "timestep_weight": {"day": 200, "night": 50}[kind]} for name, kind in steps.items()],
    ).with_rows(
        "workload_timestep",
        [
            {"workload": workload, "timestep": name, "demand_profile": share[kind]}
            for workload in ("online", "batch")
            for name, kind in steps.items()
        ],
    )


@pytest.mark.parametrize("days", [range(0, 30, 3), [1, 2, 3, 4, 5, 8, 9, 10, 11, 12]], ids=["sampled", "missed"])
def test_paths_of_many_timesteps_are_sought_at_few(days: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are sought at five of thirty timesteps first; what only the others need is found by the judge.

    Proves: the sum of ``NET`` where days are among the five; and where they are not, and a detour that pays by day
    alone, the plan of all paths. Sensitivity: the sample taken for the whole, its weights for the year's.
    """
    world = long(NET, days)
    few = sampled(scenario_of(world))
    assert few is not None
    assert few.sets["timestep"] == ("t00", "t07", "t14", "t22", "t29")
    assert weights(few).sum() == pytest.approx(3000)
    if 0 not in days:
        world = long(NET.with_cells("workload_timestep", "demand_profile", CALM), days)
        world = world.with_cells("link", "link_price", {"second": 0.06})
        assert sought(world) == {"backbone": ()}
    expected = planner.run(scenario_of(world)).summary["cost"]
    assert expected == pytest.approx(COST) or 0 not in days
    monkeypatch.setattr(backbone, "LISTED_MAX", 0)
    results = planner.run(scenario_of(world))
    assert results.summary["cost"] == pytest.approx(expected)
    assert results.summary["status"] == "optimal"
    assert results.summary["bound"] == pytest.approx(expected)
    assert results.manifest["listed"]["backbone"]


def sought(world: World) -> Mapping[str, Any]:
    """Return the paths that a run of a world begins with, if none is listed beforehand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backbone, "LISTED_MAX", 0)
        return listing.begun(scenario_of(world), declare_model, SolverOptions()).listed


def test_paths_are_found_that_make_a_plan_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the fastest path cannot carry what must be carried, the ray of the programme finds the others.

    Proves: 9.4 Gbit/s that must go to the farm take both paths; 13.2 have none. Sensitivity: "no plan" said of the
    paths that happened to be listed.
    """
    monkeypatch.setattr(backbone, "LISTED_MAX", 0)
    fits = AWAY.with_cells("region_workload", "demand", {"city;online": 4, "city;batch": 25})
    results = planner.run(scenario_of(fits))
    assert set(results.tables["backbone_path"]["path"]) == {"direct", "first + second"}
    with pytest.raises(InfeasibleError):
        planner.run(scenario_of(AWAY))


def test_a_run_on_demand_is_read_back_and_its_bound_proved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of a run holds which paths were listed, and its bound is proved again over all paths.

    Proves: ``planner audit --bound`` agrees; with a bound above what all paths allow it does not. Sensitivity: a proof
    over other paths than the run's.
    """
    monkeypatch.setattr(backbone, "LISTED_MAX", 0)
    results = planner.run(scenario_of(WIDER))
    folder = write_run(results, tmp_path / "run", drawn=False)
    told = audit_run(folder, bound=True)
    assert "is proved again" in told.en
    proved = prove_run(read_results(folder, declarations()), folder)
    assert proved.findings == []
    lied = read_results(folder, declarations())
    lied.summary["bound"] = lied.manifest["bound"] = lied.manifest["proof"]["bound"] = results.summary["bound"] + 1000.0
    assert prove_run(lied, folder).findings


def test_commands_without_a_run_say_which_paths_they_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is built without a run has the fastest paths, and a note says so.

    Proves: the note where not all are listed, and none where they are. Sensitivity: a model that looks whole.
    """
    assert not any("than can be listed" in note.en for note in warnings_of(scenario_of(NET)))
    monkeypatch.setattr(backbone, "LISTED_MAX", 1)
    assert any("than can be listed" in note.en for note in warnings_of(scenario_of(NET)))


def test_paths_of_a_network() -> None:
    """Paths come fastest first, never twice to a node; the cheapest within a limit are no worse than any.

    Proves: against all simple paths of random networks, with parallel cables and cables of no latency. Sensitivity: a
    limit that cuts what just keeps it, a label dropped that another does not beat.
    """
    dice = np.random.default_rng(3)
    for _ in range(40):
        nodes, cables = int(dice.integers(2, 7)), int(dice.integers(1, 16))
        ends = [tuple(map(int, dice.choice(nodes, 2, replace=False))) for _ in range(cables)]
        latencies = tuple(float(x) for x in dice.choice([0.0, 1.0, 1.5, 2.25], cables))
        network = Network(nodes, tuple(a for a, _ in ends), tuple(b for _, b in ends), latencies)
        costs = dice.choice([0.0, 1.0, 3.0, np.inf], cables)
        limit = float(dice.choice([1.5, 4.0, np.inf]))
        every = sorted(_walks(network, 0, nodes - 1))
        found = list(network.paths(0, nodes - 1, limit))
        assert [latency for latency, _ in found] == sorted(latency for latency, _ in found)
        assert sorted(path for _, path in found) == sorted(path for latency, path in every if latency <= limit)
        best = network.cheapest(0, costs.tolist(), limit)[nodes - 1]
        for latency, path in every:
            cost = float(sum(costs[list(path)]))
            if latency <= limit and np.isfinite(cost):
                assert any(known <= cost and quick <= latency for known, quick, _ in best)
        least = network.least_costs(costs[None, :])[0, 0, nodes - 1]
        assert least == pytest.approx(min((float(sum(costs[list(path)])) for _, path in every), default=np.inf))


def _walks(network: Network, start: int, end: int) -> list[tuple[float, tuple[int, ...]]]:
    """Return every simple path with its latency, walked node by node."""
    found = []

    def walk(node: int, seen: set[int], latency: float, path: tuple[int, ...]) -> None:
        if node == end:
            found.append((latency, path))
            return
        for cable, (tail, head) in enumerate(zip(network.tails, network.heads, strict=True)):
            if tail == node and head not in seen:
                walk(head, seen | {head}, latency + network.latencies[cable], (*path, cable))

    walk(start, {start}, 0.0, ())
    return found


# ---- faults, notes, what gives


@pytest.mark.parametrize(
    ("table", "column", "cells", "says"),
    [
        ("link", "to", {"first": "A"}, "the link ends where it begins"),
        ("link", "link_latency", {"first": None}, "the latency of the link is not known"),
        ("link", "link_length", {"first": 900}, "link_latency is given as well"),
        ("link", "link_modules_max", {"first": 2}, "modules may be built, but their size is missing"),
        ("site", "node", {"farm": None}, "its node is not known"),
        ("region_site", "latency", {"city;farm": 3}, "the backbone has its own"),
        ("link", "from", {"first": "Z"}, "unknown node"),
    ],
)
def test_what_cannot_be_is_refused(table: str, column: str, cells: dict[str, Any], says: str) -> None:
    """A link from a node to itself, without a latency or with two, modules of no size, a place at no node.

    Proves: each is named. Sensitivity: a default that hides what is missing.
    """
    with pytest.raises(InvalidInputError) as caught:
        scenario_of(NET.with_cells(table, column, cells))
    assert any(says in fault.problem.en for fault in caught.value.faults)


def test_a_place_between_two_nodes_must_choose() -> None:
    """A place that is as near to one node as to another names its node.

    Proves: two nodes at one spot. Sensitivity: whichever comes first.
    """
    spots = [{"node": name, "longitude": 110 + 5 * (name == "A"), "latitude": 35} for name in "ABC"]
    world = NET.with_rows("node", spots).with_rows(
        "site", [{"site": "home", "node": "A"}, {"site": "farm", "longitude": 110.1, "latitude": 35}]
    )
    with pytest.raises(InvalidInputError) as caught:
        scenario_of(world)
    assert any("equally near" in fault.problem.en for fault in caught.value.faults)


def test_a_backbone_without_traffic_says_so() -> None:
    """Where no workload sends anything the links are idle, and a note says so.

    Proves: the note, and a plan at 20 CNY/MWh in which online work still has its latency. Sensitivity: silence.
    """
    world = NET.with_cells("workload", "traffic_per_mw", {"*": 0}).with_cells(
        "workload", "return_traffic_per_mw", {"*": 0}
    )
    assert cost_of(world) == pytest.approx(20 * (48 * 2000 + 24 * 1000))
    assert any("no workload has traffic" in note.en for note in warnings_of(scenario_of(world)))


def test_work_that_cannot_leave_is_told_before_solving() -> None:
    """Where the links of a node cannot carry in the mean what must leave it, the run says so with numbers.

    Proves: 10 + 30 MW send 0.5 × 10 + 0.2 × 30 = 11 Gbit/s at profile 1 (1.2 × 2 / 3 + 0.6 / 3), and 9.4 fit.
    Sensitivity: peaks for means, bandwidth that may not be used.
    """
    with pytest.raises(InfeasibleError) as caught:
        planner.run(scenario_of(AWAY))
    assert "the work that must leave A sends 11 Gbit/s" in caught.value.message.en
    assert "carry 9.4 Gbit/s: 1.6 Gbit/s are missing" in caught.value.message.en


def test_explain_names_the_bandwidth(tmp_path: Path) -> None:
    """Where the network is too narrow, ``explain`` names the links and how many modules would do.

    Proves: with modules of 2 Gbit/s to be had on the link, but none allowed, (13.2 - 9.4) / 1.8 = 2.1: three would do;
    or 4.2 Gbit/s more there. Sensitivity: a rule that explain does not know.
    """
    world = AWAY.with_cells("link", "link_module_size", {"direct": 2}).with_cells(
        "link", "link_modules_max", {"direct": 0}
    )
    found = explain(world.write(tmp_path / "world"))
    changes = {change.parameter: change for cause in found.causes for way in cause.ways for change in way.changes}
    assert found.status == "infeasible"
    assert changes["link_modules_max"].after == 3
    assert "link_capacity_existing" in changes


# ---- audit


@pytest.mark.parametrize(
    ("table", "column", "factor"),
    [
        ("backbone", "link_traffic", 1.01),
        ("backbone_link", "link_capacity", 1.01),
        ("backbone_link", "mean_link_traffic", 0.99),
        ("backbone_link", "link_utilisation", 0.99),
        ("backbone_module", "link_modules", 0.5),
        ("backbone_module", "link_capacity_new", 1.5),
        ("backbone_path", "path_traffic", 0.99),
        ("backbone_path", "return_path_traffic", 1.01),
        ("backbone_path_link", "order", 2.0),
        ("routes", "latency", 0.9),
    ],
)
def test_planted_faults_are_found(table: str, column: str, factor: float) -> None:
    """Every number of the tables, changed by itself, is found.

    Proves: by table and column. Sensitivity: a column that no audit reads.
    """
    results = plan(WIDER)
    assert rules_found(results) == set()
    assert rules_found(results, altered(results.tables, table, column, lambda old: old * factor))


def test_a_path_that_is_too_slow_is_found() -> None:
    """Online work put on the detour, everything else in agreement, breaks its class.

    Proves: by night online's 3 Gbit/s and 3 of batch's 3.6 change places: loads, sums and costs of links would agree,
    and ``class_traffic`` is named. Sensitivity: an audit of sums alone.
    """
    results = plan(NET)
    tables = altered(results.tables, "backbone_path", "path_traffic", 2.0, path="direct", timestep="night")
    tables = altered(tables, "backbone_path", "path_traffic", 4.6, path="first + second", timestep="night")
    for link, traffic in (("direct", 2.0), ("first", 4.6), ("second", 4.6)):
        tables = altered(tables, "backbone", "link_traffic", traffic, link=link, direction="forward", timestep="night")
    assert {"class_traffic", "link_limit"} <= rules_found(results, tables)


def test_a_path_that_does_not_hang_together_is_found() -> None:
    """A path whose links do not lead from the region to the site is found, and so is one of another name.

    Proves: the second link left out; the links of a path exchanged. Sensitivity: paths believed by their names.
    """
    results = plan(NET)
    table = results.tables["backbone_path_link"]
    cut = {**results.tables, "backbone_path_link": table[~((table["path"] != "direct") & (table["order"] == 2))]}
    assert {"path_traffic", "backbone_path_link"} <= rules_found(results, cut)
    turned = altered(
        results.tables, "backbone_path_link", "link", lambda old: old.to_numpy()[::-1], path="first + second"
    )
    assert "backbone_path_link" in rules_found(results, turned)


def test_the_plan_of_another_network_does_not_pass() -> None:
    """The audit takes its numbers from the scenario.

    Proves: each of these inputs changed is found by the rule it belongs to. Sensitivity: an input never looked at.
    """
    results = plan(WIDER)
    for table, column, cells, rule in (
        ("link", "link_capacity_existing", {"first": 3.9}, "link_limit"),
        ("link", "link_capacity_existing_back", {"second": 2.9}, "link_limit"),
        ("link", "link_utilisation_max", {"direct": 0.8}, "link_limit"),
        ("link", "link_module_size", {"direct": 1.9}, "link_capacity_new"),
        ("link", "link_modules_max", {"direct": 1}, "link_modules_max"),
        ("link", "link_module_cost", {"direct": 310_000}, "links"),
        ("link", "link_price", {"first": 0.005}, "links"),
        ("link", "link_latency", {"direct": 4.2}, "latency"),
        ("link", "link_latency", {"second": 9.5}, "class_traffic"),
        ("workload", "traffic_per_mw", {"batch": 0.21}, "pair_traffic"),
        ("workload", "return_traffic_per_mw", {"batch": 0.11}, "return_pair_traffic"),
        ("workload", "latency_max", {"batch": 7.5}, "class_traffic"),
        ("site", "node", {"farm": "B"}, "path_traffic"),
    ):
        other = scenario_of(WIDER.with_cells(table, column, cells))
        found = {finding.rule for finding in audit(other, results.tables, results.summary)}
        assert rule in found, (column, found)


def test_without_the_feature_nothing_is_read_of_it() -> None:
    """A scenario that does not list the backbone takes latencies as ever, and names the tables as unused.

    Proves: routes called ``direct``, and the note. Sensitivity: a network that counts without being listed.
    """
    plain = NET.with_features(*NET.features[:-1]).with_cells("region_site", "latency", {"city;home": 1, "city;farm": 4})
    results = plan(plain)
    assert set(results.tables["routes"]["path"]) == {"direct"}
    assert not any(name.startswith("backbone") for name in results.tables)
    assert any("link.csv" in note.en and "not listed" in note.en for note in scenario_of(plain).notes)


def test_the_summary_without_bandwidth_is_empty() -> None:
    """Where no link has bandwidth there is no utilisation, and no division by nothing.

    Proves: with all work at home and no link standing. Sensitivity: NaN in the summary.
    """
    idle = NET.with_cells("link", "link_capacity_existing", {"*": 0}).with_cells(
        "link", "link_capacity_existing_back", {"*": None}
    )
    results = plan(idle)
    assert results.summary["link_utilisation"] is None
    assert pd.isna(results.tables["backbone_link"]["link_utilisation"]).all()
