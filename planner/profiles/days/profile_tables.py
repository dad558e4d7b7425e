"""``profile.csv`` and ``profile_quantile.csv``: what the year was like before days were chosen from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.profiles.days.profile_values import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.profiles.days.reduced_tables import Reduction

PROFILE, QUANTILE = "profile", "quantile"
NUMBERS = ("mean_full", "mean_reduced", "rmse", "duration_curve_rmse")
DIGITS, NOTHING = 9, 1e-11


def profile_tables(reduction: Reduction, quantiles: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the two tables as text; profiles that are not given for every timestep have no row."""
    rows: list[dict[str, Any]] = []
    curves: list[list[float]] = []
    for name in sorted(reduction.profiles):
        profiles = reduction.profiles[name]
        error = errors(profiles, reduction.kept[name], reduction.choice)
        keys = np.array(profiles.keys, dtype=object)[profiles.is_complete]
        places = _places(error.in_order.shape[1], quantiles)
        curves.extend(error.in_order[:, places].tolist())
        numbers = zip(*(getattr(error, column).tolist() for column in NUMBERS), strict=True)
        rows.extend(
            {"parameter": name, "key": key, **dict(zip(NUMBERS, map(_short, values), strict=True))}
            for key, values in zip(keys, numbers, strict=True)
        )
    width = max(3, len(str(len(rows))))
    ids = [f"p{number:0{width}d}" for number in range(1, len(rows) + 1)]
    columns = ["parameter", "key", *NUMBERS]
    profile = pd.DataFrame(rows, columns=columns, dtype=object)
    profile.insert(0, PROFILE, pd.Series(ids, dtype=object))
    curve = {
        PROFILE: np.repeat(np.array(ids, dtype=object), len(quantiles)),
        QUANTILE: list(quantiles) * len(ids),
        "quantile_full": [_short(value) for values in curves for value in values],
    }
    return {PROFILE: profile, f"{PROFILE}_{QUANTILE}": pd.DataFrame(curve, dtype=object)}


def _places(count: int, quantiles: Sequence[str]) -> list[int]:
    """Return the places, in a sorted year of so many steps, of the least values that so many percent do not exceed."""
    return [max(0, -(-int(quantile) * count // 100) - 1) for quantile in quantiles]


def _short(number: float) -> str:
    return f"{number:.{DIGITS}g}" if abs(number) > NOTHING else "0"
