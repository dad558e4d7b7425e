"""HiGHS, one programme at a time: arrays in, arrays out, every option pinned and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np

if TYPE_CHECKING:
    from planner.models.solvers.exchange import Arrays, Booleans, Indices, Request, Vector

State = Literal["optimal", "infeasible", "unbounded", "time_limit", "error"]
OnIncumbent = Callable[["Vector | None", float], None]
"""Called with the values (``None``: only the bound is new) and the bound."""

COST_SIZE_MIN = 2.0**10
"""The largest cost is brought up to this: HiGHS's dual tolerance is an absolute 1e-7, so that costs of
1e-8 (a latency over a year of timesteps) would make every feasible point "optimal"."""
DUAL_TOLERANCE = 1e-7
"""A reduced cost of the wrong sign up to this, after the enlargement, is optimal to HiGHS."""
VALUE_MAX = 1e20
"""From here on HiGHS takes a cost or a bound as infinite."""
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


def pinned_options(request: Request) -> dict[str, bool | float | int | str]:
    """Return every option that may decide which plan is found; none is left to a default that may move."""
    return {
        "threads": request.threads,
        "parallel": "on" if request.threads > 1 else "off",
        "random_seed": request.seed,
        "presolve": "choose",
        "solver": "choose",
        "mip_rel_gap": request.mip_gap,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": 1e-6,
        "primal_feasibility_tolerance": 1e-7,
        "dual_feasibility_tolerance": DUAL_TOLERANCE,
        # The default drops coefficients below 1e-9 without a word; inputs may be as small as 1e-12.
        "small_matrix_value": 1e-12,
        "mip_min_logging_interval": 1.0,
    }


class Programme:
    """One linear or mixed-integer programme held by HiGHS, whose bounds and costs may change between runs.

    Attributes
    ----------
    column_lower, column_upper, row_lower, row_upper
        The bounds now in force: (columns,) and (rows,).
    status
        HiGHS's own word for the last run.
    """

    def __init__(self, arrays: Arrays, request: Request, *, with_integers: bool) -> None:
        self.arrays = arrays
        self.with_integers = with_integers and bool(arrays.is_integer.any())
        self.column_lower, self.column_upper = arrays.column_lower.copy(), arrays.column_upper.copy()
        self.row_lower, self.row_upper = arrays.row_lower.copy(), arrays.row_upper.copy()
        self.status = "kNotset"
        self._scale = 1.0
        self._bound_scale = 1.0
        self._cost = np.zeros(arrays.columns)
        self._highs: Any = _new()
        for name, value in pinned_options(request).items():
            self._set_option(name, value)
        integrality = arrays.is_integer.astype(np.int32) * int(self.with_integers)
        self._require(
            self._highs.passModel(
                arrays.columns,
                arrays.rows,
                len(arrays.data),
                _COLUMNWISE,
                _MINIMISE,
                0.0,
                self._cost,
                self.column_lower,
                self.column_upper,
                self.row_lower,
                self.row_upper,
                arrays.starts,
                arrays.indices,
                arrays.data,
                integrality,
            ),
            "the model",
        )

    def _set_option(self, name: str, value: bool | float | str) -> None:
        self._require(self._highs.setOptionValue(name, value), f"option {name} = {value}")

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
        free = self.column_lower < self.column_upper
        largest = float(np.abs(cost[free]).max(initial=0.0))
        exponent = np.ceil(np.log2(COST_SIZE_MIN / largest)) if 0.0 < largest < COST_SIZE_MIN else 0.0
        if self._scale != 2.0**exponent:
            print(f"Costs are multiplied by 2^{int(exponent)} for HiGHS, and so are the objectives below", flush=True)  # noqa: T201
        self._scale = float(2.0**exponent)
        self._cost = cost
        every = np.arange(len(cost), dtype=np.int32)
        self._require(self._highs.changeColsCost(len(cost), every, cost * self._scale), "the costs")

    def bound_columns(self, columns: Indices, lower: Vector, upper: Vector) -> None:
        """Replace the bounds of some columns."""
        self.column_lower[columns], self.column_upper[columns] = lower, upper
        self._require(self._highs.changeColsBounds(len(columns), columns, lower, upper), "column bounds")

    def bound_rows(self, rows: Indices, lower: Vector, upper: Vector) -> None:
        """Replace the sides of some rows."""
        self.row_lower[rows], self.row_upper[rows] = lower, upper
        self._require(self._highs.changeRowsBounds(len(rows), rows, lower, upper), "row sides")

    def add_row(self, coefficients: Vector, upper: float) -> None:
        """Hold ``coefficients · x ≤ upper``; the row stands after the problem's own."""
        columns = np.flatnonzero(coefficients).astype(np.int32)
        status = self._highs.addRow(-np.inf, upper, len(columns), columns, coefficients[columns])
        self._require(status, "the held row")

    def start_from(self, values: Vector) -> None:
        """Offer a plan to begin with, (columns,)."""
        every = np.arange(len(values), dtype=np.int32)
        self._highs.setSolution(len(values), every, values)

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
        self.status = self._highs.getModelStatus().name
        if self.status == "kMemoryLimit":
            raise MemoryError
        if self.status == "kModelEmpty":  # no column at all: the rows must hold of themselves
            return "optimal" if bool(((self.row_lower <= 0.0) & (self.row_upper >= 0.0)).all()) else "infeasible"
        return _STATES.get(self.status, "error")

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
        return np.array(self._highs.getSolution().row_dual, dtype=np.float64)[: self.arrays.rows] / self._scale

    @property
    def bound(self) -> float:
        """The proved lower bound of an integer run; HiGHS leaves it as scaled."""
        return float(self._highs.getInfo().mip_dual_bound) / self._scale / self._bound_scale

    @property
    def nodes(self) -> int:
        """Nodes of the last integer run."""
        return int(self._highs.getInfo().mip_node_count)

    def is_basic(self) -> tuple[Booleans, Booleans] | None:
        """Which columns and which rows are basic, or ``None`` where HiGHS has no basis to show."""
        status, basic = self._highs.getBasicVariables()
        if status != highspy.HighsStatus.kOk or len(basic) != self.arrays.rows:
            return None
        columns, rows = np.zeros(self.arrays.columns, dtype=bool), np.zeros(self.arrays.rows, dtype=bool)
        basic = np.asarray(basic)
        columns[basic[basic >= 0]] = True
        rows[-1 - basic[basic < 0]] = True
        return columns, rows


def _new() -> Any:
    """Return an empty HiGHS (its own type stubs lack half of what it can do)."""
    make: Any = highspy.Highs
    return make()


def version() -> str:
    """HiGHS's version and the commit it was built from."""
    highs = _new()
    return f"{highs.version()} ({highs.githash()})"
