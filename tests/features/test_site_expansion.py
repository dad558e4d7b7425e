"""Site expansion: whole modules, their limit, their yearly cost, and sites that must be opened first."""

from __future__ import annotations

import pytest

from planner.errors import InvalidInputError
from planner.models.audit import audit
from planner.models.features import site_expansion as feature
from tests.algebra import (
    BUILT,
    BUILT_COST,
    HAND,
    HAND_COST,
    Row,
    altered,
    bounds_of,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)

OPENED = BUILT.with_cells("site", "opening_cost", {"far": 1_100_000})
"""Two modules gain 49 230 000 − 48 004 000 = 1 226 000 a year: more than opening costs here."""
CHOICE = BUILT.with_rows(
    "site",
    [
        *BUILT.tables["site"],
        {"site": "mid", "hub": "basin", "side": "west", "province": "四川", "pue": 1.3, "grid_power_price": 320,
         "utilisation_max": 0.7},
    ],
).with_rows(
    "site_compute_type",
    [
        *BUILT.tables["site_compute_type"],
        {"site": "mid", "compute_type": "cpu", "module_size": 5, "modules_max": 1, "module_cost": 1_700_000},
    ],
).with_rows(
    "region_site",
    [
        *BUILT.tables["region_site"],
        {"region": "coast", "site": "mid", "latency": 8},
        {"region": "inland", "site": "mid", "latency": 5},
    ],
)  # fmt: skip
"""``BUILT`` with a third site, at which one module of 5 MW (3.5 usable) may be built for 1 700 000 CNY/a. A MWh there
costs 1.3 × 320 = 416 CNY, 284 less than at ``near``. Alone it saves 3.5 × 284 × 3000 = 2 982 000: 1 282 000 are left.
Beside one module at ``far`` (1 072 000 left) 0.9 MW remain at ``near`` by night: 3.5 × 284 × 2000 + 0.9 × 284 × 1000 =
2 243 600, of which 543 600 are left; beside two (1 226 000 left) none: 1 988 000, 288 000 are left. So one module at
each is best: 49 230 000 − 1 072 000 − 543 600 = 47 614 400."""


def test_modules_are_whole() -> None:
    """Two modules are built; two and a quarter would be better.

    Proves: 48 004 000 with 8 MW (see ``BUILT``); by night 2 modules leave the cheap site with room. Divisible, the row
    of the night ends at 4.5 ÷ 3.6 = 1.25 modules, and beyond it a module saves 2 448 000 < 2 600 000: 1.25 modules.
    Sensitivity: at 2 400 000 the third is built as well: 49 230 000 − 8 874 000 + 7 200 000 = 47 556 000.
    """
    results = plan(BUILT)
    assert results.summary["cost"] == pytest.approx(BUILT_COST)
    assert results.summary["modules"] == {"far": 2}
    assert results.summary["capacity_new"] == pytest.approx(8)
    cheaper = BUILT.with_cells("site_compute_type", "module_cost", {"far;cpu": 2_400_000})
    assert cost_of(cheaper) == pytest.approx(47_556_000)
    assert plan(cheaper).summary["modules"] == {"far": 3}


def test_modules_max_binds() -> None:
    """One module at most: the first saves 3 672 000.

    Proves: 49 230 000 − 3 672 000 + 2 600 000 = 48 158 000. Sensitivity: 0 (the default) builds nothing, 49 230 000.
    """
    assert cost_of(BUILT.with_cells("site_compute_type", "modules_max", {"far;cpu": 1})) == pytest.approx(48_158_000)
    assert cost_of(BUILT.with_cells("site_compute_type", "modules_max", {"far;cpu": None})) == pytest.approx(HAND_COST)


def test_modules_algebra() -> None:
    """Algebra: one integer column 0…3, only where something may be built, at its yearly cost.

    Proves: bounds, integrality and the cost coefficient (no weight on it). Sensitivity: a cost multiplied by hours, or
    a column for ``near``.
    """
    problem = compiled(BUILT)
    assert bounds_of(problem, "modules") == {"far,cpu": (0.0, 3.0, True)}
    assert objective_of(problem)[0]["modules[far,cpu]"] == pytest.approx(2_600_000)
    assert bounds_of(problem, "open") == {}


def test_opening_pays_or_does_not() -> None:
    """A site is opened when its modules gain more than opening costs.

    Proves: 1 100 000 < 1 226 000: 48 004 000 + 1 100 000 = 49 104 000. Sensitivity: at 1 300 000 nothing is built and
    nothing opened, 49 230 000; existing capacity is used all the same.
    """
    assert cost_of(OPENED) == pytest.approx(49_104_000)
    assert plan(OPENED).tables["site_expansion_opened"].to_dict("records") == [{"site": "far", "open": 1.0}]
    dear = BUILT.with_cells("site", "opening_cost", {"far": 1_300_000})
    assert cost_of(dear) == pytest.approx(HAND_COST)
    assert plan(dear).summary["modules"] == {}


def test_opened_first_algebra() -> None:
    """Algebra: modules − 3 × open ≤ 0, binary ``open`` at its cost; a site without a cost needs none.

    Proves: the row, the column, its cost; a cost on ``near``, where nothing may be built, makes no column.
    Sensitivity: modules ≤ open would allow one module only.
    """
    problem = compiled(OPENED.with_cells("site", "opening_cost", {"near": 5, "far": 1_100_000}))
    assert rows_of(problem, "opened_first") == {
        "far,cpu": Row({"modules[far,cpu]": 1, "open[far]": -3}, -float("inf"), 0)
    }
    assert bounds_of(problem, "open") == {"far": (0.0, 1.0, True)}
    assert objective_of(problem)[0]["open[far]"] == pytest.approx(1_100_000)


def test_opening_covers_every_compute_type() -> None:
    """One opening serves all compute types of the site.

    Proves: two rows share one column, and the cost stands once. Sensitivity: an opening for each type.
    """
    types = HAND.tables["compute_type"] + [{"compute_type": "gpu"}]
    rows = [
        *OPENED.tables["site_compute_type"],
        {"site": "far", "compute_type": "gpu", "module_size": 2, "modules_max": 2},
    ]
    problem = compiled(OPENED.with_rows("compute_type", types).with_rows("site_compute_type", rows))
    assert {key: row.coefficients for key, row in rows_of(problem, "opened_first").items()} == {
        "far,cpu": {"modules[far,cpu]": 1, "open[far]": -3},
        "far,gpu": {"modules[far,gpu]": 1, "open[far]": -2},
    }
    assert list(bounds_of(problem, "open")) == ["far"]


def test_price_of_the_opening_rule() -> None:
    """Integers are fixed at the plan: the rule has slack (2 of 3 modules), and its price is 0.

    Proves: no price for a rule that does not bind, in CNY/a per module. Sensitivity: prices of the relaxed model are
    1 100 000 ÷ 3.
    """
    results = plan(OPENED)
    assert price_of(results, "opened_first", "far", "cpu") == pytest.approx(0, abs=1e-6)
    assert price_of(results, "site_capacity", "far", "cpu", "day") == pytest.approx(680_000)
    assert price_of(results, "site_capacity", "far", "cpu", "night") == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("most", "cost", "modules"),
    [
        (None, 47_614_400, {"far": 1, "mid": 1}),
        (2, 47_614_400, {"far": 1, "mid": 1}),
        (1, HAND_COST - 1_282_000, {"mid": 1}),
        (0, HAND_COST, {}),
    ],
)
def test_no_more_sites_are_opened_than_may_be(most: int | None, cost: float, modules: dict[str, int]) -> None:
    """With one site only, that is chosen at which building gains most.

    Proves: ``mid`` gains 1 282 000, two modules at ``far`` 1 226 000, one at each 1 615 600 (see ``CHOICE``); what stands
    already at ``near`` and ``far`` does not count. Sensitivity: with the module of ``mid`` at 1 800 000 it gains
    1 182 000, and ``far`` is chosen: 48 004 000; a limit on modules, or on sites with capacity.
    """
    world = CHOICE.with_parameters(sites_max=most)
    assert plan(world).summary["modules"] == modules
    assert cost_of(world) == pytest.approx(cost)
    dearer = world.with_cells("site_compute_type", "module_cost", {"mid;cpu": 1_800_000})
    if most == 1:
        assert plan(dearer).summary["modules"] == {"far": 2}
        assert cost_of(dearer) == pytest.approx(BUILT_COST)


def test_sites_limit_algebra() -> None:
    """Algebra: one row, the sum of the openings, at most the limit; an opening without a cost costs nothing.

    Proves: coefficients, side, bounds, the objective; without a limit neither row nor column. Sensitivity: openings only
    where they cost something, so that the others do not count; a row where nothing may be built.
    """
    problem = compiled(CHOICE.with_parameters(sites_max=1).with_cells("site", "opening_cost", {"far": 70_000}))
    assert rows_of(problem, "sites_limit") == {"": Row({"open[far]": 1, "open[mid]": 1}, -float("inf"), 1)}
    assert {key: row.coefficients for key, row in rows_of(problem, "opened_first").items()} == {
        "far,cpu": {"modules[far,cpu]": 1, "open[far]": -3},
        "mid,cpu": {"modules[mid,cpu]": 1, "open[mid]": -1},
    }
    assert bounds_of(problem, "open") == {"far": (0.0, 1.0, True), "mid": (0.0, 1.0, True)}
    costs = {name: value for name, value in objective_of(problem)[0].items() if name.startswith("open")}
    assert costs == {"open[far]": pytest.approx(70_000)}
    assert rows_of(compiled(CHOICE), "sites_limit") == rows_of(compiled(CHOICE), "opened_first") == {}
    nothing = CHOICE.with_cells("site_compute_type", "modules_max", {"*": None}).with_parameters(sites_max=1)
    assert rows_of(compiled(nothing), "sites_limit") == {}
    assert cost_of(nothing) == pytest.approx(HAND_COST)


def test_a_site_is_opened_where_something_is_built() -> None:
    """An opening that costs nothing and at which nothing is built is none.

    Proves: with room for two sites and a module of ``mid`` that nobody would buy, the table says 1 and 0; integers alone
    stand in the row, so that its price is 0. Sensitivity: the binary as the solver leaves it.
    """
    world = CHOICE.with_parameters(sites_max=2)
    results = plan(world.with_cells("site_compute_type", "module_cost", {"mid;cpu": 9e9}))
    opened = results.tables["site_expansion_opened"].set_index("site")["open"].to_dict()
    assert opened == {"far": 1.0, "mid": 0.0}
    assert price_of(results, "sites_limit") == 0


def test_audit_counts_the_sites() -> None:
    """A plan with one site too many is found, whatever its table of openings says.

    Proves: two sites against a limit of one; the openings forged to one are found as well. Sensitivity: an audit that
    counts the openings it is told.
    """
    results = plan(CHOICE.with_parameters(sites_max=2))
    one = scenario_of(CHOICE.with_parameters(sites_max=1))
    assert {finding.rule for finding in audit(one, results.tables, results.summary)} == {"sites_limit"}
    forged = altered(results.tables, "site_expansion_opened", "open", 0.0, site="mid")
    assert {finding.rule for finding in audit(one, forged, results.summary)} == {"sites_limit", "opened_first"}
    lost = {**results.tables, "site_expansion_opened": results.tables["site_expansion_opened"].iloc[1:]}
    assert "open" in rules_found(results, lost)


@pytest.mark.parametrize(
    ("rate", "years", "annuity"),
    [(0.08, 10, 2_980_589.77), (0, 10, 2_000_000.0), (0.05, 12.5, 2_190_185.54), (1e-12, 10, 2_000_000.0)],
)
def test_investment_becomes_an_annuity(rate: float, years: float, annuity: float) -> None:
    """A module's investment is paid in equal yearly rates.

    Proves: 20 million at 8 % over 10 years: 20e6 × 0.08 ÷ (1 − 1.08⁻¹⁰) = 20e6 × 0.1490294887 = 2 980 589.77; without
    interest 2 000 000, and so, nearly, at 1e-12, where 1 − (1 + r)⁻ⁿ has no digits left. The audit agrees.
    Sensitivity: simple interest gives 3 600 000; rate and years from another row.
    """
    capital = BUILT.with_cells("site_compute_type", "module_cost", {"*": None})
    capital = capital.with_cells("site_compute_type", "module_capex", {"far;cpu": 20_000_000})
    capital = capital.with_parameters(discount_rate=rate, lifetime=years)
    yearly = feature.derive(scenario_of(capital))["module_cost"]
    assert yearly["far", "cpu"] == pytest.approx(annuity, abs=0.01)
    assert yearly["near", "cpu"] == 0
    built = capital.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 40})
    assert rules_found(plan(built)) == set()
    assert plan(built).summary["costs"]["new_compute"] == pytest.approx(annuity * plan(built).summary["modules"]["far"])


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("module_size", None, "module_size"),
        ("module_capex", 5.0, "module_cost is given as well"),
        ("modules_max", 2.5, "modules_max"),
        ("modules_max", -1, "modules_max"),
        ("module_size", 0, "module_size"),
    ],
)
def test_modules_need_a_size_and_one_cost(column: str, value: float | None, word: str) -> None:
    """What cannot be built or paid is refused.

    Proves: no size, two costs, half a module, fewer than none, a module of nothing. Sensitivity: any default for them.
    """
    with pytest.raises(InvalidInputError, match=word):
        scenario_of(BUILT.with_cells("site_compute_type", column, {"far;cpu": value}))


@pytest.mark.parametrize("paid_for", ["module_cost", "module_capex", None])
def test_hardware_is_paid_beside_the_hall(paid_for: str | None) -> None:
    """Hardware of 3 million wears out in 4.5 years, whatever the hall costs and however long it stands.

    Proves: 3e6 × 0.08 ÷ (1 − 1.08⁻⁴·⁵) = 819 904.00 CNY/a on top of a yearly cost, of an annuity over 10 years, or of
    nothing; the audit agrees, and finds a plan that pays another lifetime. Sensitivity: the hall's lifetime (447 088), one
    in place of the other.
    """
    hardware = 3e6 * 0.08 / (1 - 1.08**-4.5)
    halls = {"module_cost": 1_700_000.0, "module_capex": 10e6 * 0.08 / (1 - 1.08**-10), None: 0.0}
    given = {"module_cost": 1_700_000, "module_capex": 10_000_000}
    world = BUILT.with_cells("site_compute_type", "module_cost", {"*": None})
    if paid_for is not None:
        world = world.with_cells("site_compute_type", paid_for, {"far;cpu": given[paid_for]})
    world = world.with_cells("site_compute_type", "hardware_cost", {"far;cpu": 3_000_000})
    world = world.with_parameters(discount_rate=0.08, lifetime=10, hardware_lifetime=4.5)
    assert hardware == pytest.approx(819_904.00, abs=0.01)
    yearly = feature.derive(scenario_of(world))["module_cost"]
    assert yearly["far", "cpu"] == pytest.approx(halls[paid_for] + hardware)
    assert yearly["near", "cpu"] == 0
    built = world.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 40})
    results = plan(built)
    assert results.summary["modules"]["far"] > 0
    assert results.summary["costs"]["new_compute"] == pytest.approx(
        (halls[paid_for] + hardware) * results.summary["modules"]["far"]
    )
    assert rules_found(results) == set()
    other = scenario_of(built.with_parameters(hardware_lifetime=5))
    assert {finding.rule for finding in audit(other, results.tables, results.summary)} == {"new_compute"}


def test_hardware_needs_rate_and_lifetime() -> None:
    """``hardware_cost`` without interest or a lifetime of its own is a fault.

    Proves: each is named; the hall's lifetime does not stand in. Sensitivity: hardware that lasts as long as a hall.
    """
    world = BUILT.with_cells("site_compute_type", "hardware_cost", {"far;cpu": 9_000_000}).with_parameters(lifetime=10)
    with pytest.raises(InvalidInputError) as caught:
        scenario_of(world)
    assert "hardware_cost needs a discount_rate" in str(caught.value)
    assert "hardware_cost needs a hardware_lifetime" in str(caught.value)


def test_an_investment_needs_rate_and_lifetime() -> None:
    """``module_capex`` without interest or lifetime is a fault.

    Proves: each is named. Sensitivity: a rate of 0 or a lifetime of 1 taken silently.
    """
    capital = BUILT.with_cells("site_compute_type", "module_cost", {"*": None})
    capital = capital.with_cells("site_compute_type", "module_capex", {"far;cpu": 20_000_000})
    with pytest.raises(InvalidInputError) as caught:
        scenario_of(capital)
    assert "discount_rate" in str(caught.value)
    assert "lifetime" in str(caught.value)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("modules", 1.5, "modules"),
        ("modules", -1.0, "modules"),
        ("modules", 4.0, "modules_max"),
        ("modules", float("nan"), "modules"),
        ("modules", 1.0, "capacity_new"),
        ("capacity_new", 9.0, "capacity_new"),
        ("capacity_new", float("nan"), "capacity_new"),
        ("site", "atlantis", "site_expansion"),
    ],
)
def test_audit_finds_wrong_modules(column: str, value: float | str, rule: str) -> None:
    """Planted fault: parts of modules, fewer than none, too many, of another size, at a site that is none.

    Proves: the audit names the rule; nothing is found in the untouched plan. Sensitivity: a check that compares only
    sites known to the inputs, or skips NaN.
    """
    results = plan(BUILT)
    assert rules_found(results) == set()
    assert rule in rules_found(results, altered(results.tables, "site_expansion", column, value, site="far"))


@pytest.mark.parametrize(("value", "rule"), [(0.0, "opened_first"), (0.4, "open"), (float("nan"), "open")])
def test_audit_finds_modules_at_a_closed_site(value: float, rule: str) -> None:
    """Planted fault: the opening taken away, or in part.

    Proves: the audit names ``opened_first``, or ``open`` where it is neither. Sensitivity: costs checked only.
    """
    results = plan(OPENED)
    assert rules_found(results) == set()
    found = rules_found(results, altered(results.tables, "site_expansion_opened", "open", value, site="far"))
    assert rule in found


@pytest.mark.parametrize("category", ["new_compute", "opening"])
def test_audit_finds_wrong_costs_of_building(category: str) -> None:
    """Planted fault: the cost of modules or of openings off by a hundred-thousandth, or missing.

    Proves: the audit names the category. Sensitivity: a tolerance that grows with the total.
    """
    results = plan(OPENED)
    wrong = altered(results.tables, "cost", "cost", lambda old: old * 1.00001, category=category)
    assert category in rules_found(results, wrong)
    costs = results.tables["cost"]
    assert category in rules_found(results, {**results.tables, "cost": costs[costs["category"] != category]})
