"""The page of the reference on what Python sees: every public name, its signature and its docstring."""

from __future__ import annotations

import inspect
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import planner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECTIONS = ("Parameters", "Attributes", "Returns", "Raises", "Examples")
WRITTEN = ("show", "show_html", "write_plan")
"""Functions behind methods of a plan, on the page under these."""
OPENING = (
    "What `import planner` offers. All of it is typed (`py.typed`), and loaded when it is first asked for. How to add",
    "a rule: [add a rule](../how-to/add-a-rule.md).",
)


def python_page(generated: str) -> Iterator[str]:
    """Yield the lines of the page: functions first, then the classes they take and return."""
    yield from ("# From Python", "", generated, "", *OPENING, "")
    public = {name: getattr(planner, name) for name in planner._HOMES if name not in WRITTEN}  # noqa: SLF001 - our own
    functions = [name for name, value in public.items() if not inspect.isclass(value)]
    for name in [*functions, *(name for name in public if name not in functions)]:
        yield from _entry(name, public[name])


def _entry(name: str, value: Any) -> Iterator[str]:
    yield from (f"## {name}", "")
    if not inspect.isclass(value):
        yield from ("```python", f"planner.{name}{_signature(value)}", "```", "")
        yield from _docstring(value.__doc__)
        return
    yield from _docstring(value.__doc__)
    for member, attribute in vars(value).items():
        if not member.startswith("_") and name in {"Results", "Scenario"}:
            yield from _member(member, attribute)
    yield ""


def _member(name: str, attribute: Any) -> Iterator[str]:
    """Yield the line of a method or of a property."""
    if isinstance(attribute, property | cached_property):
        function = attribute.fget if isinstance(attribute, property) else attribute.func
        yield f"- `.{name}`: {_first_line(function)}"
    elif inspect.isfunction(attribute):
        yield f"- `.{name}{_signature(attribute, bound=True)}`: {_first_line(attribute)}"


def _signature(function: Any, *, bound: bool = False) -> str:
    """Return a signature on one line, annotations as they are written."""
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[1 if bound else 0 :]
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(signature.replace(parameters=parameters)))


def _first_line(function: Any) -> str:
    return _markdown(inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].replace("\n", " "))


def _docstring(text: str | None) -> Iterator[str]:
    """Yield a docstring of numpy's form as Markdown."""
    blocks = re.split(r"\n*^(\w+)\n-{3,}$\n", inspect.cleandoc(text or ""), flags=re.MULTILINE)
    yield from (_markdown(blocks[0]), "")
    for title, body in zip(blocks[1::2], blocks[2::2], strict=True):
        if title not in SECTIONS:
            raise ValueError(f"the reference knows no section {title}")
        yield from (f"{title}:", "")
        if title == "Examples":
            yield from ("```pycon", body, "```", "")
        else:
            yield from (*_items(body.splitlines()), "")


def _items(lines: Sequence[str]) -> Iterator[str]:
    """Yield the entries of a section: a line at the margin, and what is said of it below."""
    head, said = "", list[str]()
    for line in [*lines, "end"]:
        if line.startswith(" ") or not line:
            said.append(line.strip())
            continue
        if head:
            yield f"- `{head}`: {_markdown(' '.join(filter(None, said)))}" if said else f"- {_markdown(head)}"
        head, said = line, []


def _markdown(text: str) -> str:
    return re.sub(r":\w+:`~?([\w.]+)`", r"`\1`", text).replace("``", "`")
