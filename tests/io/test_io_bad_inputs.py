"""Bad input is refused with its place, its value and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_inputs import BAD, Bad
from io_world import faults, good_files, read, written

from planner.errors import shown

KINDS_MIN = 60


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_input_is_named(bad: Bad, tmp_path: Path) -> None:
    """Proves that the fault names file, row, column and value, and helps; a lost place or hint breaks it."""
    files = good_files() | ({bad.file: b""} if bad.file not in good_files() else {})
    found = faults(written(tmp_path / "root" / "world", bad.applied(files)))
    assert found, "the scenario was read"
    first = found[0]
    text = str(first)
    assert first.file == f"world/{bad.where or bad.file}", text
    assert first.row == bad.row, text
    assert first.column == bad.column, text
    value = None if first.value is None else shown(str(first.value))
    assert value == (None if bad.value is None else shown(bad.value)), text
    assert bad.says in text
    assert "\n" not in text


def test_there_are_enough_kinds() -> None:
    """Proves that the list keeps its breadth; deleting cases to pass breaks it."""
    assert len({bad.name for bad in BAD}) == len(BAD) >= KINDS_MIN


def test_the_good_scenario_is_read(tmp_path: Path) -> None:
    """Proves that what the bad cases change is good itself; otherwise they would prove nothing."""
    assert read(written(tmp_path / "world", good_files())).features == ("time", "demand", "supply", "backbone")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Proves that faults of TOML, structure, cells and keys come together; stopping at the first breaks it."""
    files = good_files()
    files["scenario.toml"] = files["scenario.toml"].replace(b"1e-3", b"2").replace(b"= 90", b'= "90"')
    files["site.csv"] = files["site.csv"].replace(b"549.8", b"nan").replace(b"1.25", b"9")
    files["region.csv"] += b"too,short\n"
    files["sights.csv"] = b"x\n"
    found = {(fault.file, fault.column) for fault in faults(written(tmp_path / "world", files))}
    assert found == {
        ("world/scenario.toml", "solver.mip_gap"),
        ("world/scenario.toml", "parameters.carbon_price"),
        ("world/site.csv", "pue"),
        ("world/site.csv", "price"),
        ("world/region.csv", None),
        ("world/sights.csv", None),
    }


def test_a_broken_column_does_not_hide_the_others(tmp_path: Path) -> None:
    """Proves that a thousand faults of one column are cut and counted; an endless list breaks it."""
    files = good_files()
    rows = "".join(f"s{number},nan,5\n" for number in range(1000))
    files["site.csv"] = f"site,pue,price\nwuhu,1,1\nguian,1,x\nNA,1,1\n{rows}".encode()
    found = faults(written(tmp_path / "world", files))
    assert sum(fault.column == "pue" for fault in found) == 21
    assert any("980 more faults" in str(fault) for fault in found)
    assert any(fault.column == "price" and fault.row == 3 for fault in found)


def test_a_missing_folder_is_an_input_error(tmp_path: Path) -> None:
    """Proves that a wrong path is told as such; a bare OSError breaks it."""
    assert "no such folder" in str(faults(tmp_path / "nowhere")[0])
    toml = written(tmp_path / "world", good_files()) / "scenario.toml"
    assert "name a scenario folder" in str(faults(toml)[0])
    assert "no such folder" in str(faults(Path("a\0b"))[0])


def test_links_may_not_leave_the_root(tmp_path: Path) -> None:
    """Proves that symbolic links are resolved before they are followed; reading through one breaks it."""
    world = written(tmp_path / "root" / "world", good_files())
    outside = tmp_path / "secret.csv"
    outside.write_bytes(good_files()["site.csv"])
    (world / "site.csv").unlink()
    (world / "site.csv").symlink_to(outside)
    assert "link leaves" in str(faults(world)[0])
    base = written(tmp_path / "elsewhere", good_files())
    (tmp_path / "root" / "base").symlink_to(base)
    (world / "scenario.toml").write_text('extends = "../base"\n')
    (world / "site.csv").unlink()
    assert "leaves the scenarios' root" in str(faults(world)[0])


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    """Proves that folders and dangling links named like tables are faults; a traceback breaks it."""
    world = written(tmp_path / "world", good_files())
    (world / "site_timestep.csv").mkdir()
    (world / "side.csv").symlink_to(world / "nothing.csv")
    (world / "region.csv").unlink()
    (world / "region.csv").symlink_to(world / "region.csv")
    assert {fault.file for fault in faults(world)} >= {
        "world/site_timestep.csv",
        "world/side.csv",
        "world/region.csv",
    }
