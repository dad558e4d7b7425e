"""The figure of the cost of green: a line is broken where there is no plan, and the page says where and why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.views.charts.cost_of_green import draw_cost_of_green
from tests.charts.test_dispatch import artists, texts

POINTS = pd.DataFrame(
    [
        {"variant": variant, "mode": mode, "share": share, "status": status, "cost_per_energy": cost}
        for variant, mode, share, status, cost in [
            ("as_given", "matched", 0.8, "optimal", 300.0),
            ("as_given", "matched", 0.9, "infeasible", np.nan),
            ("as_given", "matched", 1.0, "optimal", 500.0),
            ("without_deferral", "matched", 0.8, "optimal", 330.0),
            ("without_deferral", "matched", 0.9, "crashed", np.nan),
            ("without_deferral", "matched", 1.0, "feasible", 560.0),
        ]
    ]
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_line_is_broken_where_there_is_no_plan(language: str) -> None:
    """Proves that a point without a plan is a gap, and is named with its accounting, variant and share.

    Sensitivity: a line drawn over the gap, a row dropped, a crash told as infeasible.
    """
    figure = draw_cost_of_green(POINTS, scenario="x", language=language)
    (line,) = artists(figure, "matched-as_given")
    assert np.allclose(line.get_xdata(), [80, 90, 100])
    assert np.allclose(line.get_ydata(), [300, np.nan, 500], equal_nan=True)
    told = " ".join(texts(figure))
    words = {"en": ("No plan can reach: ", "Not solved: ", ": 90 %."), "zh": ("无可行方案：", "未求得：", "90%。")}
    assert all(word in told for word in words[language])


def test_the_order_of_the_points_is_irrelevant() -> None:
    """Proves that a line goes from the least share to the greatest, whatever the order of the rows.

    Sensitivity: a line in the order in which points were solved.
    """
    (line,) = artists(draw_cost_of_green(POINTS[::-1], scenario="x"), "matched-without_deferral")
    assert np.allclose(line.get_ydata(), [330, np.nan, 560], equal_nan=True)


def test_nothing_solved_is_still_a_page() -> None:
    """Proves that a page without a single plan is drawn and names every point.

    Sensitivity: the maximum of nothing.
    """
    figure = draw_cost_of_green(POINTS[POINTS["status"] == "infeasible"], scenario="$a$ {b}")
    assert "$a$ {b}: what green power costs" in texts(figure)
