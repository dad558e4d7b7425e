"""The JSON Schema (draft 2020-12) of a scenario as one JSON document, from the features' declarations.

The document holds what ``scenario.toml`` holds, and under ``tables`` each table as a list of row objects; a cell that
is left out is empty. What a schema cannot say (references that exist, sums, limits of one parameter by another)
``planner check`` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.io.read.cells import LARGEST
from planner.scenario.parameter import REQUIRED, Declarations, Parameter
from planner.scenario.schema import SOURCE, Schema, TableSchema, schema_of
from planner.scenario.settings import OBJECTIVES, ScenarioFile, Weights

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT = {"type": "string"}


def json_schema(declarations: Declarations) -> dict[str, Any]:
    """Return the schema of a scenario."""
    schema = schema_of(declarations)
    file = _plain(ScenarioFile.model_json_schema())
    definitions = file["$defs"]
    definitions["id"] = _id()
    properties = file["properties"]
    properties["title"]["description"] = "Title of maps and reports."
    properties["title_zh"]["description"] = "The same in Chinese."
    for name in {made.index_set for made in declarations.case_sets.values()}:
        properties[name]["description"] = f"What is set for one {name}, by its id."
    definitions["CaseTable"]["properties"]["set"]["description"] = "As in `set`, or scalars by their name."
    foresight = "Whether the stages are planned together, or one after the other."
    definitions["PathwayTable"]["properties"]["foresight"]["description"] = foresight
    properties["set"]["description"] = "Values set after all tables are read: `table.column`, or rows picked by key."
    definitions["TimeTable"]["properties"]["hours"]["description"] = "What the weights of the timesteps add up to [h]."
    days = "How many days, chosen from a full year, are to stand for it."
    definitions["TimeTable"]["properties"]["representative_days"]["description"] = days
    definitions["SolverTable"]["properties"]["time_limit"]["description"] = "For the whole solve [s]."
    definitions["SolverTable"]["properties"]["mip_gap"]["description"] = "Relative gap that counts as optimal."
    properties["features"] = {
        "type": "array",
        "description": "The families of rules that apply.",
        "items": {"enum": list(declarations.features)},
        "minItems": 1,
        "uniqueItems": True,
    }
    definitions["ObjectiveTable"]["properties"]["minimise"] = _minimise()
    properties["parameters"] = _closed({name: _value(parameter, schema) for name, parameter in schema.scalars.items()})
    properties["extends"] = {"type": "string", "description": "Another scenario folder, relative to this one."}
    properties["drop"] = _closed(
        {name: {"type": "array", "items": TEXT} for name in declarations.sets},
        "Members to take away, with every row that names them.",
    )
    properties["tables"] = _closed(
        {name: _table(table, schema) for name, table in sorted(schema.tables.items())}, "Every table as a list of rows."
    )
    return {
        "$schema": DIALECT,
        "title": "Scenario of the East Data West Compute planner",
        "description": "scenario.toml and its tables as one document.",
        **file,
        "anyOf": [{"required": ["features"]}, {"required": ["extends"]}],
    }


def _id() -> dict[str, Any]:
    """Return the schema of a member's id: letters, digits, ``_ - ·`` and spaces inside."""
    punctuation = r"\u0000-\u001f!-,./:-@\[-^`{-\u00a0"
    return {
        "type": "string",
        "description": "Id of a set's member.",
        "maxLength": 64,
        "pattern": rf"^(?! )(?!.* $)[^{punctuation}]+$",
    }


def _plain(part: Any) -> Any:
    """Take away what pydantic adds for Python: titles, docstrings, and defaults that are not the planner's own."""
    if isinstance(part, list):
        return [_plain(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    plain = {}
    for word, value in part.items():
        if word in {"properties", "$defs"}:  # what stands here are names, such as the scenario's own title
            plain[word] = {name: _plain(inner) for name, inner in value.items()}
        elif word not in {"title", "description", "default"}:
            plain[word] = _plain(value)
    return plain


def _minimise() -> dict[str, Any]:
    weights = _plain(Weights.model_json_schema())
    return {
        "description": "One measure, or weights of several.",
        "oneOf": [{"enum": list(OBJECTIVES)}, {**weights, "minProperties": 1}],
    }


def _closed(properties: Mapping[str, Any], description: str = "") -> dict[str, Any]:
    words = {"description": description} if description else {}
    return {"type": "object", **words, "properties": dict(properties), "additionalProperties": False}


def _table(table: TableSchema, schema: Schema) -> dict[str, Any]:
    index_set = schema.declarations.sets.get(table.name)
    description = index_set.description.en if index_set else f"Indexed by {', '.join(table.keys)}."
    keys = {key: TEXT if table.name == SOURCE else {"$ref": "#/$defs/id"} for key in table.keys}
    columns = {name: _value(parameter, schema) for name, parameter in table.columns.items()}
    row = {**_closed({**keys, **columns}), "required": list(table.keys)}
    return {"type": "array", "description": description, "items": row}


def _value(parameter: Parameter, schema: Schema) -> dict[str, Any]:
    """Return the schema of one cell or scalar."""
    words: dict[str, Any] = {**_type(parameter), "description": _description(parameter)}
    if parameter.is_numeric:
        words["x-unit"] = parameter.unit
    if parameter.default is REQUIRED:
        words["x-required"] = True
    elif parameter.default is not None:
        words["default"] = parameter.default
    owner = schema.owner_of(parameter)
    return {**words, "x-feature": owner} if owner else words


def _type(parameter: Parameter) -> dict[str, Any]:
    match parameter.kind:
        case "number" | "integer":
            low = parameter.low if np.isfinite(parameter.low) else -LARGEST
            word = "exclusiveMinimum" if parameter.low_open else "minimum"
            return {"type": parameter.kind, word: low, "maximum": min(parameter.high, LARGEST)}
        case "choice":
            return {"enum": list(parameter.choices)}
        case "flag":
            return {"type": "boolean"}
        case "reference":
            return {"$ref": "#/$defs/id"}
        case _:
            return dict(TEXT)


def _description(parameter: Parameter) -> str:
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    return f"{parameter.description.en.rstrip('.')}{unit}."
