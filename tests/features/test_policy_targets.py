"""Policy targets: a share of all new capacity is built in a side.

``QUOTA`` is ``BUILT`` with modules of 4 MW at ``near`` in the east too, at 1 000 000 CNY/a, which no work needs. At
``far`` in the west the first three save 3 672 000, 2 754 000 and 2 448 000 CNY/a, at 2 600 000 each.
"""

from __future__ import annotations

import math

import pytest

from planner.models.audit import audit
from tests.algebra import BUILT, BUILT_COST, HAND_COST, Row, altered, compiled, cost_of, plan, rows_of, rules_found
from tests.worlds import World

QUOTA = BUILT.replaced(features=(*BUILT.features, "policy_targets"))
for _column, _value in (("module_size", 4), ("modules_max", 3), ("module_cost", 1_000_000)):
    QUOTA = QUOTA.with_cells("site_compute_type", _column, {"near;cpu": _value})


def east(share: float) -> World:
    """Return the world with a least share of new capacity in the east."""
    return QUOTA.with_rows("side", [{"side": "east", "side_share_new_min": share}, {"side": "west"}])


def built(world: World) -> dict[str, float]:
    """Return the modules of each site."""
    modules: dict[str, float] = plan(world).tables["site_expansion"].set_index("site")["modules"].to_dict()
    return modules


@pytest.mark.parametrize(
    ("share", "modules", "cost"),
    [
        (0.0, {"near": 0, "far": 2}, BUILT_COST),
        (0.25, {"near": 1, "far": 2}, HAND_COST - 3_672_000 - 2_754_000 + 2 * 2_600_000 + 1_000_000),
        (0.5, {"near": 1, "far": 1}, HAND_COST - 3_672_000 + 2_600_000 + 1_000_000),
        (0.6, {"near": 0, "far": 0}, HAND_COST),
    ],
)
def test_a_side_gets_its_share(share: float, modules: dict[str, float], cost: float) -> None:
    """What a quota of the east costs, by hand: with 0.6, two modules there for each in the west pay no more.

    Proves: 226 000 CNY/a are left of 1 226 000 at a quarter, 72 000 at a half, nothing at 0.6, when nothing is built.
    Sensitivity: a share of what stands, the other side, a share of the cost.
    """
    assert built(east(share)) == modules
    assert cost_of(east(share)) == pytest.approx(cost)


def test_the_rule_is_one_row_a_side() -> None:
    """Its share of all new MW less the new MW of the side, at most 0; a side without a target has no row.

    Proves: 4 × (0.25 − 1) a module of the east, 4 × 0.25 one of the west. Sensitivity: a share of the other sides only.
    """
    rows = rows_of(compiled(east(0.25)), "side_share_new")
    assert rows == {"east": Row({"modules[near,cpu]": -3.0, "modules[far,cpu]": 1.0}, -math.inf, 0.0)}


def test_the_table_says_what_is_built() -> None:
    """The target, the new capacity and its share; where nothing is built the share is not known.

    Proves: 4 of 12 MW. Sensitivity: modules for MW, a share of 0 or 1 where there is none.
    """
    assert plan(east(0.25)).tables["policy_targets"].to_dict("records") == [
        {"side": "east", "side_share_new_min": 0.25, "capacity_new_side": 4.0, "side_share_new": pytest.approx(1 / 3)}
    ]
    assert math.isnan(plan(east(0.6)).tables["policy_targets"]["side_share_new"].iloc[0])


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("side_share_new_min", 0.3, "side_share_new_min"),
        ("capacity_new_side", 5.0, "capacity_new_side"),
        ("side_share_new", 0.4, "side_share_new"),
        ("side_share_new", math.nan, "side_share_new"),
        ("side", "west", "policy_targets"),
    ],
)
def test_a_wrong_table_is_found(column: str, value: float, rule: str) -> None:
    """Proves: each number of the table is reckoned again from the halls. Sensitivity: a table that checks itself."""
    results = plan(east(0.25))
    assert rule in rules_found(results, altered(results.tables, "policy_targets", column, value))


def test_a_plan_below_the_target_is_found() -> None:
    """Proves: the plan of another target breaks this one. Sensitivity: an audit that reads the target from the table."""
    results, other = plan(east(0.5)), plan(east(0.25))
    found = {finding.rule for finding in audit(results.scenario, other.tables, other.summary)}
    assert "side_share_new" in found
