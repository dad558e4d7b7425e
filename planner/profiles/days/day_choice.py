"""Which days stand for the year: extreme days for themselves, and a real day for each cluster of the others."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

Matrix = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]
FIRST = "2001-01-01"
"""Any day: tsam wants a calendar, and the clusters do not depend on it."""
HOURS_OF_A_DAY = 24


@dataclass(frozen=True)
class Choice:
    """The days chosen.

    Attributes
    ----------
    days
        (chosen,) the days that stand for the year, in their order.
    stands_for
        (days of the year,) the place in ``days`` of the day that stands for each.
    extremes
        The extreme days among them: why and which.
    """

    days: Days
    stands_for: Days
    extremes: dict[str, int]

    @property
    def counts(self) -> Days:
        """How many days each chosen day stands for, (chosen,)."""
        return np.bincount(self.stands_for, minlength=len(self.days))

    @property
    def is_extreme(self) -> npt.NDArray[np.bool_]:
        """Which of the chosen days are extreme ones, (chosen,)."""
        return np.isin(self.days, list(self.extremes.values()))


def choose_days(groups: Sequence[Matrix], extremes: dict[str, int], days: int, year: tuple[int, int]) -> Choice:
    """Choose days that stand for all others."""
    count, steps = year
    if days == count:
        return Choice(np.arange(count), np.arange(count), {})
    kept: dict[str, int] = {}
    for why, day in extremes.items():
        if day in kept.values() or len(set(kept.values())) < days - 1:
            kept[why] = day
    apart = sorted(set(kept.values()))
    rest = np.setdiff1d(np.arange(count), apart)
    medoids, cluster = _clusters(groups, rest, days - len(apart), steps)
    owner = np.arange(count)
    owner[rest] = rest[medoids][cluster]
    chosen = np.unique(owner)
    return Choice(chosen, np.searchsorted(chosen, owner), kept)


def _clusters(groups: Sequence[Matrix], rest: Days, clusters: int, steps: int) -> tuple[Days, Days]:
    """Return the medoids as places in ``rest``, (clusters,), and the cluster of each of ``rest``, (rest,)."""
    varying = [group[np.ptp(group, axis=1) > 0] for group in groups]
    varying = [group for group in varying if len(group)]
    if not varying:  # one day is like another
        first = np.arange(len(rest)) * clusters // len(rest)
        return np.searchsorted(first, np.arange(clusters)), first
    tsam: Any = import_module("tsam")
    columns = np.concatenate([_of_days(group, rest, steps) for group in varying])
    # tsam weighs a difference before it is squared: the columns of a group weigh as much as one profile would.
    weights = np.concatenate([np.full(len(group), len(group) ** -0.5) for group in varying])
    names = [f"p{number}" for number in range(len(columns))]
    length = pd.Timedelta(hours=HOURS_OF_A_DAY) / steps
    frame = pd.DataFrame(columns.T, index=pd.date_range(FIRST, periods=columns.shape[1], freq=length), columns=names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a day without extremes is below the year's maximum is what is meant
        found = tsam.aggregate(
            frame,
            clusters,
            period_duration=HOURS_OF_A_DAY,
            temporal_resolution=HOURS_OF_A_DAY / steps,
            cluster=tsam.ClusterConfig(method="hierarchical", representation="medoid"),
            preserve_column_means=False,
            weights=dict(zip(names, weights.tolist(), strict=True)),
        )
    return np.asarray(found.clustering.cluster_centers), np.asarray(found.cluster_assignments)


def _of_days(group: Matrix, rest: Days, steps: int) -> Matrix:
    return group.reshape(len(group), -1, steps)[:, rest].reshape(len(group), -1)
