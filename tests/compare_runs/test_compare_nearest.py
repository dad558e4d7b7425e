"""Effects told apart from ties: of the plans as good as the run's, the one nearest to the base is taken."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import planner
from planner.language import Message
from planner.studies.compare.causes import causes_of
from planner.studies.compare.differences import nearest as compare_nearest
from planner.studies.compare.differences.comparison import Comparison, compare_runs
from planner.studies.compare.differences.moves import SWAPPED
from planner.studies.compare.differences.nearest import Nearest, nearest_equal
from planner.studies.compare.differences.run import Run
from planner.studies.compare.headline import headline_of
from planner.studies.compare.text import text_of
from tests.algebra import BUILT, HAND, RICH, plan
from tests.compare_runs.compared_worlds import MORE, NARROW, ONE
from tests.docs.pages import ROOT
from tests.here import planned

if TYPE_CHECKING:
    from planner.io.results.results import Results
    from tests.worlds import World

TWINS = (
    HAND.with_cells("site", "pue", {"near": 1.25, "far": 1.25})
    .with_cells("site", "grid_power_price", {"near": 400, "far": 400})
    .with_cells("region_site", "latency", {"coast;near": 5, "coast;far": 5, "inland;near": 5, "inland;far": 5})
    .with_cells("site_compute_type", "capacity_existing", {"near;cpu": 40, "far;cpu": 40})
)
"""Two sites of one price: whatever each does, the cost is 500 CNY a MWh of IT load, 45 000 000 CNY/a."""


def exchanged(results: Results, work: dict[tuple[str, str], float]) -> Results:
    """Return a plan in which each site does a given part [MW by day] of a region's work, half of it by night."""
    rows = [
        (region, "web", site, "direct", step, load * part)
        for (region, site), load in work.items()
        for step, part in (("day", 1.0), ("night", 0.5))
    ]
    table = pd.DataFrame(rows, columns=["region", "workload", "site", "path", "timestep", "allocation"])
    return dataclasses.replace(results, tables={**results.tables, "allocation": table})


def near(before: Results, after: Results, **more: Any) -> Comparison:
    """Return two plans compared, with the nearest of the second's equals."""
    return compare_runs(Run("before", before, "/b"), Run("after", after, "/a"), nearest_equal(before, after, **more))


def by_kind(comparison: Comparison) -> dict[str, float]:
    """Return the moves [MW] by kind."""
    moved: dict[str, float] = comparison.tables["moved"].groupby("kind")["load"].sum().to_dict()
    return moved


def test_what_only_swaps_places_is_no_effect() -> None:
    """Two plans of one cost, the same inputs, all work elsewhere: nothing moved by any input, 30 MW swap.

    Proves: 12 MW of the coast at ``near`` by day and 6 by night, 10 MW by the hours, and 20 of the inland change places;
    the net change is none. Sensitivity: a nearest plan of another distance, swaps counted as moves.
    """
    first = exchanged(plan(TWINS), {("coast", "near"): 12, ("inland", "far"): 24})
    second = exchanged(plan(TWINS), {("coast", "far"): 12, ("inland", "near"): 24})
    found = near(first, second)
    assert isinstance(found.near, Nearest)
    assert found.near.summary["cost"] == pytest.approx(45_000_000)
    assert by_kind(found) == {SWAPPED: pytest.approx(30.0)}
    assert found.moved() == 0.0
    assert found.net_change == 0.0
    lines = list(headline_of(found))
    assert lines[0].en == "after against before: cost +0 CNY/a (+0.00%); net change of site loads none"
    assert lines[1].en == "Why: no input differs"
    assert lines[3].en.startswith("Apart from that, 30.0 MW of work only swap places")


def test_an_effect_stands_beside_a_swap() -> None:
    """A smaller ``near`` sheds what it must and no more; the rest of the difference swaps.

    ``near`` may do 8 MW where it did 12 of the coast's by day, so that 4 by day move; by night it goes on with 6. By the
    hours 8/3 MW move. Proves: the plan found, with all at ``far``, is 8/3 MW of effect and 22/3 of swaps. Sensitivity: an
    effect measured from the plan found.
    """
    first = exchanged(plan(TWINS), {("coast", "near"): 12, ("inland", "far"): 24})
    small = TWINS.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 10, "far;cpu": 60})
    found = near(first, exchanged(plan(small), {("coast", "far"): 12, ("inland", "far"): 24}))
    assert by_kind(found) == {"moved": pytest.approx(8 / 3), SWAPPED: pytest.approx(22 / 3)}
    assert found.net_change == pytest.approx(8 / 3)
    sites = found.tables["sites"].set_index("site")
    assert sites.loc["near", "it_load_difference"] == pytest.approx(-10.0)
    assert sites.loc["near", "it_load_swapped"] == pytest.approx(-22 / 3)


def test_halls_of_one_price_are_built_where_they_were() -> None:
    """Two sites whose modules cost and serve the same: the base's are kept, and what the run builds elsewhere swaps.

    Proves: integers are among what is compared by nearness. Sensitivity: integers fixed at the run's, so that 4 MW at
    ``near`` are the work of a price that moved nothing.
    """
    twins = TWINS.replaced(features=(*TWINS.features, "site_expansion"))
    for column, value in (("module_size", 4), ("modules_max", 3), ("module_cost", 100_000)):
        twins = twins.with_cells("site_compute_type", column, {"near;cpu": value, "far;cpu": value})
    twins = twins.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 40, "far;cpu": 2})
    first = plan(twins)
    built = first.tables["site_expansion"]
    turned = built.assign(site=built["site"].map({"near": "far", "far": "near"}))
    assert set(built["modules"]) == {0, 1}  # 32 + 1.8 MW usable, 36 asked for: one module
    other = dataclasses.replace(first, tables={**first.tables, "site_expansion": turned})
    found = near(first, other)
    assert isinstance(found.near, Nearest)
    assert found.near.builds_as_before
    sizes = found.tables["new_build"].query("measure == 'capacity_new'").set_index("site")
    assert (sizes["difference"] == sizes["swapped"]).all()
    assert sizes["swapped"].abs().tolist() == [4.0, 4.0]


@pytest.mark.parametrize(("before", "after"), [(ONE, NARROW), (NARROW, ONE), (ONE, MORE), (BUILT, HAND)])
def test_the_only_best_plan_is_its_own_nearest(before: World, after: World) -> None:
    """Where one plan alone is best, nothing swaps, and the moves are those of the plans as found.

    Proves: the search changes nothing where there is no choice. Sensitivity: a budget so wide that cost is given away.
    """
    found = near(plan(before), plan(after))
    assert isinstance(found.near, Nearest)
    assert found.near.objective == pytest.approx(plan(after).summary["objective"], rel=1e-9)
    assert found.moved(SWAPPED) == 0.0
    plainly = compare_runs(Run("before", plan(before), "/b"), Run("after", plan(after), "/a"))
    pd.testing.assert_frame_equal(found.tables["moved"], plainly.tables["moved"])


def test_what_is_not_looked_for_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with rules of one's own, an alternative, a model too large, no time: each named, in both languages.

    Sensitivity: a comparison that calls everything an effect without a word.
    """
    first, second = plan(ONE), plan(NARROW)
    own = dataclasses.replace(second, summary={**second.summary, "own_rules": ["mine"]})
    other = dataclasses.replace(second, summary={**second.summary, "alternative": {}})
    reasons = [nearest_equal(first, own), nearest_equal(first, other), nearest_equal(first, second, seconds=-1.0)]
    monkeypatch.setattr(compare_nearest, "NONZEROS_MAX", 3)
    reasons.append(nearest_equal(first, second))
    for reason, part in zip(reasons, ("own", "alternative", "time", "large"), strict=True):
        assert isinstance(reason, Message)
        assert part in reason.en
        assert reason.zh != reason.en
        said = text_of(compare_runs(Run("before", first, "/b"), Run("after", second, "/a"), reason))
        assert f"Effects and swaps at equal cost are not told apart: {reason.en}" in said


def test_a_cause_is_told_once() -> None:
    """A site that is gone is one cause with all its cells; two columns of one place are one; a step of all cells is one.

    Sensitivity: an entry a cell (22 of a site dropped), the same cell told again by --set.
    """
    fewer = ONE.replaced(
        tables={
            name: [row for row in rows if row.get("site") != "far"]
            for name, rows in ONE.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 60}).tables.items()
        }
    )
    texts = [cause.text.en for cause in causes_of(near(plan(ONE), plan(fewer)))]
    assert texts == ["not in the plan any more: site far"]
    both = ONE.with_cells("site", "pue", {"near": 1.3}).with_cells("site", "grid_power_price", {"near": 510})
    [cause] = causes_of(near(plan(ONE), plan(both)))
    assert cause.text.en == "near: price of grid power 500 → 510 CNY/MWh; PUE 1.4 → 1.3"
    assert cause.cells == 2
    stored = RICH.replaced(features=tuple(name for name in RICH.features if name != "storage"))
    texts = [cause.text.en for cause in causes_of(near(plan(RICH), plan(stored)))]
    assert texts == ["rules no longer listed: storage"]
    dearer = ONE.with_cells("site", "grid_power_price", {"near": 600, "far": 400})
    [cause] = causes_of(near(plan(ONE), plan(dearer)))
    assert cause.text.en == "far, near: price of grid power +100 CNY/MWh (300 → 400, 500 → 600)"


def test_the_headline_of_the_national_plan_says_what_a_tariff_cut_does() -> None:
    """0.1 CNY/kWh less in Gansu: the first three lines name the tariff once and the plants at Qingyang that drop out.

    Proves: 600 MW of wind and 400 MW of sun are named; what swaps is told apart, so that no site's load changes.
    Sensitivity: plants only as a sum of cost, 35 MW of swaps called moves.
    """
    folder = ROOT / "scenarios" / "national-2025"
    cut = ["site.grid_power_price[qingyang]=298", "site.grid_power_price[stock_gansu]=443.2"]
    runs = [planned(planner.read_scenario(folder, overrides)) for overrides in ([], cut)]
    change, why, built, *_ = headline_of(near(*runs))
    assert change.en.endswith("net change of site loads none")
    assert "成本 -6." in change.zh
    assert why.en == (
        "Why: Qingyang, Gansu stock: price of grid power -100 CNY/MWh (398 → 298, 543.2 → 443.2) (by --set)"
    )
    assert built.en == (
        "Plants, stores and halls: Qingyang Wind, green capacity 600 → 0 MW (gone); "
        "Qingyang Solar, green capacity 400 → 0 MW (gone)"
    )
    assert "庆阳集群 风电 绿电容量 600 → 0 MW（退出）" in built.zh
