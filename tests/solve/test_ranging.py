"""Ranging: inside a range the price holds to the last digit, against another solver; and what is told of it is so.

The worlds are those of the shadow prices: the compiled problem with its integers fixed at the plan, which SciPy solves
with one side, or one cost, moved to just inside and just outside an end.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import planner
from planner.errors import SolverCrashedError
from planner.models.algebra.problem import SolverOptions
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.solving import ranging as table
from planner.models.solving.process import ranging as of_solver
from planner.models.solving.solve import solve
from planner.pipeline.finished import read_results
from planner.pipeline.run import run_and_write
from tests.algebra import BUILT, HAND, plan, scenario_of
from tests.test_shadow_prices import WORLDS, integers_of, optimum, priced
from tests.worlds import key_columns

if TYPE_CHECKING:
    import pandas as pd

    from planner.models.algebra.problem import Problem
    from tests.worlds import World

pytestmark = pytest.mark.kept  # the plans are those of tests/test_shadow_prices.py
INSIDE, OUTSIDE = 0.999, 1.05
"""Of the way to an end."""
FAR = 0.5
"""Of the value: how far it is moved where there is no end."""
EXACT = 1e-7
"""Of what the two solvers' objectives may differ by."""


def rows_of(name: str, kind: str) -> pd.DataFrame:
    """Return a world's ranges of one kind."""
    found = priced(name)[0].ranging
    assert found is not None
    return found[found["kind"] == kind]


def numbers(problem: Problem, *, columns: bool = False) -> dict[tuple[str, str], int]:
    """Return the number of every row, or column, by name and index as the table spells them."""
    names = problem.column_names if columns else problem.row_names
    return {(name, ";".join(map(str, ids))): number for number, (name, ids) in enumerate(names)}


def steps(row: Any, share: float) -> list[float]:
    """Return how far to move a value: a share of the way to each end."""
    ends = [(row.low, -1.0), (row.high, 1.0)]
    far = [end - row.value if np.isfinite(end) else sign * FAR * max(1.0, abs(row.value)) for end, sign in ends]
    return [share * step for step, (end, _) in zip(far, ends, strict=True) if share <= 1 or np.isfinite(end)]


def gain(row: Any, step: float) -> float:
    """Return what the price says that a step of the value costs."""
    return float(row.price) * step * (1 if row.tightens == "up" else -1)


def shift_of(name: str, row: Any, step: float) -> float:
    """Return by how much a step of the value tightens the side of its rule (an equality: raises it)."""
    prices = priced(name)[0].shadow_prices
    price = float(prices.loc[(prices["rule"] == row.rule) & (prices["index"] == row.rule_index), "price"].iloc[0])
    return gain(row, step) / price


def with_cost(problem: Problem, column: int, change: float) -> Problem:
    """Return a problem in which one column costs more."""
    stage = problem.stages[problem.objective_stage]
    cost = stage.cost.copy()
    cost[column] += change
    stages = list(problem.stages)
    stages[problem.objective_stage] = replace(stage, cost=cost)
    return replace(problem, stages=tuple(stages))


@pytest.mark.parametrize("name", WORLDS)
def test_inside_a_limit_s_range_the_objective_follows_the_price(name: str) -> None:
    """Moved to just inside either end, a side changes the optimum by exactly price × step.

    Proves: for every limit in the table, with the integers fixed. Sensitivity: ends of the relaxation, the wrong side
    of a rule, ends swapped for ≤ rules, a factor between number and side left out.
    """
    results, problem, value = priced(name)
    integers, places = integers_of(results, problem), numbers(problem)
    for row in rows_of(name, "limit").itertuples():
        assert row.value == max(row.value, row.low)  # whichever of the ends there is
        assert row.value == min(row.value, row.high)
        for step in steps(row, INSIDE):
            shift = shift_of(name, row, step)
            found = optimum(problem, integers, places[row.rule, row.rule_index], shift) - value
            assert found == pytest.approx(gain(row, step), rel=EXACT, abs=EXACT * abs(value)), (row, step)


@pytest.mark.parametrize("name", WORLDS)
def test_inside_a_cost_s_range_the_plan_stays(name: str) -> None:
    """With a cost moved to just inside either end, the optimum rises by quantity × step: the plan is as good as any.

    Proves: for every cost in the table. Sensitivity: a scale of the solver's costs left in, quantities of another
    optimal plan than the one that is told.
    """
    results, problem, value = priced(name)
    integers, places = integers_of(results, problem), numbers(problem, columns=True)
    for row in rows_of(name, "cost").itertuples():
        column = places[row.rule, row.rule_index]  # a cost is one of a variable
        for step in steps(row, INSIDE):
            change = gain(row, step) / quantity(name, row)
            found = optimum(with_cost(problem, column, change), integers, None, 0.0) - value
            assert found == pytest.approx(gain(row, step), rel=EXACT, abs=EXACT * abs(value)), (row, step)


@cache
def values_of(name: str) -> dict[tuple[str, str], float]:
    """Return the value of every column of a world's plan, which the planner's own call does not hand out."""
    problem = priced(name)[1]
    with tempfile.TemporaryDirectory() as folder:
        solution = solve(problem, SolverOptions(), Path(folder))
    assert solution.values is not None
    return {key: float(solution.values[number]) for key, number in numbers(problem, columns=True).items()}


def quantity(name: str, row: Any) -> float:
    """Return what a plan uses of what a cost is the cost of."""
    return values_of(name)[row.rule, row.rule_index]


def test_outside_the_ranges_prices_change() -> None:
    """Beyond an end the optimum no longer follows the price, for limits and for costs, in most of the worlds' ranges.

    Proves: the ends are ends. Sensitivity: ranges drawn in by caution, or of 0 everywhere. Not of every end is it
    true: where a plan is degenerate the next basis may have the same price.
    """
    differs: dict[str, list[bool]] = {"limit": [], "cost": []}
    for name in ("limits", "rich", "matched", "shortfall"):
        results, problem, value = priced(name)
        integers = integers_of(results, problem)
        rows, columns = numbers(problem), numbers(problem, columns=True)
        ranged = [(kind, row) for kind in differs for row in rows_of(name, kind).itertuples()]
        for kind, row in ranged:
            key = row.rule, row.rule_index
            for step in steps(row, OUTSIDE):
                if kind == "limit":
                    found = optimum(problem, integers, rows[key], shift_of(name, row, step)) - value
                else:
                    change = gain(row, step) / quantity(name, row)
                    found = optimum(with_cost(problem, columns[key], change), integers, None, 0.0) - value
                differs[kind].append(abs(found - gain(row, step)) > 10 * EXACT * abs(value))
    assert all(sum(found) > 0.5 * len(found) > 10 for found in differs.values()), {
        kind: (sum(found), len(found)) for kind, found in differs.items()
    }


def changed(world: World, row: Any, step: float) -> World | None:
    """Return a world with the number of the scenario that a range is of moved; ``None`` where no cell holds it."""
    index = row.index.split(";") if row.index else []
    if not index:
        return world.with_parameters(**{row.name: row.value + step})
    for name, rows in world.tables.items():
        keys = key_columns(name, rows) if rows else []
        if any(row.name in cells for cells in rows) and len(keys) == len(index):
            held = [cells for cells in rows if [str(cells[key]) for key in keys] == index]
            if held and held[0].get(row.name) is not None:
                return world.with_cells(name, row.name, {row.index: row.value + step})
    return None


def test_a_number_of_the_scenario_moves_the_problem_as_told() -> None:
    """Where a range bears the name of an input, changing that cell changes the optimum by price × step.

    Proves: the scenario itself is written with the other number, read and compiled anew, the integers fixed; for at
    least eight inputs, up and down in turns (both ends of a row are held against the price above). Sensitivity: an input that moves something else as well (a demand that is also what a store of
    waiting work may hold), a factor or a unit left out.
    """
    tried = set()
    worlds = {name: WORLDS[name] for name in ("tight", "hand", "store", "backlog", "nation", "hub")}
    for name, world in {**worlds, **YEARLY}.items():
        results, problem, value = priced(name) if name in WORLDS else of_year(name)
        integers = integers_of(results, problem)
        assert results.ranging is not None
        named = results.ranging[results.ranging["name"] != results.ranging["rule"]]
        for place, row in enumerate(named.groupby("name").head(2).itertuples()):
            step = steps(row, INSIDE)[place % 2]
            other = changed(world, row, step)
            if other is None:
                continue
            tried.add(row.name)
            found = optimum(compile_model(declare_model(scenario_of(other))).problem, integers, None, 0.0) - value
            assert found == pytest.approx(gain(row, step), rel=1e-5, abs=EXACT * abs(value)), (name, row, step)
    assert len(tried) >= 8, tried


YEAR = [{"timestep": "year", "timestep_weight": 8760, "timestep_duration": 8760}]
STEPLESS = {"workload_timestep": [], "site_technology_timestep": [], "plant_timestep": []}
YEARLY = {
    f"{name} of one timestep": replace(
        WORLDS[name],
        tables={key: rows for key, rows in WORLDS[name].tables.items() if key not in STEPLESS} | {"timestep": YEAR},
        features=tuple(word for word in WORLDS[name].features if word != "representative_days"),
    )
    for name in ("limits", "floor", "share")
}
"""Worlds of one timestep: there a row is one number's, where else every timestep has its own."""


@cache
def of_year(name: str) -> tuple[Any, Problem, float]:
    """Return what :func:`priced` returns, of a world of one timestep."""
    results = plan(YEARLY[name])
    problem = compile_model(declare_model(scenario_of(YEARLY[name]))).problem
    return results, problem, optimum(problem, integers_of(results, problem), None, 0.0)


def test_room_by_hand() -> None:
    """At far by day a MW of room saves 680 000 CNY, until it can take all the work of the day.

    Proves: 13.5 MW usable; by day 36 MW are asked, where the range ends. Downwards it ends where another region's work
    is the one that stays away (12 MW of the coast's), although the price holds on to 0: a range is a lower bound.
    Sensitivity: ends of the installed 15 MW told as ends of the use, or the night's.
    """
    limits = plan(HAND).ranging
    assert limits is not None
    row = next(limits[limits["rule_index"] == "far;cpu;day"].itertuples())
    assert (row.rule, row.value, row.unit, row.tightens) == ("site_capacity", pytest.approx(13.5), "MW", "down")
    assert row.price == pytest.approx(680_000)
    assert row.price_unit == "CNY/a per MW"
    assert row.high == pytest.approx(36.0)
    assert row.low == pytest.approx(12.0)
    results, problem, value = priced("hand")
    place = numbers(problem)["site_capacity", "far;cpu;day"]
    assert optimum(problem, integers_of(results, problem), place, 13.5) - value == pytest.approx(13.5 * 680_000)


def test_what_is_ranged_is_what_matters() -> None:
    """The table begins with what has most at stake and does not list one rule only.

    Proves: within each kind price × value falls, at most six rows of a rule and twenty in all. Sensitivity: the order
    of the problem, demands alone.
    """
    for name in WORLDS:
        for kind in ("limit", "cost"):
            rows = rows_of(name, kind)
            assert (rows["price"] != 0).all()
            assert len(rows) <= table.SIDES_MAX
            assert rows.groupby("rule").size().max() <= table.SIDES_OF_RULE or rows.empty
    assert set(rows_of("limits", "limit")["rule"]) >= {"demand_balance", "site_capacity", "emissions_limit"}


def test_without_shadow_prices_there_is_no_ranging() -> None:
    """Shadow prices switched off switch the ranges off; so does an objective that comes after another.

    Proves: no rows, and the manifest says why. Sensitivity: work done that nobody asked for, a reason left out.
    """
    without = plan(HAND.replaced(solver={"shadow_prices": False}))
    assert without.ranging is not None
    assert len(without.ranging) == len(without.shadow_prices) == 0
    assert without.manifest["solver"]["ranging"] == "none: not asked for"
    second = HAND.with_cells("workload", "unserved_price", {"web": 50}).replaced(minimise="latency")
    assert plan(second).manifest["solver"]["ranging"] == "none: an earlier stage is held"
    assert plan(BUILT).manifest["solver"]["ranging"] == "done"


def test_large_problems_go_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Above a number of rows or columns nothing is ranged.

    Proves: with the limit at the problem's own size there are ranges, with one less there are none, and why. It is
    asked of the solver's side, as the process would. Sensitivity: minutes spent on a large plan's ranges.
    """
    problem = compile_model(declare_model(scenario_of(HAND))).problem
    solution = solve(problem, SolverOptions(), tmp_path)
    assert solution.ranging is not None

    class Programme:
        arrays = type("Arrays", (), {"rows": problem.counts["rows"], "columns": problem.counts["columns"]})
        status = "kOptimal"
        is_whole = True

        def is_basic(self) -> bool:
            return True

    request = type("Request", (), {"ranging": True})
    for limit, size in (("ROWS_MAX", "rows"), ("COLUMNS_MAX", "columns")):
        monkeypatch.setattr(of_solver, limit, problem.counts[size])
        assert of_solver.obstacle(Programme(), request, 0) == ""  # type: ignore[arg-type]  # what it looks at
        monkeypatch.setattr(of_solver, limit, problem.counts[size] - 1)
        assert "more than" in of_solver.obstacle(Programme(), request, 0)  # type: ignore[arg-type]  # likewise
        monkeypatch.undo()
    Programme.is_whole = False
    assert "left out" in of_solver.obstacle(Programme(), request, 0)  # type: ignore[arg-type]  # likewise


@pytest.mark.parametrize("fault", ["price", "end", "shape", "nan"])
def test_nonsense_is_refused(fault: str, tmp_path: Path) -> None:
    """Ranges that contradict the prices, exclude the value or are no table are the solver's nonsense.

    Proves: nothing it says is believed unchecked. Sensitivity: ranges written as they come.
    """
    compiled = compile_model(declare_model(scenario_of(HAND)))
    solution = solve(compiled.problem, SolverOptions(), tmp_path)
    assert solution.ranging is not None
    assert len(table.ranging(compiled, solution)) > 0
    wrong = solution.ranging.copy()
    if fault == "price":
        wrong[0, table.PRICE] *= 1.01
    elif fault == "end":
        wrong[0, table.LOW] = wrong[0, table.VALUE] + 1.0
    elif fault == "shape":
        wrong = wrong[:, :-1]
    else:
        wrong[0, table.HIGH] = np.nan
    with pytest.raises(SolverCrashedError, match="ranges"):
        table.ranging(compiled, replace(solution, ranging=wrong))


def test_ranges_are_written_and_read(tmp_path: Path) -> None:
    """The run folder holds ranging.csv, listed in the manifest; what is read back is what was written.

    Proves: bit for bit; a changed file is no longer the run's. Sensitivity: a table beside the manifest.
    """
    _, folder = run_and_write(scenario_of(BUILT), tmp_path / "run", drawn=False)
    read, found = read_results(folder), plan(BUILT).ranging
    assert read.ranging is not None
    assert found is not None
    assert read.ranging.to_csv() == found.to_csv()
    assert list(read.ranging.columns) == list(table.COLUMNS)
    (folder / "ranging.csv").write_text("kind\n", encoding="utf-8")
    with pytest.raises(planner.errors.InvalidInputError, match=r"ranging\.csv"):
        read_results(folder)
