"""Uncertainty: futures of which one will come: what is built before it is known is the same in all of them.

Each future is a year of operation of its own, or one of each stage, a case (see ``docs/decisions/0061``): its tables
are those of the scenario with the values that the future has of its own. What ties the futures is stated here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyomo.environ as pyo

from planner.language import Message, Text, say
from planner.models.rules.findings import Finding, slack
from planner.models.rules.relaxations import Never
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import CaseSet, IndexSet, Parameter, names_of
from planner.scenario.plausible import PERCENT, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example
    from planner.scenario.cases import Case
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
    "cvar": say("mean of the worst futures"),
    "futures": say("value by future"),
    "threshold_excess": say("excess over the threshold"),
    "above": say("what a future is above the threshold"),
    "threshold": say("threshold of the worst futures"),
    "future_value": say("value of the future"),
    "future_probability": say("probability"),
    "tail_weight": say("weight of the worst futures in their mean"),
    "worst_futures": say("the worst futures"),
}
COLUMNS = (
    *keys_of("uncertainty", "future"),
    Column("uncertainty", "probability", "1", say("How likely the future is.")),
    Column(
        "uncertainty",
        "value",
        "CNY",
        say("The objective over all its stages, discounted; empty where the future has no plan."),
        may_be_empty=True,
        may_be_negative=True,
    ),
)
GIVES = {"threshold_excess": Never(say("it says what a future is above the threshold, and forbids nothing"))}
MEASURES = (Measure("futures", "CNY"), Measure("cvar", "CNY"))
SUM_TOLERANCE = 1e-9
"""Of the probabilities, whose sum is 1."""


def check(inputs: Scenario) -> Iterator[Fault]:
    """The probabilities add up to 1."""
    total = float(inputs.series("probability").sum())
    if abs(total - 1) > SUM_TOLERANCE:
        problem = say("the probabilities add up to {total:.12g}, not 1", total=total)
        yield inputs.fault("probability", None, problem, say("one of the futures comes, and no two of them"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say what a future that cannot come is for, and what a weight does without its tail, or without the rest."""
    probability = inputs.series("probability")
    for future in probability.index[probability == 0]:
        yield say("future {future} has probability 0: it is priced after the plan, not planned for", future=future)
    if inputs.number("cvar_weight") > 0 and inputs.number("cvar_level") == 0:
        yield say("cvar_weight has no effect at cvar_level 0: the mean of the worst futures is then that of all")
    elif inputs.number("cvar_weight") == 1:
        yield say(
            "at cvar_weight 1 nothing says that futures that are not among the worst should cost little: take 0.99"
        )


EXAMPLE: Example = {
    "probability": {"high": 0.25, "low": 0.75},
    "cvar_weight": 0.5,
    "cvar_level": 0.6,
}


def future_value(m: PlanModel, future: str) -> Any:
    """What a future is worth [CNY]: ∑ over its stages of discount × (the case's objective + its vintages' cost)."""
    return sum(
        m.discount[s, f] * (m.yearly["objective_value", s, f] + m.cost_weight * m.vintages_cost[s, f])
        for s, f in m.CASES_OF[future]
    )


def threshold_excess(m: PlanModel, future: str) -> Any:
    """What a future is above the threshold, where it is.

    above[f] ≥ z[f] − threshold  ∀ f  [CNY]

    =========  ==================================================================  ===
    z          value of the future: its objective over all its stages, discounted  CNY
    threshold  value that the worst futures reach; free                            CNY
    =========  ==================================================================  ===
    """
    return m.future_value[future] - m.threshold <= m.above[future]


def mean_of_worst(m: PlanModel) -> Any:
    """What the worst futures add to the mean of all, weighed [CNY].

    cvar_weight × (threshold + ∑_f p[f] × above[f] ÷ (1 − cvar_level) − ∑_f p[f] × z[f])

    Source: Rockafellar and Uryasev 2000, Optimization of conditional value-at-risk.
    """
    return m.cvar_weight * (
        m.threshold
        + m.tail_weight * sum(m.future_probability[f] * m.above[f] for f in m.FUTURES_PLANNED)
        - sum(m.future_probability[f] * m.future_value[f] for f in m.FUTURES_PLANNED)
    )


def join(m: PlanModel) -> None:
    """Weigh the mean of the worst futures beside that of all; at level 0 it is that, and no threshold would be best."""
    weight, level = m.inputs.number("cvar_weight"), m.inputs.number("cvar_level")
    pairs = pd.DataFrame(list(m.CASES), columns=["stage", "future"])
    futures = list(dict.fromkeys(pairs["future"]))
    if weight == 0 or level == 0 or len(futures) == 1:
        return
    chances = {case.future: case.probability for case in m.inputs.cases}
    m.members("FUTURES_PLANNED", futures)
    m.subsets("CASES_OF", m.FUTURES_PLANNED, pairs.assign(owner=pairs["future"]), ["owner"])
    m.parameter("cvar_weight", [], weight, "1", made_of=("cvar_weight",))
    m.parameter("tail_weight", [], 1.0 / (1.0 - level), "1", made_of=("cvar_level",))
    chance = pd.Series([chances[future] for future in futures], index=futures)
    m.parameter("future_probability", [m.FUTURES_PLANNED], chance, "1", made_of=("probability",))
    m.variable("threshold", unit="CNY", within=pyo.Reals)
    m.variable("above", m.FUTURES_PLANNED, unit="CNY")
    m.expression("future_value", m.FUTURES_PLANNED, rule=future_value, unit="CNY")
    m.constrain(threshold_excess, m.FUTURES_PLANNED, unit="CNY")
    m.add_term("objective_value", "worst_futures", mean_of_worst)


def report_cases(
    inputs: Scenario, worth: Mapping[tuple[str, str], float], values: Mapping[tuple[str, str], float]
) -> dict[str, pd.DataFrame]:
    """Return the futures, how likely each is, and its value; one that has no plan has none."""
    chances = {case.future: case.probability for case in inputs.cases}
    found: dict[str, float] = dict.fromkeys(chances, 0.0)
    for case in inputs.cases:
        key = case.stage, case.future
        found[case.future] += worth[key] * values[key] if key in values else float("nan")
    rows = [(future, chance, found[future]) for future, chance in chances.items()]
    table = pd.DataFrame(rows, columns=["future", "probability", "value"])
    return {"uncertainty": table.astype({"future": object, "probability": float, "value": float})}


def build(m: PlanModel) -> None:
    """Add nothing to a year by itself."""
    del m


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return nothing of a year by itself."""
    del m
    return {}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Nothing is to be said of a year by itself."""
    del inputs, tables
    yield from ()


def audit_cases(inputs: Scenario, tables: Mapping[str, pd.DataFrame], planned: Sequence[Case]) -> Iterator[Finding]:
    """Futures are as likely as was said; what is built before it is known which one comes is the same in all."""
    chances = pd.Series({case.future: case.probability for case in inputs.cases})
    told = tables["uncertainty"].set_index("future")["probability"].astype(float)
    yield from Finding.all_equal("probability", chances, told, "1")
    starts = {case.stage: case.year for case in inputs.cases}
    known, years = inputs.scalar("futures_known_from"), sorted(starts.values())
    later = starts[str(known)] if str(known) in starts else years[1] if len(years) > 1 else float("inf")
    table = tables["vintages"]
    stages = table["stage"].astype(str) if "stage" in table else pd.Series("", index=table.index)
    early = table.assign(stage=stages)[stages.map(starts) < later]
    futures = {case.future for case in planned}
    for key, rows in early.groupby(["stage", "asset", "index"], sort=False):
        amounts = rows["vintage"].astype(float)
        least = float(amounts.min()) if set(rows["future"].astype(str)) == futures else 0.0
        most = float(amounts.max())
        if not most - least <= slack(most, least):
            where = ", ".join(part for part in map(str, key) if part)
            yield Finding(
                "same_in_all_futures", where, say("differs between futures before it is known which one comes")
            )
