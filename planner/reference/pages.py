"""``python -m planner.reference docs/reference``: the reference, written from declarations and docstrings.

One page a feature, the data dictionary by table, the result tables, and an index. Nothing here is written by hand, so
that the pages cannot say anything else than the code.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.io.schema.dictionary import (
    allowed_in,
    default_of,
    markdown_table,
    places_of,
    plain_tables,
    scalar_section,
    sentence,
    table_section,
    unit_of,
    usual_in,
)
from planner.models import objective
from planner.models.declarations import declarations, feature_modules
from planner.reference.python import python_page
from planner.scenario.parameter import Declarations
from planner.scenario.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FunctionType, ModuleType

GENERATED = "<!-- Written by `make docs` from the code; edit the code instead. -->"
HOOKS = {
    "derive": "Derived from other inputs",
    "check": "Refused at reading",
    "warn": "Noted at reading",
    "obstacles": "Said before solving",
    "audit": "Audited",
    "summary": "In `summary.json`",
}
"""What a feature may define besides its rules, and what the page calls it."""
OBJECTIVE = "objective"


def pages(features: Sequence[str]) -> dict[str, str]:
    """Return the reference by file name."""
    modules = {name: all_modules()[name] for name in _ordered(features)}
    tables = result_tables()
    written = {f"{name}.md": _feature_page(name, module, tables[name]) for name, module in modules.items()}
    written |= {"data-dictionary.md": _dictionary(modules), "result-tables.md": _result_page(modules, tables)}
    written |= {"README.md": _index(modules), "python.md": python_page(GENERATED)}
    return {name: "\n".join(lines).rstrip("\n") + "\n" for name, lines in written.items()}


def all_modules() -> dict[str, ModuleType]:
    """Return every feature and the objective by name, in canonical order."""
    return {**feature_modules(), OBJECTIVE: objective}


def _ordered(features: Sequence[str]) -> list[str]:
    """Return the features, each after those it requires; a feature that is not spoken of moves none of them."""
    known = all_modules()
    ordered: dict[str, None] = {}

    def place(name: str) -> None:
        for needed in known[name].REQUIRES:
            place(needed)
        ordered.setdefault(name)

    for name in sorted(features, key=lambda name: (name == OBJECTIVE, name)):
        place(name)
    return [name for name in ordered if name in features]


def _declared_by(modules: Mapping[str, ModuleType]) -> Declarations:
    """Return what these features declare, in their order."""
    known = declarations()
    owner = {word: name for name in modules for word, owned_by in known.owner.items() if owned_by == name}
    return Declarations(
        features=tuple(modules),
        requires=known.requires,
        sets={word: known.sets[word] for word in owner if word in known.sets},
        parameters={word: known.parameters[word] for word in owner if word in known.parameters},
        owner=owner,
        case_sets={name: made for name, made in known.case_sets.items() if name in modules},
    )


def result_tables() -> dict[str, dict[str, list[tuple[str, str, str]]]]:
    """Return the result tables of every feature as declared: their columns with unit and meaning."""
    found: dict[str, dict[str, list[tuple[str, str, str]]]] = {name: {} for name in all_modules()}
    for name, column in declarations().columns:
        words = column.says.en if column.says is not None else ""
        found[name].setdefault(column.table, []).append((column.name, column.unit or "–", words))
    return found


def _feature_page(name: str, module: ModuleType, tables: Mapping[str, list[tuple[str, str, str]]]) -> Iterator[str]:
    yield from (f"# {name}", "", GENERATED, "", _markdown(inspect.cleandoc(module.__doc__ or "")), "")
    if name == OBJECTIVE:
        yield from ("Always present, never listed in `features`.", "")
    else:
        needed = ", ".join(f"[{word}]({word}.md)" for word in module.REQUIRES)
        yield from (f'Requires: {needed or "nothing"}. In `scenario.toml`: `features = [… "{name}" …]`.', "")
    if sets := getattr(module, "SETS", ()):
        yield from ("## Sets", "")
        yield from (f"- `{each.plural}`, rows of `{each.name}.csv`: {sentence(each.description)}" for each in sets)
        yield ""
    yield from _parameters(module)
    yield from _rules(module)
    if tables:
        yield from ("## Result tables", "", sentence(_summary(module.report)), "")
        for table, columns in tables.items():
            yield from (f"### tables/{table}.csv", "", *_columns(columns), "")
    said = [(words, getattr(module, hook)) for hook, words in HOOKS.items() if hasattr(module, hook)]
    yield from ("## Checks and reports", "")
    yield from (f"- {words}: {_summary(function)}" for words, function in said)


def _parameters(module: ModuleType) -> Iterator[str]:
    if not module.PARAMETERS:
        return
    yield from ("## Parameters", "")
    rows = []
    for each in module.PARAMETERS:
        place = (f"`{each.name}`", places_of(each), unit_of(each))
        rows.append(
            (*place, default_of(each), allowed_in(each), usual_in(each), sentence(each.description), each.source)
        )
    head = ("parameter", "where", "unit", "default", "allowed", "usual", "what it is", "source")
    yield from markdown_table(head, rows)
    yield ""


def _rules(module: ModuleType) -> Iterator[str]:
    """Yield the constraints with their equations, then the terms and expressions they are made of."""
    functions = list(_model_functions(module))
    if constraints := [function for function in functions if _is_constraint(function)]:
        yield from ("## Rules", "")
    for function in constraints:
        yield from (f"### {function.__name__}", "", *_docstring(function))
    if terms := [function for function in functions if function not in constraints]:
        yield from ("## Expressions and terms", "")
        yield from (f"- `{function.__name__}`: {_summary(function)}" for function in terms)
        yield ""


def _model_functions(module: ModuleType) -> Iterator[FunctionType]:
    """Yield the functions of a model's indices that a module defines, in its own order."""
    for name, function in vars(module).items():
        if not inspect.isfunction(function) or function.__module__ != module.__name__ or name.startswith("_"):
            continue
        first = next(iter(inspect.signature(function).parameters), "")
        if first == "m" and name not in {"build", "report"} and not name.endswith("_bounds"):
            yield function


def _is_constraint(function: FunctionType) -> bool:
    """Return whether a function returns a relation, as every constraint does: its own, or a helper's beside it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    called = [each.func.id for each in returned if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    helpers = [function.__globals__[name] for name in called if inspect.isfunction(function.__globals__.get(name))]
    return any(isinstance(each, ast.Compare) for each in returned) or any(map(_is_constraint, helpers))


def _docstring(function: FunctionType) -> Iterator[str]:
    """Yield a docstring as Markdown: sentences as they are, equations and symbol tables set as text."""
    first, *others = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    yield from (_markdown(first), "")
    for block in others:
        is_prose = block.startswith("Source:") or ("[" not in block and "====" not in block)
        yield from (_markdown(block), "") if is_prose else ("```text", block, "```", "")


def _summary(function: Callable[..., Any]) -> str:
    """Return a docstring's first sentence, without the verb that every function's has."""
    words = " ".join(inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].split())
    words = words.removeprefix("Return ").removeprefix("Name ")
    return _markdown(words[:1].upper() + words[1:])


def _markdown(text: str) -> str:
    return text.replace("``", "`")


def _columns(columns: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    rows = [(f"`{name}`", unit, sentence(words)) for name, unit, words in columns]
    yield from markdown_table(("column", "unit", "what it is"), rows)


def _dictionary(modules: Mapping[str, ModuleType]) -> Iterator[str]:
    schema = schema_of(_declared_by(modules))
    yield from (
        "# Data dictionary",
        "",
        GENERATED,
        "",
        "Every table a scenario may hold, and every column. A parameter indexed by (a, b) is a column of `a_b.csv`,",
        "whose key columns are `a` and `b`; the rows of a one-key table are the members of that set. `required` holds",
        "where the feature is listed; `none` means that there is no such limit, price or link unless it is given. A",
        "number outside `allowed` is refused; one outside `usual` (by its size where `usual` is positive; 0 never) is",
        "read, and named with the unit in which it was likely typed.",
        "",
        "Where the features [pathway](pathway.md) or [uncertainty](uncertainty.md) are listed, a column of `a_b.csv`",
        "may also stand in `a_b_stage.csv`, `a_b_future.csv` or `a_b_stage_future.csv`, whose last keys say in which",
        "stage or future the value holds, and a scalar in `stage.csv`, `future.csv` or `stage_future.csv`: see",
        "[years and futures](../how-to/years-and-futures.md). These tables are not listed below; ids, names, places,",
        "memberships and what is marked `Not by stage or future` have no such value.",
        "",
    )
    yield from scalar_section(schema)
    for table in plain_tables(schema):
        yield from table_section(table, schema)


def _result_page(
    modules: Mapping[str, ModuleType], tables: Mapping[str, Mapping[str, list[tuple[str, str, str]]]]
) -> Iterator[str]:
    yield from (
        "# Result tables",
        "",
        GENERATED,
        "",
        "The tables of a run folder, `tables/<name>.csv`. How to read them: [read a run](../how-to/read-a-run.md).",
        "Some columns are there only where the scenario asks for them.",
        "",
    )
    for name, module in modules.items():
        for table, columns in tables[name].items():
            yield from (f"## {table}", "", f"From [{name}]({name}.md). {_summary(module.report)}", "")
            yield from (*_columns(columns), "")


def _index(modules: Mapping[str, ModuleType]) -> Iterator[str]:
    yield from (
        "# Reference",
        "",
        GENERATED,
        "",
        "- [Data dictionary](data-dictionary.md): every table and column of a scenario",
        "- [Result tables](result-tables.md): every table of a run",
        "- [From Python](python.md): every public name",
        "",
        "One page a feature, in the order in which they build on each other:",
        "",
    )
    for name, module in modules.items():
        yield f"- [{name}]({name}.md): {(module.__doc__ or '').strip().splitlines()[0].split(': ', 1)[-1]}"


def main() -> None:
    """Write the pages into the folder named on the command line; pages of features that are gone are removed."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    written = pages(list(all_modules()))
    for path in [path for path in folder.glob("*.md") if path.name not in written]:
        path.unlink()
    for name, text in written.items():
        (folder / name).write_bytes(text.encode())
