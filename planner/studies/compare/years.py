"""Two runs of several years: compared year by year, and what all years together come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from planner.errors import UsageError, shown
from planner.language import Message, join, say
from planner.studies.compare.differences.run import Run
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.scenario.scenario import Case, Scenario

SHOWN: Final = 6
NOT_APART: Final = say(
    "years that are planned together are compared as they are; swaps at equal cost are not told apart"
)


def pairs_of(base: Run, other: Run) -> list[tuple[Run, Run]]:
    """Return what is to be compared with what: of runs of several years, each with the same year of the base.

    Raises
    ------
    UsageError
        They have no year in common: other stages or futures, or one of them is of one year alone.
    """
    if not base.results.scenario.cases and not other.results.scenario.cases:
        return [(base, other)]
    before, after = _planned(base), _planned(other)
    common = [name for name in before if name in after]
    if not common:
        raise UsageError(
            say(
                "{other} and {base} have no year in common ({after}; {before}): a run of several years is compared "
                "with one of the same stages and futures",
                other=shown(other.label),
                base=shown(base.label),
                after=_listed(list(after)),
                before=_listed(list(before)),
            )
        )
    return [(_of_case(base, before[name]), _of_case(other, after[name])) for name in common]


def lead_of(base: Run, other: Run) -> Message | None:
    """Return what all years come to in both runs, and which years only one of them has; of one year nothing."""
    if not base.results.scenario.cases:
        return None
    before, after = _planned(base), _planned(other)
    first, second = (float(run.results.summary["objective"]) for run in (base, other))
    differing = _ties(base.results.scenario, other.results.scenario)
    alone = [name for name in [*before, *after] if (name in before) != (name in after)]
    told = say(
        "{other} against {base}, year by year; objective of all years: {before:,.6g} and {after:,.6g} ({change:+,.4g})",
        other=shown(other.label),
        base=shown(base.label),
        before=first,
        after=second,
        change=second - first,
    )
    lines = [told]
    if differing:
        lines.append(say("what ties the years differs: {names}", names=join(map(word, differing))))
    if alone:
        lines.append(say("not compared, for only one of them has them: {years}", years=_listed(alone)))
    return join(lines, "\n")


def _ties(first: Scenario, second: Scenario) -> list[str]:
    """Return the parameters of the features that make years whose values differ; those of a year are compared there."""
    found = []
    for key, parameter in first.declarations.parameters.items():
        if first.declarations.owner[key] in first.declarations.case_sets:
            values = [scenario.given.get(key) for scenario in (first, second)]
            texts = [value.to_dict() if isinstance(value, pd.Series) else value for value in values]
            if texts[0] != texts[1]:
                found.append(parameter.name)
    return found


def _planned(run: Run) -> dict[str, Case]:
    """Return the cases of a run that have a plan, by name."""
    told = run.results.summary.get("cases", ())
    pairs = zip(run.results.scenario.cases, told, strict=True)
    return {case.name: case for case, one in pairs if "cost" in one}


def _of_case(run: Run, case: Case) -> Run:
    return Run(f"{run.label} {case.name}", run.results.of_case(case), run.folder)


def _listed(names: Sequence[str]) -> Message:
    if not names:
        return say("one year alone")
    return join([*map(shown, names[:SHOWN]), *(["…"] if len(names) > SHOWN else [])])
