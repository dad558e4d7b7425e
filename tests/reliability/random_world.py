"""Random scenarios that keep to the schema and to nothing else: any features, any gaps, any magnitudes.

Not small worlds for an oracle but odd ones for the line: no route, no capacity, no technology, zero demand, no
coordinates, points that coincide, numbers at the ends of what a cell may hold.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product
from typing import Any

from planner.models.declarations import feature_modules
from tests.worlds import Rows, World

PRICED = frozenset({"unserved_price", "grid_power_price", "certificate_price"})
EXTREMES = (1e-12, 1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9, 1e12)
PLACES = (
    (121.5, 31.2), (116.4, 39.9), (107.6, 35.7), (121.5, 31.2), (106.6, 26.6), (87.6, 43.8), (113.3, 23.1),
    (180.0, 0.0), (-180.0, 0.0), (0.0, 90.0), (0.0, -90.0), (-58.5, -31.2), (0.0, 0.0), (121.5000001, 31.2),
)  # fmt: skip
"""Chinese cities, two of them the same, and the corners of the globe; one is the antipode of the first."""
SCALED, WILD = 0.2, 0.3
"""Cumulated shares of the scenarios that are very large or small throughout, and of those that mix both."""
NEVER = frozenset({"representative_days", "pathway", "uncertainty"})
"""Not chosen: the first is made by the planner from a year of hours, with the tables that say how well; the others make
several years of a world, and each of these is a world without them."""
LATER = frozenset({"policy_targets", "backbone", "residency", "direct_connection", "disaster_recovery", "hub_outage"})
"""Drawn by dice of their own after all else, so that the worlds of the seeds before them stay what they were."""
MODES = ("certificate", "matched", "every_timestep")
LOOKS_BACK = frozenset({"storage", "flexible_workloads", "grid_limits"})
Row = dict[str, Any]


@dataclass
class Dice:
    """Random choices, and the magnitudes of one scenario."""

    source: random.Random
    load: float = 1.0
    """What loads and capacities are multiplied by."""
    money: float = 1.0
    wild: float = 0.0
    """Share of the numbers that are extreme."""

    def happens(self, chance: float) -> bool:
        """Return true with a probability."""
        return self.source.random() < chance

    def whole(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return self.source.randint(low, high)

    def pick(self, options: Any) -> Any:
        """Return one of several."""
        return self.source.choice(list(options))

    def number(self, low: float, high: float) -> float:
        """Return a plain number of three digits."""
        return float(f"{self.source.uniform(low, high):.3g}")

    def megawatts(self, low: float, high: float) -> float:
        """Return a load or a capacity."""
        return self._sized(self.number(low, high), self.load)

    def price(self, low: float, high: float) -> float:
        """Return a price or a cost."""
        return self._sized(self.number(low, high), self.money)

    def _sized(self, value: float, scale: float) -> float:
        if self.wild and self.happens(self.wild):
            return float(self.pick(EXTREMES))
        return 0.0 if value == 0.0 else float(f"{min(max(value * scale, 1e-12), 1e12):.6g}")


def is_wild(seed: int) -> bool:
    """Return whether a scenario mixes numbers of any legal size, which may leave a plan that cannot be proved best."""
    return SCALED <= random.Random(seed).random() < WILD  # noqa: S311 - no secrets


def random_world(seed: int) -> World:
    """Return the scenario of a seed; its tables may name features it does not list."""
    dice = Dice(random.Random(seed))  # noqa: S311 - no secrets
    size = dice.source.random()
    if is_wild(seed):
        dice.wild = 0.08
    elif size < SCALED:
        dice.load, dice.money = 10.0 ** dice.whole(-6, 6), 10.0 ** dice.whole(-6, 5)
    features = _features(dice)
    names = {
        "region": [f"r{i}" for i in range(dice.whole(1, 4))],
        "workload": [f"k{i}" for i in range(dice.whole(1, 4))],
        "site": [f"s{i}" for i in range(dice.whole(1, 4))],
        "timestep": [f"t{i}" for i in range(dice.whole(1, 4))] if dice.happens(0.7) else [],
        "compute_type": [f"c{i}" for i in range(dice.whole(1, 2))],
        "technology": [f"g{i}" for i in range(dice.whole(0, 2))],
        "hub": ["h0", "h1"],
        "side": ["east", "west"],
    }
    tables: dict[str, Rows] = {
        **_time(dice, names, features), **_asked(dice, names, features), **_places(dice, names, features)
    }  # fmt: skip
    if "site_capacity" in features:
        tables |= _capacity(dice, names)
    if "power_supply" in features:
        tables |= _supply(dice, names)
    if "traffic" in feature_modules() and dice.happens(0.7):
        _carry(dice, tables, names)
    parameters = _parameters(dice, features, tables["timestep"])
    hours = sum(row["timestep_weight"] for row in tables["timestep"]) if names["timestep"] else 8760.0
    minimise = _minimise(dice, features)
    if "emissions" not in features:
        for row in tables["site"]:
            row.pop("emission_factor", None)
    _know_latencies(dice, tables, names, minimise)
    features = _with_targets(seed, features, tables, names)
    features = _with_backbone(seed, dice.load, features, tables)
    if "policy_targets" in features:
        parameters |= _more_targets(seed, features, tables)
    parameters |= _details(seed, features, tables)
    features = _with_zones(seed, features, tables, names)
    features = _with_plants(seed, features, tables, names)
    features = _with_standby(seed, features, tables)
    _with_places(seed, tables, names)
    parameters |= _with_embodied(seed, features, tables)
    features = _with_outages(seed, features, tables, names)
    _cut_links(seed, features, tables)
    if "disaster_recovery" in features:
        parameters |= _domains(seed, tables)
    return World(
        tables={name: rows for name, rows in tables.items() if rows},
        features=features,
        parameters=parameters,
        minimise=minimise,
        hours=float(hours) or 8760.0,
        solver={} if dice.happens(0.8) else {"tie_break": dice.happens(0.5), "mip_gap": dice.pick([0.0, 1e-3])},
    )


def _features(dice: Dice) -> tuple[str, ...]:
    """Return a random subset that holds all it requires; one in three is everything there is."""
    modules = {name: module for name, module in feature_modules().items() if name not in NEVER | LATER}
    chosen = {"allocation", *(name for name in modules if dice.happens(0.4))}
    if dice.happens(0.35):
        chosen = set(modules)
    while needed := {need for name in chosen for need in modules[name].REQUIRES} - chosen:
        chosen |= needed
    names = [name for name in modules if name in chosen]
    dice.source.shuffle(names)
    return tuple(names)


def _with_targets(
    seed: int, features: tuple[str, ...], tables: dict[str, Rows], names: dict[str, list[str]]
) -> tuple[str, ...]:
    """Give two in five of the scenarios that may build a target for a side, and return their features."""
    dice = Dice(random.Random(f"{seed}:policy_targets"))  # noqa: S311 - no secrets
    if "site_expansion" not in features or not dice.happens(0.4):
        return features
    tables.setdefault("side", [{"side": name} for name in names["side"]])[0]["side_share_new_min"] = dice.number(0, 0.6)
    return (*features, "policy_targets")


def _with_backbone(seed: int, load: float, features: tuple[str, ...], tables: dict[str, Rows]) -> tuple[str, ...]:
    """Give two in five of the scenarios whose work has traffic a network, and return their features."""
    dice = Dice(random.Random(f"{seed}:backbone"), load)  # noqa: S311 - no secrets
    if "traffic" not in features or not dice.happens(0.4):
        return features
    nodes = [f"n{i}" for i in range(dice.whole(1, 4))]
    tables["node"] = [{"node": name} for name in nodes]
    for row in (*tables["region"], *tables["site"]):
        row["node"] = dice.pick(nodes)
    for row in tables["workload"]:
        row |= {"traffic_per_mw": dice.pick([0, dice.number(0, 3)]), "return_traffic_per_mw": dice.pick([0, 0, 0.5])}
    for row in tables.get("region_site", []):
        row.pop("latency", None)
    pairs = [pair for pair in product(nodes, nodes) if pair[0] != pair[1]]
    links: Rows = []
    for number, (begin, end) in enumerate(pair for pair in pairs for _ in range(dice.pick([0, 1, 1, 2]))):
        row = {
            "link": f"l{number}",
            "from": begin,
            "to": end,
            dice.pick(["link_latency", "link_length"]): dice.number(0, 9),
        }
        row["link_capacity_existing"] = dice.pick([0, dice.megawatts(1, 90)])
        if dice.happens(0.3):
            row["link_capacity_existing_back"] = dice.pick([0, dice.megawatts(1, 90)])
        if dice.happens(0.4):
            row |= {"link_module_size": dice.megawatts(1, 30), "link_modules_max": dice.pick([0, 1, 3, 1000])}
            row["link_module_cost"] = dice.price(0, 1e6)
        if dice.happens(0.3):
            row |= {"link_price": dice.price(0, 0.1), "link_utilisation_max": dice.number(0, 1)}
        links.append(row)
    tables["link"] = links or [{"link": "l0", "from": nodes[0], "to": nodes[-1], "link_latency": 1}]
    if len(nodes) == 1 or not links:
        return features  # a link ends at another node than it begins at; the tables stand there unused
    return (*features, "backbone")


def _more_targets(seed: int, features: tuple[str, ...], tables: dict[str, Rows]) -> dict[str, Any]:
    """Give some of those that have a target others beside it, loose as well as tight; return the scalars."""
    dice = Dice(random.Random(f"{seed}:more_targets"))  # noqa: S311 - no secrets
    given: dict[str, Any] = {}
    for name, high in (("hubs_share_new_min", 1.0), ("west_share_min", 0.5)):
        if dice.happens(0.2):
            given[name] = dice.pick([0, dice.number(0, high)])
    for row in tables["compute_type"]:
        if dice.happens(0.2):
            row["hubs_share_new_min"] = dice.number(0, 1)
        if dice.happens(0.2):
            row |= {"pflops_per_mw": dice.number(1, 500), "compute_min": dice.number(1, 5000)}
    for row in tables["site_compute_type"]:
        if dice.happens(0.1):
            row["capacity_max"] = row["capacity_existing"] + dice.megawatts(0, 50)
    return given | _quotas(dice, features, tables)


def _quotas(dice: Dice, features: tuple[str, ...], tables: dict[str, Rows]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if "facility_load" in features and dice.happens(0.2):
        given["national_pue_max_new"] = dice.number(1, 1.8)
    if "power_supply" not in features:
        return given
    for row in tables["site"]:
        if dice.happens(0.1):
            row["energy_max"] = dice.megawatts(1e4, 1e6)
    if dice.happens(0.2):
        given["national_energy_max"] = dice.megawatts(1e4, 3e6)
    return {**given, "energy_max_on": dice.pick(["site_draw", "grid"])}


def _details(seed: int, features: tuple[str, ...], tables: dict[str, Rows]) -> dict[str, Any]:
    """Give some scenarios details of plant and price, by dice of their own; return the scalars."""
    dice = Dice(random.Random(f"{seed}:details"))  # noqa: S311 - no secrets
    given = {}
    if "site_expansion" in features and dice.happens(0.25):
        given["sites_max"] = dice.whole(0, 3)
    for row in tables["site"] if "power_supply" in features else ():
        if dice.happens(0.2):
            row["demand_charge"] = dice.pick([0, dice.number(100, 60_000)])
        if "grid_power_max" in row and dice.happens(0.5):
            row |= {"grid_power_max_new": dice.number(0, 50), "grid_power_new_cost": dice.number(0, 1e5)}
    _more_details(seed, tables)
    _with_factors(seed, tables)
    return given


def _with_factors(seed: int, tables: dict[str, Rows]) -> None:
    """Give one in four of the scenarios work that is another load at some sites."""
    dice = Dice(random.Random(f"{seed}:work_factor"))  # noqa: S311 - no secrets
    if dice.happens(0.25):
        pairs = product(tables["workload"], tables["site"])
        rows = [{"workload": k["workload"], "site": s["site"]} for k, s in pairs if dice.happens(0.5)]
        tables["workload_site"] = [{**row, "work_factor": dice.number(0.5, 2)} for row in rows]


def _with_places(seed: int, tables: dict[str, Rows], names: dict[str, list[str]]) -> None:
    """Give one in four of the scenarios work that is done somewhere today, and some that cost or may not move."""
    dice = Dice(random.Random(f"{seed}:allocation_existing"))  # noqa: S311 - no secrets
    if not dice.happens(0.25):
        return
    today = {
        (r, k, s): dice.number(0.05, 1 / len(names["site"]))
        for r, k, s in product(names["region"], names["workload"], names["site"])
        if dice.happens(0.4)
    }
    keys = ("region", "workload", "site")
    rows = {tuple(row[key] for key in keys): row for row in tables.setdefault("region_workload_site", [])}
    for place, share in today.items():
        if place not in rows:
            rows[place] = dict(zip(keys, place, strict=True))
            tables["region_workload_site"].append(rows[place])
        rows[place]["allocation_existing"] = share
    for row in tables["workload"]:
        row |= {"move_cost": dice.pick([0, dice.price(0, 1e6)]), "move_max": dice.pick([None, 1, dice.number(0.3, 1)])}


def _cut_links(seed: int, features: tuple[str, ...], tables: dict[str, Rows]) -> None:
    """Let some outages of scenarios with a network take links, whole or in part."""
    dice = Dice(random.Random(f"{seed}:link_outage"))  # noqa: S311 - no secrets
    if "backbone" in features and "hub_outage" in features and tables.get("outage"):
        tables["link_outage"] = [
            {"link": link["link"], "outage": outage["outage"], "capacity_lost": dice.pick([1, dice.number(0, 1)])}
            for link, outage in product(tables["link"], tables["outage"])
            if dice.happens(0.2)
        ]


def _with_embodied(seed: int, features: tuple[str, ...], tables: dict[str, Rows]) -> dict[str, Any]:
    """Give one in four of the scenarios with emissions what making things emits; return the scalars."""
    dice = Dice(random.Random(f"{seed}:embodied_emissions"))  # noqa: S311 - no secrets
    if "emissions" not in features or not dice.happens(0.25):
        return {}
    stores = [row for row in tables["site"] if "charge_efficiency" in row]
    for row in (*tables.get("site_compute_type", ()), *tables.get("site_technology", ()), *stores):
        if dice.happens(0.5):
            row["embodied_emissions"] = dice.number(0, 80)
    return {"embodied_in_total": dice.happens(0.5), "emissions_budget": dice.pick([1e12, dice.number(1e3, 1e9)])}


def _more_details(seed: int, tables: dict[str, Rows]) -> None:
    """Give some stores losses, a depth and hours, some halls hardware, some contracts units and a share to be paid for."""
    dice = Dice(random.Random(f"{seed}:more_details"))  # noqa: S311 - no secrets
    _more_of_stores(dice, [row for row in tables["site"] if "charge_efficiency" in row])
    for row in tables.get("site_compute_type", ()):
        if "discount_rate" in row and dice.happens(0.3):
            row |= {"hardware_cost": dice.number(0, 1e7), "hardware_lifetime": dice.number(1, 8)}
    for row in tables.get("site_technology", ()):
        if row.get("green_capacity_max") and dice.happens(0.2):
            row["green_capacity_unit"] = dice.number(0.5, 10)
        if row.get("green_capacity_existing") and dice.happens(0.2):
            row["take_or_pay"] = dice.pick([1, dice.number(0.1, 1)])


def _more_of_stores(dice: Dice, stores: Rows) -> None:
    for row in stores:
        if dice.happens(0.3):
            row["storage_loss"] = dice.pick([0, 1, dice.number(0, 0.05)])
        if dice.happens(0.3):
            row["storage_depth"] = dice.number(0.5, 1)
        if "storage_energy_max" in row and dice.happens(0.3):
            row["storage_hours_min"] = dice.number(0.05, 1)
            row["storage_hours_max"] = dice.number(1, 8)


def _with_zones(
    seed: int, features: tuple[str, ...], tables: dict[str, Rows], names: dict[str, list[str]]
) -> tuple[str, ...]:
    """Give one in four of the scenarios zones, levels of protection and agreements, and return their features."""
    dice = Dice(random.Random(f"{seed}:residency"))  # noqa: S311 - no secrets
    if not dice.happens(0.25):
        return features
    zones = ["z0", "z1"]
    members: Rows = [
        {"site": site, "zone": zone, "member": site == names["site"][0] or dice.happens(0.6)}
        for site in names["site"]
        for zone in zones
    ]
    tables |= {"zone": [{"zone": zone} for zone in zones], "site_zone": members}
    for row in (*tables["workload"], *tables["region_workload"]):
        if dice.happens(0.2):
            row["residency"] = dice.pick(zones)
    for row in (*tables["workload"], *tables["site"]):
        if dice.happens(0.2):
            row["security_level"] = dice.whole(0, 5 if "site" in row else 2)
    for kind in ("site", "hub", "side"):
        agreed: Rows = [
            {"region": r, "workload": k, kind: dice.pick(names[kind])}
            for r, k in product(names["region"], names["workload"])
            if dice.happens(0.1)
        ]
        for row in agreed:
            row[f"agreed_share_{dice.pick(['min', 'max'])}"] = dice.pick([0, dice.number(0, 0.5), 1])
        tables[f"region_workload_{kind}"] = agreed
    return (*features, "residency")


def _with_plants(
    seed: int, features: tuple[str, ...], tables: dict[str, Rows], names: dict[str, list[str]]
) -> tuple[str, ...]:
    """Give one in four of the scenarios with power ratios of direct connection and a plant that sites share."""
    dice = Dice(random.Random(f"{seed}:direct_connection"))  # noqa: S311 - no secrets
    if "power_supply" not in features or not dice.happens(0.25):
        return features
    for row in tables["technology"]:
        row["direct"] = dice.happens(0.5)
    direct = {row["technology"] for row in tables["technology"] if row["direct"]}
    most = {}
    for row in tables["site_technology"]:
        most[row["site"], row["technology"]] = row.get("green_capacity_max", row["green_capacity_existing"])
    joined = {site for (site, technology), size in most.items() if technology in direct and size > 0}
    tables["technology"].append({"technology": "joint", "counts_hourly": dice.happens(0.7)})
    plant: Row = {"plant": "p0", "technology": "joint", "green_capacity_existing": dice.megawatts(0, 30)}
    if dice.happens(0.7):
        plant |= {"green_capacity_max": plant["green_capacity_existing"] + dice.megawatts(0, 30)}
        plant |= {"green_capacity_cost": dice.price(0, 1e6), "availability": dice.pick([0, 1, dice.number(0, 1)])}
    lines: Rows = [
        {"site": site, "plant": "p0", "connected": number == 0 or dice.happens(0.5)}
        for number, site in enumerate(names["site"])
    ]
    for row in (*(row for row in tables["site"] if row["site"] in joined), plant):
        for name in ("self_use_share_min", "export_share_max", "self_supply_share_min"):
            if dice.happens(0.15):
                row[name] = dice.number(0, 1 if name == "export_share_max" else 0.5)
    for row in lines:
        if dice.happens(0.3):
            row["private_line_cost"] = dice.price(0, 1e7)
    tables |= {"plant": [plant], "site_plant": lines}
    return (*features, "direct_connection")


def knows_latencies(tables: dict[str, Rows]) -> bool:
    """Return whether every latency is known, since some work has a limit on it."""
    return any({"latency_max", "latency_max_rtt"} & row.keys() for row in tables["workload"])


def _with_standby(seed: int, features: tuple[str, ...], tables: dict[str, Rows]) -> tuple[str, ...]:
    """Give one in five of the scenarios that have capacity standby for some work, and return their features."""
    dice = Dice(random.Random(f"{seed}:disaster_recovery"))  # noqa: S311 - no secrets
    if "site_capacity" not in features or not dice.happens(0.2):
        return features
    for row in tables["workload"]:
        if dice.happens(0.6):
            row["standby_share"] = dice.pick([0, dice.number(0, 0.5), 1])
            row["standby_power_share"] = dice.pick([0, dice.number(0, 1)])
        if dice.happens(0.2) and knows_latencies(tables):
            row["standby_latency_max"] = dice.number(2, 60)
    return (*features, "disaster_recovery")


def _with_outages(
    seed: int, features: tuple[str, ...], tables: dict[str, Rows], names: dict[str, list[str]]
) -> tuple[str, ...]:
    """Give one in five of the scenarios that have capacity outages and protected work, and return their features."""
    dice = Dice(random.Random(f"{seed}:hub_outage"))  # noqa: S311 - no secrets
    if "site_capacity" not in features or not dice.happens(0.2):
        return features
    for row in tables["workload"]:
        if dice.happens(0.6):
            row["protected_share"] = dice.pick([0, dice.number(0, 0.3), dice.number(0, 1)])
        if dice.happens(0.2) and knows_latencies(tables):
            row["outage_latency_max"] = dice.number(2, 60)
    for row in tables["site"]:
        if dice.happens(0.2):
            row["outage_utilisation_max"] = dice.number(0, 1)
    if dice.happens(0.5):
        outages = ["o0", "o1"]
        tables |= {
            "outage": [{"outage": outage} for outage in outages],
            "site_outage": [
                {"site": site, "outage": outage, "capacity_lost": dice.pick([1, dice.number(0.01, 1)])}
                for outage in outages
                for site in names["site"]
                if site == names["site"][0] or dice.happens(0.4)
            ],
        }
    return (*features, "hub_outage")


def _domains(seed: int, tables: dict[str, Rows]) -> dict[str, Any]:
    """Return what is lost together: hubs, sites, or circles where every site has a place."""
    dice = Dice(random.Random(f"{seed}:failure_domain"))  # noqa: S311 - no secrets
    if all("longitude" in row for row in tables["site"]) and dice.happens(0.5):
        return {"standby_distance_min": dice.number(1, 2000)}
    return {"failure_domain": dice.pick(["hub", "site"])}


def _time(dice: Dice, names: dict[str, list[str]], features: tuple[str, ...]) -> dict[str, Rows]:
    ordered = bool(LOOKS_BACK & set(features)) and dice.happens(0.9)
    chained = dice.pick(["time", "position"] if ordered else ["time", "position", ""])
    rows: Rows = []
    for number, name in enumerate(names["timestep"]):
        row: Row = {"timestep": name, "timestep_weight": dice.number(1, 4000)}
        if chained:
            row[chained] = f"2025-0{9 - number}-01T00:00" if chained == "time" else 9 - number
        if dice.happens(0.5):
            row["timestep_duration"] = dice.number(0.25, 8)
        rows.append(row)
    if ordered:
        _repeat(dice, rows)
    return {"timestep": rows}


def _repeat(dice: Dice, rows: Rows) -> None:
    """Let each period stand for so many like it, as a store and a backlog ask."""
    repeats = {period: dice.number(1, 400) for period in ("winter", "summer")}
    divided = dice.happens(0.4)
    for row in rows:
        row["period"] = dice.pick(sorted(repeats)) if divided else "winter"
        row["timestep_weight"] = repeats[row["period"]] * row.get("timestep_duration", 1.0)


def _asked(dice: Dice, names: dict[str, list[str]], features: tuple[str, ...]) -> dict[str, Rows]:
    nothing = dice.happens(0.05)
    regions: Rows = [
        {"region": name, "hub": dice.pick(names["hub"]), "side": dice.pick(names["side"])} for name in names["region"]
    ]
    workloads: Rows = []
    for name in names["workload"]:
        row: Row = {"workload": name, "compute_type": dice.pick(names["compute_type"])}
        if dice.happens(0.3):
            row[dice.pick(["latency_max", "latency_max", "latency_max_rtt"])] = dice.number(2, 60)
        if dice.happens(0.15):
            row["reach"] = dice.pick(["national", "side", "hub"])
        if dice.happens(0.5):
            row["unserved_price"] = dice.price(0, 5000)
        if dice.happens(0.25):
            row["indivisible"] = dice.pick(["true", "false", "TRUE"])
        if "flexible_workloads" in features and dice.happens(0.6):
            row["deferral_max"] = dice.pick([0, dice.number(0.1, 12), dice.number(0.1, 12), 8784])
            if dice.happens(0.4):
                row["deferrable_share"] = dice.pick([0, 1, dice.number(0.05, 0.95)])
        workloads.append(row)
    demand: Rows = [
        {"region": r, "workload": k, "demand": 0 if nothing or dice.happens(0.15) else dice.megawatts(0.1, 20)}
        for r, k in product(names["region"], names["workload"])
    ]
    steps = names["timestep"] or ["year"]
    profile: Rows = [
        {
            "workload": k,
            "timestep": t,
            "demand_profile": dice.pick([0, dice.number(0.2, 2)]) if dice.happens(0.3) else 1,
        }
        for k, t in product(names["workload"], steps)
        if dice.happens(0.8)
    ]
    return {
        "region": regions,
        "workload": workloads,
        "region_workload": demand,
        "workload_timestep": profile if dice.happens(0.4) else [],
    }


def _places(dice: Dice, names: dict[str, list[str]], features: tuple[str, ...]) -> dict[str, Rows]:
    sites: Rows = []
    for name in names["site"]:
        row: Row = {"site": name, "hub": dice.pick(names["hub"]), "side": dice.pick(names["side"])}
        if "facility_load" in features:
            row |= {"wue": dice.number(0, 2), "water_price": dice.price(0, 9)}
        if "emissions" in features:
            row["emission_factor"] = dice.number(0, 1)
        if "site_capacity" in features and dice.happens(0.3):
            row[dice.pick(["utilisation_max", "utilisation_max", "utilisation_min"])] = dice.number(0, 1)
        if "site_expansion" in features and dice.happens(0.5):
            row["opening_cost"] = dice.price(0, 1e7)
        if "green_power_share" in features:
            row |= _greens(dice)
        sites.append(row | _limits(dice, features))
    tables: dict[str, Rows] = {"site": sites}
    if "facility_load" in features:
        tables |= _pue(dice, sites, names)
    return {**tables, **_scopes(dice, names, features)}


def _scopes(dice: Dice, names: dict[str, list[str]], features: tuple[str, ...]) -> dict[str, Rows]:
    tables: dict[str, Rows] = {}
    for unit in ("hub", "side"):
        rows: Rows = [{unit: name} for name in names[unit]]
        for row in rows:
            if "green_power_share" in features and dice.happens(0.2):
                row[f"{unit}_green_power_share_min"] = dice.number(0, 0.6)
            if "grid_limits" in features and dice.happens(0.2):
                row[f"{unit}_grid_power_max"] = dice.megawatts(20, 200)
        if any(len(row) > 1 for row in rows):
            tables[unit] = rows
    return tables


def _store(dice: Dice) -> Row:
    """Return a store: one that stands, one that may be built, or both."""
    row: Row = {"charge_efficiency": dice.pick([1, dice.number(0.5, 1)]), "discharge_efficiency": dice.number(0.5, 1)}
    for size in ("storage_power", "storage_energy"):
        existing = dice.megawatts(0.5, 30)
        if dice.happens(0.7):
            row[f"{size}_existing"] = existing
        if dice.happens(0.6) or f"{size}_existing" not in row:
            row[f"{size}_max"] = min(existing + dice.megawatts(1, 50), 1e12)
            row[f"{size}_cost"] = dice.price(0, 1e5)
    return row


def _limits(dice: Dice, features: tuple[str, ...]) -> Row:
    row: Row = _store(dice) if "storage" in features and dice.happens(0.6) else {}
    if "grid_limits" in features and dice.happens(0.15):
        row["grid_ramp_max"] = dice.megawatts(1, 60)
    if "facility_load" in features and dice.happens(0.05):
        row["water_max"] = dice.megawatts(1e5, 1e6)
    if "power_supply" in features:
        row["grid_power_price"] = dice.price(-100, 900) if dice.happens(0.1) else dice.price(100, 900)
        if dice.happens(0.2):
            row["grid_power_max"] = dice.megawatts(20, 200)
        if dice.happens(0.6):
            row["certificate_price"] = dice.price(0, 50)
        if dice.happens(0.2):
            row["certificates_max"] = dice.megawatts(1e5, 1e6)
    return row


def _greens(dice: Dice) -> Row:
    row: Row = {}
    if dice.happens(0.4):
        row["green_power_share_min"] = dice.number(0, 1)
    if dice.happens(0.2):
        row["green_energy_committed"] = dice.megawatts(0, 1000)
    if dice.happens(0.3):
        row["utilisation_new"] = dice.number(0, 1)
    return row


def _pue(dice: Dice, sites: Rows, names: dict[str, list[str]]) -> dict[str, Rows]:
    """Give the PUE in one of its three ways."""
    steps = names["timestep"] or ["year"]
    way = dice.pick(["site", "site", "step", "weather"])
    pairs = list(product(names["site"], steps))
    if way == "step":
        return {"site_timestep": [{"site": s, "timestep": t, "pue": dice.number(1, 2)} for s, t in pairs]}
    for row in sites:
        if way == "site":
            row["pue"] = dice.number(1, 2)
        else:
            row |= {"pue_base": dice.number(1, 1.4), "pue_slope": dice.number(0, 0.02), "free_cooling_temperature": 15}
    if way == "site":
        return {}
    return {"site_timestep": [{"site": s, "timestep": t, "temperature": dice.number(-30, 45)} for s, t in pairs]}


def _capacity(dice: Dice, names: dict[str, list[str]]) -> dict[str, Rows]:
    nothing = dice.happens(0.03)
    rows: Rows = []
    for site, kind in product(names["site"], names["compute_type"]):
        if dice.happens(0.1):
            continue
        row: Row = {"site": site, "compute_type": kind}
        row["capacity_existing"] = 0 if nothing or dice.happens(0.2) else dice.megawatts(5, 150)
        if dice.happens(0.7):
            row |= {"module_size": dice.megawatts(1, 30), "modules_max": dice.pick([0, 1, 3, 20, 1000])}
            if dice.happens(0.6):
                row["module_cost"] = dice.price(0, 1e7)
            else:
                row |= {
                    "module_capex": dice.price(0, 1e8),
                    "discount_rate": dice.pick([0, 0.07, 1]),
                    "lifetime": dice.number(1, 30),
                }
        rows.append(row)
    return {"compute_type": [{"compute_type": name} for name in names["compute_type"]], "site_compute_type": rows}


def _supply(dice: Dice, names: dict[str, list[str]]) -> dict[str, Rows]:
    pairs = [pair for pair in product(names["site"], names["technology"]) if dice.happens(0.7)]
    contracts: Rows = []
    for site, technology in pairs:
        existing = 0.0 if dice.happens(0.3) else dice.megawatts(0, 50)
        row: Row = {"site": site, "technology": technology, "green_capacity_existing": existing}
        if dice.happens(0.6):
            row["green_capacity_max"] = min(existing + dice.megawatts(0, 100), 1e12)
            row["green_capacity_cost"] = dice.price(0, 1e6)
        if dice.happens(0.8):
            paid = dice.price(100, 500)
            row["green_power_price"] = paid
            if dice.happens(0.5):
                row["excess_price"] = paid * dice.pick([0.5, 0.9, 1.0, -1.0])
        contracts.append(row)
    steps = names["timestep"] or ["year"]
    available: Rows = [
        {"site": s, "technology": g, "timestep": t, "availability": dice.pick([0, 1, dice.number(0, 1)])}
        for (s, g), t in product(pairs, steps)
        if dice.happens(0.8)
    ]
    return {
        "technology": [{"technology": name} for name in names["technology"]],
        "site_technology": contracts,
        "site_technology_timestep": available if dice.happens(0.7) else [],
    }


def _carry(dice: Dice, tables: dict[str, Rows], names: dict[str, list[str]]) -> None:
    """Add what carrying work costs."""
    if dice.happens(0.5):
        for row in tables["workload"]:
            row["traffic_per_mw"] = dice.number(0, 20)
    rows: Rows = [
        {"region": r, "site": s, "transfer_price": dice.price(0, 50), "traffic_price": dice.price(0, 0.1)}
        for r, s in product(names["region"], names["site"])
        if dice.happens(0.7)
    ]
    tables["region_site"] = rows


def _parameters(dice: Dice, features: tuple[str, ...], timesteps: Rows) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if "green_power_share" in features:
        given["green_power_share_mode"] = dice.pick(MODES)
        if "site_expansion" in features:
            given["green_power_share_on"] = dice.pick(["all", "new"])
        if dice.happens(0.3):
            given["national_green_power_share_min"] = dice.number(0, 0.5)
        monthly = given["green_power_share_mode"] != MODES[2] and any("time" in row for row in timesteps)
        given["green_power_share_window"] = "month" if monthly and dice.happens(0.4) else "year"
    if "emissions" in features:
        known = ["location", "contract", "market_certificates"] if "power_supply" in features else ["location"]
        given["emissions_accounting"] = dice.pick(known)
        if dice.happens(0.2):
            given["emissions_max"] = dice.megawatts(1e4, 1e6)
        if dice.happens(0.5):
            given["carbon_price"] = dice.price(0, 500)
    if dice.happens(0.3):
        given["network_layer"] = dice.pick(["optical", "ip_private", "internet"])
    if dice.happens(0.1):
        given["route_factor"] = dice.pick([1.0, dice.number(1, 4)])
    return given | _limits_of_all(dice, features)


def _limits_of_all(dice: Dice, features: tuple[str, ...]) -> dict[str, Any]:
    given = {}
    if "green_shortfall" in features:
        given["green_shortfall_price"] = dice.price(1, 2000)
    if "grid_limits" in features and dice.happens(0.2):
        given["national_grid_power_max"] = dice.megawatts(20, 400)
    return given


def _minimise(dice: Dice, features: tuple[str, ...]) -> Any:
    green = "emissions" in features
    kind = dice.pick(["cost", "cost", "cost", "emissions" if green else "cost", "latency", "weights"])
    if kind != "weights":
        return kind
    weights = {"cost": dice.pick([0, 1, dice.number(0.1, 9)]), "latency": dice.pick([0, 1, 1e6])}
    if green:
        weights["emissions"] = dice.pick([0, 90, dice.number(1, 1e4)])
    return {key: value for key, value in weights.items() if value} or {"cost": 2}


def _know_latencies(dice: Dice, tables: dict[str, Rows], names: dict[str, list[str]], minimise: Any) -> None:
    """Give coordinates, latencies, both, or (where nothing asks for them) neither; rarely too little (exit 3)."""
    limited = any(key.startswith("latency") for row in tables["workload"] for key in row)
    asked = minimise == "latency" or (isinstance(minimise, dict) and "latency" in minimise)
    way = dice.pick(["coordinates", "coordinates", "same place", "latencies", "both"])
    if not limited and not asked and dice.happens(0.3):
        way = "neither"
    elif dice.happens(0.03):
        way = "some"
    same = dice.pick(PLACES)
    for name in ("region", "site"):
        for row in tables[name]:
            if way in {"coordinates", "both", "same place"} or (way == "some" and dice.happens(0.5)):
                row["longitude"], row["latitude"] = (
                    same if way == "same place" else dice.pick(PLACES[:7] if dice.happens(0.9) else PLACES)
                )
    if way in {"latencies", "both"}:
        rows = {(row["region"], row["site"]): row for row in tables.get("region_site", [])}
        for pair in product(names["region"], names["site"]):
            row = rows.setdefault(pair, {"region": pair[0], "site": pair[1]})
            row["latency"] = dice.number(0, 30)
        tables["region_site"] = list(rows.values())
