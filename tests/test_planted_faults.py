"""Planted faults: every number of every result table, and of the summary, is confirmed by the audit.

The plans are of ``RICH`` (every option of the core but for traffic in use) under the accountings and limits that leave
no table empty. A feature that adds a table is held to this as soon as the worlds list it.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from planner.models.audit import audit
from planner.models.declarations import declarations
from tests.algebra import RICH, RulesFound, plan, rules_found, scenario_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.io.results.results import Results
    from tests.worlds import World

FULL = RICH.with_parameters(national_green_power_share_min=0.3, emissions_max=620_000)
FULL = FULL.with_cells("workload", "unserved_price", {"online": 1200})
FULL = FULL.with_cells("site_compute_type", "capacity_existing", {"shanghai;general": 60})
FULL = FULL.with_cells("site_compute_type", "modules_max", {"shanghai;general": 0})
FULL = FULL.with_cells("site", "water_max", {"shanghai": 700_000})
FULL = FULL.with_cells("site", "certificates_max", {"shanghai": 100_000})
FULL = FULL.with_cells("site_technology", "excess_price", {"hebei;solar": 650})
WORLDS: dict[str, World] = {
    "certificate": FULL,
    "matched": FULL.with_parameters(
        green_power_share_mode="matched", national_green_power_share_min=0.1, emissions_accounting="location"
    )
    .with_cells("site", "green_power_share_min", {"shanghai": None, "gansu": 0.4})
    .with_parameters(emissions_max=None),
}
UNCONFIRMED = {("routes", "distance")}
"""Shown to people, used by no rule and no cost."""
TEXT = {"mode", "on", "accounting"}
"""Columns of words that are results, not keys."""


@cache
def solved(name: str) -> Results:
    """Return the plan of one of the worlds."""
    return plan(WORLDS[name])


def found(results: Results, tables: dict[str, pd.DataFrame]) -> bool:
    """Return whether the audit finds anything in altered tables."""
    return bool(rules_found(results, tables))


def numbers(table: pd.DataFrame) -> list[str]:
    """Return the numeric columns of a table, none of an empty one."""
    return [c for c in table.columns if len(table) and pd.api.types.is_numeric_dtype(table[c])]


@pytest.mark.parametrize("name", WORLDS)
def test_an_untouched_plan_has_no_finding(name: str) -> None:
    """The audit confirms what the solver found.

    Proves: no finding, in worlds where no table is empty but those named. Sensitivity: an audit that is too strict.
    """
    results = solved(name)
    assert [str(finding) for finding in audit(results.scenario, results.tables, results.summary)] == []
    # What is paid for and not taken has its faults planted where its contracts are worked by hand.
    # So has standby, of which this world asks for none.
    known = {"traffic", "power_supply_take_or_pay"}
    known |= {"disaster_recovery", "disaster_recovery_power", "disaster_recovery_reserved"}
    assert {table for table, frame in results.tables.items() if frame.empty} <= known


def with_number(frame: pd.DataFrame, at: int, column: str, value: float) -> pd.DataFrame:
    """Return a copy of a table with one number replaced."""
    changed = frame.copy()
    changed[column] = changed[column].astype(float)
    changed.iloc[at, changed.columns.get_loc(column)] = value
    return changed


@pytest.mark.parametrize("name", WORLDS)
def test_every_number_is_confirmed(name: str) -> None:
    """One number changed by one part in a thousand is found, in every column of every table.

    Proves: the largest number of each numeric column, made larger in one world and smaller in the other.
    Sensitivity: a column that no audit reads; a limit in place of an equality.
    """
    results = solved(name)
    factor = 1.001 if name == "certificate" else 0.999
    missed = []
    for table, column in ((t, c) for t, frame in results.tables.items() for c in numbers(frame)):
        frame = results.tables[table]
        sizes = frame[column].abs().fillna(0).to_numpy()
        if sizes.max() > 0 and (table, column) not in UNCONFIRMED:
            at = int(sizes.argmax())
            changed = with_number(frame, at, column, frame[column].iloc[at] * factor)
            if not found(results, {**results.tables, table: changed}):
                missed.append((table, column))
    assert missed == []


def test_every_zero_is_confirmed() -> None:
    """A number in place of a zero, of either sign, is found in every column of every table.

    Proves: the last zero of each numeric column becomes 1, then -0.01 (of a MW, a MWh, a CNY …).
    Sensitivity: rows whose sum is checked but not their members.
    """
    results = solved("certificate")
    missed = []
    for table, column in ((t, c) for t, frame in results.tables.items() for c in numbers(frame)):
        frame = results.tables[table]
        zeros = np.flatnonzero((frame[column] == 0).to_numpy())
        for amount in (1.0, -0.01) if len(zeros) else ():
            changed = with_number(frame, int(zeros[-1]), column, amount)
            if not found(results, {**results.tables, table: changed}):
                missed.append((table, column, amount))
    assert missed == []


@pytest.mark.parametrize("gap", [float("nan"), float("inf")])
def test_every_gap_is_found(gap: float) -> None:
    """An empty or infinite cell in any numeric column of any table is found and named.

    Proves: one in the first row of every column at once, each named; of those that may be unknown an infinite one is,
    and an empty share is found by its feature. Sensitivity: sums that skip NaN; inf equal to anything within 1e-6.
    """
    results = solved("certificate")
    tables = dict(results.tables)
    expected = set()
    for table, column in ((t, c) for t, frame in results.tables.items() for c in numbers(frame)):
        tables[table] = with_number(tables[table], 0, column, gap)
        expected.add((table, column))
    named = {(finding.rule, finding.where) for finding in audit(results.scenario, tables, results.summary)}
    declared = {(column.table, column.name) for _, column in declarations().columns if column.may_be_empty}
    may_be_unknown = declared & expected
    assert {("routes", "distance"), ("routes", "latency"), ("green_power_share", "share")} <= may_be_unknown
    assert expected - named == (may_be_unknown if np.isnan(gap) else set())
    share = with_number(results.tables["green_power_share"], 0, "share", gap)
    assert found(results, {**results.tables, "green_power_share": share})


@pytest.mark.parametrize("change", ["lost", "double", "unknown", "empty", "absent"])
def test_every_table_is_read_whole(change: str) -> None:
    """A row lost, doubled or renamed, an empty table and an absent one are found, for every table.

    Proves: the row with the largest numbers is lost, stands twice, or names a place that does not exist.
    Sensitivity: joins that drop what does not match; a table that no audit needs.
    """
    results = solved("certificate")
    missed = []
    for table, frame in results.tables.items():
        sizes = frame[numbers(frame)].abs().sum(axis=1).to_numpy()
        if not sizes.max(initial=0.0) > 0:
            continue  # a row of zeros more or less changes nothing
        at = int(sizes.argmax())
        tables = dict(results.tables)
        if change == "lost":
            tables[table] = frame.drop(index=frame.index[at])
        elif change == "double":
            tables[table] = pd.concat([frame, frame.iloc[[at]]], ignore_index=True)
        elif change == "unknown":
            tables[table] = frame.copy()
            tables[table].iloc[at, 0] = "nowhere"
        elif change == "empty":
            tables[table] = frame.iloc[:0]
        else:
            del tables[table]
        if not found(results, tables):
            missed.append(table)
    assert missed == []


@pytest.mark.parametrize("name", WORLDS)
def test_every_word_is_confirmed(name: str) -> None:
    """Another accounting's name in a table is found.

    Proves: mode, on and accounting. Sensitivity: results that name an accounting they do not follow.
    """
    results = solved(name)
    words = [(t, c) for t, frame in results.tables.items() for c in frame.columns if c in TEXT]
    assert {column for _, column in words} == TEXT
    for table, column in words:
        changed = results.tables[table].copy()
        changed[column] = "another"
        assert found(results, {**results.tables, table: changed}), (table, column)


def leaves(part: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value of a nested dictionary with its path."""
    for key, value in part.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


NOT_OF_THE_PLAN = {"status", "bound", "gap", "counts", "seconds", "peak_memory"}
"""What the run says of itself; the tables do not know it."""


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("kind", ["changed", "lost", "not a number"])
def test_every_number_of_the_summary_is_confirmed(name: str, kind: str) -> None:
    """Each value of the summary, changed or taken away, is found and named.

    Proves: all but what the run says of itself. Sensitivity: a headline that nobody recomputes.
    """
    results = solved(name)
    changed = copy.deepcopy(results.summary)
    expected = set()
    for path, value in leaves(results.summary):
        if path[0] in NOT_OF_THE_PLAN:
            continue
        part = changed
        for key in path[:-1]:
            part = part[key]
        if kind == "changed":
            part[path[-1]] = value * 1.001 + 0.001 if isinstance(value, int | float) else "another"
        elif kind == "lost":
            del part[path[-1]]
        else:
            part[path[-1]] = float("nan")
        expected.add(".".join(path))
    assert {finding.where for finding in audit(results.scenario, results.tables, changed)} == expected


def test_the_plan_of_another_scenario_does_not_pass() -> None:
    """The audit takes its numbers from the scenario, not from the tables.

    Proves: each of these inputs changed makes findings that name a rule or a cost it belongs to.
    Sensitivity: an input the audit never looks at.
    """
    results = solved("certificate")
    changes: list[tuple[str, str, dict[str, Any], set[str]]] = [
        ("site", "pue", {"gansu": 1.16}, {"pue", "facility_load"}),
        ("site", "wue", {"shanghai": 1.7}, {"water"}),
        ("site", "water_price", {"hebei": 6}, {"water"}),
        ("site", "water_max", {"shanghai": 100_000}, {"water_limit"}),
        ("site", "grid_power_price", {"hebei": 521}, {"grid_power"}),
        ("site", "grid_power_max", {"shanghai": 20}, {"grid_power_limit"}),
        ("site", "emission_factor", {"gansu": 0.47}, {"emissions"}),
        ("site", "certificate_price", {"shanghai": 26}, {"certificates"}),
        ("site", "certificates_max", {"shanghai": 1}, {"certificates_limit"}),
        ("site", "storage_power_max", {"hebei": 4.9}, {"storage_power_limit"}),
        ("site", "storage_energy_max", {"hebei": 11}, {"storage_energy_limit"}),
        ("site", "storage_power_existing", {"hebei": 3.1}, {"storage"}),
        ("site", "storage_energy_cost", {"hebei": 9_100}, {"storage"}),
        ("site", "charge_efficiency", {"hebei": 0.93}, {"state_of_charge_balance"}),
        ("site", "discharge_efficiency", {"hebei": 0.89}, {"state_of_charge_balance"}),
        ("site", "grid_ramp_max", {"hebei": 3.9}, {"grid_ramp_up", "grid_ramp_down"}),
        ("hub", "hub_grid_power_max", {"north": 38}, {"hub_grid_power_limit", "grid_power_max"}),
        ("side", "side_grid_power_max", {"east": 108}, {"side_grid_power_limit", "grid_power_max"}),
        ("workload", "deferral_max", {"training": 1.4}, {"deadline"}),
        ("site", "green_power_share_min", {"gansu": 0.95}, {"green_power_share"}),
        ("site", "utilisation_max", {"gansu": 0.5}, {"site_capacity"}),
        ("site", "utilisation_min", {"hebei": 0.99}, {"utilisation_floor"}),
        ("site", "opening_cost", {"gansu": 3e6 + 1000}, {"opening"}),
        ("workload", "unserved_price", {"online": 701}, {"unserved"}),
        ("region_workload", "demand", {"coast;training": 31}, {"demand"}),
        ("site_compute_type", "capacity_existing", {"shanghai;general": 71}, {"capacity"}),
        ("site_compute_type", "module_cost", {"gansu;intelligent": 14e6 + 1000}, {"new_compute"}),
        ("site_compute_type", "modules_max", {"gansu;intelligent": 1}, {"modules_max"}),
        ("site_technology", "green_capacity_existing", {"gansu;wind": 21}, {"green_capacity"}),
        ("site_technology", "green_capacity_max", {"gansu;wind": 59}, {"green_capacity_limit"}),
        ("site_technology", "green_capacity_cost", {"gansu;wind": 2e5 + 100}, {"green_capacity"}),
        ("site_technology", "green_power_price", {"gansu;wind": 241}, {"green_power"}),
        ("site_technology", "excess_price", {"hebei;solar": 651}, {"excess"}),
        ("site_technology_timestep", "availability", {"gansu;wind;day": 0.29}, {"green_power_availability"}),
    ]
    missed = []
    for table, column, values, rules in changes:
        other = scenario_of(FULL.with_cells(table, column, values))
        if not RulesFound(results, results.tables, other) >= rules:
            missed.append((column, rules))
    assert missed == []


@pytest.mark.parametrize(
    ("parameter", "value", "rule"),
    [
        ("carbon_price", 51, "carbon"),
        ("emissions_max", 100_000, "emissions_limit"),
        ("national_green_power_share_min", 0.99, "national_green_power_share"),
        ("national_grid_power_max", 100, "national_grid_power_limit"),
        ("green_shortfall_price", 28, "green_shortfall"),
    ],
)
def test_scalars_of_another_scenario_do_not_pass(parameter: str, value: float, rule: str) -> None:
    """As above, for scalars."""
    results = solved("certificate")
    other = scenario_of(FULL.with_parameters(**{parameter: value}))
    assert rule in RulesFound(results, results.tables, other)
