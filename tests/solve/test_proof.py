"""Bounds proved outside the solver: of linear plans, of our own search with its leaves, of later stages, and not at all."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from solve_problems import INF, market_split, modules, problem, two_sites
from test_solve_large import all_large, network, request, with_blocks

from planner.models.algebra.problem import Problem, Solution, SolverOptions
from planner.models.solving import solve as solving
from planner.models.solving.highs.exchange import Answer, Clock
from planner.models.solving.highs.judge import judge
from planner.models.solving.large import dive
from planner.models.solving.proof.bound import prove_answer
from planner.models.solving.proof.leaves import NONE, Leaf, Leaves, vector_of
from planner.models.solving.proof.proof import Evidence, evidence_of, kept, proved_bound, whole
from planner.models.solving.solve import solve

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["all_large"]


def proved(asked: Problem, folder: Path, **options: Any) -> Solution:
    """Solve and prove."""
    return solve(asked, SolverOptions(**options), folder, prove=True)


def evidence_in(leaves: Leaves, folder: Path) -> Evidence:
    """Return what a search has left."""
    return Evidence(leaves.found, lambda number: vector_of(folder, number), leaves.vectors)


@pytest.mark.parametrize("constant", [0.0, 100.5, -1e6])
def test_linear_plan_is_proved(constant: float, tmp_path: Path) -> None:
    """Proves: a linear plan's bound is ours, with the constant, and what is kept proves the very same number again.

    Sensitivity: the constant forgotten or added twice; arrays that are not those the bound was proved from.
    """
    asked = two_sites()
    asked = replace(asked, stages=(replace(asked.stages[0], constant=constant),))
    found = proved(asked, tmp_path)
    assert found.proof is not None
    assert (found.status, found.gap, found.proof.by, found.proof.leaves) == ("optimal", 0.0, "planner", 1)
    assert found.bound <= found.objective == 19.0 + constant
    assert found.bound == pytest.approx(19.0 + constant, rel=1e-12)
    assert found.proof.kept is not None
    evidence = evidence_of(asked, found.proof.kept)
    assert evidence is not None
    assert proved_bound(asked, evidence, found.objective)[0] == pytest.approx(found.bound, rel=1e-15)


def test_changed_duals_prove_less(tmp_path: Path) -> None:
    """Proves: no change of the duals kept raises the bound. Sensitivity: a price that is believed."""
    asked = two_sites()
    found = proved(asked, tmp_path)
    assert found.proof is not None
    assert found.proof.kept is not None
    rng = np.random.default_rng(0)
    for _ in range(50):
        vectors = found.proof.kept["vectors"] * rng.uniform(0.5, 1.5, found.proof.kept["vectors"].shape)
        evidence = evidence_of(asked, {**found.proof.kept, "vectors": vectors})
        assert evidence is not None
        assert proved_bound(asked, evidence, found.objective)[0] <= 19.0


def test_small_plan_of_the_solvers_tree_is_confirmed(tmp_path: Path) -> None:
    """Proves: where a few nodes of our own prove what HiGHS's tree says, the bound is ours: 30.5 for two modules.

    Sensitivity: the solver's word taken for a proof (no leaves are kept), or a few leaves that do not cover.
    """
    found = proved(modules(), tmp_path)
    assert found.proof is not None
    assert (found.status, found.proof.by, found.gap) == ("optimal", "planner", 0.0)
    assert found.bound == pytest.approx(30.5, rel=1e-12)
    assert found.proof.leaves > 1


def test_bound_of_the_solvers_tree_is_its_word(tmp_path: Path) -> None:
    """Proves: a plan that needs hundreds of nodes keeps HiGHS's bound, and it is called the solver's word, and why.

    Sensitivity: the tree's bound called proved, or the poor bound that we prove shown as if the plan were poor.
    """
    asked = market_split(2, 14)
    found = proved(asked, tmp_path)
    assert found.proof is not None
    assert (found.status, found.proof.by, found.proof.leaves) == ("optimal", "solver", 0)
    assert found.bound == pytest.approx(found.objective)
    assert found.proof.proved < found.objective
    assert "HiGHS's own tree" in found.proof.record["why"]
    assert found.proof.record["why_zh"] != found.proof.record["why"]
    assert found.proof.kept is None


def test_nothing_is_proved_unless_asked(tmp_path: Path) -> None:
    """Proves: trials of other verbs pay nothing. Sensitivity: a proof in every solve."""
    assert solve(modules(), SolverOptions(), tmp_path).proof is None
    assert not list(tmp_path.glob("leaf-*"))


def test_leaf_without_a_point_needs_its_ray(tmp_path: Path) -> None:
    """Proves: x + y ≥ 1.5, y ≤ 0.2, x whole: x ≤ 1 is empty by its ray, so that 2 is proved; without the ray 1.3 is.

    Sensitivity: an infeasible leaf left out of the bound on the solver's word.
    """
    asked = problem([(1.5, [1, 1], INF)], [[1, 0]], upper=[9, 0.2], integers=(0,))
    leaves = Leaves(tmp_path)
    arrays = solving._arrays(asked)
    dive.confirm(arrays, request(), Clock(None), np.array([2.0, 0.0]), leaves)
    assert leaves.is_full
    evidence = evidence_in(leaves, tmp_path)
    assert any(leaf.ray != NONE for leaf in leaves.found)
    assert proved_bound(asked, evidence, 2.0)[0] == pytest.approx(2.0, rel=1e-12)
    blind = [replace(leaf, ray=NONE) for leaf in leaves.found]
    assert proved_bound(asked, replace(evidence, leaves=blind), 2.0)[0] == pytest.approx(1.3, rel=1e-12)


@pytest.mark.parametrize("change", ["left out", "twice", "wider"])
def test_leaves_must_be_a_partition(change: str, tmp_path: Path) -> None:
    """Proves: leaves that leave out, double or overlap prove nothing at all. Sensitivity: the least over what is there."""
    asked = problem([(1.5, [1, 1], INF)], [[1, 0]], upper=[9, 0.2], integers=(0,))
    leaves = Leaves(tmp_path)
    dive.confirm(solving._arrays(asked), request(), Clock(None), np.array([2.0, 0.0]), leaves)
    found = list(leaves.found)
    if change == "left out":
        found.pop(0)
    elif change == "twice":
        found.append(found[0])
    else:
        found[0] = replace(found[0], upper=found[0].upper + 1)
        found[1] = replace(found[1], lower=found[1].lower - 1)
    bound, why = proved_bound(asked, replace(evidence_in(leaves, tmp_path), leaves=found), 2.0)
    assert bound == -math.inf
    assert "cover" in why


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("gap", [0.0, 0.02])
@pytest.mark.parametrize("seed", [6, 8])
def test_every_leaf_of_our_search_is_proved(gap: float, seed: int, tmp_path: Path) -> None:
    """Proves: what dive and tree say of a large plan is proved from its leaves, to the rounding, and kept arrays too.

    Sensitivity: a dropped, open or empty node that is no leaf; duals of another node.
    """
    asked = network(16, seed)
    leaves = Leaves(tmp_path)
    found = dive.dive(with_blocks(asked), request(gap), Clock(None), lambda *_: None, leaves=leaves)
    assert leaves.is_full
    evidence = evidence_in(leaves, tmp_path)
    bound, _ = proved_bound(asked, evidence, found.cost)
    assert bound <= found.cost
    assert bound == pytest.approx(found.bound, rel=1e-9)
    again = evidence_of(asked, kept(evidence))
    assert again is not None
    assert proved_bound(asked, again, found.cost)[0] == bound


@pytest.mark.parametrize(("limit", "served"), [(0.5, 4.5), (3.0, 5.0)])
def test_later_stage_is_proved_on_the_earlier_one(limit: float, served: float, tmp_path: Path) -> None:
    """Proves: with "least unserved first" the cost is proved with that stage held: 3 · 4 + 7 · 0.5, and 3 · 4 + 7.

    Without the held row nobody would be served at a cost of 0. Sensitivity: the held row's price left out or of the
    wrong sign; a bound of the face believed.
    """
    asked = problem(
        [(5, [1, 1, 1], 5)], [[0, 0, 1], [3, 7, 0]], upper=[4, limit, INF], objective_stage=1, constants=[0.0, 2.0]
    )
    found = proved(asked, tmp_path)
    assert found.proof is not None
    assert (found.status, found.proof.by, found.gap) == ("optimal", "planner", 0.0)
    assert found.bound == pytest.approx(12 + 7 * (served - 4) + 2.0, rel=1e-9)
    assert found.proof.kept is None


def test_later_stage_with_integers_is_the_solvers_word(tmp_path: Path) -> None:
    """Proves: with integers an earlier stage is not proved, and so neither is the objective; it is said why.

    Sensitivity: the linear programme of the fixed integers taken for a proof.
    """
    asked = problem([(5, [1, 1, 1], 5)], [[0, 0, 1], [3, 7, 0]], upper=[4, 3, INF], integers=(0,), objective_stage=1)
    found = proved(asked, tmp_path)
    assert found.proof is not None
    assert (found.proof.by, found.proof.leaves) == ("solver", 0)
    assert "another stage" in found.proof.why


def test_poor_proof_of_our_own_search_is_shown(tmp_path: Path) -> None:
    """Proves: where our own search called a plan optimal and its leaves prove less, less is shown: no longer optimal.

    Sensitivity: the claim of the search kept although it was not proved.
    """
    asked = modules()
    leaf = [0, NONE, asked.column_lower[0], asked.column_upper[0]]
    np.save(tmp_path / "leaf-0.npy", np.zeros(2))
    answer = Answer("optimal", np.array([2.0, 4.0, 1.0]), 30.5, details={"bound_from": "planner"})
    answer = replace(answer, leaves=np.array([leaf]))
    verdict = judge(asked, answer, 0.0)
    shown, proof = prove_answer(asked, answer, verdict, tmp_path, SolverOptions())
    assert (verdict.status, verdict.gap) == ("optimal", 0.0)
    assert (shown.status, proof.by, shown.bound, shown.gap) == ("feasible", "planner", 0.0, 1.0)
    assert any("safe arithmetic" in note for note in shown.notes)


@pytest.mark.parametrize("leaves", [np.zeros((1, 3)), np.array([[math.nan, 0, 0, 4]]), np.array([[7.0, -1, 0, 4]])])
def test_nonsense_from_the_solvers_process_proves_nothing(leaves: np.ndarray, tmp_path: Path) -> None:
    """Proves: leaves of another shape, without numbers, or with vectors that are not there leave the solver's word.

    Sensitivity: an exception, or a vector that is not there taken for zeros.
    """
    asked = modules()
    answer = Answer("optimal", np.array([2.0, 4.0, 1.0]), 30.5, details={"bound_from": "planner"}, leaves=leaves)
    _, proof = prove_answer(asked, answer, judge(asked, answer, 0.0), tmp_path, SolverOptions())
    assert (proof.by, proof.kept) == ("solver", None)


def test_too_many_duals_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: beyond a limit the leaves alone are kept. Sensitivity: a run folder of a gigabyte."""
    asked = two_sites()
    evidence = whole(asked, np.array([7.0, -4.0]))
    assert set(kept(evidence)) == {"format", "leaves", "vectors"}
    monkeypatch.setattr("planner.models.solving.proof.proof.NUMBERS_MAX", 1)
    assert set(kept(evidence)) == {"format", "leaves"}
    assert evidence_of(asked, kept(evidence)) is None


def test_leaf_is_a_box() -> None:
    """Proves: leaves copy their bounds, so that a search may go on with its arrays. Sensitivity: a shared array."""
    leaves, box = Leaves(folder=None), np.zeros(1)
    leaves.close(box, box, 0)
    assert leaves.found == []
    assert Leaf(box, box, 0).ray == NONE
