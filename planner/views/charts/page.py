"""One page for every chart: title, legend, panels under one another, notes; text is drawn as it is, never parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from planner.language import Language, Text, rendered
from planner.views.charts import style
from planner.views.maps.sheet import open_sheet
from planner.views.page.glyphs import FONT_FILE, clean_text, measure_text, shorten_text, wrap_text, write_text
from planner.views.page.style import INK, MUTED
from planner.views.page.text import check_language, tell_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE_LINES_MAX = 2
GAP = 5.0
"""Between two panels, besides the heading of the lower one [pt]."""


@dataclass(frozen=True)
class Entry:
    """One line of the legend: a swatch (``band``) or a stroke (``line``), and what it is."""

    text: Text
    band: dict[str, Any] | None = None
    line: dict[str, Any] | None = None


@dataclass
class Page:
    """A page that is filled from the top.

    Attributes
    ----------
    figure
        The figure, for :func:`planner.views.maps.sheet.save_figure`.
    sheet
        Axes over the whole page, in points.
    language
        ``en`` or ``zh``.
    missing
        Characters met so far that the bundled font lacks.
    top, bottom
        Height of the room that is left [pt].
    """

    figure: Figure
    sheet: Axes
    language: Language
    missing: set[str] = field(default_factory=set)
    top: float = style.PAGE[1] - style.MARGIN
    bottom: float = style.MARGIN

    @property
    def width(self) -> float:
        """Width between the margins [pt]."""
        return style.PAGE[0] - 2 * style.MARGIN

    def clean(self, text: Text) -> str:
        """Return a text in the page's language, as it can be drawn."""
        return clean_text(rendered(text, self.language), self.missing)

    def axis_words(self) -> dict[str, Any]:
        """Return how the words of an axis are written."""
        font = FontProperties(fname=str(FONT_FILE), size=style.TEXT_SIZE)
        return {"fontproperties": font, "parse_math": False, "color": INK, "labelpad": 2}

    def write_title(self, title: Text, subtitle: Text) -> None:
        """Write the title, and below it what is shown."""
        text = shorten_text(self.clean(title), style.TITLE_SIZE, self.width)
        self.figure.set_label(text)
        self.top -= style.TITLE_SIZE
        write_text(self.sheet, (style.MARGIN, self.top), text, style.TITLE_SIZE, color=INK, gid="title")
        for line in wrap_text(self.clean(subtitle), style.TEXT_SIZE, self.width)[:TITLE_LINES_MAX]:
            self.top -= style.TEXT_SIZE * style.LEADING
            write_text(self.sheet, (style.MARGIN, self.top), line, style.TEXT_SIZE, color=MUTED, gid="subtitle")
        self.top -= 4

    def write_legend(self, entries: Sequence[Entry]) -> None:
        """Write the legend in as many rows as it needs."""
        wide, high = style.SWATCH
        x, row = style.MARGIN, style.TEXT_SIZE * 1.5
        self.top -= row
        for entry in entries:
            text = shorten_text(self.clean(entry.text), style.TEXT_SIZE, self.width / 2)
            room = wide + 4 + measure_text(text, style.TEXT_SIZE) + 12
            if x > style.MARGIN and x + room - 12 > style.MARGIN + self.width:
                x, self.top = style.MARGIN, self.top - row
            if entry.band is not None:
                self.sheet.add_patch(Rectangle((x, self.top - 0.5), wide, high, **entry.band))
            if entry.line is not None:
                middle = self.top + high / 2 - 0.5
                stroke = {key: value for key, value in entry.line.items() if key != "marker"}
                self.sheet.add_line(Line2D([x, x + wide], [middle, middle], **stroke))
                if "marker" in entry.line:
                    mark = {"marker": entry.line["marker"], "markersize": 4, "linestyle": "none"}
                    self.sheet.add_line(Line2D([x + wide / 2], [middle], color=entry.line["color"], **mark))
            write_text(self.sheet, (x + wide + 4, self.top), text, style.TEXT_SIZE, color=INK, gid="legend")
            x += room
        self.top -= 6

    def write_notes(self, notes: Sequence[Text]) -> None:
        """Write the notes at the foot of the page, and which characters could not be drawn."""
        texts = [self.clean(note) for note in notes]
        if self.missing:
            texts.append(self.clean(tell_missing(self.missing)))
        lines = [line for text in texts for line in wrap_text(text, style.NOTE_SIZE, self.width)]
        leading = style.NOTE_SIZE * style.LEADING
        for number, line in enumerate(reversed(lines)):
            place = (style.MARGIN, self.bottom + number * leading)
            write_text(self.sheet, place, line, style.NOTE_SIZE, color=MUTED, va="baseline", gid="note")
        self.bottom += len(lines) * leading + 4

    def open_panels(self, headings: Sequence[Text], shares: Sequence[float], foot: float) -> list[Axes]:
        """Return axes under one another in the room that is left.

        Parameters
        ----------
        headings
            What each panel shows, with its unit; written above it.
        shares
            The height of each, as shares of all heights.
        foot
            Room for the words below the lowest [pt].
        """
        head = style.TEXT_SIZE * style.LEADING + 2
        room = self.top - self.bottom - foot - len(headings) * head - GAP * (len(headings) - 1)
        y, panels = self.top, []
        for heading, share in zip(headings, shares, strict=True):
            text, place = self.clean(heading), (style.MARGIN, y - style.TEXT_SIZE)
            write_text(self.sheet, place, text, style.TEXT_SIZE, color=INK, gid="head")
            high = room * share / sum(shares)
            y -= head + high
            panels.append(self._add_panel(y, high))
            y -= GAP
        return panels

    def _add_panel(self, y: float, high: float) -> Axes:
        width, height = style.PAGE
        left = style.MARGIN + style.AXIS
        box = (left / width, y / height, (width - left - style.MARGIN) / width, high / height)
        axes = self.figure.add_axes(box, zorder=2)
        axes.set_facecolor("none")
        axes.tick_params(length=2.5, width=0.6, pad=2, color=MUTED)
        axes.set_axisbelow(True)
        for side, spine in axes.spines.items():
            spine.set(visible=side in {"left", "bottom"}, linewidth=0.6, color=MUTED)
        return axes


def open_page(language: str) -> Page:
    """Return an empty page."""
    return Page(*open_sheet(style.PAGE), check_language(language))


def set_ticks(axes: Axes, which: str, places: Sequence[float], labels: Sequence[str]) -> None:
    """Put ticks with clean labels on an axis (``x`` or ``y``), in the bundled font."""
    font = FontProperties(fname=str(FONT_FILE), size=style.TEXT_SIZE)
    getattr(axes, f"set_{which}ticks")(places, labels, fontproperties=font, parse_math=False, color=INK)


def scale_figures(axes: Axes, low: float, high: float, count: int) -> None:
    """Give the vertical axis a range, about so many round ticks, and lines to read them by."""
    high = high if high > low else low + 1.0
    steps = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [float(tick) for tick in steps if low - 1e-9 <= tick <= high * (1 + 1e-9)]
    axes.set_ylim(low, high)
    set_ticks(axes, "y", ticks, [f"{tick:,.10g}" for tick in ticks])
    axes.grid(visible=True, axis="y", color=style.GRID_LINE, linewidth=0.5)
