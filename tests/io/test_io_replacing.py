"""Statements that exclude each other: the newer one counts, wherever it stands; and an empty value clears."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from planner.errors import InvalidInputError
from planner.io.read.write import write_scenario
from planner.models.declarations import declarations
from planner.models.features.routes import latency_limits
from planner.pipeline.check import read_scenario
from tests.algebra import HAND
from tests.shipped import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

BASE = HAND.with_cells("workload", "latency_max", {"web": 10})
RTT = '[set]\n"workload.latency_max_rtt" = 16\n'


def child_of(folder: Path, text: str = "", **tables: str) -> Path:
    """Write ``BASE`` and a folder that extends it."""
    BASE.write(folder / "base")
    child = folder / "child"
    child.mkdir()
    (child / "scenario.toml").write_text(f'extends = "../base"\n{text}', encoding="utf-8")
    for name, cells in tables.items():
        (child / f"{name}.csv").write_text(cells, encoding="utf-8")
    return child


def limit_of(folder: Path, *overrides: str) -> dict[str, float]:
    """Return the latency limits of a scenario [ms, one way]."""
    return latency_limits(read_scenario(folder, overrides)).to_dict()


def test_a_round_trip_takes_the_place_of_an_inherited_limit(tmp_path: Path) -> None:
    """Proves that a child's table, its [set] and --set each replace what excludes them in the base, and say so.

    Sensitivity: a fault that sends the user to the base's file; the older of the two limits kept.
    """
    by_table = child_of(tmp_path / "table", workload="workload,latency_max_rtt\nweb,16\n")
    by_set = child_of(tmp_path / "set", RTT)
    plain = child_of(tmp_path / "plain")
    for folder, overrides in ((by_table, ()), (by_set, ()), (plain, ("workload.latency_max_rtt=16",))):
        assert limit_of(folder, *overrides) == {"web": 8}
        notes = read_scenario(folder, overrides).notes
        assert any("latency_max_rtt replaces latency_max in workload.csv, rows: 1" in note for note in notes)
    assert limit_of(by_set, "workload.latency_max=5") == {"web": 5}
    assert limit_of(plain, "workload.latency_max_rtt[web]=16", "workload.latency_max[web]=6") == {"web": 6}


def test_only_the_rows_that_are_meant_are_replaced(tmp_path: Path) -> None:
    """Proves that a limit of another workload stays as it was. Sensitivity: the whole column taken away."""
    world = BASE.with_rows("workload", [
        {"workload": "web", "compute_type": "cpu", "latency_max": 10},
        {"workload": "cold", "compute_type": "cpu", "latency_max": 30},
    ])  # fmt: skip
    more = [{"region": region, "workload": "cold", "demand": 1} for region in ("coast", "inland")]
    world = world.with_rows("region_workload", [*BASE.tables["region_workload"], *more])
    folder = world.write(tmp_path / "w")
    assert limit_of(folder, "workload.latency_max_rtt[cold]=40") == {"web": 10, "cold": 20}


def test_one_folder_may_not_contradict_itself(tmp_path: Path) -> None:
    """Proves that both limits in one folder, in tables or in [set], are refused as before: neither is newer.

    Sensitivity: one of the two silently kept.
    """
    both = "workload,latency_max,latency_max_rtt\nweb,9,16\n"
    with pytest.raises(InvalidInputError, match="latency_max is given as well"):
        read_scenario(child_of(tmp_path / "table", workload=both))
    with pytest.raises(InvalidInputError, match="latency_max is given as well"):
        read_scenario(child_of(tmp_path / "set", f'{RTT}"workload.latency_max" = 9\n'))
    with pytest.raises(InvalidInputError, match="latency_max is given as well"):
        read_scenario(child_of(tmp_path / "mixed", RTT, workload="workload,latency_max\nweb,9\n"))


def test_the_others_of_the_kind(tmp_path: Path) -> None:
    """Proves that PUE and base PUE, yearly cost and investment of a module replace each other too, at any index.

    Sensitivity: only latencies; a PUE by timestep left beside the base PUE of its site.
    """
    hourly = "site,timestep,pue\nnear,day,1.5\nnear,night,1.4\nfar,day,1.3\nfar,night,1.2\n"
    child = child_of(tmp_path, site_timestep=hourly)
    scenario = read_scenario(child, ["site.pue_base[near]=1.1"])
    assert scenario.given["pue_base"].to_dict() == {"near": 1.1}  # type: ignore[union-attr]
    assert set(scenario.series("pue").index.get_level_values("site")) == {"far"}
    tiny = read_scenario(
        SCENARIOS / "tiny", ["site_compute_type.module_capex=2e8", "discount_rate=0.06", "lifetime=15"]
    )
    assert not tiny.is_given("module_cost")
    assert not [key for key, one in declarations().parameters.items() for other in one.excludes
                if key not in declarations().parameters[other].excludes]  # fmt: skip


def test_an_empty_value_clears(tmp_path: Path) -> None:
    """Proves that ``--set "workload.latency_max[web]="`` takes the limit away, and ``parameters.`` may stand before a scalar.

    Sensitivity: an empty value refused; a scalar's full name unknown.
    """
    folder = BASE.write(tmp_path / "w")
    assert limit_of(folder, "workload.latency_max[web]=") == {}
    assert read_scenario(SCENARIOS / "tiny", ["parameters.carbon_price=7"]).scalar("carbon_price") == 7


def test_what_was_replaced_is_written_and_read_again(tmp_path: Path) -> None:
    """Proves that the inputs of a run, sources included, read back as they were: no source speaks of a cell that is gone.

    Sensitivity: a source of an emptied column, which no reader takes.
    """
    shutil.copytree(SCENARIOS / "tiny", tmp_path / "tiny")
    scenario = read_scenario(tmp_path / "tiny", ["site.pue_base=1.2", "workload.latency_max_rtt[online]=15"])
    (tmp_path / "out").mkdir()
    write_scenario(scenario, tmp_path / "out")
    again = read_scenario(tmp_path / "out")
    assert again.content_hash == scenario.content_hash


def test_no_timestep_left_is_said_of_the_drop(tmp_path: Path) -> None:
    """Proves that a scenario whose timesteps were all dropped says so at its [drop], and nothing of what follows.

    Sensitivity: "the PUE is missing".
    """
    with pytest.raises(InvalidInputError) as raised:
        read_scenario(child_of(tmp_path / "drop", '[drop]\ntimestep = ["day", "night"]\n'))
    [fault] = raised.value.faults
    assert str(fault).startswith("child/scenario.toml, row 3, column drop.timestep: no timestep is left")
    folder = BASE.write(tmp_path / "empty")
    (folder / "timestep.csv").write_text("timestep,timestep_weight\n", encoding="utf-8")
    for table in ("workload_timestep",):
        (folder / f"{table}.csv").unlink()
    with pytest.raises(InvalidInputError, match=r"timestep\.csv: the table has no rows"):
        read_scenario(folder)
