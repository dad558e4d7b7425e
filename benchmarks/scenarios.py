"""Write the national scenario with many timesteps: ``python benchmarks/scenarios.py NAME FOLDER [--relax]``.

A year of N steps is cut into representative days of 24 steps, eight long ones by night (1.25 h) and sixteen
short ones by day (0.875 h), so that neither durations nor weights are all equal. The days follow the year from
1 January and stand for more or fewer days of it. Every profile is a plain formula of hour and day with mean 1 over
the year: **illustrative**, and marked so in ``source.csv``. One step is the national scenario itself.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

Vector = npt.NDArray[np.float64]
NATIONAL = Path(__file__).resolve().parent.parent / "scenarios" / "national-2025"
SIZES = {"year": 1, "day": 24, "months": 288, "large": 624}
"""Timesteps by name: the year as one, one day, a day a month, and 26 days, which make 5.0 million columns."""
HOURS = 8760.0
DURATIONS = np.array([1.25] * 8 + [0.875] * 16)
"""[h] of the steps of a day."""
STEPS = len(DURATIONS)
MOVED = {
    "site": ("pue", "grid_power_price", "emission_factor"),
    "site_technology": ("availability",),
}
"""Columns that get a timestep, by the table in which the national scenario has them."""
PEAKS = {
    "online_services": (20.0, 0.10),
    "enterprise_cloud": (14.0, 0.08),
    "government_cloud": (11.0, 0.08),
    "batch_analytics": (3.0, 0.10),
    "backup_archive": (2.0, 0.12),
    "realtime_inference": (19.0, 0.08),
    "interactive_inference": (16.0, 0.08),
    "model_training": (1.0, 0.04),
    "scientific_computing": (4.0, 0.02),
}
"""Hour of the day at which a workload peaks, and how far above its mean."""
TARIFF = ((8, 0.6), (9, 1.0), (12, 1.35), (17, 1.0), (22, 1.35), (24, 1.0))
"""Until which hour the price of power is how much of its mean: valley, flat, peak, flat, peak, flat."""
NOTE = "formula of hour and day, benchmarks/scenarios.py"


@dataclass(frozen=True)
class Calendar:
    """The steps of a year, each array (timesteps,).

    Attributes
    ----------
    day
        Which representative day, from 0.
    hour
        The middle of the step [h after midnight].
    season
        The day's place in the year, 0 to 1.
    duration
        [h].
    weight
        [h/a].
    """

    day: npt.NDArray[np.int64]
    hour: Vector
    season: Vector
    duration: Vector
    weight: Vector

    @classmethod
    def of(cls, timesteps: int) -> Calendar:
        """Return the calendar of a year of this many steps, a multiple of 24."""
        days, rest = divmod(timesteps, STEPS)
        if days < 1 or rest:
            raise ValueError(f"{timesteps} timesteps are neither 1 nor a multiple of {STEPS}")
        hour = np.cumsum(DURATIONS) - DURATIONS / 2
        season = (np.arange(days) + 0.5) / days
        times = 1 + 0.25 * np.cos(2 * np.pi * season)
        times *= HOURS / (times.sum() * DURATIONS.sum())
        return cls(
            day=np.repeat(np.arange(days), STEPS),
            hour=np.tile(hour, days),
            season=np.repeat(season, STEPS),
            duration=np.tile(DURATIONS, days),
            weight=np.outer(times, DURATIONS).ravel(),
        )

    @property
    def names(self) -> list[str]:
        """Ids of the steps, such as ``d01s07``."""
        return [f"d{day + 1:02}s{step % STEPS:02}" for step, day in enumerate(self.day)]

    def levelled(self, shape: Vector) -> Vector:
        """Return the shape, (…, timesteps), with mean 1 over the year."""
        return shape * (self.weight.sum() / (shape @ self.weight))[..., None]

    def daily(self, peak: Vector, size: Vector) -> Vector:
        """Return waves over the day, (members, timesteps), by the hour and the height of their peaks."""
        return self.levelled(1 + size[:, None] * np.cos(2 * np.pi * (self.hour - peak[:, None]) / 24))

    def warmth(self) -> Vector:
        """Cooling load over its mean: highest at 15 h and in July."""
        day, year = np.cos(2 * np.pi * (self.hour - 15) / 24), -np.cos(2 * np.pi * self.season)
        return self.levelled(1 + 0.10 * day + 0.25 * year)

    def tariff(self) -> Vector:
        """Price of power over its mean: valley until 8 h, peak from 9 to 12 and from 17 to 22 h."""
        price = np.array([factor for _, factor in TARIFF])
        return self.levelled(price[np.searchsorted([until for until, _ in TARIFF], self.hour, side="right")])

    def sun(self) -> Vector:
        """Sunshine over its mean: from 6 to 18 h, strongest in June."""
        height = np.clip(np.sin(np.pi * (self.hour - 6) / 12), 0, None)
        return self.levelled(height * (1 - 0.25 * np.cos(2 * np.pi * self.season)))

    def wind(self, place: Vector) -> Vector:
        """Wind over its mean, (places, timesteps): by night and in spring, with weather that differs by place."""
        day, year = np.cos(2 * np.pi * (self.hour - 2) / 24), np.cos(2 * np.pi * (self.season - 0.25))
        weather = np.sin(2.3 * self.day + 1.7 * place[:, None]) * np.cos(0.9 * self.day - 0.6 * place[:, None])
        return self.levelled(1 + 0.15 * day + 0.2 * year + 0.3 * weather)


def write_scenario(folder: Path, timesteps: int, *, relax: bool = False) -> Path:
    """Write the national scenario with this many timesteps into a folder, which must not exist.

    Parameters
    ----------
    folder
        Whole in itself: it extends nothing.
    timesteps
        1 or a multiple of 24.
    relax
        Leave no integers: two thirds of the modules each site may build stand already and no more can be built.

    Returns
    -------
    Path
        The folder.
    """
    tables = {path.stem: _read(path) for path in sorted(NATIONAL.glob("*.csv"))}
    if timesteps > 1:
        _spread_over_time(tables, Calendar.of(timesteps))
    if relax:
        _build_beforehand(tables)
    folder.mkdir(parents=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.9g")
    title = f'title = "National plan 2025 over {timesteps} timesteps, for benchmarks; profiles illustrative"'
    words = (NATIONAL / "scenario.toml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in words if not line.startswith("title")]
    (folder / "scenario.toml").write_text("\n".join([title, *kept]) + "\n", encoding="utf-8")
    return folder


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def _spread_over_time(tables: dict[str, pd.DataFrame], calendar: Calendar) -> None:
    steps = calendar.names
    tables["timestep"] = pd.DataFrame(
        {
            "timestep": steps,
            "period": [step[:3] for step in steps],
            "position": np.arange(len(steps)) % STEPS,
            "timestep_weight": calendar.weight,
            "timestep_duration": calendar.duration,
        }
    )
    workloads = tables["workload"]["workload"]
    peak, size = np.array([PEAKS[workload] for workload in workloads]).T
    profile = calendar.daily(peak, size)
    tables["workload_timestep"] = _long({"workload": workloads}, steps, {"demand_profile": profile})
    site = tables["site"]
    mean = {name: site[name].to_numpy(float)[:, None] for name in MOVED["site"]}
    values = {
        "pue": 1 + (mean["pue"] - 1) * calendar.warmth(),
        "grid_power_price": mean["grid_power_price"] * calendar.tariff(),
        "emission_factor": mean["emission_factor"] * calendar.levelled(1 - 0.05 * calendar.sun()),
    }
    tables["site_timestep"] = _long({"site": site["site"]}, steps, values)
    pairs = tables["site_technology"]
    keys = {name: pairs[name] for name in ("site", "technology")}
    available = {"availability": _availability(pairs, calendar)}
    tables["site_technology_timestep"] = _long(keys, steps, available)
    for name, columns in MOVED.items():
        tables[name] = tables[name].drop(columns=list(columns))
    tables["source"] = _sources(tables["source"])


def _availability(pairs: pd.DataFrame, calendar: Calendar) -> Vector:
    """Return availability, (pairs, timesteps); a green contract delivers at all hours."""
    mean = pairs["availability"].to_numpy(float)[:, None]
    kind = pairs["technology"].to_numpy()[:, None]
    place = np.unique(pairs["site"], return_inverse=True)[1].astype(float)
    return mean * np.where(kind == "solar", calendar.sun(), np.where(kind == "wind", calendar.wind(place), 1.0))


def _long(keys: dict[str, pd.Series], steps: list[str], values: dict[str, Vector]) -> pd.DataFrame:
    """Return a table of members × timesteps."""
    members = {name: np.repeat(column.to_numpy(), len(steps)) for name, column in keys.items()}
    count = len(next(iter(keys.values())))
    cells = {name: value.ravel() for name, value in values.items()}
    return pd.DataFrame({**members, "timestep": steps * count, **cells})


def _sources(source: pd.DataFrame) -> pd.DataFrame:
    """Say of every column that varies by timestep where it comes from, in place of its mean."""
    moved = [(table, column) for table, columns in MOVED.items() for column in columns]
    kept = source[[pair not in moved for pair in zip(source["table"], source["column"], strict=True)]]
    varied = [*((f"{table}_timestep", column) for table, column in moved), ("workload_timestep", "demand_profile")]
    varied += [("timestep", column) for column in ("timestep_weight", "timestep_duration")]
    rows = [
        {"table": table, "key": "", "column": column, "source": "this project", "date": "2026", "licence": "fact"}
        | {"confidence": "illustrative", "note": NOTE}
        for table, column in varied
    ]
    return pd.concat([kept, pd.DataFrame(rows)], ignore_index=True)


def _build_beforehand(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["site_compute_type"]
    size = pd.to_numeric(table["module_size"]).fillna(0.0)
    modules = pd.to_numeric(table["modules_max"])
    table["capacity_existing"] = pd.to_numeric(table["capacity_existing"]) + size * (modules * 2 // 3)
    table["modules_max"] = 0


def main() -> None:
    """Write one scenario."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", help=f"{', '.join(SIZES)}, or a number of timesteps (1 or a multiple of {STEPS})")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--relax", action="store_true", help="leave no integers")
    parser.add_argument("--force", action="store_true", help="replace the folder")
    words = parser.parse_args()
    if words.force and (words.folder / "scenario.toml").is_file():
        shutil.rmtree(words.folder)
    print(write_scenario(words.folder, SIZES.get(words.name) or int(words.name), relax=words.relax))


if __name__ == "__main__":
    main()
