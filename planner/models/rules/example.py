"""Examples: a few values of every feature, which together are a small world in which each of its rules matters.

A feature's file has ``EXAMPLE``: values by the name of a parameter, one for a scalar, else by the ids of its index
joined by ``;``, as ``[set]`` in ``scenario.toml`` has them. The name of a set lists members that need no values::

    EXAMPLE = {"carbon_price": 50.0, "pue": {"hebei": 1.25, "gansu": 1.15}, "compute_type": ("general", "intelligent")}

Where one scenario cannot show everything, since a choice decides between rules, ``VARIANTS`` has further values by a
name that features may share, laid over the examples of all.
Tests make their worlds of both, so that a new feature is looked at by all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from planner.scenario.parameter import table_of

if TYPE_CHECKING:
    from types import ModuleType

    from planner.scenario.parameter import Declarations

Example = Mapping[str, Any]
"""Values by the name of a parameter, or members by the name of a set."""
Variants = Mapping[str, Example]
Rows = list[dict[str, Any]]
LIMITS = "limits"
"""The variant that all others are laid over: limits that ``EXAMPLE`` leaves out, so that other rules bind in it."""


def united(examples: Iterable[Example]) -> dict[str, Any]:
    """Return several examples as one."""
    found: dict[str, Any] = {}
    for example in examples:
        for name, value in example.items():
            if not isinstance(value, Mapping):
                found[name] = _agreed(name, found.get(name, value), value)
                continue
            cells = found.setdefault(name, {})
            cells |= {key: _agreed(f"{name} of {key}", cells.get(key, cell), cell) for key, cell in value.items()}
    return found


def _agreed(what: str, before: Any, now: Any) -> Any:
    if before != now:
        message = f"the examples of two features differ in {what}: {before} and {now}"
        raise ValueError(message)
    return now


def example_of(modules: Iterable[ModuleType]) -> dict[str, Any]:
    """Return the example of these features."""
    return united(module.EXAMPLE for module in modules)


def variants_of(modules: Iterable[ModuleType]) -> dict[str, dict[str, Any]]:
    """Return the variants of these features by name, those of one name united."""
    every = [getattr(module, "VARIANTS", {}) for module in modules]
    return {
        name: united(one[name] for one in every if name in one) for name in sorted({n for one in every for n in one})
    }


def laid_over(example: Example, *over: Example) -> dict[str, Any]:
    """Return an example with the values of others in place of its own; ``None`` is no value."""
    found = {name: dict(value) if isinstance(value, Mapping) else value for name, value in example.items()}
    for other in over:
        for name, value in other.items():
            found[name] = {**found.get(name, {}), **value} if isinstance(value, Mapping) else value
    return found


def tables_of(example: Example, known: Declarations) -> tuple[dict[str, Rows], dict[str, Any]]:
    """Return the tables and the scalars of a scenario with these values.

    Rows stand in the order in which they are first named.
    """
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    scalars: dict[str, Any] = {}
    for name, value in example.items():
        if isinstance(value, Mapping):
            parameter = known.parameters[_known(name, known)]
            for key, cell in value.items():
                ids = key.split(";")
                index = _index(name, ids, parameter.indices)
                row = rows.setdefault(table_of(index), {}).setdefault(key, dict(zip(index, ids, strict=True)))
                row[parameter.name] = cell
        elif name in known.sets:
            for member in value:
                rows.setdefault(name, {}).setdefault(member, {name: member})
        else:
            scalars[_known(name, known)] = value
    return {table: list(found.values()) for table, found in rows.items()}, scalars


def _known(name: str, known: Declarations) -> str:
    if name not in known.parameters:
        message = f"{name} is no parameter of a feature"
        raise ValueError(message)
    return name


def _index(name: str, ids: list[str], indices: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    for index in indices:
        if len(index) == len(ids):
            return index
    message = f"{name} is not given by {len(ids)} ids"
    raise ValueError(message)
