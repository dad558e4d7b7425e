"""Units of what ties the years: both sides of each rule, each expression, and what is minimised over all years."""

from __future__ import annotations

from typing import Any

import pytest

from planner.cases.part import parts_of
from planner.cases.ties import declare_ties
from planner.cases.vintages import vintages_of
from planner.models.algebra.plan_model import PlanModel
from planner.models.build import declare_model
from tests.cases.several_years import by_stage, in_futures, in_stages, read
from tests.test_units import BETWEEN_YEARS, misfits, unit_of, with_units_of_nothing

WORLD = by_stage(in_futures(in_stages()), "s2030", module_cost=2_000_000)
WORLD = WORLD.with_cells("site_compute_type", "build_rate_max", {"far;cpu": 2}).with_parameters(
    cvar_weight=0.3, cvar_level=0.5
)


def ties() -> PlanModel:
    """Return the model of what ties two stages and two futures, with units."""
    scenario = read(WORLD)
    parts = parts_of(scenario.cases, declare_model)
    m = declare_ties(scenario, parts, vintages_of(scenario, parts), {}, unit_of)
    m.realise()
    return with_units_of_nothing(m)


def test_what_ties_the_years_has_its_recorded_unit() -> None:
    """Every rule between years is consistent: MW of a build rate, CNY of a future, CNY/a of a vintage.

    Proves: both sides of each rule, each expression, and the terms of the objective; the rules that a year's check of
    units leaves out are all here. Sensitivity: a yearly amount added to one that is discounted, a build rate in modules.
    """
    m = ties()
    assert {record.name for record in m.recorded("constraint") if record.size} >= BETWEEN_YEARS
    assert [name for name in misfits(m) if not name.startswith("haul")] == []


@pytest.mark.parametrize("parameter", ["vintage_size", "vintage_room", "discount", "price_difference", "tail_weight"])
def test_a_wrong_unit_between_years_is_found(parameter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault: one parameter is given another unit. Proves: each is seen. Sensitivity: a check of names alone."""
    honest = PlanModel.parameter

    def wrong(self: PlanModel, name: str, index: Any, values: Any, unit: str, **more: Any) -> Any:
        return honest(self, name, index, values, "wrong" if name == parameter else unit, **more)

    monkeypatch.setattr(PlanModel, "parameter", wrong)
    assert [name for name in misfits(ties()) if not name.startswith("haul")]
