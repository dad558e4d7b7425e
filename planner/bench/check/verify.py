"""Verify a run's solution exactly, from the instance's file and the solution's numbers alone.

A plan is first cleaned as ``planner.models.solving.highs.judge`` does it: integers rounded, values moved onto the
bounds they overstep. Then every row is summed exactly. Tolerances are the judge's: 1e-6 of a column's value (at least
1), of a row's largest coefficient or its terms' sum (at least 1), of the objective's terms. Only integers are held to
more: one may be off by 1e-6 however large it is.
"""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.check.exact import Exact, dot_groups, exact, nearest_float, rounded_down, total
from planner.bench.check.mps_reader import read_program
from planner.bench.check.safe_bound import safe_bound
from planner.models.solving.highs.judge import TOLERANCE

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from planner.bench.check.exact import Whole
    from planner.bench.check.mps_reader import Program, Vector
    from planner.bench.check.safe_bound import Bound
    from planner.bench.solvers.record import Record

PARTS = round(1 / TOLERANCE)
"""The tolerance is one of so many parts, so that comparing with it stays exact."""


def check(instance_path: Path, record: Record, folder: Path | None = None) -> dict[str, Any]:
    """Return what is true of a record's solution; empty without one."""
    if record.solution is None:
        return {}
    program = read_program(instance_path)
    try:
        values, duals = _load((folder or instance_path.parent.parent) / record.solution, program)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        return {"fault": f"the solution is none: {error}"}
    plan = _clean(program, values)
    worst = max(plan.worst, _rows(program, plan.values), key=lambda violation: violation.size)
    claimed = _objective(program, values)
    objective = _objective(program, plan.values, claimed.size)
    found = {
        "primal_feasible": not worst.is_beyond,
        "worst_violation": worst.size,
        "worst_place": worst.place,
        "objective_exact": nearest_float(objective.value),
        "objective_size": nearest_float(objective.size),
        "objective_matches": None
        if record.objective is None
        else abs(Fraction(record.objective) - claimed.value) * PARTS <= objective.size,
    }
    return found | _proof(program, plan.values, duals, objective)


def _load(path: Path, program: Program) -> tuple[Vector, Vector | None]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        values = np.asarray(arrays["values"], dtype=float)
        duals = np.asarray(arrays["duals"], dtype=float) if "duals" in arrays.files else None
    if values.shape != program.cost.shape:
        raise ValueError(f"{values.size} values for {program.cost.size} columns")
    if not np.isfinite(values).all():
        raise ValueError("values that are not finite")
    return values, duals


@dataclass(frozen=True)
class _Violation:
    """The worst of some: relative size, nearest float64; whether it is beyond the tolerance, exactly; where."""

    size: float = 0.0
    is_beyond: bool = False
    place: str = ""


@dataclass(frozen=True)
class _Plan:
    values: Vector
    worst: _Violation


def _clean(program: Program, values: Vector) -> _Plan:
    """Return the plan with integers whole and no bound overstepped, and how far that moved it."""
    whole = program.is_integer
    lower = np.where(whole, np.ceil(program.lower), program.lower)
    upper = np.where(whole, np.floor(program.upper), program.upper)
    cleaned = np.clip(np.where(whole, np.round(values), values), lower, upper)
    if bool((lower > upper).any()):
        name = program.column_names[int(np.argmax(lower > upper))]
        return _Plan(cleaned, _Violation(math.inf, is_beyond=True, place=f"column {name}, which no value suits"))
    moved = np.flatnonzero(cleaned != values)
    before, after = exact(values[moved]), exact(cleaned[moved])
    power = min(before.power, after.power, 0)
    one = np.full(len(moved), 1 << -power, dtype=object)
    sizes = np.where(whole[moved], one, np.maximum(one, np.abs(after.at(power))))
    names = [f"column {program.column_names[place]}" for place in moved]
    return _Plan(cleaned, _worst(np.abs(after.at(power) - before.at(power)), sizes, names))


def _rows(program: Program, values: Vector) -> _Violation:
    """Return the worst violation of a row."""
    order = np.argsort(program.rows, kind="stable")
    entries, rows = program.entries[order], program.rows[order]
    starts = np.searchsorted(rows, np.arange(len(program.row_names) + 1))
    activity, sizes = dot_groups(entries, program.columns[order], exact(values), starts)
    largest = np.zeros(len(program.row_names))
    np.maximum.at(largest, rows, np.abs(entries))
    parts = [_sides(program.row_lower), _sides(program.row_upper), exact(np.maximum(largest, 1.0))]
    power = min(activity.power, *(part.power for part in parts))
    lower, upper, least_size = (part.at(power) for part in parts)
    reached = activity.at(power)
    nothing = np.zeros(len(reached), dtype=object)
    below = np.where(np.isfinite(program.row_lower), lower - reached, nothing)
    above = np.where(np.isfinite(program.row_upper), reached - upper, nothing)
    excess = np.maximum(np.maximum(below, above), nothing)
    return _worst(excess, np.maximum(sizes.at(power), least_size), [f"row {name}" for name in program.row_names])


def _sides(limits: Vector) -> Exact:
    return exact(np.where(np.isfinite(limits), limits, 0.0))


def _worst(excess: Whole, sizes: Whole, names: list[str]) -> _Violation:
    if not len(excess):
        return _Violation()
    relative = (excess / sizes).astype(float)  # Python rounds the quotient of whole numbers to the nearest float64
    worst = int(relative.argmax())
    if not excess[worst]:
        return _Violation()
    return _Violation(float(relative[worst]), bool((excess * PARTS > sizes).any()), names[worst])


@dataclass(frozen=True)
class _Objective:
    value: Fraction
    size: Fraction


def _objective(program: Program, values: Vector, size_min: Fraction = Fraction(0)) -> _Objective:
    """Return the objective, and the size of its errors: the sum of its terms, one unit of the dearest at least."""
    cost, amounts = exact(program.cost), exact(values)
    terms = Exact(cost.whole * amounts.whole, cost.power + amounts.power)
    free: npt.NDArray[np.bool_] = program.lower < program.upper
    dearest = Fraction(float(np.abs(program.cost[free]).max(initial=0.0)))
    return _Objective(total(terms), max(total(Exact(np.abs(terms.whole), terms.power)), dearest, size_min))


def _proof(program: Program, plan: Vector, duals: Vector | None, objective: _Objective) -> dict[str, Any]:
    nothing: dict[str, Any] = {"safe_bound": None, "box_bound": None, "gap_verified": None, "proof": ""}
    if duals is None:
        return nothing | {"notes": ["no duals"]}
    if duals.shape != program.row_lower.shape or not bool(np.isfinite(duals).all()):
        return nothing | {"notes": ["duals that are not finite numbers, one a row"]}
    cutoff = nearest_float(objective.value + objective.size / PARTS)
    if not math.isfinite(cutoff):
        return nothing | {"notes": ["an objective beyond float64"]}
    bound, notes = safe_bound(program, duals, plan, cutoff), []
    if not _proves(bound, objective):
        # Any prices prove something: those of a solver that gives them the other sign get a second chance.
        turned = safe_bound(program, -duals, plan, cutoff)
        if _proves(turned, objective):
            bound, notes = turned, ["duals of the other sign"]
    if bound.is_boxed:
        name = program.column_names[int(bound.boxed[0])]
        notes.append(f"nothing limits {len(bound.boxed)} columns that the duals would move, {name} the first")
    value = rounded_down(bound.value)
    gap = nearest_float((objective.value - bound.value) / abs(objective.value)) if objective.value else None
    return {
        "safe_bound": None if bound.is_boxed else value,
        "box_bound": value if bound.is_boxed else None,
        "gap_verified": None if bound.is_boxed else gap,
        "proof": ("box" if bound.is_boxed else "safe") if _proves(bound, objective) else "",
        "notes": notes,
    }


def _proves(bound: Bound, objective: _Objective) -> bool:
    return (objective.value - bound.value) * PARTS <= objective.size
