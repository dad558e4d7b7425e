"""A small scenario without timesteps, and hourly tables to import into it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from planner.errors import InvalidInputError, PlannerError
from planner.io.hourly.import_order import Order
from planner.io.hourly.import_weather import Imported, import_weather
from planner.models.declarations import declarations

HOUR = timedelta(hours=1)
BEIJING = "Asia/Shanghai"
FILES = {
    "scenario.toml": """
features = ["time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply"]
""",
    "region.csv": "region,province,longitude,latitude\nlanzhou,甘肃,103.8,36.1\n",
    "site.csv": """
site,name_en,name_zh,province,longitude,latitude,pue,grid_power_price
zhongwei,Zhongwei,中卫集群,宁夏,105.17,37.52,1.25,300
horinger,Horinger,和林格尔集群,内蒙古,111.82,40.38,1.2,400
""",
    "workload.csv": "workload,name_en,compute_type,latency_max\ntraining,Training,general,100\n",
    "region_workload.csv": "region,workload,demand\nlanzhou,training,40\n",
    "site_compute_type.csv": "site,compute_type,capacity_existing\nzhongwei,general,100\nhoringer,general,0\n",
    "compute_type.csv": "compute_type\ngeneral\n",
    "technology.csv": "technology\nwind\nsolar\n",
    "site_technology.csv": """
site,technology,green_capacity_existing,availability
zhongwei,wind,10,
zhongwei,solar,20,0.156
horinger,wind,30,0.32
""",
    "source.csv": """
table,key,column,source,confidence,licence
site_technology,,availability,a yearbook,published,fact
site,,pue,this project,illustrative,fact
""",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write a scenario folder."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text.lstrip("\n"), encoding="utf-8")
    return folder


def replaced(path: Path, old: str, new: str) -> None:
    """Change one piece of text of a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def year_of_stamps(year: int, zone: str = "UTC", *, leap_day: bool = True) -> list[datetime]:
    """Return the hours of a calendar year, aware, as a clock in the zone passes them."""
    tz = ZoneInfo(zone)
    moment, end = (datetime(y, 1, 1, tzinfo=tz).astimezone(UTC) for y in (year, year + 1))
    found = []
    while moment < end:
        found.append(moment.astimezone(tz))
        moment += HOUR
    return [time for time in found if leap_day or (time.month, time.day) != (2, 29)]


def naive(times: list[datetime]) -> list[str]:
    """Return times as most files have them, without an offset."""
    return [f"{time:%Y-%m-%d %H:%M:%S}" for time in times]


def numbers(count: int) -> list[str]:
    """Return a different number for each row, good for every parameter that is tested."""
    return [f"{row / 10_000:.4f}" for row in range(count)]


def table(path: Path, stamps: list[str], columns: dict[str, list[str]], *, encoding: str = "utf-8") -> Path:
    """Write an hourly table."""
    rows = zip(stamps, *columns.values(), strict=True)
    lines = [",".join(row) for row in [("time", *columns), *rows]]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def weather(folder: Path, stamps: list[str] | None = None, places: tuple[str, ...] = ("zhongwei", "horinger")) -> Path:
    """Write an hourly table of 2021 beside the scenarios."""
    stamps = naive(year_of_stamps(2021)) if stamps is None else stamps
    return table(folder.parents[1] / "weather.csv", stamps, dict.fromkeys(places, numbers(len(stamps))))


def brought(file: Path, folder: Path, **options: Any) -> Imported:
    """Import a file."""
    order = {"column": "temperature", "time_zone": BEIJING, **options}
    return import_weather(file, folder, declarations(), Order(**order))


def rows(path: Path) -> list[dict[str, str]]:
    """Return a CSV file as rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns_of(path: Path) -> dict[str, tuple[str, ...]]:
    """Return a CSV file as columns, sooner than as rows."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *cells = csv.reader(file)
    return dict(zip(head, zip(*cells, strict=True), strict=True))


def by_time(folder: Path, column: str = "temperature", name: str = "site_timestep", **keys: str) -> dict[str, str]:
    """Return the cells of one place by the time of their timestep."""
    steps, cells = (columns_of(folder / f"{table}.csv") for table in ("timestep", name))
    times = dict(zip(steps["timestep"], steps["time"], strict=True))
    every = zip(cells["timestep"], cells[column], *(cells[key] for key in keys), strict=True)
    place = tuple(keys.values())
    return {times[step]: cell for step, cell, *key in every if tuple(key) == place}


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def said(error: PlannerError) -> str:
    """Return the whole of a message."""
    return "\n".join(map(str, error.faults)) if isinstance(error, InvalidInputError) else str(error)
