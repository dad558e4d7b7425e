"""``planner bench``: instances, runs, page, in this order; what is there already is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.bench.campaign import run_campaign
from planner.bench.instances import FOLDER, INDEX, freeze
from planner.bench.page.page import PAGE, SCORES, TABLE, write_pages
from planner.bench.page.summary import WORDS, seconds_text
from planner.bench.plan import Campaign
from planner.bench.runs.runs_file import read_runs
from planner.bench.runs.verdict import ruling_of
from planner.bench.solvers.base import FREE, load, modules_of
from planner.errors import SolveInterruptedError, SolverMissingError, UsageError, shown
from planner.language import Message, Text, join, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from planner.bench.page.summary import Summary
    from planner.bench.solvers.record import Record


@dataclass(frozen=True)
class Choice:
    """The options of the command line, as text."""

    solvers: str | None = None
    algorithms: str | None = None
    seeds: str = "0"
    threads: int = 1
    time_limit: float = 600.0
    memory_limit: float | None = None


def bench(
    sources: Sequence[Path],
    folder: Path,
    choice: Choice,
    overrides: Sequence[str] = (),
    on_line: Callable[[Text], None] | None = None,
) -> Summary:
    """Freeze the instances, make the runs that are missing, write the page."""
    campaign = campaign_of(choice)
    if not (folder / INDEX).exists():
        if not sources:
            raise UsageError(say("name the scenario folders or .mps files to make instances of"))
        if folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - {FOLDER}):
            raise UsageError(
                say("{folder} holds something else: choose an --out that is empty or not there", folder=shown(folder))
            )
    freeze(folder, sources, overrides)

    def tell(record: Record, done: int, planned: int) -> None:
        if on_line is not None:
            on_line(f"{done}/{planned} " + _words_of(record))

    try:
        run_campaign(folder, campaign, tell)
    except SolveInterruptedError:
        if read_runs(folder):
            write_pages(folder)
        raise
    return write_pages(folder)


def campaign_of(choice: Choice) -> Campaign:
    """Return the campaign asked for; by default of all free solvers that are installed."""
    names = _split(choice.solvers) if choice.solvers is not None else _installed()
    try:
        seeds = tuple(int(word) for word in _split(choice.seeds))
    except ValueError:
        raise UsageError(
            say("--seeds {seeds}: whole numbers from 0 on, such as 0,1,2", seeds=shown(choice.seeds))
        ) from None
    return Campaign(
        solvers=modules_of(names),
        algorithms=None if choice.algorithms is None else _split(choice.algorithms),
        seeds=seeds,
        threads=choice.threads,
        time_limit=choice.time_limit,
        memory_limit=choice.memory_limit,
    )


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _installed() -> tuple[str, ...]:
    names = tuple(name for name, module in modules_of(FREE).items() if load(module).available() is not None)
    if not names:
        raise SolverMissingError(say("no free solver is installed: {listed}", listed=", ".join(FREE)))
    return names


def _words_of(record: Record) -> Message:
    ruling = ruling_of(record)
    seconds = record.wall if record.seconds is None else record.seconds
    tells = ruling.reason and ruling.status != "optimal_verified"
    return say(
        "{line}: {status}, {seconds} s{reason}",
        line=shown(f"{record.instance} {record.solver} {record.algorithm} seed {record.seed}"),
        status=say("hung, killed") if ruling.is_hung else WORDS[ruling.status],
        seconds=seconds_text(seconds),
        reason=say(" ({reason})", reason=shown(ruling.reason)) if tells else "",
    )


def headline(summary: Summary, folder: Path) -> Message:
    """Return what stands on the terminal at the end: counts, findings, contradictions, where the page is.

    Findings are those of the page, which is in English whatever is spoken: it is for those who build solvers.
    """
    counts = join(
        say("{count} {status}", count=summary.counts[status], status=WORDS[status])
        for status in WORDS
        if summary.counts[status]
    )
    lines: list[Text] = [say("{runs} runs: {counts}", runs=len(summary.settled), counts=counts)]
    lines += [f"{section.title}: {shown(section.finding, 400)}" for section in summary.sections]
    lines += [
        say("contradiction on {instance}: {text}", instance=shown(one.instance), text=shown(one.text, 400))
        for one in summary.conflicts
    ]
    page = shown(folder / PAGE, 400)
    lines.append(say("{page} (and {table}, {scores}, runs.jsonl)", page=page, table=TABLE, scores=SCORES))
    return join([*lines, ""], "\n")
