"""The files of a run: written, hashed, read back, refused."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from results_world import make_failure, make_results

from planner.errors import InvalidInputError
from planner.io.results.manifest import hash_file, to_json
from planner.io.results.read_run import changed_files, read_results
from planner.io.results.results import Results, write_manifest, write_results
from planner.models.declarations import declarations
from planner.scenario.scenario import Scenario
from tests.limits import NESTED, shallow


def write_run(results: Results, folder: Path) -> Path:
    """Write a whole run."""
    folder.mkdir()
    write_results(results, folder)
    write_manifest(results, folder)
    return folder


@pytest.fixture(scope="module")
def original(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run folder that no test changes."""
    return write_run(make_results(scenario), tmp_path_factory.mktemp("runs") / "original")


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    """Return a run folder of the test's own."""
    return Path(shutil.copytree(original, tmp_path / "run"))


def test_a_run_comes_back_from_its_files(run: Path, results: Results) -> None:
    """Proves that ``planner audit`` and ``planner map`` see what the solver's process saw, and need nothing else."""
    read = read_results(run, declarations())
    assert list(read.tables) == list(results.tables)
    for name, table in results.tables.items():
        pd.testing.assert_frame_equal(read.tables[name], table, check_exact=True)
    pd.testing.assert_frame_equal(read.shadow_prices, results.shadow_prices, check_exact=True)
    assert read.summary == {**results.summary, "mean_latency": None}
    assert read.log == results.log
    assert read.scenario.name == "by-hand"
    assert read.scenario.file_hashes == results.scenario.file_hashes
    assert read.scenario.content_hash == results.scenario.content_hash
    for layer in ("sites", "regions", "flows"):
        assert getattr(read, layer).equals(getattr(results, layer))


def test_a_run_holds_what_the_contract_lists(run: Path, results: Results) -> None:
    """Proves names and places of the files (maps are drawn by others)."""
    found = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    tables = {f"tables/{name}.csv" for name in results.tables}
    inputs = {f"scenario/{name}.csv" for name in results.scenario.tables} | {"scenario/scenario.toml"}
    others = {"summary.json", "shadow_prices.csv", "plan.gpkg", "manifest.json", "solver.log"}
    assert found == tables | inputs | others


def test_the_manifest_says_how_to_run_again(run: Path, scenario: Scenario) -> None:
    """Proves that inputs, versions, machine, units, audit and files stand in the manifest."""
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"] == scenario.file_hashes
    assert manifest["content_hash"] == scenario.content_hash
    assert manifest["units"]["grid_power_price"] == "CNY/MWh"
    assert "transfer_price" not in manifest["units"]
    assert manifest["versions"]["highspy"] == version("highspy")
    assert {"python", "pyomo", "numpy", "scipy", "pandas", "geopandas"} <= set(manifest["versions"])
    assert set(manifest["machine"]) == {"platform", "processor", "cores", "memory"}
    assert manifest["audit"] == {"agreed": True, "findings": []}
    assert 0 < manifest["illustrative_share"] < 1
    assert manifest["started"] == "2026-11-21T23:15:00Z"
    assert manifest["finished"].endswith("Z")
    assert manifest["tables"]["allocation"] == {
        "rows": 6,
        "columns": {
            "region": "text",
            "workload": "text",
            "site": "text",
            "path": "text",
            "timestep": "text",
            "allocation": "number",
        },
    }
    assert all(hash_file(run / name) == known for name, known in manifest["files"].items())
    assert {"summary.json", "solver.log", "tables/allocation.csv", "scenario/site.csv"} <= set(manifest["files"])
    assert not any(name.endswith((".gpkg", ".png")) for name in manifest["files"])


def test_the_same_results_give_the_same_bytes(results: Results, tmp_path: Path) -> None:
    """Proves determinism: an unordered set, a hash seed or a time anywhere but in ``finished`` would show."""
    one, two = (write_run(results, tmp_path / name) for name in ("one", "two"))
    for path in sorted(one.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (two / path.relative_to(one)).read_bytes(), path
    manifests = [json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in (one, two)]
    for manifest in manifests:
        manifest.pop("finished")
    assert manifests[0] == manifests[1]


def test_json_never_says_nan(tmp_path: Path) -> None:
    """Proves that what is not a finite number is null, and that numpy, paths and odd file names are plain JSON."""
    data = {"a": float("nan"), "b": [np.float64("inf"), np.int64(3)], "c": tmp_path, "d": "\udc80", "e": np.bool_(1)}
    assert json.loads(to_json(data)) == {"a": None, "b": [None, 3], "c": str(tmp_path), "d": "\udc80", "e": True}
    assert "NaN" not in to_json(data).decode()


def test_without_a_plan_there_are_three_files(scenario: Scenario, tmp_path: Path) -> None:
    """Proves what exits 4, 5, 7 and 11 leave: no table and no layer that could pass for a plan."""
    folder = write_run(make_failure(scenario), tmp_path / "run")
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "solver.log", "summary.json"]
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["audit"]["agreed"] is None
    with pytest.raises(InvalidInputError, match=r"has no plan: infeasible"):
        read_results(folder, declarations())


def damage(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return what changes a file's bytes."""

    def apply(run: Path) -> None:
        (run / name).write_bytes(change((run / name).read_bytes()))

    return apply


def edit_manifest(change: Callable[[dict[str, object]], None]) -> Callable[[Path], None]:
    """Return what changes a manifest."""

    def apply(run: Path) -> None:
        manifest = json.loads((run / "manifest.json").read_bytes())
        change(manifest)
        (run / "manifest.json").write_bytes(json.dumps(manifest).encode())

    return apply


TORN = {
    "no folder": (shutil.rmtree, "there is no such run folder"),
    "no manifest": (lambda run: (run / "manifest.json").unlink(), "manifest.json: it is missing"),
    "torn manifest": (damage("manifest.json", lambda data: data[: len(data) // 2]), "manifest.json: it cannot be read"),
    "empty manifest": (damage("manifest.json", lambda _: b""), "manifest.json: it cannot be read"),
    "manifest is a list": (damage("manifest.json", lambda _: b"[1]"), "manifest.json: it is not a JSON object"),
    "foreign manifest": (damage("manifest.json", lambda _: b'{"name": "app"}'), "is not a run of this planner"),
    "manifest is deep": (damage("manifest.json", lambda _: NESTED), "manifest.json: it cannot be read"),
    "manifest without files": (edit_manifest(lambda m: m.pop("files")), "damaged"),
    "files lead out": (edit_manifest(lambda m: m.update(files={"../../elsewhere/x": "x"})), "damaged"),
    "files are absolute": (edit_manifest(lambda m: m.update(files={"/elsewhere/x": "x"})), "damaged"),
    "table leads out": (edit_manifest(lambda m: m.update(tables={"../x": {"columns": {}}})), "damaged"),
    "unknown kind": (edit_manifest(lambda m: m.update(tables={"x": {"columns": {"a": "code"}}})), "damaged"),
    "table missing": (lambda run: (run / "tables/allocation.csv").unlink(), "tables/allocation.csv: the run in"),
    "table torn": (
        damage("tables/allocation.csv", lambda data: data[:-9]),
        "tables/allocation.csv: it is not the file",
    ),
    "table edited": (
        damage("tables/cost.csv", lambda data: data.replace(b"0.1", b"0.2")),
        "tables/cost.csv: it is not",
    ),
    "summary edited": (damage("summary.json", lambda data: data + b" "), "summary.json: it is not"),
    "prices missing": (lambda run: (run / "shadow_prices.csv").unlink(), "shadow_prices.csv: the run in"),
    "scenario edited": (damage("scenario/site.csv", lambda data: data + b" "), "scenario/site.csv: it is not"),
    "scenario missing": (lambda run: shutil.rmtree(run / "scenario"), "scenario/scenario.toml: the run in"),
    "log missing": (lambda run: (run / "solver.log").unlink(), "solver.log: the run in"),
    "table not listed": (edit_manifest(lambda m: m["files"].pop("tables/cost.csv")), "tables/cost.csv: it is not"),
}


@pytest.mark.parametrize("case", TORN)
def test_what_is_not_a_whole_run_is_refused(case: str, run: Path) -> None:
    """Proves that a torn, foreign or edited run is one clear error that names the file, never a traceback."""
    spoil, message = TORN[case]
    spoil(run)
    with pytest.raises(InvalidInputError) as caught, shallow():
        read_results(run, declarations())
    assert message in str(caught.value)


def test_a_table_behind_a_link_out_is_refused(run: Path, tmp_path: Path) -> None:
    """Proves that a run folder cannot make the planner read a file elsewhere, even one with the right content."""
    table = run / "tables/cost.csv"
    table.rename(tmp_path / "elsewhere.csv")
    table.symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InvalidInputError, match=r"tables/cost\.csv"):
        read_results(run, declarations())


def test_all_faults_are_told_at_once(run: Path) -> None:
    """Proves that two damaged files are two lines of one error."""
    (run / "solver.log").unlink()
    damage("tables/cost.csv", lambda data: data + b"x,1\n")(run)
    with pytest.raises(InvalidInputError) as caught:
        read_results(run, declarations())
    assert {fault.file for fault in caught.value.faults} == {"solver.log", "tables/cost.csv"}


def test_the_audit_may_read_changed_tables(run: Path) -> None:
    """Proves that a planted fault reaches the audit: read when asked for, and named; never read otherwise."""
    assert changed_files(run) == []
    damage("tables/cost.csv", lambda data: data.replace(b"carbon,0.1", b"carbon,0.2"))(run)
    damage("shadow_prices.csv", lambda data: data + b"x,y,1.0,z,none\n")(run)
    read = read_results(run, declarations(), changed_allowed=True)
    assert read.tables["cost"].set_index("category")["cost"]["carbon"] == 0.2
    assert changed_files(run) == ["shadow_prices.csv", "tables/cost.csv"]
    (run / "tables/time.csv").unlink()
    assert changed_files(run) == ["shadow_prices.csv", "tables/cost.csv", "tables/time.csv"]


def test_changed_tables_must_still_be_tables(run: Path) -> None:
    """Proves that ``changed_allowed`` does not mean that anything goes."""
    damage("tables/cost.csv", lambda data: data.replace(b"0.1", b"many"))(run)
    with pytest.raises(InvalidInputError, match=r"tables/cost.csv, row 3, column cost, value 'many': not a number"):
        read_results(run, declarations(), changed_allowed=True)


def test_layers_are_made_once(results: Results) -> None:
    """Proves that the map, the GeoPackage and a user share one layer, and that results cannot be swapped out."""
    assert results.sites is results.sites
    with pytest.raises(dataclasses.FrozenInstanceError):
        results.log = "other"  # type: ignore[misc]
