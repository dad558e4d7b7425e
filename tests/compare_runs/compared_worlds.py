"""Worlds whose plans are known by hand, and plans compared without folders.

``ONE`` is ``HAND`` with all its demand at the coast. ``far`` is the cheaper and full, so 13.5 MW of the 36 MW by day
(2000 h) and of the 18 MW by night (1000 h) are done there, and by the hours ``near`` does (2 × 22.5 + 4.5) / 3 =
16.5 MW.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from planner.studies.compare.differences.comparison import Comparison, compare_runs
from planner.studies.compare.differences.run import Run
from tests.algebra import HAND, plan

if TYPE_CHECKING:
    from tests.worlds import World

ONE = HAND.with_cells("region_workload", "demand", {"coast;web": 30, "inland;web": 0})
NARROW = ONE.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 10})
"""9 MW usable at ``far``: 4.5 MW less in every hour."""
MORE = ONE.with_cells("region_workload", "demand", {"coast;web": 33})
SHORT = ONE.with_cells("workload", "unserved_price", {"web": 5000}).with_cells(
    "site_compute_type", "capacity_existing", {"near;cpu": 20}
)
"""16 MW usable at ``near``: by day 36 - 13.5 - 16 = 6.5 MW stay unserved, 4.333 MW by the hours."""


def compared(before: World, after: World) -> Comparison:
    """Return the comparison of two worlds' plans."""
    return compare_runs(Run("before", plan(before), "/before"), Run("after", plan(after), "/after"))


def moves(comparison: Comparison) -> dict[tuple[str, str, str, str, str], float]:
    """Return the moves by kind, region, workload, from and to."""
    table = comparison.tables["moved"]
    return {tuple(row[:5]): row[5] for row in table.itertuples(index=False, name=None)}  # type: ignore[misc]


@cache
def tables_of(
    loads: tuple[tuple[str, float], ...], demand: float, unserved: float = 0.0, weights: tuple[float, ...] = (1.0,)
) -> dict[str, pd.DataFrame]:
    """Return result tables of one region's workload: the same load by site in every timestep."""
    steps = [f"t{number}" for number in range(len(weights))]
    return {
        "time": pd.DataFrame({"timestep": steps, "timestep_weight": weights}),
        "demand": pd.DataFrame(
            [("r", "k", step, demand, unserved) for step in steps],
            columns=["region", "workload", "timestep", "demand", "unserved_demand"],
        ),
        "allocation": pd.DataFrame(
            [("r", "k", site, "direct", step, load) for site, load in loads for step in steps],
            columns=["region", "workload", "site", "path", "timestep", "allocation"],
        ).astype({"allocation": float}),
    }
