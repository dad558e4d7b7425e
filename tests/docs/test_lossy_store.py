"""The page that works a lossy store by hand: every number of it is what the planner shows, wherever it shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.language import Named
from planner.views.report.explorer import explore
from planner.views.report.headline import lines
from planner.views.report.subject import Subject
from planner.views.words import word
from tests.algebra import plan, price_of
from tests.features.test_storage import LOSSY

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "a-lossy-store-by-hand.md"
CASE = LOSSY.with_parameters(emissions_accounting="contract", carbon_price=20)
for _column, _value in (("storage_power_existing", 30), ("storage_energy_existing", 30)):
    CASE = CASE.with_cells("site", _column, {"s": _value})
CASE = CASE.with_rows("technology", [{"technology": "wind"}]).with_rows(
    "site_technology", [{"site": "s", "technology": "wind", "green_capacity_existing": 6, "green_power_price": 50}]
)
CASE = CASE.with_rows(
    "site_technology_timestep",
    [
        {"site": "s", "technology": "wind", "timestep": "cheap", "availability": 1},
        {"site": "s", "technology": "wind", "timestep": "dear", "availability": 0},
    ],
)


def table(name: str) -> dict[str, float]:
    """Return the values of one of the page's tables, by the words of its first column."""
    text = PAGE.read_text(encoding="utf-8").split(f"<!-- checked: {name} -->\n")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return {first: float(last.replace(",", "")) for first, _, last in rows}


def test_the_figures_are_those_of_every_output() -> None:
    """Each figure of the page is the plan's, in summary, tables, layer and page.

    Proves: all seventeen, wherever they are shown. Sensitivity: a second definition of any of them; a number on the page
    that nobody worked out.
    """
    results = plan(CASE)
    summary, said = results.summary, table("figures")
    site, costs = results.sites.iloc[0], results.tables["cost"].set_index("category")["cost"]
    emissions, share = results.tables["emissions"].iloc[0], summary["green_power_share"]
    subject = Subject(results, None, word, Named("", ""))
    panel, [row] = explore(subject, None)["sites"][0], results.tables["green_power_share"].to_dict("records")
    headline = {line.place: line.value(summary) for line in lines(subject)}
    hours = 8760.0
    shown = {
        "facility energy [MWh/a]": [summary["energy"]["facility"], headline["energy", "facility"]],
        "energy drawn from outside [MWh/a]": [
            summary["energy"]["site_draw"],
            results.tables["power_supply"]["site_draw"].sum() * 4380,
            row["green_use"],
        ],
        "grid energy [MWh/a]": [summary["energy"]["grid"], site["grid_power"] * hours, panel["grid"] * hours],
        "green energy bought [MWh/a]": [results.tables["power_supply_technology"]["green_power"].sum() * 4380],
        "green energy used [MWh/a]": [
            summary["energy"]["green"],
            site["green_power"] * hours,
            results.tables["power_supply"]["green_power_used"].sum() * 4380,
        ],
        "certificates [MWh/a]": [summary["energy"]["certificates"], site["certificates"]],
        "emissions, location [t/a]": [
            summary["emissions_by_accounting"]["location"],
            emissions["emissions_location"],
            headline["emissions_by_accounting", "location"],
        ],
        "emissions, contract [t/a]": [
            summary["emissions"],
            site["emissions"],
            panel["emissions"],
            headline["emissions_by_accounting", "contract"],
            emissions["emissions_contract"],
        ],
        "emissions, market_certificates [t/a]": [
            summary["emissions_by_accounting"]["market_certificates"],
            emissions["emissions_market_certificates"],
            headline["emissions_by_accounting", "market_certificates"],
        ],
        "green share, certificate": [
            share["certificate"],
            site["green_power_share"],
            panel["green"],
            row["share"],
            headline["green_power_share", "certificate"],
        ],
        "green share, matched": [share["matched"], headline["green_power_share", "matched"]],
        "green share, every_timestep": [share["every_timestep"], headline["green_power_share", "every_timestep"]],
        "cost of grid power [CNY/a]": [summary["costs"]["grid_power"], costs["grid_power"]],
        "cost of green power [CNY/a]": [summary["costs"]["green_power"], costs["green_power"]],
        "cost of certificates [CNY/a]": [summary["costs"]["certificates"], costs["certificates"]],
        "cost of carbon, by contract [CNY/a]": [summary["costs"]["carbon"], costs["carbon"]],
        "cost [CNY/a]": [summary["cost"], summary["objective"], costs.sum(), headline["cost",]],
    }
    assert set(said) == set(shown)
    for name, values in shown.items():
        assert values == pytest.approx([said[name]] * len(values)), name


def test_the_prices_are_those_of_the_plan() -> None:
    """Each price of the page is a shadow price of the plan.

    Proves: demand in both steps, the green rule, wind. Sensitivity: losses without their certificate or carbon.
    """
    results, said = plan(CASE), table("prices")
    found = {
        "a MW of demand in the cheap step [CNY/a]": price_of(results, "demand_balance", "r", "w", "cheap"),
        "a MW of demand in the dear step [CNY/a]": price_of(results, "demand_balance", "r", "w", "dear"),
        "a MWh of green energy that the rule asks for [CNY]": price_of(results, "green_power_share", "s", "year"),
        "a MW of wind in the cheap step [CNY/a]": price_of(results, "green_power_availability", "s", "wind", "cheap"),
    }
    assert found == pytest.approx(said)
