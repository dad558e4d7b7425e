"""A sweep: one scenario solved for every combination of values, each point a whole run, stopped and gone on anywhere.

A point is done once its run folder stands there: its manifest is the record, and the table of points is made of the
folders alone. What has no plan is a row as well, with its status.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import planner
from planner.analysis.points_file import held, write_points
from planner.analysis.sweep_engine import Todo, do_all, opened
from planner.analysis.sweep_folder import FILE, OPEN, POINTS, check_statement, columns_of, join_tables, row_of
from planner.analysis.sweep_grid import Axis, GridPoint, grid_of, snake, steps_between
from planner.analysis.sweep_job import UNSOLVED, Answer, Ask, Job, is_settled, read_record
from planner.analysis.sweep_words import point_word, status_word
from planner.check import read_scenario
from planner.errors import CannotWriteError, PlannerError, SolverMissingError, UsageError, shown
from planner.io.manifest import WITH_PLAN
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.analysis.points_file import Row
    from planner.analysis.sweep_engine import Engine
    from planner.io.scenario import Scenario

STATEMENT: Final = "sweep.json"
FORMAT: Final = "east-data-west-compute-planner sweep 1"


@dataclass(frozen=True)
class Where:
    """Where points are solved.

    Attributes
    ----------
    engine
        ``local``: processes of this machine; ``dask``: the workers of a cluster.
    workers
        How many at once; none given: one here, all of a cluster's threads there.
    scheduler
        Address of the cluster.
    """

    engine: str = "local"
    workers: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True)
class Sweep:
    """What is asked.

    Attributes
    ----------
    axes
        What is varied.
    overrides
        ``K=V`` that hold for every point.
    ask
        How each is solved.
    where
        On what.
    is_cold
        Whether every point is solved from nothing, rather than from the nearest that is done.
    """

    axes: Sequence[Axis]
    overrides: Sequence[str] = ()
    ask: Ask = field(default_factory=Ask)
    where: Where = field(default_factory=Where)
    is_cold: bool = False


@dataclass
class Points:
    """The points of an analysis while it goes on.

    Attributes
    ----------
    folder
        Of the scenario.
    out
        Of the analysis.
    inputs
        Hashes of the scenario's files.
    ask
        How each point is solved.
    is_cold
        Whether none starts from another.
    heads
        By point: the columns that say which it is.
    overrides
        By point.
    places
        By point: where it stands, for finding the nearest.
    answers
        Of the points that are done.
    solved
        The points that this call solved.
    """

    folder: Path
    out: Path
    inputs: Mapping[str, str]
    ask: Ask
    is_cold: bool
    heads: dict[str, dict[str, str]] = field(default_factory=dict)
    overrides: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    solved: list[str] = field(default_factory=list)
    on_progress: Callable[[str], None] | None = None
    _rows: dict[str, Row] = field(default_factory=dict)

    def add(self, name: str, head: Mapping[str, str], overrides: Sequence[str], place: tuple[int, ...]) -> None:
        """Add a point, and look whether it is done.

        Raises
        ------
        UsageError
            What stands in its place is not its run.
        """
        self.heads[name], self.overrides[name], self.places[name] = dict(head), tuple(overrides), place
        record = read_record(self.path(name))
        if record is not None and is_settled(self.job(name), record):
            self.answers[name] = Answer(str(record.manifest["status"]))

    def path(self, name: str) -> Path:
        """Return the run folder of a point."""
        return self.out / POINTS / name

    def job(self, name: str) -> Job:
        """Return a point as a piece of work, from the nearest that has a plan."""
        start = None if self.is_cold else self.nearest(name)
        return Job(
            name,
            str(self.folder.resolve()),
            self.overrides[name],
            str(self.path(name).resolve()),
            self.inputs,
            self.ask,
            None if start is None else str(self.path(start).resolve()),
        )

    def nearest(self, name: str) -> str | None:
        """Return the finished point with a plan that is the fewest steps away; of several the last one done."""
        done = [other for other, answer in self.answers.items() if other != name and answer.status in WITH_PLAN]
        if not done:
            return None
        return min(reversed(done), key=lambda other: steps_between(self.places[name], self.places[other]))

    def is_done(self, name: str) -> bool:
        """Return whether the run folder of a point stands there for good."""
        return name in self.answers and self.answers[name].written and self.answers[name].status != "interrupted"

    def solve(self, engine: Engine, names: Sequence[str]) -> None:
        """Solve what is not done yet of some points, in this order, and write the table after each.

        Raises
        ------
        PlannerError
            No point can be solved.
        """
        self.write_table()
        names = [name for name in names if not self.is_done(name)]
        do_all(engine, Todo(names, self.job, self._take))

    def _take(self, name: str, answer: Answer) -> None:
        self.answers[name] = answer
        if answer.written:
            self.solved.append(name)
        if answer.fatal:
            raise _error(answer)
        self.write_table()
        if self.on_progress is not None:
            done = sum(self.is_done(each) for each in self.heads)
            self.on_progress(f"{done}/{len(self.heads)}  {point_word(name)}  {status_word(answer.status)}")
            if answer.status not in WITH_PLAN and answer.reason:
                self.on_progress(f"    {shown(answer.reason, 400)}")

    def rows(self) -> list[Row]:
        """Return the row of every point."""
        for name, answer in self.answers.items():
            if name not in self._rows:
                record = read_record(self.path(name)) if answer.written else None
                self._rows[name] = row_of(self.heads[name], answer.status, record)
        return [self._rows.get(name) or row_of(head, OPEN, None) for name, head in self.heads.items()]

    def write_table(self, rows: Sequence[Row] | None = None) -> list[Row]:
        """Write the table of points, or rows in its place, and return it with a cell for every column.

        Raises
        ------
        CannotWriteError
            The file system refused.
        """
        rows = self.rows() if rows is None else rows
        columns = columns_of(rows, [*next(iter(self.heads.values()), {}), "status", "gap"])
        full = [{name: row.get(name, "") for name in columns} for row in rows]
        write_points(self.out / FILE, columns, full)
        return full

    def exit_code(self) -> int:
        """Return 0 where every point is a row for good; else the code of the first that another try may solve."""
        codes = {word: code for code, word in UNSOLVED.items()}
        open_ones = [answer.status for name, answer in self.answers.items() if not self.is_done(name)]
        return codes.get(open_ones[0], 1) if open_ones else 0

    def finish(self) -> tuple[list[Row], list[str]]:
        """Write the long tables; return the rows, and the tables that were too long to be joined."""
        rows = self.write_table()
        with_plan = [name for name in self.heads if self.is_done(name) and self.answers[name].status in WITH_PLAN]
        return rows, join_tables(self.out, with_plan)


def _error(answer: Answer) -> PlannerError:
    """Return the error that ends an analysis."""
    kinds = {"solver_missing": SolverMissingError, "not_written": CannotWriteError}
    return kinds.get(answer.status, UsageError)(answer.reason)


def solve_sweep(
    folder: Path, out: Path, sweep: Sweep, on_progress: Callable[[str], None] | None = None
) -> tuple[Scenario, Points]:
    """Solve every point that is not solved yet.

    Parameters
    ----------
    folder
        The scenario.
    out
        Folder of the sweep: ``points.csv``, ``points/<name>/``, ``sweep.json``.
    sweep
        The points.
    on_progress
        Is handed a line after each point.

    Returns
    -------
    tuple
        The scenario of the first point, and the points.

    Raises
    ------
    UsageError
        The folder is of another sweep, or another analysis is at work there; the scenario was changed on the way.
    InvalidInputError
        A value of an axis cannot be read.
    CannotWriteError
        The file system refused.
    """
    grid = grid_of(sweep.axes)
    _check_keys(sweep)
    scenario = read_scenario(folder, [*sweep.overrides, *_changes(sweep, grid[0])])
    statement = statement_of(FORMAT, scenario, sweep.overrides, sweep.ask)
    values = {axis.key: axis.values for axis in sweep.axes}
    check_statement(out / STATEMENT, statement, values)
    seen = _looked_at(Points(folder, out, scenario.file_hashes, sweep.ask, sweep.is_cold), grid, sweep)
    _check_values(folder, sweep, [point for point in grid if not seen.is_done(point.name)])
    with held(out):
        check_statement(out / STATEMENT, statement, values, write=True)
        points = Points(folder, out, scenario.file_hashes, sweep.ask, sweep.is_cold, on_progress=on_progress)
        _looked_at(points, grid, sweep)
        if not all(map(points.is_done, points.heads)):
            order = snake([len(axis.values) for axis in sweep.axes])
            by_place = {point.place: point.name for point in grid}
            with opened(sweep.where.engine, sweep.where.workers, sweep.where.scheduler) as engine:
                points.solve(engine, [by_place[place] for place in order])
    return scenario, points


def _looked_at(points: Points, grid: Sequence[GridPoint], sweep: Sweep) -> Points:
    """Add every point of a grid, and see which are done."""
    for point in grid:
        values = dict(zip((axis.key for axis in sweep.axes), point.values, strict=True))
        head = {"scenario": points.folder.resolve().name, "point": point.name, **values}
        points.add(point.name, head, [*sweep.overrides, *_changes(sweep, point)], point.place)
    return points


def statement_of(form: str, scenario: Scenario, overrides: Sequence[str], ask: Ask) -> dict[str, Any]:
    """Return what all points of a folder have in common."""
    return {
        "format": form,
        "planner": planner.__version__,
        "scenario": scenario.name,
        "inputs": dict(scenario.file_hashes),
        "set": list(overrides),
        "solver": ask.solver or "",
        "gap": ask.gap,
    }


def _changes(sweep: Sweep, point: GridPoint) -> list[str]:
    return [f"{axis.key}={value}" for axis, value in zip(sweep.axes, point.values, strict=True)]


def _check_keys(sweep: Sweep) -> None:
    """Refuse to set and to vary the same.

    Raises
    ------
    UsageError
        A key stands in both.
    """
    fixed = {text.partition("=")[0].strip() for text in sweep.overrides}
    for axis in sweep.axes:
        if axis.key in fixed:
            raise UsageError(
                say("{key} stands in --set and in --vary", "{key} 同时出现在 --set 与 --vary 中", key=shown(axis.key))
            )


def _check_values(folder: Path, sweep: Sweep, missing: Sequence[GridPoint]) -> None:
    """Read the scenario once with every value that is still to be solved, before any time is spent on solving.

    Raises
    ------
    InvalidInputError
        With the faults of the first value that has any.
    """
    seen: set[tuple[int, str]] = set()
    for point in missing:
        new = {(number, value) for number, value in enumerate(point.values)} - seen
        if new:
            read_scenario(folder, [*sweep.overrides, *_changes(sweep, point)])
            seen |= new
