"""Hostile texts in a real browser: nothing runs, nothing is asked for, no element is more than it should be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.reliability.hostile_texts import TEXTS
from tests.report.report_pages import page_of, poisoned
from tests.report.report_tab import Watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from planner.io.results.results import Results

ATTACKS = (
    "<img src=http://127.0.0.1:9/x onerror=alert(1)>", "<svg><script>alert(1)</script></svg>", "javascript:alert(1)",
    "</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "<!--<script>", "{a|b}{b|c}", "{0}{1}{2}",
    "\u202egnp.exe", "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/>",
)  # fmt: skip
HOSTILE = (*ATTACKS, *[text for text in TEXTS if re.search(r"[<>&\"'{}$%`\\]|//|\u2028", text)][:40])
ALLOWED_DRAWN = {
    "svg",
    "g",
    "path",
    "text",
    "rect",
    "defs",
    "clippath",
    "polyline",
    "line",
    "circle",
    "polygon",
    "tspan",
}


def test_fifty_hostile_texts_stay_text(tab: Callable[..., Watched], world_plan: Results, tmp_path: Path) -> None:
    """Each of fifty texts, in every text field of a plan: no dialog, no request, no complaint, and no element more.

    Site, region, workload, hub, side, technology, province, titles, sources, notes, findings, file names, solver. The
    page's elements are compared with those of a harmless page after sites were chosen, tips shown and the language
    changed. Sensitivity: a name set as innerHTML; a tip of ECharts; a label read as a template.
    """
    assert len(set(HOSTILE)) == 50
    island = tmp_path / "<img src=x onerror=alert(1)>.geojson"  # a small base map is drawn sooner
    square = [[[100, 20], [120, 20], [120, 40], [100, 40], [100, 20]]]
    island.write_text(json.dumps({"type": "Polygon", "coordinates": square}), encoding="utf-8")
    watched = tab()
    page = watched.page
    drive = """() => {
      tipAt(0);
      chooseSite(data.sites.length - 1, false);
      for (const event of [{ seriesId: "flows", data: { flow: 0 } }, { componentType: "geo", name: "0" }])
        showTip(event, { offsetX: 5, offsetY: 5 });
      for (const details of document.querySelectorAll("details")) details.open = true;
      switchLanguage(1); switchLanguage(0);
      const count = (root) => { const found = {}; for (const node of root) found[node.tagName] = (found[node.tagName] ?? 0) + 1; return found; };
      return { page: count(document.querySelectorAll(":not(svg):not(svg *)")),
        drawn: [...new Set([...document.querySelectorAll("svg, svg *")].map((node) => node.tagName.toLowerCase()))],
        title: document.querySelector("h1").textContent, tip: document.getElementById("tip").textContent,
        labels: document.querySelector("#map svg").textContent };
    }"""
    expected = None
    for at, text in enumerate(["harmless", *HOSTILE]):
        path = tmp_path / f"{at}.html"
        path.write_text(page_of(poisoned(world_plan, text), basemap=island), encoding="utf-8")
        watched.requests.clear()
        watched.open(path)
        found = page.evaluate(drive)
        assert found["title"].startswith(text.replace("\n", " ")[:5]) or not text.strip()
        assert set(found["drawn"]) <= ALLOWED_DRAWN, text
        expected = expected or found["page"]
        assert found["page"] == expected, text
        watched.settle()
