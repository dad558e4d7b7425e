"""From the figures to the tables: every rule that spreads a national figure over places stands here.

Each function returns the rows of one table as dictionaries from column to value; an absent column is an empty cell.
"""

import math
from dataclasses import dataclass
from functools import cache

import figures as f
import places

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Province:
    """One row of `places.PROVINCES`; units there."""

    id: str
    zh: str
    en: str
    side: str
    hub: str
    longitude: float
    latitude: float
    gdp: float
    people: float
    emission_factor: float
    coal_price: float
    temperature: float
    rack_key: str


@dataclass(frozen=True)
class Cluster:
    """One row of `places.CLUSTERS`; racks in ten thousand, `claimed` in EFLOPS FP16."""

    id: str
    zh: str
    en: str
    hub: str
    province: str
    longitude: float
    latitude: float
    pue: float
    racks: float
    racks_max: float
    claimed: float
    wue: float


def read(kind: type, text: str) -> list:
    """Read the rows of a table of `places` as `kind`: "-" is empty, a hyphen inside an English name a space."""
    numeric = [name for name, hint in kind.__annotations__.items() if hint is float]
    found = []
    for line in text.strip().splitlines():
        values: dict[str, object] = dict(zip(kind.__annotations__, line.split(), strict=True))
        values |= {name: float(str(values[name])) for name in numeric}
        values["en"] = str(values["en"]).replace("Gui-an", "Gui'an").replace("-", " ")
        values["hub"] = str(values["hub"]).replace("-", "")
        found.append(kind(**values))
    return found


PROVINCES: list[Province] = read(Province, places.PROVINCES)
CLUSTERS: list[Cluster] = read(Cluster, places.CLUSTERS)
PROVINCE = {province.id: province for province in PROVINCES}
TYPES = ("general", "intelligent", "super")


def short(number: float, digits: int = 2) -> float | int:
    """Round to `digits` decimals, without a trailing ".0"."""
    rounded = round(number, digits)
    return int(rounded) if rounded == int(rounded) else rounded


# --- what the country has and needs [MW IT] -------------------------------------------------------------------------
def filled_share() -> float:
    """Share of the rated rack power in use: electricity 2024 over racks x 2.5 kW x PUE x 8760 h, all of mid-2024."""
    return f.ELECTRICITY_2024 / (f.RACKS_2024_06 * f.RACK_KW / 1000 * f.PUE_2024_06 * f.HOURS)


def capacity_total() -> dict[str, float]:
    """Rated IT capacity of June 2025 by compute type: the published EFLOPS as load, over the filled share."""
    whole = f.RACKS_2025_06 * f.RACK_KW / 1000
    smart = f.EFLOPS_2025_06 * 1000 / f.INTELLIGENT_PFLOPS_PER_MW / filled_share()
    high = sum(places.SUPER_CENTRES.values()) * f.SUPER_CENTRE_MW
    return {"general": whole - smart - high, "intelligent": smart, "super": high}


def demand_total() -> dict[str, float]:
    """Grow the load of June 2025 by half a year of the racks' yearly growth; intelligent as the published EFLOPS."""
    growth = math.sqrt(f.RACKS_2025_06 / f.RACKS_2024_06)
    whole = f.RACKS_2025_06 * f.RACK_KW / 1000 * filled_share() * growth
    smart = f.EFLOPS_2025_12 * 1000 / f.INTELLIGENT_PFLOPS_PER_MW
    return {"general": whole - smart - f.SUPER_DEMAND_MW, "intelligent": smart, "super": f.SUPER_DEMAND_MW}


@cache
def province_racks() -> dict[str, float]:
    """Racks of each whole province: the hub groups' published shares, within a group by the province's key."""
    groups: dict[str, dict[str, float]] = {}
    for province in PROVINCES:
        if province.rack_key.startswith("gdp"):
            group, key = "elsewhere", province.gdp * (2.0 if province.rack_key == "gdp2" else 1.0)
        else:
            group = province.hub if province.hub in f.HUB_RACK_SHARE else "other_hubs"
            key = float(province.rack_key)
        groups.setdefault(group, {})[province.id] = key
    return {
        name: f.RACKS_2025_06 * f.HUB_RACK_SHARE[group] * key / sum(keys.values())
        for group, keys in groups.items()
        for name, key in keys.items()
    }


@cache
def existing() -> dict[tuple[str, str], float]:
    """Give capacity today by site and compute type: clusters as known, provincial sites what the province has left."""
    total, found = capacity_total(), {}
    claimed = sum(cluster.claimed for cluster in CLUSTERS)
    stock = {name: racks * f.RACK_KW / 1000 for name, racks in province_racks().items()}
    for cluster in CLUSTERS:
        whole = cluster.racks * 10 * f.RACK_KW
        smart = f.CLUSTER_INTELLIGENT_SHARE * total["intelligent"] * cluster.claimed / claimed
        smart = min(smart, f.CLUSTER_INTELLIGENT_MAX * whole)
        found[cluster.id, "intelligent"] = smart
        found[cluster.id, "general"] = whole - smart
        stock[cluster.province] -= whole
    left = (total["intelligent"] - sum(found[c.id, "intelligent"] for c in CLUSTERS)) / sum(stock.values())
    for name, whole in stock.items():
        high = places.SUPER_CENTRES.get(name, 0) * f.SUPER_CENTRE_MW
        found[f"stock_{name}", "intelligent"] = whole * left
        found[f"stock_{name}", "super"] = high
        found[f"stock_{name}", "general"] = whole * (1 - left) - high
    return {key: round(value, 1) for key, value in found.items() if value > 0}


# --- prices and technical figures of a site -------------------------------------------------------------------------
def site_total(site: str) -> float:
    """Capacity today of one site, all compute types [MW IT]."""
    return sum(value for (name, _), value in existing().items() if name == site)


@cache
def uplifts() -> tuple[float, float]:
    """Give what is added to the coal price [CNY/MWh]: of a western cluster (two sourced prices), of a provincial site.

    The second makes the mean price of the provincial sites, weighted by capacity, the national industrial price.
    """
    west = [price - PROVINCE[c.province].coal_price for c in CLUSTERS if (price := f.POWER_PRICE_SOURCED.get(c.id))]
    weights = {p.id: site_total(f"stock_{p.id}") for p in PROVINCES}
    coal = sum(p.coal_price * weights[p.id] for p in PROVINCES) / sum(weights.values())
    return sum(west) / len(west), f.NATIONAL_POWER_PRICE - coal


def cluster_price(cluster: Cluster) -> float:
    """Grid price of a cluster: sourced, or coal price + the western uplift, in the east and Chengyu half the way up."""
    west, stock = uplifts()
    if cluster.id in f.POWER_PRICE_SOURCED:
        return f.POWER_PRICE_SOURCED[cluster.id]
    western = cluster.hub in {"guizhou", "inner_mongolia", "gansu", "ningxia"}
    return PROVINCE[cluster.province].coal_price + (west if western else (west + stock) / 2)


@cache
def stock_pue() -> dict[str, float]:
    """Let the PUE of provincial sites rise with temperature, at a level that makes the national mean the published."""
    weights = {p.id: site_total(f"stock_{p.id}") for p in PROVINCES}
    clusters = {c: site_total(c.id) for c in CLUSTERS}
    everything = sum(weights.values()) + sum(clusters.values())
    level = f.PUE_2025_06 * everything - sum(c.pue * weight for c, weight in clusters.items())
    warmth = sum(p.temperature * weights[p.id] for p in PROVINCES) / sum(weights.values())
    return {p.id: level / sum(weights.values()) + f.PUE_SLOPE * (p.temperature - warmth) for p in PROVINCES}


def annuity(capex: float, lifetime: int = f.LIFETIME) -> float:
    """Yearly cost of `capex`: annuity at the discount rate, and fixed operation."""
    return capex * (f.DISCOUNT_RATE / (1 - (1 + f.DISCOUNT_RATE) ** -lifetime) + f.FIXED_OPERATION)


def module_cost(kind: str, size: float, eastern: bool) -> float:
    """Yearly cost of one module of `size` MW IT: hall, power and cooling; servers follow demand wherever it goes."""
    capex = sum(f.CAPEX_SEEN) / len(f.CAPEX_SEEN)
    factor = {"general": 1.0, "intelligent": f.INTELLIGENT_CAPEX_FACTOR, "super": f.SUPER_CAPEX_FACTOR}[kind]
    return round(annuity(capex * factor * (f.EAST_CAPEX_FACTOR if eastern else 1.0)) * size, -3)


def modules_max(cluster: Cluster, kind: str) -> int:
    """Count modules up to the rack target, and no faster than a tenth of the country's growth in the last year.

    Half of the room is for general, half for intelligent computing; three modules for super.
    """
    if kind == "super":
        return 3
    pace = (f.RACKS_2025_06 - f.RACKS_2024_06) / len(CLUSTERS)
    room = min((cluster.racks_max - cluster.racks) * 1e4, pace) * f.RACK_KW / 1000
    return int(room / 2 / f.MODULE_SIZE[kind])


# --- demand ---------------------------------------------------------------------------------------------------------
@cache
def regional_share(key: str) -> dict[str, float]:
    """Share of each province under a key: people, GDP, the mean of both, or GDP x GDP per head ("rich")."""
    if key == "people_and_gdp":
        people, gdp = regional_share("people"), regional_share("gdp")
        return {name: (people[name] + gdp[name]) / 2 for name in people}
    amount = {p.id: {"people": p.people, "gdp": p.gdp, "rich": p.gdp**2 / p.people}[key] for p in PROVINCES}
    return {name: value / sum(amount.values()) for name, value in amount.items()}


def distance(a: Province, b: Province | Cluster) -> float:
    """Great-circle distance on a sphere of 6371 km [km]."""
    x1, y1, x2, y2 = map(math.radians, (a.longitude, a.latitude, b.longitude, b.latitude))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(half))
