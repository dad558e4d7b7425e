"""The figures of a run of several years: what stands by stage as a staircase, and a map for each stage on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.language import Message, Named, Text, join, say
from planner.libraries import import_alone
from planner.progress import working_on
from planner.views.captions import map_notes
from planner.views.page.numbers import POWER
from planner.views.page.style import FORMATS
from planner.views.years.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from planner.io.results.results import Results
    from planner.language import Language
    from planner.views.charts.staircase import Stairs
    from planner.views.years.stage_maps import StageMap

MAPS, STAIRCASE = "map_by_stage", "staircase"
COLUMNS: Final = ("stands", "new")
PANELS_MAX: Final = 9
LEAST: Final = 1e-6
"""[MW] Less is a solver's rounding."""


def draw_years(
    results: Results,
    folder: Path,
    *,
    language: Language = "en",
    basemap: Path | None = None,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Draw the figures of several stages into a folder; none of a plan of one year, or of one stage."""
    if not results.scenario.cases:
        return []
    outlook = Outlook(results.scenario, results.summary["cases"], results.tables)
    if len(outlook.stages) < 2:  # noqa: PLR2004 - one step is no staircase
        return []
    working_on(say("drawing the figures by stage"))
    import_alone("matplotlib")
    from planner.views.charts.staircase import draw_staircase  # noqa: PLC0415 - matplotlib is slow to import
    from planner.views.charts.sweep import Words  # noqa: PLC0415 - as above
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415 - as above
    from planner.views.years.stage_maps import draw_stage_maps  # noqa: PLC0415 - as above

    title, notes = _title(results), map_notes(results, language)
    stairs = draw_staircase(
        edges(outlook), stairs_of(outlook), Words(title, say("IT capacity that stands, by stage"), notes, language)
    )
    maps = draw_stage_maps(
        _stage_maps(results, outlook),
        title=say("{title}: by stage", title=title),
        notes=[*_shown_notes(outlook), *notes],
        language=language,
        basemap=basemap,
    )
    return [*save_figure(maps, folder, MAPS, formats), *save_figure(stairs, folder, STAIRCASE, formats)]


def edges(outlook: Outlook) -> list[float]:
    """Return the years at which the stages begin and, at last, that in which the last one ends."""
    return [*(outlook.spans[stage][0] for stage in outlook.stages), outlook.spans[outlook.stages[-1]][1]]


def stairs_of(outlook: Outlook) -> list[Stairs]:
    """Return the panels of the staircase: all sites together, and those at which most is built, the others as one."""
    sites = _by_new(outlook)
    shown = sites if len(sites) < PANELS_MAX else sites[: PANELS_MAX - 2]
    rest = [site for site in dict.fromkeys(outlook.capacity["site"]) if site not in shown]
    panels = [_stairs(outlook, say("All sites"), None)]
    panels += [_stairs(outlook, outlook.name("site", site), [site]) for site in shown]
    if rest and shown:
        panels.append(_stairs(outlook, say("{count} other sites", count=len(rest)), rest))
    return panels


def _by_new(outlook: Outlook) -> list[str]:
    """Return the sites at which anything is built, the most in the last stage first."""
    new = outlook.capacity.groupby("site", sort=False)["new"].sum()
    return [str(site) for site in new[new > LEAST].sort_values(ascending=False, kind="stable").index]


def _stairs(outlook: Outlook, name: Text, sites: Sequence[str] | None) -> Stairs:
    from planner.views.charts.staircase import Stairs  # noqa: PLC0415 - matplotlib is slow to import

    table = outlook.capacity
    here = table if sites is None else table[table["site"].isin(sites)]
    sums = here.groupby(["stage", "future"], sort=False)[list(COLUMNS)].sum()

    stands, new = ([outlook.over_futures(stage, sums[name]) for stage in outlook.stages] for name in COLUMNS)
    stood = [max(0.0, all_of_it.mean - built.mean) for all_of_it, built in zip(stands, new, strict=True)]
    means, low, high = zip(*stands, strict=True)
    return Stairs(name, stood, means, low, high)


def _stage_maps(results: Results, outlook: Outlook) -> list[StageMap]:
    from planner.views.years.stage_maps import StageMap  # noqa: PLC0415 - matplotlib is slow to import

    return [
        StageMap(_heading(outlook, stage), _with_ordered(shown, outlook, stage), shown.regions, shown.flows)
        for stage, shown in _shown(results, outlook)
    ]


def _shown(results: Results, outlook: Outlook) -> list[tuple[str, Results]]:
    """Return the plan of each stage that has a map, in the likeliest future."""
    pairs = [(stage, outlook.case(stage, outlook.likeliest)) for stage in _stages_shown(outlook)]
    return [(stage, results.of_case(pair[0])) for stage, pair in pairs if pair is not None]


def _stages_shown(outlook: Outlook) -> list[str]:
    """Return the stages that have a map: all, or as many as fit, the first and the last among them."""
    from planner.views.years.stage_maps import MAPS_MAX  # noqa: PLC0415 - matplotlib is slow to import

    stages = outlook.stages
    if len(stages) <= MAPS_MAX:
        return stages
    places = {round(number * (len(stages) - 1) / (MAPS_MAX - 1)) for number in range(MAPS_MAX)}
    return [stages[place] for place in sorted(places)]


def _with_ordered(results: Results, outlook: Outlook, stage: str) -> gpd.GeoDataFrame:
    """Return the sites of a stage; what is new there is what this stage builds."""
    table = outlook.capacity
    here = table[(table["stage"] == stage) & (table["future"] == outlook.likeliest)].set_index("site")["ordered"]
    sites = results.sites
    return sites.assign(capacity_new=here.reindex(sites["site"].astype(str)).fillna(0.0).to_numpy())


def _heading(outlook: Outlook, stage: str) -> Message:
    table = outlook.capacity
    here = table[(table["stage"] == stage) & (table["future"] == outlook.likeliest)]
    stands, built = float(here["stands"].sum()), float(here["ordered"].sum())
    return say(
        "{stage}: {capacity} IT capacity, of which {built} are built in this stage",
        stage=outlook.name("stage", stage),
        capacity=POWER.write(stands),
        built=POWER.write(built),
    )


def _shown_notes(outlook: Outlook) -> list[Text]:
    """Say of which future the maps are, and which stages have none."""
    told: list[Text] = []
    if len(outlook.futures) > 1:
        told.append(say("Shown: the likeliest future, {future}.", future=outlook.name("future", outlook.likeliest)))
    left_out = [stage for stage in outlook.stages if stage not in _stages_shown(outlook)]
    if left_out:
        told.append(
            say(
                "Stages without a map, for want of room: {stages}.",
                stages=join(outlook.name("stage", one) for one in left_out),
            )
        )
    return told


def _title(results: Results) -> Message:
    settings = results.scenario.settings
    title = settings.title or settings.title_zh or results.scenario.name
    return Named(title, settings.title_zh or title)
