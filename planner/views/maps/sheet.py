"""The sheet every figure is drawn on, and its files: the same plan gives the same bytes, whatever the user has set."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from planner.io.files.writing import draft_of
from planner.language import say
from planner.views.page.errors import DrawingError
from planner.views.page.style import FORMATS, PAPER

DPI = 300
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
"""No dates and no versions."""
SETTINGS = {
    "svg.hashsalt": "planner",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.hinting": "none",
    "hatch.linewidth": 0.55,
}
"""Chinese shows on machines without Chinese fonts (SVG outlines); PDF text stays text."""
FOREIGN = ("backend", "interactive", "toolbar", "webagg", "keymap", "timezone", "tk.", "docstring", "figure.max")
"""Settings that do not touch a drawing and are left as the user has them."""


def plain_settings() -> AbstractContextManager[None]:
    """Return a context with matplotlib's own defaults and ours on top, so that a user's style sheet changes nothing."""
    settings: dict[Any, Any] = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith(FOREIGN)}
    return mpl.rc_context(settings | SETTINGS)


def open_sheet(size: tuple[float, float]) -> tuple[Figure, Axes]:
    """Return an empty page of a width and height [pt], and axes over all of it, in points."""
    width, height = size
    figure = Figure(figsize=(width / 72, height / 72), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    sheet = figure.add_axes((0, 0, 1, 1), zorder=5)
    sheet.set(xlim=(0, width), ylim=(0, height))
    sheet.set_axis_off()
    sheet.set_gid("page")
    return figure, sheet


def save_figure(
    figure: Figure, folder: Path, name: str, formats: Sequence[str] = FORMATS, dpi: int = DPI
) -> list[Path]:
    """Write a page as ``<name>.png``, ``.svg`` or ``.pdf``; an earlier one stays until the new one is whole."""
    unknown = next((each for each in formats if each not in METADATA), None)
    if unknown is not None:
        allowed = ", ".join(METADATA)
        raise DrawingError(
            say("format {unknown!r} is not known: allowed are {listed}", unknown=unknown[:80], listed=allowed)
        )
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{kind}" for kind in formats]
    with plain_settings():
        for kind, path in zip(formats, paths, strict=True):
            metadata = {**METADATA[kind], "Title": str(figure.get_label())}
            with draft_of(path) as draft:
                figure.savefig(draft, format=kind, dpi=dpi, metadata=metadata)
    return paths
