"""The independent check: every rule and every cost again, from inputs and result tables, without Pyomo or solver."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.language import say
from planner.models.declarations import modules_of
from planner.models.invariants import audit_invariants, audit_totals
from planner.models.rules.findings import Finding, UnderAudit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from planner.scenario.scenario import Scenario

    Check = Callable[[Scenario, UnderAudit], Iterable[Finding]]


def audit(
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, Any],
    *,
    taken_out: Collection[str] = (),
) -> list[Finding]:
    """Let every feature check its own rules and costs, then what holds for every plan, then the summary."""
    findings = list(_gaps(scenario, tables))
    audited = UnderAudit(tables)
    for name, check in checks_of(scenario).items():
        findings.extend(checked(name, check, scenario, audited))
    findings = list(dict.fromkeys(findings))  # what a feature and the invariants both find is said once
    if any(finding.rule not in taken_out for finding in findings):
        return findings
    try:
        of_summary = audit_summary(summarise(scenario, audited), summary)
        return findings + (of_summary or list(audit_totals(scenario, tables, summary)))
    except Exception as error:  # noqa: BLE001 - as above
        return [*findings, _unchecked("summary", error)]


def checks_of(scenario: Scenario) -> dict[str, Check]:
    """Return the checks of a plan's tables by name, as they are done: the features', then what holds for every plan."""
    checks = {name: module.audit for name, module in modules_of(scenario.features).items()}
    return {**checks, "invariants": audit_invariants, "cost": _unanswered}


def checked(name: str, check: Check, scenario: Scenario, audited: UnderAudit) -> Iterator[Finding]:
    """Yield what one check finds."""
    try:
        yield from check(scenario, audited)
    except Exception as error:  # noqa: BLE001 - whatever a broken table leads to, it is a finding, not a crash
        yield _unchecked(name, error)


def _unchecked(name: str, error: Exception) -> Finding:
    return Finding(name, "tables", say("cannot be checked: {name} {error}", name=type(error).__name__, error=error))


def _unanswered(scenario: Scenario, audited: UnderAudit) -> Iterator[Finding]:
    """Yield a finding for every category of cost that the audit of no listed feature has recomputed."""
    del scenario
    for category in sorted(set(map(str, audited["cost"]["category"])) - audited.answered):
        yield Finding("cost", category, say("no listed feature answers for this category"))


def _gaps(scenario: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Yield a finding for every column with cells that are empty or infinite: sums would pass over them."""
    for name, table in tables.items():
        declared = scenario.declarations.columns_of(name)
        for column in table.columns:
            may_be_empty = column in declared and declared[column].may_be_empty
            gaps = _infinite(table[column]) + (0 if may_be_empty else int(table[column].isna().to_numpy().sum()))
            if gaps:
                yield Finding(name, str(column), say("{sum} cells are empty or infinite", sum=gaps))


def _infinite(cells: pd.Series) -> int:
    """Count the infinite numbers of a column; one of objects may hold some among its words, one of words has none."""
    if isinstance(cells.dtype, pd.StringDtype):
        return 0
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "fiub":
        return int(np.isinf(cells.to_numpy()).sum())
    return int(cells.isin([math.inf, -math.inf]).to_numpy().sum())


def summarise(scenario: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Gather the features' parts of ``summary.json``, computed from the tables."""
    summary: dict[str, Any] = {}
    for module in modules_of(scenario.features).values():
        part = getattr(module, "summary", None)
        if part is not None:
            _merge(summary, part(scenario, tables))
    return summary


def _merge(into: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        elif key in into:
            message = f"two features report {key}"
            raise ValueError(message)
        else:
            into[key] = value


def audit_summary(expected: Mapping[str, Any], found: Mapping[str, Any], path: str = "") -> list[Finding]:
    """Compare what a summary says with what the tables give."""
    # At the top the run may say more, of itself; within a part, such as the costs, nothing is added to the tables'.
    more = sorted(set(found) - set(expected)) if path else []
    findings = [Finding("summary", f"{path}{key}", say("is not in the tables")) for key in more]
    for key, value in expected.items():
        where, other = f"{path}{key}", found.get(key)
        if isinstance(value, dict):
            findings.extend(audit_summary(value, other if isinstance(other, dict) else {}, f"{where}."))
        elif _is_number(value) and other is not None and _is_number(other):
            findings.extend(Finding.unless_equal("summary", where, float(value), float(other), ""))
        elif value != other:
            findings.append(Finding("summary", where, say("expected {value}, found {other}", value=value, other=other)))
    return findings


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
