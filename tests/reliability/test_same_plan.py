"""The same scenario gives the same plan, byte for byte, however its files say it and wherever it is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import planner
from planner.io.results.manifest import to_json
from planner.io.results.results import write_results
from tests.reliability.variations import FILES, SURROUNDINGS, degenerate

ROOT = Path(__file__).parents[2]
MEASURED = ("seconds", "peak_memory")
"""What may differ from run to run."""
Print = dict[str, bytes]


@cache
def expected(folder: Path) -> Print:
    """Return the files of the plain run, made once a worker."""
    return solved(degenerate().write(folder / "world"), folder / "run")


@pytest.fixture
def plain(tmp_path_factory: pytest.TempPathFactory) -> Print:
    """Return the files of the plain run."""
    return expected(tmp_path_factory.getbasetemp())


def solved(world: Path, out: Path) -> Print:
    """Run a scenario in this process and return the files of its plan."""
    results = planner.run(planner.read_scenario(world))
    out.mkdir()
    write_results(results, out)
    return files_of(out)


def files_of(out: Path) -> Print:
    """Return the bytes of every file that says what the plan is, without what is measured."""
    names = [*out.glob("tables/*.csv"), *out.glob("scenario/*"), out / "shadow_prices.csv"]
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in names}
    summary = json.loads((out / "summary.json").read_bytes())
    return {**found, "summary.json": to_json(plan_of(summary))}


def plan_of(summary: dict[str, Any]) -> dict[str, Any]:
    """Return a summary without what is measured."""
    return {key: value for key, value in summary.items() if key not in MEASURED}


def assert_same(found: Print, wanted: Print) -> None:
    """Assert that two runs wrote the same files, and name the first that differs."""
    assert sorted(found) == sorted(wanted)
    for name, text in wanted.items():
        assert found[name] == text, f"{name}:\n{found[name].decode()[:600]}\ninstead of\n{text.decode()[:600]}"


@pytest.mark.parametrize("variation", FILES)
def test_files_said_in_another_way(variation: str, plain: Print, tmp_path: Path) -> None:
    """Proves that order of rows, columns and names, encoding and line ends change nothing in a plan with many equals.

    Broken by a set in the order of its file, a tie that the solver breaks by position, a number read by locale.
    """
    world = degenerate().write(tmp_path / "world")
    before = {path.name: path.read_bytes() for path in world.iterdir()}
    FILES[variation](world)
    assert {path.name: path.read_bytes() for path in world.iterdir()} != before, "the variation varies nothing"
    assert_same(solved(world, tmp_path / "run"), plain)


@pytest.mark.parametrize("variation", SURROUNDINGS)
def test_run_in_other_surroundings(variation: str, plain: Print, tmp_path: Path) -> None:
    """Proves that locale, time zone, hash seed, umask, home and working folder change nothing, and print nothing.

    Broken by a set whose order follows the hash, text opened without an encoding, times without a zone, a relative
    path resolved late. What is printed is the summary alone, whatever the encoding of the terminal.
    """
    world = degenerate().write(tmp_path / "world")
    given = dict(SURROUNDINGS[variation])
    umask, place = int(given.pop("UMASK", "022"), 8), given.pop("CWD", "")
    (tmp_path / "elsewhere").mkdir()
    folder = {"elsewhere": tmp_path / "elsewhere", "beside": tmp_path}.get(place, ROOT)
    words = ["world", "--out", "run"] if place == "beside" else [str(world), "--out", str(tmp_path / "run")]
    ended = subprocess.run(
        [sys.executable, "-m", "planner", "run", *words, "--json", "--quiet"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **given},
        umask=umask,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    assert ended.stderr == b""
    written = json.loads((tmp_path / "run" / "summary.json").read_bytes())
    assert json.loads(ended.stdout) == written
    assert (tmp_path / "run" / "map.png").exists()
    assert_same(files_of(tmp_path / "run"), plain)
    assert not any((tmp_path / "elsewhere").iterdir()), "something was left in the working folder"


def test_the_plan_is_one_of_many(tmp_path: Path) -> None:
    """Proves that the scenario tests what it should: its twins are exchangeable, so that order alone decides."""
    results = planner.run(planner.read_scenario(degenerate().write(tmp_path / "world")))
    assert results.manifest["is_unique"] is not True
    assert len(FILES) + len(SURROUNDINGS) >= 38
