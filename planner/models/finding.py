"""What the audit finds, and the only tolerances it grants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

RELATIVE_TOLERANCE = 1e-6
"""Of the larger side: ten times the solver's feasibility tolerance."""
ABSOLUTE_TOLERANCE = 1e-6
"""In the rule's own unit, or in the power behind it: a sum over a year has 8760 times as much."""
YEARLY_TOLERANCE = ABSOLUTE_TOLERANCE * 8760


@dataclass(frozen=True)
class Finding:
    """One number of the plan that the audit could not confirm."""

    rule: str
    where: str
    problem: str

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.rule} [{self.where}]: {self.problem}"

    @classmethod
    def unless_equal(cls, rule: str, where: str, expected: float, found: float, unit: str) -> Iterator[Finding]:
        """Yield a finding if two numbers differ by more than the tolerance (or one is not a number)."""
        if not abs(expected - found) <= slack(expected, found, unit):
            yield cls(rule, where, f"expected {expected:.10g} {unit}, found {found:.10g} {unit}")

    @classmethod
    def unless_at_most(cls, rule: str, where: str, found: float, limit: float, unit: str) -> Iterator[Finding]:
        """Yield a finding if a number is above its limit by more than the tolerance (or not a number)."""
        if not found - limit <= slack(found, limit, unit):
            yield cls(rule, where, f"{found:.10g} {unit} is above the limit of {limit:.10g} {unit}")

    @classmethod
    def all_equal(cls, rule: str, expected: pd.Series, found: pd.Series, unit: str) -> Iterator[Finding]:
        """Compare two Series member by member; a member that only one has counts as 0 in the other.

        A member that the found Series has twice is a finding by itself.
        """
        twice = found.index.duplicated()
        if twice.any():
            for where in found.index[twice].unique():
                yield cls(rule, spell(where), "stands more than once in the results")
            expected, found = expected[~expected.index.duplicated()], found[~twice]
        for where, a, b in _aligned(expected, found):
            yield from cls.unless_equal(rule, where, a, b, unit)

    @classmethod
    def all_at_most(cls, rule: str, found: pd.Series, limit: pd.Series, unit: str) -> Iterator[Finding]:
        """Compare a Series with its limits; a member without a limit is not compared."""
        shared = limit.index[limit.notna()]
        for where, a, b in _aligned(found.reindex(shared, fill_value=0.0), limit.loc[shared]):
            yield from cls.unless_at_most(rule, where, a, b, unit)

    @classmethod
    def none_negative(cls, rule: str, found: pd.Series, unit: str) -> Iterator[Finding]:
        """Yield a finding for every member below zero (or not a number)."""
        for where, value in found[~(found >= -ABSOLUTE_TOLERANCE)].items():
            yield cls(rule, spell(where), f"{value:.10g} {unit} is negative or not a number")

    @classmethod
    def cost_differs(cls, category: str, expected: float, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
        """Compare a cost category [CNY/a] with what the cost table says of it."""
        costs = tables["cost"].set_index("category")["cost"]
        if category not in costs.index:
            yield cls(category, "cost", "the category is missing from the cost table")
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


def _aligned(a: pd.Series, b: pd.Series) -> Iterator[tuple[str, float, float]]:
    """Yield only the members that differ at all, so that a million equal ones cost nothing."""
    members = a.index.union(b.index, sort=False)
    left, right = (side.reindex(members, fill_value=0.0) for side in (a, b))  # a NaN that was there stays one
    differs = ~np.isclose(left.to_numpy(dtype=float), right.to_numpy(dtype=float), rtol=1e-12, atol=0.0)
    for where, x, y in zip(left.index[differs], left[differs], right[differs], strict=True):
        yield spell(where), float(x), float(y)
