"""The days of an axis as each language writes them."""

from datetime import date
from typing import Final

from planner.language import Message, say

WEEKDAYS: Final = (say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun"))
MONTHS: Final = (
    say("Jan"), say("Feb"), say("Mar"), say("Apr"), say("May"), say("Jun"),
    say("Jul"), say("Aug"), say("Sep"), say("Oct"), say("Nov"), say("Dec"),
)  # fmt: skip


def name_day(day: date) -> Message:
    """Return a date, such as ``14 Jul`` or ``7月14日``."""
    return say("{day} {month}", day=day.day, month=MONTHS[day.month - 1])


def name_weekday(day: date) -> Message:
    """Return a date with its weekday, such as ``Mon 14 Jul`` or ``7月14日 周一``."""
    return say("{weekday} {day}", weekday=WEEKDAYS[day.weekday()], day=name_day(day))
