"""Print a comparison on a terminal: headline, moves, cost by category, and likely causes."""

from __future__ import annotations

from collections import Counter
from math import isnan, nan
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from planner.errors import shown
from planner.language import Message, Text, join, rendered, say, spoken
from planner.studies.compare.causes import causes_of
from planner.studies.compare.differences.moves import SWAPPED
from planner.studies.compare.differences.nearest import Nearest
from planner.studies.compare.headline import headline_of
from planner.studies.compare.numbers import MILLION, aligned, amount, change, largest_of, rounded
from planner.studies.compare.words import called, named, pairing, touching
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from planner.scenario.column import Measure
    from planner.studies.compare.causes import Cause
    from planner.studies.compare.differences.comparison import Comparison

ENERGIES: Final = ("facility", "grid", "green", "certificates")
MOST: Final = 10
"""Rows of each list that are shown; the tables have them all."""
LABEL: Final = 30
"""Characters of a run's name above a column."""
REMARK: Final = 110
LINE: Final = 118
FEW: Final = 3
"""Examples shown on one line."""
VISIBLE: Final = 0.05
"""Loads below this [MW] would show as 0.0."""
POINT: Final = 0.01
"""A change of utilisation below this is not told."""


def text_of(comparison: Comparison) -> str:
    """Return a comparison as lines of plain text in the language that is spoken."""
    sections = (_head, _measures, _moved, _sites, _links, _cost, _why)
    parts = (section(comparison) for section in sections)
    return "\n\n".join("\n".join(map(rendered, part)) for part in map(list, parts) if part) + "\n"


def overview_of(comparisons: Sequence[Comparison]) -> str:
    """Return the measures of all runs side by side, and how much moved in each."""
    runs = [comparisons[0].before, *(comparison.after for comparison in comparisons)]
    rows: list[Sequence[Text]] = [("", *(shown(run.label, LABEL) for run in runs))]
    declared = _declared(comparisons[0])
    measures = [comparison.tables["measures"].set_index(["measure", "part"]) for comparison in comparisons]
    for key in dict.fromkeys(key for table in measures for key in table.index):
        parts = [{**table.loc[key], "measure": key[0], "part": key[1]} for table in measures if key in table.index]
        measure = declared[key[0]]
        if any(_is_told(part, measure) for part in parts):
            values = [parts[0]["before"]]
            values += [table.loc[key, "after"] if key in table.index else nan for table in measures]
            largest = max(map(largest_of, parts))
            rows.append(
                (_measure_name(parts[0], measure), *(amount(v, parts[0]["unit"], largest=largest) for v in values))
            )
    moved = ("–", *(f"{comparison.moved():,.1f} MW" for comparison in comparisons))
    rows.append((say("moved between sites"), *moved))
    if any(isinstance(comparison.near, Nearest) for comparison in comparisons):
        rows.append((called(SWAPPED), "–", *(f"{comparison.moved(SWAPPED):,.1f} MW" for comparison in comparisons)))
    head = say("{count} runs, the first is the base", count=len(runs))
    return "\n".join((rendered(head), *aligned(rows))) + "\n"


def _remark(text: Message) -> Iterator[str]:
    """Yield a remark in brackets, wrapped where the language has words to wrap between."""
    said = say("({text})", text=text)
    yield from (f"  {line}" for line in wrap(rendered(said), REMARK))


def _wrapped(text: Message) -> Iterator[str]:
    """Yield a sentence, its further lines set in; Chinese has no words to wrap between."""
    if spoken() == "zh":
        yield text.zh
    else:
        yield from wrap(text.en, LINE, subsequent_indent="  ", break_long_words=False)


# ---- the headline and the measures


def _head(comparison: Comparison) -> Iterator[str]:
    for line in headline_of(comparison):
        yield from _wrapped(line)


def _measures(comparison: Comparison) -> Iterator[Text]:
    header: Sequence[Text] = ("", *map(called, ("before", "after", "difference")))
    declared = _declared(comparison)
    found = [(row, declared[row["measure"]]) for row in comparison.tables["measures"].to_dict("records")]
    rows = [_measure(row, measure) for row, measure in found if _is_told(row, measure)]
    yield from aligned([header, *rows])
    for warning in comparison.warnings:
        yield say("note: {text}", text=warning)


def _declared(comparison: Comparison) -> dict[str, Measure]:
    return {measure.name: measure for measure in comparison.after.results.scenario.declarations.measures}


def _is_told(row: Mapping[Any, Any], measure: Measure) -> bool:
    """Return whether a measure belongs into the headline; the table has them all."""
    if row["measure"] == "served_share":
        return bool(min(row["before"], row["after"]) < 1)
    return measure.is_short or (measure.parts == "sources" and row["part"] in ENERGIES)


def _measure(row: Mapping[Any, Any], measure: Measure) -> tuple[Text, ...]:
    """Return name, before, after and difference of a measure as text."""
    values = [amount(row[side], row["unit"], largest=largest_of(row)) for side in ("before", "after")]
    return _measure_name(row, measure), *values, change(row)


def _measure_name(row: Mapping[Any, Any], measure: Measure) -> Message:
    name = called(str(row["measure"]))
    if not row["part"]:
        return name
    part = word(row["part"]) if measure.parts == "accountings" else called(f"energy_{row['part']}")
    return say("{name}, {part}", name=name, part=part)


# ---- what moved


def _moved(comparison: Comparison) -> Iterator[Text]:
    moves, load = comparison.tables["moved"], comparison.moved()
    base = float(comparison.tables["sites"]["it_load_before"].sum())
    if moves.empty:
        yield say("Nothing moved.")
        return
    yield say(
        "Moved between sites: {load:,.1f} MW of the {base:,.1f} MW in the base ({share:.1%})",
        load=load,
        base=base,
        share=load / base if base else 0.0,
    )
    for kind, part in moves.groupby("kind"):
        if kind != "moved":
            yield say("  {what}: {load:,.1f} MW", what=called(str(kind)), load=float(part["load"].sum()))
    between = moves[moves["kind"] == "moved"]
    if not between.empty:
        yield from _largest_moves(comparison, between)
        yield from _remark(pairing())


def _largest_moves(comparison: Comparison, between: pd.DataFrame) -> Iterator[Text]:
    pairs = between.groupby(["site_from", "site_to"])["load"].sum().sort_values(ascending=False, kind="stable")
    rows = []
    largest: list[tuple[Any, float]] = list(pairs.head(MOST).items())
    for (first, second), load in largest:
        part = between[(between["site_from"] == first) & (between["site_to"] == second)]
        ends = [named(comparison, "site", site) for site in (first, second)]
        way = say("{first} → {second}", first=ends[0], second=ends[1])
        rows.append((way, f"{load:,.1f} MW", _mix(comparison, part)))
    yield from _left_last(rows)
    if len(pairs) > MOST:
        load = float(pairs.iloc[MOST:].sum())
        yield say("  … and {count} more pairs, {load:,.1f} MW", count=len(pairs) - MOST, load=load)


def _left_last(rows: Sequence[Sequence[Text]]) -> Iterator[str]:
    """Yield rows whose last column is a sentence and stands to the left."""
    for line, row in zip(aligned([row[:-1] for row in rows]), rows, strict=True):
        yield f"{line}  {rendered(row[-1])}"


def _mix(comparison: Comparison, part: pd.DataFrame) -> Message:
    """Return the largest workloads of some moves."""
    loads = part.groupby("workload")["load"].sum().sort_values(ascending=False, kind="stable")
    return join(
        say("{name} {load:,.1f}", name=named(comparison, "workload", str(name)), load=load)
        for name, load in loads.head(FEW).items()
    )


def _sites(comparison: Comparison) -> Iterator[Text]:
    table = comparison.tables["sites"]
    changed = table[(table["it_load_difference"].abs() >= VISIBLE) | (table["capacity_new_difference"].abs() > 0)]
    if changed.empty:
        return
    yield say("Load and new capacity by site [MW]")
    changed = changed.assign(size=changed["it_load_difference"].abs()).sort_values("size", ascending=False)
    swaps = bool((changed["it_load_swapped"].abs() >= VISIBLE).any())
    extra = (say("of it swaps"),) if swaps else ()
    header = ("", *map(called, ("before", "after", "difference")), *extra, called("capacity_new"), "", "")
    rows: list[Sequence[Text]] = [header]
    for row in changed.head(2 * MOST).to_dict("records"):
        loads = [f"{row[f'it_load_{side}']:,.1f}" for side in ("before", "after")]
        built = [f"{row[f'capacity_new_{side}']:,.0f}".replace("nan", "–") for side in ("before", "after")]
        change = f"{rounded(row['it_load_difference'], 1):+,.1f}"
        swapped = (f"{rounded(row['it_load_swapped'], 1):+,.1f}",) if swaps else ()
        rows.append((named(comparison, "site", row["site"]), *loads, change, *swapped, built[0], "→", built[1]))
    yield from aligned(rows)
    if len(changed) > 2 * MOST:
        yield say("  … and {count} more sites", count=len(changed) - 2 * MOST)


def _links(comparison: Comparison) -> Iterator[Text]:
    """Yield the links that are widened otherwise, or fuller or emptier by a point at least."""
    table = comparison.tables["links"]
    moved = table["full_difference"].abs().fillna(0.0)
    changed = table[(table["modules_difference"] != 0) | (moved >= POINT)].assign(moved=moved)
    if changed.empty:
        return
    yield say("Links: how full at most, traffic both ways [Gbit/s], modules")
    heads: list[Text] = [*map(called, ("before", "after")), called("traffic"), "", "", called("modules"), "", ""]
    rows: list[Sequence[Text]] = [["", *heads]]
    ordered = changed.sort_values(["modules_difference", "moved"], ascending=False, key=abs, kind="stable")
    for row in ordered.head(MOST).to_dict("records"):
        full = ["–" if isnan(row[f"full_{side}"]) else f"{row[f'full_{side}']:.0%}" for side in ("before", "after")]
        traffic = [f"{row[f'traffic_{side}']:,.1f}" for side in ("before", "after")]
        modules = [f"{row[f'modules_{side}']:,.0f}" for side in ("before", "after")]
        cells = (*full, traffic[0], "→", traffic[1], modules[0], "→", modules[1])
        rows.append((named(comparison, "link", row["link"]), *cells))
    yield from aligned(rows)
    if len(changed) > MOST:
        yield say("  … and {count} more links", count=len(changed) - MOST)


# ---- the cost


def _cost(comparison: Comparison) -> Iterator[Text]:
    table = comparison.tables["cost"]
    table = table[(table[["before", "after"]] != 0).any(axis=1)]
    yield say("Cost by category [million CNY/a]")
    rows: list[Sequence[Text]] = [("", *map(called, ("before", "after", "difference")))]
    ordered = table.assign(size=table["difference"].abs()).sort_values("size", ascending=False, kind="stable")
    for row in ordered.to_dict("records"):
        numbers = [f"{row[side] / MILLION:,.2f}" for side in ("before", "after")]
        difference = f"{rounded(row['difference'] / MILLION, 2):+,.2f}"
        rows.append((word(row["category"]), *numbers, difference))
    yield from aligned(rows)
    yield say(
        "  the parts add up to {parts:+,.2f} CNY/a; the costs differ by {difference:+,.2f} CNY/a",
        parts=rounded(comparison.cost_parts, 2),
        difference=rounded(comparison.cost_difference, 2),
    )


# ---- why


def _why(comparison: Comparison) -> Iterator[Text]:
    inputs = comparison.tables["inputs"]
    if inputs.empty:
        yield say("The inputs are the same, cell by cell.")
        return
    causes = causes_of(comparison)
    if not causes:
        yield say("No input that decides a plan differs.")
    else:
        yield say("Why: the inputs that differ, those first that have to do with most of what moved")
    for cause in causes[: 2 * MOST]:
        yield from _cause(cause)
    if len(causes) > 2 * MOST:
        yield say("  … and {count} more", count=len(causes) - 2 * MOST)
    counts = Counter(inputs["kind"])
    rest = [(kind, counts[kind]) for kind in ("same_effect", "label", "provenance", "record") if counts[kind]]
    if rest:
        listed = join(say("{count} × {what}", count=count, what=called(kind)) for kind, count in rest)
        yield say("  without influence on the plan: {listed}", listed=listed)
    if causes and not comparison.effects.empty:
        yield from _remark(touching())


def _cause(cause: Cause) -> Iterator[Text]:
    """Yield what differs, and what it touches."""
    cells = say(" [{cells} cells]", cells=cause.cells) if cause.cells > 1 else ""
    yield say("  {text}{cells}", text=cause.text, cells=cells)
    if not cause.moves:
        yield say("    touches nothing that moved")
        return
    yield say(
        "    touches {load:,.1f} MW in {count} move",
        "    touches {load:,.1f} MW in {count} moves",
        load=cause.load,
        count=cause.moves,
    )
