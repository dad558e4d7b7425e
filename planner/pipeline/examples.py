"""The shipped scenarios, to begin from: beside the package in a checkout, inside it where it is installed."""

from __future__ import annotations

import filecmp
import secrets
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError, shown
from planner.faults import nearest
from planner.io.files.run_swap import move
from planner.io.files.writing import writing
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE: Final = Path(__file__).parents[1]


def examples() -> dict[str, Path]:
    """Return the folder of each shipped scenario by name."""
    root = next(path for path in (PACKAGE / "scenarios", PACKAGE.parent / "scenarios") if path.is_dir())
    return {path.parent.name: path.parent for path in sorted(root.glob("*/scenario.toml"))}


def write_example(name: str, folder: Path) -> list[Path]:
    """Copy a shipped scenario, and beside it those that it extends; return all folders made.

    Raises
    ------
    UsageError
        There is none of this name, or a folder stands there that is something else.
    """
    known = examples()
    if name not in known:
        raise UsageError(say("--example {name}: {hint}", name=shown(name), hint=nearest(name, known, say("they are"))))
    made = []
    for source, target in _with_parents(known[name], folder):
        if target != folder and _is_copy(source, target):
            continue
        if target.exists():
            raise UsageError(say("{folder} exists already; choose another name", folder=shown(target)))
        _copy(source, target)
        made.append(target)
    return made


def _with_parents(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Yield a scenario and where it goes, then what it extends, as the files name it."""
    yield source, target
    extends = tomllib.loads((source / "scenario.toml").read_text(encoding="utf-8")).get("extends")
    if extends is not None:
        yield from _with_parents((source / extends).resolve(), target.parent / Path(extends).name)


def _is_copy(source: Path, target: Path) -> bool:
    names = sorted(path.name for path in source.iterdir() if path.is_file())
    return target.is_dir() and filecmp.cmpfiles(source, target, names, shallow=False)[0] == names


def _copy(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.planner-new")
    with writing(target, say("nothing was written")):
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, draft, ignore=shutil.ignore_patterns("__pycache__"))
            move(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
