"""Find the features and gather what they declare; nothing else knows their names."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from planner.language import Message, say
from planner.models import features as features_package
from planner.models import objective
from planner.models.guests import guests, refused
from planner.scenario.parameter import Declarations, IndexSet, Parameter, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType

    from planner.models.guests import Guest
    from planner.scenario.column import Column


@cache
def feature_modules() -> dict[str, ModuleType]:
    """Return every feature's module by name, each after those it requires; those of other packages come last.

    So the planner's own stand in the order in which they stand without guests, and a plan that uses none is the same.
    """
    return _ordered({**_own_modules(), **{name: guest.module for name, guest in _guests().items()}})


def guests_of(features: Iterable[str]) -> list[Guest]:
    """Return which of these features are of other packages, in canonical order."""
    listed = set(features)
    return [guest for name, guest in _guests().items() if name in listed]


@cache
def _own_modules() -> dict[str, ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(features_package.__path__))
    return {name: importlib.import_module(f"{features_package.__name__}.{name}") for name in names}


def _guests() -> dict[str, Guest]:
    return guests(tuple(_own_modules()))


def modules_of(features: Iterable[str]) -> dict[str, ModuleType]:
    """Return the modules of a scenario's features in canonical order, the objective last.

    The order is made of the features listed alone: one that is added to the planner moves nothing in a plan without it.
    """
    listed, modules = set(features), feature_modules()
    chosen = {name: modules[name] for name in (*_own_modules(), *_guests()) if name in listed}
    return {**_ordered(chosen), "objective": objective}


def _ordered(modules: Mapping[str, ModuleType]) -> dict[str, ModuleType]:
    """Return modules as they come, but each after those it requires."""
    return {name: modules[name] for name in in_order(modules, {name: one.REQUIRES for name, one in modules.items()})}


@cache
def declarations() -> Declarations:
    """Return all that the features declare."""
    modules = feature_modules()
    sets: dict[str, IndexSet] = {}
    parameters: dict[str, Parameter] = {}
    owner: dict[str, str] = {}
    for feature, module in sorted({**modules, "objective": objective}.items(), key=lambda one: one[0] in _guests()):
        for index_set in getattr(module, "SETS", ()):
            _claim(index_set.name, feature, owner)
            sets[index_set.name] = index_set
        for parameter in module.PARAMETERS:
            _claim(parameter.key, feature, owner)
            parameters[parameter.key] = parameter
    requires = {name: tuple(module.REQUIRES) for name, module in modules.items()}
    columns = _declared("COLUMNS")
    said = _completed((column for _, column in columns), sets, parameters.values())
    asked = {
        hook: {name: _Hook(name, hook) for name, module in modules.items() if hasattr(module, hook)} for hook in ASKED
    }
    return Declarations(
        tuple(modules),
        requires,
        sets,
        parameters,
        owner,
        figures=tuple(_declared("FIGURES")),
        audit_terms=asked["audit_terms"],
        ways=asked["ways"],
        columns=tuple((name, column) for (name, _), column in zip(columns, said, strict=True)),
        builds=tuple(built for _, built in _declared("BUILDS")),
        flows=tuple(_declared("FLOWS")),
        series=tuple(series for _, series in _declared("SERIES")),
        measures=tuple(measure for _, measure in _declared("MEASURES")),
        lines=next((lines for _, lines in _declared("LINES")), None),
        chapters=tuple(_declared("CHAPTERS")),
        guests=frozenset(_guests()),
        admits=asked["admits"],
        supplies=asked["supplies"],
        occupies=asked["occupies"],
        case_sets={name: module.MAKES_CASES for name, module in modules.items() if hasattr(module, "MAKES_CASES")},
    )


def _declared(what: str) -> list[tuple[str, Any]]:
    """Return what the features and the objective declare under a name, each with who declares it."""
    modules = {**feature_modules(), "objective": objective}
    return [(name, each) for name, module in modules.items() for each in getattr(module, what, ())]


ASKED = ("audit_terms", "ways", "admits", "supplies", "occupies")
"""Hooks by which features answer each other, without knowing who asks."""


@dataclass(frozen=True)
class _Hook:
    """A feature's hook, looked up when it is called; unlike a module it can be copied to another process."""

    feature: str
    name: str

    def __call__(self, *given: Any) -> Any:
        """Return the feature's answer."""
        return getattr(feature_modules()[self.feature], self.name)(*given)


def _completed(
    columns: Iterable[Column], sets: Mapping[str, IndexSet], parameters: Iterable[Parameter]
) -> Iterator[Column]:
    """Yield the columns, those that are said elsewhere with the sentence and the unit they have there."""
    listed = list(columns)
    told: dict[str, tuple[str, Message]] = {
        column.name: (column.unit, column.says) for column in reversed(listed) if column.says is not None
    }
    told |= {each.name: (each.unit, each.description) for each in parameters}
    told |= {name: ("", each.description) for name, each in sets.items()}
    for column in listed:
        if column.says is not None:
            yield column
            continue
        if column.name not in told:
            message = f"{column.table}.{column.name} is said nowhere"
            raise ValueError(message)
        unit, says = told[column.name]
        yield replace(column, unit=unit, says=says)


def _claim(word: str, feature: str, owner: dict[str, str]) -> None:
    """Note whose a word is; the planner's own features have spoken before those of other packages."""
    if word in owner:
        if feature in _guests():
            why = say("{word} is declared by {other}", word=word, other=owner[word])
            raise refused(_guests()[feature], why)
        message = f"{word} is declared by both {owner[word]} and {feature}"
        raise ValueError(message)
    owner[word] = feature
