"""The Chinese catalogue, kept with the code: ``make words`` puts new sentences in, takes dead ones out and compiles it.

A new sentence stands there without Chinese until somebody writes it, in any PO editor; a test finds it.
"""

from __future__ import annotations

import ast
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import planner
from tests.house import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(planner.__file__).parent
SOURCE = PACKAGE / "locale" / "zh_CN" / "LC_MESSAGES" / "planner.po"
COMPILED = SOURCE.with_suffix(".mo")
FIRST = datetime(2026, 11, 29, tzinfo=UTC)
"""Dates would change the file without a change of a word."""


def said() -> Iterator[tuple[Path, ast.Call]]:
    """Yield every call that says a sentence, with the file it stands in, in the order of the code."""
    for path in sorted(PACKAGE.rglob("*.py")):
        calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            if isinstance(call.func, ast.Name) and call.func.id in {"say", "say_as"}:
                yield path.relative_to(PACKAGE.parent), call


def extracted() -> Catalog:
    """Return what the code says, without Chinese.

    Raises
    ------
    TypeError
        A sentence does not stand where it is said.
    """
    catalog = Catalog(
        "zh_CN",
        project="planner",
        version="",
        copyright_holder="",
        creation_date=FIRST,
        revision_date=FIRST,
        fuzzy=False,
    )
    for path, call in said():
        texts = [getattr(each, "value", None) for each in call.args if not isinstance(each, ast.Starred)]
        if not texts or not all(isinstance(text, str) for text in texts) or len(texts) != len(call.args):
            message = f"{path}:{call.lineno}: a sentence must stand where it is said"
            raise TypeError(message)
        context = texts.pop(0) if ast.unparse(call.func) == "say_as" else None
        if texts[0]:
            catalog.add(tuple(texts) if len(texts) > 1 else texts[0], locations=[(path.as_posix(), 0)], context=context)
    return catalog


def current() -> Catalog:
    """Return the catalogue of the code with the Chinese that is known."""
    catalog = extracted()
    if SOURCE.exists():
        known = read_po(SOURCE.read_bytes().splitlines(keepends=True), locale="zh_CN")
        for message in catalog:
            if message.id and (
                old := known.get(message.id[0] if message.pluralizable else message.id, message.context)
            ):
                message.string = old.string
    return catalog


def source_of(catalog: Catalog) -> bytes:
    """Return a catalogue as the file that people edit."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=120, include_lineno=False, sort_output=False)
    return buffer.getvalue()


def compiled_of(catalog: Catalog) -> bytes:
    """Return a catalogue as the file that the planner reads."""
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> None:
    """Write both files, and say which sentences have no Chinese."""
    catalog = current()
    SOURCE.write_bytes(source_of(catalog))
    COMPILED.write_bytes(compiled_of(catalog))
    without = [message.id for message in catalog if message.id and not all(texts_of(message.string))]
    sys.stdout.write(f"{len(catalog)} sentences, {len(without)} without Chinese\n")
    sys.stdout.writelines(f"  {text!r}\n" for text in without)


def texts_of(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the texts of an entry: one, or one for each form of a number."""
    return (string,) if isinstance(string, str) else tuple(string or ("",))


if __name__ == "__main__":
    main()
