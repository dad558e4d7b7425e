"""The cost of green: one scenario solved for rising green shares, by each accounting, with and without flexibility.

Every point is a whole run, audited like any other. What cannot be reached is a row as well, with its status: a table
without it would say that the rest is all there is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.cases.whole import check_one_year
from planner.errors import (
    AuditDisagreedError,
    InfeasibleError,
    PlannerError,
    SolveInterruptedError,
    SolverCrashedError,
    StoppedWithoutPlanError,
    UnboundedError,
    UsageError,
    shown,
)
from planner.language import Text, join, say
from planner.models.declarations import declarations
from planner.pipeline.check import read_scenario
from planner.pipeline.run import run
from planner.studies.sweep.points_file import Row, held, read_points, write_points
from planner.studies.sweep.words import status_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario

FILE: Final = "cost_of_green.csv"
MODES: Final = ("certificate", "matched", "every_timestep")
SHARES: Final = (0.8, 0.9, 0.95, 0.99, 1.0)
VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "as_given": (),
    "without_deferral": ("workload.deferral_max=",),
    "without_shifting": ("workload.reach=province", "site.utilisation_min="),
}
"""Flexibility removed from the scenario, as overrides: nothing; that work may wait; that work may leave its province
(and with it the duty to fill a site, which its own province cannot)."""

KEYS: Final = ("variant", "mode", "share")
WORDS: Final = {
    "certificate": say("certificate"),
    "matched": say("matched"),
    "every_timestep": say("every hour"),
    "as_given": say("as given"),
    "without_deferral": say("no work may wait"),
    "without_shifting": say("no work leaves its province"),
}
MEASURES: Final = {
    "cost": "CNY/a",
    "cost_per_energy": "CNY/MWh",
    "facility_energy": "MWh/a",
    "grid_energy": "MWh/a",
    "green_energy": "MWh/a",
    "excess_energy": "MWh/a",
    "certificates": "MWh/a",
    "deferred_energy": "MWh/a",
    "emissions": "t/a",
    "share_certificate": "1",
    "share_matched": "1",
    "share_every_timestep": "1",
    "storage_power": "MW",
    "storage_energy": "MWh",
}
"""Unit of every figure of a point; besides there is the green capacity of each technology [MW]."""
CAPACITY: Final = "green_capacity_"
SETTLED: Final = frozenset({"optimal", "infeasible"})
"""Statuses that another try would not change; every other point is tried anew."""
FAILURES: Final[dict[type[PlannerError], str]] = {
    InfeasibleError: "infeasible",
    UnboundedError: "unbounded",
    StoppedWithoutPlanError: "time_limit",
    AuditDisagreedError: "audit_disagreed",
    SolverCrashedError: "crashed",
}
FEATURE: Final = "green_power_share"
"""The feature whose share is raised."""


def scopes() -> dict[str, tuple[str, str]]:
    """Return where a share may be set, the widest last: what ``--set`` calls it, and the parameter."""
    known = declarations()
    shares = [each for each in known.parameters.values() if each.name.endswith(f"{FEATURE}_min")]
    return {
        each.index[0] if each.index else "national": (".".join((*each.index, each.name)), each.name) for each in shares
    }


@dataclass(frozen=True)
class Plan:
    """The points to solve: every combination of these."""

    shares: Sequence[float] = SHARES  # least green share of all power, each from 0 to 1
    modes: Sequence[str] = MODES  # accountings, of MODES
    variants: Sequence[str] = ()  # of VARIANTS; none given: as given, and without deferral where work can wait
    overrides: Sequence[str] = ()  # K=V that hold for every point
    time_limit: float | None = None  # [s] for each point
    scope: str = ""
    """Of :func:`scopes`: whose share is raised; none given: the widest that the scenario has one for, or each site."""

    def check(self) -> None:
        """Refuse a plan that cannot be meant."""
        for share in self.shares:
            if not 0.0 <= share <= 1.0:
                raise UsageError(say("share {share:g}: a share is from 0 to 1", share=share))
        for what, given, known in (
            ("mode", self.modes, MODES),
            ("variant", self.variants, tuple(VARIANTS)),
            ("scope", (self.scope,) if self.scope else (), tuple(scopes())),
        ):
            for name in given:
                if name not in known:
                    raise UsageError(
                        say("{word} {name}: choose from {listed}", word=what, name=shown(name), listed=join(known))
                    )
        if not (self.shares and self.modes):
            raise UsageError(say("nothing is asked: give at least one share and one mode"))


def solve_points(
    folder: Path, out: Path, plan: Plan, on_progress: Callable[[Text], None] | None = None
) -> tuple[Scenario, list[Row]]:
    """Solve every point that has not been solved yet, and write the table after each."""
    plan.check()
    scenario = read_scenario(folder, plan.overrides)
    check_one_year(scenario, "green-cost")
    if not scenario.has(FEATURE):
        raise UsageError(
            say("{name} does not list the feature green_power_share: there is no share to raise", name=scenario.name)
        )
    columns, points = columns_of(scenario), points_of(scenario, plan)
    with held(out):
        known = {key_of(row): row for row in read_points(out / FILE, columns)}
        _check_origin(known.values(), _origin(scenario, plan), out)
        for number, point in enumerate(points, start=1):
            if known.get(point, {}).get("status") in SETTLED:
                continue
            if on_progress is not None:
                on_progress(
                    say(
                        "point {number} of {count}: {listed}",
                        number=number,
                        count=len(points),
                        listed=join(WORDS.get(part, part) for part in point),
                    )
                )
            known[point], trouble = _solved(folder, plan, scenario, point)
            if trouble and on_progress is not None:
                on_progress(say("  {status}: {trouble}", status=status_word(known[point]["status"]), trouble=trouble))
            write_points(out / FILE, columns, [known[key] for key in sorted(known, key=_place)])
    return scenario, [known[point] for point in points]


def columns_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the columns of the table, in order."""
    capacities = [f"{CAPACITY}{technology}" for technology in scenario.sets["technology"]]
    return ("scenario", "scenario_hash", "scope", *KEYS, "status", "gap", *MEASURES, *capacities)


def points_of(scenario: Scenario, plan: Plan) -> list[tuple[str, str, str]]:
    """Return variant, mode and share of every point, as they stand in the table."""
    variants = list(dict.fromkeys(plan.variants)) or ["as_given", *(["without_deferral"] if can_wait(scenario) else [])]
    shares = sorted(set(plan.shares))
    return [
        (variant, mode, f"{share:g}") for variant in variants for mode in dict.fromkeys(plan.modes) for share in shares
    ]


def can_wait(scenario: Scenario) -> bool:
    """Return whether any work of the scenario may wait."""
    return scenario.has("flexible_workloads") and bool((scenario.series("deferral_max") > 0).any())


def key_of(row: Row) -> tuple[str, str, str]:
    """Return what tells one point from another."""
    return row["variant"], row["mode"], row["share"]


def _place(key: tuple[str, str, str]) -> tuple[int, int, float]:
    variant, mode, share = key
    return list(VARIANTS).index(variant), MODES.index(mode), float(share)


def _origin(scenario: Scenario, plan: Plan) -> Row:
    """Return what all points of a table must have in common."""
    return {
        "scenario": scenario.name,
        "scenario_hash": scenario.content_hash[:16],
        "scope": plan.scope or scope_of(scenario),
    }


def _check_origin(rows: Iterable[Row], origin: Row, out: Path) -> None:
    if any(row[name] != value for row in rows for name, value in origin.items() if name != "scenario"):
        raise UsageError(
            say(
                "{value} holds points of another scenario, or of other values: choose another --out",
                value=shown(out / FILE),
            )
        )


def scope_of(scenario: Scenario) -> str:
    """Return the widest scope that the scenario has a share for; without any, each site."""
    given = [scope for scope, (_, name) in scopes().items() if scenario.is_given(name)]
    return given[-1] if given else "site"


def overrides_of(scenario: Scenario, point: tuple[str, str, str], scope: str) -> list[str]:
    """Return what a point changes: the share is of all power, by one scope, and no other share binds."""
    variant, mode, share = point
    given = [other for other, (_, name) in scopes().items() if scenario.is_given(name)]
    changes = [f"{scopes()[other][0]}=" for other in given if other != scope]
    changes += [f"green_power_share_mode={mode}", "green_power_share_on=all", f"{scopes()[scope][0]}={share}"]
    changes += VARIANTS[variant]
    return changes if scenario.is_given("utilisation_min") else [c for c in changes if "utilisation_min" not in c]


def _solved(folder: Path, plan: Plan, scenario: Scenario, point: tuple[str, str, str]) -> tuple[Row, str]:
    """Return the row of a point, and in words why it has no plan."""
    origin = _origin(scenario, plan)
    question = read_scenario(folder, [*plan.overrides, *overrides_of(scenario, point, origin["scope"])])
    if question.file_hashes != scenario.file_hashes:
        problem = say(
            "{folder} was changed while its points were being solved: begin anew in another --out", folder=shown(folder)
        )
        raise UsageError(problem)
    row = dict.fromkeys(columns_of(scenario), "")
    row |= origin | dict(zip(KEYS, point, strict=True))
    try:
        results = run(question, time_limit=plan.time_limit)
    except tuple(FAILURES) as failure:
        status = next(status for kind, status in FAILURES.items() if isinstance(failure, kind))
        return row | {"status": status}, str(failure).splitlines()[0]
    if results.manifest.get("interrupted"):
        raise SolveInterruptedError(say("interrupted; the points solved so far are kept, the same command goes on"))
    return row | {name: _cell(value) for name, value in _measured(results).items()}, ""


def _measured(results: Results) -> dict[str, Any]:
    """Return the figures of a plan."""
    summary = results.summary
    energy, share = summary["energy"], summary["green_power_share"] or {}
    builds = results.scenario.declarations.builds
    [supply] = [built for built in builds if built.kind == "supply"]
    stores = [built.column for built in builds if built.kind == "stores"]
    capacity = supply.amounts(results.tables).groupby(level=supply.by).sum()
    facility = energy["facility"]
    return {
        "status": summary["status"],
        "gap": summary["gap"],
        "cost": summary["cost"],
        "cost_per_energy": summary["cost"] / facility if facility else None,
        "facility_energy": facility,
        "grid_energy": energy["grid"],
        "green_energy": energy["green"],
        "excess_energy": energy["excess"],
        "certificates": energy["certificates"],
        "deferred_energy": energy.get("deferred", 0.0),
        "emissions": summary.get("emissions"),
        **{f"share_{mode}": share.get(mode) for mode in MODES},
        **{size: summary.get("storage", {}).get(size, 0.0) for size in stores},
        **{f"{CAPACITY}{name}": capacity.get(name, 0.0) for name in results.scenario.sets["technology"]},
    }


def _cell(value: Any) -> str:
    """Return a figure with as many digits as a plan within its gap is worth."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""  # a gap without a bound is no figure
    return value if isinstance(value, str) else f"{float(value) + 0.0:.9g}"
