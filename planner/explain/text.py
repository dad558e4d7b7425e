"""What an explanation says: the cause in the first line, what mends it with its ``--set``, and what that costs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from planner.errors import shown
from planner.language import Said, join, say
from planner.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.explain.answer import Change, Explanation, Way
    from planner.io.scenario import Scenario

MEMBERS_SHOWN = 6
PLACES = frozenset({"site", "hub", "side"})
CONFLICT_SHOWN = 8


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
        yield say("all of these are needed together, one way each", "以上各原因须同时消除，每项任选一种办法")
    if found.cost is not None:
        yield say(
            "with the first change a plan costs {cost} (within {gap:.1%} of the least)",
            "按首个办法调整后，方案成本为 {cost}（与最优相差不超过 {gap:.1%}）",
            cost=_money(found.cost),
            gap=found.gap or 0.0,
        )
    for text in found.obstacles:
        yield say("seen before solving: {text}", "求解前即可看出：{text}", text=text)
    if found.conflict:
        yield say(
            "rules that cannot hold together: {rules}",
            "不能同时成立的约束：{rules}",
            rules=join(found.conflict[:CONFLICT_SHOWN], en="; ", zh="；"),
        )


def _sentence(scenario: Scenario, way: Way) -> Said:
    """Return what has to give: places with the same numbers together."""
    groups: dict[tuple[Any, Any], list[Change]] = {}
    for change in way.changes:
        groups.setdefault((change.before, change.after), []).append(change)
    parts = [_part(scenario, changes) for changes in groups.values()]
    return join(parts, en="; ", zh="；")


def _part(scenario: Scenario, changes: Sequence[Change]) -> Said:
    first = changes[0]
    return say(
        "{what}: {before} cannot hold, {after} can",
        "{what}为 {before} 时无解，{after} 可行",
        what=_what(scenario, first.parameter, [change.key for change in changes]),
        before=_value(scenario, first.parameter, first.before),
        after=_value(scenario, first.parameter, first.after),
    )


def _what(scenario: Scenario, parameter: str, keys: Sequence[Sequence[str]]) -> Said:
    """Return a parameter with the members it belongs to, by the names a reader knows, the first of many."""
    declared = scenario.declarations.parameters[parameter]
    if not declared.index:
        return word(declared.name)
    labels = {language: [scenario.labels(name, language) for name in declared.index] for language in ("en", "zh")}

    def named(key: Sequence[str], language: str) -> str:
        return " · ".join(shown(of[member]) for of, member in zip(labels[language], key, strict=True))

    members = join(Said(named(key, "en"), named(key, "zh")) for key in keys[:MEMBERS_SHOWN])
    if rest := len(keys) - MEMBERS_SHOWN if len(keys) > MEMBERS_SHOWN else 0:
        members = say("{first} and {rest} more", "{first}等 {all} 处", first=members, rest=rest, all=len(keys))
    at = "at" if PLACES & set(declared.index) else "of"
    return say("{name} {at} {members}", "{members}的{name}", name=word(declared.name), at=at, members=members)


def _value(scenario: Scenario, parameter: str, value: Any) -> Said | str:
    """Return a value with its unit."""
    if isinstance(value, bool):
        return say("yes", "是") if value else say("no", "否")
    if not isinstance(value, int | float):
        return word(str(value))
    unit = scenario.declarations.parameters[parameter].unit
    return f"{value:.10g}" if unit in {"", "1"} else f"{value:.10g} {unit}"


def _feasible(found: Explanation) -> Iterator[str]:
    if found.cost is None:
        yield say("feasible: a plan exists", "可行：存在方案")
    else:
        yield say("feasible: a plan exists and costs {cost}", "可行：存在方案，成本 {cost}", cost=_money(found.cost))
    if found.binding:
        yield say(
            "what binds most, by what giving 1 % of it saves (integers fixed at the plan):",
            "最紧的约束，按放宽 1% 可节省的费用排序（整数变量固定于方案）：",
        )
    for row in found.binding:
        yield say(
            "  {what}, now {present}: 1 % is worth {worth}",
            "  {what}（现为 {present}）：1% 值 {worth}",
            what=_what(found.scenario, row["parameter"], [row["key"]]),
            present=_value(found.scenario, row["parameter"], row["present"]),
            worth=_money(row["worth"]),
        )


def _money(amount: float) -> Said:
    if abs(amount) >= 1e8:  # noqa: PLR2004
        return say("{amount:,.3f} billion CNY/a", "{yi:,.2f} 亿元/年", amount=amount / 1e9, yi=amount / 1e8)
    if abs(amount) >= 1e4:  # noqa: PLR2004
        return say("{amount:,.3f} million CNY/a", "{wan:,.2f} 万元/年", amount=amount / 1e6, wan=amount / 1e4)
    return say("{amount:,.2f} CNY/a", "{amount:,.2f} 元/年", amount=amount)
