"""What code reaches, found from its source: functions, classes and constants, across files.

A place is ``planner.figures.ledger:weights``, or ``planner.scenario.scenario:Scenario.series`` for what is asked of a scenario:
the parameter is called ``inputs`` or ``scenario`` wherever one is handed over.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import planner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(planner.__file__).parent.parent
SCENARIO = "planner.scenario.scenario"
HANDED = {"inputs", "scenario"}
Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@cache
def tree_of(module: str) -> ast.Module:
    """Return the syntax tree of a module of the planner, without its annotations and docstrings' text."""
    path = (ROOT / Path(*module.split("."))).with_suffix(".py")
    path = path if path.is_file() else path.with_suffix("") / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return tree


def is_module(name: str) -> bool:
    """Return whether the planner has a module of this name."""
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def imports_of(body: Iterable[ast.AST]) -> dict[str, str]:
    """Return what names mean that are imported from the planner: a module, or ``module:name``."""
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("planner"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = inner if is_module(inner) else f"{node.module}:{alias.name}"
    return found


@cache
def definitions_of(module: str) -> dict[str, Definition]:
    """Return a module's functions, classes and constants; of the scenario also its methods, as ``Scenario.series``."""
    found: dict[str, Definition] = {}
    for node in tree_of(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found.update({target.id: node for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    if module == SCENARIO:
        classes = [node for node in tree_of(module).body if isinstance(node, ast.ClassDef)]
        [of_class] = [node for node in classes if node.name == "Scenario"]
        methods = [node for node in of_class.body if isinstance(node, ast.FunctionDef)]
        found.update({f"{of_class.name}.{method.name}": method for method in methods})
    return found


@cache
def module_imports(module: str) -> dict[str, str]:
    """Return what a module imports from the planner at its top."""
    return imports_of(tree_of(module).body)


def locals_of(definition: Definition) -> set[str]:
    """Return the names that a function gives a meaning of its own."""
    if not isinstance(definition, ast.FunctionDef):
        return set()
    inside = list(ast.walk(definition))
    arguments = {node.arg for node in inside if isinstance(node, ast.arg)}
    return arguments | {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def used_by(place: str) -> Iterator[str]:
    """Yield the places that the code of one place names."""
    module, _, name = place.partition(":")
    definition = definitions_of(module)[name]
    meant = {name: f"{module}:{name}" for name in definitions_of(module)} | module_imports(module)
    for hidden in locals_of(definition):
        meant.pop(hidden, None)
    meant |= imports_of(ast.walk(definition))
    methods = definitions_of(SCENARIO)
    for node in ast.walk(definition):
        if isinstance(node, ast.Name) and node.id in meant:
            yield meant[node.id]
        elif isinstance(node, ast.Attribute):
            base = ast.unparse(node.value)
            of_scenario = base.split(".")[-1] in HANDED or (base == "self" and name.startswith("Scenario."))
            if base in meant and ":" not in meant[base]:
                yield f"{meant[base]}:{node.attr}"
            elif of_scenario and f"Scenario.{node.attr}" in methods:
                yield f"{SCENARIO}:Scenario.{node.attr}"


def reached_from(starts: Iterable[str]) -> set[str]:
    """Return the places that these reach, themselves among them; modules that are named alone are none."""
    reached: set[str] = set()
    ahead = [start for start in starts if is_defined(start)]
    while ahead:
        current = ahead.pop()
        if current not in reached:
            reached.add(current)
            ahead.extend(place for place in used_by(current) if is_defined(place))
    return reached


def is_defined(place: str) -> bool:
    """Return whether a place is a function, class or constant of the planner."""
    module, _, name = place.partition(":")
    return bool(name) and is_module(module) and name in definitions_of(module)


def holds_number(place: str) -> bool:
    """Return whether a place is a constant with a number in it, and so a fact and no mere name."""
    module, _, name = place.partition(":")
    definition = definitions_of(module)[name]
    return isinstance(definition, ast.Assign | ast.AnnAssign) and any(
        isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
        for node in ast.walk(definition)
    )


def is_code(place: str) -> bool:
    """Return whether a place is a function or a class."""
    module, _, name = place.partition(":")
    return isinstance(definitions_of(module)[name], ast.FunctionDef | ast.ClassDef)
