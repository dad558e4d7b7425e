"""Cases side by side as arrays: the rows that tie them, whose row is whose, and what is seen as a block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import planner
from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.cases.ties import declare_ties
from planner.cases.vintages import vintages_of
from planner.errors import UsageError
from planner.models.build import declare_model
from planner.models.solving.blocks import LINK, find_blocks
from planner.models.solving.on_demand import find_on_demand
from tests.algebra import BUILT, Row, bounds_of, compiled, objective_of, rows_of
from tests.cases.several_years import built, by_stage, in_futures, in_stages, joined, plan_of, read

INF = float("inf")


def test_what_ties_the_cases() -> None:
    """Algebra: what stands in a case is the sum of the vintages that live there, whole where modules are.

    Proves: the rows ``standing`` of two stages, that of 2030 with both vintages; whole vintages; the modules themselves
    need no integrality; a price difference is paid in 2030 only, five times. Sensitivity: any other coefficient or row.
    """
    problem = joined(by_stage(in_stages(), "s2030", module_cost=2_000_000)).problem
    now, later = "vintage[modules,far;cpu,s2025,]", "vintage[modules,far;cpu,s2030,]"
    assert rows_of(problem, "standing") == {
        "modules,far;cpu,s2025,": Row({"modules[s2025,far,cpu]": 1, now: -1}, 0, 0),
        "modules,far;cpu,s2030,": Row({"modules[s2030,far,cpu]": 1, now: -1, later: -1}, 0, 0),
    }
    assert rows_of(problem, "whole_vintage") == {
        "modules,far;cpu,s2025,": Row({now: 1, now.replace("vintage", "whole"): -1}, 0, 0),
        "modules,far;cpu,s2030,": Row({later: 1, later.replace("vintage", "whole"): -1}, 0, 0),
    }
    assert bounds_of(problem, "modules") == {"s2025,far,cpu": (0, 3, False), "s2030,far,cpu": (0, 3, False)}
    assert bounds_of(problem, "whole")["modules,far;cpu,s2025,"] == (0, INF, True)
    cost, _ = objective_of(problem)
    assert cost["modules[s2025,far,cpu]"] == 5 * 2_600_000
    assert cost["modules[s2030,far,cpu]"] == 5 * 2_000_000
    assert cost[now] == 5 * 600_000
    assert later not in cost


def test_each_case_is_what_it_is_alone() -> None:
    """Algebra: a case's rows, columns and bounds are those it has by itself, under the name of the case.

    Proves: matrix block, sides and costs (times the factor) equal; nothing else stands in a case's columns but rows that
    tie. Sensitivity: entries that slip into another case's rows, which a sum would not show.
    """
    world = in_futures()
    both = joined(world)
    alone = compiled(BUILT)
    wet = [part.key for part in both.parts].index(("", "wet"))
    rows, columns = both.rows[wet], both.columns[wet]
    matrix = both.problem.matrix.tocsr()
    assert (matrix[rows][:, columns] != alone.matrix.tocsr()).nnz == 0
    assert matrix[rows].nnz == alone.matrix.nnz
    assert both.problem.matrix.has_sorted_indices
    assert np.array_equal(both.problem.row_lower[rows], alone.row_lower)
    assert np.array_equal(both.problem.column_upper[columns], alone.column_upper)
    stage = both.problem.stages[0]
    assert stage.cost[columns] == pytest.approx(0.75 * alone.stages[0].cost)
    names = [(name, index) for name, index in both.problem.column_names][columns]
    assert names == [(name, ("wet", *index)) for name, index in alone.column_names]
    assert len(set(both.problem.row_names)) == len(both.problem.row_lower)


def test_the_worst_futures_are_rows() -> None:
    """Algebra: excess ≥ z − threshold, z being what a row of its own says the case's objective is.

    Proves: the rows ``threshold_excess`` and the defining rows; the objective's coefficients (1 − w) × p on the cases' own, and
    w, w × p ÷ (1 − level) on threshold and excess. Sensitivity: z without its probability taken out, or a missing share.
    """
    problem = joined(in_futures().with_parameters(cvar_weight=0.4, cvar_level=0.5)).problem
    z = "yearly[objective_value,,dry]"
    assert rows_of(problem, "threshold_excess")["dry"] == Row({z: 1, "threshold": -1, "above[dry]": -1}, -INF, 0)
    [defining] = [row for key, row in rows_of(problem, "yearly").items() if key.endswith("dry")]
    assert defining.coefficients[z] == -1
    assert defining.coefficients["modules[dry,far,cpu]"] == 2_600_000
    cost, _ = objective_of(problem)
    assert cost["modules[dry,far,cpu]"] == pytest.approx(0.6 * 0.25 * 2_600_000)
    assert cost["threshold"] == pytest.approx(0.4)
    assert cost["above[dry]"] == pytest.approx(0.4 * 0.25 / 0.5)
    assert z not in cost


def test_a_small_model_of_pyomo_says_the_same() -> None:
    """What ties the cases is an ordinary Pyomo model as well.

    Proves: realised by Pyomo's own rules it has the rows that the templates give. Sensitivity: a rule that only one of
    the two understands.
    """
    scenario = read(in_futures(in_stages()).with_parameters(cvar_weight=0.4, cvar_level=0.5))
    parts = parts_of(scenario.cases, declare_model)
    vintages = vintages_of(scenario, parts)
    model = declare_ties(scenario, parts, vintages, {})
    model.realise()
    for rule in ("standing", "whole_vintage", "threshold_excess"):
        assert len(getattr(model, rule)) == model.records[rule].size
    assert len(model.standing) == len(vintages.alive)


def test_the_hours_of_two_cases_are_two_blocks() -> None:
    """The same hour of two cases is two blocks, of which none reaches into another case; what ties them links.

    Proves: twice as many blocks as one case has; each block's columns lie in one case. Sensitivity: names that are told
    apart by their ids alone, as the same hours of all cases have the same.
    """
    hours = [f"h{i:02d}" for i in range(20)]
    world = BUILT.with_rows(
        "timestep", [{"timestep": hour, "timestep_weight": 150, "timestep_duration": 1} for hour in hours]
    ).with_rows("workload_timestep", [])
    world = world.replaced(tables={name: rows for name, rows in world.tables.items() if rows})
    both = joined(in_futures(world))
    found = find_blocks(both.problem)
    assert found is not None
    rows, columns, periods = found
    assert len(periods) == 40
    of_case = [set(columns[part].tolist()) - {LINK} for part in both.columns]
    assert of_case[0].isdisjoint(of_case[1])
    assert [len(blocks) for blocks in of_case] == [20, 20]
    assert set(rows[both.rows[-1].stop :].tolist()) == {LINK}
    assert set(columns[both.columns[-1].stop :].tolist()) == {LINK}


def test_routes_on_demand_are_those_of_all_cases() -> None:
    """The component that most columns belong to may begin at 0 in every case.

    Proves: allocation of both cases, and nothing else. Sensitivity: the largest run alone, one case's.
    """
    both = joined(in_futures())
    found = find_on_demand(both.problem)
    names = {name for (name, _), is_found in zip(both.problem.column_names, found, strict=True) if is_found}  # type: ignore[arg-type]
    assert names == {"allocation"}
    assert found is not None
    assert found.sum() == 2 * sum(name == "allocation" for name, _ in compiled(BUILT).column_names)


def test_prices_are_in_a_cases_own_money() -> None:
    """A shadow price of a case says what its own year would cost more.

    Proves: the price of the balance by day in each future is that of the future by itself, three modules standing; a MW
    more by day costs 2000 × 700 at ``near`` in both. Sensitivity: prices times the probability.
    """
    prices = plan_of(in_futures()).shadow_prices
    here = prices[(prices["rule"] == "demand_balance") & (prices["index"] == "coast;web;day")]
    assert here.set_index("future")["price"].to_dict() == pytest.approx({"dry": 1_400_000, "wet": 1_400_000})


def test_decided_vintages_stay() -> None:
    """What was decided before is a bound of its vintage.

    Proves: a joint problem in which one module is decided has 1 ≤ vintage ≤ 1. Sensitivity: a decision that is lost.
    """
    scenario = read(in_futures())
    parts = parts_of(scenario.cases, declare_model)
    [vintage] = vintages_of(scenario, parts).prices
    problem = join_cases(scenario, parts, decided={vintage: 1.0}).problem
    assert bounds_of(problem, "vintage") == {"modules,far;cpu,,": (1, 1, False)}


def test_rules_of_ones_own_hold_in_every_case() -> None:
    """A rule of the user's own is a rule of each case.

    Proves: at most one module stands in either future. Sensitivity: a rule that only the first case has.
    """

    def one_at_most(m: Any) -> Any:
        return m.modules["far", "cpu"] <= 1

    results = planner.run(read(in_futures()), rules=[one_at_most])
    assert built(results) == {"dry": 1.0, "wet": 1.0}
    assert results.summary["own_rules"] == ["one_at_most"]


def test_a_made_model_is_one_years() -> None:
    """A model that was made by hand is refused where the scenario has several years.

    Proves: exit 2 with the reason. Sensitivity: a plan of the year without values by case.
    """
    scenario = read(in_futures())
    with pytest.raises(UsageError, match="one year"):
        planner.run(planner.build_model(replace(scenario, cases=scenario.cases)))
