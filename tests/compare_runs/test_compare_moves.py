"""What moved: worlds worked by hand, and the properties that hold for any two plans."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from compared_worlds import MORE, NARROW, ONE, SHORT, compared, moves, tables_of
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.studies.compare.differences.moves import KINDS, moves_between
from tests.algebra import plan
from tests.worlds import BASE, World

OPPOSITE = {
    "moved": "moved",
    "demand_grew": "demand_fell",
    "newly_served": "newly_unserved",
    "grew_unserved": "fell_unserved",
    "other": "other",
}
OPPOSITE |= {other: kind for kind, other in OPPOSITE.items()}


def test_a_smaller_site_sends_its_work_to_the_other() -> None:
    """Proves the first hand-worked move: 5 of 15 MW of capacity gone, 90 % of it usable, so 4.5 MW go to ``near``.

    Each of its 3000 h costs 700 in place of 360 CNY/MWh. Sensitivity: sums in place of means by hours (13.5 or 9),
    a utilisation left out (5), from and to swapped.
    """
    comparison = compared(ONE, NARROW)
    assert moves(comparison) == {("moved", "coast", "web", "far", "near"): pytest.approx(4.5)}
    assert comparison.cost_difference == pytest.approx(4.5 * 3000 * 340)
    assert comparison.cost_parts == pytest.approx(4.5 * 3000 * 340)


def both(world: World) -> World:
    """Narrow ``far`` as ``NARROW`` does."""
    return world.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 10})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ONE, MORE, {("demand_grew", "", "near"): 3.0}),
        (MORE, ONE, {("demand_fell", "near", ""): 3.0}),
        (ONE, both(MORE), {("moved", "far", "near"): 4.5, ("demand_grew", "", "near"): 3.0}),
        # near: 16.5 - 3 + 4.5 is 1.5 MW more, so that 1.5 of far's 4.5 MW moved there and 3 MW are gone
        (MORE, NARROW, {("moved", "far", "near"): 1.5, ("demand_fell", "far", ""): 3.0}),
        (ONE, SHORT, {("newly_unserved", "near", ""): 6.5 * 2 / 3}),
        (SHORT, ONE, {("newly_served", "", "near"): 6.5 * 2 / 3}),
        # by day all 3.6 MW more stay unserved, by night near does 1.8 MW more
        (
            SHORT,
            SHORT.with_cells("region_workload", "demand", {"coast;web": 33}),
            {("grew_unserved", "", ""): 3.6 * 2 / 3, ("demand_grew", "", "near"): 1.8 / 3},
        ),
    ],
)
def test_demand_that_changes_is_no_move(before: World, after: World, expected: dict[Any, float]) -> None:
    """Proves that growth, fall and unserved demand are told apart from moves, MW by MW, where they mix.

    Sensitivity: growth counted as moved, unserved demand left out of the balance, day and night not weighed 2 : 1.
    """
    found = {(kind, *ends): load for (kind, _, _, *ends), load in moves(compared(before, after)).items()}
    assert found == pytest.approx(expected)


def test_what_leaves_is_shared_out_in_proportion() -> None:
    """Proves the convention: 10 MW of a and 3 of b go to c (9 MW more) and d (4 MW more), each as 9 : 4.

    Sensitivity: pairing in the order of the sites, rounding, a site paired with itself.
    """
    before = tables_of((("a", 10.0), ("b", 5.0), ("e", 7.0)), 22.0)
    after = tables_of((("b", 2.0), ("c", 9.0), ("d", 4.0), ("e", 7.0)), 22.0, weights=(100.0, 20.0))
    table = moves_between(before, after)
    assert set(table["kind"]) == {"moved"}
    found = {(row.site_from, row.site_to): row.load for row in table.itertuples()}
    expected = {("a", "c"): 90 / 13, ("a", "d"): 40 / 13, ("b", "c"): 27 / 13, ("b", "d"): 12 / 13}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("features", [BASE.features, tuple(name for name in BASE.features if name != "traffic")])
def test_a_cost_that_only_one_plan_has_is_part_of_the_difference(features: tuple[str, ...]) -> None:
    """Proves that categories which one plan does not have are set against nought, so that the parts add up.

    Sensitivity: categories of both plans only, or those of the base only.
    """
    priced = BASE.replaced(features=features).with_parameters(traffic_price=0.02 if "traffic" in features else None)
    plain = BASE.with_features("time", "demand", "routes", "allocation", "site_capacity", "site_expansion")
    plain = plain.replaced(parameters={})
    for before, after in ((plain, priced), (priced, plain)):
        comparison = compared(before, after)
        assert abs(comparison.cost_difference) > 1e6
        assert comparison.cost_parts == pytest.approx(comparison.cost_difference, abs=0.005)


def test_what_no_rule_explains_is_named() -> None:
    """Proves that work which vanishes without a change of demand becomes a row ``other``, and is not passed over.

    Sensitivity: surplus that is put down to demand although demand is the same.
    """
    table = moves_between(tables_of((("a", 10.0),), 10.0), tables_of((("a", 8.0),), 10.0))
    assert table[["kind", "site_from", "site_to", "load"]].to_numpy().tolist() == [["other", "a", "", 2.0]]


def test_other_timesteps_compare_by_means() -> None:
    """Proves that a plan of one step with the mean demand moved nothing against one of two unequal steps.

    Sensitivity: loads compared step by step, or added up over steps.
    """
    flat = ONE.with_rows("timestep", [{"timestep": "year", "timestep_weight": 3000, "timestep_duration": 1}])
    flat = flat.replaced(tables={name: rows for name, rows in flat.tables.items() if name != "workload_timestep"})
    comparison = compared(ONE, flat)
    assert plan(flat).tables["allocation"]["timestep"].unique().tolist() == ["year"]
    assert moves(comparison) == {}
    assert any("2 and 1 timesteps" in warning.en for warning in comparison.warnings)


sites = st.dictionaries(st.sampled_from("abcde"), st.floats(0.01, 1e3), max_size=5)
unserved = st.one_of(st.just(0.0), st.floats(0.01, 1e3))


def balanced(loads: dict[str, float], open_: float) -> dict[str, pd.DataFrame]:
    """Return a plan that serves all demand but what is unserved."""
    return tables_of(tuple(sorted(loads.items())), sum(loads.values()) + open_, open_, (30.0, 7.0))


@settings(deadline=None)
@given(sites, unserved, sites, unserved)
def test_every_mw_is_accounted_for(
    first: dict[str, float], first_open: float, second: dict[str, float], second_open: float
) -> None:
    """Proves for any two plans that what arrives less what leaves is each site's change, demand's and unserved's too.

    Sensitivity: any share that is lost or counted twice where sites, growth and unserved demand mix.
    """
    table = moves_between(balanced(first, first_open), balanced(second, second_open))
    assert set(table["kind"]) <= set(KINDS) - {"other"}
    assert (table["load"] > 0).all()
    for site in "abcde":
        change = second.get(site, 0.0) - first.get(site, 0.0)
        arrives = table.loc[table["site_to"] == site, "load"].sum()
        leaves = table.loc[table["site_from"] == site, "load"].sum()
        assert arrives - leaves == pytest.approx(change, abs=1e-6)
        assert min(arrives, leaves) == 0
    by = table.groupby("kind")["load"].sum().reindex(KINDS, fill_value=0.0)
    demand = sum(second.values()) + second_open - sum(first.values()) - first_open
    grew, fell = by["demand_grew"] + by["grew_unserved"], by["demand_fell"] + by["fell_unserved"]
    assert grew - fell == pytest.approx(demand, abs=1e-5)
    opened, closed = by["newly_unserved"] + by["grew_unserved"], by["newly_served"] + by["fell_unserved"]
    assert opened - closed == pytest.approx(second_open - first_open, abs=1e-5)


@settings(deadline=None)
@given(sites, unserved, sites, unserved)
def test_the_other_way_round_is_the_negative(
    first: dict[str, float], first_open: float, second: dict[str, float], second_open: float
) -> None:
    """Proves that from B to A the same MW go back, by the opposite kind, and that A against A moves nothing.

    Sensitivity: a pairing that depends on which plan is the base.
    """
    a, b = balanced(first, first_open), balanced(second, second_open)
    there, back = moves_between(a, b), moves_between(b, a)
    turned = {(OPPOSITE[row.kind], row.site_to, row.site_from): row.load for row in there.itertuples()}
    assert {(row.kind, row.site_from, row.site_to): row.load for row in back.itertuples()} == pytest.approx(turned)
    assert moves_between(a, a).empty


def test_a_plan_against_itself_says_that_nothing_moved() -> None:
    """Proves that no table of a comparison of a plan with itself has a difference, and the text says so.

    Sensitivity: an input or a measure compared by identity, NaN taken for a change.
    """
    from planner.studies.compare.text import text_of  # noqa: PLC0415 - beside what it shows

    comparison = compared(NARROW, NARROW)
    for name in ("moved", "inputs", "input_columns"):
        assert comparison.tables[name].empty, name
    for name in ("cost", "measures", "workloads", "new_build"):
        assert (comparison.tables[name]["difference"].fillna(0) == 0).all(), name
    text = text_of(comparison)
    assert "Nothing moved." in text
    assert "The inputs are the same, cell by cell." in text
