"""The Albers projection of the map, and the frame that carries metres onto the page."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

LONGITUDE_0 = 105.0
ALBERS = f"+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0={LONGITUDE_0:g} +datum=WGS84 +units=m"
"""Equal areas, and lengths within about 4 % over China (standard parallels as on Chinese national maps)."""

CUT = LONGITUDE_0 - 180
"""The meridian at which the projection tears the globe open [degree]."""
SIDE_MIN = 200_000.0
"""Smallest width and height shown [m], so that a single point has surroundings."""

Bounds = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@cache
def _open_transformer() -> Transformer:
    return Transformer.from_crs("EPSG:4326", ALBERS, always_xy=True)


def project_points(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return metres in the projection for longitude and latitude, both of shape (n, 2)."""
    x, y = _open_transformer().transform(points[:, 0], points[:, 1])
    return np.column_stack([x, y])


def project_shape(shape: BaseGeometry) -> BaseGeometry:
    """Return a polygon or line in metres; what lies across the tear of the projection is cut there first."""
    left, _, right, _ = shape.bounds
    if left < CUT < right:
        halves = [
            shapely.intersection(shape, shapely.box(-180, -90, CUT - 1e-6, 90)),
            shapely.intersection(shape, shapely.box(CUT + 1e-6, -90, 180, 90)),
        ]
        shape = shapely.union_all(halves)
    return shapely.transform(shape, project_points)


def project_arc(arc: shapely.LineString) -> BaseGeometry:
    """Return an arc in metres, broken where it crosses the tear of the projection.

    The arc may pass the antimeridian (179° to -179°): that is no jump in this projection.
    """
    degrees = shapely.get_coordinates(arc)
    metres = project_points(degrees)
    east = (degrees[:, 0] - LONGITUDE_0 + 180) % 360
    breaks = np.flatnonzero(np.abs(np.diff(east)) > 180) + 1  # noqa: PLR2004 - more than half round is a jump
    pieces = [piece for piece in np.split(metres, breaks) if len(piece) > 1]
    return shapely.MultiLineString(pieces) if len(pieces) != 1 else shapely.LineString(pieces[0])


@dataclass(frozen=True)
class Frame:
    """A window of the projection [m] and the box on the page that it fills [pt], at one scale both ways."""

    window: Bounds
    box: Bounds

    @property
    def scale(self) -> float:
        """Points on the page for a metre of the projection."""
        return (self.box[2] - self.box[0]) / (self.window[2] - self.window[0])

    def place(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places on the page [pt] for points of the projection [m], both of shape (n, 2)."""
        origin = np.array(self.window[:2])
        placed: NDArray[np.float64] = (metres - origin) * self.scale + np.array(self.box[:2])
        return placed

    def cover(self, box: Bounds) -> Bounds:
        """Return the window [m] under a box of the page [pt]."""
        left, bottom, right, top = (
            (side - self.box[i % 2]) / self.scale + self.window[i % 2] for i, side in enumerate(box)
        )
        return left, bottom, right, top


def fit_frame(bounds: Bounds, box: Bounds, *, pad: Bounds = (0, 0, 0, 0)) -> Frame:
    """Return the frame that shows all of ``bounds`` [m] in a box [pt].

    Parameters
    ----------
    bounds
        What must be seen [m].
    box
        Where on the page [pt].
    pad
        Room on the left, below, on the right and above, as shares of the longer side.
    """
    left, bottom, right, top = bounds
    longer = max(right - left, top - bottom)
    left, right = left - pad[0] * longer, right + pad[2] * longer
    bottom, top = bottom - pad[1] * longer, top + pad[3] * longer
    width, height = max(right - left, SIDE_MIN), max(top - bottom, SIDE_MIN)
    ratio = (box[2] - box[0]) / (box[3] - box[1])
    width, height = max(width, height * ratio), max(height, width / ratio)
    x, y = (left + right) / 2, (bottom + top) / 2
    return Frame((x - width / 2, y - height / 2, x + width / 2, y + height / 2), box)


def measure_bar(frame: Frame, corner: tuple[float, float], kilometres: float) -> float:
    """Return how long a scale bar must be on the page [pt].

    Parameters
    ----------
    frame
        The frame of the map.
    corner
        Left end of the bar [pt].
    kilometres
        What the bar stands for [km], measured on the ellipsoid from end to end of the bar where it stands.
    """
    wanted = kilometres * 1000
    length = wanted * frame.scale
    for _ in range(4):
        length *= wanted / measure_page(frame, corner, (corner[0] + length, corner[1]))
    return length


def measure_page(frame: Frame, one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the geodesic distance [m] between two places on the page [pt]."""
    spots = [frame.cover((*place, *place))[:2] for place in (one, other)]
    longitude, latitude = _open_transformer().transform(
        [spot[0] for spot in spots], [spot[1] for spot in spots], direction="INVERSE"
    )
    return float(Geod(ellps="WGS84").inv(longitude[0], latitude[0], longitude[1], latitude[1])[2])
