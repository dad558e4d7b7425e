"""A plan of several cases as it is found: what each case's model says, and what was built when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.figures.cases import CATEGORY, COST, VINTAGES, keys_of, of_all
from planner.models.declarations import modules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.cases.joined import Joined
    from planner.cases.vintages import Vintage
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Vector
    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]

COLUMNS = ("asset", "index", "vintage", "unit", "price")


@dataclass
class CasesPlan:
    """A plan of several cases, gathered joint problem by joint problem.

    Attributes
    ----------
    scenario
        That holds the cases.
    built
        What is built of each vintage.
    """

    scenario: Scenario
    built: dict[Vintage, float] = field(default_factory=dict)
    worth: dict[tuple[str, str], float] = field(default_factory=dict)
    """By stage and future what a yearly amount is worth over the stage's years."""
    values: dict[tuple[str, str], float] = field(default_factory=dict)
    """By stage and future the objective of the case, with what its vintages cost beside its own prices."""
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _made: list[tuple[Case, Tables]] = field(default_factory=list)

    def add(self, joined: Joined, values: Vector, tabulate: Callable[[PlanModel], Tables]) -> None:
        """Take in the solution of a joint problem, (columns,)."""
        built = joined.built(values)
        planned = {part.key for part in joined.parts}
        for vintage, prices in joined.vintages.prices.items():
            for key, price in prices.items():
                if key in planned:
                    unit = joined.parts[0].compiled.model.records[vintage.investment].unit
                    told = (vintage.investment, vintage.place, built[vintage], unit, price)
                    self._rows.append({"stage": key[0], "future": key[1], **dict(zip(COLUMNS, told, strict=True))})
        weight = self.scenario.settings.objective.get(COST, 0.0)
        self.worth |= joined.ties.model.records["discount"].options["initialize"].to_dict()
        for number, part in enumerate(joined.parts):
            own, more = joined.of_part(number, values), _repriced(joined, built, number)
            objective = part.passes["objective_value"]
            self.values[part.key] = float(objective.cost @ own) + objective.constant + weight * more
            part.compiled.load(own)
            tables = dict(tabulate(part.compiled.model))
            paid = pd.DataFrame({CATEGORY: [VINTAGES], COST: [more]})
            self._made.append((part.case, {**tables, COST: pd.concat([tables[COST], paid], ignore_index=True)}))
        self.built |= built

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the result tables of all cases, in the scenario's order, and what was built when."""
        order = {(case.stage, case.future): place for place, case in enumerate(self.scenario.cases)}
        made = sorted(self._made, key=lambda one: order[one[0].stage, one[0].future])
        rows = sorted(self._rows, key=lambda row: order[row["stage"], row["future"]])
        table = pd.DataFrame(rows, columns=["stage", "future", *COLUMNS])
        texts = dict.fromkeys(("stage", "future", "asset", "index", "unit"), object)
        numbers = dict.fromkeys(("vintage", "price"), float)
        kept = table.astype({**texts, **numbers})[[*keys_of(self.scenario), *COLUMNS]]
        found = {**of_all(self.scenario, made), VINTAGES: kept}
        for module in modules_of(self.scenario.features).values():
            if hasattr(module, "report_cases"):
                found |= module.report_cases(self.scenario, self.worth, self.values)
        return found


def _repriced(joined: Joined, built: Mapping[Vintage, float], number: int) -> float:
    """Return what the vintages of a case cost beside its own prices [CNY/a]."""
    part, more = joined.parts[number], 0.0
    for standing, found in joined.vintages.alive.items():
        known = part.investments.get(standing.member)
        if (standing.stage, standing.future) == part.key and known is not None:
            for vintage in found:
                price = joined.vintages.prices[vintage][vintage.stage, standing.future]
                more += (price - known.price) * built[vintage]
    return more + 0.0
