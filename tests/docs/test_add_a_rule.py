"""The how-to on rules of one's own: its Python runs, and its numbers are the lines' values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import ROOT, blocks

PAGE = "docs/how-to/add-a-rule.md"


def test_the_how_to_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every block runs in order, and a comment that is a value is the value of its line.

    Proves: the page's rules, ways and costs. Sensitivity: a name that changed; a rule that is dropped.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    names: dict[str, Any] = {}
    seen = 0
    for block in (block for block in blocks(PAGE) if block.kind == "python"):
        exec(block.text, names)  # noqa: S102 - the page's own lines
        for line in block.text.splitlines():
            code, _, comment = (part.strip() for part in line.partition("  # "))
            if comment and comment[0] in "'[0123456789":
                assert eval(code, names) == pytest.approx(eval(comment)), line  # noqa: S307
                seen += 1
    assert seen >= 6
    assert (tmp_path / "results/mine/map.png").exists()
