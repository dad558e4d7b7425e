"""The findings keep their form; `make findings` runs them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, page

FILES = sorted((ROOT / "findings").glob("*.sh"))


def test_findings_are_all_listed() -> None:
    """Proves that the page names each finding once and no other; a finding that is not listed breaks it."""
    assert sorted(re.findall(r"\]\(([\w-]+\.sh)\)", page("findings/README.md"))) == [path.name for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_finding_keeps_its_form(path: Path) -> None:
    """Proves that a finding can be run, cleans up, pins what it installs, names no address and leaves the planner out.

    A version left open, an address of a registry or an import of the planner breaks it.
    """
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n# ")
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail\nfolder=$(mktemp -d)\ntrap 'rm -rf \"$folder\"' EXIT\n" in text
    installed = re.search(r"pip install --disable-pip-version-check --quiet (.*)", text)
    assert installed
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", word) for word in installed[1].split())
    assert "import planner" not in text
    assert "http" not in text.replace("http://graphml.graphdrawing.org/xmlns", "")
    assert "\ndiff - seen <<'END'\n" in text
    subprocess.run(["bash", "-n", str(path)], check=True, timeout=60)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_page_names_the_versions_that_are_installed(path: Path) -> None:
    """Proves that page, comment and installed versions agree; a pin moved without them breaks it."""
    text = path.read_text(encoding="utf-8")
    line = next(line for line in page("findings/README.md").splitlines() if f"({path.name})" in line)
    pins = dict(re.findall(r"([\w.-]+)==([\w.]+)", text.partition("pip install")[2].partition("\n")[0]))
    lowered = {name.lower(): version for name, version in pins.items()}
    comment = text.partition("\nset -euo")[0]
    for name, version in re.findall(r"([\w-]+) (\d[\w.]*)", line.split("|")[2]):
        assert lowered[name.lower()] == version
        assert version in comment
