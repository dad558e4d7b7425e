"""Time: the steps a plan is made for, and how many hours of the year each stands for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.language import Message, say
from planner.models.rules.findings import Finding
from planner.scenario.column import keys_of
from planner.scenario.parameter import IndexSet, Parameter
from planner.scenario.plausible import MINUTES, SECONDS, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES: tuple[str, ...] = ()
SETS = (IndexSet("timestep", "TIMESTEPS", say("Steps in time, in chains called periods."), members_default=("year",)),)
PARAMETERS = (
    Parameter(
        "timestep_weight",
        ("timestep",),
        "h/a",
        say("Hours of the year the step stands for."),
        None,
        low_open=True,
        plausible=Plausible(0.05, 8784.0),
    ),
    Parameter(
        "timestep_duration",
        ("timestep",),
        "h",
        say("The step's own length."),
        1.0,
        low_open=True,
        plausible=Plausible(0.05, 48.0, (MINUTES, SECONDS)),
    ),
    Parameter(
        "period",
        ("timestep",),
        "",
        say("The chain a step belongs to; the last step of a period is followed by its first."),
        None,
        "text",
    ),
    Parameter(
        "time",
        ("timestep",),
        "",
        say("Start of the step (ISO 8601); puts the steps of a period in order."),
        None,
        "text",
    ),
    Parameter(
        "position",
        ("timestep",),
        "",
        say("Place of the step in its period, where there is no time."),
        None,
        "integer",
        plausible="an order",
    ),
)
WORDS: dict[str, Message] = {
    "time": say("time"),
    "timestep": say("timestep"),
    "timestep_weight": say("hours of the year"),
    "timestep_duration": say("length of the step"),
    "period": say("period"),
    "position": say("place in the period"),
    "hours": say("hours covered"),
    "previous": say("step before"),
}
COLUMNS = keys_of("time", "timestep", "timestep_weight", "timestep_duration")
WEIGHT_TOLERANCE = 1e-6
"""Relative; the weights are typed or come from a file of a few digits."""


def derive(inputs: Scenario) -> dict[str, pd.Series]:
    """Give the single default step the whole year."""
    return {"timestep_weight": weights(inputs)}


def weights(inputs: Scenario) -> pd.Series:
    """Return the weight [h/a] of every step; a single step without one stands for all hours."""
    steps = inputs.full_index(("timestep",))
    return inputs.series("timestep_weight").reindex(steps, fill_value=inputs.settings.time_hours)


def check(inputs: Scenario) -> Iterator[Fault]:
    """Weights must cover the hours that the scenario says they cover."""
    given = inputs.series("timestep_weight")
    if not inputs.is_given("timestep_weight"):
        if len(inputs.sets["timestep"]) > 1:
            yield inputs.fault(
                "timestep_weight",
                None,
                say("timestep.csv has steps but no weights"),
                say("give the column timestep_weight"),
            )
        return
    for step in inputs.full_index(("timestep",)).difference(given.index):
        yield inputs.fault("timestep_weight", (step,), say("the weight is missing"), say("give hours of the year"))
    hours = inputs.settings.time_hours
    if abs(given.sum() - hours) > WEIGHT_TOLERANCE * hours:
        remedy = say("mend the weights or state the sum as hours in [time]")
        problem = say("the weights sum to {sum:g} h, not {hours:g} h", sum=given.sum(), hours=hours)
        yield inputs.fault("timestep_weight", None, problem, remedy)


def previous(inputs: Scenario) -> pd.Series:
    """Return the step before each step, cyclic within its period."""
    steps = inputs.full_index(("timestep",))
    periods = inputs.series("period").reindex(steps).fillna("")
    before: dict[str, str] = {}
    for _, chain in periods.groupby(periods, sort=False):
        members = list(chain.index)
        before.update(zip(members, [members[-1], *members[:-1]], strict=True))
    return pd.Series(before, dtype=object).rename_axis("timestep").rename("previous")


def chain_faults(inputs: Scenario, feature: str) -> Iterator[Fault]:
    """Yield why a feature that looks back cannot: for their ``check``.

    The steps must stand in an order, and a period must stand for so many like it: with a weight for each step that is
    not one number times its duration, a lossless store would make energy.
    """
    if not _is_chained(inputs):
        problem = say("{feature} looks back in time, but the timesteps stand in no order", feature=feature)
        yield inputs.fault("time", None, problem, say("give the column time, or position, in timestep.csv"))
        return
    steps = inputs.full_index(("timestep",))
    repeats = weights(inputs) / inputs.series("timestep_duration")
    for period, of_period in repeats.groupby(inputs.series("period").reindex(steps).fillna("")):
        if of_period.max() - of_period.min() > WEIGHT_TOLERANCE * of_period.max():
            where = say("in the period {period}", period=period) if period else say("of the year")
            problem = say(
                "weight ÷ duration must be one number {where} for {feature}, but runs from {min:g} to {max:g}",
                where=where,
                feature=feature,
                min=of_period.min(),
                max=of_period.max(),
            )
            remedy = say("a period stands for so many like it: make each weight that number times the step's duration")
            yield inputs.fault("timestep_weight", (str(of_period.idxmax()),), problem, remedy)


SAMPLED = 5
"""How many timesteps a sample has; odd, so that days of 24 hours give different hours."""
WORTH_SAMPLING = 5
"""How many times as many a scenario must have."""


def sampled(inputs: Scenario) -> Scenario | None:
    """Return a scenario at few timesteps spread over its own, each a period by itself; ``None`` where it has few.

    It is much like the whole, and small: what is found there is a guess, no result.
    """
    steps = inputs.sets["timestep"]
    if len(steps) < WORTH_SAMPLING * SAMPLED or not inputs.is_given("timestep_weight"):
        return None
    places = np.linspace(0, len(steps) - 1, SAMPLED).round().astype(int)
    kept = [steps[place] for place in places]
    given: dict[str, Any] = {
        name: _at(values, kept) if isinstance(values, pd.Series) else values for name, values in inputs.given.items()
    }
    hours = given["timestep_weight"]
    given["timestep_weight"] = hours * (inputs.settings.time_hours / float(hours.sum()))
    given["period"] = pd.Series(kept, index=pd.Index(kept, name="timestep", dtype=object), name="period")
    return replace(inputs, sets={**inputs.sets, "timestep": tuple(kept)}, given=given)


def _at(values: pd.Series, steps: list[str]) -> pd.Series:
    if "timestep" not in values.index.names:
        return values
    return values[values.index.get_level_values("timestep").isin(steps)]


def months(inputs: Scenario) -> pd.Series:
    """Return the month of every timestep that has a time, such as ``2025-07``, by the clock the time is given in."""
    times = inputs.series("time")
    return times.map(lambda text: datetime.fromisoformat(text).date().isoformat()[: len("2025-07")])


def _is_chained(inputs: Scenario) -> bool:
    return inputs.is_given("time") or inputs.is_given("position") or len(inputs.sets["timestep"]) == 1


EXAMPLE: Example = {
    "timestep_weight": {"day": 3000, "night": 5760},
    "timestep_duration": {"day": 2, "night": 3.84},
    "position": {"day": 1, "night": 2},
}
VARIANTS: Variants = {
    "month": {
        "time": {"day": "2025-01-31T08:00", "night": "2025-02-01T08:00"},
        "position": {"day": None, "night": None},
    }
}


def build(m: PlanModel) -> None:
    """Chain the steps where the scenario says how; rules that look back index with ``m.previous[timestep]``."""
    m.parameter("hours", [], float(weights(m.inputs).sum()), "h/a", made_of=("timestep_weight",))
    if _is_chained(m.inputs):
        m.parameter("previous", [m.TIMESTEPS], previous(m.inputs), "", made_of=("period", "position", "time"))


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the weight [h/a] and duration [h] of every step."""
    return {"time": m.tabulate("timestep_weight", "timestep_duration", columns=["timestep"])}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every step of the scenario is in the results once, with its weight, and they cover the hours."""
    table = tables["time"].set_index("timestep")
    if set(table.index) != set(inputs.sets["timestep"]) or table.index.has_duplicates:
        yield Finding("time", "timestep", say("the steps in the results are not the scenario's"))
        return
    given = inputs.series("timestep_weight")
    expected = given if len(given) else pd.Series(inputs.settings.time_hours, index=table.index)
    yield from Finding.all_equal("timestep_weight", expected, table["timestep_weight"].astype(float), "h/a")
    lengths = table["timestep_duration"].astype(float)
    yield from Finding.all_equal("timestep_duration", inputs.series("timestep_duration"), lengths, "h")
    yield from Finding.unless_equal(
        "time", "hours", inputs.settings.time_hours, float(table["timestep_weight"].sum()), "h/a"
    )
