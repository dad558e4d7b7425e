"""A map for each stage on one page: the same scales on all of them, one legend."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from planner.language import Language, Message, Text, rendered, say
from planner.views.maps.basemap import BaseMap, read_basemap
from planner.views.maps.figure import PlanContent
from planner.views.maps.flows import Selection, draw_flows, select_flows
from planner.views.maps.furniture import need_inset, put_in_corner
from planner.views.maps.land import Land, add_axes, draw_land, project_land, project_sea
from planner.views.maps.layers import read_layers
from planner.views.maps.legend import Key, Legend, explain, show_widths
from planner.views.maps.links import Links
from planner.views.maps.notes import collect_notes, draw_notes, draw_title, measure_map, wrap_title
from planner.views.maps.projection import Bounds, Frame, fit_frame
from planner.views.maps.sheet import open_sheet, plain_settings
from planner.views.maps.sites import draw_names
from planner.views.page import style
from planner.views.page.glyphs import clean_text, shorten_text, write_text
from planner.views.page.scales import CircleScale, WidthScale, choose_breaks
from planner.views.page.text import check_language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAPS_MAX: Final = 9
"""Of one page; more would be too small to read."""
CIRCLE_MAX, FLOW_WIDTH_MAX = 19.0, 3.2
"""[pt] On maps of this size."""
FLOW_SHARE, FLOWS_MAX = 0.8, 30
"""Of the MW over distance that the arcs drawn carry, and the most arcs."""
NAMED_MAX: Final = 8
HEADING: Final = style.HEADING_SIZE * 1.7
BETWEEN: Final = 8.0
"""Between two maps [pt]."""
HIGHEST: Final = 0.76
"""Of a map's width: China is no higher."""
INSET_SHARE: Final = 0.27
"""Height of the inset of the South China Sea, of the map's."""
PAD: Final = (0.005, 0.028, 0.056, 0.022)


@dataclass(frozen=True)
class StageMap:
    """One map: its heading, and layers as :func:`planner.views.maps.figure.draw_map` takes them."""

    heading: Text
    sites: gpd.GeoDataFrame
    regions: gpd.GeoDataFrame
    flows: gpd.GeoDataFrame


def draw_stage_maps(
    maps: Sequence[StageMap],
    *,
    title: Text,
    notes: Sequence[Text] = (),
    language: Language = "en",
    basemap: Path | None = None,
) -> Figure:
    """Draw the maps of several stages on one A4 page, in their order, :data:`MAPS_MAX` at most."""
    check_language(language)
    base = read_basemap(basemap)
    with plain_settings():
        contents = _alike([_content(one, base, language) for one in maps])
        return _Sheet(base, contents, [one.heading for one in maps], language).drawn(title, notes)


def _content(one: StageMap, base: BaseMap, language: Language) -> PlanContent:
    layers = read_layers(one.sites, one.regions, one.flows, language)
    return PlanContent(layers, base, Links([]), select_flows(layers.flows, FLOW_SHARE, FLOWS_MAX))


def _alike(contents: list[PlanContent]) -> list[PlanContent]:
    """Give all maps the scales of the largest of them, so that they can be held against each other."""
    loads = [site.load for content in contents for site in content.layers.sites if site.load]
    flows = [flow.load for content in contents for flow in content.selection.drawn]
    breaks = choose_breaks([demand for content in contents for demand in content.demands])
    for content in contents:
        content.circles = CircleScale(max(loads), CIRCLE_MAX) if loads else None
        content.widths = WidthScale(max(flows), FLOW_WIDTH_MAX) if flows else None
        content.shade(breaks)
    return contents


class _Sheet:
    """The page in the making."""

    def __init__(
        self, base: BaseMap, contents: Sequence[PlanContent], headings: Sequence[Text], language: Language
    ) -> None:
        self.base, self.contents, self.headings, self.language = base, contents, headings, language
        self.missing = {character for content in contents for character in content.layers.missing}
        self.land = project_land(base)

    def drawn(self, title: Text, notes: Sequence[Text]) -> Figure:
        """Return the page."""
        figure, page = open_sheet(style.PAGE)
        text = clean_text(rendered(title, self.language), self.missing)
        figure.set_label(text)
        top = draw_title(page, *wrap_title(text))
        first = self.contents[0]
        layers = replace(first.layers, missing=self.missing)
        width = style.PAGE[0] - 2 * style.MARGIN - style.PANEL - style.GUTTER
        lines = collect_notes(
            [*notes, *self._notes()], layers, first.unplaced, self.base, language=self.language, width=width
        )
        box = measure_map(top, lines)
        for content, heading, place in zip(self.contents, self.headings, _boxes(box, len(self.contents)), strict=True):
            self._map(figure, page, content, heading, place)
        panel = (box[2] + style.GUTTER, style.MARGIN, style.PAGE[0] - style.MARGIN, top + style.HEADING_SIZE * 0.5)
        self._explain(Legend(page, panel, self.language))
        draw_notes(page, lines, style.MARGIN, box[1] - 4)
        return figure

    def _map(self, figure: Figure, page: Axes, content: PlanContent, heading: Text, place: Bounds) -> None:
        left, bottom, right, top = place
        text = shorten_text(
            clean_text(rendered(heading, self.language), self.missing), style.HEADING_SIZE, right - left
        )
        write_text(
            page, (left, top - style.HEADING_SIZE), text, style.HEADING_SIZE, color=style.INK, gid="stage-heading"
        )
        box = (left, bottom, right, top - HEADING)
        frame = fit_frame(content.bounds(self.land), box, pad=PAD)
        axes = add_axes(figure, frame, layer=1)
        draw_land(axes, self.land, frame, content.colours, "provinces")
        content.draw(axes)
        if content.widths is not None:
            draw_flows(axes, content.selection.drawn, frame, content.widths)
        corners = [_draw_islands(figure, self.land, frame, content.colours)] if need_inset(self.land, frame) else []
        named = [site for site in content.named if site.load][:NAMED_MAX]
        draw_names(page, named, frame, content.scale, boxes=corners, arcs=content.arcs(frame))

    def _notes(self) -> list[Message]:
        if not self.land.national:
            return []
        return [say("Inset in each map: South China Sea Islands.")]

    def _explain(self, legend: Legend) -> None:
        """Write the legend of all maps together."""
        keys = [content.key() for content in self.contents]
        flags = ("small_circles", "green", "green_unknown", "idle", "new", "demand", "demand_none", "squares", "dots")
        together: dict[str, bool] = {flag: any(getattr(key, flag) for key in keys) for flag in flags}
        key: Key = replace(keys[0], **together, selection=Selection([], 0, 0.0), links=self._explain_flows)  # type: ignore[arg-type]
        largest = max([0.0, *(demand for content in self.contents for demand in content.demands)])
        closing = say(
            "Named in each map: the {count} sites with the largest load, where there is room.", count=NAMED_MAX
        )
        explain(legend, key, largest=largest, closing=closing)

    def _explain_flows(self, legend: Legend) -> None:
        scale = self.contents[0].widths
        if scale is None:
            return
        legend.add_heading(say("Flow: compute demand served (width)"))
        show_widths(legend, scale)
        legend.add_remark(say("Arrows point from the region of the demand to the site."))
        legend.add_remark(
            say(
                "Drawn in each map: the largest flows that carry {share:.0%} of all MW over distance, {count} at most.",
                share=FLOW_SHARE,
                count=FLOWS_MAX,
            )
        )
        legend.end_group()


def _boxes(box: Bounds, count: int) -> list[Bounds]:
    """Return the places of so many maps [pt], in rows, as wide as they can be."""
    left, bottom, right, top = box
    across = 1 if count == 1 else 2 if count <= 4 else 3  # noqa: PLR2004 - two by two, then three by three
    down = math.ceil(count / across)
    wide = (right - left - BETWEEN * (across - 1)) / across
    high = min((top - bottom - BETWEEN * (down - 1)) / down, HEADING + wide * HIGHEST)
    places = []
    for number in range(count):
        row, column = divmod(number, across)
        x, y = left + column * (wide + BETWEEN), top - row * (high + BETWEEN)
        places.append((x, y - high, x + wide, y))
    return places


def _draw_islands(figure: Figure, land: Land, frame: Frame, colours: list[str]) -> Bounds:
    """Draw the South China Sea in a corner of a map, and return where it stands [pt]."""
    sea = project_sea()
    high = INSET_SHARE * (frame.box[3] - frame.box[1])
    box = put_in_corner(frame.box, "lower right", high * (sea[2] - sea[0]) / (sea[3] - sea[1]), high)
    inset = fit_frame(sea, box)
    axes = add_axes(figure, inset, layer=2)
    draw_land(axes, land, inset, colours, "inset-provinces")
    return box
