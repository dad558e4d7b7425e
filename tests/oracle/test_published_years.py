"""When to build how much, by proof: Manne's sizes of plants, one large against two small, long lives against cheap ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.several_years import plan_of
from tests.worlds import World

YEARS = 5
"""Of a stage but for the last, which stands for the years to come."""
LAST = 100
STEP = 10.0
"""[MW] by which demand grows each stage."""
MONEY = 1e6
CPU = {"compute_type": "cpu"}
FEATURES = ("time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "pathway")


def growing(halls: dict[str, dict[str, Any]], demand: list[float], interest: float, last: int = YEARS) -> World:
    """Return a world whose demand is another in each stage, and the halls that may serve it, a site each."""
    stages = [f"s{place}" for place in range(len(demand))]
    tables = {
        "timestep": [{"timestep": "year", "timestep_weight": 1000, "timestep_duration": 1}],
        "region": [{"region": "here"}],
        "site": [{"site": name, "utilisation_max": 1} for name in halls],
        "compute_type": [CPU],
        "workload": [{"workload": "web", **CPU}],
        "region_site": [{"region": "here", "site": name, "latency": 5} for name in halls],
        "site_compute_type": [{"site": name, **CPU, "capacity_existing": 0, **hall} for name, hall in halls.items()],
        "stage": [
            {"stage": stage, "year": 2030 + YEARS * place, "stage_years": last if stage == stages[-1] else YEARS}
            for place, stage in enumerate(stages)
        ],
        "region_workload_stage": [
            {"region": "here", "workload": "web", "stage": stage, "demand": asked}
            for stage, asked in zip(stages, demand, strict=True)
        ],
    }
    solver = {"mip_gap": 1e-9}
    return World(tables, FEATURES, {"discount_rate_social": interest}, hours=1000, solver=solver)


def sites_built(world: World) -> tuple[list[tuple[str, str]], float]:
    """Return what is built, a pair of stage and site for each module, and what all of it costs."""
    plan = plan_of(world)
    table = plan.tables["vintages"]
    rows = table[table["asset"] == "modules"].to_dict("records")
    built = [(str(row["stage"]), str(row["index"]).split(";")[0], round(row["vintage"])) for row in rows]
    named = [(stage, site) for stage, site, count in built for _ in range(count)]
    return sorted(named), float(plan.summary["objective"]) / MONEY


def hall(size: float, cost: float, **more: float) -> dict[str, Any]:
    """Return a hall that may be built six times."""
    return {"module_size": size, "modules_max": 6, "module_cost": MONEY * cost, **more}


@pytest.mark.parametrize(("interest", "size"), [(0.04, 3), (0.08, 2)])
def test_the_sizes_of_manne(interest: float, size: int) -> None:
    """Demand grows by a step a stage; a plant of k steps costs k^0.7 a year, for ever: each is of the same best size.

    Proves: the rule of Manne, Capacity expansion and probabilistic growth, Econometrica 29 (1961): k minimises
    k^0.7 ÷ (1 − d^k), d what a stage later is worth. For with V that least value, k^0.7 ≥ V × (1 − d^k) for every k, so
    that ∑ k^0.7 × d^(stage) ≥ V × (1 − d^6) for any plants that serve six steps, by telescoping, with equality only where
    all are of the best size: three steps each at 4 %, two each at 8 %. Years to come end after a hundred, which takes the
    same small part from each. Sensitivity: a plant that pays its price in its own stage alone (six of one step would be
    best), stages that are not discounted (one of six steps), years that begin with a stage's end.
    """
    steps = range(1, 7)
    later = (1 + interest) ** -YEARS
    best = min(steps, key=lambda k: k**0.7 / (1 - later**k))
    assert best == size
    halls = {f"of{k}": hall(STEP * k, k**0.7) for k in steps}
    built, cost = sites_built(growing(halls, [STEP * k for k in steps], interest, LAST))
    stages = range(0, 6, size)
    assert built == [(f"s{stage}", f"of{size}") for stage in stages]
    end = (1 + interest) ** -(YEARS * (len(steps) - 1) + LAST)
    worth = sum((later**stage - end) / (1 - 1 / (1 + interest)) for stage in stages)
    assert cost == pytest.approx(size**0.7 * worth)


@pytest.mark.parametrize(("interest", "built"), [(0.03, [("s0", "large")]), (0.05, [("s0", "small"), ("s1", "small")])])
def test_one_large_or_two_small(interest: float, built: list[tuple[str, str]]) -> None:
    """A hall of 20 MW at 1.45 now, or one of 10 MW at 1 now and another when demand has doubled.

    Proves: over two stages the large one costs 1.45 × (1 + q), two small ones 1 + 2 q, where q is what five years later
    are worth: equal at q = 9/11, that is at 4.1 %. Below it waiting is dear. Sensitivity: a vintage that pays from the
    first stage on wherever it was built, or one that pays once.
    """
    later = (1 + interest) ** -YEARS
    halls = {"large": hall(20.0, 1.45), "small": hall(10.0, 1.0)}
    found, cost = sites_built(growing(halls, [10.0, 20.0], interest))
    assert found == built
    years = sum((1 + interest) ** -year for year in range(YEARS))
    assert cost == pytest.approx(years * min(1.45 * (1 + later), 1 + 2 * later))


@pytest.mark.parametrize(("interest", "built"), [(0.06, [("s0", "short"), ("s1", "short")]), (0.08, [("s0", "long")])])
def test_a_long_life_or_a_cheaper_hall_later(interest: float, built: list[tuple[str, str]]) -> None:
    """A hall that stands for ten years at 10 a year, or one for five at 11, whose successor costs 8.6.

    Proves: 10 × (1 + q) against 11 + 8.6 q: equal at q = 5/7, that is at 7.0 %. The price of a year to come counts for
    less the higher the interest is. Sensitivity: a life of five years that ends a stage later (the short one would stand
    through both, at 11), or a vintage that is priced anew in each stage.
    """
    later = (1 + interest) ** -YEARS
    halls = {"long": hall(10.0, 10.0, module_lifetime=10), "short": hall(10.0, 11.0, module_lifetime=5)}
    world = growing(halls, [10.0, 10.0], interest)
    cheaper = [{"site": "short", **CPU, "stage": "s1", "module_cost": 8.6 * MONEY}]
    found, cost = sites_built(world.with_rows("site_compute_type_stage", cheaper))
    assert found == built
    years = sum((1 + interest) ** -year for year in range(YEARS))
    assert cost == pytest.approx(years * min(10 * (1 + later), 11 + 8.6 * later))
