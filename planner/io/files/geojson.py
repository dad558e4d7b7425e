"""The reference system of a GeoJSON document, of scenarios and base maps: degrees of WGS 84 unless it says another.

RFC 7946 took the member ``crs`` away; tools still write it, and mean it.
"""

from __future__ import annotations

from typing import Any

from planner.io.files.reference_systems import STATE_IT, System, SystemRefusedError, shifted_note, system_named
from planner.language import Text, say


def system_in(document: Any) -> System:
    """Return the system of a document's coordinates."""
    crs = document.get("crs") if isinstance(document, dict) else None
    if crs is None:
        return System("WGS 84")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    said = properties if isinstance(properties, dict) else {}
    name = said.get("name")
    if isinstance(crs, dict) and str(crs.get("type")).upper() == "EPSG" and said.get("code") is not None:
        name = f"EPSG:{said['code']}"
    if not isinstance(name, str):
        raise SystemRefusedError(say("the member crs names no reference system"), STATE_IT)
    return system_named(name)


def document_note(document: Any, words: list[str]) -> Text:
    """Return a note where a document's own members, or the words beside its geometries, tell of shifted coordinates."""
    own = [str(value) for key, value in document.items() if isinstance(value, str) and key != "type"]
    members = [str(key) for key in document if key not in {"type", "features", "crs"}]
    return shifted_note([*own, *members, *words])
