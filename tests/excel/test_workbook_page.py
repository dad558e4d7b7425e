"""What the page on Excel says is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.io.workbook import child
from planner.io.workbook.tables import ROWS_MAX, TEXT_MAX
from tests.docs.pages import page
from tests.docs.play import Reader

PAGE = "docs/how-to/excel.md"


def test_the_page_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that export, import, the fault shown and the results are as printed.

    Sensitivity: a reworded message, an option renamed, a table more.
    """
    assert Reader(tmp_path, monkeypatch, capsys).play(PAGE) == 4


def test_the_page_names_the_limits() -> None:
    """Proves that the limits on the page are those of the code.

    Sensitivity: a limit changed in silence.
    """
    text = page(PAGE)
    mebi = 1 << 20
    for words in (
        f"{child.FILE_MAX // mebi} MiB of file",
        f"{child.UNZIPPED_MAX // mebi} MiB unpacked",
        f"{child.COLUMNS_MAX} columns",
        f"{child.CELLS_MAX // 10**6} million",
        f"{child.MEMORY_MAX // mebi // 1024} GiB of memory",
        f"{child.SECONDS_MAX} s",
        f"{ROWS_MAX:,} rows",
        f"{TEXT_MAX:,} characters",
    ):
        assert words in text, words
