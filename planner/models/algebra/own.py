"""Rules of the user's own: how they are given, and what a run says of them, for the audit does not know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from planner.errors import UsageError, shown
from planner.language import Message, join, say

CHANGES_SHOWN_MAX = 20
"""Changes of bounds that are spelt out; who fixes ten thousand variables knows which."""
Function = Callable[..., Any]


@dataclass(frozen=True)
class OwnRule:
    """A rule of one's own: a function of the model and of its indices that returns a relation.

    Attributes
    ----------
    function
        ``function(m, *index)`` returns ``left <= right``, ``left >= right`` or ``left == right``, linear in the
        variables of the model.
    sets
        Names of the model's sets that it holds over, such as ``SITES``; none: it holds once.
    unit
        The unit of both sides, for its shadow price.
    """

    function: Function
    sets: tuple[str, ...] = ()
    unit: str = ""

    @property
    def name(self) -> str:
        """The name of the function: what the rule is called in results and messages."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, as a rule of Pyomo."""
        return self.function(*arguments)


@overload
def rule(function: Function, /) -> OwnRule: ...
@overload
def rule(*sets: str, unit: str = "") -> Callable[[Function], OwnRule]: ...
def rule(*sets: Any, unit: str = "") -> Any:
    """Say over which sets a rule of one's own holds, and in which unit; a decorator.

    Parameters
    ----------
    *sets
        Names of the model's sets, such as ``"SITES", "TIMESTEPS"``; the function takes the model and one id for each
        (two for a set of pairs, such as ``BUILDABLE``).
    unit
        The unit of both sides of the rule, such as ``"MW"``; its shadow price is per this unit.

    Examples
    --------
    >>> @planner.rule("SITES", "TIMESTEPS", unit="MW")
    ... def little_from_the_grid(m, site, timestep):
    ...     return m.grid_power[site, timestep] <= 78
    """
    if len(sets) == 1 and callable(sets[0]) and not isinstance(sets[0], str):
        return OwnRule(sets[0])
    return lambda function: OwnRule(function, tuple(sets), unit)


@dataclass(frozen=True)
class Own:
    """What of a model is the user's own, and so not audited.

    Attributes
    ----------
    rules
        Names of the rules.
    variables
        Names of variables that no feature knows.
    changes
        Limits of variables that are narrower than the scenario's, as ``modules[qingyang;general] = 3``; of many the
        first.
    changes_more
        How many changes beyond those there are.
    taken_out
        Rules of the features that the user took out or changed: what the audit finds under them is the user's wish.
    objective
        The name of the user's objective; empty where the scenario's is minimised.
    without_rows
        Rules over a set that has no members here.
    """

    rules: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    changes_more: int = 0
    taken_out: tuple[str, ...] = ()
    objective: str = ""
    without_rows: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is the user's own."""
        return bool(self.rules or self.variables or self.changes or self.taken_out or self.objective)

    def document(self) -> dict[str, Any]:
        """Return it for the manifest."""
        return {
            "rules": list(self.rules),
            "variables": list(self.variables),
            "changes": list(self.changes),
            "changes_more": self.changes_more,
            "taken_out": list(self.taken_out),
            "objective": self.objective or None,
        }


def sentences(own: Mapping[str, Any]) -> list[Message]:
    """Say what of a plan is the user's own and not audited."""
    said = []
    if rules := own.get("rules"):
        said.append(say("rules of the user's own, not audited: {names}", names=_list(rules)))
    if variables := own.get("variables"):
        said.append(say("variables of the user's own, not audited: {names}", names=_list(variables)))
    if changes := own.get("changes"):
        more = int(own.get("changes_more") or 0)
        rest = say(" and {more} more", more=more) if more else ""
        said.append(say("limits of the user's own, not audited: {changes}{rest}", changes=_list(changes), rest=rest))
    if taken_out := own.get("taken_out"):
        said.append(
            say(
                "rules of the planner that the user took out or changed, and that the plan may break: {names}",
                names=_list(taken_out),
            )
        )
    if objective := own.get("objective"):
        said.append(say("the objective {name} is the user's own and not audited; the costs are", name=shown(objective)))
    return said


def _list(names: Sequence[str]) -> Message:
    return join(shown(name) for name in names)


def refused(name: str, error: BaseException) -> UsageError:
    """Return what to say of a rule of the user's own that fails when it is called or expanded."""
    text = " ".join(str(error).split())
    return UsageError(
        say(
            "the rule {name} cannot be solved: {kind}: {text} (a rule returns one relation, <=, >= or ==, linear in "
            "the model's variables)",
            name=shown(name),
            kind=type(error).__name__,
            text=shown(text, 300),
        )
    )


def says_nothing(name: str) -> UsageError:
    """Return what to say of a rule that names no variable: it would hold, or not, for every plan."""
    return UsageError(
        say("the rule {name} names no variable of the model, so that it says nothing of the plan", name=shown(name))
    )
