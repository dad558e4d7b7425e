"""``national-2025`` against ``national-2025-local``: every MW and every cent, from the tables of the two runs alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import planner
from planner.io.results.manifest import to_json
from planner.studies.compare.differences.comparison import as_json, labels_of, together

if TYPE_CHECKING:
    from pathlib import Path

    from planner.studies.compare.differences.comparison import Comparison

PAIR = ["region", "workload"]


def loads(folder: Path, *keys: str) -> pd.Series:
    """Return the allocation [MW] of a run with one timestep by keys, read without the planner."""
    table = pd.read_csv(folder / "tables" / "allocation.csv")
    assert set(table["timestep"]) == {"year"}
    return table.groupby(list(keys))["allocation"].sum()


def test_every_moved_mw_is_accounted_for(national: Comparison, national_folders: list[Path]) -> None:
    """Proves by region, workload and site that arriving less leaving MW are the difference of the allocation tables.

    Sensitivity: a move lost, doubled or put down to another site.
    """
    moved = national.tables["moved"]
    keys = [*PAIR, "site"]
    arrives, leaves = (
        moved[moved[end] != ""].rename(columns={end: "site"}).groupby(keys)["load"].sum()
        for end in ("site_to", "site_from")
    )
    first, second = (loads(folder, *keys) for folder in national_folders)
    expected = second.sub(first, fill_value=0.0)
    found = arrives.sub(leaves, fill_value=0.0).reindex(expected.index, fill_value=0.0)
    assert (expected.abs() > 1).sum() > 100  # much moved, so that the next line says something
    assert (found - expected).abs().max() < 1e-6
    assert set(arrives.index) | set(leaves.index) <= set(expected.index)


def test_all_demand_is_served_in_both_so_that_all_is_moved(national: Comparison) -> None:
    """Proves that no growth, fall or unserved demand is made up: demand is the same and all of it is served.

    The MW moved are half of all changes of the sites' work, by region and workload. Sensitivity: pairs of sites in
    which work both leaves and arrives, so that it is counted twice.
    """
    moved = national.tables["moved"]
    assert set(moved["kind"]) == {"moved"}
    assert national.moved() == pytest.approx(moved["load"].sum())
    for _, part in moved.groupby(PAIR):
        assert not set(part["site_from"]) & set(part["site_to"])


def test_the_cost_is_the_sum_of_its_parts_to_the_cent(national: Comparison, national_folders: list[Path]) -> None:
    """Proves to the cent that the categories' differences add up to the difference of the two costs.

    Added in decimals from the cost tables as written. Sensitivity: a category that one run does not have, left out.
    """
    costs = [
        pd.read_csv(folder / "tables" / "cost.csv", dtype=str).set_index("category")["cost"].map(Decimal)
        for folder in national_folders
    ]
    expected = sum(costs[1], Decimal()) - sum(costs[0], Decimal())
    found = sum((Decimal(repr(value)) for value in national.tables["cost"]["difference"].tolist()), Decimal())
    assert abs(found - expected) < Decimal("0.005")
    assert abs(Decimal(repr(national.cost_difference)) - expected) < Decimal("0.005")
    assert abs(Decimal(repr(national.cost_parts)) - expected) < Decimal("0.005")
    assert expected > 10**9


def test_sites_and_workloads_tie_with_the_runs(national: Comparison, national_folders: list[Path]) -> None:
    """Proves that load by site, and by workload and site, is that of each run, site by site.

    Sensitivity: base and run swapped, a site that carries nothing in one run dropped.
    """
    sites = national.tables["sites"].set_index("site")
    work = national.tables["workloads"].set_index(["workload", "site"])
    for side, folder in zip(("before", "after"), national_folders, strict=True):
        load = loads(folder, "site")
        assert (sites[f"it_load_{side}"] - load.reindex(sites.index, fill_value=0.0)).abs().max() < 1e-6
        assert sites[f"it_load_{side}"].sum() == pytest.approx(load.sum())
        by = loads(folder, "workload", "site")
        assert (work[side] - by.reindex(work.index, fill_value=0.0)).abs().max() < 1e-6
        assert work[side].sum() == pytest.approx(load.sum())
    built = national.tables["new_build"].query("measure == 'capacity_new'")
    for side, run in (("before", national.before), ("after", national.after)):
        assert built[side].sum() == pytest.approx(run.results.summary["capacity_new"])


def test_the_inputs_are_those_of_the_local_scenario(national: Comparison) -> None:
    """Proves that what the local scenario changes is found, column by column, and nothing else decides.

    Its ``[set]`` has reach, utilisation_min and green_energy_committed; its own tables let provincial sites build and
    hold them to a green share. Sensitivity: inherited tables compared as files, defaults taken for changes.
    """
    groups = national.tables["input_columns"]
    assert {f"{row.table}.{row.column}" for row in groups.itertuples()} == {
        "workload.reach",
        "site.utilisation_min",
        "site.green_energy_committed",
        "site.green_power_share_min",
        "site.certificate_price",
        "site_compute_type.module_size",
        "site_compute_type.module_cost",
        "site_compute_type.modules_max",
    }
    inputs = national.tables["inputs"]
    reach = inputs[inputs["column"] == "reach"]
    assert set(zip(reach["before"], reach["after"], strict=True)) == {("national", "province")}
    assert "government_cloud" not in set(reach["key"])  # stays in its province in both
    moved = national.tables["moved"]
    for row in reach.itertuples():
        assert row.load == pytest.approx(moved.loc[moved["workload"] == row.key, "load"].sum())
        numbers = moved.index[moved["workload"] == row.key] + 1
        assert row.moves == len(numbers)
        assert row.touches.split()[0].partition("-")[0] == str(numbers[0])


def test_the_measures_are_those_of_the_summaries(national: Comparison) -> None:
    """Proves that cost, emissions, shares by mode, latency and west share are the runs' own, and their differences.

    Sensitivity: a measure read from the wrong run, a mode left out.
    """
    table = national.tables["measures"].set_index(["measure", "part"])
    for side, run in (("before", national.before), ("after", national.after)):
        summary = run.results.summary
        for name in ("cost", "emissions", "mean_latency", "west_share", "capacity_new"):
            assert table.loc[(name, ""), side] == summary[name]
        for mode, share in summary["green_power_share"].items():
            assert table.loc[("green_power_share", mode), side] == share
        for part, energy in summary["energy"].items():
            assert table.loc[("energy", part), side] == energy
    assert (table["difference"] == table["after"] - table["before"]).all()


def test_the_tables_of_several_runs_stand_under_one_another(national: Comparison) -> None:
    """Proves that each table has the run's name first, that moves are numbered, and that JSON holds them all.

    Sensitivity: tables of the second comparison in place of the first's.
    """
    tables = together([national, national])
    for name, table in tables.items():
        assert table.columns[0] == "run"
        assert len(table) == 2 * len(national.tables[name]), name
    assert tables["moved"]["move"].tolist()[:2] == [1, 2]
    data = as_json([national])
    assert len(data["runs"][0]["tables"]["moved"]) == len(national.tables["moved"])
    assert to_json(data).startswith(b'{\n  "base"')


def test_labels_tell_runs_apart() -> None:
    """Proves that runs are called by scenario, by folder where that is the same, and by number where both are.

    Sensitivity: two runs of one name, so that a table cannot be read.
    """
    assert labels_of([("a", "x/1"), ("b", "x/1")]) == ["a", "b"]
    assert labels_of([("a", "x/1"), ("a", "x/2/")]) == ["1", "2"]
    assert labels_of([("a", "x/1"), ("a", "y/1")]) == ["1 x/1", "2 y/1"]


def test_a_run_read_from_its_folder_compares_as_it_did(national: Comparison, national_folders: list[Path]) -> None:
    """Proves that the command's way, from folders, gives the same tables, in the order asked for.

    Sensitivity: the last run taken for the base.
    """
    from planner.studies.compare.command import compare  # noqa: PLC0415 - beside what it shows

    (found,) = compare(national_folders, seconds=0)
    assert found.before.results.scenario.name == "national-2025"
    for name, table in national.tables.items():
        pd.testing.assert_frame_equal(found.tables[name], table)
    assert planner.read_results(national_folders[0]).summary["cost"] == found.before.results.summary["cost"]
