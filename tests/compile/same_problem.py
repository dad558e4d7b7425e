"""Whether two ways of compiling a model give the same problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from planner.models.algebra.standard_form import compile_standard_form
from planner.models.build import declare_model
from planner.models.compile import compile_model

if TYPE_CHECKING:
    from planner.models.algebra.problem import Problem, Vector
    from planner.scenario.scenario import Scenario

ROUNDING = 1e-12
"""Relative to the largest number beside it: the two ways add the same terms in another order."""


def assert_templates_give_the_standard_form(scenario: Scenario, standard: Problem | None = None) -> None:
    """Assert that every rule of a scenario is a template, and that its rows are those of Pyomo's standard form.

    What is declared, the same for both ways, is declared once; Pyomo then calls every rule anew. The standard form may
    be there already.
    """
    model = declare_model(scenario)
    compiled = compile_model(model)
    assert not compiled.fallback, compiled.fallback
    assert_same(compiled.problem, standard or compile_standard_form(model))


def assert_same(one: Problem, other: Problem) -> None:
    """Assert that two problems have the same rows and columns, entry by entry, whatever the order of the rows."""
    assert list(one.column_names) == list(other.column_names)
    place = {name: number for number, name in enumerate(one.row_names)}
    assert set(place) == set(other.row_names)
    order = [place[name] for name in other.row_names]
    rows, expected = one.matrix.tocsr()[order], other.matrix.tocsr()
    # Where a sum is empty Pyomo may turn a row about: 0 ≤ x for 0 - x ≤ 0.
    turned = np.asarray((rows * expected).sum(axis=1)).ravel() < 0
    rows = sparse.diags_array(np.where(turned, -1.0, 1.0)) @ rows
    lower, upper = one.row_lower[order], one.row_upper[order]
    lower, upper = np.where(turned, -upper, lower), np.where(turned, -lower, upper)
    size = abs(expected).max(axis=1).toarray().ravel() if expected.nnz else np.zeros(expected.shape[0])
    difference = abs(rows - expected).max(axis=1).toarray().ravel() if expected.nnz else size
    assert (difference <= ROUNDING * size).all()
    assert_close(lower, other.row_lower, size)
    assert_close(upper, other.row_upper, size)
    for bound in ("column_lower", "column_upper"):
        assert_close(getattr(one, bound), getattr(other, bound), np.ones(len(one.column_names)))
    assert np.array_equal(one.is_integer, other.is_integer)
    assert [stage.name for stage in one.stages] == [stage.name for stage in other.stages]
    assert one.objective_stage == other.objective_stage
    for stage, same in zip(one.stages, other.stages, strict=True):
        largest = np.abs(same.cost).max(initial=abs(same.constant))
        assert_close(stage.cost, same.cost, np.full(len(same.cost), largest))
        assert_close(np.array([stage.constant]), np.array([same.constant]), np.array([largest]))
    assert (one.tie_break is None) == (other.tie_break is None)
    if one.tie_break is not None and other.tie_break is not None:
        assert_close(
            one.tie_break, other.tie_break, np.full(len(one.tie_break), np.abs(other.tie_break).max(initial=0))
        )


def assert_close(one: Vector, other: Vector, size: Vector) -> None:
    """Assert that numbers are equal but for the rounding of numbers of a size, and infinite where the others are."""
    finite = np.isfinite(other)
    assert np.array_equal(one[~finite], other[~finite])
    beside = np.maximum(size[finite], np.abs(other[finite]))
    assert (np.abs(one[finite] - other[finite]) <= ROUNDING * beside).all()
