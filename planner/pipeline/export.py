"""What other programs read: the model as MPS or LP, a scenario as one plain folder or workbook, the schema of all."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from planner.cases.smps import smps_files
from planner.cases.two_stage import two_stages
from planner.cases.whole import joined_of, problem_of
from planner.errors import PlannerError, UsageError, shown
from planner.io.files.writing import write_whole
from planner.io.read.write import write_scenario
from planner.io.results.run_folder import MANIFEST, run_folder
from planner.io.schema.json_schema import json_schema
from planner.io.workbook.results import result_book
from planner.io.workbook.scenario import scenario_sheets
from planner.io.workbook.tables import write_workbook
from planner.language import Message, join, say
from planner.models.declarations import declarations
from planner.models.solving.highs.judge import check_problem
from planner.models.solving.highs.silent import SilentHighs
from planner.pipeline.cases import check_asked
from planner.pipeline.check import read_scenario, read_with_full_year
from planner.pipeline.finished import read_results
from planner.temporary import temporary_folder
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.models.algebra.problem import Problem
    from planner.scenario.scenario import Scenario

COMMENTS = {"mps": "*", "lp": "\\"}
"""The forms of a model, and what begins a comment in each."""
FOLDER, WORKBOOK, SMPS = "folder", "xlsx", "smps"
FORMS = (*COMMENTS, "json-schema", FOLDER, WORKBOOK, SMPS)
FUTURES_MIN = 2
READ = ("cor", "tim", "sto")
"""The files of SMPS that are read."""
NAME_LENGTH_MAX = 200
"""Readers of both forms stop at 255 characters; room is left for a number."""
ASCII_MAX = 127


def export_text(form: str, scenario_folder: Path | None, overrides: Sequence[str] = ()) -> str:
    """Return the model of a scenario, or the schema of all scenarios, as text."""
    if form not in FORMS:
        text = say("--format {form}: the formats are {known}", form=shown(form), known=join(FORMS))
        raise UsageError(text)
    if form == "json-schema":
        return json.dumps(json_schema(declarations()), ensure_ascii=False, indent=2) + "\n"
    if form in {FOLDER, WORKBOOK, SMPS}:
        raise ValueError(f"{form} is no text: use export_folder, export_workbook or export_smps")
    if scenario_folder is None:
        raise UsageError(say("--format {form}: name the scenario to export", form=form))
    scenario = read_scenario(scenario_folder, overrides)
    if scenario.cases:
        check_asked(scenario, made=False, dispatched=False)
    problem = problem_of(scenario)
    check_problem(problem)
    return "".join(f"{COMMENTS[form]} {line}\n" for line in _heading(scenario, problem)) + model_text(problem, form)


def _heading(scenario: Scenario, problem: Problem) -> list[str]:
    """Return what stands above a model: whose it is, and what the planner minimises besides."""
    stage = problem.stages[problem.objective_stage].name
    heading = [f"{_ascii(scenario.name)}: {stage}, minimise {scenario.settings.minimise}"]
    if scenario.cases:
        names = ", ".join(_ascii(case.name) for case in scenario.cases if case.probability > 0)
        heading.append(f"all years together: {names}; rows and columns bear their year before their index")
    left_out = [other.name for other in problem.stages if other.name != stage]
    if left_out:
        heading.append(f"only this stage is here; the planner also minimises {', '.join(left_out)}")
    return heading


def export_smps(scenario_folder: Path | None, out: Path | None, overrides: Sequence[str] = ()) -> Message:
    """Write the futures of a scenario as SMPS, which solvers of stochastic programmes read; whole or not at all."""
    scenario_folder, out = _asked_for(SMPS, scenario_folder, out)
    scenario = read_scenario(scenario_folder, overrides)
    likely = {case.future for case in scenario.cases if case.probability > 0}
    if len(likely) < FUTURES_MIN:
        raise UsageError(
            say(
                "{name} has no two futures that may come, and SMPS is of those: export --format mps",
                name=scenario.name,
            )
        )
    check_asked(scenario, made=False, dispatched=False)
    joined = joined_of(scenario)
    check_problem(joined.problem)
    name = _ascii(scenario.name)
    files = smps_files(two_stages(joined), name, _heading(scenario, joined.problem))
    with run_folder(out) as draft:
        for ending, text in files.items():
            (draft / f"{name}.{ending}").write_text(text, encoding="utf-8", newline="\n")
        (draft / f"{name}.{SMPS}").write_text("".join(f"{name}.{ending}\n" for ending in READ), encoding="utf-8")
    return say(
        "{out}: {futures} futures, for readers of SMPS; {name}.csv says what is what\n",
        out=out,
        futures=len(likely),
        name=name,
    )


def export_folder(scenario_folder: Path | None, out: Path | None, overrides: Sequence[str] = ()) -> None:
    """Write a scenario as read: merged with its base, edited, its year reduced; whole or not at all."""
    scenario_folder, out = _asked_for(FOLDER, scenario_folder, out)
    scenario = read_scenario(scenario_folder, overrides)
    with run_folder(out) as draft:
        write_scenario(scenario, draft)


def _asked_for(form: str, scenario_folder: Path | None, out: Path | None) -> tuple[Path, Path]:
    """Return the scenario and the folder to make of it, both of which must be named."""
    if scenario_folder is None or out is None:
        raise UsageError(
            say("--format {FOLDER}: name the scenario to export, and with --out the folder to make", FOLDER=form)
        )
    if os.path.lexists(out):
        raise UsageError(say("{out} exists already; choose another --out", out=shown(out)))
    return scenario_folder, out


def export_workbook(
    folder: Path | None, out: Path | None, overrides: Sequence[str] = (), *, force: bool = False
) -> Message:
    """Write a scenario as read, or the results of a finished run, as one Excel workbook; whole or not at all."""
    _check_workbook(folder, out, force=force)
    assert folder is not None  # noqa: S101 - for mypy: both were looked at
    assert out is not None  # noqa: S101
    if not (folder / MANIFEST).is_file():
        reduced, full = read_with_full_year(folder, overrides)
        # The days are chosen again whenever the folder is read.
        write_workbook(out, scenario_sheets(full or reduced, word))
        return say("{out}: edit it, then planner import {out} DIR\n", out=out)
    if overrides:
        raise UsageError(say("--set changes a scenario, not a finished run"))
    results = read_results(folder)
    book = result_book(results, word)
    write_workbook(out, book.sheets)
    notes = [say("note: {note}\n", note=note) for note in book.notes]
    return join([*notes, say("{out}: the results of {run}\n", out=out, run=folder)], "")


def _check_workbook(folder: Path | None, out: Path | None, *, force: bool) -> None:
    if folder is None or out is None:
        text = say("--format xlsx: name the scenario or the run to export, and with --out the workbook to write")
        raise UsageError(text)
    if out.suffix != ".xlsx":
        text = say("--out {out}: the name of a workbook ends in .xlsx", out=shown(out))
        raise UsageError(text)
    if os.path.lexists(out) and not (force and out.is_file()):
        text = say("{out} exists already; choose another --out, or replace it with --force", out=shown(out))
        raise UsageError(text)


def write_export(text: str, path: Path) -> None:
    """Write an export, whole or not at all; a file that stands there is replaced."""
    write_whole(path, text)


def model_text(problem: Problem, form: str) -> str:
    """Return a problem as HiGHS writes it, rows and columns under the names of rules and variables."""
    model: Any = SilentHighs()  # type: ignore[no-untyped-call]
    # The default drops coefficients below 1e-9 without a word.
    model.setOptionValue("small_matrix_value", 1e-12)
    with temporary_folder() as folder:
        path = folder / f"model.{form}"
        done = model.passModel(_highs_model(problem)), model.writeModel(str(path))
        if highspy.HighsStatus.kError in done or not path.exists():
            raise PlannerError(say("HiGHS cannot write this model as {form}", form=form))
        return path.read_text(encoding="utf-8")


def names_of(members: Sequence[tuple[str, tuple[Any, ...]]]) -> list[str]:
    """Return a name for each row or column: ``rule.key.key``, plain ASCII, no two alike."""
    taken: set[str] = set()
    names = []
    for number, (component, index) in enumerate(members):
        name = ".".join(map(_ascii, (component, *map(str, index))))[:NAME_LENGTH_MAX]
        if name in taken:
            name = f"{name}.{number}"
        taken.add(name)
        names.append(name)
    return names


def _ascii(word: str) -> str:
    """Spell a word in what every reader takes: other letters by their code point, all else as ``_``."""
    letters = (c if ord(c) <= ASCII_MAX or not c.isalnum() else f"u{ord(c):04x}" for c in word)
    return re.sub(r"[^A-Za-z0-9_]", "_", "".join(letters)) or "_"


def _highs_model(problem: Problem) -> Any:
    stage = problem.stages[problem.objective_stage]
    rows, columns = problem.matrix.shape
    linear = highspy.HighsLp()
    linear.num_col_, linear.num_row_ = columns, rows
    linear.col_cost_, linear.offset_ = np.asarray(stage.cost, dtype=float), stage.constant
    linear.col_lower_, linear.col_upper_ = problem.column_lower, problem.column_upper
    linear.row_lower_, linear.row_upper_ = problem.row_lower, problem.row_upper
    linear.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    linear.a_matrix_.num_col_, linear.a_matrix_.num_row_ = columns, rows
    linear.a_matrix_.start_ = np.asarray(problem.matrix.indptr, dtype=np.int32)
    linear.a_matrix_.index_ = np.asarray(problem.matrix.indices, dtype=np.int32)
    linear.a_matrix_.value_ = np.asarray(problem.matrix.data, dtype=float)
    kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
    linear.integrality_ = [kinds[int(whole)] for whole in problem.is_integer]
    linear.col_names_, linear.row_names_ = names_of(problem.column_names), names_of(problem.row_names)
    return linear
