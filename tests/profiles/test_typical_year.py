"""The typical year: it keeps what it promises, belongs together, and is the same wherever it is made."""

from __future__ import annotations

import builtins
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.errors import PlannerError, UsageError
from planner.profiles.temperature import MEANS
from planner.profiles.typical_year import climates, hours_of, typical_year

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PLACES = ["zhongwei", "stock_gansu", "stock_heilongjiang", "stock_tibet", "chongqing", "stock_hainan"]


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    """Return the year 2025 at six places from the driest to the wettest, and from the south to the far north."""
    return typical_year(climates().loc[PLACES])


def daily(series: pd.Series) -> pd.Series:
    """Return the mean of each day."""
    return series.groupby(series.index.dayofyear).mean()


def test_the_climate_covers_every_site_of_the_national_scenario() -> None:
    """Proves that ids, coordinates and stated means of wind and sun are those of ``national-2025``; a drift breaks it."""
    folder = SCENARIOS / "national-2025"
    sites = pd.read_csv(folder / "site.csv", index_col="site")
    technologies = pd.read_csv(folder / "site_technology.csv", index_col=["technology", "site"])["availability"]
    found = climates()
    assert list(found.index) == list(sites.index)
    pd.testing.assert_frame_equal(found[["longitude", "latitude"]], sites[["longitude", "latitude"]], check_names=False)
    for technology in ("wind", "solar"):
        stated = technologies[technology]
        assert found.loc[stated.index, f"{technology}_availability"].to_dict() == stated.to_dict()
    assert set(found["confidence"]) == {"illustrative"}


@pytest.mark.parametrize("place", PLACES)
def test_means_are_reproduced(year: pd.DataFrame, place: str) -> None:
    """The annual means of wind and sun and the twelve monthly means of temperature are the place's.

    Proves: to half a unit of the fourth digit, which rounding leaves. Sensitivity: a clip after the scale is found, a
    spline through mid-month means (which misses a month's mean by tenths of a degree), noise added after the season.
    """
    climate, made = climates().loc[place], year[place]
    assert made["wind"].mean() == pytest.approx(climate["wind_availability"], abs=5e-5)
    assert made["solar"].mean() == pytest.approx(climate["solar_availability"], abs=5e-5)
    monthly = made["temperature"].groupby(made.index.month).mean()
    assert monthly.to_numpy() == pytest.approx(climate[MEANS].to_numpy(float), abs=1e-4)


@pytest.mark.parametrize("place", PLACES)
def test_bounds_calms_and_full_load(year: pd.DataFrame, place: str) -> None:
    """Proves that output stays within 0 and 1, that wind has calms and full hours, and sun stays under a clear sky.

    Sensitivity: scaling up without the cap (above 1), a marginal without tails, an availability never at 0.
    """
    wind, solar = year[place]["wind"], year[place]["solar"]
    assert wind.between(0, 1).all()
    assert solar.between(0, 0.9).all()
    assert 0.03 < (wind < 0.01).mean() < 0.35
    assert 0.001 < (wind > 0.95).mean() < 0.10
    assert not year[place].isna().any().any()


def test_night_has_no_sun_and_noon_is_where_it_belongs(year: pd.DataFrame) -> None:
    """The sun follows longitude: it is dark at night by the place's own clock, and noon comes later in the west.

    Proves: nothing from 23 to 5 o'clock anywhere; the middle of the day's output in Heilongjiang (126.5°E) near 11:34
    and in Tibet (91.1°E) near 13:55 by the clock of China, 141 minutes apart.
    Sensitivity: time taken as UTC, local solar time taken for the clock, or irradiance of the hour's start.
    """
    solar = year.xs("solar", axis=1, level="profile")
    assert (
        (solar[(solar.index.hour >= 23) | (solar.index.hour < 5)].drop(columns="stock_heilongjiang") == 0).all().all()
    )
    clock = solar.index.hour + 0.5
    noon = {place: np.average(clock, weights=solar[place]) for place in PLACES}
    assert noon["stock_tibet"] - noon["stock_heilongjiang"] == pytest.approx((126.54 - 91.14) / 15, abs=0.2)
    assert noon["zhongwei"] == pytest.approx(12 + (120 - 105.17) / 15, abs=0.2)


def test_seasons(year: pd.DataFrame) -> None:
    """Wind peaks in its month, days are long in summer, and summers are hot.

    Proves: Zhongwei's wind of March to June beats that of August to November; in the north December has fewer hours of
    sun than June by five a day. Sensitivity: a season of the wrong sign or half a year off.
    """
    wind = year["zhongwei", "wind"]
    assert wind[wind.index.month.isin([3, 4, 5, 6])].mean() > 1.2 * wind[wind.index.month.isin([8, 9, 10, 11])].mean()
    lit = (year["stock_heilongjiang", "solar"] > 0).groupby(year.index.month).sum() / 30.5
    assert lit[6] - lit[12] > 5


def test_temperature_of_the_day(year: pd.DataFrame) -> None:
    """Proves that it is coldest near sunrise and warmest in mid-afternoon by the sun's clock, with the range asked for.

    Sensitivity: the shape upside down, the warmest hour at noon, the clock's time for the sun's.
    """
    warm = year["stock_tibet", "temperature"]
    course = warm.groupby(warm.index.hour).mean()
    assert 7 <= course.idxmin() <= 8  # the sun stands two hours behind the clock
    assert 16 <= course.idxmax() <= 17
    spread = warm.groupby(warm.index.date).agg(lambda day: day.max() - day.min()).mean()
    assert spread == pytest.approx(climates().loc["stock_tibet", "temperature_range"], rel=0.15)


def test_weather_lasts(year: pd.DataFrame) -> None:
    """Wind is smooth from hour to hour and forgets over days; a cloudy day tends to follow a cloudy day.

    Proves: the autocorrelations and ramps that reanalysis of northern provinces shows (lag 1: 0.98, lag 24: 0.2 to 0.5,
    mean ramp 0.014 to 0.024; days of sun: 0.4 to 0.6). Sensitivity: white noise, or one cloud for the whole season.
    """
    for place in ("zhongwei", "stock_gansu"):
        wind = year[place]["wind"]
        assert 0.97 < wind.autocorr(1) < 0.995
        assert 0.15 < wind.autocorr(24) < 0.55
        assert abs(wind.autocorr(240)) < 0.15
        assert 0.010 < wind.diff().abs().mean() < 0.035
        assert 0.3 < daily(year[place]["solar"]).autocorr(1) < 0.65


def test_the_year_closes_on_itself(year: pd.DataFrame) -> None:
    """The first hour follows the last as any hour follows another.

    Proves: the step over New Year is no larger than the steps of the year are. Sensitivity: a field that starts at 0.
    """
    for profile, most in (("wind", 0.25), ("temperature", 4.0)):
        steps = year.xs(profile, axis=1, level="profile")
        assert (steps.iloc[0] - steps.iloc[-1]).abs().max() < most


def test_near_places_share_their_weather() -> None:
    """Proves that correlation falls with distance: Ningxia with Gansu (350 km) over Hebei (730 km) over Hainan (2,060 km).

    Sensitivity: independent noise (all near 0) or one weather for the country (all near 1).
    """
    places = ["stock_ningxia", "stock_gansu", "stock_hebei", "stock_hainan"]
    wind = typical_year(climates().loc[places]).xs("wind", axis=1, level="profile")
    near, middle, far = wind.corr().loc["stock_ningxia", places[1:]]
    assert 0.5 < near < 0.9
    assert middle < near - 0.2
    assert abs(far) < 0.15


def test_a_place_does_not_depend_on_the_others(year: pd.DataFrame) -> None:
    """Proves that Zhongwei's year is the same alone as among others; noise shared out by position breaks it."""
    alone = typical_year(climates().loc[["zhongwei"]])
    pd.testing.assert_frame_equal(alone["zhongwei"], year["zhongwei"])


def test_same_bytes_twice_and_in_another_process(year: pd.DataFrame) -> None:
    """The same places, year and seed give the same bytes; another seed gives another year in the same climate.

    Proves: in this process and in a fresh one with other hash seeds. Sensitivity: an unseeded draw, a set's order.
    """
    text = year["zhongwei"].to_csv()
    code = (
        "from planner.profiles.typical_year import climates, typical_year\n"
        "import hashlib\n"
        "text = typical_year(climates().loc[['zhongwei']])['zhongwei'].to_csv()\n"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=240)
    assert done.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()
    other = typical_year(climates().loc[["zhongwei"]], seed=1)["zhongwei"]
    assert abs(other["wind"].corr(year["zhongwei", "wind"])) < 0.3
    assert other["wind"].mean() == pytest.approx(year["zhongwei", "wind"].mean(), abs=1e-4)


def test_the_shipped_scenario_is_what_its_script_writes(tmp_path: Path) -> None:
    """The tables of ``zhongwei-24-7`` are, byte for byte, what its ``derive`` writes today.

    Proves: generator, figures and folder belong together, on every machine. Sensitivity: a generator changed without
    the folder, a table edited by hand, a number that another machine rounds otherwise.
    """
    shipped = SCENARIOS / "zhongwei-24-7"
    shutil.copytree(shipped / "derive", tmp_path / "derive", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-B", tmp_path / "derive"], check=True, capture_output=True, timeout=240)
    written = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    assert written == {path.name: path.read_bytes() for path in shipped.glob("*.csv")}


def test_leap_years_have_no_leap_day() -> None:
    """Proves that 2024 has 8,760 hours too, none on 29 February, in the clock of China; a year by counting hours breaks it."""
    for of in (2024, 2025):
        hours = hours_of(of)
        assert len(hours) == 8760
        assert str(hours.tz) == "Asia/Shanghai"
        assert (hours[0], hours[-1]) == tuple(
            pd.Timestamp(text, tz="Asia/Shanghai") for text in (f"{of}-01-01 00:00", f"{of}-12-31 23:00")
        )
    assert not ((hours_of(2024).month == 2) & (hours_of(2024).day == 29)).any()


def test_far_north_and_southern_half() -> None:
    """Proves that places beyond China make sense: no sun in polar winter and sun at midnight; summer in January down under.

    Sensitivity: a plane that always faces south, an hour of sunrise that is not a number.
    """
    row = climates().loc["stock_heilongjiang"]
    north = row.to_frame().T.assign(latitude=78.0, longitude=120.0, solar_availability=0.05)
    south = row.to_frame().T.assign(latitude=-35.0, longitude=149.0, solar_availability=0.17)
    places = pd.concat([north, south]).set_axis(["north", "south"])
    made = typical_year(places.drop(columns="confidence").astype(float))
    solar = made.xs("solar", axis=1, level="profile")
    assert (solar.loc[solar.index.month == 12, "north"] == 0).all()
    midnight = solar[(solar.index.month == 6) & (solar.index.hour == 0)]
    assert (midnight["north"] > 0).all()
    assert (midnight["south"] == 0).all()
    assert solar["south"][solar.index.month == 1].mean() > 1.1 * solar["south"][solar.index.month == 6].mean()
    assert not made.isna().any().any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"wind_availability": 1.2}, "wind_availability of zhongwei is 1.2, it should be from 0 to 0.9"),
        ({"solar_availability": 0.3}, "a sky without cloud gives"),
        ({"solar_availability": 0.02}, "no weather has the annual mean 0.02"),
        ({"latitude": float("nan")}, "latitude of zhongwei is nan"),
    ],
)
def test_impossible_places_are_refused(change: dict[str, float], said: str) -> None:
    """Proves that a place out of bounds or with a mean no weather has is refused by name; a silent clip breaks it."""
    with pytest.raises(UsageError, match=said):
        typical_year(climates().loc[["zhongwei"]].assign(**change))


def test_misused_calls_are_refused() -> None:
    """Proves that a missing column, a place named twice, no place and a negative seed are refused."""
    places = climates().loc[["zhongwei"]]
    with pytest.raises(UsageError, match="lack the columns cloud_season"):
        typical_year(places.drop(columns="cloud_season"))
    with pytest.raises(UsageError, match="each named once"):
        typical_year(pd.concat([places, places]))
    with pytest.raises(UsageError, match="at least one"):
        typical_year(places.iloc[:0])
    with pytest.raises(UsageError, match="seed is -1"):
        typical_year(places, seed=-1)


def test_without_pvlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the core install is told of the extra; a bare ImportError breaks it."""
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".", maxsplit=1)[0] == "pvlib":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PlannerError, match="pip install pvlib"):
        typical_year(climates().loc[["zhongwei"]])
