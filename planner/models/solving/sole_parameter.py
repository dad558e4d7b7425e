"""Which number of the scenario a row's side, or a column's cost, hangs on, if it is one alone.

A side of 95 MW is ``demand × demand_profile`` of one region and workload; if nothing else in the problem hangs on that
demand, then what holds of the side holds of the demand, in the scenario's own unit. It is found by trying: the entry
is changed a little, and whatever names it is expanded again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from planner.models.algebra.templates import Item, NotTemplatableError, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from planner.models.algebra.expansion import Expansion
    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.plan_model import PlanModel, Recorded
    from planner.models.algebra.problem import Vector

    Numbers = npt.NDArray[np.int32]

STEP: Final = 2.0**-10
"""Of the entry, or of 1 where it is 0; the model is linear in it, or it is no sole number."""
ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Sole:
    """A number of the scenario.

    Attributes
    ----------
    name, index
        Of the parameter; ids joined by semicolons.
    value
        As it is now.
    unit
        Of the value.
    factor
        By how much the side, or cost, rises with each unit of it; not 0.
    """

    name: str
    index: str
    value: float
    unit: str
    factor: float


@dataclass(frozen=True)
class _Expanded:
    """A rule or a cost as it stands in the problem: its sides (2, rows), NaN where none, and its coefficients.

    The sides of a cost are what it costs in any case.
    """

    sides: Vector
    rows: Numbers
    columns: Numbers
    data: Vector


class SoleParameters:
    """Looks for the numbers of one compiled model; of a model that was built row by row it finds none."""

    def __init__(self, compiled: Compiled) -> None:
        self._model = compiled.model
        self._expansion = compiled.expansion
        self._users: dict[str, set[str]] = {}
        self._before: dict[str, _Expanded] = {}
        if not compiled.fallback:
            self._gather_users()

    def of_side(self, rule: str, ids: tuple[Any, ...], place: int, side: float) -> Sole | None:
        """Return the number that alone makes the side of a row, the member at a place of its rule's index."""
        return self._sole(rule, ids, place, side)

    def of_cost(self, ids: tuple[Any, ...], column: int) -> Sole | None:
        """Return the number that alone makes what a column costs in the objective, but for what is added to it."""
        return self._sole("objective_value", ids, column)

    # ---- who names what

    def _gather_users(self) -> None:
        """Note by parameter the rules, costs and bounds that name it."""
        m = self._model
        named = [record for record in m.recorded("constraint") if record.size] + [m.records[name] for name in m.stages]
        for record in named:
            self._note(record.name, self._expansion.symbols.template(record).body, set())
        for record in m.recorded("variable"):
            if record.options["bounds"] is not None and record.size:
                bounds = self._expansion.symbols.call(record.options["bounds"], record.index, record.name)
                self._note(f"bounds of {record.name}", bounds.body, set())

    def _note(self, user: str, tree: Any, seen: set[str]) -> None:
        for name in _names(tree):
            record = self._model.records.get(name)
            if record is None or name in seen:
                continue
            seen.add(name)
            if record.kind == "parameter":
                self._users.setdefault(name, set()).add(user)
            elif record.rule is not None and record.size:
                self._note(user, self._expansion.symbols.template(record).body, seen)

    def _candidates(self, user: str, ids: tuple[Any, ...]) -> Iterator[tuple[Recorded, Any]]:
        """Yield the parameters of the scenario that a rule names, each with its entry that belongs to the ids."""
        declared = self._model.inputs.declarations.parameters
        derived = {part for record in self._model.recorded("parameter") for part in record.made_of}
        for name, users in self._users.items():
            values = self._model.records[name].options["initialize"]
            if user not in users or name not in declared or name in derived or not isinstance(values, pd.Series):
                continue
            width = values.index.nlevels
            keys = {key if width > 1 else key[0] for key in combinations(ids, width)}
            known = [key for key in keys if key in values.index]
            is_plain = pd.api.types.is_numeric_dtype(values.dtype) and not self._is_with_limit(name, known)
            if len(known) == 1 and is_plain:
                yield self._model.records[name], known[0]

    def _is_with_limit(self, name: str, keys: list[Any]) -> bool:
        """Return whether a stock has a limit beside it: what may be built is the difference, and may come and go."""
        limit = self._model.records.get(f"{name.removesuffix('_existing')}_max") if name.endswith("_existing") else None
        return limit is not None and any(key in limit.options["initialize"].index for key in keys)

    # ---- what changes with it

    def _scalars(self, user: str, side: float) -> list[Sole]:
        """Return the scalar that a rule of one row has for its side and no other rule names.

        A template has a scalar's value in the place of its name, so that the names stand in the rules' code only.
        """
        m = self._model
        found = []
        for name, parameter in m.inputs.declarations.parameters.items():
            record = m.records.get(name)
            if record is None or record.index or m.records[user].size != 1:
                continue
            value = float(record.options["initialize"])
            if value == side and [other for other in m.records if name in _code_names(m, other)] == [user]:
                found.append(Sole(name, "", value, parameter.unit, 1.0))
        return found

    def _sole(self, user: str, ids: tuple[Any, ...], place: int, side: float = float("nan")) -> Sole | None:
        # Where two numbers make a side together, such as a demand and its profile, the one in the rule's unit is meant,
        # and of a cost the one that is money.
        unit = self._model.records[user].unit.partition("/")[0]
        candidates = sorted(self._candidates(user, ids), key=lambda found: not found[0].unit.startswith(unit))
        if user == "objective_value" and self._model.inputs.settings.minimise == "cost":
            candidates = [found for found in candidates if found[0].unit.startswith(unit)]  # to expand a cost is dear
        try:
            found = (self._try(record, key, user, place) for record, key in candidates)
            sole = next((sole for sole in found if sole is not None), None)
        except NotTemplatableError:
            return None
        return sole or next(iter(self._scalars(user, side)), None)

    def _try(self, record: Recorded, key: Any, user: str, place: int) -> Sole | None:
        """Change one entry of a parameter; return it if it moves the one number asked for and nothing else."""
        if any(name.startswith("bounds of ") for name in self._users[record.name]):
            return None
        values = record.options["initialize"]
        value = float(values.loc[key])
        step = STEP * (abs(value) or 1.0)
        changed = _with_entry(self._expansion, record, key, value + step)
        factor = None
        for name in sorted(self._users[record.name]):
            before, after = self._expanded(name), _expand(changed, self._model.records[name])
            if name != user:
                if not _is_same(before, after):
                    return None
                continue
            factor = _change(before, after, place, is_cost=user == "objective_value")
        if factor is None:
            return None
        index = ";".join(map(str, key)) if isinstance(key, tuple) else str(key)
        unit = self._model.inputs.declarations.parameters[record.name].unit
        return Sole(record.name, index, value, unit, factor / step)

    def _expanded(self, name: str) -> _Expanded:
        if name not in self._before:
            self._before[name] = _expand(self._expansion, self._model.records[name])
        return self._before[name]


def _names(tree: Any) -> Iterator[str]:
    """Yield the name of every component in a template, whatever its nodes are called."""
    if isinstance(tree, Item):
        yield tree.name
    if isinstance(tree, tuple):
        for part in tree:
            yield from _names(part)
    elif hasattr(tree, "__dataclass_fields__"):
        for part in vars(tree).values():
            yield from _names(part)


def _code_names(m: PlanModel, name: str) -> set[str]:
    """Return the names that the code of a component's rule, or of a total's terms, speaks of."""
    record = m.records[name]
    rules = m.totals[name].terms.values() if name in m.totals else [record.rule] if record.rule is not None else []
    return {word for rule in rules for word in rule.__code__.co_names}


def _with_entry(expansion: Expansion, record: Recorded, key: Any, value: float) -> Expansion:
    """Return the expansion of a model that differs in one entry of a parameter."""
    values = record.options["initialize"].astype(float).copy()
    values.loc[key] = value
    return expansion.with_parameter(record, values)


def _expand(expansion: Expansion, record: Recorded) -> _Expanded:
    template = expansion.symbols.template(record)
    is_cost = not isinstance(template.body, Row)
    linear = expansion.linear(record, template.indices, template.body if is_cost else template.body.body)
    sides = [-linear.constant] * 2 if is_cost else []
    for side in () if is_cost else (template.body.lower, template.body.upper):
        missing = np.full(record.size, np.nan)
        sides.append(missing if side is None else expansion.numbers(record, template.indices, side) - linear.constant)
    rows, columns, data = (
        np.concatenate([np.zeros(0, dtype=kind), *parts])
        for kind, parts in (
            (np.int32, [piece.row_numbers(0) for piece in linear.pieces]),
            (np.int32, [piece.column_numbers() for piece in linear.pieces]),
            (np.float64, [piece.values() for piece in linear.pieces]),
        )
    )
    return _Expanded(np.array(sides), rows, columns, data)


def _differs(one: Vector, other: Vector) -> Any:
    return ~np.isclose(one, other, rtol=ROUNDING, atol=0.0, equal_nan=True)


def _is_same(before: _Expanded, after: _Expanded) -> bool:
    return not (_differs(before.sides, after.sides).any() or _differs(before.data, after.data).any())


def _change(before: _Expanded, after: _Expanded, place: int, *, is_cost: bool) -> float | None:
    """Return by how much one side, or what one column costs, changed; ``None`` where anything else did, or nothing."""
    moved, sides = np.flatnonzero(_differs(before.data, after.data)), _differs(before.sides, after.sides)
    if is_cost:
        if sides.any() or set(before.columns[moved].tolist()) != {place}:
            return None
        return float((after.data - before.data)[moved].sum())
    if len(moved) or set(np.flatnonzero(sides.any(axis=0)).tolist()) != {place}:
        return None
    return float((after.sides - before.sides)[sides[:, place], place][0])
