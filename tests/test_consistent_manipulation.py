"""Consistent manipulation: a plan made cheaper, greener or nearer on paper, all that hangs on it changed with it.

The hashes of the files of a run find any change on disk. Here the audit alone must: tables, costs, shares and summary
are those of the forged plan (``tests/forgery.py``), bound and gap are forged as well unless they are what is tried.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from planner.errors import AuditDisagreedError
from planner.io.results.manifest import hash_file
from planner.models.audit import audit, summarise
from planner.pipeline.finished import audit_run
from planner.pipeline.run import write_run
from tests.algebra import HAND, plan
from tests.features.test_green_power_share import MONTHLY
from tests.forgery import Decisions, Plan, Tables, solved, with_cells, with_cost, with_old_cost
from tests.test_planted_faults import WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.worlds import World

DAY, NIGHT = 3000.0, 5760.0
"""[h/a] each of the two timesteps of ``FULL``, 2 h and 3.84 h long, stands for."""
OVER = DAY / NIGHT


def plan_of(world: str) -> Plan:
    """Return the plan of one of the worlds."""
    fleet = WORLDS["matched"].with_parameters(national_grid_power_max=120)
    worlds: dict[str, World] = {**WORLDS, "monthly": MONTHLY, "fleet": fleet}
    return solved(world, lambda: worlds[world])


def moved_work(region: str, workload: str, site: str, power: float) -> Decisions:
    """Move work from day to night, MWh for MWh."""
    route = ("allocation", region, workload, site, "network")
    return {(*route, "day"): -power, (*route, "night"): power * OVER}


DECISIONS: dict[str, tuple[str, Decisions, bool, set[str]]] = {
    # world, changes, whether the grid makes up for them, rules of which one is named
    "work moved between hours": ("certificate", moved_work("coast", "online", "shanghai", 4), True, {"demand_balance"}),
    "waiting work moved without its backlog": (
        "certificate", moved_work("capital", "training", "gansu", 5), True, {"demand_balance"}),
    "backlog without its work": ("certificate", {("backlog", "coast", "training", "day"): -10}, True, {"demand_balance"}),
    "work later than its deadline": (
        "certificate",
        {("backlog", "capital", "training", "day"): 10,
         ("allocation", "capital", "training", "gansu", "network", "day"): -5,
         ("allocation", "capital", "training", "gansu", "network", "night"): 10 / 3.84}, True, {"deadline"}),
    "unserved demand hidden": (
        "certificate", {("unserved_demand", "coast", "online", "day"): -2}, True, {"demand_balance"}),
    "more served than there is room": (
        "certificate",
        {("unserved_demand", "coast", "online", "day"): -5.2,
         ("allocation", "coast", "online", "shanghai", "network", "day"): 5.2}, True, {"site_capacity"}),
    "power moved between hours": (
        "certificate", {("grid_power", "gansu", "day"): -3, ("grid_power", "gansu", "night"): 3 * OVER}, False,
        {"power_balance"}),
    "power from nowhere": ("certificate", {("grid_power", "shanghai", "day"): -1}, False, {"power_balance"}),
    "more power than the fleet may draw": (
        "fleet",
        {("unserved_demand", "capital", "online", "day"): -1,
         ("allocation", "capital", "online", "hebei", "network", "day"): 1}, True, {"national_grid_power_limit"}),
    "certificates beyond the limit": ("certificate", {("certificates", "shanghai"): 1000}, True, {"certificates_limit"}),
    "certificates sold back": ("certificate", {("certificates", "hebei"): -1000}, True, {"certificates"}),
    "certificates used in another month": (
        "monthly",
        {("certificates_of_month", "near", "2025-01"): 900, ("certificates_of_month", "near", "2025-07"): -900}, True,
        {"green_power_share"}),
    "certificates used in two months": (
        "monthly", {("certificates_of_month", "near", "2025-01"): 9000}, True, {"certificates_used"}),
    "missing green energy hidden": (
        "certificate", {("green_shortfall", "shanghai", "year"): -1000}, True, {"green_power_share"}),
    "wind used and sold": ("certificate", {("excess", "gansu", "wind", "day"): 18}, True, {"green_power_availability"}),
    "more wind than blows": (
        "certificate", {("green_power", "gansu", "wind", "day"): 3}, True, {"green_power_availability"}),
    "more wind than may be had": (
        "certificate", {("green_capacity_new", "gansu", "wind"): 10}, True, {"green_capacity_limit"}),
    "energy from an empty store": ("certificate", {("discharge", "hebei", "day"): 1}, True, {"state_of_charge_balance"}),
    "a store without a loss": (
        "certificate", {("charge", "hebei", "night"): -0.5}, True, {"state_of_charge_balance"}),
    "a store that gives more than its power": (
        "certificate",
        {("discharge", "hebei", "day"): 1, ("charge", "hebei", "night"): 2 / 0.9 / 0.92 / 3.84,
         ("state_of_charge", "hebei", "night"): 2 / 0.9, ("storage_energy_new", "hebei"): 2 / 0.9}, True,
        {"discharge_limit"}),
    "a store fed from the grid where it must be green": (
        "matched",
        {("charge", "hebei", "night"): 1, ("state_of_charge", "hebei", "night"): 0.92 * 3.84,
         ("discharge", "hebei", "day"): 0.92 * 3.84 * 0.9 / 2}, True, {"green_charge"}),
    "a store larger than may stand": ("certificate", {("storage_energy_new", "hebei"): 5}, True, {"storage_energy_limit"}),
    "a ramp exceeded through the store": (
        "certificate",
        {("charge", "hebei", "night"): -1, ("state_of_charge", "hebei", "night"): -0.92 * 3.84,
         ("discharge", "hebei", "day"): -0.92 * 3.84 * 0.9 / 2}, True, {"grid_ramp_up", "grid_ramp_down"}),
    "a quarter of a module less": ("certificate", {("modules", "gansu", "intelligent"): -0.25}, True, {"modules"}),
    "a module more than may be built": ("certificate", {("modules", "gansu", "intelligent"): 1}, True, {"modules_max"}),
    "a site opened minus once": ("certificate", {("open", "hebei"): -1}, True, {"open"}),
    "a site opened twice": ("certificate", {("open", "gansu"): 1}, True, {"open"}),
    "a site opened by half": ("certificate", {("open", "gansu"): -0.5}, True, {"open"}),
    "modules where nothing is opened": ("certificate", {("open", "gansu"): -1}, True, {"opened_first"}),
    "indivisible work split": (
        "certificate",
        {("allocation", "capital", "training", site, "network", step): sign * power
         for site, sign in (("gansu", -1), ("hebei", 1)) for step, power in (("day", 8), ("night", 8))}, True,
        {"single_site"}),
    "online traffic on a path that is too slow": (
        "certificate",
        {("path_traffic", "capital", "hebei", "gate", "day"): -4,
         ("path_traffic", "capital", "hebei", "far + pass", "day"): 4}, True, {"class_traffic"}),
    "traffic back on a path that is too slow": (
        "certificate",
        {("return_path_traffic", "capital", "hebei", "gate", "day"): -4,
         ("return_path_traffic", "capital", "hebei", "far + pass", "day"): 4}, True, {"return_class_traffic"}),
    "traffic that is not carried": (
        "certificate", {("path_traffic", "capital", "gansu", "gate + pass", "day"): -2}, True, {"pair_traffic"}),
    "traffic back that is not carried": (
        "certificate", {("return_path_traffic", "capital", "gansu", "gate + pass", "day"): -1}, True, {"return_pair_traffic"}),
    "a link widened by less than it carries": ("certificate", {("link_modules", "gate"): -1}, True, {"link_limit"}),
    "half a module of a link": ("certificate", {("link_modules", "gate"): 0.5}, True, {"link_modules"}),
    "more modules of a link than may be built": ("certificate", {("link_modules", "gate"): 3}, True, {"link_modules_max"}),
}  # fmt: skip
"""Decisions that are changed: by the variable, its index and the difference."""


@pytest.mark.parametrize("kind", DECISIONS)
def test_a_forged_decision_is_found(kind: str) -> None:
    """A decision that breaks a rule is found and named, although all tables, costs and the summary agree with it.

    Proves: rule by rule. Sensitivity: an audit that compares tables with each other only.
    """
    world, changes, is_balanced, rules = DECISIONS[kind]
    plan = plan_of(world)
    assert plan.found(plan.tables(changes, balanced=is_balanced)) & rules


def stored_power_counted(tables: Tables, *, twice: bool) -> Tables:
    """Count what the store of hebei takes when it takes it, and when it gives it as well."""
    energy = float(tables["storage"].query("site == 'hebei'")["charge"].max())
    forged = with_cells(
        tables, "power_supply", "green_power_used", lambda used: used + energy, site="hebei", timestep="night"
    )
    counted = energy * NIGHT
    if not twice:
        given = float(tables["storage"].query("site == 'hebei'")["discharge"].max())
        forged = with_cells(
            forged, "power_supply", "green_power_used", lambda used: used - given, site="hebei", timestep="day"
        )
        counted -= given * DAY
    return greener(forged, counted)


def greener(tables: Tables, energy: float) -> Tables:
    """Let the nation's share be by an energy [MWh/a] greener."""
    nation = {"scope": "national"}
    use = float(tables["green_power_share"].query("scope == 'national'")["green_use"].iloc[0])
    tables = with_cells(tables, "green_power_share", "green_counted", lambda old: old + energy, **nation)
    return with_cells(tables, "green_power_share", "share", lambda old: old + energy / use, **nation)


def unpaid(plan: Plan, tables: Tables, changes: Decisions, category: str) -> Tables:
    """Change decisions without paying for them."""
    return with_old_cost(plan.tables(changes), tables, category)


def emissions_moved(tables: Tables) -> Tables:
    """Move 1,000 t from one site to another."""
    forged = with_cells(tables, "emissions", "emissions", lambda old: old - 1000, site="gansu")
    return with_cells(forged, "emissions", "emissions", lambda old: old + 1000, site="hebei")


def less_water(tables: Tables) -> Tables:
    """Evaporate 1,000 m3 less at gansu, where one costs 3 CNY."""
    forged = with_cells(tables, "facility_load_water", "water", lambda old: old - 1000, site="gansu")
    return with_cost(forged, "water", -3000.0)


TABLES: dict[str, tuple[str, Callable[[Plan, Tables], Tables], set[str]]] = {
    # world, what becomes of the tables, rules of which one is named
    "certificates unpaid": ("certificate", lambda _, t: with_cost(t, "certificates", -100_000), {"certificates"}),
    "a bigger store unpaid": (
        "certificate", lambda p, t: unpaid(p, t, {("storage_energy_new", "hebei"): 1}, "storage"), {"storage"}),
    "a module unpaid": ("certificate", lambda _, t: with_cost(t, "new_compute", -14e6), {"new_compute"}),
    "a site opened for nothing": ("certificate", lambda _, t: with_cost(t, "opening", -3e6), {"opening"}),
    "sold and not bought": (
        "certificate", lambda p, t: unpaid(p, t, {("excess", "hebei", "solar", "day"): 0.5}, "green_power"),
        {"green_power"}),
    "costs moved between categories": (
        "certificate", lambda _, t: with_cost(with_cost(t, "grid_power", -1e6), "water", 1e6), {"grid_power"}),
    "a rebate": ("certificate", lambda _, t: with_cost(t, "rebate", -1e6), {"cost"}),
    "a category of nothing": ("certificate", lambda _, t: with_cost(t, "nothing", 0.0), {"cost"}),
    "bandwidth unpaid": ("certificate", lambda _, t: with_cost(t, "links", -40_000), {"links"}),
    "missing green energy unpaid": ("certificate", lambda _, t: with_cost(t, "green_shortfall", -1e5), {"green_shortfall"}),
    "unserved demand unpaid": ("certificate", lambda _, t: with_cost(t, "unserved", -1e6), {"unserved"}),
    "carbon unpaid": ("certificate", lambda _, t: with_cost(t, "carbon", -1e6), {"carbon"}),
    "stored green power counted when taken": (
        "matched", lambda _, t: stored_power_counted(t, twice=False), {"green_power_used"}),
    "stored green power counted twice": (
        "matched", lambda _, t: stored_power_counted(t, twice=True), {"green_power_used"}),
    "a share overstated": ("certificate", lambda _, t: greener(t, 5000.0), {"national_green_power_share"}),
    "latencies shortened": (
        "certificate", lambda _, t: with_cells(t, "routes", "latency", lambda old: 0.5 * old), {"latency"}),
    "emissions moved between sites": ("certificate", lambda _, t: emissions_moved(t), {"emissions"}),
    "water unreported": ("certificate", lambda _, t: less_water(t), {"water"}),
    "a shorter year": (
        "certificate", lambda _, t: with_cells(t, "time", "timestep_weight", lambda old: 0.99 * old), {"timestep_weight"}),
    "curtailed power hidden": (
        "certificate", lambda _, t: with_cells(t, "power_supply_technology", "curtailed", lambda old: old + 1.0),
        {"curtailed"}),
    "negative power": (
        "certificate", lambda _, t: with_cells(t, "power_supply", "grid_power", lambda old: old - 1000.0, site="gansu"),
        {"grid_power"}),
}  # fmt: skip
"""What is no decision, or is not paid for: cells of the tables."""


@pytest.mark.parametrize("kind", TABLES)
def test_a_forged_table_is_found(kind: str) -> None:
    """A number that no decision stands behind is found and named, the summary written again from it.

    Proves: costs by category, shares, latencies, emissions. Sensitivity: a column or a category nobody recomputes.
    """
    world, forge, rules = TABLES[kind]
    plan = plan_of(world)
    assert plan.found(forge(plan, plan.tables({}))) & rules


CLAIMS: dict[str, tuple[Decisions, dict[str, Any], set[str]]] = {
    # changes, what the summary says of it beside the bound of the true plan, rules of which one is named
    "certificates nobody needs, called optimal": ({("certificates", "hebei"): 5000}, {}, {"gap", "status"}),
    "another plan, called optimal within its gap": (
        {("certificates", "hebei"): 50_000},
        {"gap": "its own"},
        {"status"},
    ),
    "any bound": ({}, {"bound": -1e15}, {"gap", "status"}),
    "a bound above the plan": ({}, {"bound": 8e8}, {"bound"}),
    "no bound": ({}, {"bound": None}, {"status", "gap"}),
    "any gap": ({}, {"gap": 0.5}, {"gap"}),
    "a negative gap": ({}, {"gap": -0.1}, {"gap"}),
    "no gap": ({}, {"gap": None}, {"gap"}),
    "feasible with a gap that is none": ({}, {"status": "feasible", "gap": 0.5}, {"gap"}),
    "infeasible": ({}, {"status": "infeasible"}, {"status"}),
    "a status unheard of": ({}, {"status": "best"}, {"status"}),
}


@pytest.mark.parametrize("kind", CLAIMS)
def test_a_forged_proof_is_found(kind: str) -> None:
    """Status, objective, bound and gap that do not follow from each other and from the tables are found.

    Proves: the gap is reckoned again, and demanded of what is called optimal. Sensitivity: a run believed in what it
    says of itself.
    """
    changes, said, rules = CLAIMS[kind]
    plan = plan_of("certificate")
    tables = plan.tables(changes)
    claims = {"bound": plan.solution.bound, **said}
    if claims.get("gap") == "its own":
        objective = float(tables["cost"]["cost"].sum())
        claims["gap"] = (objective - plan.solution.bound) / objective
    assert plan.found(tables, **claims) & rules


def test_what_is_no_manipulation_passes() -> None:
    """The true plan passes, and so do changes that change no plan.

    Proves: no finding in the plans themselves; a store that holds a little more at all times, within its energy, does
    the same for the same money; a proof that is understated is none too few. Sensitivity: an audit that is too strict.
    """
    for world in (*WORLDS, "monthly"):
        plan = plan_of(world)
        assert plan.found(plan.tables({}), bound=plan.solution.bound) == set()
    plan = plan_of("matched")
    fuller: Decisions = {("state_of_charge", "hebei", step): 1.0 for step in ("day", "night")}
    assert plan.found(plan.tables(fuller)) == set()
    assert plan.found(plan.tables({}), status="feasible") == set()
    assert plan.found(plan.tables({}), status="feasible", bound=None, gap=None) == set()


def test_costs_added_to_the_summary_are_found() -> None:
    """A category that stands in the summary alone is found.

    Proves: no part of the summary has more than the tables give. Sensitivity: a rebate written beside the true costs.
    """
    plan = plan_of("certificate")
    tables = plan.tables({})
    summary = summarise(plan.scenario, tables)
    summary["costs"] = {**summary["costs"], "rebate": -1e6}
    assert [finding.where for finding in audit(plan.scenario, tables, summary)] == ["costs.rebate"]


def test_the_kinds_are_many() -> None:
    """At least the 29 kinds that were tried from outside stand here.

    Proves: the list is not thinned out. Sensitivity: a kind removed because it is inconvenient.
    """
    assert len({*DECISIONS, *TABLES, *CLAIMS}) >= 29 + 20


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"bound": -1e15}, ["gap", "manifest"]),
        ({"gap": 0.5, "status": "feasible"}, ["gap", "manifest"]),
        ({"gap": "wide"}, ["summary"]),
        ({"counts": 3}, ["summary"]),
    ],
)
def test_a_forged_summary_is_found_on_disk(changes: dict[str, Any], names: list[str], tmp_path: Path) -> None:
    """``planner audit`` holds what a run folder says of its proof against its tables and its manifest.

    Proves: the hash of the file is forged as well, and still the run is refused, with exit 11, and the claim named; what
    is no number is a finding and no crash. Sensitivity: a summary believed because its hash is right.
    """
    run = write_run(plan(HAND), tmp_path / "run", drawn=False)
    assert "confirms" in audit_run(run)
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    (run / "summary.json").write_text(json.dumps({**summary, **changes}), encoding="utf-8")
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["summary.json"] = hash_file(run / "summary.json")
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(AuditDisagreedError) as caught:
        audit_run(run)
    assert caught.value.exit_code == 11
    assert {finding.en.split(" [")[0] for finding in caught.value.findings} >= set(names)
