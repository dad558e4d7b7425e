"""The command ``planner futures``: the plan for all, that of each future and of their mean, each tried in every future.

All of it is risk-neutral: the scenario's ``cvar_weight`` is taken as 0. What is built before it is known which future
comes is held, the rest is optimised, and every plan is audited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from planner.errors import Fault, InvalidInputError, SolveInterruptedError, UsageError, shown
from planner.io.files.writing import write_whole
from planner.io.results.manifest import to_json
from planner.language import Text, say
from planner.pipeline.check import read_scenario
from planner.pipeline.finished import read_results
from planner.pipeline.run import run_and_write, solver_options
from planner.progress import heard_by, part_of
from planner.studies.futures.answer import as_json
from planner.studies.futures.findings import BUILT_COLUMNS, Found, of_results
from planner.studies.futures.mean import NoMeanError, mean_cases
from planner.studies.futures.store import HERE, MEAN, OWN, Key, Store, cell
from planner.studies.futures.trials import NAN, Trial, Trials
from planner.studies.futures.words import unit_of
from planner.studies.sweep.job import read_record
from planner.studies.sweep.points_file import held, write_points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario
    from planner.studies.futures.choice import Choice

    Tell = Callable[[Text], None]

PLANS, RUN = "plans", "here-and-now"
"""The folder of the run folder of the plan for all: writing one locks the folder it stands in."""
BUILT, VALUES, PLANS_FILE, ANSWER = "built.csv", "values.csv", "plans.csv", "futures.json"
VALUE_COLUMNS: Final = ("value", "unit", "least", "most", "is_cut")
PLAN_COLUMNS: Final = (
    "kind", "plan", "unit", "mean_least", "mean_most", "mean_regret_least", "mean_regret_most",
    "max_regret_least", "max_regret_most", "without_plan",
)  # fmt: skip


def find_futures(
    folder: Path,
    out: Path,
    choice: Choice,
    *,
    drawing: Mapping[str, Any] | None = None,
    on_progress: Callable[[Text], None] | None = None,
) -> Found:
    """Find what uncertainty costs.

    ``out`` gets tables, ``futures.json`` and the run folder ``plans/here-and-now``; what it holds of the same question
    is not sought again.
    """
    choice.check()
    with heard_by():
        scenario, was_weighed = _neutral(folder, choice)
        choice.check_level(scenario)
        with held(out):
            return _Search(scenario, out, choice, on_progress or (lambda _: None)).found(drawing, was_weighed)


def _neutral(folder: Path, choice: Choice) -> tuple[Scenario, float]:
    """Return the scenario without a weight of the worst futures, and the weight that it has."""
    scenario = read_scenario(folder, choice.overrides)
    if not any(case.future for case in scenario.cases):
        problem = say("it has no futures, so that there is nothing that is not known")
        remedy = say('list the feature "uncertainty" and name the futures in future.csv')
        raise InvalidInputError([Fault(f"{scenario.name}/scenario.toml", problem, remedy=remedy)])
    weight = scenario.number("cvar_weight")
    return (read_scenario(folder, [*choice.overrides, "cvar_weight=0"]) if weight else scenario), weight


class _Search:
    """One analysis in the making."""

    def __init__(self, scenario: Scenario, out: Path, choice: Choice, tell: Tell) -> None:
        self.scenario = scenario
        self.out = out
        self.choice = choice
        self.tell = tell
        self.options = solver_options(scenario, choice.solver, choice.time_limit, choice.gap)
        origin = {"scenario": scenario.name, "scenario_hash": scenario.content_hash[:16]}
        self.store = Store(out, {**origin, "gap": f"{self.options.mip_gap:g}"})
        self.trials = Trials(scenario, self.options, choice.where)
        self.chances = {case.future: case.probability for case in scenario.cases}
        self.done, self.count = 0, 0

    def found(self, drawing: Mapping[str, Any] | None, was_weighed: float) -> Found:
        """Seek every plan that is not known, and write the tables."""
        mean, no_mean = self._mean()
        futures = list(self.chances)
        self.count = 1 + bool(mean) + len(futures) + (len(futures) + bool(mean)) * len(futures) - len(futures)
        self.count += max(self.choice.frontier - 1, 0)
        results = self._here_and_now(drawing)
        early = frozenset(self.trials.early())
        likely = [future for future, chance in self.chances.items() if chance > 0]
        self.store.units |= dict(
            zip(*(results.tables["vintages"][name].astype(str) for name in ("asset", "unit")), strict=True)
        )
        self._take_here(results, of_results(results, early, likely))
        for future in futures:
            self._seek(Key(OWN, future, future), say("{future} by itself", future=future))
        if mean:
            self._seek(Key(MEAN, "", ""), say("the mean future"), mean)
        for key in [key for key, trial in self.store.trials.items() if key.kind != HERE and trial.has_plan]:
            for future in futures:
                if key.future == key.plan and future != key.plan:
                    self._seek(Key(key.kind, key.plan, future), self._tried(key, future))
        frontier = self._frontier(results)
        found = Found(
            self.scenario, results, early, self.store.trials, no_mean, self.store.units, frontier, was_weighed
        )
        self._write(found)
        return found

    def _tried(self, key: Key, future: str) -> Text:
        if key.kind == MEAN:
            return say("the plan for the mean future in {future}", future=future)
        return say("the plan for {plan} in {future}", plan=key.plan, future=future)

    def _say(self, what: Text) -> None:
        self.done += 1
        self.tell(say("{number} of {count}: {what}", number=self.done, count=self.count, what=what))

    def _mean(self) -> tuple[Any, Text]:
        try:
            return mean_cases(self.scenario), ""
        except NoMeanError as error:
            return (), error.reason

    def _here_and_now(self, drawing: Mapping[str, Any] | None) -> Results:
        """Return the plan for all futures, as it stands in its folder or found now."""
        target = self.out / PLANS / RUN
        target.parent.mkdir(exist_ok=True)
        known = read_record(target)
        self._say(say("the plan for all futures"))
        if known is not None and known.manifest.get("status") == "optimal":
            results = read_results(target)
            if results.manifest["content_hash"] != self.scenario.content_hash:
                raise UsageError(
                    say(
                        "{target} is of another scenario, or of other values: choose another --out",
                        target=shown(target),
                    )
                )
            return results
        results = run_and_write(
            self.scenario,
            target,
            force=known is not None,
            time_limit=self.choice.time_limit,
            gap=self.choice.gap,
            solver=self.choice.solver,
            where=self.choice.where,
            drawing=drawing,
            drawn=drawing is not None,
        )[0]
        if results.manifest.get("interrupted"):
            raise SolveInterruptedError(say("interrupted; what was found is kept, the same command goes on"))
        return results

    def _take_here(self, results: Results, built: Mapping[Any, float]) -> None:
        """Note what the plan for all is worth in each future; where it is none, why."""
        status = str(results.summary["status"])
        self.store.note(Key(HERE, "", ""), Trial(status, float(results.summary["objective"]), built=built))
        for future in self.chances:
            value = results.summary["futures"].get(future)
            key = Key(HERE, "", future)
            if value is not None and value == value:  # noqa: PLR0124 - NaN
                self.store.note(key, Trial(status, float(value)))
            elif not self.store.is_settled(key):
                with part_of(say("the plan for all in {future}", future=future)):
                    self.store.note(key, self.trials.held(future, built))

    def _seek(self, key: Key, what: Text, mean: Any = ()) -> None:
        """Find a plan that is not known yet."""
        self._say(what)
        if self.store.is_settled(key):
            return
        with part_of(what):
            if mean:
                trial = self.trials.of_mean(mean)
            elif key.future == key.plan:
                trial = self.trials.own(key.future)
            else:
                trial = self.trials.held(key.future, self.store.trials[Key(key.kind, key.plan, key.plan)].built)
        self.store.note(key, trial)

    # ---- the frontier

    def _frontier(self, results: Results) -> list[dict[str, str]]:
        """Return the points asked for, least expected cost first."""
        level = self.scenario.number("cvar_level")
        if self.choice.frontier:
            self._point(0.0, level, results.summary, str(results.summary["status"]), results.summary["bound"])
        asked = [cell(weight) for weight in self.choice.weights]
        for weight in self.choice.weights[1:]:
            what = say("all futures at a weight of {weight:.3g} for the worst", weight=weight)
            self._say(what)
            if self.store.frontier.get(cell(weight), {}).get("status") == "optimal":
                continue
            with part_of(what):
                solution, summary = self.trials.weighed(weight)
            self._point(weight, level, summary, solution.status, solution.bound)
        return [self.store.frontier[weight] for weight in asked]

    def _point(self, weight: float, level: float, summary: Mapping[str, Any], status: str, bound: float | None) -> None:
        mean = sum(chance * summary["futures"][future] for future, chance in self.chances.items() if chance > 0)
        row = {"weight": cell(weight), "level": cell(level), "status": status, "unit": unit_of(self.scenario)}
        row |= {"mean": cell(mean), "worst": cell(float(summary["cvar"])), "objective": cell(summary["objective"])}
        self.store.note_point({**row, "bound": cell(NAN if bound is None else bound)})

    # ---- the tables

    def _write(self, found: Found) -> None:
        unit = unit_of(self.scenario)
        regrets = {
            key: found.regret((key.kind, key.plan), key.future) for key in found.trials if key.future in self.chances
        }
        self.store.write(self.chances, regrets, unit)
        numbers = {"here_and_now": found.recourse, "wait_and_see": found.waiting, "evpi": found.evpi}
        numbers |= {name: one for name, one in (("mean_plan", found.mean_plan), ("vss", found.vss)) if one is not None}
        values = [
            {"value": name, "unit": unit, "least": cell(one.least), "most": cell(one.most), "is_cut": str(one.is_cut)}
            for name, one in numbers.items()
        ]
        write_points(self.out / VALUES, VALUE_COLUMNS, values)
        write_points(self.out / PLANS_FILE, PLAN_COLUMNS, [_plan_row(found, plan, unit) for plan in found.plans])
        built = [
            {name: cell(one) if isinstance(one, float) else one for name, one in row.items()} for row in found.built()
        ]
        write_points(self.out / BUILT, BUILT_COLUMNS, built)
        write_whole(self.out / ANSWER, to_json(as_json(found)))


def _plan_row(found: Found, plan: tuple[str, str], unit: str) -> dict[str, str]:
    row = {"kind": plan[0], "plan": plan[1], "unit": unit, "without_plan": " ".join(found.failing(plan))}
    told = {
        "mean": found.mean_cost(plan), "mean_regret": found.mean_regret(plan), "max_regret": found.max_regret(plan)
    }  # fmt: skip
    for name, one in told.items():
        row |= {f"{name}_least": cell(one.least), f"{name}_most": cell(one.most)}
    return row


def is_whole(found: Found) -> bool:
    """Return whether every plan was solved to its gap, or there is proved to be none."""
    statuses = [trial.status for trial in found.trials.values()] + [row["status"] for row in found.frontier]
    return all(status in {"optimal", "infeasible"} for status in statuses)
