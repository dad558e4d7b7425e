"""One trial: a scenario through read, check, run and audit, and what must hold however it ends."""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

import planner
from planner.errors import InfeasibleError, InvalidInputError, PlannerError, UnboundedError
from planner.io.results.manifest import to_json
from planner.io.results.results import Results
from planner.pipeline.check import inspect
from planner.pipeline.finished import audit_run
from planner.pipeline.run import write_run
from planner.views.headline import of_check, of_run
from tests.worlds import World

ALLOWED = (InvalidInputError, InfeasibleError, UnboundedError)


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: ``invalid``, ``infeasible``, ``unbounded``, ``optimal`` or ``feasible``, and what was seen on the way."""

    kind: str
    rows_left_out: int = 0
    results: Results | None = None
    warned: tuple[str, ...] = ()
    message: str = ""


def attempt(world: World, folder: Path, *, wild: bool = False) -> Outcome:
    """Take a world through the line; anything but a plan or an error a user can mend raises.

    Only where the numbers are ``wild`` may a plan be left unproved, and then it says so.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            scenario = planner.read_scenario(world.write(folder))
        except InvalidInputError as error:
            return _invalid(error)
        report = inspect(scenario)
        read_back(report)
        assert of_check(scenario, report)
        try:
            results = planner.run(scenario)
        except ALLOWED as error:
            return _refused(error, report)
        return _solved(results, report, wild=wild)


def _invalid(error: InvalidInputError) -> Outcome:
    assert error.faults
    assert all(str(fault).isprintable() for fault in error.faults)
    return Outcome("invalid", message=str(error))


def _refused(error: PlannerError, report: dict[str, Any]) -> Outcome:
    assert str(error).strip()
    assert error.results is not None or isinstance(error, InvalidInputError)
    kind = {3: "invalid", 4: "infeasible", 5: "unbounded"}[error.exit_code]
    if error.results is not None:
        assert error.results.summary["status"] == kind
        read_back(error.results.summary)
        read_back(error.results.manifest)
    assert not report["obstacles"] or kind == "infeasible"
    return Outcome(kind, message=str(error))


def _solved(results: Results, report: dict[str, Any], *, wild: bool) -> Outcome:
    counts, summary = results.summary["counts"], results.summary
    assert not report["obstacles"], "check says that there is no plan, yet there is one"
    assert {key: counts[key] for key in ("columns", "integers")} == {
        key: report[key] for key in ("columns", "integers")
    }
    left_out = rows_without_variables(results, report)
    assert counts["rows"] == report["rows"] - left_out
    assert summary["status"] == "optimal" or (wild and summary["status"] == "feasible"), summary["status"]
    assert of_run(results, Path("run")).en.startswith(("optimal", "FEASIBLE")[summary["status"] == "feasible"])
    read_back(summary)
    read_back(results.manifest)
    assert_finite(summary)
    assert len(results.shadow_prices) in {0, counts["rows"]}
    assert bool(np.isfinite(results.shadow_prices["price"].astype(float)).all())
    warned = tuple(results.manifest["solver"].get("warnings", ()))
    return Outcome(summary["status"], left_out, results, warned)


def rows_without_variables(results: Results, report: dict[str, Any]) -> int:
    """Return how many rows of the model hold no variable: they hold of themselves and are not sent to the solver."""
    if results.summary["counts"]["rows"] == report["rows"]:
        return 0
    rows = planner.build_model(results.scenario).component_data_objects(pyo.Constraint)
    return sum(not generate_standard_repn(row.body).linear_vars for row in rows)


def read_back(document: dict[str, Any]) -> None:
    """Assert that a document is strict JSON once the planner's own writer has written it."""
    text = json.loads(to_json(document))
    assert json.dumps(text, allow_nan=False)


def assert_finite(value: Any, path: str = "summary") -> None:
    """Assert that a plan's summary has no NaN and no infinity: the writer would turn them into null."""
    if isinstance(value, dict):
        for key, inner in value.items():
            assert_finite(inner, f"{path}.{key}")
    elif isinstance(value, float):
        assert math.isfinite(value), path


def assert_written(results: Results, folder: Path) -> None:
    """Write a run, draw its map, and audit it again from its files alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = write_run(results, folder)
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        assert not [note for note in manifest["notes"] if "could not be drawn" in note], manifest["notes"]
        assert all((out / f"map.{form}").stat().st_size for form in ("png", "svg", "pdf"))
        assert "confirms every rule" in audit_run(out)
