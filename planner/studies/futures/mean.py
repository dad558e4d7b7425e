"""The mean future: every number that futures differ in averaged by their probabilities, on the year that they share.

Futures that differ in anything else have no mean: a word, a set, timesteps of their own, or a limit that one has and
another has not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.errors import shown
from planner.language import CLAUSES, Text, join, say
from planner.scenario.parameter import REQUIRED
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

NAME: Final = "mean"


class NoMeanError(Exception):
    """Futures that have no mean; ``reason`` says why, in both languages."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def mean_cases(scenario: Scenario) -> tuple[Case, ...]:
    """Return the cases of the mean future, one for each stage, of probability 1.

    Raises
    ------
    NoMeanError
        The futures differ in what cannot be averaged.
    """
    by_stage: dict[str, list[Case]] = {}
    for case in scenario.cases:
        if case.probability > 0:
            by_stage.setdefault(case.stage, []).append(case)
    return tuple(
        replace(cases[0], future=NAME, probability=1.0, scenario=averaged(cases)) for cases in by_stage.values()
    )


def averaged(cases: Sequence[Case]) -> Scenario:
    """Return the year whose numbers are the means of those of some cases, by their probabilities."""
    base = cases[0].scenario
    _check_sets(cases)
    names = dict.fromkeys(name for case in cases for name in case.scenario.given)
    given = {name: _mean(name, cases) for name in names}
    return replace(base, name=f"{base.name} {NAME}", given={**base.given, **given})


def _check_sets(cases: Sequence[Case]) -> None:
    base = cases[0]
    for case in cases[1:]:
        for name, members in base.scenario.sets.items():
            if tuple(case.scenario.sets.get(name, ())) != tuple(members):
                raise NoMeanError(say("{cases} differ in their {set}", cases=_named([base, case]), set=word(name)))


def _mean(name: str, cases: Sequence[Case]) -> Any:
    """Return what the cases agree on, or the mean of their numbers."""
    base = cases[0]
    given = [case.scenario.given.get(name) for case in cases]
    other = next((case for case, one in zip(cases, given, strict=True) if not _is_same(one, given[0])), None)
    if other is None:
        return given[0]
    if not base.scenario.declarations.parameters[name].is_numeric:
        raise NoMeanError(
            say("{cases} differ in {parameter}, which is no number", cases=_named([base, other]), parameter=word(name))
        )
    is_scalar = not base.scenario.declarations.parameters[name].index
    return _mean_number(name, cases) if is_scalar else _mean_series(name, cases)


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, pd.Series) and isinstance(other, pd.Series):
        return one.equals(other) and list(one.index.names) == list(other.index.names)
    return not isinstance(one, pd.Series) and not isinstance(other, pd.Series) and one == other


def _mean_number(name: str, cases: Sequence[Case]) -> float:
    default = cases[0].scenario.declarations.parameters[name].default
    lacking = [case for case in cases if not case.scenario.is_given(name) and default in (None, REQUIRED)]
    if lacking:
        there = next(case for case in cases if case not in lacking)
        raise _absent(name, "", there, lacking[0])
    return sum(case.probability * case.scenario.number(name) for case in cases) / _total(cases)


def _mean_series(name: str, cases: Sequence[Case]) -> pd.Series:
    base = cases[0]
    values = [case.scenario.series(name) for case in cases]
    for case, one in zip(cases[1:], values[1:], strict=True):
        odd = values[0].index.symmetric_difference(one.index)
        if len(odd):
            is_in_base = odd[0] in values[0].index
            key = odd[0] if isinstance(odd[0], tuple) else (odd[0],)
            pair = (base, case) if is_in_base else (case, base)
            raise _absent(name, join(map(str, key), " · ").en, *pair)
    shares = [case.probability / _total(cases) for case in cases]
    parts = [share * one.reindex(values[0].index) for share, one in zip(shares, values, strict=True)]
    found: pd.Series = pd.concat(parts, axis=1).sum(axis=1)
    return found.rename(name)


def _absent(name: str, key: str, there: Case, lacking: Case) -> NoMeanError:
    what = join([word(name), shown(key)], CLAUSES) if key else word(name)
    return NoMeanError(
        say(
            "{what} has a value in {there} and none in {lacking}, so that it has no mean",
            what=what,
            there=there.name,
            lacking=lacking.name,
        )
    )


def _total(cases: Sequence[Case]) -> float:
    return sum(case.probability for case in cases)


def _named(cases: Sequence[Case]) -> Text:
    return join(case.name for case in cases)
