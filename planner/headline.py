"""What a finished command says: a few lines that answer the question, plain text for terminals and pipes alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.captions import gap_text
from planner.errors import shown

if TYPE_CHECKING:
    from pathlib import Path

    from planner.io.results import Results
    from planner.io.scenario import Scenario

WIDTH = 22
MODULE_SITES_SHOWN = 12
SENTENCE = 400
"""Characters of a note that are shown; a value is cut much earlier."""


def of_run(results: Results, folder: Path) -> str:
    """Return the headline of a run: status, cost, emissions, shares, latency, what is built, where it lies."""
    summary, manifest = results.summary, results.manifest
    lines = [_status(summary, manifest), ""]
    lines += [_row(name, text) for name, text in _measures(results) if text]
    illustrative = manifest.get("illustrative_share")
    if illustrative:
        lines.append(_row("illustrative inputs", f"{illustrative:.0%} of the numbers read: an estimate, not a source"))
    lines += [f"note: {shown(note, SENTENCE)}" for note in manifest.get("notes", ())]
    lines += ["", f"plan  {folder}"]
    if (folder / "map.png").exists():
        lines.append(f"map   {folder / 'map.png'}")
    return "\n".join(lines) + "\n"


def of_check(scenario: Scenario, report: dict[str, Any]) -> str:
    """Return what a checked scenario is and what its model will be."""
    owner = scenario.declarations.owner
    listed = {name: members for name, members in scenario.sets.items() if scenario.has(owner[name])}
    sets = ", ".join(f"{len(members)} {name}" for name, members in listed.items() if members)
    model = ", ".join(f"{report[name]:,} {name}" for name in ("routes", "rows", "columns", "integers"))
    lines = [
        f"{shown(scenario.name)}: valid",
        _row("features", ", ".join(scenario.features)),
        _row("sets", sets),
        _row("model to come", model),
    ]
    if report["illustrative_share"] is not None:
        lines.append(_row("illustrative inputs", f"{report['illustrative_share']:.0%} of the numbers"))
    lines += [f"note: {shown(note, SENTENCE)}" for note in report["notes"]]
    lines += [f"cannot be solved: {shown(text, SENTENCE)}" for text in report["obstacles"]]
    return "\n".join(lines) + "\n"


def _status(summary: dict[str, Any], manifest: dict[str, Any]) -> str:
    if summary["status"] == "optimal":
        return f"optimal and audited (gap {gap_text(summary['gap'])}) in {summary['seconds']['total']:.1f} s"
    if manifest.get("interrupted"):
        why = "stopped by the user"
    elif manifest["solver"]["asked"].get("time_limit") is None:
        why = "its numbers lie too far apart for a proof; ended"  # 1 MW beside 1e12 MW, within the solver's tolerance
    else:
        why = "stopped at a limit"
    return f"FEASIBLE, NOT PROVED OPTIMAL: {why} with a gap of {gap_text(summary['gap'])}; audited"


def _measures(results: Results) -> list[tuple[str, str]]:
    manifest = results.manifest
    summary, minimised = results.summary, results.scenario.settings.minimise
    shares = summary.get("green_power_share") or {}
    built = summary.get("modules") or {}
    largest = sorted(built.items(), key=lambda item: (-item[1], item[0]))[:MODULE_SITES_SHOWN]
    return [
        ("minimised", "" if minimised == "cost" else minimised),
        ("changed", ", ".join(shown(change) for change in manifest.get("overrides", ()))),
        ("cost", _money(summary["cost"])),
        ("cost of the full year", _full_year(summary.get("dispatch_year"))),
        (
            "emissions",
            _scaled(summary.get("emissions"), "t CO2/a", "Mt CO2/a", f"({summary.get('emissions_accounting')})"),
        ),
        ("green power share", ", ".join(f"{share:.1%} {mode}" for mode, share in shares.items())),
        ("green power rule", _green_rule(results)),
        ("mean latency", _scaled(summary.get("mean_latency"), "ms one way")),
        ("west share", _west(summary)),
        ("IT energy", _scaled(summary["energy"].get("it"), "MWh/a", "TWh/a")),
        ("new capacity", _scaled(summary.get("capacity_new"), "MW")),
        ("new modules by site", ", ".join(f"{shown(site)} {count}" for site, count in largest)),
        ("served", "" if summary["served_share"] >= 1 else f"{summary['served_share']:.2%} of demand"),
    ]


def _full_year(dispatch: dict[str, Any] | None) -> str:
    """Say what the plan costs when its investments meet all hours of the year."""
    if dispatch is None:
        return ""
    if "cost" not in dispatch:
        return f"not known: {dispatch['status']}"
    share = dispatch["cost_difference_share"]
    text = _money(dispatch["cost"]) + ("" if share is None else f" ({round(share, 4) + 0.0:+.2%})")
    if dispatch["rules_kept"]:
        return text
    missing = [
        f"{dispatch[word]:,.1f} MWh/a {what}"
        for word, what in (("unserved", "unserved"), ("green_shortfall", "green energy missing"))
        if dispatch[word] > 0
    ]
    return f"{text}, NOT ALL RULES KEPT: {', '.join(missing)}"


def _west(summary: dict[str, Any]) -> str:
    if summary.get("west_share") is None:
        return ""
    moved = summary.get("moved_west_share")
    return f"{summary['west_share']:.1%} of all work" + (
        "" if moved is None else f", {moved:.1%} of the other sides' work"
    )


def _green_rule(results: Results) -> str:
    """Say which share had to hold, so that an answer is not taken for one to another question."""
    table = results.tables.get("green_power_share")
    if table is None or table.empty:
        return ""
    low, high = table["share_min"].min(), table["share_min"].max()
    asked = f"{low:.0%}" if low == high else f"{low:.0%} to {high:.0%}"
    what = "new capacity only" if table["on"].iloc[0] == "new" else "all power"
    return f"at least {asked} of {what}, by {table['mode'].iloc[0]}, at {table['name'].nunique()} places"


def _row(name: str, text: str) -> str:
    return f"{name:<{WIDTH}}{text}"


def _money(amount: float) -> str:
    return f"{amount / 1e9:,.3f} billion CNY/a" if abs(amount) >= 1e9 else f"{amount:,.2f} CNY/a"  # noqa: PLR2004


def _scaled(value: float | None, unit: str, large_unit: str = "", rest: str = "") -> str:
    """Return a number with its unit; from a million on in the unit a million times as large, if there is one."""
    if value is None:
        return ""
    scale, word = (1e6, large_unit) if large_unit and abs(value) >= 1e6 else (1.0, unit)  # noqa: PLR2004
    return f"{value / scale:,.3f} {word} {rest}".rstrip()
