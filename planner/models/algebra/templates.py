"""Rules as templates: every rule is called once, with symbols for its indices, and what it returns becomes a tree.

Every use of Pyomo's expression internals stands in this file; proved with Pyomo 6.10.1.
"""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo
from pyomo.common.log import LoggingIntercept
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.base.param import IndexedParam, ParamData
from pyomo.core.base.var import IndexedVar, VarData
from pyomo.core.expr import numeric_expr, relational_expr
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, TemplateSumExpression, templatize_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.models.algebra.plan_model import PlanModel, Recorded, Rule


TRANSLATORS: tuple[tuple[Any, str], ...] = (
    (GetItemExpression, "_item"),
    (TemplateSumExpression, "_sum"),
    (numeric_expr.SumExpression, "_plus"),
    ((numeric_expr.ProductExpression, numeric_expr.DivisionExpression), "_product"),
    (numeric_expr.NegationExpression, "_negation"),
    (relational_expr.RelationalExpression, "_row"),
    ((VarData, ParamData), "_member"),
)
"""What a rule may return, and which method of :class:`Symbols` translates it."""


DARK = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__hash__", "__str__")
"""What would tell a rule which index it has. Pyomo answers some of them: no index equals an id, and a dictionary has
no such key. A rule that believes it would be wrong without a word."""
MEMBERS = (
    *("__len__", "__contains__", "__iter__", "keys", "values", "items", "get_values", "extract_values"),
    *("extract_values_sparse", "sparse_keys", "sparse_values", "sparse_items"),
)
"""What would tell a rule which members a variable or a parameter has. As a symbol it has none."""


class NotTemplatableError(Exception):
    """A rule that has to be called row by row; says which, and why."""


@dataclass(frozen=True, eq=False)
class Number:
    """A number that a rule wrote out, or the value of a scalar parameter."""

    value: float


@dataclass(frozen=True, eq=False)
class Index:
    """An index of the rule or of a sum, whatever it stands for."""

    name: int


@dataclass(frozen=True, eq=False)
class Label:
    """An id that a rule wrote out."""

    label: Any


@dataclass(frozen=True, eq=False)
class Item:
    """A member of a variable, a parameter, an expression or an indexed set."""

    name: str
    indices: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Over:
    """Part of a sum: its indices run over a set, or over the members an indexed set has for its owner."""

    indices: tuple[int, ...]
    source: pyo.Set | Item


@dataclass(frozen=True, eq=False)
class Sum:
    """A sum over one set or several."""

    over: tuple[Over, ...]
    body: Node


@dataclass(frozen=True, eq=False)
class Plus:
    """Terms added up."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Times:
    """A product, or a quotient: of these one factor at most holds variables."""

    left: Node
    right: Node
    divides: bool = False


@dataclass(frozen=True, eq=False)
class Row:
    """lower ≤ body ≤ upper; a side that is not there is ``None``."""

    lower: Node | None
    body: Node
    upper: Node | None


Node = Number | Index | Label | Item | Sum | Plus | Times


@dataclass(frozen=True, eq=False)
class Template:
    """What a rule returned, and the names of the indices it was called with."""

    indices: tuple[int, ...]
    body: Any


class Symbols:
    """What a rule sees in place of the model: its sets, and components that have a name but no members."""

    def __init__(self, m: PlanModel) -> None:
        self._model = m
        self._block = pyo.ConcreteModel()
        self._templates: dict[str, Template] = {}
        self._bodies: dict[str, Any] = {}
        self._number = count(1)
        self._names: dict[int, int] = {}
        self._kept: list[IndexTemplate] = []

    def __getattr__(self, name: str) -> Any:
        record = self._model.records.get(name)
        if record is None:
            return getattr(self._model, name)
        if record.rule is not None and not record.index:
            if name not in self._bodies:
                self._bodies[name] = record.rule(self)
            return self._bodies[name]
        if self._block.component(name) is None:
            self._block.add_component(name, _symbol(record))
        return self._block.component(name)

    def template(self, record: Recorded) -> Template:
        """Return the template of a constraint or an expression; its rule is called the first time only."""
        if record.name not in self._templates:

            def rule(symbols: Symbols, *index: IndexTemplate) -> Any:
                # An expression without an index is made once, however many rules name it.
                return record.rule(symbols, *index) if index and record.rule else getattr(symbols, record.name)

            self._templates[record.name] = self.call(rule, record.index, record.name)
            if record.is_own and self._is_changed():
                raise NotTemplatableError(f"{record.name}: the rule changes variables")
        return self._templates[record.name]

    def call(self, rule: Rule, index: Sequence[pyo.Set], name: str) -> Template:
        """Call a rule with symbols for its indices; what it returns may also be a tuple of numbers."""
        indices = [template for part in index for template in self._templates_over(part)]
        try:
            with _indices_kept_dark(), quiet():
                body, _ = templatize_rule(None, lambda _block, _none: rule(self, *indices), None)
            tree = tuple(map(self._tree, body)) if isinstance(body, tuple) else self._tree(body)
        except Exception as error:  # a rule that must know its index fails in as many ways as there are rules
            reason = f"{name}: {type(error).__name__}: {error}"
            raise NotTemplatableError(" ".join(reason.split())) from error
        return Template(tuple(self._name(template) for template in indices), tree)

    def _is_changed(self) -> bool:
        """Return whether a rule fixed or narrowed a variable: here that would be lost."""
        variables = self._block.component_data_objects(pyo.Var)
        return any(v.fixed or v.has_lb() or v.has_ub() or not v.is_continuous() for v in variables)

    def _templates_over(self, part: pyo.Set) -> list[IndexTemplate]:
        group = next(self._number)
        return [IndexTemplate(part, place, -next(self._number), -group) for place in range(part.dimen)]

    def _name(self, template: IndexTemplate) -> int:
        """Return the one name of an index; Pyomo's own numbers begin anew with every rule."""
        if id(template) not in self._names:
            self._names[id(template)] = next(self._number)
            self._kept.append(template)  # an id is one object's only while the object lives
        return self._names[id(template)]

    def _tree(self, node: Any) -> Any:
        """Translate what a rule returned."""
        if node.__class__ in native_numeric_types:
            return Number(float(node))
        for kinds, translate in TRANSLATORS:
            if isinstance(node, kinds):
                return getattr(self, translate)(node)
        message = f"{type(node).__name__} is not understood"
        raise TypeError(message)

    def _item(self, node: Any) -> Item:
        return Item(self._known(node.args[0]), tuple(map(self._index, node.args[1:])))

    def _member(self, node: Any) -> Item:
        """Translate a member whose ids the rule wrote out, or what has no index."""
        index = node.index()
        ids = () if index is None else index if isinstance(index, tuple) else (index,)
        return Item(self._known(node.parent_component()), tuple(map(Label, ids)))

    def _known(self, component: Any) -> str:
        """Return the name of a component of the model; one of another model may bear the same."""
        name: str = component.local_name
        if component is not self._block.component(name) and component is not self._model.component(name):
            message = f"{name} is no part of this model"
            raise TypeError(message)
        return name

    def _sum(self, node: Any) -> Sum:
        return Sum(tuple(map(self._over, node.template_iters())), self._tree(node.template_args()[0]))

    def _plus(self, node: Any) -> Plus:
        return Plus(tuple(map(self._tree, node.args)))

    def _negation(self, node: Any) -> Times:
        return Times(Number(-1.0), self._tree(node.args[0]))

    def _product(self, node: Any) -> Times:
        left, right = map(self._tree, node.args)
        return Times(left, right, divides=isinstance(node, numeric_expr.DivisionExpression))

    def _row(self, node: Any) -> Row:
        """Put a relation the way Pyomo does: what cannot vary becomes a side."""
        if isinstance(node, relational_expr.NotEqualExpression) or _is_strict(node):
            message = "a relation is <=, >= or =="
            raise TypeError(message)
        trees = tuple(map(self._tree, node.args))
        varies = [not _is_constant(arg) for arg in node.args]
        if isinstance(node, relational_expr.RangedExpression):
            return Row(trees[0], trees[1], trees[2])
        left, right = trees
        is_equal = isinstance(node, relational_expr.EqualityExpression)
        if not varies[1]:
            return Row(right if is_equal else None, left, right)
        if not varies[0]:
            return Row(left, right, left if is_equal else None)
        zero = Number(0.0)
        difference = Plus((left, Times(Number(-1.0), right)))
        return Row(zero if is_equal else None, difference, zero)

    def _over(self, group: Sequence[IndexTemplate]) -> Over:
        source = group[0]._set  # noqa: SLF001 - Pyomo has no other way to ask
        is_subset = isinstance(source, GetItemExpression)
        return Over(tuple(map(self._name, group)), self._item(source) if is_subset else source)

    def _index(self, arg: Any) -> Node:
        if isinstance(arg, IndexTemplate):
            return Index(self._name(arg))
        return self._item(arg) if isinstance(arg, GetItemExpression) else Label(arg)


def _symbol(record: Recorded) -> Any:
    if record.kind == "parameter":
        # Only a mutable parameter may be named where it has no value.
        return pyo.Param(*record.index, within=pyo.Any, **({"mutable": True} if record.index else record.options))
    # An indexed Expression would be filled member by member; a rule needs no more of it than that it may vary.
    return pyo.Var(*record.index, dense=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Pyomo from printing that a rule failed: whoever called it says so."""
    with LoggingIntercept(None, "pyomo", logging.CRITICAL):
        yield


def _is_strict(node: Any) -> bool:
    """Return whether a relation has a side that may not be reached: < or >."""
    strict = getattr(node, "strict", False)
    return any(strict) if isinstance(strict, tuple) else bool(strict)


def _is_constant(arg: Any) -> bool:
    return arg.__class__ in native_numeric_types or not arg.is_potentially_variable()


@contextmanager
def _indices_kept_dark() -> Iterator[None]:
    """Make every question of a rule about an index, or about the members of a variable, an error; Pyomo may ask."""
    kept = [(IndexTemplate, name, "a rule asks what its index is") for name in DARK]
    kinds = [(kind, name) for kind in (IndexedVar, IndexedParam) for name in MEMBERS if hasattr(kind, name)]
    kept += [(kind, name, "a rule looks at members") for kind, name in kinds]
    own = {(kind, name): kind.__dict__[name] for kind, name, _ in kept if name in kind.__dict__}
    for kind, name, message in kept:
        setattr(kind, name, _refusal(getattr(kind, name), message))
    try:
        yield
    finally:
        for kind, name, _ in kept:
            delattr(kind, name)
        for (kind, name), method in own.items():
            setattr(kind, name, method)


def _refusal(method: Callable[..., Any], message: str) -> Callable[..., Any]:
    def answer(asked: Any, *other: Any, **named: Any) -> Any:
        asking = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001 - there is no other way to know
        if asking.startswith("pyomo."):
            return method(asked, *other, **named)
        raise TypeError(message)

    return answer
