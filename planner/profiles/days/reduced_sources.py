"""``source.csv`` after a reduction: rows of days that are gone leave, rows for the error of the profiles come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.profiles.days.whole_days import TIMESTEP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.profiles.days.reduced_tables import Reduction

SEPARATOR = ";"
KEYS = ["table", "key", "column"]
ILLUSTRATIVE, DERIVED = "illustrative", "derived"


def reduced_sources(
    tables: Mapping[str, pd.DataFrame], keys: Mapping[str, Sequence[str]], reduction: Reduction, added: Sequence[str]
) -> tuple[pd.DataFrame, list[int]]:
    """Return the sources of the reduced tables, and the row each had before, -1 where it is new."""
    source = tables["source"]
    rows, texts = [], []
    for row, (table, key, column) in enumerate(source[KEYS].itertuples(index=False, name=None)):
        text = _new_key(key, keys.get(table, ()), reduction)
        gone = table in tables and column not in tables[table].columns
        if text is not None and not gone:
            rows.append(row)
            texts.append(text)
    frame = source.iloc[rows].assign(key=pd.Series(texts, index=rows, dtype=object))
    timed = [name for name in tables if TIMESTEP in keys.get(name, ()) and name != TIMESTEP]
    confidence = frame.get("confidence", pd.Series("", index=frame.index))
    is_illustrative = (frame["table"].isin(timed) & (confidence == ILLUSTRATIVE)).any()
    new = [
        {**dict.fromkeys(source.columns, ""), "table": table, "column": column, "source": "the year's profiles"}
        | ({"confidence": ILLUSTRATIVE if is_illustrative else DERIVED} if "confidence" in source else {})
        for table in added
        for column in tables[table].columns
        if column not in {*keys[table], "parameter", "key"}
    ]
    new = [{column: row[column] for column in source.columns if column in row} for row in new]
    all_rows = pd.concat([frame, pd.DataFrame(new, columns=source.columns)], ignore_index=True)
    places = [*rows, *([-1] * len(new))]
    texts_of = list(all_rows[KEYS].itertuples(index=False, name=None))
    order = sorted(range(len(texts_of)), key=texts_of.__getitem__)
    return all_rows.iloc[order].reset_index(drop=True).astype(object), [places[place] for place in order]


def _new_key(key: str, names: Sequence[str], reduction: Reduction) -> str | None:
    """Return a key with the timestep's new name; ``None`` where its day is not among those chosen."""
    if not key or TIMESTEP not in names:
        return key
    parts = dict(zip(names, key.split(SEPARATOR), strict=False))
    chosen, at = reduction.split(reduction.year.places([parts.get(TIMESTEP, "")]))
    if chosen[0] < 0:
        return None
    parts[TIMESTEP] = str(reduction.steps[chosen[0], at[0]])
    return SEPARATOR.join(parts.values())
