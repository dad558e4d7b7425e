"""The model under construction: sets at once, everything else when all features have spoken.

Features declare in any order what they need and what they add. Parameters, variables, open totals, expressions and
constraints are only *recorded* by the features' ``build``. ``matrix.py`` expands the record into arrays;
:meth:`PlanModel.realise` makes an ordinary Pyomo model of it, after every term of every open total is known. The
record alone tells the size of the model, so that ``planner check`` need build neither.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyomo.environ as pyo
from pyomo.common.log import LoggingIntercept

from planner.errors import UsageError
from planner.language import say
from planner.libraries import import_alone
from planner.models.algebra.own import refused

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario

import_alone("scipy")  # before anybody else does
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
    made_of: tuple[str, ...] = ()
    """The inputs that a parameter was made of before there was a model."""
    is_own: bool = False
    """Whether it is the user's, added when the features had spoken."""

    @property
    def size(self) -> int:
        """How many members it will have."""
        return prod(len(part) for part in self.index)


@dataclass
class Total:
    """A sum that several features add to; closed once, as one rule."""

    terms: dict[str, Rule] = field(default_factory=dict)

    def rule(self, m: PlanModel, *index: Any) -> Any:
        """Add up the terms of one member; nothing where no feature adds any (Pyomo's sum of a template needs one)."""
        if not self.terms:
            return 0
        return sum(term(m, *index) for term in self.terms.values())


class Plan(Protocol):
    """A solution, in the words of the model."""

    def values(self, name: str) -> npt.NDArray[np.float64]:
        """Return the values of a component in the order of its index, (members,)."""

    def labels(self, record: Recorded, places: npt.NDArray[np.int64]) -> Sequence[Any]:
        """Return the ids of members of a component's index, one array for each id, (places,)."""

    def worth(self, name: str, rule: Rule) -> float:
        """Return the value of a rule without an index."""


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
        self.plan: Plan | None = None
        """The values of a solution, once there is one."""
        self.is_declared = False
        """Whether all features have spoken: what is added from here on is the user's own."""
        self.is_made = False
        """Whether it is an ordinary Pyomo model by now, which its user may have changed."""
        self._pending: dict[str, Recorded] = {}
        self._sets: dict[str, tuple[Iterable[Any], int]] = {}
        self.units_of = units

    def members(self, name: str, members: Iterable[Any], dimen: int | None = 1) -> pyo.Set:
        """Make a set of ids or of tuples, in the order given."""
        component = pyo.Set(initialize=list(members), dimen=dimen, ordered=True)
        self.add_component(name, component)
        return component

    def members_if_asked(self, name: str, members: Iterable[Any], dimen: int) -> None:
        """Declare a set that is made when a feature first asks for it."""
        self._sets[name] = members, dimen

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

    def parameter(
        self, name: str, index: Sequence[pyo.Set], values: pd.Series | float, unit: str, *, made_of: Sequence[str] = ()
    ) -> None:
        """Record a parameter over sets, its values a Series (or a scalar) in its unit.

        ``made_of`` names the inputs that a feature made it of before there was a model: no rule shows them.
        """
        options = {"initialize": values}
        self._record(Recorded(name, "parameter", tuple(index), unit, options=options, made_of=tuple(made_of)))

    def variable(
        self,
        name: str,
        *index: pyo.Set,
        unit: str,
        within: pyo.Set = pyo.NonNegativeReals,
        bounds: Rule | None = None,
        is_investment: bool = False,
        is_built: bool = True,
    ) -> None:
        """Record a variable; bounds are a rule of the index, as in Pyomo.

        An investment is decided before the hours come: it stays as it is when a plan is dispatched anew. One that is
        built stands in the years after as well; one that is not, such as who serves what, is decided anew each year.
        """
        options = {"within": within, "bounds": bounds, "is_investment": is_investment, "is_built": is_built}
        self._record(Recorded(name, "variable", index, unit, options=options))

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
        if self.is_made:
            raise made_already(name)
        if name in terms:
            message = f"the total {total} already has a term {name}"
            raise ValueError(message)
        terms[name] = rule

    def constrain(self, rule: Rule, *index: pyo.Set, unit: str) -> None:
        """Record a constraint under its rule's own name; the unit is that of both its sides."""
        self._record(Recorded(rule.__name__, "constraint", index, unit, rule, is_own=self.is_declared))
        if self.is_made:
            self._add_own(self.records[rule.__name__])

    def index_set(self, name: str) -> pyo.Set | None:
        """Return a set by its name, made now if nobody asked for it before; ``None`` where there is none."""
        if name in self._sets:
            return getattr(self, name)
        found = self.component(name)
        return found if found is not None and found.ctype is pyo.Set and not found.is_indexed() else None

    def set_names(self) -> list[str]:
        """Return the names of the sets a rule may hold over, sorted."""
        made = (part.local_name for part in self.component_objects(pyo.Set, descend_into=False))
        return sorted({*self._sets, *(name for name in made if name.isupper() and self.index_set(name) is not None)})

    def knows(self, name: str) -> bool:
        """Return whether a name is taken."""
        taken = (self.records, self._sets, self.__dict__, dir(type(self)))
        return self.component(name) is not None or any(name in names for names in taken)

    def realise(self) -> None:
        """Make everything recorded: variables, expressions and totals, constraints, the objective.

        An expression is made when it is first asked for, so that a term may name what a later feature declares.

        Raises
        ------
        UsageError
            A rule of the user's own fails.
        """
        for record in self.recorded("parameter"):
            values = record.options["initialize"]
            # One without a unit may be an index, as the timestep before is, and an index must be a constant.
            units = {"mutable": True, "units": self.units_of(record.unit)} if self.units_of and record.unit else {}
            data = values.to_dict() if isinstance(values, pd.Series) else values
            self.add_component(record.name, pyo.Param(*record.index, initialize=data, within=pyo.Any, **units))
        for record in self.recorded("variable"):
            units = {"units": self.units_of(record.unit)} if self.units_of else {}
            bounds = _in_numbers(record.options["bounds"])
            variable = pyo.Var(*record.index, within=record.options["within"], bounds=bounds, **units)
            self.add_component(record.name, variable)
        self._pending = {record.name: record for record in self.recorded("expression", "total")}
        for name in list(self._pending):
            self._make(name)
        for record in self.recorded("constraint"):
            if record.is_own:
                self._add_own(record)
            else:
                self.add_component(record.name, pyo.Constraint(*record.index, rule=record.rule))
        self.is_made = True
        self.objective = pyo.Objective(expr=self.component("objective_value"), sense=pyo.minimize)

    def __getattr__(self, name: str) -> Any:
        """Make a set that a feature asks for, or an expression that a rule asks for before its turn."""
        if name in self.__dict__.get("_sets", ()):
            return self.members(name, *self._sets.pop(name))
        if name in self.__dict__.get("_pending", ()):
            self._make(name)
            return self.component(name)
        return super().__getattr__(name)

    def _add_own(self, record: Recorded) -> None:
        """Make a rule of the user's own.

        Raises
        ------
        UsageError
            It fails.
        """
        try:
            with LoggingIntercept(None, "pyomo", logging.CRITICAL):
                self.add_component(record.name, pyo.Constraint(*record.index, rule=record.rule))
        except Exception as error:
            raise refused(record.name, error) from error

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

    def tabulate(self, *names: str, columns: Sequence[str] = (), only_positive: bool = False) -> pd.DataFrame:
        """Return the values of variables, expressions or parameters of one index as a table.

        Parameters
        ----------
        names
            Components over the same index; each becomes a column.
        columns
            Names of the key columns.
        only_positive
            Leave out the members at which the first component is not above 0.
        """
        plan = self._solved()
        values = {name: plan.values(name) for name in names}
        first = values[names[0]]
        places = np.flatnonzero(first > 0) if only_positive else np.arange(len(first))
        keys = plan.labels(self.records[names[0]], places)
        table = {column: pd.Series(labels, dtype=object) for column, labels in zip(columns, keys, strict=True)}
        return pd.DataFrame(table | {name: numbers[places] for name, numbers in values.items()})

    def tabulate_terms(self, total: str, column: str) -> pd.DataFrame:
        """Return the value of every term of a scalar total, one row a term."""
        plan, terms = self._solved(), self.totals[total].terms
        values = [plan.worth(name, rule) + 0.0 for name, rule in terms.items()]  # -0.0 reads as an error
        return pd.DataFrame({column: list(terms), total: values})

    def _solved(self) -> Plan:
        if self.plan is None:
            message = "a model has values only when it is solved"
            raise RuntimeError(message)
        return self.plan

    def _record(self, record: Recorded) -> None:
        if record.name in self.records:
            message = f"{record.name} is declared twice"
            raise ValueError(message)
        if self.is_made and record.kind != "constraint":
            raise made_already(record.name)
        self.records[record.name] = record


def _in_numbers(bounds: Rule | None) -> Rule | None:
    """Return a rule of bounds that gives numbers, whatever Pyomo makes of parameters with units."""
    return None if bounds is None else lambda m, *index: tuple(map(pyo.value, bounds(m, *index)))


def made_already(name: str) -> UsageError:
    """Return what to say of a part that is declared when the model is made: it would be left out."""
    return UsageError(say("{name} comes too late: the model is made; add to it as to any Pyomo model", name=name))
