"""What holds for any stages and futures: drawn with the dice of ``tests/oracle/years.py``, a few here, more by name.

``PLANNER_FUTURES=100`` tries a hundred of each.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import planner
from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.cases.vintages import ALL, Vintage
from planner.models.algebra.problem import SolverOptions
from planner.models.build import declare_model
from planner.models.solving.solve import solve
from planner.temporary import temporary_folder
from tests.cases.several_years import read
from tests.oracle.years import REGIONS, SITES, Question, question, world_of_question

if TYPE_CHECKING:
    from planner.io.results.results import Results

WORLDS = int(os.environ.get("PLANNER_FUTURES", "4"))
CLOSE = 1e-7
"""Relative: plans are solved to the optimum."""
MANY = 10 * WORLDS
LIKELY = [seed for seed in range(MANY) if sum(chance > 0 for chance in question(seed).futures.values()) > 1][:WORLDS]
"""Seeds of questions in which more than one future may come."""
STAGED = [seed for seed in range(MANY) if question(seed).stages][:WORLDS]


def plan(asked: Question) -> Results:
    """Return the audited plan of a question."""
    return planner.run(read(world_of_question(asked)))


def neutral(seed: int) -> Question:
    """Return a question that minimises the mean of all futures."""
    return replace(question(seed), cvar=(0.0, 0.0))


def over(asked: Question, futures: dict[str, float], chances: dict[str, float]) -> Question:
    """Return a question with other futures, each with the mean of the old ones' numbers by some probabilities."""
    stages = list(asked.stages) or [""]
    by_case = {
        name: {
            ((stage, future), place): mean([values[(stage, old), place] for old in chances], list(chances.values()))
            for stage, future, place in product(stages, futures or [""], REGIONS if name == "demand" else SITES)
        }
        for name, values in asked.by_case.items()
    }
    known_from = asked.known_from if futures else None
    return replace(asked, futures=futures, by_case=by_case, known_from=known_from, cvar=(0.0, 0.0))


def mean(values: list[float], chances: list[float]) -> float:
    """Return the mean by probability; of equal numbers that number, to the last digit."""
    same = len(set(values)) == 1
    return values[0] if same else sum(value * chance for value, chance in zip(values, chances, strict=True))


def amounts(results: Results) -> pd.DataFrame:
    """Return what is built: stage, future, asset, place and how much."""
    return results.tables["vintages"]


@pytest.mark.parametrize("seed", STAGED)
def test_nothing_is_built_in_the_second_of_two_equal_stages(seed: int) -> None:
    """Two stages that differ in nothing, without lives that end between them: all is built in the first.

    Proves: no vintage in the second, and the year's own cost times what ten years are worth. Sensitivity: a vintage that
    is gone in the next stage, or that pays there again.
    """
    asked = question(seed)
    first = next(iter(asked.stages))
    values = {
        name: {
            ((stage, future), place): known[(first, future), place]
            for stage, future, place in product(
                ("a", "b"), asked.futures or [""], REGIONS if name == "demand" else SITES
            )
        }
        for name, known in asked.by_case.items()
    }
    two = replace(
        asked, stages={"a": (2025, 5), "b": (2030, 5)}, by_case=values, by_site={}, known_from=None, cvar=(0.0, 0.0)
    )
    if two.futures:  # then what is known of them comes too late: all is decided blind
        two = over(two, {}, {next(iter(two.futures)): 1.0})
    one = replace(two, stages={"a": (2025, 5)}, by_case={n: _of_stage(known, "a") for n, known in two.by_case.items()})
    found, year = plan(two), plan(one)
    table = amounts(found)
    assert table.loc[table["stage"] == "b", "vintage"].abs().max() == pytest.approx(0.0, abs=1e-6)
    worth = sum((1 + asked.rate) ** -n for n in range(10))
    assert found.summary["objective"] == pytest.approx(worth * year.summary["objective"], rel=CLOSE)


def _of_stage(values: dict[tuple[tuple[str, str], str], float], stage: str) -> dict[tuple[tuple[str, str], str], float]:
    return {key: value for key, value in values.items() if key[0][0] == stage}


@pytest.mark.parametrize("seed", LIKELY)
def test_equal_futures_are_the_plan_without(seed: int) -> None:
    """Futures that differ in nothing, however likely each is: the deterministic plan.

    Proves: its objective, and what it builds in every future. Sensitivity: a probability in the wrong place.
    """
    asked = question(seed)
    first = {next(iter(asked.futures)): 1.0}
    equal, alone = over(asked, asked.futures, first), over(asked, {}, first)
    found, known = plan(equal), plan(alone)
    assert found.summary["objective"] == pytest.approx(known.summary["objective"], rel=CLOSE)


@pytest.mark.parametrize("seed", LIKELY)
def test_the_level_leads_from_the_mean_to_the_worst(seed: int) -> None:
    """At weight 1 the objective is the mean at level 0, the worst future near 1, and never falls in between.

    Proves: objective = mean of ``futures`` at 0, = their greatest near 1, ordered; the worst is no better than any future
    planned by itself, and no worse than the greatest of the plan for the mean. Sensitivity: a tail that is cut on its
    good side, or whose probability is not divided by 1 − level.
    """
    asked = neutral(seed)
    plans = {level: plan(replace(asked, cvar=(1.0, level))).summary for level in (0.0, 0.5, 0.999)}
    chances = asked.futures
    mean_at_0 = sum(chances[future] * value for future, value in plans[0.0]["futures"].items() if chances[future])
    assert plans[0.0]["objective"] == pytest.approx(mean_at_0, rel=CLOSE)
    assert plans[0.0]["objective"] == pytest.approx(plan(asked).summary["objective"], rel=CLOSE)
    worst = max(value for future, value in plans[0.999]["futures"].items() if chances[future])
    assert plans[0.999]["objective"] == pytest.approx(worst, rel=CLOSE)
    assert plans[0.0]["objective"] <= plans[0.5]["objective"] * (1 + CLOSE)
    assert plans[0.5]["objective"] <= plans[0.999]["objective"] * (1 + CLOSE)
    assert worst <= max(value for future, value in plans[0.0]["futures"].items() if chances[future]) * (1 + CLOSE)


@pytest.mark.parametrize("seed", LIKELY)
def test_who_knows_pays_least_and_who_takes_the_mean_most(seed: int) -> None:
    """WS ≤ RP ≤ EEV: planned for each future, for all of them, and for the mean future and then held.

    Proves: the order; and where what is built for the mean future cannot stand in one of them, that there is no such
    plan, not a number. Sensitivity: what is decided before it is known differs by future (RP = WS), or a recourse
    that may not differ (RP = EEV).
    """
    asked = neutral(seed)
    chances = {future: chance for future, chance in asked.futures.items() if chance > 0}
    alone = {future: plan(over(asked, {}, {future: 1.0})).summary["objective"] for future in chances}
    knowing = sum(chance * alone[future] for future, chance in chances.items())
    recourse = plan(asked).summary["objective"]
    assert knowing <= recourse * (1 + CLOSE)
    status, held = held_to_the_mean(asked, chances)
    assert status in {"optimal", "infeasible"}
    if status == "optimal":
        assert recourse <= held * (1 + CLOSE)


def held_to_the_mean(asked: Question, chances: dict[str, float]) -> tuple[str, float]:
    """Return how the plan for the mean future ends in all futures, and what it costs on average (EEV)."""
    ev = over(asked, {"mean": 1.0}, chances)
    whole = {key: float(int(value)) for key, value in ev.by_case["modules_max"].items()}
    table = amounts(plan(replace(ev, by_case={**ev.by_case, "modules_max": whole})))
    order = sorted(asked.stages, key=lambda stage: asked.stages[stage][0])
    blind = order[: order.index(asked.known_from)] if asked.known_from else order[:1]
    stages = table["stage"] if order else pd.Series("", index=table.index)
    early = table[stages.isin(blind or [""])]
    decided = {
        Vintage(str(row.asset), str(row.index_), str(getattr(row, "stage", "")), ALL): float(row.vintage)
        for row in early.rename(columns={"index": "index_"}).itertuples()
    }
    scenario = read(world_of_question(asked))
    parts = parts_of([case for case in scenario.cases if case.probability > 0], declare_model)
    with temporary_folder() as workdir:
        found = solve(join_cases(scenario, parts, decided=decided).problem, SolverOptions(shadow_prices=False), workdir)
    return found.status, found.objective


@pytest.mark.parametrize("seed", LIKELY)
def test_a_future_that_cannot_come_changes_no_plan(seed: int) -> None:
    """A further future of probability 0, of other numbers: the plan of the others is the same to the last digit.

    Proves: objective, vintages and every table of the other futures. Sensitivity: a row of it that binds what is built.
    """
    asked = question(seed)
    likely = {future: chance for future, chance in asked.futures.items() if chance > 0}
    plain = replace(asked, futures=likely, by_case={n: _of_futures(v, likely) for n, v in asked.by_case.items()})
    strange = {
        name: {
            **values,
            **{
                ((stage, "never"), place): value * 1.5
                for ((stage, future), place), value in values.items()
                if future == min(likely)
            },
        }
        for name, values in plain.by_case.items()
    }
    strange["modules_max"] = {key: float(int(value)) for key, value in strange["modules_max"].items()}
    with_one = plan(replace(plain, futures={**likely, "never": 0.0}, by_case=strange))
    without = plan(plain)
    assert with_one.summary["objective"] == without.summary["objective"]
    for name, table in without.tables.items():
        if "future" in table and name != "uncertainty":
            kept = with_one.tables[name][with_one.tables[name]["future"] != "never"].reset_index(drop=True)
            assert kept.to_csv() == table.to_csv(), name


def _of_futures(
    values: dict[tuple[tuple[str, str], str], float], futures: dict[str, float]
) -> dict[tuple[tuple[str, str], str], float]:
    return {key: value for key, value in values.items() if key[0][1] in futures}
