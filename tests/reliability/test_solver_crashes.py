"""A solver that dies or lies in the middle of ``planner run`` leaves one line, exit 9, and nothing else."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

import planner.pipeline.run as line
from planner import cli
from planner.errors import SolverCrashedError
from planner.io.results.run_folder import FORMAT
from planner.models.algebra.problem import Problem, Solution, SolverOptions
from planner.models.solving.solve import solve
from tests.worlds import BASE

DEATHS = {
    "crash": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "exit": "import sys; sys.exit(3)",
    "silence": "pass",
    "garbage": "import sys, pathlib; [p.write_bytes(b'x') for p in pathlib.Path(sys.argv[1]).iterdir()]",
    "noise": "import sys; sys.stdout.buffer.write(bytes(range(256)) * 4000); sys.exit(1)",
}


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("replaces", [False, True])
def test_solver_death_leaves_nothing(
    death: str, *, replaces: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Proves exit 9, one printable line, no run folder, and that the run it should have replaced is untouched.

    Broken by writing before solving is over, by a record for exit 9, by the solver's bytes going to the terminal.
    """
    child = [sys.executable, "-c", DEATHS[death]]

    def broken(problem: Problem, options: SolverOptions, workdir: Path, **rest: Any) -> Solution:
        return solve(problem, options, workdir, child=child, **rest)

    monkeypatch.setattr(line, "solve", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    world, out = BASE.write(tmp_path / "world"), tmp_path / "results" / "run"
    words = ["run", str(world), "--out", str(out)]
    if replaces:
        out.mkdir(parents=True)
        (out / "manifest.json").write_text(f'{{"format": "{FORMAT} 1"}}', encoding="utf-8")
        words.append("--force")
    before = tree(tmp_path)
    monkeypatch.setattr("sys.argv", ["planner", *words])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    said = capfd.readouterr()
    assert stop.value.code == SolverCrashedError.exit_code == 9, said.err
    assert said.out == ""
    assert said.err.startswith("planner: ")
    assert said.err.count("\n") == 1
    assert said.err.strip().isprintable()
    assert tree(tmp_path) == before


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file and folder below a folder, hidden ones as well."""
    return {os.path.relpath(path, folder): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}
