"""Compute the moves between two plans: every MW that leaves a site, and its destination or fate.

All loads are means over the year, each timestep by the hours it stands for, so that plans with different timesteps
compare. What is known is how much of a region's workload each site does in either plan; which MW that left one site
is the MW that arrived at another is nowhere written. By convention all that leaves is shared out over all that arrives
in proportion, so that the answer hangs on no order and no map, and is the same read backwards.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.figures.work import mean_demand, mean_load, mean_unserved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Pair = tuple[str, str]
"""Region and workload."""
Vector = npt.NDArray[np.float64]

DUST: Final = 1e-9
"""Changes of load below this [MW], a thousandth of a watt, are the rounding of sums."""
UNBALANCED: Final = 1e-6
"""An imbalance [MW] below this is the solver's tolerance."""

DEMAND, UNSERVED, OTHER, SWAPPED = "demand", "unserved", "other", "swapped"
OUTSIDE: Final = (DEMAND, UNSERVED, OTHER)
"""Sources and destinations of work that are no site."""
KIND: Final = {
    ("", ""): "moved",
    (DEMAND, ""): "demand_grew",
    ("", DEMAND): "demand_fell",
    (UNSERVED, ""): "newly_served",
    ("", UNSERVED): "newly_unserved",
    (DEMAND, UNSERVED): "grew_unserved",
    (UNSERVED, DEMAND): "fell_unserved",
}
"""Kind of a move by source and destination; ``""`` is a site. All others are ``other``."""
KINDS: Final = (*KIND.values(), OTHER, SWAPPED)
"""``swapped`` is what moves between a plan and an equal of it, which no input asks for."""
COLUMNS: Final = ("kind", "region", "workload", "site_from", "site_to", "load")


def change_of(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return after - before over the entries of both, 0 where one has none; dust is 0."""
    index = before.index.union(after.index)
    difference = after.reindex(index, fill_value=0.0) - before.reindex(index, fill_value=0.0)
    return difference.where(difference.abs() >= DUST, 0.0)


def moves_between(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what moved from one plan to the other."""
    sites = change_of(*(mean_load(tables, PAIR_AND_SITE) for tables in (before, after)))
    demand, unserved = (
        change_of(*(mean(tables, PAIR) for tables in (before, after))) for mean in (mean_demand, mean_unserved)
    )
    at_sites: dict[Pair, dict[str, float]] = defaultdict(dict)
    for (region, workload, site), load in _entries(sites):
        at_sites[region, workload][site] = load
    asked, open_ = (dict(_entries(change)) for change in (demand, unserved))
    pairs = {*at_sites, *asked, *open_}
    rows = [
        (*pair, *row)
        for pair in sorted(pairs)
        for row in _of_pair(at_sites.get(pair, {}), asked.get(pair, 0.0), open_.get(pair, 0.0))
    ]
    table = pd.DataFrame(rows, columns=["region", "workload", "kind", "site_from", "site_to", "load"])
    table = table.astype({name: float if name == "load" else str for name in table.columns})[list(COLUMNS)]
    return table.sort_values(["load", *COLUMNS[:-1]], ascending=[False, *[True] * 5], ignore_index=True)


def moves_apart(
    before: Mapping[str, pd.DataFrame], near: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return what moved to the nearest equal of a plan, and after it, as ``swapped``, what only swaps places."""
    swaps = moves_between(near, after).assign(kind=SWAPPED)
    return pd.concat([moves_between(before, near), swaps], ignore_index=True)


def _entries(change: pd.Series) -> Iterator[tuple[Any, float]]:
    """Yield the keys and values that are not 0."""
    return ((key, float(value)) for key, value in change.items() if value)


PAIR: Final = ["region", "workload"]
PAIR_AND_SITE: Final = [*PAIR, "site"]


def _of_pair(sites: Mapping[str, float], demand: float, unserved: float) -> Iterator[tuple[str, str, str, float]]:
    """Yield kind, from, to and load [MW] of one region's workload.

    Parameters
    ----------
    sites
        Change of the load [MW] by site, none of them 0.
    demand, unserved
        Change of demand and of unserved demand [MW].
    """
    names, change = list(sites), np.array(list(sites.values()), dtype=float)
    rest = float(change.sum()) - (demand - unserved)
    open_ = rest if abs(rest) > UNBALANCED else 0.0
    outside = np.array([demand, -unserved, open_])
    leaves, arrives = np.clip(-change, 0, None), np.clip(change, 0, None)
    comes, goes = np.clip(outside, 0, None), np.clip(-outside, 0, None)
    there = [("", name) for name in names]
    beyond = [(cause, "") for cause in OUTSIDE]
    # Work at sites is first taken to have moved, demand that came and went without a site to have met itself; what is
    # left of the sites then is what demand and what is unserved leave over.
    yield from _rows(there, there, _shared(leaves, arrives))
    yield from _rows(beyond, beyond, _shared(comes, goes))
    leaves, arrives = _left(leaves, arrives)
    comes, goes = _left(comes, goes)
    yield from _rows(there, beyond, _poured(leaves, goes))
    yield from _rows(beyond, there, _poured(arrives, comes).T)


def _shared(sources: Vector, sinks: Vector) -> Vector:
    """Return how much goes from each source to each sink in proportion: all of the smaller side, (sources, sinks)."""
    largest = max(float(sources.sum()), float(sinks.sum()))
    return np.outer(sources, sinks) / largest if largest else np.zeros((len(sources), len(sinks)))


def _left(sources: Vector, sinks: Vector) -> tuple[Vector, Vector]:
    """Return what :func:`_shared` leaves of either side: of the smaller nothing."""
    have, want = float(sources.sum()), float(sinks.sum())
    smaller = min(have, want)
    return (
        sources * (1 - smaller / have) if have > want else np.zeros_like(sources),
        sinks * (1 - smaller / want) if want > have else np.zeros_like(sinks),
    )


def _poured(whole: Vector, parts: Vector) -> Vector:
    """Return all of ``whole``, split in the proportions of ``parts``, (whole, parts)."""
    total = float(parts.sum())
    return np.outer(whole, parts / total) if total else np.zeros((len(whole), len(parts)))


def _rows(
    sources: Sequence[tuple[str, str]], sinks: Sequence[tuple[str, str]], loads: Vector
) -> Iterator[tuple[str, str, str, float]]:
    """Yield kind, from, to and load of the pairs that carry any; an end is (cause, "") or ("", site)."""
    for i, j in zip(*np.nonzero(loads >= DUST), strict=True):
        (came, site_from), (went, site_to) = sources[i], sinks[j]
        yield KIND.get((came, went), OTHER), site_from, site_to, float(loads[i, j])
