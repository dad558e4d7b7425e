"""Green power share: three accountings, four scopes, all use or that of new capacity.

In ``FIXED`` each of three sites has its own compute type and workload, so that draws and modules are known before any
share asks for green power (peak 2000 h, rest 6760 h):

    site  hub      side  PUE  work [MW]    draw [MW]      new [MW]       stand-in [MW]            committed [MWh]
    near  delta    east  1.5  13.38  9.00  20.07  13.50   3 × 4   = 12   1.5 × 0.60 × 12 = 10.8   3000
    mid   delta    west  1.3   6.00  6.00   7.80   7.80   1 × 3   =  3   1.3 × 0.65 × 3 = 2.535
    far   plateau  west  1.2   8.00  8.00   9.60   9.60   2 × 3.5 =  7   1.2 × 0.70 × 7 = 5.88    5000

By certificates the stand-in is the use of new halls. Hour by hour it is what old halls have no room for, and they have
room for 6.4 (near), 3.75 (mid) and 1.8 MW (far):

    near 1.5 × (6.98, 2.60) = 10.47, 3.90    mid 1.3 × 2.25 = 2.925    far 1.2 × 6.2 = 7.44 MW

Wind is there for more than each site draws, at a premium over the grid of 10 and 36 (near), 14 and 26 (mid), 8 and 14
(far) CNY/MWh at peak and at rest; certificates cost 7, 6 and 5.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.language import written
from planner.models.audit import audit
from planner.pipeline.run import warnings_of
from tests.algebra import Row, altered, compiled, cost_of, plan, price_of, rows_of, rules_found, scenario_of
from tests.worlds import World

HOURS = {"peak": 2000, "rest": 6760}
SITES = {
    # pue, existing, module, modules, usable part, share taken as used, grid price by step, wind, certificate
    "near": ("delta", "east", 1.5, 8, 4, 3, 0.8, 0.6, (520, 494), 530, 7),
    "mid": ("delta", "west", 1.3, 5, 3, 1, 0.75, None, (458, 446), 472, 6),
    "far": ("plateau", "west", 1.2, 2, 3.5, 2, 0.9, 0.7, (404, 398), 412, 5),
}
KIND = {"near": "cpu", "mid": "gpu", "far": "npu"}
FIXED = World(
    features=(
        "time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "facility_load", "power_supply",
        "green_power_share",
    ),
    tables={
        "timestep": [{"timestep": step, "timestep_weight": hours} for step, hours in HOURS.items()],
        "region": [{"region": "city"}],
        "workload": [
            {"workload": "web", "compute_type": "cpu"},
            {"workload": "batch", "compute_type": "gpu"},
            {"workload": "model", "compute_type": "npu"},
        ],
        "compute_type": [{"compute_type": "cpu"}, {"compute_type": "gpu"}, {"compute_type": "npu"}],
        "region_workload": [
            {"region": "city", "workload": "web", "demand": 10},
            {"region": "city", "workload": "batch", "demand": 6},
            {"region": "city", "workload": "model", "demand": 8},
        ],
        "workload_timestep": [
            {"workload": "web", "timestep": "peak", "demand_profile": 1.338},
            {"workload": "web", "timestep": "rest", "demand_profile": 0.9},
        ],
        "site": [
            {"site": site, "hub": hub, "side": side, "pue": pue, "utilisation_max": usable, "utilisation_new": used,
             "certificate_price": certificate}
            for site, (hub, side, pue, _, _, _, usable, used, _, _, certificate) in SITES.items()
        ],
        "site_compute_type": [
            {"site": site, "compute_type": KIND[site], "capacity_existing": existing, "module_size": size,
             "modules_max": 5, "module_cost": 1_000_000}
            for site, (_, _, _, existing, size, *_) in SITES.items()
        ],
        "site_timestep": [
            {"site": site, "timestep": step, "grid_power_price": price}
            for site, entries in SITES.items() for step, price in zip(HOURS, entries[8], strict=True)
        ],
        "technology": [{"technology": "wind"}],
        "site_technology": [
            {"site": site, "technology": "wind", "green_capacity_existing": 40, "green_power_price": entries[9],
             "excess_price": 100}
            for site, entries in SITES.items()
        ],
        "site_technology_timestep": [
            {"site": site, "technology": "wind", "timestep": step, "availability": 0.8}
            for site, step in product(SITES, HOURS)
        ],
    },
)  # fmt: skip
FIXED = FIXED.with_cells("site", "green_energy_committed", {"near": 3000, "far": 5000})
DRAW = {"near": {"peak": 20.07, "rest": 13.5}, "mid": {"peak": 7.8, "rest": 7.8}, "far": {"peak": 9.6, "rest": 9.6}}
STAND_IN = {"near": 10.8, "mid": 2.535, "far": 5.88}
NEW_USE = {
    "near": {"peak": 10.47, "rest": 3.9}, "mid": {"peak": 2.925, "rest": 2.925}, "far": {"peak": 7.44, "rest": 7.44},
}  # fmt: skip
COMMITTED = {"near": 3000, "mid": 0, "far": 5000}
PREMIUM = {"near": {"peak": 10, "rest": 36}, "mid": {"peak": 14, "rest": 26}, "far": {"peak": 8, "rest": 14}}
CERTIFICATE = {"near": 7, "mid": 6, "far": 5}
FREE_COST = sum(
    HOURS[step] * DRAW[site][step] * SITES[site][8][position]
    for site in SITES
    for position, step in enumerate(HOURS)
) + 6_000_000  # fmt: skip

MODES = ("certificate", "matched", "every_timestep")
ON = ("all", "new")
SCOPES = {
    "site": ("green_power_share", "near", ["near"]),
    "hub": ("hub_green_power_share", "delta", ["near", "mid"]),
    "side": ("side_green_power_share", "west", ["mid", "far"]),
    "national": ("national_green_power_share", "", ["near", "mid", "far"]),
}
CASES = list(product(MODES, ON, SCOPES))


def world_of(mode: str, on: str, scope: str, share: float = 0.4) -> World:
    """Return ``FIXED`` with one limit."""
    world = FIXED.with_parameters(green_power_share_mode=mode, green_power_share_on=on)
    if scope == "site":
        return world.with_cells("site", "green_power_share_min", {"near": share})
    if scope == "national":
        return world.with_parameters(national_green_power_share_min=share)
    names = {"hub": ("delta", "plateau"), "side": ("east", "west")}[scope]
    limited = SCOPES[scope][1]
    rows = [{scope: name, f"{scope}_green_power_share_min": share if name == limited else None} for name in names]
    return world.with_rows(scope, rows)


def need(mode: str, on: str, sites: list[str], steps: list[str], share: float) -> float:
    """Green energy that the rule asks for [MWh]: the share of use, and what is committed in these hours."""
    if on == "all":
        return share * sum(HOURS[step] * DRAW[site][step] for site in sites for step in steps)
    used = NEW_USE if mode != "certificate" else {site: dict.fromkeys(HOURS, mw) for site, mw in STAND_IN.items()}
    return sum(HOURS[step] * (share * used[site][step] + COMMITTED[site] / 8760) for site in sites for step in steps)


def cheapest(amount: float, offers: list[tuple[float, float]]) -> float:
    """Cost of an amount from offers of (price, most), the cheapest first."""
    cost = 0.0
    for price, most in sorted(offers):
        taken = min(amount, most)
        cost, amount = cost + price * taken, amount - taken
    assert amount < 1e-6, "the offers are too few"
    return cost


def extra_cost(mode: str, on: str, scope: str, share: float = 0.4) -> float:
    """What the limit costs, in merit order: green power no more than each site draws in each step."""
    sites = SCOPES[scope][2]
    if mode == "certificate":
        return need(mode, on, sites, list(HOURS), share) * min(CERTIFICATE[site] for site in sites)
    windows = [[step] for step in HOURS] if mode == "every_timestep" else [list(HOURS)]
    return sum(
        cheapest(
            need(mode, on, sites, window, share),
            [(PREMIUM[site][step], HOURS[step] * DRAW[site][step]) for site in sites for step in window],
        )
        for window in windows
    )


def test_the_world_is_as_worked_by_hand() -> None:
    """Without a limit nothing green is bought, and modules are as the table above says.

    Proves: the cost of grid power and six modules, on which all differences below rest.
    Sensitivity: any PUE, profile, price or module that differs from the table.
    """
    results = plan(FIXED)
    assert cost_of(FIXED) == pytest.approx(FREE_COST)
    assert results.summary["modules"] == {"near": 3, "mid": 1, "far": 2}
    assert results.summary["green_power_share"] == {"certificate": 0, "matched": 0, "every_timestep": 0}
    assert results.tables["green_power_share"].empty


def test_three_accountings_by_hand() -> None:
    """The site rule on all use at 0.4: 52 560 of near's 131 400 MWh, in three accountings.

    Proves: certificate 52 560 × 7 = 367 920; matched takes all of the peak first, 40 140 × 10 + 12 420 × 36 = 848 520;
    every_timestep 16 056 × 10 + 36 504 × 36 = 1 474 704. Sensitivity: certificates counted in the other two, a
    window of the wrong length.
    """
    costs = [cost_of(world_of(mode, "all", "site")) - FREE_COST for mode in MODES]
    assert costs == pytest.approx([367_920, 848_520, 1_474_704])
    assert [extra_cost(mode, "all", "site") for mode in MODES] == pytest.approx(costs)


@pytest.mark.parametrize(("mode", "on", "scope"), CASES)
def test_every_limit_costs_its_merit_order(mode: str, on: str, scope: str) -> None:
    """Each accounting, on each use, for each scope, costs what its cheapest green power costs.

    Proves: 24 costs by merit order, and that the limit is just met. Sensitivity: sites of another hub or side counted,
    committed energy counted for all use or not spread by weight, PUE or utilisation_new left out.
    """
    world = world_of(mode, on, scope)
    assert cost_of(world) - FREE_COST == pytest.approx(extra_cost(mode, on, scope))
    table = plan(world).tables["green_power_share"]
    assert set(table["scope"]) == {scope}
    assert (table["share"] >= 0.4 - 1e-6).all()
    sites = SCOPES[scope][2]
    windows = [[step] for step in HOURS] if mode == "every_timestep" else [list(HOURS)]
    asked = [need(mode, on, sites, window, 0.4) for window in windows]
    assert (0.4 * table["green_use"] + table["green_owed"]).tolist() == pytest.approx(asked)


@pytest.mark.parametrize(("mode", "on", "scope"), CASES)
def test_shadow_price_is_the_marginal_cost(mode: str, on: str, scope: str) -> None:
    """A MWh more of green energy costs what the last one did.

    Proves: sign, unit and value of every rule's price, as the rise when a scope owes 1 MWh more in a window.
    Sensitivity: prices divided by weight, the sign of a ≥ rule, a price per unit of share.
    """
    rule, name, sites = SCOPES[scope]
    results = plan(world_of(mode, on, scope))
    for window in [[step] for step in HOURS] if mode == "every_timestep" else [list(HOURS)]:
        asked = need(mode, on, sites, window, 0.4)
        if mode == "certificate":
            marginal = min(CERTIFICATE[site] for site in sites)
        else:
            offers = [(PREMIUM[site][step], HOURS[step] * DRAW[site][step]) for site in sites for step in window]
            marginal = cheapest(asked + 1, offers) - cheapest(asked, offers)
        label = window[0] if mode == "every_timestep" else "year"
        index = (label,) if scope == "national" else (name, label)
        assert price_of(results, rule, *index) == pytest.approx(marginal)
    units = results.shadow_prices.set_index("rule").loc[rule, "unit"]
    assert set(np.atleast_1d(units)) == {"CNY per MWh"}


def test_tighter_share_costs_its_price() -> None:
    """From 0.40 to 0.42 the site rule asks for 2628 MWh more, each at the marginal 36.

    Proves: 94 608 CNY/a more for matched. Sensitivity: a share of work in place of draw.
    """
    more = cost_of(world_of("matched", "all", "site", 0.42)) - cost_of(world_of("matched", "all", "site"))
    assert more == pytest.approx(94_608)


def flat(row: Row) -> tuple[dict[str, float], float]:
    """Return a row as ∑ coefficients × variables ≤ bound."""
    if np.isfinite(row.upper):
        return row.coefficients, row.upper
    return {name: -value for name, value in row.coefficients.items()}, -row.lower


@pytest.mark.parametrize(("mode", "on", "scope"), CASES)
def test_algebra(mode: str, on: str, scope: str) -> None:
    """Algebra: all coefficients and the bound of every row, from the table above.

    Proves: share × use - counted ≤ -committed, with weights, PUE, utilisation_new and module sizes; no other column: by
    certificates the use is what is drawn from outside, and what is sold counts for nothing. Sensitivity: any factor,
    any site or step too many or too few.
    """
    rule, name, sites = SCOPES[scope]
    rows = rows_of(compiled(world_of(mode, on, scope)), rule)
    windows = {step: [step] for step in HOURS} if mode == "every_timestep" else {"year": list(HOURS)}
    assert set(rows) == {f"{name},{window}" if name else window for window in windows}
    for window, steps in windows.items():
        expected: dict[str, float] = {}
        for site in sites:
            pue, size, used = SITES[site][2], SITES[site][4], SITES[site][7] or 0.65
            for step in steps:
                expected[f"green_power[{site},wind,{step}]"] = -HOURS[step]
                if on == "all" and mode == "certificate":
                    expected[f"green_power[{site},wind,{step}]"] = (0.4 - 1) * HOURS[step]
                    expected[f"grid_power[{site},{step}]"] = 0.4 * HOURS[step]
                if on == "new" and mode != "certificate":
                    expected[f"new_use[{site},{KIND[site]},{step}]"] = 0.4 * HOURS[step]
                if on == "all" and mode != "certificate":
                    for work in ("web", "batch", "model"):  # routes there are, though a site has one compute type only
                        expected[f"allocation[city,{work},{site},direct,{step}]"] = 0.4 * HOURS[step] * pue
            if mode == "certificate":
                expected[f"certificates[{site}]"] = -1
            if on == "new" and mode == "certificate":
                hours = sum(HOURS[step] for step in steps)
                expected[f"modules[{site},{KIND[site]}]"] = 0.4 * hours * pue * used * size
        coefficients, bound = flat(rows[f"{name},{window}" if name else window])
        assert coefficients == pytest.approx(expected)
        owed = sum(COMMITTED[site] * sum(HOURS[step] for step in steps) / 8760 for site in sites)
        assert bound == pytest.approx(-owed if on == "new" else 0)


@pytest.mark.parametrize(("on", "scope"), list(product(ON, SCOPES)))
def test_stricter_accounting_never_costs_less(on: str, scope: str) -> None:
    """Matching in every timestep is never cheaper than over the year, nor that than certificates.

    Proves: the order of the three costs for every use and scope; on new load of two, since by certificates the use of
    new halls is a stand-in, which may be more than they use. Sensitivity: two modes mixed up.
    """
    certificate, matched, every = (cost_of(world_of(mode, on, scope)) for mode in MODES)
    assert matched <= every + 1e-6
    assert on == "new" or certificate <= matched + 1e-6


@pytest.mark.parametrize(("on", "scope"), list(product(ON, SCOPES)))
def test_accountings_meet_in_one_timestep(on: str, scope: str) -> None:
    """With one timestep, nothing worth selling and no certificates the three accountings are one.

    Proves: equal costs; on new load of the two that do not know the stand-in. Sensitivity: certificate mode that leaves
    out used power, windows of the wrong weight.
    """
    costs = []
    for mode in MODES if on == "all" else MODES[1:]:
        world = world_of(mode, on, scope)
        tables = {k: v for k, v in world.tables.items() if not k.endswith("timestep")}
        world = world.replaced(tables=tables).with_cells("technology", "counts_hourly", {"wind": True})
        world = world.with_cells("site", "grid_power_price", {s: entries[8][0] for s, entries in SITES.items()})
        costs.append(cost_of(world.with_cells("site", "certificate_price", {"*": None})))
    assert costs == pytest.approx([costs[0]] * len(costs))


def selling(mode: str) -> World:
    """Return the site rule where wind at near sells for 525, 5 below what it costs."""
    return world_of(mode, "all", "site").with_cells("site_technology", "excess_price", {"near;wind": 525})


def test_what_is_sold_takes_its_certificate_with_it() -> None:
    """Green power sold unused counts for nothing, unless it is said to leave its certificate here.

    Proves: with an excess price of 525 at near a certificate (7) is bought all the same; where the certificate stays,
    excess (5) is cheaper than it and than use at peak (10): 52 560 × 5 extra. Sensitivity: a power merchant that calls
    itself green by default; excess counted twice.
    """
    kept = selling("certificate").with_parameters(excess_keeps_certificate=True)
    assert cost_of(selling("certificate")) - FREE_COST == pytest.approx(52_560 * 7)
    assert plan(selling("certificate")).summary["energy"]["excess"] == 0
    assert cost_of(kept) - FREE_COST == pytest.approx(52_560 * 5)
    assert plan(kept).summary["energy"]["excess"] == pytest.approx(52_560)
    assert plan(kept).summary["green_power_share"]["certificate"] == pytest.approx(52_560 / 283_824)
    assert plan(kept).sites.set_index("site").loc["near", "green_power_share"] == pytest.approx(0.4)


@pytest.mark.parametrize("mode", MODES[1:])
def test_what_is_sold_is_not_used_in_its_hour(mode: str) -> None:
    """Where green power must be used in its hour, what is sold never counts, certificate or not.

    Proves: the costs without any sale. Sensitivity: excess in the accounting of another mode.
    """
    for world in (selling(mode), selling(mode).with_parameters(excess_keeps_certificate=True)):
        assert cost_of(world) - FREE_COST == pytest.approx(extra_cost(mode, "all", "site"))


def test_a_power_merchant_is_named() -> None:
    """Selling dearer than buying while the certificate stays is said.

    Proves: the note, and none where what is sold counts for nothing. Sensitivity: a merchant's plan without a word.
    """
    dear = world_of("certificate", "all", "site").with_cells("site_technology", "excess_price", {"near;wind": 531})
    told = [
        list(warnings_of(scenario_of(world))) for world in (dear, dear.with_parameters(excess_keeps_certificate=True))
    ]
    assert [any("may trade power" in note for note in notes) for notes in told] == [False, True]


def test_a_flat_contract_counts_by_certificates_only() -> None:
    """Green capacity whose availability is not given by timestep counts for nothing hour by hour.

    Proves: by certificates the flat wind at near serves at a premium of 3 at peak (5 cheaper than any certificate);
    matched, 52 560 MWh come from mid's wind by the hour, for the nation's rule, at its own premiums, and near's is
    named in a note; ``counts_hourly`` has the last word. Sensitivity: a yearly contract made 24/7.
    """
    rows = [row for row in FIXED.tables["site_technology_timestep"] if row["site"] != "near"]
    flat_near = world_of("matched", "all", "site").with_rows("site_technology_timestep", rows)
    with pytest.raises(InfeasibleError):
        plan(flat_near)
    assert any("near wind" in note for note in warnings_of(scenario_of(flat_near)))
    counted = flat_near.with_cells("technology", "counts_hourly", {"wind": True})
    assert cost_of(counted) - FREE_COST == pytest.approx(848_520)
    yearly = flat_near.with_parameters(green_power_share_mode="certificate")
    assert cost_of(yearly) - FREE_COST == pytest.approx(52_560 * 7)
    nobody = world_of("matched", "all", "site").with_cells("technology", "counts_hourly", {"wind": False})
    with pytest.raises(InfeasibleError):
        plan(nobody)


def test_a_hall_that_is_wholly_green_is_green_enough() -> None:
    """Hour by hour the rule on new halls asks for a share of what they use, not of what they might.

    Proves: a hall of 20 MW with 10 MW of work and wind without end keeps 80 %: 0.8 × 12 = 9.6 MW of green power at all
    hours. Sensitivity: the stand-in (0.65 × 20 MW in use) on the right, which asks for 12.48 of 12 MW: infeasible.
    """
    world = world_of("every_timestep", "new", "site", 0.8).with_features(*FIXED.features)
    world = world.with_cells("region_workload", "demand", {"city;batch": 0, "city;model": 0})
    world = world.with_rows(
        "workload_timestep", [{"workload": "web", "timestep": step, "demand_profile": 1} for step in HOURS]
    )
    world = world.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 0})
    world = world.with_cells("site_compute_type", "module_size", {"near;cpu": 20})
    world = world.with_cells("site", "pue", {"near": 1.2}).with_cells("site", "green_energy_committed", {"*": 0})
    for mode in MODES[1:]:
        results = plan(world.with_parameters(green_power_share_mode=mode))
        table = results.tables["green_power_share"]
        assert table["green_use"].sum() == pytest.approx(12 * 8760)
        assert table["share"].tolist() == pytest.approx([0.8] * len(table))
        assert results.summary["green_power_share_new"] == pytest.approx(0.8)


def test_the_true_share_stands_beside_the_stand_in() -> None:
    """By certificates the use of new halls is a stand-in; what they truly use, and its share, stand beside it.

    Proves: near asks for 0.4 × 10.8 × 8760 and 3000 MWh, and gets them; its new halls use 10.47 × 2000 + 3.9 × 6760 =
    47 304 MWh, of which 37 843.2 are green: 0.8. Sensitivity: the share of the stand-in shown as that of the power.
    """
    results = plan(world_of("certificate", "new", "site"))
    row = results.tables["green_power_share"].iloc[0]
    assert row["share"] == pytest.approx(0.4)
    assert row["new_energy"] == pytest.approx(47_304)
    assert row["green_power_share_new"] == pytest.approx(0.4 * 10.8 * 8760 / 47_304)
    used = sum(HOURS[step] * mw for steps in NEW_USE.values() for step, mw in steps.items())
    assert results.summary["green_power_share_new"] == pytest.approx((0.4 * 10.8 * 8760 - 5000) / used)


def test_what_is_committed_comes_when_its_plants_run() -> None:
    """In the mode every_timestep committed energy is spread by what the plants that stand can give.

    Proves: with wind at near of 0.2 at peak and 0.6 at rest, 3000 MWh are owed as 400 to 4056 parts; over the year and
    where no plant stands, by hours. Sensitivity: energy owed in hours without wind.
    """
    shares = {"near;wind;peak": 0.2, "near;wind;rest": 0.6}
    world = world_of("every_timestep", "new", "site", 0.1).with_cells(
        "site_technology_timestep", "availability", shares
    )
    owed = plan(world).tables["green_power_share"].set_index("window")["green_owed"].to_dict()
    parts = {"peak": 0.2 * 2000, "rest": 0.6 * 6760}
    assert owed == pytest.approx({step: 3000 * part / sum(parts.values()) for step, part in parts.items()})
    year = plan(world.with_parameters(green_power_share_mode="matched")).tables["green_power_share"]
    assert year["green_owed"].tolist() == pytest.approx([3000])
    none = world.with_cells("site_technology", "green_capacity_existing", {"near;wind": 0})
    none = none.with_cells("site_technology", "green_capacity_max", {"near;wind": 40})
    owed = plan(none).tables["green_power_share"].set_index("window")["green_owed"].to_dict()
    assert owed == pytest.approx({step: 3000 * hours / 8760 for step, hours in HOURS.items()})


def test_all_limits_given_hold() -> None:
    """A site's and the nation's limits hold beside each other.

    Proves: near's 52 560 certificates at 7 count for the nation's 113 529.6, of which the rest is bought at far for 5.
    Sensitivity: one limit replacing the other, or green power counted for one scope only.
    """
    both = world_of("certificate", "all", "site").with_parameters(national_green_power_share_min=0.4)
    assert cost_of(both) - FREE_COST == pytest.approx(52_560 * 7 + (113_529.6 - 52_560) * 5)


def test_committed_energy_matters_for_new_load_only() -> None:
    """Energy already committed is owed on top where the rule is on new load, and ignored where it is on all.

    Proves: 3000 MWh × 7 CNY more or none. Sensitivity: committed energy subtracted, or counted twice.
    """
    for on, difference in (("all", 0), ("new", 3000 * 7)):
        world = world_of("certificate", on, "site")
        without = world.with_cells("site", "green_energy_committed", {"*": 0})
        assert cost_of(world) - cost_of(without) == pytest.approx(difference, abs=1e-3)


def test_nothing_new_at_a_site() -> None:
    """A site that builds nothing has no new use: its limit asks only for what is committed.

    Proves: with 8 MW existing at mid, 0 MWh of use, 700 MWh owed, 700 × 6 CNY; the share itself is not known.
    Sensitivity: a division by zero, a NaN that fails the audit, a share of existing load.
    """
    world = FIXED.with_parameters(green_power_share_on="new").with_cells("site", "green_power_share_min", {"mid": 0.4})
    world = world.with_cells("site_compute_type", "capacity_existing", {"mid;gpu": 8})
    world = world.with_cells("site", "green_energy_committed", {"mid": 700})
    assert cost_of(world) == pytest.approx(FREE_COST - 1_000_000 + 4_200)
    row = plan(world).tables["green_power_share"].iloc[0]
    assert (row["green_use"], row["green_owed"]) == pytest.approx((0, 700))
    assert np.isnan(row["share"])


def test_committed_energy_that_cannot_be_had() -> None:
    """A site that can neither build nor have green power cannot keep what is committed.

    Proves: infeasible, though the rule has no variable at all. Sensitivity: rules without variables dropped.
    """
    world = FIXED.with_parameters(green_power_share_on="new", green_power_share_mode="matched")
    world = world.with_cells("site", "green_power_share_min", {"mid": 0.4})
    world = world.with_cells("site", "green_energy_committed", {"mid": 700})
    world = world.with_cells("site_compute_type", "capacity_existing", {"mid;gpu": 8})
    world = world.with_cells("site_compute_type", "modules_max", {"mid;gpu": 0})
    world = world.with_cells("site_technology", "green_capacity_existing", {"mid;wind": 0})
    with pytest.raises(InfeasibleError, match="green_power_share"):
        plan(world)


def test_new_needs_site_expansion() -> None:
    """A rule on new load without the feature that makes it is refused.

    Proves: the fault says which feature to list. Sensitivity: a rule on nothing, which always holds.
    """
    world = world_of("certificate", "new", "site")
    world = world.with_cells("site_compute_type", "capacity_existing", {"*": 30})
    with pytest.raises(InvalidInputError, match="site_expansion"):
        scenario_of(world.with_features(*(name for name in world.features if name != "site_expansion")))


@pytest.mark.parametrize(("scope", "mode", "on"), list(product(("hub", "side"), MODES, ON)))
def test_a_limit_for_no_site_is_said_and_changes_nothing(scope: str, mode: str, on: str) -> None:
    """A hub or side that no site names has nothing to limit.

    Proves: the plan without a limit, and a warning that names it. Sensitivity: 0 ≥ 0, which Pyomo refuses as trivial.
    """
    world = FIXED.with_parameters(green_power_share_mode=mode, green_power_share_on=on)
    names = {"hub": ("delta", "plateau", "empty"), "side": ("east", "west", "empty")}[scope]
    rows = [{scope: name, f"{scope}_green_power_share_min": 0.9 if name == "empty" else None} for name in names]
    world = world.with_rows(scope, rows)
    assert cost_of(world) == pytest.approx(FREE_COST)
    assert any("empty" in warning for warning in warnings_of(scenario_of(world)))


def test_a_share_of_zero_is_a_limit_that_is_met() -> None:
    """A share of 0 asks for nothing, but is reported.

    Proves: the free plan, with a row in the table. Sensitivity: a test for truth in place of one for being given.
    """
    world = world_of("matched", "all", "national", 0.0)
    assert cost_of(world) == pytest.approx(FREE_COST)
    assert plan(world).tables["green_power_share"]["scope"].tolist() == ["national"]


@pytest.mark.parametrize(("mode", "on", "scope"), CASES)
def test_audit_checks_by_itself(mode: str, on: str, scope: str) -> None:
    """A plan made for a share of 0.4 fails one of 0.5, by the name of its rule and no other.

    Proves: the audit's own accounting of every mode, use and scope. Sensitivity: a rule that is not checked, or
    checked in another accounting.
    """
    results = plan(world_of(mode, on, scope))
    assert rules_found(results) == set()
    stricter = scenario_of(world_of(mode, on, scope, 0.5))
    found = audit(stricter, results.tables, results.summary)
    assert {finding.rule for finding in found} == {SCOPES[scope][0]}
    assert any("above the limit" in written(finding.problem) for finding in found)


@pytest.mark.parametrize(("mode", "other"), [("certificate", "matched"), ("matched", "every_timestep")])
def test_audit_tells_accountings_apart(mode: str, other: str) -> None:
    """A plan by one accounting does not pass for a stricter one.

    Proves: findings for the rule. Sensitivity: the accounting read from the tables in place of the scenario.
    """
    results = plan(world_of(mode, "all", "site"))
    found = audit(scenario_of(world_of(other, "all", "site")), results.tables, results.summary)
    assert any(f.rule == "green_power_share" and "above the limit" in written(f.problem) for f in found)


FAULTS: list[tuple[str, Any]] = [
    ("share_min", 0.39),
    ("green_counted", lambda old: old * 1.001),
    ("green_counted", float("nan")),
    ("green_use", lambda old: old * 0.999),
    ("green_owed", lambda old: old + 1),
    ("share", lambda old: old + 1e-3),
    ("share", float("nan")),
    ("mode", "matched "),
    ("on", "everything"),
    ("name", "elsewhere"),
    ("window", "month"),
]


@pytest.mark.parametrize(
    ("mode", "scope"), [("certificate", "site"), ("matched", "hub"), ("every_timestep", "national")]
)
@pytest.mark.parametrize(("column", "value"), FAULTS)
def test_planted_faults_are_found(mode: str, scope: str, column: str, value: Any) -> None:
    """Every column of the table is checked.

    Proves: a small change, an empty cell or another word is found. Sensitivity: columns that nobody compares.
    """
    results = plan(world_of(mode, "new", scope))
    rules = rules_found(results, altered(results.tables, "green_power_share", column, value))
    assert rules & {SCOPES[scope][0], "green_power_share"}


@pytest.mark.parametrize("change", ["lost", "double"])
def test_every_row_stands_once(change: str) -> None:
    """A row too few or too many is a finding.

    Proves: both are found. Sensitivity: a look-up that takes the first of two.
    """
    results = plan(world_of("every_timestep", "all", "site"))
    table = results.tables["green_power_share"]
    changed = table.iloc[1:] if change == "lost" else table.iloc[[0, 0, 1]]
    assert "green_power_share" in rules_found(results, {**results.tables, "green_power_share": changed})


def test_green_power_that_is_only_said_to_be_used_is_found() -> None:
    """Green power moved into the right step in the table of use, and in the share, does not pass.

    Proves: what is used and what is matched must be what the technologies gave in that step. Sensitivity: the matched share resting on
    a column that nobody confirms.
    """
    results = plan(world_of("matched", "all", "site"))
    tables = results.tables
    for column in ("green_power_used", "green_power_matched"):
        tables = altered(tables, "power_supply", column, lambda old: old + 1.0, site="near")
    tables = altered(tables, "green_power_share", "green_counted", lambda old: old + 8760)
    tables = altered(tables, "green_power_share", "share", lambda old: old + 8760 / 131_400)
    assert rules_found(results, tables) == {"green_power_used", "green_power_matched", "green_power_share"}


def monthly(world: World) -> World:
    """Return a world whose peak is in January and whose rest is in July, its share reckoned by month."""
    times = {"peak": "2025-01-15T08:00", "rest": "20250701T0000"}
    return world.with_parameters(green_power_share_window="month").with_cells("timestep", "time", times)


MONTHLY = monthly(world_of("certificate", "all", "site").with_cells("site", "certificates_max", {"near": 40_000}))
"""In January 16 056 MWh must be green, in July 36 504, by 40 000 certificates at 7 and wind at 10 (peak) and 36 (rest)."""


def test_months_by_hand() -> None:
    """A share by month holds in January and in July, each by itself.

    Proves: in the mode matched what every_timestep costs here, for each month is one timestep: 1 474 704 CNY/a, where
    the year costs 848 520; the windows are named 2025-01 and 2025-07, the second written in ISO's basic form.
    Sensitivity: a month cut from the text, a window that is the whole year.
    """
    world = monthly(world_of("matched", "all", "site"))
    assert cost_of(world) - FREE_COST == pytest.approx(1_474_704)
    table = plan(world).tables["green_power_share"].set_index("window")
    assert table["share"].to_dict() == pytest.approx({"2025-01": 0.4, "2025-07": 0.4})
    assert price_of(plan(world), "green_power_share", "near", "2025-01") == pytest.approx(10)
    assert price_of(plan(world), "green_power_share", "near", "2025-07") == pytest.approx(36)


def test_certificates_are_used_once() -> None:
    """A certificate serves the month it is used in, and no other.

    Proves: 36 504 go to July, where wind is dearest, the other 3496 to January, which takes 12 560 MWh of wind at 10:
    280 000 + 125 600 CNY/a; one more would save 3 CNY. Sensitivity: all 40 000 counted in each month (no wind needed),
    or certificates by the hours of a month.
    """
    results = plan(MONTHLY)
    assert cost_of(MONTHLY) - FREE_COST == pytest.approx(280_000 + 125_600)
    used = results.tables["green_power_share_certificates"].set_index(["site", "window"])["certificates_of_month"]
    assert used["near", "2025-07"] == pytest.approx(36_504)
    assert used["near", "2025-01"] == pytest.approx(3_496)
    assert price_of(results, "certificates_limit", "near") == pytest.approx(3)
    assert price_of(results, "certificates_used", "near") == pytest.approx(10)
    rows = rows_of(compiled(MONTHLY), "certificates_used")
    assert rows["near"].coefficients == {
        "certificates_of_month[near,2025-01]": 1, "certificates_of_month[near,2025-07]": 1, "certificates[near]": -1,
    }  # fmt: skip
    assert rows["near"].upper == 0


def test_algebra_of_a_month() -> None:
    """Algebra: the month's use, and the month's green power and certificates, by its own weights.

    Proves: no column of the other month in January's row, and no year's certificates. Sensitivity: energies of a year.
    """
    coefficients, bound = flat(rows_of(compiled(MONTHLY), "green_power_share")["near,2025-01"])
    drawn = {"grid_power[near,peak]": 0.4 * 2000, "green_power[near,wind,peak]": (0.4 - 1) * 2000}
    assert coefficients == pytest.approx({**drawn, "certificates_of_month[near,2025-01]": -1})
    assert bound == 0


def test_months_without_certificates() -> None:
    """Where no site has certificates a month's share is of green power alone.

    Proves: the plan, and its audit, of an empty set of certificates: 16 056 × 10 + 36 504 × 36.
    Sensitivity: a table that cannot be empty.
    """
    world = MONTHLY.with_cells("site", "certificate_price", {"*": None})
    assert cost_of(world) - FREE_COST == pytest.approx(1_474_704)


def test_a_month_needs_times_and_a_longer_window() -> None:
    """A timestep without a time has no month, and a share in every timestep none but it.

    Proves: both are refused before solving. Sensitivity: a month of "", a window that is not used.
    """
    timeless = MONTHLY.with_cells("timestep", "time", {"*": None})
    with pytest.raises(InvalidInputError, match="month of some timesteps is not known"):
        scenario_of(timeless)
    with pytest.raises(InvalidInputError, match="not over a month"):
        scenario_of(MONTHLY.with_parameters(green_power_share_mode="every_timestep"))


@pytest.mark.parametrize("factor", [1.001, -1.0, float("nan")])
@pytest.mark.parametrize("window", ["2025-01", "2025-07"])
def test_certificates_of_a_month_are_audited(window: str, factor: float) -> None:
    """Each month's certificates are checked against what is counted and what is owned.

    Proves: a small change, a turned sign and an empty cell; more than is owned is certificates_used.
    Sensitivity: a table nobody reads.
    """
    results = plan(MONTHLY)
    assert rules_found(results) == set()
    table, column = "green_power_share_certificates", "certificates_of_month"
    tables = altered(results.tables, table, column, lambda old: old * factor, site="near", window=window)
    found = rules_found(results, tables)
    assert "green_power_share" in found
    assert factor != 1.001 or window == "2025-01" or "certificates_used" in found
