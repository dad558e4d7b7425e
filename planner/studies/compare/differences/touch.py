"""Find the moves that an input touches, by the members of its key, and the total for each column."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.scenario.scenario import Scenario

Mask = npt.NDArray[np.bool_]
Row = dict[str, Any]

ORDER: Final = (
    ("feature", "setting", "table", "member_added", "member_removed", "cell", "added", "removed"),
    ("override",),
    ("same_effect",),
    ("label", "provenance", "record"),
)
"""Kinds of differences: what decides a plan, how it was asked for, what says the same in other words, what is told."""
KINDS: Final = tuple(kind for kinds in ORDER for kind in kinds)
RANK: Final = {kind: rank for rank, kinds in enumerate(ORDER) for kind in kinds}
UNTOUCHED: Final[Row] = {"moves": 0, "load": 0.0, "touches": ""}


class Touch:
    """Says which moves an input touches, by the members that are its key."""

    def __init__(self, moves: pd.DataFrame, scenarios: tuple[Scenario, Scenario]) -> None:
        self.moves = moves
        self.load = moves["load"].to_numpy(float)
        self._scenarios = scenarios
        self._known: dict[tuple[tuple[str, str], ...], Row] = {}
        self._masks: dict[tuple[str, str], Mask] = {}

    def on(self, row: Row, key: Mapping[str, str]) -> Row:
        """Return a row with the moves that it touches; a kind that decides nothing touches none."""
        if RANK[row["kind"]] > 0:
            return {**row, **UNTOUCHED}
        parts = tuple((name, member) for name, member in key.items() if name in self._readers)
        if parts not in self._known:
            mask = self.mask(parts)
            touched = {"moves": int(mask.sum()), "load": float(self.load[mask].sum()), "touches": numbers_of(mask)}
            self._known[parts] = touched
        return {**row, **self._known[parts]}

    def mask(self, parts: Sequence[tuple[str, str]]) -> Mask:
        """Return which moves have to do with all members of a key."""
        found = np.ones(len(self.moves), dtype=bool)
        for name, member in parts:
            if (name, member) not in self._masks:
                self._masks[name, member] = self._readers[name](member)
            found &= self._masks[name, member]
        return found

    @cached_property
    def _readers(self) -> dict[str, Any]:
        return {
            "region": lambda member: self._is("region", member),
            "workload": lambda member: self._is("workload", member),
            "site": lambda member: self._is("site_from", member) | self._is("site_to", member),
            "compute_type": lambda member: self._of("workload", "workload", "compute_type", member),
            "hub": lambda member: self._anywhere("hub", member),
            "side": lambda member: self._anywhere("side", member),
        }

    def _is(self, column: str, member: str) -> Mask:
        return np.asarray(self.moves[column].to_numpy(object) == member)

    def _of(self, column: str, name: str, parameter: str, member: str) -> Mask:
        """Return the moves whose region, workload or site belongs to a member, in one of the plans at least."""
        found = np.zeros(len(self.moves), dtype=bool)
        for scenario in self._scenarios:
            belongs = scenario.given.get(f"{name}.{parameter}")
            if isinstance(belongs, pd.Series):
                found |= self.moves[column].isin(list(belongs.index[belongs == member])).to_numpy()
        return found

    def _anywhere(self, parameter: str, member: str) -> Mask:
        columns = (("region", "region"), ("site_from", "site"), ("site_to", "site"))
        masks = [self._of(column, name, parameter, member) for column, name in columns]
        return masks[0] | masks[1] | masks[2]


def numbers_of(mask: Mask) -> str:
    """Return the numbers of the places that are true, from 1, runs as ranges: ``1-4 7``; ``all``."""
    if len(mask) and mask.all():
        return "all"
    places = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    ranges = [(first + 1, last) for first, last in zip(places[::2], places[1::2], strict=True)]
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def groups_of(differences: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Return the differences that decide a plan, by table and column.

    Returns
    -------
    DataFrame
        ``table``, ``column``, ``kind``, ``cells`` (how many differ), ``moves`` and ``load`` [MW] (touched by any of
        them), ``first`` (the row of ``differences`` in which it begins). Ordered as the differences are, by the moves
        touched together.
    """
    deciding = differences[differences["kind"].map(RANK) == 0]
    rows = []
    load = moves["load"].to_numpy(float)
    for (table, column, kind), part in deciding.groupby(["table", "column", "kind"], sort=False):
        mask = np.zeros(len(moves), dtype=bool)
        for text in dict.fromkeys(part["touches"]):
            mask |= mask_of(text, len(moves))
        rows.append((table, column, kind, len(part), int(mask.sum()), float(load[mask].sum()), part.index[0]))
    groups = pd.DataFrame(rows, columns=["table", "column", "kind", "cells", "moves", "load", "first"])
    order = groups.assign(turned=-groups["load"].astype(float).round(6)).sort_values(["turned", "first"]).index
    return groups.loc[order].reset_index(drop=True)


def mask_of(text: str, size: int) -> Mask:
    """Return the places that :func:`numbers_of` wrote down."""
    mask = np.full(size, text == "all", dtype=bool)
    for part in [] if text == "all" else text.split():
        first, _, last = part.partition("-")
        mask[int(first) - 1 : int(last or first)] = True
    return mask
