"""`planner import network`: what an import leaves in the folder, what it keeps, and that it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import CannotWriteError, InvalidInputError
from planner.io.files import several_files
from planner.io.network.import_network import import_network
from planner.io.network.order import Order
from tests.command import typed
from tests.network.networks import (
    FILES,
    NATIVE,
    SCENARIO,
    ZOO,
    brought,
    column,
    contents,
    known,
    rows,
    said,
    written,
)


def test_a_network_is_not_overwritten_unasked(world: Path) -> None:
    """Proves that --replace is asked for before a network goes, and that then it goes whole, with its sources.

    Sensitivity: links of two networks in one table, a source of a column that is no more.
    """
    brought(NATIVE, world, module_cost=10.0, modules_max=2)
    before = contents(world)
    with pytest.raises(InvalidInputError) as caught:
        brought(ZOO, world, "small.graphml")
    for name in ("node.csv", "link.csv"):
        assert f"{name}: the table is there already (--replace puts the new network in its place)" in said(caught.value)
    assert contents(world) == before
    brought(ZOO, world, "small.graphml", replace=True)
    assert list(column(world, "node", "node")) == ["Lanzhou", "Xi an", "Beijing"]
    source = {(row["table"], row["column"]): row for row in rows(world / "source.csv")}
    assert ("link", "link_module_cost") not in source
    assert source["link", "link_capacity_existing"]["source"] == "small.graphml"


def test_other_sources_stay(world: Path) -> None:
    """Proves that source.csv keeps its other rows and columns.

    Sensitivity: a licence lost.
    """
    brought(NATIVE, world, source="a yearbook", confidence="published")
    source = {(row["table"], row["column"]): row for row in rows(world / "source.csv")}
    assert source["site", "pue"] == {
        "table": "site",
        "key": "",
        "column": "pue",
        "source": "this project",
        "confidence": "illustrative",
        "licence": "fact",
        "note": "",
    }
    assert source["node", "longitude"]["source"] == "a yearbook"
    assert source["node", "longitude"]["confidence"] == "published"


def test_a_base_with_a_network_is_named(world: Path) -> None:
    """Proves that a network is not laid over that of the scenario which is extended: rows would be merged in silence.

    Sensitivity: the cables of both.
    """
    brought(NATIVE, world)
    child = written(world.parent / "child", {"scenario.toml": 'extends = "../world"\n'})
    with pytest.raises(InvalidInputError) as caught:
        brought(ZOO, child, "small.graphml", replace=True)
    assert "world/node.csv: the scenario that this one extends has a network" in said(caught.value)
    assert list(contents(child)) == ["scenario.toml"]


def test_other_kinds_of_tables_are_named(world: Path) -> None:
    """Proves that a node.parquet or node.geojson beside is not passed over: two tables of one name are none.

    Sensitivity: a second table of nodes written beside the first.
    """
    (world / "node.geojson").write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        brought(NATIVE, world, replace=True)
    assert "an import changes CSV tables only" in said(caught.value)
    assert "node.csv" not in contents(world)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_all_files_or_none(world: Path, monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    """Proves that a disk that fails at any of the files leaves the folder as it was.

    Sensitivity: nodes of the new network beside links of the old.
    """
    brought(NATIVE, world)
    before = contents(world)
    draft, count = several_files._draft, 0

    def failing(path: Path, data: bytes, target: Path) -> None:
        nonlocal count
        count += 1
        if count == place + 1:
            raise OSError(28, "no space")
        draft(path, data, target)

    monkeypatch.setattr(several_files, "_draft", failing)
    with pytest.raises(CannotWriteError):
        brought(ZOO, world, "small.graphml", replace=True)
    assert contents(world) == before


def test_a_folder_that_is_no_scenario(world: Path) -> None:
    """Proves that a network goes into a scenario folder only, whose path is told.

    Sensitivity: tables strewn into any folder.
    """
    (world / "scenario.toml").unlink()
    with pytest.raises(InvalidInputError, match="the file is missing"):
        brought(NATIVE, world)
    (world.parents[1] / "small.txt").write_text(NATIVE, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="there is no such folder"):
        import_network(world.parents[1] / "small.txt", world / "nowhere", known(), Order())


def test_names_stay_text(world: Path) -> None:
    """Proves that a name which a spreadsheet would take for a formula is guarded, and a longitude in the west is not.

    Sensitivity: =1+1 live in a table, '-85.5 as a longitude.
    """
    text = ZOO.replace(">Lanzhou<", ">=1+1<").replace("103.79", "-85.5")
    brought(text, world, "small.graphml")
    assert rows(world / "node.csv")[0] == {
        "node": "1 1",
        "name_en": "'=1+1",
        "longitude": "-85.5",
        "latitude": "36.06",
    }


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the command writes what the function does, tells it in both languages, and ends with its exit codes.

    Sensitivity: an option handed on in another's place.
    """
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "world", {**FILES, "scenario.toml": SCENARIO})
    (tmp_path / "small.txt").write_text(NATIVE, encoding="utf-8")
    words = ["import", "network", "small.txt", "world", "--module-cost", "10", "--modules-max", "3", "--one-way"]
    words += ["--detour", "2", "--source", "made up", "--confidence", "derived"]
    done = typed(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("SNDlib: 4 nodes, 4 links\nwrote world/node.csv\nwrote world/link.csv\n")
    assert column(tmp_path / "world", "link", "link_length")["L1"] == "1016.5"
    done = typed("--language", "zh", "import", "network", "small.txt", "world", "--both-ways", "--capacity", "9")
    assert done.returncode == 3
    assert "node.csv" in done.stderr
    done = typed("import", "network", "small.txt", "world", "--confidence", "sure")
    assert done.returncode == 2
    done = typed("import", "network", "--help")
    assert "--capacity-unit" in done.stdout
