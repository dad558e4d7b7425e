"""A year reduced to a few of its days: which days, what becomes of the tables, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.errors import InvalidInputError
from planner.io.read.write import write_scenario
from planner.profiles.days.day_choice import choose_days
from planner.profiles.days.profile_values import alike, profiles_of
from planner.profiles.days.whole_days import whole_days
from planner.scenario.scenario import Scenario
from tests.profiles.twenty_days import CALM, DAYS, HEAT, HOURS, NAMES, PEAK, STEPS, step_of, two_days, world
from tests.worlds import World

YEAR = (DAYS, STEPS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of the twenty days."""
    return world().write(tmp_path / "world")


def reduced(folder: Path, days: int, *more: str) -> Scenario:
    """Read a scenario with so many days."""
    return planner.read_scenario(folder, [f"time.representative_days={days}", *more])


def periods(scenario: Scenario) -> dict[str, float]:
    """Return the weight of the first step of every period."""
    table = scenario.tables["timestep"]
    first = table[table["position"] == "0"]
    return dict(zip(first["period"], first["timestep_weight"].astype(float), strict=True))


@pytest.mark.parametrize("days", [4, 6, 13])
def test_extreme_days_are_kept_and_stand_for_themselves(folder: Path, days: int) -> None:
    """Proves that peak, calm and heat are among the days with the weight of one day; medoids alone would lose them."""
    found = periods(reduced(folder, days))
    assert len(found) == days
    for day in (PEAK, CALM, HEAT):
        assert found[NAMES[day]] == pytest.approx(8760 / (DAYS * STEPS))


@pytest.mark.parametrize(("days", "kept"), [(1, []), (2, [PEAK]), (3, [PEAK, CALM]), (4, [PEAK, CALM, HEAT])])
def test_few_days_keep_as_many_extremes_as_leave_one(folder: Path, days: int, kept: list[int]) -> None:
    """Proves that one day is always left for all the others, and which extreme goes first; an order changed breaks it."""
    notes = reduced(folder, days).notes[-1]
    assert [day for day in (PEAK, CALM, HEAT) if NAMES[day] in notes] == kept
    weights = periods(reduced(folder, days))
    assert max(weights.values()) == pytest.approx((DAYS - len(kept)) * 8760 / (DAYS * STEPS)) or days > len(kept) + 1


@pytest.mark.parametrize("days", [1, 3, 7, 20])
def test_weights_cover_the_hours(folder: Path, days: int) -> None:
    """Proves that the weights sum to the hours and durations stay; a day counted twice, or by its duration, does not."""
    scenario = reduced(folder, days)
    assert scenario.series("timestep_weight").sum() == pytest.approx(8760)
    assert set(scenario.series("timestep_duration")) == {HOURS}
    assert len(scenario.sets["timestep"]) == days * STEPS


def test_days_are_real_days(folder: Path) -> None:
    """Proves that all temperatures of a day are those of one day of the year, cell for cell, in their order.

    Sensitivity: centroids, or hours of several days put together.
    """
    full, some = planner.read_scenario(folder), reduced(folder, 6)
    heat = full.tables["site_timestep"].set_index("timestep")["temperature"]
    table = some.tables["site_timestep"]
    for name in periods(some):
        day = NAMES.index(name)
        expected = [heat[step_of(day, step)] for step in range(STEPS)]
        assert table["temperature"][table["timestep"].str.startswith(name)].tolist() == expected


@pytest.mark.parametrize("days", [1, 2, 5, 12])
def test_means_of_shares_are_kept_within_their_bounds(folder: Path, days: int) -> None:
    """Proves mean demand of 1 and the year's mean availability, nowhere above 1; the peak itself is untouched.

    Sensitivity: no scaling, scaling beyond 1, or scaling that moves the extreme days.
    """
    full, some = planner.read_scenario(folder), reduced(folder, days)
    weight = some.series("timestep_weight")
    for name in ("demand_profile", "availability"):
        mean = some.series(name).unstack("timestep") @ weight / weight.sum()
        expected = full.series(name).unstack("timestep").mean(axis=1)
        assert mean.to_dict() == pytest.approx(expected.to_dict(), abs=1e-8)
        assert some.series(name).max() <= full.declarations.parameters[name].high
    if days > 1:
        assert some.series("demand_profile").max() == full.series("demand_profile").max()


def test_availability_stops_at_1(tmp_path: Path) -> None:
    """Proves that a plant which nearly always gives all it can is scaled up to 1 and no further.

    Sensitivity: a factor without the bound gives 1.02 and more.
    """
    rows = [dict(row) for row in world().tables["site_technology_timestep"]]
    for row in rows:
        if row["site"] == "gansu":
            row["availability"] = 0.999 if int(row["timestep"][1:]) % 7 else 0.4
    folder = world().with_rows("site_technology_timestep", rows).write(tmp_path / "w")
    values = reduced(folder, 4).series("availability")
    assert values.max() <= 1


def test_as_many_days_as_there_are_change_nothing(folder: Path) -> None:
    """Proves that all cells come through as they were written, under new names; scaling by 0.999… would show."""
    full, same = planner.read_scenario(folder), reduced(folder, DAYS)
    for table, column in (("workload_timestep", "demand_profile"), ("site_technology_timestep", "availability")):
        assert same.tables[table][column].tolist() == full.tables[table][column].tolist()
    assert list(periods(same)) == NAMES
    assert (same.series("profile.rmse") == 0).all()


def test_error_of_two_days_by_hand(tmp_path: Path) -> None:
    """Proves the error of one day for two, worked by hand.

    The medoid of two days is either; say 0.6, 1.4 stands for 0.8, 1.2 as well: rmse √((0.2² + 0.2²) / 4) = 0.141421,
    and the sorted years 0.6 0.8 1.2 1.4 and 0.6 0.6 1.4 1.4 are as far apart. The other way round it is the same.
    Sensitivity: a mean of absolute errors (0.1), an error without the square root (0.02).
    """
    scenario = reduced(two_days().write(tmp_path / "w"), 1)
    assert scenario.series("profile.rmse").max() == pytest.approx(0.1414213562)
    assert scenario.series("profile.duration_curve_rmse").max() == pytest.approx(0.1414213562)
    curve = scenario.series("profile_quantile.quantile_full").unstack("quantile")
    varying = curve[curve["000"] < curve["100"]]
    assert varying[["000", "025", "030", "050", "075", "080", "100"]].to_numpy().tolist() == [
        [0.6, 0.6, 0.8, 0.8, 1.2, 1.4, 1.4]
    ]
    assert set(periods(scenario)) <= {"day 1", "day 2"}


def test_order_of_rows_is_irrelevant(tmp_path: Path) -> None:
    """Proves that shuffled files give the same days and the same hash; an order read from the file would not."""
    plain = world()
    shuffled = plain.replaced(tables={name: rows[::-1] for name, rows in plain.tables.items()})
    hashes = {reduced(of.write(tmp_path / name), 5).content_hash for name, of in (("a", plain), ("b", shuffled))}
    assert len(hashes) == 1


def test_written_and_read_again_it_is_the_same(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a reduced folder needs no tsam and is the same scenario; a setting left in it would reduce again."""
    scenario = reduced(folder, 6)
    write_scenario(scenario, tmp_path / "again")
    monkeypatch.setitem(sys.modules, "tsam", None)
    again = planner.read_scenario(tmp_path / "again")
    assert again.content_hash == scenario.content_hash
    assert again.sets == scenario.sets
    assert again.has("representative_days")
    assert {name: list(values) for name, values in again.given.items() if hasattr(values, "index")} == {
        name: list(values) for name, values in scenario.given.items() if hasattr(values, "index")
    }


def test_faults_name_the_file_of_the_year(folder: Path) -> None:
    """Proves that a cell of a chosen day is still found in the file it came from, at its line."""
    scenario = reduced(folder, 4)
    step = f"{NAMES[HEAT]} 06"
    fault = scenario.fault("temperature", ("gansu", step), "too hot")
    assert (fault.file, fault.row) == ("world/site_timestep.csv", HEAT * STEPS + 1 + 2)


def test_sources_follow(tmp_path: Path) -> None:
    """Proves that sources of cells follow their day or go with it, and that those of what is illustrative stay so.

    Sensitivity: a row left for a timestep that is gone is a fault when the folder is read again.
    """
    key = "gansu;wind;"
    column = {"table": "site_technology_timestep", "column": "availability"}
    rows = [
        {**column, "key": "", "source": "all", "confidence": "illustrative"},
        {**column, "key": key + step_of(PEAK, 0), "source": "peak", "confidence": "published"},
        {**column, "key": key + step_of(0, 0), "source": "first", "confidence": "published"},
        {"table": "timestep", "column": "time", "key": "", "source": "clock", "confidence": "derived"},
    ]
    scenario = reduced(world().with_rows("source", rows).write(tmp_path / "w"), 2)
    source = scenario.tables["source"]
    kept = source[source["table"] == "site_technology_timestep"]
    assert kept["key"].tolist()[:2] == ["", f"{key}{NAMES[PEAK]} 00"]
    assert "clock" not in source["source"].tolist()
    assert set(source["confidence"][source["table"].str.startswith("profile")]) == {"illustrative"}
    write_scenario(scenario, tmp_path / "again")
    assert planner.read_scenario(tmp_path / "again").content_hash == scenario.content_hash


def without(world: World, column: str) -> World:
    """Return a world whose timesteps lack a column."""
    return world.with_rows(
        "timestep", [{k: v for k, v in row.items() if k != column} for row in world.tables["timestep"]]
    )


def with_step(column: str, values: dict[int, object]) -> Callable[[World], World]:
    """Return a change of cells of single timesteps, by their number."""

    def change(of: World) -> World:
        rows = [dict(row) for row in of.tables["timestep"]]
        for number, value in values.items():
            rows[number][column] = value
        return of.with_rows("timestep", rows)

    return change


@pytest.mark.parametrize(
    ("change", "days", "said"),
    [
        (lambda of: of, 21, "the scenario has 20 days"),
        (lambda of: without(of, "time"), 4, "stand in no order"),
        (with_step("timestep_duration", {3: 5}), 4, "one step is 6 h long, another 5"),
        (with_step("timestep_weight", {3: 100, 4: 119}), 4, "in weight, another"),
        (lambda of: of.with_cells("timestep", "timestep_duration", {"*": 7}), 4, "do not make a day of 24 h"),
        (lambda of: of.with_cells("timestep", "timestep_duration", {"*": 48}), 4, "do not make a day of 24 h"),
        (with_step("time", {7: "2025-03-02T19:00+08:00"}), 4, "2025-03-02 18:00 would follow"),
        (lambda of: shifted(of, 3), 4, "the day begins at 03:00"),
        (with_step("period", {0: "a"}), 4, "the period a has 1 steps"),
        (lambda of: of.with_features(*(name for name in of.features if name != "representative_days")), 0, "greater"),
    ],
)
def test_what_is_no_year_of_days_is_refused(
    change: Callable[[World], World], days: int, said: str, tmp_path: Path
) -> None:
    """Proves that steps which are no whole days of equal steps are errors that say which; none is cut or padded."""
    folder = change(world()).write(tmp_path / "w")
    with pytest.raises(InvalidInputError, match=said):
        reduced(folder, days)


def shifted(of: World, hours: int) -> World:
    """Return a world whose days begin some hours after midnight."""
    rows = [dict(row) for row in of.tables["timestep"]]
    for number, row in enumerate(rows):
        row["time"] = f"2025-{NAMES[number // STEPS]}T{HOURS * (number % STEPS) + hours:02d}:00+08:00"
    return of.with_rows("timestep", rows)


def test_without_tsam_it_is_said_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the lack of tsam is an input error with the command that mends it; all days need none."""
    monkeypatch.setitem(sys.modules, "tsam", None)
    with pytest.raises(InvalidInputError, match=r"pip install 'tsam>=4,<5' pvlib"):
        reduced(folder, 4)
    assert len(periods(reduced(folder, DAYS))) == DAYS


def test_what_is_reduced_is_not_reduced_again(folder: Path, tmp_path: Path) -> None:
    """Proves that days of days are refused: their error would be that of the last step alone."""
    write_scenario(reduced(folder, 6), tmp_path / "again")
    with pytest.raises(InvalidInputError, match="stands reduced already"):
        reduced(tmp_path / "again", 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [("0", "greater than or equal to 1"), ("x", "valid integer"), ("2.5", "integer"), ("1e3", "integer")],
)
def test_settings_from_the_command_line_are_checked(given: str, said: str, folder: Path) -> None:
    """Proves that --set time.… is held to the same rules as scenario.toml; a near name is suggested."""
    with pytest.raises(InvalidInputError, match=said):
        planner.read_scenario(folder, [f"time.representative_days={given}"])
    with pytest.raises(InvalidInputError, match="did you mean 'representative_days'"):
        planner.read_scenario(folder, ["time.representativ_days=3"])


def test_no_value_takes_the_setting_away(folder: Path) -> None:
    """Proves that a scenario which asks for days can be run in full; the toml's own 4 would stay otherwise."""
    toml = folder / "scenario.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("[time]\n", "[time]\nrepresentative_days = 4\n"), "utf-8")
    assert len(planner.read_scenario(folder).sets["timestep"]) == 4 * STEPS
    assert len(planner.read_scenario(folder, ["time.representative_days="]).sets["timestep"]) == DAYS * STEPS


def test_quarter_hours_have_clocks(tmp_path: Path) -> None:
    """Proves that steps shorter than an hour are named by hour and minute; two of one name would be refused."""
    rows = [
        {
            "timestep": f"q{number:03d}",
            "timestep_weight": 8760 / 288,
            "timestep_duration": 0.25,
            "time": f"2025-07-{number // 96 + 1:02d}T{number % 96 // 4:02d}:{number % 4 * 15:02d}",
        }
        for number in range(288)
    ]
    demand = [
        {"workload": "online", "timestep": row["timestep"], "demand_profile": 0.5 + (number * 7 % 288) / 287}
        for number, row in enumerate(rows)
    ]
    plain = world().with_rows("timestep", rows).with_rows("workload_timestep", demand)
    tables = {name: table for name, table in plain.tables.items() if not name.startswith("site_t") or "year" in name}
    tables["site_technology"] = plain.tables["site_technology"]
    heat = [{"site": "gansu", "timestep": row["timestep"], "temperature": 10} for row in rows]
    folder = plain.replaced(tables={**tables, "site_timestep": heat}).write(tmp_path / "w")
    steps = reduced(folder, 2).sets["timestep"]
    assert len(steps) == 192
    assert steps[1].endswith(" 0015")


def test_two_years_have_whole_dates(tmp_path: Path) -> None:
    """Proves that the same day of two years is two periods; named by month and day they would be one."""
    rows = [dict(row) for row in world().tables["timestep"]]
    for number, row in enumerate(rows):
        row["time"] = f"{2024 + number // 40}-03-{number // 4 % 10 + 1:02d}T{number % 4 * 6:02d}:00"
    found = periods(reduced(world().with_rows("timestep", rows).write(tmp_path / "w"), 20))
    assert list(found)[:1] + list(found)[-1:] == ["2024-03-01", "2025-03-10"]


def test_profiles_with_gaps_have_no_error(tmp_path: Path) -> None:
    """Proves that a profile given for some steps only follows its days, and is told no error it does not have."""
    rows = [row for row in world().tables["site_technology_timestep"] if row["timestep"] != step_of(0, 1)]
    scenario = reduced(world().with_rows("site_technology_timestep", rows).write(tmp_path / "w"), 5)
    assert set(scenario.series("profile.parameter")) == {"demand_profile", "temperature"}


NOISE = np.random.default_rng(7).random((2, DAYS * STEPS))


def test_flat_profiles_do_not_choose() -> None:
    """Proves that a profile without a change, and the number of profiles of a kind, leave the choice as it is.

    Sensitivity: a division by a range of 0; availability of 80 plants against one demand.
    """
    wind, demand = NOISE[:1], NOISE[1:]
    plain = choose_days([wind, demand], {}, 5, YEAR)
    flat = choose_days([np.vstack([wind, np.full((1, DAYS * STEPS), 0.3)]), demand], {}, 5, YEAR)
    many = choose_days([np.repeat(wind, 9, axis=0), demand], {}, 5, YEAR)
    assert plain.stands_for.tolist() == flat.stands_for.tolist() == many.stands_for.tolist()


def test_one_thing_at_many_sites_counts_once(folder: Path) -> None:
    """Proves that wind at two sites is one group and sun another, as each workload is one of its own.

    Sensitivity: wind and sun that share the weight of one temperature, as they vary by the same parameter.
    """
    scenario = planner.read_scenario(folder)
    profiles = profiles_of(scenario, whole_days(scenario))
    assert {name: [len(group) for group in alike(of)] for name, of in profiles.items()} == {
        "demand_profile": [1, 1],
        "availability": [1, 1],
        "temperature": [1],
    }
    both = replace(profiles["availability"], kinds=["wind", "wind"])
    assert [len(group) for group in alike(both)] == [2]
    assert profiles["availability"].kinds == ["wind", "solar"]


def test_without_any_change_days_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that equal days need no library and stand for equal parts of the year."""
    monkeypatch.setitem(sys.modules, "tsam", None)
    choice = choose_days([np.ones((1, DAYS * STEPS))], {}, 4, YEAR)
    assert choice.counts.tolist() == [5, 5, 5, 5]


def test_days_near_each_other_share_one() -> None:
    """Proves that the day that stands for a day is like it: two kinds of days, told apart by hand."""
    kinds = np.array([[0.1, 0.2, 0.3, 0.2], [0.9, 0.8, 0.7, 0.9]])
    days = np.array([0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1])
    values = (kinds[days] + 0.01 * NOISE[0].reshape(DAYS, STEPS)).reshape(1, -1)
    choice = choose_days([values], {}, 2, YEAR)
    assert (days[choice.days][choice.stands_for] == days).all()


def test_features_see_the_days_and_not_the_setting(folder: Path) -> None:
    """Proves that the setting is gone once it is done, so that whoever has the scenario can write or plan it."""
    scenario = reduced(folder, 4)
    assert scenario.settings.representative_days is None
    assert replace(scenario.settings, representative_days=4).document()["time"]["representative_days"] == 4
