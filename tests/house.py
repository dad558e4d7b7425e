"""The house as it stands: rooms, arrows between rooms and circles, found from the source.

``python tests/house.py`` prints the numbers; ``python tests/house.py FOLDER`` those of another checkout's package. A
room is a folder. An arrow is an import, be it for types only, inside a function, or by a string that is a module's name.
The files of ``planner/`` itself are two rooms: the door, which knows everybody, and the ground, which everybody knows.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOOR, GROUND = "the door", "the ground"


@cache
def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree; a file is parsed once, and nobody changes what is made of it."""
    return ast.parse(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Arrow:
    """One import of one file by another."""

    source: str
    target: str
    line: int


@dataclass(frozen=True)
class House:
    """A package and what its files import of each other."""

    package: Path

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every file by its module's name, a folder's ``__init__`` by the folder's."""
        found = {}
        for path in sorted(self.package.rglob("*.py")):
            parts = (self.package.name, *path.relative_to(self.package).with_suffix("").parts)
            found[".".join(parts).removesuffix(".__init__")] = path
        return found

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """Every file's syntax tree."""
        return {name: parsed(path) for name, path in self.files.items()}

    def room_of(self, module: str) -> str:
        """Return the folder a module stands in, as ``models/features``."""
        path = self.files[module].relative_to(self.package)
        if path.parent == Path():
            return DOOR if path.name in {"__init__.py", "__main__.py", "feature.py"} else GROUND
        return path.parent.as_posix()

    @cached_property
    def rooms(self) -> dict[str, list[str]]:
        """The modules of every room."""
        found: dict[str, list[str]] = {}
        for module in self.files:
            found.setdefault(self.room_of(module), []).append(module)
        return found

    @cached_property
    def arrows(self) -> list[Arrow]:
        """Every import of a file of the package by another."""
        return [
            Arrow(module, target, line)
            for module, tree in self.trees.items()
            for target, line in self._named_in(tree)
            if target != module
        ]

    def _named_in(self, tree: ast.Module) -> Iterator[tuple[str, int]]:
        """Yield the modules of the package that a file names, with the line."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                named = [inner if (inner := f"{base}.{a.name}") in self.files else base for a in node.names]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = [node.value] if "." in node.value else []  # a child's command, a lazy import
            else:
                continue
            yield from ((name, node.lineno) for name in named if name in self.files)

    @cached_property
    def between(self) -> dict[str, set[str]]:
        """The rooms that each room's files import from."""
        found: dict[str, set[str]] = {room: set() for room in self.rooms}
        for arrow in self.arrows:
            source, target = self.room_of(arrow.source), self.room_of(arrow.target)
            if source != target:
                found[source].add(target)
        return found

    def circles_of_rooms(self) -> list[list[str]]:
        """Return the groups of rooms that reach each other; whoever asks the door asks a name of it, and no room."""
        return circles({room: targets - {DOOR} for room, targets in self.between.items()})

    def circles_of_files(self) -> list[list[str]]:
        """Return the groups of files that reach each other."""
        graph: dict[str, set[str]] = {module: set() for module in self.files}
        for arrow in self.arrows:
            if self.room_of(arrow.target) != DOOR:
                graph[arrow.source].add(arrow.target)
        return circles(graph)


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of two or more nodes that all reach each other, the largest first."""
    reached = {node: _reached_from(node, graph) for node in graph}
    groups = {frozenset({node, *(n for n in found if node in reached[n])}) for node, found in reached.items()}
    return sorted((sorted(group) for group in groups if len(group) > 1), key=lambda group: (-len(group), group))


def _reached_from(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead.extend(graph[node])
    return found


def told(house: House) -> Iterator[str]:
    """Yield what there is to say of a house, a line each."""
    yield f"{len(house.files)} files, {len(house.rooms)} rooms"
    yield f"{sum(map(len, house.between.values()))} arrows between rooms, {len(house.arrows)} imports"
    largest = sorted(house.rooms.items(), key=lambda room: -len(room[1]))[:5]
    yield f"largest rooms: {', '.join(f'{room} {len(modules)}' for room, modules in largest)}"
    for kind, found in (("rooms", house.circles_of_rooms()), ("files", house.circles_of_files())):
        yield f"{len(found)} circles of {kind}"
        yield from (f"  {' ↔ '.join(group)}" for group in found)


if __name__ == "__main__":
    package = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "planner"
    sys.stdout.write("\n".join([*told(House(package)), ""]))
