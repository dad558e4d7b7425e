"""What a plan of representative days truly costs: its investments are fixed and the full year is dispatched.

Where the full year cannot keep the rules with these investments, it is dispatched at the least violation: demand may
stay unserved and green energy may be missing, each at a price so high that nothing is left undone that can be done, and
that of demand so much higher that no load is dropped to mend a share. What is missing is told apart from the cost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.errors import InfeasibleError, PlannerError, UsageError
from planner.figures import ledger, work
from planner.language import say
from planner.models.audit import audit, summarise
from planner.models.build import declare_model
from planner.models.claims import Claims, audit_claims
from planner.models.compile import compile_model
from planner.models.solving.solve import solve
from planner.pipeline.check import obstacles_of, read_with_full_year
from planner.pipeline.outcome import tabulate
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, SolverOptions, Vector
    from planner.models.rules.findings import Finding
    from planner.scenario.scenario import Scenario

UNSERVED_PRICE = 1e5
"""[CNY/MWh] of demand left unserved where it need not be otherwise; far above all else, so that demand comes first."""
SHORTFALL_PRICE = 1e4
"""[CNY/MWh] of green energy missing: far above any power price, and below what leaving the load away would save."""
SHORTFALL, PRICE = "green_shortfall", "unserved_price"
"""The feature, and the parameter, by which green energy and work may be missing."""
Member = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Dispatch:
    """The full year with the investments of a plan.

    Attributes
    ----------
    summary
        For ``dispatch_year`` in ``summary.json``.
    table
        Cost by category [CNY/a]: reduced, full_year, difference; no rows without a dispatch.
    findings
        What the audit could not confirm.
    """

    summary: dict[str, Any]
    table: pd.DataFrame
    findings: list[Finding]


def read_to_dispatch(folder: Path, overrides: Sequence[str] = ()) -> tuple[Scenario, Scenario]:
    """Read a scenario and its full year."""
    scenario, full_year = read_with_full_year(folder, overrides)
    if full_year is None:
        why = (
            say("{folder} stands reduced already, and its full year is not known", folder=folder)
            if scenario.has("representative_days")
            else say("{folder} is planned with all its timesteps", folder=folder)
        )
        raise UsageError(
            say("--dispatch-year: {why}; choose days from a full year with --set time.representative_days=12", why=why)
        )
    return scenario, full_year


def investments_of(model: PlanModel, problem: Problem, values: Vector) -> dict[Member, float]:
    """Return the value of every variable that is decided before the hours come."""
    names = _investments(model)
    return {
        (name, tuple(index)): float(values[column])
        for column, (name, index) in enumerate(problem.column_names)
        if name in names
    }


def _investments(model: PlanModel) -> set[str]:
    return {record.name for record in model.recorded("variable") if record.options["is_investment"]}


def dispatch_year(
    full_year: Scenario,
    investments: Mapping[Member, float],
    reduced: Mapping[str, Any],
    options: SolverOptions,
) -> Dispatch:
    """Dispatch the full year of a scenario with the investments of a plan."""
    begin = time.perf_counter()
    options = replace(options, tie_break=False, shadow_prices=False)
    found = _dispatched(full_year, investments, options)
    is_kept = found.status != "infeasible"
    if not is_kept:
        found = _dispatched(_relaxed(full_year), investments, options)
    head = {"status": found.status, "rules_kept": is_kept and bool(found.tables)}
    seconds = {"counts": found.counts, "seconds": time.perf_counter() - begin}
    if not found.tables:
        return Dispatch({**head, **seconds}, _table(reduced["costs"], {}).iloc[:0], [])
    costs = _true_costs(full_year, found)
    cost = sum(costs.values())
    difference = cost - reduced["cost"]
    energy = found.summary["energy"]
    summary = {
        **head,
        "objective": found.summary["objective"],
        "cost": cost,
        "cost_difference": difference,
        "cost_difference_share": difference / abs(reduced["cost"]) if reduced["cost"] else None,
        "costs": costs,
        "unserved": energy["unserved"],
        SHORTFALL: energy.get(SHORTFALL, 0.0),
        "green_power_share": found.summary.get("green_power_share"),
        **seconds,
    }
    return Dispatch(summary, _table(reduced["costs"], costs), found.findings)


@dataclass(frozen=True)
class _Found:
    status: str
    counts: Mapping[str, int]
    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]
    findings: list[Finding]


def _dispatched(
    scenario: Scenario,
    investments: Mapping[Member, float],
    options: SolverOptions,
) -> _Found:
    """Solve and audit a scenario with its investments fixed."""
    if list(obstacles_of(scenario)):
        return _Found("infeasible", {}, {}, {}, [])
    model = declare_model(scenario)
    try:
        compiled = compile_model(model)
    except InfeasibleError:
        return _Found("infeasible", {}, {}, {}, [])
    problem = _fixed(compiled.problem, _investments(model), investments)
    with temporary_folder() as workdir:
        solution = solve(problem, options, workdir)
    if solution.values is None:
        return _Found(solution.status, problem.counts, {}, {}, [])
    compiled.load(solution.values)
    tables = tabulate(model)
    summary = summarise(scenario, tables)
    findings = audit(scenario, tables, summary)
    findings.extend(audit_claims(Claims.of_solution(solution, problem, options), summary, scenario))
    return _Found(solution.status, problem.counts, tables, summary, findings)


def _fixed(problem: Problem, names: set[str], investments: Mapping[Member, float]) -> Problem:
    """Return a problem whose investments are those of a plan."""
    lower, upper, is_fixed = problem.column_lower.copy(), problem.column_upper.copy(), problem.is_integer & False
    for column, (name, index) in enumerate(problem.column_names):
        if name in names:
            value = investments.get((name, tuple(index)))
            if value is None:
                raise PlannerError(
                    say(
                        "the plan says nothing of {name}[{listed}] of the full year",
                        name=name,
                        listed=", ".join(map(str, index)),
                    )
                )
            value = float(np.round(value)) if problem.is_integer[column] else value
            lower[column] = upper[column] = min(max(value, lower[column]), upper[column])
            is_fixed[column] = True
    # What is fixed is whole already: without other integers the dispatch is a linear programme.
    return replace(problem, column_lower=lower, column_upper=upper, is_integer=problem.is_integer & ~is_fixed)


def _relaxed(scenario: Scenario) -> Scenario:
    """Return a scenario that may leave demand unserved, and green energy missing, at the price of a violation."""
    given = dict(scenario.given)
    price = scenario.series(PRICE)
    workloads = scenario.full_index(("workload",))
    given[PRICE] = price.reindex(workloads).fillna(UNSERVED_PRICE).rename(PRICE)
    listed = set(scenario.features)
    if scenario.has("green_power_share"):
        listed.add(SHORTFALL)
        given.setdefault(f"{SHORTFALL}_price", SHORTFALL_PRICE)
    features = scenario.declarations.ordered(listed)
    return replace(scenario, given=given, settings=replace(scenario.settings, features=features))


def _true_costs(scenario: Scenario, found: _Found) -> dict[str, float]:
    """Return the costs by category [CNY/a] without the price of violations, which nobody pays."""
    costs = {str(category): float(cost) for category, cost in found.summary["costs"].items()}
    name, column = work.UNSERVED
    table = found.tables[name]
    energy = table[column] * table["timestep"].map(ledger.weights(found.tables))
    free = ~table["workload"].isin(scenario.series(PRICE).index)
    costs["unserved"] -= UNSERVED_PRICE * float(energy[free].sum())
    if not scenario.has(SHORTFALL):
        costs.pop(SHORTFALL, None)
    return {category: cost + 0.0 for category, cost in costs.items()}


def _table(reduced: Mapping[str, float], full_year: Mapping[str, float]) -> pd.DataFrame:
    """Return cost by category [CNY/a], with the difference that the full year makes."""
    categories = list(dict.fromkeys([*reduced, *full_year]))
    table = pd.DataFrame({"category": pd.Series(categories, dtype=object)})
    for column, costs in (("reduced", reduced), ("full_year", full_year)):
        table[column] = [float(costs.get(category, 0.0)) for category in categories]
    return table.assign(difference=table["full_year"] - table["reduced"])
