"""The base map of the page: land and lines in the plane, in whole units of 100 m."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from planner.language import LANGUAGES, rendered
from planner.views.maps.basemap import find_areas, read_basemap
from planner.views.maps.projection import project_points, project_shape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.views.maps.basemap import BaseMap

UNIT: Final = 100.0
"""[m] A whole number of these is enough for a screen, and half as long to write as degrees."""
VERTICES_MAX: Final = 30_000
"""A user's map with more is simplified until it has no more."""
TOLERANCE_MAX: Final = 1e6
"""[m] Coarser than that nothing is left to see."""
MARGIN: Final = 0.02
"""Room around all that is drawn, as a share of the longer side."""
LEAST: Final = 2_000.0
"""[100 m] Smallest width and height shown, so that a single point has surroundings."""

Place = list[int] | None


def places(layer: gpd.GeoDataFrame) -> list[Place]:
    """Return where each row of a layer of points lies in the plane [100 m], nothing for one without a point."""
    found: list[Place] = []
    for point in layer.geometry:
        if point is None or point.is_empty or not np.isfinite(shapely.get_coordinates(point)).all():
            found.append(None)
        else:
            found.append(_whole(project_points(shapely.get_coordinates(point)))[0])
    return found


def in_plane(degrees: NDArray[np.float64]) -> list[list[int]]:
    """Return points in the plane [100 m] for longitude and latitude, (n, 2)."""
    found: list[list[int]] = np.rint(project_points(degrees.reshape(-1, 2)) / UNIT).astype(int).tolist()
    return found


def draw_land(path: Path | None, regions: gpd.GeoDataFrame, points: Sequence[Place]) -> dict[str, Any]:
    """Return the base map for the page.

    Returns
    -------
    dict
        ``areas`` (polygons), ``lines``, ``of_region`` (the area of each region or nothing), ``bounds`` (left, bottom,
        right, top), ``is_own``, ``file`` and ``notes`` (English, Chinese).
    """
    basemap = read_basemap(path)
    areas = _simplified([project_shape(area) for area in basemap.areas])
    lines = [project_shape(line) for line in basemap.lines]
    names = [str(name) for name in regions["province"]]
    where = [None if point is None or point.is_empty else point for point in regions.geometry]
    return {
        "areas": [_polygons(area) for area in areas],
        "lines": [_whole(shapely.get_coordinates(part)) for line in lines for part in shapely.get_parts(line)],
        "of_region": find_areas(basemap, names, where),
        "bounds": _bounds(basemap, areas, lines, points),
        "is_own": basemap.file is not None,
        "file": basemap.file,
        "notes": [[rendered(note, language) for language in LANGUAGES] for note in basemap.notes],
    }


def _simplified(areas: list[Any]) -> list[Any]:
    """Return areas with no more vertices than a page can hold, as far as that can be: each keeps its largest part."""
    tolerance = UNIT
    while shapely.get_num_coordinates(areas).sum() > VERTICES_MAX and tolerance < TOLERANCE_MAX:
        areas = [_coarser(area, tolerance) for area in areas]
        tolerance *= 2
    return areas


def _coarser(area: Any, tolerance: float) -> Any:
    """Return an area without what is smaller than the tolerance [m]: a ring alone never has fewer than four points."""
    parts = sorted(shapely.get_parts(shapely.simplify(area, tolerance)), key=lambda part: -part.area)
    return shapely.MultiPolygon([part for at, part in enumerate(parts) if not at or part.area > tolerance**2])


def _polygons(area: Any) -> list[list[list[list[int]]]]:
    """Return the polygons of an area, each a list of rings; what is smaller than the unit keeps its place."""
    return [
        [_whole(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(area)
        if part.geom_type == "Polygon"
    ]


def _whole(metres: NDArray[np.float64]) -> list[list[int]]:
    """Return points in whole units, without those that repeat the one before."""
    whole = np.rint(metres / UNIT).astype(int)
    is_new = np.ones(len(whole), dtype=bool)
    is_new[1:] = (np.diff(whole, axis=0) != 0).any(axis=1)
    kept: list[list[int]] = whole[is_new].tolist()
    return kept


def _bounds(basemap: BaseMap, areas: list[Any], lines: list[Any], points: Sequence[Place]) -> list[int]:
    """Return what the map shows at first: land, the bundled ten-dash line, and all sites and regions."""
    shapes = [*areas, *(lines if basemap.file is None or basemap.own_lines else [])]
    corners = [shapely.total_bounds(shapes).reshape(2, 2) / UNIT]
    corners += [np.array([point], dtype=float) for point in points if point is not None]
    every = np.vstack(corners)
    (left, bottom), (right, top) = every.min(axis=0), every.max(axis=0)
    pad = MARGIN * max(right - left, top - bottom)
    wide, high = (max(0.0, (LEAST - size) / 2) + pad for size in (right - left, top - bottom))
    return [round(left - wide), round(bottom - high), round(right + wide), round(top + high)]
