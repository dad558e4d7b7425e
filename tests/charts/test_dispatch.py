"""The dispatch chart shows the numbers of the tables, the right days, and any name as it is written."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.text import Text

from planner.views.charts.dispatch import draw_dispatch
from planner.views.charts.stretches import choose_stretches
from planner.views.maps.sheet import save_figure
from planner.views.page.errors import DrawingError
from tests.charts.test_hours import hours_of

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from planner.io.results.results import Results

NAMES = {"wind": "Wind", "solar": "Solar"}
HOSTILE = [
    "$x^2$",
    "$\\frac{1}{$",
    "<script>alert(1)</script>",
    "a ]]> &amp; {site}",
    "长" * 300,
    "line\nbreak\x07",
    "𰻝 and \u202e",
]


def artists(figure: Figure, gid: str) -> list[Any]:
    """Return the artists whose gid begins so, in the order in which they were drawn."""
    return list(figure.findobj(lambda artist: str(artist.get_gid() or "").startswith(gid)))


def texts(figure: Figure) -> list[str]:
    """Return every text of a figure."""
    return [artist.get_text() for artist in figure.findobj(Text) if artist.get_text()]


def drawn(results: Results, site: str = "west", **options: Any) -> Figure:
    """Draw a site's dispatch."""
    return draw_dispatch(hours_of(results, site), site=site, technologies=NAMES, **options)


def part(results: Results, column: str, first: int, count: int, site: str = "west") -> np.ndarray:
    """Return a column of the hours from a place on."""
    return hours_of(results, site).power[column].to_numpy()[first : first + count]


def test_the_stack_is_the_load_and_charging(week: Results) -> None:
    """Proves that the bands lie upon one another, each as thick as its supply, and end at load and charging.

    Sensitivity: a band drawn from zero, a technology twice, excess within the supply.
    """
    figure = drawn(week, start="2025-07-08")
    first, count = 12, 84
    hours = hours_of(week, "west")
    base = np.zeros(count)
    for name, power in (
        *((f"green-{name}", hours.green[name]) for name in ("solar", "wind")),
        ("discharge", hours.power["discharge"]),
        ("grid", hours.power["grid"]),
    ):
        (band,) = artists(figure, f"{name}-0")
        values, edges, baseline = band.get_data()
        assert np.allclose(values - baseline, power.to_numpy()[first : first + count], atol=1e-6), name
        assert np.allclose(edges, 2.0 * np.arange(count + 1))
        base = np.maximum(base, values)
    (top,) = artists(figure, "supply-0")
    load = part(week, "load", first, count)
    assert np.allclose(top.get_data().values, load + part(week, "charge", first, count), atol=1e-6)
    assert np.allclose(base, top.get_data().values)
    (line,) = artists(figure, "load-0")
    assert np.allclose(line.get_data().values, load)


def test_excess_and_curtailed_lie_on_the_supply(week: Results) -> None:
    """Proves that supply, excess and what is curtailed end at all there is: available, discharge and grid.

    Sensitivity: excess drawn from zero, curtailed drawn under the excess.
    """
    figure = drawn(week, start="2025-07-07")
    hours = hours_of(week, "west")
    every = hours.available.sum(axis=1) + hours.power["discharge"] + hours.power["grid"]
    (top,) = artists(figure, "curtailed-0")
    (excess,) = artists(figure, "excess-0")
    assert np.allclose(top.get_data().values, every.to_numpy()[:84], atol=1e-6)
    assert np.allclose(top.get_data().baseline, excess.get_data().values)
    assert (excess.get_data().values - excess.get_data().baseline).max() > 1
    assert (top.get_data().values - top.get_data().baseline).max() > 1


def test_store_and_backlog_have_their_panels(week: Results) -> None:
    """Proves that the panels show state of charge and backlog, and the dashed line the load if nothing had waited.

    Sensitivity: panels exchanged, the backlog of all sites.
    """
    figure = drawn(week, start="2025-07-07")
    for name in ("stored", "waiting", "asked"):
        values = artists(figure, f"{name}-0")[0].get_data().values
        assert np.allclose(values, part(week, name, 0, 84)), name
    assert artists(figure, "stored-0")[0].axes is not artists(figure, "waiting-0")[0].axes


def test_the_week_with_the_least_green_share_comes_first(week: Results) -> None:
    """Proves that without a first day the seven days are those with the least share, and that the page says so.

    Sensitivity: a share of means, a window of six days, the last window left out.
    """
    hours = hours_of(week, "west")
    share = [part(week, "green_used", place, 84).sum() / part(week, "load", place, 84).sum() for place in (0, 12, 24)]
    choice = choose_stretches(hours, None)
    assert choice.stretches[0].steps == range(12 * int(np.argmin(share)), 12 * int(np.argmin(share)) + 84)
    assert "the seven days with the least green share" in " ".join(texts(drawn(week)))


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2025-07-11", "fewer than seven days follow"),
        ("2025-08-01", "runs from 2025-07-07 to 2025-07-15"),
        ("14 July", "write it like 2025-07-07"),
        ("2025-02-30", "write it like 2025-07-07"),
    ],
)
def test_a_first_day_that_cannot_be(week: Results, start: str, said: str) -> None:
    """Proves that a first day that is none, or not in the plan, is refused with the days that there are.

    Sensitivity: a chart of fewer days in silence.
    """
    with pytest.raises(DrawingError, match=said):
        drawn(week, start=start)


def test_representative_periods_stand_apart(periods: Results) -> None:
    """Proves that each period is a stretch of its own, with gaps between, its name and its days below.

    Sensitivity: periods joined to a sequence, weights left out, days counted as hours.
    """
    figure = drawn(periods)
    edges = [artists(figure, f"load-{number}")[0].get_data().edges for number in range(3)]
    assert edges[0][-1] < edges[1][0]
    assert edges[1][-1] < edges[2][0]
    assert [stretch[-1] - stretch[0] for stretch in edges] == pytest.approx([24, 24, 24])
    assert {"still\n31 d", "windy\n200 d", "hot\n9 d"} <= set(texts(figure))
    assert "3 representative periods, no sequence" in " ".join(texts(figure))
    for number in range(3):
        values = artists(figure, f"load-{number}")[0].get_data().values
        assert np.allclose(values, part(periods, "load", 6 * number, 6))
    with pytest.raises(DrawingError, match="drawn all together"):
        drawn(periods, start="2025-07-07")


def test_many_periods_are_the_weightiest(periods: Results) -> None:
    """Proves that of more periods than have room the ones with most hours are drawn, and that the page says so.

    Sensitivity: the first ones taken, the rest left out in silence.
    """
    hours = hours_of(periods, "west")
    power = hours.power.loc[np.repeat(hours.power.index, 10)]
    power = power.assign(weight=np.repeat(np.arange(30.0), 6) + 1)
    names = np.repeat([f"p{number}" for number in range(30)], 6)
    many = replace(hours, power=power, period=hours.period.repeat(10).set_axis(power.index), time=hours.time.repeat(10))
    many.period[:] = names
    choice = choose_stretches(many, None)
    assert "24 of 30" in choice.words.en
    assert choice.stretches[0].labels[0][1].en.startswith("p6\n")


def test_what_a_plan_lacks_is_said(plain: Results) -> None:
    """Proves that a site without store, backlog or green power is drawn, and that the page says what it lacks.

    Sensitivity: an empty panel, an error of an empty table.
    """
    for site, lacks in (("gansu", "no storage, no work that can wait"), ("shanghai", "no green power")):
        figure = drawn(plain, site)
        assert lacks in " ".join(texts(figure))
        assert not [name for name in ("stored", "waiting", "asked") if artists(figure, name)]
        (line,) = artists(figure, "load-0")
        assert np.allclose(line.get_data().values, hours_of(plain, site).power["load"])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(periods: Results, tmp_path: Path, name: str) -> None:
    """Proves that site, technologies and notes are drawn as they are, no mathematics, no glyph missing without a word.

    Sensitivity: mathtext (an odd ``$`` raises), a name formatted or pasted into XML, a warning of a missing glyph.
    """
    hours = hours_of(periods, "west")
    figure = draw_dispatch(hours, site=name, technologies={"wind": name, "solar": name}, notes=[name])
    assert not any(artist.get_parse_math() for artist in figure.findobj(Text) if artist.get_text())
    assert ("U+30EDD" in " ".join(texts(figure))) == ("𰻝" in name)
    for path in save_figure(figure, tmp_path, "chart", ("png", "svg", "pdf")):
        if path.suffix == ".svg":
            ET.parse(path)  # noqa: S314 - our own file


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_runs_over_anything(week: Results, periods: Results, language: str) -> None:
    """Proves that no text meets another or leaves the page, in both languages, for a week and for periods.

    Sensitivity: a legend that is not wrapped, notes over the axis, labels of days too wide.
    """
    notes = ["A note of the run that is long enough to be broken into a second line of notes. " * 2, "运行：测试。"]
    for results in (week, periods):
        figure = drawn(results, language=language, notes=notes)
        figure.draw_without_rendering()
        width, height = figure.bbox.size
        boxes = [text.get_window_extent() for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
        assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height for box in boxes)
        for number, box in enumerate(boxes):
            for other in boxes[number + 1 :]:
                overlap = min(box.x1, other.x1) - max(box.x0, other.x0), min(box.y1, other.y1) - max(box.y0, other.y0)
                assert min(overlap) < 3, (overlap, box, other)


def test_the_same_plan_gives_the_same_bytes(week: Results, tmp_path: Path) -> None:
    """Proves that a chart carries no time and no random name: twice drawn, the same bytes.

    Sensitivity: a date in the PDF, ids of clips in the SVG.
    """
    written = [
        [path.read_bytes() for path in save_figure(drawn(week), tmp_path / word, "c", ("svg", "pdf", "png"))]
        for word in ("a", "b")
    ]
    assert written[0] == written[1]


def test_an_unknown_language_or_format(week: Results, tmp_path: Path) -> None:
    """Proves that another language or format is refused by name.

    Sensitivity: a KeyError of the catalogue.
    """
    with pytest.raises(DrawingError, match="language 'fr'"):
        drawn(week, language="fr")
    with pytest.raises(DrawingError, match="format 'bmp'"):
        save_figure(drawn(week), tmp_path, "c", ("bmp",))
