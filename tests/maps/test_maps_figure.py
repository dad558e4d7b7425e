"""The figure says what the plan says: sizes, colours, widths, scale, inset, words."""

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import shapely
from maps_worlds import Find, Plan, ReadTexts, make_flow, make_layer, make_region, make_site
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import imread
from pyproj import Geod, Proj

from planner.language import LANGUAGES
from planner.views.maps.figure import draw_map
from planner.views.maps.flows import select_flows
from planner.views.maps.labels import Name, place_names
from planner.views.maps.layers import Flow
from planner.views.maps.sheet import save_figure
from planner.views.page import style
from planner.views.page.errors import DrawingError
from planner.views.page.scales import choose_breaks, classify

ALBERS = Proj("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84")
NOTHING = make_layer([make_site("x", 100, 30)]).iloc[:0]


def find_names(figure: Figure, kind: str) -> list[Any]:
    """Return the texts of the names of one kind."""
    return figure.findobj(lambda artist: str(artist.get_gid()).startswith(kind))


def find_boxes(figure: Figure, artists: list[Any]) -> list[Any]:
    """Return the boxes of artists as the renderer sees them [pixel]."""
    renderer = figure.canvas.get_renderer()
    return [artist.get_window_extent(renderer) for artist in artists]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_draw_all_formats(nation: Plan, tmp_path: Path, language: str) -> None:
    """Proves that each language draws and saves in three formats without a warning, a missing glyph being one.

    Breaks if a word of the catalogue uses a character outside the bundled font, or a format fails.
    """
    figure = draw_map(*nation, title="东数西算 East Data", notes=["91 % 示意"], language=language)
    paths = save_figure(figure, tmp_path / "new", "map")
    assert [path.name for path in paths] == ["map.png", "map.svg", "map.pdf"]
    assert all(path.stat().st_size > 10_000 for path in paths)
    assert imread(paths[0]).shape[:2] == (2480, 3507)


def test_names_follow_the_language(nation: Plan, national_map: Figure, read_texts: ReadTexts) -> None:
    """Proves that labels are of the language asked for. Breaks if name_zh and name_en are swapped."""
    chinese = read_texts(draw_map(*nation, title="t", language="zh"))
    assert "张家口" in chinese
    assert "Zhangjiakou" not in chinese
    assert "Zhangjiakou" in read_texts(national_map)


def test_name_falls_back_to_the_other_language_then_the_id(read_texts: ReadTexts) -> None:
    """Proves that a site without a name in the language shows its other name, and else its id. Breaks if blank."""
    sites = make_layer(
        [make_site("a", 100, 30, name_zh="甲"), make_site("site-b", 110, 30), make_site("c", 115, 40, name_en=np.nan)]
    )
    texts = read_texts(draw_map(sites, NOTHING, NOTHING, title="t"))
    assert {"甲", "site-b", "c"} <= set(texts)


def test_unknown_language_is_an_error(nation: Plan) -> None:
    """Proves that a language outside the catalogue is refused by name. Breaks if one falls back to English."""
    with pytest.raises(DrawingError, match=r"'fr'.*en, zh"):
        draw_map(*nation, title="t", language="fr")


def test_circle_area_is_proportional_to_load(nation: Plan, national_map: Figure, find: Find) -> None:
    """Proves that circle areas stand as the loads do. Breaks if the diameter is made proportional."""
    loads = np.sort(nation[0]["it_load"].to_numpy())[::-1]
    areas = find(national_map, "sites").get_sizes()
    large = loads > loads[0] * (style.CIRCLE_MIN / style.CIRCLE_MAX) ** 2
    assert large.sum() > 20
    np.testing.assert_allclose(areas[large] / areas[0], loads[large] / loads[0])
    assert np.sqrt(areas[0]) == pytest.approx(style.CIRCLE_MAX)


def test_circle_colour_is_the_class_of_the_green_share(find: Find) -> None:
    """Proves which share has which colour, limits included, and that NaN is hatched. Breaks if classes shift by one."""
    shares = [0.0, 0.1999, 0.2, 0.5, 0.79, 0.8 - 1e-9, 1.0, np.nan]
    sites = [make_site(str(i), 90 + 4 * i, 35, it_load=90.0 - i, green_power_share=v) for i, v in enumerate(shares)]
    figure = draw_map(make_layer(sites), NOTHING, NOTHING, title="t")
    colours = [to_hex(colour) for colour in find(figure, "sites").get_facecolors()]
    expected = [style.GREEN_COLOURS[i] for i in (0, 0, 1, 2, 3, 4, 4)] + [style.GREEN_UNKNOWN]
    assert colours == expected
    assert len(find(figure, "sites-unknown").get_offsets()) == 1


def test_only_new_build_has_a_ring(nation: Plan, national_map: Figure, find: Find) -> None:
    """Proves that rings stand on the sites with new capacity and nowhere else. Breaks if capacity is read instead."""
    new = nation[0].loc[nation[0]["capacity_new"] > 0].geometry
    expected = np.sort(np.column_stack(ALBERS(new.x, new.y)), axis=0)
    np.testing.assert_allclose(np.sort(find(national_map, "rings").get_offsets(), axis=0), expected, atol=1)


def test_shading_is_the_sum_of_demand(find: Find) -> None:
    """Proves that regions of one province add up, by name in short or in full and by place. Breaks if one overwrites.

    Sichuan has 300 + 300 MW, Yunnan 600, Hubei 300, Gansu 40: the first two share a colour, Hubei and Gansu do not.
    """
    regions = [
        make_region("a", 104, 30.6, province="四川", demand=300.0),
        make_region("b", 90, 30.0, province="四川省", demand=300.0),
        make_region("c", 102.7, 25.0, demand=600.0),
        make_region("d", 114.3, 30.6, province="nowhere", demand=300.0),
        make_region("e", 103.8, 36.1, province="Gansu", demand=40.0) | {"geometry": None},
    ]
    figure = draw_map(NOTHING, make_layer(regions), NOTHING, title="t")
    colours = [to_hex(colour) for colour in find(figure, "provinces").get_facecolors()]
    order = ["北京", "四川", "云南", "湖北", "甘肃"]
    at = {"北京": 0, "湖北": 16, "四川": 22, "云南": 24, "甘肃": 27}
    beijing, sichuan, yunnan, hubei, gansu = (colours[at[name]] for name in order)
    assert beijing == style.LAND
    assert sichuan == yunnan == style.DEMAND_COLOURS[-1]
    assert gansu == style.DEMAND_COLOURS[0]
    assert hubei in style.DEMAND_COLOURS[1:-1]
    assert sum(colour != style.LAND for colour in colours) == 4


def test_region_in_no_province_is_a_square(find: Find) -> None:
    """Proves that demand abroad is drawn, as a square, and shades no province. Breaks if it is dropped in silence."""
    figure = draw_map(NOTHING, make_layer([make_region("r", 140, 36, demand=70.0)]), NOTHING, title="t")
    assert len(find(figure, "region-squares").get_offsets()) == 1
    assert {to_hex(colour) for colour in find(figure, "provinces").get_facecolors()} == {style.LAND}


def test_breaks_part_the_values_and_hold_every_class() -> None:
    """Proves that the classes' limits rise, lie inside the data, and leave no class empty for well-parted values.

    Breaks if the dynamic programme is off by one: the gap between 12 and 90 must be a limit.
    """
    values = [10.0, 11.0, 12.0, 90.0, 95.0, 400.0, 410.0, 2000.0]
    breaks = choose_breaks(values, 4)
    assert breaks == sorted(set(breaks))
    classes = [classify(value, breaks) for value in values]
    assert classes == [0, 0, 0, 1, 1, 2, 2, 3]
    assert choose_breaks([0.0, 7.0]) == []
    assert len(choose_breaks(list(np.linspace(1, 9, 3000)))) == len(style.DEMAND_COLOURS) - 1


def test_flow_width_is_proportional_to_allocation(find: Find) -> None:
    """Proves that widths stand as the MW do. Breaks if widths go by rank or root."""
    region = make_region("r", 116.4, 39.9)
    sites = [make_site(str(i), 100 + i, 30) for i in range(3)]
    flows = make_layer([make_flow(region, site, mw) for site, mw in zip(sites, (120.0, 60.0, 30.0), strict=True)])
    widths = find(draw_map(make_layer(sites), make_layer([region]), flows, title="t"), "flows").get_linewidths()
    np.testing.assert_allclose(widths, np.array([1, 0.5, 0.25]) * style.FLOW_WIDTH_MAX)


def test_thinning_keeps_the_largest_and_says_so(
    nation: Plan, national_map: Figure, find: Find, read_texts: ReadTexts
) -> None:
    """Proves that the arcs drawn are the fewest that carry 95 %, and that the legend names both numbers.

    Breaks if flows that stay in their place count as MW over distance, or the legend keeps quiet.
    """
    away = np.sort(nation[2].loc[nation[2]["distance"] > 0, "allocation"].to_numpy())[::-1]
    enough = int(np.argmax(np.cumsum(away) >= 0.95 * away.sum())) + 1
    assert len(find(national_map, "flows").get_linewidths()) == enough < len(away)
    legend = " ".join(read_texts(national_map))
    assert f"largest {enough} of {len(away)} flows" in legend


def test_selection_never_claims_more_than_it_draws() -> None:
    """Proves that a cap on the number of arcs lowers the share stated. Breaks if 95 % is printed regardless."""
    arc = shapely.LineString([(100, 30), (110, 30)])
    chosen = select_flows([Flow(arc, 1.0)] * 1000, most=100)
    assert chosen.share == pytest.approx(0.1)
    assert select_flows([]).drawn == []


def test_scale_bar_is_true(national_map: Figure, find: Find) -> None:
    """Proves that the bar is as long as its label says, on the ellipsoid. Breaks if metres and points are mixed up."""
    bars = [find(national_map, f"scale-bar-{half}") for half in (1, 2)]
    left, right = bars[0].get_x(), bars[1].get_x() + bars[1].get_width()
    axes = find(national_map, "map")
    to_metres = axes.transData.inverted().transform
    ends = [
        to_metres(national_map.transFigure.transform((x / style.PAGE[0], bars[0].get_y() / style.PAGE[1])))
        for x in (left, right)
    ]
    degrees = [ALBERS(*end, inverse=True) for end in ends]
    length = Geod(ellps="WGS84").inv(*degrees[0], *degrees[1])[2] / 1000
    assert length == pytest.approx(500, rel=0.02)
    assert "500 km" in [text.get_text() for text in find(national_map, "page").texts]


def test_inset_shows_the_south_china_sea(national_map: Figure, find: Find) -> None:
    """Proves that the inset is there, has all ten dashes and the islands. Breaks if a layer is clipped away."""
    left, bottom, right, top = (
        value
        for pair in zip(
            *(getattr(find(national_map, "inset"), name)() for name in ("get_xlim", "get_ylim")), strict=True
        )
        for value in pair
    )
    dashes = find(national_map, "inset-provinces-lines").get_segments()
    assert len(dashes) == 10
    for dash in dashes:
        assert np.all((dash >= (left, bottom)) & (dash <= (right, top)))
    nansha = np.array(ALBERS(114.3, 10.4))
    vertices = np.vstack([path.vertices for path in find(national_map, "inset-provinces").get_paths()])
    assert np.min(np.hypot(*(vertices - nansha).T)) < 100_000


def test_cluster_labels_do_not_overlap(national_map: Figure, find: Find) -> None:
    """Proves that no name touches another or the inset, as rendered. Breaks if text is measured too small."""
    clusters = find_names(national_map, "cluster-name")
    assert len(clusters) == 10
    boxes = find_boxes(national_map, clusters + find_names(national_map, "site-name") + [find(national_map, "inset")])
    pairs = [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    assert not pairs


def test_labels_leave_circles_free() -> None:
    """Proves that a name is put off its own circle and its neighbours'. Breaks if circles are taken as points."""
    names = [Name(str(i), (100 + 18 * i, 100), 10, (30, 9), cluster=True) for i in range(6)]
    placed, left = place_names(names, (0, 0, 400, 300), [])
    assert not left
    for entry, name in itertools.product(placed, names):
        x, y = np.clip(name.centre, entry.box[:2], entry.box[2:])
        assert np.hypot(x - name.centre[0], y - name.centre[1]) >= name.radius


def test_cluster_without_room_is_named_in_the_legend(read_texts: ReadTexts) -> None:
    """Proves that a cluster's name that finds no room is listed instead. Breaks if it is dropped in silence."""
    sites = [make_site(f"s{i}", 106, 30, hub="h", name_zh=f"{i}号" + "很长的集群名称" * 6) for i in range(160)]
    texts = read_texts(draw_map(make_layer(sites), NOTHING, NOTHING, title="t", language="zh"))
    assert any("未标注名称的集群" in text for text in texts)


def test_sites_left_unnamed_are_counted(national_map: Figure, read_texts: ReadTexts) -> None:
    """Proves that the legend says how many other sites bear a name. Breaks if thinning of names is silent."""
    named = len(find_names(national_map, "site-name"))
    assert named < 31
    assert f"{named} of 31 other sites" in " ".join(read_texts(national_map))


def test_same_input_gives_same_bytes(nation: Plan, tmp_path: Path) -> None:
    """Proves that drawing twice, rows shuffled and matplotlib restyled, gives the same files.

    Breaks with a date in one of them.
    """
    first = save_figure(draw_map(*nation, title="t"), tmp_path / "a", "map")
    shuffled = [layer.sample(frac=1, random_state=3) for layer in nation]
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        second = save_figure(draw_map(*shuffled, title="t"), tmp_path / "b", "map")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_svg_is_well_formed_with_unique_ids(national_map: Figure, tmp_path: Path) -> None:
    """Proves that the SVG parses and no id occurs twice. Breaks if two groups get one gid."""
    (path,) = save_figure(national_map, tmp_path, "map", ["svg"])
    ids = [element.get("id") for element in ET.parse(path).iter() if element.get("id")]  # noqa: S314 - our own file
    assert len(ids) == len(set(ids))
    assert path.stat().st_size < 2_000_000


def test_unknown_format_is_an_error(national_map: Figure, tmp_path: Path) -> None:
    """Proves that another format is refused before anything is written. Breaks if it is skipped."""
    with pytest.raises(DrawingError, match=r"'gif'.*png, svg, pdf"):
        save_figure(national_map, tmp_path, "map", ["png", "gif"])
    assert not list(tmp_path.iterdir())


def test_colours_read_in_grey() -> None:
    """Proves that each scale falls in luminance step by step. Breaks if a colour is changed for its hue alone."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    for colours in (style.GREEN_COLOURS, (style.LAND, *style.DEMAND_COLOURS)):
        grey = [weights @ np.array(mpl.colors.to_rgb(colour)) for colour in colours]
        assert np.all(np.diff(grey) < -0.025)
