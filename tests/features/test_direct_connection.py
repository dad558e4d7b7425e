"""Direct connection: the three ratios of a site's own plants, and plants that several sites share.

``BARE`` draws 10 MW at all times, 80 000 MWh/a at 500 CNY from the grid. A MW of wind gives 0.9 MW in 3000 windy hours
and 0.1 in 5000 calm ones, 3200 MWh/a, for 1 500 000 CNY/a and 100 a MWh; what is sold earns 150. Used, it saves
3200 × 400 = 1 280 000, so that nobody builds it. C MW of it give what can be used up to 11.1 MW; above, by windy hours
10 MW are the most: 30 000 + 500 C of 3200 C.

``SHARED`` has two sites. ``left`` draws 8 MW in windy and 2 in calm hours, ``right`` 2 and 8. A plant of 9 MW gives 7.2 MW
in windy hours and 4.5 in calm ones, 44 100 MWh/a, all of which they can use at 100 CNY.
"""

from __future__ import annotations

import math

import pandas as pd
import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.language import rendered
from planner.models.audit import audit
from planner.models.features.direct_connection import told
from planner.pipeline.check import warnings_of
from tests.algebra import (
    Row,
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
from tests.report.report_pages import page_of
from tests.worlds import BASE, World

HOURS = {"windy": 3000, "calm": 5000}
RATIOS = ("self_use_share_min", "export_share_max", "self_supply_share_min")
BARE = World(
    features=(
        "time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply", "direct_connection",
    ),
    hours=8000,
    tables={
        "timestep": [{"timestep": step, "timestep_weight": hours} for step, hours in HOURS.items()],
        "region": [{"region": "city"}],
        "workload": [{"workload": "web", "compute_type": "cpu"}],
        "compute_type": [{"compute_type": "cpu"}],
        "region_workload": [{"region": "city", "workload": "web", "demand": 8}],
        "site": [{"site": "plain", "pue": 1.25, "utilisation_max": 0.7, "grid_power_price": 500}],
        "site_compute_type": [{"site": "plain", "compute_type": "cpu", "capacity_existing": 15}],
        "technology": [{"technology": "wind", "direct": True}, {"technology": "contract", "direct": False}],
        "site_technology": [
            {"site": "plain", "technology": "wind", "green_capacity_max": 60, "green_capacity_cost": 1_500_000,
             "green_power_price": 100, "excess_price": 150},
        ],
        "site_technology_timestep": [
            {"site": "plain", "technology": "wind", "timestep": "windy", "availability": 0.9},
            {"site": "plain", "technology": "wind", "timestep": "calm", "availability": 0.1},
        ],
    },
)  # fmt: skip
BARE_COST = 40_000_000.0


def asked(world: World, **ratios: float) -> World:
    """Return a world whose site has some of the three ratios."""
    for name, share in ratios.items():
        world = world.with_cells("site", name, {"plain": share})
    return world


def priced(world: World, cost: float) -> World:
    """Return a world with wind at another cost."""
    return world.with_cells("site_technology", "green_capacity_cost", {"plain;wind": cost})


SUPPLIED = asked(BARE, self_supply_share_min=0.3)
FULL = asked(BARE, self_use_share_min=0.6, export_share_max=0.2, self_supply_share_min=0.5)
CHEAP = asked(priced(BARE, 300_000), self_use_share_min=0.6)


def test_a_share_of_what_is_drawn_is_made_by_the_site() -> None:
    """Three tenths of 80 000 MWh come from 7.5 MW of wind.

    Proves: 56 000 × 500 + 24 000 × 100 + 7.5 × 1 500 000 = 41 650 000 CNY/a, 1 650 000 more than without; a MWh more
    costs (1 500 000 − 1 280 000) ÷ 3200 = 68.75. Sensitivity: a share of each hour, of IT energy, plants of a contract
    counted.
    """
    assert cost_of(BARE) == pytest.approx(BARE_COST)
    assert cost_of(SUPPLIED) == pytest.approx(41_650_000)
    results = plan(SUPPLIED)
    assert results.tables["power_supply_capacity"]["green_capacity"].tolist() == pytest.approx([7.5])
    assert price_of(results, "self_supply_share", "plain") == pytest.approx(68.75)
    other = SUPPLIED.with_cells("technology", "direct", {"wind": False})
    with pytest.raises(InvalidInputError, match="asks a ratio of nothing"):
        scenario_of(other)


def test_the_three_ratios_bind_one_after_the_other() -> None:
    """As more self-supply is asked for, surplus comes, its sale is limited, and then no more may be built at all.

    Proves: at 0.3 all is used; at 0.5 20 MW make 64 000 MWh, of which 40 000 are used (0.625), 12 800 sold for 50 more
    than they cost (0.2 binds, at 50 CNY a MWh) and 11 200 curtailed: 20 000 000 + 4 000 000 + 30 000 000 − 640 000. Where
    30 000 + 500 C = 0.6 × 3200 C, at 21.1 MW and 0.50704, the three bind; at 0.508 there is no plan. Sensitivity: a
    ratio of what is used, in place of what could be made.
    """
    results = plan(FULL)
    assert cost_of(FULL) == pytest.approx(53_360_000)
    assert price_of(results, "export_share", "plain") == pytest.approx(50)
    assert price_of(results, "self_use_share", "plain") == pytest.approx(0, abs=1e-6)
    [row] = results.tables["direct_connection"].to_dict("records")
    assert (row["could_make"], row["self_use"], row["sold_energy"]) == pytest.approx((64_000, 40_000, 12_800))
    assert tuple(row[name] for name in ("self_use_share", "export_share", "self_supply_share")) == pytest.approx(
        (0.625, 0.2, 0.5)
    )
    assert tuple(row[name] for name in RATIOS) == pytest.approx((0.6, 0.2, 0.5))
    most = (30_000 + 500 * (30_000 / 1420)) / 80_000
    assert most == pytest.approx(0.50704, abs=1e-5)
    assert cost_of(FULL.with_cells("site", "self_supply_share_min", {"plain": most - 1e-5})) > cost_of(FULL)
    with pytest.raises(InfeasibleError):
        plan(FULL.with_cells("site", "self_supply_share_min", {"plain": most + 1e-3}))


def test_the_page_has_the_three_ratios() -> None:
    """The page says of each site and shared plant what it could make, and each ratio beside what is asked of it.

    Proves: by hand, with a ratio at its limit, one apart from it, one that is not asked for; the section in both languages
    alone where the feature is listed. Sensitivity: a limit said the wrong way round, ratios in another order.
    """
    assert said_of(FULL) == [
        "plain",
        64.0,
        "62.5 % (at least 60 %)",
        "20.0 % (at most 20 %, just met)",
        "50.0 % (at least 50 %, just met)",
    ]
    assert said_of(PLANT_USED)[0] == "ridge"
    assert said_of(PLANT_USED)[2] == "90.0 % (at least 90 %, just met)"
    [_, _, used, sold, drawn] = said_of(CHEAP)
    assert "(at least 60 %" in str(used)
    assert "(" not in f"{sold}{drawn}"
    page = page_of(plan(FULL))
    assert all(text in page for text in ("Plants without the public grid", "绿电直连", "62.5 % (at least 60 %)"))
    assert "Plants without the public grid" not in page_of(plan(BASE))


def said_of(world: World) -> list[str | float]:
    """Return the one row that the page has of a world's plants."""
    [row] = told(scenario_of(world), plan(world).tables)
    return [cell if isinstance(cell, float) else rendered(cell, "en") for cell in row]


def test_what_could_be_made_must_be_used() -> None:
    """Where wind is cheap more would be built to sell it, were it not for the share that has to be used.

    Proves: at 300 000 CNY a MW above 11.1 gains 500 × 400 + 2700 × 50 − 300 000 = 35 000; 30 000 + 500 C = 1920 C stops
    it at 21.127 MW; a MWh more of use takes 1 / 1420 MW: 24.65 CNY. Sensitivity: no limit at all builds 60 MW.
    """
    capacity = 30_000 / 1420
    results = plan(CHEAP)
    assert results.tables["power_supply_capacity"]["green_capacity"].tolist() == pytest.approx([capacity])
    assert price_of(results, "self_use_share", "plain") == pytest.approx(35_000 / 1420)
    free = plan(priced(BARE, 300_000))
    assert free.tables["power_supply_capacity"]["green_capacity"].tolist() == pytest.approx([60])


def test_ratio_algebra() -> None:
    """Algebra: energy by the hours of each step, what could be made by the hours at full power.

    Proves: 3200 MWh a MW; 3000 and 5000 h; the draw is grid power and all green power. Sensitivity: weights left out.
    """
    problem = compiled(FULL)
    used = {f"green_power[plain,wind,{step}]": float(hours) for step, hours in HOURS.items()}
    sold = {f"excess[plain,wind,{step}]": float(hours) for step, hours in HOURS.items()}
    capacity = "green_capacity_new[plain,wind]"
    [row] = rows_of(problem, "self_use_share").values()
    assert {name: abs(value) for name, value in row.coefficients.items()} == pytest.approx(
        {**used, capacity: 0.6 * 3200}
    )
    assert row.coefficients[capacity] * row.coefficients["green_power[plain,wind,calm]"] < 0
    [row] = rows_of(problem, "export_share").values()
    assert row.coefficients == pytest.approx({**sold, capacity: -0.2 * 3200})
    assert (row.lower, row.upper) == (-math.inf, 0.0)
    [row] = rows_of(problem, "self_supply_share").values()
    grid = {f"grid_power[plain,{step}]": 0.5 * hours for step, hours in HOURS.items()}
    sizes = {name: 0.5 * hours for name, hours in used.items()} | grid
    assert {name: abs(value) for name, value in row.coefficients.items()} == pytest.approx(sizes)
    for rule in ("self_use_share", "export_share", "self_supply_share"):
        assert rows_of(compiled(BARE), rule) == {}


SHARED = BARE.with_rows("region", [{"region": "l", "hub": "left"}, {"region": "r", "hub": "right"}])
SHARED = SHARED.with_rows(
    "workload",
    [{"workload": name, "compute_type": "cpu", "reach": "hub"} for name in ("gusty", "still")],
)
SHARED = SHARED.with_rows(
    "region_workload",
    [
        {"region": region, "workload": name, "demand": load}
        for region, name, load in (("l", "gusty", 4), ("l", "still", 0), ("r", "gusty", 0), ("r", "still", 4))
    ],
)
SHARED = SHARED.with_rows(
    "workload_timestep",
    [
        {"workload": name, "timestep": step, "demand_profile": load / 5}
        for name, loads in {"gusty": (8, 2), "still": (2, 8)}.items()
        for step, load in zip(HOURS, loads, strict=True)
    ],
)
SHARED = SHARED.with_rows(
    "site",
    [
        {"site": name, "hub": name, "pue": 1.25, "utilisation_max": 0.7, "grid_power_price": 500}
        for name in ("left", "right")
    ],
)
SHARED = SHARED.with_rows(
    "site_compute_type",
    [{"site": name, "compute_type": "cpu", "capacity_existing": 15} for name in ("left", "right")],
)
SHARED = SHARED.with_rows("technology", [{"technology": "joint", "counts_hourly": True}, {"technology": "sun"}])
SHARED = SHARED.with_rows(
    "site_technology",
    [
        {"site": name, "technology": "joint", "green_power_price": 100, "excess_price": 150}
        for name in ("left", "right")
    ],
)
SHARED = SHARED.with_rows(
    "plant",
    [{"plant": "ridge", "technology": "joint", "green_capacity_existing": 9, "green_capacity_max": 60,
      "green_capacity_cost": 2_200_000}],
).with_rows(
    "plant_timestep",
    [
        {"plant": "ridge", "timestep": "windy", "availability": 0.8},
        {"plant": "ridge", "timestep": "calm", "availability": 0.5},
    ],
)  # fmt: skip
SHARED = SHARED.with_rows(
    "site_plant",
    [{"site": name, "plant": "ridge", "connected": True} for name in ("left", "right")],
)
SHARED = SHARED.replaced(
    tables={name: rows for name, rows in SHARED.tables.items() if name != "site_technology_timestep"}
)
SHARED_COST = 35_900 * 500 + 44_100 * 100


def of_plant(**cells: float) -> World:
    """Return the shared world with other cells of the plant."""
    world = SHARED
    for name, value in cells.items():
        world = world.with_cells("plant", name, {"ridge": value})
    return world


LINED = SHARED.with_cells("site_plant", "private_line_cost", {"right;ridge": 900_000})
UNLINED = SHARED.with_cells("site_plant", "private_line_cost", {"right;ridge": 6_000_000})
LIMITED = of_plant(green_capacity_cost=300_000, green_capacity_max=12)
PLANT_SUPPLIED = of_plant(self_supply_share_min=0.6)
PLANT_SELLS = of_plant(green_capacity_existing=30, export_share_max=0.2)
PLANT_USED = of_plant(green_capacity_cost=300_000, self_use_share_min=0.9)


def test_sites_share_a_plant_hour_by_hour() -> None:
    """What one site does not need in an hour the other takes.

    Proves: all 44 100 MWh are used: 35 900 × 500 + 44 100 × 100 = 22 360 000 CNY/a; the shares by the hour count it.
    Sensitivity: the capacity split once for all (``left`` could then use 2 of its 2.25 MW in calm hours).
    """
    assert cost_of(SHARED) == pytest.approx(SHARED_COST)
    results = plan(SHARED)
    green = results.tables["power_supply_technology"].groupby("timestep")["green_power"].sum()
    assert green.to_dict() == pytest.approx({"windy": 7.2, "calm": 4.5})
    assert results.summary["green_power_share"]["matched"] == pytest.approx(44_100 / 80_000)
    assert results.summary["plant_capacity"] == pytest.approx(9)


def test_plant_algebra() -> None:
    """Algebra: what all sites take in a step, at most what the plant can make in it; no row of a site alone.

    Proves: coefficients, side, and that the sites have no availability of their own for it. Sensitivity: a row a site.
    """
    problem = compiled(SHARED)
    for step, share in {"windy": 0.8, "calm": 0.5}.items():
        row = rows_of(problem, "plant_availability")[f"ridge,{step}"]
        taken = {
            f"{what}[{site},joint,{step}]": 1.0 for what in ("green_power", "excess") for site in ("left", "right")
        }
        assert row == Row({**taken, "plant_capacity_new[ridge]": -share}, -math.inf, pytest.approx(9 * share))
    assert rows_of(problem, "green_power_availability") == {}
    assert rows_of(problem, "plant_capacity_limit")["ridge"] == Row({"plant_capacity_new[ridge]": 1.0}, -math.inf, 51.0)
    assert objective_of(problem)[0]["plant_capacity_new[ridge]"] == pytest.approx(2_200_000)
    assert bounds_of(problem, "private_line") == rows_of(problem, "line_first") == {}


@pytest.mark.parametrize(("cost", "line"), [(900_000, 1.0), (6_000_000, 0.0)])
def test_a_line_is_built_where_it_pays(cost: float, line: float) -> None:
    """Power of the plant reaches a site only over a line, which is built where it saves more than it costs.

    Proves: ``right`` takes 2.5 MW in calm hours, 12 500 MWh that save 400 each where sold they earn 50: worth 4 375 000,
    more than 900 000 CNY/a, less than 6 000 000; then ``left`` uses 7.2 and 2 MW alone, 31 600 MWh, and 12 500 are sold.
    The row has 9 MW and 51 more for 4900 h. Sensitivity: power without a
    line, a line paid for by the hour.
    """
    world = SHARED.with_cells("site_plant", "private_line_cost", {"right;ridge": cost})
    results = plan(world)
    lines = results.tables["direct_connection_line"].set_index("site")["private_line"].to_dict()
    assert lines == {"left": 1.0, "right": line}
    alone = 48_400 * 500 + 31_600 * 100 - 12_500 * 50
    assert cost_of(world) == pytest.approx(SHARED_COST + 900_000 if line else alone)
    [row] = rows_of(compiled(world), "line_first").values()
    assert row.coefficients["private_line[right,ridge]"] == pytest.approx(-60 * 4900)
    assert row.coefficients["green_power[right,joint,windy]"] == 3000
    assert (row.lower, row.upper) == (-math.inf, 0.0)


def test_ratios_hold_by_plant() -> None:
    """The three ratios of a plant count all its sites together.

    Proves: six tenths of 80 000 MWh take 48 000 ÷ 4900 MW, 0.796 of them new, at (2 200 000 − 1 960 000) ÷ 4900 CNY a MWh
    more; of 147 000 MWh that 30 MW could make a fifth is sold, 50 CNY each; at 300 000 CNY a MW 30 000 + 2500 C = 0.9 ×
    4900 C limits what is built, at (1 120 000 − 300 000) ÷ 1910. Sensitivity: a ratio for each site.
    """
    results = plan(PLANT_SUPPLIED)
    assert results.summary["plant_capacity"] == pytest.approx(48_000 / 4900)
    assert price_of(results, "plant_self_supply_share", "ridge") == pytest.approx(240_000 / 4900)
    results = plan(PLANT_SELLS)
    assert results.summary["energy"]["excess"] == pytest.approx(29_400)
    assert price_of(results, "plant_export_share", "ridge") == pytest.approx(50)
    results = plan(PLANT_USED)
    assert results.summary["plant_capacity"] == pytest.approx(30_000 / 1910)
    assert price_of(results, "plant_self_use_share", "ridge") == pytest.approx(820_000 / 1910)
    [row] = results.tables["direct_connection"].to_dict("records")
    assert (row["scope"], row["name"]) == ("plant", "ridge")
    assert row["self_use_share"] == pytest.approx(0.9)


def test_what_is_left_of_a_plant_is_shared_out() -> None:
    """What is neither used nor sold of a plant is curtailed, in equal parts at its sites.

    Proves: 30 MW make 147 000 MWh; 80 000 are used, 29 400 sold, 37 600 left. Sensitivity: the whole of it at each site.
    """
    results = plan(PLANT_SELLS)
    table = results.tables["power_supply_technology"]
    yearly = table["curtailed"] * table["timestep"].map(HOURS)
    assert yearly.groupby(table["site"]).sum().to_dict() == pytest.approx({"left": 18_800, "right": 18_800})
    assert results.summary["energy"]["curtailed"] == pytest.approx(37_600)


@pytest.mark.parametrize(
    ("world", "table", "column", "rules"),
    [
        (FULL, "direct_connection", "could_make", {"could_make"}),
        (FULL, "direct_connection", "self_use", {"self_use"}),
        (FULL, "direct_connection", "sold_energy", {"sold_energy"}),
        *((FULL, "direct_connection", name, {name}) for name in RATIOS),
        *((FULL, "direct_connection", name, {name}) for name in ("self_use_share", "export_share", "self_supply_share")),
        (PLANT_USED, "direct_connection_plant", "plant_capacity", {"plants", "plant_availability"}),
        (LINED, "direct_connection_line", "private_line", {"private_line"}),
        (PLANT_SELLS, "power_supply_technology", "curtailed", {"curtailed"}),
    ],
)  # fmt: skip
def test_planted_faults_are_found(world: World, table: str, column: str, rules: set[str]) -> None:
    """Every number is checked: a part in a thousand more and less, an empty cell; a row lost, a row twice.

    Proves: the finding names the column, the rule or the cost. Sensitivity: a table that checks itself.
    """
    results = plan(world)
    assert rules_found(results) == set()
    for factor in (1.001, 0.999, math.nan):
        found = rules_found(results, altered(results.tables, table, column, lambda old, by=factor: old * by))
        assert found & rules, factor
    rows = results.tables[table]
    for wrong in (rows.iloc[1:], pd.concat([rows, rows.iloc[[0]]], ignore_index=True)):
        assert rules_found(results, {**results.tables, table: wrong})


@pytest.mark.parametrize(
    ("free", "kept", "rule"),
    [
        (BARE, SUPPLIED, "self_supply_share"),
        (asked(BARE, self_supply_share_min=0.5), FULL, "export_share"),
        (priced(BARE, 300_000), CHEAP, "self_use_share"),
        (SHARED, PLANT_SUPPLIED, "plant_self_supply_share"),
        (of_plant(green_capacity_existing=30), PLANT_SELLS, "plant_export_share"),
        (of_plant(green_capacity_cost=300_000), PLANT_USED, "plant_self_use_share"),
        (SHARED, of_plant(green_capacity_existing=30), "plant_capacity"),
        (PLANT_USED, LIMITED, "plant_capacity_limit"),
        (
            SHARED,
            SHARED.with_cells("plant_timestep", "availability", {"ridge;windy": 0.7}),
            "plant_availability",
        ),
        (PLANT_USED, of_plant(green_capacity_cost=310_000, self_use_share_min=0.9), "plants"),
        (LINED, SHARED.with_cells("site_plant", "private_line_cost", {"right;ridge": 910_000}), "private_lines"),
    ],
)  # fmt: skip
def test_a_plan_that_breaks_a_rule_is_found(free: World, kept: World, rule: str) -> None:
    """A plan held against data it was not made for breaks the rule or the cost that differs.

    Proves: each ratio, limit and cost by other code than the model's. Sensitivity: ratios read from the table.
    """
    results = plan(free)
    found = {finding.rule for finding in audit(scenario_of(kept), results.tables, results.summary)}
    assert rule in found


def test_power_without_its_line_is_found() -> None:
    """A line taken out of the plan, its cost with it, leaves power that nothing carried.

    Proves: ``line_first`` in tables that add up. Sensitivity: costs checked only.
    """
    results = plan(LINED)
    forged = altered(results.tables, "direct_connection_line", "private_line", 0.0, site="right")
    forged = altered(forged, "cost", "cost", 0.0, category="private_lines")
    assert "line_first" in rules_found(results, forged)


@pytest.mark.parametrize(
    ("world", "word"),
    [
        (of_plant(self_use_share_min=0.5).with_cells("site_plant", "connected", {"*": False}), "asks a ratio of nothing"),
        (SHARED.with_cells("technology", "counts_hourly", {"joint": None}), "not said whether joint counts as green"),
        (SHARED.with_cells("site_technology", "green_capacity_existing", {"left;joint": 3}), "has joint of its own"),
        (
            SHARED.with_rows(
                "plant", [*SHARED.tables["plant"], {"plant": "hill", "technology": "joint", "green_capacity_existing": 4}]
            ).with_rows(
                "site_plant", [*SHARED.tables["site_plant"], {"site": "left", "plant": "hill", "connected": True}]
            ),
            "another plant of its technology is joined to left",
        ),
        (of_plant(green_capacity_max=8), "below the 9 MW that stand already"),
        (of_plant(technology="moon"), "unknown technology"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(world: World, word: str) -> None:
    """Ratios of nothing, plants whose power could not be told apart and limits below what stands are faults.

    Proves: each is named. Sensitivity: green power of two plants in one sum.
    """
    with pytest.raises(InvalidInputError, match=word):
        scenario_of(world)


def test_a_line_to_nowhere_is_noted() -> None:
    """A priced line that is not connected is named; else there is no note but those on profiles.

    Proves: one note. Sensitivity: silence.
    """
    world = LINED.with_cells("site_plant", "connected", {"right;ridge": False})
    notes = [note.en for note in warnings_of(scenario_of(world))]
    assert [note for note in notes if "not connected" in note] == [
        "private_line_cost of right and ridge is not used: they are not connected"
    ]
