"""Findings of the audit, and the only tolerances it grants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from planner.figures.ledger import Kept
from planner.language import Message, Text, rendered, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

Vector = npt.NDArray[np.float64]


class UnderAudit(Kept):
    """The result tables while they are audited, and the categories of cost that some feature has answered for."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(tables)
        self.answered: set[str] = set()


RELATIVE_TOLERANCE = 1e-6
"""Of the larger side: ten times the solver's feasibility tolerance."""
ABSOLUTE_TOLERANCE = 1e-6
"""In the rule's own unit, or in the power behind it: a sum over a year has 8760 times as much."""
YEARLY_TOLERANCE = ABSOLUTE_TOLERANCE * 8760


class Stock(NamedTuple):
    """What stands in a year of what may be built, beside what stood before: from inputs and tables, for audits alone.

    Parameters
    ----------
    amount
        By the ids of its index; NaN where the tables do not tell.
    price
        [CNY/a] a unit; what is not there costs nothing.
    is_whole
        Whether it is built in whole units.
    """

    amount: pd.Series
    price: pd.Series
    is_whole: bool = False


@dataclass(frozen=True)
class Finding:
    """One number of the plan that the audit could not confirm."""

    rule: str
    where: str
    problem: Text

    def __str__(self) -> str:
        """Return the finding as one line."""
        return rendered(self.said())

    def said(self) -> Message:
        """Return the line in both languages."""
        return say("{rule} [{where}]: {problem}", rule=self.rule, where=self.where, problem=self.problem)

    @classmethod
    def unless_equal(cls, rule: str, where: str, expected: float, found: float, unit: str) -> Iterator[Finding]:
        """Yield a finding if two numbers differ by more than the tolerance (or one is not a number)."""
        if not abs(expected - found) <= slack(expected, found, unit):
            problem = say(
                "expected {expected:.10g} {unit}, found {found:.10g} {unit}", expected=expected, unit=unit, found=found
            )
            yield cls(rule, where, problem)

    @classmethod
    def unless_at_most(cls, rule: str, where: str, found: float, limit: float, unit: str) -> Iterator[Finding]:
        """Yield a finding if a number is above its limit by more than the tolerance (or not a number)."""
        if not found - limit <= slack(found, limit, unit):
            problem = say(
                "{found:.10g} {unit} is above the limit of {limit:.10g} {unit}", found=found, unit=unit, limit=limit
            )
            yield cls(rule, where, problem)

    @classmethod
    def all_equal(cls, rule: str, expected: pd.Series, found: pd.Series, unit: str) -> Iterator[Finding]:
        """Compare two Series member by member; a member that only one has counts as 0 in the other.

        A member that the found Series has twice is a finding by itself.
        """
        twice = found.index.duplicated()
        if twice.any():
            for where in found.index[twice].unique():
                yield cls(rule, spell(where), say("stands more than once in the results"))
            expected, found = expected[~expected.index.duplicated()], found[~twice]
        members, a, b = _aligned(expected, found)
        with np.errstate(invalid="ignore"):  # an infinite number less another is not a number, and so a finding
            apart = ~(np.abs(a - b) <= _slacks(a, b, unit))
        for place in np.flatnonzero(apart & _differs(a, b)).tolist():
            yield from cls.unless_equal(rule, spell(members[place]), float(a[place]), float(b[place]), unit)

    @classmethod
    def all_at_most(cls, rule: str, found: pd.Series, limit: pd.Series, unit: str) -> Iterator[Finding]:
        """Compare a Series with its limits; a member without a limit is not compared."""
        limits = limit[limit.notna()]
        a, b = found.reindex(limits.index, fill_value=0.0).to_numpy(dtype=float), limits.to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            above = ~(a - b <= _slacks(a, b, unit))
        for place in np.flatnonzero(above & _differs(a, b)).tolist():
            yield from cls.unless_at_most(rule, spell(limits.index[place]), float(a[place]), float(b[place]), unit)

    @classmethod
    def none_negative(cls, rule: str, found: pd.Series, unit: str) -> Iterator[Finding]:
        """Yield a finding for every member below zero (or not a number)."""
        values = found.to_numpy(dtype=float)
        for place in np.flatnonzero(~(values >= -ABSOLUTE_TOLERANCE)).tolist():
            problem = say("{value:.10g} {unit} is negative or not a number", value=float(values[place]), unit=unit)
            yield cls(rule, spell(found.index[place]), problem)

    @classmethod
    def cost_differs(cls, category: str, expected: float, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
        """Compare a cost category [CNY/a] with what the cost table says of it, and so answer for the category."""
        if isinstance(tables, UnderAudit):
            tables.answered.add(category)
        costs = tables["cost"].set_index("category")["cost"]
        if category not in costs.index:
            yield cls(category, "cost", say("the category is missing from the cost table"))
            return
        yield from cls.unless_equal(category, "cost", expected, float(costs.loc[category]), "CNY/a")


def slack(a: float, b: float, unit: str = "") -> float:
    """Return how far apart two numbers may be and still count as equal: NaN, so nothing, beside an infinite one."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return math.nan
    absolute = YEARLY_TOLERANCE if unit.endswith("/a") else ABSOLUTE_TOLERANCE
    return max(absolute, RELATIVE_TOLERANCE * max(abs(a), abs(b)))


def spell(key: object) -> str:
    """Return an index member as text: ``beijing, training``."""
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _slacks(a: Vector, b: Vector, unit: str) -> Vector:
    """Return :func:`slack` of every pair, (members,)."""
    absolute = YEARLY_TOLERANCE if unit.endswith("/a") else ABSOLUTE_TOLERANCE
    slacks = np.maximum(absolute, RELATIVE_TOLERANCE * np.maximum(np.abs(a), np.abs(b)))
    return np.where(np.isfinite(a) & np.isfinite(b), slacks, np.nan)


def _differs(a: Vector, b: Vector) -> npt.NDArray[np.bool_]:
    """Return which members differ at all: two infinite numbers of one sign do not, (members,)."""
    return ~np.isclose(a, b, rtol=1e-12, atol=0.0)


def _aligned(a: pd.Series, b: pd.Series) -> tuple[pd.Index, Vector, Vector]:
    """Return the members of both, and the two values of each; a member that one lacks is 0 there."""
    if a.index.equals(b.index):
        return a.index, a.to_numpy(dtype=float), b.to_numpy(dtype=float)
    members = a.index.union(b.index, sort=False)
    # A NaN that was there stays one.
    left, right = (side.reindex(members, fill_value=0.0).to_numpy(dtype=float) for side in (a, b))
    return members, left, right
