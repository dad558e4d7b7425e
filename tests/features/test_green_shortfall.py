"""Green shortfall: green energy that is missing from a share, at its price.

The worlds are those of ``tests/features/test_green_power_share.py`` in the mode matched: near must use 0.4 × 131 400 =
52 560 MWh of green energy, of which 40 140 can be had at peak for 10 CNY/MWh more than the grid, the rest for 36.
At 20 CNY/MWh it is cheaper to miss 12 420 MWh: 40 140 × 10 + 12 420 × 20 = 649 800 CNY/a.
"""

from __future__ import annotations

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.audit import audit
from tests.algebra import (
    HAND,
    altered,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.features.test_green_power_share import FIXED, FREE_COST, SITES, world_of

FEATURES = (*FIXED.features, "green_shortfall")
SHORT = world_of("matched", "all", "site").replaced(features=FEATURES).with_parameters(green_shortfall_price=20)
BOTH = SHORT.with_rows("hub", [{"hub": "delta", "hub_green_power_share_min": 0.3}, {"hub": "plateau"}])
"""The hub must use 0.3 × (131 400 + 68 328) = 59 918.4 MWh: 7358.4 more, that mid has at peak for 14."""
EVERY = world_of("every_timestep", "all", "site").replaced(features=FEATURES)
EVERY = EVERY.with_parameters(green_shortfall_price=20)
"""Peak 16 056 MWh at 10; rest 36 504, dearer than 20: missing."""


def test_what_is_missing_costs_its_price() -> None:
    """Green energy dearer than the price is missed, cheaper is used.

    Proves: 12 420 MWh missing at near over the year, 649 800 CNY/a, of which 248 400 in the category green_shortfall;
    the share's price is the shortfall's. Sensitivity: weights, a shortfall credited without being paid for.
    """
    results = plan(SHORT)
    missing = results.tables["green_shortfall"].set_index("site")["green_shortfall"]
    assert missing.to_dict() == pytest.approx({"near": 12_420, "mid": 0, "far": 0})
    assert cost_of(SHORT) - FREE_COST == pytest.approx(649_800)
    assert results.summary["costs"]["green_shortfall"] == pytest.approx(248_400)
    assert results.summary["energy"]["green_shortfall"] == pytest.approx(12_420)
    assert price_of(results, "green_power_share", "near", "year") == pytest.approx(20)


def test_the_share_is_reported_as_it_is() -> None:
    """What is missing is not green: the tables of the share say what was used.

    Proves: 40 140 MWh counted, a share of 40 140 / 131 400. Sensitivity: a share that shows what was credited.
    """
    [row] = plan(SHORT).tables["green_power_share"].to_dict("records")
    assert row["green_counted"] == pytest.approx(40_140)
    assert row["share"] == pytest.approx(40_140 / 131_400)


def test_a_dear_shortfall_is_none() -> None:
    """At more than 36 CNY/MWh nothing is missing.

    Proves: the cost of the rule without the feature, 848 520. Sensitivity: a shortfall that is free somewhere.
    """
    dear = SHORT.with_parameters(green_shortfall_price=37)
    assert cost_of(dear) - FREE_COST == pytest.approx(848_520)
    assert plan(dear).summary["energy"]["green_shortfall"] == pytest.approx(0, abs=1e-6)


def test_one_mwh_serves_every_share() -> None:
    """A MWh missing at a site is missing once, though site, hub and nation count it.

    Proves: 649 800 and 7358.4 × 14 at mid for the hub. Sensitivity: a shortfall for each rule, paid for twice.
    """
    assert cost_of(BOTH) - FREE_COST == pytest.approx(649_800 + 7358.4 * 14)


def test_each_timestep_has_its_own() -> None:
    """In the mode every_timestep it is missing in the timestep it is asked for.

    Proves: 36 504 MWh at rest and none at peak: 160 560 + 730 080 CNY/a. Sensitivity: one window for all.
    """
    missing = plan(EVERY).tables["green_shortfall"].set_index(["site", "window"])["green_shortfall"]
    assert missing["near", "rest"] == pytest.approx(36_504)
    assert missing.drop(("near", "rest")).abs().max() == pytest.approx(0, abs=1e-6)
    assert cost_of(EVERY) - FREE_COST == pytest.approx(160_560 + 730_080)


def test_algebra() -> None:
    """Algebra: what is missing is credited MWh for MWh, in the site's rule and in the hub's, and costs its price.

    Proves: the coefficient of green energy is w and that of the shortfall 1, of the same sign; 20 CNY a MWh.
    Sensitivity: a weight on a yearly energy, another site's shortfall.
    """
    problem = compiled(BOTH)
    [own] = rows_of(problem, "green_power_share").values()
    [hub] = rows_of(problem, "hub_green_power_share").values()
    for row, sites in ((own, ["near"]), (hub, ["near", "mid"])):
        assert {name for name in row.coefficients if "shortfall" in name} == {
            f"green_shortfall[{site},year]" for site in sites
        }
        for site in sites:
            power = row.coefficients[f"green_power[{site},wind,peak]"]
            assert row.coefficients[f"green_shortfall[{site},year]"] == pytest.approx(power / 2000)
    costs, _ = objective_of(problem)
    assert [costs[f"green_shortfall[{site},year]"] for site in SITES] == [20, 20, 20]


def test_what_cannot_be_green_has_a_plan() -> None:
    """A share that no supply can reach has a plan at its shortfall, and none without the feature.

    Proves: without wind 52 560 MWh are missing, 1 051 200 CNY/a; without the feature there is no plan.
    Sensitivity: a shortfall limited by what green power there is.
    """
    still = SHORT.with_cells("site_technology_timestep", "availability", {"*": 0})
    assert cost_of(still) - FREE_COST == pytest.approx(1_051_200)
    with pytest.raises(InfeasibleError):
        plan(still.replaced(features=FIXED.features))


@pytest.mark.parametrize("minimise", ["latency", "emissions"])
def test_serving_comes_before_being_green(minimise: str) -> None:
    """Where cost has no weight, work is served first, then as little green energy as can be is missing.

    Proves: without green power, at a share of 0.95 and PUEs above 1 (a MWh served misses 1.14 to 1.33), all work is
    served and 0.95 of the use is missing: added MWh for MWh, it would be better to serve nothing. Sensitivity: the two
    in one sum; the objective (least of nothing emits nothing) before either.
    """
    listed = ("emissions", "green_power_share", "green_shortfall")
    world = HAND.with_features(*HAND.features, *listed).replaced(minimise=minimise)
    world = world.with_cells("workload", "unserved_price", {"web": 900})
    for column, values in (("green_power_share_min", {"*": 0.95}), ("emission_factor", {"near": 0.7, "far": 0.45})):
        world = world.with_cells("site", column, values)
    world = world.with_parameters(green_power_share_mode="matched", green_shortfall_price=10)
    energy = plan(world).summary["energy"]
    assert energy["unserved"] == pytest.approx(0, abs=1e-6)
    assert energy["it"] == pytest.approx(90_000)
    assert energy["green_shortfall"] == pytest.approx(0.95 * energy["facility"])
    # The second pass has its say too: far needs less power for the same work, and is full.
    assert energy["facility"] == pytest.approx(1.2 * 13.5 * 3000 + 1.4 * (22.5 * 2000 + 4.5 * 1000))


@pytest.mark.parametrize("price", [None, 0])
def test_it_has_a_price(price: float | None) -> None:
    """Without a price, or at none, a share would ask for nothing.

    Proves: both are refused. Sensitivity: a default.
    """
    with pytest.raises(InvalidInputError, match="green_shortfall_price"):
        scenario_of(SHORT.with_parameters(green_shortfall_price=price))


@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, float("nan")])
def test_planted_faults_are_found(factor: float) -> None:
    """What is missing is checked against its cost and against the share.

    Proves: the cost is found at any change, the share where less is missing. Sensitivity: a sum that skips NaN.
    """
    results = plan(SHORT)
    assert rules_found(results) == set()
    tables = altered(results.tables, "green_shortfall", "green_shortfall", lambda old: old * factor, site="near")
    found = rules_found(results, tables)
    assert "green_shortfall" in found
    assert factor > 1 or "green_power_share" in found


def test_a_lost_window_is_found() -> None:
    """A site and window without its row, an empty table, and a row of a window that is none are findings.

    Proves: also where nothing is missing. Sensitivity: windows read from the table itself.
    """
    results = plan(EVERY)
    table = results.tables["green_shortfall"]
    spare = table[table["green_shortfall"] < 1].index
    renamed = table.copy()
    renamed.loc[spare[0], "window"] = "dusk"
    for wrong in (table.drop(index=spare[0]), table.iloc[:0], renamed):
        assert "green_shortfall" in rules_found(results, {**results.tables, "green_shortfall": wrong})


def test_audit_checks_by_itself() -> None:
    """A plan held against another price fails just the cost.

    Proves: the audit's own price. Sensitivity: the cost table believed.
    """
    results = plan(SHORT)
    other = scenario_of(SHORT.with_parameters(green_shortfall_price=21))
    assert {finding.rule for finding in audit(other, results.tables, results.summary)} == {"green_shortfall"}
