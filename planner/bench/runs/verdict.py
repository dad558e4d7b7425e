"""The one status of each run: first from its own evidence, then from what the other runs of its instance prove.

====================  =================================================================================================
status                meaning; where several hold, the first in this table is given
====================  =================================================================================================
``out_of_memory``     killed at the memory limit, or the solver said so
``crash``             its process was ended by a signal that is not ours
``timeout``           killed at the hard limit (``hung``), or stopped at its time limit without a plan
``unsupported``       the solver does not take this kind of problem or algorithm
``unlicensed``        the solver needs a licence that is not there
``size_limited``      the problem is beyond what its free licence allows
``error``             it failed with words, promised a plan and gave none, or its answer could not be checked
``wrong``             its plan breaks a rule or has another objective than it says; it claims a bound above a plan that
                      keeps all rules, infeasibility in the face of one, or a plan below a proven bound
``conflict``          its claim and another solver's exclude each other, and nothing proves either
``optimal_verified``  its plan keeps all rules and is optimal: proved by duals for an LP; for a MILP its bound is the
                      solver's own word, which no other run contradicts
``feasible_timeout``  its plan keeps all rules; it stopped at a limit before it could call it optimal
``unproved``          an LP that it calls optimal though no duals prove it; infeasible or unbounded, by its word only
====================  =================================================================================================

Only ``optimal_verified`` counts as solved.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from planner.models.solving.highs.judge import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.bench.solvers.record import Record

Status = Literal[
    "out_of_memory", "crash", "timeout", "unsupported", "unlicensed", "size_limited", "error", "wrong", "conflict",
    "optimal_verified", "feasible_timeout", "unproved",
]  # fmt: skip
STATUSES: tuple[Status, ...] = get_args(Status)
LEFT_OUT: tuple[Status, ...] = ("unsupported", "unlicensed", "size_limited")
"""No run took place: nothing is scored."""
GAP_MAX = 1e-6
"""Relative gap that a MILP called optimal may leave by its own bound (Xpress always reports one of 1e-6)."""
TIGHT = 1e-9
"""A plan that keeps all rules to this, a thousandth of the tolerance by which it must beat a claim, refutes it."""


@dataclass(frozen=True)
class Ruling:
    """A status, and why."""

    status: Status
    reason: str = ""
    proof: Literal["", "safe", "box", "other", "claimed"] = ""
    """Of ``optimal_verified``: ``safe`` by its own duals, ``box`` the same within a box, ``other`` by the duals of
    another run, ``claimed`` by its word."""
    is_hung: bool = False  # killed because it did not heed its time limit


@dataclass(frozen=True)
class Conflict:
    """Two runs of one instance whose words exclude each other."""

    instance: str
    accused: str  # key of the record whose claim falls
    by: str  # key of the record that contradicts it
    text: str
    is_decided: bool  # whether the accused is proved wrong; else both are in conflict


def status_of(record: Record) -> str:
    """Return the status that a record's own evidence gives; other runs may change it (``settle``)."""
    return ruling_of(record).status


def ruling_of(record: Record) -> Ruling:
    """Return what a record's own evidence says."""
    return _without_answer(record) or _wrong(record) or _answer(record)


def _without_answer(record: Record) -> Ruling | None:
    if record.ending == "killed_memory" or record.claim == "memory":
        return Ruling("out_of_memory", record.message)
    if record.ending == "signal":
        return Ruling("crash", f"ended by signal {-record.returncode}")
    if record.ending == "killed_time":
        return Ruling("timeout", f"killed after {record.wall:.0f} s: it did not heed its time limit", is_hung=True)
    for status in LEFT_OUT:
        if record.claim == status:
            return Ruling(status, record.message)
    if record.claim == "error" or record.returncode:
        return Ruling("error", record.message or f"exit code {record.returncode}, without a word")
    return _unchecked(record)


def _unchecked(record: Record) -> Ruling | None:
    if record.claim not in {"optimal", "feasible"}:
        return None
    if record.solution is None:
        return Ruling("error", f"says {record.claim} and gives no plan")
    for word in ("failure", "fault"):
        if word in record.checked:
            return Ruling("error", str(record.checked[word]))
    if "primal_feasible" not in record.checked:
        return Ruling("error", "its plan was not checked")
    return None


def _wrong(record: Record) -> Ruling | None:
    found = record.checked
    if record.claim not in {"optimal", "feasible"}:
        return None
    if not found["primal_feasible"]:
        return Ruling("wrong", f"its plan breaks {found['worst_place']} by {_size(found['worst_violation'])}")
    objective, slack = found["objective_exact"], _slack(found)
    if found["objective_matches"] is False:
        return Ruling("wrong", f"says {record.objective:.10g}, but its own values cost {objective:.10g}")
    if record.bound is not None and record.bound > objective + slack:
        return Ruling("wrong", f"its bound {record.bound:.10g} is above its own plan of {objective:.10g}")
    if found["safe_bound"] is not None and found["safe_bound"] > objective + slack:
        return Ruling("wrong", f"its plan of {objective:.10g} is below the {found['safe_bound']:.10g} its duals prove")
    return None


def _answer(record: Record) -> Ruling:
    """Return the status of an answer that nothing speaks against."""
    if record.claim == "time_limit":
        return Ruling("timeout", record.message)
    if record.claim in {"infeasible", "unbounded"}:
        return Ruling("unproved", f"says {record.claim}, by its word only")
    if record.claim == "feasible":
        return Ruling("feasible_timeout", record.message)
    return _optimal(record, record.checked)


def _optimal(record: Record, found: dict[str, Any]) -> Ruling:
    """Return the status of a plan that keeps all rules and is called optimal."""
    if found["proof"]:
        return Ruling("optimal_verified", proof=found["proof"])
    if record.kind == "milp":
        gap = 0.0 if record.bound is None else found["objective_exact"] - record.bound
        if gap > _slack(found) + GAP_MAX * abs(found["objective_exact"]):
            return Ruling("feasible_timeout", f"called optimal, but its own bound leaves {gap:.3g}")
        return Ruling("optimal_verified", proof="claimed")
    if found["gap_verified"] is None:
        return Ruling("unproved", f"called optimal; {'; '.join(found['notes']) or 'no duals prove it'}")
    return Ruling("unproved", f"called optimal, but its duals prove it to {_size(found['gap_verified'])} only")


def settle(records: Sequence[Record]) -> tuple[list[Ruling], list[Conflict]]:
    """Return each record's ruling in the light of the others on its instance, and who contradicts whom."""
    rulings = [ruling_of(record) for record in records]
    places: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        places[record.instance_hash].append(place)
    contradictions: list[Conflict] = []
    for group in places.values():
        settled, found = _settle_instance([records[place] for place in group], [rulings[place] for place in group])
        contradictions += found
        for place, ruling in zip(group, settled, strict=True):
            rulings[place] = ruling
    return rulings, contradictions


def conflicts(records: Sequence[Record]) -> list[Conflict]:
    """Return the pairs of runs whose words exclude each other."""
    return settle(records)[1]


def _settle_instance(records: list[Record], rulings: list[Ruling]) -> tuple[list[Ruling], list[Conflict]]:
    bound, prover = _best_bound(records)
    rulings = [_below(*pair, bound, prover) for pair in zip(records, rulings, strict=True)]
    plans = [record for record, ruling in zip(records, rulings, strict=True) if _has_plan(record, ruling)]
    found: list[Conflict] = []
    for record, ruling in zip(records, rulings, strict=True):
        found += _contradictions(record, ruling, plans, bound, prover)
    wrong = {one.accused: one.text for one in found if one.is_decided}
    open_ones = {key: one.text for one in found if not one.is_decided for key in (one.accused, one.by)}
    settled = []
    for record, ruling in zip(records, rulings, strict=True):
        if record.key in wrong:
            settled.append(Ruling("wrong", wrong[record.key]))
        elif record.key in open_ones:
            settled.append(Ruling("conflict", open_ones[record.key]))
        else:
            settled.append(_proved_by_another(record, ruling, bound, prover))
    return settled, found


def _best_bound(records: list[Record]) -> tuple[float, str]:
    """Return the best bound that duals prove, and of which run: it holds whatever else is wrong with that run."""
    proven = [(record.checked["safe_bound"], record.key) for record in records if _proven(record) is not None]
    return max(proven, default=(-math.inf, ""))


def _proven(record: Record) -> float | None:
    value: float | None = record.checked.get("safe_bound")
    return value


def _below(record: Record, ruling: Ruling, bound: float, prover: str) -> Ruling:
    """Return ``wrong`` for a plan that is cheaper than any can be: it lives on the tolerances."""
    if not _has_plan(record, ruling) or record.checked["objective_exact"] >= bound - _slack(record.checked):
        return ruling
    objective = record.checked["objective_exact"]
    return Ruling("wrong", f"its plan of {objective:.10g} is below the {bound:.10g} that the duals of {prover} prove")


def _has_plan(record: Record, ruling: Ruling) -> bool:
    has_status = ruling.status in {"optimal_verified", "feasible_timeout", "unproved"}
    return has_status and record.checked.get("primal_feasible") is True


def _contradictions(record: Record, ruling: Ruling, plans: list[Record], bound: float, prover: str) -> list[Conflict]:
    """Return what speaks against a record's claim: the tightest plan that does, or a proven bound."""
    if ruling.is_hung or ruling.status not in {"optimal_verified", "feasible_timeout", "timeout", "unproved"}:
        return []
    if record.claim == "unbounded" and bound > -math.inf:
        text = f"{_line(record)} says unbounded, but no plan is below {bound:.10g}"
        return [Conflict(record.instance, record.key, prover, text, is_decided=True)]
    against = [plan for plan in plans if _refutes(plan, record)]
    if not against:
        return []
    plan = min(against, key=lambda other: (other.checked["worst_violation"], other.checked["objective_exact"]))
    said = record.claim if record.claim in {"infeasible", "unbounded"} else f"{_claimed_bound(record):.10g} at least"
    text = (
        f"{_line(record)} says {said}, but the plan of {_line(plan)} costs {plan.checked['objective_exact']:.10g} "
        f"and breaks no rule{_by_more_than(plan.checked['worst_violation'])}"
    )
    is_decided = plan.checked["worst_violation"] <= TIGHT and record.claim != "unbounded"
    return [Conflict(record.instance, record.key, plan.key, text, is_decided=is_decided)]


def _refutes(plan: Record, record: Record) -> bool:
    if record.claim == "infeasible":
        return True
    if record.claim == "unbounded":
        return plan.claim == "optimal"
    slack = max(_slack(plan.checked), _slack(record.checked))
    return bool(plan.checked["objective_exact"] < _claimed_bound(record) - slack)


def _claimed_bound(record: Record) -> float:
    """Return the highest lower bound that a record stands for: an optimal plan's cost is one."""
    claims = [] if record.bound is None else [record.bound]
    if record.claim == "optimal":
        claims.append(record.checked["objective_exact"])
    return max(claims, default=-math.inf)


def _proved_by_another(record: Record, ruling: Ruling, bound: float, prover: str) -> Ruling:
    if record.claim != "optimal" or not _has_plan(record, ruling) or ruling.proof == "safe":
        return ruling
    if record.checked["objective_exact"] - bound > _slack(record.checked):
        return ruling
    return replace(ruling, status="optimal_verified", reason=f"proved by the duals of {prover}", proof="other")


def _slack(found: dict[str, Any]) -> float:
    """Return the objective's tolerance; 0 where there is no plan."""
    return TOLERANCE * float(found.get("objective_size") or 0.0)


def _by_more_than(violation: float) -> str:
    return f" by more than {violation:.1e}" if violation else " at all"


def _line(record: Record) -> str:
    return f"{record.solver} {record.algorithm} (seed {record.seed})"


def _size(value: float | None) -> str:
    return "no finite number" if value is None else f"{value:.1e}"
