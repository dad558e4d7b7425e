"""Charts of the hours of a finished run: what is drawn; ``planner.views.charts`` knows how."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError, shown
from planner.faults import nearest
from planner.io.files.writing import writing
from planner.language import Language, Message, Text, say
from planner.libraries import import_alone
from planner.pipeline.finished import LAST, read_results
from planner.progress import working_on
from planner.views.captions import map_notes
from planner.views.page.style import FORMATS
from planner.views.years.chosen import Year, suffix_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from planner.io.results.results import Results
    from planner.views.charts.hours import Hours

KINDS: Final = ("dispatch", "duration")


def chart_run(
    run: Path,
    kind: str,
    *,
    site: str | None = None,
    start: str | None = None,
    language: Language = "en",
    formats: Sequence[str] = FORMATS,
    out: Path | None = None,
    year: Year = LAST,
) -> list[Path]:
    """Draw a chart of a finished run into a folder, by default the run's own."""
    if kind not in KINDS:
        raise UsageError(
            say(
                "chart {kind}: {nearest}; the kinds are {listed}",
                kind=shown(kind),
                nearest=nearest(kind, KINDS),
                listed=", ".join(KINDS),
            )
        )
    if start is not None and kind != "dispatch":
        raise UsageError(say("--from: only dispatch has a first day"))
    read = year.of(read_results(run))
    results = read.shown  # of several years one: the hours of two are no longer year
    place = _site(results, kind, site)
    working_on(say("drawing the figure"))
    import_alone("matplotlib")
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415 - matplotlib is slow to import

    notes: list[Text] = [*map_notes(results, language), say("Run: {run}.", run=run.resolve().name)]
    draw = _duration if kind == "duration" else partial(_dispatch, start=start)
    figure = draw(results, place, notes, language)
    folder = out if out is not None else run
    name = f"{kind}-{place if place is not None else 'all'}{suffix_of(read)}-{language}"
    with writing(folder):
        return save_figure(figure, folder, name, formats)


def _site(results: Results, kind: str, site: str | None) -> str | None:
    sites = results.scenario.sets["site"]
    if site is None:
        if kind == "duration":
            return None if len(sites) > 1 else sites[0]
        if len(sites) > 1:
            raise UsageError(say("--site is needed: {nearest}", nearest=nearest("", sites, say("sites"))))
        return sites[0]
    if site not in sites:
        raise UsageError(
            say(
                "site {site} is not in the plan: {nearest}",
                site=shown(site),
                nearest=nearest(site, sites, say("sites")),
            )
        )
    return site


def _dispatch(
    results: Results, site: str | None, notes: list[Text], language: Language, start: str | None = None
) -> Figure:
    from planner.views.charts.dispatch import draw_dispatch  # noqa: PLC0415

    scenario = results.scenario
    technologies = {name: scenario.called("technology", name) for name in scenario.sets["technology"]}
    return draw_dispatch(
        _hours(results, site),
        site=_name(results, site),
        technologies=technologies,
        notes=notes,
        language=language,
        start=start,
    )


def _duration(results: Results, site: str | None, notes: list[Text], language: Language) -> Figure:
    from planner.views.charts.duration import draw_duration  # noqa: PLC0415

    return draw_duration(_hours(results, site), site=_name(results, site), notes=notes, language=language)


def _name(results: Results, site: str | None) -> Message:
    return say("All sites") if site is None else results.scenario.called("site", site)


def _hours(results: Results, site: str | None) -> Hours:
    """Gather the hours: what the tables do not say, the run's own inputs do."""
    from planner.views.charts.hours import read_hours  # noqa: PLC0415

    scenario = results.scenario
    known = {name: scenario.series(name) for name in ("availability", "period", "time")}
    return read_hours(results.tables, site, scenario.declarations, **known)
