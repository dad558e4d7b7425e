"""Stages worked by hand: what is built when, how long it stands, what it pays, and how years to come count."""

from __future__ import annotations

import pytest

from planner.errors import InfeasibleError
from tests.algebra import BUILT, BUILT_COST, HAND, plan
from tests.cases.several_years import WET, built, by_stage, costs, in_stages, plan_of, read
from tests.here import planned
from tests.worlds import BASE


@pytest.mark.parametrize("world", [HAND, BUILT, BASE], ids=["hand", "built", "base"])
def test_one_stage_is_the_plan_of_today(world: object) -> None:
    """A scenario of one stage gives the plan that it gives without, to the last digit.

    Proves: objective, bound, every table and every shadow price are equal, not nearly so.
    Sensitivity: any row or factor that a single case is given beside its own, such as its years or a discount.
    """
    alone, staged = plan(world), plan_of(in_stages(world, years=(2027,), lasting=7))  # type: ignore[arg-type]
    assert staged.summary["objective"] == alone.summary["objective"]
    assert staged.summary["bound"] == alone.summary["bound"]
    own = staged.of_case(staged.scenario.cases[0])
    assert set(own.tables) == set(alone.tables)
    for name, table in alone.tables.items():
        assert own.tables[name].to_csv() == table.to_csv(), name
    assert own.shadow_prices.to_csv() == alone.shadow_prices.to_csv()


def test_two_equal_stages_build_once() -> None:
    """What the first of two equal stages builds stands in the second, which builds nothing.

    Proves: two modules in 2025, none in 2030, and ten years of today's cost. Sensitivity: modules that are there for
    their own stage only would be built twice, at the same cost, but two and two.
    """
    results = plan_of(in_stages())
    assert built(results) == {"s2025": 2.0, "s2030": 0.0}
    assert results.summary["objective"] == pytest.approx(10 * BUILT_COST)
    assert costs(results, "new_compute") == pytest.approx({"s2025": 5_200_000, "s2030": 5_200_000})


def test_a_vintage_pays_the_price_of_its_year() -> None:
    """Modules fall to 2 000 000 in 2030: one is built now, and two then; the old one goes on at its old price.

    Proves: five years with one module at 2 600 000, 48 158 000 each, then with three: energy 40 356 000, the old one at
    2 600 000 and two at 2 000 000, 46 956 000 each: 475 570 000 in all; the year 2030 says 600 000 under ``vintages``.
    Sensitivity: were all repriced in 2030, two would be built now (476 220 000 against 475 020 000 counted so).
    """
    results = plan_of(by_stage(in_stages(), "s2030", module_cost=2_000_000))
    assert built(results) == {"s2025": 1.0, "s2030": 2.0}
    assert results.summary["objective"] == pytest.approx(5 * 48_158_000 + 5 * 46_956_000)
    assert costs(results, "vintages") == pytest.approx({"s2025": 0, "s2030": 600_000})
    prices = results.tables["vintages"].set_index("stage")["price"].to_dict()
    assert prices == {"s2025": 2_600_000, "s2030": 2_000_000}


def test_modules_that_live_five_years_are_built_again() -> None:
    """Modules of 2025 that live five years are gone in 2030.

    Proves: two are built in each stage; at six years none is built in 2030.
    Sensitivity: ``<=`` in place of ``<`` at the end of a life, or a life counted from the stage's end.
    """
    five, six = (
        plan_of(in_stages().with_cells("site_compute_type", "module_lifetime", {"far;cpu": n})) for n in (5, 6)
    )
    assert built(five) == {"s2025": 2.0, "s2030": 2.0}
    assert five.summary["objective"] == pytest.approx(10 * BUILT_COST)
    assert built(six) == {"s2025": 2.0, "s2030": 0.0}


def test_modules_come_after_their_lead_time() -> None:
    """Modules that take five years are ordered in 2025 and stand in 2030; ordered then they would come too late.

    Proves: 5 × 49 230 000 without any, 5 × 48 004 000 with two, nothing paid before they stand; no vintage of 2030.
    Sensitivity: at a lead time of six years nothing ever stands, 492 300 000.
    """
    late, later = (
        plan_of(in_stages().with_cells("site_compute_type", "module_lead_time", {"far;cpu": n})) for n in (5, 6)
    )
    assert built(late) == {"s2025": 2.0}
    assert late.summary["objective"] == pytest.approx(5 * WET[0] + 5 * WET[2])
    assert costs(late, "new_compute") == pytest.approx({"s2025": 0, "s2030": 5_200_000})
    assert built(later) == {}
    assert later.summary["objective"] == pytest.approx(10 * WET[0])


def test_a_lead_time_holds_in_one_stage_too() -> None:
    """What comes in a year does not stand in the only stage.

    Proves: 49 230 000, nothing is built. Sensitivity: one case alone that is solved without what ties it.
    """
    results = plan_of(in_stages(years=(2025,)).with_cells("site_compute_type", "module_lead_time", {"far;cpu": 1}))
    assert results.summary["objective"] == pytest.approx(WET[0])
    assert built(results) == {}


def test_no_more_is_built_than_a_year_can_build() -> None:
    """At 0.8 MW a year one module of 4 MW comes between 2025 and 2030, where 2025 may have one only.

    Proves: 5 × 48 158 000 + 5 × 48 004 000; at 0.79 MW none more, 10 × 48 158 000. The first stage is not limited.
    Sensitivity: a rate times the years of the stage itself, or one that holds for modules in place of MW.
    """
    slow = by_stage(in_stages(years=(2025, 2030), lasting=5), "s2025", modules_max=1)
    enough, less = (slow.with_cells("site_compute_type", "build_rate_max", {"far;cpu": rate}) for rate in (0.8, 0.79))
    assert built(plan_of(enough)) == {"s2025": 1.0, "s2030": 1.0}
    assert plan_of(enough).summary["objective"] == pytest.approx(5 * WET[1] + 5 * WET[2])
    assert built(plan_of(less)) == {"s2025": 1.0, "s2030": 0.0}


def test_modules_max_bounds_what_stands() -> None:
    """Where one module may stand in 2030, no more is built in 2025 either, for modules stay.

    Proves: one module in both, 10 × 48 158 000. Sensitivity: a limit on what is built in the stage alone.
    """
    results = plan_of(by_stage(in_stages(), "s2030", modules_max=1))
    assert built(results) == {"s2025": 1.0, "s2030": 0.0}
    assert results.summary["objective"] == pytest.approx(10 * WET[1])


def test_an_opening_stays_and_pays() -> None:
    """A site that is opened in 2025 is open in 2030, at the price of 2025.

    Proves: opening costs 1 100 000 in 2025 and 9 000 000 in 2030; two modules gain 1 226 000 a year, so that it is opened
    at once: 10 × (48 004 000 + 1 100 000). Sensitivity: an opening that is paid at the price of each stage (it would
    not be opened at all), or that must be decided again.
    """
    opened = BUILT.with_cells("site", "opening_cost", {"far": 1_100_000})
    rows = [{"site": "far", "stage": "s2030", "opening_cost": 9_000_000}]
    results = plan_of(in_stages(opened).with_rows("site_stage", rows))
    assert results.summary["objective"] == pytest.approx(10 * (BUILT_COST + 1_100_000))
    assert costs(results, "vintages") == pytest.approx({"s2025": 0, "s2030": 1_100_000 - 9_000_000})


def test_later_years_count_less() -> None:
    """At 25 % a year later costs count 0.8 of the year before: worth 1 + 0.8 and, three years on, 0.512 × (1 + 0.8).

    Proves: 48 004 000 × (1.8 + 0.9216) with stages of two years, three years apart. Sensitivity: a discount by stage in
    place of by year, or one that begins with the first year itself.
    """
    results = plan_of(in_stages(years=(2025, 2028), lasting=2).with_parameters(discount_rate_social=0.25))
    assert results.summary["objective"] == pytest.approx(BUILT_COST * (1.8 + 0.512 * 1.8))
    assert [one["factor"] for one in results.summary["cases"]] == pytest.approx([1.8, 0.9216])


def test_amounts_of_all_are_yearly() -> None:
    """Beside each stage's own amounts the summary has the mean over all years, each stage by its years.

    Proves: one year without modules and four with two: (49 230 000 + 4 × 48 004 000) ÷ 5 is the cost, (0 + 4 × 8) ÷ 5
    the new capacity, whatever the discount. Sensitivity: sums over the stages, or a plain mean of two.
    """
    world = by_stage(in_stages().with_parameters(discount_rate_social=0.03), "s2025", modules_max=0)
    stages = [{"stage": "s2025", "year": 2025, "stage_years": 1}, {"stage": "s2030", "year": 2030, "stage_years": 4}]
    results = plan_of(world.with_rows("stage", stages))
    assert results.summary["cost"] == pytest.approx((WET[0] + 4 * WET[2]) / 5)
    assert results.summary["capacity_new"] == pytest.approx(4 * 8 / 5)


def test_a_stage_that_cannot_be_served_is_named() -> None:
    """Where one stage has no plan by itself, the answer says which.

    Proves: 100 MW more in 2030 than can stand: exit 4, and ``s2030``, not ``s2025``. Sensitivity: an answer for all.
    """
    rows = [{"region": "inland", "workload": "web", "stage": "s2030", "demand": 120}]
    with pytest.raises(InfeasibleError) as caught:
        planned(read(in_stages().with_rows("region_workload_stage", rows)))
    assert "s2030" in str(caught.value)
    assert "s2025" not in str(caught.value)


def test_stages_that_cannot_be_served_together_say_so() -> None:
    """Each stage has a plan by itself, but what 2030 needs cannot be built in time.

    Proves: 2030 needs three modules (70.8 MW by day against 48 + 13.5), and the rate allows one; the answer names the
    limits that tie the stages. Sensitivity: an answer that blames a stage by itself.
    """
    world = by_stage(in_stages(), "s2025", modules_max=1).with_cells(
        "site_compute_type", "build_rate_max", {"far;cpu": 0.8}
    )
    rows = [{"region": "inland", "workload": "web", "stage": "s2030", "demand": 49}]
    with pytest.raises(InfeasibleError) as caught:
        planned(read(world.with_rows("region_workload_stage", rows)))
    assert "build_rate_max" in str(caught.value)
    assert "s2030" in str(caught.value)
