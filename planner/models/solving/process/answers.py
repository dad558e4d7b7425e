"""The answer of a problem that was solved period by period, as the solver's process hands it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.models.solving.apart.apart import Apart, pays, solve_apart
from planner.models.solving.apart.asking.checkpoint import state_folder
from planner.models.solving.highs import highs
from planner.models.solving.highs.exchange import Answer
from planner.models.solving.proof.leaves import Leaves, packed

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.highs.exchange import Arrays, Clock, Request, Vector
    from planner.models.solving.highs.highs import OnIncumbent


def answer_apart(
    arrays: Arrays, request: Request, clock: Clock, folder: Path, on_incumbent: OnIncumbent
) -> Answer | None:
    """Return the plan of a problem of many periods; ``None`` where it is none, or where that gave no plan in good time.

    Once the time is used up no other way is gone: the whole problem would only be handed to HiGHS, for all the memory.
    """
    if not pays(arrays, request):
        return None
    with state_folder(arrays, request, folder) as state:
        found = solve_apart(arrays, request, clock, state, on_incumbent)
    if found is None or found.values is None:
        none = Answer("time_limit", details=_details(found or Apart(), is_optimal=False))
        return none if clock.left <= 0.0 else None
    is_optimal = found.gap <= request.mip_gap
    return Answer(
        "optimal" if is_optimal else "feasible",
        found.values,
        found.bound,
        row_duals=found.duals,
        relaxed_duals=found.duals,
        details=_details(found, is_optimal=is_optimal),
        leaves=_leaf(arrays, found, folder),
    )


def _leaf(arrays: Arrays, found: Apart, folder: Path) -> Vector | None:
    """Return the whole box of the integers as the one leaf that the prices of all rows prove."""
    if found.duals is None or not arrays.is_integer.any():
        return None
    leaves = Leaves(folder)
    box = arrays.column_lower[arrays.is_integer], arrays.column_upper[arrays.is_integer]
    leaves.close(*box, leaves.keep(found.duals))
    return packed(leaves.found)


def _details(found: Apart, *, is_optimal: bool) -> dict[str, Any]:
    return {
        "solver": "highs",
        "version": highs.version(),
        "solver_status": "gap reached" if is_optimal else "stopped",
        "options": {},
        "stages": found.story[-1:],
        "periods_apart": {"periods": found.periods, "rounds": found.rounds, "story": found.story},
        **({} if found.duals is None else {"prices_within": found.gap}),
        "from_basis": False,
        "bound_from": "planner",
        "tie_break": "off",
        "ranging": "none: solved period by period",
        "warnings": [],
    }
