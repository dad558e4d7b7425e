"""How QGIS draws the layers of a plan when it opens them: QML, the format of its style files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    Class = tuple[float, float, str, str]

GREEN_CLASSES = (
    (-2.0, -0.5, "230,230,230", "not known"),
    (-0.5, 0.2, "255,255,204", "under 20 %"),
    (0.2, 0.4, "194,230,153", "20 to 40 %"),
    (0.4, 0.6, "120,198,121", "40 to 60 %"),
    (0.6, 0.8, "49,163,84", "60 to 80 %"),
    (0.8, 1e6, "0,104,55", "80 % and more"),
)
"""Bounds of the green-power share, colour (ColorBrewer YlGn, legible in grey), label."""
GREEN = 'coalesce("green_power_share", -1)'
CIRCLE = (1.5, 14.0)
"""Diameter [mm] of a site without load, and of the largest."""
ARC = (0.15, 3.0)
"""Width [mm] of the smallest flow, and of the largest."""
INK, ARC_COLOUR, DOT = "35,35,35,255", "31,73,125,150", "90,90,90,255"


LINK_CLASSES = (
    (-2.0, -0.5, "255,255,255", "no bandwidth"),
    (-0.5, 0.2, "217,207,232", "under 20 %"),
    (0.2, 0.4, "180,162,210", "20 to 40 %"),
    (0.4, 0.6, "140,112,182", "40 to 60 %"),
    (0.6, 0.8, "99,62,148", "60 to 80 %"),
    (0.8, 1e6, "45,11,89", "80 % and more"),
)
"""Bounds of the utilisation, colour (from pale to dark, legible in grey), label."""


def styles(
    sites: pd.DataFrame, regions: pd.DataFrame, flows: pd.DataFrame, links: pd.DataFrame | None = None
) -> dict[str, str]:
    """Return the QML of every layer by its name.

    Parameters
    ----------
    sites, regions, flows, links
        The layers; only the largest load, flow [MW] and traffic [Gbit/s] are looked at, for the scales.
    """
    del regions
    size = _root_scale("it_load", _largest(sites["it_load"]), CIRCLE)
    width = _root_scale("allocation", _largest(flows["allocation"]), ARC)
    found = {"sites": _sites(size), "regions": _regions(), "flows": _flows(width)}
    if links is None:
        return found
    both = links["traffic"].astype(float) + links["traffic_back"].astype(float)
    return {**found, "links": _links(_root_scale('traffic" + "traffic_back', _largest(both), ARC))}


def _largest(values: pd.Series) -> float:
    return float(values.max()) if len(values) and values.max() > 0 else 1.0


def _root_scale(column: str, largest: float, bounds: tuple[float, float]) -> str:
    """Return a QGIS expression [mm] that grows with the square root: the area of a circle is what the eye compares."""
    low, high = bounds
    return f'{low} + {high - low} * sqrt(max(0, coalesce("{column}", 0)) / {largest!r})'


def _sites(size: str) -> str:
    document = _document("0", labels=True)
    renderer = _graduated(document, GREEN, GREEN_CLASSES, lambda name, colour: _circle(name, colour, size))
    order = ET.SubElement(renderer, "orderby")  # small circles lie on large ones
    ET.SubElement(order, "orderByClause", {"asc": "0", "nullsFirst": "0"}).text = '"it_load"'
    _add_labels(document)
    return _text(document)


def _graduated(
    document: ET.Element, attribute: str, classes: Sequence[Class], symbol: Callable[[str, str], ET.Element]
) -> ET.Element:
    """Add a renderer that colours by the classes of an expression, each with a symbol of its own."""
    look = {"type": "graduatedSymbol", "attr": attribute, "graduatedMethod": "GraduatedColor"}
    shared = {"symbollevels": "0", "enableorderby": "1", "forceraster": "0"}
    renderer = ET.SubElement(document, "renderer-v2", {**look, **shared})
    ranges, symbols = ET.SubElement(renderer, "ranges"), ET.SubElement(renderer, "symbols")
    for number, (lower, upper, colour, label) in enumerate(classes):
        bounds = {"lower": f"{lower:.6f}", "upper": f"{upper:.6f}", "symbol": str(number), "label": label}
        ET.SubElement(ranges, "range", {**bounds, "render": "true"})
        symbols.append(symbol(str(number), f"{colour},255"))
    return renderer


def _links(width: str) -> str:
    document = _document("1")
    share = 'coalesce("utilisation", -1)'
    _graduated(document, share, LINK_CLASSES, lambda name, colour: _cased(name, colour, width))
    return _text(document)


def _cased(name: str, colour: str, width: str) -> ET.Element:
    """Return a line of a colour on a dark one a little wider, so that a pale one is seen as well."""
    symbol = ET.Element("symbol", _symbol("line", name))
    for shade, wide in ((INK, f"{width} + 0.3"), (colour, width)):
        symbol.append(_line(shade, wide))
    return symbol


def _line(colour: str, width: str) -> ET.Element:
    layer = ET.Element("layer", {"class": "SimpleLine", "enabled": "1", "locked": "0", "pass": "0"})
    options = {"capstyle": "round", "joinstyle": "round", "line_color": colour, "line_style": "solid"}
    _add_options(layer, {**options, "line_width": "0.5", "line_width_unit": "MM"})
    _add_expressions(layer, {"outlineWidth": width})
    return layer


def _regions() -> str:
    document = _document("0")
    renderer = _single_symbol(document)
    renderer.append(_circle("0", DOT, None))
    return _text(document)


def _flows(width: str) -> str:
    document = _document("1")
    renderer = _single_symbol(document)
    symbol = ET.SubElement(renderer, "symbol", _symbol("line", "0"))
    symbol.append(_line(ARC_COLOUR, width))
    return _text(document)


def _document(geometry: str, *, labels: bool = False) -> ET.Element:
    shown = {"version": "3.34.0", "styleCategories": "Symbology|Labeling", "labelsEnabled": str(int(labels))}
    document = ET.Element("qgis", shown)
    ET.SubElement(document, "layerGeometryType").text = geometry
    return document


def _single_symbol(document: ET.Element) -> ET.Element:
    look = {"type": "singleSymbol", "symbollevels": "0", "enableorderby": "0", "forceraster": "0"}
    return ET.SubElement(ET.SubElement(document, "renderer-v2", look), "symbols")


def _symbol(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}


def _circle(name: str, colour: str, size: str | None) -> ET.Element:
    symbol = ET.Element("symbol", _symbol("marker", name))
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleMarker", "enabled": "1", "locked": "0", "pass": "0"})
    _add_options(
        layer,
        {
            "color": colour,
            "name": "circle",
            "outline_color": INK,
            "outline_style": "solid",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
            "scale_method": "diameter",
            "size": str(CIRCLE[0]),
            "size_unit": "MM",
        },
    )
    if size is not None:
        _add_expressions(layer, {"size": size})
    return symbol


def _add_options(layer: ET.Element, options: Mapping[str, str]) -> None:
    parent = ET.SubElement(layer, "Option", {"type": "Map"})
    for name, value in options.items():
        ET.SubElement(parent, "Option", {"name": name, "type": "QString", "value": value})


def _add_expressions(layer: ET.Element, expressions: Mapping[str, str]) -> None:
    """Let QGIS calculate properties of a symbol from the attributes of each feature."""
    outer = ET.SubElement(ET.SubElement(layer, "data_defined_properties"), "Option", {"type": "Map"})
    ET.SubElement(outer, "Option", {"name": "name", "type": "QString", "value": ""})
    properties = ET.SubElement(outer, "Option", {"name": "properties", "type": "Map"})
    for name, expression in expressions.items():
        entry = ET.SubElement(properties, "Option", {"name": name, "type": "Map"})
        details: Iterable[tuple[str, str, str]] = (
            ("active", "bool", "true"),
            ("expression", "QString", expression),
            ("type", "int", "3"),
        )
        for key, kind, value in details:
            ET.SubElement(entry, "Option", {"name": key, "type": kind, "value": value})
    ET.SubElement(outer, "Option", {"name": "type", "type": "QString", "value": "collection"})


def _add_labels(document: ET.Element) -> None:
    """Label each circle with the site's name, in Chinese where it has one, as plain text."""
    labels = ET.SubElement(document, "labeling", {"type": "simple"})
    settings = ET.SubElement(labels, "settings", {"calloutType": "simple"})
    name = """coalesce(nullif("name_zh", ''), nullif("name_en", ''), "site")"""
    style = {"fieldName": name, "isExpression": "1", "fontSize": "8", "fontSizeUnit": "Point", "allowHtml": "0"}
    text = ET.SubElement(settings, "text-style", {**style, "textColor": INK})
    halo = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": "255,255,255,220"}
    ET.SubElement(text, "text-buffer", halo)
    ET.SubElement(settings, "placement", {"placement": "6", "dist": "0.5", "distUnits": "MM", "priority": "5"})
    ET.SubElement(settings, "rendering", {"obstacle": "1", "drawLabels": "1"})


def _text(document: ET.Element) -> str:
    ET.indent(document, " ")
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(document, encoding="unicode") + "\n"
