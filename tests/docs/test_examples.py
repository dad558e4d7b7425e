"""`planner new --example`: a shipped scenario to begin from, with what it extends."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from planner.errors import CannotWriteError, UsageError
from planner.io.read.read import read_scenario
from planner.models.declarations import declarations
from planner.pipeline import examples
from planner.pipeline.examples import write_example
from tests.shipped import SCENARIOS

HOURLY, BASE = "national-2025-hourly", "national-2025"


def test_every_shipped_scenario_is_an_example(tmp_path: Path) -> None:
    """Proves that each is offered, and reads the same where it was copied to. Sensitivity: a file left behind."""
    assert set(examples.examples()) == {path.parent.name for path in SCENARIOS.glob("*/scenario.toml")}
    for name in examples.examples():
        write_example(name, tmp_path / name / name)
        copied = read_scenario(tmp_path / name / name, declarations())
        shipped = {path: hashlib.sha256((SCENARIOS / path).read_bytes()).hexdigest() for path in copied.file_hashes}
        assert copied.file_hashes == shipped != {}
        files = {path.name for path in (SCENARIOS / name).glob("*.*")}
        assert {path.name for path in (tmp_path / name / name).glob("*.*")} == files


def test_what_it_extends_comes_once(tmp_path: Path) -> None:
    """Proves that the base lies beside, and is used again where it lies there already.

    Sensitivity: a second copy that is refused, or overwrites what the user changed.
    """
    assert write_example(HOURLY, tmp_path / "one") == [tmp_path / "one", tmp_path / BASE]
    assert write_example(HOURLY, tmp_path / "two") == [tmp_path / "two"]
    (tmp_path / BASE / "region.csv").write_text("region\n")
    with pytest.raises(UsageError, match="exists already"):
        write_example(HOURLY, tmp_path / "three")
    assert (tmp_path / BASE / "region.csv").read_text() == "region\n"


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    """Proves that a wrong name is told the nearest, and that nothing is written over. Sensitivity: a half copy."""
    with pytest.raises(UsageError, match="did you mean 'national-2025-hourly'"):
        write_example("national-2025-hourli", tmp_path / "mine")
    (tmp_path / "mine").mkdir()
    with pytest.raises(UsageError, match="exists already"):
        write_example("tiny", tmp_path / "mine")
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWriteError):
        write_example("tiny", tmp_path / "file" / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]


def test_an_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the package's own folder is looked at first. Sensitivity: a checkout taken for granted."""
    inside = tmp_path / "planner" / "scenarios" / "own"
    inside.mkdir(parents=True)
    (inside / "scenario.toml").write_text("")
    monkeypatch.setattr(examples, "PACKAGE", tmp_path / "planner")
    assert examples.examples() == {"own": inside}
