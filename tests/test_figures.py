"""Figures: a number that is shown in more than one place is one number.

Found from the declarations: every figure that a feature declares, every quantity that may be sought, every line of the
page's headline, every accounting. What shows them: ``summary.json``, the layers (and with them the map), the page's
data, the comparison, the workbook, the result tables of the rules.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner.io.workbook.results import result_book
from planner.language import Named
from planner.models.build import declare_model
from planner.models.declarations import declarations
from planner.studies.alternatives.quantities import quantities_of
from planner.studies.compare.differences.comparison import compare_runs
from planner.studies.compare.differences.run import Run
from planner.views.report.explorer import explore, on_page
from planner.views.report.headline import lines
from planner.views.report.subject import Subject
from planner.views.words import word
from tests.algebra import RICH, plan
from tests.features.test_green_power_share import MONTHLY, world_of
from tests.features.test_storage import LOSSY, MATCHED

if TYPE_CHECKING:
    from planner.figures.figure import Figure
    from planner.io.results.results import Results
    from tests.worlds import World

WORLDS: dict[str, World] = {
    "rich": RICH,
    "lossy": LOSSY,
    "matched": MATCHED.with_cells("site", "green_power_share_min", {"plain": 0.04}),
    "every": world_of("every_timestep", "all", "national"),
    "new": world_of("certificate", "new", "national"),
    "new matched": world_of("matched", "new", "hub"),
    "months": MONTHLY,
    "sold": world_of("certificate", "all", "site")
    .with_cells("site_technology", "excess_price", {"near;wind": 525})
    .with_parameters(excess_keeps_certificate=True),
    "market": RICH.with_parameters(emissions_accounting="market_certificates"),
}
SIX = pytest.approx


@cache
def solved(name: str) -> Results:
    """Return the plan of one of the worlds."""
    return plan(WORLDS[name])


def figures_of(results: Results) -> list[Figure]:
    """Return the figures of the features that a plan lists."""
    return [figure for feature, figure in declarations().figures if results.scenario.has(feature)]


def in_summary(results: Results, path: tuple[str, ...]) -> float | None:
    """Return a number of the summary; of one by member the sum."""
    found: Any = results.summary
    for key in path:
        found = found[key]
    return float(sum(found.values())) if isinstance(found, dict) else found


def layer_of(results: Results, figure: Figure) -> Any:
    """Return the numbers of a figure as the layer holds them, by member."""
    layer = results.sites if figure.of == "site" else results.regions
    return layer.set_index(figure.of)[figure.name]


@pytest.mark.parametrize("name", WORLDS)
def test_the_layers_add_up_to_the_summary(name: str) -> None:
    """What the layers hold by member makes what the summary holds of all.

    Proves: every declared figure, with the parts it is made of taken from the layer: sums of amounts and of mean powers
    over the year, means weighted by what they are over. Sensitivity: a share of the layer net of what stores lose beside
    one in the summary that is not (0.4775 against 0.6 in a plan that was tried).
    """
    results = solved(name)
    hours = float(results.tables["time"]["timestep_weight"].sum())
    for figure in figures_of(results):
        shown = layer_of(results, figure)
        whole = in_summary(results, figure.place(results.scenario))
        if whole is None:
            assert shown.isna().all(), figure.name
            continue
        if figure.per is not None and figure.name == "green_power_share" and "every" in name:
            assert whole >= shown.min() - 1e-9
            continue
        if figure.per is None:
            assert float(shown.sum()) * (hours if figure.is_mean_power else 1.0) == SIX(whole), figure.name
            continue
        over = figure.per(results.scenario, results.tables).reindex(shown.index).fillna(0.0)
        assert float((shown.fillna(0.0) * over).sum() / over.sum()) == SIX(whole), figure.name


@pytest.mark.parametrize("name", WORLDS)
def test_the_page_shows_the_layers(name: str) -> None:
    """The page's sites are those of the layer, and its headline is the summary.

    Proves: every number of the panel to six digits; every line of the headline is a number of the summary as it stands.
    Sensitivity: a share reckoned anew for the page.
    """
    results = solved(name)
    subject = Subject(results, None, word, Named("", ""))
    for row, site in zip(explore(subject, None)["sites"], results.sites.to_dict("records"), strict=True):
        for figure in on_page(subject, "site"):
            if row[figure.page] is None:
                assert np.isnan(site[figure.name]), figure.name
            else:
                assert row[figure.page] == pytest.approx(site[figure.name], rel=1e-5), figure.name
    for line in lines(subject):
        assert line.value(results.summary) == in_summary(results, line.place), line.name


@pytest.mark.parametrize("name", WORLDS)
def test_tables_of_rules_show_the_same_share(name: str) -> None:
    """A share that a rule holds is the share that is shown.

    Proves: on all use, the share of a site in its rule's table is that of the layer, and the nation's is the summary's
    (the least of the timesteps in ``every_timestep``). Sensitivity: two accountings under one name.
    """
    results = solved(name)
    inputs, table = results.scenario, results.tables["green_power_share"]
    if inputs.scalar("green_power_share_on") == "new" or inputs.scalar("green_power_share_window") == "month":
        return
    shown = results.sites.set_index("site")["green_power_share"]
    least = table.groupby(["scope", "name"])["share"].min()
    mode = str(inputs.scalar("green_power_share_mode"))
    for (scope, place), share in least.items():
        if scope == "site":
            assert share == SIX(shown[place])
        elif scope == "national":
            assert share == SIX(results.summary["green_power_share"][mode])
    assert set(results.sites["green_power_share_mode"]) == {mode}


@pytest.mark.parametrize("name", ["rich", "lossy", "market"])
def test_every_accounting_of_emissions_adds_up(name: str) -> None:
    """The emissions by accounting are those of the sites, and the plan's own is one of them.

    Proves: three sums, and the one that is counted; location is never below contract at any site. Sensitivity: an
    accounting of its own for the layer.
    """
    results = solved(name)
    table, summary = results.tables["emissions"], results.summary
    for accounting, tonnes in summary["emissions_by_accounting"].items():
        assert float(table[f"emissions_{accounting}"].sum()) == SIX(tonnes)
    assert summary["emissions"] == SIX(summary["emissions_by_accounting"][summary["emissions_accounting"]])
    assert (table["emissions_location"] >= table["emissions_contract"] - 1e-6).all()


@pytest.mark.parametrize("name", ["rich", "matched", "new"])
def test_what_may_be_sought_is_what_is_shown(name: str) -> None:
    """A quantity read from the tables for alternatives is the figure of the summary and the layers.

    Proves: emissions, mean latency, work by site, new capacity. Sensitivity: a second reading that drifts.
    """
    results = solved(name)
    shown = results.sites.set_index("site")
    hours = float(results.tables["time"]["timestep_weight"].sum())
    wholes = {"emissions": "emissions", "mean_latency": "mean_latency", "capacity_new": "capacity_new"}
    for quantity in quantities_of(declare_model(results.scenario)):
        found = quantity.measure(results.tables)
        if quantity.group == "whole" and quantity.what == "mean_latency" and results.summary["served_share"] < 1:
            continue  # of what is demanded, not of what is served
        if quantity.group == "whole" and quantity.what in wholes:
            assert found == SIX(results.summary[wholes[quantity.what]]), quantity.what
        elif quantity.group == "site" and quantity.what == "it_energy":
            assert found == SIX(shown.loc[quantity.place, "it_load"] * hours)
        elif quantity.group == "build" and quantity.what == "capacity_new":
            assert found == SIX(shown.loc[quantity.place, "capacity_new"])


@pytest.mark.parametrize("name", ["rich", "lossy"])
def test_comparison_and_workbook_show_the_same(name: str) -> None:
    """A comparison's sites are the layer's, its measures the summary's, and so is the workbook's first sheet.

    Proves: every measure that stands in both. Sensitivity: a loop of its own in either.
    """
    results = solved(name)
    run = Run("a", results)
    comparison = compare_runs(run, run)
    sites = comparison.tables["sites"].set_index("site")
    shown = results.sites.set_index("site")
    for column in (column.removesuffix("_before") for column in sites.columns if column.endswith("_before")):
        np.testing.assert_allclose(sites[f"{column}_before"], shown[column].reindex(sites.index), rtol=1e-9)
    for row in comparison.tables["measures"].to_dict("records"):
        path = (row["measure"], row["part"]) if row["part"] else (row["measure"],)
        assert row["before"] == pytest.approx(in_summary(results, path), nan_ok=True), path
    [sheet] = [sheet for sheet in result_book(results, word).sheets if getattr(sheet, "name", "") == "summary"]
    for place, *_, value, _ in sheet.rows:
        if isinstance(value, float):
            assert value == in_summary(results, tuple(place.split("."))), place


def test_layers_take_every_figure() -> None:
    """Each declared figure is a column of its layer, once, whatever the scenario lists.

    Proves: names, and none twice. Sensitivity: a figure that the layer forgets.
    """
    names = [(figure.of, figure.name) for _, figure in declarations().figures]
    assert len(names) == len(set(names))
    results = solved("lossy")
    for of, name in names:
        assert name in (results.sites if of == "site" else results.regions).columns
