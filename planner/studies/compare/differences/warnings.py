"""What a reader must know before comparing two plans: other questions, other accountings, other hours, open gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.errors import shown
from planner.language import Said, join, say
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.io.results.results import Results
    from planner.scenario.parameter import Declarations
    from planner.studies.compare.differences.run import Run

MEMBERS_SHOWN = 8


def warnings_of(before: Run, after: Run) -> Iterator[Said]:
    """Yield what keeps two runs from being compared like with like, and what each has alone."""
    first, second = before.results, after.results
    if before.folder and before.folder == after.folder:
        yield say("both are one and the same run", "两者为同一次运行")
    elif first.scenario.content_hash == second.scenario.content_hash:
        yield say(
            "both runs have the same inputs: what differs comes from the solver's options or from plans of equal value",
            "两次运行的输入完全相同：差异来自求解选项或等价的最优方案",
        )
    yield from _of_objectives(first, second)
    yield from _of_accountings(first, second)
    yield from _of_time(first, second)
    yield from _of_units(first, second)
    yield from _of_members(before, after)
    yield from _of_proofs(before, after)


def _objective(results: Results) -> Said:
    weights = results.scenario.settings.objective
    words = {name: word(f"mean_{name}" if name == "latency" else name) for name in weights}
    if len(words) == 1:
        return join(words.values())
    return join(say("{weight:g} × {name}", "{weight:g}×{name}", weight=weights[n], name=words[n]) for n in words)


def _of_objectives(first: Results, second: Results) -> Iterator[Said]:
    objectives = [_objective(results) for results in (first, second)]
    if objectives[0] != objectives[1]:
        yield say(
            "the plans were made for different ends: {before} minimised in the base, {after} in the other",
            "两个方案的目标不同：基准方案以{before}最小为目标，另一方案以{after}最小为目标",
            before=objectives[0],
            after=objectives[1],
        )


def accountings_of(declared: Declarations, measure: str = "") -> list[str]:
    """Return the choices of accounting, of one measure or all: plans that differ in one do not mean the same by it."""
    parameters = declared.parameters.items()
    return [key for key, each in parameters if each.accounting_of and measure in {"", each.accounting_of}]


def _of_accountings(first: Results, second: Results) -> Iterator[Said]:
    for name in accountings_of(first.scenario.declarations):
        values = [_choice(results, name) for results in (first, second)]
        if values[0] != values[1]:
            yield say(
                "{name} is not the same: {before} in the base, {after} in the other; "
                "what is counted by it does not compare",
                "{name}不同：基准方案为 {before}，另一方案为 {after}；按其核算的数值不可直接比较",
                name=word(name),
                before=values[0],
                after=values[1],
            )


def _choice(results: Results, name: str) -> Said | str:
    """Return the choice that held in a plan; a plan without the feature has none."""
    scenario = results.scenario
    if not scenario.has(scenario.declarations.owner[name]):
        return say("none", "无")
    return word(str(scenario.scalar(name)))


def _of_time(first: Results, second: Results) -> Iterator[Said]:
    hours = [results.scenario.settings.time_hours for results in (first, second)]
    if hours[0] != hours[1]:
        yield say(
            "the years are not equally long: {before:g} h and {after:g} h; sums over the year do not compare, means do",
            "全年小时数不同：{before:g} 小时与 {after:g} 小时；全年总量不可直接比较，平均值可比",
            before=hours[0],
            after=hours[1],
        )
    steps = [len(results.scenario.sets["timestep"]) for results in (first, second)]
    if steps[0] != steps[1]:
        yield say(
            "the plans have {before} and {after} timesteps: loads are compared as means over the year",
            "两个方案分别有 {before} 个和 {after} 个时段：负荷按全年平均比较",
            before=steps[0],
            after=steps[1],
        )


def _of_units(first: Results, second: Results) -> Iterator[Said]:
    units: list[dict[str, Any]] = [results.manifest.get("units") or {} for results in (first, second)]
    other = sorted(name for name in units[0].keys() & units[1].keys() if units[0][name] != units[1][name])
    for name in other:
        yield say(
            "{name} is not in the same unit: {before} and {after}",
            "{name}的单位不同：{before} 与 {after}",
            name=word(name),
            before=shown(units[0][name]),
            after=shown(units[1][name]),
        )


def _of_members(before: Run, after: Run) -> Iterator[Said]:
    """Yield the sites, regions and workloads that only one of the plans has."""
    for name in ("region", "workload", "site"):
        first, second = (run.results.scenario.sets[name] for run in (before, after))
        for run, own, other in ((before, first, second), (after, second, first)):
            alone = [shown(member) for member in own if member not in {*other}]
            if alone:
                more = len(alone) - MEMBERS_SHOWN
                names = join(alone[:MEMBERS_SHOWN])
                if more > 0:
                    names = say("{names} and {more} more", "{names}等，另 {more} 个", names=names, more=more)
                yield say(
                    "only in {run}: {count} × {what} ({names})",
                    "仅 {run} 有 {count} 个{what}（{names}）",
                    run=shown(run.label),
                    count=len(alone),
                    what=word(name),
                    names=names,
                )


def _of_proofs(before: Run, after: Run) -> Iterator[Said]:
    """Say what is not proved: a plan stopped early, and a difference of cost within what the gaps leave open."""
    summaries = [run.results.summary for run in (before, after)]
    for run, summary in zip((before, after), summaries, strict=True):
        if "own_rules" in summary:
            yield say(
                "{run} was solved with rules of the user's own, which no input shows: {names}",
                "{run} 含用户自定约束，输入中无从得知：{names}",
                run=shown(run.label),
                names=shown(join(summary["own_rules"]) or summary["own_objective"]["name"]),
            )
        if "alternative" in summary:
            yield say(
                "{run} is an alternative to the best plan, not the best",
                "{run} 为备选方案，并非最优",
                run=shown(run.label),
            )
        elif summary["status"] != "optimal":
            yield say(
                "{run} is a plan that was not proved optimal: part of the difference may be that",
                "{run} 未证明最优：部分差异可能由此而来",
                run=shown(run.label),
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
            "两个方案的成本差小于求解间隙之和（{left:,.0f} 元/年）：孰低尚未证明",
            left=sum(filter(None, left)),
        )


def _open(summary: dict[str, Any]) -> float | None:
    """Return how much lower a plan's optimum may lie [CNY/a]; ``None`` where no bound is proved."""
    bound = summary.get("bound")
    return None if bound is None else max(float(summary["objective"]) - float(bound), 0.0)
