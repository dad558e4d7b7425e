"""The rows of each table of the folder, from ``figures`` and the places of ``national-2025``."""

import csv
import math
from pathlib import Path

import figures as f

PARENT = Path(__file__).resolve().parents[2] / "national-2025"
Rows = list[dict[str, object]]
RADIUS = 6371.0088  # [km]


def parent(table: str) -> list[dict[str, str]]:
    """Read a table of ``national-2025``."""
    with (PARENT / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REGIONS = {row["region"]: row for row in parent("region")}
SITES = {row["site"]: row for row in parent("site")}
CLUSTERS = [site for site, row in SITES.items() if row["hub"]]
NODE_OF_REGION = {region: node for region, (node, _, _) in f.CAPITALS.items()}


def places() -> dict[str, tuple[float, float]]:
    """Return longitude and latitude of every node: of the capitals, and of the clusters."""
    found = {node: REGIONS[region] for region, node in NODE_OF_REGION.items()}
    found |= {site: SITES[site] for site in CLUSTERS}
    return {node: (float(row["longitude"]), float(row["latitude"])) for node, row in found.items()}


def nodes() -> Rows:
    """Give every node its names and its place."""
    at = places()
    names = {node: (zh, en) for node, zh, en in f.CAPITALS.values()}
    names |= {site: (SITES[site]["name_zh"], SITES[site]["name_en"]) for site in CLUSTERS}
    return [
        {"node": node, "name_zh": zh, "name_en": en, "longitude": at[node][0], "latitude": at[node][1]}
        for node, (zh, en) in names.items()
    ]


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two places."""
    (x1, y1), (x2, y2) = (map(math.radians, place) for place in (one, other))
    chord = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(chord))


def pairs() -> list[tuple[str, str]]:
    """Return the nodes that are joined."""
    return [(line.split()[0], line.split()[1]) for line in f.LINKS.strip().splitlines()]


def loads() -> dict[str, float]:
    """Return the traffic that the work of each node would send if all of it left, or were done there [Gbit/s].

    Of a capital, the demand of its province; of a cluster, its halls at what may be used, in the mix of the country.
    """
    per_mw = {row["workload"]: float(row["traffic_per_mw"]) for row in parent("workload")}
    found = dict.fromkeys(places(), 0.0)
    demand = 0.0
    for row in parent("region_workload"):
        found[NODE_OF_REGION[row["region"]]] += float(row["demand"]) * per_mw[row["workload"]]
        demand += float(row["demand"])
    mean = sum(found.values()) / demand
    for row in parent("site_compute_type"):
        if row["site"] in CLUSTERS:
            found[row["site"]] += (
                float(row["capacity_existing"] or 0) * float(SITES[row["site"]]["utilisation_max"]) * mean
            )
    return found


def bandwidths() -> dict[tuple[str, str], int]:
    """Return the bandwidth of every link [Gbit/s]: the root of the loads at its ends, over its length; whole modules.

    A long link carries less of its ends' traffic than a short one; all links together have what is open of the
    published total.
    """
    at, load = places(), loads()
    weight = {
        pair: math.sqrt(load[pair[0]] * load[pair[1]]) / math.sqrt(max(100.0, kilometres(at[pair[0]], at[pair[1]])))
        for pair in pairs()
    }
    unit = f.OPEN * f.TOTAL / sum(weight.values())
    return {pair: f.MODULE * max(1, round(unit * part / f.MODULE)) for pair, part in weight.items()}


def links() -> Rows:
    """Give every link its ends, its length, its bandwidth and what more of it costs."""
    at, names, width = places(), {row["node"]: row for row in nodes()}, bandwidths()
    rows: Rows = []
    for begin, end in pairs():
        length = round(f.DETOUR * kilometres(at[begin], at[end]))
        rows.append(
            {
                "link": f"{begin}-{end}",
                "name_zh": f"{names[begin]['name_zh']}–{names[end]['name_zh']}",
                "name_en": f"{names[begin]['name_en']}–{names[end]['name_en']}",
                "from": begin,
                "to": end,
                "link_length": length,
                "link_capacity_existing": width[begin, end],
                "link_utilisation_max": f.USABLE,
                "link_module_size": f.MODULE,
                "link_modules_max": f.MODULES_MAX,
                "link_module_cost": f.COST_OF_MODULE + f.COST_OF_MODULE_KM * length,
                "link_price": float(f"{f.PRICE_KM * length:.3g}"),
            }
        )
    return rows


def region_nodes() -> Rows:
    """Give every province its node."""
    return [{"region": region, "node": NODE_OF_REGION[region]} for region in REGIONS]


def site_nodes() -> Rows:
    """Give every site its node: a cluster its own, a province's stock the capital."""
    found: Rows = []
    for site in SITES:
        node = site if site in CLUSTERS else NODE_OF_REGION[site.removeprefix("stock_")]
        found.append({"site": site, "node": node})
    return found


TABLES: dict[str, Rows] = {"node": nodes(), "link": links(), "region": region_nodes(), "site": site_nodes()}
