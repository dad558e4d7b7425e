"""Reduce limits that stand for "no limit" to the most that a site could use: decision 0038.

A limit of 9999999 modules says that nobody counted. Where it multiplies a binary (``modules ≤ limit × open``), a solver
whose whole numbers are whole to 1e-6 has ten modules at a closed site, and may as well say that there is no plan at
all; an integer with a bound of 1e12 keeps its search from ending. So such a limit is brought down to what could be
used, far above what any plan would build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from planner.models.algebra.plan_model import PlanModel
    from planner.scenario.scenario import Scenario

Vector = npt.NDArray[np.float64]
LEVELS = (10_000.0, 1_000_000.0)
"""A limit on modules up to the first is what it says: a binary that is whole to 1e-6 lets a hundredth of a module slip
by, which no whole number of modules can use. The second is for modules so small that thousands are needed."""
HEADROOM = 2.0
"""A level is taken where it is so many times what could be used. What could be used moves with demand and utilisation,
the levels do not, so that ``explain``, which moves them, sees the same limit."""
PAIR = ["site", "compute_type"]


def modules_usable(m: PlanModel, limit: pd.Series) -> pd.Series:
    """Return limits on modules, those above a level that is ample for what could be used brought down to it [1].

    Parameters
    ----------
    m
        With its routes and the scenario's parameters.
    limit
        ``modules_max`` by site and compute type [1].
    """
    load = most_load(m).reindex(limit.index, fill_value=0.0)
    size = m.inputs.series("module_size").reindex(limit.index).mul(m.inputs.series("utilisation_max"), level="site")
    needed = np.divide(load, size, out=np.zeros(len(limit)), where=(size > 0.0).to_numpy())
    return limit.astype(float).clip(upper=ample(needed))


def ample(needed: Vector) -> Vector:
    """Return the levels down to which limits may be brought where so many modules could be used, ∞ for none."""
    return np.select([needed * HEADROOM <= level for level in LEVELS], LEVELS, np.inf)


def most_load(m: PlanModel) -> pd.Series:
    """Return the most load that any plan can put on a site in a timestep [MW], by site and compute type.

    All work that has a route to the site, at its peak, whatever stands or is built elsewhere, and the room that
    features may take there beside it.
    """
    types = m.inputs.series("workload.compute_type")
    work = m.routes[["region", "workload", "site"]].drop_duplicates()
    most = most_at_once(m.inputs) * m.inputs.series("peak_factor")
    demand = m.inputs.series("demand").mul(most, level="workload").rename("load")
    work = work.assign(compute_type=work["workload"].map(types)).join(demand, on=["region", "workload"])
    factor = m.inputs.series("work_factor").reindex(pd.MultiIndex.from_frame(work[["workload", "site"]]))
    load: pd.Series = (work["load"] * factor.to_numpy(float)).groupby([work[key] for key in PAIR]).sum()
    for feature, occupies in m.inputs.declarations.occupies.items():
        if m.inputs.has(feature):
            load = load.add(occupies(m.inputs).groupby(PAIR)["load"].sum(), fill_value=0.0)
    return load


def most_at_once(inputs: Scenario) -> pd.Series:
    """Return the most of a workload that can be served in one timestep, over its mean demand [1], by workload.

    The peak of its profile; of work that can wait, all that came in as long as it may wait, or in the whole period,
    done in the shortest timestep.
    """
    profile = inputs.series("demand_profile").unstack("timestep")
    most = profile.max(axis=1)
    if not inputs.has("flexible_workloads"):
        return most
    steps = profile.columns
    duration = inputs.series("timestep_duration").reindex(steps)
    period = inputs.series("period").reindex(steps).fillna("").to_numpy()
    longest = inputs.series("deferral_max").reindex(most.index, fill_value=0.0)
    of_period = profile.mul(duration, axis=1).T.groupby(period).sum().max()
    waits = np.minimum(of_period, most * (longest + duration.max())) / duration.min()
    return most.where(longest <= 0.0, np.maximum(most, waits))
