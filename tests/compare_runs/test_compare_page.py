"""The page on comparing runs is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planner.studies.compare.differences.moves import KINDS
from tests.docs.pages import ROOT
from tests.docs.play import Reader

PAGE = "docs/how-to/compare-runs.md"


def test_the_page_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the commands of the page print what it says, and that its Python gives the numbers beside it.

    Sensitivity: a reworded line, another number, an attribute renamed.
    """
    assert Reader(tmp_path, monkeypatch, capsys).play(PAGE) == 1
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - our own page
    found = names["found"]
    assert found.cost_difference == pytest.approx(116925569.6, abs=0.005)  # type: ignore[attr-defined]
    assert "116925569.6," in code


def test_the_page_names_every_kind_of_move() -> None:
    """Proves that no kind of move is left unexplained. Sensitivity: a kind added in the code alone."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []
