"""Templates of rules that the features do not write yet, worked by hand, and rules that cannot be templates."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest

from planner.errors import InfeasibleError
from planner.models.algebra.plan_model import PlanModel
from planner.models.algebra.standard_form import compile_standard_form
from planner.models.compile import compile_model
from tests.compile.same_problem import assert_same

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.models.algebra.problem import Problem

STEPS = ["dawn", "noon", "dusk"]
PAIRS = [("north", "wind"), ("north", "sun"), ("south", "sun")]


def hand_model() -> PlanModel:
    """Return a model of two sites, three steps and three pairs of site and technology, without a rule."""
    m = PlanModel(cast("Any", SimpleNamespace(name="hand")))
    m.members("SITES", ["north", "south"])
    m.members("STEPS", STEPS)
    m.members("PAIRS", PAIRS, dimen=2)
    m.members("NOTHING", [])
    m.subsets("PAIRS_AT", m.SITES, pd.DataFrame(PAIRS, columns=["site", "kind"]), ["site"])
    awake = pd.DataFrame([("north", "noon", "sun"), ("south", "noon", "sun"), ("north", "dusk", "wind")])
    awake.columns = pd.Index(["site", "step", "kind"])
    m.members("CELLS", [(s, t) for s in m.SITES for t in m.STEPS], dimen=2)
    m.subsets("AWAKE", m.CELLS, awake, ["site", "step"])
    m.parameter("weight", [m.STEPS], pd.Series([2.0, 3.0, 0.0], STEPS), "h")
    m.parameter("before", [m.STEPS], pd.Series(dict(zip(STEPS, ["dusk", "dawn", "noon"], strict=True))), "")
    m.parameter("price", [m.PAIRS], pd.Series([5.0, 7.0, 11.0], pd.MultiIndex.from_tuples(PAIRS)), "CNY")
    m.parameter("scarce", [m.SITES], pd.Series([4.0], ["north"]), "MW")
    m.variable("power", m.PAIRS, m.STEPS, unit="MW")
    m.variable("stock", m.SITES, m.STEPS, unit="MWh")
    m.variable("slack", unit="MW")
    m.stages = ["objective_value"]
    m.open_total("objective_value", unit="CNY")
    m.add_term("objective_value", "slack", lambda m: 3 * m.slack)
    return m


def both(m: PlanModel) -> Problem:
    """Return a model's problem by templates, having compared it with the standard form."""
    compiled = compile_model(m)
    assert not compiled.fallback, compiled.fallback
    assert_same(compiled.problem, compile_standard_form(m))
    return compiled.problem


def row(problem: Problem, *index: str) -> tuple[dict[tuple[Any, ...], float], float, float]:
    """Return the coefficients of the row of an index by variable and index, and its two sides."""
    number = [key for _, key in problem.row_names].index(index)
    dense = problem.matrix.tocsr()[[number]].toarray()[0]
    named = {problem.column_names[place]: float(dense[place]) for place in np.flatnonzero(dense)}
    return (
        {(name, *key): value for (name, key), value in named.items()},
        float(problem.row_lower[number]),
        float(problem.row_upper[number]),
    )


def test_the_step_before_is_a_parameter() -> None:
    """A rule may look back through a parameter whose values are ids.

    Proves: stock[noon] - stock[dawn] - ∑ power = 0 at noon, and dawn follows dusk. Sensitivity: places for ids.
    """

    def carried(m: PlanModel, site: str, step: str) -> Any:
        gained = sum(m.power[site, k, step] for k in m.PAIRS_AT[site])
        return m.stock[site, step] == m.stock[site, m.before[step]] + gained / 2 + m.weight[step]

    m = hand_model()
    m.constrain(carried, m.SITES, m.STEPS, unit="MWh")
    coefficients, lower, upper = row(both(m), "north", "dawn")
    assert coefficients == {
        ("stock", "north", "dawn"): 1.0,
        ("stock", "north", "dusk"): -1.0,
        ("power", "north", "wind", "dawn"): -0.5,
        ("power", "north", "sun", "dawn"): -0.5,
    }
    assert (lower, upper) == (2.0, 2.0)


def test_a_subset_whose_owner_stands_on_two_axes() -> None:
    """A sum may run over a set indexed by a site and a step of the rule, which stand on different axes.

    Proves: north at noon has its sun, at dawn nothing at all. Sensitivity: members joined to the wrong cell.
    """

    def awake(m: PlanModel, site: str, step: str) -> Any:
        return sum(m.price[site, k] * m.power[site, k, step] for k in m.AWAKE[site, step]) <= m.slack

    def awake_worth(m: PlanModel, site: str, step: str) -> Any:
        return m.slack <= m.weight[step] + sum(m.price[site, k] for k in m.AWAKE[site, step])

    m = hand_model()
    m.constrain(awake, m.SITES, m.STEPS, unit="CNY")
    problem = both(m)
    assert row(problem, "north", "noon")[0] == {("power", "north", "sun", "noon"): 7.0, ("slack",): -1.0}
    assert row(problem, "north", "dawn")[0] == {("slack",): -1.0}
    m = hand_model()
    m.constrain(awake_worth, m.SITES, m.STEPS, unit="CNY")
    assert row(both(m), "south", "noon") == ({("slack",): 1.0}, -np.inf, 14.0)


def test_what_stands_in_one_place_twice_is_added_up() -> None:
    """The same variable may be named twice in a rule, by two terms or by a sum that does not depend on it.

    Proves: 3 × slack + slack - 2 × slack; a sum of three equal terms is three times one; x - x is no entry.
    Sensitivity: coefficients that replace each other; entries of zero.
    """

    def thrice(m: PlanModel, site: str) -> Any:
        twice = sum(m.stock[site, "noon"] for _ in m.STEPS) + m.slack
        return twice + m.slack - m.slack + m.power["south", "sun", "noon"] * m.weight["dusk"] >= m.stock[site, "noon"]

    m = hand_model()
    m.constrain(thrice, m.SITES, unit="MWh")
    coefficients, lower, upper = row(both(m), "south")
    sign = -1.0 if upper == 0 else 1.0
    assert coefficients == {("stock", "south", "noon"): 2 * sign, ("slack",): 1 * sign}
    assert {lower, upper} == {-np.inf, 0.0}


def test_expressions_in_expressions_keep_their_own_indices() -> None:
    """An expression may be named under other indices than its own, and inside a sum of the same set.

    Proves: lag[noon] = 3 × stock[dawn]; the sum over steps of it has each step's own weight.
    Sensitivity: indices of the inner rule taken for those of the outer.
    """

    def lag(m: PlanModel, site: str, step: str) -> Any:
        return m.weight[step] * m.stock[site, m.before[step]]

    def all_lags(m: PlanModel, site: str) -> Any:
        return sum(m.lag[site, m.before[t]] for t in m.STEPS) <= sum(m.weight[t] for t in m.STEPS)

    m = hand_model()
    m.expression("lag", m.SITES, m.STEPS, rule=lag, unit="MWh")
    m.constrain(all_lags, m.SITES, unit="MWh")
    coefficients, _, upper = row(both(m), "north")
    assert coefficients == {("stock", "north", "dusk"): 2.0, ("stock", "north", "dawn"): 3.0}
    assert upper == 5.0


def test_values_of_a_solution_come_back_by_name() -> None:
    """Expressions, parameters and terms of a total have their values once the model is solved.

    Proves: with column number n at the value n, gained is the sum of what it names, and tables keep their order.
    Sensitivity: values read in another order than columns were counted.
    """

    def gained(m: PlanModel, site: str) -> Any:
        return sum(m.weight[t] * m.power[site, k, t] for k in m.PAIRS_AT[site] for t in m.STEPS)

    m = hand_model()
    m.expression("gained", m.SITES, rule=gained, unit="MWh")
    compiled = compile_model(m)
    compiled.load(np.arange(len(compiled.problem.column_names), dtype=float))
    table = m.tabulate("gained", columns=["site"])
    assert table.to_dict("list") == {"site": ["north", "south"], "gained": [0 + 3 + 2 * 3 + 3 * 4, 2 * 6 + 3 * 7.0]}
    assert m.tabulate("price", columns=["site", "kind"])["price"].tolist() == [5.0, 7.0, 11.0]
    assert m.tabulate("stock", columns=["site", "step"], only_positive=True)["step"].tolist() == STEPS * 2
    assert m.tabulate_terms("objective_value", "category").to_dict("list") == {
        "category": ["slack"],
        "objective_value": [3.0 * 15],
    }


def test_a_member_that_is_none_is_an_error() -> None:
    """A rule that names what does not exist, or a parameter without a value there, is refused and not guessed.

    Proves: the error names component and member. Sensitivity: a lookup that takes the neighbour.
    """

    def nowhere(m: PlanModel, site: str) -> Any:
        return m.power[site, "wind", "noon"] <= 1

    def unknown(m: PlanModel, site: str) -> Any:
        return m.stock[site, "noon"] <= m.scarce[site]

    for rule, words in ((nowhere, "power has no member south, wind"), (unknown, "scarce has no value")):
        m = hand_model()
        m.constrain(rule, m.SITES, unit="MW")
        with pytest.raises(KeyError, match=words):
            compile_model(m)


def test_a_row_without_variables_must_hold() -> None:
    """Rows of numbers alone are checked and left out.

    Proves: 5 ≤ 7 is dropped; 11 ≤ 7 is infeasible and named. Sensitivity: rows without entries sent to the solver.
    """

    def cheap(m: PlanModel, site: str, kind: str) -> Any:
        return sum(m.power[s, k, t] for s, k in m.NONE_OF[site] for t in m.STEPS) + m.price[site, kind] <= m.most

    for most, names in ((11.0, []), (7.0, ["south", "sun"])):
        m = hand_model()
        m.subsets("NONE_OF", m.SITES, pd.DataFrame(columns=["owner", "site", "kind"]), ["owner"])
        m.parameter("most", [], most, "CNY")
        m.constrain(cheap, m.PAIRS, unit="CNY")
        if names:
            with pytest.raises(InfeasibleError, match=r"cheap\[south,sun\] cannot hold"):
                compile_model(m)
        else:
            assert len(compile_model(m).problem.row_names) == 0


def by_an_if(m: PlanModel, site: str, step: str) -> Any:
    """Treat one step apart."""
    return m.stock[site, step] <= (1 if step == "noon" else 2)


def by_a_loop(m: PlanModel, site: str, step: str) -> Any:
    """Add up in a loop."""
    total = 0
    for s, k in m.PAIRS:
        total += m.power[s, k, step]
    return total <= m.stock[site, step]


def by_a_look_up(m: PlanModel, site: str, step: str) -> Any:
    """Look a number up."""
    return m.stock[site, step] <= {"dawn": 1, "noon": 2, "dusk": 3}[step]


def by_a_default(m: PlanModel, site: str, step: str) -> Any:
    """Look a number up, or take another."""
    return m.stock[site, step] <= {"noon": 1}.get(step, 2)


def by_its_name(m: PlanModel, site: str, step: str) -> Any:
    """Ask how an index is spelt."""
    return m.stock[site, step] <= (1 if str(step).startswith("n") else 2)


@pytest.mark.parametrize("rule", [by_an_if, by_a_loop, by_a_look_up, by_a_default, by_its_name])
def test_what_is_no_template_falls_back_and_says_so(rule: Callable[..., Any]) -> None:
    """A rule that must know its index goes through Pyomo's standard form, and the reason names it.

    Proves: the rows are right (6 of them), the values come back, and why. Sensitivity: an ``if`` on a symbol taken as true.
    """
    m = hand_model()
    m.constrain(rule, m.SITES, m.STEPS, unit="MWh")
    compiled = compile_model(m)
    assert rule.__name__ in compiled.fallback
    assert len(compiled.problem.row_names) == 6
    expected = {by_a_loop: [0, 0, 0], by_a_look_up: [1, 2, 3]}.get(rule, [2, 1, 2])
    assert compiled.problem.row_upper.tolist() == expected * 2
    compiled.load(np.arange(len(compiled.problem.column_names), dtype=float))
    assert m.tabulate("stock", columns=["site", "step"])["stock"].tolist() == [9.0, 10, 11, 12, 13, 14]
    assert m.tabulate_terms("objective_value", "category")["objective_value"].tolist() == [45.0]
