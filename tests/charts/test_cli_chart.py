"""``planner chart`` as a user meets it: the files it writes, and what it says of each fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from planner.pipeline.run import write_run
from tests.test_cli import call

if TYPE_CHECKING:
    from pathlib import Path

    from planner.io.results.results import Results


@pytest.fixture(scope="module")
def week_run(week: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the run of nine days once; tests draw elsewhere."""
    return write_run(week, tmp_path_factory.mktemp("runs") / "week")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("dispatch", "--site", "北站", "--language", "zh", "--from", "2025-07-08"), "dispatch-北站-zh"),
        (("duration",), "duration-all-en"),
        (("duration", "--site", "west"), "duration-west-en"),
    ],
)
def test_a_chart_is_written(
    words: tuple[str, ...],
    name: str,
    week_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that each kind is written in the formats asked, into the folder asked, from the run's files alone.

    Sensitivity: a chart that needs the model, a name without the site.
    """
    out = tmp_path / "out"
    assert call(monkeypatch, "chart", week_run, *words, "--format", "svg,png", "--out", out) == 0
    assert {path.name for path in out.iterdir()} == {f"{name}.svg", f"{name}.png"}
    assert capsys.readouterr().out == f"{out / name}.svg\n{out / name}.png\n"


def test_the_run_stays_a_run(week_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that without --out the chart lies in the run folder, which is audited as before.

    Sensitivity: a chart that changes a file the manifest answers for.
    """
    assert call(monkeypatch, "chart", week_run, "duration", "--format", "svg") == 0
    assert (week_run / "duration-all-en.svg").is_file()
    assert call(monkeypatch, "audit", week_run) == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("dispatsch", "--site", "west"), 2, "did you mean 'dispatch'?"),
        (("dispatch", "--site", "wset"), 2, "did you mean 'west'?"),
        (("dispatch",), 2, "--site is needed"),
        (("duration", "--from", "2025-07-08"), 2, "only dispatch has a first day"),
        (("duration", "--format", "bmp"), 2, "choose from png, svg, pdf"),
        (("duration", "--language", "fr"), 2, "zh and en"),
        (("dispatch", "--site", "west", "--from", "2026-01-01"), 3, "runs from 2025-07-07"),
    ],
)
def test_faults(
    words: tuple[str, ...],
    code: int,
    said: str,
    week_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that every fault has its exit code, names what is near, and writes nothing.

    Sensitivity: a traceback, a chart of the first site in place of an unknown one.
    """
    assert call(monkeypatch, "chart", week_run, *words, "--out", tmp_path / "out") == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves exit 3 for a folder without a run, and 10 where the charts cannot be written.

    Sensitivity: a FileNotFoundError.
    """
    assert call(monkeypatch, "chart", tmp_path / "none", "duration") == 3


def test_a_target_that_cannot_be_written(
    week_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves exit 10, with the reason, where a file stands in the place of the folder.

    Sensitivity: an OSError that comes out as unexpected.
    """
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert call(monkeypatch, "chart", week_run, "duration", "--out", tmp_path / "file") == 10
    assert "cannot write" in capsys.readouterr().err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
