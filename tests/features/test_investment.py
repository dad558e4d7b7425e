"""Capital of what is built: counted by kind, and limited.

``CAPITAL`` is ``BUILT`` with modules of 30 000 000 CNY of hall over 20 years and 8 000 000 of hardware over 5, without interest: 1 500 000
and 1 600 000 CNY/a. The first module saves 3 672 000 CNY/a, the second 2 754 000: one is built. With 0.5 million less of
hardware a year, ``CHEAP``, two are: 76 - 5 = 71 million CNY.
"""

from __future__ import annotations

import math

import pytest

from planner.errors import InfeasibleError
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit
from planner.models.features.site_expansion import GIVES
from planner.pipeline.check import warnings_of
from planner.studies.explain.trials import Trials
from tests.algebra import (
    BUILT,
    HAND_COST,
    Row,
    altered,
    compiled,
    cost_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.worlds import World

HALL, HARDWARE = 30_000_000.0, 8_000_000.0


def with_capital(world: World, hall: float | None, hardware: float | None) -> World:
    """Return a world whose module at ``far`` has these investments."""
    world = world.with_cells("site_compute_type", "module_cost", {"far;cpu": None})
    world = world.with_cells("site_compute_type", "module_capex", {"far;cpu": hall})
    world = world.with_cells("site_compute_type", "hardware_cost", {"far;cpu": hardware})
    return world.with_parameters(discount_rate=0, lifetime=20, hardware_lifetime=5)


CAPITAL = with_capital(BUILT, HALL, HARDWARE)
CHEAP = with_capital(BUILT, HALL, 5_500_000)


def spent(world: World) -> dict[str, float]:
    """Return the capital of a world's plan by kind [CNY]."""
    table = plan(world).tables["investment"]
    return dict(zip(table["kind"], table["investment"], strict=True))


def test_capital_is_told_by_kind() -> None:
    """Halls and hardware of what is built, in full, whatever they pay a year.

    Proves: one module, 30 and 8 million; two of ``CHEAP`` 60 and 11; the yearly cost is the annuity. Sensitivity: annuities in
    the table, kinds added, modules that stand.
    """
    assert spent(CAPITAL) == pytest.approx({"halls": HALL, "hardware": HARDWARE})
    assert cost_of(CAPITAL) == pytest.approx(HAND_COST - 3_672_000 + 3_100_000)
    assert spent(CHEAP) == pytest.approx({"halls": 60_000_000, "hardware": 11_000_000})
    assert plan(CHEAP).summary["investment"] == pytest.approx(71_000_000)
    assert rules_found(plan(CAPITAL)) == rules_found(plan(CHEAP)) == set()


def test_what_is_not_known_is_not_told() -> None:
    """A module of which only the yearly cost is given has no capital; then there is no table.

    Proves: no table and no number of ``BUILT``; hardware alone where only that is known. Sensitivity: a capital guessed from
    the yearly cost, an empty table.
    """
    assert "investment" not in plan(BUILT).tables
    assert "investment" not in plan(BUILT).summary
    alone = with_capital(BUILT, None, HARDWARE).with_cells("site_compute_type", "module_cost", {"far;cpu": 900_000})
    assert spent(alone) == pytest.approx({"hardware": 2 * HARDWARE})


def test_investment_algebra() -> None:
    """Algebra: 38 000 000 × modules ≤ investment_max.

    Proves: the coefficient and the side; no row without a limit, or without capital. Sensitivity: the annuity in the row.
    """
    limited = CAPITAL.with_parameters(investment_max=50_000_000)
    assert rows_of(compiled(limited), "investment_limit") == {
        "": Row({"modules[far,cpu]": HALL + HARDWARE}, -math.inf, 50_000_000)
    }
    for world in (CAPITAL, BUILT.with_parameters(investment_max=1)):
        assert rows_of(compiled(world), "investment_limit") == {}


def test_a_limit_on_capital_holds() -> None:
    """No more is built than may be spent, though it would pay.

    Proves: at 71 million two modules of ``CHEAP``, at 70 one, at 35 none; in the relaxation a CNY more builds a part of a module,
    3.6 × 340 × 3000 - 2 600 000 CNY/a for each 35.5 million. Sensitivity: a limit by year, by kind.
    """
    for most, count in ((71_000_000, 2), (70_000_000, 1), (35_000_000, 0)):
        results = plan(CHEAP.with_parameters(investment_max=most))
        assert sum(results.summary["modules"].values()) == count, most
        assert rules_found(results) == set()
    results = plan(CHEAP.with_parameters(investment_max=40_000_000))
    prices = results.shadow_prices.set_index(["rule", "index"])
    assert price_of(results, "investment_limit") == 0
    worth = (3.6 * 340 * 3000 - 2_600_000) / 35_500_000
    assert prices.loc[("investment_limit", ""), "price_relaxed"] == pytest.approx(worth)


def test_the_limit_is_named_where_no_plan_keeps_it() -> None:
    """Where work needs halls that may not be paid for, the limit on capital gives.

    Proves: 12 MW at ``near`` and 13.5 at ``far`` leave 10.5 of 36 MW: three modules, 106.5 million CNY. At 80 there is no plan.
    Sensitivity: a rule without a line in ``GIVES``.
    """
    need = CHEAP.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 15})
    need = need.with_parameters(investment_max=80_000_000)
    with pytest.raises(InfeasibleError):
        plan(need)
    assert "investment_max" in GIVES["investment_limit"]
    scenario = scenario_of(need)
    trials = Trials(scenario, SolverOptions())
    assert "investment_max" in trials.base(scenario).slopes
    assert plan(need.with_parameters(investment_max=106_500_000)).summary["modules"] == {"far": 3}


def test_notes_say_what_a_limit_does_not_see() -> None:
    """A limit without capital limits nothing, and one that does not know all halls says of how many.

    Proves: both notes, and none where all is known. Sensitivity: a limit that flatters the plan without a word.
    """
    [note] = warnings_of(scenario_of(BUILT.with_parameters(investment_max=1e7)))
    assert "limits nothing" in note.en
    alone = with_capital(BUILT, None, HARDWARE).with_parameters(investment_max=1e9)
    [note] = warnings_of(scenario_of(alone))
    assert "1 pairs" in note.en
    assert list(warnings_of(scenario_of(CAPITAL.with_parameters(investment_max=1e9)))) == []


@pytest.mark.parametrize("kind", ["halls", "hardware"])
def test_planted_faults_are_found(kind: str) -> None:
    """Capital that is told a thousandth more, or not at all, is found.

    Proves: the finding names it. Sensitivity: a table nobody adds up.
    """
    results = plan(CHEAP)
    tables = altered(results.tables, "investment", "investment", lambda old: old * 1.001, kind=kind)
    assert "investment" in rules_found(results, tables)
    table = results.tables["investment"]
    lost = {**results.tables, "investment": table[table["kind"] != kind].reset_index(drop=True)}
    assert "investment" in rules_found(results, lost)


def test_the_audit_has_a_limit_of_its_own() -> None:
    """A plan that spends more than another scenario allows, or at other prices, is not confirmed.

    Proves: the limit and both prices. Sensitivity: a limit looked up in the table.
    """
    results = plan(CHEAP)
    found = audit(scenario_of(CHEAP.with_parameters(investment_max=70_000_000)), results.tables, results.summary)
    assert {each.rule for each in found} == {"investment_limit"}
    for hall, hardware in ((31_000_000.0, 5_500_000.0), (HALL, 6_000_000.0)):
        other = scenario_of(with_capital(BUILT, hall, hardware))
        assert "investment" in {each.rule for each in audit(other, results.tables, results.summary)}
