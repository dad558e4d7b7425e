"""``planner run`` and ``planner report`` write the page, and what goes wrong with it loses nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from planner import cli
from planner.views import drawing
from tests.worlds import BASE

if TYPE_CHECKING:
    pass


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["planner", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_a_run_writes_its_report_and_the_verb_writes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``planner run`` leaves report.html; ``planner report`` writes the same page again, in either language, or compared.

    Proves: a finished run is enough; the run stays as audited. Sensitivity: a report that needs what only the solver
    knew; a manifest that answers for the report, so that writing it again breaks the run.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    assert call(monkeypatch, "run", world, "--out", out, "--quiet") == 0
    first = (out / "report.html").read_bytes()
    assert call(monkeypatch, "report", out) == 0
    assert (out / "report.html").read_bytes() == first
    assert call(monkeypatch, "report", out, "--language", "zh") == 0
    again = (out / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in again
    assert again.replace('lang="zh-CN">', "", 1) != first.decode()
    shutil.copytree(out, tmp_path / "other")
    assert call(monkeypatch, "report", out, "--baseline", tmp_path / "other") == 0
    assert "Change in per cent" in (out / "report.html").read_text(encoding="utf-8")
    assert call(monkeypatch, "audit", out) == 0
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []
    assert call(monkeypatch, "report", out, "--baseline", tmp_path / "nowhere") == 3
    assert call(monkeypatch, "report", out, "--basemap", tmp_path / "nothing.geojson") == 3
    assert capsys.readouterr().err.count("planner") >= 2


def test_a_report_that_fails_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan and its map are written even if the report cannot be, and the manifest says so.

    Sensitivity: a report written inside the error path of the map.
    """

    def fail(*_: Any, **__: Any) -> None:
        message = "no ink"
        raise ValueError(message)

    monkeypatch.setattr(drawing, "write_page", fail)
    out = tmp_path / "out"
    assert call(monkeypatch, "run", BASE.write(tmp_path / "world"), "--out", out, "--quiet") == 0
    assert (out / "map.png").exists()
    assert not (out / "report.html").exists()
    notes = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["notes"]
    assert any("report could not be drawn" in note and "no ink" in note for note in notes)
