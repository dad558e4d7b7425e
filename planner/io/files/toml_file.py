"""``scenario.toml``: read with the line of every key, and written back."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, shown
from planner.io.files.decoding import FORBIDDEN, UnreadableError, composed, decode
from planner.language import Text, say

if TYPE_CHECKING:
    from planner.faults import Gathering

TomlPath = tuple[str, ...]
SECTION = re.compile(r"^\s*\[([^\[\]]+)\]\s*(#.*)?$")
ASSIGNMENT = re.compile(r"""^\s*("[^"]*"|'[^']*'|[\w\-]+)((?:\s*\.\s*[\w\-]+)*)\s*=""", re.ASCII)
AT_LINE = re.compile(r"^(.*?)\s*\(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)
DEPTH_MAX = 16
# tomllib takes time as the square of the parts of a dotted key: thousands of them would hang it.
TOO_DEEP = re.compile(r"(?:^|[\[{,])\s*(?:[\w\-\"']+\s*\.\s*){16}", re.MULTILINE)
BARE = re.compile(r"[A-Za-z0-9_\-]+")


def read_toml(data: bytes, file: str, gathering: Gathering) -> tuple[dict[str, Any], dict[TomlPath, int]] | None:
    """Read a TOML file's bytes."""
    try:
        text, encoding = decode(data)
    except UnreadableError as error:
        gathering.add(Fault(file, error.problem, error.line, remedy=say("save it as UTF-8")), file)
        return None
    if encoding:
        gathering.note(say("{file}: read as {encoding}", file=file, encoding=encoding))
    if TOO_DEEP.search(text):
        gathering.add(Fault(file, say("a dotted name of more than {DEPTH_MAX} parts", DEPTH_MAX=DEPTH_MAX)), file)
        return None
    try:
        document = _cleaned(tomllib.loads(text))
    except UnreadableError as error:
        gathering.add(Fault(file, error.problem, remedy=error.remedy), file)
        return None
    except tomllib.TOMLDecodeError as error:
        problem, line = _explained(str(error), text)
        gathering.add(Fault(file, problem, line, remedy=say("mend the TOML")), file)
        return None
    except (ValueError, RecursionError):  # an integer of thousands of digits; brackets nested without end
        gathering.add(Fault(file, say("the TOML holds a number or a nesting without measure")), file)
        return None
    return document, lines_of(text)


def _cleaned(value: Any, depth: int = 0) -> Any:
    """Return a TOML value with its text in NFC, since escapes can make any text."""
    if depth > DEPTH_MAX or (isinstance(value, int) and abs(value) >= 1 << 63):
        raise ValueError
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        text = composed(value)
        if FORBIDDEN.search(text):
            raise UnreadableError(
                say("the text '{text}' holds a control or bidirectional character", text=shown(text)), say("delete it")
            )
        return text
    return value


def _explained(message: str, text: str) -> tuple[Text, int]:
    last = text.rstrip("\n").count("\n") + 1
    if found := AT_LINE.match(message):
        return say("not TOML: {lower}", lower=found[1].lower()), int(found[2] or last)
    return say("not TOML: {lower}", lower=message.lower()), last


def lines_of(text: str) -> dict[TomlPath, int]:
    """Return the line of every key that stands at the start of a line, by path."""
    lines: dict[TomlPath, int] = {}
    section: TomlPath = ()
    for number, line in enumerate(text.split("\n"), 1):
        if found := SECTION.match(line):
            section = tuple(part.strip().strip("\"'") for part in found[1].split("."))
            lines.setdefault(section, number)
        elif found := ASSIGNMENT.match(line):
            rest = tuple(part.strip() for part in found[2].split(".") if part.strip())
            lines.setdefault((*section, found[1].strip("\"'"), *rest), number)
    return lines


def line_of(path: TomlPath, lines: Mapping[TomlPath, int]) -> int | None:
    """Return the line of a key, of the first below it, or of the nearest above it."""
    below = [line for known, line in lines.items() if known[: len(path)] == path]
    if below:
        return min(below)
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def write_toml(document: Mapping[str, Any]) -> str:
    """Write a document of plain values, lists of them, and one level of tables whose values may be inline tables."""
    parts = [f"{_key(key)} = {_value(value)}" for key, value in document.items() if not isinstance(value, Mapping)]
    for name, table in document.items():
        if isinstance(table, Mapping) and table:
            parts += ["", f"[{_key(name)}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]
    return "\n".join(parts) + "\n"


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(value)
