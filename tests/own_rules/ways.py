"""The public ways to add one rule to `tiny`: at most 3 general modules at qingyang."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo

import planner

RIGHT = 678_573_032.0
"""[CNY/a] with at most 3 general modules at qingyang; 609,276,852.8 without."""
SITE = ("qingyang", "general")


def at_most_three(m: Any) -> Any:
    """No more than 3 general modules at qingyang."""
    return m.modules[SITE] <= 3


@planner.rule("BUILDABLE", unit="1")
def three_in_the_west(m: Any, site: str, kind: str) -> Any:
    """The same, by a rule that has to know its index."""
    return m.modules[site, kind] <= 3 if site == "qingyang" else pyo.Constraint.Skip


def _constraint(m: planner.PlanModel) -> None:
    m.at_most_three = pyo.Constraint(expr=at_most_three(m))


def _indexed(m: planner.PlanModel) -> None:
    m.three_each = pyo.Constraint(m.BUILDABLE, rule=three_in_the_west.function)


def _list(m: planner.PlanModel) -> None:
    m.limits = pyo.ConstraintList()
    m.limits.add(m.modules[SITE] <= 3)


def _block(m: planner.PlanModel) -> None:
    m.extra = pyo.Block()
    m.extra.count = pyo.Var(bounds=(0, 3))
    m.extra.counted = pyo.Constraint(expr=m.extra.count == m.modules[SITE])


def _parameter(m: planner.PlanModel) -> None:
    m.most = pyo.Param(initialize=9, mutable=True)
    m.at_most = pyo.Constraint(expr=m.modules[SITE] <= m.most)
    m.most = 3


def _bound(m: planner.PlanModel) -> None:
    m.modules[SITE].setub(3)


def _fixed(m: planner.PlanModel) -> None:
    m.modules[SITE].fix(3)


def _constrain(m: planner.PlanModel) -> None:
    m.constrain(at_most_three, unit="1")


CHANGES: dict[str, Callable[[planner.PlanModel], None]] = {
    "constraint": _constraint,
    "indexed": _indexed,
    "list": _list,
    "block": _block,
    "parameter": _parameter,
    "bound": _bound,
    "fixed": _fixed,
    "constrain": _constrain,
}
"""What a user does to the model, each the same rule."""
