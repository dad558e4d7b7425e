"""What the map explores: flows, sites and hours add up to the plan's tables."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely

from planner.figures.work import carried
from planner.models.declarations import declarations
from planner.views.report import explorer, land
from planner.views.report.subject import Subject
from planner.views.words import word
from tests.charts.hours_worlds import nine_days
from tests.report.report_pages import Node, data_of, page_of, read_page

if TYPE_CHECKING:
    from planner.io.results.results import Results

PAGE = {series.page for series in declarations().series if series.page}
"""What the page has by site and timestep."""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Nine days of hours at two sites."""
    return nine_days().solve(tmp_path_factory.mktemp("week"))


def test_flows_of_the_page_are_those_of_the_tables(world_plan: Results, page: Node) -> None:
    """Work, traffic and latency of the flows add up to the plan's, and so do the flows by timestep.

    Proves: nothing lost between tables and map. Sensitivity: a timestep weighed wrongly, a path forgotten, traffic by
    the wrong workload.
    """
    data, flows = data_of(page), data_of(page)["flows"]
    hours = pd.Series(data["steps"]["hours"])
    energy = world_plan.summary["energy"]["it"]
    assert math.fsum(flows["mw"]) * hours.sum() == pytest.approx(energy, rel=1e-5)
    assert math.fsum(flows["gbit"]) == pytest.approx(world_plan.summary["traffic"], rel=1e-5)
    mean = np.average(flows["ms"], weights=flows["mw"])
    assert mean == pytest.approx(world_plan.summary["mean_latency"], rel=1e-3)
    by_step = np.array(data["hourly"]["mw"])
    assert by_step @ hours / hours.sum() == pytest.approx(np.array(flows["mw"]), rel=1e-3)
    assert np.array(data["hours"]["it_load"]).sum(axis=0) == pytest.approx(by_step.sum(axis=0), rel=1e-3)
    for at, site in enumerate(world_plan.scenario.sets["site"]):
        expected = world_plan.sites.set_index("site").loc[site, "it_load"]
        assert math.fsum(mw for mw, s in zip(flows["mw"], flows["site"], strict=True) if s == at) == pytest.approx(
            expected
        )


def test_every_series_and_every_text_has_its_words(world_plan: Results, week: Results) -> None:
    """All that a page's scripts say by name is among its texts: series by timestep, and each `say("name")`.

    Sensitivity: a series added without a word (a site's panel stayed empty).
    """
    scripts = [path.read_text(encoding="utf-8") for path in Path(explorer.__file__).parent.glob("*.js")]
    asked = {name for script in scripts for name in re.findall(r'say\("(\w+)"', script)}
    assert len(asked) > 20
    for plan in (world_plan, week):
        data = data_of(read_page(page_of(plan)))
        assert "green_used" in data["hours"]
        assert asked | set(data["hours"]) | PAGE <= set(data["texts"])


def test_supply_meets_load_in_every_hour(week: Results) -> None:
    """In the panel's numbers of a site grid, green and discharged power make load and charging, hour by hour.

    Proves: the areas of the chart end at its line. Sensitivity: stored green power counted twice.
    """
    hours = {name: np.array(rows) for name, rows in data_of(read_page(page_of(week)))["hours"].items()}
    assert hours["facility_load"].shape == (2, len(week.tables["time"]))
    supply = hours["grid_power"] + hours["green_power"] + hours.get("discharge", 0.0)
    taken = hours["facility_load"] + hours.get("charge", 0.0)
    assert supply == pytest.approx(taken, rel=1e-3, abs=1e-3)


def test_many_hours_are_put_together_truly(week: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for fewer numbers, hours become blocks of the same energy, small flows are left out, and the page says so.

    Proves: blocks keep energy and hours; what is left out is stated. Sensitivity: a block that forgets its weights.
    """
    whole = data_of(read_page(page_of(week)))
    monkeypatch.setattr(explorer, "SITE_NUMBERS_MAX", 600)
    monkeypatch.setattr(explorer, "FLOW_NUMBERS_MAX", 60)
    text = read_page(page_of(week))
    data = data_of(text)
    together, count = data["steps"]["together"], len(week.tables["time"])
    assert together == math.ceil(count * 2 * len(PAGE) / 600)
    assert len(data["steps"]["names"]) == math.ceil(count / together)
    assert sum(data["steps"]["hours"]) == pytest.approx(sum(whole["steps"]["hours"]))
    for name, rows in whole["hours"].items():
        energies = [np.array(d["hours"][name]) @ np.array(d["steps"]["hours"]) for d in (whole, data)]
        assert energies[0] == pytest.approx(energies[1], rel=1e-3), name
        assert len(rows) == 2
    assert 0 < len(data["hourly"]["mw"]) < len(data["flows"]["mw"])
    assert data["hourly"]["share"] < 1
    notes = " ".join(node.text("en") for node in text.all("form")[0].all("p"))
    assert f"{together} at a time" in notes
    assert f"the largest {len(data['hourly']['mw'])} of {len(data['flows']['mw'])} flows" in notes


def test_subject_counts_work_by_hours() -> None:
    """The mean of work over the year weighs timesteps by their hours, on three lines worked by hand.

    30 MW for 3000 h and 10 MW for 5760 h are 16.8493 MW in the mean. Sensitivity: a plain mean (20 MW).
    """
    tables = {
        "time": pd.DataFrame({"timestep": ["day", "night"], "timestep_weight": [3000.0, 5760.0]}),
        "allocation": pd.DataFrame(
            {
                "region": ["r", "r"],
                "workload": ["w", "w"],
                "site": ["s", "s"],
                "path": ["direct", "direct"],
                "timestep": ["day", "night"],
                "allocation": [30.0, 10.0],
            }
        ),
    }
    work = Subject(SimpleNamespace(work=carried(tables)), None, word, word("work")).work
    assert work["mw"].tolist() == pytest.approx([(30 * 3000 + 10 * 5760) / 8760])


def test_a_base_map_of_many_islands_ends() -> None:
    """Proves that a user's map of more islands than a page holds is thinned, and no area lost.

    Sensitivity: thinning by vertices alone, which a ring of four points has always too many of, and never ends.
    """
    islands = shapely.MultiPolygon([shapely.box(400 * n, 0, 400 * n + 100 + n % 7, 100) for n in range(8000)])
    [left] = land._simplified([islands])
    assert shapely.get_num_coordinates(left) <= land.VERTICES_MAX
    assert left.area > 0
