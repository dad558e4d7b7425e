"""What uncertainty costs, worked by hand: EVPI, VSS, regrets, what is right in every future."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner.cluster import Where
from planner.errors import AuditDisagreedError, InfeasibleError, InvalidInputError, SolveInterruptedError, UsageError
from planner.language import rendered
from planner.pipeline import cases
from planner.studies.futures import command, report, trials
from planner.studies.futures.choice import Choice
from planner.studies.futures.interval import NO_PLAN, Interval, known, mean_of
from planner.studies.futures.store import Key
from tests.algebra import BUILT
from tests.cases.several_years import DRY, PLACE, WET, by_stage, in_futures, in_stages
from tests.futures.asked import DRY_OWN, HERE, MEAN, WET_OWN, asked, by_hand, ends, tight, without_modules, without_room

if TYPE_CHECKING:
    from pathlib import Path


def near(amount: float) -> Any:
    """Return a number of CNY/a as near as a solver has it."""
    return pytest.approx(amount, abs=1.0)


def is_near(interval: Interval | None, amount: float) -> bool:
    """Return whether both ends of an interval are a number."""
    return bool(ends(interval) == pytest.approx((amount, amount), abs=1.0))


def test_by_hand() -> None:
    """Three modules are right for both futures together, two for their mean.

    Proves: RP 51 948 000, WS 51 834 000, EVPI 114 000, EEV 51 974 500, VSS 26 500, as worked in
    ``tests/features/test_uncertainty.py``. Sensitivity: a mean future of equal shares (24 MW, three modules: VSS 0);
    probabilities that are left out, or counted twice in a future by itself.
    """
    found = by_hand()
    assert is_near(found.recourse, 51_948_000)
    assert is_near(found.waiting, 51_834_000)
    assert is_near(found.evpi, 114_000)
    assert is_near(found.mean_plan, 51_974_500)
    assert is_near(found.vss, 26_500)
    assert (found.evpi.is_cut, command.is_whole(found)) == (False, True)


def test_regrets_by_hand() -> None:
    """Each plan in each future, what it builds held, against the best of the future.

    Proves: three modules cost 152 000 too much in the wet future, two 562 000 in the dry one; nobody regrets the own
    plan; the mean by probability and the largest. Sensitivity: a plan that may build again in another future has no
    regret at all; a regret against the plan for all.
    """
    found = by_hand()
    table = {(plan, future): found.regret(plan, future) for plan in found.plans for future in ("dry", "wet")}
    three, two = (DRY[3] - DRY[3], WET[3] - WET[2]), (DRY[2] - DRY[3], WET[2] - WET[2])
    for plan, amounts in {HERE: three, DRY_OWN: three, MEAN: two, WET_OWN: two}.items():
        assert is_near(table[plan, "dry"], amounts[0])
        assert is_near(table[plan, "wet"], amounts[1])
    assert is_near(found.mean_regret(HERE), 0.75 * 152_000)
    assert is_near(found.max_regret(HERE), 152_000)
    assert is_near(found.mean_regret(MEAN), 0.25 * 562_000)
    assert is_near(found.max_regret(WET_OWN), 562_000)


def test_what_is_right_in_every_future() -> None:
    """Two modules are built whichever future comes, the third where it is dry; nobody needs to wait with them.

    Proves: least 2, most 3, the plan for all 3. Sensitivity: the least over all plans, among them that of the mean; the
    most in its place.
    """
    [row] = by_hand().built()
    assert (row["asset"], row["index"], row["known"], row["verdict"]) == ("modules", "far;cpu", "before", "every")
    assert (row["least"], row["most"], row["here_and_now"]) == (2.0, 3.0, 3.0)


def test_equal_futures_cost_nothing() -> None:
    """Where all futures are one, nothing is worth knowing, and their mean is what comes.

    Proves: EVPI = VSS = 0 and no regret, nothing cut. Sensitivity: a future that is solved with another share of its
    cost than that of the plan for all.
    """
    world = in_futures().with_rows("region_workload_future", [])
    found = asked(world.replaced(tables={name: rows for name, rows in world.tables.items() if rows}))
    assert ends(found.evpi) == ends(found.vss) == (0.0, 0.0)
    assert {ends(found.max_regret(plan)) for plan in found.plans} == {(0.0, 0.0)}
    assert not found.evpi.is_cut


def test_only_what_is_built_before_is_held() -> None:
    """With two stages each future builds on in the second: only what is built in the first is held.

    Proves: two modules in 2025, in the dry future a third in 2030: RP = 5 × 51 974 500 + 5 × 51 834 000, WS = 10 ×
    51 834 000, EVPI = 702 500; the mean future builds two as well, VSS 0. Who builds three at once for the dry future
    pays 10 × 152 000 too much in the wet one; who builds two pays 5 × 562 000 too much in the dry one, for in 2030 the
    third comes. Sensitivity: 2030 held too, 5 620 000; nothing held, 0.
    """
    found = asked(in_futures(in_stages()))
    assert is_near(found.recourse, 5 * 51_974_500 + 5 * 51_834_000)
    assert is_near(found.evpi, 702_500)
    assert is_near(found.vss, 0)
    assert is_near(found.regret(DRY_OWN, "wet"), 1_520_000)
    assert is_near(found.regret(WET_OWN, "dry"), 2_810_000)
    assert is_near(found.regret(HERE, "dry"), 2_810_000)
    rows = {(row["stage"], row["known"]): (row["least"], row["most"], row["here_and_now"]) for row in found.built()}
    assert rows == {("s2025", "before"): (2.0, 3.0, 2.0)}


def test_what_is_built_later_need_not_be_admitted_elsewhere() -> None:
    """What a plan builds once it knows the future is no part of it in another.

    Proves: modules last for one stage, and in 2030 the wet future admits none: the dry plan builds three in each stage,
    holds those of 2025 in the wet future and loses 5 × 152 000 there. Sensitivity: all vintages of a plan asked for in
    another future.
    """
    world = in_futures(in_stages()).with_cells("site_compute_type", "module_lifetime", {"far;cpu": 5})
    rows = [{**PLACE, "stage": "s2030", "future": "wet", "modules_max": 0}]
    found = asked(world.with_rows("site_compute_type_stage_future", rows))
    assert not found.failing(DRY_OWN)
    assert is_near(found.regret(DRY_OWN, "wet"), 760_000)


def test_what_comes_later_is_told_as_such() -> None:
    """What futures build once they are known is right in some of them, and no reason to wait with it.

    Proves: one module may stand in 2025; in 2030 the dry plan adds two, the wet one one. Sensitivity: amounts of the
    second stage taken for those of the first.
    """
    found = asked(by_stage(in_futures(in_stages()), "s2025", modules_max=1))
    rows = {row["stage"]: (row["known"], row["least"], row["most"], row["verdict"]) for row in found.built()}
    assert rows == {"s2025": ("before", 1.0, 1.0, "every"), "s2030": ("after", 1.0, 2.0, "every")}


def test_who_has_no_plan_elsewhere() -> None:
    """Two modules, as for the mean future, leave the dry one without a plan: VSS is infinite, with the rules.

    Proves: room and demand are named, in both languages, for each plan that fails; EVPI is as ever; the plan for all
    does not fail. Sensitivity: a future without a plan that is left out of the mean; rules that hold the investments
    named in place of those that fail.
    """
    found = without_room()
    assert found.vss is not None
    assert (found.vss.is_infinite, math.isinf(found.vss.most)) == (True, True)
    assert is_near(found.evpi, 114_000)
    assert [set(found.failing(plan)) for plan in (HERE, DRY_OWN, MEAN, WET_OWN)] == [set(), set(), {"dry"}, {"dry"}]
    trial = found.failing(MEAN)["dry"]
    assert {"site_capacity", "demand_balance"} <= set(trial.rules)
    assert not set(trial.rules) & {"standing", "vintage"}
    told = [rendered(sentence) for sentence in report.sentences(found)]
    assert "no plan at all in dry: these cannot hold together: demand balance; site capacity; modules." in told[1]
    assert "demand balance [coast, web, day; inland, web, day]" in rendered(trial.why)
    assert trial.cure == "site_capacity"
    zh = rendered(report.sentences(found)[1], "zh")
    assert "按平均未来建设的，在dry中没有任何方案：以下不能同时成立：需求平衡" in zh
    assert found.max_regret(WET_OWN).is_infinite


def test_what_was_not_solved_in_time_is_not_infeasible() -> None:
    """A plan that was not found in time is not called none.

    Proves: its regret has no upper end and its lower end is 0, VSS has no upper end either, a note counts it, and the
    command does not end with 0. Sensitivity: what is unknown taken for what is proved.
    """
    known_all = by_hand()
    late = replace(known_all, trials={**known_all.trials, Key(*MEAN, "dry"): trials.Trial("time_limit")})
    assert ends(late.regret(MEAN, "dry")) == (0.0, math.inf)
    assert late.vss is not None
    assert (late.vss.is_infinite, late.vss.most) == (False, math.inf)
    assert not late.failing(MEAN)
    assert not command.is_whole(late)
    assert any("1 plan is not proved" in rendered(note) for note in report.notes_of(late))
    assert "at least 0 CNY/a" in rendered(report.sentences(late)[1])


def test_what_cannot_be_built_in_another_future() -> None:
    """A plan whose modules another future does not admit is none there: they do not vanish.

    Proves: the wet future's two modules, and those of the mean, cannot stand where the dry one admits none; the plan
    for all builds none and waits. Sensitivity: a vintage that another future does not know taken for nothing.
    """
    found = asked(without_modules("dry"))
    assert is_near(found.recourse, 0.25 * DRY[0] + 0.75 * WET[0])
    trial = found.failing(WET_OWN)["dry"]
    assert trial.rules == ("modules",)
    assert rendered(trial.why) == "new capacity of far · cpu cannot be built there"
    assert rendered(trial.why, "zh") == "far · cpu的新建容量在那里不能建设"
    [row] = found.built()
    assert (row["least"], row["most"], row["here_and_now"], row["verdict"]) == (0.0, 2.0, 0.0, "wait")
    assert rendered(report.sentences(found)[2]) == (
        "Nothing is right in every future. Wait with: new capacity of far · cpu 8 MW."
    )


def test_a_future_that_cannot_come() -> None:
    """What has probability 0 is priced and counted nowhere.

    Proves: EVPI, VSS and regrets are those without it, though it is the worst for the plan for all; what plans cost
    there is known. Sensitivity: a largest regret over all futures.
    """
    world = in_futures(never=0.0)
    rows = [*world.tables["region_workload_future"]]
    rows.append({"region": "inland", "workload": "web", "future": "never", "demand": 5})
    found = asked(world.with_rows("region_workload_future", rows))
    assert is_near(found.evpi, 114_000)
    assert is_near(found.vss, 26_500)
    assert is_near(found.max_regret(HERE), 152_000)
    regret = found.regret(HERE, "never")
    assert regret is not None
    assert regret.least > 152_000
    assert ("own", "never") in found.plans
    assert [row["least"] for row in found.built()] == [2.0]


def test_a_future_that_cannot_come_may_have_no_plan() -> None:
    """Where a future of probability 0 has no plan with what is built, or none at all, that is told and stops nothing.

    Proves: dry of probability 0 and tight: the plan for all builds two modules, and fails there by its rules. Where
    nothing can serve 90 MW, its own plan is told to be none and there is no regret. Sensitivity: a best of infinity.
    """
    found = asked(tight(dry=0.0))
    assert set(found.failing(HERE)) == {"dry"}
    assert "site_capacity" in found.failing(HERE)["dry"].rules
    assert not found.max_regret(HERE).is_infinite
    flood = [{"region": "inland", "workload": "web", "future": "dry", "demand": 90}]
    lost = asked(in_futures(dry=0.0).with_rows("region_workload_future", flood))
    assert lost.trials["own", "dry", "dry"].status == "infeasible"  # type: ignore[index]
    assert lost.regret(HERE, "dry") is None


def test_all_is_risk_neutral() -> None:
    """The weight of the worst futures is taken as 0, and that is said.

    Proves: with dry years one in twenty two modules are right on average, three where the worst counts; the run folder
    has two. Sensitivity: the scenario's own weight (three modules, EVPI of another plan).
    """
    found = asked(in_futures(dry=0.05).with_parameters(cvar_weight=1, cvar_level=0.95))
    assert is_near(found.recourse, 0.05 * DRY[2] + 0.95 * WET[2])
    assert found.scenario.number("cvar_weight") == 0
    assert any("weighs its worst futures by 1" in rendered(note) for note in report.notes_of(found))


def test_the_frontier() -> None:
    """From the least expected cost to the least cost of the worst twentieth.

    Proves: two modules at weight 0 and three at weight 1, with their expected and worst cost. Sensitivity: a weight that
    does not reach the model; a level that is left out.
    """
    world = in_futures(dry=0.05).with_parameters(cvar_level=0.95)
    points = asked(world, choice=Choice(frontier=3)).frontier
    assert [float(row["weight"]) for row in points] == [0.0, 0.5, 1.0]
    ends_of = [(float(row["mean"]), float(row["worst"])) for row in (points[0], points[-1])]
    assert ends_of[0] == pytest.approx((0.05 * DRY[2] + 0.95 * WET[2], DRY[2]))
    assert ends_of[1] == pytest.approx((0.05 * DRY[3] + 0.95 * WET[3], DRY[3]))


def test_the_tables(tmp_path: Path) -> None:
    """What was found stands in tables, to the last digit, and as JSON.

    Proves: each file's rows and units. Sensitivity: a table that is not written; a regret of the wrong plan.
    """
    found = asked(in_futures(), tmp_path)
    tables = {
        path.name: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        for path in tmp_path.glob("*.csv")
    }
    assert set(tables) == {"regret.csv", "investments.csv", "values.csv", "plans.csv", "built.csv"}
    values = {row["value"]: (float(row["least"]), row["unit"]) for row in tables["values.csv"]}
    assert values["vss"] == (near(26_500), "CNY/a")
    cells = {(row["kind"], row["plan"], row["future"]): row for row in tables["regret.csv"]}
    assert float(cells["own", "wet", "dry"]["regret_most"]) == near(562_000)
    assert float(cells["mean_future", "", "dry"]["objective"]) == near(DRY[2])
    assert (cells["own", "dry", "wet"]["probability"], cells["own", "dry", "wet"]["status"]) == ("0.75", "optimal")
    built = {(row["kind"], row["plan"]): float(row["amount"]) for row in tables["investments.csv"]}
    assert built == {HERE: 3.0, DRY_OWN: 3.0, WET_OWN: 2.0, MEAN: 2.0}
    document = json.loads((tmp_path / "futures.json").read_bytes())
    assert document["evpi"]["least"] == near(114_000)
    assert [plan["plan"] for plan in document["plans"]] == ["", "", "dry", "wet"]
    assert float(tables["plans.csv"][0]["max_regret_most"]) == ends(found.max_regret(HERE))[1]


def test_what_is_known_is_not_sought_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command goes on where it stopped.

    Proves: interrupted at the third plan, the two before it are kept; afterwards nothing is solved any more, and the
    answer is the same; another gap or another scenario is refused. Sensitivity: investments or reasons that are lost in
    the tables.
    """
    solve, count = trials.solve, [0]

    def counted(*words: Any, **more: Any) -> Any:
        count[0] += 1
        if count[0] == 3:
            raise SolveInterruptedError
        return solve(*words, **more)

    monkeypatch.setattr(trials, "solve", counted)
    with pytest.raises(SolveInterruptedError):
        asked(tight(), tmp_path)
    first = asked(tight(), tmp_path)
    done = count[0]
    second = asked(tight(), tmp_path)
    assert count[0] == done == 3 + 5  # dry, wet; the mean again; mean, dry and wet elsewhere: 2 + 1 + 1
    assert [ends(second.mean_cost(plan)) for plan in second.plans] == [
        ends(first.mean_cost(plan)) for plan in first.plans
    ]
    assert second.built() == first.built()
    assert rendered(second.failing(WET_OWN)["dry"].why, "zh") == rendered(first.failing(WET_OWN)["dry"].why, "zh")
    for world, choice in ((tight(), Choice(gap=0.01)), (in_futures(), Choice())):
        with pytest.raises(UsageError, match="another"):
            asked(world, tmp_path, choice)


def test_an_audit_holds_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that builds something else in another future than it did is refused.

    Proves: where nothing is held in the matrix, the tables say so. Sensitivity: the audit of a year alone, to which
    another number of modules is as good a plan.
    """
    monkeypatch.setattr(trials, "decided", lambda *_: {})
    with pytest.raises(AuditDisagreedError, match="modules, far;cpu"):
        asked(in_futures())


def test_what_cannot_be_asked() -> None:
    """Without futures, without a plan or with too few points there is no answer, and the error says why.

    Proves: exit 3, 4 and 2. Sensitivity: an answer of zeros.
    """
    with pytest.raises(InvalidInputError, match="no futures"):
        asked(BUILT)
    with pytest.raises(InvalidInputError, match="no futures"):
        asked(in_stages())
    flood = [{"region": "inland", "workload": "web", "future": "dry", "demand": 90}]
    with pytest.raises(InfeasibleError, match="dry"):
        asked(in_futures().with_rows("region_workload_future", flood))
    with pytest.raises(UsageError, match="--frontier 1"):
        asked(in_futures(), choice=Choice(frontier=1))
    with pytest.raises(UsageError, match="cvar_level"):
        asked(in_futures(), choice=Choice(frontier=3))


def test_every_plan_is_solved_as_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver, its limits and where it works are those that are asked for, for each plan alike.

    Proves: the plan for all and each that is tried get the same words. Sensitivity: plans of single futures by the
    scenario's own solver, beside a plan for all by another.
    """
    asks: list[tuple[Any, ...]] = []

    def noted(kind: str, solving: Any) -> Any:
        def solves(problem: Any, options: Any, *rest: Any, where: Any, **more: Any) -> Any:
            asks.append((kind, options.name, options.time_limit, options.mip_gap, where))
            return solving(problem, replace(options, name="highs"), *rest, **more)

        return solves

    for kind, module in (("all", cases), ("one", trials)):
        monkeypatch.setattr(module, "solve", noted(kind, module.solve))
    where = Where(workers=1)
    asked(in_futures(), choice=Choice(time_limit=60, gap=0.001, solver="appsi_highs", where=where))
    assert set(asks) == {(kind, "appsi_highs", 60, 0.001, where) for kind in ("all", "one")}


def test_intervals() -> None:
    """Ends go from plan to bound, and what is unknown stays so.

    Proves: a difference takes the other's opposite ends; below 0 it is cut and says so, unless it is rounding; no bound
    is no proof, no plan has no upper end. Sensitivity: equal ends taken together.
    """
    recourse, waiting = Interval(99.0, 100.0), Interval(98.0, 99.5)
    assert recourse.less(waiting) == Interval(-0.5, 2.0)
    assert recourse.less(waiting).not_negative(100) == Interval(0.0, 2.0, is_cut=True)
    assert Interval(-1e-6, 1e-6).not_negative(100) == Interval(0.0, 0.0)
    assert known(math.nan, 5.0) == Interval(5.0, math.inf)
    assert known(5.0, math.nan) == Interval(-math.inf, 5.0)
    assert mean_of([(0.25, Interval(0.0, 4.0)), (0.75, Interval(4.0, 8.0))]) == Interval(3.0, 7.0)
    assert NO_PLAN.less(recourse).is_infinite


def test_a_gap_widens_what_is_said() -> None:
    """Where plans are within a gap only, every value is an interval that holds the truth.

    Proves: with a gap of 1 % both EVPI and VSS contain 114 000 and 26 500, with ends from bounds. Sensitivity: bounds
    that are not those of the plans; ends the wrong way round.
    """
    found = asked(in_futures(), choice=Choice(gap=0.01))
    for interval, truth in ((found.evpi, 114_000), (found.vss, 26_500), (found.recourse, 51_948_000)):
        least, most = ends(interval)
        assert least - 1 <= truth <= most + 1
