"""What a finished command says: a few lines that answer the question, plain text for terminals and pipes alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.errors import shown
from planner.language import Message, Named, Text, join, padded, say
from planner.models.deciding import TOGETHER, UNTRIED
from planner.models.rules import green_ledger
from planner.views.captions import OBJECTIVES, audited_words, gap_said
from planner.views.limit_words import deciding_line, deciding_rows
from planner.views.page.numbers import Measure, same, unit_of
from planner.views.words import word
from planner.views.years.outlook import Outlook
from planner.views.years.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario

WIDTH = 22
DECIDING_SHOWN = 3
MODULE_SITES_SHOWN = 12
CASES_SHOWN = 12
SENTENCE = 400
"""Characters of a note that are shown; a value is cut much earlier."""
BILLION, YI = 1e9, 1e8
EMISSIONS = Measure(((1e6, "Mt CO2/a"), (1.0, "t CO2/a")), ((1e4, say("10,000 t CO2/a")), (1.0, say("t CO2/a"))))
ENERGY = Measure(((1e6, "TWh/a"), (1.0, "MWh/a")), ((1e5, say("100 GWh/a")), (1.0, say("MWh/a"))))
LATENCY = same(say("ms one way"))
POWER = same("MW")
ILLUSTRATIVE = say("illustrative inputs")


def of_run(results: Results, folder: Path) -> Message:
    """Return the headline of a run, and where it lies."""
    lines: list[Text] = [of_plan(results), "", say("plan  {path}", path=folder)]
    if (folder / "map.png").exists():
        lines.append(say("map   {path}", path=folder / "map.png"))
    if (folder / "report.html").exists():
        lines.append(say("page  {path}", path=folder / "report.html"))
    return join(lines, "\n") + "\n"


def of_plan(results: Results) -> Message:
    """Return the headline of a plan: status, cost, emissions, shares, latency, what is built."""
    summary, manifest = results.summary, results.manifest
    lines: list[Text] = [_status(summary, manifest), ""]
    lines += _years(results)
    lines += [_row(name, text) for name, text in _measures(results) if text]
    lines += _deciding(results)
    illustrative = manifest.get("illustrative_share")
    if illustrative:
        told = say("{share:.0%} of the numbers read: an estimate, not a source", share=illustrative)
        lines.append(_row(ILLUSTRATIVE, told))
    lines += [_note(note) for note in manifest.get("notes", ())]
    return join(lines, "\n")


def of_check(scenario: Scenario, report: dict[str, Any]) -> Message:
    """Return what a checked scenario is and what its model will be."""
    owner = scenario.declarations.owner
    listed = {name: members for name, members in scenario.sets.items() if scenario.has(owner[name])}
    sets = join(
        say("{count} {name}", count=len(members), name=_own_word(name)) for name, members in listed.items() if members
    )
    lines = [
        say("{name}: valid", name=shown(scenario.name)),
        _row(say("features"), join(scenario.features)),
        _row(say("sets"), sets),
        _row(
            say("model to come"),
            _sizes(report),
        ),
    ]
    lines += [
        _row(say("case {name}", name=shown(name)), _sizes(counts)) for name, counts in report.get("cases", {}).items()
    ]
    if report["illustrative_share"] is not None:
        share = report["illustrative_share"]
        lines.append(_row(ILLUSTRATIVE, say("{share:.0%} of the numbers", share=share)))
    lines += [_note(note) for note in report["notes"]]
    lines += [say("cannot be solved: {text}", text=shown(text, SENTENCE)) for text in report["obstacles"]]
    return join(lines, "\n") + "\n"


def _sizes(counts: Mapping[str, Any]) -> Message:
    return say(
        "{routes:,} routes, {rows:,} rows, {columns:,} columns, {integers:,} integers",
        **{name: counts[name] for name in ("routes", "rows", "columns", "integers")},
    )


def _note(note: Text) -> Message:
    return say("note: {note}", note=shown(note, SENTENCE))


def _status(summary: dict[str, Any], manifest: dict[str, Any]) -> Message:
    gap = gap_said(summary, manifest)
    audited = audited_words(summary)
    if summary["status"] == "optimal":
        return say(
            "optimal and {audited} (gap {gap}) in {total:.1f} s",
            audited=audited,
            gap=gap,
            total=summary["seconds"]["total"],
        )
    if summary.get("solved_outside"):
        return say("feasible; solved outside the planner, how good it is is not known; {audited}", audited=audited)
    if manifest.get("interrupted"):
        why = say("stopped by the user")
    elif manifest["solver"].get("in_turn"):
        return say(
            "each stage is the best after those before it, how good all are together is not known; {audited}",
            audited=audited,
        )
    elif manifest["solver"]["asked"].get("time_limit") is None:
        # 1 MW beside 1e12 MW, within the solver's tolerance
        why = say("its numbers lie too far apart for a proof; ended")
    else:
        why = say("stopped at a limit")
    return say("FEASIBLE, NOT PROVED OPTIMAL: {why} (gap {gap}); {audited}", why=why, gap=gap, audited=audited)


def _measures(results: Results) -> list[tuple[Message, Text]]:
    manifest = results.manifest
    summary, minimised = results.summary, results.scenario.settings.minimise
    shares = summary.get("green_power_share") or {}
    built = summary.get("modules") or {}
    largest = sorted(built.items(), key=lambda item: (-item[1], item[0]))[:MODULE_SITES_SHOWN]
    served = summary["served_share"]
    return [
        (say("minimised"), _minimised(minimised, summary.get("own_objective"))),
        (say("changed"), join((shown(change) for change in manifest.get("overrides", ())), ", ")),
        (say("cost"), _money(summary["cost"])),
        (say("cost of the full year"), _full_year(summary.get("dispatch_year"))),
        (say("emissions"), _emissions(summary.get("emissions"), summary.get("emissions_accounting"))),
        (say("by other accountings"), _other_emissions(summary)),
        (
            say("green power share"),
            join(
                say("{share:.1%} {mode}", share=share, mode=_own_word(mode))
                for mode, share in shares.items()
                if mode in ("certificate", _own_mode(results)) or len(results.tables["time"]) > 1
            ),
        ),
        (say("green power rule"), _green_rule(results.shown)),
        (say("share of new capacity"), _share_new(summary)),
        (say("mean latency"), _scaled(summary.get("mean_latency"), LATENCY)),
        (say("west share"), _west(summary)),
        (say("IT energy"), _scaled(summary["energy"].get("it"), ENERGY)),
        (say("new capacity"), _scaled(summary.get("capacity_new"), POWER)),
        (say("new modules by site"), _by_site(results, largest)),
        (say("served"), "" if served >= 1 else say("{served:.2%} of demand", served=served)),
    ]


def _years(results: Results) -> list[Message]:
    """Return of several years three sentences, a line a case, and that what follows is their mean."""
    told = results.summary.get("cases", ())
    known = [summary for summary in told if "cost" in summary]
    if not known:
        return []
    lines: list[Message] = [*sentences(Outlook(results.scenario, told, results.tables), word), join([])]
    lines += [_case(summary) for summary in known[:CASES_SHOWN]]
    if len(known) > CASES_SHOWN:
        lines.append(say("and {rest} more cases, in summary.json", rest=len(known) - CASES_SHOWN))
    told_of = say("of {count} cases, by their years and probabilities, not discounted", count=len(known))
    return [*lines, _row(say("below: means"), told_of)]


def _case(summary: Mapping[str, Any]) -> Message:
    """Return what one of several years costs, emits, and has of new capacity standing."""
    new = summary.get("capacity_new")
    told = (
        _money(summary["cost"]),
        _scaled(summary.get("emissions"), EMISSIONS),
        "" if new is None else say("{capacity} new standing", capacity=_scaled(new, POWER)),
    )
    name = "/".join(part for part in (summary["stage"], summary["future"]) if part)
    return _row(say("case {name}", name=shown(name)), join(text for text in told if text))


def _deciding(results: Results) -> list[Message]:
    """Return the limits that decide the plan, the first few, and all those on whole numbers together."""
    rows = deciding_rows(results.deciding)
    single = [row for row in rows if row["parameter"] != TOGETHER]
    told = single[:DECIDING_SHOWN]
    told += [row for row in rows if row["parameter"] == TOGETHER and row["how"] != UNTRIED]
    lines = [deciding_line(results.scenario, row) for row in told]
    if len(single) > DECIDING_SHOWN:
        rest = len(single) - DECIDING_SHOWN
        lines.append(say("and {rest} more limits, in deciding.csv", rest=rest))
    heads: list[Text] = [say("what decides it"), *[""] * len(lines)]
    return [_row(head, line) for head, line in zip(heads, lines, strict=False)]


def _by_site(results: Results, counts: list[tuple[str, int]]) -> Message:
    """Return a number for each site: in English by its id, as in the files, in Chinese by its name."""
    called = results.scenario.called
    return join(
        say("{site} {count}", site=Named(shown(site), shown(called("site", site).zh)), count=count)
        for site, count in counts
    )


def _minimised(objective: str, own: dict[str, Any] | None) -> Text:
    if own is not None:
        return say("{name}, the user's own: {value:,.6g} (not audited)", name=shown(own["name"]), value=own["value"])
    return "" if objective == "cost" else Named(objective, OBJECTIVES[objective].zh)


def _own_word(name: str) -> Message:
    """Return a name: in English as files have it."""
    return Named(name, word(name).zh)


def _own_mode(results: Results) -> str:
    return green_ledger.mode_of(results.scenario)


def _other_emissions(summary: dict[str, Any]) -> Message:
    """Return the emissions by the accountings that the plan is not made by."""
    counted = summary.get("emissions_accounting")
    others = {
        name: tonnes for name, tonnes in (summary.get("emissions_by_accounting") or {}).items() if name != counted
    }
    return join(_emissions(tonnes, name) for name, tonnes in others.items())


def _emissions(tonnes: float | None, accounting: str | None) -> Text:
    if tonnes is None:
        return ""
    amount = _scaled(tonnes, EMISSIONS)
    return say("{amount} ({accounting})", amount=amount, accounting=_own_word(str(accounting)))


def _share_new(summary: dict[str, Any]) -> Text:
    share = summary.get("green_power_share_new")
    return "" if share is None else say("{share:.1%} of what new halls truly use", share=share)


def _full_year(dispatch: dict[str, Any] | None) -> Text:
    """Say what the plan costs when its investments meet all hours of the year."""
    if dispatch is None:
        return ""
    if "cost" not in dispatch:
        return say("not known: {status}", status=_own_word(str(dispatch["status"])))
    share = dispatch["cost_difference_share"]
    money = _money(dispatch["cost"])
    text = money if share is None else say("{money} ({more:+.2%})", money=money, more=round(share, 4) + 0.0)
    if dispatch["rules_kept"]:
        return text
    lacks = {"unserved": say("unserved"), "green_shortfall": say("green energy missing")}
    missing = join(
        say("{energy:,.1f} MWh/a {what}", energy=dispatch[name], what=what)
        for name, what in lacks.items()
        if dispatch[name] > 0
    )
    return say("{text}, NOT ALL RULES KEPT: {missing}", text=text, missing=missing)


def _west(summary: dict[str, Any]) -> Text:
    if summary.get("west_share") is None:
        return ""
    all_work = say("{share:.1%} of all work", share=summary["west_share"])
    moved = summary.get("moved_west_share")
    if moved is None:
        return all_work
    return all_work + say(", {moved:.1%} of the other sides' work", moved=moved)


def _green_rule(results: Results) -> Text:
    """Say which share had to hold, so that an answer is not taken for one to another question."""
    table = green_ledger.limits(results.tables)
    if table.empty:
        return ""
    low, high = table["least"].min(), table["least"].max()
    return say(
        "at least {asked} of {what}, by {mode}, at {places} places",
        asked=f"{low:.0%}" if low == high else say("{low:.0%} to {high:.0%}", low=low, high=high),
        what=say("new capacity only") if table["on"].iloc[0] == "new" else say("all power"),
        mode=_own_word(table["mode"].iloc[0]),
        places=table["name"].nunique(),
    )


def _row(name: Text, text: Text) -> Message:
    return padded(name, WIDTH - 1) + " " + text


def _money(amount: float) -> Message:
    if abs(amount) >= BILLION:
        # The Chinese unit is a hundred million.
        return say("{amount} billion CNY/a", amount=Named(f"{amount / BILLION:,.3f}", f"{amount / YI:,.2f}"))
    return say("{cost:,.2f} CNY/a", cost=amount)


def _scaled(value: float | None, measure: Measure) -> Text:
    """Return a number with its unit, in each language; a large one in the large unit that the language has."""
    if value is None:
        return ""
    rungs = measure.rungs(value)
    number = Named(*(f"{value / scale:,.3f}" for scale, _ in rungs))
    return say("{number} {unit}", number=number, unit=unit_of(*rungs))
