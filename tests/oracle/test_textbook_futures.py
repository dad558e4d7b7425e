"""The newsvendor as a scenario: how much to build before demand is known, in closed form.

Of any number of sites it can be solved by hand. The farmer of Birge and Louveaux and the power plants of Louveaux and
Smeers stand in ``test_published_futures.py``. The servers of Ntaimo and Sen cannot be stated: there a server may be
overloaded at a price.
"""

from __future__ import annotations

import pytest

from tests.cases.several_years import built, plan_of
from tests.worlds import World

CHANCES = {"low": 0.3, "middle": 0.4, "high": 0.3}
DEMAND = {"low": 10.0, "middle": 20.0, "high": 40.0}
COST, PENALTY = 2e6, 5e6
"""Of a module of 1 MW, and of 1 MW that is not there for 1000 h, each a year [CNY]."""


def newsvendor(demand: dict[str, float], chances: dict[str, float]) -> World:
    """Return the problem: modules at one site, work that may go unserved at a price."""
    tables = {
        "timestep": [{"timestep": "year", "timestep_weight": 1000, "timestep_duration": 1}],
        "region": [{"region": "here"}],
        "site": [{"site": "hall", "utilisation_max": 1}],
        "compute_type": [{"compute_type": "cpu"}],
        "workload": [{"workload": "web", "compute_type": "cpu", "unserved_price": PENALTY / 1000}],
        "region_workload": [{"region": "here", "workload": "web", "demand": 1}],
        "region_site": [{"region": "here", "site": "hall", "latency": 5}],
        "site_compute_type": [
            {
                "site": "hall",
                "compute_type": "cpu",
                "capacity_existing": 0,
                "module_size": 1,
                "modules_max": 100,
                "module_cost": COST,
            }
        ],
        "future": [{"future": name, "probability": chance} for name, chance in chances.items()],
        "region_workload_future": [
            {"region": "here", "workload": "web", "future": name, "demand": demand[name]} for name in chances
        ],
    }
    features = ("time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "uncertainty")
    return World(tables, features, hours=1000)


def test_the_newsvendor() -> None:
    """Build until it is likelier than cost ÷ penalty that the next MW is idle: 20 MW.

    Proves: P(demand > 20) = 0.3 ≤ 2 ÷ 5 < P(demand > 10) = 0.7: RP = 40 + 5 × 0.3 × 20 = 70 million; who knows builds the
    demand, WS = 2 × 23 = 46, so that EVPI = 24; who takes the mean of 23 MW builds that, EEV = 46 + 5 × 0.3 × 17 = 71.5,
    so that VSS = 1.5. Sensitivity: a module that each future builds for itself, or a penalty without its probability.
    """
    plan = plan_of(newsvendor(DEMAND, CHANCES))
    assert set(built(plan).values()) == {20.0}
    assert plan.summary["objective"] == pytest.approx(70e6)
    alone = {name: plan_of(newsvendor(DEMAND, {name: 1.0})).summary["objective"] for name in CHANCES}
    knowing = sum(chance * alone[name] for name, chance in CHANCES.items())
    assert plan.summary["objective"] - knowing == pytest.approx(24e6)
    mean = sum(chance * DEMAND[name] for name, chance in CHANCES.items())
    taken = plan_of(newsvendor({"mean": mean}, {"mean": 1.0}))
    assert built(taken) == {"mean": pytest.approx(23.0)}
    held = sum(chance * (COST * 23 + PENALTY * max(0.0, DEMAND[name] - 23)) for name, chance in CHANCES.items())
    assert held - plan.summary["objective"] == pytest.approx(1.5e6)


@pytest.mark.parametrize(("level", "modules"), [(0.0, 20.0), (0.5, 40.0)])
def test_the_newsvendor_who_fears_shortage(level: float, modules: float) -> None:
    """Who minimises the mean of the worse half builds for the high demand.

    Proves: at level 0.5 the tail is 0.3 ÷ 0.5 high and the rest middle: each MW between 20 and 40 saves 5 × 0.6 > 2, so
    40 MW at 80 million in every future. Sensitivity: a tail of the better half, for which 10 MW are enough.
    """
    plan = plan_of(newsvendor(DEMAND, CHANCES).with_parameters(cvar_weight=1, cvar_level=level))
    assert set(built(plan).values()) == {modules}
    assert plan.summary["objective"] == pytest.approx({0.0: 70e6, 0.5: 80e6}[level])
