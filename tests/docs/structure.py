"""A small structural check of JSON documents: the words of JSON Schema that the planner's own schema uses, no others."""

from __future__ import annotations

import re
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
CHECKED = {
    "$ref", "anyOf", "oneOf", "type", "enum", "required", "properties", "additionalProperties", "minProperties",
    "items", "minItems", "uniqueItems", "pattern", "maxLength", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum",
}  # fmt: skip
SILENT = {"$schema", "$defs", "title", "description", "default"}


def faults(value: Any, schema: Any, root: Any, where: str = "") -> list[str]:
    """Return what a value does not keep of a schema, and every word of the schema that is not known here."""
    if isinstance(schema, bool):
        return [] if schema else [f"{where}: nothing is allowed here"]
    unknown = [f"{where}: unknown word {word}" for word in schema if word not in CHECKED | SILENT and word[:2] != "x-"]
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        unknown += faults(value, target, root, where)
    for word, most in (("anyOf", len(schema.get("anyOf", ()))), ("oneOf", 1)):
        if word in schema and not 1 <= sum(not faults(value, part, root, where) for part in schema[word]) <= most:
            unknown.append(f"{where}: {word} does not hold")
    found = [*unknown, *_own(value, schema, where)]
    if isinstance(value, dict):
        found += _of_object(value, schema, root, where)
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += faults(item, schema.get("items", True), root, f"{where}[{number}]")
    return found


def _own(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    kinds = TYPES[schema["type"]] if "type" in schema else (object,)
    is_flag = isinstance(value, bool) and schema.get("type") in {"number", "integer"}
    if not isinstance(value, kinds) or is_flag:
        return [f"{where}: {value!r} is no {schema['type']}"]
    number = value if isinstance(value, int | float) else None
    text = value if isinstance(value, str) else ""
    size = len(value) if isinstance(value, dict | list) else 0
    checks = {
        "enum": lambda limit: value in limit,
        "minimum": lambda limit: number is None or number >= limit,
        "exclusiveMinimum": lambda limit: number is None or number > limit,
        "exclusiveMaximum": lambda limit: number is None or number < limit,
        "maximum": lambda limit: number is None or number <= limit,
        "pattern": lambda limit: re.search(limit, text),
        "maxLength": lambda limit: len(text) <= limit,
        "minItems": lambda limit: size >= limit,
        "minProperties": lambda limit: size >= limit,
        "uniqueItems": lambda limit: not limit or size == len(set(map(str, value))),
    }
    return [
        f"{where}: {value!r} breaks {word}"
        for word, holds in checks.items()
        if word in schema and not holds(schema[word])
    ]


def _of_object(value: dict[str, Any], schema: dict[str, Any], root: Any, where: str) -> list[str]:
    found = [f"{where}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        part = schema.get("properties", {}).get(name, schema.get("additionalProperties", True))
        found += faults(inner, part, root, f"{where}.{name}")
    return found
