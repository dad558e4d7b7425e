"""The section on several years in Chromium: a stage and a future are chosen, in both languages, at every width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from planner.views.drawing import write_page
from tests.cases.test_years_told import futures
from tests.report.test_report_browser import CONTRAST, LANGUAGES, WIDTHS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.report.report_tab import Watched


@pytest.fixture(scope="module")
def years_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of two stages in two futures once."""
    return write_page(futures(), tmp_path_factory.mktemp("years"))


def seen(page: Page) -> list[tuple[str | None, str | None]]:
    """Return stage and future of the years that are seen."""
    figures = page.locator("figure.year:visible").all()
    return [(one.get_attribute("data-stage"), one.get_attribute("data-future")) for one in figures]


def test_a_stage_and_a_future_can_be_chosen(tab: Callable[..., Watched], years_file: Path) -> None:
    """All stages of the likeliest future at first, then one stage, then in another future.

    Proves: what is seen, which button is pressed, and that every map has land. Sensitivity: a future that hides nothing,
    land drawn once in the first map alone.
    """
    watched = tab()
    page = watched.open(years_file)
    assert seen(page) == [("s2025", "wet"), ("s2030", "wet")]
    page.click("#year-stage [data-stage='s2030']")
    assert seen(page) == [("s2030", "wet")]
    assert page.get_attribute("#year-stage [data-stage='s2030']", "aria-pressed") == "true"
    assert page.get_attribute("#year-stage [data-stage='']", "aria-pressed") == "false"
    page.select_option("#year-future", "dry")
    assert seen(page) == [("s2030", "dry")]
    page.click("#year-stage [data-stage='']")
    assert seen(page) == [("s2025", "dry"), ("s2030", "dry")]
    areas = page.evaluate("document.querySelectorAll('#years-land path').length")
    assert areas == page.evaluate("data.land.areas.length") + 1
    boxes = page.evaluate(
        "[...document.querySelectorAll('figure.year:not([hidden]) use')].map((u) => u.getBBox().width)"
    )
    assert len(boxes) == 2
    assert min(boxes) > 10_000
    watched.settle()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_years_fit(width: int, tab: Callable[..., Watched], years_file: Path) -> None:
    """Proves: nothing wider than the window, enough contrast, no request. Sensitivity: maps of a fixed width."""
    watched = tab(width)
    page = watched.open(years_file)
    for language in LANGUAGES:
        page.click(f"[data-language='{language}']")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRAST) == []
        watched.settle()
