"""Numbers in another unit: read, named with the unit that was likely meant, and in sight wherever a plan is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from planner.errors import InvalidInputError
from planner.io.read.unusual import COLUMNS_SHOWN_MAX, notes_of, unusual_in
from planner.language import rendered
from planner.models.declarations import declarations
from planner.pipeline.check import inspect, read_scenario
from planner.pipeline.run import run
from planner.scenario.plausible import Plausible
from planner.views.captions import map_notes
from planner.views.drawing import write_page
from planner.views.headline import of_plan
from tests.algebra import RICH
from tests.chinese import HAN
from tests.shipped import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario

SLIPS = [
    ("site.grid_power_price[hebei]=0.398", "CNY/kWh: write 398", "元/kWh，应写 398"),
    ("site_technology.green_power_price=0.21", "CNY/kWh: write 210", "元/kWh，应写 210"),
    ("site.certificate_price=0.005", "CNY/kWh: write 5", "元/kWh，应写 5"),
    ("site.emission_factor[hebei]=477", "g/kWh: write 0.477", "g/kWh，应写 0.477"),
    ("site.wue[hebei]=118", "hundredths: write 1.18", "百分之一为单位的数，应写 1.18"),
    ("site.wue[hebei]=1180", "L/MWh: write 1.18", "L/MWh，应写 1.18"),
    ("workload.traffic_per_mw=8000", "Mbit/s/MW: write 8", "Mbit/s/MW，应写 8"),
    ("region_site.latency[coast,hebei]=12000", "µs: write 12", "微秒，应写 12"),
    ("region_site.latency[coast,hebei]=90", "a round trip: write 45", "往返时延，应写 45"),
    ("workload.latency_max[online]=0.02", "s: write 20", "秒，应写 20"),
    ("region_workload.demand[coast,online]=40000", "kW: write 40", "kW，应写 40"),
    ("site_compute_type.capacity_existing[shanghai,general]=64000", "kW: write 64", "kW，应写 64"),
    ("site_compute_type.module_size[gansu,general]=10000", "kW: write 10", "kW，应写 10"),
    ("site_compute_type.module_cost[gansu,general]=4146.4", "10,000 CNY (万元): write 41464000", "万元，应写 41464000"),
    ("site_technology.green_capacity_cost=343", "CNY/kW/a: write 343000", "元/kW/年，应写 343000"),
    ("site.grid_power_max[hebei]=120000", "kW: write 120", "kW，应写 120"),
    ("site.storage_energy_cost=73.8", "CNY/kWh/a: write 73800", "元/kWh/年，应写 73800"),
    ("site.water_price=0.004", "CNY/L: write 4", "元/L，应写 4"),
    ("carbon_price=0.062", "CNY/kg: write 62", "元/kg，应写 62"),
    ("traffic_price=20", "CNY/TB: write 0.02", "元/TB，应写 0.02"),
    ("workload.deferral_max=480", "min: write 8", "分钟，应写 8"),
    ("site.opening_cost[gansu]=300", "10,000 CNY (万元): write 3000000", "万元，应写 3000000"),
    ("green_shortfall_price=0.5", "CNY/kWh: write 500", "元/kWh，应写 500"),
    ("emissions_max=117", "10,000 t (万吨): write 1170000", "万吨，应写 1170000"),
]
"""Of the parameters that people type most: what stands in the documents they type from."""
REFUSED = [
    ("site.pue[hebei]=118", "per cent: write 1.18"),
    ("site.utilisation_max[hebei]=65", "per cent: write 0.65"),
    ("site.green_power_share_min[gansu]=80", "per cent: write 0.8"),
    ("site.charge_efficiency=94", "per cent: write 0.94"),
]


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a world with every feature but the one that knows latencies itself."""
    pairs = [{"region": "coast", "site": "hebei", "latency": 7}]
    world = replace(RICH, features=tuple(name for name in RICH.features if name != "backbone"))
    return world.with_rows("region_site", pairs).write(tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="module")
def before(rich: Path) -> Scenario:
    """Return that world as it is; tests only read it."""
    return read_scenario(rich)


@pytest.mark.parametrize(("change", "en", "zh"), SLIPS)
def test_a_slip_of_unit_is_named(rich: Path, before: Scenario, change: str, en: str, zh: str) -> None:
    """Proves that the number is read, and that a note names column, value and the number that was likely meant.

    Sensitivity: a range too wide to notice, a factor the wrong way round, a note in one language.
    """
    scenario = read_scenario(rich, [change])
    name = change.partition("=")[0].partition("[")[0].rpartition(".")[2]
    [note] = [note for note in scenario.notes if "unusual value" in note and f"column {name}," in note.en.replace(
        "parameters.", ""
    )]  # fmt: skip
    assert en in note
    assert f"value '{change.rpartition('=')[2]}" in note
    assert zh in rendered(note, "zh")
    assert HAN.search(rendered(note, "zh"))
    assert set(scenario.unusual) - set(before.unusual) == {name}


@pytest.mark.parametrize("change", [SLIPS[0][0], SLIPS[-1][0]])
def test_check_tells_of_a_slip(rich: Path, change: str) -> None:
    """Proves that what is noted when a scenario is read is said where it is checked. Sensitivity: notes of its own alone."""
    scenario = read_scenario(rich, [change])
    notes = [note for note in scenario.notes if "unusual value" in note]
    assert notes
    assert set(notes) <= set(inspect(scenario)["notes"])


@pytest.mark.parametrize(("change", "meant"), REFUSED)
def test_the_impossible_is_refused_with_what_was_meant(rich: Path, change: str, meant: str) -> None:
    """Proves that a PUE of 118 and a share of 65 are errors, and that the error says what to write.

    Sensitivity: a PUE without an upper limit; the hint only on what is read.
    """
    with pytest.raises(InvalidInputError, match=r"out of range \(it looks like") as raised:
        read_scenario(rich, [change])
    assert meant in str(raised.value)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.toml")))
def test_no_shipped_scenario_has_an_unusual_number(name: str) -> None:
    """Proves that what is shipped is usual throughout. Sensitivity: a range that cries wolf, a slip in what is shipped."""
    assert not read_scenario(SCENARIOS / name).unusual


def test_a_column_is_told_once(rich: Path, before: Scenario) -> None:
    """Proves that of a column in another unit one number is named and the rest counted; of many columns some are named.

    Sensitivity: a note for each of a year's hours; the count one too many; the last columns lost without a word.
    """
    sites = before.sets["site"]
    scenario = read_scenario(rich, ["site.wue=118"])
    [note] = [note for note in scenario.notes if "column wue" in note]
    assert note.en.endswith(f"{len(sites) - 1} more unusual in this column")
    assert scenario.unusual["wue"] == len(sites)
    wild = read_scenario(rich, [change for change, _, _ in SLIPS])
    found = tuple(unusual_in(wild))
    notes = list(notes_of(found))
    assert len(found) > COLUMNS_SHOWN_MAX
    assert len(notes) == COLUMNS_SHOWN_MAX + 1
    assert f"in {len(found) - COLUMNS_SHOWN_MAX} more columns" in notes[-1]
    assert all(each.parameter in notes[-1] for each in found[COLUMNS_SHOWN_MAX:])


def test_a_number_is_named_where_it_stands(tmp_path: Path) -> None:
    """Proves that file and row are those of the cell, also where a parameter stands at a coarser index.

    Sensitivity: the row of another member; the table of the parameter's own index.
    """
    folder = RICH.with_cells("site", "access_latency", {"hebei": 400}).write(tmp_path / "w")
    [note] = [note for note in read_scenario(folder).notes if "access_latency" in note]
    lines = (folder / "site.csv").read_text(encoding="utf-8").splitlines()
    [row] = [number for number, line in enumerate(lines, 1) if line.startswith("hebei,")]
    assert f"w/site.csv, row {row}, column access_latency, value '400.0'" in note


def test_zero_and_negative_prices_are_usual() -> None:
    """Proves that 0, which says that there is none, is never named, and that a price below 0 is judged by its size.

    Sensitivity: a note on every empty default, or on every hour with a negative price.
    """
    price = declarations().parameters["grid_power_price"].plausible
    assert isinstance(price, Plausible)
    assert price.holds(0)
    assert price.holds(-80)
    assert not price.holds(-0.08)
    warm = declarations().parameters["temperature"].plausible
    assert isinstance(warm, Plausible)
    assert "it looks like K: write 20" in warm.remedy(293.15)


@pytest.fixture(scope="module")
def odd(rich: Path) -> Results:
    """Return a plan of a price in another unit."""
    return run(read_scenario(rich, ["site.grid_power_price[hebei]=0.398"]))


def test_it_stays_in_sight(odd: Results, tmp_path: Path) -> None:
    """Proves that terminal, manifest, map and page of a plan all say it, in both languages.

    Sensitivity: a note that only ``check`` prints.
    """
    assert "CNY/kWh: write 398" in of_plan(odd)
    assert "元/kWh，应写 398" in of_plan(odd).zh
    assert odd.manifest["unusual_inputs"] == {"grid_power_price": 1}
    assert any("CNY/kWh: write 398" in note for note in odd.manifest["notes"])
    told = {language: "\n".join(map_notes(odd, language)) for language in ("en", "zh")}
    assert "Unusual input values, perhaps in another unit: price of grid power (1)." in told["en"]
    assert "输入取值异常，单位可能有误：网购电价（1 处）。" in told["zh"]
    write_page(odd, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Unusual input values, perhaps in another unit" in page
    assert "元/kWh，应写 398" in page


def numeric() -> Iterator[str]:
    """Yield the parameters that are numbers."""
    yield from (key for key, parameter in declarations().parameters.items() if parameter.is_numeric)


@pytest.mark.parametrize("key", list(numeric()))
def test_every_number_has_a_usual_range(key: str) -> None:
    """Proves that each numeric parameter says what is usual, or in a few words why nothing is; and that it is sound.

    Sensitivity: a new parameter without a range; a range outside what is allowed; a default that would be named; a slip
    that leads from one usual number to another only.
    """
    parameter = declarations().parameters[key]
    usual = parameter.plausible
    assert usual, f"{key}: give plausible=Plausible(low, high, …), or in a few words why not"
    if not isinstance(usual, Plausible):
        return
    assert usual.low < usual.high
    assert usual.high <= parameter.high
    assert usual.low >= parameter.low or parameter.low == -float("inf")
    if isinstance(parameter.default, int | float):
        assert usual.holds(float(parameter.default))
    for slip in usual.slips:
        typed = [slip.zero + number / slip.factor for number in (usual.low or usual.high, usual.high)]
        assert any(not usual.holds(number) for number in typed), f"{key}: nobody would be told of {slip.unit}"
