"""The rows of each CSV table, for the national scenario and for the local one."""

import figures as f
import places
from tables import (
    CLUSTERS,
    PROVINCE,
    PROVINCES,
    TYPES,
    Rows,
    annuity,
    cluster_price,
    demand_total,
    distance,
    existing,
    module_cost,
    modules_max,
    regional_share,
    short,
    stock_pue,
    uplifts,
)

TYPE_NAMES = {
    "general": ("通用算力", "General computing", f.GENERAL_PFLOPS_PER_MW),
    "intelligent": ("智能算力", "Intelligent computing", f.INTELLIGENT_PFLOPS_PER_MW),
    "super": ("超级算力", "Supercomputing", f.SUPER_PFLOPS_PER_MW),
}
TECHNOLOGIES = {
    "wind": ("风电", "Wind"),
    "solar": ("光伏", "Solar"),
    "green_contract": ("绿电合同", "Green power contract"),
}


def names(table: str, pairs: dict[str, tuple[str, str]]) -> Rows:
    """Rows of a table that holds names only."""
    return [{table: key, "name_zh": zh, "name_en": en} for key, (zh, en) in pairs.items()]


def compute_type() -> Rows:
    """Name the three compute types; all count standard racks, as the national statistics do."""
    return [
        {"compute_type": key, "name_zh": zh, "name_en": en, "pflops_per_mw": short(dense), "rack_kw": f.RACK_KW}
        for key, (zh, en, dense) in TYPE_NAMES.items()
    ]


def workload() -> Rows:
    """Name the workload classes, with their limits and traffic."""
    return [
        {
            "workload": key,
            "name_zh": zh,
            "name_en": en,
            "compute_type": kind,
            "latency_max": latency,
            "reach": reach,
            "traffic_per_mw": traffic,
        }
        for key, (zh, en, kind, _, latency, reach, traffic, _) in f.WORKLOADS.items()
    ]


def region() -> Rows:
    """List the 31 provinces as places of demand, at their capitals."""
    return [
        {
            "region": p.id,
            "name_zh": p.zh,
            "name_en": p.en,
            "province": p.zh,
            "hub": p.hub,
            "side": p.side,
            "longitude": p.longitude,
            "latitude": p.latitude,
        }
        for p in PROVINCES
    ]


def water_price(side: str, name: str) -> float:
    """Price of water for industry [CNY/m3]: Beijing dear, the dry north and west dearer than the south."""
    dry = {"tianjin", "hebei", "shanxi", "inner_mongolia", "shandong", "henan", "shaanxi", "gansu", "ningxia"}
    return 9.5 if name == "beijing" else 6.0 if name in dry or side == "northeast" else 4.0


def site() -> Rows:
    """List ten clusters and the stock of 31 provinces."""
    found: Rows = [
        {
            "site": c.id,
            "name_zh": c.zh,
            "name_en": c.en,
            "hub": c.hub,
            "side": PROVINCE[c.province].side,
            "province": PROVINCE[c.province].zh,
            "longitude": c.longitude,
            "latitude": c.latitude,
            "access_latency": short(f.ACCESS_LATENCY),
            "pue": c.pue,
            "wue": c.wue,
            "water_price": short(water_price("", c.province)),
            "grid_power_price": short(cluster_price(c), 1),
            "emission_factor": PROVINCE[c.province].emission_factor,
            "certificate_price": f.CERTIFICATE_PRICE,
            "utilisation_max": f.CLUSTER_UTILISATION_MAX,
            "utilisation_min": f.CLUSTER_UTILISATION_MIN,
            "utilisation_new": 0.65,
            "green_power_share_min": 0.8,
            "green_energy_committed": short(places.GREEN_CONTRACTS.get(c.id, 0), -2),
            "opening_cost": short(f.OPENING_COST),
        }
        for c in CLUSTERS
    ]
    found += [
        {
            "site": f"stock_{p.id}",
            "name_zh": f"{p.zh}存量",
            "name_en": f"{p.en} stock",
            "hub": "",
            "side": p.side,
            "province": p.zh,
            "longitude": p.longitude,
            "latitude": p.latitude,
            "access_latency": short(f.ACCESS_LATENCY),
            "pue": short(stock_pue()[p.id], 3),
            "wue": f.STOCK_WUE,
            "water_price": short(water_price(p.side, p.id)),
            "grid_power_price": short(p.coal_price + uplifts()[1], 1),
            "emission_factor": p.emission_factor,
            "utilisation_max": f.STOCK_UTILISATION_MAX,
            "utilisation_min": f.STOCK_UTILISATION_MIN,
        }
        for p in PROVINCES
    ]
    return found


def demand() -> Rows:
    """Spread the national demand of each compute type over workloads by share, and over regions by key [MW IT]."""
    total = demand_total()
    return [
        {
            "region": p.id,
            "workload": key,
            "demand": short(total[kind] * share * regional_share(spread)[p.id]),
        }
        for p in PROVINCES
        for key, (_, _, kind, share, _, _, _, spread) in f.WORKLOADS.items()
    ]


def traffic() -> Rows:
    """Give the price of traffic by pair: nothing within a province, else a base and a price a kilometre."""
    ends = [(c.id, c.province, c) for c in CLUSTERS] + [(f"stock_{p.id}", p.id, p) for p in PROVINCES]
    return [
        {
            "region": p.id,
            "site": name,
            "traffic_price": 0
            if p.id == province
            else short(f.TRAFFIC_PRICE_BASE + f.TRAFFIC_PRICE_PER_KM * distance(p, end), 4),
        }
        for p in PROVINCES
        for name, province, end in ends
    ]


def site_compute_type() -> Rows:
    """Give what stands today, and the modules that clusters may add."""
    found: Rows = [
        {
            "site": c.id,
            "compute_type": kind,
            "capacity_existing": short(existing().get((c.id, kind), 0), 1),
            "module_size": short(f.MODULE_SIZE[kind]),
            "module_cost": short(module_cost(kind, f.MODULE_SIZE[kind], PROVINCE[c.province].side != "west")),
            "modules_max": modules_max(c, kind),
        }
        for c in CLUSTERS
        for kind in TYPES
    ]
    found += [
        {
            "site": f"stock_{p.id}",
            "compute_type": kind,
            "capacity_existing": short(existing()[f"stock_{p.id}", kind], 1),
            "modules_max": 0,
        }
        for p in PROVINCES
        for kind in TYPES
        if (f"stock_{p.id}", kind) in existing()
    ]
    return found


def site_technology() -> Rows:
    """Give green supply: contracts of today (flat over the year), wind and solar that may be built for a cluster."""
    price = {c.id: cluster_price(c) for c in CLUSTERS}
    found: Rows = [
        {
            "site": name,
            "technology": "green_contract",
            "green_capacity_existing": short(energy / f.HOURS, 1),
            "green_power_price": short(price[name] + f.CONTRACT_PREMIUM, 1),
            "availability": 1,
        }
        for name, energy in places.GREEN_CONTRACTS.items()
    ]
    capex = {"wind": f.WIND_CAPEX, "solar": f.SOLAR_CAPEX}
    found += [
        {
            "site": name,
            "technology": technology,
            "green_capacity_existing": 0,
            "green_capacity_max": short(largest),
            "green_capacity_cost": short(annuity(capex[technology], f.GREEN_LIFETIME), -2),
            "green_power_price": short(f.GREEN_DELIVERY),
            "availability": availability,
        }
        for name, plants in places.GREEN_GROWTH.items()
        for technology, availability, largest in plants
    ]
    return found


def local_site() -> Rows:
    """Hold new halls of the provincial sites to the rule of the clusters, so that the baseline is not let off."""
    return [
        {"site": f"stock_{p.id}", "certificate_price": f.CERTIFICATE_PRICE, "green_power_share_min": 0.8}
        for p in PROVINCES
    ]


def local_site_compute_type() -> Rows:
    """Let provincial sites grow by small modules; a MW that can be *used* costs what it costs in a cluster."""
    usable = f.STOCK_UTILISATION_MAX / f.CLUSTER_UTILISATION_MAX
    return [
        {
            "site": f"stock_{p.id}",
            "compute_type": kind,
            "module_size": short(size),
            "module_cost": short(module_cost(kind, size, p.side != "west") * usable, -3),
            "modules_max": f.LOCAL_MODULES_MAX,
        }
        for p in PROVINCES
        for kind, size in f.LOCAL_MODULE_SIZE.items()
    ]


NATIONAL = {
    "side": names("side", places.SIDES),
    "hub": names("hub", places.HUBS),
    "technology": names("technology", TECHNOLOGIES),
    "compute_type": compute_type(),
    "workload": workload(),
    "region": region(),
    "site": site(),
    "region_workload": demand(),
    "region_site": traffic(),
    "site_compute_type": site_compute_type(),
    "site_technology": site_technology(),
}
LOCAL = {"site": local_site(), "site_compute_type": local_site_compute_type()}
