"""Links in an outage: what the re-dispatch sends has to fit what is left of the links on the fastest paths that are left.

``LINKED`` is ``NET`` of ``test_backbone`` with capacity enough at both sites, and three outages that take ``home``: ``fire`` nothing
else, ``cut`` the link ``direct`` as well, ``flood`` four tenths of it. All protected work is then done at the farm. Half of batch's 36 MW
sends 3.6 Gbit/s and gets 1.8 back: ``direct`` carries 5.4 in ``fire``, the detour 4 and 3 in ``cut``; in ``flood`` ``direct`` is still the fastest and
carries 0.6 × 5.4 = 3.24, too little by 0.36. A module of 2 Gbit/s, of which 0.6 × 0.9 may be used, is enough.

Modules are made at 600 000 CNY/a, and save 527 400: none pays. So ``flood`` costs 72 600 CNY/a.
"""

from __future__ import annotations

import math

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit
from planner.models.features.hub_outage import GIVES, paths_left, told
from planner.pipeline.check import obstacles_of, warnings_of
from planner.studies.explain.trials import Trials
from tests.algebra import Row, altered, compiled, cost_of, plan, price_of, rows_of, rules_found, scenario_of
from tests.features.test_backbone import COST, NET
from tests.worlds import World

BASE = NET.replaced(features=(*NET.features, "site_capacity", "hub_outage")).with_rows(
    "compute_type", [{"compute_type": "cpu"}]
)
BASE = BASE.with_cells("workload", "compute_type", {"*": "cpu"}).with_rows(
    "site_compute_type",
    [{"site": site, "compute_type": "cpu", "capacity_existing": 100} for site in ("home", "farm")],
)
BASE = BASE.with_cells("link", "link_module_size", {"direct": 2}).with_cells("link", "link_modules_max", {"direct": 3})
BASE = BASE.with_cells("link", "link_module_cost", {"direct": 600_000})


def with_outages(world: World, *names: str) -> World:
    """Return a world with these of the outages."""
    links = {"cut": 1, "flood": 0.4}
    world = world.with_rows("outage", [{"outage": name} for name in names])
    world = world.with_rows("site_outage", [{"site": "home", "outage": name, "capacity_lost": 1} for name in names])
    rows = [{"link": "direct", "outage": name, "capacity_lost": links[name]} for name in names if name in links]
    return world.with_rows("link_outage", rows) if rows else world


def protecting(world: World, **shares: float) -> World:
    """Return a world that protects shares of workloads."""
    return world.with_cells("workload", "protected_share", shares)


LINKED = protecting(with_outages(BASE, "fire", "cut", "flood"), batch=0.5)
LINKED_COST = COST + 72_600


def test_links_are_wide_enough_for_every_outage() -> None:
    """What the outage of a part of a link asks for is built.

    Proves: nothing for ``fire`` and ``cut`` alone, 72 600 CNY/a with ``flood``. Sensitivity: links not held, usable bandwidth of the
    normal state, a lost link that still carries.
    """
    assert cost_of(protecting(with_outages(BASE, "fire", "cut"), batch=0.5)) == pytest.approx(COST)
    results = plan(LINKED)
    assert results.summary["cost"] == pytest.approx(LINKED_COST)
    assert results.summary["link_modules"] == {"direct": 1}
    assert rules_found(results) == set()


def test_traffic_takes_the_fastest_path_that_is_left() -> None:
    """Paths, traffic and what is left of each link, by outage.

    Proves: 3.6 and 1.8 Gbit/s over ``direct``, in ``cut`` over the detour; 0.6 × 0.9 × 8 = 4.32 of it in ``flood``. Sensitivity: a
    path over a lost link, directions exchanged, work at the region's own node on a link.
    """
    tables = plan(LINKED).tables
    paths = tables["hub_outage_path"].set_index("outage")
    assert paths["path"].to_dict() == {"fire": "direct", "cut": "first + second", "flood": "direct"}
    assert paths["outage_path_traffic"].tolist() == pytest.approx([3.6] * 3)
    assert paths["outage_return_path_traffic"].tolist() == pytest.approx([1.8] * 3)
    links = tables["hub_outage_link"].set_index(["outage", "link", "direction"])
    assert links.loc[("cut", "second", "back"), "outage_link_traffic"] == pytest.approx(1.8)
    assert links.loc[("cut", "second", "back"), "outage_link_room"] == pytest.approx(3)
    assert links.loc[("flood", "direct", "forward"), "outage_link_room"] == pytest.approx(4.32)
    known = paths_left(scenario_of(LINKED)).set_index(["outage", "site"])
    assert known.loc[("cut", "farm"), "latency"] == 8
    assert known.loc[("fire", "farm"), "latency"] == 4
    assert known.loc[("fire", "home"), "latency"] == 0


def test_outage_link_algebra() -> None:
    """Algebra: 0.2 × batch - 0.6 × 0.9 × 2 × modules ≤ 0.6 × 0.9 × 6 there, 0.1 × batch back; no row of a link not on a path.

    Proves: coefficients and sides of each outage. Sensitivity: weights, the peak counted twice.
    """
    rows = rows_of(compiled(LINKED), "outage_link_limit")
    batch = {name: f"outage_allocation[{name},city,batch,farm]" for name in ("fire", "cut", "flood")}
    assert rows["flood,direct,forward"] == Row(
        pytest.approx({batch["flood"]: 0.2, "link_modules[direct]": -1.08}), -math.inf, pytest.approx(3.24)
    )
    assert rows["flood,direct,back"].coefficients[batch["flood"]] == pytest.approx(0.1)
    assert rows["cut,first,forward"] == Row({batch["cut"]: 0.2}, -math.inf, 4)
    assert rows["cut,second,back"] == Row({batch["cut"]: 0.1}, -math.inf, 3)
    assert {key for key in rows if key.startswith("fire")} == {"fire,direct,forward", "fire,direct,back"}
    alone = BASE.replaced(features=tuple(name for name in BASE.features if name != "hub_outage"))
    assert rows_of(compiled(alone), "outage_link_limit") == {}


def test_a_price_is_that_of_the_relaxation() -> None:
    """With the modules fixed nothing binds; in parts a Gbit/s less in the outage has its price.

    Proves: a MW more of protected work asks for 0.2 ÷ 1.08 of a module, which saves 2000 × 1.8 × 146.5 of its 600 000 CNY/a.
    Sensitivity: the sign, usable bandwidth of the normal state.
    """
    results = plan(LINKED)
    assert price_of(results, "outage_link_limit", "flood", "direct", "forward") == 0
    prices = results.shadow_prices.set_index(["rule", "index"])
    price = 72_600 / 1.08
    assert prices.loc[("outage_link_limit", "flood;direct;forward"), "price_relaxed"] == pytest.approx(price)
    assert prices.loc[("protected_demand", "flood;city;batch"), "price_relaxed"] == pytest.approx(0.2 * price)


def test_work_without_a_path_in_time_is_named() -> None:
    """Online work bears 5 ms, and without ``direct`` the farm is 8 ms away.

    Proves: the obstacle of ``cut`` alone; with 8 ms borne in an outage there is a place. Sensitivity: latencies of the plan taken for
    those of an outage.
    """
    world = protecting(LINKED, online=0.1, batch=0.5)
    said = [text.en for text in obstacles_of(scenario_of(world))]
    assert said == ["in the outage of cut online of city (1.2 MW) has no site left that is near enough and allowed"]
    patient = world.with_cells("workload", "outage_latency_max", {"online": 8})
    assert list(obstacles_of(scenario_of(patient))) == []
    short = patient.with_cells("workload", "outage_latency_max", {"online": 7.9})
    assert len(list(obstacles_of(scenario_of(short)))) == 1
    back = LINKED.with_cells("link", "link_capacity_existing_back", {"second": 0})
    assert any("cut batch" in text.en for text in obstacles_of(scenario_of(back)))


def test_what_gives_is_named() -> None:
    """Where the links are too narrow for an outage, links and the share lost give.

    Proves: without modules ``flood`` leaves no plan, and the parameters of ``GIVES`` are those that ``explain`` may move. Sensitivity: a
    rule without a line in ``GIVES``.
    """
    narrow = LINKED.with_cells("link", "link_modules_max", {"direct": 0})
    with pytest.raises(InfeasibleError):
        plan(narrow)
    scenario = scenario_of(narrow)
    slopes = Trials(scenario, SolverOptions()).base(scenario).slopes
    for name in ("link_outage.capacity_lost", "link_capacity_existing", "link_utilisation_max", "protected_share"):
        assert name in GIVES["outage_link_limit"]
        assert name in slopes
    lost = narrow.with_rows("link_outage", [{"link": "direct", "outage": "flood", "capacity_lost": 1 / 3}])
    assert cost_of(lost) == pytest.approx(COST)


def test_an_outage_may_take_links_alone() -> None:
    """An outage that takes no site is one all the same; one that takes nothing is a fault.

    Proves: ``cut`` without ``home``: all is served at home, on no link; the page has a line of it. Sensitivity: outages found by the sites
    that they take.
    """
    alone = BASE.with_rows("outage", [{"outage": "cut"}]).with_rows(
        "link_outage", [{"link": "direct", "outage": "cut", "capacity_lost": 1}]
    )
    results = plan(protecting(alone, batch=0.5, online=0.5))
    served = results.tables["hub_outage"].groupby("outage")["outage_allocation"].sum()
    assert served.to_dict() == pytest.approx({"cut": 24})
    assert rules_found(results) == set()
    assert len(told(results.scenario, results.tables)) == 1
    with pytest.raises(InvalidInputError, match="takes nothing"):
        scenario_of(BASE.with_rows("outage", [{"outage": "cut"}]))


def test_what_fits_can_be_carried() -> None:
    """The statement is never optimistic: a scenario of what is left, with the plan's links, has a plan for every outage.

    Proves: by the backbone's own rules, with all paths: protected work as demand, ``home`` without work, links as they are left.
    Sensitivity: links of the normal state; a traffic forgotten. That it may ask for too much is proved by ``flood``: with the
    plain links, 3.24 on ``direct`` and 4 on the detour, all paths together carry it.
    """
    kept = {"fire": 1.0, "cut": 0.0, "flood": 0.6}
    for name, share in kept.items():
        for width in (8.0, 6.0):
            left = NET.with_rows("site", [{"site": "farm", "node": "C"}])
            left = left.with_rows("region_site", [{"region": "city", "site": "farm", "transfer_price": 20}])
            left = left.with_cells("region_workload", "demand", {"city;online": 0, "city;batch": 18})
            left = left.with_cells("workload_timestep", "demand_profile", {"*": 1})
            left = left.with_cells("link", "link_capacity_existing", {"direct": width * share})
            assert plan(left).summary["served_share"] == 1, name


def test_a_note_says_that_paths_are_few() -> None:
    """Where links are held in outages a note says by which paths.

    Proves: with a network and protected work; not without. Sensitivity: a safe statement taken for a tight one.
    """
    assert any("fastest path that is left" in note.en for note in warnings_of(scenario_of(LINKED)))
    assert not any("fastest path" in note.en for note in warnings_of(scenario_of(with_outages(BASE, "fire"))))


@pytest.mark.parametrize(
    ("table", "column", "rules"),
    [
        ("hub_outage_link", "outage_link_traffic", {"outage_link_traffic"}),
        ("hub_outage_link", "outage_link_room", {"outage_link_room"}),
        ("hub_outage_path", "outage_path_traffic", {"outage_path_traffic", "outage_link_traffic"}),
        ("hub_outage_path", "outage_return_path_traffic", {"outage_return_path_traffic"}),
        ("hub_outage", "outage_allocation", {"protected_demand", "outage_path_traffic"}),
    ],
)
def test_planted_faults_are_found(table: str, column: str, rules: set[str]) -> None:
    """A number that is a thousandth more is found.

    Proves: every number of both tables. Sensitivity: a table that only the model knows.
    """
    results = plan(LINKED)
    assert rules <= rules_found(results, altered(results.tables, table, column, lambda old: old * 1.001))


def test_a_path_over_a_lost_link_is_found() -> None:
    """Paths of the table are walked over what is left.

    Proves: ``direct`` in ``cut``; a path that ends elsewhere; traffic lost with its row. Sensitivity: paths believed.
    """
    results = plan(LINKED)
    tables = altered(results.tables, "hub_outage_path", "path", "direct", outage="cut")
    found = [str(finding) for finding in audit(results.scenario, tables, results.summary)]
    assert any("lost in the outage" in text for text in found)
    tables = altered(results.tables, "hub_outage_path", "path", "first", outage="cut")
    found = [str(finding) for finding in audit(results.scenario, tables, results.summary)]
    assert any("does not lead" in text for text in found)
    table = results.tables["hub_outage_path"]
    less = {**results.tables, "hub_outage_path": table[table["outage"] != "cut"].reset_index(drop=True)}
    assert {"outage_path_traffic", "outage_link_traffic"} <= rules_found(results, less)


def test_the_audit_reckons_by_itself() -> None:
    """A plan held against other outages or links is not confirmed.

    Proves: half of the link lost, less of it usable, a tighter latency. Sensitivity: room taken from the table.
    """
    results = plan(LINKED)
    for world, rule in (
        (LINKED.with_cells("link_outage", "capacity_lost", {"direct;flood": 0.6}), "outage_link_limit"),
        (LINKED.with_cells("link", "link_utilisation_max", {"direct": 0.7}), "outage_link_room"),
        (LINKED.with_cells("workload", "traffic_per_mw", {"batch": 0.21}), "outage_path_traffic"),
        (LINKED.with_cells("workload", "outage_latency_max", {"batch": 7}), "outage_latency_max"),
    ):
        assert rule in {each.rule for each in audit(scenario_of(world), results.tables, results.summary)}, rule
