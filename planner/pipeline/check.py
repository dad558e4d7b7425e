"""Read and validate a scenario, and say what its model will be, without building it."""

from __future__ import annotations

import time
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
from planner.views.words import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.scenario.scenario import Scenario


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
    """Let every feature look at the scenario, and note how long reading took."""
    faults: list[Fault] = []
    for module in modules_of(scenario.features).values():
        faults.extend(getattr(module, "check", _nothing)(scenario))
    if faults:
        raise InvalidInputError(faults)
    return scenario.noted(read_seconds=time.perf_counter() - begin, overrides=tuple(overrides))


def inspect(scenario: Scenario) -> dict[str, Any]:
    """Return what the model will be, without building it, and what a user should know of the inputs."""
    m = declare_model(scenario)
    return {
        **m.counts(),
        "obstacles": list(obstacles_of(scenario)),
        "notes": [*scenario.notes, *warnings_of(scenario)],
        "illustrative_share": illustrative_share(scenario),
    }


def obstacles_of(scenario: Scenario) -> Iterator[Text]:
    """Yield why no plan can exist, as far as it is seen before building."""
    for module in modules_of(scenario.features).values():
        yield from getattr(module, "obstacles", _nothing)(scenario)


def warnings_of(scenario: Scenario) -> Iterator[Text]:
    """Yield what a user should know that is no error, first which features are of other packages."""
    yield from sentences(document(guests_of(scenario.features)))
    for module in modules_of(scenario.features).values():
        yield from getattr(module, "warn", _nothing)(scenario)


def _nothing(scenario: Scenario) -> Iterator[Any]:
    del scenario
    yield from ()
