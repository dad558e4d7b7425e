"""The page of answers is what the points say, and a table is put where the page wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from planner.errors import UsageError
from planner.pipeline.check import read_scenario
from planner.studies.cost_of_green.answers import TABLES, answer, fill_page, tables_of
from planner.studies.cost_of_green.points import MODES, SHARES, columns_of
from planner.studies.sweep.points_file import read_points
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs" / "explanation" / "cost-of-green.md"


def test_the_page_is_what_the_points_say() -> None:
    """Proves that every figure in the page's tables comes from the points beside it, all thirty of them.

    Sensitivity: a figure changed by hand, points solved anew without the page.
    """
    columns = columns_of(read_scenario(ROOT / "scenarios" / "zhongwei-24-7"))
    rows = read_points(PAGE.with_suffix(".csv"), columns)
    assert len(rows) == 2 * 3 * len(SHARES)
    text = PAGE.read_text(encoding="utf-8")
    assert fill_page(text, tables_of(rows)) == text


def test_a_table_takes_the_place_of_the_last() -> None:
    """Proves that only the lines of the table below its comment are replaced, whatever they were.

    Sensitivity: a table put in twice, the text after it lost, backslashes read as groups.
    """
    page = "# T\n\n<!-- answers: a -->\n| x |\n| --- |\n| old |\n\nwords\n<!-- answers: b -->\nend\n"
    filled = fill_page(page, {"a": ["| \\1 |"], "b": ["| n |", "| m |"]})
    assert filled == "# T\n\n<!-- answers: a -->\n| \\1 |\n\nwords\n<!-- answers: b -->\n| n |\n| m |\nend\n"
    assert fill_page(filled, {"a": ["| \\1 |"], "b": ["| n |", "| m |"]}) == filled


@pytest.mark.parametrize("page", ["no comment\n", "<!-- answers: cost -->\n<!-- answers: cost -->\n"])
def test_a_page_without_its_place_is_refused(page: str) -> None:
    """Proves that a page without the comment, or with it twice, is refused and not silently left as it is.

    Sensitivity: a renamed comment, and figures that stay old for ever.
    """
    with pytest.raises(UsageError, match="it needs <!-- answers: cost --> once"):
        fill_page(page, {name: ["| x |"] for name in TABLES})


def test_no_page_is_said_before_anything_is_solved(tmp_path: Path) -> None:
    """Proves that a page that is not there is an error before the hour of solving, not after.

    Sensitivity: the page read at the end.
    """
    with pytest.raises(UsageError, match="there is no page"):
        answer(ROOT / "scenarios" / "tiny", tmp_path / "none.md", tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_points_of_the_page_are_in_order() -> None:
    """Proves of the committed points that more share, a stricter accounting or less flexibility never costs less.

    Sensitivity: a plan that is not optimal; points of two scenarios.
    """
    columns = columns_of(read_scenario(ROOT / "scenarios" / "zhongwei-24-7"))
    points = read_points(PAGE.with_suffix(".csv"), columns)
    cost = {(row["variant"], row["mode"], float(row["share"])): float(row["cost"]) for row in points}
    for (variant, mode, share), value in cost.items():
        easier = [("as_given", mode, share), (variant, MODES[max(0, MODES.index(mode) - 1)], share)]
        easier += [(variant, mode, lower) for lower in SHARES if lower < share]
        assert all(value >= cost[key] * (1 - 1e-6) for key in easier), (variant, mode, share)
    for variant in ("as_given", "without_deferral"):
        assert cost[variant, "matched", 1.0] == pytest.approx(cost[variant, "every_timestep", 1.0], rel=1e-6)
