"""Problems of many periods solved period by period: the same optimum as the whole, and a bound that proves it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import pytest
from scipy import sparse

from planner.models.solving.apart import apart
from planner.models.solving.apart.periods import Periods, helps
from planner.models.solving.apart.sample import sampled, spread
from planner.models.solving.highs import options
from planner.models.solving.highs.exchange import Arrays, Clock, Request
from planner.models.solving.large.block_start import CHAIN, LINK
from planner.models.solving.process.answers import answer_apart
from planner.models.solving.proof.leaves import unpacked, vector_of
from planner.models.solving.proof.safe_bound import Prover, Relaxation

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.apart.apart import Apart
    from planner.models.solving.highs.exchange import Vector

GAP = 1e-3
REQUEST = Request("solve", "highs", None, GAP, 1, 0, tie_break=False)
SITES, DEMANDS, HOURS = 3, 4, 3
TRIALS = int(os.environ.get("PLANNER_APART", "6"))
"""Random problems; ``PLANNER_APART=200`` for all of a campaign."""


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


def planning(seed: int, periods: int, *, whole: bool = True, share: float = 0.5) -> Arrays:
    """Return halls and green power to be built, work to be placed in every hour, a store, a share over the year."""
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
    return sketch.arrays(periods)


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


def solved(arrays: Arrays, folder: Path, clock: Clock | None = None) -> Apart:
    """Return what came of a problem, solved period by period."""
    found = apart.solve_apart(arrays, REQUEST, clock or Clock(None), folder, lambda *_: None)
    assert found is not None
    return found


def broken(arrays: Arrays, values: Vector) -> float:
    """Return by how much a point breaks rows and bounds at most."""
    terms = arrays.data * np.repeat(values, np.diff(arrays.starts))
    activity = np.bincount(arrays.indices, terms, minlength=arrays.rows)
    over = np.maximum(arrays.row_lower - activity, activity - arrays.row_upper).max()
    return float(max(over, (arrays.column_lower - values).max(), (values - arrays.column_upper).max()))


def proved(arrays: Arrays, found: Apart) -> float:
    """Return what the prices of all rows prove, in safe arithmetic."""
    assert found.duals is not None
    form = Relaxation(
        arrays.starts, arrays.indices, arrays.data, arrays.costs[0],
        arrays.row_lower, arrays.row_upper, arrays.column_lower, arrays.column_upper,
    )  # fmt: skip
    return Prover(form, found.cost * (1 + 1e-6)).bound(found.duals)


@pytest.mark.parametrize("seed", range(TRIALS))
def test_apart_and_whole_agree(seed: int, tmp_path: Path) -> None:
    """Proves: the plan is one, whole, costs what it says, and is no further from the optimum than the gap it states.

    What safe arithmetic proves from the prices is below that optimum, and as near to that of the relaxation.

    Sensitivity: a slope of a period of the wrong sign, a weight of a round below 0, a store left out of a period, or
    halls not whole break one of the lines.
    """
    arrays = planning(seed, 6 + seed % 5, whole=seed % 3 > 0, share=0.3 + 0.1 * (seed % 5))
    found, optimum = solved(arrays, tmp_path), direct(arrays)
    assert found.values is not None
    assert broken(arrays, found.values) < 1e-6
    assert np.allclose(found.values[arrays.is_integer], np.round(found.values[arrays.is_integer]), atol=1e-9)
    assert found.cost == pytest.approx(float(arrays.costs[0] @ found.values), rel=1e-9)
    bound = proved(arrays, found)
    assert bound <= optimum * (1 + 1e-9) <= found.cost * (1 + 2e-9)
    assert found.cost - bound <= found.gap * found.cost * (1 + 1e-6) + 1e-6 * found.cost
    relaxed = direct(arrays, whole=False)
    assert relaxed - bound <= 2 * GAP * optimum
    if not arrays.is_integer.any():
        assert found.cost - relaxed <= GAP * relaxed


def test_a_sample_of_all_periods_is_the_whole() -> None:
    """Proves that a sample loses nothing: that of every period costs what the whole does, store and yearly rows too.

    Broken by a scale other than 1 where all are there, or by a block or chain renumbered wrongly.
    """
    arrays = planning(3, 5)
    found, columns, rows = sampled(Periods(arrays), list(range(5)))
    assert (len(columns), len(rows)) == (arrays.columns, arrays.rows)
    assert direct(found) == pytest.approx(direct(arrays), rel=1e-9)
    assert found.row_block.tolist() == arrays.row_block.tolist()


def test_a_sample_stands_for_the_whole() -> None:
    """Proves that equal periods need no more than one of them: what is built, and its cost, are those of the whole.

    Broken by links that are not brought up to the whole, or the cost of periods that is not.
    """
    arrays = planning(4, 1)
    four = _repeated(4)
    found, _, _ = sampled(Periods(four), [2])
    assert direct(found) == pytest.approx(direct(four), rel=1e-9)
    assert direct(found) == pytest.approx(direct(arrays), rel=1e-9)


def _repeated(count: int) -> Arrays:
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


def test_sampled_periods_are_spread() -> None:
    """Proves that a sample is in order, without doubles, and at the middle of equal pieces.

    Broken by edges taken in place of middles, or a sample larger than the whole.
    """
    assert spread(365, 4) == [45, 136, 228, 319]
    assert spread(3, 12) == [0, 1, 2]


def test_halls_can_only_help_and_demand_cannot() -> None:
    """Proves which links a mixture may exceed: those that loosen every row; one that must be filled is none of them.

    Broken by the sign of an entry, or by a side that is there.
    """
    arrays = planning(0, 2)
    assert helps(Periods(arrays)).all()
    row = int(np.flatnonzero(np.isinf(arrays.row_lower) & (arrays.row_block >= 0))[0])
    arrays.row_lower[row] = -50.0
    assert helps(Periods(arrays)).sum() == SITES * 2


def test_an_answer_without_time_is_none(tmp_path: Path) -> None:
    """Proves that where the time is over before the first round there is no answer, and another way is gone.

    Broken by an answer of some of the periods that is taken for one of all.
    """
    assert apart.solve_apart(planning(1, 6), REQUEST, Clock(0.0), tmp_path, lambda *_: None) is None


def test_the_answer_proves_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that what the solver's process hands on has plan, prices, the story of its rounds and a leaf for the proof.

    Broken by a leaf of another box, or by prices other than those that prove the bound.
    """
    for module, name, value in ((options, "LARGE", 0), (apart, "COLUMNS_MIN", 0), (apart, "PERIODS_MIN", 2)):
        monkeypatch.setattr(module, name, value)
    arrays = planning(2, 6)
    answer = answer_apart(arrays, REQUEST, Clock(None), tmp_path, lambda *_: None)
    assert answer is not None
    assert answer.values is not None
    assert answer.leaves is not None
    (leaf,) = unpacked(answer.leaves, int(arrays.is_integer.sum()))
    assert leaf.upper.tolist() == arrays.column_upper[arrays.is_integer].tolist()
    assert (
        vector_of(tmp_path, leaf.duals).tolist() == answer.row_duals.tolist() if answer.row_duals is not None else False
    )
    told = answer.details["periods_apart"]
    assert told["periods"] == 6
    assert told["story"][-1]["plan"] >= told["story"][-1]["bound"]
    assert (
        answer_apart(arrays, Request("solve", "highs", None, GAP, 1, 0, False, "ipm"), Clock(None), tmp_path, print)
        is None
    )
