"""Uncertainty: futures of which one will come: what is built before it is known is the same in all of them.

Each future is a year of operation of its own, or one of each stage, a case (see ``docs/decisions/0061``): its tables
are those of the scenario with the values that the future has of its own. What ties the futures is stated here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import Message, Text, say
from planner.scenario.parameter import CaseSet, IndexSet, Parameter, names_of
from planner.scenario.plausible import PERCENT, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.errors import Fault
    from planner.models.rules.example import Example
    from planner.scenario.scenario import Scenario

REQUIRES = ("time",)
SETS = (IndexSet("future", "FUTURES", say("What may come, each planned as a year, or years, of its own.")),)
MAKES_CASES = CaseSet("future", probability="probability")
SHARE = Plausible(0.01, 1.0, (PERCENT,))
PARAMETERS = (
    *names_of("future"),
    Parameter(
        "probability",
        ("future",),
        "1",
        say("How likely the future is; they add up to 1."),
        high=1.0,
        plausible=Plausible(0.001, 1.0, (PERCENT,)),
    ),
    Parameter(
        "future",
        ("timestep",),
        "",
        say("Future whose timestep it is alone; empty: that of every future."),
        None,
        "reference",
        refers_to="future",
        per_table=True,
    ),
    Parameter(
        "futures_known_from",
        (),
        "",
        say(
            "First stage in which it is known which future has come; what is built before is the same in all. "
            "Without it the second."
        ),
        None,
        "reference",
        refers_to="stage",
    ),
    Parameter(
        "cvar_weight",
        (),
        "1",
        say("Weight of the mean of the worst futures in what is minimised, beside the mean of all."),
        0.0,
        high=1.0,
        plausible=SHARE,
    ),
    Parameter(
        "cvar_level",
        (),
        "1",
        say("Share of probability that is not among the worst futures; at 0 all are among them."),
        0.0,
        high=0.999999,
        plausible=Plausible(0.01, 0.999999, (PERCENT,)),
    ),
)
WORDS: dict[str, Message] = {
    "uncertainty": say("uncertainty"),
    "future": say("future"),
    "probability": say("probability"),
    "futures_known_from": say("stage from which the future is known"),
    "cvar_weight": say("weight of the worst futures"),
    "cvar_level": say("level of CVaR"),
}
SUM_TOLERANCE = 1e-9
"""Of the probabilities, whose sum is 1."""


def check(inputs: Scenario) -> Iterator[Fault]:
    """The probabilities add up to 1."""
    total = float(inputs.series("probability").sum())
    if abs(total - 1) > SUM_TOLERANCE:
        problem = say("the probabilities add up to {total:.12g}, not 1", total=total)
        yield inputs.fault("probability", None, problem, say("one of the futures comes, and no two of them"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say what a future that cannot come is for, and what a weight does without the tail that it weighs."""
    probability = inputs.series("probability")
    for future in probability.index[probability == 0]:
        yield say("future {future} has probability 0: it is priced after the plan, not planned for", future=future)
    if inputs.number("cvar_weight") > 0 and inputs.number("cvar_level") == 0:
        yield say("cvar_weight has no effect at cvar_level 0: the mean of the worst futures is then that of all")


EXAMPLE: Example = {
    "probability": {"high": 0.25, "low": 0.75},
    "cvar_weight": 0.5,
    "cvar_level": 0.6,
}
