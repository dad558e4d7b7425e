"""EnergyPlus weather files (EPW) as tables: eight rows of header, then 35 cells an hour without names.

The columns have pvlib's names, as its ``read_epw`` gives them; a test holds the two against each other.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from planner.errors import shown
from planner.io.hourly.hourly_layout import Layout, NoTableError
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_WORD: Final = "LOCATION,"
LAST_HEADER: Final = "DATA PERIODS"
NAMES: Final = (
    "year", "month", "day", "hour", "minute", "data_source_unct", "temp_air", "temp_dew", "relative_humidity",
    "atmospheric_pressure", "etr", "etrn", "ghi_infrared", "ghi", "dni", "dhi", "global_hor_illum",
    "direct_normal_illum", "diffuse_horizontal_illum", "zenith_luminance", "wind_direction", "wind_speed",
    "total_sky_cover", "opaque_sky_cover", "visibility", "ceiling_height", "present_weather_observation",
    "present_weather_codes", "precipitable_water", "aerosol_optical_depth", "snow_depth",
    "days_since_last_snowfall", "albedo", "liquid_precipitation_depth", "liquid_precipitation_quantity",
)  # fmt: skip
LEAST: Final = 22
"""Cells of an hour up to the wind; older files leave out some of the others."""
ZONE_CELL: Final = 8
"""Of the first row: hours from UTC of the file's standard time."""
HOURS_MAX: Final = 14
MINUTE: Final = NAMES.index("minute")


def is_epw(text: str) -> bool:
    """Return whether a text begins as an EPW file does."""
    return text.startswith(FIRST_WORD)


def layout_of(text: str) -> Layout:
    """Return the hours of an EPW file under a header of our own.

    The minute is left out: files write 0 or 60 there for the same hour.
    """
    lines = text.rstrip("\n").split("\n")
    begin = next((n + 1 for n, line in enumerate(lines) if line.upper().startswith(LAST_HEADER)), None)
    if begin is None or begin == len(lines):
        raise NoTableError(
            say("the EPW file has no hours below DATA PERIODS"), say("take the file as it was published")
        )
    rows = [line.split(",") for line in lines[begin:]]
    width = len(rows[0])
    if not LEAST <= width <= len(NAMES):
        problem = say(
            "an hour of the EPW file, row {row}, has {count} cells, not {least} to {most}",
            row=begin + 1,
            count=width,
            least=LEAST,
            most=len(NAMES),
        )
        raise NoTableError(problem, say("take the file as it was published"))
    cells = [NAMES[:width], *rows]
    told = [",".join(part for place, part in enumerate(row) if place != MINUTE) for row in cells]
    place = shown(", ".join(_location(text)[1:4]))
    note = say("an EPW file of {place}", place=place)
    return Layout("\n".join(told) + "\n", [begin, *range(begin + 1, len(lines) + 1)], ",", [note])


def offset_of(text: str) -> float | None:
    """Return the hours from UTC that an EPW file states, or ``None``."""
    cells = _location(text)
    try:
        hours = float(cells[ZONE_CELL])
    except (IndexError, ValueError):
        return None
    return hours if abs(hours) <= HOURS_MAX else None


def _location(text: str) -> Sequence[str]:
    return next(csv.reader([text.split("\n", 1)[0]]), [])
