"""Rules of the user's own on their way into a declared model: each named, over sets that are there."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from planner.errors import UsageError, shown
from planner.language import join, say
from planner.models.algebra.own import OwnRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyomo.environ as pyo

    from planner.models.algebra.own import Function
    from planner.models.algebra.plan_model import PlanModel


def add_rules(m: PlanModel, rules: Sequence[Function | OwnRule]) -> None:
    """Record rules of the user's own in a declared model."""
    if callable(rules) or isinstance(rules, str):
        raise UsageError(say("rules is a list of functions: rules=[…]"))
    for given in rules:
        own = given if isinstance(given, OwnRule) else OwnRule(given)
        if not callable(own.function):
            raise UsageError(say("rules holds '{value}', which is no function", value=shown(repr(own.function))))
        _check_name(m, own.name)
        index = [_index_set(m, own.name, name) for name in own.sets]
        _check_arguments(own, index)
        m.constrain(own.function, *index, unit=own.unit)


def _check_name(m: PlanModel, name: str) -> None:
    if not name.isidentifier():
        raise UsageError(
            say("a rule of one's own needs a name to be told by: def name(m): …, not '{name}'", name=shown(name))
        )
    if m.knows(name):
        raise UsageError(
            say("the model already has something called {name}: give the rule another name", name=shown(name))
        )


def _index_set(m: PlanModel, rule_name: str, name: str) -> pyo.Set:
    found = m.index_set(name) if isinstance(name, str) else None
    if found is None:
        raise UsageError(
            say(
                "the rule {rule} is to hold over {name}, but the model has no such set (it has {known})",
                rule=shown(rule_name),
                name=shown(name),
                known=join(m.set_names()),
            )
        )
    return found


def _check_arguments(own: OwnRule, index: Sequence[pyo.Set]) -> None:
    if any(not isinstance(part.dimen, int) for part in index):
        return  # an empty set of no known width
    ids = sum(part.dimen for part in index)
    try:
        inspect.signature(own.function).bind(None, *[None] * ids)
    except TypeError:
        raise UsageError(
            say(
                "the rule {name} takes other arguments than the model and {ids} ids: name its sets, "
                'as @planner.rule("SITES", "TIMESTEPS")',
                name=shown(own.name),
                ids=ids,
            )
        ) from None
    except ValueError:
        return  # no signature to look at
