"""The tables of an analysis of futures that are whole after every plan, so that one stopped anywhere goes on there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from planner.cases.vintages import NOTHING, Vintage
from planner.errors import UsageError, shown
from planner.language import Named, rendered, say, written
from planner.studies.futures.trials import NAN, Trial
from planner.studies.sweep.points_file import read_points, write_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from planner.studies.futures.interval import Interval
    from planner.studies.sweep.points_file import Row

REGRET, INVESTMENTS, FRONTIER = "regret.csv", "investments.csv", "frontier.csv"
HERE, MEAN, OWN = "here_and_now", "mean_future", "own"
"""Whose plan it is: the one for all futures, that of the mean future, or that of one that is known."""
ORIGIN: Final = ("scenario", "scenario_hash", "gap")
KEYS: Final = ("kind", "plan", "future")
REGRET_COLUMNS: Final = (
    *ORIGIN,
    *KEYS,
    "probability",
    "status",
    "unit",
    "objective",
    "bound",
    "regret_least",
    "regret_most",
    "rules",
    "why",
    "why_zh",
    "cure",
)
VINTAGE: Final = ("asset", "index", "stage", "known_future")
INVESTMENT_COLUMNS: Final = (*ORIGIN, "kind", "plan", *VINTAGE, "amount", "unit")
FRONTIER_COLUMNS: Final = (
    *ORIGIN, "weight", "level", "status", "unit", "mean", "worst", "objective", "bound"
)  # fmt: skip
SETTLED: Final = frozenset({"optimal", "infeasible"})


class Key(NamedTuple):
    """Whose plan, of which future where it is one's own, and in which future it is tried; in none: its own."""

    kind: str
    plan: str
    future: str


class Store:
    """What is known so far, as it stands in a folder.

    Parameters
    ----------
    out
        The folder.
    origin
        What all rows have in common; another origin is refused.
    units
        Of each asset.
    """

    def __init__(self, out: Path, origin: Mapping[str, str]) -> None:
        self.out = out
        self.origin = dict(origin)
        self.trials: dict[Key, Trial] = {}
        self.units: dict[str, str] = {}
        self.frontier: dict[str, Row] = {}
        self._read()

    def _read(self) -> None:
        built: dict[tuple[str, str], dict[Vintage, float]] = {}
        for row in self._rows(INVESTMENTS, INVESTMENT_COLUMNS):
            built.setdefault((row["kind"], row["plan"]), {})[Vintage(*(row[key] for key in VINTAGE))] = float(
                row["amount"]
            )
            self.units[row["asset"]] = row["unit"]
        for row in self._rows(REGRET, REGRET_COLUMNS):
            key = Key(*(row[name] for name in KEYS))
            self.trials[key] = Trial(
                row["status"],
                _number(row["objective"]),
                _number(row["bound"]),
                built.get(key[:2], {}) if is_own(key) else {},
                tuple(row["rules"].split()),
                Named(row["why"], row["why_zh"]) if row["why"] else "",
                row["cure"],
            )
        self.frontier = {row["weight"]: row for row in self._rows(FRONTIER, FRONTIER_COLUMNS)}

    def _rows(self, file: str, columns: Iterable[str]) -> list[Row]:
        rows = read_points(self.out / file, tuple(columns))
        if any(row[name] != self.origin[name] for row in rows for name in ORIGIN if name != "scenario"):
            raise UsageError(
                say(
                    "{file} is of another scenario, of other values or of another gap: choose another --out",
                    file=shown(self.out / file),
                )
            )
        return rows

    def is_settled(self, key: Key) -> bool:
        """Return whether a plan need not be sought again."""
        return key in self.trials and self.trials[key].status in SETTLED

    def note(self, key: Key, trial: Trial) -> None:
        """Take in what became of a plan; the tables are whole afterwards.

        Where it builds something else than before, what became of it elsewhere is forgotten.
        """
        before = self.trials.get(key)
        if is_own(key) and before is not None and _something(before) != _something(trial):
            self.trials = {other: one for other, one in self.trials.items() if other[:2] != key[:2] or is_own(other)}
        self.trials[key] = trial
        self.write({}, {})

    def note_point(self, row: Row) -> None:
        """Take in a point of the frontier."""
        self.frontier[row["weight"]] = {**self.origin, **row}
        write_points(self.out / FRONTIER, FRONTIER_COLUMNS, list(self.frontier.values()))

    def write(self, chances: Mapping[str, float], regrets: Mapping[Key, Interval | None], unit: str = "") -> None:
        """Write the tables, with probabilities and regrets where they are known already."""
        rows, built = [], []
        for key, trial in self.trials.items():
            regret = regrets.get(key)
            row = {**self.origin, **dict(zip(KEYS, key, strict=True)), "status": trial.status, "unit": unit}
            row["probability"] = cell(chances.get(key.future, NAN))
            row |= {"objective": cell(trial.objective), "bound": cell(trial.bound)}
            row |= {"regret_least": cell(regret.least if regret is not None else NAN)}
            row |= {"regret_most": cell(regret.most if regret is not None else NAN)}
            row |= {"rules": " ".join(trial.rules), "why": written(trial.why), "why_zh": rendered(trial.why, "zh")}
            row["cure"] = trial.cure
            rows.append(row)
            for vintage, amount in trial.built.items() if is_own(key) else ():
                if amount > NOTHING:
                    told = {"kind": key.kind, "plan": key.plan, "amount": cell(amount)}
                    told["unit"] = self.units.get(vintage.investment, "")
                    built.append({**self.origin, **dict(zip(VINTAGE, vintage, strict=True)), **told})
        write_points(self.out / INVESTMENTS, INVESTMENT_COLUMNS, built)
        write_points(self.out / REGRET, REGRET_COLUMNS, rows)


def is_own(key: Key) -> bool:
    """Return whether the plan is tried where it was made: its investments are told there."""
    return key.future == key.plan


def cell(value: float) -> str:
    """Return a number as text, to the last digit; nothing for none."""
    return "" if value != value else repr(float(value))  # noqa: PLR0124 - NaN


def _something(trial: Trial) -> dict[Vintage, float]:
    """Return what a plan builds that is not nothing."""
    return {vintage: amount for vintage, amount in trial.built.items() if amount > NOTHING}


def _number(text: str) -> float:
    return float(text) if text else NAN
