"""Great circles on the sphere of the earth's mean radius: distances between places and arcs to draw."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from pyproj import Geod
from shapely import LineString, MultiLineString

GEOD = Geod(a=6371008.8, f=0)
METRES_PER_KM = 1000.0
HALF_TURN = 180.0


def distances(regions: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """Return the great-circle distance [km] between every region and every site.

    Returns
    -------
    Series
        Indexed by (region, site), regions outermost, in the order given.
    """
    shape = (len(regions), len(sites))

    def spread(frame: pd.DataFrame, axis: str, *, by_row: bool) -> np.ndarray:
        values = frame[axis].to_numpy(dtype=float)
        return np.ascontiguousarray(np.broadcast_to(values[:, None] if by_row else values[None, :], shape)).ravel()

    _, _, metres = GEOD.inv(
        spread(regions, "longitude", by_row=True),
        spread(regions, "latitude", by_row=True),
        spread(sites, "longitude", by_row=False),
        spread(sites, "latitude", by_row=False),
    )
    members = [pd.Index(regions.index, dtype=object), pd.Index(sites.index, dtype=object)]
    index = pd.MultiIndex.from_product(members, names=["region", "site"])
    return pd.Series(np.asarray(metres, dtype=float) / METRES_PER_KM, index=index, name="distance")


def arc(lon1: float, lat1: float, lon2: float, lat2: float, points: int = 32) -> LineString | MultiLineString | None:
    """Return the great-circle arc between two places, split where it crosses the antimeridian."""
    _, _, metres = GEOD.inv(lon1, lat1, lon2, lat2)
    if metres == 0:
        return None
    between = GEOD.npts(lon1, lat1, lon2, lat2, points - 2) if points > 2 else []  # noqa: PLR2004 - the ends
    path = [(lon1, lat1), *between, (lon2, lat2)]
    parts: list[list[tuple[float, float]]] = [[path[0]]]
    for (x1, y1), (x2, y2) in pairwise(path):
        if abs(x2 - x1) > HALF_TURN:
            edge = HALF_TURN if x1 > 0 else -HALF_TURN
            across = x2 + (2 * edge)
            share = (edge - x1) / (across - x1) if across != x1 else 0.0
            latitude = y1 + share * (y2 - y1)
            parts[-1].append((edge, latitude))
            parts.append([(-edge, latitude)])
        parts[-1].append((x2, y2))
    lines = [LineString(part) for part in parts if len(set(part)) > 1]
    return lines[0] if len(lines) == 1 else MultiLineString(lines)
