"""Short sight, and later stages that need not be whole."""

from __future__ import annotations

import math

import pytest

from tests.algebra import BUILT
from tests.cases.several_years import WET, built, by_stage, costs, in_stages, plan_of

MYOPIC = '\n[pathway]\nforesight = "myopic"\n'


def test_short_sight_builds_what_pays_at_once() -> None:
    """Who does not look ahead builds two modules in 2025, though they are cheaper in 2030.

    Proves: 5 × 48 004 000, then 2030 with two old ones at 2 600 000 and one new at 2 000 000: 40 356 000 + 5 200 000 +
    2 000 000 = 47 556 000 each year: 477 800 000 in all, against 475 570 000 with sight; no bound is claimed.
    Sensitivity: vintages of earlier stages that are decided anew, or forgotten.
    """
    world = by_stage(in_stages(), "s2030", module_cost=2_000_000)
    short, long = plan_of(world, MYOPIC), plan_of(world)
    assert built(short) == {"s2025": 2.0, "s2030": 1.0}
    assert short.summary["objective"] == pytest.approx(5 * 48_004_000 + 5 * 47_556_000)
    assert long.summary["objective"] == pytest.approx(475_570_000)
    assert short.summary["status"] == "feasible"
    assert math.isnan(short.summary["bound"])
    assert [one["status"] for one in short.manifest["solver"]["in_turn"]] == ["optimal", "optimal"]


def test_short_sight_discounts_as_any() -> None:
    """What a stage is worth does not depend on how far one looks.

    Proves: two equal stages have the same objective with either sight, at 25 % a year. Sensitivity: stages in turn that
    count as one year each.
    """
    world = in_stages(years=(2025, 2028), lasting=2).with_parameters(discount_rate_social=0.25)
    short, long = plan_of(world, MYOPIC), plan_of(world)
    assert short.summary["objective"] == pytest.approx(long.summary["objective"])
    assert built(short) == built(long)


def test_later_stages_need_not_be_whole() -> None:
    """Whole until 2025, relaxed in 2030: there as many modules are built as the night can fill.

    Proves: one module may stand in 2025; in 2030 a quarter more is added, 4.5 ÷ 3.6 = 1.25 in all, and beyond it a
    module gains less than it costs: 49 230 000 − 1.25 × (3 672 000 − 2 600 000) = 47 890 000 each year; the audit
    accepts it. Sensitivity: a relaxation of all stages (1.25 in 2025), or of none (two whole modules in 2030).
    """
    world = by_stage(in_stages(BUILT), "s2025", modules_max=1).with_parameters(whole_modules_until="s2025")
    results = plan_of(world)
    assert built(results) == pytest.approx({"s2025": 1.0, "s2030": 0.25})
    assert results.summary["objective"] == pytest.approx(5 * WET[1] + 5 * 47_890_000)
    assert results.summary["cases"][1]["modules"] == pytest.approx({"far": 1.25})
    assert costs(results, "new_compute") == pytest.approx({"s2025": 2_600_000, "s2030": 3_250_000})


@pytest.mark.parametrize("cost", [80_000, None])
def test_a_later_stage_may_open_a_part_of_a_site(cost: float | None) -> None:
    """Nothing may be built in 2025; in 2030, which is planned relaxed, the site is opened as far as its modules need.

    Proves: 1.25 of at most 5 modules are built, a quarter of the site is opened, and a quarter of the opening is paid;
    where an opening costs nothing but is limited, at least a quarter; the audit accepts both. Sensitivity: an audit
    that asks for a whole opening in a relaxed year, a table that rounds what is opened to nothing.
    """
    world = by_stage(by_stage(in_stages(BUILT), "s2025", modules_max=0), "s2030", modules_max=5)
    world = world.with_parameters(whole_modules_until="s2025", **({} if cost else {"sites_max": 1}))
    results = plan_of(world.with_cells("site", "opening_cost", {"far": cost}) if cost else world)
    assert built(results) == pytest.approx({"s2030": 1.25})
    opened = results.tables["site_expansion_opened"].set_index(["stage", "site"])["open"]["s2030", "far"]
    assert opened == pytest.approx(0.25) if cost else opened >= 0.25 - 1e-6
    assert costs(results, "opening")["s2030"] == pytest.approx((cost or 0) * opened)
