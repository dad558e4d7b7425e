"""Small problems of many periods, put together by hand, and what HiGHS alone says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from scipy import sparse

from planner.models.solving.apart.asking.periods import Periods
from planner.models.solving.highs.exchange import Arrays
from planner.models.solving.large.block_start import CHAIN, LINK

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Vector

SITES, DEMANDS, HOURS = 3, 4, 3


class Sketch:
    """A programme put together column by column, with the block of each row and column."""

    def __init__(self) -> None:
        self.columns: list[tuple[float, float, float, bool, int, bool]] = []
        self.rows: list[tuple[float, float, int]] = []
        self.entries: list[tuple[int, int, float]] = []

    def column(
        self, cost: float, upper: float = np.inf, block: int = LINK, *, whole: bool = False, loose: bool = False
    ) -> int:
        """Add a column from 0 on and return its number."""
        self.columns.append((cost, 0.0, upper, whole, block, loose))
        return len(self.columns) - 1

    def row(self, lower: float, upper: float, block: int, entries: list[tuple[int, float]]) -> int:
        """Add a row with its columns and coefficients."""
        self.rows.append((lower, upper, block))
        self.entries += [(len(self.rows) - 1, column, number) for column, number in entries]
        return len(self.rows) - 1

    def arrays(self, periods: int) -> Arrays:
        """Return the whole."""
        rows, columns, data = (np.array(part) for part in zip(*self.entries, strict=True))
        shape = len(self.rows), len(self.columns)
        matrix = sparse.csc_array((data.astype(float), (rows.astype(int), columns.astype(int))), shape=shape)
        matrix.sort_indices()
        cost, lower, upper, whole, block, loose = (np.array(part) for part in zip(*self.columns, strict=True))
        row_lower, row_upper, row_block = (np.array(part) for part in zip(*self.rows, strict=True))
        return Arrays(
            matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data,
            row_lower, row_upper, lower, upper, whole.astype(bool), cost[None, :].astype(float), 0, np.zeros(0),
            row_block.astype(np.int32), block.astype(np.int32),
            np.repeat(np.arange(periods), HOURS).astype(np.int32), loose.astype(bool),
        )  # fmt: skip


def planning(
    seed: int, periods: int, *, whole: bool = True, share: float = 0.5, protected: tuple[float, float] | None = None
) -> Arrays:
    """Return halls and green power to be built, work to be placed in every hour, a store, a share over the year.

    Where work is protected, between these amounts, it has to find room whichever site is lost.
    """
    rng = np.random.default_rng(seed)
    sketch = Sketch()
    size = 4.0
    halls = [sketch.column(float(rng.uniform(600, 1500)), 6.0, whole=whole) for _ in range(SITES)]
    green = [sketch.column(float(rng.uniform(100, 300)), 60.0) for _ in range(SITES)]
    bought = sketch.column(60.0, 1e5)  # certificates: no row of a period knows them
    used: list[tuple[int, float]] = [(bought, 1.0)]
    busy: list[tuple[int, float]] = []
    haul, price = rng.uniform(1, 30, (DEMANDS, SITES)), rng.uniform(20, 60, SITES)
    for period in range(periods):
        stored = [sketch.column(0.0, 8.0, CHAIN - period) for _ in range(HOURS)]
        for hour in range(HOURS):
            block, weight = period * HOURS + hour, 365 / periods
            loads: list[list[tuple[int, float]]] = [[] for _ in range(SITES)]
            for demand in range(DEMANDS):
                routes = [sketch.column(weight * haul[demand, site], block=block, loose=True) for site in range(SITES)]
                amount = float(rng.uniform(1, 5))
                sketch.row(amount, amount, block, [(route, 1.0) for route in routes])
                for site, route in enumerate(routes):
                    loads[site].append((route, 1.0))
            charge, discharge = sketch.column(0.0, 4.0, block), sketch.column(0.0, 4.0, block)
            sketch.row(
                0.0, 0.0, CHAIN - period,
                [(stored[hour], 1.0), (stored[hour - 1], -1.0), (charge, -0.9), (discharge, 1.0)],
            )  # fmt: skip
            for site in range(SITES):
                grid, own = sketch.column(weight * price[site], block=block), sketch.column(0.0, block=block)
                moved = [(charge, 1.0), (discharge, -1.0)] if site == 0 else []
                sketch.row(-np.inf, 3.0, block, [*loads[site], (halls[site], -size)])
                pue = float(rng.uniform(1.1, 1.4))
                power = [(route, pue) for route, _ in loads[site]]
                sketch.row(0.0, 0.0, block, [*power, *moved, (grid, -1.0), (own, -1.0)])
                sketch.row(-np.inf, 0.0, block, [(own, 1.0), (green[site], -float(rng.uniform(0, 1)))])
                used += [(own, weight), *((route, -share * weight * pue) for route, _ in loads[site])]
                if site == 1:
                    busy += [(route, weight) for route, _ in loads[site]]
    sketch.row(0.0, np.inf, LINK, used)
    sketch.row(0.4 * 3.0 * HOURS * 365, np.inf, LINK, busy)
    sketch.row(-np.inf, 9.0, LINK, [(hall, 1.0) for hall in halls])
    for lost in range(SITES) if protected is not None else ():
        _outage(sketch, halls, size, rng.uniform(*protected, DEMANDS), lost)  # type: ignore[misc]  # it is there
    return sketch.arrays(periods)


def _outage(sketch: Sketch, halls: list[int], size: float, amounts: Vector, lost: int) -> None:
    """Add work that has to find room in the sites that are left: it costs nothing where it goes."""
    left = [site for site in range(SITES) if site != lost]
    routes = {(demand, site): sketch.column(0.0) for demand in range(DEMANDS) for site in left}
    for demand, amount in enumerate(amounts):
        sketch.row(float(amount), float(amount), LINK, [(routes[demand, site], 1.0) for site in left])
    for site in left:
        load = [(routes[demand, site], 1.0) for demand in range(DEMANDS)]
        sketch.row(-np.inf, 3.0, LINK, [*load, (halls[site], -size)])


def repeated(count: int) -> Arrays:
    """Return a problem of equal periods, each a part of what the one period of seed 4 stands for."""
    sketches = planning(4, 1)
    periods = Periods(sketches)
    sketch = Sketch()
    links = {int(link): sketch.column(
        float(sketches.costs[0][link]), float(sketches.column_upper[link]), whole=bool(sketches.is_integer[link])
    ) for link in periods.links}  # fmt: skip
    matrix = sparse.csc_array(
        (sketches.data, sketches.indices, sketches.starts), shape=(sketches.rows, sketches.columns)
    )
    dense = matrix.toarray()
    yearly: dict[int, list[tuple[int, float]]] = {
        int(row): [(links[int(link)], dense[row, link]) for link in periods.links if dense[row, link]]
        for row in periods.link_rows
    }
    for period in range(count):
        mine = {
            int(column): sketch.column(
                float(sketches.costs[0][column]) / count, float(sketches.column_upper[column]),
                _moved(int(sketches.column_block[column]), period), loose=bool(sketches.on_demand[column]),
            )
            for column in periods.columns[0]
        }  # fmt: skip
        for row in periods.rows[0]:
            entries = [({**links, **mine}[int(at)], dense[row, at]) for at in np.flatnonzero(dense[row])]
            block = _moved(int(sketches.row_block[row]), period)
            sketch.row(float(sketches.row_lower[row]), float(sketches.row_upper[row]), block, entries)
        for row, entries in yearly.items():
            entries += [(mine[int(at)], dense[row, at] / count) for at in periods.columns[0] if dense[row, at]]
    for row, entries in yearly.items():
        sketch.row(float(sketches.row_lower[row]), float(sketches.row_upper[row]), LINK, entries)
    return sketch.arrays(count)


def _moved(block: int, period: int) -> int:
    """Return the block of the same hour, or of the same chain, in another period."""
    return block + HOURS * period if block >= 0 else block - period


def direct(arrays: Arrays, *, whole: bool = True) -> float:
    """Return the optimum of the whole, its integers whole or not, by HiGHS alone."""
    make: Any = highspy.Highs
    highs = make()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 1e-9)
    highs.passModel(
        arrays.columns, arrays.rows, len(arrays.data), 1, 1, 0.0, arrays.costs[0], arrays.column_lower,
        arrays.column_upper, arrays.row_lower, arrays.row_upper, arrays.starts, arrays.indices, arrays.data,
        (arrays.is_integer & whole).astype(np.int32),
    )  # fmt: skip
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value)


def broken(arrays: Arrays, values: Vector) -> float:
    """Return by how much a point breaks rows and bounds at most."""
    terms = arrays.data * np.repeat(values, np.diff(arrays.starts))
    activity = np.bincount(arrays.indices, terms, minlength=arrays.rows)
    over = np.maximum(arrays.row_lower - activity, activity - arrays.row_upper).max()
    return float(max(over, (arrays.column_lower - values).max(), (values - arrays.column_upper).max()))
