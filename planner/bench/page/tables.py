"""The scores of a campaign as CSV, and the whole of it as Markdown for a report or an issue."""

from __future__ import annotations

import csv
import io
import math
import re
from typing import TYPE_CHECKING

from planner.bench.page.summary import MEANINGS, WORDS, seconds_text
from planner.io.files.decoding import guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from planner.bench.page.scores import Score, Settled
    from planner.bench.page.summary import Section, Summary

COLUMNS = (
    "kind", "solver", "algorithm", "threads", "time_limit", "instances", "runs", "solved", "par10",
    "shifted_geometric_mean", "ratio", "ratio_low", "ratio_high", "common_instances", *WORDS,
)  # fmt: skip
"""Times [s]; ``ratio`` of the mean to the reference's over the common instances; then runs by status."""

NOTABLE_HEADER = ("instance", "line", "seeds", "status", "why")


def scores_csv(summary: Summary) -> str:
    """Return every line's score, one a row; text that a spreadsheet would take for a formula is guarded."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for section in summary.sections:
        for one in section.scores:
            line = one.line
            who = [section.kind, line.solver, line.algorithm, line.threads, line.time_limit]
            times = one.par10, one.mean, one.ratio, one.low, one.high
            numbers = [one.instances, one.runs, one.solved, *times, one.common]
            counts = [one.statuses.get(status, 0) for status in WORDS]
            writer.writerow([_plain(value) for value in (*who, *numbers, *counts)])
    return text.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, str):
        return guarded(value)
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value


def markdown(summary: Summary) -> str:
    """Return findings, scores, every run and what speaks against some, as Markdown."""
    parts = ["# Solver benchmark", _conditions(summary)]
    for section in summary.sections:
        parts += [f"## {section.title}", f"{_text(section.finding)}.", _scores(section), _matrix(section)]
    if summary.notable:
        parts += ["## What needs a word", _table(NOTABLE_HEADER, [notable_words(*pair) for pair in summary.notable])]
    parts += ["## What the statuses mean", _table(("status", "meaning"), [(WORDS[s].en, MEANINGS[s]) for s in WORDS])]
    return "\n\n".join(parts) + "\n"


def _conditions(summary: Summary) -> str:
    machine = summary.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine["solvers"].items() if version)
    return _text(
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory']} MiB, {machine['os']}; "
        f"Python {machine['python']}, planner {machine['planner']}; {versions}; begun {machine['date']}."
    )


def _scores(section: Section) -> str:
    header = ("line", "instances", "solved", "PAR-10 [s]", "mean [s]", "ratio", "95 % interval", "on")
    return _table(header, (score_words(section, one) for one in section.scores if one.instances))


def score_words(section: Section, one: Score) -> tuple[str, ...]:
    """Return a score as it is shown: line, instances, solved, PAR-10, mean, ratio, interval, common instances."""
    ratio = "reference" if one.is_reference else "–" if one.ratio is None else ratio_text(one.ratio)
    interval = "–" if one.low is None or one.high is None else f"{ratio_text(one.low)} to {ratio_text(one.high)}"
    solved = f"{one.solved} of {one.runs}"
    times = seconds_text(one.par10), seconds_text(one.mean)
    return section.label(one.line), str(one.instances), solved, *times, ratio, interval, str(one.common)


def ratio_text(ratio: float) -> str:
    """Return a ratio with as many digits as it is worth."""
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:.0f}"  # noqa: PLR2004


def notable_words(run: Settled, seeds: Sequence[int]) -> tuple[str, ...]:
    """Return a run that needs a word as it is shown: instance, line, seeds, status, why."""
    status = "hung, killed" if run.ruling.is_hung else WORDS[run.ruling.status].en
    return run.record.instance, run.line.label, ", ".join(map(str, seeds)), status, run.ruling.reason


def _matrix(section: Section) -> str:
    header = ("instance", "size", *(section.label(line) for line in section.lines))
    return _table(header, _matrix_rows(section))


def _matrix_rows(section: Section) -> Iterator[tuple[str, ...]]:
    for instance, size in section.instances.items():
        cells = (section.cells.get((instance, line)) for line in section.lines)
        yield instance, size, *("" if cell is None else cell.text for cell in cells)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_text, line))} |" for line in lines)


def _text(words: str) -> str:
    """Return text that Markdown shows as it is: no table, link, emphasis or HTML starts in it."""
    flat = "".join(letter if letter.isprintable() else " " for letter in words)
    return re.sub(r"([\\|`*_\[\]<>&#])", r"\\\1", flat)
