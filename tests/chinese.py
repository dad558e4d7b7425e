"""What English is left in a Chinese text: words that are no name, unit or format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from planner.models.declarations import declarations
from planner.views.words import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile(r"“[^”]*”|'[^']*'|\"[^\"]*\"")
JOINED = re.compile(r"\S*[\w\u4e00-\u9fff]*[_./=\[\]~…-]+[A-Za-z0-9_./=\[\],-]*|--?[A-Za-z][\w-]*|[A-Za-z]*\d\w*")
"""Paths, options, ids, assignments: names, not sentences."""
WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = {
    *(
        "planner",
        "CSV",
        "UTF",
        "Excel",
        "JSON",
        "GeoJSON",
        "GeoPackage",
        "FeatureCollection",
        "SQLite",
        "HiGHS",
        "TOML",
    ),
    *(
        "PUE",
        "WUE",
        "ISO",
        "EPSG",
        "WGS",
        "CGCS",
        "Parquet",
        "GIS",
        "MiB",
        "CNY",
        "MWh",
        "TWh",
        "tCO",
        "Mt",
        "Gbit",
        "NUL",
    ),
    *("pip", "install", "true", "false", "MPS", "Asia", "Shanghai", "UTC", "IANA", "Python", "Pyomo", "xlsx", "GPKG"),
    *(
        "SCENARIO",
        "RUN",
        "OPTIONS",
        "DIR",
        "NAME",
        "FILE",
        "BOM",
        "PFLOPS",
        "ms",
        "RMSE",
        "audit",
        "explain",
        "run",
        "check",
        "new",
    ),
}
"""Names of formats, programs, units and verbs, which are the same in every language."""


def english_left(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the English words of a text that are no names.

    Parameters
    ----------
    text
        A Chinese text with ids, numbers and units in it.
    names
        What is called so: ids of the scenario, files, values.
    """
    known = NAMES | set(catalogue()) | set(declarations().features)
    known |= {part for name in names for part in WORD.findall(str(name))}
    known |= {part for name in known for part in name.split("_")}
    for name in sorted(map(str, names), key=len, reverse=True):
        text = text.replace(name, " ")
    text = JOINED.sub(" ", QUOTED.sub(" ", text))
    return [word for word in WORD.findall(text) if word not in known]
