"""Templates over whole index sets at once: sums become joins, parameters gathers, variables column numbers."""

from __future__ import annotations

import copy
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.models.algebra.expansion_frame import Array, Cross, Frame, Join
from planner.models.algebra.index_table import MISSING, Coder, Codes, IndexTable, Subsets
from planner.models.algebra.linear_form import Linear, Piece
from planner.models.algebra.templates import (
    Index,
    Item,
    Label,
    Node,
    NotTemplatableError,
    Number,
    Over,
    Plus,
    Sum,
    Symbols,
    Times,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyomo.environ as pyo

    from planner.models.algebra.plan_model import PlanModel, Recorded
    from planner.models.algebra.problem import Vector

Numbers = Array | float


class Expansion:
    """Expands the templates of one model.

    Attributes
    ----------
    offsets
        The first column of every variable; its members follow in the order of its index, the last set fastest.
    columns
        How many columns there are.
    """

    def __init__(self, m: PlanModel) -> None:
        self.symbols = Symbols(m)
        self.offsets: dict[str, int] = {}
        self.columns = 0
        for record in m.recorded("variable"):
            self.offsets[record.name] = self.columns
            self.columns += record.size
        self._model = m
        self._coder = Coder()
        self._tables: dict[int, IndexTable] = {}
        self._subsets: dict[str, Subsets] = {}
        self._parameters: dict[str, Array] = {}
        self._varies: dict[Node, bool] = {}

    def with_parameter(self, record: Recorded, values: pd.Series) -> Expansion:
        """Return the same expansion but for the values of one parameter with an index."""
        other = copy.copy(self)
        other._parameters = {**self._parameters, record.name: self._spread(record, values)}  # noqa: SLF001 - our own
        return other

    def tables(self, index: Iterable[pyo.Set]) -> list[IndexTable]:
        """Return the index table of each set of an index."""
        return [self._table(part) for part in index]

    def linear(self, record: Recorded, indices: Sequence[int], body: Node) -> Linear:
        """Expand a body over the index of its component."""
        linear = Linear(record.size)
        self._emit(body, Frame.over(self.tables(record.index), indices), 1.0, linear)
        return linear

    def numbers(self, record: Recorded, indices: Sequence[int], body: Node, values: Vector | None = None) -> Vector:
        """Return what a body is worth for every member of an index, (members,).

        Parameters
        ----------
        record
            The component whose index it is.
        indices
            The names of its indices in the body.
        body
            Holds no variable, unless ``values`` are given.
        values
            (columns,)
        """
        frame = Frame.over(self.tables(record.index), indices)
        return frame.whole(np.asarray(self._worth(body, frame, values), dtype=float))

    def number(self, body: Node, values: Vector) -> float:
        """Return what a body without an index is worth."""
        return float(self._worth(body, Frame((), {}, ()), values))

    def component(self, record: Recorded, values: Vector) -> Vector:
        """Return the values of a variable, parameter or expression, (members,) in the order of its index."""
        if record.kind == "variable":
            first = self.offsets[record.name]
            return values[first : first + record.size]
        if record.kind == "parameter":
            return self._parameter(record).ravel()
        if not record.size:
            return np.zeros(0)
        template = self.symbols.template(record)
        return self.numbers(record, template.indices, template.body, values)

    # ---- what a body is worth, and what it is made of

    def _worth(self, node: Node, frame: Frame, values: Vector | None) -> Numbers:
        """Return the value of a node in every cell, broadcastable to the frame's shape."""
        match node:
            case Number():
                return node.value
            case Plus():
                return sum((self._worth(term, frame, values) for term in node.terms), 0.0)
            case Times():
                left, right = (self._worth(part, frame, values) for part in (node.left, node.right))
                return left / right if node.divides else left * right
            case Sum():
                return self._worth_of_sum(node.over, node.body, frame, values)
            case Item():
                return self._worth_of_item(node, frame, values)
            case _:
                raise NotTemplatableError("an index is used as a number")

    def _worth_of_sum(self, over: Sequence[Over], body: Node, frame: Frame, values: Vector | None) -> Numbers:
        if not over:
            return self._worth(body, frame, values)
        step = self._enter(over[0], frame)
        if step is None:
            return self._worth_of_sum(over, body, frame.flat(), values).reshape(frame.shape)  # type: ignore[union-attr]
        inner, link = step
        return link.add_up(self._worth_of_sum(over[1:], body, inner, values))  # type: ignore[arg-type]

    def _worth_of_item(self, item: Item, frame: Frame, values: Vector | None) -> Numbers:
        record = self._model.records[item.name]
        if record.rule is not None and not record.size:  # Pyomo makes no template over nothing
            self._positions(record, item, frame)
            return 0.0
        if record.rule is not None:
            template = self.symbols.template(record)
            return self._worth(template.body, self._bound(record, template.indices, item, frame), values)
        if record.kind == "variable" and values is not None:
            return values[sum(self._columns(record, item, frame), np.int32(0))]
        numbers = self._parameter(record)[tuple(self._positions(record, item, frame))]
        if np.isnan(numbers).any():
            message = f"{record.name} has no value for a member that a rule asks for"
            raise KeyError(message)
        return numbers

    def _emit(self, node: Node, frame: Frame, factor: Numbers, out: Linear) -> None:
        """Add a node, times a factor, to the rows of its cells."""
        if not self._has_variables(node):
            self._emit_constant(self._worth(node, frame, None) * factor, frame, out)
            return
        match node:
            case Plus():
                for term in node.terms:
                    self._emit(term, frame, factor, out)
            case Times():
                self._emit_product(node, frame, factor, out)
            case Sum():
                self._emit_sum(node.over, node.body, frame, factor, out)
            case Item():
                self._emit_item(node, frame, factor, out)

    def _emit_item(self, item: Item, frame: Frame, factor: Numbers, out: Linear) -> None:
        record = self._model.records[item.name]
        if record.rule is not None:
            template = self.symbols.template(record)
            self._emit(template.body, self._bound(record, template.indices, item, frame), factor, out)
            return
        out.pieces.append(Piece(frame.shape, frame.rows, self._columns(record, item, frame), np.asarray(factor)))

    def _emit_product(self, node: Times, frame: Frame, factor: Numbers, out: Linear) -> None:
        left, right = node.left, node.right
        if self._has_variables(right):
            left, right = right, left
        if self._has_variables(right) or (node.divides and left is node.right):
            raise NotTemplatableError("a product of variables")
        worth = self._worth(right, frame, None)
        self._emit(left, frame, factor / worth if node.divides else factor * worth, out)

    def _emit_sum(self, over: Sequence[Over], body: Node, frame: Frame, factor: Numbers, out: Linear) -> None:
        if not over:
            self._emit(body, frame, factor, out)
            return
        step = self._enter(over[0], frame)
        if step is None:
            self._emit_sum(over, body, frame.flat(), frame.whole(np.asarray(factor)), out)
            return
        inner, link = step
        self._emit_sum(over[1:], body, inner, link.take(np.asarray(factor)), out)

    def _emit_constant(self, worth: Numbers, frame: Frame, out: Linear) -> None:
        rows, numbers = frame.whole(frame.row), frame.whole(np.asarray(worth, dtype=float))
        out.constant += np.bincount(rows, numbers, minlength=len(out.constant))

    def _has_variables(self, node: Node) -> bool:
        if node not in self._varies:
            self._varies[node] = self._look_for_variables(node)
        return self._varies[node]

    def _look_for_variables(self, node: Node) -> bool:
        match node:
            case Plus():
                return any(map(self._has_variables, node.terms))
            case Times():
                return self._has_variables(node.left) or self._has_variables(node.right)
            case Sum():
                return self._has_variables(node.body)
            case Item():
                record = self._model.records[node.name]
                if record.rule is None:
                    return record.kind == "variable"
                return bool(record.size) and self._has_variables(self.symbols.template(record).body)
            case _:
                return False

    # ---- index sets

    def _table(self, part: pyo.Set) -> IndexTable:
        if id(part) not in self._tables:
            self._tables[id(part)] = self._coder.table(part.ordered_data(), part.dimen)
        return self._tables[id(part)]

    def _enter(self, over: Over, frame: Frame) -> tuple[Frame, Cross | Join] | None:
        """Return the frame inside a sum and how it hangs together; ``None`` where the frame must be flat for it."""
        if not isinstance(over.source, Item):
            return frame.cross(over.indices, self._table(over.source).codes)
        subsets = self._subsets_of(over.source.name)
        keys = [self._codes_of(index, frame) for index in over.source.indices]
        axis = frame.axis_of(keys)
        if axis is None:
            return None
        owner = self._found(subsets.owners, keys, over.source.name)
        if axis == 0:
            return frame.cross(over.indices, subsets.join(owner.reshape(1))[1])
        return frame.join(over.indices, subsets, owner, axis)

    def _subsets_of(self, name: str) -> Subsets:
        if name not in self._subsets:
            component = getattr(self._model, name)
            owners = list(component.index_set().ordered_data())
            runs = [component[owner].ordered_data() for owner in owners]
            dimen = next((component[owner].dimen for owner in owners), 1)
            starts = np.concatenate([[0], np.cumsum([len(run) for run in runs], dtype=np.int64)])
            members = self._coder.table((member for run in runs for member in run), dimen).codes
            self._subsets[name] = Subsets(self._table(component.index_set()), starts, members)
        return self._subsets[name]

    def _codes_of(self, index: Node, frame: Frame) -> Codes:
        """Return the code of an index in every cell: a symbol, an id, or a parameter whose values are ids."""
        match index:
            case Index():
                return frame.codes[index.name]
            case Label():
                return self._coder.encode([index.label]).reshape(())
            case Item():
                record = self._model.records[index.name]
                if record.kind == "parameter" and self._parameter(record).dtype == np.int32:
                    return np.asarray(self._parameter(record)[tuple(self._positions(record, index, frame))])
        raise NotTemplatableError("an index is neither a member nor a parameter that names one")

    def _positions(self, record: Recorded, item: Item, frame: Frame) -> list[Codes]:
        """Return where the members that are asked for stand in each set of a component's index."""
        codes = [self._codes_of(index, frame) for index in item.indices]
        places = []
        for table in self.tables(record.index):
            places.append(self._found(table, codes[: table.dimen], record.name))
            codes = codes[table.dimen :]
        return places

    def _found(self, table: IndexTable, keys: Sequence[Codes], name: str) -> Codes:
        places = table.positions(keys)
        if (places == MISSING).any():
            wrong = [np.broadcast_to(key, places.shape)[places == MISSING][0] for key in keys]
            message = f"{name} has no member {', '.join(map(str, self._coder.labels[wrong]))}"
            raise KeyError(message)
        return places

    def _bound(self, record: Recorded, names: Sequence[int], item: Item, frame: Frame) -> Frame:
        """Return the cells of a frame as those of the expression that an item refers to."""
        self._positions(record, item, frame)  # all must be members
        codes = [self._codes_of(index, frame) for index in item.indices]
        return frame.bind(dict(zip(names, codes, strict=True)))

    def _columns(self, record: Recorded, item: Item, frame: Frame) -> tuple[Array, ...]:
        """Return arrays whose sum is the column of the member that is asked for in each cell."""
        sizes = [len(part) for part in record.index]
        places = enumerate(self._positions(record, item, frame))
        parts = [positions * np.int32(prod(sizes[number + 1 :])) for number, positions in places]
        return (*parts, np.asarray(self.offsets[record.name], dtype=np.int32))

    def _parameter(self, record: Recorded) -> Array:
        """Return a parameter as an array over its index sets, NaN where it has no value; ids as codes."""
        if record.name not in self._parameters:
            values = record.options["initialize"]
            self._parameters[record.name] = self._spread(record, values) if record.index else np.asarray(values)
        return self._parameters[record.name]

    def _spread(self, record: Recorded, values: pd.Series) -> Array:
        keys = [self._coder.encode(level)[codes] for level, codes in _levels(values.index)]
        places = []
        for table in self.tables(record.index):
            places.append(self._found(table, keys[: table.dimen], record.name))
            keys = keys[table.dimen :]
        is_number = pd.api.types.is_numeric_dtype(values.dtype)
        shape = tuple(len(part) for part in record.index)
        array: Array = np.full(shape, np.nan) if is_number else np.full(shape, MISSING, dtype=np.int32)
        array[tuple(places)] = values.to_numpy(float) if is_number else self._coder.encode(values)
        return array


def _levels(index: pd.Index) -> list[tuple[pd.Index, npt.NDArray[np.intp]]]:
    """Return the distinct ids of each level of an index, and which of them stands at each place."""
    if isinstance(index, pd.MultiIndex):
        return [(level, np.asarray(codes)) for level, codes in zip(index.levels, index.codes, strict=True)]
    return [(index, np.arange(len(index)))]
