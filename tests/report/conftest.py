"""What the tests of the report share: plans that are solved once, and a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.report import chromium
from tests.report.report_pages import Node, page_of, read_page, shipped_plan, sourced
from tests.report.report_tab import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from planner.io.results.results import Results


@pytest.fixture(scope="session")
def world_plan(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A small plan of two timesteps; tests only read it."""
    return sourced().solve(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def page(world_plan: Results) -> Node:
    """The page of the small plan, as a tree; tests only read it."""
    return read_page(page_of(world_plan))


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


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Return a maker of tabs without a network."""
    contexts = []

    def make(width: int = 1280, height: int = 900) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, reduced_motion="reduce"
        )
        contexts.append(context)
        return Watched(context.new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def national_file(national_plan: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the national plan."""
    path = tmp_path_factory.mktemp("national") / "report.html"
    path.write_text(page_of(national_plan), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def world_file(world_plan: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the small plan of two timesteps."""
    path = tmp_path_factory.mktemp("world") / "report.html"
    path.write_text(page_of(world_plan), encoding="utf-8")
    return path
