"""What stands in a year of what may be built, and at which yearly price: from inputs and tables, for audits alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


class Stock(NamedTuple):
    """What stands of one investment, beside what stood before anything was built.

    Parameters
    ----------
    amount
        By the ids of its index; NaN where the tables do not tell.
    price
        [CNY/a] a unit; what is not there costs nothing.
    is_whole
        Whether it is built in whole units.
    """

    amount: pd.Series
    price: pd.Series
    is_whole: bool = False
