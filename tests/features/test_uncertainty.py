"""Futures worked by hand: one plan before they are known, recourse after, the worst of them weighed."""

from __future__ import annotations

import pytest

from planner.language import rendered
from planner.models.features.uncertainty import warn
from tests.algebra import BUILT_COST
from tests.cases.several_years import DRY, WET, built, by_stage, in_futures, in_stages, joined, plan_of, read


def expected(modules: int, dry: float = 0.25) -> float:
    """Return what a number of modules costs on average, a year."""
    return dry * DRY[modules] + (1 - dry) * WET[modules]


def test_equal_futures_are_one() -> None:
    """Futures that differ in nothing give the plan of today, whatever their probabilities.

    Proves: 48 004 000 with two modules. Sensitivity: probabilities that do not add up in the objective.
    """
    world = in_futures().with_rows("region_workload_future", [])
    world = world.replaced(tables={k: v for k, v in world.tables.items() if v})
    results = plan_of(world)
    assert built(results) == {"dry": 2.0, "wet": 2.0}
    assert results.summary["objective"] == pytest.approx(BUILT_COST)


def test_one_plan_before_it_is_known() -> None:
    """Three modules are right where the dry future has a quarter, though two are for the mean and for the likelier one.

    Proves: RP = 0.25 × 63 324 000 + 0.75 × 48 156 000 = 51 948 000. WS = 0.25 × 63 324 000 + 0.75 × 48 004 000 =
    51 834 000, so that EVPI = 114 000. The mean future (22 MW) would build two (a third saves 2 448 000 by day and
    nothing by night): EEV = 0.25 × 63 886 000 + 0.75 × 48 004 000 = 51 974 500, so that VSS = 26 500.
    Sensitivity: modules that each future chooses for itself would cost WS.
    """
    results = plan_of(in_futures())
    assert built(results) == {"dry": 3.0, "wet": 3.0}
    recourse = results.summary["objective"]
    assert recourse == pytest.approx(51_948_000) == expected(3)
    alone = {dry: plan_of(in_futures(dry=dry)).summary["objective"] for dry in (0.0, 1.0)}
    assert recourse - (0.25 * alone[1.0] + 0.75 * alone[0.0]) == pytest.approx(114_000)
    mean = in_futures().with_rows("region_workload_future", [
        {"region": "inland", "workload": "web", "future": future, "demand": 22} for future in ("dry", "wet")
    ])  # fmt: skip
    assert built(plan_of(mean)) == {"dry": 2.0, "wet": 2.0}
    held = in_futures().with_cells("site_compute_type", "modules_max", {"far;cpu": 2})
    assert plan_of(held).summary["objective"] - recourse == pytest.approx(26_500)


def test_what_comes_later_may_differ() -> None:
    """Before 2030 nobody knows; from then on each future builds for itself.

    Proves: one module may stand in 2025; then the dry future adds two, the wet one one: 5 × (mean of 64 958 000 and
    48 158 000) + 5 × (mean of 63 324 000 and 48 004 000) = 5 × 52 358 000 + 5 × 51 834 000.
    Sensitivity: with ``futures_known_from`` later than all stages both add the same two.
    """
    world = by_stage(in_futures(in_stages()), "s2025", modules_max=1)
    results = plan_of(world)
    assert built(results) == {"s2025/dry": 1, "s2025/wet": 1, "s2030/dry": 2, "s2030/wet": 1}
    assert results.summary["objective"] == pytest.approx(5 * expected(1) + 5 * (0.25 * DRY[3] + 0.75 * WET[2]))


def test_it_may_be_known_from_the_first_stage_on() -> None:
    """Where the future is known from the first stage on, each plans by itself.

    Proves: 10 × WS. Sensitivity: a default that is taken although a stage is named.
    """
    results = plan_of(in_futures(in_stages()).with_parameters(futures_known_from="s2025"))
    assert results.summary["objective"] == pytest.approx(10 * (0.25 * DRY[3] + 0.75 * WET[2]))


def test_it_may_be_known_later() -> None:
    """Of three stages the second may be planned blind as well.

    Proves: with three equal stages, ``futures_known_from`` the third and lives of five years, two stages cost what three
    modules cost on average and the last what each future's own cost. Sensitivity: known from the second on, one does.
    """
    world = in_futures(in_stages(years=(2025, 2030, 2035)))
    world = world.with_cells("site_compute_type", "module_lifetime", {"far;cpu": 5})
    third = plan_of(world.with_parameters(futures_known_from="s2035"))
    assert third.summary["objective"] == pytest.approx(10 * expected(3) + 5 * (0.25 * DRY[3] + 0.75 * WET[2]))
    second = plan_of(world)
    assert second.summary["objective"] == pytest.approx(5 * expected(3) + 10 * (0.25 * DRY[3] + 0.75 * WET[2]))


def test_the_worst_futures_weigh() -> None:
    """With dry years one in twenty two modules are best on average, and three where the worst is all that counts.

    Proves: at weight 1 and level 0.95 the dry future alone is minimised, 63 324 000; at level 0 and any weight the mean,
    48 798 100. At level 0.5 the worst half is dry by a tenth: CVaR(n) = 0.1 × DRY(n) + 0.9 × WET(n).
    Sensitivity: 1 − level the wrong way round; an average that is counted twice.
    """
    world = in_futures(dry=0.05)
    mean = plan_of(world)
    assert built(mean)["dry"] == 2
    assert mean.summary["objective"] == pytest.approx(expected(2, 0.05)) == pytest.approx(48_798_100)
    worst = plan_of(world.with_parameters(cvar_weight=1, cvar_level=0.95))
    assert built(worst)["dry"] == 3
    assert worst.summary["objective"] == pytest.approx(DRY[3])
    level_0 = plan_of(world.with_parameters(cvar_weight=0.7, cvar_level=0))
    assert level_0.summary["objective"] == pytest.approx(mean.summary["objective"])
    half = plan_of(world.with_parameters(cvar_weight=0.5, cvar_level=0.5))
    tail = min(expected(n, 0.1) * 0.5 + expected(n, 0.05) * 0.5 for n in range(4))
    assert half.summary["objective"] == pytest.approx(tail)
    assert half.summary["cvar"] == pytest.approx(expected(2, 0.1))
    assert half.summary["futures"] == pytest.approx({"dry": DRY[2], "wet": WET[2]})


def test_at_level_0_there_is_no_threshold() -> None:
    """The mean of the worst futures at level 0 is that of all, whatever the threshold: none is sought.

    Proves: the joint problem has no column for it, at any weight. Sensitivity: a threshold that may fall without end at
    no cost, which HiGHS called unbounded, or searched for minutes.
    """
    names = {name for name, _ in joined(in_futures().with_parameters(cvar_weight=1, cvar_level=0)).problem.column_names}
    assert "modules" in names
    assert names.isdisjoint({"threshold", "above"})


def test_near_one_only_the_worst_counts() -> None:
    """A level near 1 leaves the worst future alone.

    Proves: weight 1, level 0.999: the dry future's own optimum, though it has a quarter only. Sensitivity: a tail whose
    probability is not divided by 1 − level.
    """
    results = plan_of(in_futures().with_parameters(cvar_weight=1, cvar_level=0.999))
    assert results.summary["objective"] == pytest.approx(DRY[3])


def test_a_future_that_cannot_come_changes_nothing() -> None:
    """A future of probability 0 is not planned for, but dispatched with what was built.

    Proves: the wet future's own plan, 48 004 000 with two modules, and what the dry year would cost with two,
    63 886 000; the summary's means are of the wet year. Sensitivity: a future with weight 0 whose rules still bind
    (three modules would be as good for it), or one that is dropped.
    """
    results = plan_of(in_futures(dry=0.0))
    assert results.summary["objective"] == pytest.approx(BUILT_COST)
    assert results.summary["futures"] == pytest.approx({"dry": DRY[2], "wet": WET[2]})
    assert results.summary["cost"] == pytest.approx(BUILT_COST)
    assert built(results) == {"dry": 2.0, "wet": 2.0}


def test_a_future_without_a_plan_of_its_own_loses_nothing() -> None:
    """A future of probability 0 that cannot be served with what is built is told, and the plan stands.

    Proves: 59 MW on average in the dry future need three modules, and two are built: the plan is that of the wet future,
    the summary says ``no plan`` of the dry one, and a note names it. Sensitivity: a run that fails.
    """
    rows = [{"region": "inland", "workload": "web", "future": "dry", "demand": 49}]
    results = plan_of(in_futures(dry=0.0).with_rows("region_workload_future", rows))
    assert results.summary["objective"] == pytest.approx(BUILT_COST)
    assert [one.get("status") for one in results.summary["cases"]] == ["no plan", None]
    notes = [rendered(note) for note in results.manifest["notes"]]
    assert any("dry" in note and "no plan" in note for note in notes)


def test_prices_of_a_shared_vintage_are_each_futures_own() -> None:
    """What is built before it is known may cost more in one future: each pays its own price.

    Proves: modules at 3 000 000 in the dry future: now two are best, 0.25 × (63 886 000 + 2 × 400 000) + 0.75 ×
    48 004 000 = 52 174 500; three would cost 52 248 000. Sensitivity: one price for all, by which three stay best.
    """
    rows = [{"site": "far", "compute_type": "cpu", "future": "dry", "module_cost": 3_000_000}]
    results = plan_of(in_futures().with_rows("site_compute_type_future", rows))
    by_number = {n: expected(n) + 0.25 * 400_000 * n for n in range(4)}
    assert results.summary["objective"] == pytest.approx(min(by_number.values()))
    assert built(results)["dry"] == min(by_number, key=lambda n: by_number[n])


@pytest.mark.parametrize(("weight", "level", "told"), [(1, 0.5, "take 0.99"), (0.5, 0, "no effect"), (0.5, 0.5, "")])
def test_a_weight_that_means_something_else_is_noted(weight: float, level: float, told: str) -> None:
    """A weight of 1 leaves the other futures out, one without a tail does nothing; anything between is what it says.

    Proves: one note for each, and none between. Sensitivity: a plan of the worst futures in which the others are dear
    for no reason, without a word.
    """
    scenario = read(in_futures().with_parameters(cvar_weight=weight, cvar_level=level))
    notes = [rendered(note) for note in warn(scenario)]
    assert len(notes) == bool(told)
    assert all(told in note for note in notes)
