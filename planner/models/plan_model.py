"""The model under construction: sets and parameters at once, everything else when all features have spoken.

Features declare in any order what they need and what they add. Variables, open totals, expressions and
constraints are only *recorded* by the features' ``build`` and made by :meth:`PlanModel.realise`, after every term of
every open total is known. The record alone tells the size of the model, so that ``planner check`` need not build it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyomo.environ as pyo

if TYPE_CHECKING:
    from planner.io.scenario import Scenario

Rule = Callable[..., Any]


@dataclass(frozen=True)
class Recorded:
    """One component to be made: a variable, an expression or a constraint."""

    name: str
    kind: str
    index: tuple[Any, ...]
    unit: str
    rule: Rule | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many members it will have."""
        return prod(len(part) for part in self.index)


@dataclass
class Total:
    """A sum that several features add to; closed once, as one rule."""

    terms: dict[str, Rule] = field(default_factory=dict)

    def rule(self, m: PlanModel, *index: Any) -> Any:
        """Add up the terms of one member."""
        return sum(term(m, *index) for term in self.terms.values())


class PlanModel(pyo.ConcreteModel):  # type: ignore[misc]
    """A Pyomo model that knows its scenario, its rules' units and its open totals.

    Parameters
    ----------
    inputs
        The scenario.
    units
        Turns a unit's text into a Pyomo unit; given only when units are to be checked, because
        parameters then stay symbolic and building is slow.
    """

    def __init__(self, inputs: Scenario, units: Callable[[str], Any] | None = None) -> None:
        super().__init__(name=inputs.name)
        self.inputs = inputs
        self.records: dict[str, Recorded] = {}
        self.totals: dict[str, Total] = {}
        self.parameter_values: dict[str, Any] = {}
        self.routes = pd.DataFrame()
        """The routes with their latency, made by the feature ``routes``."""
        self.stages: list[str] = []
        """Names of the expressions minimised in turn, set by the objective."""
        self.has_haul = False
        self._pending: dict[str, Recorded] = {}
        self.units_of = units

    def members(self, name: str, members: Iterable[Any], dimen: int | None = 1) -> pyo.Set:
        """Make a set of ids or of tuples, in the order given."""
        component = pyo.Set(initialize=list(members), dimen=dimen, ordered=True)
        self.add_component(name, component)
        return component

    def subsets(
        self, name: str, over: pyo.Set, pairs: pd.DataFrame, keys: Sequence[str], dimen: int | None = None
    ) -> pyo.Set:
        """Make an indexed set from a table: for each value of ``keys`` the rows' other columns.

        Members of ``over`` without a row get an empty set, so that rules may sum over it without asking.
        """
        rest = [column for column in pairs.columns if column not in keys]
        if pairs.empty:
            groups: dict[Any, list[Any]] = {}
        else:
            values = pairs[rest].itertuples(index=False, name=None) if len(rest) > 1 else iter(pairs[rest[0]])
            owners = pairs[list(keys)].itertuples(index=False, name=None) if len(keys) > 1 else iter(pairs[keys[0]])
            groups = {}
            for owner, member in zip(owners, values, strict=True):
                groups.setdefault(owner, []).append(member)
        component = pyo.Set(over, initialize={key: groups.get(key, []) for key in over}, dimen=dimen or len(rest))
        self.add_component(name, component)
        return component

    def parameter(self, name: str, index: Sequence[pyo.Set], values: pd.Series | float, unit: str) -> pyo.Param:
        """Make a parameter over sets from a Series (or a scalar), in its unit."""
        data = values.to_dict() if isinstance(values, pd.Series) else values
        options = {"mutable": True, "units": self.units_of(unit)} if self.units_of else {}
        component = pyo.Param(*index, initialize=data, within=pyo.Any, **options)
        self.add_component(name, component)
        return component

    def variable(
        self, name: str, *index: pyo.Set, unit: str, within: pyo.Set = pyo.NonNegativeReals, bounds: Rule | None = None
    ) -> None:
        """Record a variable; bounds are a rule of the index, as in Pyomo."""
        self._record(Recorded(name, "variable", index, unit, options={"within": within, "bounds": bounds}))

    def expression(self, name: str, *index: pyo.Set, rule: Rule, unit: str) -> None:
        """Record a named expression."""
        self._record(Recorded(name, "expression", index, unit, rule))

    def open_total(self, name: str, *index: pyo.Set, unit: str) -> None:
        """Record an expression whose terms any feature may add."""
        total = self.totals.setdefault(name, Total())
        self._record(Recorded(name, "total", index, unit, total.rule))

    def add_term(self, total: str, name: str, rule: Rule) -> None:
        """Add a term to an open total, declared now, later or (by a feature not listed) never."""
        terms = self.totals.setdefault(total, Total()).terms
        if name in terms:
            message = f"the total {total} already has a term {name}"
            raise ValueError(message)
        terms[name] = rule

    def constrain(self, rule: Rule, *index: pyo.Set, unit: str) -> None:
        """Record a constraint under its rule's own name; the unit is that of both its sides."""
        self._record(Recorded(rule.__name__, "constraint", index, unit, rule))

    def realise(self) -> None:
        """Make everything recorded: variables, expressions and totals, constraints, the objective.

        An expression is made when it is first asked for, so that a term may name what a later feature declares.
        """
        for record in self.recorded("variable"):
            options = {key: value for key, value in record.options.items() if value is not None}
            if self.units_of:
                options["units"] = self.units_of(record.unit)
            self.add_component(record.name, pyo.Var(*record.index, **options))
        self._pending = {record.name: record for record in self.recorded("expression", "total")}
        for name in list(self._pending):
            self._make(name)
        for record in self.recorded("constraint"):
            self.add_component(record.name, pyo.Constraint(*record.index, rule=record.rule))
        self.objective = pyo.Objective(expr=self.component("objective_value"), sense=pyo.minimize)

    def __getattr__(self, name: str) -> Any:
        """Make an expression that a rule asks for before its turn."""
        if name in self.__dict__.get("_pending", ()):
            self._make(name)
            return self.component(name)
        return super().__getattr__(name)

    def _make(self, name: str) -> None:
        record = self._pending.pop(name, None)
        if record is None or record.rule is None:
            return
        # Pyomo hands a scalar's rule an index of None when the rule takes any number of them, as totals do.
        content = {"rule": record.rule} if record.index else {"expr": record.rule(self)}
        self.add_component(name, pyo.Expression(*record.index, **content))

    def recorded(self, *kinds: str) -> list[Recorded]:
        """Return what was recorded of these kinds, in order."""
        return [record for record in self.records.values() if record.kind in kinds]

    def counts(self) -> dict[str, int]:
        """Return the size the model has or will have: routes, rows, columns and integer columns."""
        variables = self.recorded("variable")
        integers = [record for record in variables if record.options["within"] is not pyo.NonNegativeReals]
        return {
            "routes": len(self.routes),
            "rows": sum(record.size for record in self.recorded("constraint")),
            "columns": sum(record.size for record in variables),
            "integers": sum(record.size for record in integers),
        }

    def tabulate(self, *names: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Return the values of variables, expressions or parameters of one index as a table.

        Parameters
        ----------
        names
            Components over the same index; each becomes a column.
        columns
            Names of the key columns.
        """
        data: dict[str, list[float]] = {}
        keys: list[Any] = []
        for name in names:
            component = self.component(name)
            keys = list(component)
            data[name] = [_number(component[key]) for key in keys]
        rows = [key if isinstance(key, tuple) else (key,) for key in keys]
        table = pd.DataFrame(rows, columns=list(columns)) if rows else pd.DataFrame(columns=list(columns), dtype=object)
        return table.assign(**data)

    def tabulate_terms(self, total: str, column: str) -> pd.DataFrame:
        """Return the value of every term of a scalar total, one row a term."""
        terms = self.totals[total].terms
        values = [_number(rule(self)) + 0.0 for rule in terms.values()]  # -0.0 reads as an error
        return pd.DataFrame({column: list(terms), total: values})

    def _record(self, record: Recorded) -> None:
        if record.name in self.records:
            message = f"{record.name} is declared twice"
            raise ValueError(message)
        self.records[record.name] = record


def _number(member: Any) -> float:
    return float(pyo.value(member))
