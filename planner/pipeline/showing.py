"""What a plan shows of itself in Python and in a notebook, and how it becomes a run folder."""

from __future__ import annotations

import base64
import html
import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from planner.language import rendered, spoken
from planner.pipeline.run import write_run
from planner.temporary import temporary_folder
from planner.views import headline
from planner.views.drawing import draw

if TYPE_CHECKING:
    from planner.io.results.results import Results

MAP_WIDTH = 720
"""[px] in a notebook."""


def write_plan(plan: Results, folder: str | Path, *, force: bool = False) -> Path:
    """Write a plan as a run folder like any other: tables, layers, map, page, manifest.

    Parameters
    ----------
    plan
        From :func:`run`, :func:`solve`, :func:`plan_of` or :func:`read_results`.
    folder
        The run folder itself; must not exist yet.
    force
        Replace what stands there, whole.

    Raises
    ------
    CannotWriteError
        The folder exists, or the file system refused.
    """
    return write_run(plan, Path(folder), force=force, drawing={"language": spoken()})


def show(plan: Results) -> str:
    """Return the headline of a plan, as the command prints it; of a run without one, what is known."""
    if not plan.has_plan:
        return f"<{plan.scenario.name}: {plan.summary.get('status')}>"
    return rendered(headline.of_plan(plan)).rstrip("\n")


def show_html(plan: Results) -> str:
    """Return headline and map of a plan for a notebook; the map only where it can be drawn."""
    text = f"<pre>{html.escape(show(plan))}</pre>"
    if plan.has_plan:
        with suppress(Exception):  # a map that cannot be drawn takes no headline away
            return text + _map(plan)
    return text


def _map(plan: Results) -> str:
    """Return the map as a picture that stands in the page itself."""
    from PIL import Image  # noqa: PLC0415 - it comes with matplotlib, and only a notebook needs it

    with temporary_folder() as folder:
        (drawn,) = draw(plan, folder, language=spoken(), formats=("png",))
        picture, small = Image.open(drawn).convert("RGB"), io.BytesIO()
        picture.thumbnail((2 * MAP_WIDTH, 2 * MAP_WIDTH))
        picture.quantize(128).save(small, "png", optimize=True)
    data = base64.b64encode(small.getvalue()).decode("ascii")
    return f'<img alt="map" style="max-width:{MAP_WIDTH}px;width:100%" src="data:image/png;base64,{data}">'
