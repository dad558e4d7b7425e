"""The lines under a map that only the run can know: how sure the plan is, and what its inputs are worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.errors import shown
from planner.language import Message, Text, join, rendered, say
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from planner.io.results.results import Results
    from planner.language import Language

UNUSUAL_SHOWN_MAX = 4
"""Parameters with unusual numbers that a line names."""
OWN_SHOWN_MAX = 3
"""Rules of the user's own that a line names."""
OBJECTIVES = {
    "cost": say("cost"),
    "emissions": say("emissions"),
    "latency": say("mean latency"),
    "weights": say("a weighted sum"),
}


HUNDREDTHS, ROUNDING = 1e4, 1e-9
"""Of a gap: what is shown are hundredths of a per cent, and what is no more than rounding."""


def gap_text(gap: float | None) -> str:
    """Return a gap in per cent, rounded up; a run stopped early may have proved no bound, and so have none."""
    if gap is None or not math.isfinite(gap):
        return "–"
    return f"{max(math.ceil((gap - ROUNDING) * HUNDREDTHS), 0) / HUNDREDTHS:.2%}"


def whose(manifest: Mapping[str, Any]) -> Message:
    """Say whose word the bound and the gap are."""
    if (manifest.get("proof") or {}).get("by") == "planner":
        return say("proved")
    return say("the solver's word")


def gap_said(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> Text:
    """Return the gap of a plan in per cent, and whose word it is."""
    gap = gap_text(summary["gap"])
    return gap if gap == "–" else say("{gap}, {whose}", gap=gap, whose=whose(manifest))


def map_notes(results: Results, language: Language) -> list[str]:
    """Return the notes of a map in a language."""
    manifest = results.manifest
    notes = [_surety(results)]
    if manifest.get("illustrative_share"):
        notes.append(illustrative_note(manifest["illustrative_share"]))
    if manifest.get("unusual_inputs"):
        notes.append(unusual_note(manifest["unusual_inputs"]))
    notes.append(
        say(
            "Source: scenario {scenario}, inputs {hash}, planner {version}; sources in source.csv.",
            scenario=results.scenario.name,
            hash=manifest["content_hash"][:8],
            version=manifest["versions"]["east-data-west-compute-planner"],
        )
    )
    return [rendered(note, language) for note in notes]


def illustrative_note(share: float) -> Message:
    """Say how much of the inputs is no published value."""
    return say("{share:.0%} of the input figures are illustrative estimates, not published values.", share=share)


def unusual_note(unusual: Mapping[str, int]) -> Message:
    """Say which inputs have numbers far from what they usually are, and how many."""
    named = join(
        say("{name} ({count})", name=word(key.split(".")[-1]), count=count)
        for key, count in list(unusual.items())[:UNUSUAL_SHOWN_MAX]
    )
    more = len(unusual) - UNUSUAL_SHOWN_MAX
    rest = say(" and {more} more", more=more) if more > 0 else ""
    return say("Unusual input values, perhaps in another unit: {named}{rest}.", named=named, rest=rest)


def audited_words(summary: Mapping[str, Any]) -> Message:
    """Say what of a plan was audited: all of it, or all but what is the user's own."""
    if "own_rules" in summary or "own_objective" in summary:
        return say("audited but for the user's own rules")
    return say("audited")


def surety(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> Message:
    """Say in a sentence how sure a plan is: the best one, one cut short, or an alternative to the best."""
    gap = gap_said(summary, manifest)
    if "own_rules" in summary:
        return _own_surety(summary, gap)
    if summary["status"] == "optimal":
        return say("Optimal and audited plan (gap {gap}).", gap=gap)
    if summary.get("solved_outside"):
        return say("Feasible plan, solved outside the planner; audited.")
    if "alternative" in summary:
        return say(
            "An alternative to the best plan, {share:.2%} above it; audited.",
            share=summary["alternative"]["above_best"],
        )
    return say("Feasible plan, not proved optimal (gap {gap}); audited.", gap=gap)


def _own_surety(summary: Mapping[str, Any], gap: Text) -> Message:
    """Say how sure a plan is that keeps rules of the user's own, and that these are not audited."""
    if summary["status"] == "optimal":
        sure = say("Optimal plan (gap {gap})", gap=gap)
    elif summary.get("solved_outside"):
        sure = say("Feasible plan, solved outside the planner")
    else:
        sure = say("Feasible plan, not proved optimal (gap {gap})", gap=gap)
    names = join(shown(name) for name in summary["own_rules"][:OWN_SHOWN_MAX])
    more = len(summary["own_rules"]) - OWN_SHOWN_MAX
    rest = say(" and {more} more", more=more) if more > 0 else ""
    named = say(": {names}{rest}", names=names, rest=rest) if names else ""
    return say("{sure}; audited but for the user's own rules{named}.", sure=sure, named=named)


def _surety(results: Results) -> Message:
    """Say how sure the plan is, and what it is the best of."""
    sure = surety(results.summary, results.manifest)
    own = results.summary.get("own_objective")
    objective = OBJECTIVES[results.scenario.settings.minimise] if own is None else shown(own["name"])
    aim = say("Minimised: {objective}.", objective=objective)
    changes = join(results.manifest.get("overrides", ()), ", ")
    changed = say(" Changed: {changes}.", changes=changes) if changes else ""
    return say("{sure} {aim}{changed}", sure=sure, aim=aim, changed=changed)
