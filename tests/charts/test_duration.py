"""Duration curves: sorted, as wide as the hours each timestep stands for, with the area of the year's energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.views.charts.duration import draw_duration
from tests.charts.test_dispatch import artists, texts
from tests.charts.test_hours import hours_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from planner.io.results.results import Results


def curve(figure: Figure, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the values and edges of a curve."""
    (patch,) = artists(figure, name)
    values, edges, _ = patch.get_data()
    return values, edges


@pytest.mark.parametrize("site", ["west", None])
def test_areas_are_the_energy_of_the_year(periods: Results, week: Results, site: str | None) -> None:
    """Proves that every curve falls, spans all hours of the year, and has the year's energy as its area.

    Sensitivity: timesteps of unequal weight given equal width, a curve in the order of time.
    """
    for results in (periods, week):
        hours = hours_of(results, site)
        figure = draw_duration(hours, site="x")
        weight = hours.power["weight"]
        known = {"facility_load": "load", "grid_power": "grid", "green_used": "green_used"}
        known = {name: hours.power[column] for name, column in known.items()}
        known["available"] = hours.available.sum(axis=1)
        for name, power in known.items():
            values, edges = curve(figure, name)
            assert (np.diff(values) <= 0).all(), name
            assert edges[-1] == pytest.approx(results.scenario.settings.time_hours)
            assert (values * np.diff(edges)).sum() == pytest.approx((power * weight).sum()), name


def test_the_share_is_that_of_each_hour(periods: Results) -> None:
    """Proves that the lower curve is used over load of each timestep, and that its heading has the year's share.

    Sensitivity: the quotient of two sorted curves; the mean of the hourly shares in the heading.
    """
    hours = hours_of(periods, "west")
    figure = draw_duration(hours, site="x")
    share = 100 * hours.power["green_used"] / hours.power["load"]
    assert np.allclose(curve(figure, "green_share")[0], share.sort_values(ascending=False))
    matched = 100 * periods.summary["green_power_share"]["matched"]
    assert f"{matched:.3g} % over the year" in " ".join(texts(figure))


def test_a_site_without_green_power(plain: Results) -> None:
    """Proves that a site without green power has its load and grid curves, and that the page says so.

    Sensitivity: an empty maximum.
    """
    figure = draw_duration(hours_of(plain, "shanghai"), site="上海", language="zh")
    assert not artists(figure, "available")
    assert artists(figure, "grid_power")
    assert "无绿电" in " ".join(texts(figure))
    assert "全年小时数" in texts(figure)
