"""The points of an analysis while it goes on: which are done, what each starts from, and the table they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.errors import CannotWriteError, PlannerError, SolverMissingError, UsageError, shown
from planner.io.results.manifest import WITH_PLAN
from planner.language import Text, join, rendered, say
from planner.progress import working_on
from planner.studies.sweep.engine import Todo, do_all
from planner.studies.sweep.folder import FILE, OPEN, POINTS, columns_of, join_tables, row_of
from planner.studies.sweep.grid import way_between
from planner.studies.sweep.job import UNSOLVED, Answer, Ask, Job, is_settled, read_record
from planner.studies.sweep.points_file import write_points
from planner.studies.sweep.words import point_word, status_word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.studies.sweep.engine import Engine
    from planner.studies.sweep.points_file import Row

REASON_LINES_MAX = 6
"""Of why a point has no plan, that are told; the rest stands in its run folder."""


@dataclass
class Points:
    """The points of an analysis while it goes on."""

    folder: Path  # of the scenario
    out: Path  # of the analysis
    inputs: Mapping[str, str]  # hashes of the scenario's files
    ask: Ask  # how each point is solved
    is_cold: bool  # whether none starts from another
    heads: dict[str, dict[str, str]] = field(default_factory=dict)  # by point: the columns that say which it is
    overrides: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by point
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By point: where it stands, for finding the nearest."""
    answers: dict[str, Answer] = field(default_factory=dict)  # of the points that are done
    solved: list[str] = field(default_factory=list)  # the points that this call solved
    on_progress: Callable[[Text], None] | None = None
    words: Callable[[Mapping[str, str]], Text] | None = None
    """Returns the label of a point from its head; ``None``: its name."""
    _rows: dict[str, Row] = field(default_factory=dict)

    def add(self, name: str, head: Mapping[str, str], overrides: Sequence[str], place: tuple[int, ...]) -> None:
        """Add a point, and look whether it is done."""
        self.heads[name], self.overrides[name], self.places[name] = dict(head), tuple(overrides), place
        record = read_record(self.path(name))
        if record is not None and is_settled(self.job(name), record):
            self.answers[name] = Answer(str(record.manifest["status"]))

    def called(self, name: str) -> Text:
        """Return what a reader calls a point."""
        return point_word(name) if self.words is None else self.words(self.heads[name])

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
        """Return the finished point with a plan from which the way is shortest; of several the last one done.

        A step along one axis may cost the solver a hundred times what a step along another costs (a price that moves
        leaves the old plan a plan, a share that falls does not): the length of a step is what it took so far.
        """
        done = [other for other, answer in self.answers.items() if other != name and answer.status in WITH_PLAN]
        if not done:
            return None
        lengths = self.step_lengths()
        return min(reversed(done), key=lambda other: way_between(self.places[name], self.places[other], lengths))

    def step_lengths(self) -> list[float]:
        """Return the mean solver seconds of a step along each axis; one never taken is as short as the shortest."""
        taken: dict[int, list[float]] = {}
        for name, row in self._rows.items():
            start = self.places.get(row.get("start", ""))
            moves = (
                []
                if start is None
                else [
                    (axis, abs(a - b))
                    for axis, (a, b) in enumerate(zip(self.places[name], start, strict=True))
                    if a != b
                ]
            )
            if len(moves) == 1 and row.get("seconds.solve"):
                ((axis, steps),) = moves
                taken.setdefault(axis, []).append(float(row["seconds.solve"]) / steps)
        known = {axis: sum(seconds) / len(seconds) for axis, seconds in taken.items()}
        shortest = min(known.values(), default=1.0)
        axes = range(len(next(iter(self.places.values()), ())))
        return [known.get(axis, shortest) for axis in axes]

    def is_done(self, name: str) -> bool:
        """Return whether the run folder of a point stands there for good."""
        return name in self.answers and self.answers[name].written and self.answers[name].status != "interrupted"

    def solve(self, engine: Engine, names: Sequence[str]) -> None:
        """Solve what is not done yet of some points, in this order, and write the table after each."""
        self.write_table()
        names = [name for name in names if not self.is_done(name)]
        do_all(engine, Todo(names, self._begun, self._take))

    def _begun(self, name: str) -> Job:
        self._count()
        return self.job(name)

    def _count(self) -> int:
        """Return how many points are done, and tell it."""
        done = sum(map(self.is_done, self.heads))
        working_on(say("solving points: {done} of {count} done", done=done, count=len(self.heads)))
        return done

    def _take(self, name: str, answer: Answer) -> None:
        self.answers[name] = answer
        if answer.written:
            self.solved.append(name)
        if answer.fatal:
            raise _error(answer)
        self.write_table()
        done = self._count()
        if self.on_progress is not None:
            told = join([f"{done}/{len(self.heads)}", self.called(name), status_word(answer.status)], "  ")
            self.on_progress(told)
            if answer.status not in WITH_PLAN:
                for line in rendered(answer.reason).splitlines()[:REASON_LINES_MAX]:
                    self.on_progress(f"    {shown(line, 400)}")

    def rows(self) -> list[Row]:
        """Return the row of every point."""
        for name, answer in self.answers.items():
            if name not in self._rows:
                record = read_record(self.path(name)) if answer.written else None
                self._rows[name] = row_of(self.heads[name], answer.status, record)
        return [self._rows.get(name) or row_of(head, OPEN, None) for name, head in self.heads.items()]

    def write_table(self, rows: Sequence[Row] | None = None) -> list[Row]:
        """Write the table of points, or rows in its place, and return it with a cell for every column."""
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
