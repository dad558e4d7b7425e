"""The national model written again by hand, in bare numpy and in linopy, is the planner's, entry by entry.

Both stand in ``benchmarks/``, share no rule with ``planner/models/features`` and no column order with the compiler.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import highspy
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import planner
from planner.models.build import declare_model
from planner.models.compile import compile_model

ROOT = Path(__file__).resolve().parents[2]
NATIONAL = ROOT / "scenarios" / "national-2025"
FAMILIES = (
    "allocation", "grid_power", "green_power", "excess", "green_capacity_new", "certificates", "modules", "open",
)  # fmt: skip
"""The variables in the order in which the hand-written models have them."""
WAYS = [
    "numpy",
    *(
        pytest.param(way, marks=pytest.mark.skipif(find_spec("linopy") is None, reason="linopy is in the extra bench"))
        for way in ("linopy", "linopy-sparse")
    ),
]


class Form(NamedTuple):
    """Minimise cost · x subject to sides of A x and bounds of x."""

    matrix: Any
    row_lower: Any
    row_upper: Any
    cost: Any
    lower: Any
    upper: Any
    is_integer: Any


@pytest.fixture(autouse=True)
def _find_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


@pytest.fixture(params=[(1, False), (24, False), (24, True)], ids=["year", "day", "day without integers"])
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> planner.Scenario:
    """Return the national scenario, over one timestep and over many."""
    timesteps, relax = request.param
    return written(tmp_path, timesteps, relax=relax)


def written(folder: Path, timesteps: int, *, relax: bool = False) -> planner.Scenario:
    """Return one of the benchmarks' scenarios."""
    write = importlib.import_module("scenarios").write_scenario
    return planner.read_scenario(write(folder / "scenario", timesteps, relax=relax))


def built(way: str, scenario: planner.Scenario) -> Any:
    """Return the HiGHS that holds a hand-written model."""
    module = importlib.import_module(way.split("-", maxsplit=1)[0] + "_model")
    options = {"sparse": way.endswith("sparse")} if module.__name__ == "linopy_model" else {}
    highs = module.hand_over(module.build(scenario, **options))
    highs.setOptionValue("output_flag", False)
    return highs


def form_of(highs: Any) -> Form:
    """Return what HiGHS holds."""
    lp = highs.getLp()
    rows = lp.a_matrix_.format_ == highspy.MatrixFormat.kRowwise
    make = sparse.csr_array if rows else sparse.csc_array
    entries = (np.array(lp.a_matrix_.value_), np.array(lp.a_matrix_.index_), np.array(lp.a_matrix_.start_))
    matrix = make(entries, shape=(lp.num_row_, lp.num_col_)).tocsr()
    whole = np.array([kind != highspy.HighsVarType.kContinuous for kind in lp.integrality_] or [False] * lp.num_col_)
    arrays = (lp.row_lower_, lp.row_upper_, lp.col_cost_, lp.col_lower_, lp.col_upper_)
    return Form(matrix, *map(np.array, arrays), whole)


def form_of_planner(scenario: planner.Scenario) -> Form:
    """Return the planner's own model, its columns in the order of the hand-written ones."""
    problem = compile_model(declare_model(scenario)).problem
    family = np.array([FAMILIES.index(variable) for variable, _ in problem.column_names])
    order = np.argsort(family, kind="stable")
    columns = (problem.stages[0].cost, problem.column_lower, problem.column_upper, problem.is_integer)
    matrix = problem.matrix[:, order].tocsr()
    return Form(matrix, problem.row_lower, problem.row_upper, *(column[order] for column in columns))


def canonical(form: Form) -> Form:
    """Return the same model with its rows in an order, and with a sign, of their own content."""
    weights = np.random.default_rng(7).uniform(1, 2, len(form.cost))
    matrix = form.matrix.copy()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    sign = np.sign(matrix.data[matrix.indptr[:-1]])
    matrix = sparse.csr_array(sparse.diags_array(sign) @ matrix)
    matrix.sort_indices()
    lower = np.where(sign > 0, form.row_lower, -form.row_upper)
    upper = np.where(sign > 0, form.row_upper, -form.row_lower)
    order = np.argsort(matrix @ weights, kind="stable")
    return form._replace(matrix=matrix[order], row_lower=lower[order], row_upper=upper[order])


@pytest.mark.parametrize("way", WAYS)
def test_the_hand_written_model_is_the_planners(way: str, scenario: planner.Scenario) -> None:
    """Every row, bound, coefficient and cost of the planner's model stands in the one written by hand, and no other.

    Proves: rules, templates and compiler make the model that the formulas ask for, over one timestep and over many.
    Sensitivity: a coefficient, a sign, a weight or a row more or less in either of the two.
    """
    ours, theirs = canonical(form_of_planner(scenario)), canonical(form_of(built(way, scenario)))
    assert ours.matrix.shape == theirs.matrix.shape
    assert np.array_equal(ours.matrix.indptr, theirs.matrix.indptr)
    assert np.array_equal(ours.matrix.indices, theirs.matrix.indices)
    np.testing.assert_allclose(ours.matrix.data, theirs.matrix.data, rtol=1e-12)
    for name in ("row_lower", "row_upper", "cost", "lower", "upper"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-12, atol=1e-9, err_msg=name)
    assert np.array_equal(ours.is_integer, theirs.is_integer)


@pytest.mark.parametrize("way", WAYS)
def test_the_optimum_is_the_same(way: str, tmp_path: Path) -> None:
    """Solved without any gap, the hand-written national model costs what the planner's plan costs, as audited.

    Proves: nothing between arrays and audited plan changes the optimum. Sensitivity: a constant lost, a cost counted
    twice, a tie-break that costs money.
    """
    for relax in (False, True):
        scenario = written(tmp_path / str(relax), 1, relax=relax)
        highs = built(way, scenario)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.run()
        plan = planner.run(scenario, gap=0.0)
        assert plan.summary["objective"] == pytest.approx(highs.getInfo().objective_function_value, rel=1e-9)


def test_the_year_in_one_step_is_the_national_scenario(tmp_path: Path) -> None:
    """Proves that the benchmarks measure the national scenario: one step changes no table. A changed default breaks it."""
    assert written(tmp_path, 1).content_hash != written(tmp_path / "other", 24).content_hash
    pairs = {path.name: path.read_text(encoding="utf-8") for path in NATIONAL.glob("*.csv")}
    for name, text in pairs.items():
        given = pd.read_csv(NATIONAL / name, dtype=str)
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "scenario" / name, dtype=str), given, obj=text[:40])


def test_the_steps_make_up_the_year(tmp_path: Path) -> None:
    """Weights are unequal and sum to 8760 h; every profile has the national scenario's value as its mean over the year.

    Proves: the scenarios over time ask for the same year. Sensitivity: a profile that is not levelled, or levelled
    without the weights.
    """
    whole, cut = written(tmp_path / "whole", 1), written(tmp_path / "cut", 72)
    weight = cut.series("timestep_weight")
    assert weight.sum() == pytest.approx(8760)
    assert weight.nunique() > 2
    for name in ("demand_profile", "pue", "grid_power_price", "emission_factor", "availability"):
        steps = cut.series(name).unstack("timestep")[weight.index]
        once = whole.series(name).unstack("timestep").squeeze("columns").loc[steps.index]
        assert (steps @ weight / weight.sum()).to_numpy() == pytest.approx(once.to_numpy(), rel=1e-7), name
        assert float(steps.std(axis=1).max()) > 0, name


@pytest.mark.parametrize(
    "edit",
    [
        "green_power_share_mode=matched",
        "emissions_accounting=location",
        "site.grid_power_max=900",
        "workload.indivisible=true",
        "objective.minimise=emissions",
    ],
)
def test_other_rules_are_refused(edit: str) -> None:
    """Proves that the hand-written models refuse what they do not model; silence would compare different models."""
    inputs = importlib.import_module("inputs")
    with pytest.raises(ValueError, match=edit.partition("=")[0].split(".")[-1].replace("minimise", "objective")):
        inputs.read_inputs(planner.read_scenario(NATIONAL, [edit]))


def test_a_measured_run_holds_the_whole_model(tmp_path: Path) -> None:
    """The planner's run of the comparison ends with HiGHS holding all rows and columns, directly and through the file.

    Proves: what is timed is the model. Sensitivity: a change of the compiler's or the exchange's interface.
    """
    written(tmp_path, 1)
    command = [sys.executable, str(ROOT / "benchmarks" / "ways.py"), "planner", str(tmp_path / "scenario")]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    found = json.loads(ended.stdout.splitlines()[-1])
    assert [found[size] for size in ("rows", "columns", "nonzeros")] == [542, 8100, 32181]
    assert found["memory_solver"] > 0


def test_the_page_shows_the_recorded_runs() -> None:
    """Proves that docs/explanation/speed.md is what compare.py makes of the runs; a figure typed by hand breaks it."""
    compare = importlib.import_module("compare")
    text = compare.PAGE.read_text(encoding="utf-8")
    assert text[text.index(compare.BEGIN) + len(compare.BEGIN) : text.index(compare.END)].strip() == compare.tables()
