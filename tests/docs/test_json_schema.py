"""The JSON Schema takes the scenarios there are, and refuses what the reader refuses."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from planner.io.schema.json_schema import json_schema
from planner.io.schema.starter import starter_files
from planner.models.declarations import declarations
from planner.pipeline.export import export_text
from planner.scenario.schema import SOURCE, schema_of
from tests.docs.pages import ROOT
from tests.docs.structure import faults

SCHEMA = json_schema(declarations())
Document = dict[str, Any]


def document(files: dict[str, str]) -> Document:
    """Turn a scenario's files into one JSON document."""
    schema = schema_of(declarations())
    tables: dict[str, list[dict[str, Any]]] = {}
    for name, text in files.items():
        if not name.endswith(".csv"):
            continue
        table = schema.tables[name.removesuffix(".csv")]
        rows = csv.DictReader(io.StringIO(text))
        tables[table.name] = [
            {
                column: cell_of(cell, table.columns.get(column))
                for column, cell in row.items()
                if cell or column in table.keys
            }
            for row in rows
        ]
    return {**tomllib.loads(files["scenario.toml"]), "tables": tables}


def cell_of(cell: str, parameter: Any) -> Any:
    """Return a cell as JSON has it."""
    if parameter is None or not (parameter.is_numeric or parameter.kind == "flag"):
        return cell
    return cell == "true" if parameter.kind == "flag" else int(cell) if parameter.kind == "integer" else float(cell)


def starter() -> Document:
    """Return the starter as one document."""
    return document(starter_files("mine", declarations()))


def folder(name: str) -> Document:
    """Return a scenario of the repository as one document, without what it extends."""
    files = {path.name: path for path in (ROOT / "scenarios" / name).iterdir() if path.suffix in {".csv", ".toml"}}
    return document({name: path.read_text(encoding="utf-8") for name, path in files.items()})


@pytest.mark.parametrize("name", ["tiny", "national-2025", "national-2025-local"])
def test_scenarios_keep_the_schema(name: str) -> None:
    """Proves that the schema takes every scenario of the repository; a bound or a name that is wrong breaks it."""
    assert not faults(folder(name), SCHEMA, SCHEMA)


def test_starter_keeps_the_schema() -> None:
    """Proves that the schema takes the starter, Chinese and all."""
    assert not faults(starter(), SCHEMA, SCHEMA)


def test_every_declaration_is_in_the_schema() -> None:
    """Proves that each parameter is where it may stand, with unit and bounds; one left out breaks it."""
    tables = SCHEMA["properties"]["tables"]["properties"]
    for name, table in schema_of(declarations()).tables.items():
        row = tables[name]["items"]
        assert row["required"] == list(table.keys)
        assert set(row["properties"]) == {*table.keys, *table.columns}
        for column, parameter in table.columns.items():
            if parameter.is_numeric and name != SOURCE:
                assert row["properties"][column]["x-unit"] == parameter.unit
                assert parameter.unit in row["properties"][column]["description"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("features",), ["demand", "trafic"]),
        (("features",), []),
        (("features",), ["time", "time"]),
        (("objective", "minimise"), "costs"),
        (("objective", "minimise"), {}),
        (("objective", "minimise"), {"cost": -1}),
        (("parameters", "carbon_price"), -1),
        (("parameters", "carbon_price"), "60"),
        (("parameters", "carbon_prize"), 60),
        (("time",), {"hours": 0}),
        (("solver", "mip_gap"), 2),
        (("tables", "sites"), []),
        (("tables", "site", 0, "pue"), 0.9),
        (("tables", "site", 0, "pue"), 1e13),
        (("tables", "site", 0, "latitude"), 91),
        (("tables", "site", 0, "site"), "a/b"),
        (("tables", "site", 0, "site"), " a"),
        (("tables", "site", 0, "site"), "a" * 65),
        (("tables", "site", 0, "utilization_max"), 1),
        (("tables", "workload", 0, "reach"), "world"),
        (("tables", "workload", 0, "indivisible"), "yes"),
        (("tables", "site_compute_type", 0, "modules_max"), 2.5),
        (("tables", "site_compute_type", 0, "module_size"), 0),
        (("tables", "site_compute_type", 0), {"site": "guian"}),
        (("tables", "source", 0, "confidence"), "sure"),
    ],
    ids=str,
)
def test_schema_refuses(path: tuple[str | int, ...], value: Any) -> None:
    """Proves that each kind of bound is in the schema: one thing wrong in the starter is found."""
    changed = starter()
    place: Any = changed
    for part in path[:-1]:
        place = place.setdefault(part, {}) if isinstance(place, dict) else place[part]
    place[path[-1]] = value
    assert faults(changed, SCHEMA, SCHEMA)


def test_export_writes_the_schema(tmp_path: Path) -> None:
    """Proves that the command's text is the schema, as JSON that names its dialect."""
    (tmp_path / "schema.json").write_text(export_text("json-schema", None), encoding="utf-8")
    written = json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(SCHEMA))
    assert written["$schema"] == "https://json-schema.org/draft/2020-12/schema"
