"""What the page on languages says is what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.docs.play import Reader

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGE = "docs/how-to/languages.md"


def test_the_languages_page_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the page's command answers in Chinese and its Python returns what is printed.

    Sensitivity: a headline reworded in Chinese, ``speak`` that does not last.
    """
    assert Reader(tmp_path, monkeypatch, capsys).play(PAGE) == 2
