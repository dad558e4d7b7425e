"""Traffic: what carrying work costs, by energy served and by data moved.

``FAR`` is ``HAND`` with prices on the way to ``far``. Work at ``far`` saves 700 - 360 = 340 CNY/MWh. 0.05 Gbit/s per MW
make 450 × 0.05 = 22.5 GB per MWh; at 2 CNY/GB from the coast (45 CNY/MWh) and 1 from inland (22.5 CNY/MWh), and a
transfer price of 30 and 60 CNY/MWh, the coast pays 75 and inland 82.5 CNY/MWh, so that the coast goes first: 12 MW by
day and 6 by night, and inland takes the other 1.5 and 7.5 MW of ``far``.

    coast   12 × 2000 + 6 × 1000 = 30 000 MWh     inland  1.5 × 2000 + 7.5 × 1000 = 10 500 MWh
"""

from __future__ import annotations

import pytest

from planner.models.audit import audit
from tests.algebra import (
    HAND,
    HAND_COST,
    altered,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rules_found,
    scenario_of,
)

FAR = HAND.with_features(*HAND.features, "traffic").with_cells("workload", "traffic_per_mw", {"web": 0.05})
FAR = FAR.with_cells("region_site", "transfer_price", {"coast;far": 30, "inland;far": 60})
FAR = FAR.with_cells("region_site", "traffic_price", {"coast;far": 2, "inland;far": 1})


def test_transfer_and_traffic_are_paid() -> None:
    """Both costs follow the energy served over the route.

    Proves: transfer 30 × 30 000 + 60 × 10 500 = 1 530 000; traffic 22.5 × (2 × 30 000 + 1 × 10 500) = 1 586 250.
    Sensitivity: 450 GB for another factor (3600, 125), weights left out, power in place of energy.
    """
    costs = plan(FAR).summary["costs"]
    assert costs["transfer"] == pytest.approx(1_530_000)
    assert costs["traffic"] == pytest.approx(1_586_250)
    assert cost_of(FAR) == pytest.approx(HAND_COST + 1_530_000 + 1_586_250)


def test_data_carried_is_reported() -> None:
    """The table has GB a year and the mean rate of every pair that carries any.

    Proves: coast-far 22.5 × 30 000 = 675 000 GB/a, 0.05 × 30 000 / 3000 = 0.5 Gbit/s on the mean; near carries the
    other 49 500 MWh. Sensitivity: a mean over 8760 h where the scenario has 3000.
    """
    table = plan(FAR).tables["traffic"].set_index(["region", "site"])
    assert table["data"].to_dict() == pytest.approx(
        {("coast", "far"): 675_000, ("inland", "far"): 236_250, ("inland", "near"): 1_113_750}
    )
    assert table.loc[("coast", "far"), "traffic"] == pytest.approx(0.5)
    assert plan(FAR).summary["traffic"] == pytest.approx(0.05 * 90_000 / 3000)


def test_costs_of_a_route() -> None:
    """Algebra: what a MW of work on a route costs to carry.

    Proves: (30 + 45) × 2000 from the coast by day, (60 + 22.5) × 1000 from inland by night, nothing into near.
    Sensitivity: a price of another pair, a weight, the factor 450.
    """
    costs, _ = objective_of(compiled(FAR))
    assert costs["allocation[coast,web,far,direct,day]"] == pytest.approx(150_000)
    assert costs["allocation[inland,web,far,direct,night]"] == pytest.approx(82_500)
    assert "allocation[coast,web,near,direct,day]" not in costs


def test_one_price_for_all_pairs() -> None:
    """A scalar price holds for every pair, wherever the work goes.

    Proves: 22.5 GB/MWh × 90 000 MWh × 0.4 CNY/GB, and the plan as without it. Sensitivity: a scalar for far pairs only.
    """
    table = [{k: v for k, v in row.items() if k != "traffic_price"} for row in HAND.tables["region_site"]]
    scalar = FAR.with_rows("region_site", table).with_parameters(traffic_price=0.4)
    assert plan(scalar).summary["costs"]["traffic"] == pytest.approx(810_000)
    assert cost_of(scalar) == pytest.approx(HAND_COST + 810_000)


def test_a_dear_way_keeps_work_near() -> None:
    """Work stays where carrying it costs more than it saves.

    Proves: at 350 CNY/MWh from inland (saving 340) inland leaves far; the coast alone uses 30 000 MWh of it.
    Sensitivity: the transfer price missing from the objective.
    """
    dear = FAR.with_cells("region_site", "transfer_price", {"inland;far": 350})
    table = plan(dear).tables["traffic"].set_index(["region", "site"])["data"]
    assert ("inland", "far") not in table.index
    assert table["coast", "far"] == pytest.approx(675_000)


def test_shadow_price_of_capacity_pays_the_way() -> None:
    """A MW of room at far saves what its last user saves, carriage deducted.

    Proves: 2000 × (340 - 82.5) by day, where inland is the last. Sensitivity: carriage outside the objective.
    """
    assert price_of(plan(FAR), "site_capacity", "far", "cpu", "day") == pytest.approx(515_000)


def test_no_prices_no_costs() -> None:
    """Without prices and rates the feature costs nothing and reports no traffic.

    Proves: the plan of HAND at its cost; an empty table goes through the audit. Sensitivity: a default above 0.
    """
    bare = HAND.with_features(*HAND.features, "traffic")
    assert cost_of(bare) == pytest.approx(HAND_COST)
    assert plan(bare).tables["traffic"].empty
    assert plan(bare).summary["traffic"] == 0


@pytest.mark.parametrize(
    ("column", "value", "rule"), [("transfer_price", 31, "transfer"), ("traffic_price", 2.1, "traffic")]
)
def test_audit_checks_prices_by_itself(column: str, value: float, rule: str) -> None:
    """A plan held against other prices fails just that cost.

    Proves: the audit's own sums. Sensitivity: a cost that is not checked.
    """
    results = plan(FAR)
    other = scenario_of(FAR.with_cells("region_site", column, {"coast;far": value}))
    assert {finding.rule for finding in audit(other, results.tables, results.summary)} == {rule}


@pytest.mark.parametrize("factor", [1.001, float("nan")])
@pytest.mark.parametrize(
    ("table", "column", "where", "rule"),
    [
        ("traffic", "data", {"site": "far"}, "traffic"),
        ("traffic", "traffic", {"site": "near"}, "traffic"),
        ("cost", "cost", {"category": "transfer"}, "transfer"),
        ("cost", "cost", {"category": "traffic"}, "traffic"),
    ],
)
def test_planted_faults_are_found(table: str, column: str, where: dict[str, str], rule: str, factor: float) -> None:
    """Data, rates and both costs are checked.

    Proves: one part in a thousand, or an empty cell, is found and named. Sensitivity: sums that skip NaN.
    """
    results = plan(FAR)
    assert rules_found(results) == set()
    assert rule in rules_found(results, altered(results.tables, table, column, lambda old: old * factor, **where))
