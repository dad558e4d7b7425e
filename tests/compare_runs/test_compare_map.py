"""The difference map: what each site gains or loses and what moved between them, and nothing that is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from shapely import LineString, Point

from planner.studies.compare.layers import change_layers
from planner.views.maps.difference import draw_changes
from planner.views.maps.sheet import save_figure
from planner.views.page.errors import DrawingError

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from planner.studies.compare.differences.comparison import Comparison

CRS = "EPSG:4326"


def sites(*rows: tuple[str, float, float, Point | None]) -> gpd.GeoDataFrame:
    """Return a layer of sites: name, before and after [MW], place."""
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("site", "before", "after"))}
    return gpd.GeoDataFrame(columns, geometry=[row[3] for row in rows], crs=CRS)


def moves(*rows: tuple[str, str, float, LineString | None]) -> gpd.GeoDataFrame:
    """Return a layer of moves: from, to, load [MW], arc."""
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("site_from", "site_to", "load"))}
    return gpd.GeoDataFrame(columns, geometry=[row[3] for row in rows], crs=CRS)


WEST, EAST, SOUTH, NORTH = Point(105, 37), Point(121, 31), Point(113, 24), Point(112, 41)
FOUR = sites(("west", 10, 34.5, WEST), ("east", 50, 20, EAST), ("south", 7, 12.5, SOUTH), ("north", 8, 8, NORTH))
ONE = moves(("east", "west", 24.5, LineString([EAST, WEST])))


def marks(figure: Figure, kind: str) -> int:
    """Return how many sites are drawn as of a kind."""
    return len(figure.findobj(lambda artist: str(artist.get_gid()).startswith(f"{kind}-")))


def texts(figure: Figure) -> list[str]:
    """Return every text of a figure."""
    return [artist.get_text() for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_gains_losses_and_what_stays_are_told_apart() -> None:
    """Proves one mark a site, of its kind (two gain, one loses), with the change beside the name, and an arc for the move.

    Sensitivity: the sign turned round, a site without change drawn as one that loses.
    """
    figure = draw_changes(FOUR, ONE, title="T")
    assert [marks(figure, f"change_{kind}") for kind in ("gain", "loss", "none")] == [2, 1, 1]
    said = texts(figure)
    assert "west +24.5" in said
    assert "east –30" in said
    assert "south +5.5" in said
    assert "north" not in said  # no cluster, and nothing to tell of it
    assert "All 1 are drawn, together 24.5 MW." in said
    (flows,) = figure.findobj(lambda artist: artist.get_gid() == "flows")
    assert len(flows.get_paths()) == 1


@pytest.mark.parametrize(("language", "said"), [("en", "gives work away (– MW)"), ("zh", "承接减少（– MW）")])
def test_the_legend_speaks_both_languages(language: str, said: str) -> None:
    """Proves that the legend is in the language asked for. Sensitivity: a word of the other language left in."""
    written = texts(draw_changes(FOUR, ONE, title="", notes=[], language=language))
    assert said in written
    own = [text for text in written if text and not re.fullmatch(r"[\w ,+–.]+", text)]
    assert bool(re.search("[\u4e00-\u9fff]", "".join(own))) or language == "en"


def test_nothing_moved_draws_and_says_so() -> None:
    """Proves that two like plans, and layers without a row, draw a page that says that nothing moved.

    Sensitivity: a scale over no load.
    """
    still = sites(("west", 10, 10, WEST))
    for layer in (still, still.iloc[:0]):
        said = texts(draw_changes(layer, moves(), title="T"))
        assert "Nothing moved from site to site." in said
        assert "No site does more or less work." in said


def test_what_has_no_place_is_named() -> None:
    """Proves that a site without coordinates, and the MW that moved to it, are named below the map.

    Two sites at one place have no arc between them and are no such case. Sensitivity: a site dropped in silence.
    """
    lost = sites(("west", 10, 34.5, None), ("east", 50, 20, EAST), ("twin", 1, 2, EAST))
    unplaced = moves(("east", "west", 24.5, None), ("east", "twin", 1.0, None))
    said = " ".join(texts(draw_changes(lost, unplaced, title="T")))
    assert "Sites not drawn, for want of usable coordinates: 1 (west +24.5)." in said
    assert "Flows over distance not drawn, for want of coordinates: 1, 24.5 MW." in said


def test_a_wrong_layer_is_refused() -> None:
    """Proves that a layer without its columns and a language or format that is not there are errors with the remedy.

    Sensitivity: a KeyError from inside the drawing.
    """
    with pytest.raises(DrawingError, match="layer sites: column after"):
        draw_changes(FOUR.drop(columns="after"), ONE, title="T")
    with pytest.raises(DrawingError, match="language 'fr'"):
        draw_changes(FOUR, ONE, title="T", language="fr")


def test_the_same_layers_give_the_same_bytes(tmp_path: Path) -> None:
    """Proves that the files hold no time and no version. Sensitivity: a date in the SVG or PDF."""
    contents: list[dict[str, bytes]] = []
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        paths = save_figure(draw_changes(FOUR, ONE, title="T"), folder, "difference")
        contents.append({path.name: path.read_bytes() for path in paths})
    assert set(contents[0]) == {"difference.png", "difference.svg", "difference.pdf"}
    assert contents[0] == contents[1]
    with pytest.raises(DrawingError, match="format 'gif'"):
        save_figure(draw_changes(FOUR, ONE, title="T"), tmp_path, "difference", formats=("gif",))


def test_the_layers_are_those_of_the_comparison(national: Comparison) -> None:
    """Proves that the map's changes are the table's, and that moves between two sites are net, one arc a pair.

    Sensitivity: MW both ways drawn over one another.
    """
    places, arcs = change_layers(national)
    table = national.tables["sites"].set_index("site")
    change = (places["after"] - places["before"]).set_axis(places["site"])
    assert (change - table["it_load_difference"]).abs().max() == 0
    net: dict[str, float] = {}
    pairs: list[frozenset[Any]] = []
    for row in arcs.itertuples():
        net[row.site_to] = net.get(row.site_to, 0.0) + row.load
        net[row.site_from] = net.get(row.site_from, 0.0) - row.load
        pairs.append(frozenset({row.site_from, row.site_to}))
    assert len(pairs) == len(set(pairs))
    for site, load in table["it_load_difference"].items():
        assert net.get(str(site), 0.0) == pytest.approx(load, abs=1e-6)
    assert arcs.geometry.notna().all()
