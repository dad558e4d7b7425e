"""The exact check: planted wrong answers are found, sums are exact, and a proven bound is never above the optimum."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import highspy
import numpy as np
import pytest
from bench_records import INF, checked, exact_optimum, programme, run
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from planner.bench.check.exact import dot_groups, exact, rounded_down, total
from planner.bench.check.mps_reader import Program, read_program
from planner.bench.check.safe_bound import implied_bounds, safe_bound
from planner.bench.check.verify import check
from planner.bench.mps import Linear, write_mps
from planner.errors import InvalidInputError

HYPOTHESIS = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)

# Minimise 2 x + 3 y, x + y ≥ 4, x ≤ 3: the optimum is x = 3, y = 1 at 9; the row's price is 3.
SMALL = programme([2, 3], [[1, 1]], [(4, INF)], [(0, 3), (0, INF)])
# Minimise -5 x - 4 y, 6 x + 5 y ≤ 10, whole: x = 0, y = 2 at -8.
WHOLE = programme([-5, -4], [[6, 5]], [(-INF, 10)], [(0, 5), (0, 5)], integers=(0, 1))


@given(st.lists(NUMBERS, max_size=20))
def test_exact_numbers_are_the_floats(values: list[float]) -> None:
    """Proves that no bit of any float64, subnormal or huge, is lost. Broken by a mantissa or a power off by one."""
    numbers = exact(np.array(values))
    assert [numbers.fraction(place) for place in range(len(values))] == [Fraction(value) for value in values]
    assert total(numbers) == sum(map(Fraction, values), Fraction(0))


@given(st.lists(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=5), min_size=1, max_size=6))
def test_sums_of_products_are_exact(groups: list[list[tuple[float, float]]]) -> None:
    """Proves that grouped sums of products have no rounding, with empty groups anywhere.

    Broken by one product in float64, or by ``reduceat``'s way with empty groups.
    """
    pairs = [pair for group in groups for pair in group]
    starts = np.cumsum([0, *map(len, groups)])
    coefficients, factors = (np.array([pair[side] for pair in pairs], dtype=float) for side in (0, 1))
    sums, sizes = dot_groups(coefficients, np.arange(len(pairs)), exact(factors), starts)
    for place, group in enumerate(groups):
        terms = [Fraction(a) * Fraction(x) for a, x in group]
        assert sums.fraction(place) == sum(terms, Fraction(0))
        assert sizes.fraction(place) == sum(map(abs, terms), Fraction(0))


@given(st.fractions())
def test_rounding_down_is_down(value: Fraction) -> None:
    """Proves that a bound printed is never above the bound proved. Broken by rounding to nearest."""
    assert Fraction(rounded_down(value)) <= value < Fraction(math.nextafter(rounded_down(value), INF))


def test_what_float64_gets_wrong(tmp_path: Path) -> None:
    """Proves exactness end to end: 1e16 + 1 - 1e16 is 1, and 0.1 + 0.2 exceeds 0.3 by 2.8e-17, not by 5.6e-17.

    Broken by any sum in float64, which gives 0 and 5.6e-17.
    """
    values = [0.1, 0.2, 0.3]
    assert np.array([1e16, 1.0, -1e16]) @ np.ones(3) != 1.0
    assert checked(programme([1e16, 1, -1e16], [], []), tmp_path, [1, 1, 1])["objective_exact"] == 1.0
    found = checked(programme([1, 1, 1], [[1, 1, -1]], [(-INF, 0)]), tmp_path, values)
    assert found["worst_violation"] == float(Fraction(0.1) + Fraction(0.2) - Fraction(0.3))
    assert found["worst_violation"] != 0.1 + 0.2 - 0.3
    assert found["primal_feasible"]


def test_a_true_answer_is_proved(tmp_path: Path) -> None:
    """Proves that the honest optimum passes with a proof, so that the refusals below mean something.

    Broken by a wrong sign in the bound, a row taken for a column, or the constant left out.
    """
    found = checked(SMALL, tmp_path, [3, 1], [3], objective=9.0)
    assert found == {
        "primal_feasible": True,
        "worst_violation": 0.0,
        "worst_place": "",
        "objective_exact": 9.0,
        "objective_size": 9.0,
        "objective_matches": True,
        "safe_bound": 9.0,
        "box_bound": None,
        "gap_verified": 0.0,
        "proof": "safe",
        "notes": [],
    }


@pytest.mark.parametrize(
    ("linear", "values", "place"),
    [
        (SMALL, [3, 0.99999], "row r0"),
        (SMALL, [3.00001, 1], "column c0"),
        (SMALL, [5, -1], "column c1"),
        (WHOLE, [0.4, 1.5], "column c1"),
        (WHOLE, [2, 0], "row r0"),
        (programme([1], [[1]], [(0, INF)], [(0, 1e9)], integers=(0,)), [1e7 + 0.4], "column c0"),
    ],
)
def test_infeasible_points_are_found(linear: Linear, values: list[float], place: str, tmp_path: Path) -> None:
    """Proves that a broken row, bound or integer is found and named, a fraction of a large integer too.

    Broken by a side left out, by clipping without counting how far, or by an integer tolerance that grows with value.
    """
    found = checked(linear, tmp_path, values)
    assert not found["primal_feasible"]
    assert found["worst_place"] == place


def test_tolerance_is_relative_to_the_terms(tmp_path: Path) -> None:
    """Proves the scale: 1e-6 of the row's terms is allowed, a little more is not, both sides of the line.

    Broken by an absolute tolerance, or by one relative to the right-hand side alone.
    """
    linear = programme([1, 1], [[1000, -1000]], [(0, 0)])
    assert checked(linear, tmp_path, [1, 1 + 1.9e-6])["primal_feasible"]
    assert not checked(linear, tmp_path, [1, 1 + 2.1e-6])["primal_feasible"]


def test_wrong_objective_is_found(tmp_path: Path) -> None:
    """Proves that a claimed value that the plan does not have is found. Broken by believing the claim."""
    assert checked(SMALL, tmp_path, [3, 1], objective=9.0 + 8e-6)["objective_matches"] is True
    assert checked(SMALL, tmp_path, [3, 1], objective=8.9)["objective_matches"] is False
    assert checked(SMALL, tmp_path, [3, 1])["objective_matches"] is None


def test_suboptimal_plan_is_not_proved(tmp_path: Path) -> None:
    """Proves that the duals of the optimum do not prove a dearer plan, and say how far off it is.

    Broken by taking the objective itself for the bound.
    """
    found = checked(SMALL, tmp_path, [2, 2], [3], objective=10.0)
    assert (found["proof"], found["safe_bound"], found["gap_verified"]) == ("", 9.0, 0.1)


@pytest.mark.parametrize("duals", [[3, 3], [float("nan")], [INF]])
def test_bad_duals_prove_nothing(duals: list[float], tmp_path: Path) -> None:
    """Proves that duals of the wrong length or not finite give no bound and no failure. Broken by using them."""
    found = checked(SMALL, tmp_path, [3, 1], duals)
    assert (found["proof"], found["safe_bound"]) == ("", None)
    assert "not finite" in found["notes"][0]


def test_duals_of_the_other_sign(tmp_path: Path) -> None:
    """Proves that a solver with the other sign is believed all the same, and that it is said. Broken by one try only."""
    found = checked(SMALL, tmp_path, [3, 1], [-3])
    assert (found["proof"], found["safe_bound"], found["notes"]) == ("safe", 9.0, ["duals of the other sign"])


@pytest.mark.parametrize("values", [[1.0], [float("nan"), 1.0], [INF, 1.0]])
def test_no_plan_at_all(values: list[float], tmp_path: Path) -> None:
    """Proves that values that are no plan are a fault in words, not a failure of the check. Broken by no look at them."""
    assert "the solution is none" in checked(SMALL, tmp_path, values)["fault"]


def test_damaged_solution_file(tmp_path: Path) -> None:
    """Proves that a file cut off is a fault of the solution. Broken by an exception that is not caught."""
    checked(SMALL, tmp_path, [3, 1])
    (tmp_path / "solution.npz").write_bytes((tmp_path / "solution.npz").read_bytes()[:40])
    assert "the solution is none" in check(tmp_path / "instances" / "one.mps", run(checked={}), tmp_path)["fault"]


def test_noise_on_a_column_that_rows_limit(tmp_path: Path) -> None:
    """Proves that a reduced cost of the wrong sign is paid for with the bound that rows imply: poorer, still a proof.

    x ≥ 0 costs nothing and has no upper bound, but x + y ≤ 10 keeps it below 10. Broken by giving up, or by ignoring
    the noise, which would put the bound above the optimum of 0.
    """
    linear = programme([0, 1], [[1, 1], [1, 1]], [(4, INF), (-INF, 10)])
    found = checked(linear, tmp_path, [4, 0], [1e-9, 0])
    assert (found["proof"], found["notes"]) == ("safe", [])
    assert found["safe_bound"] == pytest.approx(4e-9 - 1e-9 * 10, rel=1e-12)
    assert found["safe_bound"] <= 4e-9 - 1e-9 * 10


def test_noise_on_a_column_that_the_objective_limits(tmp_path: Path) -> None:
    """Proves that points dearer than the plan are left aside: x ≥ 0 without a bound costs, so it cannot grow far.

    Broken by leaving out the cutoff, which makes the bound minus infinity.
    """
    linear = programme([1, 2], [[1, 1]], [(4, INF)])
    found = checked(linear, tmp_path, [4, 0], [1 + 1e-9])
    assert (found["proof"], found["box_bound"]) == ("safe", None)
    assert 4.0 - 1e-8 < found["safe_bound"] <= 4.0


def test_column_that_nothing_limits(tmp_path: Path) -> None:
    """Proves that where nothing limits a column, the bound is given for a box only and is not called safe.

    y = z may grow for ever, and the duals would let y grow at a gain of 1e-9. Broken by calling a bound safe that holds
    near the plan alone.
    """
    linear = programme([1, 0, 0], [[1, 1, -1], [0, 1, -1]], [(4, INF), (0, 0)])
    found = checked(linear, tmp_path, [4, 0, 0], [1, -1 + 1e-9])
    assert (found["safe_bound"], found["gap_verified"], found["proof"]) == (None, None, "box")
    assert found["box_bound"] == pytest.approx(4 - 1000 * 1e-9, abs=1e-12)
    assert "nothing limits 1 columns that the duals would move, c1 the first" in found["notes"]


def test_implied_bounds_cover_every_point() -> None:
    """Proves the bounds by hand: 3 x + y ≤ 6 and x - y ≤ 1 with y ≤ 3 give x ≤ 2 first; -z ≤ -2 has z from below only.

    Broken by a division with the wrong sign, or a bound rounded inwards.
    """
    linear = programme([0, 0, -1], [[3, 1, 0], [1, -1, 0], [0, 0, -1]], [(-INF, 6), (-INF, 1), (-INF, -2)])
    lower, upper = implied_bounds(as_read(linear), 0.0)
    assert lower.tolist() == [0.0, 0.0, 0.0]
    assert 2.0 <= upper[0] < 2.0 + 1e-12
    assert 6.0 <= upper[1] < 6.0 + 1e-12
    assert upper[2] == INF


def as_read(linear: Linear) -> Program:
    """Return a programme as the reader gives it."""
    with TemporaryDirectory() as folder:
        write_mps(linear, Path(folder) / "one.mps")
        return read_program(Path(folder) / "one.mps")


@st.composite
def small_programmes(draw: st.DrawFn) -> Linear:
    """Return programmes of two or three columns that are not unbounded, with awkward coefficients."""
    count = draw(st.integers(2, 3))
    number = st.one_of(st.integers(-5, 5).map(float), st.floats(-100, 100), st.sampled_from([1e-9, 1 / 3, 1e6, -0.1]))
    number = number.filter(lambda value: value == 0 or abs(value) > 1e-12)
    rows = draw(st.lists(st.lists(number, min_size=count, max_size=count), min_size=1, max_size=3))
    sides = [draw(st.sampled_from([(-INF, 7.3), (-2.1, INF), (1.0, 1.0), (-3.7, 9.1)])) for _ in rows]
    costs = draw(st.lists(number, min_size=count, max_size=count))
    tops = [draw(st.sampled_from([INF, 8.7])) if cost >= 0 else 8.7 for cost in costs]
    return programme(costs, rows, sides, [(draw(st.sampled_from([0.0, -1.3])), top) for top in tops])


@HYPOTHESIS
@given(small_programmes(), st.data())
def test_safe_bound_is_never_above_the_optimum(linear: Linear, data: st.DataObject) -> None:
    """Proves the bound for any duals and any plan, against all corners in fractions.

    Broken by one rounding to the wrong side, by an implied bound that is too tight, by a side of the wrong sign, or by
    believing the duals anywhere.
    """
    optimum = exact_optimum(linear)
    assume(optimum is not None)
    rows, columns = linear.matrix.shape
    price = st.floats(-1e3, 1e3)
    duals = np.array(data.draw(st.lists(price, min_size=rows, max_size=rows)), dtype=float)
    values = np.array(data.draw(st.lists(st.floats(-10, 10), min_size=columns, max_size=columns)), dtype=float)
    bound = safe_bound(as_read(linear), duals, values, data.draw(st.floats(-1e4, 1e4)))
    assert bound.is_boxed or bound.value <= optimum


@HYPOTHESIS
@given(small_programmes())
def test_solver_duals_prove_its_plan(linear: Linear) -> None:
    """Proves that the bound is not only safe but good: HiGHS's duals prove its plan to 1e-6, on programmes as above.

    Broken by any side or sign that makes the bound poorer than the duals are.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = linear.matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = linear.cost, linear.column_lower, linear.column_upper
    model.row_lower_, model.row_upper_ = linear.row_lower, linear.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    matrix = linear.matrix
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    solver.setOptionValue("small_matrix_value", 1e-12)
    solver.passModel(model)
    solver.run()
    assume(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)
    values, duals = np.array(solver.getSolution().col_value), np.array(solver.getSolution().row_dual)
    cost = float(linear.cost @ values)
    bound = safe_bound(as_read(linear), duals, values, cost + 1e-6)
    size = max(1.0, float(np.abs(linear.cost) @ np.abs(values)), float(np.abs(linear.cost).max()))
    assert float(bound.value) >= cost - 1e-5 * size


@HYPOTHESIS
@given(small_programmes())
def test_reader_reads_what_was_written(linear: Linear) -> None:
    """Proves that the checker has the very numbers the solvers are given. Broken by a section or a bit read wrongly."""
    program = as_read(linear)
    matrix = np.zeros(linear.matrix.shape)
    matrix[program.rows, program.columns] = program.entries
    assert np.array_equal(matrix, linear.matrix.toarray())
    pairs = [
        (program.cost, linear.cost),
        (program.lower, linear.column_lower),
        (program.upper, linear.column_upper),
        (program.row_lower, linear.row_lower),
        (program.row_upper, linear.row_upper),
    ]
    assert all(np.array_equal(ours, theirs) for ours, theirs in pairs)


GOOD = """* a comment
NAME one
ROWS
 N obj
 L r0
COLUMNS
 c0 obj 1.0
 c0 r0 1.5
 MARKER 'MARKER' 'INTORG'
 c1 r0 2.0
 MARKER 'MARKER' 'INTEND'
RHS
 rhs r0 4.0
RANGES
 rng r0 3.0
BOUNDS
 LO bnd c1 0.0
 UP bnd c1 7.0
ENDATA
"""


def read_text(text: str, folder: Path) -> Program:
    """Return the program of a text."""
    (folder / "one.mps").write_text(text, encoding="ascii")
    return read_program(folder / "one.mps")


def test_reader_reads_every_section(tmp_path: Path) -> None:
    """Proves the sections by hand. Broken by a range on the wrong side or a marker that does not end."""
    program = read_text(GOOD, tmp_path)
    assert (program.row_lower.tolist(), program.row_upper.tolist()) == ([1.0], [4.0])
    assert (program.is_integer.tolist(), program.upper.tolist()) == ([False, True], [INF, 7.0])
    assert (program.cost.tolist(), program.entries.tolist()) == ([1.0, 0.0], [1.5, 2.0])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (" L r0", " L r0\n L r0", "row 6, .*twice"),
        (" L r0", " X r0", "N, the first"),
        (" c0 r0 1.5", " c0 r0 1_5", "row 8, value 'c0 r0 1_5': not a number"),
        (" c0 r0 1.5", " c0 r0 nan", "not a number"),
        (" c0 r0 1.5", " c0 r0 1e20", "not a number"),
        (" c0 r0 1.5", " c0 r1 1.5", "not in ROWS"),
        (" c0 r0 1.5", " c0 r0 1.5\n c0 r0 1.5", "two entries"),
        (" c1 r0 2.0", " c1 r0 2.0\n c0 obj 2.0", "apart"),
        (" rhs r0 4.0", " rhs obj 4.0", "constant"),
        (" rhs r0 4.0", " rhs r0 4.0\n rhs r0 5.0", "twice"),
        (" rng r0 3.0", " rng r0 -3.0", "at least 0"),
        (" UP bnd c1 7.0", "", "not both bounds"),
        (" UP bnd c1 7.0", " UP bnd c1 7.0\n UP bnd c0 -1.0", "below 0"),
        (" UP bnd c1 7.0", " BV bnd c1 7.0", "kinds of bound"),
        (" UP bnd c1 7.0", " UP bnd c9 7.0", "not in COLUMNS"),
        ("RANGES", "SOS1", "sections"),
        ("RANGES", "OBJSENSE", "sections"),
        ("ENDATA", "", "ends without"),
    ],
)
def test_reader_refuses_what_may_be_read_in_two_ways(old: str, new: str, words: str, tmp_path: Path) -> None:
    """Proves that what is outside the dialect is an error that names the line. Broken by any guess."""
    assert GOOD.count(old) == 1
    with pytest.raises(InvalidInputError, match=words):
        read_text(GOOD.replace(old, new), tmp_path)


def test_integer_without_a_whole_value(tmp_path: Path) -> None:
    """Proves that an integer between 0.3 and 0.7 is refused whatever its value. Broken by clipping it onto 0 or 1."""
    text = GOOD.replace("c1 0.0", "c1 0.3").replace("c1 7.0", "c1 0.7")
    read_text(text, tmp_path)
    for value in (0.0, 0.5, 1.0):
        np.savez(tmp_path / "solution.npz", values=np.array([1.0, value]))
        found = check(tmp_path / "one.mps", run(checked={}), tmp_path)
        assert not found["primal_feasible"]
        assert found["worst_place"] == "column c1, which no value suits"


def test_reader_names_a_missing_file(tmp_path: Path) -> None:
    """Proves that a missing instance is one clear error. Broken by a traceback."""
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_program(tmp_path / "none.mps")
