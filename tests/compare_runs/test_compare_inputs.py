"""Why: every cell, setting and feature that differs is named once, with the moves that it has to do with."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from compared_worlds import NARROW, ONE, compared

from planner.io.results.results import Results
from planner.studies.compare.differences.comparison import compare_runs
from planner.studies.compare.differences.inputs import differences_between
from planner.studies.compare.differences.run import Run
from planner.studies.compare.differences.touch import Touch, groups_of, numbers_of
from tests.algebra import plan, scenario_of
from tests.worlds import BASE, World

MOVES = pd.DataFrame(
    [
        ("moved", "coast", "online", "shanghai", "hebei", 8.0),
        ("moved", "coast", "training", "hebei", "gansu", 4.0),
        ("demand_grew", "capital", "training", "", "gansu", 2.0),
        ("moved", "capital", "online", "hebei", "shanghai", 1.0),
    ],
    columns=["kind", "region", "workload", "site_from", "site_to", "load"],
)
"""Made up: what an input touches does not hang on how the moves came about."""


def asked(world: World, *overrides: str) -> Results:
    """Return a world's inputs as a run has them; nothing is solved."""
    return Results(scenario_of(world), {}, {}, manifest={"overrides": list(overrides)})


def rows(before: Results, after: Results) -> list[tuple[Any, ...]]:
    """Return kind, table, key, column, before, after and the moves touched of every difference."""
    table = differences_between(before, after, MOVES)
    return [tuple(row) for row in table[["kind", "table", "key", "column", "before", "after", "touches"]].to_numpy()]


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (
            BASE.with_cells("site", "pue", {"gansu": 1.31}),
            ("cell", "site", "gansu", "pue", 1.15, 1.31, "2-3"),
        ),
        (
            BASE.with_cells("workload", "latency_max", {"online": 9}),
            ("cell", "workload", "online", "latency_max", 8.0, 9.0, "1 4"),
        ),
        (
            BASE.with_cells("region_workload", "demand", {"capital;training": 21}),
            ("cell", "region_workload", "capital;training", "demand", 20.0, 21.0, "3"),
        ),
        (
            BASE.with_cells("site_compute_type", "modules_max", {"gansu;intelligent": 6}),
            ("cell", "site_compute_type", "gansu;intelligent", "modules_max", 5, 6, "2-3"),
        ),
        (
            BASE.with_cells("site_technology", "excess_price", {"gansu;wind": 90}),
            ("cell", "site_technology", "gansu;wind", "excess_price", 100.0, 90.0, "2-3"),
        ),
        (BASE.with_parameters(carbon_price=60.0), ("cell", "scenario.toml", "", "carbon_price", 50.0, 60.0, "all")),
        (
            BASE.with_parameters(green_power_share_mode="matched"),
            ("cell", "scenario.toml", "", "green_power_share_mode", "certificate", "matched", "all"),
        ),
        (
            BASE.replaced(minimise="emissions"),
            ("setting", "scenario.toml", "", "objective.minimise", "cost", "emissions", "all"),
        ),
        (
            BASE.with_cells("site", "name_en", {"gansu": "Elsewhere"}),
            ("label", "site", "gansu", "name_en", None, "Elsewhere", ""),
        ),
    ],
)
def test_one_cell_is_one_difference(world: World, expected: tuple[Any, ...]) -> None:
    """Proves that a change of one cell is found, alone, with table, key, column, both values and the moves it touches.

    Sensitivity: text compared in place of numbers, a key joined otherwise, a compute type taken for a workload, moves
    of another site touched.
    """
    assert rows(asked(BASE), asked(world)) == [expected]


def test_a_feature_less_is_one_difference_and_its_cells_are_none() -> None:
    """Proves that an unlisted feature is named once, as touching every move.

    Sensitivity: features compared in their order, or their cells all listed as gone.
    """
    fewer = BASE.with_features(*(name for name in BASE.features if name != "traffic"))
    found = rows(asked(BASE), asked(fewer))
    assert found[0] == ("feature", "scenario.toml", "", "traffic", True, False, "all")
    assert {row[0] for row in found[1:]} <= {"cell", "removed"}


def test_a_value_that_is_the_default_comes_to_the_same() -> None:
    """Proves that a default written out is told apart from a change, and comes after all that decides.

    Sensitivity: cells compared without their defaults, so that they crowd out what matters.
    """
    spelt = BASE.with_cells("workload", "indivisible", {"online": False}).with_cells("site", "pue", {"hebei": 1.5})
    found = rows(asked(BASE), asked(spelt))
    assert [row[:4] for row in found] == [
        ("cell", "site", "hebei", "pue"),
        ("same_effect", "workload", "online", "indivisible"),
    ]


def test_what_touches_most_comes_first() -> None:
    """Proves the order: by the MW touched, and what touches nothing that moved comes last of what decides.

    Sensitivity: differences in the order of the tables.
    """
    world = BASE.with_cells("site", "pue", {"*": 1.4}).with_parameters(carbon_price=60.0)
    table = differences_between(asked(BASE), asked(world), MOVES)
    assert table["key"].tolist() == ["", "hebei", "shanghai", "gansu"]
    assert table["load"].tolist() == [15.0, 13.0, 9.0, 6.0]
    groups = groups_of(table, MOVES)
    assert groups[["table", "column", "cells", "moves", "load"]].to_numpy().tolist() == [
        ["scenario.toml", "carbon_price", 1, 4, 15.0],
        ["site", "pue", 3, 4, 15.0],
    ]


def test_a_new_site_is_named_with_its_cells() -> None:
    """Proves that a member of one scenario only is one row, and that its cells say that they came with it.

    Sensitivity: the cells of a new site shown as changes of what was there.
    """
    row = {**BASE.tables["site"][0], "site": "xinjiang"}
    world = BASE.with_rows("site", [*BASE.tables["site"], row])
    found = rows(asked(BASE), asked(world))
    assert found[0][:6] == ("member_added", "site", "xinjiang", "", False, True)
    assert {row[0] for row in found[1:]} == {"added"} | {row[0] for row in found if row[0] == "label"}
    assert all(row[2] == "xinjiang" for row in found)
    back = rows(asked(world), asked(BASE))
    assert {row[0] for row in back} == {"member_removed", "removed"} | {row[0] for row in back if row[0] == "label"}


def test_other_timesteps_are_one_difference() -> None:
    """Proves that hours which do not stand for the same are said as a whole, not cell by cell.

    Sensitivity: 8760 rows for a scenario with other days.
    """
    steps = [
        {**row, "timestep": f"{row['timestep']}_2", "position": row["position"] + 2} for row in BASE.tables["timestep"]
    ]
    renamed = BASE.with_rows("timestep", [*BASE.tables["timestep"], *steps])
    halves = {row["timestep"]: row["timestep_weight"] / 2 for row in renamed.tables["timestep"]}
    renamed = renamed.with_cells("timestep", "timestep_weight", halves)
    profile = [{"workload": "online", "timestep": "day", "demand_profile": 1.1}]
    found = rows(asked(BASE.with_rows("workload_timestep", profile)), asked(renamed))
    assert ("table", "timestep", "", "", 2, 4, "all") in found
    counted = (
        "table",
        "workload_timestep",
        "",
        "demand_profile",
        "workload_timestep.csv: 1",
        "workload_timestep.csv: 2",
        "all",
    )
    assert counted in found
    assert {row[0] for row in found} == {"table"}


def test_what_was_set_on_the_command_line_is_told() -> None:
    """Proves that an override which only one run has, or has otherwise, is told, and one of both is not.

    Sensitivity: overrides compared as a list in their order.
    """
    found = rows(asked(BASE, "carbon_price=1", "site.pue=1.3"), asked(BASE, "site.pue=1.3", "carbon_price=2"))
    assert found == [("override", "--set", "", "carbon_price", "1", "2", "")]


def test_sources_are_told_and_decide_nothing() -> None:
    """Proves that another source of a figure is a row of its own kind after all others, touching nothing.

    Sensitivity: provenance taken for a cause.
    """
    sources = [{"table": "site", "key": "gansu", "column": "pue", "source": "a", "confidence": "derived"}]
    world = BASE.with_cells("site", "pue", {"gansu": 1.31})
    table = [{**sources[0], "source": "b"}]
    found = rows(asked(BASE.with_rows("source", sources)), asked(world.with_rows("source", table)))
    assert found[0][:4] == ("cell", "site", "gansu", "pue")
    assert found[1:] == [("provenance", "source", "site;gansu;pue", "source", "a", "b", "")]


@pytest.mark.parametrize(
    ("mask", "text"),
    [
        ([], ""),
        ([False, False], ""),
        ([True, True], "all"),
        ([True, False, True], "1 3"),
        ([False, True, True, False, True], "2-3 5"),
    ],
)
def test_numbers_of_moves(mask: list[bool], text: str) -> None:
    """Proves that moves are named by their numbers from 1, runs as ranges. Sensitivity: counting from 0."""
    assert numbers_of(np.array(mask, dtype=bool)) == text


def test_hub_and_side_touch_through_sites_and_regions() -> None:
    """Proves that an input of a hub or side touches the moves from, to and for its sites and regions.

    Sensitivity: a hub that is taken for no key at all, so that it touches everything.
    """
    scenario = scenario_of(BASE)
    touch = Touch(MOVES, (scenario, scenario))
    row = {"kind": "cell"}
    hubs = scenario.given["site.hub"]
    assert isinstance(hubs, pd.Series)
    home = str(hubs["gansu"])
    sites = set(hubs.index[hubs == home])
    regions = scenario.given["region.hub"]
    assert isinstance(regions, pd.Series)
    own = set(regions.index[regions == home])
    expected = [bool({move.site_from, move.site_to} & sites or move.region in own) for move in MOVES.itertuples()]
    assert touch.on(row, {"hub": home})["touches"] == numbers_of(np.array(expected))
    assert touch.on(row, {"hub": "nowhere"})["moves"] == 0
    assert touch.on(row, {"timestep": "day"})["touches"] == "all"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (ONE, ONE.replaced(minimise="latency"), "made for different ends"),
        (ONE, ONE.replaced(minimise={"cost": 1, "latency": 50}), "1 × cost, 50 × mean latency in the other"),
        (ONE, NARROW, ""),
        (ONE, ONE, "both runs have the same inputs"),
    ],
)
def test_what_does_not_compare_is_pointed_out(before: World, after: World, said: str) -> None:
    """Proves that plans made for different ends are not compared in silence, and like plans draw no warning.

    Sensitivity: a warning that is always there, an objective that is not looked at.
    """
    warnings = compared(before, after).warnings
    assert [said in warning.en for warning in warnings] == ([True] if said else [])


def test_accountings_that_differ_are_pointed_out_in_both_languages() -> None:
    """Proves that another accounting of emissions is said, in English and Chinese.

    Sensitivity: emissions by different rules set side by side.
    """
    worlds = [BASE.with_parameters(emissions_accounting=accounting) for accounting in ("contract", "location")]
    (warning,) = (w for w in compared(*worlds).warnings if "is not the same" in w.en)
    assert "location" in warning.en
    assert "不可直接比较" in warning.zh


def test_an_open_gap_is_set_against_the_difference() -> None:
    """Proves that a difference of cost which the two gaps leave open is called unproved.

    Sensitivity: bounds that are not looked at, so that noise passes for an answer.
    """
    first, second = plan(ONE), plan(NARROW)
    wide = dataclasses.replace(first, summary={**first.summary, "bound": first.summary["cost"] - 5e6})
    warnings = compare_runs(Run("a", wide), Run("b", second)).warnings
    assert ["is not proved" in warning.en for warning in warnings] == [True]
    assert "5,000,000" in warnings[0].en


def test_what_only_one_plan_has_is_named() -> None:
    """Proves that a site of one run only is said, stands in the table of sites as such, and carries 0 in the other.

    Sensitivity: an inner join of the two runs' sites.
    """
    world = NARROW
    for table, row in {
        "site": {"site": "spare", "hub": "basin", "side": "west", "province": "贵州", "pue": 1.3,
                 "grid_power_price": 310, "utilisation_max": 0.9},
        "site_compute_type": {"site": "spare", "compute_type": "cpu", "capacity_existing": 5},
        "region_site": {"region": "coast", "site": "spare", "latency": 8},
    }.items():  # fmt: skip
        world = world.with_rows(table, [*world.tables[table], row])
    world = world.with_rows("region_site", [*world.tables["region_site"],
                                            {"region": "inland", "site": "spare", "latency": 8}])  # fmt: skip
    comparison = compared(NARROW, world)
    assert [each.en for each in comparison.warnings] == ["only in after: 1 × site (spare)"]
    assert [each.en for each in compared(world, NARROW).warnings] == ["only in before: 1 × site (spare)"]
    sites = comparison.tables["sites"].set_index("site")
    assert sites.loc["spare", ["in", "it_load_before", "it_load_after"]].tolist() == ["after", 0.0, pytest.approx(4.5)]
    assert sites.loc["near", "in"] == "both"
    assert comparison.moved() == pytest.approx(4.5)


def test_other_years_and_other_units_are_pointed_out() -> None:
    """Proves that years of other lengths, and a parameter whose unit changed between two planners, are said.

    Sensitivity: sums over 3000 h and 6000 h set side by side in silence.
    """
    weights = {row["timestep"]: 2 * row["timestep_weight"] for row in ONE.tables["timestep"]}
    longer = ONE.with_cells("timestep", "timestep_weight", weights).replaced(hours=6000)
    (warning,) = compared(ONE, longer).warnings
    assert "3000 h and 6000 h" in warning.en
    assert compared(ONE, longer).tables["moved"].empty
    first = plan(ONE)
    units = {**first.manifest["units"], "demand": "kW"}
    other = dataclasses.replace(plan(NARROW), manifest={**plan(NARROW).manifest, "units": units})
    (warning,) = compare_runs(Run("a", first), Run("b", other)).warnings
    assert "demand" in warning.en
    assert "MW and kW" in warning.en
