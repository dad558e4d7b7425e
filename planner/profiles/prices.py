"""Prices by time of use (分时电价): peak, flat and valley hours of a province. Illustrative.

Two patterns, drawn after the provinces' notices: the usual one (valley at night, peaks before noon and in the evening),
and that of the solar provinces of the north-west such as Gansu and Ningxia, whose valley is the middle of the day.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.profiles.clock import beijing

PEAK, FLAT, VALLEY = 1.5, 1.0, 0.5
"""Price over the flat price; the national guidance asks for at least 3 to 1 between peak and valley."""
USUAL = "vvvvvvvffffppffffpppppff"
"""Period of each hour of the clock: p peak, f flat, v valley."""
MIDDAY_VALLEY = "fffffffppvvvvvvvvppppppf"
FACTORS = {"p": PEAK, "f": FLAT, "v": VALLEY}


def time_of_use(hours: pd.DatetimeIndex, *, midday_valley: bool = False) -> pd.Series:
    """Return the price of each hour over the mean price.

    Returns
    -------
    Series
        ``time_of_use`` [1], indexed by the hours.
    """
    periods = MIDDAY_VALLEY if midday_valley else USUAL
    factor = np.array([FACTORS[period] for period in periods])[beijing(hours).hour]
    return pd.Series(factor / factor.mean(), hours, name="time_of_use")
