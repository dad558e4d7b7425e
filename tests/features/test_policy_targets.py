"""Policy targets: shares of hubs, sides and the west, quotas of energy, PUE of new halls, aims in PFLOPS and MW.

``QUOTA`` is ``BUILT`` with modules of 4 MW at ``near`` in the east too, at 1 000 000 CNY/a, which no work needs. At
``far`` in the west the first three save 3 672 000, 2 754 000 and 2 448 000 CNY/a, at 2 600 000 each.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.audit import audit
from planner.pipeline.check import warnings_of
from tests.algebra import (
    BUILT,
    BUILT_COST,
    HAND,
    HAND_COST,
    Row,
    altered,
    compiled,
    cost_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.worlds import World

QUOTA = BUILT.replaced(features=(*BUILT.features, "policy_targets"))
for _column, _value in (("module_size", 4), ("modules_max", 3), ("module_cost", 1_000_000)):
    QUOTA = QUOTA.with_cells("site_compute_type", _column, {"near;cpu": _value})


def east(share: float) -> World:
    """Return the world with a least share of new capacity in the east."""
    return QUOTA.with_rows("side", [{"side": "east", "side_share_new_min": share}, {"side": "west"}])


def built(world: World) -> dict[str, float]:
    """Return the modules of each site."""
    modules: dict[str, float] = plan(world).tables["site_expansion"].set_index("site")["modules"].to_dict()
    return modules


@pytest.mark.parametrize(
    ("share", "modules", "cost"),
    [
        (0.0, {"near": 0, "far": 2}, BUILT_COST),
        (0.25, {"near": 1, "far": 2}, HAND_COST - 3_672_000 - 2_754_000 + 2 * 2_600_000 + 1_000_000),
        (0.5, {"near": 1, "far": 1}, HAND_COST - 3_672_000 + 2_600_000 + 1_000_000),
        (0.6, {"near": 0, "far": 0}, HAND_COST),
    ],
)
def test_a_side_gets_its_share(share: float, modules: dict[str, float], cost: float) -> None:
    """What a quota of the east costs, by hand: with 0.6, two modules there for each in the west pay no more.

    Proves: 226 000 CNY/a are left of 1 226 000 at a quarter, 72 000 at a half, nothing at 0.6, when nothing is built.
    Sensitivity: a share of what stands, the other side, a share of the cost.
    """
    assert built(east(share)) == modules
    assert cost_of(east(share)) == pytest.approx(cost)


def test_the_rule_is_one_row_a_side() -> None:
    """Its share of all new MW less the new MW of the side, at most 0; a side without a target has no row.

    Proves: 4 × (0.25 − 1) a module of the east, 4 × 0.25 one of the west. Sensitivity: a share of the other sides only.
    """
    rows = rows_of(compiled(east(0.25)), "side_share_new")
    assert rows == {"east": Row({"modules[near,cpu]": -3.0, "modules[far,cpu]": 1.0}, -math.inf, 0.0)}


def test_the_table_says_what_is_built() -> None:
    """The target, the new capacity and its share; where nothing is built the share is not known.

    Proves: 4 of 12 MW. Sensitivity: modules for MW, a share of 0 or 1 where there is none.
    """
    assert plan(east(0.25)).tables["policy_targets"].to_dict("records") == [
        {"side": "east", "side_share_new_min": 0.25, "capacity_new_side": 4.0, "side_share_new": pytest.approx(1 / 3)}
    ]
    assert math.isnan(plan(east(0.6)).tables["policy_targets"]["side_share_new"].iloc[0])


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("side_share_new_min", 0.3, "side_share_new_min"),
        ("capacity_new_side", 5.0, "capacity_new_side"),
        ("side_share_new", 0.4, "side_share_new"),
        ("side_share_new", math.nan, "side_share_new"),
        ("side", "west", "policy_targets"),
    ],
)
def test_a_wrong_table_is_found(column: str, value: float, rule: str) -> None:
    """Proves: each number of the table is reckoned again from the halls. Sensitivity: a table that checks itself."""
    results = plan(east(0.25))
    assert rule in rules_found(results, altered(results.tables, "policy_targets", column, value))


def test_a_plan_below_the_target_is_found() -> None:
    """Proves: the plan of another target breaks this one. Sensitivity: an audit that reads the target from the table."""
    results, other = plan(east(0.5)), plan(east(0.25))
    found = {finding.rule for finding in audit(results.scenario, other.tables, other.summary)}
    assert "side_share_new" in found


OF_HUB = QUOTA.with_cells("site", "hub", {"far": None})
"""``QUOTA`` in which ``near`` alone belongs to a hub."""


def in_hubs(share: float) -> World:
    """Return the world with a least share of new capacity in hubs."""
    return OF_HUB.with_parameters(hubs_share_new_min=share)


def by_kind(share: float) -> World:
    """Return the world with the same share, asked of one kind of compute."""
    return OF_HUB.with_cells("compute_type", "hubs_share_new_min", {"cpu": share})


@pytest.mark.parametrize("asked", [in_hubs, by_kind])
@pytest.mark.parametrize(
    ("share", "modules", "cost"),
    [
        (0.0, {"near": 0, "far": 2}, BUILT_COST),
        (0.25, {"near": 1, "far": 2}, HAND_COST - 3_672_000 - 2_754_000 + 2 * 2_600_000 + 1_000_000),
        (0.5, {"near": 1, "far": 1}, HAND_COST - 3_672_000 + 2_600_000 + 1_000_000),
        (0.6, {"near": 0, "far": 0}, HAND_COST),
    ],
)
def test_hubs_get_their_share(asked: Any, share: float, modules: dict[str, int], cost: float) -> None:
    """What a share of the hubs costs, by hand as for a side: of all that is built, or of a kind of compute.

    Proves: 226 000 CNY/a are left of 1 226 000 at a quarter, 72 000 at a half, nothing at 0.6. Sensitivity: a share of
    what stands, of the sites, of the hubs that are named; a share of 0 that is a rule.
    """
    assert built(asked(share)) == modules
    assert cost_of(asked(share)) == pytest.approx(cost)


def test_hubs_share_algebra() -> None:
    """Algebra: the hubs' new MW less their share of all at least 0; by kind, the columns of that kind alone.

    Proves: 4 × (0.25 − 1) a module of ``near`` and 4 × 0.25 one of ``far``, and the same of the new MW of the other kind
    of compute in the first rule only. Sensitivity: a share of each kind where one of all is asked for.
    """
    types = [{"compute_type": "cpu", "hubs_share_new_min": 0.25}, {"compute_type": "gpu"}]
    world = in_hubs(0.25).with_rows("compute_type", types)
    rows = [
        *OF_HUB.tables["site_compute_type"],
        {"site": "far", "compute_type": "gpu", "module_size": 3, "modules_max": 9},
    ]
    problem = compiled(world.with_rows("site_compute_type", rows))
    shared = {"modules[near,cpu]": -3.0, "modules[far,cpu]": 1.0}
    assert rows_of(problem, "hubs_share_new_of_type") == {"cpu": Row(shared, -math.inf, 0.0)}
    assert rows_of(problem, "hubs_share_new") == {"": Row({**shared, "modules[far,gpu]": 0.75}, -math.inf, 0.0)}
    assert (
        rows_of(compiled(in_hubs(0)), "hubs_share_new") == rows_of(compiled(by_kind(0)), "hubs_share_new_of_type") == {}
    )


DEAR_WEST = HAND.replaced(features=QUOTA.features).with_cells("site", "grid_power_price", {"far": 600})
"""A MWh of IT load costs 720 CNY at ``far`` in the west, 700 at ``near``: nobody goes there. Of 90 000 MWh 40 500 could."""
WESTWARD = DEAR_WEST.with_parameters(west_share_min=0.3)


def test_the_west_gets_its_share_of_the_work() -> None:
    """Three tenths of the energy served are done in the west, at 20 CNY a MWh more.

    Proves: 90 000 × 700 + 27 000 × 20 = 63 540 000 CNY/a; a MWh more of it costs 20; 0.45 is all that ``far`` can do, and
    a hundredth more has no plan. Sensitivity: a share by timestep, of capacity, of facility energy.
    """
    assert cost_of(DEAR_WEST) == pytest.approx(63_000_000)
    assert cost_of(WESTWARD) == pytest.approx(63_540_000)
    assert price_of(plan(WESTWARD), "west_share_floor") == pytest.approx(20)
    assert cost_of(DEAR_WEST.with_parameters(west_share_min=0.45)) == pytest.approx(63_000_000 + 40_500 * 20)
    with pytest.raises(InfeasibleError):
        plan(DEAR_WEST.with_parameters(west_share_min=0.46))


def test_west_share_algebra() -> None:
    """Algebra: hours × (share − 1) a MW in the west, hours × share elsewhere, at most 0.

    Proves: coefficients by timestep. Sensitivity: a row without weights.
    """
    [row] = rows_of(compiled(WESTWARD), "west_share_floor").values()
    hours = {"day": 2000, "night": 1000}
    assert row.coefficients == pytest.approx(
        {
            f"allocation[{region},web,{site},direct,{step}]": hours[step] * share
            for region in ("coast", "inland")
            for site, share in (("far", -0.7), ("near", 0.3))
            for step in hours
        }
    )
    assert (row.lower, row.upper) == (-math.inf, 0.0)


METERED = HAND.replaced(features=QUOTA.features)
QUOTAS: dict[str, tuple[World, float, float]] = {
    # world, its cost [CNY/a] and the price of the quota [CNY/MWh]
    "energy_limit": (METERED.with_cells("site", "energy_max", {"far": 36_000}), HAND_COST + 10_500 * 340, 340 / 1.2),
    "hub_energy_limit": (
        METERED.with_rows("hub", [{"hub": "delta"}, {"hub": "basin", "hub_energy_max": 36_000}]),
        HAND_COST + 10_500 * 340,
        340 / 1.2,
    ),
    "side_energy_limit": (
        METERED.with_rows("side", [{"side": "east"}, {"side": "west", "side_energy_max": 36_000}]),
        HAND_COST + 10_500 * 340,
        340 / 1.2,
    ),
    "national_energy_limit": (DEAR_WEST.with_parameters(national_energy_max=120_000), 63_600_000.0, 100.0),
}
INDEX_OF = {
    "energy_limit": ("far",),
    "hub_energy_limit": ("basin",),
    "side_energy_limit": ("west",),
    "national_energy_limit": (),
}


@pytest.mark.parametrize("rule", QUOTAS)
def test_a_quota_of_energy_holds(rule: str) -> None:
    """A site, a hub, a side and the nation keep within their quota, at the price by hand.

    Proves: ``far`` draws 48 600 MWh; with 36 000 it does 30 000 MWh of work, and 10 500 go to ``near`` for 340 more each,
    340 ÷ 1.2 a MWh of the quota. The nation draws 126 000 MWh where the west is dear; each MWh of work that goes there
    saves 0.2 for 20 CNY: 30 000 of them for 6 000 MWh, 100 CNY each. Sensitivity: IT energy counted, weights left out,
    the quota of another site.
    """
    world, cost, price = QUOTAS[rule]
    assert cost_of(world) == pytest.approx(cost)
    assert price_of(plan(world), rule, *INDEX_OF[rule]) == pytest.approx(price)


GREEN = METERED.with_rows("technology", [{"technology": "hydro"}]).with_rows(
    "site_technology",
    [{"site": "far", "technology": "hydro", "green_capacity_existing": 3, "green_power_price": 250}],
)
GREEN = GREEN.with_cells("site", "energy_max", {"far": 36_000})


@pytest.mark.parametrize(("on", "cost"), [("grid", 49_800_000), ("site_draw", 52_350_000)])
def test_a_quota_may_leave_green_power_out(on: str, cost: float) -> None:
    """A quota of grid energy is free of green power; one of what is drawn counts it.

    Proves: with 9 000 MWh of hydropower ``far`` draws 45 000 MWh and does 37 500 of the work, or 36 000 and 30 000:
    52 500 × 700 + 36 000 × 300 + 9 000 × 250 = 49 800 000, or 60 000 × 700 + 27 000 × 300 + 2 250 000 = 52 350 000.
    Sensitivity: the choice unread.
    """
    world = GREEN.with_parameters(energy_max_on=on)
    assert cost_of(world) == pytest.approx(cost)
    [row] = rows_of(compiled(world), "energy_limit").values()
    assert row.coefficients["grid_power[far,day]"] == 2000
    assert row.coefficients.get("green_power[far,hydro,day]", 0) == (2000 if on == "site_draw" else 0)
    assert (row.lower, row.upper) == (-math.inf, 36_000)


AIM = QUOTA.with_cells("compute_type", "pflops_per_mw", {"cpu": 16}).with_cells(
    "compute_type", "compute_min", {"cpu": 1400}
)
ROOM = QUOTA.with_rows(
    "site_compute_type",
    [{**row, "capacity_max": 20} if row["site"] == "far" else row for row in QUOTA.tables["site_compute_type"]],
)


def test_an_aim_in_pflops_is_reached() -> None:
    """Where 1 400 PFLOPS must stand, four modules are built: 75 MW stand, 87.5 are needed.

    Proves: three at ``far`` (1 074 000 gained) and one at ``near`` (1 000 000) are cheapest: 49 156 000 CNY/a; 16 PFLOPS
    a MW × 4 MW in the row, 1 400 − 1 200 at its side. Sensitivity: new capacity alone, PFLOPS of another kind.
    """
    assert built(AIM) == {"near": 1, "far": 3}
    assert cost_of(AIM) == pytest.approx(HAND_COST - 1_074_000 + 1_000_000)
    rows = rows_of(compiled(AIM), "compute_floor")
    assert rows == {"cpu": Row({"modules[near,cpu]": 64.0, "modules[far,cpu]": 64.0}, 200.0, math.inf)}


def test_capacity_keeps_below_its_limit() -> None:
    """At most 20 MW may stand at ``far``, where 15 do: one module of 4 MW.

    Proves: 48 158 000 CNY/a; 4 MW a module, 5 MW left. Sensitivity: a limit on what is new.
    """
    assert built(ROOM) == {"near": 0, "far": 1}
    assert cost_of(ROOM) == pytest.approx(48_158_000)
    rows = rows_of(compiled(ROOM), "capacity_limit")
    assert rows == {"far,cpu": Row({"modules[far,cpu]": 4.0}, -math.inf, 5.0)}


STEPPED = QUOTA.with_cells("site", "pue", {"*": None}).with_rows(
    "site_timestep",
    [
        {"site": site, "timestep": step, "pue": pue}
        for site, pues in {"near": {"day": 1.4, "night": 1.4}, "far": {"day": 1.1, "night": 1.4}}.items()
        for step, pue in pues.items()
    ],
)
"""The PUE of ``far`` is 1.1 for 2000 h and 1.4 for 1000: 1.2 as a mean of the year, 1.25 of the steps."""


@pytest.mark.parametrize(
    ("kind", "limit", "is_barred"),
    [
        ("site", 1.2, False),
        ("site", 1.19, True),
        ("hub", 1.19, True),
        ("side", 1.2, False),
        ("side", 1.19, True),
        ("national", 1.21, False),
        ("national", 1.19, True),
    ],
)
def test_nothing_is_built_where_the_pue_is_too_high(kind: str, limit: float, is_barred: bool) -> None:
    """A site whose mean PUE over the year is above the limit builds nothing; what stands there is used.

    Proves: 1.2 is at its limit and may build; at 1.19 there is one row of its modules, at most 0, and none are built. The
    limit may be the site's, its hub's, its side's or the nation's. Sensitivity: a mean without weights (1.25), the work
    of old halls barred as well.
    """
    world = limited(kind, limit)
    rows = rows_of(compiled(world), "pue_standard")
    assert rows.get("far,cpu") == (Row({"modules[far,cpu]": 1.0}, -math.inf, 0.0) if is_barred else None)
    assert (built(world)["far"] == 0) == is_barred
    work = plan(world).tables["allocation"]
    assert (work["site"] == "far").any()


def limited(kind: str, limit: float) -> World:
    """Return the world with a limit on PUE, of ``far``'s own, its hub's, its side's or the nation's."""
    if kind == "national":
        return STEPPED.with_parameters(national_pue_max_new=limit)
    if kind == "site":
        return STEPPED.with_cells("site", "pue_max_new", {"far": limit})
    others = {"hub": ["delta", "basin"], "side": ["east", "west"]}[kind]
    rows = [{kind: others[0]}, {kind: others[1], f"{kind}_pue_max_new": limit}]
    return STEPPED.with_rows(kind, rows)


ALL = QUOTAS["side_energy_limit"][0].with_parameters(
    hubs_share_new_min=0.1, west_share_min=0.2, national_pue_max_new=1.3, national_energy_max=200_000
)
ALL = ALL.with_rows("site_compute_type", ROOM.tables["site_compute_type"]).with_rows(
    "compute_type", [{"compute_type": "cpu", "pflops_per_mw": 16, "compute_min": 1250, "hubs_share_new_min": 0.05}]
)
"""Every kind of target at once: 75 MW and one module are 1 264 PFLOPS."""


def test_the_table_says_what_is_reached() -> None:
    """Each target has a row with its unit, what is reached and what is asked for.

    Proves: by hand: one module of 4 MW, at ``far``, since ``near`` has a PUE of 1.4; 36 000 MWh of 75 000 at ``far``
    are 30 000 of 90 000 of work, a third. Sensitivity: a target without a row, numbers of another.
    """
    table = plan(ALL).tables["policy_targets_reached"]
    found = {
        (target, whose): (unit, reached, limit)
        for target, whose, unit, reached, limit in table.itertuples(index=False, name=None)
    }
    near = 60_000 * 1.4
    expected = {
        ("hubs_share_new", "national"): ("1", 1.0, 0.1),
        ("hubs_share_new_of_type", "cpu"): ("1", 1.0, 0.05),
        ("west_share_floor", "west"): ("1", 1 / 3, 0.2),
        ("pue_standard", "near"): ("1", 1.4, 1.3),
        ("pue_standard", "far"): ("1", 1.2, 1.3),
        ("side_energy_limit", "west"): ("MWh/a", 36_000, 36_000),
        ("national_energy_limit", "national"): ("MWh/a", 36_000 + near, 200_000),
        ("compute_floor", "cpu"): ("PFLOPS", 79 * 16, 1250),
        ("capacity_limit", "far;cpu"): ("MW", 19, 20),
    }
    assert found.keys() == expected.keys()
    for row, (unit, reached, limit) in expected.items():
        assert found[row][0] == unit
        assert found[row][1:] == pytest.approx((reached, limit)), row
    nothing = plan(in_hubs(0.6)).tables["policy_targets_reached"]
    assert math.isnan(nothing["target_reached"].iloc[0])


@pytest.mark.parametrize("column", ["target_reached", "target_limit", "unit", "target", "target_of"])
def test_a_wrong_row_of_the_table_is_found(column: str) -> None:
    """Every cell of every row is worked out again.

    Proves: numbers a part in a thousand off, another word, a row lost, a row twice. Sensitivity: a table that checks
    itself.
    """
    results = plan(ALL)
    assert rules_found(results) == set()
    table = results.tables["policy_targets_reached"]
    for place, target in enumerate(table["target"]):
        forged = table.copy()
        old = forged[column].iloc[place]
        forged.loc[place, column] = old * 1.001 if isinstance(old, float) else "another"
        assert rules_found(results, {**results.tables, "policy_targets_reached": forged}), (target, column)
        for wrong in (table.drop(index=place), pd.concat([table, table.iloc[[place]]], ignore_index=True)):
            found = rules_found(results, {**results.tables, "policy_targets_reached": wrong})
            assert "policy_targets_reached" in found, target


MISSED: dict[str, tuple[World, World]] = {
    "hubs_share_new": (in_hubs(0.25), in_hubs(0.5)),
    "hubs_share_new_of_type": (by_kind(0.25), by_kind(0.5)),
    "west_share_floor": (DEAR_WEST, WESTWARD),
    **{rule: (DEAR_WEST if rule.startswith("nat") else METERED, world) for rule, (world, *_) in QUOTAS.items()},
    "compute_floor": (QUOTA.with_cells("compute_type", "pflops_per_mw", {"cpu": 16}), AIM),
    "capacity_limit": (QUOTA, ROOM),
    "pue_standard": (STEPPED, limited("side", 1.19)),
}


@pytest.mark.parametrize("rule", MISSED)
def test_a_plan_that_misses_its_target_is_found(rule: str) -> None:
    """The plan of a world without a target, held against the target, breaks just this rule.

    Proves: each target's own check, by other code than the model's. Sensitivity: an audit that reads the table.
    """
    free, asked = MISSED[rule]
    results = plan(free)
    found = {finding.rule for finding in audit(scenario_of(asked), results.tables, results.summary)}
    assert rule in found
    assert found <= {rule, "policy_targets_reached"}


@pytest.mark.parametrize(
    ("world", "word"),
    [
        (in_hubs(0.5).with_cells("site", "hub", {"*": None}), "no site names a hub"),
        (WESTWARD.with_cells("site", "side", {"*": None}).with_cells("region", "side", {"*": None}), "has the id west"),
        (AIM.with_cells("compute_type", "pflops_per_mw", {"cpu": None}), "computing power of a MW is not known"),
        (ROOM.with_cells("site_compute_type", "capacity_max", {"far;cpu": 12}), "below the 15 MW that stand already"),
        (
            QUOTAS["energy_limit"][0].with_features(*(f for f in QUOTA.features if f != "power_supply")),
            "energy_max needs the feature power_supply",
        ),
        (
            limited("site", 1.2).with_features(*(f for f in QUOTA.features if f not in {"power_supply", "facility_load"})),
            "pue_max_new needs the feature facility_load",
        ),
    ],
)  # fmt: skip
def test_a_target_of_nothing_known_is_refused(world: World, word: str) -> None:
    """A target that speaks of what the scenario does not know is a fault of the input.

    Proves: each is named. Sensitivity: a target passed over.
    """
    with pytest.raises(InvalidInputError, match=word):
        scenario_of(world)


def test_a_limit_of_a_hub_without_sites_is_named() -> None:
    """A quota of a hub to which no site belongs limits nothing, and a note says so.

    Proves: one note. Sensitivity: silence.
    """
    world = METERED.with_rows("hub", [{"hub": "delta"}, {"hub": "basin"}, {"hub": "north", "hub_energy_max": 9}])
    assert any("north limits nothing" in note.en for note in warnings_of(scenario_of(world)))
