"""What a reader is told of several years: capacity by case, three sentences, the staircase, the maps and the page."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

import planner
from planner.figures.stages import capacity_by_case
from planner.views.drawing import write_page
from planner.views.stage_figures import MAPS, STAIRCASE, draw_years, edges, stairs_of
from planner.views.words import word
from planner.views.years.outlook import Outlook, spread_of
from planner.views.years.sentences import discounted, sentences
from tests.cases.several_years import BUILT, by_stage, in_futures, in_stages, plan_of

if TYPE_CHECKING:
    from pathlib import Path

    from planner.io.results.results import Results

PLACED = BUILT.with_cells("site", "longitude", {"near": 121.5, "far": 104.0}).with_cells(
    "site", "latitude", {"near": 31.2, "far": 30.6}
)


@cache
def stages() -> Results:
    """Return the plan of two stages; in the first one module may stand, so that one comes in each."""
    return plan_of(by_stage(in_stages(PLACED), "s2025", modules_max=1))


@cache
def futures() -> Results:
    """Return the plan of two stages in two futures: 28 MW are asked for in "dry", of one quarter, else 20."""
    return plan_of(by_stage(in_futures(in_stages(PLACED)), "s2025", modules_max=1))


def outlook_of(results: Results) -> Outlook:
    """Return several years at a glance."""
    return Outlook(results.scenario, results.summary["cases"], results.tables)


def test_capacity_by_case_is_what_stands_and_what_is_ordered() -> None:
    """Two modules of 4 MW, one in each stage, beside 60 MW at near and 15 at far.

    Proves: far has 19 MW, 4 of them new and built now, then 23 MW, 8 of them new, 4 built now; near stays 60.
    Sensitivity: what stands taken for what is built in the stage, modules in place of MW, or a stage's rows of another.
    """
    table = capacity_by_case(stages().scenario, stages().tables).set_index(["stage", "site"])
    assert table.loc[("s2025", "far"), ["stands", "new", "ordered"]].tolist() == [19, 4, 4]
    assert table.loc[("s2030", "far"), ["stands", "new", "ordered"]].tolist() == [23, 8, 4]
    assert table.loc[("s2030", "near"), ["stands", "new", "ordered"]].tolist() == [60, 0, 0]


def test_what_is_ordered_may_stand_later() -> None:
    """Modules that take five years are built in 2025 and stand in 2030.

    Proves: 8 MW are ordered in 2025 and none in 2030, none is new there in 2025 and 8 in 2030.
    Sensitivity: what is ordered read off what stands.
    """
    late = plan_of(in_stages().with_cells("site_compute_type", "module_lead_time", {"far;cpu": 5}))
    table = capacity_by_case(late.scenario, late.tables).query("site == 'far'").set_index("stage")
    assert table["ordered"].to_dict() == {"s2025": 8.0, "s2030": 0.0}
    assert table["new"].to_dict() == {"s2025": 0.0, "s2030": 8.0}


def test_three_sentences_of_stages() -> None:
    """The plan of two stages is told in three sentences, in both languages.

    Proves: 4 MW in each stage, all at far; 5 × 48 158 000 + 5 × 48 004 000 = 480.8 million CNY without discount; the
    cost of each year. Sensitivity: a cost that is weighed by years only, a stage left out, a language left out.
    """
    first, second, third = sentences(outlook_of(stages()), word)
    assert first.en == "New IT capacity: 4 MW in s2025, 4 MW in s2030; most of it at far (8 MW)."
    assert second.en == (
        "Cost of 2025 to 2034: 480.8 million CNY, discounted to 2025 at 0.0 % a year; "
        "by the year 48.16 million CNY/a in s2025, 48.00 million CNY/a in s2030."
    )
    assert second.zh.startswith("2025 至 2034 年")
    assert (
        third.en == "Green power share (by certificates): 0.0 % in s2025, 0.0 % in s2030."
    )  # emissions are not listed


def test_discounted_cost_is_the_objective_where_cost_is_minimised() -> None:
    """What the sentence adds up is what was minimised, at 25 % a year and in two futures.

    Proves: the mean over the futures of the discounted cost is the objective; the least and the most those of the
    futures. Sensitivity: a factor without its stage's years, a probability used twice.
    """
    results = plan_of(in_futures(in_stages()).with_parameters(discount_rate_social=0.25))
    spread = discounted(outlook_of(results))
    assert spread is not None
    assert spread.mean == pytest.approx(results.summary["objective"])
    assert [spread.low, spread.high] == pytest.approx(sorted(results.summary["futures"].values()))


def test_futures_are_told_with_their_range() -> None:
    """Where futures differ, a number is their mean, with the least and the most of them.

    Proves: in "dry" two more modules come in 2030, in "wet" one: (0.25 × 8 + 0.75 × 4) = 5 MW, 4 to 8 by future.
    Sensitivity: a mean without probabilities, or a range over the stages.
    """
    first = sentences(outlook_of(futures()), word)[0].en
    assert first == "New IT capacity: 4 MW in s2025, 5 MW (4 to 8 by future) in s2030; most of it at far (9 MW)."


def test_a_spread_is_not_known_where_a_future_has_no_number() -> None:
    """Proves that a mean leaves no future out. Sensitivity: a mean of those that happen to have the number."""
    assert spread_of([(0.5, 1.0), (0.5, None)]) is None
    assert spread_of([(0.25, 4.0), (0.75, 8.0)]) == (7.0, 4.0, 8.0)


def test_the_headline_begins_with_the_sentences() -> None:
    """The headline has the three sentences, a line a case, and says that the rest are means.

    Proves: all of it, in this order. Sensitivity: a case left out, or means that are told first.
    """
    said = planner.show(stages())
    places = [
        said.index(text) for text in ("New IT capacity:", "Cost of 2025", "case s2025", "case s2030", "below: means")
    ]
    assert places == sorted(places)


def test_the_staircase_has_all_sites_and_those_that_are_built_at() -> None:
    """A panel for all sites together, one for far, one for what is left.

    Proves: 79 and 83 MW in all, 75 of them old; far 19 and 23; the edges are the years that the stages begin and end
    with; in futures the least and the most. Sensitivity: what stood before counted with what is new, a mean as a range.
    """
    everything, far, rest = stairs_of(outlook_of(stages()))
    assert edges(outlook_of(stages())) == [2025, 2030, 2035]
    assert (everything.stands, everything.stood) == ((79, 83), [75, 75])
    assert (far.stands, far.stood) == ((19, 23), [15, 15])
    assert rest.stands == (60, 60)
    wide = stairs_of(outlook_of(futures()))[1]
    assert (wide.low, wide.stands, wide.high) == ((19, 23), (19, 24), (19, 27))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_are_written_for_several_stages_alone(language: str, tmp_path: Path) -> None:
    """A map a stage on one page, and the staircase; nothing for a plan of one year or of one stage.

    Proves: both files of each format, the heading of each map, what stands above each step.
    Sensitivity: a figure of the last stage alone, or one that a single year gets.
    """
    drawn = draw_years(stages(), tmp_path, language=language, formats=("svg", "png"))  # type: ignore[arg-type]
    names = {f"{name}.{form}" for name in (MAPS, STAIRCASE) for form in ("svg", "png")}
    assert {path.name for path in drawn} == {path.name for path in tmp_path.iterdir()} == names
    text = (tmp_path / f"{MAPS}.svg").read_text(encoding="utf-8")
    assert text.count('id="stage-heading') == 2
    assert (tmp_path / f"{STAIRCASE}.svg").read_text(encoding="utf-8").count('id="standing') == 6
    assert draw_years(plan_of(BUILT), tmp_path / "one") == []
    assert draw_years(plan_of(in_futures(BUILT)), tmp_path / "futures") == []


def test_maps_of_all_stages_have_one_scale() -> None:
    """The circle of the same load is as large in each stage, and so is the shading of the same demand.

    Proves: one largest load and one list of limits for all. Sensitivity: each map scaled to its own largest load.
    """
    from planner.views.maps.basemap import read_basemap  # noqa: PLC0415 - matplotlib is slow to import
    from planner.views.stage_figures import _stage_maps  # noqa: PLC0415
    from planner.views.years.stage_maps import _alike, _content  # noqa: PLC0415

    results = plan_of(by_stage(in_futures(in_stages(PLACED)), "s2025", modules_max=1))
    maps = _stage_maps(results, outlook_of(results))
    base = read_basemap(None)
    alike = _alike([_content(one, base, "en") for one in maps])
    loads = [site.load for one in alike for site in one.layers.sites]
    assert {one.circles.largest for one in alike if one.circles} == {max(loads)}
    assert len({tuple(one.breaks) for one in alike}) == 1


def test_the_page_has_a_section_on_all_years(tmp_path: Path) -> None:
    """The page begins with the sentences, has a table, a staircase and a map a case, and says which year follows.

    Proves: a figure for each of four cases with its stage and future, the choice of both, both languages, no address.
    Sensitivity: a case left out, a map that stands for another, a page of one year that got the section.
    """
    page = write_page(futures(), tmp_path).read_text(encoding="utf-8")
    main = page[page.index("<main") :]
    assert main.index('id="years"') < main.index('id="headline"')
    assert "New IT capacity: 4 MW in s2025" in main
    assert "新建 IT 容量" in main
    found = re.findall(r'<figure class="year" data-stage="(\w+)" data-future="(\w+)"', main)
    assert found == [("s2025", "dry"), ("s2025", "wet"), ("s2030", "dry"), ("s2030", "wet")]
    assert 'id="year-future"' in main
    assert main.count('data-stage=""') == 1
    assert "All that follows is of one year: s2030 / wet." in main
    assert main.count("<circle") == 8
    assert not re.search(r"https?://(?!www\.w3\.org)", main[: main.index("<script")])
    (tmp_path / "one").mkdir()
    alone = write_page(plan_of(BUILT), tmp_path / "one").read_text(encoding="utf-8")
    assert 'id="years"' not in alone
