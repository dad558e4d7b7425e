"""A feature of another package, installed for a test: the one of the how-to, as printed there."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.docs.pages import ROOT, blocks

PAGE = "docs/how-to/a-feature-of-your-own.md"
NAME, PACKAGE, VERSION = "waste_heat", "planner-waste-heat", "0.1"


def printed() -> dict[str, str]:
    """Return the package's files as the page prints them."""
    return {block.note.removeprefix("file: "): block.text for block in blocks(PAGE) if block.note.startswith("file: ")}


def install(folder: Path, **changes: str) -> Path:
    """Lay a package where Python finds it, as pip does: its module, and what it says of itself in a ``.dist-info``.

    Parameters
    ----------
    **changes
        ``name`` of the entry point, the ``module`` it names, and the ``source`` of that module, where they are others.
    """
    files = printed()
    project = tomllib.loads(files["pyproject.toml"])["project"]
    [(name, module)] = project["entry-points"]["planner.features"].items()
    name, module = changes.get("name", name), changes.get("module", module)
    about = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (about / "entry_points.txt").write_text(f"[planner.features]\n{name} = {module}\n")
    source = changes.get("source", files["planner_waste_heat.py"])
    (folder / "planner_waste_heat.py").write_text(source, encoding="utf-8")
    return folder


def python(guest: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own in which a package is installed."""
    paths = os.pathsep.join([str(ROOT), str(guest)])
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"},
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=1200,
        check=False,
    )


def planner_with(guest: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a verb of the planner where a package is installed."""
    return python(guest, "-m", "planner", *words, cwd=cwd)
