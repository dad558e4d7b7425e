"""The first lines of a comparison: what changed, why, what is built otherwise, and what only swaps places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from planner.errors import shown
from planner.language import SEMICOLON, Message, Text, join, say
from planner.studies.compare.causes import causes_of, told
from planner.studies.compare.differences.moves import SWAPPED
from planner.studies.compare.differences.nearest import Nearest
from planner.studies.compare.differences.warnings import accountings_of
from planner.studies.compare.numbers import emissions, money, per_cent
from planner.studies.compare.words import called, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.scenario.built import Built
    from planner.studies.compare.differences.comparison import Comparison

BUILT_SHOWN: Final = 6
VISIBLE: Final = 0.05
"""[MW, MWh] Less would show as 0.0."""


def headline_of(comparison: Comparison) -> Iterator[Message]:
    """Yield what a reader should know first, a line each."""
    yield _change(comparison)
    yield _reason(comparison)
    yield _built(comparison)
    yield from _apart(comparison)


def _change(comparison: Comparison) -> Message:
    before, after = comparison.before.results.summary, _effect(comparison)
    cost = float(after["cost"]) - float(before["cost"])
    parts = [say("cost {cost}{share}", cost=money(cost), share=per_cent(cost, before["cost"]))]
    if "emissions" in after and "emissions" in before and _counts_alike(comparison):
        change = float(after["emissions"]) - float(before["emissions"])
        parts.append(say("emissions {change}", change=emissions(change)))
    net = comparison.net_change
    parts.append(
        say("net change of site loads {net:,.1f} MW", net=net)
        if net >= VISIBLE
        else say("net change of site loads none")
    )
    return say(
        "{run} against {base}: {parts}",
        run=shown(comparison.after.label),
        base=shown(comparison.before.label),
        parts=join(parts, SEMICOLON),
    )


def _effect(comparison: Comparison) -> Mapping[str, Any]:
    """Return the summary of what the inputs did: the nearest equal's, or the run's own."""
    near = comparison.near
    return near.summary if isinstance(near, Nearest) else comparison.after.results.summary


def _counts_alike(comparison: Comparison) -> bool:
    runs = (comparison.before, comparison.after)
    names = accountings_of(comparison.after.results.scenario.declarations, "emissions")
    modes = {tuple(str(run.results.scenario.scalar(name)) for name in names) for run in runs}
    return len(modes) == 1


def _reason(comparison: Comparison) -> Message:
    causes = causes_of(comparison)
    if causes:
        return say("Why: {causes}", causes=told(causes))
    if comparison.tables["inputs"].empty:
        return say("Why: no input differs")
    return say("Why: no input that decides a plan differs")


def _built(comparison: Comparison) -> Message:
    table = comparison.tables["new_build"]
    told = _builds(comparison)
    rows = [row for row in table.to_dict("records") if row["measure"] in told and abs(_by_inputs(row)) >= VISIBLE]
    if not rows and not list(_widened(comparison)):
        return say("Plants, stores and halls: as before")
    rows.sort(key=lambda row: (not _comes_or_goes(row), told[row["measure"]].place, -abs(_by_inputs(row))))
    listed = [*(_told(comparison, row) for row in rows[:BUILT_SHOWN]), *_widened(comparison)]
    if len(rows) > BUILT_SHOWN:
        listed.append(say("{count} more below", count=len(rows) - BUILT_SHOWN))
    return say("Plants, stores and halls: {listed}", listed=join(listed, SEMICOLON))


def _widened(comparison: Comparison) -> Iterator[Message]:
    """Yield the links that get more modules, or fewer, those that change most first."""
    table = comparison.tables["links"]
    changed = table[table["modules_difference"] != 0]
    changed = changed.sort_values("modules_difference", ascending=False, key=abs, kind="stable")
    for row in changed.head(BUILT_SHOWN).to_dict("records"):
        yield say(
            "link {link} {before:,.0f} → {after:,.0f} modules",
            link=named(comparison, "link", str(row["link"])),
            before=row["modules_before"],
            after=row["modules_after"],
        )


def _builds(comparison: Comparison) -> dict[str, Built]:
    """Return what may be built, by column, but for what says again what another says."""
    builds = comparison.after.results.scenario.declarations.builds
    return {built.column: built for built in builds if built.place}


def _by_inputs(row: Mapping[Any, Any]) -> float:
    """Return by how much something changed, without what swaps places at equal cost."""
    swapped = float(row["swapped"])
    return float(row["difference"]) - (0.0 if swapped != swapped else swapped)  # noqa: PLR0124 - NaN


def _comes_or_goes(row: Mapping[Any, Any]) -> bool:
    after = float(row["before"]) + _by_inputs(row)
    return abs(after) < VISIBLE or abs(float(row["before"])) < VISIBLE


def _told(comparison: Comparison, row: Mapping[Any, Any]) -> Message:
    before = float(row["before"])
    after = before + _by_inputs(row)
    end: Text = ""
    if _comes_or_goes(row):
        end = say(" (gone)") if abs(after) < VISIBLE else say(" (new)")
    what = called(str(row["measure"]))
    if row["built"]:
        group = _builds(comparison)[str(row["measure"])].by
        what = say("{built}, {what}", built=named(comparison, group, str(row["built"])), what=what)
    return say(
        "{site} {what} {before:,.0f} → {after:,.0f} {unit}{end}",
        site=named(comparison, "site", str(row["site"])),
        what=what,
        before=before,
        after=after,
        unit=row["unit"],
        end=end,
    )


def _apart(comparison: Comparison) -> Iterator[Message]:
    """Say what only swaps places, or that it is not told apart."""
    near = comparison.near
    if isinstance(near, Message):
        yield say("Effects and swaps at equal cost are not told apart: {reason}", reason=near)
    if not isinstance(near, Nearest):
        return
    swapped, built = comparison.moved(SWAPPED), _swapped_build(comparison)
    more = float(comparison.after.results.summary["cost"]) - float(near.summary["cost"])
    if swapped < VISIBLE and built < VISIBLE and abs(more) < 1:
        return
    parts = []
    if swapped >= VISIBLE:
        parts.append(say("{load:,.1f} MW of work", load=swapped))
    if built >= VISIBLE:
        parts.append(say("{built:,.1f} MW of plants and halls", built=built))
    if parts:
        yield say(
            "Apart from that, {parts} only swap places between plans as good as each other: no input asks for it",
            parts=join(parts, say(" and ")),
        )
    if near.builds_as_before and abs(more) >= 1:
        yield say(
            "The run as found builds otherwise than the base. It differs by {more} from that equal, less than its gap "
            "leaves open",
            more=money(more),
        )


def _swapped_build(comparison: Comparison) -> float:
    """Return what is built in one place instead of another [MW]."""
    table = comparison.tables["new_build"]
    part = table[table["measure"].isin(list(_builds(comparison))) & (table["unit"] == "MW")]
    return max(float(part["swapped"].clip(lower=0.0).sum()), -float(part["swapped"].clip(upper=0.0).sum()))
