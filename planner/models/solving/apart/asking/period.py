"""One period by itself, with what is built and what the rows that link pay given: its cost, and how it falls.

The period begins at the basis it ended with before, which lies in a file: whoever solves it next, in whatever process,
finds it there. A row to be served may be missed at a penalty, so that every period has an answer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.solving.apart.asking.checkpoint import keep
from planner.models.solving.apart.asking.given import Given
from planner.models.solving.highs.highs import new_highs, numbers_of
from planner.models.solving.highs.options import pinned_options
from planner.models.solving.large.part import Part
from planner.models.solving.large.pricing import PRIMAL_SIMPLEX, Pricing
from planner.models.solving.large.warm import LOWER, WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.highs.exchange import Clock, Places, Request, Statuses, Vector

HELD_MAX = 0.3
"""Of a period's columns: where more are held, those far from paying are left out again."""
MISSED = 1e-7
"""[of a unit of a row] What is missed by less is not missed."""


@dataclass(frozen=True)
class Question:
    """What is asked of every period in a round.

    Attributes
    ----------
    number
        Of the round.
    built
        (columns that link,) what is built.
    prices
        (rows that link,) what a unit of each row is worth.
    penalty
        For a unit of a row that is missed.
    """

    number: int
    built: Vector
    prices: Vector
    penalty: float

    @property
    def name(self) -> str:
        """A name for it, to the last digit: what answers it is found again by it."""
        words = f"{self.number} {self.penalty!r}".encode()
        return hashlib.blake2b(words + self.built.tobytes() + self.prices.tobytes(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Reply:
    """What a period answers.

    Attributes
    ----------
    value
        Its cost, less what the rows that link pay for it: at least ``value + slope @ (built' - built)`` for any other
        ``built'`` at these prices.
    slope
        (columns that link,)
    cost
        Its own cost, without prices, what is missed at the penalty.
    use
        (rows that link,) what it uses of each.
    missed
        How much of all its rows is missed.
    """

    period: int
    value: float
    slope: Vector
    cost: float
    use: Vector
    missed: float


@dataclass
class State:
    """Where a period ended.

    Attributes
    ----------
    held
        Which columns it holds: first what may be missed of its rows, then its own.
    columns, rows
        Statuses of all of them; empty where there is no basis.
    asked, reply
        The name of what it was asked last, and its answer, for one that is asked the same again.
    """

    held: Places
    columns: Statuses
    rows: Statuses
    asked: str = ""
    reply: Reply | None = None

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        answer = {} if self.reply is None else {f"reply_{name}": part for name, part in vars(self.reply).items()}
        keep(path, held=self.held.astype(np.int32), columns=self.columns, rows=self.rows, asked=self.asked, **answer)

    @staticmethod
    def read(path: Path) -> State | None:
        """Read one, ``None`` where there is none."""
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as file:
            asked = str(file["asked"])
            places = file["held"].astype(np.intp)
            return State(places, file["columns"], file["rows"], asked, _reply(file) if asked else None)


def _reply(file: Any) -> Reply:
    value, cost, missed = (float(file[f"reply_{name}"]) for name in ("value", "cost", "missed"))
    return Reply(int(file["reply_period"]), value, file["reply_slope"], cost, file["reply_use"], missed)


def state_path(folder: Path, period: int) -> Path:
    """Return where the state of a period lies."""
    return folder / f"state-{period}.npz"


def duals_path(folder: Path, number: int, period: int) -> Path:
    """Return where the prices of a period's rows, (rows,), lie after a round."""
    return folder / f"duals-{number}-{period}.npy"


def plan_path(folder: Path, number: int, period: int) -> Path:
    """Return where what a period does lies after a round: places among its columns, and values."""
    return folder / f"plan-{number}-{period}.npz"


class PeriodSolver:
    """Solves periods one after the other, with a HiGHS of its own.

    Parameters
    ----------
    folder
        Where lies what each period is given, where it ended, and its prices and plans.
    """

    def __init__(self, folder: Path, request: Request) -> None:
        self._folder = folder
        self._highs = new_highs()
        self._highs.setOptionValue("output_flag", False)
        for name, value in pinned_options(replace(request, threads=1)).items():
            self._highs.setOptionValue(name, value)

    def solve(self, period: int, question: Question, clock: Clock) -> Reply | None:
        """Answer for one period; ``None`` where there is no time for it, or no answer even with rows missed.

        One that was answered before a process was killed is not solved again.
        """
        state = State.read(state_path(self._folder, period))
        if state is not None and state.asked == question.name:
            return state.reply
        return self._solved(period, question, state, clock)

    def _solved(self, period: int, question: Question, state: State | None, clock: Clock) -> Reply | None:
        given = Given.read(self._folder, period)
        count, uses, takes = given.missable, given.uses(len(question.prices)), given.takes(len(question.built))
        taken = takes @ question.built
        cost = np.concatenate([np.full(count, question.penalty), given.cost - uses.T @ question.prices])
        state = state or _cold(given)
        solved = Part(
            self._highs, cost, (given.lower, given.upper),
            sides=(given.row_lower - taken, given.row_upper - taken),
            part=(given.starts, given.indices, given.data), held=state.held,
        )  # fmt: skip
        if len(state.columns):
            solved.begin_at(WORDS[state.columns], WORDS[state.rows])
        pricing = Pricing(given.serves, given.unit) if given.on_demand.any() else None
        if not solved.run(np.arange(len(cost)), pricing, clock, strategy=PRIMAL_SIMPLEX):
            return None
        values, duals = solved.values, np.array(self._highs.getSolution().row_dual)
        np.save(duals_path(self._folder, question.number, period), duals)
        missed = float(values[:count] @ (values[:count] > MISSED))
        does = values[count:]
        places = np.flatnonzero(does)
        np.savez(plan_path(self._folder, question.number, period), places=places.astype(np.int32), values=does[places])
        reply = Reply(
            period,
            value=float(self._highs.getInfo().objective_function_value),
            slope=-np.asarray(takes.T @ duals),
            cost=float(given.cost @ does) + question.penalty * missed,
            use=np.asarray(uses @ does),
            missed=missed,
        )
        ended = self._ended(solved, given, pricing)
        replace(ended, asked=question.name, reply=reply).save(state_path(self._folder, period))
        return reply

    def _ended(self, solved: Part, given: Given, pricing: Pricing | None) -> State:
        """Return where a period ended; of very many columns only those that may pay again are held on to."""
        basis = self._highs.getBasis()
        statuses = np.full(len(given.lower), LOWER, dtype=np.int8)
        statuses[solved.held] = numbers_of(basis.col_status)
        held = solved.held
        if pricing is not None and len(held) > HELD_MAX * len(given.cost):
            idle = given.on_demand & (statuses == LOWER)
            far = held[idle[held]]
            near = far[pricing.kept(far, solved.reduced_costs()[far])]
            held = np.concatenate([held[~idle[held]], near])
        return State(np.sort(held), statuses, numbers_of(basis.row_status))


def _cold(given: Given) -> State:
    """Return a state without a basis: the cheapest columns of each row to be served."""
    is_held = ~given.on_demand
    cost = np.concatenate([np.zeros(given.missable), given.cost])
    cheapest = Pricing(given.serves, given.unit).cheapest(np.flatnonzero(given.on_demand), cost)
    is_held[cheapest] = True
    return State(np.flatnonzero(is_held), np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.int8))
