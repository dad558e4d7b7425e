"""Published two-stage problems as scenarios: the farmer of Birge and Louveaux, the power plants of Louveaux and Smeers.

Both choose fractions. Modules are whole, so that they are a sixth of a plant's unit and a third of an acre here: every
optimum that is compared is a multiple of that, and so the linear problem's own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from planner.studies.futures.choice import Choice
from tests.futures.asked import asked
from tests.worlds import World

if TYPE_CHECKING:
    from planner.studies.futures.findings import Found

HOURS = 1000
MONEY = 1000.0
"""[CNY] one unit of the papers' money; over ``HOURS`` a price of 1 CNY/MWh is 1 of it for each MW."""
FAR = 99
"""[ms] farther than any work may go."""
EXACT = Choice(gap=1e-9)


def near(amount: float, within: float = 0.01) -> object:
    """Return an amount of the papers' money, as near as they print it."""
    return pytest.approx(amount, abs=within)


# ---- power plants

UNIT = 6
"""Modules of a unit of capacity."""
PLANTS = {"p1": 10.0, "p2": 7.0, "p3": 16.0, "p4": 6.0}
"""What a unit of capacity costs."""
MODES = {"base": 5.0, "middle": 3.0, "peak": 2.0}
"""Power of each slice of the load curve; that of the first is uncertain, 5 in the mean."""
OPERATION = {"p1": (40.0, 24.0, 4.0), "p2": (45.0, 27.0, 4.5), "p3": (32.0, 19.2, 3.2), "p4": (55.0, 33.0, 5.5)}
"""What a unit of power costs in each mode."""
BASE_LOAD = {"low": (3.0, 0.3), "middle": (5.0, 0.4), "high": (7.0, 0.3)}
"""Power of the first mode, with its probability."""
BUDGET, LEAST = 120.0, 12.0


def power_plants() -> World:
    """Return the problem: plants are sites, and the slices of the load curve are regions that share them."""
    halls = [
        {
            "site": plant,
            "compute_type": "cpu",
            "capacity_existing": 0,
            "module_size": 1 / UNIT,
            "modules_max": 100,
            "module_capex": MONEY * cost / UNIT,
        }
        for plant, cost in PLANTS.items()
    ]
    prices = [
        {"region": mode, "site": plant, "latency": 5, "transfer_price": costs[place]}
        for plant, costs in OPERATION.items()
        for place, mode in enumerate(MODES)
    ]
    tables = {
        "timestep": [{"timestep": "year", "timestep_weight": HOURS, "timestep_duration": 1}],
        "region": [{"region": mode} for mode in MODES],
        "site": [{"site": plant, "utilisation_max": 1} for plant in PLANTS],
        "compute_type": [{"compute_type": "cpu", "pflops_per_mw": 1, "compute_min": LEAST}],
        "workload": [{"workload": "power", "compute_type": "cpu"}],
        "region_workload": [{"region": mode, "workload": "power", "demand": asks} for mode, asks in MODES.items()],
        "region_site": prices,
        "site_compute_type": halls,
        "future": [{"future": name, "probability": chance} for name, (_, chance) in BASE_LOAD.items()],
        "region_workload_future": [
            {"region": "base", "workload": "power", "future": name, "demand": asks}
            for name, (asks, _) in BASE_LOAD.items()
        ],
    }
    features = (
        *("time", "demand", "routes", "allocation", "site_capacity", "site_expansion"),
        *("traffic", "policy_targets", "uncertainty"),
    )
    # The annuity of a year without interest is the capital itself, on which the budget is.
    parameters = {"investment_max": MONEY * BUDGET, "lifetime": 1, "discount_rate": 0}
    return World(tables, features, parameters, hours=HOURS)


def test_the_power_plants_of_louveaux_and_smeers() -> None:
    """Four plants for three slices of a load curve, of which the longest is uncertain.

    Proves: 381.853 with (8/3, 4, 10/3, 2), the optimum that is published of the problem LandS (Louveaux and Smeers 1988, in
    Ermoliev and Wets, Numerical Techniques for Stochastic Optimization; Birge and Louveaux, Introduction to Stochastic
    Programming, section 1.3). Who builds for the mean demand builds (5/6, 3, 25/6, 4) and pays 383.987; who knows pays 293,
    378.667 and 469.333 (both solved as linear programs apart from the planner). Sensitivity: capacity that serves each
    slice wholly, as it does where these are hours of a year, costs less; without the least capacity of 12, or the budget
    of 120, who knows the low demand builds other plants.
    """
    found = asked(power_plants(), choice=EXACT)
    assert found.recourse.most / MONEY == near(381.853, 0.001)
    assert units(found, ("here_and_now", "")) == pytest.approx({"p1": 8 / 3, "p2": 4, "p3": 10 / 3, "p4": 2})
    alone = {name: found.best(name).most / MONEY for name in BASE_LOAD}
    assert alone == pytest.approx({"low": 293, "middle": 378 + 2 / 3, "high": 469 + 1 / 3})
    assert found.evpi.most / MONEY == near(1.687, 0.001)
    assert units(found, ("mean_future", "")) == pytest.approx({"p1": 5 / 6, "p2": 3, "p3": 25 / 6, "p4": 4})
    assert found.mean_plan is not None
    assert found.vss is not None
    assert found.mean_plan.most / MONEY == near(383.987, 0.001)
    assert found.vss.most / MONEY == near(2.133, 0.001)


def units(found: Found, plan: tuple[str, str], modules: int = UNIT) -> dict[str, float]:
    """Return how much a plan builds at each site, before the futures are known."""
    trial = next(trial for key, trial in found.trials.items() if key[:2] == plan and key.plan == key.future)
    return {
        vintage.place.split(";")[0]: amount / modules
        for vintage, amount in trial.built.items()
        if vintage.investment == "modules"
    }


# ---- the farmer

THIRD = 3
"""Modules of an acre."""
FIELDS = {"wheat": 150.0, "corn": 230.0, "beets": 260.0}
"""What planting an acre costs."""
YIELD = {"wheat": 2.5, "corn": 3.0, "beets": 20.0}
"""[T/acre] in the mean."""
WEATHER = {"below": 0.8, "average": 1.0, "above": 1.2}
"""Yields over their mean, each as likely."""
LAND = 500.0
USES = {
    "wheat_feed": ("wheat", 200.0, 238.0),
    "wheat_market": ("wheat", 2000.0, 170.0),
    "corn_feed": ("corn", 240.0, 210.0),
    "corn_market": ("corn", 2000.0, 150.0),
    "beets_quota": ("beets", 6000.0, 36.0),
    "beets_beyond": ("beets", 10000.0, 10.0),
}
"""What each crop is for, how much of it at most [T], and what a tonne that is lacking costs: bought, or not sold."""
SALES = sum(most * price for use, (_, most, price) in USES.items() if not use.endswith("feed"))
"""What all that could be sold would bring: the plan pays for what is not sold, and so this much more than the farmer."""


def farmer() -> World:
    """Return the problem: fields are sites, acres their capacity, and a tonne takes one over the yield of an acre.

    The land is limited as capital is: of what an acre costs, 1 is the hardware's, of which 500 may be spent.
    """
    halls = [
        {
            "site": crop,
            "compute_type": "acre",
            "capacity_existing": 0,
            "module_size": 1 / THIRD,
            "modules_max": LAND * THIRD,
            "module_cost": MONEY * (cost - 1) / THIRD,
            "hardware_cost": MONEY / THIRD,
        }
        for crop, cost in FIELDS.items()
    ]
    tables = {
        "timestep": [{"timestep": "year", "timestep_weight": HOURS, "timestep_duration": 1}],
        "region": [{"region": crop} for crop in FIELDS],
        "site": [{"site": crop, "utilisation_max": 1} for crop in FIELDS],
        "compute_type": [{"compute_type": "acre"}],
        "workload": [
            {"workload": use, "compute_type": "acre", "latency_max": 10, "unserved_price": price}
            for use, (_, _, price) in USES.items()
        ],
        "region_workload": [
            {"region": crop, "workload": use, "demand": most if crop == of else 0}
            for use, (of, most, _) in USES.items()
            for crop in FIELDS
        ],
        "region_site": [
            {"region": crop, "site": field, "latency": 5 if crop == field else FAR}
            for crop in FIELDS
            for field in FIELDS
        ],
        "site_compute_type": halls,
        "future": [{"future": name, "probability": 1 / len(WEATHER)} for name in WEATHER],
        "workload_site_future": [
            {"workload": use, "site": of, "future": name, "work_factor": 1 / (factor * YIELD[of])}
            for use, (of, _, _) in USES.items()
            for name, factor in WEATHER.items()
        ],
    }
    features = ("time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "uncertainty")
    parameters = {"investment_max": MONEY * LAND, "hardware_lifetime": 1, "discount_rate": 0}
    return World(tables, features, parameters, hours=HOURS)


@cache
def farmers_answer() -> Found:
    """Return what the weather costs the farmer."""
    return asked(farmer(), choice=EXACT)


def profit(cost: float) -> float:
    """Return what the farmer earns where the plan costs so much."""
    return SALES - cost / MONEY


def test_the_farmer_of_birge_and_louveaux() -> None:
    """Wheat, corn and beets on 500 acres, planted before the weather is known.

    Proves: Birge and Louveaux, Introduction to Stochastic Programming, section 1.1: 170, 80 and 250 acres earn 108,390 on
    average; who knows the weather earns 59,950, 118,600 and 167,667, 115,406 on average, so that EVPI is 7,016.
    Sensitivity: a yield that is multiplied where it divides, futures that plant for themselves, land without a limit, or
    one that counts what is paid for planting.
    """
    found = farmers_answer()
    assert profit(found.recourse.most) == near(108_390, 0.5)
    assert units(found, ("here_and_now", ""), THIRD) == pytest.approx({"wheat": 170, "corn": 80, "beets": 250})
    alone = {name: profit(found.best(name).most) for name in WEATHER}
    assert alone == pytest.approx({"below": 59_950, "average": 118_600, "above": 167_667}, abs=0.5)
    assert profit(found.waiting.most) == near(115_406, 0.5)
    assert found.evpi.most / MONEY == near(7_016, 0.5)


def test_the_farmer_who_plants_for_the_mean_yield() -> None:
    """Who takes the mean yield for granted plants 120, 80 and 300 acres and earns 107,240: VSS is 1,150.

    Proves: the same source. The mean yield is that of the average weather, whose own plan, tried in all weathers, is that
    of the mean. The mean of *numbers* is another: the scenario says acres for a tonne, and their mean, 37/36 of those of
    the mean yield, is what ``vss`` is about. Sensitivity: a plan that may plant again where it is tried earns 115,406.
    """
    found = farmers_answer()
    plan = ("own", "average")
    assert units(found, plan, THIRD) == pytest.approx({"wheat": 120, "corn": 80, "beets": 300})
    assert profit(found.mean_cost(plan).most) == near(107_240, 0.5)
    assert (found.mean_cost(plan).most - found.recourse.most) / MONEY == near(1_150, 0.5)
    acres = sum(1 / factor for factor in WEATHER.values()) / len(WEATHER)
    assert acres == pytest.approx(37 / 36)
    assert found.vss is not None
    assert found.vss.most / MONEY != near(1_150, 0.5)
