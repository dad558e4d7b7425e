"""The words of a comparison: its tables, columns and kinds, and the names of sites and workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import shown
from planner.language import Message, say, say_as
from planner.views.words import word

if TYPE_CHECKING:
    from planner.studies.compare.differences.comparison import Comparison

WORDS: dict[str, Message] = {
    # tables
    "measures": say("measures"),
    "moved": say("moved"),
    "inputs": say("inputs"),
    "input_columns": say("inputs by column"),
    "workloads": say("workloads by site"),
    "regions": say("regions"),
    "new_build": say_as("compared", "new build"),
    "links": say("links of the backbone"),
    # columns
    "base": say("base"),
    "before": say("base"),
    "after": say_as("compared", "run"),
    "measure": say("measure"),
    "part": say("part"),
    "category": say("category"),
    "move": say("number of the move"),
    "kind": say("kind"),
    "site_from": say("from site"),
    "site_to": say("to site"),
    "load": say("load"),
    "default": say("default"),
    "folder": say("folder"),
    "moves": say("moves touched"),
    "touches": say("moves it touches"),
    "cells": say("cells"),
    "in": say("stands in"),
    "built": say("compute type or technology"),
    "both": say("both"),
    "room": say("bandwidth"),
    "full": say("full at most"),
    # kinds of moves
    "demand_grew": say("demand grew"),
    "demand_fell": say("demand fell"),
    "newly_served": say("newly served"),
    "newly_unserved": say("newly unserved"),
    "grew_unserved": say("demand grew and is not served"),
    "fell_unserved": say("demand fell that had not been served"),
    "other": say("by other rules"),
    "swapped": say("swaps places at equal cost"),
    # kinds of input differences
    "cell": say("cells"),
    "added": say("cells of what is new"),
    "removed": say("cells of what is gone"),
    "member_added": say_as("of a set", "new"),
    "member_removed": say("gone"),
    "feature": say("feature listed"),
    "setting": say("setting"),
    "override": say("set on the command line"),
    "same_effect": say("cells that come to the same"),
    "label": say("names and titles"),
    "record": say("figures of how well days stand for the year"),
    "provenance": say("cells of source.csv"),
    # measures
    "energy_facility": say("facilities"),
    "energy_grid": say_as("energy", "grid"),
    "energy_green": say("green power"),
    "energy_certificates": say("certificates"),
}
"""The comparison's own words; all others are in the catalogue."""


def pairing() -> Message:
    """Return by what convention what leaves and what arrives are paired."""
    return say(
        "Which MW went where is a convention: of each region's workload, all that leaves is shared out in proportion "
        "over all that arrives. What leaves and arrives at each site is exact."
    )


def touching() -> Message:
    """Return what it means, and what not, that an input touches a move."""
    return say(
        "An input touches a move if it belongs to its region, workload or one of its sites, or to all. That says where "
        "to look; the proof is a run with that input changed back."
    )


def called(name: str) -> Message:
    """Return what a comparison calls a thing."""
    return WORDS.get(name) or word(name)


def column_called(name: str) -> Message:
    """Return what a column of a comparison is called, such as ``it_load_before``."""
    measure, _, side = name.rpartition("_")
    if measure and side in {"before", "after", "difference", "swapped"}:
        return say("{measure}, {side}", measure=called(measure), side=called(side))
    return called(name)


def named(comparison: Comparison, kind: str, member: str) -> Message:
    """Return the name of a site, region or workload, escaped; the id where it has none."""
    scenarios = (comparison.after.results.scenario, comparison.before.results.scenario)
    scenario = next((each for each in scenarios if member in each.sets[kind]), scenarios[0])
    return shown(scenario.called(kind, member))
