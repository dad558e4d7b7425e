"""What the page on importing a backbone says is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import page
from tests.docs.play import Reader

PAGE = "docs/how-to/import-network.md"


def test_the_page_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the page's file is made, imported and told of as printed, and that the table is the one shown.

    Sensitivity: a reworded message, an option renamed, another number in a cell.
    """
    assert Reader(tmp_path, monkeypatch, capsys).play(PAGE) == 3


def test_the_page_names_every_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that every option of the command is on the page.

    Sensitivity: an option added in silence.
    """
    monkeypatch.setenv("COLUMNS", "200")
    text = Reader(tmp_path, monkeypatch, capsys).output(["planner", "import", "network", "--help"])
    options = {word for word in text.split() if word.startswith("--")} - {"--help", "--language"}  # of every command
    assert len(options) > 10
    assert {option for option in options if option not in page(PAGE)} == set()
