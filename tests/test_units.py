"""Units: every rule, expression and cost is consistent, and has the unit that is recorded for it.

Every unit is a dimension of its own (a year is not 8760 hours, a MW is not 1000 kW), so that a factor forgotten is a
unit that does not fit.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo
import pytest
from pyomo.core.expr.numvalue import NumericConstant
from pyomo.util.check_units import check_units_equivalent

from planner.models.algebra.plan_model import PlanModel
from planner.models.build import build_model
from planner.models.declarations import declarations
from planner.models.rules.example import LIMITS
from planner.scenario.column import BY_ROW
from tests.algebra import WORLDS, scenario_of
from tests.test_feature_contract import constraint_names

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario

BASE_UNITS = ("MW", "h", "a", "CNY", "tCO2", "ms", "month", "Gbps", "GB", "m3", "km", "K", "kW", "PFLOPS", "wrong")


@cache
def base_units() -> dict[str, Any]:
    """Return the base units by name; Pyomo knows one registry, so that ours carry a prefix there."""
    pyo.units.load_definitions_from_strings([f"planner_{name} = [planner_{name}]" for name in BASE_UNITS])
    named = {name: getattr(pyo.units, f"planner_{name}") for name in BASE_UNITS}
    return {**named, "MWh": named["MW"] * named["h"], "°C": named["K"], "1": pyo.units.dimensionless}


def unit_of(text: str) -> Any:
    """Turn a unit's text into a Pyomo unit: products and quotients from left to right; text has none."""
    if not text:
        return None
    known = base_units()
    words = re.split(r"([*/])", text.replace("(Gbit/s)", "Gbps").replace("Gbit/s", "Gbps"))
    unit = known[words[0]]
    for sign, word in zip(words[1::2], words[2::2], strict=True):
        unit = unit * known[word] if sign == "*" else unit / known[word]
    return unit


def misfits(m: PlanModel) -> list[str]:
    """Return what is inconsistent, or has another unit than is recorded."""
    return [
        member.name
        for record in m.recorded("expression", "total", "constraint")
        for member in m.component(record.name).values()
        for sides in [member.expr.args if record.kind == "constraint" else (member.expr,)]
        if not all(is_unit(side, unit_of(record.unit)) for side in sides)
    ]


def is_unit(expression: Any, expected: Any) -> bool:
    """Whether an expression is consistent and of a unit; a bare 0 is of any."""
    if isinstance(expression, int | float) and expression == 0:
        return True
    return check_units_equivalent(expression, expected)


@cache
def scenario(name: str) -> Scenario:
    """Return one of the worlds as a scenario."""
    return scenario_of(WORLDS[name])


@cache
def model(name: str) -> PlanModel:
    """Return the model of one of the worlds, with units."""
    return with_units(scenario(name))


def with_units(inputs: Scenario) -> PlanModel:
    """Build a model whose parameters and variables have units, an empty sum that of its expression."""
    return with_units_of_nothing(build_model(inputs, units=unit_of))


def with_units_of_nothing(m: PlanModel) -> PlanModel:
    """Give an empty sum the unit of its expression."""
    for record in m.recorded("expression", "total"):
        nothing = pyo.Param(initialize=0, mutable=True, units=unit_of(record.unit))
        m.add_component(f"no_{record.name}", nothing)
        for member in m.component(record.name).values():
            if isinstance(member.expr, NumericConstant) and member.expr.value == 0:
                member.set_value(nothing)
    return m


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_everything_has_its_recorded_unit(name: str) -> None:
    """Every expression, total and both sides of every rule are consistent and have the unit recorded.

    Proves: for each member of each, the costs among them. Sensitivity: a weight, a price or an efficiency forgotten
    or used twice, as no two units here are multiples of each other.
    """
    assert misfits(model(name)) == []


BETWEEN_YEARS = {"build_rate", "threshold_excess"}
"""Rules of the model that ties years; ``tests/cases/test_units_between_years.py`` checks their units."""


def test_the_worlds_have_every_rule_and_cost() -> None:
    """The worlds between them use every rule, and every term of every total, that a feature can add to a year.

    Proves: nothing escapes the check of units but what ties several years. Sensitivity: a new rule that no world uses.
    """
    made = {name: record for world in WORLDS for name, record in model(world).records.items() if record.size}
    assert {name for name, record in made.items() if record.kind == "constraint"} == set(
        constraint_names()
    ) - BETWEEN_YEARS


def test_each_column_has_a_known_unit() -> None:
    """Every number that a feature reports has a unit that the check of rules knows.

    Proves: the units of ``COLUMNS``. Sensitivity: ``GWH``.
    """
    for _, column in declarations().columns:
        assert column.unit in {"", BY_ROW} or unit_of(column.unit) is not None, column


def test_costs_are_money_by_the_year() -> None:
    """Each cost term by itself is in CNY/a.

    Proves: a term of 0 times a unit could hide in the sum; here each is looked at. Sensitivity: a price per MW.
    """
    for name in WORLDS:
        m = model(name)
        for category, term in m.totals["cost"].terms.items():
            assert is_unit(term(m), unit_of("CNY/a")), (name, category)


USED = sorted(
    {
        "timestep_weight", "demand", "demand_profile", "unserved_price", "utilisation_max", "utilisation_min",
        "capacity_existing", "module_size", "modules_usable", "module_cost", "opening_cost", "hours", "pue", "wue",
        "water_max", "water_price", "grid_power_max", "grid_power_price", "green_capacity_existing",
        "green_capacity_max", "green_capacity_cost", "green_power_price", "excess_price", "availability",
        "certificate_price", "certificates_max", "green_power_share_min", "hub_green_power_share_min",
        "side_green_power_share_min", "national_green_power_share_min", "emission_factor", "emissions_max",
        "carbon_price", "timestep_duration", "storage_power_existing", "storage_power_max", "storage_power_cost",
        "storage_energy_existing", "storage_energy_max", "storage_energy_cost", "charge_efficiency",
        "discharge_efficiency", "backlog_max", "grid_ramp_max", "hub_grid_power_max", "side_grid_power_max",
        "national_grid_power_max", "green_shortfall_price", "waiting_max",
    }
)  # fmt: skip


@pytest.mark.parametrize("parameter", USED)
def test_a_wrong_unit_is_found(parameter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault: one parameter is given another unit.

    Proves: the check sees each parameter that stands in a rule or a cost. Sensitivity: a check that looks at sums
    whose first term has no unit, or skips what is 0.
    """
    honest = PlanModel.parameter

    def wrong(self: PlanModel, name: str, index: Any, values: Any, unit: str, **more: Any) -> Any:
        return honest(self, name, index, values, "wrong" if name == parameter else unit, **more)

    monkeypatch.setattr(PlanModel, "parameter", wrong)
    assert misfits(with_units(scenario(LIMITS)))
