"""What is minimised next, and the limit of the mean latency: the two that a front is made with.

``EVEN`` has two sites of equal cost, so that least cost says nothing of where the work goes: by emissions it belongs to
``far`` (0.45 against 0.7 tCO2/MWh), by latency to ``near``. Demand is 10 and 20 MW, 36 MW in all by day and 18 by night:
90 000 MWh/a of 30 000 at the coast. ``far`` can use 13.5 MW, which is full by day and by night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.pipeline.check import read_scenario
from planner.pipeline.run import run
from tests.algebra import HAND, plan, price_of

if TYPE_CHECKING:
    from pathlib import Path

EVEN = HAND.with_features(*HAND.features, "emissions").with_cells("site", "emission_factor", {"near": 0.7, "far": 0.45})
EVEN = EVEN.with_cells("site", "pue", {"*": 1.3}).with_cells("site", "grid_power_price", {"*": 400})
COST = 90_000 * 1.3 * 400
FAR = 13.5 * 3000
"""Energy that ``far`` can do in a year [MWh]."""
CLEAN = 1.3 * (FAR * 0.45 + (90_000 - FAR) * 0.7)
QUICK = (30_000 * 1.5 + 60_000 * 4) / 90_000


def solved(folder: Path, *changes: str) -> dict[str, Any]:
    """Return the summary of EVEN with some changes."""
    if not (folder / "even").exists():
        EVEN.write(folder / "even")
    return run(read_scenario(folder / "even", changes)).summary


def test_of_equal_plans_the_best_by_the_next_objective(tmp_path: Path) -> None:
    """Proves that of all plans of least cost the one of least emissions, or of least latency, is taken as asked.

    Sensitivity: a stage that is not handed to the solver, one that gives up the first, the tie-break before it.
    """
    clean = solved(tmp_path, "objective.then=emissions")
    quick = solved(tmp_path, "objective.then=latency")
    assert clean["cost"] == pytest.approx(COST)
    assert quick["cost"] == pytest.approx(COST)
    assert clean["emissions"] == pytest.approx(CLEAN)
    assert quick["mean_latency"] == pytest.approx(QUICK)
    assert clean["mean_latency"] > quick["mean_latency"] + 0.1
    assert clean["objective"] == pytest.approx(COST)


def test_between_two_others_cost_comes_last(tmp_path: Path) -> None:
    """Proves that least emissions, then least latency, then least cost are taken in this order.

    With far's power dearer it is still full. The quickest way to fill it is with the inland's work; by night the inland
    has 12 MW only, and 1.5 MW of the coast's go there for 1000 h. Sensitivity: cost before what was asked next.
    """
    found = solved(tmp_path, "objective.minimise=emissions", "objective.then=latency", "site.grid_power_price[far]=900")
    assert found["emissions"] == pytest.approx(CLEAN)
    coast, inland = 1_500, FAR - 1_500
    work = (30_000 - coast) * 1.5 + coast * 9 + inland * 6 + (60_000 - inland) * 4
    assert found["mean_latency"] == pytest.approx(work / 90_000)


def test_the_mean_latency_is_limited(tmp_path: Path) -> None:
    """Proves that the limit holds for the mean over all demand, and that its shadow price is what a millisecond costs.

    Least cost fills ``far`` where it is cheaper; each MWh moved back saves 2 ms of the inland's and costs
    1.3 × 100 CNY, so that a millisecond of the mean costs 90 000 ÷ 2 × 130. Sensitivity: a limit by route, a mean over
    the sites, a price per MWh.
    """
    cheap = "site.grid_power_price[far]=300"
    free = solved(tmp_path, cheap)
    assert free["mean_latency"] > QUICK + 0.3
    limit = QUICK + 0.25
    held = solved(tmp_path, cheap, f"mean_latency_max={limit}")
    assert held["mean_latency"] == pytest.approx(limit)
    world = EVEN.with_cells("site", "grid_power_price", {"far": 300}).with_parameters(mean_latency_max=limit)
    assert price_of(plan(world), "mean_latency_limit", "") == pytest.approx(90_000 / 2 * 130)
    with pytest.raises(InfeasibleError):
        solved(tmp_path, f"mean_latency_max={QUICK - 0.1}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("objective.then=haul", "objective.then"),
        ("mean_latency_max=-1", "mean_latency_max"),
    ],
)
def test_what_cannot_be_asked_next(change: str, said: str, tmp_path: Path) -> None:
    """Proves that a wrong word is refused by its name, or with the name that was meant.

    Sensitivity: a stage silently left out.
    """
    with pytest.raises(InvalidInputError, match=said):
        solved(tmp_path, change)


def test_it_is_kept_with_the_run(tmp_path: Path) -> None:
    """Proves that what is minimised next is part of the scenario: it changes its hash, and no value takes it away.

    Sensitivity: a run that cannot be audited or repeated because its second objective is forgotten.
    """
    folder = EVEN.write(tmp_path / "even")
    plain, then = read_scenario(folder), read_scenario(folder, ["objective.then=latency"])
    assert then.settings.document()["objective"] == {"minimise": "cost", "then": "latency"}
    assert then.content_hash != plain.content_hash
    assert read_scenario(folder, ["objective.then=latency", "objective.then="]).content_hash == plain.content_hash


def test_emissions_must_be_modelled(tmp_path: Path) -> None:
    """Proves that emissions cannot come next where no feature has them.

    Sensitivity: an unknown total in the middle of building.
    """
    folder = HAND.write(tmp_path / "hand")
    with pytest.raises(InvalidInputError, match="emissions are not modelled"):
        read_scenario(folder, ["objective.then=emissions"])
