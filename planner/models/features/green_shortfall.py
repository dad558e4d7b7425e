"""Green shortfall: green energy that may be missing from a share, at a price, where a share cannot or need not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.figures import ledger
from planner.language import Message, say
from planner.models.rules.findings import Finding
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import PER_KWH, TEN_THOUSAND_CNY, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example
    from planner.scenario.scenario import Scenario

REQUIRES = ("green_power_share",)
KEYS = ["site", "window"]
PARAMETERS = (
    Parameter(
        "green_shortfall_price",
        (),
        "CNY/MWh",
        say("Cost of green energy that is missing from a share."),
        low_open=True,
        plausible=Plausible(10.0, 1e9, (PER_KWH, TEN_THOUSAND_CNY)),
    ),
)
WORDS: dict[str, Message] = {
    "green_shortfall": say("missing green energy"),
    "green_shortfall_price": say("price of missing green energy"),
    "shortfall": say("missing green energy"),
}
COLUMNS = (
    *keys_of("green_shortfall", *KEYS),
    Column("green_shortfall", "green_shortfall", "MWh/a", say("Green energy that is missing.")),
)
MEASURES = (Measure("green_shortfall", "MWh/a"),)


def shortfall_term(m: PlanModel, site: str, window: str) -> Any:
    """A shortfall is credited at its price [MWh/a]; one MWh serves the shares of site, hub, side and nation."""
    return m.green_shortfall[site, window]


def green_shortfall_cost(m: PlanModel) -> Any:
    """Cost of missing green energy [CNY/a]: ∑ green_shortfall_price × green_shortfall."""
    return sum(m.green_shortfall_price * m.green_shortfall[s, w] for s in m.SITES for w in m.GREEN_WINDOWS)


def all_shortfall(m: PlanModel) -> Any:
    """All green energy that is missing [MWh/a]; where the objective gives cost no weight it is minimised before it.

    After unserved demand, and never added to it: serving nothing would need no green energy.
    """
    return sum(m.green_shortfall[s, w] for s in m.SITES for w in m.GREEN_WINDOWS)


EXAMPLE: Example = {"green_shortfall_price": 27}


def build(m: PlanModel) -> None:
    """Add what may be missing, and what it costs."""
    m.variable("green_shortfall", m.SITES, m.GREEN_WINDOWS, unit="MWh/a")
    m.add_term("green_credited", "shortfall", shortfall_term)
    m.add_term("cost", "green_shortfall", green_shortfall_cost)
    m.add_term("all_missing_green", "green_shortfall", all_shortfall)


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return what is missing by site and window [MWh/a]."""
    return {"green_shortfall": m.tabulate("green_shortfall", columns=KEYS)}


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what is credited although it is missing [MWh/a]."""
    del inputs
    return {"green_credited": tables["green_shortfall"].set_index(KEYS)["green_shortfall"].astype(float)}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Shortfalls are non-negative, unique per (site, window), and costed."""
    missing = tables["green_shortfall"].set_index(KEYS)["green_shortfall"].astype(float)
    yield from Finding.none_negative("green_shortfall", missing, "MWh/a")
    for row in missing.index[missing.index.duplicated()]:
        yield Finding("green_shortfall", ", ".join(row), say("stands twice"))
    windows = ledger.added(inputs, tables, "green_credited").index.get_level_values("window")
    expected = {(site, window) for site in inputs.sets["site"] for window in windows}
    for row in sorted(expected.symmetric_difference(missing.index)):
        yield Finding("green_shortfall", ", ".join(row), say("is missing from the results, or no site and window"))
    paid = float(missing.sum()) * inputs.number("green_shortfall_price")
    yield from Finding.cost_differs("green_shortfall", paid, tables)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the green energy that is missing [MWh/a]."""
    del inputs
    return {"energy": {"green_shortfall": float(tables["green_shortfall"]["green_shortfall"].sum())}}
