"""What comes of a solve: an audited plan, or the error that says why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.errors import (
    AuditDisagreedError,
    InfeasibleError,
    PlannerError,
    SolveInterruptedError,
    StoppedWithoutPlanError,
    UnboundedError,
    UsageError,
)
from planner.figures.ledger import Kept
from planner.language import Text, join, say
from planner.models.algebra.matrix import BY_HAND
from planner.models.algebra.own import sentences
from planner.models.audit import audit, summarise
from planner.models.claims import Claims, audit_claims
from planner.models.deciding import Deciding
from planner.models.declarations import guests_of, modules_of
from planner.models.guests import check_tables
from planner.progress import working_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.own import Own
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Solution, SolverOptions
    from planner.pipeline.record import Record
    from planner.scenario.scenario import Scenario

EXPLAIN = say("planner explain, with the same scenario and --set, says what would have to give")


def tabulate(model: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the result tables of a solved model, by name."""
    tables: dict[str, pd.DataFrame] = {}
    guests = {guest.name: guest for guest in guests_of(model.inputs.features)}
    for name, module in modules_of(model.inputs.features).items():
        made = module.report(model)
        if name in guests:
            check_tables(guests[name], made, tables)
        tables.update(made)
    return tables


def audited(record: Record, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the summary of a plan that the audit confirms.

    What is found under a rule that the user took out is kept as the user's own wish, and no disagreement.
    """
    solution, taken_out = record.solution, record.own.taken_out
    working_on(say("auditing"))
    with record.clock("audit"):
        kept = Kept(tables)
        summary = summarise(record.scenario, kept)
        findings = audit(record.scenario, kept, summary, taken_out=taken_out)
        if solution is not None and not record.own.objective and record.problem is not None and record.options:
            claims = Claims.of_solution(solution, record.problem, record.options)
            findings.extend(audit_claims(claims, summary, record.scenario))
    record.set_aside = [finding.said() for finding in findings if finding.rule in taken_out]
    if record.set_aside:
        record.notes.append(
            say(
                "the plan breaks rules that the user took out, at {count} places; the first: {first}",
                count=len(record.set_aside),
                first=record.set_aside[0],
            )
        )
    record.findings = [finding.said() for finding in findings if finding.rule not in taken_out]
    if record.findings:
        raise record.failure(AuditDisagreedError(say("the plan"), record.findings), "error")
    return summary


def notes_of(compiled: Compiled, *, dispatched: bool = False) -> list[Text]:
    """Return what a user should know of how a model became rows, and of what in it is the user's own."""
    own = compiled.own
    if own and dispatched:
        raise UsageError(say("the full year cannot be dispatched: rules of one's own are not known there"))
    notes: list[Text] = list(sentences(own.document()))
    if own.without_rows:
        notes.append(
            say(
                "rules of the user's own that hold nowhere here, for their sets are empty: {names}",
                names=join(own.without_rows),
            )
        )
    if compiled.fallback and compiled.fallback != BY_HAND:
        notes.append(say("the model was built row by row, which is slow: {fallback}", fallback=compiled.fallback))
    return notes


def decides(
    record: Record,
    options: SolverOptions,
    declare: Callable[[Scenario], PlanModel] | None,
) -> pd.DataFrame | None:
    """Return what decides a plan; nothing of a model that was changed by hand, which no scenario makes again."""
    if declare is None or record.problem is None or record.solution is None:
        record.notes.append(say("what decides the plan was not looked for: the model was made by hand"))
        return None
    found = Deciding(record.scenario, record.problem, record.solution, options, declare)
    table = found.table()
    record.notes.extend(found.notes)
    return table


def without_plan(solution: Solution, own: Own) -> PlannerError:
    """Return the error of a solve that found no plan."""
    match solution.status:
        case "infeasible":
            names = [*own.rules, *own.changes, *own.taken_out]
            mine = say("the user's own are among them, which planner explain does not know: {names}", names=join(names))
            explain = mine if names else EXPLAIN
            return InfeasibleError(say("no plan can keep all the rules together; {explain}", explain=explain))
        case "unbounded":
            return UnboundedError(
                say("the objective falls without end: a price is missing or negative where nothing limits")
            )
        case "interrupted":
            return SolveInterruptedError(say("interrupted before any plan was found"))
        case _:
            return StoppedWithoutPlanError(
                say("the time limit was reached before any plan was found; raise --time-limit")
            )
