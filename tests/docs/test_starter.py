"""`planner new`: what it writes runs as it is, explains everything, and disturbs nothing."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import planner
from planner.errors import CannotWriteError, UsageError
from planner.io.schema import starter
from planner.io.schema.dictionary import plain_tables
from planner.io.schema.starter import starter_files, write_starter
from planner.models.declarations import declarations
from planner.pipeline.check import inspect
from planner.scenario.schema import schema_of


def test_starter_is_solved_and_audited(tmp_path: Path) -> None:
    """Proves that the starter is a scenario with a plan in which something is built and nothing is unserved."""
    write_starter(tmp_path / "mine", declarations())
    plan = planner.run(planner.read_scenario(tmp_path / "mine"))
    assert plan.summary["status"] == "optimal"
    assert plan.summary["served_share"] == 1
    assert plan.summary["modules"]


@pytest.mark.parametrize(
    "override",
    [
        "objective.minimise=emissions",
        "objective.minimise=latency",
        "green_power_share_mode=matched",
        "green_power_share_mode=every_timestep",
        "green_power_share_on=new",
        "emissions_accounting=location",
        "network_layer=ip_private",
    ],
)
def test_first_things_a_user_tries_have_a_plan(tmp_path: Path, override: str) -> None:
    """Proves that each choice named in the comments can be tried; a starter that is infeasible at once breaks it."""
    write_starter(tmp_path / "mine", declarations())
    assert planner.run(planner.read_scenario(tmp_path / "mine", [override])).summary["status"] == "optimal"


def test_starter_leaves_nothing_unsaid(tmp_path: Path) -> None:
    """Proves that it is read without notes, and that its figures are called illustrative but for the coordinates."""
    write_starter(tmp_path / "mine", declarations())
    scenario = planner.read_scenario(tmp_path / "mine")
    report = inspect(scenario)
    assert report["notes"] == report["obstacles"] == []
    cells = sum(
        len(values) if hasattr(values, "__len__") else 1
        for name, values in scenario.given.items()
        if declarations().parameters[name].is_numeric
    )
    places = 2 * (len(scenario.sets["region"]) + len(scenario.sets["site"]))
    assert report["illustrative_share"] == pytest.approx(1 - places / cells)


def test_readme_and_toml_name_every_parameter() -> None:
    """Proves that the comments cover what the features declare: a parameter that is not explained breaks it."""
    schema = schema_of(declarations())
    files = starter_files("mine", declarations())
    for table in plain_tables(schema):
        assert f"## {table.name}.csv" in files["README.md"]
        assert all(f"| `{column}` |" in files["README.md"] for column in table.columns)
    for name in schema.scalars:
        assert f"\n{name} = " in files["scenario.toml"] or f"\n# {name} = " in files["scenario.toml"]


def test_starter_follows_the_features_that_are_there() -> None:
    """Proves that without a feature neither it nor its columns are written, so that features may come and go.

    A starter that named a feature or a column by heart would be refused by its own reader.
    """
    known = declarations()
    gone = "emissions"
    parameters = {key: value for key, value in known.parameters.items() if known.owner[key] != gone}
    features = tuple(feature for feature in known.features if feature != gone)
    files = starter_files("mine", replace(known, features=features, parameters=parameters))
    assert gone not in tomllib.loads(files["scenario.toml"])["features"]
    assert "carbon_price" not in files["scenario.toml"]
    assert "emission_factor" not in files["site.csv"] + files["source.csv"]


def test_existing_folder_is_refused(tmp_path: Path) -> None:
    """Proves that nothing that exists is touched, be it a folder or a dangling link."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("mine", "link"):
        with pytest.raises(UsageError, match="exists already"):
            write_starter(tmp_path / name, declarations())
    assert not any((tmp_path / "mine").iterdir())


@pytest.mark.parametrize("failing", range(3))
def test_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """Proves that it is whole or not at all: a write that fails, at whatever file, leaves an empty folder."""
    written = []
    write = Path.write_bytes

    def fail(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) > failing:
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(CannotWriteError, match="No space left"):
        write_starter(tmp_path / "mine", declarations())
    assert not any(tmp_path.iterdir())


def test_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    """Proves that a parent that is a file, and a name too long, are errors with a reason, not tracebacks."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path / "file" / "mine", tmp_path / ("n" * 300)):
        with pytest.raises(CannotWriteError, match="nothing was written"):
            write_starter(path, declarations())


def test_features_of_the_starter_are_in_an_order_that_holds() -> None:
    """Proves that the starter lists each feature with all that it requires."""
    known = declarations()
    for feature in starter.FEATURES:
        assert set(known.requires.get(feature, ())) <= set(starter.FEATURES)
