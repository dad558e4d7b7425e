"""The mean future: numbers averaged by probability, and what has no mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner.language import rendered
from planner.studies.futures.mean import NoMeanError, mean_cases
from tests.cases.several_years import PLACE, in_futures, in_stages, read

if TYPE_CHECKING:
    from tests.worlds import World


def refused(world: World, lines: str = "") -> str:
    """Return why the futures of a world have no mean."""
    with pytest.raises(NoMeanError) as error:
        mean_cases(read(world, lines))
    assert rendered(error.value.reason, "zh") != rendered(error.value.reason, "en")
    return rendered(error.value.reason)


def test_numbers_are_averaged_by_probability() -> None:
    """Every number that differs has its mean; the rest is what all futures have.

    Proves: by hand 0.25 × 28 + 0.75 × 20 = 22 MW, a PUE of 1.45 where one future has 1.6 and the other's plain 1.4,
    0.25 × 1 + 0.75 × 3 = 2.5 modules, and a capacity that is alike. Sensitivity: equal shares; a value that one future
    gives averaged with 0 where the other has the plain one.
    """
    world = in_futures().with_rows("site_future", [{"site": "near", "future": "dry", "pue": 1.6}])
    world = world.with_rows("site_compute_type_future", [{**PLACE, "future": "dry", "modules_max": 1}])
    [case] = mean_cases(read(world))
    year = case.scenario
    assert case.probability == 1.0
    assert year.series("demand")["inland", "web"] == pytest.approx(22)
    assert year.series("demand")["coast", "web"] == 10
    assert year.series("pue").loc["near"].to_numpy(float) == pytest.approx(1.45)
    assert year.series("modules_max")["far", "cpu"] == pytest.approx(2.5)
    assert year.series("capacity_existing")["near", "cpu"] == 60


def test_scalars_are_averaged() -> None:
    """A scalar that one future sets has a mean with the plain one; without a plain one it has none.

    Proves: 0.25 × 60 + 0.75 × 40 = 45 ms; a limit of the dry future alone is refused. Sensitivity: a scalar that is
    taken from the first future.
    """
    lines = "\n[future.dry.set]\nmean_latency_max = 60\n"
    [case] = mean_cases(read(in_futures().with_parameters(mean_latency_max=40), lines))
    assert case.scenario.number("mean_latency_max") == pytest.approx(45)
    assert refused(in_futures(), lines).endswith("has a value in dry and none in wet, so that it has no mean")


def test_what_cannot_come_is_in_no_mean() -> None:
    """A future of probability 0 is no part of the mean, nor a reason to refuse it.

    Proves: 22 MW beside a future of 500 MW that has a limit of its own. Sensitivity: all futures in the check.
    """
    world = in_futures(never=0.0)
    rows: list[dict[str, Any]] = [*world.tables["region_workload_future"]]
    rows.append({"region": "inland", "workload": "web", "future": "never", "demand": 500})
    world = world.with_rows("region_workload_future", rows)
    world = world.with_rows("site_future", [{"site": "near", "future": "never", "grid_power_max": 80}])
    [case] = mean_cases(read(world))
    assert case.scenario.series("demand")["inland", "web"] == pytest.approx(22)


def test_each_stage_has_a_mean() -> None:
    """Of two stages the mean future has two years, each of its own.

    Proves: 22 MW in both, and 2 600 000 against 2 000 000 where only the second differs. Sensitivity: one mean over all.
    """
    world = in_futures(in_stages())
    world = world.with_rows("site_compute_type_stage", [{**PLACE, "stage": "s2030", "module_cost": 2_000_000}])
    cases = mean_cases(read(world))
    assert [case.stage for case in cases] == ["s2025", "s2030"]
    assert [case.scenario.series("demand")["inland", "web"] for case in cases] == pytest.approx([22, 22])
    assert [case.scenario.series("module_cost")["far", "cpu"] for case in cases] == [2_600_000, 2_000_000]


def test_a_limit_that_one_future_lacks_has_no_mean() -> None:
    """No limit is no number.

    Proves: the parameter, the site and both futures are named. Sensitivity: the limit of one taken for both, or left out.
    """
    world = in_futures().with_rows("site_future", [{"site": "near", "future": "dry", "grid_power_max": 80}])
    assert refused(world) == "grid connection limit, near has a value in dry and none in wet, so that it has no mean"


def test_a_flag_has_no_mean() -> None:
    """What is no number is not averaged.

    Proves: a workload that may not be divided in one future only. Sensitivity: a flag of 0.25.
    """
    world = in_futures().with_rows("workload_future", [{"workload": "web", "future": "dry", "indivisible": "true"}])
    assert refused(world).startswith("dry, wet differ in ")


def test_hours_of_their_own_have_no_mean() -> None:
    """Futures that do not share a year have no mean year.

    Proves: one future's timestep is another's. Sensitivity: a year in which both stand.
    """
    steps = [
        {"timestep": "day", "timestep_weight": 2000, "timestep_duration": 2, "future": ""},
        {"timestep": "night", "timestep_weight": 1000, "timestep_duration": 3, "future": "dry"},
        {"timestep": "dusk", "timestep_weight": 1000, "timestep_duration": 3, "future": "wet"},
    ]
    profiles = [
        {"workload": "web", "timestep": step, "demand_profile": value}
        for step, value in (("day", 1.2), ("night", 0.6), ("dusk", 0.6))
    ]
    world = in_futures().with_rows("timestep", steps).with_rows("workload_timestep", profiles)
    assert refused(world) == "dry, wet differ in their timestep"
