"""What an explanation says: the cause in the first line, what mends it with its ``--set``, and what that costs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from planner.errors import shown
from planner.language import Said, join, say
from planner.models.solving.prices import PRICE_UNITS
from planner.views.limit_words import deciding_line, members_of, objective_word, value_of, what_of
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.scenario.scenario import Scenario
    from planner.studies.explain.answer import Change, Explanation, Way

GROUPS_SHOWN = 5
CONFLICT_SHOWN = 6
PLACES_SHOWN = 3
DECIDING_SHOWN = 12


def of_explanation(found: Explanation) -> str:
    """Return an explanation as the lines a user reads."""
    lines = list(_feasible(found) if found.status == "feasible" else _infeasible(found))
    lines += [say("note: {note}", "提示：{note}", note=note) for note in found.notes]
    return "\n".join(lines) + "\n"


def _infeasible(found: Explanation) -> Iterator[str]:
    scenario, count = found.scenario, len(found.causes)
    if not found.causes:
        yield say(
            "infeasible, and nothing that may give is enough: the scenario contradicts itself",
            "无可行方案，且放宽任何可放宽的约束都不够：情景自相矛盾",
        )
    for number, cause in enumerate(found.causes):
        head = say("infeasible", "无可行方案")
        if count > 1:
            head = say("infeasible, cause {n} of {all}", "无可行方案，原因 {n}/{all}", n=number + 1, all=count)
        for place, way in enumerate(cause.ways):
            sentence = _sentence(scenario, way)
            yield (
                say("{head}: {sentence}", "{head}：{sentence}", head=head, sentence=sentence)
                if place == 0
                else say("or {sentence}", "或者：{sentence}", sentence=sentence)
            )
            yield "  " + " ".join(f"--set {shlex.quote(text)}" for text in found.settings(number, place))
    if count > 1:
        yield say(
            "all of these are needed together; the first ways work together, other combinations were not tried",
            "以上各原因须同时消除；各项的第一种办法合用可行，其他组合未经试算",
        )
    if found.cost is not None:
        yield _priced(found, found.cost)
    for text in found.obstacles:
        yield say("seen before solving: {text}", "求解前即可看出：{text}", text=text)
    if found.conflict:
        yield say(
            "rules that cannot hold together: {rules}",
            "不能同时成立的约束：{rules}",
            rules=join(_conflict(found), en="; ", zh="；"),
        )


def _priced(found: Explanation, cost: float) -> Said:
    """Return what a plan costs after the first changes, and how near to the least that is, as far as it is known."""
    figures = {"what": objective_word(found.scenario), "cost": _worth(found, cost)}
    if found.gap is None:
        return say(
            "with the first change: {what} {cost}, or less: how near to the least is not known",
            "按首个办法调整后：{what} {cost} 或更低；与最优的差距未知",
            **figures,
        )
    return say(
        "with the first change: {what} {cost}, within {gap:.1%} of the least",
        "按首个办法调整后：{what} {cost}，与最优相差不超过 {gap:.1%}",
        **figures,
        gap=found.gap,
    )


def _conflict(found: Explanation) -> Iterator[str]:
    """Name the rules once each, with what they are for, the first of many."""
    by_rule: dict[str, list[Said]] = {}
    for rule, index in found.conflict:
        by_rule.setdefault(rule, []).append(join(_called(found.scenario, str(part)) for part in index))
    for rule, places in list(by_rule.items())[:CONFLICT_SHOWN]:
        first = join([*places[:PLACES_SHOWN], *(["…"] if len(places) > PLACES_SHOWN else [])], en="; ", zh="；")
        yield say("{rule} [{places}]", "{rule}［{places}］", rule=word(rule), places=first) if first else word(rule)


def _called(scenario: Scenario, part: str) -> Said:
    """Return what a reader calls a member of a rule's index; its id where two sets have it by different names."""
    names = {scenario.called(name, part) for name, members in scenario.sets.items() if part in members}
    return shown(names.pop()) if len(names) == 1 else shown(Said(part, part))  # type: ignore[return-value]


def _sentence(scenario: Scenario, way: Way) -> Said:
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
        parts.append(say("and {rest} more", "另有 {rest} 处", rest=rest))
    return say(
        "{name} cannot hold as it is; these can: {parts}",
        "{name}按现值无解；以下取值可行：{parts}",
        name=word(scenario.declarations.parameters[way.parameter].name),
        parts=join(parts, en="; ", zh="；"),
    )


def _brief(scenario: Scenario, changes: Sequence[Change]) -> Said:
    first = changes[0]
    return say(
        "{members} {after} (now {before})",
        "{members} {after}（现为 {before}）",
        members=members_of(scenario, first.parameter, [change.key for change in changes]),
        before=value_of(scenario, first.parameter, first.before),
        after=value_of(scenario, first.parameter, first.after),
    )


def _part(scenario: Scenario, changes: Sequence[Change]) -> Said:
    first = changes[0]
    return say(
        "{what}: {before} cannot hold, {after} can",
        "{what}为 {before} 时无解，{after} 可行",
        what=what_of(scenario, first.parameter, [change.key for change in changes]),
        before=value_of(scenario, first.parameter, first.before),
        after=value_of(scenario, first.parameter, first.after),
    )


def _feasible(found: Explanation) -> Iterator[str]:
    if found.cost is None:
        yield say("feasible: a plan exists", "可行：存在方案")
    else:
        yield say(
            "feasible: a plan exists, {what} {cost}",
            "可行：存在方案，{what} {cost}",
            what=objective_word(found.scenario),
            cost=_worth(found, found.cost),
        )
    if found.deciding:
        yield say(
            "what decides it: limits that are reached, by what one step more saves:",
            "决定方案的限制（已达到的限制，按放宽一步可节省的费用排序）：",
        )
    for row in found.deciding[:DECIDING_SHOWN]:
        yield join(["  ", deciding_line(found.scenario, row)], "", "")
    if len(found.deciding) > DECIDING_SHOWN:
        yield say(
            "  and {rest} more, in --json and in deciding.csv of a run",
            "  另有 {rest} 项，见 --json 与运行文件夹中的 deciding.csv",
            rest=len(found.deciding) - DECIDING_SHOWN,
        )
    if found.binding:
        yield say(
            "what binds most, by what giving 1 % of it saves (integers fixed at the plan):",
            "最紧的约束，按放宽 1% 可节省的费用排序（整数变量固定于方案）：",
        )
    for row in found.binding:
        yield say(
            "  {what}, now {present}: 1 % is worth {worth}",
            "  {what}（现为 {present}）：1% 值 {worth}",
            what=what_of(found.scenario, row["parameter"], [row["key"]]),
            present=value_of(found.scenario, row["parameter"], row["present"]),
            worth=_worth(found, row["worth"]),
        )


def _worth(found: Explanation, amount: float) -> Said:
    """Return a value of the objective in words a reader knows, with its unit."""
    if unit := PRICE_UNITS.get(found.scenario.settings.minimise):
        return say("{amount:,.6g} {unit}", "{amount:,.6g} {unit}", amount=amount, unit=unit)
    if abs(amount) >= 1e8:  # noqa: PLR2004 - from here on in billions, and in 亿
        return say("{amount:,.3f} billion CNY/a", "{yi:,.2f} 亿元/年", amount=amount / 1e9, yi=amount / 1e8)
    if abs(amount) >= 1e4:  # noqa: PLR2004 - from here on in millions, and in 万
        return say("{amount:,.3f} million CNY/a", "{wan:,.2f} 万元/年", amount=amount / 1e6, wan=amount / 1e4)
    return say("{amount:,.2f} CNY/a", "{amount:,.2f} 元/年", amount=amount)
