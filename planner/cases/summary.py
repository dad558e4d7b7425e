"""What a plan of several cases comes to, from inputs and result tables alone: the objective of all, and each case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.figures.cases import COST, VINTAGES, of_case, vintages_paid
from planner.models.audit import summarise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]

ABOUT = ("stage", "future", "year", "stage_years", "probability")
"""What is said of a case before its measures."""


def summarise_cases(scenario: Scenario, tables: Tables) -> dict[str, Any]:
    """Return the objective, the measures of all cases as yearly amounts, and ``cases``: those of each.

    A yearly amount of all is the mean over the years of the stages and over the futures by their probability, nothing
    discounted; of a share it is the mean of the shares. A case that has no plan has a status alone.
    """
    paid = vintages_paid(tables)
    worth = worth_of(scenario)
    told = [_of_case(scenario, tables, case, paid, worth[case.stage]) for case in scenario.cases]
    objective = _objective(scenario, told)
    counted = [(case, one) for case, one in zip(scenario.cases, told, strict=True) if case.probability > 0]
    years = sum(case.probability * case.stage_years for case, _ in counted)
    shares = [(case.probability * case.stage_years / years, one) for case, one in counted]
    measures = [(share, {k: v for k, v in one.items() if k not in (*ABOUT, "factor")}) for share, one in shares]
    return {**_mean(measures), **objective, "cases": told}


def worth_of(scenario: Scenario) -> dict[str, float]:
    """Return by stage what a yearly amount is worth over its years, at the first stage's beginning [1].

    The sum of a geometric series, q = 1 ÷ (1 + discount_rate_social): q^(year − first) × (1 − q^stage_years) ÷ (1 − q).
    """
    spans = {case.stage: (case.year, case.stage_years) for case in scenario.cases}
    if len(spans) == 1:
        return dict.fromkeys(spans, 1.0)
    rate, first = scenario.number("discount_rate_social"), min(year for year, _ in spans.values())
    q = 1.0 / (1.0 + rate)
    return {
        stage: q ** (year - first) * ((1.0 - q**count) / (1.0 - q) if rate else count)
        for stage, (year, count) in spans.items()
    }


def values_of(told: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return by future its probability and its value: the objective of its cases, each at what it is worth."""
    values: dict[str, tuple[float, float]] = {}
    for one in told:
        if "objective" in one:
            probability, value = values.get(one["future"], (one["probability"], 0.0))
            values[one["future"]] = probability, value + one["factor"] * one["objective"]
    return values


def mean_of_worst(values: Mapping[str, tuple[float, float]], level: float) -> float:
    """Return the mean of the worst futures, which have 1 − level of the probability together."""
    left, total = 1.0 - level, 0.0
    for probability, value in sorted(values.values(), key=lambda one: -one[1]):
        part = min(probability, left)
        total, left = total + part * value, left - part
    return total / (1.0 - level)


def _objective(scenario: Scenario, told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    values = values_of(told)
    mean = sum(probability * value for probability, value in values.values())
    weight = scenario.number("cvar_weight") if scenario.has("uncertainty") else 0.0
    if not scenario.has("uncertainty"):
        return {"objective": mean}
    worst = mean_of_worst(values, scenario.number("cvar_level"))
    futures = {future: value for future, (_, value) in values.items()}
    return {"objective": (1.0 - weight) * mean + weight * worst, "futures": futures, "cvar": worst}


def _of_case(
    scenario: Scenario, tables: Tables, case: Case, paid: Mapping[tuple[str, str], float], worth: float
) -> dict[str, Any]:
    """Return what a case is, and its measures; its costs with what its vintages cost beside its own prices."""
    about = {name: getattr(case, name) for name in ABOUT}
    own = of_case(scenario, tables, case)
    if own[COST].empty:
        return {**about, "factor": worth, "status": "no plan"}
    found = summarise(case.scenario, own)
    more = paid.get((case.stage, case.future), 0.0)
    found["cost"] += more
    found["costs"] = {**found["costs"], VINTAGES: more}
    found["objective"] += scenario.settings.objective.get("cost", 0.0) * more
    return {**about, "factor": worth, **found}


def _mean(parts: Sequence[tuple[float, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the mean of every number of several summaries; what one alone does not know is not known of all."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for _, part in parts for name in part):
        values = [part.get(name) for _, part in parts]
        if any(isinstance(value, dict) for value in values):
            found[name] = _mean([(share, part.get(name) or {}) for share, part in parts])
        elif all(_is_number(value) or value is None for value in values):
            there = all(name in part for _, part in parts)
            unknown = there and any(value is None for value in values)
            found[name] = None if unknown else sum(share * (part.get(name) or 0.0) for share, part in parts)
        else:
            found[name] = values[0] if all(value == values[0] for value in values) else None
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
