"""Sun: the output of a fixed solar plant under a sky of wandering cloud, and the hour of sunrise.

availability(t) = PERFORMANCE × clear(t) / 1000 W/m² × (1 − CLOUD_DEPTH × u(t)^γ)

=============  ============================================================================================  =====
clear          clear-sky irradiance in the plane of the array at mid-hour (pvlib: Ineichen and Perez,        W/m2
               Linke turbidity 3; plane facing the equator, tilted by the latitude)
u              cloudiness, uniform between 0 and 1: Φ of a cloud field shifted by season                     1
γ              found by bisection so that the annual mean is the place's                                     1
=============  ============================================================================================  =====
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from planner.errors import PlannerError, UsageError
from planner.language import say
from planner.profiles.season import by_month, solve_mean

if TYPE_CHECKING:
    from planner.profiles.weather import Vector

PERFORMANCE = 0.79
"""Output over irradiance × rated capacity: soiling, heat, inverter, wiring."""
CLOUD_DEPTH = 0.82
"""Share of the clear sky's light that the thickest cloud takes."""
TURBIDITY = 3.0
STANDARD_IRRADIANCE = 1000.0
HALF_HOUR = pd.Timedelta(minutes=30)
BREADTH_MIN, BREADTH_MAX = 6.0, 18.0
"""Bounds on the length of day used for the temperature's shape [h]; near the poles the sun sets no rhythm."""


def availability(clear: Vector, cloud: Vector, place: pd.Series) -> Vector:
    """Return the output of one place's solar plant over its rated capacity, (hours,).

    Parameters
    ----------
    clear
        Output under a clear sky, (hours,).
    cloud
        Cloudiness between 0 and 1, (hours,).
    place
        ``solar_availability``, the annual mean to reproduce.
    """
    asked = float(place["solar_availability"])
    if asked > clear.mean():
        raise UsageError(
            say(
                "solar_availability of {name} is {asked:g}, but a sky without cloud gives {mean:.3g} (give a "
                "smaller annual mean)",
                name=place.name,
                asked=asked,
                mean=clear.mean(),
            )
        )
    return solve_mean(lambda exponent: clear * (1 - CLOUD_DEPTH * cloud**exponent), asked, f"sun of {place.name}")


def cloudiness(field: Vector, place: pd.Series, hours: pd.DatetimeIndex) -> Vector:
    """Return the cloudiness of one place, uniform between 0 and 1 over the year but for its season, (hours,)."""
    return np.asarray(ndtr(field + place["cloud_season"] * by_month(hours, place["cloudy_month"])))


def clear_output(place: pd.Series, hours: pd.DatetimeIndex) -> Vector:
    """Return a plant's output under a clear sky over its rated capacity, (hours,)."""
    pvlib = _pvlib()
    middle = hours + HALF_HOUR
    latitude = float(place["latitude"])
    sun = pvlib.solarposition.get_solarposition(middle, latitude, float(place["longitude"]))
    airmass = pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"])
    sky = pvlib.clearsky.ineichen(sun["apparent_zenith"], airmass, TURBIDITY)
    plane = pvlib.irradiance.get_total_irradiance(
        surface_tilt=abs(latitude),
        surface_azimuth=180 if latitude >= 0 else 0,
        solar_zenith=sun["apparent_zenith"],
        solar_azimuth=sun["azimuth"],
        dni=sky["dni"],
        ghi=sky["ghi"],
        dhi=sky["dhi"],
    )
    irradiance = plane["poa_global"].fillna(0.0).where(sun["apparent_elevation"] > 0, 0.0)
    return np.asarray((PERFORMANCE * irradiance / STANDARD_IRRADIANCE).clip(0.0, 1.0), dtype=float)


def solar_clock(place: pd.Series, hours: pd.DatetimeIndex) -> tuple[Vector, Vector]:
    """Return the true solar time at mid-hour [h, 0 to 24] and the solar time of sunrise [h], each (hours,)."""
    pvlib = _pvlib()
    day = hours.dayofyear
    declination = pvlib.solarposition.declination_spencer71(day)
    cosine = -np.tan(np.radians(place["latitude"])) * np.tan(declination)
    breadth = np.clip(2 * np.degrees(np.arccos(np.clip(cosine, -1, 1))) / 15, BREADTH_MIN, BREADTH_MAX)
    universal = (hours + HALF_HOUR).tz_convert("UTC")
    clock = universal.hour + universal.minute / 60
    equation = pvlib.solarposition.equation_of_time_spencer71(day) / 60
    solar = np.mod(clock + place["longitude"] / 15 + equation, 24.0)
    return np.asarray(solar, dtype=float), np.asarray(12 - breadth / 2, dtype=float)


def _pvlib() -> Any:
    """Return pvlib, or say how to get it."""
    try:
        import pvlib  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, and it has no types
    except ImportError as error:
        raise PlannerError(say("a typical year needs pvlib (pip install pvlib)")) from error
    return pvlib
