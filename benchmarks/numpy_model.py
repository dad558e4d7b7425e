"""The national model in bare numpy: arrays → CSC → HiGHS, written by hand from the formulas.

An oracle for the planner (``tests/oracle``) and the yardstick of ``compare.py``. It shares no rule with
``planner/models/features``. Columns are written family by family, each with its rows, so that nothing needs sorting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from inputs import read_inputs
from scipy import sparse

if TYPE_CHECKING:
    from inputs import Inputs, Numbers, Vector

    from planner.scenario.scenario import Scenario

COLUMNWISE, MINIMISE = 1, 1


@dataclass(frozen=True)
class Arrays:
    """Minimise cost · x + constant subject to row_lower ≤ A x ≤ row_upper, 0 ≤ x ≤ upper."""

    matrix: sparse.csc_array
    row_lower: Vector
    row_upper: Vector
    cost: Vector
    upper: Vector
    is_integer: Any


class Rows:
    """Where the rows of each rule begin; a rule over timesteps has its rows member by member."""

    def __init__(self, inputs: Inputs) -> None:
        regions, workloads, sites, types, pairs, steps = inputs.sizes
        buildable, contractable = inputs.modules_max > 0, inputs.green_max > inputs.green_existing
        self.opened = buildable & ~np.isnan(inputs.opening_cost)[:, None]
        self.shared = ~np.isnan(inputs.share_min)
        sizes = {
            "demand_balance": regions * workloads * steps,
            "site_capacity": sites * types * steps,
            "power_balance": sites * steps,
            "availability": pairs * steps,
            "floor": sites,
            "opened_first": int(self.opened.sum()),
            "capacity_limit": int(contractable.sum()),
            "share": int(self.shared.sum()),
        }
        ends = np.cumsum(list(sizes.values()))
        self.total = int(ends[-1])
        self.of = {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}

    def first(self, rule: str) -> int:
        """Return the number of a rule's first row."""
        return int(self.of[rule].start)


def build(scenario: Scenario) -> Arrays:
    """Return the whole model of a scenario."""
    return build_arrays(read_inputs(scenario))


def build_arrays(inputs: Inputs) -> Arrays:
    """Return the whole model."""
    rows = Rows(inputs)
    families = [_allocation(inputs, rows), *_supply(inputs, rows), *_choices(inputs, rows)]
    matrices, costs, uppers = zip(*families, strict=True)
    matrix = sparse.hstack(matrices, format="csc")
    matrix.eliminate_zeros()  # a sun that does not shine
    modules, opened = matrices[-2].shape[1], matrices[-1].shape[1]
    is_integer = np.zeros(matrix.shape[1], dtype=bool)
    is_integer[matrix.shape[1] - modules - opened :] = True
    lower, upper = _sides(inputs, rows)
    return Arrays(matrix, lower, upper, np.concatenate(costs), np.concatenate(uppers), is_integer)


def hand_over(arrays: Arrays) -> Any:
    """Return a HiGHS that holds the model, given to it in one call."""
    highs: Any = highspy.Highs()
    rows, columns = arrays.matrix.shape
    status = highs.passModel(
        columns,
        rows,
        arrays.matrix.nnz,
        COLUMNWISE,
        MINIMISE,
        0.0,
        arrays.cost,
        np.zeros(columns),
        arrays.upper,
        arrays.row_lower,
        arrays.row_upper,
        arrays.matrix.indptr,
        arrays.matrix.indices,
        arrays.matrix.data,
        arrays.is_integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused the model")
    return highs


def _columns(rows: Rows, shape: tuple[int, ...], *entries: tuple[Any, Any]) -> sparse.csc_array:
    """Return columns with the same number of entries each: pairs of row and value, broadcast to the shape."""
    count, each = int(np.prod(shape)), len(entries)
    indices, data = np.empty((*shape, each), dtype=np.int32), np.empty((*shape, each))
    for number, (row, value) in enumerate(entries):
        indices[..., number], data[..., number] = row, value
    starts = np.arange(0, count * each + 1, each, dtype=np.int32)
    return sparse.csc_array((data.ravel(), indices.ravel(), starts), shape=(rows.total, count))


def _allocation(inputs: Inputs, rows: Rows) -> tuple[sparse.csc_array, Vector, Vector]:
    """Work over each route, in four rows: demand met, capacity used, power drawn, utilisation raised."""
    _, workloads, _, types, _, steps = inputs.sizes
    step = np.arange(steps, dtype=np.int32)
    asked = (inputs.region * workloads + inputs.workload)[:, None] * steps + step
    used = (inputs.site * types + inputs.type_of[inputs.workload])[:, None] * steps + step
    drawn = inputs.site[:, None] * steps + step
    matrix = _columns(
        rows,
        (len(inputs.site), steps),
        (asked + rows.first("demand_balance"), 1.0),
        (used + rows.first("site_capacity"), 1.0),
        (drawn + rows.first("power_balance"), -inputs.pue[inputs.site]),
        (inputs.site[:, None] + rows.first("floor"), inputs.weight),
    )
    cost = np.outer(inputs.traffic + inputs.water[inputs.site], inputs.weight).ravel()
    return matrix, cost, np.full(len(cost), np.inf)


def _supply(inputs: Inputs, rows: Rows) -> list[tuple[sparse.csc_array, Vector, Vector]]:
    """Grid power, green power and excess by timestep."""
    _, _, sites, _, pairs, steps = inputs.sizes
    grid = np.arange(sites * steps, dtype=np.int32).reshape(sites, steps)
    pair = np.arange(pairs * steps, dtype=np.int32).reshape(pairs, steps)
    available = (pair + rows.first("availability"), 1.0)
    site = inputs.green_site[:, None]
    counted = _share_rows(inputs, rows)[site], np.where(inputs.share_min[site] >= 0, inputs.weight, 0.0)
    power = (site * steps + np.arange(steps, dtype=np.int32) + rows.first("power_balance"), 1.0)
    grid_cost = (inputs.grid_power_price + inputs.carbon_price * inputs.emission_factor) * inputs.weight
    green_cost = np.outer(inputs.green_power_price, inputs.weight)
    excess_cost = green_cost - np.outer(inputs.excess_price, inputs.weight)
    families = [
        (_columns(rows, grid.shape, (grid + rows.first("power_balance"), 1.0)), grid_cost),
        (_columns(rows, pair.shape, power, available, counted), green_cost),
        (_columns(rows, pair.shape, available), excess_cost),
    ]
    return [(matrix, cost.ravel(), np.full(cost.size, np.inf)) for matrix, cost in families]


def _choices(inputs: Inputs, rows: Rows) -> list[tuple[sparse.csc_array, Vector, Vector]]:
    """New green capacity, certificates, modules and openings: once, not by timestep."""
    return [_green_capacity(inputs, rows), _certificates(inputs, rows), *_building(inputs, rows)]


def _green_capacity(inputs: Inputs, rows: Rows) -> tuple[sparse.csc_array, Vector, Vector]:
    _, _, _, _, pairs, steps = inputs.sizes
    new = np.flatnonzero(inputs.green_max > inputs.green_existing)
    available = np.arange(pairs * steps).reshape(pairs, steps)[new] + rows.first("availability")
    limit = np.arange(len(new)) + rows.first("capacity_limit")
    row = np.hstack([available, limit[:, None]])
    value = np.hstack([-inputs.availability[new], np.ones((len(new), 1))])
    column = np.repeat(np.arange(len(new)), steps + 1)
    matrix = _triplets(rows, len(new), (row.ravel(), column, value.ravel()))
    return matrix, inputs.green_capacity_cost[new], np.full(len(new), np.inf)


def _certificates(inputs: Inputs, rows: Rows) -> tuple[sparse.csc_array, Vector, Vector]:
    sites = np.flatnonzero(~np.isnan(inputs.certificate_price))
    counts = np.flatnonzero(inputs.share_min[sites] >= 0)
    matrix = _triplets(rows, len(sites), (_share_rows(inputs, rows)[sites[counts]], counts, np.ones(len(counts))))
    return matrix, inputs.certificate_price[sites], np.full(len(sites), np.inf)


def _building(inputs: Inputs, rows: Rows) -> list[tuple[sparse.csc_array, Vector, Vector]]:
    """Modules, which add capacity and its duties, and the openings that they need."""
    _, _, _, types, _, steps = inputs.sizes
    site, kind = np.nonzero(inputs.modules_max > 0)
    each = np.arange(len(site))
    size, most = inputs.module_size[site, kind], inputs.modules_max[site, kind]
    usable = ((site * types + kind) * steps)[:, None] + np.arange(steps) + rows.first("site_capacity")
    duty = -inputs.utilisation_min[site] * inputs.weight.sum() * size
    yearly = inputs.share_min * inputs.utilisation_new * (inputs.pue @ inputs.weight)
    shared = np.flatnonzero(rows.shared[site])
    openable = np.unique(site[~np.isnan(inputs.opening_cost[site])])
    linked = np.flatnonzero(rows.opened[site, kind])
    link = np.arange(len(linked)) + rows.first("opened_first")
    modules = _triplets(
        rows,
        len(site),
        (usable.ravel(), np.repeat(each, steps), np.repeat(-inputs.utilisation_max[site] * size, steps)),
        (site + rows.first("floor"), each, duty),
        (link, linked, np.ones(len(linked))),
        (_share_rows(inputs, rows)[site[shared]], shared, -(yearly[site] * size)[shared]),
    )
    opening = np.searchsorted(openable, site[linked])
    opened = _triplets(rows, len(openable), (link, opening, -most[linked]))
    return [
        (modules, inputs.module_cost[site, kind], most),
        (opened, inputs.opening_cost[openable], np.ones(len(openable))),
    ]


def _share_rows(inputs: Inputs, rows: Rows) -> Numbers:
    """Return the row of each site's green share; a site without one has a row number of no use."""
    number = np.cumsum(rows.shared) - 1
    return (np.where(rows.shared, number, 0) + rows.first("share") * (inputs.share_min.size > 0)).astype(np.int32)


def _triplets(rows: Rows, columns: int, *parts: tuple[Any, Any, Any]) -> sparse.csc_array:
    row, column, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    matrix = sparse.coo_array((value, (row.astype(np.int32), column.astype(np.int32))), shape=(rows.total, columns))
    return matrix.tocsc()


def _sides(inputs: Inputs, rows: Rows) -> tuple[Vector, Vector]:
    steps = len(inputs.weight)
    lower, upper = np.full(rows.total, -np.inf), np.zeros(rows.total)
    of = rows.of
    lower[of["demand_balance"]] = (inputs.demand[..., None] * inputs.profile).ravel()
    upper[of["demand_balance"]] = lower[of["demand_balance"]]
    usable = inputs.utilisation_max[:, None] * inputs.capacity
    upper[of["site_capacity"]] = np.repeat(usable.ravel(), steps)
    lower[of["power_balance"]] = 0.0
    upper[of["availability"]] = (inputs.availability * inputs.green_existing[:, None]).ravel()
    lower[of["floor"]] = inputs.utilisation_min * inputs.weight.sum() * inputs.capacity.sum(axis=1)
    upper[of["floor"]] = np.inf
    new = inputs.green_max > inputs.green_existing
    upper[of["capacity_limit"]] = (inputs.green_max - inputs.green_existing)[new]
    lower[of["share"]] = inputs.committed[rows.shared]
    upper[of["share"]] = np.inf
    return lower, upper
