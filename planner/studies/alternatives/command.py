"""The command ``planner alternatives``: the best plan, the extremes around it, and whole plans far apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.cases.whole import check_one_year
from planner.errors import InvalidInputError, UsageError, shown
from planner.io.results.manifest import WITH_PLAN
from planner.language import Text, say
from planner.pipeline.check import read_scenario
from planner.pipeline.finished import read_results
from planner.pipeline.run import run_and_write, write_run
from planner.studies.alternatives.quantities import called, work_of
from planner.studies.alternatives.search import Extreme, Search
from planner.studies.sweep.job import read_record
from planner.studies.sweep.points_file import held, read_points, write_points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario
    from planner.studies.alternatives.choice import Choice
    from planner.studies.alternatives.quantities import Quantity
    from planner.studies.sweep.points_file import Row

FILE: Final = "alternatives.csv"
WORK_FILE: Final = "alternatives_work.csv"
PLANS, BEST = "plans", "best"
"""The folder of run folders: writing one locks the folder it stands in, and ``out`` itself is held by the analysis."""
ENDS: Final = ("least", "most")
KEYS: Final = ("group", "what", "place")
ORIGIN: Final = ("scenario", "scenario_hash", "slack", "best_objective")
COLUMNS: Final = (
    *ORIGIN,
    *KEYS,
    "unit",
    "best",
    *(f"{end}{part}" for end in ENDS for part in ("", "_objective", "_bound", "_status")),
)
"""``best``: in the best plan; ``least`` and ``most``: in the plans at the ends; ``…_objective``: theirs; ``…_bound``:
what no plan within the slack goes beyond, proved; ``…_status``: ``optimal`` within the scenario's gap."""
SETTLED: Final = "optimal"


@dataclass(frozen=True)
class Found:
    """The near-optimal plans found."""

    scenario: Scenario
    best: Results
    table: pd.DataFrame  # as COLUMNS, numbers as numbers
    plans: dict[str, Results]  # whole plans by the name of their run folder
    slack: float  # by how much they may be worse


def find_alternatives(
    folder: Path,
    out: Path,
    choice: Choice,
    *,
    drawing: Mapping[str, Any] | None = None,
    on_progress: Callable[[Text], None] | None = None,
) -> Found:
    """Find how different plans can be that are nearly as good as the best, and some that are.

    ``out`` gets the table ``alternatives.csv`` and the run folders ``plans/best``, ``plans/alternative-1`` …; what
    it holds of the same question is not sought again.
    """
    choice.check()
    tell = on_progress or (lambda _: None)
    scenario = read_scenario(folder, choice.overrides)
    check_one_year(scenario, "alternatives")
    with held(out):
        (out / PLANS).mkdir(exist_ok=True)
        best = _best(scenario, out / PLANS / BEST, choice, drawing, tell)
        search = Search(best, choice)
        rows = _extremes(search, out, choice, tell)
        plans = _whole_plans(search, out, choice, drawing, tell)
    return Found(scenario, best, as_table(rows), plans, choice.slack)


def as_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows with their numbers as numbers, NaN where there is none."""
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = [name for name in COLUMNS if name.startswith((*ENDS, "best", "slack")) and not name.endswith("_status")]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    return table


def _best(
    scenario: Scenario, target: Path, choice: Choice, drawing: Mapping[str, Any] | None, tell: Callable[[Text], None]
) -> Results:
    """Return the best plan, as it stands in its folder or found now."""
    known = read_record(target)
    if known is not None and known.manifest.get("status") in WITH_PLAN:
        best = _read(target)
        if best.manifest["content_hash"] != scenario.content_hash:
            raise UsageError(
                say("{target} is of another scenario, or of other values: choose another --out", target=shown(target))
            )
        return best
    tell(say("the best plan"))
    # What is left of a run without a plan is no plan: it is tried again.
    return run_and_write(scenario, target, force=known is not None, time_limit=choice.time_limit, drawing=drawing)[0]


def _read(target: Path) -> Results:
    try:
        return read_results(target)
    except InvalidInputError as error:
        raise UsageError(
            say(
                "{target} stands in the way and is no finished run ({error}): move it, or choose another --out",
                target=shown(target),
                error=shown(error.faults[0].said()),
            )
        ) from None


# ---- the extremes


def _extremes(search: Search, out: Path, choice: Choice, tell: Callable[[Text], None]) -> list[Row]:
    """Return the rows of all quantities asked for, sought now or before; the tables are whole after each."""
    sites = list(search.near.work)
    columns = (*KEYS, "end", *sites)
    known = {tuple(row[key] for key in KEYS): row for row in read_points(out / FILE, COLUMNS)}
    works = {tuple(row[key] for key in (*KEYS, "end")): row for row in read_points(out / WORK_FILE, columns)}
    origin = _origin(search.best, choice)
    for row in known.values():
        if any(row[name] != value for name, value in origin.items() if name != "scenario"):
            raise UsageError(
                say(
                    "{file} answers for another scenario, another slack or another best plan: choose another --out",
                    file=shown(out / FILE),
                )
            )
    count = len(search.near.quantities)
    for number, (quantity, form) in enumerate(zip(search.near.quantities, search.near.forms, strict=True), start=1):
        key = (quantity.group, quantity.what, quantity.place)
        if known.get(key, {}).get("least_status") == known.get(key, {}).get("most_status") == SETTLED:
            continue
        what = called(search.best.scenario, *key)
        tell(say("{number} of {count}: {what}", number=number, count=count, what=what))
        ends = {end: search.extreme(quantity, form, most=end == "most") for end in ENDS}
        known[key] = _row(origin, quantity, quantity.measure(search.best.tables), ends)
        for end, extreme in ends.items():
            if len(extreme.work):
                work = extreme.work.reindex(sites, fill_value=0.0)
                words = dict(zip((*KEYS, "end"), (*key, end), strict=True))
                works[*key, end] = words | {site: repr(float(work[site])) for site in sites}
        write_points(out / WORK_FILE, columns, list(works.values()))
        write_points(out / FILE, COLUMNS, list(known.values()))
    return [known[quantity.group, quantity.what, quantity.place] for quantity in search.near.quantities]


def _origin(best: Results, choice: Choice) -> Row:
    return {
        "scenario": best.scenario.name,
        "scenario_hash": str(best.manifest["content_hash"])[:16],
        "slack": f"{choice.slack:g}",
        "best_objective": repr(float(best.summary["objective"])),
    }


def _row(origin: Row, quantity: Quantity, best: float, ends: Mapping[str, Extreme]) -> Row:
    row = {**origin, "group": quantity.group, "what": quantity.what, "place": quantity.place, "unit": quantity.unit}
    row["best"] = repr(best)
    for end, extreme in ends.items():
        numbers = {"": extreme.value, "_objective": extreme.objective, "_bound": extreme.bound}
        row |= {f"{end}{part}": "" if number != number else repr(number) for part, number in numbers.items()}  # noqa: PLR0124 - NaN
        row[f"{end}_status"] = extreme.status
    return row


# ---- whole plans


def _whole_plans(
    search: Search, out: Path, choice: Choice, drawing: Mapping[str, Any] | None, tell: Callable[[Text], None]
) -> dict[str, Results]:
    """Return whole plans, each as far from the best and from those before it as was found."""
    sites = list(search.near.work)
    rows = read_points(out / WORK_FILE, (*KEYS, "end", *sites))
    candidates = [pd.Series({site: float(row[site]) for site in sites}) for row in rows]
    known = [work_of(search.best.tables)]
    plans: dict[str, Results] = {}
    for number in range(1, choice.plans + 1):
        target = out / PLANS / f"alternative-{number}"
        if target.is_dir():
            results = _read(target)
            _check_plan(results, search, target)
        else:
            tell(say("plan {number} of {count}", number=number, count=choice.plans))
            sought = search.farthest(known, candidates)
            if sought is None:
                tell(say("no plan differs any more"))
                break
            results = sought
            write_run(results, target, drawing=drawing)
        plans[target.name] = results
        known.append(work_of(results.tables))
    return plans


def _check_plan(results: Results, search: Search, target: Path) -> None:
    told = results.summary.get("alternative") or {}
    best = search.best
    if (told.get("to"), told.get("slack"), told.get("best_objective")) != (
        best.manifest["content_hash"],
        search.choice.slack,
        best.summary["objective"],
    ):
        raise UsageError(
            say("{target} is no alternative to this plan at this slack: choose another --out", target=shown(target))
        )
