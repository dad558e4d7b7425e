"""The profiles of a year as arrays, what is left of them on the days chosen, and how far the two are apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.profiles.days.whole_days import TIMESTEP, WholeDays

if TYPE_CHECKING:
    from planner.profiles.days.day_choice import Choice
    from planner.scenario.parameter import Parameter
    from planner.scenario.scenario import Scenario

Matrix = npt.NDArray[np.float64]
PLACES = frozenset({"site", "region"})
ROUNDS, DECIMALS, NEAR = 50, 9, 1e-12


@dataclass(frozen=True)
class Profiles:
    """The profiles of one parameter.

    Attributes
    ----------
    keys
        (profiles,) the ids beside the timestep, joined by ``;``.
    kinds
        (profiles,) the ids that are no places: what is the same thing elsewhere.
    rows, steps
        (values given,) the profile and the timestep of each.
    values
        (profiles, timesteps), NaN where none is given.
    """

    parameter: Parameter
    keys: list[str]
    kinds: list[str]
    rows: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    values: Matrix

    @property
    def is_complete(self) -> npt.NDArray[np.bool_]:
        """Which profiles have a value in every timestep, (profiles,)."""
        return np.asarray(~np.isnan(self.values).any(axis=1))


@dataclass(frozen=True)
class Errors:
    """How far the days chosen are from the year, each (complete profiles,) in the unit of the profile.

    Attributes
    ----------
    rmse
        Between each timestep and that of the day which stands for it.
    duration_curve_rmse
        Between the two when both are sorted.
    in_order
        (complete profiles, timesteps) the full year, sorted.
    """

    mean_full: Matrix
    mean_reduced: Matrix
    rmse: Matrix
    duration_curve_rmse: Matrix
    in_order: Matrix


def profiles_of(scenario: Scenario, year: WholeDays) -> dict[str, Profiles]:
    """Return every numeric parameter that is given by timestep, but for those that say what the timesteps are."""
    found = {}
    for name, given in scenario.given.items():
        parameter = scenario.declarations.parameters[name]
        of_time = scenario.declarations.owner[name] == "time"
        if isinstance(given, pd.Series) and TIMESTEP in given.index.names and parameter.is_numeric and not of_time:
            found[name] = _profiles(parameter, given, year)
    return found


def _profiles(parameter: Parameter, given: pd.Series, year: WholeDays) -> Profiles:
    steps = year.places(given.index.get_level_values(TIMESTEP))
    names = [str(name) for name in given.index.names if name != TIMESTEP]
    rows, keys, kinds = np.zeros(len(given), dtype=np.int64), ["all"], [""]
    if names:
        rows, owners = pd.factorize(pd.MultiIndex.from_arrays([given.index.get_level_values(name) for name in names]))
        keys = [";".join(owner) for owner in owners]
        kinds = [";".join(i for name, i in zip(names, owner, strict=True) if name not in PLACES) for owner in owners]
    values = np.full((len(keys), len(year.steps)), np.nan)
    values[rows, steps] = given.to_numpy(dtype=float)
    return Profiles(parameter, keys, kinds, rows, steps, values)


def alike(profiles: Profiles) -> list[Matrix]:
    """Return the complete profiles, those of one thing at many places together: wind power, sun, one workload."""
    kinds = np.array(profiles.kinds, dtype=object)
    groups = [profiles.values[profiles.is_complete & (kinds == kind)] for kind in dict.fromkeys(profiles.kinds)]
    return [group for group in groups if len(group)]


def kept(profiles: Profiles, choice: Choice, size: int) -> Matrix:
    """Return the values of the days chosen, (profiles, days chosen, timesteps a day), scaled where they are shares.

    A share keeps its mean: the days that are not extreme are multiplied until it is what it was, or until all of them
    stand at the highest value allowed.
    """
    parameter = profiles.parameter
    by_day = profiles.values.reshape(len(profiles.keys), -1, size)
    values: Matrix = by_day[:, choice.days].copy()
    if parameter.unit != "1" or parameter.low != 0:
        return values
    counts, free = choice.counts, ~choice.is_extreme
    wanted = by_day.sum(axis=(1, 2)) - values[:, ~free].sum(axis=2) @ counts[~free]
    changed = np.zeros(len(values), dtype=bool)
    for _ in range(ROUNDS):
        has = values[:, free].sum(axis=2) @ counts[free]
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = wanted / has
        off = np.flatnonzero(np.isfinite(factor) & (np.abs(factor - 1) > NEAR))
        if not len(off):
            break
        changed[off] = True
        values[np.ix_(off, free)] = np.minimum(values[np.ix_(off, free)] * factor[off, None, None], parameter.high)
    values[np.ix_(changed, free)] = np.round(values[np.ix_(changed, free)], DECIMALS)
    return values


def errors(profiles: Profiles, values: Matrix, choice: Choice) -> Errors:
    """Return how far the values of the days chosen, as from :func:`kept`, are from the year."""
    full = profiles.values[profiles.is_complete]
    rebuilt = values[profiles.is_complete][:, choice.stands_for].reshape(full.shape)
    in_order = np.sort(full, axis=1)
    return Errors(
        full.mean(axis=1),
        rebuilt.mean(axis=1),
        np.sqrt(((full - rebuilt) ** 2).mean(axis=1)),
        np.sqrt(((in_order - np.sort(rebuilt, axis=1)) ** 2).mean(axis=1)),
        in_order,
    )
