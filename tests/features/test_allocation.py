"""Allocation: all demand is served, and indivisible work stands at one site."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.algebra import (
    HAND,
    HAND_COST,
    RICH,
    Row,
    altered,
    bounds_of,
    compiled,
    cost_of,
    plan,
    price_of,
    rows_of,
    rules_found,
)
from tests.hours import FLEX

WHOLE = HAND.with_cells("workload", "indivisible", {"web": True})
"""One site for each region: the coast's 12 MW fit into the 13.5 MW of ``far``, the inland's 24 MW do not."""
WHOLE_COST = 52_800_000.0
PRICED = HAND.with_cells("workload", "unserved_price", {"web": 900})
PRICED = PRICED.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 20})
"""16 MW at ``near``, 13.5 MW at ``far``, and 900 CNY/MWh for what stays unserved."""


def test_all_demand_is_served() -> None:
    """The balance binds in every region and step: dear or not, all is served.

    Proves: 49 230 000, and 36 MW by day, 18 MW by night in the table. Sensitivity: 10 % more demand of the coast is
    served at ``near``: 0.1 × (12 × 2000 + 6 × 1000) × 700 = 2 100 000 more.
    """
    results = plan(HAND)
    assert results.summary["cost"] == pytest.approx(HAND_COST)
    table = results.tables["allocation"]
    assert table.groupby("timestep")["allocation"].sum().to_dict() == pytest.approx({"day": 36, "night": 18})
    more = HAND.with_cells("region_workload", "demand", {"coast;web": 11})
    assert cost_of(more) == pytest.approx(HAND_COST + 2_100_000)


def test_demand_balance_algebra() -> None:
    """Algebra: sum of the region's own columns, unserved demand with the same sign, equal to mean × profile.

    Proves: coast by day: near + far + unserved = 1.2 × 10; inland by night = 0.6 × 20.
    Sensitivity: a column of another region or step, a profile left out (10), a sign.
    """
    rows = rows_of(compiled(PRICED), "demand_balance")
    assert rows["coast,web,day"] == Row(
        {
            "allocation[coast,web,near,direct,day]": 1,
            "allocation[coast,web,far,direct,day]": 1,
            "unserved_demand[coast,web,day]": 1,
        },
        12,
        12,
    )
    assert (rows["inland,web,night"].lower, rows["inland,web,night"].upper) == (12, 12)
    assert len(rows) == 4


def test_indivisible_work_stands_at_one_site() -> None:
    """The coast goes to ``far`` as a whole, the inland to ``near``.

    Proves: 360 × 30 000 + 700 × 60 000 = 10 800 000 + 42 000 000 = 52 800 000 against 49 230 000 divided.
    Sensitivity: with 27 MW at ``far`` (24.3 usable) the inland fits there instead: 360 × 60 000 + 700 × 30 000 =
    42 600 000; if the site could change with the step, the night would cost 18 × 360 in both.
    """
    assert cost_of(WHOLE) == pytest.approx(WHOLE_COST)
    used = plan(WHOLE).tables["allocation"].groupby("region")["site"].unique()
    assert {region: list(sites) for region, sites in used.items()} == {"coast": ["far"], "inland": ["near"]}
    roomy = WHOLE.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 27})
    assert cost_of(roomy) == pytest.approx(42_600_000)


def test_single_site_algebra() -> None:
    """Algebra: one whole column a region and site, their sum 1.

    Proves: coefficients 1, both sides 1, binary columns; none for divisible work.
    Sensitivity: a sum over regions, a relaxed column, ≤ in place of =.
    """
    problem = compiled(WHOLE)
    assert rows_of(problem, "single_site") == {
        f"{region},web": Row({f"assigned[{region},web,near]": 1, f"assigned[{region},web,far]": 1}, 1, 1)
        for region in ("coast", "inland")
    }
    assert set(bounds_of(problem, "assigned").values()) == {(0.0, 1.0, True)}
    assert rows_of(problem, "single_site_or_none") == {}
    assert bounds_of(compiled(HAND), "assigned") == {}


def test_assigned_only_algebra() -> None:
    """Algebra: allocation − demand × profile × assigned ≤ 0, for each site and step.

    Proves: −12 for the coast by day, −12 for the inland by night (0.6 × 20). Sensitivity: the mean in place of the
    step's demand would let through too little by day (−10) or too much by night (−20).
    """
    rows = rows_of(compiled(WHOLE), "assigned_only")
    assert len(rows) == 8
    day, night = rows["coast,web,far,day"], rows["inland,web,near,night"]
    assert day.coefficients == {"allocation[coast,web,far,direct,day]": 1, "assigned[coast,web,far]": -12}
    assert night.coefficients == {"allocation[inland,web,near,direct,night]": 1, "assigned[inland,web,near]": -12}
    assert (day.upper, night.upper) == (0, 0)
    assert day.lower == night.lower == -float("inf")


def test_indivisible_work_may_stay_unserved_where_priced() -> None:
    """With a price, one site serves what it can of a region and the rest is left, at most one site a region.

    Proves: inland at ``far`` (13.5 of 24 MW by day, 12 by night), coast at ``near``: 360 × 39 000 + 700 × 30 000 +
    900 × 10.5 × 2000 = 14 040 000 + 21 000 000 + 18 900 000 = 53 940 000. The other way round it is 56 000 000.
    Sensitivity: divided, 360 × 40 500 + 700 × 36 500 + 900 × 13 000 = 51 830 000.
    """
    whole = PRICED.with_cells("workload", "indivisible", {"web": True})
    assert cost_of(PRICED) == pytest.approx(51_830_000)
    assert cost_of(whole) == pytest.approx(53_940_000)


def test_single_site_or_none_algebra() -> None:
    """Algebra: with a price on unserved demand the sum is at most 1.

    Proves: sides −∞ and 1, and no row of ``single_site``. Sensitivity: an equality forces an assignment.
    """
    problem = compiled(PRICED.with_cells("workload", "indivisible", {"web": True}))
    rows = rows_of(problem, "single_site_or_none")
    assert rows["coast,web"] == Row({"assigned[coast,web,near]": 1, "assigned[coast,web,far]": 1}, -float("inf"), 1)
    assert len(rows) == 2
    assert rows_of(problem, "single_site") == {}


def test_nothing_is_assigned_where_all_stays_unserved() -> None:
    """An indivisible workload that is cheaper left alone needs no site.

    Proves: at 100 CNY/MWh all 90 000 MWh stay unserved: 9 000 000, although no site could hold the inland's 24 MW.
    Sensitivity: ∑ assigned = 1 would still hold; a capacity reserved for the assigned site would cost.
    """
    cheap = PRICED.with_cells("workload", "indivisible", {"web": True})
    cheap = cheap.with_cells("workload", "unserved_price", {"web": 100})
    assert cost_of(cheap) == pytest.approx(9_000_000)


def test_prices_of_the_integer_rules_have_their_sign() -> None:
    """With integers fixed at the plan, tightening never pays.

    Proves: each price of an inequality is ≥ 0; that of ``assigned_only`` for the coast at ``near`` lies between 0
    (loosening gains nothing: the coast is served) and (900 − 700) × 2000 = 400 000 (a MW less is left unserved).
    The table says that the integers are fixed. Sensitivity: the raw dual has the other sign.
    """
    results = plan(PRICED.with_cells("workload", "indivisible", {"web": True}))
    prices = results.shadow_prices
    unequal = prices[prices["rule"].isin(["assigned_only", "single_site_or_none", "site_capacity"])]
    assert (unequal["price"] >= 0).all()
    assert 0 <= price_of(results, "assigned_only", "coast", "web", "near", "day") <= 400_000 * (1 + 1e-9)
    assert set(prices["integers"]) == {"fixed at the plan"}
    assert set(plan(HAND).shadow_prices["integers"]) == {"none"}


def test_price_of_the_balance_with_integers_fixed() -> None:
    """Where the inland stays partly unserved, one MW more of it stays unserved as well, at 900 × 2000.

    Proves: 1 800 000 by day. By night its 12 MW fill the row of ``assigned_only`` (demand × assigned): one MW more of
    demand finds that row full, and the price lies between ``far`` (360 000) and unserved (900 000).
    Sensitivity: integers relaxed give 700 or 360 × weight.
    """
    results = plan(PRICED.with_cells("workload", "indivisible", {"web": True}))
    assert price_of(results, "demand_balance", "inland", "web", "day") == pytest.approx(1_800_000)
    assert 360_000 * (1 - 1e-9) <= price_of(results, "demand_balance", "inland", "web", "night") <= 900_000 * (1 + 1e-9)


def test_mean_latency_and_west_share() -> None:
    """The summary's means are by energy.

    Proves: 40 500 of 90 000 MWh at ``far`` in the west: 0.45. Under 7 ms the inland has 39 000 MWh at ``far`` (6 ms) and
    21 000 at ``near`` (4 ms), the coast 30 000 at ``near`` (1.5 ms): (234 000 + 84 000 + 45 000) ÷ 90 000 = 4.0333 ms.
    Sensitivity: means by row or by power: unweighted steps give 4.02 ms.
    """
    assert plan(HAND).summary["west_share"] == pytest.approx(0.45)
    near = plan(HAND.with_cells("workload", "latency_max", {"web": 7})).summary
    assert near["mean_latency"] == pytest.approx(363_000 / 90_000)
    assert near["west_share"] == pytest.approx(39_000 / 90_000)


def test_indivisible_work_that_waits() -> None:
    """An indivisible workload may catch up what waited, at the site it is assigned to.

    Proves: assigned_only allows demand and what may have waited, (1 + 12 / 6, 3 + 5 / 4, 2 + 13 / 3, 2.4 + 12 / 5) MW,
    and the plan costs what the divisible one does. Sensitivity: the demand alone as a bound (at night 3 MW of 1).
    """
    whole = FLEX.with_cells("workload", "indivisible", {"batch": True})
    rows = rows_of(compiled(whole), "assigned_only")
    most = {"night": 3, "morning": 4.25, "noon": 19 / 3, "evening": 4.8}
    for step, power in most.items():
        row = rows[f"city,batch,plain,{step}"]
        assert row.coefficients == pytest.approx(
            {f"allocation[city,batch,plain,direct,{step}]": 1, "assigned[city,batch,plain]": -power}
        )
        assert row.upper == 0
    assert cost_of(whole) == pytest.approx(cost_of(FLEX))


def test_audit_finds_demand_that_is_not_served() -> None:
    """Planted fault: a little less work than demand, a row lost, a row doubled, a NaN.

    Proves: the audit names ``demand_balance``; nothing is found in the untouched plan.
    Sensitivity: totals compared in place of each region and step (work moved from day to night).
    """
    results = plan(HAND)
    assert rules_found(results) == set()
    table = results.tables["allocation"]
    less = altered(results.tables, "allocation", "allocation", lambda old: old * 0.99999, region="inland", site="near")
    lost = {**results.tables, "allocation": table.iloc[1:]}
    doubled = {**results.tables, "allocation": pd.concat([table, table.iloc[:1]])}
    empty = altered(results.tables, "allocation", "allocation", float("nan"), region="inland", site="near")
    for wrong in (less, lost, doubled, empty):
        assert "demand_balance" in rules_found(results, wrong)


def test_audit_finds_work_without_a_route() -> None:
    """Planted fault: work at a site, or over a path, to which there is no route; negative work.

    Proves: the audit names ``allocation``. Sensitivity: a merge that drops what has no route.
    """
    results = plan(HAND.with_cells("workload", "latency_max", {"web": 7}))
    moved = altered(results.tables, "allocation", "site", "far", region="coast")
    detour = altered(results.tables, "allocation", "path", "detour", region="coast")
    below = altered(results.tables, "allocation", "allocation", -1.0, region="coast", timestep="day")
    for wrong in (moved, detour, below):
        assert "allocation" in rules_found(results, wrong)


def test_audit_finds_indivisible_work_that_is_split() -> None:
    """Planted fault: the plan of divisible work passed off for indivisible work; a site that changes with the step.

    Proves: the audit names ``single_site``. Sensitivity: each step looked at by itself.
    """
    results, divided = plan(WHOLE), plan(HAND)
    assert rules_found(results) == set()
    tables = {**results.tables, "allocation": divided.tables["allocation"]}
    assert "single_site" in rules_found(results, tables)
    nightly = altered(results.tables, "allocation", "site", "near", region="coast", timestep="night")
    assert "single_site" in rules_found(results, nightly)


def test_audit_confirms_the_rich_world() -> None:
    """A world with every option of these features passes its audit.

    Proves: no false alarm with indivisible work, unserved prices, floors and openings at once.
    Sensitivity: tolerances below the solver's.
    """
    assert rules_found(plan(RICH)) == set()
