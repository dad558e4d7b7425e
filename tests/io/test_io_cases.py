"""Cases in a scenario folder: which value holds in which case, what is refused, and what is written reads back."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner.errors import InvalidInputError
from planner.io.read.read import read_scenario
from planner.io.read.write import write_scenario
from planner.io.workbook.readme import DICTIONARY
from planner.io.workbook.scenario import scenario_sheets
from planner.io.workbook.sheet import Sheet
from planner.language import written
from planner.models.declarations import declarations
from planner.pipeline.check import inspect
from planner.scenario.scenario import Scenario
from planner.views.words import word
from tests.excel.books import returned
from tests.here import planned
from tests.io.cases_world import BOTH, PLAIN, STAGES, case_of, of_futures, of_stages, read, values
from tests.profiles.twenty_days import STEPS, step_of
from tests.profiles.twenty_days import world as twenty_days
from tests.shipped import SCENARIOS
from tests.worlds import World

NAMES = ["now/dry", "now/wet", "later/dry", "later/wet"]
WAYS = ("plain", "set", "stage", "future", "both", "stage set", "future set", "--set")
"""In which a value may be given, the weaker before the stronger; of the second and the third only one."""
GIVEN = {way: 1.1 + place / 100 for place, way in enumerate(WAYS)}


def expected(ways: set[str], case: str, default: float) -> float:
    """Return the value that holds in a case: ``later`` and ``dry`` are those that have values of their own."""
    stage, future = case.split("/")
    found = default
    for way in WAYS:
        if way not in ways:
            continue
        of_stage = way in {"stage", "both", "stage set"} and stage != "later"
        of_future = way in {"future", "both", "future set"} and future != "dry"
        if not of_stage and not of_future:
            found = GIVEN[way]
    return found


def pue_given(ways: set[str]) -> tuple[World, str, tuple[str, ...]]:
    """Return the world, the lines of ``scenario.toml`` and the ``--set`` that give a PUE in these ways."""
    world, toml = BOTH, ""
    if "stage" in ways:
        world = world.with_rows("site_stage", [{"site": "far", "stage": "later", "pue": GIVEN["stage"]}])
    if "future" in ways:
        world = world.with_rows("site_future", [{"site": "far", "future": "dry", "pue": GIVEN["future"]}])
    if "both" in ways:
        row = {"site": "far", "stage": "later", "future": "dry", "pue": GIVEN["both"]}
        world = world.with_rows("site_stage_future", [row])
    for way, table in (("set", "set"), ("stage set", "stage.later.set"), ("future set", "future.dry.set")):
        if way in ways:
            toml += f'[{table}]\n"site.pue" = {{ far = {GIVEN[way]} }}\n'
    return world, toml, (f"site.pue[far]={GIVEN['--set']}",) if "--set" in ways else ()


def scalar_given(ways: set[str]) -> tuple[World, str, tuple[str, ...]]:
    """Return the same for a scalar."""
    world, toml = BOTH, ""
    if "plain" in ways:
        world = world.with_parameters(route_factor=GIVEN["plain"])
    if "stage" in ways:
        world = world.with_cells("stage", "route_factor", {"later": GIVEN["stage"]})
    if "future" in ways:
        world = world.with_cells("future", "route_factor", {"dry": GIVEN["future"]})
    if "both" in ways:
        row = {"stage": "later", "future": "dry", "route_factor": GIVEN["both"]}
        world = world.with_rows("stage_future", [row])
    for way, table in (("stage set", "stage.later.set"), ("future set", "future.dry.set")):
        if way in ways:
            toml += f"[{table}]\nroute_factor = {GIVEN[way]}\n"
    return world, toml, (f"route_factor={GIVEN['--set']}",) if "--set" in ways else ()


def combinations(ways: tuple[str, ...]) -> list[set[str]]:
    """Return every choice of ways."""
    return [
        {way for way, is_given in zip(ways, given, strict=True) if is_given}
        for given in product((False, True), repeat=len(ways))
    ]


def reads_back(scenario: Scenario, folder: Path) -> Scenario:
    """Write a scenario, read it again, and see that scenario and cases say the same."""
    write_scenario(scenario, folder)
    again = read_scenario(folder, declarations())
    assert again.content_hash == scenario.content_hash
    assert [case.name for case in again.cases] == [case.name for case in scenario.cases]
    for before, after in zip(scenario.cases, again.cases, strict=True):
        assert after.scenario.content_hash == before.scenario.content_hash
        assert (after.year, after.stage_years, after.probability) == (
            before.year,
            before.stage_years,
            before.probability,
        )
    return again


@pytest.mark.parametrize("given", [pue_given, scalar_given])
def test_every_way_to_give_a_value_has_its_place(given, tmp_path: Path) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    """Proves the order of all ways to give a value, in every combination, in every case.

    Also after writing, where at most two ways give it or nearly all do: what is written are tables, plain and by case.

    By stage and by future alone is refused where nothing says which of the two holds, and only there. Sensitivity: two
    ways in the wrong order, a way that reaches other cases, a ``--set`` that a table by stage overrules when read back.
    """
    left_out = "plain" if given is pue_given else "set"  # the world has a PUE in its table, a scalar has no [set]
    parameter, key, default = ("pue", ("far", "day"), 1.2) if given is pue_given else ("route_factor", (), None)
    for number, chosen in enumerate(combinations(tuple(way for way in WAYS if way != left_out))):
        world, toml, overrides = given(chosen)
        folder = tmp_path / str(number)
        if {"stage", "future"} <= chosen and "both" not in chosen:
            with pytest.raises(InvalidInputError, match="by stage and by future"):
                read(world, folder, toml, overrides)
            continue
        scenario = read(world, folder, toml, overrides)
        is_written = len(chosen) <= 2 or len(chosen) >= len(WAYS) - 2
        for read_one in (scenario, *([reads_back(scenario, folder / "written")] if is_written else [])):
            assert values(read_one, parameter, *key) == {name: expected(chosen, name, default) for name in NAMES}


def test_both_of_the_middle_two_are_refused_where_they_meet(tmp_path: Path) -> None:
    """Proves that the fault names the cell and the case, and that values at other sites do not meet.

    Sensitivity: a stage's value that silently wins, a refusal of two columns that share no cell.
    """
    world = BOTH.with_rows("site_stage", [{"site": "far", "stage": "later", "pue": 1.1}])
    apart = world.with_rows("site_future", [{"site": "near", "future": "dry", "pue": 1.5}])
    assert values(read(apart, tmp_path / "apart"), "pue", "near", "day")["later/dry"] == 1.5
    meeting = world.with_rows("site_future", [{"site": "far", "future": "dry", "pue": 1.5}])
    with pytest.raises(InvalidInputError) as caught:
        read(meeting, tmp_path / "meeting")
    [fault] = caught.value.faults
    assert (fault.file, fault.row, fault.column, fault.value) == ("world/site_future.csv", 2, "pue", "1.5")
    assert "(in later/dry)" in fault.problem


def test_cases_stand_by_year_and_future(tmp_path: Path) -> None:
    """Proves the order of the cases, what each says of itself, and that each is a year without features of cases.

    Sensitivity: stages in the order of their names or rows, a case that still lists pathway, stages left in its tables.
    """
    scenario = planner.read_scenario(BOTH.write(tmp_path / "world"))
    assert [case.name for case in scenario.cases] == NAMES
    assert [case.probability for case in scenario.cases] == [0.25, 0.75, 0.25, 0.75]
    assert [(case.year, case.stage_years) for case in scenario.cases] == [(2025, 5), (2025, 5), (2030, 5), (2030, 5)]
    assert scenario.sets["stage"] == ("now", "later")
    for case in scenario.cases:
        assert set(case.scenario.features) == set(PLAIN.features)
        assert not any("stage" in table or "future" in table for table in case.scenario.tables)
        assert case.scenario.cases == ()
        assert case.name.split("/") == case.scenario.name.split()[1:]
        assert f"the case {case.name} of world" in [written(note) for note in case.scenario.notes]


def test_a_case_alone_is_the_scenario_without_cases(tmp_path: Path) -> None:
    """Proves that one stage and one future without values of their own give the plain scenario, its tables and its plan.

    Sensitivity: a case that loses a column, a cell or a setting on its way.
    """
    one = BOTH.with_rows("stage", STAGES[:1]).with_rows("future", [{"future": "sure", "probability": 1}])
    plain = planner.read_scenario(PLAIN.write(tmp_path / "plain"))
    [case] = planner.read_scenario(one.write(tmp_path / "one")).cases
    assert case.scenario.content_hash == plain.content_hash
    assert planned(case.scenario).summary["cost"] == planned(plain).summary["cost"]


def test_stages_alone_and_futures_alone(tmp_path: Path) -> None:
    """Proves that either feature makes cases by itself. Sensitivity: a table by both asked for where there is one."""
    stages = of_stages().with_cells("stage", "route_factor", {"later": 2.5})
    later = read(stages, tmp_path / "stages", "", ("site.pue[far]=1.25",))
    assert values(later, "route_factor") == {"now": None, "later": 2.5}
    assert values(later, "pue", "far", "day") == {"now": 1.25, "later": 1.25}
    futures = read(of_futures(), tmp_path / "futures", '[future.dry.set]\n"region_workload.demand" = 7\n')
    assert values(futures, "demand", "coast", "web") == {"dry": 7, "wet": 10}
    assert "region_workload_future" in reads_back(futures, tmp_path / "written").tables


def test_a_case_adds_rows_and_clears_cells(tmp_path: Path) -> None:
    """Proves that a table by stage gives rows that the plain one lacks, and that a set may take a value away.

    Sensitivity: a required value that is asked of the plain table although every case has it, a cleared cell that comes
    back when the scenario is written and read again.
    """
    demand = [{**row, "stage": stage} for row in PLAIN.tables["region_workload"] for stage in ("now", "later")]
    world = of_stages().with_rows("region_workload_stage", demand)
    world = world.replaced(tables={name: rows for name, rows in world.tables.items() if name != "region_workload"})
    toml = '[stage.later.set]\n"site.utilisation_max" = { far = "" }\n'
    scenario = read(world, tmp_path, toml)
    for one in (scenario, reads_back(scenario, tmp_path / "written")):
        assert values(one, "demand", "inland", "web") == {"now": 20, "later": 20}
        assert values(one, "utilisation_max", "far") == {"now": 0.9, "later": 1.0}
    assert scenario.given.get("demand") is None
    gone = world.with_rows("region_workload_stage", demand[:-1])
    with pytest.raises(InvalidInputError, match=r"1 missing.*\(in later\)"):
        read(gone, tmp_path / "gone")


def test_finer_keys_and_other_words_replace_in_one_case(tmp_path: Path) -> None:
    """Proves that a case's value by timestep replaces the plain one, and one in other words takes the first away.

    Sensitivity: a PUE given twice in one case, a latency limit and its round trip side by side.
    """
    hourly = [{"site": "far", "timestep": step, "stage": "later", "pue": 1.3} for step in ("day", "night")]
    hourly += [{"site": "near", "timestep": step, "stage": "later", "pue": 1.6} for step in ("day", "night")]
    world = of_stages().with_rows("site_timestep_stage", hourly).with_cells("workload", "latency_max", {"web": 20})
    world = world.with_rows("workload_stage", [{"workload": "web", "stage": "later", "latency_max_rtt": 30}])
    scenario = read(world, tmp_path)
    for one in (scenario, reads_back(scenario, tmp_path / "written")):
        assert values(one, "pue", "far", "day") == {"now": 1.2, "later": 1.3}
        now, later = (case_of(one, name).scenario for name in ("now", "later"))
        assert (now.is_given("latency_max"), now.is_given("latency_max_rtt")) == (True, False)
        assert (later.is_given("latency_max"), later.is_given("latency_max_rtt")) == (False, True)


FACTORS = (
    # plain, by stage "later", by future "dry", by both → demand of web at the coast (10) by case
    ((), {}, (10, 10, 10, 10)),
    (("plain",), {}, (15, 15, 15, 15)),
    (("stage",), {}, (10, 10, 13, 13)),
    (("future",), {}, (8, 10, 8, 10)),
    (("stage", "future"), {}, (8, 10, 10.4, 13)),
    (("plain", "stage", "future"), {}, (8, 15, 10.4, 13)),
    (("plain", "stage", "future", "both"), {}, (8, 15, 20, 13)),
    (("stage", "future"), {"stage": "region_workload"}, (8, 10, 10.4, 13)),
    (("plain", "stage", "future", "both"), {"both": "region_workload"}, (8, 15, 20, 13)),
    (("plain", "stage"), {"plain": "region_workload"}, (15, 15, 13, 13)),
)
SIZES = {"plain": 1.5, "stage": 1.3, "future": 0.8, "both": 2.0}


@pytest.mark.parametrize(("ways", "finer", "demand"), FACTORS)
def test_demand_factors_of_stage_and_future_are_multiplied(
    ways: tuple[str, ...], finer: dict[str, str], demand: tuple[float, ...], tmp_path: Path
) -> None:
    """Proves what a demand is in each case, by hand: 10 MW × 1.3 of the stage × 0.8 of the future, and so on.

    Sensitivity: the stage's factor times the plain one it replaces, one of two factors lost where one is by region, a
    factor that is applied twice when the scenario is written and read again.
    """
    suffix = {"plain": "", "stage": "_stage", "future": "_future", "both": "_stage_future"}
    ids = {"plain": {}, "stage": {"stage": "later"}, "future": {"future": "dry"}}
    ids["both"] = {**ids["stage"], **ids["future"]}
    world = BOTH
    for way in ways:
        table = finer.get(way, "workload")
        if way == "plain":
            world = world.with_cells(table, "demand_factor", {"*": SIZES[way]})
            continue
        rows = [{"region": region} for region in ("coast", "inland")] if table != "workload" else [{}]
        cells = {"workload": "web", **ids[way], "demand_factor": SIZES[way]}
        world = world.with_rows(f"{table}{suffix[way]}", [{**row, **cells} for row in rows])
    scenario = read(world, tmp_path)
    for one in (scenario, reads_back(scenario, tmp_path / "written")):
        found = values(one, "demand", "coast", "web")
        assert [found[name] for name in NAMES] == list(demand)
        assert not any(case.scenario.is_given("demand_factor") for case in one.cases)


def test_a_demand_factor_without_cases(tmp_path: Path) -> None:
    """Proves 10 × 1.3 = 13 exactly in a plain scenario, and that ``--set`` has the last word in all cases.

    Sensitivity: a factor that waits for stages, one in binary digits (2.1 × 3 = 6.300000000000001).
    """
    grown = PLAIN.with_cells("workload", "demand_factor", {"web": 2.1}).with_cells(
        "region_workload", "demand", {"coast;web": 3}
    )
    scenario = planner.read_scenario(grown.write(tmp_path / "grown"))
    assert scenario.series("demand")["coast", "web"] == 6.3
    assert "demand_factor" not in scenario.tables["workload"]
    reads_back(scenario, tmp_path / "written")
    world = BOTH.with_rows("workload_stage", [{"workload": "web", "stage": "later", "demand_factor": 1.3}])
    all_cases = read(world, tmp_path, "", ("workload.demand_factor=3",))
    assert set(values(all_cases, "demand", "coast", "web").values()) == {30}


OWN_STEPS = [
    {"timestep": "day", "stage": "now", "timestep_weight": 2000, "timestep_duration": 2},
    {"timestep": "night", "stage": "now", "timestep_weight": 1000, "timestep_duration": 3},
    {"timestep": "all", "stage": "later", "timestep_weight": 3000, "timestep_duration": 1},
]


def test_timesteps_of_one_stage(tmp_path: Path) -> None:
    """Proves that each case has its own steps alone, in every table, and that their weights add up in each.

    Sensitivity: rows of the other stage's hours left in a table, hours summed over all stages.
    """
    world = of_stages().with_rows("timestep", OWN_STEPS)
    scenario = planner.read_scenario(world.write(tmp_path / "world"))
    now, later = (case.scenario for case in scenario.cases)
    assert (now.sets["timestep"], later.sets["timestep"]) == (("day", "night"), ("all",))
    assert set(now.tables["workload_timestep"]["timestep"]) == {"day", "night"}
    assert "stage" not in now.tables["timestep"]
    assert len(later.tables["workload_timestep"]) == 0
    reads_back(scenario, tmp_path / "written")
    short = world.with_cells("timestep", "timestep_weight", {"all": 2999})
    with pytest.raises(InvalidInputError, match=r"the weights sum to 2999 h, not 3000 h \(in later\)"):
        planner.read_scenario(short.write(tmp_path / "short"))


def row(**cells: object) -> list[dict[str, object]]:
    """Return a table of one row."""
    return [cells]


STEPS_OF_NO_STAGE = of_stages().with_rows("timestep", OWN_STEPS).with_cells("timestep", "stage", {"all": "latter"})
REFUSED = {
    "a stage that is not there": (
        of_stages().with_rows("site_stage", row(site="far", stage="latter", pue=1.1)),
        "",
        r"site_stage.csv, row 2, column stage, value 'latter': unknown stage .*'later'",
    ),
    "a site that is not there": (
        of_stages().with_rows("site_stage", row(site="fare", stage="later", pue=1.1)),
        "",
        "site_stage.csv, row 2, column site, value 'fare': unknown site",
    ),
    "a set of a stage that is not there": (
        of_stages(),
        '[stage.latter.set]\n"site.pue" = 1.1\n',
        r"scenario.toml, row \d+, column stage.latter, value 'latter': unknown stage .*'later'",
    ),
    "a set of a column that is not there": (
        of_stages(),
        '[stage.later.set]\n"site.pu" = 1.1\n',
        r"column stage.later.set.site.pu.*unknown column pu of site \(in later\) .*'pue'",
    ),
    "a set of a key that is not there": (
        of_stages(),
        '[stage.later.set]\n"site.pue" = { fare = 1.1 }\n',
        r"unknown key fare of site \(in later\)",
    ),
    "another entry of a stage": (of_stages(), "[stage.later]\nsett = 1\n", "stage.later.sett"),
    "a value out of range": (
        of_stages().with_rows("site_stage", row(site="far", stage="later", pue=0.5)),
        "",
        "site_stage.csv, row 2, column pue, value '0.5': out of range",
    ),
    "finer keys by future than by stage": (
        of_futures(of_stages().with_rows("site_stage", row(site="far", stage="later", pue=1.1))).with_rows(
            "site_timestep_future", row(site="far", timestep="day", future="dry", pue=1.2)
        ),
        "",
        r"site_stage.csv, row 2, column pue: it is given in site_timestep_future.csv as well \(in later/dry\)",
    ),
    "a name by stage": (
        of_stages().with_rows("site_stage", row(site="far", stage="later", name_zh="远")),
        "",
        "site_stage.csv, row 1, column name_zh: unknown column",
    ),
    "a module size by stage": (
        of_stages().with_rows(
            "site_compute_type_stage", row(site="far", compute_type="cpu", stage="later", module_size=2)
        ),
        "",
        "column module_size: unknown column",
    ),
    "probabilities that add up to 1.1": (
        of_futures().with_cells("future", "probability", {"dry": 0.35}),
        "",
        "the probabilities add up to 1.1, not 1",
    ),
    "two stages in one year": (
        of_stages().with_cells("stage", "year", {"later": 2025}),
        "",
        "begin with the same year",
    ),
    "a stage without a year": (of_stages().with_cells("stage", "year", {"later": None}), "", "empty for later"),
    "no stages": (PLAIN.with_features(*PLAIN.features, "pathway"), "", "stage.csv: the table is missing"),
    "timesteps of a stage that is not there": (STEPS_OF_NO_STAGE, "", "value 'latter': unknown stage"),
    "a stage without timesteps": (
        of_stages().with_rows("timestep", OWN_STEPS[:2]),
        "",
        r"the table has no rows \(in later\)",
    ),
    "a future known from a stage that is not there": (
        BOTH.with_parameters(futures_known_from="latter"),
        "",
        "parameters.futures_known_from, value 'latter': unknown stage",
    ),
    "a level at which nothing is left": (of_futures().with_parameters(cvar_level=1), "", "cvar_level"),
    "short sight with lead times": (
        of_stages().with_parameters(module_lead_time=2),
        '[pathway]\nforesight = "myopic"\n',
        "it knows no lead times",
    ),
    "short sight with futures": (BOTH, '[pathway]\nforesight = "myopic"\n', "short sight knows no futures"),
    "another foresight": (of_stages(), '[pathway]\nforesight = "short"\n', "pathway.foresight"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what: str, tmp_path: Path) -> None:
    """Proves that each fault is told once, at its place. Sensitivity: a fault told for every case that has it."""
    world, toml, message = REFUSED[what]
    path = world.write(tmp_path / "world")
    file = path / "scenario.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{toml}\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message) as caught:
        planner.read_scenario(path)
    lines = [str(fault) for fault in caught.value.faults]
    assert len(lines) == len(set(lines))
    assert len(lines) <= 2, lines


def test_faults_of_all_cases_are_told_together(tmp_path: Path) -> None:
    """Proves that a fault of the plain tables and those of two cases come in one answer, each once.

    Sensitivity: reading that stops at the first case, or tells the plain fault four times.
    """
    world = BOTH.with_cells("site", "pue", {"near": 0.9})
    world = world.with_rows("site_stage_future", [
        {"site": "far", "stage": "now", "future": "dry", "pue": 0.7},
        {"site": "far", "stage": "later", "future": "wet", "pue": 0.8},
    ])  # fmt: skip
    with pytest.raises(InvalidInputError) as caught:
        read(world, tmp_path)
    assert sorted((fault.file, fault.row, fault.value) for fault in caught.value.faults) == [
        ("world/site.csv", 2, "0.9"),
        ("world/site_stage_future.csv", 2, "0.7"),
        ("world/site_stage_future.csv", 3, "0.8"),
    ]


def test_without_the_feature_its_tables_are_unused(tmp_path: Path) -> None:
    """Proves that tables and sets by stage are named and not read where pathway is not listed.

    Sensitivity: a scenario of today that refuses them, or one that changes by them.
    """
    world = of_stages().with_rows("site_stage", row(site="far", stage="later", pue=1.1)).with_features(*PLAIN.features)
    plain = read(PLAIN, tmp_path / "plain")
    scenario = read(world, tmp_path / "unused", '[stage.later.set]\n"site.pue" = 1.3\n')
    assert scenario.cases == ()
    assert (scenario.series("pue") == plain.series("pue")).all()
    notes = [written(note) for note in scenario.notes]
    assert any("site_stage.csv, column pue (the feature pathway is not listed)" in note for note in notes)
    assert any("[stage] (the feature pathway is not listed)" in note for note in notes)


def test_a_child_has_values_of_its_own_by_stage(tmp_path: Path) -> None:
    """Proves that ``extends`` merges tables and sets by stage cell by cell, and key by key.

    Sensitivity: a child whose one value by stage loses all of its base's.
    """
    base = of_stages().with_rows("site_stage", [
        {"site": "far", "stage": "later", "pue": 1.1}, {"site": "near", "stage": "later", "pue": 1.35},
    ])  # fmt: skip
    path = base.write(tmp_path / "base")
    (path / "scenario.toml").write_text(
        (path / "scenario.toml").read_text(encoding="utf-8")
        + '[stage.later.set]\n"site.utilisation_max" = 0.7\n"site.grid_power_price" = 410\n',
        encoding="utf-8",
    )
    child = tmp_path / "child"
    child.mkdir()
    toml = 'extends = "../base"\n[stage.later.set]\n"site.grid_power_price" = 420\n'
    (child / "scenario.toml").write_text(toml, encoding="utf-8")
    (child / "site_stage.csv").write_text("site,stage,pue\nfar,later,1.15\n", encoding="utf-8")
    scenario = read_scenario(child, declarations())
    later = case_of(scenario, "later").scenario
    assert [later.series("pue")[site, "day"] for site in ("far", "near")] == [1.15, 1.35]
    assert set(later.series("utilisation_max")) == {0.7}
    assert set(later.series("grid_power_price")) == {420}
    reads_back(scenario, tmp_path / "written")


def test_a_child_drops_a_stage_with_what_is_set_for_it(tmp_path: Path) -> None:
    """Proves that ``[drop]`` takes a stage out of all tables and sets, and that short sight is none of a case's own.

    Sensitivity: a set of the base that stands in the way of a child, a case whose hash is not that of its year.
    """
    path = BOTH.with_rows("site_stage", row(site="far", stage="later", pue=1.1)).write(tmp_path / "base")
    file = path / "scenario.toml"
    file.write_text(file.read_text(encoding="utf-8") + '[stage.later.set]\n"site.pue" = 1.2\n', encoding="utf-8")
    child = tmp_path / "child"
    child.mkdir()
    toml = 'extends = "../base"\n[drop]\nstage = ["later"]\nfuture = ["dry"]\n'
    (child / "scenario.toml").write_text(toml, encoding="utf-8")
    overrides = ["future.probability=1", "pathway.foresight=myopic"]
    scenario = read_scenario(child, declarations(), overrides)
    assert [case.name for case in scenario.cases] == ["now/wet"]
    assert scenario.settings.foresight == "myopic"
    plain = read(PLAIN, tmp_path / "plain")
    assert scenario.cases[0].scenario.content_hash == plain.content_hash
    with pytest.raises(InvalidInputError, match=r"--set, column pathway.foresight, value 'short'"):
        read_scenario(child, declarations(), ["pathway.foresight=short"])


def test_a_broken_table_by_stage_is_told_alone(tmp_path: Path) -> None:
    """Proves that what a table that cannot be read would have held is not missed in each case as well.

    Sensitivity: four faults of missing demand for one row that is too short.
    """
    demand = [{**cells, "stage": name} for cells in PLAIN.tables["region_workload"] for name in ("now", "later")]
    world = of_stages().with_rows("region_workload_stage", demand)
    world = world.replaced(tables={name: rows for name, rows in world.tables.items() if name != "region_workload"})
    path = world.write(tmp_path / "world")
    table = path / "region_workload_stage.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("coast,web,10,now", "coast,web,now"), encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_scenario(path, declarations())
    [fault] = caught.value.faults
    assert (fault.file, fault.row) == ("world/region_workload_stage.csv", 2)


def test_sources_go_with_the_values_of_a_case(tmp_path: Path) -> None:
    """Proves that a case's cell has the source of its value by stage, and other cells the plain one.

    One of a whole column by stage is that of the cells it fills; a factor, which is no figure of a case, has none.
    Sensitivity: a figure of 2030 under the source of 2025, a source of a column that one of the cases has not.
    """
    sources = [
        {"table": "site", "key": "", "column": "pue", "source": "plain", "confidence": "published"},
        {"table": "site_stage", "key": "far;later", "column": "pue", "source": "staged", "confidence": "illustrative"},
        {"table": "stage", "key": "", "column": "year", "source": "law", "confidence": "published"},
        {"table": "stage", "key": "", "column": "route_factor", "source": "cables", "confidence": "derived"},
        {"table": "workload_stage", "key": "", "column": "demand_factor", "source": "growth", "confidence": "derived"},
    ]
    world = of_stages().with_rows("site_stage", row(site="far", stage="later", pue=1.1)).with_rows("source", sources)
    world = world.with_rows("workload_stage", row(workload="web", stage="later", demand_factor=1.3))
    world = world.with_cells("stage", "route_factor", {"later": 2.0})
    scenario = read(world, tmp_path)
    now, later = (case.scenario.tables["source"] for case in scenario.cases)
    assert now[["table", "key", "source"]].to_numpy().tolist() == [["site", "", "plain"]]
    assert later[["table", "key", "source"]].to_numpy().tolist() == [
        ["scenario", "", "cables"],
        ["site", "", "plain"],
        ["site", "far", "staged"],
    ]
    reads_back(scenario, tmp_path / "written")


def test_check_notes_what_is_unusual_in_a_case(tmp_path: Path) -> None:
    """Proves that a price of one stage in a wrong unit is named with the case, and that its source counts there.

    1 of the numbers of both stages is illustrative. Sensitivity: unusual values looked for in the plain tables alone.
    """
    world = of_stages().with_rows("site_stage", row(site="far", stage="later", grid_power_price=0.398))
    source = {"table": "site_stage", "key": "far;later", "column": "grid_power_price", "confidence": "illustrative"}
    report = inspect(planner.read_scenario(world.with_rows("source", [source]).write(tmp_path / "world")))
    [note] = [note for note in map(written, report["notes"]) if "unusual" in note]
    assert "world/site_stage.csv, row 2, column grid_power_price, value '0.398'" in note
    assert note.endswith("(in later)")
    plain = planner.read_scenario(PLAIN.write(tmp_path / "plain"))
    numbers = [
        plain.given[key] for key, one in declarations().parameters.items() if one.is_numeric and key in plain.given
    ]
    assert report["illustrative_share"] == pytest.approx(1 / (2 * sum(len(pd.Series(given)) for given in numbers)))


def test_check_tells_of_each_case(tmp_path: Path) -> None:
    """Proves the sizes of each case and of all together, and that what keeps one case from a plan names it.

    Sensitivity: sizes of the scenario as if its cases were one year, an obstacle that does not say when.
    """
    world = BOTH.with_rows("site_stage", row(site="far", stage="later", pue=1.1))
    toml = '[stage.later.set]\n"workload.latency_max" = 1\n'
    path = world.write(tmp_path / "world")
    file = path / "scenario.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{toml}\n", encoding="utf-8")
    scenario = planner.read_scenario(path)
    report = inspect(scenario)
    assert list(report["cases"]) == NAMES
    for size in ("routes", "rows", "columns", "integers"):
        assert report[size] == sum(of_case[size] for of_case in report["cases"].values())
    assert report["cases"]["now/dry"]["routes"] > report["cases"]["later/dry"]["routes"]
    assert report["obstacles"]
    assert all(written(text).endswith("(in later/dry, later/wet)") for text in report["obstacles"])


def test_a_workbook_holds_the_cases(tmp_path: Path) -> None:
    """Proves that tables by stage and future, and foresight, come back from a workbook.

    Its dictionary has the columns by stage where the scenario has stages, and only there. Sensitivity: a sheet that is
    called unknown, short sight that is lost on the way.
    """
    world = of_stages().with_rows("site_stage", row(site="far", stage="later", pue=1.1))
    path = world.write(tmp_path / "world")
    file = path / "scenario.toml"
    toml = '[stage.later.set]\n"site.utilisation_max" = 0.7\n[pathway]\nforesight = "myopic"\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{toml}", encoding="utf-8")
    scenario = planner.read_scenario(path)
    again = returned(scenario, tmp_path)
    assert again.settings.foresight == scenario.settings.foresight == "myopic"
    assert again.content_hash == scenario.content_hash
    for before, after in zip(scenario.cases, again.cases, strict=True):
        assert after.scenario.content_hash == before.scenario.content_hash
    for one, has in ((scenario, True), (planner.read_scenario(PLAIN.write(tmp_path / "plain")), False)):
        [dictionary] = [sheet for sheet in scenario_sheets(one, word) if sheet.name == DICTIONARY]
        assert isinstance(dictionary, Sheet)
        assert (("site_stage", "pue") in {cells[:2] for cells in dictionary.rows}) == has


def test_days_are_chosen_once_for_all_cases(tmp_path: Path) -> None:
    """Proves that all cases have the same days, those of the scenario without cases where the cases are alike.

    Sensitivity: days chosen by each case for itself, a case that keeps its year.
    """
    world = of_futures(twenty_days())
    scenario = planner.read_scenario(world.write(tmp_path / "world"), ["time.representative_days=4"])
    dry, wet = (case.scenario for case in scenario.cases)
    assert dry.sets["timestep"] == wet.sets["timestep"] == scenario.sets["timestep"]
    assert len(dry.sets["timestep"]) == 4 * STEPS
    alone = planner.read_scenario(twenty_days().write(tmp_path / "alone"), ["time.representative_days=4"])
    assert dry.content_hash == wet.content_hash == alone.content_hash
    reads_back(scenario, tmp_path / "written")


def test_days_of_cases_with_hours_of_their_own_are_refused(tmp_path: Path) -> None:
    """Proves that days are not chosen where a case has another year, and that the table and the case are named.

    Sensitivity: days of one case laid over the hours of another.
    """
    hour = {"workload": "online", "timestep": step_of(3, 1), "future": "dry", "demand_profile": 1.9}
    world = of_futures(twenty_days()).with_rows("workload_timestep_future", [hour])
    with pytest.raises(InvalidInputError, match=r"dry has hours of its own in workload_timestep.csv"):
        planner.read_scenario(world.write(tmp_path / "world"), ["time.representative_days=4"])
    own_step = of_futures(twenty_days()).with_cells("timestep", "future", {step_of(3, 1): "dry"})
    with pytest.raises(InvalidInputError, match=r"dry has hours of its own in timestep.csv"):
        planner.read_scenario(own_step.write(tmp_path / "own"), ["time.representative_days=4"])


OF_ONE_YEAR = sorted(
    path.parent.name
    for path in SCENARIOS.glob("*/scenario.toml")
    if not {"pathway", "uncertainty"} & set(tomllib.loads(path.read_text(encoding="utf-8")).get("features", ()))
)


@pytest.mark.parametrize("name", OF_ONE_YEAR)
def test_scenarios_without_cases_read_as_if_there_were_none(name: str) -> None:
    """Proves that hash, tables and values of the shipped scenarios are those that a planner without cases reads.

    Sensitivity: a set, a table or a default of the new features that reaches a scenario that does not list them.
    """
    known = declarations()
    gone = set(known.case_sets)
    unheard = replace(
        known,
        features=tuple(one for one in known.features if one not in gone),
        requires={one: needed for one, needed in known.requires.items() if one not in gone},
        sets={key: one for key, one in known.sets.items() if known.owner[key] not in gone},
        parameters={key: one for key, one in known.parameters.items() if known.owner[key] not in gone},
        case_sets={},
    )
    scenario, before = read_scenario(SCENARIOS / name, known), read_scenario(SCENARIOS / name, unheard)
    assert scenario.cases == ()
    assert scenario.content_hash == before.content_hash
    assert set(scenario.tables) == set(before.tables)
    assert all(scenario.tables[table].equals(before.tables[table]) for table in scenario.tables)
    assert set(scenario.given) == set(before.given)
