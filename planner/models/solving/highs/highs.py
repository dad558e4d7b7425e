"""HiGHS, one programme at a time: arrays in, arrays out, every option pinned and read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np

from planner.models.algebra.unfit import COEFFICIENT_MAX, VALUE_MAX
from planner.models.solving.highs.exchange import AlgorithmMissingError
from planner.models.solving.highs.finite import check_limits, check_numbers
from planner.models.solving.highs.implied import loose_upper
from planner.models.solving.highs.options import DUAL_TOLERANCE, LARGE, WHOLE, is_large, lets_slip, pinned_options
from planner.models.solving.highs.progress import tell

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import (
        Arrays,
        Booleans,
        HighsStatuses,
        Indices,
        Places,
        Request,
        Statuses,
        Vector,
    )

State = Literal["optimal", "infeasible", "unbounded", "time_limit", "error"]
OnIncumbent = Callable[["Vector | None", float], None]
"""Called with the values (``None``: only the bound is new) and the bound."""

COST_SIZE_MIN = 2.0**10
"""The largest cost is brought up to this: HiGHS's dual tolerance is an absolute 1e-7, so that costs of
1e-8 (a latency over a year of timesteps) would make every feasible point "optimal"."""
BASIC_STATUS = highspy.HighsBasisStatus.kBasic
LOWER, BASIC = int(highspy.HighsBasisStatus.kLower), int(BASIC_STATUS)
SCALES_DOWN = (-7, -14)
"""Powers of two for all bounds, tried in turn where HiGHS ends in an error; more would lose a bound of 1."""

_COLUMNWISE = 1
_MINIMISE = 1
_STATES: dict[str, State] = {
    "kOptimal": "optimal",
    "kInfeasible": "infeasible",
    "kUnbounded": "unbounded",
    "kUnboundedOrInfeasible": "unbounded",
    "kTimeLimit": "time_limit",
    "kInterrupt": "time_limit",
}


class Programme:
    """One linear or mixed-integer programme held by HiGHS, whose bounds and costs may change between runs.

    Attributes
    ----------
    column_lower, column_upper, row_lower, row_upper
        The bounds now in force: (columns,) and (rows,).
    status
        HiGHS's own word for the last run.
    known
        (columns,) a plan that was found on the way, if a time limit comes first.
    """

    def __init__(self, arrays: Arrays, request: Request, *, with_integers: bool) -> None:
        check_numbers("coefficients", arrays.data, COEFFICIENT_MAX)
        check_limits("row sides", arrays.row_lower, arrays.row_upper)
        check_limits("column bounds", arrays.column_lower, arrays.column_upper)
        self.arrays = arrays
        self.with_integers = with_integers and bool(arrays.is_integer.any())
        is_loosened = not self.with_integers and is_large(arrays, request) and not request.is_careful
        self.column_lower = arrays.column_lower.copy()
        self.column_upper = loose_upper(arrays) if is_loosened else arrays.column_upper.copy()
        self.row_lower, self.row_upper = arrays.row_lower.copy(), arrays.row_upper.copy()
        self.known: Vector | None = None
        self.status = "kNotset"
        self._scale = 1.0
        self._bound_scale = 1.0
        self._cost = np.zeros(arrays.columns)
        self._algorithm = request.algorithm
        self._highs: Any = new_highs()
        for name, value in pinned_options(request, with_integers=self.with_integers).items():
            self._set_option(name, value)
        for name, value in WHOLE.items() if self.with_integers and lets_slip(arrays) else ():
            self._set_option(name, value)
        if request.is_careful and arrays.columns >= LARGE:
            self._set_option("presolve", "choose")
        self._hand_over()

    def _hand_over(self) -> None:
        """Give HiGHS the problem, its cost still to come."""
        arrays = self.arrays
        self._pass(slice(None), (arrays.starts, arrays.indices, arrays.data))

    def _pass(self, columns: Places | slice, part: tuple[Indices, Indices, Vector]) -> None:
        """Give HiGHS some columns, with the matrix of these."""
        starts, indices, data = part
        integrality = self.arrays.is_integer[columns].astype(np.int32) * int(self.with_integers)
        self._require(
            self._highs.passModel(
                len(integrality),
                self.arrays.rows,
                len(data),
                _COLUMNWISE,
                _MINIMISE,
                0.0,
                np.zeros(len(integrality)),
                self.column_lower[columns],
                self.column_upper[columns],
                *self._sides,
                starts,
                indices,
                data,
                integrality,
            ),
            "the model",
        )

    @property
    def _sides(self) -> tuple[Vector, Vector]:
        """The sides of the rows as HiGHS has them, (rows,) each."""
        return self.row_lower, self.row_upper

    def _set_option(self, name: str, value: bool | float | str) -> None:
        status = self._highs.setOptionValue(name, value)
        if value == "hipo" and status == highspy.HighsStatus.kError:
            raise AlgorithmMissingError("HiGHS has no hipo here")
        self._require(status, f"option {name} = {value}")

    @staticmethod
    def _require(status: Any, what: str) -> None:
        if status == highspy.HighsStatus.kError:
            raise RuntimeError(f"HiGHS refused {what}")

    @property
    def options(self) -> dict[str, bool | float | int | str]:
        """All options, as HiGHS has them now."""
        options = self._highs.getOptions()
        values = {name: getattr(options, name) for name in dir(options) if not name.startswith("_")}
        plain = {name: value for name, value in values.items() if isinstance(value, bool | int | float | str)}
        # JSON has no infinity, and this goes to a manifest.
        return {name: str(value) if value in (np.inf, -np.inf) else value for name, value in plain.items()}

    def set_cost(self, cost: Vector) -> None:
        """Minimise this cost from now on, (columns,), enlarged by a power of two where it is small."""
        check_numbers("costs", cost)
        free = self.column_lower < self.column_upper
        largest = float(np.abs(cost[free]).max(initial=0.0))
        exponent = np.ceil(np.log2(COST_SIZE_MIN / largest)) if 0.0 < largest < COST_SIZE_MIN else 0.0
        # A column that is fixed may cost far more, and must not come to cost what HiGHS takes for infinite.
        exponent = min(exponent, np.floor(np.log2(VALUE_MAX / max(1.0, float(np.abs(cost).max(initial=0.0))))))
        if self._scale != 2.0**exponent:
            tell(f"Costs are multiplied by 2^{int(exponent)} for HiGHS, and so are the objectives below")
        self._scale = float(2.0**exponent)
        self._cost = cost
        self._change_costs(cost * self._scale)

    def _change_costs(self, scaled: Vector) -> None:
        """Give HiGHS the cost of every column that it has."""
        every = np.arange(len(scaled), dtype=np.int32)
        self._require(self._highs.changeColsCost(len(scaled), every, scaled), "the costs")

    def bound_columns(self, columns: Indices, lower: Vector, upper: Vector) -> None:
        """Replace the bounds of some columns."""
        check_limits("column bounds", lower, upper)
        self.column_lower[columns], self.column_upper[columns] = lower, upper
        self._change_bounds(columns, columns)

    def _change_bounds(self, columns: Indices, places: Indices) -> None:
        """Give HiGHS the bounds of columns that stand at these places there."""
        lower, upper = self.column_lower[columns], self.column_upper[columns]
        self._require(self._highs.changeColsBounds(len(columns), places, lower, upper), "column bounds")

    def bound_rows(self, rows: Indices, lower: Vector, upper: Vector) -> None:
        """Replace the sides of some rows."""
        check_limits("row sides", lower, upper)
        self.row_lower[rows], self.row_upper[rows] = lower, upper
        self._require(self._highs.changeRowsBounds(len(rows), rows, lower, upper), "row sides")

    def add_row(self, coefficients: Vector, upper: float) -> None:
        """Hold ``coefficients · x ≤ upper``; the row stands after the problem's own."""
        check_numbers("a held row", np.append(coefficients, upper))
        columns = np.flatnonzero(coefficients).astype(np.int32)
        status = self._highs.addRow(-np.inf, upper, len(columns), columns, coefficients[columns])
        self._require(status, "the held row")

    @property
    def scaled_cost(self) -> Vector:
        """The cost as HiGHS has it, (columns,)."""
        return self._cost * self._scale

    def begin_at(self, columns: HighsStatuses, rows: HighsStatuses) -> bool:
        """Begin the next run at a basis, (columns,) and (rows,); say whether HiGHS takes it."""
        basis: Any = highspy.HighsBasis()
        basis.col_status, basis.row_status, basis.valid = columns.tolist(), rows.tolist(), True
        return bool(self._highs.setBasis(basis) == highspy.HighsStatus.kOk)

    def start_from(self, values: Vector) -> None:
        """Offer a plan to begin with, (columns,); HiGHS completes what is NaN, or no number it can take."""
        known = np.flatnonzero(np.abs(values) < VALUE_MAX).astype(np.int32)
        self._highs.setSolution(len(known), known, values[known])

    def report_incumbents(self, on_incumbent: OnIncumbent) -> None:
        """Call back at each better integer plan and each line of the log."""

        def tell(values: Vector | None, bound: float) -> None:
            if self._bound_scale == 1.0:  # a plan that is scaled down is none yet
                on_incumbent(values, bound / self._scale)

        self._highs.cbMipImprovingSolution.subscribe(
            lambda event: tell(np.array(event.data_out.mip_solution), event.data_out.mip_dual_bound)
        )
        self._highs.cbMipLogging.subscribe(lambda event: tell(None, event.data_out.mip_dual_bound))

    def run(self, seconds: float) -> State:
        """Solve within these seconds; infeasible and unbounded are told apart."""
        state = self._run_once(seconds)
        if state == "error" and not self.with_integers:
            # Rarely the basis carried over, or what presolve left, is too ill to end with; begin afresh without either.
            self._highs.clearSolver()
            self._set_option("presolve", "off")
            state = self._run_once(seconds)
            self._set_option("presolve", "choose")
        elif state == "error":
            state = self._run_scaled_down(seconds)
        return self._tell_apart(seconds) if state == "unbounded" else state

    def _run_scaled_down(self, seconds: float) -> State:
        """Solve with all bounds brought down: the last digits of 1e11 are above HiGHS's absolute tolerance.

        HiGHS then trusts itself; what comes of it is judged in the numbers' own size, like any other answer.
        """
        state: State = "error"
        for exponent in SCALES_DOWN:
            if state == "error":
                self._highs.clearSolver()
                self._bound_scale = 2.0**exponent
                self._set_option("user_bound_scale", exponent)
                state = self._run_once(seconds)
        return state

    def _run_once(self, seconds: float) -> State:
        # For a linear programme HiGHS counts the time of earlier runs as well, for integers it does not.
        limit = seconds if self.with_integers else seconds + self._highs.getRunTime()
        self._set_option("time_limit", limit)
        self._highs.run()
        if self._algorithm != "choose" and not self.with_integers:
            self._go_on_with_simplex(finish=self._algorithm == "pdlp")
        self.status = self._highs.getModelStatus().name
        if self.status == "kMemoryLimit":
            raise MemoryError
        if self.status == "kModelEmpty":  # no column at all: the rows must hold of themselves
            return "optimal" if bool(((self.row_lower <= 0.0) & (self.row_upper >= 0.0)).all()) else "infeasible"
        return _STATES.get(self.status, "error")

    def _go_on_with_simplex(self, *, finish: bool) -> None:
        """Leave the algorithm asked for once it has done its part.

        From a basis, and all runs but the first have one, the simplex method is faster. A first-order method ends
        without a vertex, right to some digits only: there the simplex method finishes at once.
        """
        self._algorithm = "choose"
        self._set_option("solver", "simplex")
        if finish and self._highs.getModelStatus().name in _STATES:
            self._highs.run()

    def _tell_apart(self, seconds: float) -> State:
        """Without a cost nothing is unbounded: what then has no plan never had one."""
        unbounded, cost = self.status, self._cost
        self.set_cost(np.zeros(len(cost)))
        state = self._run_once(seconds)
        self.set_cost(cost)
        if state == "optimal":
            self.status = unbounded
            return "unbounded"
        return state

    def dual_ray(self, seconds: float) -> Vector | None:
        """Prices of the rows, (rows,) the problem's own, with which HiGHS shows that there is no plan; or ``None``.

        The status must have been asked for before: after an interior-point method HiGHS loses it here.
        """
        if self.with_integers:
            return None
        self._set_option("time_limit", seconds + self._highs.getRunTime())
        status, has_ray, ray = self._highs.getDualRay()
        if status == highspy.HighsStatus.kError or not has_ray:
            return None
        return np.array(ray, dtype=np.float64)[: self.arrays.rows]

    @property
    def dual_noise(self) -> float:
        """A reduced cost below this may have either sign."""
        return DUAL_TOLERANCE / self._scale

    @property
    def has_plan(self) -> bool:
        """Whether the last run ended with a feasible point."""
        if self.status in {
            "kModelEmpty",
            "kOptimal",
        }:  # an optimum that is right to the last digit only is for the judge
            return True
        return int(self._highs.getInfo().primal_solution_status) == int(highspy.kSolutionStatusFeasible)

    @property
    def values(self) -> Vector:
        """(columns,)."""
        return np.array(self._highs.getSolution().col_value, dtype=np.float64)

    @property
    def activities(self) -> Vector:
        """(rows,) the problem's own, without rows added here."""
        return np.array(self._highs.getSolution().row_value, dtype=np.float64)[: self.arrays.rows]

    @property
    def reduced_costs(self) -> Vector:
        """(columns,)."""
        return np.array(self._highs.getSolution().col_dual, dtype=np.float64) / self._scale

    @property
    def row_duals(self) -> Vector:
        """(rows,) rise of the cost per unit of the right-hand side."""
        return self._scaled_duals / self._scale

    @property
    def _scaled_duals(self) -> Vector:
        return np.array(self._highs.getSolution().row_dual, dtype=np.float64)[: self.arrays.rows]

    @property
    def columns_held(self) -> int:
        """How many columns HiGHS holds."""
        return self.arrays.columns

    @property
    def is_whole(self) -> bool:
        """Whether HiGHS holds every column."""
        return self.columns_held == self.arrays.columns

    @property
    def ray(self) -> Vector | None:
        """(rows,) a price of the rows that no point can pay, after a run that ended infeasible, if there is one."""
        ray = self._whole_ray()
        return None if ray is None else ray[: self.arrays.rows]

    def _whole_ray(self) -> Vector | None:
        """Return a ray with its numbers of rows added here, if there is one."""
        status, is_there, values = self._highs.getDualRay()
        return np.array(values, dtype=np.float64) if status == highspy.HighsStatus.kOk and is_there else None

    @property
    def bound(self) -> float:
        """The proved lower bound of an integer run; HiGHS leaves it as scaled."""
        return float(self._highs.getInfo().mip_dual_bound) / self._scale / self._bound_scale

    @property
    def nodes(self) -> int:
        """Nodes of the last integer run."""
        return int(self._highs.getInfo().mip_node_count)

    def ranging(self) -> tuple[Any, float] | None:
        """HiGHS's own record of ranges, and by what its costs are scaled; ``None`` where it cannot tell."""
        status, found = self._highs.getRanging()
        return (found, self._scale) if status == highspy.HighsStatus.kOk and found.valid else None

    def basis(self) -> Statuses | None:
        """The basis, (columns + rows,), or ``None`` where HiGHS has none to show."""
        basis = self._highs.getBasis()  # getBasicVariables crashes after an interior-point method (HiGHS 1.15.1)
        if not basis.valid:
            return None
        parts = basis.col_status, basis.row_status[: self.arrays.rows]
        return np.concatenate([numbers_of(part) for part in parts])

    def is_basic(self) -> tuple[Booleans, Booleans] | None:
        """Which columns and which rows are basic, or ``None`` where HiGHS has no basis to show."""
        basis = self.basis()
        if basis is None:
            return None
        return basis[: self.arrays.columns] == BASIC, basis[self.arrays.columns :] == BASIC


def numbers_of(statuses: Sequence[Any]) -> Statuses:
    """Return HiGHS's own statuses by their numbers."""
    return np.fromiter(map(int, statuses), dtype=np.int8, count=len(statuses))


def new_highs() -> Any:
    """Return an empty HiGHS (its own type stubs lack half of what it can do)."""
    make: Any = highspy.Highs
    return make()


def version() -> str:
    """HiGHS's version and the commit it was built from."""
    highs = new_highs()
    return f"{highs.version()} ({highs.githash()})"
