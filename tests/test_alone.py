"""What a run does not import: Pyomo would have scipy.stats and pyplot come with scipy and matplotlib."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import planner

ROOT = Path(planner.__file__).parent.parent


def loaded_by(code: str) -> set[str]:
    """Return every module that a fresh interpreter has loaded after some code."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, timeout=240
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("names", ["planner.read_scenario, planner.run", "planner.run", "planner.solve"])
def test_a_run_starts_without_statistics(names: str) -> None:
    """The line is imported with scipy's matrices and without its statistics, which take half a second.

    Proves: scipy is imported unwatched, after Pyomo, whichever of the public names is asked for first. Sensitivity: an
    import of scipy before the model's.
    """
    loaded = loaded_by(f"import planner\n{names}")
    assert {"pyomo.environ", "scipy.sparse"} <= loaded
    assert "scipy.stats" not in loaded


def test_a_map_is_drawn_without_pyplot() -> None:
    """A solved plan is drawn with matplotlib's figure and without pyplot, which takes as long again.

    Proves: ``draw`` imports matplotlib unwatched. Sensitivity: an import of ``planner.views.maps`` before that.
    """
    loaded = loaded_by(
        "import tempfile, pathlib, planner, planner.views.drawing\n"
        "plan = planner.run(planner.read_scenario('scenarios/tiny'))\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    planner.views.drawing.draw(plan, pathlib.Path(folder), formats=('svg',))"
    )
    assert "matplotlib.figure" in loaded
    assert not {"matplotlib.pyplot", "scipy.stats"} & loaded


def test_pyomo_still_finds_scipy() -> None:
    """What the planner imported unwatched is there for Pyomo when it asks, statistics and all.

    Proves: the watchers stand again afterwards, so that the fallback and other users of Pyomo lose nothing.
    Sensitivity: a watcher that is not put back.
    """
    loaded_by(
        "import sys, planner.pipeline.run\n"
        "from pyomo.common.dependencies import scipy, scipy_available\n"
        "assert scipy_available and scipy.stats.norm.cdf(0) == 0.5\n"
        "assert any(type(finder).__module__.startswith('pyomo.') for finder in sys.meta_path)"
    )
