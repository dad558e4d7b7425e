"""Print an explanation: the cause in the first line, the remedy with its ``--set``, and its cost."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from planner.errors import shown
from planner.language import SEMICOLON, Message, Named, Text, join, rendered, say, say_as
from planner.models.solving.prices import PRICE_UNITS
from planner.views.limit_words import deciding_line, members_of, objective_word, value_of, what_of
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.models.algebra.row_names import Name
    from planner.scenario.scenario import Scenario
    from planner.studies.explain.answer import Change, Explanation, Way

GROUPS_SHOWN = 5
CONFLICT_SHOWN = 6
PLACES_SHOWN = 3
DECIDING_SHOWN = 12


def of_explanation(found: Explanation) -> str:
    """Return an explanation as the lines a user reads."""
    lines = list(_feasible(found) if found.status == "feasible" else _infeasible(found))
    lines += [say("note: {note}", note=note) for note in found.notes]
    return "".join(f"{rendered(line)}\n" for line in lines)


def _infeasible(found: Explanation) -> Iterator[Text]:
    scenario, count = found.scenario, len(found.causes)
    if found.case:
        yield say("{case} has no plan by itself:", case=shown(found.case))
    if not found.causes:
        yield say("infeasible, and nothing that may give is enough: the scenario contradicts itself")
    for number, cause in enumerate(found.causes):
        head = say_as("of a scenario", "infeasible")
        if count > 1:
            head = say("infeasible, cause {n} of {all}", n=number + 1, all=count)
        for place, way in enumerate(cause.ways):
            sentence = _sentence(scenario, way)
            yield (
                say("{head}: {sentence}", head=head, sentence=sentence)
                if place == 0
                else say("or {sentence}", sentence=sentence)
            )
            yield "  " + " ".join(f"--set {shlex.quote(text)}" for text in found.settings(number, place))
    if count > 1:
        yield say("all of these are needed together; the first ways work together, other combinations were not tried")
    if found.cost is not None:
        yield _priced(found, found.cost)
    for text in found.obstacles:
        yield say("seen before solving: {text}", text=text)
    if found.conflict:
        yield say(
            "rules that cannot hold together: {rules}",
            rules=join(conflict_in_words(found.scenario, found.conflict), SEMICOLON),
        )


def _priced(found: Explanation, cost: float) -> Message:
    """Return what a plan costs after the first changes, and how near to the least that is, as far as it is known."""
    figures = {"what": objective_word(found.scenario), "cost": _worth(found, cost)}
    if found.gap is None:
        return say("with the first change: {what} {cost}, or less: how near to the least is not known", **figures)
    return say("with the first change: {what} {cost}, within {gap:.1%} of the least", **figures, gap=found.gap)


def conflict_in_words(scenario: Scenario, conflict: Sequence[Name]) -> Iterator[Text]:
    """Name the rules once each, with what they are for, the first of many."""
    by_rule: dict[str, list[Message]] = {}
    for rule, index in conflict:
        by_rule.setdefault(rule, []).append(join(member_called(scenario, str(part)) for part in index))
    for rule, places in list(by_rule.items())[:CONFLICT_SHOWN]:
        first = join([*places[:PLACES_SHOWN], *(["…"] if len(places) > PLACES_SHOWN else [])], SEMICOLON)
        yield say("{rule} [{places}]", rule=word(rule), places=first) if first else word(rule)


def member_called(scenario: Scenario, part: str) -> Message:
    """Return what a reader calls a member of a rule's index; its id where two sets have it by different names."""
    names = {scenario.called(name, part) for name, members in scenario.sets.items() if part in members}
    return shown(names.pop() if len(names) == 1 else Named(part, part))


def _sentence(scenario: Scenario, way: Way) -> Message:
    """Return what has to give: places with the same numbers together."""
    groups: dict[tuple[Any, Any], list[Change]] = {}
    for change in way.changes:
        groups.setdefault((change.before, change.after), []).append(change)
    listed = list(groups.values())
    if len(listed) == 1:
        return _part(scenario, listed[0])
    parts = [_brief(scenario, changes) for changes in listed[:GROUPS_SHOWN]]
    rest = sum(len(changes) for changes in listed[GROUPS_SHOWN:])
    if rest:
        parts.append(say("and {rest} more", rest=rest))
    return say(
        "{name} cannot hold as it is; these can: {parts}",
        name=word(scenario.declarations.parameters[way.parameter].name),
        parts=join(parts, SEMICOLON),
    )


def _brief(scenario: Scenario, changes: Sequence[Change]) -> Message:
    first = changes[0]
    return say(
        "{members} {after} (now {before})",
        members=members_of(scenario, first.parameter, [change.key for change in changes]),
        before=value_of(scenario, first.parameter, first.before),
        after=value_of(scenario, first.parameter, first.after),
    )


def _part(scenario: Scenario, changes: Sequence[Change]) -> Message:
    first = changes[0]
    return say(
        "{what}: {before} cannot hold, {after} can",
        what=what_of(scenario, first.parameter, [change.key for change in changes]),
        before=value_of(scenario, first.parameter, first.before),
        after=value_of(scenario, first.parameter, first.after),
    )


def _feasible(found: Explanation) -> Iterator[Text]:
    if found.cost is None:
        yield say("feasible: a plan exists")
    elif found.scenario.cases:
        yield say(
            "feasible: all {count} cases have a plan together, of objective {value:,.6g}",
            count=len(found.scenario.cases),
            value=found.cost,
        )
    else:
        yield say(
            "feasible: a plan exists, {what} {cost}",
            what=objective_word(found.scenario),
            cost=_worth(found, found.cost),
        )
    if found.deciding:
        yield say("what decides it: limits that are reached, by what one step more saves:")
    for row in found.deciding[:DECIDING_SHOWN]:
        yield "  " + deciding_line(found.scenario, row)
    if len(found.deciding) > DECIDING_SHOWN:
        rest = len(found.deciding) - DECIDING_SHOWN
        yield say("  and {rest} more, in --json and in deciding.csv of a run", rest=rest)
    if found.binding and found.scenario.cases:
        yield say("what binds most in the likeliest future, by what giving 1 % of it saves a year, what is built held:")
    elif found.binding:
        yield say("what binds most, by what giving 1 % of it saves (integers fixed at the plan):")
    for row in found.binding:
        told = say(
            "{what}, now {present}: 1 % is worth {worth}",
            what=what_of(found.scenario, row["parameter"], [row["key"]]),
            present=value_of(found.scenario, row["parameter"], row["present"]),
            worth=_worth(found, row["worth"]),
        )
        yield join(["  ", *([shown(row["case"]), ": "] if "case" in row else []), told], "")


def _worth(found: Explanation, amount: float) -> Message:
    """Return a value of the objective in words a reader knows, with its unit."""
    if unit := PRICE_UNITS.get(found.scenario.settings.minimise):
        return say("{amount:,.6g} {unit}", amount=amount, unit=unit)
    if abs(amount) >= 1e8:  # noqa: PLR2004 - from here on in billions; Chinese counts in hundreds of millions
        told = Named(f"{amount / 1e9:,.3f}", f"{amount / 1e8:,.2f}")
        return say("{amount} billion CNY/a", amount=told)
    if abs(amount) >= 1e4:  # noqa: PLR2004 - from here on in millions; Chinese counts in tens of thousands
        told = Named(f"{amount / 1e6:,.3f}", f"{amount / 1e4:,.2f}")
        return say("{amount} million CNY/a", amount=told)
    return say("{amount:,.2f} CNY/a", amount=amount)
