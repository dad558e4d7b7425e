"""The figures of sweeps and fronts: every point is where its numbers say, and what has no plan is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.views.charts.pareto import Headings, draw_pareto
from planner.views.charts.sweep import Measure, Words, draw_sweep
from tests.charts.test_dispatch import artists, texts

MEASURES = [Measure("cost", "cost (bn)", 10.0), Measure("emissions", "emissions", 1.0)]


def grid(first: list[str], second: list[str]) -> pd.DataFrame:
    """Return points whose cost is ten times first plus second."""
    rows = [
        {"a": a, "b": b, "status": "optimal", "cost": 10 * (float(a) + n), "emissions": n}
        for a in first
        for n, b in enumerate(second)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_line_for_every_value_of_the_second_key(language: str) -> None:
    """Proves that lines go over the first value in its order, broken where there is no plan, which is named.

    Sensitivity: a line in the order of the rows, over a gap, scaled twice; a point left out of the notes.
    """
    points = grid(["4", "0", "2"], ["x", "y"])
    points.loc[5, ["status", "cost"]] = ["infeasible", np.nan]
    points.loc[3, ["status", "cost"]] = ["crashed", np.nan]
    figure = draw_sweep(points, [("a", "price"), ("b", "share")], MEASURES, Words("T", "S", (), language))
    (line,) = artists(figure, "line-cost-1")
    assert np.allclose(line.get_xdata(), [0, 2, 4])
    assert np.allclose(line.get_ydata(), [np.nan, np.nan, 5], equal_nan=True)
    (line,) = artists(figure, "line-cost-0")
    assert np.allclose(line.get_ydata(), [0, 2, 4])
    told = " ".join(texts(figure))
    words = {
        "en": ("No plan can exist for: 2 / y.", "Not solved: 0 / y."),
        "zh": ("无可行方案：2 / y。", "未求得：0 / y。"),
    }
    assert all(word in told for word in words[language])
    assert "share = x" in told


def test_many_lines_become_a_heat_map() -> None:
    """Proves that more combinations than colours are drawn as cells, a cell a point, hatched where there is no plan.

    Sensitivity: two lines of one colour; a cell in the wrong row.
    """
    points = grid(["1", "2", "3"], list("abcdefgh"))
    points.loc[4, ["status", "cost"]] = ["infeasible", np.nan]
    figure = draw_sweep(points, [("a", "price"), ("b", "share")], MEASURES, Words("T", "S"))
    cells = artists(figure, "cell-cost")
    assert len(cells) == 24
    assert [cell.get_xy() for cell in cells if cell.get_hatch()] == [(-0.5, 3.5)]
    shades = {tuple(cell.get_xy()): cell.get_facecolor() for cell in cells}
    assert shades[-0.5, 0.5] == shades[0.5, -0.5]  # 1 + 1 and 2 + 0
    assert shades[-0.5, 0.5] != shades[-0.5, -0.5]


def test_texts_of_users_stay_texts() -> None:
    """Proves that words for values are drawn as categories, whatever they hold, and one key needs no legend.

    Sensitivity: mathematics parsed in a name, a value that is no number taken for 0.
    """
    points = pd.DataFrame({"a": ["$x$", "{y}", ""], "status": "optimal", "cost": [1.0, 2.0, 3.0], "emissions": 0.0})
    figure = draw_sweep(points, [("a", "$a$")], MEASURES, Words("$T$", "S"))
    (line,) = artists(figure, "line-cost-0")
    assert np.allclose(line.get_xdata(), [0, 1, 2])
    assert {"$T$", "$x$", "{y}", "none"} <= set(texts(figure)) | {
        label.get_text() for axes in figure.axes for label in axes.get_xticklabels()
    }


def test_nothing_solved_is_still_a_page() -> None:
    """Proves that a sweep without a single plan draws.

    Sensitivity: the maximum of nothing.
    """
    points = grid(["1", "2"], ["x"]).assign(status="infeasible", cost=np.nan, emissions=np.nan)
    assert "No plan can exist" in " ".join(
        texts(draw_sweep(points, [("a", "a"), ("b", "b")], MEASURES, Words("T", "S")))
    )


def test_a_front_and_its_prices() -> None:
    """Proves that the front joins the efficient points alone, and that each step stands over its own stretch.

    Sensitivity: a line through a point that is no better, a price over the stretch beside its own.
    """
    points = pd.DataFrame(
        {
            "x": [50.0, 40.0, 30.0, 10.0],
            "y": [100.0, 130.0, 120.0, 220.0],
            "efficient": [True, False, True, True],
            "price": [np.nan, np.nan, 1.0, 5.0],
        }
    )
    headings = Headings("cost", "emissions", "price", "least cost", "least emissions")
    figure = draw_pareto(points, headings, Words("T", "S"))
    (front,) = artists(figure, "front")
    assert np.allclose(front.get_xdata(), [50, 30, 10])
    (worse,) = artists(figure, "worse")
    assert np.allclose(worse.get_ydata(), [130])
    boxes = [step.get_datalim(step.axes.transData).extents for step in artists(figure, "step")]
    assert np.allclose(boxes, [[30, 0, 50, 1], [10, 0, 30, 5]])
    assert {"least cost", "least emissions"} <= set(texts(figure))
