"""Site capacity at the peak, in a scenario of one timestep, whose demand is a mean.

``MEAN`` has 6 MW of web and 4 MW of batch. ``near`` may use 0.75 × 12 = 9 MW and costs 1.25 × 400 = 500 CNY/MWh; ``far`` may
use 0.8 × 20 = 16 MW and costs 1.4 × 500 = 700. Nine stay at ``near``: 8760 × (9 × 500 + 700) = 45 552 000 CNY/a.

In ``PEAKED`` web keeps 1.5 MW for each of its mean. So 4 MW of batch and 5 ÷ 1.5 of web stay: 8760 × (22 ÷ 3 × 500 + 8 ÷ 3 × 700)
= 48 472 000.
"""

from __future__ import annotations

import pytest

from planner.errors import InvalidInputError
from planner.models.audit import audit
from planner.pipeline.check import warnings_of
from tests.algebra import HAND, compiled, cost_of, plan, price_of, rows_of, rules_found, scenario_of
from tests.worlds import World

MEAN = World(
    features=("time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply"),
    tables={
        "region": [{"region": "city"}],
        "workload": [{"workload": name, "compute_type": "cpu"} for name in ("web", "batch")],
        "compute_type": [{"compute_type": "cpu"}],
        "region_workload": [
            {"region": "city", "workload": "web", "demand": 6},
            {"region": "city", "workload": "batch", "demand": 4},
        ],
        "site": [
            {"site": "near", "pue": 1.25, "utilisation_max": 0.75, "grid_power_price": 400},
            {"site": "far", "pue": 1.4, "utilisation_max": 0.8, "grid_power_price": 500},
        ],
        "site_compute_type": [
            {"site": "near", "compute_type": "cpu", "capacity_existing": 12},
            {"site": "far", "compute_type": "cpu", "capacity_existing": 20},
        ],
    },
)
PEAKED = MEAN.with_cells("workload", "peak_factor", {"web": 1.5})
COST = 8760 * (22 / 3 * 500 + 8 / 3 * 700)


def test_capacity_serves_the_peak() -> None:
    """What stays at ``near`` is what has room at its peak; energy and cost are those of the mean.

    Proves: 45 552 000 without and 48 472 000 with the factor; a MW more of usable capacity holds 1 ÷ 1.5 MW of web, worth 200
    CNY/MWh. Sensitivity: a factor on the load that is paid for, on batch as well, on the capacity.
    """
    assert cost_of(MEAN) == pytest.approx(8760 * (9 * 500 + 700))
    results = plan(PEAKED)
    assert cost_of(PEAKED) == pytest.approx(COST)
    assert pytest.approx(48_472_000) == COST
    work = results.tables["allocation"].set_index(["workload", "site"])["allocation"]
    assert work["batch", "near"] == pytest.approx(4)
    assert work["web", "near"] == pytest.approx(5 / 1.5)
    assert price_of(results, "site_capacity", "near", "cpu", "year") == pytest.approx(200 * 8760 / 1.5)
    assert results.summary["energy"]["it"] == pytest.approx(8760 * 10)


def test_peak_algebra() -> None:
    """Algebra: 1.5 × web + batch ≤ 9; without a factor 1 × web.

    Proves: both coefficients and the right side. Sensitivity: 0.5, 2.5, or a second term of its own for web.
    """
    row = rows_of(compiled(PEAKED), "site_capacity")["near,cpu,year"]
    names = {name: f"allocation[city,{name},near,direct,year]" for name in ("web", "batch")}
    assert row.coefficients == pytest.approx({names["web"]: 1.5, names["batch"]: 1})
    assert row.upper == pytest.approx(9)
    row = rows_of(compiled(MEAN), "site_capacity")["near,cpu,year"]
    assert row.coefficients == {names["web"]: 1, names["batch"]: 1}


def test_audit_reckons_the_peak_by_itself() -> None:
    """A plan made for the mean does not pass where the peak has to be served.

    Proves: site_capacity alone is named. Sensitivity: an audit of the mean load.
    """
    results = plan(MEAN)
    assert rules_found(plan(PEAKED)) == rules_found(results) == set()
    other = scenario_of(PEAKED)
    assert {each.rule for each in audit(other, results.tables, results.summary)} == {"site_capacity"}


def test_modules_are_not_bounded_by_the_mean() -> None:
    """A limit on modules that means none is brought down to what the peak needs, not the mean.

    Proves: with modules of 0.0028 MW and a factor of 3 all work finds room in 10 477 of them. Sensitivity: a level taken
    from the mean load, of which 4 762 would be enough, so that 10 000 seem ample.
    """
    small = PEAKED.replaced(features=(*PEAKED.features, "site_expansion"))
    for name, value in {"module_size": 0.0028, "module_cost": 10.0, "modules_max": 1e9}.items():
        small = small.with_cells("site_compute_type", name, {"near;cpu": value})
    small = small.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 0, "far;cpu": 0})
    small = small.with_cells("workload", "peak_factor", {"web": 3})
    capacity = plan(small).summary["capacity"]
    assert capacity == pytest.approx((6 * 3 + 4) / 0.75, abs=0.003)


def test_a_known_peak_without_room_is_noted() -> None:
    """Where one timestep has a profile above 1 and no factor, a note gives the peak; with a factor or timesteps there is none.

    Proves: 1.3 of web is named, batch at 0.9 is not. Sensitivity: a mean taken for a peak without a word.
    """
    rows = [
        {"workload": name, "timestep": "year", "demand_profile": share}
        for name, share in (("web", 1.3), ("batch", 0.9))
    ]
    known = MEAN.with_rows("workload_timestep", rows).with_rows(
        "timestep", [{"timestep": "year", "timestep_weight": 8760}]
    )
    said = [note.en for note in warnings_of(scenario_of(known)) if "peak_factor" in note.en]
    assert len(said) == 1
    assert "the profile of web is 1.3" in said[0]
    kept = known.with_cells("workload", "peak_factor", {"web": 1.5})
    for world in (kept, MEAN, HAND):
        assert not any("peak_factor" in note.en for note in warnings_of(scenario_of(world)))


def test_a_factor_beside_timesteps_is_refused() -> None:
    """Where there are timesteps the profile says where the peak is.

    Proves: a fault with more than one. Sensitivity: a peak counted twice.
    """
    with pytest.raises(InvalidInputError, match="demand_profile says where the peak is"):
        scenario_of(HAND.with_cells("workload", "peak_factor", {"web": 1.2}))
    scenario_of(HAND.with_cells("workload", "peak_factor", {"web": 1}))
