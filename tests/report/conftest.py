"""What the tests of the report share: plans that are solved once, and a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.report import chromium
from tests.report.report_pages import shipped_plan, sourced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from planner.io.results import Results


@pytest.fixture(scope="session")
def world_plan(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A small plan of two timesteps; tests only read it."""
    return sourced().solve(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def national_plan() -> Results:
    """The national plan; tests only read it."""
    return shipped_plan("national-2025")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one the tests that need it are skipped, in CI they fail."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: it is in the extra test"
    )
    path = chromium.find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(chromium.MISSING)
        pytest.skip(chromium.MISSING)
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])  # root has no sandbox
        yield started
        started.close()
