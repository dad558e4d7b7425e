"""The shipped scenario of direct connection: its three ratios bind one after the other, on four days and over the year."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import planner
from tests.docs.pages import tables

if TYPE_CHECKING:
    from planner.io.results.results import Results

SCENARIO = Path(planner.__file__).parents[1] / "scenarios" / "zhongwei-direct"
RATIOS = {
    "self_supply_share": "self_supply_share_min",
    "export_share": "export_share_max",
    "self_use_share": "self_use_share_min",
}
CASES: dict[str, tuple[dict[str, float], set[str]]] = {
    "little of its own": ({"self_supply_share_min": 0.5}, {"self_supply_share"}),
    "nearly all of its own": ({"self_supply_share_min": 0.97}, {"self_supply_share", "export_share"}),
    "little may be lost": (
        {"self_supply_share_min": 0.97, "self_use_share_min": 0.75},
        {"self_supply_share", "export_share", "self_use_share"},
    ),
}  # fmt: skip

YEAR = {
    row[0].replace("*", ""): row for row in tables("scenarios/zhongwei-direct/README.md")["year"] if row[0] != "none"
}
"""README's plans of the year, by their shares; each takes a minute or two. The row without ratios is another scenario."""
SOLVED = YEAR if os.environ.get("PLANNER_SHIPPED") else {}
HELD = r"([\d.]+) %"


def bound_by(results: Results) -> set[str]:
    """Return the ratios at their limits; each of them has a price, and no other has."""
    [row] = results.tables["direct_connection"].to_dict("records")
    prices = results.shadow_prices.set_index("rule")["price"]
    reached = {share for share, limit in RATIOS.items() if row[share] == pytest.approx(row[limit], abs=1e-6)}
    assert {share for share in RATIOS if prices[share] > 1e-3} == reached
    return reached


@pytest.mark.parametrize("case", CASES)
def test_the_ratios_bind_one_after_the_other(case: str) -> None:
    """As the cluster supplies more of itself, its surplus reaches what may be sold, and then what must be used.

    Proves: each plan is optimal, and audited, since a run is refused otherwise; the ratios that are at their limits have
    a price, the others are apart from theirs and have none. Sensitivity: a scenario that no longer lists the feature,
    whose plants are not direct, or whose ratios never decide anything.
    """
    given, binding = CASES[case]
    changes = ["time.representative_days=4", *(f"site.{name}={share}" for name, share in given.items())]
    results = planner.run(planner.read_scenario(SCENARIO, changes))
    assert results.summary["status"] == "optimal"
    assert bound_by(results) == binding


def test_the_readme_has_a_plan_of_the_year_for_each_ratio() -> None:
    """Proves: README's table has a plan that one ratio binds, one that two do, one that all three do.

    Sensitivity: a price that is left out of a row, or written for another ratio than the one that stands in bold.
    """
    binding = [priced(row) for row in YEAR.values()]
    assert {"self_supply_share"} in binding
    assert {"self_supply_share", "export_share"} in binding
    assert {"self_supply_share", "self_use_share"} in binding
    assert set(RATIOS) in binding
    for row in YEAR.values():
        bold = {share for share, cell in (("self_use_share", row[4]), ("export_share", row[5])) if "**" in cell}
        assert bold == priced(row) - {"self_supply_share"}


@pytest.mark.campaign
@pytest.mark.skipif(not SOLVED, reason="a campaign: make campaign-years")
@pytest.mark.parametrize("shares", SOLVED)
def test_the_year_is_as_the_readme_says(shares: str) -> None:
    """Every row of README's table is what the year of 8,760 hours gives, to the digits that stand there.

    Proves: cost, plants, battery, ratios and their prices, and that exactly the ratios with a price in the table are at
    their limits. Sensitivity: other rules, weather or prices than those the table was made of. Hours with sale or
    curtailing are left out: plans as cheap differ in them.
    """
    row = YEAR[shares]
    supply, use, *_ = (*(float(share) / 100 for share in re.findall(HELD, shares)), 0.6)
    changes = [f"site.self_supply_share_min={supply}", f"site.self_use_share_min={use}"]
    results = planner.run(planner.read_scenario(SCENARIO, changes))
    assert results.summary["status"] == "optimal"
    assert bound_by(results) == priced(row)
    tables_of, prices = results.tables, results.shadow_prices.set_index("rule")["price"]
    built = tables_of["power_supply_capacity"].set_index("technology")["green_capacity"]
    [battery] = tables_of["storage_capacity"].to_dict("records")
    [ratios] = tables_of["direct_connection"].to_dict("records")
    assert numbers(row[1]) == [pytest.approx(results.summary["cost"] / 1e9, abs=6e-4)]
    assert numbers(row[2]) == pytest.approx([built["wind"], built["solar"]], abs=1)
    assert numbers(row[3]) == pytest.approx([battery["storage_power"], battery["storage_energy"]], abs=2)
    assert numbers(row[4] + row[5]) == pytest.approx(
        [100 * ratios[share] for share in ("self_use_share", "export_share")], abs=0.06
    )
    assert numbers(row[6]) == pytest.approx([prices[share] for share in RATIOS], abs=0.6)
    assert numbers(row[9]) == [pytest.approx(results.summary["emissions"] / 1e3, abs=0.6)]


def numbers(cell: str) -> list[float]:
    """Return the numbers of a table's cell."""
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\.?\d*", cell)]


def priced(row: list[str]) -> set[str]:
    """Return the ratios that have a price in a row of README."""
    return {share for share, price in zip(RATIOS, numbers(row[6]), strict=True) if price > 0}
