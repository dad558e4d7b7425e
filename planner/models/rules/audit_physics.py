"""Physical constants as the audit states them: in other words than the model's, so that a wrong one is found."""

from __future__ import annotations

EARTH_RADIUS = 6371.0088
"""[km], mean radius (IUGG); the model measures with ``pyproj``."""
LIGHT_SPEED = 299_792.458
"""[km/s], exact."""
GROUP_INDEX = 1.468
"""[1], of the glass of single-mode fibre at 1550 nm."""
MEASURED = {"optical": 9.7, "ip_private": 14.6, "internet": 16.7}
"""[ms], one way: mean latency between the hubs by network. Source: CAICT, Q1 2024."""
STRAIGHT = 5.4
"""[ms], one way: what light needs in straight fibre, in the mean of the same pairs."""


def fibre_delay() -> float:
    """Return how long light needs for a kilometre of straight fibre [ms/km], to the whole nanosecond."""
    return round(GROUP_INDEX / LIGHT_SPEED * 1e9) / 1e6


def detour(network: str) -> float:
    """Return the latency of real routes over straight fibre [1], as measured, to one digit."""
    return round(MEASURED[network] / STRAIGHT, 1)
