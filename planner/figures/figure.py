"""Figures: a number of each site or region over a year, said once and shown everywhere.

A feature declares its figures in ``FIGURES``. The layers of the plan, the map and the page take them from there, and
the feature's ``summary`` takes the whole from there as well, so that one number has one definition. No Pyomo here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from planner.figures import ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from planner.language import Message
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]
    Amounts = Callable[[Scenario, Tables], pd.Series]

NOWHERE = float("nan")


@dataclass(frozen=True)
class Figure:
    """A number of each member of a set: an amount, or an amount over another.

    Parameters
    ----------
    name
        The column of the layer.
    of
        Whose number it is; that of a flow is indexed by region and site, and has no whole.
    unit
        Of the number shown.
    amount
        From the scenario and the result tables what adds up over the members; indexed by member.
    per
        What the amount is divided by, likewise; none for an amount that is shown as it is.
    idle
        The number of a member whose divisor is 0; by default unknown.
    is_mean_power
        The amount is an energy over the year [MWh/a], shown as the mean power over the year [MW].
    place
        Where ``summary.json`` holds the number of all members together: the sum of the amounts, or that over the sum
        of what they are divided by.
    missing
        The number of a member that has no amount.
    unlisted
        The number of every member in a plan without the feature: 0 of what cannot be built, else unknown.
    everywhere
        The number of all members together, where it is not made of the members' sums.
    gone
        The number of a member that one of two plans does not have, where they are compared.
    rank
        Its place among what is compared; 0: it is not.
    page
        What the page's script calls it; empty: the page does not have it.
    basis
        By which of several accountings the number is; the layer has it beside the number, in :attr:`basis_name`.
    says
        What the page calls it; of one that has a basis the page says both.
    """

    name: str
    of: Literal["site", "region", "flow"]
    unit: str
    amount: Amounts
    place: Callable[[Scenario], tuple[str, ...]]
    per: Amounts | None = None
    idle: Amounts | None = None
    is_mean_power: bool = False
    missing: float = NOWHERE
    unlisted: float = NOWHERE
    everywhere: Callable[[Scenario, Tables], float | None] | None = None
    gone: float = NOWHERE
    rank: int = 0
    page: str = ""
    basis: Callable[[Scenario], str] | None = None
    says: Message | None = None

    @property
    def basis_name(self) -> str:
        """The column of the layer that says by which accounting the number is."""
        return f"{self.name}_mode"

    def by_member(self, inputs: Scenario, tables: Tables) -> pd.Series:
        """Return the number of each member, in the scenario's order; ``missing`` where there is none."""
        found = self.amount(inputs, tables)
        if self.per is not None:
            found = found / self.per(inputs, tables).replace(0.0, np.nan)
            if self.idle is not None:
                found = found.fillna(self.idle(inputs, tables))
        if self.is_mean_power:
            found = found / float(ledger.weights(tables).sum())
        return found.reindex(list(inputs.sets[self.of])).fillna(self.missing).rename(self.name)

    def whole(self, inputs: Scenario, tables: Tables) -> float | None:
        """Return the number of all members together, as the summary holds it; ``None`` where nothing divides it."""
        if self.everywhere is not None:
            return self.everywhere(inputs, tables)
        total = float(self.amount(inputs, tables).sum(skipna=False))
        if self.per is None:
            return total
        divisor = float(self.per(inputs, tables).sum(skipna=False))
        return total / divisor if divisor else None


def at(*place: str) -> Callable[[Scenario], tuple[str, ...]]:
    """Return a place in the summary that is the same for every scenario."""

    def found(inputs: Scenario) -> tuple[str, ...]:
        del inputs
        return place

    return found


def energy_of(table: str, column: str, of: str) -> Amounts:
    """Return what sums a power of a result table over the year, by member of a set [MWh/a]."""

    def summed(inputs: Scenario, tables: Tables) -> pd.Series:
        del inputs
        return ledger.energy(tables, table, column, [of])

    return summed


def column_of(table: str, column: str, *of: str) -> Amounts:
    """Return what sums a column of a result table, by members of sets, in the column's unit."""

    def summed(inputs: Scenario, tables: Tables) -> pd.Series:
        del inputs
        return ledger.column(tables, table, column, of)

    return summed
