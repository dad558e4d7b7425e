"""Statuses: exclusive, in an order of precedence, and settled by what the runs of an instance prove of each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from bench_records import INF, PLAN, checked, programme, run, without_plan

from planner.bench.page.summary import GRAVITY, MEANINGS, WORDS
from planner.bench.runs.verdict import LEFT_OUT, STATUSES, conflicts, ruling_of, settle, status_of
from planner.bench.solvers.record import CLAIMS, ENDINGS, Record


def statuses(*records: Record) -> list[str]:
    """Return the settled statuses."""
    return [ruling.status for ruling in settle(records)[0]]


@pytest.mark.parametrize(
    ("record", "status", "words"),
    [
        (run(), "optimal_verified", ""),
        (run(bound=None), "optimal_verified", ""),
        (run(kind="lp", checked={"proof": "safe"}), "optimal_verified", ""),
        (run(kind="lp", checked={"proof": "box"}), "optimal_verified", ""),
        (run(kind="lp", checked={"notes": ["no duals"]}), "unproved", "no duals"),
        (run(kind="lp", checked={"gap_verified": 0.2, "safe_bound": 80.0}), "unproved", "2.0e-01 only"),
        (run(claim="feasible", bound=50.0), "feasible_timeout", ""),
        (run(bound=99.0), "feasible_timeout", "its own bound leaves 1"),
        (without_plan(claim="time_limit"), "timeout", ""),
        (without_plan(claim="time_limit", ending="killed_time", returncode=-9), "timeout", "did not heed"),
        (without_plan(claim="memory"), "out_of_memory", ""),
        (without_plan(claim="memory", ending="killed_memory", returncode=-9), "out_of_memory", ""),
        (without_plan(claim="error", ending="signal", returncode=-11), "crash", "signal 11"),
        (without_plan(claim="error", message="no such option"), "error", "no such option"),
        (without_plan(claim="error", returncode=3), "error", "exit code 3"),
        (without_plan(claim="optimal"), "error", "gives no plan"),
        (run(checked={"fault": "cut off"}), "error", "cut off"),
        (replace(run(), checked={"failure": "the check ended"}), "error", "the check ended"),
        (replace(run(), checked={}), "error", "was not checked"),
        (run(returncode=1), "error", "exit code 1"),
        (without_plan(claim="unsupported"), "unsupported", ""),
        (without_plan(claim="unlicensed"), "unlicensed", ""),
        (without_plan(claim="size_limited"), "size_limited", ""),
        (without_plan(claim="infeasible"), "unproved", "infeasible, by its word"),
        (without_plan(claim="unbounded"), "unproved", "unbounded, by its word"),
        (run(checked={"primal_feasible": False, "worst_place": "row r3", "worst_violation": 0.5}), "wrong", "row r3"),
        (run(checked={"primal_feasible": False, "worst_violation": None}), "wrong", "no finite number"),
        (run(checked={"objective_matches": False}), "wrong", "its own values cost"),
        (run(claim="feasible", bound=100.1), "wrong", "above its own plan"),
        (run(kind="lp", checked={"safe_bound": 100.1}), "wrong", "its duals prove"),
    ],
)
def test_status_from_its_own_evidence(record: Record, status: str, words: str) -> None:
    """Proves each status and its reason. Broken by a rule left out, or by two in the other order."""
    ruling = ruling_of(record)
    assert (ruling.status, status_of(record)) == (status, status)
    assert words in ruling.reason


def test_hang_crash_and_memory_can_be_told_apart() -> None:
    """Proves that a hang is a timeout with a mark, and a crash is neither. Broken by one status for all that was killed."""
    hung = ruling_of(without_plan(claim="time_limit", ending="killed_time", returncode=-9))
    late = ruling_of(without_plan(claim="time_limit"))
    crash = ruling_of(without_plan(claim="error", ending="signal", returncode=-9))
    memory = ruling_of(without_plan(claim="memory", ending="killed_memory", returncode=-9))
    assert (hung.status, hung.is_hung, late.status, late.is_hung) == ("timeout", True, "timeout", False)
    assert (crash.status, memory.status) == ("crash", "out_of_memory")


def test_precedence() -> None:
    """Proves the order where several hold: killed for memory, then crashed, then hung, then no plan, then wrong.

    Broken by looking at the claim before the ending, or at the plan before the process.
    """
    bad: dict[str, Any] = {"checked": {"primal_feasible": False}}
    assert status_of(run(ending="killed_memory", returncode=-9, **bad)) == "out_of_memory"
    assert status_of(run(ending="signal", returncode=-11, **bad)) == "crash"
    assert status_of(run(ending="killed_time", returncode=-9, **bad)) == "timeout"
    assert status_of(run(returncode=1, **bad)) == "error"
    assert status_of(run(**bad)) == "wrong"


def test_every_record_has_one_status() -> None:
    """Proves that no combination of claim, ending, plan and kind is without a status or breaks the settling.

    Broken by a combination that no rule covers.
    """
    plans = [{}, {"fault": "none"}, PLAN, {**PLAN, "primal_feasible": False}, {**PLAN, "safe_bound": 90.0}]
    records = [
        replace(run(), claim=claim, ending=ending, returncode=code, kind=kind, checked=plan, key=f"{number}")  # type: ignore[arg-type]
        for number, (claim, ending, code, kind, plan) in enumerate(
            product(CLAIMS, ENDINGS, (0, 3, -11), ("lp", "milp"), plans)
        )
    ]
    for record in records:
        assert status_of(record) in STATUSES
        assert set(statuses(record)) <= set(STATUSES)
    assert set(statuses(*records)) <= set(STATUSES)


def test_every_status_is_explained() -> None:
    """Proves that the page has a word, a meaning and a rank for each status. Broken by a new status without them."""
    assert set(WORDS) == set(MEANINGS) == set(GRAVITY) == set(STATUSES)
    assert GRAVITY[: len(LEFT_OUT)] == LEFT_OUT


def test_better_plan_refutes_a_claimed_optimum() -> None:
    """Proves that a plan that keeps all rules and costs less makes the other's claim wrong, and that both are named.

    Broken by comparing claims instead of checked plans, or by the wrong direction.
    """
    liar, honest = run("liar", cost=100.0), run("honest", cost=99.0)
    assert statuses(liar, honest) == ["wrong", "optimal_verified"]
    (found,) = conflicts([liar, honest])
    assert (found.accused, found.by, found.is_decided) == (liar.key, honest.key, True)
    assert "liar simplex (seed 0) says 100 at least" in found.text
    assert "honest simplex (seed 0) costs 99" in found.text


def test_better_plan_refutes_a_claimed_bound() -> None:
    """Proves that a bound is held against others' plans even where no plan was claimed. Broken by looking at optima."""
    bound_only = replace(without_plan("liar", claim="time_limit"), bound=100.0)
    assert statuses(bound_only, run("honest", cost=99.0)) == ["wrong", "optimal_verified"]
    assert statuses(replace(bound_only, bound=98.0), run("honest", cost=99.0)) == ["timeout", "optimal_verified"]


def test_difference_within_tolerance_is_no_contradiction() -> None:
    """Proves that 1e-6 of the objective's terms is allowed and a little more is not. Broken by an exact comparison."""
    assert statuses(run("one", cost=100.0), run("two", cost=99.99995)) == ["optimal_verified"] * 2
    assert statuses(run("one", cost=100.0), run("two", cost=99.99985)) == ["wrong", "optimal_verified"]


def test_loose_plan_only_makes_a_conflict() -> None:
    """Proves that a plan that uses up the tolerance proves nothing: both are in conflict, and both are named.

    Broken by deciding for the cheaper plan, or by naming only one.
    """
    liar, loose = run("one", cost=100.0), run("two", cost=99.0, checked={"worst_violation": 5e-7})
    assert statuses(liar, loose) == ["conflict", "conflict"]
    (found,) = conflicts([liar, loose])
    assert not found.is_decided
    tight = run("three", cost=99.0)
    assert statuses(liar, loose, tight) == ["wrong", "optimal_verified", "optimal_verified"]


def test_proven_bound_refutes_a_plan() -> None:
    """Proves that a plan below what duals prove is wrong, however small its violation, and that the prover stays.

    Broken by believing the lower number.
    """
    prover = run("prover", kind="lp", checked={"safe_bound": 100.0, "proof": "safe", "gap_verified": 0.0})
    cheap = run("cheap", kind="lp", cost=99.0, checked={"worst_violation": 9e-7})
    assert statuses(prover, cheap) == ["optimal_verified", "wrong"]


def test_duals_of_another_run_prove_a_plan() -> None:
    """Proves that an LP plan without duals is verified by another run's, even one that is wrong itself.

    Broken by asking each run for its own proof, or by taking no proof from a run with a bad plan.
    """
    mute = run("mute", kind="lp", checked={"notes": ["no duals"]})
    prover = run("prover", kind="lp", checked={"primal_feasible": False, "safe_bound": 100.0})
    rulings, _ = settle([mute, prover])
    assert [(ruling.status, ruling.proof) for ruling in rulings] == [("optimal_verified", "other"), ("wrong", "")]
    assert prover.key in rulings[0].reason


def test_runs_of_other_instances_prove_nothing() -> None:
    """Proves that instances are told apart by their hash. Broken by settling all records together."""
    assert statuses(run("one", cost=100.0), run("two", "other", cost=9.0)) == ["optimal_verified"] * 2


def test_infeasible_in_the_face_of_a_plan() -> None:
    """Proves the three outcomes of "infeasible": refuted, in conflict with a loose plan, unproved alone.

    Broken by believing it, or by refuting it with a plan that uses the tolerances up.
    """
    claim = without_plan("liar", claim="infeasible")
    assert statuses(claim, run("honest")) == ["wrong", "optimal_verified"]
    assert statuses(claim, run("loose", checked={"worst_violation": 5e-7})) == ["conflict", "conflict"]
    assert statuses(claim, without_plan("late", claim="time_limit")) == ["unproved", "timeout"]


def test_unbounded_in_the_face_of_a_proof() -> None:
    """Proves that a proven bound refutes "unbounded", and that a claimed optimum is only in conflict with it.

    Broken by taking any plan for a refutation: an unbounded problem has plans.
    """
    claim = without_plan("liar", claim="unbounded")
    prover = run("prover", kind="lp", checked={"safe_bound": 100.0, "proof": "safe"})
    assert statuses(claim, prover) == ["wrong", "optimal_verified"]
    assert statuses(claim, run("honest")) == ["conflict", "conflict"]
    assert statuses(claim, run("early", claim="feasible", bound=None)) == ["unproved", "feasible_timeout"]


def test_failed_runs_accuse_nobody() -> None:
    """Proves that crashed, left-out and wrong runs neither accuse nor are accused. Broken by using their numbers."""
    failed = [
        run("one", ending="signal", returncode=-11, cost=1.0),
        run("two", checked={"primal_feasible": False}, cost=1.0),
        without_plan("three", claim="unsupported", bound=1e6),
        run("four", claim="optimal", returncode=1, cost=1.0),
    ]
    assert statuses(*failed, run("honest")) == ["crash", "wrong", "unsupported", "error", "optimal_verified"]
    assert conflicts([*failed, run("honest")]) == []


def test_planted_answers_from_file_to_status(tmp_path: Path) -> None:
    """Proves the whole way from arrays to statuses with planted lies on one LP, an honest run beside them.

    Broken anywhere between the reader and the settling.
    """
    linear = programme([2, 3], [[1, 1]], [(4, INF)], [(0, 3), (0, INF)])
    answers = {
        "honest": ([3.0, 1.0], [3.0], 9.0),
        "infeasible": ([3.0, 0.5], [3.0], 7.5),
        "wrong_objective": ([3.0, 1.0], [3.0], 8.0),
        "suboptimal": ([2.0, 2.0], [3.0], 10.0),
        "no_duals": ([3.0, 1.0], None, 9.0),
    }
    records = [
        replace(
            run(name, kind="lp", objective=cost, bound=None),
            checked=checked(linear, tmp_path, values, duals, objective=cost),
        )
        for name, (values, duals, cost) in answers.items()
    ]
    assert [status_of(record) for record in records] == [
        "optimal_verified",
        "wrong",
        "wrong",
        "unproved",
        "unproved",
    ]
    assert statuses(*records) == ["optimal_verified", "wrong", "wrong", "wrong", "optimal_verified"]
