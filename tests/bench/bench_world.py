"""Small instances, and campaigns on them, for the tests of the benchmark."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import sparse

from planner.bench.instances import freeze
from planner.bench.mps import Linear, canonical, write_mps
from planner.bench.plan import Campaign

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
INF = float("inf")
FAKE = {"fake": "fake_solver"}


def linear(
    cost: list[float],
    rows: list[tuple[float, list[float], float]],
    *,
    lower: list[float] | None = None,
    upper: list[float] | None = None,
    integers: tuple[int, ...] = (),
) -> Linear:
    """Return a programme from dense rows ``(lower, coefficients, upper)``; columns start at 0."""
    columns = len(cost)
    is_integer = np.zeros(columns, dtype=bool)
    is_integer[list(integers)] = True
    return Linear(
        cost=np.array(cost, dtype=float),
        matrix=sparse.csc_array(np.array([row[1] for row in rows], dtype=float).reshape(len(rows), columns)),
        row_lower=np.array([row[0] for row in rows], dtype=float),
        row_upper=np.array([row[2] for row in rows], dtype=float),
        column_lower=np.zeros(columns) if lower is None else np.array(lower, dtype=float),
        column_upper=np.full(columns, INF) if upper is None else np.array(upper, dtype=float),
        is_integer=is_integer,
    )


def two_sites() -> Linear:
    """Return demand 5 served by a site at 3 (at most 4) or one at 7: 19 at (4, 1), prices 7 and -4."""
    return linear([3, 7], [(5, [1, 1], 5), (-INF, [1, 0], 4)])


def modules() -> Linear:
    """Return demand 5, modules of 2 at 10 each with a running cost of 1, and a market at 6.5.

    Two modules cost 20 + 4 + 6.5 = 30.5, the optimum; the relaxation takes 2.5 of them for 25 + 5 = 30.
    """
    return linear([10, 1, 6.5], [(5, [0, 1, 1], 5), (-INF, [-2, 1, 0], 0)], upper=[4, INF, INF], integers=(0,))


def mps_file(folder: Path, name: str, programme: Linear) -> Path:
    """Write a programme as somebody's MPS file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.mps"
    write_mps(canonical(programme), path)
    return path


def frozen(folder: Path, **programmes: Linear) -> Path:
    """Return a campaign's folder with these instances."""
    campaign = folder / "campaign"
    freeze(campaign, [mps_file(folder / "sources", name, programme) for name, programme in programmes.items()])
    return campaign


def fake_campaign(*ways: str, **others: Any) -> Campaign:
    """Return a campaign of the fake solver, with limits that a test can wait for."""
    limits = {"time_limit": 1.0, "grace": 2.0, **others}
    return Campaign(solvers=FAKE, algorithms=ways, **limits)


@pytest.fixture
def fake_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fresh processes find the fake solver."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def wait_for(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until a condition holds; fail after a time no machine needs."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def workers_of(folder: Path) -> list[int]:
    """Return the processes that work on a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"planner.bench.worker" in words and str(folder).encode() in words:
            found.append(int(entry.name))
    return found
