"""The rows that templates give are those that Pyomo's own standard form gives, rule by rule and member by member."""

from __future__ import annotations

import importlib
import os
import pkgutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tests.features
from planner.errors import InfeasibleError, InvalidInputError
from planner.models.algebra import linear_form, pieces
from planner.models.algebra.matrix import coefficient_warnings
from planner.models.algebra.standard_form import compile_standard_form
from planner.models.build import build_model, declare_model
from planner.models.compile import compile_model
from planner.models.solving.blocks import BLOCKS_MIN, find_blocks
from planner.models.solving.highs.judge import check_problem
from tests.algebra import scenario_of
from tests.compile.same_problem import assert_templates_give_the_standard_form
from tests.reliability.random_world import random_world
from tests.shipped import read_shipped
from tests.test_shadow_prices import WORLDS as PRICED
from tests.test_units import WORLDS as MEASURED
from tests.worlds import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.algebra.problem import Problem
    from planner.scenario.scenario import Case

SHIPPED = sorted(path.parent.name for path in Path("scenarios").glob("*/scenario.toml"))


def worlds_of_features() -> dict[str, World]:
    """Return every world that a feature's tests, or the tests of prices and units, name; those that are equal once."""
    found = {}
    for module in pkgutil.iter_modules(tests.features.__path__):
        names = vars(importlib.import_module(f"tests.features.{module.name}")).items()
        found |= {f"{module.name}.{name}": world for name, world in names if isinstance(world, World)}
    for source, worlds in (("prices", PRICED), ("units", MEASURED)):
        found |= {f"{source}.{name}": world for name, world in worlds.items()}
    first = {repr(world): name for name, world in reversed(found.items())}
    return {name: found[name] for name in first.values()}


WORLDS = worlds_of_features()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios(name: str, tmp_path: Path) -> None:
    """Every shipped scenario (of one of many hours the first three) is compiled by templates, to the standard form.

    Of one of several cases so many that each stage and each future is there. Proves: coefficients, sides, bounds, costs, integers and names. Sensitivity: any rule that asks what its index is.
    """
    scenario = read_shipped(name, tmp_path, 3)
    for year in [case.scenario for case in covering(scenario.cases)] or [scenario]:
        assert_templates_give_the_standard_form(year)


def covering(cases: Sequence[Case]) -> list[Case]:
    """Return cases in which every stage and every future of a scenario stands, in a new pairing where there is one.

    The rules are those of one year, whatever the pair: what differs are numbers of stages and numbers of futures.
    """
    stages, futures = (list(dict.fromkeys(getattr(case, of) for case in cases)) for of in ("stage", "future"))
    count = max(len(stages), len(futures))
    pairs = {(stages[at % len(stages)], futures[at % len(futures)]) for at in range(count)}
    return [case for case in cases if (case.stage, case.future) in pairs]


def test_pieces_make_the_same_matrix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a matrix written out, looked over and warned of in pieces of a few cells is the same as in one.

    Sensitivity: a cut along an axis that does not vary, a column counted twice where two pieces meet.
    """
    scenario = read_shipped("national-2025-hourly", tmp_path, BLOCKS_MIN)
    whole = compile_model(declare_model(scenario)).problem
    blocks, warnings = find_blocks(whole), list(coefficient_warnings(whole))
    assert blocks is not None
    monkeypatch.setattr(linear_form, "CELLS_MAX", 1000)
    monkeypatch.setattr(pieces, "PIECE", 1000)
    cut = compile_model(declare_model(scenario)).problem
    for one, other in zip(arrays_of(whole), arrays_of(cut), strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    assert all(np.array_equal(*pair) for pair in zip(blocks, find_blocks(cut) or (), strict=True))
    assert list(coefficient_warnings(cut)) == warnings
    check_problem(cut)


def arrays_of(problem: Problem) -> list[np.ndarray[Any, Any]]:
    """Return the arrays of a problem."""
    matrix = problem.matrix
    sides = problem.row_lower, problem.row_upper, problem.column_lower, problem.column_upper, problem.is_integer
    return [matrix.indptr, matrix.indices, matrix.data, *sides, *(stage.cost for stage in problem.stages)]


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_worlds_of_every_feature(name: str) -> None:
    """Every world of the features' own tests is compiled by templates, to the matrix of the standard form.

    Proves: each feature with each of its options. Sensitivity: a join that loses a member, a wrong axis of a sum.
    """
    assert_templates_give_the_standard_form(scenario_of(WORLDS[name]))


@settings(max_examples=int(os.environ.get("PLANNER_MATRIX", "30")), deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_scenarios(seed: int) -> None:
    """Any scenario that can be read is compiled by templates, to the matrix of the standard form.

    Proves: empty sets, single members, absent tables, numbers of any size. Others at each run; ``make campaign-matrix``
    tries 2,000. Sensitivity: as above, where nobody looked.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            scenario = random_world(seed).read(Path(folder))
        except InvalidInputError:
            return
    try:
        standard = compile_standard_form(build_model(scenario))
    except InfeasibleError as error:
        with pytest.raises(InfeasibleError, match=str(error).split("[")[0]):
            compile_model(declare_model(scenario))
        return
    assert_templates_give_the_standard_form(scenario, standard)
