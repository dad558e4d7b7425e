"""A year of whole days → a few real days that stand for it, and the error that makes, as tables.

Every table with the key ``timestep`` keeps the rows of the days chosen, so that the hours of different profiles belong
together. Profiles that are shares of something (unit 1, not below 0: ``demand_profile``, ``availability``) are
scaled to the mean they had, the extreme days left as they were; a price or a temperature stays what it was on its day.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.errors import Fault, InvalidInputError
from planner.language import Message, Text, join, say
from planner.profiles.days.day_choice import choose_days
from planner.profiles.days.profile_tables import PROFILE, profile_tables
from planner.profiles.days.profile_values import NEAR, Matrix, Profiles, alike, kept, profiles_of
from planner.profiles.days.reduced_sources import reduced_sources
from planner.profiles.days.reduced_tables import Reduction, TableReducer
from planner.profiles.days.whole_days import TIMESTEP, WholeDays, whole_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.scenario.scenario import Scenario

FEATURE = "representative_days"
HIGHEST_DEMAND, LEAST_GREEN_POWER, HOTTEST = "highest demand", "least green power", "hottest"
WHY = {HIGHEST_DEMAND: say("highest demand"), LEAST_GREEN_POWER: say("least green power"), HOTTEST: say("hottest")}
"""Why a day must not be lost."""
SETTING = f"time.{FEATURE}"
EXTRA = say("pip install 'tsam>=4,<5' pvlib, or use a scenario that stands reduced already")
SOURCE = "source"
CHAINED = ("period", "timestep_weight", "position")
"""The columns of ``timestep.csv`` that a reduction makes anew."""


def with_representative_days(scenario: Scenario, days: int) -> Scenario:
    """Return a scenario in which so many days stand for the year."""
    if problem := _refused(scenario):
        raise _error(scenario, days, *problem)
    year = whole_days(scenario)
    if days > len(year.names):
        raise _error(
            scenario, days, say("the scenario has {count} days", count=len(year.names)), say("ask for so many or fewer")
        )
    profiles = profiles_of(scenario, year)
    groups = [group for of in profiles.values() for group in alike(of)]
    try:
        choice = choose_days(groups, _extremes(scenario, profiles, year), days, (len(year.names), year.size))
    except ModuleNotFoundError as missing:
        raise _error(
            scenario, days, say("reducing a year needs {name}, which is not installed", name=missing.name), EXTRA
        ) from None
    left = {name: kept(of, choice, year.size) for name, of in profiles.items()}
    reduction = Reduction(year, choice, profiles, left)
    cases = tuple(replace(case, scenario=_reduced(case.scenario, reduction)) for case in scenario.cases)
    return replace(_reduced(scenario, reduction), cases=cases)


def _refused(scenario: Scenario) -> tuple[Text, Text] | None:
    differs = _differs(scenario)
    if differs:
        problem = say("days are chosen once for all cases, and {case} has hours of its own in {table}.csv", **differs)
        return problem, say("choose the days of each case in timestep.csv, by its columns stage and future")
    if not scenario.has("time"):
        return say("the scenario does not list the feature time"), say('add "time" to features')
    if scenario.sets[PROFILE]:
        return say("the scenario stands reduced already"), say(
            "take {SETTING} away, or reduce the full year anew", SETTING=SETTING
        )
    return None


def _differs(scenario: Scenario) -> dict[str, str]:
    """Return the first case whose hours are not those of the scenario, and the table in which they differ."""
    keys = {"_".join(index): index for of in scenario.declarations.parameters.values() for index in of.indices}
    for case in scenario.cases:
        names = {*scenario.tables, *case.scenario.tables}
        for name in sorted(names, key=lambda name: (name != TIMESTEP, name)):
            if TIMESTEP in keys.get(name, ()) and not _is_shared(scenario, case.scenario, name):
                return {"case": case.name, "table": name}
    return {}


def _is_shared(scenario: Scenario, case: Scenario, name: str) -> bool:
    """Return whether a case's table is the scenario's, which may name the case that a row is of in no row."""
    owner = scenario.declarations.owner
    made = [feature for feature in scenario.declarations.case_sets if scenario.has(feature)]
    of_all, own = (one.tables.get(name, pd.DataFrame()) for one in (scenario, case))
    of_cases = [column for column in of_all if owner.get(f"{name}.{column}") in made]
    return not of_all[of_cases].any(axis=None) and of_all.drop(columns=of_cases).equals(own)


def _error(scenario: Scenario, days: int, problem: Text, remedy: Text) -> InvalidInputError:
    return InvalidInputError([Fault(f"{scenario.name}/scenario.toml", problem, None, SETTING, days, remedy)])


def _extremes(scenario: Scenario, profiles: Mapping[str, Profiles], year: WholeDays) -> dict[str, int]:
    """Return the days that must not be lost, the most important first; the first of equal days.

    The day with the highest demand of all regions and workloads in one timestep; the day on which all green supply, a
    MW of each alike, gives least; the day that is hottest on the mean of all sites.
    """
    found: dict[str, int] = {}
    if "demand_profile" in profiles and len(_demand(scenario)):
        of = profiles["demand_profile"]
        demand = _demand(scenario).reindex(of.keys).fillna(0.0)
        total = demand.to_numpy(dtype=float) @ np.nan_to_num(of.values, nan=1.0)
        _keep(found, HIGHEST_DEMAND, year.of_days(total).max(axis=1))
    if "availability" in profiles:
        _keep(found, LEAST_GREEN_POWER, -_sum(profiles["availability"], year))
    if "temperature" in profiles:
        _keep(found, HOTTEST, _sum(profiles["temperature"], year))
    return found


def _demand(scenario: Scenario) -> pd.Series:
    """Return the demand of all regions by workload, of all cases together where there are any."""
    years = [case.scenario for case in scenario.cases] or [scenario]
    given = [year.series("demand") for year in years if year.is_given("demand")]
    return pd.concat(given).groupby(level="workload").sum() if given else pd.Series(dtype=float)


def _sum(profiles: Profiles, year: WholeDays) -> Matrix:
    """Return the sum of all complete profiles of a parameter by day, (days,)."""
    total: Matrix = year.of_days(profiles.values[profiles.is_complete].sum(axis=0)).sum(axis=1)
    return total


def _keep(found: dict[str, int], why: str, of_days: Matrix) -> None:
    """Note the first of the days that have most, unless all days are alike."""
    most = float(of_days.max())
    tolerance = NEAR * max(1.0, abs(most))  # the order in which a machine sums must not choose the day
    if most - float(of_days.min()) > tolerance:
        found[why] = int(np.argmax(of_days >= most - tolerance))


def _reduced(scenario: Scenario, reduction: Reduction) -> Scenario:
    """Put the tables, values, sets and origins of the days chosen in place of the year's."""
    reducer = TableReducer(scenario, reduction)
    tables, given = dict(scenario.tables), dict(scenario.given)
    cells = dict(scenario.origins.cells)
    keys = {"_".join(index): index for of in scenario.declarations.parameters.values() for index in of.indices}
    for name in scenario.tables:
        if TIMESTEP in keys.get(name, ()):
            tables[name], rows = reducer.table(name, keys[name])
            origins = {column: np.asarray(codes)[rows] for column, codes in cells.get(name, {}).items()}
            cells[name] = {column: codes for column, codes in origins.items() if column in tables[name]}
    for name, values in scenario.given.items():
        if isinstance(values, pd.Series) and TIMESTEP in values.index.names:
            given[name] = reducer.given(name, values)
    added = profile_tables(reduction, scenario.sets["quantile"])
    tables |= added
    chained = tables[TIMESTEP][[TIMESTEP, *CHAINED]]
    given |= _given(scenario, {TIMESTEP: chained, **added}, keys)
    given.pop("time", None)
    if SOURCE in tables:
        tables[SOURCE], places = reduced_sources(tables, keys, reduction, list(added))
        cells[SOURCE] = {column: np.asarray(codes)[places] for column, codes in cells.get(SOURCE, {}).items()}
    features = scenario.declarations.ordered((*scenario.features, FEATURE))
    return replace(
        scenario,
        settings=replace(scenario.settings, features=features, representative_days=None),
        sets={**reducer.members, PROFILE: tuple(added[PROFILE][PROFILE])},
        given=given,
        tables=dict(sorted(tables.items())),
        origins=replace(scenario.origins, cells=cells),
        notes=(*scenario.notes, _note(reduction)),
    )


def _given(
    scenario: Scenario, tables: Mapping[str, pd.DataFrame], keys: Mapping[str, tuple[str, ...]]
) -> dict[str, pd.Series]:
    """Return the values of tables that were made here, by parameter."""
    found = {}
    kinds = {"number": float, "integer": int}
    for name, table in tables.items():
        index = pd.MultiIndex.from_frame(table[list(keys[name])])
        for column in table.columns.difference(list(keys[name]), sort=False):
            key = f"{name}.{column}" if f"{name}.{column}" in scenario.declarations.parameters else column
            kind = kinds.get(scenario.declarations.parameters[key].kind, object)
            flat = index if index.nlevels > 1 else index.get_level_values(0)
            found[key] = pd.Series(table[column].to_numpy(), index=flat, name=key).astype(kind)
    return found


def _note(reduction: Reduction) -> Message:
    """Say in one sentence what was done, by what."""
    year, choice = reduction.year, reduction.choice
    is_chosen = len(choice.days) != len(year.names)
    by = say(", chosen by tsam {version}", version=version("tsam")) if is_chosen else ""
    extremes = (say("{why} {day}", why=WHY[why], day=year.names[day]) for why, day in choice.extremes.items())
    extreme = join(extremes)
    among = say(", among them {extreme}", extreme=extreme) if extreme else ""
    return say(
        "{days} representative days of {all_days}{by}{among}; the table representative_days has the error of every "
        "profile",
        days=len(choice.days),
        all_days=len(year.names),
        by=by,
        among=among,
    )
