"""The clock of China, for hours given in any time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import UsageError
from planner.language import say

if TYPE_CHECKING:
    import pandas as pd

TIME_ZONE = "Asia/Shanghai"


def beijing(hours: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the hours by the clock of China; refuse hours without a time zone."""
    if hours.tz is None:
        raise UsageError(say("the hours have no time zone (give one, such as hours.tz_localize('Asia/Shanghai'))"))
    return hours.tz_convert(TIME_ZONE)
