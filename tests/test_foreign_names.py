"""Nobody outside ``features/`` knows a feature's names by a string of its own, but for a short list with reasons.

The names are those of parameters, result tables, columns and features. Words too general to belong to one feature are
left out by a rule, see :func:`general`. Docstrings do not count.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import planner
from planner.io.settings import OBJECTIVES
from planner.models.declarations import declarations, feature_modules
from planner.models.parameter import names_of, place_of
from planner.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(planner.__file__).parent
DECLARING = ("models/features/", "models/objective.py")
"""Where names are declared: a feature's own file, and the objective's."""
ORDINARY = frozenset({"category", "data", "mode", "on", "open", "path", "scope", "share", "time"})
"""Plain English, which Python, ``scenario.toml`` and the page use in other senses as well."""


def general() -> set[str]:
    """Return the words that belong to no feature.

    Sets (``site``) and what every member of one may have (``name_zh``, ``hub``); what a run, its objective and its
    sources are called in ``summary.json``, ``scenario.toml`` and ``source.csv``; plain English.
    """
    labels = {each.name for each in (*names_of("site"), *place_of("site"))}
    return {*declarations().sets, *WORDS, *OBJECTIVES, *labels, *ORDINARY}


def names() -> set[str]:
    """Return the names that belong to a feature."""
    known = declarations()
    parameters = {word for key, each in known.parameters.items() for word in (key, each.name)}
    columns = {word for _, column in known.columns for word in (column.table, column.name)}
    return ({*feature_modules(), *parameters, *columns}) - general()


def literals(path: Path) -> Iterator[str]:
    """Yield the strings of a file that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def foreign() -> dict[str, Counter[str]]:
    """Return by file how often it has each name of a feature as a string of its own."""
    known, found = names(), {}
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        counted = Counter(word for word in literals(path) if word in known)
        if counted and not file.startswith(DECLARING):
            found[file] = counted
    return found
