"""Report what uncertainty costs: figures, and lines for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from planner.cases.vintages import NOTHING
from planner.errors import shown
from planner.io.files.writing import writing
from planner.io.read.sources import illustrative_share
from planner.language import SEMICOLON, Language, Message, Text, columns_of, join, padded, rendered, say, spoken
from planner.libraries import import_alone
from planner.progress import working_on
from planner.studies.explain.text import member_called
from planner.studies.futures.command import PLANS, RUN
from planner.studies.futures.failing import brief, failing_lines, plan_words
from planner.studies.futures.findings import EVERY, WAIT
from planner.studies.futures.store import HERE, MEAN, OWN
from planner.studies.futures.words import amount_of, amount_words, asset_words, interval_words, measure_of, size_of
from planner.studies.sweep.report import title_of
from planner.version import __version__
from planner.views.captions import illustrative_note
from planner.views.limit_words import objective_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from planner.studies.futures.findings import Found
    from planner.studies.futures.interval import Interval
    from planner.views.page.numbers import Scale

NAME, FRONTIER_NAME = "futures", "frontier"
TOLD_MAX = 4
"""Of what is built, in a sentence."""
NAME_WIDTH, NUMBER_WIDTH = 34, 30


def headline(found: Found, out: Path, drawn: Sequence[Path]) -> Message:
    """Return the answer for a terminal: three sentences, the plans with their regrets, and where the tables lie."""
    width = max(NAME_WIDTH, *(_columns_of(plan_words(found, plan)) + 2 for plan in found.plans))
    plans = (_line(found, plan, width) for plan in found.plans)
    lines: list[Text] = [*sentences(found), "", _head(width), *plans]
    lines += [*failing_lines(found), *_frontier_lines(found)]
    lines += list(notes_of(found))
    lines += ["", say("tables  {path}", path=out), say("plan    {path}", path=out / PLANS / RUN)]
    lines += [say("figure  {path}", path=path) for path in drawn]
    return join([*lines, ""], "\n")


def sentences(found: Found) -> list[Message]:
    """Return the answer in three sentences: what it is worth to know, what it is worth to hedge, and what to build."""
    return [_knowing(found), _hedging(found), _building(found)]


def _knowing(found: Found) -> Message:
    share = found.evpi.most / abs(found.size) if found.size and math.isfinite(found.evpi.most) else 0.0
    return say(
        "One plan for all futures: {what} {amount} on average; to know which future comes would be worth {evpi} "
        "({share:.2%}).",
        what=objective_word(found.scenario),
        amount=amount_of(found.scenario, found.size),
        evpi=_told(found, found.evpi),
        share=share,
    )


def _hedging(found: Found) -> Message:
    if found.no_mean:
        return say("The futures have no mean to plan for: {reason}.", reason=found.no_mean)
    if found.vss is None:
        trial = next(trial for key, trial in found.trials.items() if (key.kind, key.future) == (MEAN, ""))
        return say(
            "The mean future has no plan of its own: {why}.", why=brief(found, trial) or say("its time was over")
        )
    failing = {f: trial for f, trial in found.failing((MEAN, "")).items() if found.chances[f] > 0}
    if failing:
        future, trial = next(iter(failing.items()))
        return say(
            "Who builds for the mean future has no plan at all in {future}: {why}.",
            future=member_called(found.scenario, future),
            why=brief(found, trial),
        )
    return say(
        "Who builds for the mean future pays {vss} more on average than who plans for all of them.",
        vss=_told(found, found.vss),
    )


def _building(found: Found) -> Message:
    built = [row for row in found.built() if row["known"] == "before"]
    every = [row for row in built if row["verdict"] == EVERY]
    wait = [row for row in built if row["verdict"] == WAIT]
    if not built:
        return say("Before the futures are known nothing is built, whichever comes.")
    first = (
        say("Right in every future: {listed}.", listed=_listed(found, every, "least"))
        if every
        else say("Nothing is right in every future.")
    )
    if not wait:
        return first
    then = say("Wait with: {listed}.", listed=_listed(found, wait, "most"))
    return say("{first} {then}", first=first, then=then)


def _listed(found: Found, rows: Sequence[dict[str, Any]], column: str) -> Message:
    largest = sorted(rows, key=lambda row: -row[column] * size_of(found.scenario, row["asset"], row["index"])[0])
    named = [_one(found, row, column) for row in largest[:TOLD_MAX]]
    if len(rows) > TOLD_MAX:
        named.append(say("and {rest} more", rest=len(rows) - TOLD_MAX))
    return join(named, SEMICOLON)


def _one(found: Found, row: Mapping[str, Any], column: str) -> Message:
    """Return what is built and how much; beside it how much the plan for all builds, where that is more."""
    amount, now = (
        amount_words(found.scenario, row["asset"], row["index"], row[name], row["unit"])
        for name in (column, "here_and_now")
    )
    what = asset_words(found.scenario, row["asset"], row["index"])
    if row["here_and_now"] > row[column] + NOTHING:
        return say("{what} {amount} (the plan for all: {now})", what=what, amount=amount, now=now)
    return say("{what} {amount}", what=what, amount=amount)


def _told(found: Found, interval: Interval) -> Message:
    return interval_words(found.scenario, interval, found.size)


def _columns_of(text: Text) -> int:
    """Return how many columns a text takes in the wider of both languages."""
    return max(columns_of(rendered(text, language)) for language in ("en", "zh"))


def _head(width: int) -> Message:
    parts = [padded("", width), padded(say("on average"), NUMBER_WIDTH), padded(say("mean regret"), NUMBER_WIDTH)]
    return join([*parts, say("largest regret")], "")


def _line(found: Found, plan: tuple[str, str], width: int) -> Message:
    cost, mean, most = found.mean_cost(plan), found.mean_regret(plan), found.max_regret(plan)
    cells = [padded(_told(found, one), NUMBER_WIDTH) for one in (cost, mean)]
    return join([padded(plan_words(found, plan), width), *cells, _told(found, most)], "")


def _frontier_lines(found: Found) -> Iterator[Message]:
    """Yield what each point of the frontier is worth."""
    if found.frontier:
        level = float(found.frontier[0]["level"])
        yield say("expected, and the mean of the worst {share:.3%} of the futures:", share=1.0 - level)
    for row in found.frontier:
        yield say(
            "  at weight {weight:.3g}: {mean}, {worst}",
            weight=float(row["weight"]),
            mean=amount_of(found.scenario, float(row["mean"])),
            worst=amount_of(found.scenario, float(row["worst"])),
        )


def notes_of(found: Found) -> Iterator[Message]:
    """Yield what a reader should know of the numbers."""
    if len({case.stage for case in found.scenario.cases}) > 1:
        yield say("note: amounts are over all stages, discounted to the beginning of the first")
    if found.was_weighed:
        yield say(
            "note: the scenario weighs its worst futures by {weight:.3g}; here they count by their probability alone",
            weight=found.was_weighed,
        )
    if found.evpi.is_cut or (found.vss is not None and found.vss.is_cut):
        yield say("note: neither can be negative: what the gaps of the plans leave below 0 is cut")
    impossible = [future for future, chance in found.chances.items() if chance == 0]
    if impossible:
        yield say(
            "note: {futures} cannot come: what plans cost there is told, and counts in no mean and no largest regret",
            futures=join(shown(future) for future in impossible),
        )
    open_ones = [trial for trial in found.trials.values() if trial.status not in {"optimal", "infeasible"}]
    if open_ones:
        yield say(
            "note: {count} plan is not proved; run again with a longer --time-limit",
            "note: {count} plans are not proved; run again with a longer --time-limit",
            count=len(open_ones),
        )


# ---- figures


def draw(found: Found, out: Path, *, language: Language, formats: Sequence[str], dpi: int = 300) -> list[Path]:
    """Draw the cost by future, and the frontier where it was asked for."""
    working_on(say("drawing the figure"))
    import_alone("matplotlib")
    from planner.views.charts.futures import draw_frontier, draw_futures  # noqa: PLC0415 - matplotlib is slow to import
    from planner.views.charts.sweep import Words  # noqa: PLC0415
    from planner.views.maps.sheet import save_figure  # noqa: PLC0415

    notes = _figure_notes(found)
    words = Words(title_of(found.scenario), _subtitle(found), notes, language)
    figures = {NAME: draw_futures(*_by_future(found), words)}
    if found.frontier:
        about = say(
            "Expected value against the mean of the worst futures, by the weight of the worst; every plan audited"
        )
        figures[FRONTIER_NAME] = draw_frontier(*_points(found), Words(title_of(found.scenario), about, notes, language))
    with writing(out):
        return [
            path
            for name, figure in figures.items()
            for path in save_figure(figure, out, f"{name}-{language}", formats, dpi)
        ]


def _subtitle(found: Found) -> Message:
    worth = say("worth of knowing the future (EVPI): {evpi}", evpi=_told(found, found.evpi))
    if found.vss is None:
        return worth
    value = say("infinite") if found.vss.is_infinite else _told(found, found.vss)
    return join([worth, say("worth of planning for all (VSS): {vss}", vss=value)], SEMICOLON)


def _by_future(found: Found) -> tuple[list[Text], list[Any], list[Text]]:
    """Return the futures, the plans with costs and regrets there, and the headings."""
    from planner.views.charts.futures import Plan  # noqa: PLC0415 - matplotlib is slow to import

    futures = list(found.chances)
    kinds = [kind for kind in (HERE, MEAN) if (kind, "") in found.plans]
    costs = {OWN: [found.best(future).most for future in futures]}
    costs |= {kind: [found.cost((kind, ""), future).most for future in futures] for kind in kinds}
    regrets: dict[str, list[float]] = {OWN: [0.0 if math.isfinite(cost) else math.inf for cost in costs[OWN]]}
    regrets |= {kind: [_regret(found, kind, future) for future in futures] for kind in kinds}
    cost, regret = (
        measure_of(found.scenario).scaled(each for row in rows.values() for each in row) for rows in (costs, regrets)
    )
    names = {OWN: say("each future's own plan")} | {kind: plan_words(found, (kind, "")) for kind in kinds}
    plans = [Plan(kind, names[kind], _in(cost, costs[kind]), _in(regret, regrets[kind])) for kind in costs]
    called: list[Text] = [
        say("{future} ({chance:.3g})", future=member_called(found.scenario, future), chance=chance)
        for future, chance in found.chances.items()
    ]
    headings: list[Text] = [
        say("{name} ({unit})", name=objective_word(found.scenario), unit=cost.unit),
        say("{name} ({unit})", name=say("regret: more than with the best plan"), unit=regret.unit),
    ]
    return called, plans, headings


def _regret(found: Found, kind: str, future: str) -> float:
    regret = found.regret((kind, ""), future)
    return math.inf if regret is None else regret.most


def _in(scale: Scale, numbers: Sequence[float]) -> list[float]:
    """Return numbers in a unit, NaN where there is none."""
    size = (scale.zh if spoken() == "zh" else scale.en)[0]
    return [each / size if math.isfinite(each) else math.nan for each in numbers]


def _points(found: Found) -> tuple[pd.DataFrame, dict[str, Text]]:
    table = pd.DataFrame([{name: float(row[name]) for name in ("weight", "mean", "worst")} for row in found.frontier])
    scale = measure_of(found.scenario).scaled([*table["mean"], *table["worst"]])
    for name in ("mean", "worst"):
        table[name] = _in(scale, table[name].tolist())
    return table, {
        "mean": say("{name} ({unit})", name=say("expected"), unit=scale.unit),
        "worst": say("{name} ({unit})", name=say("mean of the worst futures"), unit=scale.unit),
    }


def _figure_notes(found: Found) -> list[Message]:
    notes = list(notes_of(found))
    share = illustrative_share(found.scenario)
    if share:
        notes.append(illustrative_note(share))
    source = say(
        "Source: scenario {name}, every plan solved and audited; planner {version}; sources in source.csv.",
        name=shown(found.scenario.name),
        version=__version__,
    )
    return [*notes, source]
