"""What the page on importing weather says is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import page
from tests.docs.play import Reader

PAGE = "docs/how-to/import-weather.md"


def test_the_page_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the page's file is made, imported and told of as printed, and that the folder is then valid.

    Sensitivity: a reworded message, an option renamed.
    """
    reader = Reader(tmp_path, monkeypatch, capsys)
    assert reader.play(PAGE) == 5
    assert reader.output(["planner", "check", "my-year"]).startswith("my-year: valid\n")


def test_the_page_names_every_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that every option of the command is on the page.

    Sensitivity: an option added in silence.
    """
    monkeypatch.setenv("COLUMNS", "200")
    text = Reader(tmp_path, monkeypatch, capsys).output(["planner", "import", "weather", "--help"])
    options = {word for word in text.split() if word.startswith("--")} - {"--help", "--language"}  # of every command
    assert len(options) > 8
    assert {option for option in options if option not in page(PAGE)} == set()
