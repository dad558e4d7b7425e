"""Warn where two plans cannot be compared directly: other questions, accountings or hours, open gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.errors import shown
from planner.language import Message, join, say
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.io.results.results import Results
    from planner.scenario.parameter import Declarations
    from planner.studies.compare.differences.run import Run

MEMBERS_SHOWN = 8


def warnings_of(before: Run, after: Run) -> Iterator[Message]:
    """Yield what keeps two runs from being compared like with like, and what each has alone."""
    first, second = before.results, after.results
    if before.folder and before.folder == after.folder:
        yield say("both are one and the same run")
    elif first.scenario.content_hash == second.scenario.content_hash:
        yield say(
            "both runs have the same inputs: what differs comes from the solver's options or from plans of equal value"
        )
    yield from _of_objectives(first, second)
    yield from _of_accountings(first, second)
    yield from _of_time(first, second)
    yield from _of_units(first, second)
    yield from _of_members(before, after)
    yield from _of_proofs(before, after)


def _objective(results: Results) -> Message:
    weights = results.scenario.settings.objective
    words = {name: word(f"mean_{name}" if name == "latency" else name) for name in weights}
    if len(words) == 1:
        return join(words.values())
    return join(say("{weight:g} × {name}", weight=weights[n], name=words[n]) for n in words)


def _of_objectives(first: Results, second: Results) -> Iterator[Message]:
    objectives = [_objective(results) for results in (first, second)]
    if objectives[0] != objectives[1]:
        yield say(
            "the plans were made for different ends: {before} minimised in the base, {after} in the other",
            before=objectives[0],
            after=objectives[1],
        )


def accountings_of(declared: Declarations, measure: str = "") -> list[str]:
    """Return the choices of accounting, of one measure or all: plans that differ in one do not mean the same by it."""
    parameters = declared.parameters.items()
    return [key for key, each in parameters if each.accounting_of and measure in {"", each.accounting_of}]


def _of_accountings(first: Results, second: Results) -> Iterator[Message]:
    for name in accountings_of(first.scenario.declarations):
        values = [_choice(results, name) for results in (first, second)]
        if values[0] != values[1]:
            yield say(
                "{name} is not the same: {before} in the base, {after} in the other; "
                "what is counted by it does not compare",
                name=word(name),
                before=values[0],
                after=values[1],
            )


def _choice(results: Results, name: str) -> Message:
    """Return the choice that held in a plan; a plan without the feature has none."""
    scenario = results.scenario
    if not scenario.has(scenario.declarations.owner[name]):
        return say("none")
    return word(str(scenario.scalar(name)))


def _of_time(first: Results, second: Results) -> Iterator[Message]:
    hours = [results.scenario.settings.time_hours for results in (first, second)]
    if hours[0] != hours[1]:
        yield say(
            "the years are not equally long: {before:g} h and {after:g} h; sums over the year do not compare, means do",
            before=hours[0],
            after=hours[1],
        )
    steps = [len(results.scenario.sets["timestep"]) for results in (first, second)]
    if steps[0] != steps[1]:
        yield say(
            "the plans have {before} and {after} timesteps: loads are compared as means over the year",
            before=steps[0],
            after=steps[1],
        )


def _of_units(first: Results, second: Results) -> Iterator[Message]:
    units: list[dict[str, Any]] = [results.manifest.get("units") or {} for results in (first, second)]
    other = sorted(name for name in units[0].keys() & units[1].keys() if units[0][name] != units[1][name])
    for name in other:
        yield say(
            "{name} is not in the same unit: {before} and {after}",
            name=word(name),
            before=shown(units[0][name]),
            after=shown(units[1][name]),
        )


def _of_members(before: Run, after: Run) -> Iterator[Message]:
    """Yield the sites, regions and workloads that only one of the plans has."""
    for name in ("region", "workload", "site"):
        first, second = (run.results.scenario.sets[name] for run in (before, after))
        for run, own, other in ((before, first, second), (after, second, first)):
            alone = [shown(member) for member in own if member not in {*other}]
            if alone:
                more = len(alone) - MEMBERS_SHOWN
                names = join(alone[:MEMBERS_SHOWN])
                if more > 0:
                    names = say("{names} and {more} more", names=names, more=more)
                yield say(
                    "only in {run}: {count} × {what} ({names})",
                    run=shown(run.label),
                    count=len(alone),
                    what=word(name),
                    names=names,
                )


def _of_proofs(before: Run, after: Run) -> Iterator[Message]:
    """Say what is not proved: a plan stopped early, and a difference of cost within what the gaps leave open."""
    summaries = [run.results.summary for run in (before, after)]
    for run, summary in zip((before, after), summaries, strict=True):
        if "own_rules" in summary:
            yield say(
                "{run} was solved with rules of the user's own, which no input shows: {names}",
                run=shown(run.label),
                names=shown(join(summary["own_rules"]) or summary["own_objective"]["name"]),
            )
        if "alternative" in summary:
            yield say("{run} is an alternative to the best plan, not the best", run=shown(run.label))
        elif summary["status"] != "optimal":
            yield say(
                "{run} is a plan that was not proved optimal: part of the difference may be that", run=shown(run.label)
            )
    is_of_cost = all(run.results.scenario.settings.minimise == "cost" for run in (before, after))
    if not is_of_cost or any("alternative" in summary for summary in summaries):
        return
    left = [_open(summary) for summary in summaries]
    difference = abs(float(summaries[1]["cost"]) - float(summaries[0]["cost"]))
    if None not in left and 0 < difference <= sum(filter(None, left)):
        yield say(
            "the costs differ by less than the two solvers' gaps leave open ({left:,.0f} CNY/a): "
            "which of the plans is cheaper is not proved",
            left=sum(filter(None, left)),
        )


def _open(summary: dict[str, Any]) -> float | None:
    """Return how much lower a plan's optimum may lie [CNY/a]; ``None`` where no bound is proved."""
    bound = summary.get("bound")
    return None if bound is None else max(float(summary["objective"]) - float(bound), 0.0)
