"""The page of a campaign: one file that loads nothing, made to be read on a screen and printed on A4."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import TYPE_CHECKING, Any

from planner.bench.page.figure import draw_interval, draw_profile
from planner.bench.page.scores import CONFIDENCE, PENALTY, RESAMPLES, SHIFT
from planner.bench.page.style import STYLE
from planner.bench.page.summary import MEANINGS, WORDS, Section, Summary, summarise
from planner.bench.page.tables import NOTABLE_HEADER, markdown, notable_words, score_words, scores_csv
from planner.bench.runs.machine import FILE as MACHINE
from planner.bench.runs.runs_file import read_runs
from planner.bench.runs.verdict import TIGHT
from planner.errors import Fault, InvalidInputError, shown
from planner.io.files.writing import write_whole
from planner.language import say
from planner.models.solving.highs.judge import TOLERANCE
from planner.progress import working_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from planner.bench.page.scores import Score
    from planner.bench.solvers.record import Record

PAGE, TABLE, SCORES = "index.html", "table.md", "scores.csv"
NOTABLE_MAX = 200
"""Runs explained one by one; the rest is counted, and stands in ``runs.jsonl``."""


def write_pages(folder: Path) -> Summary:
    """Write page, table and scores of a campaign's folder, each whole or not at all."""
    working_on(say("writing the page"))
    records = read_runs(folder)
    if not records:
        raise InvalidInputError(
            [Fault(str(folder), say("holds no finished run"), remedy=say("let a run of the campaign end"))]
        )
    summary = summarise(records, _machine(folder))
    texts = {TABLE: markdown(summary), SCORES: scores_csv(summary), PAGE: html_page(summary)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return summary


def _machine(folder: Path) -> dict[str, Any]:
    try:
        machine: dict[str, Any] = json.loads((folder / MACHINE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            [Fault(MACHINE, say("damaged: {error}", error=shown(error)), remedy=say("restore it"))]
        ) from None
    return machine


def html_page(summary: Summary) -> str:
    """Return the page; every word that comes from outside is escaped, and the policy forbids loading anything."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    body = [
        _head(summary),
        *(_section(section) for section in summary.sections),
        _notable(summary),
        _conflicts(summary),
        _options(summary),
        _meanings(summary),
        _method(),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Solver benchmark</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


def _head(summary: Summary) -> str:
    machine, counts = summary.machine, summary.counts
    instances = sum(len(section.instances) for section in summary.sections)
    lines = len({run.line for run in summary.settled})
    tally = ", ".join(f"{counts[status]} {word.en}" for status, word in WORDS.items() if counts[status])
    findings = "".join(f"<li><b>{section.title}:</b> {escape(section.finding)}.</li>" for section in summary.sections)
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['memory']} MiB of memory, {machine['os']}"
    return (
        f"<h1>Solver benchmark</h1>\n<p class='lead'>{instances} instance{'s' * (instances != 1)}, {lines} "
        f"solver–algorithm pairs, {len(summary.settled)} runs: {escape(tally)}.</p>\n"
        f"<ul class='findings'>{findings}</ul>\n"
        f"<p class='where'>{escape(where)}. Python {escape(str(machine['python']))}, planner "
        f"{escape(str(machine['planner']))}. Begun {escape(str(machine['date']))}.</p>"
    )


def _section(section: Section) -> str:
    left_out = [section.label(line) for line in section.profile.left_out if line in section.lines]
    note = f" Not drawn, having run fewer: {escape(', '.join(left_out))}." if left_out else ""
    drawing = draw_profile(section.profile, section.label)
    figure = (
        f"<figure>{drawing}<figcaption>Performance profile over the {section.profile.problems} problems (instance and "
        f"seed) that all lines drawn have run.{note}</figcaption></figure>"
    )
    absent = escape(", ".join(section.label(line) for line in section.absent))
    nothing = f"<p>Ran none of these instances: {absent}.</p>" if absent else ""
    return (
        f"<section><h2>{section.title}</h2>\n<h3>Scores</h3>\n{_scores(section)}{nothing}\n"
        f"{figure if drawing else ''}\n<h3>Every instance</h3>\n{_matrix(section)}</section>"
    )


def _scores(section: Section) -> str:
    header = (
        "line", "instances", "solved", "PAR-10 [s]", "mean [s]", "ratio", "95 % interval", "log scale, line at 1",
        "runs by status",
    )  # fmt: skip
    rows = [_score_cells(section, one) for one in section.scores if one.instances]
    return _table(header, rows, "scores")


def _score_cells(section: Section, one: Score) -> list[str]:
    label, instances, solved, par10, mean, ratio, interval, common = map(escape, score_words(section, one))
    counts = ", ".join(f"{count} {WORDS[status].en}" for status in WORDS if (count := one.statuses.get(status, 0)))
    on = f" <small>on {common}</small>" if not one.is_reference and one.common < one.instances else ""
    bar = draw_interval(one, section.scores)
    return [f"<b>{label}</b>", instances, solved, par10, mean, ratio + on, interval, bar, f"<small>{counts}</small>"]


def _matrix(section: Section) -> str:
    header = ["instance", *(f"<span>{escape(section.label(line))}</span>" for line in section.lines)]
    rows = []
    for instance, size in section.instances.items():
        cells = [f"<th scope='row'>{escape(instance)} <small>{escape(size)}</small></th>"]
        for line in section.lines:
            cell = section.cells.get((instance, line))
            if cell is None:
                cells.append("<td></td>")
                continue
            title = escape(f"{WORDS[cell.status].en}. {cell.reason}".strip())
            cells.append(f'<td class="{cell.status}" title="{title}">{escape(cell.text)}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(f"<th scope='col'>{words}</th>" for words in header)
    table = f"<table class='matrix'><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    key = "Seconds of the solver's own run where solved (mean of the seeds); else the status. ° bound by its word only."
    return f"<div class='wide'>{table}</div><p class='key'>{key}</p>"


def _notable(summary: Summary) -> str:
    runs = summary.notable
    if not runs:
        return ""
    rows = [list(map(escape, notable_words(run, seeds))) for run, seeds in runs[:NOTABLE_MAX]]
    rest = len(runs) - NOTABLE_MAX
    more = f"<p>… and {rest} more, in runs.jsonl.</p>" if rest > 0 else ""
    return f"<section><h2>What needs a word</h2>{_table(NOTABLE_HEADER, rows, 'words')}{more}</section>"


def _conflicts(summary: Summary) -> str:
    if not summary.conflicts:
        return ""
    rows = [
        [
            escape(one.instance),
            escape(one.text),
            "proved: the first is wrong" if one.is_decided else "not decided: both",
        ]
        for one in summary.conflicts[:NOTABLE_MAX]
    ]
    header = ("instance", "who says what", "outcome")
    return f"<section><h2>Contradictions</h2>{_table(header, rows, 'words')}</section>"


def _options(summary: Summary) -> str:
    """Return what was set for each line, as one of its runs was told, and what the solver said it had."""
    samples: dict[str, Record] = {}
    for section in summary.sections:
        for run in sorted(summary.settled, key=lambda one: one.record.key):
            if run.line in section.lines and run.record.kind == section.kind and run.record.options_set:
                samples.setdefault(f"{run.line.label}, {section.kind.upper()}", run.record)
    rows = [
        [escape(name), escape(record.version), _options_text(record.options_set), _difference(record)]
        for name, record in sorted(samples.items())
    ]
    header = ("line", "version", "options set", "read back")
    return f"<section><h2>Versions and options</h2>{_table(header, rows, 'words')}</section>" if rows else ""


def _options_text(options: Mapping[str, Any]) -> str:
    return escape(", ".join(f"{name} = {value}" for name, value in options.items()))


def _difference(record: Record) -> str:
    """Return the options that the solver has otherwise than set; they are what a reader must know."""
    read = {name: value for name, value in record.options_read.items() if name in record.options_set}
    if not read:
        return "cannot be asked"
    other = {name: value for name, value in read.items() if not _is_same(value, record.options_set[name])}
    unread = len(record.options_set) - len(read)
    words = "as set" if not other else "otherwise: " + _options_text(other)
    return words + (f" ({unread} cannot be asked)" if unread else "")


def _is_same(read: object, given: object) -> bool:
    """Return whether two options are the same: some solvers answer in words."""
    try:
        return float(str(read)) == float(str(given))
    except ValueError:
        return str(read) == str(given)


def _meanings(summary: Summary) -> str:
    rows = [[f"<b>{WORDS[status].en}</b>", escape(MEANINGS[status]), str(summary.counts[status])] for status in WORDS]
    return f"<section><h2>What each status means</h2>{_table(('status', 'meaning', 'runs'), rows, 'words')}</section>"


def _method() -> str:
    words = (
        f"Each run is a fresh process; the order of runs is shuffled. A plan may break a rule by {TOLERANCE:g} of its "
        "largest term, computed in exact arithmetic from the file. An LP is proved by a bound that any duals "
        "give exactly (Neumaier and Shcherbina). A claim is refuted by a plan that keeps all rules to "
        f"{TIGHT:g} and beats it by more than {TOLERANCE:g}. PAR-10: a run that is not solved counts {PENALTY:g} times "
        f"its limit. Mean: shifted geometric, {SHIFT:g} s, seeds within an instance first. Ratio: to the reference, "
        "which has the least mean of the lines that ran the most instances, over the instances both ran; interval: "
        f"{CONFIDENCE:.0%} percentile bootstrap over instances, {RESAMPLES} resamples, fixed seed. Where the interval "
        "holds 1, no winner is named. Instances that a solver did not run (unsupported, unlicensed, beyond its free "
        "size) are left out of its score: read a mean together with the number of instances it stands on."
    )
    return f"<section><h2>How it is reckoned</h2><p>{escape(words)}</p></section>"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], name: str) -> str:
    """Return a table of cells that are HTML already."""
    head = "".join(f"<th scope='col'>{escape(word)}</th>" for word in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class='wide'><table class='{name}'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
