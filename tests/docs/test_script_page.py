"""The how-to on scripts: its Python runs, and logs what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT, blocks

PAGE = "docs/how-to/script-in-python.md"
CLOCKS = re.compile(r"^\S+ \S+ |\d+\.\d s$", re.MULTILINE)


def test_the_page_runs_and_logs_what_it_says(tmp_path: Path) -> None:
    """Proves: the lines shown are the log's, one after the other, and the file of the second block is written.

    Sensitivity: a step that is called otherwise, or one more between two of the page.
    """
    shown, fenced = ([block.text for block in blocks(PAGE) if block.kind == kind] for kind in ("text", "python"))
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    script = fenced[0] + fenced[1] + "planner.read_scenario('scenarios/tiny')\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert CLOCKS.sub("", shown[0]).strip() in CLOCKS.sub("", done.stderr)
    assert (tmp_path / "results/mine/report.html").exists()
    log = (tmp_path / "planner.log").read_text(encoding="utf-8").splitlines()
    assert log[0] == "reading the scenario"
