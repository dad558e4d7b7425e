"""Group the input differences of two plans by cause: a site that is gone, not each of its cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from planner.errors import shown
from planner.language import SEMICOLON, Message, Named, Text, join, say
from planner.studies.compare.differences.touch import RANK, mask_of
from planner.studies.compare.words import called, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.studies.compare.differences.comparison import Comparison

FEW: Final = 3
"""Examples of one cause that are named."""
MEMBERS: Final = {"member_removed": "removed", "member_added": "added"}
"""Kind of a removed or added member, and kind of its own cells."""


@dataclass(frozen=True)
class Cause:
    """One reason why two plans may differ."""

    text: Message  # what differs, where, from what to what
    cells: int  # rows of the table of inputs that say it
    moves: int  # that it touches
    load: float  # of these moves [MW]


def causes_of(comparison: Comparison) -> list[Cause]:
    """Return why two plans may differ, those first that touch most of what moved."""
    inputs = comparison.tables["inputs"]
    rank = inputs["kind"].map(RANK)
    deciding = inputs[rank == 0]
    asked = list(inputs[inputs["kind"] == "override"].itertuples())
    owned = _owned(comparison, deciding)
    found = [*_members(comparison, deciding), *_features(comparison, deciding, owned)]
    found += _columns(comparison, deciding[owned == ""], asked)
    found.sort(key=lambda cause: -round(cause.load, 6))
    cells = list(deciding.itertuples())
    alone = [row for row in asked if not any(_sets_cell(row, cell) for cell in cells)]
    return found + [_cause(comparison, _set(row), inputs.loc[[row.Index]]) for row in alone]


def _cause(comparison: Comparison, text: Message, part: pd.DataFrame) -> Cause:
    load = comparison.effects["load"].to_numpy(float)
    mask = np.zeros(len(load), dtype=bool)
    for touches in dict.fromkeys(part["touches"]):
        mask |= mask_of(touches, len(load))
    return Cause(text, len(part), int(mask.sum()), float(load[mask].sum()))


# ---- what is gone or new


def _members(comparison: Comparison, deciding: pd.DataFrame) -> Iterator[Cause]:
    """Yield one cause for all that is gone and one for all that is new, their cells with them."""
    for kind, cells in MEMBERS.items():
        part = deciding[deciding["kind"] == kind]
        if part.empty:
            continue
        listed = []
        for name, members in part.groupby("table", sort=False):
            keys = list(members["key"])
            more = say(" and {count} more", count=len(keys) - FEW) if len(keys) > FEW else ""
            names = join(named(comparison, str(name), str(key)) for key in keys[:FEW])
            listed.append(say("{what} {names}{more}", what=called(str(name)), names=names, more=more))
        text = (
            say("not in the plan any more: {listed}", listed=join(listed, SEMICOLON))
            if kind == "member_removed"
            else say("new in the plan: {listed}", listed=join(listed, SEMICOLON))
        )
        yield _cause(comparison, text, deciding[deciding["kind"].isin([kind, cells])])


# ---- a feature listed in one plan only


def _owned(comparison: Comparison, deciding: pd.DataFrame) -> pd.Series:
    """Return for each difference the feature that only one plan lists and that alone reads it; empty for the others."""
    owner = comparison.after.results.scenario.declarations.owner
    changed = {str(name) for name in deciding.loc[deciding["kind"] == "feature", "column"]}

    def feature_of(row: Any) -> str:
        if row.kind == "feature":
            return str(row.column)
        found = owner.get(f"{row.table}.{row.column}", owner.get(row.column, ""))
        return found if row.kind == "cell" and found in changed else ""

    return pd.Series([feature_of(row) for row in deciding.itertuples()], index=deciding.index, dtype=object)


def _features(comparison: Comparison, deciding: pd.DataFrame, owned: pd.Series) -> Iterator[Cause]:
    """Yield one cause for each feature that only one plan lists, the cells that it alone reads with it."""
    for row in deciding[deciding["kind"] == "feature"].itertuples():
        name = called(str(row.column))
        text = say("rules listed: {name}", name=name) if row.after else say("rules no longer listed: {name}", name=name)
        yield _cause(comparison, text, deciding[owned == row.column])


# ---- cells and settings


def _columns(comparison: Comparison, deciding: pd.DataFrame, asked: Sequence[Any]) -> Iterator[Cause]:
    """Yield one cause a column; columns of one table that differ in the same places are one."""
    owned = {*MEMBERS, *MEMBERS.values()}
    rest = deciding[~deciding["kind"].isin(owned)]
    places: dict[tuple[Any, ...], list[pd.DataFrame]] = {}
    for (table, column, kind), part in rest.groupby(["table", "column", "kind"], sort=False):
        keys = tuple(part["key"])
        place = (table, kind, keys) if any(keys) else (table, kind, column)
        places.setdefault(place, []).append(part)
    for parts in places.values():
        whole = pd.concat(parts)
        changes = join([_change(part) for part in parts], SEMICOLON)
        where = _where(comparison, parts[0])
        is_set = any(_sets_cell(row, cell) for row in asked for cell in whole.itertuples())
        by_hand = say(" (by --set)") if is_set else ""
        text = say("{where}{changes}{by_hand}", where=where, changes=changes, by_hand=by_hand)
        yield _cause(comparison, text, whole)


def _where(comparison: Comparison, part: pd.DataFrame) -> Text:
    """Return the first places of some cells by name."""
    keys = [str(key) for key in part["key"] if key]
    if not keys:
        return ""
    sets = _sets(comparison, part)
    names = join(_place(comparison, sets, key) for key in keys[:FEW])
    more = say(" and {rest} more", rest=len(keys) - FEW) if len(keys) > FEW else ""
    return say("{names}{more}: ", names=names, more=more)


def _sets(comparison: Comparison, part: pd.DataFrame) -> tuple[str, ...]:
    """Return the sets that the keys of a column belong to."""
    table, column = str(part["table"].iloc[0]), str(part["column"].iloc[0])
    for run in (comparison.after, comparison.before):
        given = run.results.scenario.given
        values = given.get(f"{table}.{column}", given.get(column))
        if isinstance(values, pd.Series):
            return tuple(map(str, values.index.names))
    return ()


def _place(comparison: Comparison, sets: Sequence[str], key: str) -> Message:
    """Return the names of a key's members."""
    members = key.split(";")
    if len(sets) != len(members):
        return Named(shown(key), shown(key))
    return join((named(comparison, name, member) for name, member in zip(sets, members, strict=True)), say(" \u2013 "))


def _change(part: pd.DataFrame) -> Message:
    """Return what differs in one column: one change for all, one difference for all, or the commonest changes."""
    first = part.iloc[0]
    name = called(str(first["column"] or first["table"]))
    unit = "" if first["kind"] == "table" else _unit(str(first["unit"]))  # there the values say how many are given
    pairs = Counter(zip(map(value_of, part["before"]), map(value_of, part["after"]), strict=True))
    steps = {_step(*pair) for pair in zip(part["before"], part["after"], strict=True)}
    if len(pairs) > 1 and len(steps) == 1 and None not in steps:
        [step] = steps
        listed = _pairs(pairs)
        return say("{name} {step:+,.10g}{unit} ({listed})", name=name, step=step, unit=unit, listed=listed)
    if len(pairs) > 1 and len(part) > FEW:
        listed = _pairs(pairs)
        return say("{name} in {count} places ({listed}){unit}", name=name, count=len(part), listed=listed, unit=unit)
    return say("{name} {listed}{unit}", name=name, listed=_pairs(pairs), unit=unit)


def _pairs(pairs: Counter[tuple[Text, Text]]) -> Message:
    told = [
        say("{before} → {after}{times}", before=pair[0], after=pair[1], times=_times(count))
        for pair, count in pairs.most_common(FEW)
    ]
    more = [say("…")] if len(pairs) > FEW else []
    return join([*told, *more])


def _step(before: Any, after: Any) -> float | None:
    """Return by how much a number changed, rounded so that equal steps are equal; ``None`` where it is none."""
    is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (before, after))
    return round(float(after) - float(before), 9) if is_number else None


def _unit(unit: str) -> str:
    return "" if unit in {"", "1"} else f" {unit}"


def _times(count: int) -> str:
    return f" (×{count})" if count > 1 else ""


def value_of(value: Any) -> Text:
    """Return a value of an input as it is shown."""
    if value is None:
        return say("not given")
    if value == "":
        return say("empty")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return shown(str(value), 40)


# ---- what was set on the command line


def _sets_cell(row: Any, cell: Any) -> bool:
    """Return whether a ``--set`` that only one run was given sets a cell that differs."""
    name, _, key = str(row.column).partition("[")
    if name.rpartition(".")[2] != cell.column.rpartition(".")[2]:
        return False
    return cell.kind == "table" or not key.strip("]") or key.rstrip("]").replace(",", ";") == cell.key


def _set(row: Any) -> Message:
    return say(
        "set by --set: {name}: {before} → {after}",
        name=shown(row.column),
        before=value_of(row.before),
        after=value_of(row.after),
    )


def told(causes: Sequence[Cause], most: int = FEW) -> Message:
    """Return the first causes as one sentence."""
    texts = [cause.text for cause in causes[:most]]
    if len(causes) > most:
        texts.append(say("{count} more below", count=len(causes) - most))
    return join(texts, say(" | "))
