"""``planner compare``: finished runs read, compared with the first, told, written and drawn."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import UsageError, shown
from planner.io.results.result_tables import write_table
from planner.io.results.run_folder import check_target, run_folder
from planner.io.workbook.tables import write_workbook
from planner.language import Message, rendered, say, spoken
from planner.libraries import import_alone
from planner.pipeline.finished import read_results
from planner.progress import working_on
from planner.studies.compare.differences.comparison import Comparison, compare_runs, labels_of, together
from planner.studies.compare.differences.moves import SWAPPED
from planner.studies.compare.differences.nearest import SECONDS, nearest_equal
from planner.studies.compare.differences.run import Run
from planner.studies.compare.layers import change_layers
from planner.studies.compare.sheets import plain, sheets_of
from planner.studies.compare.text import overview_of, text_of
from planner.studies.compare.words import pairing
from planner.studies.compare.years import NOT_APART, lead_of, pairs_of
from planner.views.drawing import check_basemap
from planner.views.page.style import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.studies.compare.differences.nearest import Nearest

FEWEST = 2
TEXT, WORKBOOK, MAP = "comparison.txt", "comparison.xlsx", "difference"


def compare(folders: Sequence[str | Path], *, seconds: float = SECONDS) -> list[Comparison]:
    """Compare finished runs with the first of them.

    ``seconds`` [s] for each run, to find its equal nearest to the base, so that effects of the inputs are told apart
    from swaps at equal cost; 0: do not look for it.
    """
    if len(folders) < FEWEST:
        raise UsageError(say("compare takes two runs or more, the base first: planner compare BASE RUN …"))
    paths = [Path(folder) for folder in folders]
    known = {path: read_results(path) for path in dict.fromkeys(paths)}
    labels = labels_of([(known[path].scenario.name, str(path)) for path in paths])
    places = [_place(path) for path in paths]
    base, *others = (Run(*run) for run in zip(labels, (known[path] for path in paths), places, strict=True))
    return [comparison for other in others for comparison in _compared(base, other, seconds)]


def _compared(base: Run, other: Run, seconds: float) -> list[Comparison]:
    """Compare a run with the base; of several years, each with the same one."""
    pairs = pairs_of(base, other)
    if (lead := lead_of(base, other)) is None:
        return [compare_runs(*pair, _near(*pair, seconds)) for pair in pairs]
    found = [compare_runs(*pair, NOT_APART if seconds else None) for pair in pairs]
    return [replace(found[0], lead=lead), *found[1:]]


def _near(base: Run, other: Run, seconds: float) -> Nearest | Message | None:
    """Return the run's equal that is nearest to the base; of one and the same plan there is nothing to look for."""
    is_same = base.results.scenario.content_hash == other.results.scenario.content_hash and base.folder == other.folder
    return None if is_same or not seconds else nearest_equal(base.results, other.results, seconds)


def _place(path: Path) -> str:
    """Return where a folder really lies, so that the same run is known by any name."""
    return str(path.resolve())


def told(comparisons: Sequence[Comparison]) -> str:
    """Return what the comparisons say as plain text, in the language that is spoken."""
    texts = [text_of(comparison) for comparison in comparisons]
    leads = [comparison.lead for comparison in comparisons]
    if any(leads):
        texts = [part for lead, text in zip(leads, texts, strict=True) for part in (_line(lead), text) if part]
    elif len(comparisons) > 1:
        texts.insert(0, overview_of(comparisons))
    return "\n".join(texts)


def _line(lead: Message | None) -> str:
    return "" if lead is None else f"{rendered(lead)}\n"


def check_out(out: Path, basemap: Path | None = None) -> None:
    """Refuse what could not be written or drawn before anything is read."""
    if os.path.lexists(out):
        raise UsageError(say("{out} exists already; choose another --out", out=shown(out)))
    check_target(out)
    if basemap is not None:
        check_basemap(basemap)


def write_comparison(
    comparisons: Sequence[Comparison],
    out: Path,
    *,
    formats: Sequence[str] = FORMATS,
    basemap: Path | None = None,
) -> None:
    """Write a folder with the text, a CSV a table, the workbook and a map for each run; whole or not at all."""
    tables = together(comparisons)
    text = told(comparisons)
    working_on(say("writing"))
    with run_folder(out) as folder:
        (folder / TEXT).write_text(text, encoding="utf-8")
        for name, table in tables.items():
            write_table(plain(table), folder / f"{name}.csv")
        write_workbook(folder / WORKBOOK, list(sheets_of(comparisons, tables)))
        for number, comparison in enumerate(comparisons, start=1):
            stem = MAP if len(comparisons) == 1 else f"{MAP}-{number}"
            draw_difference(comparison, folder, stem, formats=formats, basemap=basemap)


def draw_difference(
    comparison: Comparison,
    folder: Path,
    stem: str = MAP,
    *,
    formats: Sequence[str] = FORMATS,
    basemap: Path | None = None,
) -> list[Path]:
    """Draw what moved, in the language that is spoken, and return the files."""
    working_on(say("drawing the figure"))
    import_alone("matplotlib")
    from planner.views.maps.difference import draw_changes  # noqa: PLC0415 - matplotlib is slow to import
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415 - as above

    sites, moves = change_layers(comparison)
    title, notes = _title(comparison), _notes(comparison)
    figure = draw_changes(sites, moves, title=title, notes=notes, language=spoken(), basemap=basemap)
    return save_figure(figure, folder, stem, formats)


def _title(comparison: Comparison) -> Message:
    labels = {"base": comparison.before.label, "run": comparison.after.label}
    return say("What moved: {run} against {base}", **labels)


def _notes(comparison: Comparison) -> list[Message]:
    hashes = [run.results.manifest["content_hash"][:8] for run in (comparison.before, comparison.after)]
    load, swapped = comparison.moved(), comparison.moved(SWAPPED)
    apart = [
        say("Not drawn: {swapped:,.1f} MW that only swap places between plans as good as each other.", swapped=swapped)
    ]
    return [
        say("{load:,.1f} MW moved between sites, mean over the year.", load=load),
        *(apart if swapped else []),
        pairing(),
        say("Source: inputs {before} and {after}.", before=hashes[0], after=hashes[1]),
    ]
