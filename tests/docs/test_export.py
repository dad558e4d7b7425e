"""`planner export`: other programs read the same model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import highspy
import numpy as np
import pytest
from scipy import sparse

import planner
from planner.errors import InvalidInputError, UsageError
from planner.models.algebra.problem import Problem, Stage
from planner.pipeline.export import export_text, model_text, names_of
from tests.docs.pages import ROOT

TINY = ROOT / "scenarios/tiny"


def solved(path: Path, text: str) -> float:
    """Return the optimum of a model file, solved by HiGHS alone."""
    path.write_text(text, encoding="utf-8")
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("mip_rel_gap", 0.0)
    assert model.readModel(str(path)) == highspy.HighsStatus.kOk
    model.run()
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(model.getInfo().objective_function_value)


@pytest.mark.parametrize("form", ["mps", "lp"])
@pytest.mark.parametrize("objective", ["cost", "emissions", "latency", "{ cost = 1, emissions = 90 }"])
def test_exported_model_has_the_same_optimum(tmp_path: Path, form: str, objective: str) -> None:
    """Proves that the file is the model: read back, it solves to the plan's objective.

    A bound, a coefficient, an integrality or the constant lost on the way breaks it.
    """
    override = [f"objective.minimise={objective}"]
    plan = planner.run(planner.read_scenario(TINY, override))
    found = solved(tmp_path / f"model.{form}", export_text(form, TINY, override))
    assert found == pytest.approx(plan.summary["objective"], rel=1e-9)


@pytest.mark.parametrize("form", ["mps", "lp"])
def test_names_are_those_of_rules_and_members(form: str) -> None:
    """Proves that rows and columns can be read: rule or variable, then its members."""
    text = export_text(form, TINY)
    assert "site_capacity.qingyang.general.day" in text
    assert "allocation.shanghai.training.qingyang.direct.night" in text


@pytest.mark.parametrize("form", ["mps", "lp"])
def test_constant_and_small_coefficients_survive(tmp_path: Path, form: str) -> None:
    """Proves that the objective's constant and a cost of 1e-10 are written: min x + 1e-10 y + 7.5, x + 2y ≥ 3."""
    problem = Problem(
        matrix=sparse.csc_array([[1.0, 2.0]]),
        row_lower=np.array([3.0]),
        row_upper=np.array([np.inf]),
        column_lower=np.zeros(2),
        column_upper=np.full(2, np.inf),
        is_integer=np.array([False, False]),
        stages=(Stage("objective_value", np.array([1.0, 1e-10]), 7.5),),
        objective_stage=0,
        tie_break=None,
        row_names=(("rule", ("北京",)),),
        column_names=(("x", ("a b",)), ("x", ("a-b",))),
    )
    assert solved(tmp_path / f"model.{form}", model_text(problem, form)) == pytest.approx(7.5 + 1.5e-10, abs=1e-13)


def test_nothing_but_the_model_is_printed() -> None:
    """Proves that HiGHS keeps its own lines to itself.

    Sensitivity: HiGHS 1.16 as it is greets, once a process (so in a new one), where the exported model goes as well.
    """
    source = f"from planner.pipeline.export import export_text; export_text('mps', {str(TINY)!r})"
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b""


def test_names_are_plain_and_no_two_alike() -> None:
    """Proves that hostile, Chinese and very long ids give names that any reader takes, each its own."""
    members = [("rule", (word,)) for word in ("北京", "a b", "a-b", "a·b", "=1+1", "x" * 300, "x" * 301)]
    names = names_of([*members, ("objective_value", ())])
    assert len(set(names)) == len(names)
    assert all(name.isascii() and " " not in name and len(name) <= 255 for name in names)
    assert names[0] == "rule.u5317u4eac"


def test_what_cannot_be_exported_is_said(tmp_path: Path) -> None:
    """Proves that an unknown form, a model without a scenario and a wrong scenario are errors with a remedy."""
    with pytest.raises(UsageError, match="mps, lp, json-schema"):
        export_text("gams", TINY)
    with pytest.raises(ValueError, match="export_workbook"):
        export_text("xlsx", TINY)
    with pytest.raises(UsageError, match="name the scenario"):
        export_text("mps", None)
    with pytest.raises(InvalidInputError):
        export_text("lp", tmp_path / "nowhere")
