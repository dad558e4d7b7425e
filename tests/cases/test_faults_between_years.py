"""Planted faults: whatever is changed in what ties the years, the audit finds it from tables and summary alone."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from planner.cases.audit import audit_cases
from planner.language import rendered
from tests.algebra import BUILT
from tests.cases.several_years import by_stage, in_futures, in_stages, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.io.results.results import Results


@cache
def planned() -> Results:
    """Return a plan in which everything that ties years binds: lives, rates, prices, openings, futures, CVaR."""
    world = in_futures(in_stages(BUILT.with_cells("site", "opening_cost", {"far": 100_000})))
    world = by_stage(world, "s2025", modules_max=1)
    world = by_stage(world, "s2030", module_cost=2_500_000, modules_max=3)
    world = world.with_cells("site_compute_type", "module_lifetime", {"far;cpu": 30})
    world = world.with_cells("site_compute_type", "build_rate_max", {"far;cpu": 1.7})
    return plan_of(world.with_parameters(discount_rate_social=0.04, cvar_weight=0.3, cvar_level=0.6))


Tables = dict[str, pd.DataFrame]


def found(change: Callable[[Tables, dict[str, Any]], None]) -> set[str]:
    """Return the rules under which the audit finds something when tables or summary are changed."""
    results = planned()
    tables = {name: table.copy() for name, table in results.tables.items()}
    summary = copy.deepcopy(results.summary)
    change(tables, summary)
    return {finding.rule for finding in audit_cases(results.scenario, tables, summary)}


def at(table: pd.DataFrame, **keys: str) -> pd.Series:
    """Return which rows have these keys."""
    here = pd.Series(True, index=table.index)
    for name, value in keys.items():
        here &= table[name] == value
    assert here.any(), keys
    return here


def added(table: str, column: str, by: float, **keys: str) -> Callable[[Tables, dict[str, Any]], None]:
    """Return what adds to a column of some rows of a table."""

    def change(tables: Tables, summary: dict[str, Any]) -> None:
        del summary
        tables[table].loc[at(tables[table], **keys), column] += by

    return change


def test_nothing_is_found_in_the_plan() -> None:
    """The plan itself is confirmed, and is one in which the ties bind.

    Proves: no finding; in 2030 two modules come in the dry future. Sensitivity: a world too tame to show a fault.
    """
    assert found(lambda tables, summary: None) == set()  # noqa: ARG005
    table = planned().tables["vintages"]
    modules = table[table["asset"] == "modules"].set_index(["stage", "future"])["vintage"].to_dict()
    assert modules == {("s2025", "dry"): 1, ("s2025", "wet"): 1, ("s2030", "dry"): 2, ("s2030", "wet"): 1}


MODULES = {"asset": "modules"}
OPEN = {"asset": "open"}
FAULTS: dict[str, tuple[Callable[[Tables, dict[str, Any]], None], str]] = {
    "a vintage too many": (added("vintages", "vintage", 1.0, **MODULES, stage="s2030", future="wet"), "standing"),
    "another vintage for the same": (
        lambda tables, summary: (
            added("vintages", "vintage", 1.0, **MODULES, stage="s2030", future="dry")(tables, summary),
            added("vintages", "vintage", -1.0, **MODULES, stage="s2025", future="dry")(tables, summary),
        )[0],
        "same_in_all_futures",
    ),
    "a half vintage": (
        lambda tables, summary: (
            added("vintages", "vintage", 0.5, **MODULES, stage="s2030", future="dry")(tables, summary),
            added("vintages", "vintage", -0.5, **MODULES, stage="s2025", future="dry")(tables, summary),
        )[0],
        "whole_vintage",
    ),
    "less than nothing": (added("vintages", "vintage", -3.0, **MODULES, stage="s2030", future="wet"), "vintage"),
    "a price of another year": (added("vintages", "price", -100_000, **MODULES, stage="s2025"), "vintage_price"),
    "a site that closes": (added("vintages", "vintage", -1.0, **OPEN, stage="s2025"), "standing"),
    "a vintage twice": (
        lambda tables, summary: tables.update(  # noqa: ARG005
            vintages=pd.concat([tables["vintages"], tables["vintages"].iloc[:1]], ignore_index=True)
        ),
        "vintages",
    ),
    "what is no investment": (
        lambda tables, summary: tables["vintages"].loc.__setitem__((0, "asset"), "haste"),  # noqa: ARG005
        "vintages",
    ),
    "vintages paid by today's price": (
        added("cost", "cost", -100_000, category="vintages", stage="s2030", future="dry"),
        "vintages",
    ),
    "too much in one stage": (
        lambda tables, summary: [
            added("vintages", "vintage", 1.0, **MODULES, stage="s2030", future="dry")(tables, summary),
            added("site_expansion", "modules", 1.0, stage="s2030", future="dry", site="far")(tables, summary),
        ][0],
        "build_rate",
    ),
    "a year's own cost": (
        added("cost", "cost", 5000.0, category="grid_power", stage="s2030", future="dry"),
        "grid_power",
    ),
    "a year's own rule": (added("site_expansion", "modules", 1.0, stage="s2030", future="wet", site="far"), "standing"),
    "a year that is gone": (
        lambda tables, summary: tables.update(  # noqa: ARG005
            {
                name: table[~((table["stage"] == "s2030") & (table["future"] == "wet"))]
                for name, table in tables.items()
                if {"stage", "future"} <= set(table.columns)
            }
        ),
        "cases",
    ),
    "what years are worth": (added("pathway", "stage_worth", 0.1, stage="s2030"), "stage_worth"),
    "a probability in the table": (added("uncertainty", "probability", 0.1, future="dry"), "probability"),
    "a value in the table": (added("uncertainty", "value", 1e6, future="dry"), "value"),
    "the objective": (lambda tables, summary: summary.update(objective=summary["objective"] * 1.001), "summary"),  # noqa: ARG005
    "the mean of the worst": (lambda tables, summary: summary.update(cvar=summary["cvar"] * 0.999), "summary"),  # noqa: ARG005
    "a future's value": (lambda tables, summary: summary["futures"].update(dry=1.0), "summary"),  # noqa: ARG005
    "a discount": (lambda tables, summary: summary["cases"][2].update(factor=5.0), "summary"),  # noqa: ARG005
    "a probability": (lambda tables, summary: summary["cases"][0].update(probability=0.5), "summary"),  # noqa: ARG005
    "a case's cost": (lambda tables, summary: summary["cases"][3]["costs"].update(vintages=0.0), "summary"),  # noqa: ARG005
    "a case left out": (lambda tables, summary: summary["cases"].pop(), "summary"),  # noqa: ARG005
    "no cases at all": (lambda tables, summary: summary.pop("cases"), "summary"),  # noqa: ARG005
    "a mean over the years": (lambda tables, summary: summary["costs"].update(grid_power=1.0), "summary"),  # noqa: ARG005
    "a table that is none": (
        lambda tables, summary: tables.update(vintages=tables["vintages"].drop(columns="price")),  # noqa: ARG005
        "vintages",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_it_is_found(name: str) -> None:
    """Each fault is found, under the rule that it breaks.

    Proves: a finding of that rule. Sensitivity: an audit that takes what ties the years from the tables it checks.
    """
    change, rule = FAULTS[name]
    assert rule in found(change)


def test_a_finding_names_the_case() -> None:
    """What is wrong in one year is told with its stage and its future.

    Proves: ``s2030/wet`` stands in the finding. Sensitivity: four cases' findings that look the same.
    """
    results = planned()
    tables = {name: table.copy() for name, table in results.tables.items()}
    added("cost", "cost", 5000.0, category="grid_power", stage="s2030", future="wet")(tables, {})
    told = [rendered(finding.said()) for finding in audit_cases(results.scenario, tables, results.summary)]
    assert any("s2030/wet" in line for line in told)
    assert not any("s2025" in line for line in told)
