"""Problem → Solution: the solver runs in a process of its own, and nothing it says is believed unchecked.

1. The stages are minimised in turn with their integers, each held by a row in those after it.
2. The integers are fixed and the linear programme is solved again, each stage held exactly, by fixing what has
   a reduced cost and the rows that have a dual. The shadow prices are those of the objective stage there
   (on the face of the stages before it, if there are any), before the tie-break.
3. Among the plans equal in every stage, the one of least ``tie_break`` is taken.

Another solver does step 1 only: HiGHS does the rest in a second process, so that shadow prices and the choice
among equals do not depend on the solver. A plan found by the time limit goes through steps 2 and 3 as well, in
what is left of the limit or in a little more (``exchange.POLISH_SECONDS_MIN``, ``POLISH_SHARE``); where they do
not end, the plan stays as it was found, without shadow prices, and the details say so.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from planner.cluster import Where
from planner.errors import PlannerError, SolverCrashedError, UsageError, shown
from planner.language import say
from planner.models.algebra.problem import Algorithm, Problem, Solution, SolverOptions
from planner.models.solving.basis import kept_basis
from planner.models.solving.blocks import find_blocks
from planner.models.solving.failure import error_of, last_words
from planner.models.solving.highs import exchange
from planner.models.solving.highs.exchange import Answer, Arrays, Request
from planner.models.solving.highs.judge import check_problem, clean, judge
from planner.models.solving.highs.options import LARGE, ON_DEMAND
from planner.models.solving.highs.progress import phase_of
from planner.models.solving.on_demand import find_on_demand
from planner.models.solving.process.solver_process import Ended, Interrupts, follow
from planner.models.solving.proof.bound import prove_answer
from planner.progress import while_waiting, working_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from planner.models.algebra.problem import Vector
    from planner.models.solving.highs.exchange import Statuses

CHILD = (sys.executable, "-m", "planner.models.solving.process.child")
DEADLINE_GRACE = 10.0
"""[s] beyond the time limit and the time for steps 2 and 3, after which a solver that does not stop is stopped."""
NONZEROS_MAX = int(np.iinfo(np.int32).max)
"""HiGHS numbers the entries of the matrix, and where its columns begin, with 32 bits."""


def solve(
    problem: Problem,
    options: SolverOptions,
    workdir: Path,
    *,
    start: Vector | None = None,
    basis: Statuses | None = None,
    prove: bool = False,
    where: Where | None = None,
    on_progress: Callable[[str], None] | None = None,
    child: Sequence[str] = CHILD,
) -> Solution:
    """Solve a problem in a child process.

    Parameters
    ----------
    problem
        What to minimise, all numbers finite.
    options
        Which solver, and its limits.
    workdir
        An existing folder of the caller's for the arrays; what is left in it is of no use afterwards.
    start
        Integers to begin with, (columns,), NaN for those not known; HiGHS completes them, other solvers do without.
    basis
        (columns + rows,) of an earlier linear programme, from :mod:`planner.models.solving.basis`; for HiGHS alone.
    prove
        Whether to prove the bound here as well, in safe arithmetic: bound, gap and status are then what is proved, or
        the solver's word and called so in the solution's ``proof``.
    where
        On what a very large problem is solved.
    on_progress
        Called with each line the solver prints, while it runs; which phase it is in is told to whoever listens anyway.
    child
        The command that is started, followed by the folder; tests put solvers that misbehave here.

    Returns
    -------
    Solution
        ``infeasible``, ``unbounded``, ``time_limit`` and ``interrupted`` are statuses, for the caller to raise.
        SIGINT and SIGTERM end the solver at once and give ``interrupted``, with the best plan so far, if any.

    Raises
    ------
    UsageError
        An option makes no sense.
    SolverMissingError
        The solver is not there, or has no licence for this problem.
    SolverCrashedError
        Its process died, ran out of memory, or answered nonsense.
    """
    _check_options(options)
    if problem.matrix.nnz > NONZEROS_MAX:
        raise PlannerError(
            say(
                "the model has {nnz} coefficients, and solvers here can number {NONZEROS_MAX}; use fewer "
                "timesteps, or lower latency_max so that there are fewer routes",
                nnz=problem.matrix.nnz,
                NONZEROS_MAX=NONZEROS_MAX,
            )
        )
    check_problem(problem)
    with Interrupts() as interrupts:
        session = _Session(problem, options, workdir, interrupts, on_progress, tuple(child), where or Where(), prove)
        answer = session.search(start, basis)
        if options.name != "highs":
            answer = session.after_other_solver(answer)
        if interrupts.is_set:  # in time or not, whoever sent it does not want what comes next
            answer, interrupts.is_heeded = replace(answer, status="interrupted"), True
    verdict = judge(problem, answer, options.mip_gap)
    proof = None
    if prove and verdict.values is not None:
        working_on(say("proving the bound"))
        verdict, proof = prove_answer(problem, answer, verdict, workdir, options)
    details = {name: detail for name, detail in answer.details.items() if name != "peak_memory"}
    if verdict.values is not None:
        values = [float(stage.cost @ verdict.values) + stage.constant for stage in problem.stages]
        details["stage_values"] = {stage.name: value for stage, value in zip(problem.stages, values, strict=True)}
    details["warnings"] = [*details.get("warnings", []), *verdict.notes]
    details.setdefault("tie_break", "off")
    return Solution(
        status=verdict.status,
        values=verdict.values,
        objective=verdict.objective,
        bound=verdict.bound,
        gap=verdict.gap,
        row_duals=verdict.row_duals if options.shadow_prices else None,
        relaxed_duals=_finite(answer.relaxed_duals) if options.shadow_prices else None,
        ranging=answer.ranging if options.shadow_prices and verdict.row_duals is not None else None,
        basis=kept_basis(problem, answer.basis) if verdict.values is not None else None,
        is_unique=answer.is_unique,
        proof=proof,
        ray=answer.ray,
        details=details,
        log="\n".join(session.logs),
        seconds=session.seconds,
        peak_memory=session.peak_memory,
    )


def _finite(duals: Vector | None) -> Vector | None:
    """Return duals if every one of them is a number."""
    return duals if duals is not None and bool(np.isfinite(duals).all()) else None


def _check_options(options: SolverOptions) -> None:
    if options.time_limit is not None and not options.time_limit > 0:
        raise UsageError(say("time_limit is {time_limit}; it must be above 0 s", time_limit=options.time_limit))
    if not 0 <= options.mip_gap < 1:
        raise UsageError(say("mip_gap is {mip_gap}; it must be at least 0 and below 1", mip_gap=options.mip_gap))
    if options.algorithm not in get_args(Algorithm):
        allowed = ", ".join(get_args(Algorithm))
        raise UsageError(
            say(
                "algorithm is {algorithm}; choose from {allowed}",
                algorithm=shown(str(options.algorithm)),
                allowed=allowed,
            )
        )
    if options.threads < 1 or options.seed < 0:
        raise UsageError(
            say(
                "threads is {threads} and seed {seed}; at least 1 and 0 are allowed",
                threads=options.threads,
                seed=options.seed,
            )
        )


@dataclass
class _Session:
    """One problem and the one or two processes that work on it."""

    problem: Problem
    options: SolverOptions
    folder: Path
    interrupts: Interrupts
    on_progress: Callable[[str], None] | None
    child: tuple[str, ...]
    where: Where
    prove: bool
    logs: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak_memory: float = 0.0

    def search(self, start: Vector | None, basis: Statuses | None = None) -> Answer:
        """Let the solver asked for do its part."""
        working_on(say("handing the model to the solver"))
        exchange.write_arrays(self.folder, self.arrays())
        if basis is not None and self.options.name == "highs":
            np.save(self.folder / exchange.BASIS_FILE, basis)
        if start is not None and self.options.name == "highs":
            np.save(self.folder / exchange.START_FILE, start)
        return self.run(self.request())

    def arrays(self) -> Arrays:
        """Return the problem as arrays, with what makes a large one easier for HiGHS to begin with."""
        arrays = _arrays(self.problem)
        if arrays.columns < LARGE or self.options.name != "highs" or self.options.algorithm != "choose":
            return arrays
        on_demand = find_on_demand(self.problem) if arrays.columns >= ON_DEMAND else None
        if on_demand is not None:
            arrays = replace(arrays, on_demand=on_demand)
        blocks = find_blocks(self.problem)
        if blocks is None:
            return arrays
        row_block, column_block, block_period = blocks
        return replace(arrays, row_block=row_block, column_block=column_block, block_period=block_period)

    def request(self) -> Request:
        """Return the request for the solver asked for."""
        options = self.options
        limit = None if options.time_limit is None else float(options.time_limit)
        return Request(
            "solve",
            options.name,
            limit,
            options.mip_gap,
            options.threads,
            options.seed,
            options.tie_break,
            options.algorithm,
            ranging=options.shadow_prices,
            prove=self.prove,
            engine=self.where.engine,
            workers=self.where.workers,
            scheduler=self.where.scheduler,
            checkpoint=self.where.checkpoint,
        )

    def run(self, request: Request) -> Answer:
        """Run one process and return its answer.

        Raises
        ------
        SolverMissingError, SolverCrashedError
            There is none.
        """
        if self.interrupts.is_set:
            return Answer("interrupted")
        for name in (exchange.ANSWER_FILE, exchange.INCUMBENT_FILE):
            (self.folder / name).unlink(missing_ok=True)
        exchange.write_request(self.folder, request)
        limit = request.time_limit
        deadline = None if limit is None else limit + exchange.polish_seconds(limit) + DEADLINE_GRACE
        working_on(say("solving"))
        ended = follow([*self.child, str(self.folder)], deadline, self.interrupts, self._hear)
        self.logs.append(ended.log)
        self.seconds += ended.seconds
        self.peak_memory = max(self.peak_memory, ended.peak_memory)
        answer = self._answer(ended)
        self.peak_memory = max(self.peak_memory, float(answer.details.get("peak_memory", 0.0)))
        return answer

    def _hear(self, line: str) -> None:
        """Take a line of the solver's: it has begun, and may say how far it is."""
        while_waiting()
        phase = phase_of(line)
        if phase is not None:
            working_on(phase, is_detail=True)
        if self.on_progress is not None:
            self.on_progress(line)

    def _answer(self, ended: Ended) -> Answer:
        """Read what the process left, in the light of how it ended."""
        try:
            answer = exchange.read_answer(self.folder)
        except ValueError as error:
            if ended.stop is None:
                raise SolverCrashedError(
                    say("the solver's answer cannot be read: {error}", error=shown(str(error)))
                ) from error
            answer = None
        if answer is not None and answer.status == "error":
            raise error_of(answer.details, ended, self.options, self.peak_memory)
        if ended.stop is not None:
            return self._stopped(answer, ended)
        if ended.returncode != 0:
            raise error_of({}, ended, self.options, self.peak_memory)
        if answer is None or not answer.is_complete:
            raise SolverCrashedError(say("the solver's process ended without an answer") + last_words(ended.log))
        return answer

    def _stopped(self, answer: Answer | None, ended: Ended) -> Answer:
        """Return the best plan of a process that was stopped from here."""
        if answer is None or answer.values is None:
            try:
                answer = exchange.read_answer(self.folder, exchange.INCUMBENT_FILE)
            except ValueError:
                answer = None
        is_user = ended.stop == "interrupt"
        warning = (
            say("stopped by the user") if is_user else say("the solver did not heed its time limit and was stopped")
        )
        if answer is None:
            return Answer("interrupted" if is_user else "time_limit", details={"warnings": [warning]})
        details = {**answer.details, "warnings": [*answer.details.get("warnings", []), warning]}
        return replace(answer, status="interrupted" if is_user else answer.status, details=details)

    def after_other_solver(self, answer: Answer) -> Answer:
        """Let HiGHS say whether there is no plan, or do steps 2 and 3, after another solver's search."""
        if answer.status in ("infeasible", "unbounded"):
            return self._second_opinion(answer)
        if answer.status not in ("optimal", "feasible") or answer.values is None:
            return answer
        start, notes = clean(self.problem, answer.values)
        np.save(self.folder / exchange.START_FILE, start)
        polished = self.run(replace(self.request(), job="polish", solver="highs"))
        warnings = [*answer.details.get("warnings", []), *notes, *polished.details.get("warnings", [])]
        details = {**polished.details, **answer.details, "warnings": warnings}
        if polished.status == "interrupted" or polished.values is None:
            status = "interrupted" if polished.status == "interrupted" else answer.status
            return replace(answer, status=status, values=start, details=details)
        found = {
            name: getattr(polished, name) for name in ("values", "row_duals", "relaxed_duals", "ranging", "is_unique")
        }
        found["earlier_duals"] = polished.earlier_duals
        return replace(answer, **found, details=details)

    def _second_opinion(self, answer: Answer) -> Answer:
        """Ask HiGHS whether there is any plan: many do not tell the two apart, and any may err.

        Where HiGHS has a plan it is taken, with a warning; where it has no word in time, the other solver's stands.
        """
        told = self.run(replace(self.request(), solver="highs"))
        words = {"name": self.options.name, "word": answer.details.get("solver_status", answer.status)}
        warnings = [*answer.details.get("warnings", []), *told.details.get("warnings", [])]
        if told.values is not None:
            mistaken = say("{name} ended with {word}, but HiGHS found a plan, which is taken", **words)
            return replace(told, details={**told.details, "warnings": [*warnings, mistaken]})
        if told.status in ("infeasible", "unbounded", "interrupted"):
            return replace(answer, status=told.status, details={**answer.details, "warnings": warnings})
        alone = say("{word} is the word of {name} alone: HiGHS had not ended in time", **words)
        return replace(answer, details={**answer.details, "warnings": [*warnings, alone]})


def _arrays(problem: Problem) -> Arrays:
    """Return the problem as the bare arrays its process reads."""
    matrix = problem.matrix
    tie_break = np.zeros(0) if problem.tie_break is None else problem.tie_break
    return Arrays(
        starts=np.asarray(matrix.indptr, dtype=np.int32),
        indices=np.asarray(matrix.indices, dtype=np.int32),
        data=np.asarray(matrix.data, dtype=np.float64),
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        column_lower=problem.column_lower,
        column_upper=problem.column_upper,
        is_integer=problem.is_integer,
        costs=np.array([stage.cost for stage in problem.stages], dtype=np.float64),
        objective_stage=problem.objective_stage,
        tie_break=tie_break,
    )
