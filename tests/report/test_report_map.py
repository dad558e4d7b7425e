"""The map of the page in Chromium: every cluster has its name, beside its own circle, and full links are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner.figures import lines
from tests.algebra import plan
from tests.features.test_backbone import NET
from tests.report.report_pages import page_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.report.report_tab import Watched
    from tests.worlds import World

NAMES = """() => {
  const corner = byId("map").getBoundingClientRect(), texts = [...document.querySelectorAll("#map svg text")];
  return data.sites.map(({ name }) => texts.find((text) => text.textContent === named(name))).map((text) => {
    if (!text) return null;
    const box = text.getBoundingClientRect();
    return [box.left - corner.left, box.top - corner.top, box.right - corner.left, box.bottom - corner.top];
  });
}"""
MIDDLES = "data.sites.map(({ at }) => map.chart.convertToPixel('geo', at))"
PLACES = {"A": (104.0, 34.0), "B": (109.0, 30.0), "C": (116.0, 36.0)}


def placed(world: World) -> World:
    """Return a world whose nodes, sites and regions lie on the map."""
    spots = {name: {"longitude": east, "latitude": north} for name, (east, north) in PLACES.items()}
    world = world.with_rows("node", [{"node": name, **spot} for name, spot in spots.items()])
    for table in ("site", "region"):
        world = world.with_rows(table, [{**row, **spots[row["node"]]} for row in world.tables[table]])
    return world


@pytest.mark.parametrize("width", [390, 1280])
def test_every_cluster_has_its_name_beside_its_own_circle(
    width: int, tab: Callable[..., Watched], national_file: Path
) -> None:
    """At a desk no name of a cluster is left out, none hides another, and none covers the middle of another cluster.

    On a telephone, where there is no room for all, those that are drawn do not hide each other.

    Sensitivity: all names to the right: that of Horinger lay on Zhangjiakou, whose own was left out.
    """
    watched = tab(width)
    page = watched.open(national_file)
    watched.settle()
    names, middles = page.evaluate(NAMES), page.evaluate(MIDDLES)
    clusters = page.evaluate("data.sites.map(({ hub }) => hub !== null)")
    drawn = [(at, box) for at, box in enumerate(names) if box is not None]
    assert all(clusters[at] for at, _ in drawn)
    assert not any(_meet(one, other) for at, one in drawn for place, other in drawn if place > at)
    if width > 1000:
        assert len(drawn) == sum(clusters) == 10
        covered = [
            (at, place)
            for at, (left, top, right, bottom) in drawn
            for place, (x, y) in enumerate(middles)
            if clusters[place] and place != at and left < x < right and top < y < bottom
        ]
        assert covered == []


def _meet(one: list[float], other: list[float]) -> bool:
    """Return whether two names hide more of each other than their halos."""
    return all(min(one[axis + 2], other[axis + 2]) - max(one[axis], other[axis]) > 2 for axis in (0, 1))


def test_few_sites_have_their_names_without_a_hub(tab: Callable[..., Watched], tmp_path: Path) -> None:
    """Where there are few sites each has its name, be it a hub's or not.

    Sensitivity: names for clusters of hubs alone, which left the one site of zhongwei-direct without any.
    """
    watched = tab()
    page = watched.open(written(placed(NET), tmp_path))
    watched.settle()
    assert page.evaluate("data.sites.every(({ hub }) => hub === null)")
    assert all(page.evaluate(NAMES))


def test_full_links_are_those_at_their_limit(tab: Callable[..., Watched], tmp_path: Path) -> None:
    """The status counts the links that are as full as they may be, and the table says of each whether it is.

    Proves: by hand, ``direct`` carries 5.4 of 6 Gbit/s, 0.9 of which may be used, and is full by that; ``second`` has room. Sensitivity: a
    link that is full at 100 % alone: one whose limit is 70 % never was, though more bandwidth was said to save money.
    """
    world = placed(NET.with_cells("link", "link_capacity_existing_back", {"second": 5}))
    full = lines.lines_of(plan(world).scenario, plan(world).tables).set_index("line")["full"].to_dict()
    assert full["direct"] == pytest.approx(0.9)
    limit = {row["link"]: float(row["link_utilisation_max"]) for row in NET.tables["link"]}
    reached = [name for name in limit if full[name] >= limit[name] - 1e-6]
    assert 0 < len(reached) < len(limit)
    watched = tab()
    page = watched.open(written(world, tmp_path))
    watched.settle()
    if page.locator("#lines").count():
        page.select_option("#lines", "links")
    assert page.inner_text("#map-status") == f"Links: {len(limit)}, of which {len(reached)} are as full as they may be."
    rows: list[Any] = page.locator("#network ~ div tbody tr").all_inner_texts()
    assert sum("reached" in row for row in rows) == len(reached)
    assert any(row.startswith("direct") and "90.0 %, reached" in row for row in rows)


def written(world: World, folder: Path) -> Path:
    """Return the file of a world's page."""
    path = folder / "report.html"
    path.write_text(page_of(plan(world)), encoding="utf-8")
    return path
