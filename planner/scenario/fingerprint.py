"""One hash of what a scenario says, independent of how its files say it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from planner.scenario.parameter import FLAGS
from planner.scenario.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from planner.scenario.parameter import Declarations, Parameter
    from planner.scenario.settings import Settings

FIELD, RECORD = "\x1f", "\x1e"
"""Separators that no cell can hold."""


def content_hash(settings: Settings, tables: Mapping[str, pd.DataFrame], declarations: Declarations) -> str:
    """Return the SHA-256 [hex] of settings and tables; ``1`` and ``1.0`` are the same number."""
    digest = hashlib.sha256()
    document = json.dumps(settings.document(), sort_keys=True, ensure_ascii=False, default=str)
    digest.update(json.dumps(_as_floats(json.loads(document)), sort_keys=True).encode())
    schema = schema_of(declarations)
    for name in sorted(tables):
        table = tables[name]
        known = schema.tables[name]
        digest.update(f"{RECORD}{name}{RECORD}".encode())
        for column in sorted(table.columns):
            cells = table[column].tolist()
            if column in known.keys or any(cells):
                text = FIELD.join(_canonical(cells, known.columns.get(column)))
                digest.update(f"{column}{RECORD}{text}{RECORD}".encode())
    return digest.hexdigest()


def _canonical(cells: Iterable[str], parameter: Parameter | None) -> Iterable[str]:
    if parameter is not None and parameter.is_numeric:
        return [repr(float(cell) + 0.0) if cell else "" for cell in cells]
    if parameter is not None and parameter.kind == "flag":
        return [str(FLAGS[cell.casefold()]) if cell else "" for cell in cells]
    return cells


def _as_floats(value: object) -> object:
    if isinstance(value, dict):
        return {key: _as_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_floats(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
