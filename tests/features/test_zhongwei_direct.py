"""The shipped scenario of direct connection, on four representative days: its three ratios bind one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner

SCENARIO = Path(planner.__file__).parents[1] / "scenarios" / "zhongwei-direct"
RATIOS = {
    "self_supply_share": "self_supply_share_min",
    "export_share": "export_share_max",
    "self_use_share": "self_use_share_min",
}
CASES: dict[str, tuple[dict[str, float], set[str]]] = {
    "little of its own": ({"self_supply_share_min": 0.5}, {"self_supply_share"}),
    "nearly all of its own": ({"self_supply_share_min": 0.97}, {"self_supply_share", "export_share"}),
    "little may be lost": (
        {"self_supply_share_min": 0.97, "self_use_share_min": 0.75},
        {"self_supply_share", "export_share", "self_use_share"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_ratios_bind_one_after_the_other(case: str) -> None:
    """As the cluster supplies more of itself, its surplus reaches what may be sold, and then what must be used.

    Proves: each plan is optimal, and audited, since a run is refused otherwise; the ratios that are at their limits have
    a price, the others are apart from theirs and have none. Sensitivity: a scenario that no longer lists the feature,
    whose plants are not direct, or whose ratios never decide anything.
    """
    given, binding = CASES[case]
    changes = ["time.representative_days=4", *(f"site.{name}={share}" for name, share in given.items())]
    results = planner.run(planner.read_scenario(SCENARIO, changes))
    assert results.summary["status"] == "optimal"
    [row] = results.tables["direct_connection"].to_dict("records")
    prices = results.shadow_prices.set_index("rule")["price"]
    for share, limit in RATIOS.items():
        reached = row[share] == pytest.approx(row[limit], abs=1e-6)
        assert reached == (share in binding), share
        assert (prices[share] > 1e-3) == reached, share
