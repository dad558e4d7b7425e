"""Reference systems of a user's layers: which are degrees of WGS 84, which are transformed, which refused.

One rule for scenarios and base maps. WGS 84 and CGCS2000 are taken as they are; others are transformed by PROJ where
it knows how. PROJ leaves Xian 1980 where it is, without a word, when asked for WGS 84, and moves Beijing 1954 by one
of several local fits, so both are refused by name, as is every datum to which PROJ knows no way. GCJ-02 and BD-09, the
shifted coordinates of Chinese web maps, have no code: only words tell of them.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from planner.errors import shown
from planner.language import Message, Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

WGS84: Final = 4326
DIGITS: Final = 9
"""Decimals of a transformed degree: a tenth of a millimetre, so that machines agree."""
HALF_TURN, QUARTER_TURN = 180.0, 90.0
CODE: Final = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?(EPSG|ESRI|OGC)(?:[:/][\d.]*)?[:/](\w+)(?:\+\d+)?",
    re.IGNORECASE,
)
"""Authority and code; a vertical system behind a ``+`` says nothing of where a place lies."""
CRS84: Final = re.compile(r"crs84(h)?", re.IGNORECASE)
WKT: Final = re.compile(r"\s*(GEOG|PROJ|COMPD|GEODCRS|BOUND|LOCAL|ENG|GEOC)\w*\s*\[", re.IGNORECASE)
PLAIN_NAMES: Final = {
    "wgs84": WGS84,
    "wgs 84": WGS84,
    "cgcs2000": 4490,
    "cgcs 2000": 4490,
    "china geodetic coordinate system 2000": 4490,
}
SHIFTED: Final = (
    ("GCJ-02", re.compile(r"gcj[-_ ]?0?2|火星坐标|(?:高德|腾讯|谷歌中国)坐标", re.IGNORECASE)),
    ("BD-09", re.compile(r"(?<![a-z])bd[-_ ]?0?9(?!\d)|百度(?:坐标|经纬度)", re.IGNORECASE)),
)
"""Words that tell of coordinates shifted by hundreds of metres."""
OLD_DATUMS: Final = (
    ("Xian 1980", re.compile(r"(?<![a-z])xi'?an(?![a-z])|西安", re.IGNORECASE)),
    ("Beijing 1954", re.compile(r"^(?!.*new).*beijing|北京", re.IGNORECASE)),
)
OF_WGS84: Final = re.compile(r"world geodetic system 1984|wgs[ _]?(19)?84", re.IGNORECASE)
OF_CGCS2000: Final = re.compile(
    r"china[ _]2000|cgcs[ _]?2000|china geodetic coordinate system 2000|china_geodetic", re.IGNORECASE
)
UNSAID: Final = re.compile(r"unknown|unspecified|based (up)?on|not specified", re.IGNORECASE)
TO_WGS84: Final = say(
    "transform it to CGCS2000 (EPSG:4490) or WGS 84 (EPSG:4326) with the parameters of its region, and save it in that"
)
STATE_IT: Final = say("give the layer its reference system (in QGIS: Layer, Set CRS), or save it in EPSG:4326")


class SystemRefusedError(Exception):
    """Coordinates of this reference system are not taken; carries problem and remedy."""

    def __init__(self, problem: Message, remedy: Message) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True)
class System:
    """The way from a layer's coordinates to longitude and latitude.

    Attributes
    ----------
    name
        As people call it, with its code.
    transformer
        ``None`` where the coordinates are degrees already.
    note
        What was done, for the user; empty for WGS 84.
    """

    name: Text
    transformer: Transformer | None = None
    note: Text = ""
    is_projected: bool = False

    def to_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in longitude and latitude [degrees]."""
        if self.transformer is None or shape.is_empty:
            return shape
        transformer = self.transformer
        try:
            found: BaseGeometry = shapely.transform(
                shapely.force_2d(shape),
                lambda points: np.round(np.column_stack(transformer.transform(points[:, 0], points[:, 1])), DIGITS),
            )
        except ProjError:
            found = shapely.Point(np.inf, np.inf)
        if not np.isfinite(shapely.get_coordinates(found)).all():
            raise SystemRefusedError(say("a coordinate lies outside what {name} describes", name=self.name), STATE_IT)
        return found

    def check(self, shapes: Iterable[BaseGeometry]) -> None:
        """Refuse degrees under the name of a system of metres."""
        points = shapely.get_coordinates([shape for shape in shapes if not shape.is_empty])
        if not self.is_projected or not len(points):
            return
        if (np.abs(points) <= (HALF_TURN, QUARTER_TURN)).all():
            raise SystemRefusedError(
                say("the layer says {name}, whose coordinates are metres, and these look like degrees", name=self.name),
                STATE_IT,
            )


def system_named(name: str) -> System:
    """Return the system that a text names: a code, a URN, or WKT."""
    _refuse_shifted([name])
    if CRS84.search(name):
        return System("CRS84")
    crs = _known(name.strip())
    if crs is None:
        raise SystemRefusedError(say("the reference system {name} is not known", name=shown(name)), STATE_IT)
    return system_of(crs)


def _known(name: str) -> CRS | None:
    """Return the system of a name, a code or WKT, if PROJ knows it; no other text is handed to PROJ."""
    plain = PLAIN_NAMES.get(name.casefold())
    code = CODE.fullmatch(name)
    try:
        if plain is not None:
            return CRS.from_epsg(plain)
        if code is not None:
            return CRS.from_authority(code[1].upper(), code[2])
        return CRS.from_wkt(name) if WKT.match(name) else None
    except CRSError:
        return None


def system_of(crs: CRS) -> System:
    """Return the way from a reference system to longitude and latitude."""
    name = _name_of(crs)
    _refuse_shifted([crs.name])
    flat = crs.sub_crs_list[0] if crs.is_compound and crs.sub_crs_list else crs
    base = flat.geodetic_crs
    if base is None:
        raise SystemRefusedError(say("{name} is a local system without a datum", name=name), TO_WGS84)
    if flat.is_geocentric:
        raise SystemRefusedError(say("{name} is geocentric: X, Y, Z and no map", name=name), TO_WGS84)
    datum = f"{base.datum.name if base.datum else ''} {base.name}"
    _refuse_old(datum, name)
    if not UNSAID.search(datum) and (OF_WGS84.search(datum) or OF_CGCS2000.search(datum)):
        return _of_todays_datum(flat, name, is_cgcs=OF_CGCS2000.search(datum) is not None)
    return _transformed(flat, name)


def shifted_hint(words: Iterable[str]) -> tuple[str, str]:
    """Return which shifted coordinates a word tells of, and the word; empty texts where none does."""
    for word in words:
        for name, pattern in SHIFTED:
            if pattern.search(word):
                return name, word
    return "", ""


def shifted_note(words: Iterable[str]) -> Text:
    """Return a note where a name or a value beside the geometry tells of shifted coordinates."""
    name, word = shifted_hint(words)
    if not name:
        return ""
    return say(
        "'{word}' tells of {name}, coordinates shifted by up to 1 km; they are taken as WGS 84: convert them if "
        "they are {name}",
        word=shown(word),
        name=name,
    )


def words_of(columns: Iterable[str], rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the words beside geometry that may tell of its coordinates: names, and cells of a column about them."""
    names = list(columns)
    about = [name for name in names if re.search(r"crs|coord|datum|srs|坐标|基准", name, re.IGNORECASE)]
    cells = {str(row[name]) for row in rows for name in about if isinstance(row.get(name), str)}
    return [*names, *sorted(cells)]


def _refuse_shifted(words: Iterable[str]) -> None:
    name, _ = shifted_hint(words)
    if name:
        raise SystemRefusedError(
            say("the coordinates are {name}, shifted by up to 1 km", name=name),
            say("convert them to WGS 84 first, and save the layer in EPSG:4326"),
        )


def _refuse_old(datum: str, name: str) -> None:
    for old, pattern in OLD_DATUMS:
        if pattern.search(datum):
            raise SystemRefusedError(
                say(
                    "the layer is in {name}: {old} lies some 100 m from WGS 84, and no parameters hold for all China",
                    name=name,
                    old=old,
                ),
                TO_WGS84,
            )


def _of_todays_datum(crs: CRS, name: str, *, is_cgcs: bool) -> System:
    """Return the way of a system on WGS 84 or CGCS2000: a projection is undone, the datum stays."""
    taken = say("CGCS2000 degrees are taken as WGS 84; they differ by less than 1 m") if is_cgcs else ""
    if crs.is_geographic and _is_in_degrees(crs):
        note = say("{name}: {taken}", name=name, taken=taken) if taken else ""
        return System(name, None, note)
    target = crs.geodetic_crs if crs.is_projected else CRS.from_epsg(WGS84)
    done = say("coordinates are transformed from {name} to longitude and latitude", name=name)
    note = say("{done}; {taken}", done=done, taken=taken) if taken else done
    return System(name, Transformer.from_crs(crs, target, always_xy=True), note, is_projected=crs.is_projected)


def _transformed(crs: CRS, name: str) -> System:
    """Return the way of a system on another datum, if PROJ knows one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a better way needs a grid that is not here; the note says how good ours is
        try:
            ways = TransformerGroup(crs, WGS84, always_xy=True, allow_ballpark=False).transformers
        except ProjError:
            ways = []
    if not ways:
        raise SystemRefusedError(
            say("the layer is in {name}, from whose datum no transformation to WGS 84 is known", name=name), TO_WGS84
        )
    transformer = Transformer.from_crs(crs, WGS84, always_xy=True, allow_ballpark=False)
    note = say(
        "coordinates are transformed from {name} to WGS 84, to about {metres:g} m",
        name=name,
        metres=max(1.0, ways[0].accuracy),
    )
    return System(name, transformer, note, is_projected=crs.is_projected)


def _is_in_degrees(crs: CRS) -> bool:
    return all("degree" in axis.unit_name.casefold() for axis in crs.axis_info[:2]) and (
        crs.prime_meridian is None or crs.prime_meridian.longitude == 0
    )


def _name_of(crs: CRS) -> str:
    authority = crs.to_authority()
    return shown(crs.name) if authority is None else f"{shown(crs.name)} ({':'.join(authority)})"
