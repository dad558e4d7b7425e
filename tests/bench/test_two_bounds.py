"""The bound in float64 against the bound in whole numbers and against all corners in fractions."""

from __future__ import annotations

import numpy as np
from bench_records import exact_optimum
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_verify import as_read, small_programmes

from planner.bench.check.safe_bound import safe_bound
from planner.bench.mps import Linear
from planner.models.solving.proof.safe_bound import Prover, Relaxation

HYPOTHESIS = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HYPOTHESIS
@given(small_programmes(), st.data())
def test_float_bound_is_never_above_the_exact_one(linear: Linear, data: st.DataObject) -> None:
    """Proves: for any duals the float bound is at most the exact bound of the same duals, and at most the optimum.

    Sensitivity: one margin too small, one rounding to the wrong side, a side of the wrong sign.
    """
    rows, _ = linear.matrix.shape
    duals = np.array(data.draw(st.lists(st.floats(-1e3, 1e3), min_size=rows, max_size=rows)), dtype=float)
    cutoff = data.draw(st.floats(-1e4, 1e4))
    read = as_read(linear)
    sides, columns = (read.row_lower, read.row_upper), (read.lower, read.upper)
    found = Prover(Relaxation(read.starts, read.rows, read.entries, read.cost, *sides, *columns), cutoff).bound(duals)
    if found == -np.inf:
        return
    theirs = safe_bound(read, duals, np.zeros(len(read.cost)), cutoff)
    assert theirs.is_boxed or found <= max(theirs.value, cutoff)
    optimum = exact_optimum(linear)
    assume(optimum is not None)
    assert optimum is not None
    assert found <= optimum
