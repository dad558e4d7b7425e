"""The page on the architecture shows the house as it stands."""

from __future__ import annotations

import ast

from tests.docs.pages import blocks, page
from tests.house import DOOR, GROUND
from tests.test_import_layers import HOUSE, ORDER

PAGE = "docs/explanation/architecture.md"
WIDTH = 28
"""Characters before what is said of a room."""


def said_of(module: str) -> str:
    """Return the first line of a file's docstring, as the page has it."""
    return str(ast.get_docstring(HOUSE.trees[module])).split("\n")[0].replace("``", "")


def line_of(depth: int, name: str, module: str) -> str:
    """Return one line of the tree."""
    return f"{'  ' * depth + name:<{WIDTH}}{said_of(module)}"


def tree() -> list[str]:
    """Return the tree in the order of the law: what a folder's ``__init__`` says of it, and the files at the top."""
    lines = ["planner/"]
    for room in ORDER:
        if room in {DOOR, GROUND}:
            lines += [line_of(1, HOUSE.files[module].name, module) for module in sorted(HOUSE.rooms[room])]
        else:
            *above, name = room.split("/")
            lines.append(line_of(1 + len(above), f"{name}/", f"planner.{room.replace('/', '.')}"))
    return lines


def test_the_tree_of_the_page_is_that_of_the_folders() -> None:
    """Proves: every folder stands in the page, in the order of the law, with what it says of itself.

    Sensitivity: a folder added, moved, or described anew in one of the two places.
    """
    [shown] = [block.text for block in blocks(PAGE) if block.note == "the tree"]
    assert shown.splitlines() == tree()


def test_a_room_stands_below_the_folder_it_is_in() -> None:
    """Proves: the tree read from above is the law. Sensitivity: a room within another that the order puts elsewhere."""
    folders = [room for room in ORDER if room not in {DOOR, GROUND}]
    for place, room in enumerate(folders[1:], 1):
        above = room.rpartition("/")[0]
        assert not above or folders[place - 1] == above or folders[place - 1].startswith(f"{above}/"), room


def test_paths_named_in_the_page_are_there() -> None:
    """Proves: no room is praised that is gone. Sensitivity: a file that moved."""
    for part in page(PAGE).split("`")[1::2]:
        if part.startswith(("planner/", "tests/")):
            assert (HOUSE.package.parent / part).exists(), part
