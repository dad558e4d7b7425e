"""``source.csv``: where every figure comes from, and how many of them are only illustrative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.faults import Gathering, nearest
from planner.io.read.merge import PARAMETERS, Layer
from planner.language import Text, say
from planner.scenario.schema import SCENARIO, SOURCE, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.io.files.tables import Table
    from planner.scenario.scenario import Scenario

ILLUSTRATIVE = "illustrative"
SEPARATOR = ";"


def check_sources(layer: Layer, schema: Schema, gathering: Gathering) -> None:
    """Refuse sources of what is not in the scenario."""
    table = layer.tables.get(SOURCE)
    if table is None:
        return
    rows: dict[str, set[str]] = {}
    names = [SCENARIO, *(set(layer.tables) - {SOURCE})]
    for row in range(table.size):
        name, key, column = (table.columns[part][row] for part in ("table", "key", "column"))
        if name == SCENARIO:
            found = _scalar_fault(key, column, layer, schema)
        elif name in gathering.broken:
            continue
        elif name not in names:
            found = ("table", say("no such table in the scenario"), nearest(name, names, say("tables of the scenario")))
        else:
            of = layer.tables[name]
            if name not in rows:
                rows[name] = {SEPARATOR.join(parts) for parts in of.keys(schema.tables[name].keys)}
            found = _cell_fault(key, column, of, rows[name])
        if found:
            part, problem, remedy = found
            gathering.at(table.origins[part][row], part, table.columns[part][row], problem, remedy)


def _scalar_fault(key: str, column: str, layer: Layer, schema: Schema) -> tuple[str, Text, Text] | None:
    if key:
        return "key", say("a scalar has no key"), say("leave it empty")
    if column not in schema.scalars and column not in layer.document.get(PARAMETERS, {}):
        return "column", say("unknown parameter"), nearest(column, schema.scalars)
    return None


def _cell_fault(key: str, column: str, of: Table, rows: set[str]) -> tuple[str, Text, Text] | None:
    if column not in of.columns:
        return ("column", say("no such column in {name}.csv", name=of.name), nearest(column, of.columns))
    if key and key not in rows:
        return ("key", say("no such row in {name}.csv", name=of.name), nearest(key, rows, say("known keys")))
    return None


def illustrative_share(scenario: Scenario) -> float | None:
    """Return the share of the numeric input cells, scalars included, that ``source.csv`` calls illustrative.

    Of a scenario with cases it is that of all of them together.
    """
    if SOURCE not in scenario.tables:
        return None
    words = [word for year in [case.scenario for case in scenario.cases] or [scenario] for word in _confidences(year)]
    return words.count(ILLUSTRATIVE) / len(words) if words else None


def _confidences(scenario: Scenario) -> Iterator[str]:
    """Yield how firm each number is, as far as it is said."""
    confidence = {
        (table, key, column): word
        for table, key, column, word in zip(
            *(scenario.tables[SOURCE].get(part, default=[""] * len(scenario.tables[SOURCE])) for part in _PARTS),
            strict=True,
        )
    }
    yield from _words(scenario, confidence)


_PARTS = ("table", "key", "column", "confidence")


def _words(scenario: Scenario, confidence: Mapping[tuple[str, str, str], str]) -> Iterator[str]:
    for name in sorted(scenario.given):
        parameter = scenario.declarations.parameters[name]
        if not parameter.is_numeric:
            continue
        found = scenario.given_table(name)
        if found is None:
            yield confidence.get((SCENARIO, "", parameter.name), "")
            continue
        whole = confidence.get((found, "", parameter.name), "")
        for key in scenario.given[name].index:  # type: ignore[union-attr]
            joined = SEPARATOR.join(key) if isinstance(key, tuple) else key
            yield confidence.get((found, joined, parameter.name)) or whole
