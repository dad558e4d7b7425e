"""Two or more finished runs compared with the first: what moved, why, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.studies.compare.differences.inputs import differences_between
from planner.studies.compare.differences.moves import SWAPPED, moves_apart, moves_between
from planner.studies.compare.differences.nearest import Nearest
from planner.studies.compare.differences.tables import (
    build_table,
    cost_table,
    link_table,
    measure_table,
    region_table,
    site_table,
    workload_table,
)
from planner.studies.compare.differences.touch import groups_of
from planner.studies.compare.differences.warnings import warnings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.language import Message
    from planner.studies.compare.differences.run import Run

TABLES: Final = (
    "measures",
    "cost",
    "moved",
    "inputs",
    "input_columns",
    "sites",
    "workloads",
    "regions",
    "new_build",
    "links",
)
"""The tables of a comparison, in the order in which they are told."""


@dataclass(frozen=True)
class Comparison:
    """One run beside the base."""

    before: Run  # the base
    after: Run  # the run
    tables: Mapping[str, pd.DataFrame]  # by the names of TABLES
    warnings: tuple[Message, ...]  # what keeps the two from being compared like with like, in both languages
    near: Nearest | Message | None = None
    """The run's equal that is nearest to the base; or why it is not known, so that effects and swaps at equal cost
    are not told apart; ``None`` where nobody looked."""
    lead: Message | None = None
    """What goes before it: of runs of several years, what all of them come to."""

    @property
    def effects(self) -> pd.DataFrame:
        """The moves but those that swap places at equal cost."""
        moves = self.tables["moved"]
        return moves[moves["kind"] != SWAPPED]

    @property
    def net_change(self) -> float:
        """Total load gained by sites [MW], or total lost if that is more; without swaps."""
        sites = self.tables["sites"]
        change = sites["it_load_difference"] - sites["it_load_swapped"].fillna(0.0)
        return max(fsum(change.clip(lower=0.0)), -fsum(change.clip(upper=0.0)))

    @property
    def cost_difference(self) -> float:
        """The difference of the two costs [CNY/a]."""
        return float(self.after.results.summary["cost"]) - float(self.before.results.summary["cost"])

    @property
    def cost_parts(self) -> float:
        """The sum of the categories' differences [CNY/a]."""
        return fsum(self.tables["cost"]["difference"])

    def moved(self, *kinds: str) -> float:
        """Return the load [MW] of the moves of some kinds, ``moved`` from site to site if none is named."""
        table = self.tables["moved"]
        return fsum(table.loc[table["kind"].isin(kinds or ("moved",)), "load"])


def compare_runs(before: Run, after: Run, near: Nearest | Message | None = None) -> Comparison:
    """Compare a run with the base; nothing is solved again."""
    first, second = before.results, after.results
    equal = near.tables if isinstance(near, Nearest) else None
    if equal is None:
        moves = moves_between(first.tables, second.tables)
    else:
        moves = moves_apart(first.tables, equal, second.tables)
    inputs = differences_between(first, second, moves[moves["kind"] != SWAPPED])
    tables = {
        "measures": measure_table(first, second),
        "cost": cost_table(first, second),
        "moved": moves,
        "inputs": inputs,
        "input_columns": groups_of(inputs, moves[moves["kind"] != SWAPPED]),
        "sites": site_table(first, second, equal),
        "workloads": workload_table(first, second),
        "regions": region_table(first, second),
        "new_build": build_table(first, second, equal),
        "links": link_table(first, second),
    }
    return Comparison(before, after, tables, tuple(warnings_of(before, after)), near)


def together(comparisons: Sequence[Comparison]) -> dict[str, pd.DataFrame]:
    """Return each table of all comparisons as one, the run's name as its first column; moves are numbered."""
    joined = {}
    for name in TABLES:
        parts = []
        for comparison in comparisons:
            part = comparison.tables[name].drop(columns=["first"], errors="ignore")
            if name == "moved":
                part = part.rename_axis("move").reset_index().assign(move=lambda table: table["move"] + 1)
            part.insert(0, "run", comparison.after.label)
            parts.append(part.astype({"run": str}))
        joined[name] = pd.concat(parts, ignore_index=True)
    return joined


def labels_of(runs: Sequence[tuple[str, str]]) -> list[str]:
    """Return names that tell runs apart: their scenarios' if those differ, else their folders', else numbers too."""
    for names in zip(*((scenario, folder.rstrip("/").rpartition("/")[2]) for scenario, folder in runs), strict=True):
        if len({*names}) == len(names) and all(names):
            return list(names)
    return [f"{number} {folder}" for number, (_, folder) in enumerate(runs, start=1)]


def as_json(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return all that is known of the comparisons as plain data, warnings in both languages."""
    return {
        "base": _run(comparisons[0].before),
        "runs": [
            {
                **_run(comparison.after),
                "base": comparison.before.label,
                "years": None if comparison.lead is None else {"en": comparison.lead.en, "zh": comparison.lead.zh},
                "warnings": [{"en": warning.en, "zh": warning.zh} for warning in comparison.warnings],
                "moved": comparison.moved(),
                "swapped": comparison.moved(SWAPPED),
                "net_change": comparison.net_change,
                "nearest": _nearest(comparison.near),
                "cost_difference": comparison.cost_difference,
                "tables": {
                    name: [dict(row) for row in table.to_dict("records")]
                    for name, table in together([comparison]).items()
                },
            }
            for comparison in comparisons
        ],
    }


def _nearest(near: Nearest | Message | None) -> dict[str, Any] | None:
    """Return what is known of the nearest equal: its objective and whether it builds as the base; or why nothing is."""
    if near is None:
        return None
    if isinstance(near, Nearest):
        return {"objective": near.objective, "builds_as_before": near.builds_as_before}
    return {"not_known": {"en": near.en, "zh": near.zh}}


def _run(run: Run) -> dict[str, Any]:
    manifest, summary = run.results.manifest, run.results.summary
    return {
        "run": run.label,
        "folder": run.folder,
        "scenario": run.results.scenario.name,
        "content_hash": manifest.get("content_hash"),
        "status": summary["status"],
        "gap": summary.get("gap"),
        "overrides": list(manifest.get("overrides", ())),
    }
