"""No plan, or no end: neither is said before it is proved, or said twice; and no array with NaN reaches a solver."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import sparse

from planner.bench.read_mps import read_mps
from planner.errors import InvalidInputError, PlannerError, SolverCrashedError
from planner.language import Message
from planner.models.algebra.problem import SolverOptions
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.rules.relaxations import changed
from planner.models.solving.highs import exchange
from planner.models.solving.highs.exchange import Clock, Request
from planner.models.solving.highs.highs import Programme
from planner.models.solving.highs.judge import check_problem
from planner.models.solving.process import child, conflict, second, stages
from planner.models.solving.process.stages import Polish, Search
from planner.models.solving.proof.farkas import proves_none
from planner.models.solving.solve import _arrays, solve
from tests.solve.solve_problems import INF, modules, problem, strict_market_split, two_sites
from tests.worlds import BASE

if TYPE_CHECKING:
    from planner.models.algebra.problem import Problem
    from planner.models.solving.highs.exchange import Arrays

REQUEST = Request("solve", "highs", None, 0.0, 1, 0, tie_break=False)
MISTAKEN = "kInfeasible"
NO_ROOM = problem([(6, [1, 1], INF), (-INF, [1, 1], 5)], [[1, 1]])
"""At least 6 and at most 5: the prices 1 and −1 prove it."""
ODD = problem([(3, [2], 3)], [[1]], upper=[9], integers=(0,))
"""2 x = 3 has no whole answer, though it has one."""
ENDLESS = problem([(0, [1, -1], 0)], [[-1, 0]])


def opened(limit: float) -> Problem:
    """Return two regions' 3 and 4 MW served from two sites, to be opened before up to ``limit`` modules are built."""
    rows = [
        (3, [1, 1, 0, 0, 0, 0, 0, 0], 3),
        (4, [0, 0, 1, 1, 0, 0, 0, 0], 4),
        (-INF, [1, 0, 1, 0, -2.5, 0, 0, 0], 0),
        (-INF, [0, 1, 0, 1, 0, -2.5, 0, 0], 0),
        (-INF, [0, 0, 0, 0, 1, 0, -limit, 0], 0),
        (-INF, [0, 0, 0, 0, 0, 1, 0, -limit], 0),
    ]
    upper = [INF, INF, INF, INF, limit, limit, 1, 1]
    return problem(rows, [[0, 0, 0, 0, 1000, 1001, 3e6, 2e6]], upper=upper, integers=(4, 5, 6, 7))


def searched(asked: Problem, first: Search) -> Search:
    """Return what a second opinion makes of a search's first word."""
    return second.on_search(_arrays(asked), REQUEST, Clock(None), lambda *_: None, first)


def infeasible() -> Search:
    """Return the first word of a search that saw no plan."""
    return Search("infeasible", reason=MISTAKEN)


@pytest.mark.parametrize("limit", [99.0, 5e6, 8_388_607.0, 9_999_999.0, 1e9])
def test_a_limit_of_millions_before_a_binary(limit: float, tmp_path: Path) -> None:
    """Proves 2 003 003 at every limit; broken by HiGHS's own tolerance for whole numbers, at which it sees no plan."""
    solution = solve(opened(limit), SolverOptions(), tmp_path)
    assert (solution.status, solution.objective) == ("optimal", 2_003_003.0)


def test_a_false_no_is_mended_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a plan HiGHS overlooked is found, taken and said in both languages, to the end of the line.

    Broken by believing the first word. It is planted: with its own tolerances HiGHS 1.15 says so by itself at
    9 999 999, HiGHS 1.16 no more.
    """
    search = stages.search_integers

    def mistaken(arrays: Arrays, request: Request, *others: Any, **more: Any) -> Search:
        return search(arrays, request, *others, **more) if request.is_careful else infeasible()

    monkeypatch.setattr(stages, "search_integers", mistaken)
    exchange.write_arrays(tmp_path, _arrays(opened(9_999_999.0)))
    exchange.write_request(tmp_path, REQUEST)
    monkeypatch.setattr(child, "die_with_parent", lambda: None)
    monkeypatch.setattr(child, "offer_to_memory_killer", lambda: None)
    assert child.main(tmp_path) == 0
    answer = exchange.read_answer(tmp_path)
    assert answer is not None
    assert answer.status == "optimal"
    assert answer.bound == pytest.approx(2_003_003.0)
    assert answer.details["second_opinion"] == "plan"
    [said] = answer.details["warnings"]
    assert isinstance(said, Message)
    assert said.en.startswith("HiGHS first said kInfeasible, which is wrong")
    assert said.zh.startswith("HiGHS 起初报告 kInfeasible，有误")


def test_words_that_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves what becomes of a true "no": a proof, an agreement, or one word alone with a warning.

    Broken by a second search where a proof is at hand, and by an unfinished one taken for an agreement.
    """
    integers = np.array([True, False])
    whole = searched(replace(NO_ROOM, is_integer=integers), infeasible())
    assert (whole.state, whole.second_opinion, whole.warnings) == ("infeasible", "proved", [])
    odd = searched(ODD, infeasible())
    assert (odd.state, odd.second_opinion, odd.warnings) == ("infeasible", "agreed", [])
    monkeypatch.setattr(second, "SECONDS_MIN", 0.3)
    monkeypatch.setattr(second, "SECONDS_MOST", 0.3)
    alone = searched(strict_market_split(), infeasible())
    assert (alone.state, alone.second_opinion) == ("infeasible", "unfinished")
    assert ["the solver's word alone" in said for said in alone.warnings] == [True]


def test_a_plan_overrules_both_words() -> None:
    """Proves that a search said to have no plan, or no end, ends with the optimum 30.5; broken by the first word."""
    for state in ("infeasible", "unbounded"):
        found = searched(modules(), Search(state, reason=MISTAKEN))  # type: ignore[arg-type]  # each is a state
        assert found.values is not None
        assert float(modules().stages[0].cost @ found.values) == pytest.approx(30.5)
        assert (found.second_opinion, len(found.warnings)) == ("plan", 1)


def test_words_that_contradict_each_other_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that "infeasible", then "unbounded", is neither: the solver's error, with both words.

    Broken by taking either for a property of the scenario.
    """
    monkeypatch.setattr(stages, "search_integers", lambda *_, **__: Search("unbounded", reason="kUnbounded"))
    found = searched(ODD, infeasible())
    assert (found.state, found.second_opinion) == ("error", "contradicted")
    assert found.reason.en == "kInfeasible, then kUnbounded"
    assert found.reason.zh == "先是 kInfeasible，后是 kUnbounded"


def test_linear_programmes_alike() -> None:
    """Proves the same for linear programmes: a proof, a plan after all, an end there is not, and a stage not held.

    Broken by a word of HiGHS's that is passed on; the last by calling a scenario with a plan infeasible.
    """
    arrays, clock = _arrays(NO_ROOM), Clock(None)
    first = stages.polish(arrays, REQUEST, clock, None)
    assert first.state == "infeasible"
    assert second.on_polish(arrays, REQUEST, clock, first).second_opinion == "proved"
    found = second.on_polish(_arrays(two_sites()), REQUEST, clock, Polish("infeasible", reason=MISTAKEN))
    assert (found.state, found.is_complete, found.second_opinion, len(found.warnings)) == ("optimal", True, "plan", 1)
    endless = second.on_polish(_arrays(ENDLESS), REQUEST, clock, Polish("unbounded", reason="kUnbounded"))
    assert (endless.state, endless.second_opinion) == ("unbounded", "agreed")
    half = Polish("infeasible", values=np.zeros(2), reason=MISTAKEN)
    assert second.on_polish(arrays, REQUEST, clock, half).state == "error"


def test_integers_that_are_not_whole_are_sought_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a plan which breaks a rule once its integers are whole is replaced by one that does not.

    Three modules at a site that 3e-7 of an opening has opened cost 3 000.9, and the true plan 2 003 003. Broken by
    handing on the rounded plan, which the judge lets pass (3 of 9 999 999) and the audit then refuses.
    """
    asked, real = opened(9_999_999.0), stages.search_integers
    slipped = np.array([3.0, 0, 4, 0, 3, 0, 3e-7, 0])

    def search(arrays: Any, request: Request, *others: Any, **named: Any) -> Search:
        if request.is_careful:
            return real(arrays, request, *others, **named)
        return Search("optimal", values=slipped, bound=3000.9, reason="kOptimal")

    monkeypatch.setattr(stages, "search_integers", search)
    exchange.write_arrays(tmp_path, _arrays(asked))
    exchange.write_request(tmp_path, REQUEST)
    work = child.Work(tmp_path)
    work.run()
    answer = exchange.read_answer(tmp_path)
    assert answer is not None
    assert answer.values is not None
    assert float(asked.stages[0].cost @ answer.values) == pytest.approx(2_003_003.0)
    assert (answer.status, answer.details["second_opinion"]) == ("optimal", "plan")


def test_another_solver_is_not_believed_either(tmp_path: Path) -> None:
    """Proves that HiGHS is asked when another solver sees no plan: it finds one, with a warning, or none either.

    Broken by another solver's "infeasible" passed on.
    """
    fake = (sys.executable, str(Path(__file__).parent / "fake_child.py"), "other_sees_no_plan")
    found = solve(two_sites(), SolverOptions(name="fake"), tmp_path, child=fake)
    assert (found.status, found.objective) == ("optimal", 19.0)
    assert [said.en for said in found.details["warnings"]] == [
        "fake ended with infeasible, but HiGHS found a plan, which is taken"
    ]
    assert solve(NO_ROOM, SolverOptions(name="fake"), tmp_path, child=fake).status == "infeasible"


def test_the_proof_by_hand() -> None:
    """Proves Farkas' lemma as it is checked: right prices prove, others do not, nor does a hair.

    Rows of ``NO_ROOM``: 1 × 6 − 1 × 5 = 1 is asked of columns that then add up to nothing. Broken by prices of the
    wrong sign taken, a side that is not there, bounds left out, a difference of rounding taken for a proof.
    """
    arrays = _arrays(NO_ROOM)
    assert proves_none(arrays, np.array([1.0, -1.0]))
    assert proves_none(arrays, np.array([1e9, -1e9]))
    for prices in ([1.0, 0.0], [-1.0, 1.0], [0.0, 0.0], [1.0, np.nan], [1.0, -0.5]):
        assert not proves_none(arrays, np.array(prices)), prices
    assert not proves_none(_arrays(replace(NO_ROOM, row_lower=np.array([5 + 1e-10, -INF]))), np.array([1.0, -1.0]))
    assert not proves_none(_arrays(replace(NO_ROOM, row_lower=np.array([-INF, -INF]))), np.array([1.0, -1.0]))
    boxed = problem([(5, [1, 1], INF)], [[1, 1]], upper=[2, 2])
    assert proves_none(_arrays(boxed), np.array([1.0]))
    assert not proves_none(_arrays(replace(boxed, column_upper=np.array([2, INF]))), np.array([1.0]))
    assert not proves_none(_arrays(replace(boxed, column_upper=np.array([2.0, 3.0]))), np.array([1.0]))


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e20])
def test_no_way_into_a_programme_takes_nan(number: float) -> None:
    """Proves that costs, coefficients, a held row, bounds and sides are looked at wherever they are handed over.

    Broken by any of the ways left open: HiGHS calls a programme with NaN in it optimal.
    """
    arrays, wrong = _arrays(two_sites()), np.array([number, 1.0])
    programme = Programme(arrays, REQUEST, with_integers=False)
    places = np.array([0, 1], dtype=np.int32)
    ways = [
        lambda: programme.set_cost(wrong),
        lambda: programme.add_row(wrong, 1.0),
        lambda: programme.bound_columns(places, wrong, wrong),
        lambda: programme.bound_rows(places, wrong, wrong),
        lambda: Programme(replace(arrays, data=np.full(3, number)), REQUEST, with_integers=False),
        lambda: Programme(replace(arrays, row_lower=wrong), REQUEST, with_integers=False),
        lambda: conflict.find(replace(arrays, column_lower=wrong), 1.0),
    ]
    for way in ways:
        with pytest.raises(ValueError, match="no solver can take"):
            way()
    programme.start_from(np.array([number, 4.0]))


def test_the_solver_s_process_refuses_nan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that arrays with NaN end in an error even where nobody looked before; broken by an answer to them."""
    monkeypatch.setattr("planner.models.solving.solve.check_problem", lambda _: None)
    with pytest.raises(SolverCrashedError, match="costs hold nan"):
        solve(problem([(1, [1], 1)], [[np.nan]]), SolverOptions(), tmp_path)


def test_overflow_in_a_rule_is_refused_by_name(tmp_path: Path) -> None:
    """Proves that a product beyond float64 is refused with its rule and index, in a row with and without variables.

    Broken by a row without variables whose side is inf or NaN, which was dropped, or called a rule that cannot hold.
    """
    world = BASE.with_cells("site", "utilisation_min", {"gansu": 0.5, "hebei": 0.5})
    scenario = changed(world.read(tmp_path), "capacity_existing", {("gansu", "general"): 1e308})
    with pytest.raises(PlannerError, match="gansu"):
        check_problem(compile_model(declare_model(scenario)).problem)
    bare = world.with_rows("site_compute_type", [{"site": "gansu", "compute_type": "general", "capacity_existing": 1}])
    bare = bare.with_cells("workload", "latency_max", {"*": 0.01}).with_cells("workload", "unserved_price", {"*": 9})
    scenario = changed(bare.read(tmp_path / "bare"), "capacity_existing", {("gansu", "general"): 1e308})
    with pytest.raises(PlannerError, match=r"utilisation_floor.*gansu"):
        check_problem(compile_model(declare_model(scenario)).problem)


@pytest.mark.parametrize("word", ["nan", "NaN", "-nan", "nan(0x1)"])
def test_an_mps_file_with_nan_is_refused(word: str, tmp_path: Path) -> None:
    """Proves that a coefficient which is no number is refused with its line; broken by HiGHS, which leaves it out."""
    lines = ["NAME t", "ROWS", " N obj", " L r0", "COLUMNS", " c0 obj 1", f" c0 r0 {word}", "RHS", " R r0 5", "ENDATA"]
    file = tmp_path / "t.mps"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="row 7"):
        read_mps(file)
    file.write_text("\n".join(lines).replace(word, "2") + "\n", encoding="utf-8")
    assert sparse.csc_array(read_mps(file)[0].matrix).toarray().tolist() == [[2.0]]
