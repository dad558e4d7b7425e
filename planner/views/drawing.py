"""What is drawn of a finished plan: its map and its report; nothing of it can lose the plan."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from planner.errors import reason
from planner.language import say
from planner.libraries import import_alone
from planner.progress import working_on
from planner.views.captions import map_notes, surety, unusual_note, whose
from planner.views.limit_words import limits_in_words
from planner.views.page.style import FORMATS
from planner.views.stage_figures import MAPS, STAIRCASE, draw_years
from planner.views.years.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.io.results.results import Results
    from planner.language import Language, Message
    from planner.views.years.section import Years

MAP_LAYERS = ("sites", "regions", "flows", "links")


def draw(
    results: Results,
    folder: Path,
    *,
    language: Language = "en",
    basemap: Path | None = None,
    formats: Sequence[str] = FORMATS,
    layers: Sequence[str] = (),
    stem: str = "map",
) -> list[Path]:
    """Draw the map of results into a folder; layers that are not named stay empty.

    Where none is named all are drawn, but of flows and links the links alone: what flows goes over them.
    """
    working_on(say("drawing the map"))
    import_alone("matplotlib")
    from planner.views.maps.figure import draw_map  # noqa: PLC0415 - matplotlib is slow to import
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415 - as above

    results = results.shown
    settings = results.scenario.settings
    title = settings.title_zh if language == "zh" and settings.title_zh else settings.title or results.scenario.name
    notes = map_notes(results, language)
    full = {name: getattr(results, name) for name in MAP_LAYERS}
    left_out = "links" if full["links"].empty else "flows"
    named = layers or [name for name in MAP_LAYERS if name != left_out]
    shown = [layer if name in named else layer.iloc[:0] for name, layer in full.items()]
    figure = draw_map(*shown, title=title, notes=notes, language=language, basemap=basemap)
    return save_figure(figure, folder, stem, formats)


def load_early() -> None:
    """Load what map and report need, while we wait for the solver's process."""
    with suppress(Exception):  # drawing will meet it again, and says so
        import_alone("matplotlib")
        import_module("planner.views.maps.figure")
        import_module("planner.views.report.page")


def check_basemap(path: Path) -> None:
    """Refuse a base map that cannot be read before any time is spent on solving."""
    from planner.views.maps.basemap import read_basemap  # noqa: PLC0415

    read_basemap(path)


def write_page(results: Results, folder: Path, *, baseline: Results | None = None, basemap: Path | None = None) -> Path:
    """Write ``report.html`` into a folder, in both languages."""
    working_on(say("writing the report"))
    import_alone("matplotlib")  # the base map stands in the same room as the figure
    from planner.views.report.page import write_report  # noqa: PLC0415 - needed only where there is a plan
    from planner.views.report.subject import Subject  # noqa: PLC0415 - as above
    from planner.views.words import word  # noqa: PLC0415 - as above

    years = _years(results) if results.scenario.cases else None
    results, baseline = results.shown, None if baseline is None else baseline.shown
    sure = surety(results.summary, results.manifest)
    unusual = results.manifest.get("unusual_inputs")
    odd = unusual_note(unusual) if unusual else None
    limits = limits_in_words(results)
    subject = Subject(results, baseline, word, sure, whose(results.manifest), odd, limits, years)
    return write_report(subject, folder, basemap)


def _years(results: Results) -> Years:
    """Return several years as the page tells them."""
    from planner.views.report.land import places  # noqa: PLC0415 - geopandas is slow to import
    from planner.views.report.subject import title_of  # noqa: PLC0415 - as above
    from planner.views.years.section import Years, mapped  # noqa: PLC0415 - as above

    outlook = Outlook(results.scenario, results.summary["cases"], results.tables)
    layers = {(case.stage, case.future): results.of_case(case).sites for case in mapped(outlook)}
    sites = {key: (layer, places(layer)) for key, layer in layers.items()}
    shown = results.shown_case
    assert shown is not None  # noqa: S101 - for mypy: there are cases
    return Years(outlook, title_of(results), (shown.stage, shown.future), sites)


def draw_if_possible(results: Results, folder: Path, drawing: Mapping[str, Any]) -> None:
    """Draw the map of a plan and its report into its run folder; a failure becomes a note in the manifest."""
    _try_to(say("map"), ("map",), results, folder, lambda: draw(results, folder, **drawing))
    _try_to(say("figures by stage"), (MAPS, STAIRCASE), results, folder, lambda: draw_years(results, folder, **drawing))
    basemap = drawing.get("basemap")
    _try_to(say("report"), ("report",), results, folder, lambda: write_page(results, folder, basemap=basemap))


def _try_to(what: Message, stems: Sequence[str], results: Results, folder: Path, work: Callable[[], object]) -> None:
    try:
        work()
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - a drawing that fails never loses the plan
        for stem in stems:
            for half in (*folder.glob(f"{stem}.*"), *folder.glob(f".{stem}.*")):
                half.unlink()
        text = say(
            "the {what} could not be drawn: {kind}: {error}", what=what, kind=type(error).__name__, error=reason(error)
        )
        results.manifest["notes"].append(text)
