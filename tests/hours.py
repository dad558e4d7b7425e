"""A day of four unequal timesteps, for features that look from one timestep to the next.

``DAY`` has one site of PUE 1.25 and one workload of 8 MW, so that it draws 10 MW at all times, from the grid alone. The
day is 18 h long and the year has 400 of it, so that each weight is 400 times the duration:

    step     duration [h]  weight [h]  grid [CNY/MWh]  cost of 10 MW [CNY/a]
    night          6          2400          300             7 200 000
    morning        4          1600          600             9 600 000
    noon           3          1200          400             4 800 000
    evening        5          2000          900            18 000 000
                  18          7200                         39 600 000
"""

from __future__ import annotations

from tests.worlds import World

DURATION = {"night": 6, "morning": 4, "noon": 3, "evening": 5}
REPEATS = 400
WEIGHT = {step: REPEATS * hours for step, hours in DURATION.items()}
PRICE = {"night": 300, "morning": 600, "noon": 400, "evening": 900}
DAY_COST = 39_600_000.0
DAY = World(
    features=("time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply"),
    hours=7200,
    tables={
        "timestep": [
            {"timestep": step, "timestep_weight": WEIGHT[step], "timestep_duration": hours, "position": place}
            for place, (step, hours) in enumerate(DURATION.items(), start=3)
        ],
        "region": [{"region": "city"}],
        "workload": [{"workload": "web", "compute_type": "cpu"}],
        "compute_type": [{"compute_type": "cpu"}],
        "region_workload": [{"region": "city", "workload": "web", "demand": 8}],
        "site": [{"site": "plain", "pue": 1.25, "utilisation_max": 0.7}],
        "site_compute_type": [{"site": "plain", "compute_type": "cpu", "capacity_existing": 15}],
        "site_timestep": [
            {"site": "plain", "timestep": step, "grid_power_price": price} for step, price in PRICE.items()
        ],
    },
)

STORE = DAY.replaced(features=(*DAY.features, "storage"))
for _column, _value in {
    "storage_power_existing": 1.8,
    "storage_energy_existing": 5.4,
    "charge_efficiency": 0.9,
    "discharge_efficiency": 0.8,
}.items():
    STORE = STORE.with_cells("site", _column, {"plain": _value})
"""``DAY`` with a store; worked by hand in ``tests/features/test_storage.py``."""

FLEX = DAY.replaced(features=(*DAY.features, "flexible_workloads"))
FLEX = FLEX.with_rows(
    "workload",
    [{"workload": "web", "compute_type": "cpu"}, {"workload": "batch", "compute_type": "cpu", "deferral_max": 5}],
)
FLEX = FLEX.with_rows(
    "region_workload",
    [{"region": "city", "workload": "web", "demand": 3}, {"region": "city", "workload": "batch", "demand": 2}],
)
FLEX = FLEX.with_rows(
    "workload_timestep",
    [
        {"workload": "batch", "timestep": step, "demand_profile": share}
        for step, share in {"night": 0.5, "morning": 1.5, "noon": 1.0, "evening": 1.2}.items()
    ],
).with_cells("site_compute_type", "capacity_existing", {"plain;cpu": 10})
"""``DAY`` with work that can wait; worked by hand in ``tests/features/test_flexible_workloads.py``."""


def in_periods(world: World, periods: dict[str, str]) -> World:
    """Return a world whose timesteps belong to periods."""
    return world.with_cells("timestep", "period", periods)
