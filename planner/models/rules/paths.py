"""The paths that traffic may take in one direction, between places at nodes of a network: listed, or found by price.

Work falls into latency classes, the distinct limits of a region's workloads at a site; a path within a limit is within
all longer ones. Where all paths within the limits are few they are listed; else the fastest, and on demand those that
pay at given prices of the cables (decision 0050).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from planner.models.rules.network import Network, Path

Vector = npt.NDArray[np.float64]
Route = tuple[str, ...]
"""The node a path begins at, and its links in the order of travel: how a path is named that was found by price."""
PAIR = ["region", "site"]
JOINT = " + "
"""Between the links of a path's name; no id may hold it."""
FEW = (16, 256)
"""Paths of each pair that are counted first, before all are: between two nodes there may be millions."""
NOISE = 1e-9
"""Relative to the largest worth: what a path would save by less is rounding."""


@dataclass(frozen=True)
class Way:
    """What travels in one direction.

    Attributes
    ----------
    network
        Cables by number.
    cables
        The link and the direction of each.
    nodes
        The ids of the nodes, in the network's order.
    work
        Each route whose work sends something that needs a link: region, site, workload, the nodes its traffic leaves
        from and goes to (``origin``, ``target``), the latency of the access networks and the workload's limit [ms],
        ∞ for none; by region, then site.
    is_return
        Whether it leads from the sites to the regions.
    """

    network: Network
    cables: Sequence[tuple[str, str]]
    nodes: Sequence[str]
    work: pd.DataFrame
    is_return: bool

    @cached_property
    def classes(self) -> pd.DataFrame:
        """The latency classes of each region and site, the shortest limit first: ``latency_class``, ``is_last``."""
        found = self.work[[*PAIR, "origin", "target", "access", "limit"]].drop_duplicates([*PAIR, "limit"])
        number = found.groupby(PAIR, sort=False).ngroup()
        found = found.iloc[np.lexsort((found["limit"], number))].reset_index(drop=True)
        labels = {limit: class_of(limit) for limit in found["limit"].unique()}
        last = ~found.duplicated(PAIR, keep="last")
        return found.assign(latency_class=found["limit"].map(labels).astype(object), is_last=last)

    @cached_property
    def pair_of_class(self) -> npt.NDArray[np.int64]:
        """The number of each class's region and site, (classes,)."""
        last = self.classes["is_last"].to_numpy(int)
        number: npt.NDArray[np.int64] = np.cumsum(last) - last
        return number

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Each region and site with its longest limit."""
        return self.classes[self.classes["is_last"]].reset_index(drop=True)

    @cached_property
    def ends(self) -> dict[tuple[int, int], list[int]]:
        """The pairs, by number, that have their ends at two nodes."""
        found: dict[tuple[int, int], list[int]] = {}
        for number, (origin, target) in enumerate(zip(self.pairs["origin"], self.pairs["target"], strict=True)):
            found.setdefault((int(origin), int(target)), []).append(number)
        return found

    def name_of(self, path: Path) -> str:
        """Return a path's name: its links, from the region's end to the site's."""
        links = [self.cables[cable][0] for cable in path]
        return JOINT.join(reversed(links) if self.is_return else links)

    def route_of(self, path: Path) -> Route:
        """Return what a path is called beside the network: where it begins, and its links in the order of travel."""
        return (self.nodes[self.network.tails[path[0]]], *(self.cables[cable][0] for cable in path))

    def path_of(self, route: Route) -> Path | None:
        """Return the path of that name, ``None`` where the network has none."""
        number = {name: place for place, name in enumerate(self.nodes)}
        leaving = {(self.network.tails[cable], link): cable for cable, (link, _) in enumerate(self.cables)}
        node, path = number.get(route[0], -1), []
        for link in route[1:]:
            cable = leaving.get((node, link))
            if cable is None:
                return None
            path.append(cable)
            node = self.network.heads[cable]
        return tuple(path)

    def latency_of(self, path: Path) -> float:
        """Return the latency of a path [ms], added up from its first cable."""
        latency = 0.0
        for cable in path:
            latency += self.network.latencies[cable]
        return latency


def class_of(limit: float) -> str:
    """Return the name of a latency class: its limit in ms."""
    return "none" if np.isinf(limit) else repr(float(limit)).removesuffix(".0")


@dataclass(frozen=True)
class Paths:
    """The paths that are listed of one way.

    Attributes
    ----------
    table
        Each path of each region and site: region, site, ``path`` (its name), ``latency`` [ms], ``pair`` (its number
        among the way's pairs), ``cables``.
    is_all
        Whether these are all within the limits.
    """

    way: Way
    table: pd.DataFrame
    is_all: bool

    @cached_property
    def has_choice(self) -> npt.NDArray[np.bool_]:
        """Which pairs have more than one path, (pairs,)."""
        return np.bincount(self.table["pair"], minlength=len(self.way.pairs)) > 1

    def legs(self) -> pd.DataFrame:
        """Return each path's cables, one a row: region, site, path, ``pair``, ``link``, ``direction``."""
        count = self.table["cables"].map(len).to_numpy(int)
        rows = self.table[[*PAIR, "path", "pair"]].loc[self.table.index.repeat(count)].reset_index(drop=True)
        names = [self.way.cables[cable] for path in self.table["cables"] for cable in path]
        return rows.assign(
            link=pd.Series([link for link, _ in names], dtype=object),
            direction=pd.Series([direction for _, direction in names], dtype=object),
        )


def all_paths(way: Way, most: int) -> Paths | None:
    """Return all paths within the limits; ``None`` where they are more than ``most``, which is soon known."""
    for each in (*FEW, most):
        left = most

        def first(origin: int, target: int, limit: float, pairs: int, each: int = each) -> list[tuple[float, Path]]:
            nonlocal left
            found = [] if left < 0 else list(islice(way.network.paths(origin, target, limit), each + 1))
            left -= pairs * len(found)
            return found

        paths = _listed(way, first, is_all=True)
        if left < 0:
            return None
        if len(way.ends) == 0 or max(paths.table.groupby("pair").size(), default=0) <= each:
            return paths
    return None


def some_paths(way: Way, each: int, routes: Iterable[Route]) -> Paths:
    """Return the fastest paths of each pair, so many, and those of these names."""
    more: dict[tuple[int, int], list[Path]] = {}
    for route in routes:
        path = way.path_of(route)
        if path:
            more.setdefault((way.network.tails[path[0]], way.network.heads[path[-1]]), []).append(path)

    def fastest(origin: int, target: int, limit: float, pairs: int) -> Iterator[tuple[float, Path]]:
        del pairs
        known = {path: latency for latency, path in islice(way.network.paths(origin, target, limit), each)}
        for path in more.get((origin, target), ()):
            known.setdefault(path, way.latency_of(path))
        yield from sorted((latency, path) for path, latency in known.items())

    return _listed(way, fastest, is_all=False)


def _listed(
    way: Way, of_nodes: Callable[[int, int, float, int], Iterable[tuple[float, Path]]], *, is_all: bool
) -> Paths:
    """Gather the paths of each two nodes, and give each pair there those within its longest limit."""
    access, limit = (way.pairs[name].to_numpy(float) for name in ("access", "limit"))
    found: dict[int, list[tuple[float, Path]]] = {}
    for (origin, target), mine in way.ends.items():
        longest = float((limit[mine] - access[mine]).max())
        paths = list(of_nodes(origin, target, longest, len(mine)))
        for number in mine:
            least = access[number]
            found[number] = [(latency + least, path) for latency, path in paths if latency + least <= limit[number]]
    rows = [(number, latency, path) for number in range(len(way.pairs)) for latency, path in found[number]]
    numbers = np.array([number for number, _, _ in rows], dtype=np.int64)
    table = way.pairs[PAIR].iloc[numbers].reset_index(drop=True)
    names: dict[Path, str] = {}
    for _, _, path in rows:
        if path not in names:
            names[path] = way.name_of(path)
    table["path"] = pd.Series([names[path] for _, _, path in rows], dtype=object)
    table["latency"] = np.array([latency for _, latency, _ in rows], dtype=float)
    table["pair"] = numbers
    table["cables"] = pd.Series([path for _, _, path in rows], dtype=object)
    return Paths(way, table, is_all)


def worth_of(paths: Paths, costs: Vector, of_class: pd.Series, of_all: pd.Series, steps: Sequence[str]) -> Vector:
    """Return what a unit of traffic is worth to each class at each timestep, (classes, timesteps).

    Where a pair has a choice it is the sum of the prices of the rows that a path within the limit counts in; where it
    has one path, what that path costs.

    Parameters
    ----------
    costs
        Of each cable at each timestep, (timesteps, cables).
    of_class, of_all
        The prices of the rows by (region, site, latency_class, timestep), none below 0 but for rounding; and by
        (region, site, timestep).
    """
    classes = paths.way.classes
    number = paths.way.pair_of_class
    sole = paths.table[~paths.has_choice[paths.table["pair"]]]
    of_pair = np.zeros((len(paths.way.pairs), len(steps)))
    for pair, cables in zip(sole["pair"], sole["cables"], strict=True):
        of_pair[pair] = costs[:, list(cables)].sum(axis=1)
    own = np.zeros((len(classes), len(steps)))
    keys = list(zip(classes["region"], classes["site"], classes["latency_class"], strict=True))
    place = {key: row for row, key in enumerate(keys)}
    last = {key[:2]: row for key, row in place.items()}
    column = {step: at for at, step in enumerate(steps)}
    prices: dict[Any, float] = of_class.to_dict()
    for (region, site, name, step), price in prices.items():
        own[place[region, site, name], column[step]] = max(price, 0.0)
    totals: dict[Any, float] = of_all.to_dict()
    for (region, site, step), price in totals.items():
        own[last[region, site], column[step]] = price
    for row in range(len(classes) - 2, -1, -1):  # a path within a limit counts in the rows of all longer ones as well
        if number[row] == number[row + 1]:
            own[row] += own[row + 1]
    worth: Vector = of_pair[number] + own
    return worth


def lowered(way: Way, worth: Vector, surplus: Vector) -> Vector:
    """Return what traffic is worth to each class, lowered by what its work costs too much anyway, as far as it may be.

    What is worth so much less draws no work: each allocation still costs no less than it is worth. A class with a
    longer limit is never worth more than one with a shorter limit.

    Parameters
    ----------
    worth
        (classes, timesteps)
    surplus
        By how much each route's work costs more than it is worth, for a unit of its traffic, (work, timesteps).
    """
    classes = way.classes
    key = pd.MultiIndex.from_frame(classes[[*PAIR, "limit"]])
    of_work = pd.Series(range(len(classes)), index=key).loc[pd.MultiIndex.from_frame(way.work[[*PAIR, "limit"]])]
    least = np.full_like(worth, np.inf)
    np.minimum.at(least, of_work.to_numpy(), surplus)
    found: Vector = worth - least
    for row in range(len(classes) - 2, -1, -1):
        if way.pair_of_class[row] == way.pair_of_class[row + 1]:
            found[row] = np.maximum(found[row], found[row + 1])
    return found


def cheaper(way: Way, costs: Vector, worth: Vector) -> tuple[set[Path], Vector]:
    """Return paths that cost less than what they are worth to a class, and by how much the best of all does.

    Parameters
    ----------
    costs
        Of each cable at each timestep, (timesteps, cables), none below 0; ∞ for one that cannot be used.
    worth
        What a unit of traffic is worth to each class at each timestep, (classes, timesteps); that of a class with a
        longer limit is no more than that of a shorter one.

    Returns
    -------
    tuple
        The cheapest such path of each class and price; and by how much a path of each pair is cheaper than what it is
        worth at each timestep at most, (pairs, timesteps), 0 where none is.
    """
    classes = way.classes
    pair = way.pair_of_class
    gains = np.zeros((len(way.pairs), costs.shape[0]))
    found: set[Path] = set()
    if not len(classes):
        return found, gains
    distinct, price = np.unique(costs, axis=0, return_inverse=True)
    least = way.network.least_costs(distinct)
    origin, target = (classes[name].to_numpy(int) for name in ("origin", "target"))
    budget = (classes["limit"] - classes["access"]).to_numpy(float)
    noise = NOISE * max(1.0, float(np.abs(worth).max(initial=0.0)))
    # Whatever its latency, no path costs less than this; where that is too much there is nothing to look for.
    looked_at = worth - noise > least[price][:, origin, target].T
    for number in np.unique(price[looked_at.any(axis=0)]):
        steps = np.flatnonzero(price == number)
        wanted = np.flatnonzero(looked_at[:, steps].any(axis=1))
        for node in np.unique(origin[wanted]):
            mine = wanted[origin[wanted] == node]
            best = way.network.cheapest(int(node), distinct[number].tolist(), float(budget[mine].max()))
            for row in mine:
                path = next((one for one in best[target[row]] if one[1] <= budget[row]), None)
                if path is None:
                    continue
                gain = worth[row, steps] - path[0]
                if gain.max() > noise:
                    found.add(path[2])
                gains[pair[row], steps] = np.maximum(gains[pair[row], steps], gain)
    return found, gains
