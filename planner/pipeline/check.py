"""Read and validate a scenario, and say what its model will be, without building it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InvalidInputError, UsageError, shown
from planner.io.read.read import read_scenario as read_folder
from planner.io.read.sources import illustrative_share
from planner.language import Text, say
from planner.models.build import declare_model
from planner.models.declarations import declarations, guests_of, modules_of
from planner.models.guests import document, sentences
from planner.profiles.days.representative_days import with_representative_days
from planner.progress import heard_by, working_on
from planner.scenario.cases import named, told_once
from planner.views.words import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from planner.scenario.scenario import Case, Scenario


def read_scenario(folder: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Read and validate a scenario folder.

    Parameters
    ----------
    folder
        The folder with ``scenario.toml`` and the tables.
    overrides
        ``K=V`` as for ``planner run --set``; they have the last word.

    Raises
    ------
    InvalidInputError
        With every fault found.
    UsageError
        ``overrides`` is a text, which would be read letter by letter.
    """
    return read_with_full_year(folder, overrides)[0]


@heard_by()
def read_with_full_year(folder: str | Path, overrides: Sequence[str] = ()) -> tuple[Scenario, Scenario | None]:
    """Read and validate a scenario folder as :func:`read_scenario`, and keep the year from which days were chosen.

    Returns
    -------
    tuple
        The scenario that is planned; and the same with all its timesteps, where ``[time] representative_days`` has
        days chosen from them.
    """
    if isinstance(overrides, str):
        raise UsageError(
            say(
                "overrides is a list of K=V, such as ['carbon_price=100'], not the text '{text}'", text=shown(overrides)
            )
        )
    begin = time.perf_counter()
    working_on(say("reading the scenario"))
    known = declarations()
    catalogue()  # a feature of another package that calls a thing otherwise is told before anything is solved
    full = read_folder(Path(folder), known, overrides)
    days = full.settings.representative_days
    if days is not None:
        working_on(say("choosing representative days"))
    reduced = full if days is None else with_representative_days(full, days)
    working_on(say("checking the scenario"))
    scenario = _checked(reduced, begin, overrides)
    return scenario, None if reduced is full else _checked(full, begin, overrides)


def _checked(scenario: Scenario, begin: float, overrides: Sequence[str]) -> Scenario:
    """Let every feature look at the scenario, or at each of its cases, and note how long reading took."""
    told = {"read_seconds": time.perf_counter() - begin, "overrides": tuple(overrides)}
    faults = {case.name: list(_faults_of(case.scenario)) for case in scenario.cases}
    found = [*_faults_of(scenario), *told_once(faults)]
    if found:
        raise InvalidInputError(found)
    cases = tuple(replace(case, scenario=_called(case, scenario, told)) for case in scenario.cases)
    return scenario.noted(cases=cases, **told)


def _faults_of(scenario: Scenario) -> Iterator[Fault]:
    for module in asked(scenario):
        yield from getattr(module, "check", _nothing)(scenario)


def _called(case: Case, whole: Scenario, told: Mapping[str, Any]) -> Scenario:
    """Return a case's scenario under a name that says which case of what it is."""
    name = " ".join([whole.name, *case.name.split("/")])
    note = say("the case {case} of {scenario}", case=case.name, scenario=whole.name)
    return case.scenario.noted(name=name, notes=(note, *case.scenario.notes), **told)


def asked(scenario: Scenario) -> list[ModuleType]:
    """Return the features that look at a scenario: of one with cases those that make them, for it is no year itself."""
    modules = modules_of(scenario.features)
    made = scenario.declarations.case_sets
    return [module for name, module in modules.items() if not scenario.cases or name in made]


def inspect(scenario: Scenario) -> dict[str, Any]:
    """Return what the model will be, without building it, and what a user should know of the inputs.

    Of a scenario with cases the sizes of all of them together, those of each by its name, and what keeps each from
    having a plan.
    """
    sizes = {case.name: declare_model(case.scenario).counts() for case in scenario.cases}
    counts = _added(list(sizes.values())) if sizes else declare_model(scenario).counts()
    return {
        **counts,
        **({"cases": sizes} if sizes else {}),
        "obstacles": list(obstacles_of(scenario)),
        "notes": [*scenario.notes, *_told_of_cases(scenario, _own_notes), *warnings_of(scenario)],
        "illustrative_share": illustrative_share(scenario),
    }


def _own_notes(scenario: Scenario) -> Iterator[Text]:
    """Yield what a case's reading noted, but for the first: which case it is."""
    yield from scenario.notes[1:]


def _added(sizes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sizes of all cases together."""
    return {name: sum(of_case[name] for of_case in sizes) for name in sizes[0]}


def obstacles_of(scenario: Scenario) -> Iterator[Text]:
    """Yield why no plan can exist, as far as it is seen before building; of cases with those that it is of."""
    for module in asked(scenario):
        yield from getattr(module, "obstacles", _nothing)(scenario)
    yield from _told_of_cases(scenario, obstacles_of)


def warnings_of(scenario: Scenario) -> Iterator[Text]:
    """Yield what a user should know that is no error, first which features are of other packages."""
    yield from sentences(document(guests_of(scenario.features)))
    yield from _warned(scenario)
    yield from _told_of_cases(scenario, _warned)


def _warned(scenario: Scenario) -> Iterator[Text]:
    for module in asked(scenario):
        yield from getattr(module, "warn", _nothing)(scenario)


def _told_of_cases(scenario: Scenario, ask: Callable[[Scenario], Iterator[Text]]) -> Iterator[Text]:
    """Yield what is said of the cases, each sentence once; one that is not of all with the cases it is of."""
    found: dict[Text, list[str]] = {}
    for case in scenario.cases:
        for text in ask(case.scenario):
            found.setdefault(text, []).append(case.name)
    told = [text for text in found if text not in scenario.notes]
    yield from (text if len(found[text]) == len(scenario.cases) else named(text, found[text]) for text in told)


def _nothing(scenario: Scenario) -> Iterator[Any]:
    del scenario
    yield from ()
