"""What is done for large problems changes the time they take, and nothing else; here they are small."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from planner.errors import PlannerError, SolverMissingError, UsageError
from planner.models.algebra.index_table import Coder
from planner.models.algebra.problem import Problem, SolverOptions, Stage
from planner.models.algebra.row_names import Names, Run
from planner.models.solving import solve as solving
from planner.models.solving.blocks import CHAIN, LINK, find_blocks
from planner.models.solving.highs import exchange, options
from planner.models.solving.highs.exchange import Arrays, Clock, Request
from planner.models.solving.highs.highs import Programme
from planner.models.solving.highs.implied import loose_upper
from planner.models.solving.large import block_start, branch, dive
from planner.models.solving.large.restricted import RestrictedProgramme
from planner.models.solving.process import stages
from planner.models.solving.solve import solve
from tests.solve.solve_problems import INF, modules, problem

SITES, REGIONS = 4, 3


def request(gap: float = 0.0, algorithm: options.Algorithm = "choose") -> Request:
    """Return a request as the planner makes it."""
    return Request("solve", "highs", None, gap, 1, 0, tie_break=True, algorithm=algorithm)


def network(timesteps: int, seed: int = 0, *, integers: bool = True, feasible: bool = True) -> Problem:
    """Return demand of three regions served by four sites with modules over many timesteps, and a yearly floor.

    Columns: modules by site, spare by site, and allocation by region, site and timestep (which varies fastest).
    Rows: demand by region and timestep, capacity by site and timestep, and by site a share that is used over the year.
    """
    rng = np.random.default_rng(seed)
    first = 2 * SITES
    columns = first + REGIONS * SITES * timesteps
    demand = rng.uniform(2, 4, (REGIONS, 1)) * rng.uniform(0.5, 1.5, (REGIONS, timesteps))
    place = first + np.arange(REGIONS * SITES * timesteps).reshape(REGIONS, SITES, timesteps)
    rows, sides = [], []
    for region in range(REGIONS):
        for step in range(timesteps):
            rows.append({int(place[region, site, step]): 1.0 for site in range(SITES)})
            sides.append((demand[region, step], demand[region, step]))
    for site in range(SITES):
        for step in range(timesteps):
            served = {int(place[region, site, step]): 1.0 for region in range(REGIONS)}
            rows.append({**served, site: -2.5})
            sides.append((-INF, 1.0 if feasible else -99.0))
    for site in range(SITES):
        used = {int(place[region, site, step]): 1.0 for region in range(REGIONS) for step in range(timesteps)}
        rows.append({**used, site: -0.4 * 2.5 * timesteps, SITES + site: 1.0})
        sides.append((0.2 * timesteps, INF))
    matrix = sparse.lil_array((len(rows), columns))
    for number, row in enumerate(rows):
        for column, value in row.items():
            matrix[number, column] = value
    running = rng.uniform(1, 9, (REGIONS, SITES, 1)) * rng.uniform(0.8, 1.2, timesteps)
    cost = np.concatenate([rng.uniform(8, 12, SITES) * timesteps, rng.uniform(20, 30, SITES), running.ravel()])
    lower, upper = np.array(sides, dtype=float).T
    coder = Coder()
    years, steps = coder.table(range(SITES), 1), coder.table([f"t{step}" for step in range(timesteps)], 1)
    pairs = coder.table([(f"r{region}", site) for region in range(REGIONS) for site in range(SITES)], 2)
    regions = coder.table([f"r{region}" for region in range(REGIONS)], 1)
    column_runs = [
        Run("modules", [years], np.arange(SITES)),
        Run("spare", [years], np.arange(SITES)),
        Run("allocation", [pairs, steps], np.arange(REGIONS * SITES * timesteps)),
    ]
    row_runs = [
        Run("demand_balance", [regions, steps], np.arange(REGIONS * timesteps)),
        Run("site_capacity", [years, steps], np.arange(SITES * timesteps)),
        Run("utilisation_floor", [years], np.arange(SITES)),
    ]
    return Problem(
        matrix=matrix.tocsc(),
        row_lower=lower,
        row_upper=upper,
        column_lower=np.zeros(columns),
        column_upper=np.concatenate([np.full(SITES, 3.0), np.full(columns - SITES, INF)]),
        is_integer=(np.arange(columns) < SITES) & integers,
        stages=(Stage("cost", cost),),
        objective_stage=0,
        tie_break=rng.uniform(1, 2, columns),
        row_names=Names(row_runs),
        column_names=Names(column_runs),
    )


def with_blocks(asked: Problem) -> Arrays:
    """Return a problem's arrays with its blocks."""
    blocks = find_blocks(asked)
    assert blocks is not None
    rows, columns, periods = blocks
    return replace(solving._arrays(asked), row_block=rows, column_block=columns, block_period=periods)


def chained(asked: Problem, timesteps: int, length: int, *, ramp: bool = False) -> Problem:
    """Return a network in which work may wait for the next timestep of its period, and one draw may not jump."""
    count = REGIONS * timesteps
    waits = sparse.lil_array((asked.matrix.shape[0], count))
    ramps = sparse.lil_array((timesteps, asked.matrix.shape[1] + count))
    places = {name: number for number, name in enumerate(asked.column_names)}
    for region in range(REGIONS):
        for step in range(timesteps):
            after = step + 1 if (step + 1) % length else step + 1 - length
            waits[region * timesteps + step, region * timesteps + step] = 1.0
            waits[region * timesteps + after, region * timesteps + step] = -1.0
            for at, sign in ((step, 1.0), (after, -1.0)):
                ramps[step, places["allocation", ("r0", 0, f"t{at}")]] = sign
    coder = Coder()
    tables = [coder.table([f"r{region}" for region in range(REGIONS)], 1), asked.column_names.runs[-1].tables[1]]  # type: ignore[attr-defined]
    runs = [*asked.column_names.runs, Run("backlog", tables, np.arange(count))]  # type: ignore[attr-defined]
    ramp_runs = [*asked.row_names.runs, *([Run("ramp", tables[1:], np.arange(timesteps))] if ramp else [])]  # type: ignore[attr-defined]
    whole = sparse.hstack([asked.matrix, waits])
    more = timesteps if ramp else 0
    return replace(
        asked,
        matrix=(sparse.vstack([whole, ramps]) if ramp else whole).tocsc(),
        row_lower=np.append(asked.row_lower, np.full(more, -INF)),
        row_upper=np.append(asked.row_upper, np.full(more, 0.8)),
        column_lower=np.append(asked.column_lower, np.zeros(count)),
        column_upper=np.append(asked.column_upper, np.full(count, 1.5)),
        is_integer=np.append(asked.is_integer, np.zeros(count, dtype=bool)),
        stages=(Stage("cost", np.append(asked.stages[0].cost, np.full(count, 0.01))),),
        tie_break=None,
        row_names=Names(ramp_runs),
        column_names=Names(runs),
    )


@pytest.fixture
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every problem a large one, in this process."""
    monkeypatch.setattr(options, "LARGE", 0)


def test_blocks_are_the_timesteps() -> None:
    """Proves that blocks are found in the names alone: what has a timestep lies in its block, the rest links.

    Broken by a stride of the wrong index set, or by taking regions for blocks.
    """
    asked = network(20)
    arrays = with_blocks(asked)
    steps = [int(index[-1][1:]) if len(index) > 1 else LINK for _, index in asked.row_names]
    assert arrays.row_block.tolist() == steps
    steps = [int(index[-1][1:]) if name == "allocation" else LINK for name, index in asked.column_names]
    assert arrays.column_block.tolist() == steps


def test_timesteps_that_share_much_are_one_block() -> None:
    """Proves that timesteps tied by more than a fifth of the columns fall into one block: a pair stays whole.

    Broken by cutting a row in two.
    """
    asked = network(40)
    matrix = asked.matrix.tolil()
    places = {name: number for number, name in enumerate(asked.column_names)}
    for region in range(REGIONS):
        for site in range(SITES):
            for step in range(1, 40, 2):
                matrix[region * 40 + step, places["allocation", (f"r{region}", site, f"t{step - 1}")]] = 0.5
    arrays = with_blocks(replace(asked, matrix=matrix.tocsc()))
    assert arrays.row_block[:40].tolist() == [step // 2 for step in range(40)]
    assert arrays.block_period.tolist() == list(range(20))


def test_what_waits_chains_the_blocks_of_a_period() -> None:
    """Proves that what ties a timestep to the next lies in no block but in its period: columns of equations, and rows.

    Broken by timesteps that are merged for a few ties, by a column taken out for an inequality's sake, or by periods
    that run into each other.
    """
    arrays = with_blocks(chained(network(48), 48, 12, ramp=True))
    assert arrays.block_period.tolist() == [step // 12 for step in range(48)]
    assert arrays.column_block[-REGIONS * 48 :].tolist() == [CHAIN - step // 12 for step in range(48)] * REGIONS
    assert arrays.row_block[-48:].tolist() == [CHAIN - step // 12 for step in range(48)]
    assert arrays.row_block[: REGIONS * 48].tolist() == list(range(48)) * REGIONS
    assert int((arrays.column_block <= CHAIN).sum()) == REGIONS * 48


def test_few_timesteps_are_no_blocks() -> None:
    """Proves that a problem of few timesteps, or whose names are not known, is left as it is.

    Broken by starts that cost more than they save.
    """
    assert find_blocks(network(5)) is None
    assert find_blocks(modules()) is None
    asked = network(20)
    empty = replace(asked, matrix=asked.matrix[:0], row_lower=np.zeros(0), row_upper=np.zeros(0), row_names=Names([]))
    assert find_blocks(empty) is None


@pytest.mark.parametrize("seed", range(5))
def test_bounds_implied_are_never_reached(seed: int) -> None:
    """Proves that each bound added is above what any plan can take, by solving for the most each column can be.

    Broken by a sign, by one round with the bounds of the next, or by a bound without room: its price would be the row's.
    """
    asked = network(2, seed, integers=False)
    arrays = solving._arrays(asked)
    upper = loose_upper(arrays)
    given = np.isfinite(asked.column_upper)
    assert np.array_equal(upper[given], asked.column_upper[given])
    bounded = np.flatnonzero(np.isfinite(upper) & ~given)
    assert len(bounded) == REGIONS * SITES * 2  # allocation by demand; nothing bounds what may be spared
    for column in bounded.tolist():
        programme = Programme(arrays, request(), with_integers=False)
        programme.set_cost(-np.eye(arrays.columns)[column])
        assert programme.run(10.0) == "optimal"
        assert upper[column] > programme.values[column] + 1e-4


def test_bounds_of_falling_and_free_columns() -> None:
    """Proves that rows with minus signs, two sides and free columns bound what they bound: 2x - y = 6, y at most 4.

    x is 5 at most. Of z + w at most 3 with w free, w is 3 at most and z has no bound. Broken by the side of the wrong sign.
    """
    rows = [(6.0, [2.0, -1.0, 0.0, 0.0], 6.0), (-INF, [0.0, 0.0, 1.0, 1.0], 3.0)]
    asked = problem(rows, [[1.0, 1.0, 1.0, 1.0]], lower=[0, 0, 0, -INF], upper=[INF, 4, INF, INF])
    assert loose_upper(solving._arrays(asked)).tolist() == [6.25, 4.0, INF, 3.75]


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("seed", range(4))
def test_start_from_blocks_changes_no_answer(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Proves that from the basis of the blocks the same optimum, prices and plan are reached, in fewer steps.

    Broken by a basis of the wrong rows (HiGHS would refuse it, or need as many steps as from nothing).
    """
    asked = network(48, seed, integers=False)
    arrays = with_blocks(asked)
    bare = replace(arrays, row_block=np.zeros(0, np.int32), column_block=np.zeros(0, np.int32))
    plain = stages.polish(bare, request(), Clock(None), None)
    assert "A basis to begin with" not in capfd.readouterr().out
    begun = stages.polish(arrays, request(), Clock(None), None)
    assert "A basis to begin with from 48 blocks" in capfd.readouterr().out
    cost = asked.stages[0].cost
    for found in (plain, begun):
        assert found.is_complete
        assert found.values is not None
        assert found.row_duals is not None
        assert cost @ found.values == pytest.approx(cost @ plain.values, rel=1e-9)  # type: ignore[operator]
    np.testing.assert_allclose(begun.values, plain.values, atol=1e-7)  # type: ignore[arg-type]
    np.testing.assert_allclose(begun.row_duals, plain.row_duals, atol=1e-7)  # type: ignore[arg-type]


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("ramp", [False, True])
@pytest.mark.parametrize("length", [12, 48])
def test_start_from_chained_blocks_changes_no_answer(
    *, length: int, ramp: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """Proves that where work waits, or draw may not jump, the bases of timesteps and periods lead to the same optimum.

    Broken by a basis of the wrong size, by a chained column at another bound than its status says, or by periods
    solved at prices of rows they do not have.
    """
    asked = chained(network(48, 3, integers=False), 48, length, ramp=ramp)
    arrays = with_blocks(asked)
    plain = stages.polish(replace(arrays, column_block=np.zeros(0, np.int32)), request(), Clock(None), None)
    begun = stages.polish(arrays, request(), Clock(None), None)
    said = capfd.readouterr().out
    assert "A basis to begin with from 48 blocks" in said
    assert ("A basis to begin with from 4 periods" in said) == (length == 12)
    cost = asked.stages[0].cost
    assert plain.values is not None
    assert begun.values is not None
    assert cost @ begun.values == pytest.approx(float(cost @ plain.values), rel=1e-9)


@pytest.mark.usefixtures("all_large")
def test_blocks_of_unequal_weight_have_a_start(capfd: pytest.CaptureFixture[str]) -> None:
    """Proves that the sample of blocks is scaled by what it weighs: here eight timesteps weigh 75 times the others.

    Broken by a scale of the number of blocks: by it the sample has too little work for the yearly floor, and no plan.
    """
    asked = network(48, integers=False)
    weights = np.where(np.arange(48) % 6 == 1, 75.0, 1.0)
    scale = np.ones(asked.matrix.shape[1])
    scale[2 * SITES :] = np.tile(weights, REGIONS * SITES)
    matrix = asked.matrix.tolil()
    floors = len(asked.row_lower) - SITES
    matrix[floors:] = matrix[floors:] * scale
    matrix[floors:, :SITES] = 0.0
    lower = asked.row_lower.copy()
    demand = asked.row_lower[: REGIONS * 48].reshape(REGIONS, 48)
    lower[floors:] = 0.9 * float((demand @ weights).sum()) / SITES
    upper = asked.column_upper.copy()
    upper[SITES : 2 * SITES] = 0.0  # none to spare
    stage = Stage("cost", asked.stages[0].cost * scale)
    weighted = replace(asked, matrix=matrix.tocsc(), row_lower=lower, column_upper=upper, stages=(stage,))
    programme = RestrictedProgramme(with_blocks(weighted), request(), stage.cost)
    assert block_start.BlockStart(programme, request(), Clock(None)).basis() is not None
    assert "A basis to begin with from 48 blocks" in capfd.readouterr().out


@pytest.mark.usefixtures("all_large")
def test_start_from_blocks_takes_few_steps() -> None:
    """Proves that the basis of the blocks is near the optimum: under a third of the steps from nothing.

    Broken by any status written to the wrong column. Steps are counted, nothing is timed.
    """
    arrays = with_blocks(network(192, 1, integers=False))
    steps = []
    for asked in (arrays, replace(arrays, row_block=np.zeros(0, np.int32), column_block=np.zeros(0, np.int32))):
        programme = dive.relaxed(asked, request(), Clock(None), asked.costs[0])
        assert programme.run(60.0) == "optimal"
        steps.append(programme._highs.getInfo().simplex_iteration_count)
    assert steps[0] < steps[1] / 3


@pytest.mark.usefixtures("all_large")
def test_no_time_or_no_plan_no_start() -> None:
    """Proves that without time, or where the sample has no plan, there is no basis, and the solver starts from nothing.

    Broken by a basis half filled, which HiGHS would take.
    """
    for asked, limit in ((network(20, integers=False), 0.0), (network(20, integers=False, feasible=False), None)):
        programme = RestrictedProgramme(with_blocks(asked), request(), asked.stages[0].cost)
        assert block_start.BlockStart(programme, request(), Clock(limit)).basis() is None
        assert programme.run(10.0) == ("infeasible" if limit is None else "optimal")


@pytest.mark.usefixtures("all_large")
def test_preparing_takes_a_third_of_the_limit(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of 60 s, a second gone at each look, 20 may go to preparing a basis: it stops, and what is left is for solving.

    Proves: a basis that takes long leaves time for a plan. Sensitivity: a limit for each part, or of the whole.
    """
    looks = count()
    monkeypatch.setattr(exchange, "time", SimpleNamespace(perf_counter=lambda: float(next(looks))))
    asked = with_blocks(network(192, 1, integers=False))
    clock = Clock(60.0)
    programme = dive.relaxed(asked, request(), clock, asked.costs[0])
    assert "Block " in capfd.readouterr().out  # it had begun
    assert 20.0 <= clock.spent <= 30.0
    assert programme.run(60.0) == "optimal"


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("gap", [0.0, 0.3])
def test_dive_finds_what_the_search_finds(seed: int, gap: float) -> None:
    """Proves that a large problem's plan is within the gap of the true optimum, its bound below, and its polish complete.

    Broken by a bound that is none, by integers left fixed from the dive, or by a plan that is not whole.
    """
    asked = network(24, seed)
    arrays = with_blocks(asked)
    truth = Programme(arrays, request(), with_integers=True)
    truth.set_cost(arrays.costs[0])
    assert truth.run(60.0) == "optimal"
    best = float(arrays.costs[0] @ truth.values)
    found = stages.search_integers(arrays, request(gap), Clock(None), lambda *_: None)
    assert found.state == "optimal"
    assert found.values is not None
    cost = float(arrays.costs[0] @ found.values)
    assert found.bound <= best * (1 + 1e-9)
    assert best * (1 - 1e-9) <= cost <= best * (1 + gap) / (1 - gap) * (1 + 1e-9)
    assert len(found.stages) == 1  # HiGHS has no tree to search
    assert (found.stages[0]["nodes"] == 0) == bool(gap)
    np.testing.assert_allclose(found.values[:SITES], np.round(found.values[:SITES]), atol=1e-6)
    polished = stages.polish(arrays, request(gap), Clock(None), np.round(found.values), found.relaxed)
    assert polished.is_complete
    assert polished.values is not None
    assert float(arrays.costs[0] @ polished.values) == pytest.approx(cost, rel=1e-7)


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize(("name", "value"), [("NODES_MAX", 2), ("INTEGERS_MAX", 3)])
def test_search_of_highs_goes_on_where_branching_ends(name: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a search given up after some nodes leaves a true bound and plan, and HiGHS finds the optimum.

    Broken by a bound above what was dropped or is open, or by bounds of a node left on the problem.
    """
    arrays = with_blocks(network(24, 2))
    best = stages.search_integers(arrays, request(), Clock(None), lambda *_: None)
    assert best.values is not None
    optimum = float(arrays.costs[0] @ best.values)
    monkeypatch.setattr(branch, name, value)
    plans: list[float] = []
    dived = dive.dive(arrays, request(), Clock(None), lambda values, _: plans.append(float(arrays.costs[0] @ values)))
    assert dived.bound < optimum <= dived.cost * (1 + 1e-9)
    assert plans == sorted(plans, reverse=True)
    assert plans[-1] == dived.cost
    found = stages.search_integers(arrays, request(), Clock(None), lambda *_: None)
    assert len(found.stages) == 2
    assert found.state == "optimal"
    assert float(arrays.costs[0] @ found.values) == pytest.approx(optimum, rel=1e-9)  # type: ignore[operator]


@pytest.mark.usefixtures("all_large")
def test_branching_finds_what_rounding_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that where rounding ends without a plan, branching goes on and finds the best. Broken by a gap of NaN."""
    arrays = with_blocks(network(20, 4))
    best = stages.search_integers(arrays, request(), Clock(None), lambda *_: None)
    monkeypatch.setattr(dive, "_fix_all", lambda *_: None)
    found = dive.dive(arrays, request(), Clock(None), lambda *_: None)
    assert found.nodes > 1
    assert found.cost == pytest.approx(float(arrays.costs[0] @ best.values), rel=1e-9)  # type: ignore[operator]


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("gap", [0.0, 0.02, 0.1])
def test_gap_claimed_is_true(gap: float) -> None:
    """Proves that the bound of a search that stops within a gap is below the optimum, on plans that are not easy.

    Broken by forgetting the nodes dropped for being within the gap.
    """
    for seed in range(6, 12):
        arrays = with_blocks(network(16, seed))
        truth = Programme(arrays, request(), with_integers=True)
        truth.set_cost(arrays.costs[0])
        assert truth.run(60.0) == "optimal"
        optimum = float(arrays.costs[0] @ truth.values)
        found = dive.dive(arrays, request(gap), Clock(None), lambda *_: None)
        assert found.bound <= optimum * (1 + 1e-9)
        assert optimum * (1 - 1e-9) <= found.cost
        assert found.gap <= gap + 1e-9


@pytest.mark.usefixtures("all_large")
def test_dive_without_a_plan() -> None:
    """Proves that a relaxation without a plan ends the search at once. Broken by searching a tree that has no root."""
    found = stages.search_integers(with_blocks(network(20, feasible=False)), request(), Clock(None), lambda *_: None)
    assert found.state == "infeasible"
    assert len(found.stages) == 1


@pytest.mark.parametrize("algorithm", ["simplex", "ipm", "pdlp"])
@pytest.mark.parametrize("integers", [False, True])
def test_algorithm_asked_for_gives_the_same_plan(algorithm: options.Algorithm, integers: bool, tmp_path: Path) -> None:
    """Proves that any algorithm ends in the same optimum, proved and with the ties broken, integers kept.

    Broken by handing HiGHS the algorithm for the whole integer problem (it then forgets the integers), by a point that
    is no vertex, or by asking for the basis in a way that crashes after an interior-point method.
    """
    asked = network(6, integers=integers)
    found, other = (
        solve(asked, SolverOptions(algorithm=name), folder)
        for name, folder in ((algorithm, _made(tmp_path / "a")), ("choose", _made(tmp_path / "b")))
    )
    assert found.status == "optimal"
    assert found.objective == pytest.approx(other.objective, rel=1e-9)
    assert found.values is not None
    assert other.values is not None
    np.testing.assert_allclose(found.values, other.values, atol=1e-6)
    assert found.row_duals is not None


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_algorithm_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that hipo without highspy-extras says what to install. Broken by calling it a crash, or HiGHS missing."""
    hidden = tmp_path / "hidden" / "highspy_extras"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError('hidden')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(hidden.parent))
    with pytest.raises(SolverMissingError, match=r"the algorithm 'hipo'.*pip install 'highspy\[extras\]'") as raised:
        solve(modules(), SolverOptions(algorithm="hipo"), tmp_path)
    assert "the solver 'highs' is not installed" not in str(raised.value)


def test_unknown_algorithm(tmp_path: Path) -> None:
    """Proves that a word that is no algorithm is refused with those that are. Broken by handing it on to HiGHS."""
    with pytest.raises(UsageError, match="choose from choose, simplex"):
        solve(modules(), SolverOptions(algorithm="barrier"), tmp_path)  # type: ignore[arg-type]


def test_too_many_coefficients_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that more coefficients than 32 bits can number are refused in words. Broken by numbers that wrap around."""
    monkeypatch.setattr(solving, "NONZEROS_MAX", 3)
    with pytest.raises(PlannerError, match="coefficients"):
        solve(modules(), SolverOptions(), tmp_path)
