"""Scenario → model: sets, parameters, features in order, open totals closed once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.language import say
from planner.models.algebra.plan_model import PlanModel
from planner.models.declarations import declarations, modules_of
from planner.progress import working_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.scenario.parameter import Parameter
    from planner.scenario.scenario import Scenario


def build_model(scenario: Scenario, units: Callable[[str], Any] | None = None) -> PlanModel:
    """Return the whole model of a scenario as an ordinary Pyomo ``ConcreteModel``.

    Parameters
    ----------
    scenario
        The scenario.
    units
        Only to check units: turns a unit's text into a Pyomo unit.
    """
    m = declare_model(scenario, units)
    m.realise()
    return m


def declare_model(scenario: Scenario, units: Callable[[str], Any] | None = None) -> PlanModel:
    """Return a model that has its sets and knows what else it will have, at which size."""
    working_on(say("building the model"))
    m = PlanModel(scenario, units)
    modules = modules_of(scenario.features)
    _add_sets(m, set(modules))
    _add_parameters(m)
    for module in modules.values():
        module.build(m)
    m.is_declared = True
    return m


def parameter_values(scenario: Scenario) -> dict[str, Any]:
    """Return every numeric parameter of the listed features: as given, by default, or derived from others."""
    known = declarations()
    modules = modules_of(scenario.features)
    values: dict[str, Any] = {}
    for key, parameter in known.parameters.items():
        is_of_model = parameter.is_numeric and not parameter.per_table and not parameter.multiplies
        if known.owner[key] in modules and is_of_model:
            values[key] = _given_or_default(scenario, parameter)
    for module in modules.values():
        derive = getattr(module, "derive", None)
        if derive is not None:
            values.update(derive(scenario))
    return values


def _given_or_default(scenario: Scenario, parameter: Parameter) -> pd.Series | float:
    return scenario.series(parameter.key) if parameter.index else scenario.number(parameter.key)


def _add_sets(m: PlanModel, listed: set[str]) -> None:
    known = declarations()
    for name, index_set in known.sets.items():
        if known.owner[name] in listed:
            m.members(index_set.plural, m.inputs.sets[name])


def _add_parameters(m: PlanModel) -> None:
    """Add each numeric parameter; of one without a default also the set of entries that were given."""
    known = declarations()
    m.parameter_values = parameter_values(m.inputs)
    for key, values in m.parameter_values.items():
        parameter = known.parameters[key]
        index = [m.component(known.sets[name].plural) for name in parameter.index]
        if isinstance(values, pd.Series):
            m.members_if_asked(f"{key.upper()}_GIVEN", values.index, len(index))
            m.parameter(key, index, values, parameter.unit)
        elif not math.isnan(values):  # a scalar limit that is not given does not exist
            m.parameter(key, [], values, parameter.unit)
