"""What uncertainty costs as plain data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from planner.studies.futures.words import unit_of

if TYPE_CHECKING:
    from planner.studies.futures.findings import Found
    from planner.studies.futures.interval import Interval


def as_json(found: Found) -> dict[str, Any]:
    """Return the whole answer as data for programs; what is not finite is ``None`` there."""
    return {
        "scenario": found.scenario.name,
        "status": str(found.results.summary["status"]),
        "unit": unit_of(found.scenario),
        "weight_left_out": found.was_weighed,
        "here_and_now": _plain(found.recourse),
        "wait_and_see": _plain(found.waiting),
        "evpi": _plain(found.evpi),
        "mean_plan": None if found.mean_plan is None else _plain(found.mean_plan),
        "vss": None if found.vss is None else _plain(found.vss),
        "no_mean": found.no_mean or None,
        "futures": [
            {"future": future, "probability": chance, "best": _plain(found.best(future))}
            for future, chance in found.chances.items()
        ],
        "plans": [_plan(found, plan) for plan in found.plans],
        "built": found.built(),
        "frontier": [
            {name: row[name] for name in ("status", "unit")}
            | {name: _number(row[name]) for name in ("weight", "level", "mean", "worst", "objective", "bound")}
            for row in found.frontier
        ],
    }


def _plan(found: Found, plan: tuple[str, str]) -> dict[str, Any]:
    futures = []
    for future in found.chances:
        regret = found.regret(plan, future)
        futures.append(
            {
                "future": future,
                "cost": _plain(found.cost(plan, future)),
                "regret": None if regret is None else _plain(regret),
            }
        )
    return {
        "kind": plan[0],
        "plan": plan[1],
        "mean": _plain(found.mean_cost(plan)),
        "mean_regret": _plain(found.mean_regret(plan)),
        "max_regret": _plain(found.max_regret(plan)),
        "futures": futures,
        "without_plan": [
            {"future": future, "rules": list(trial.rules), "why": trial.why, "cure": trial.cure or None}
            for future, trial in found.failing(plan).items()
        ],
    }


def _plain(interval: Interval) -> dict[str, Any]:
    told: dict[str, Any] = {"least": interval.least, "most": interval.most, "is_infinite": interval.is_infinite}
    return {**told, "is_cut": True} if interval.is_cut else told


def _number(text: str) -> float:
    return float(text) if text else math.nan
