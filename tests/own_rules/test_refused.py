"""What cannot be solved is refused in a sentence, never dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo
import pytest

import planner
from planner.errors import InfeasibleError, UsageError
from planner.models.algebra.standard_form import compile_standard_form
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.own_rules import add_rules
from tests.compile.same_problem import assert_same
from tests.own_rules.ways import SITE


def returns_none(m: Any) -> Any:
    """Forget to return."""
    m.modules[SITE] <= 3  # noqa: B015 - the mistake


def always_true(m: Any) -> Any:
    """Compare two numbers."""
    return m.modules_max[SITE] <= 30


def always_false(m: Any) -> Any:
    """Compare two numbers."""
    return m.modules_max[SITE] <= 3


def a_number(m: Any) -> Any:
    """Return no relation."""
    del m
    return 3


def an_expression(m: Any) -> Any:
    """Return no relation either."""
    return m.modules[SITE]


def strictly(m: Any) -> Any:
    """Ask for less than."""
    return m.modules[SITE] < 3


def unequal(m: Any) -> Any:
    """Ask for another."""
    return m.modules[SITE] != 3


def chained(m: Any) -> Any:
    """Ask for between, as Python has it."""
    return 1 <= m.modules[SITE] <= 3


def squared(m: Any) -> Any:
    """Multiply variables."""
    return m.modules[SITE] * m.modules["qingpu", "general"] <= 3


def misspelt(m: Any) -> Any:
    """Name what is not there."""
    return m.modulez[SITE] <= 3


def nowhere(m: Any) -> Any:
    """Name a member that is not there."""
    return m.modules["nowhere", "general"] <= 3


@planner.rule("NOWHERE")
def no_such_set(m: Any, site: str) -> Any:
    """Hold over no set."""
    return m.modules[site, "general"] <= 3


@planner.rule("SITES")
def other_arguments(m: Any, site: str, kind: str) -> Any:
    """Take two ids of one set."""
    return m.modules[site, kind] <= 3


def site_capacity(m: Any) -> Any:
    """Take a name that is taken."""
    return m.modules[SITE] <= 3


REFUSED = [
    *(returns_none, always_true, always_false, a_number, an_expression, strictly, unequal, chained, squared, misspelt),
    *(nowhere, no_such_set, other_arguments, site_capacity, lambda m: m.modules[SITE] <= 3, 3),
]


@pytest.mark.parametrize("rule", REFUSED)
def test_a_rule_that_says_nothing_is_refused(tiny: planner.Scenario, rule: Any) -> None:
    """A rule that is no linear relation of the model's variables is refused, in both languages.

    Proves: UsageError (exit 2) with a Chinese text of its own, for each mistake. Sensitivity: a rule left out; a
    traceback of Pyomo's.
    """
    with pytest.raises(UsageError) as caught:
        planner.run(tiny, rules=[rule])
    said: Any = caught.value.args[0]
    assert said.en != said.zh


def test_no_list_and_no_text(tiny: planner.Scenario) -> None:
    """A single function for a list of rules, a text for a list of overrides and a number for a scenario are refused.

    Proves: one sentence each, not a fault a letter. Sensitivity: `overrides="a=1"` read as three.
    """
    with pytest.raises(UsageError, match="list of functions"):
        planner.run(tiny, rules=strictly)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="list of K=V"):
        planner.read_scenario("scenarios/tiny", overrides="a=1")
    with pytest.raises(UsageError, match="neither a scenario"):
        planner.run(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="rules go with a scenario"):
        planner.run(planner.build_model(tiny), rules=[strictly])


def _two_objectives(m: planner.PlanModel) -> None:
    m.other = pyo.Objective(expr=m.emissions)


def _maximised(m: planner.PlanModel) -> None:
    m.objective.sense = pyo.maximize


def _wider(m: planner.PlanModel) -> None:
    m.modules[SITE].setub(30)


def _no_longer_whole(m: planner.PlanModel) -> None:
    m.modules.domain = pyo.NonNegativeReals


def _fraction(m: planner.PlanModel) -> None:
    m.modules[SITE].fix(2.5, skip_validation=True)


def _fixed_to_nothing(m: planner.PlanModel) -> None:
    m.modules[SITE].fixed = True


def _variable_gone(m: planner.PlanModel) -> None:
    m.del_component("modules")


def _special_ordered(m: planner.PlanModel) -> None:
    m.sos = pyo.SOSConstraint(var=m.modules, sos=1)


def _steps(m: planner.PlanModel) -> None:
    m.steps = pyo.Var(within=pyo.Set(initialize=[0, 5, 10]))
    m.stepped = pyo.Constraint(expr=m.steps >= m.modules[SITE])


def _quadratic(m: planner.PlanModel) -> None:
    m.objective.expr = m.modules[SITE] ** 2


def _stranger(m: planner.PlanModel) -> None:
    other = planner.build_model(m.inputs)
    m.mixed = pyo.Constraint(expr=other.modules[SITE] <= 3)


def _late_term(m: planner.PlanModel) -> None:
    m.add_term("cost", "extra", lambda m: m.modules[SITE])


MODELS: list[Callable[[planner.PlanModel], None]] = [
    *(_two_objectives, _maximised, _wider, _no_longer_whole, _fraction, _fixed_to_nothing, _variable_gone),
    *(_special_ordered, _steps, _quadratic, _stranger, _late_term),
]


@pytest.mark.parametrize("change", MODELS)
def test_a_model_that_cannot_be_honoured_is_refused(
    tiny: planner.Scenario, change: Callable[[planner.PlanModel], None]
) -> None:
    """What the planner cannot honour in a model is refused by every way, in both languages.

    Proves: UsageError from `run`, `solve` and `plan_of`. Sensitivity: an objective, a domain or a set of points
    overruled without a word.
    """
    for way in (planner.run, planner.solve, planner.plan_of):
        model = planner.build_model(tiny)
        with pytest.raises(UsageError) as caught:  # noqa: PT012 - one change is refused when it is made
            change(model)
            way(model)
        said: Any = caught.value.args[0]
        assert said.en != said.zh


def test_infeasible_names_the_own_rule(tiny: planner.Scenario) -> None:
    """Where no plan can keep the user's rule, the rule is named, and not `planner explain`, which does not know it.

    Proves: the name. Sensitivity: the sentence for scenarios.
    """

    def a_hundred(m: Any) -> Any:
        return m.modules[SITE] >= 100

    with pytest.raises(InfeasibleError, match="a_hundred"):
        planner.run(tiny, rules=[a_hundred])
    with pytest.raises(UsageError, match="already has something called a_hundred"):
        planner.run(tiny, rules=[a_hundred, a_hundred])


def test_a_rule_over_an_empty_set_is_told(tiny: planner.Scenario) -> None:
    """A rule whose set is empty here is named as one that holds nowhere.

    Proves: the note; the scenario's own cost. Sensitivity: silence.
    """

    @planner.rule("CERTIFICATES_LIMITED")
    def nothing_here(m: Any, site: str) -> Any:
        return m.certificates[site] <= 3

    plan = planner.run(tiny, rules=[nothing_here])
    assert any("hold nowhere here" in note and "nothing_here" in note for note in plan.manifest["notes"])


def by_members(m: Any) -> Any:
    """Add up a variable's members."""
    return sum(m.modules.values()) + m.modules[SITE] <= 7


def by_length(m: Any) -> Any:
    """Count a variable's members."""
    return m.modules[SITE] <= len(m.modules) + 1


def by_membership(m: Any) -> Any:
    """Ask whether a member is there."""
    return m.modules["qingpu", "general"] <= (2 if SITE in m.modules else 9)


def by_slice(m: Any) -> Any:
    """Take a slice."""
    return sum(m.modules[:, "general"]) + m.modules[SITE] <= 7


def by_value(m: Any) -> Any:
    """Read a number."""
    return m.modules[SITE] <= pyo.value(m.modules_max[SITE]) - 3


def by_sum_product(m: Any) -> Any:
    """Use Pyomo's own sum."""
    return pyo.sum_product(m.modules) + m.modules[SITE] <= 7


def by_sum(m: Any) -> Any:
    """Add up over a set."""
    return sum(m.modules[s, c] for s, c in m.BUILDABLE) + m.modules[SITE] <= 7


SPELLINGS = [by_members, by_length, by_membership, by_slice, by_value, by_sum_product, by_sum]


@pytest.mark.parametrize("rule", SPELLINGS)
def test_a_rule_means_what_pyomo_takes_it_for(tiny: planner.Scenario, rule: Any) -> None:
    """However a rule is spelt, its row is the one that Pyomo makes of it.

    Proves: entry by entry, for rules that look at members, count, slice and read numbers. Sensitivity: a symbol without
    members taken for a variable without members.
    """
    one, other = declare_model(tiny), declare_model(tiny)
    for model in (one, other):
        add_rules(model, [rule])
    assert_same(compile_model(one).problem, compile_standard_form(other))


def test_a_rule_that_fixes_is_seen(tiny: planner.Scenario) -> None:
    """A rule that also fixes a variable or takes a rule out is seen to do so.

    Proves: both are in what is told of the user's own. Sensitivity: the change made to a symbol and lost.
    """

    def fixes(m: Any) -> Any:
        m.modules["qingpu", "general"].fix(2)
        return m.modules[SITE] <= 3

    def takes_out(m: Any) -> Any:
        m.site_capacity.deactivate()
        return m.modules[SITE] <= 3

    told = []
    for rule in (fixes, takes_out):
        model = declare_model(tiny)
        add_rules(model, [rule])
        own = compile_model(model).own
        told.append((own.rules, own.changes, own.taken_out))
    assert told == [(("fixes",), ("modules[qingpu;general] = 2",), ()), (("takes_out",), (), ("site_capacity",))]
