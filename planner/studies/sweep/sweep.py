"""A sweep: one scenario solved for every combination of values, each point a whole run, stopped and gone on anywhere.

A point is done once its run folder stands there: its manifest is the record, and the table of points is made of the
folders alone. What has no plan is a row as well, with its status.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from planner.cluster import Where
from planner.errors import UsageError, shown
from planner.language import Text, say
from planner.pipeline.check import read_scenario
from planner.studies.sweep.engine import opened
from planner.studies.sweep.folder import check_statement
from planner.studies.sweep.grid import Axis, GridPoint, grid_of, snake
from planner.studies.sweep.job import Ask
from planner.studies.sweep.points import Points
from planner.studies.sweep.points_file import held
from planner.studies.sweep.words import point_words
from planner.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from planner.scenario.scenario import Scenario

STATEMENT: Final = "sweep.json"
FORMAT: Final = "east-data-west-compute-planner sweep 1"


@dataclass(frozen=True)
class Sweep:
    """The sweep asked for."""

    axes: Sequence[Axis]  # what is varied
    overrides: Sequence[str] = ()  # K=V that hold for every point
    ask: Ask = field(default_factory=Ask)  # how each is solved
    where: Where = field(default_factory=Where)  # on what
    is_cold: bool = False  # whether every point is solved from nothing, rather than from the nearest that is done


def solve_sweep(
    folder: Path, out: Path, sweep: Sweep, on_progress: Callable[[Text], None] | None = None
) -> tuple[Scenario, Points]:
    """Solve every point that is not solved yet."""
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
        points.words = partial(point_words, scenario, sweep.axes)
        _looked_at(points, grid, sweep)
        if not all(map(points.is_done, points.heads)):
            order = snake([len(axis.values) for axis in sweep.axes])
            by_place = {point.place: point.name for point in grid}
            with opened(sweep.where) as engine:
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
        "planner": __version__,
        "scenario": scenario.name,
        "inputs": dict(scenario.file_hashes),
        "set": list(overrides),
        "solver": ask.solver or "",
        "gap": ask.gap,
    }


def _changes(sweep: Sweep, point: GridPoint) -> list[str]:
    return [f"{axis.key}={value}" for axis, value in zip(sweep.axes, point.values, strict=True)]


def _check_keys(sweep: Sweep) -> None:
    """Refuse to set and to vary the same."""
    fixed = {text.partition("=")[0].strip() for text in sweep.overrides}
    for axis in sweep.axes:
        if axis.key in fixed:
            raise UsageError(say("{key} stands in --set and in --vary", key=shown(axis.key)))


def _check_values(folder: Path, sweep: Sweep, missing: Sequence[GridPoint]) -> None:
    """Read the scenario once with every value that is still to be solved, before any time is spent on solving."""
    seen: set[tuple[int, str]] = set()
    for point in missing:
        new = {(number, value) for number, value in enumerate(point.values)} - seen
        if new:
            read_scenario(folder, [*sweep.overrides, *_changes(sweep, point)])
            seen |= new
