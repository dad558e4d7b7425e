"""The catalogue: what every parameter, rule, table and column is called in English and Chinese.

Each feature's file holds its own words in ``WORDS``; here they are gathered, with those that belong to no feature.
"""

from __future__ import annotations

from functools import cache

from planner.language import Message, Named, say
from planner.models.declarations import feature_modules, guests_of
from planner.models.guests import refused
from planner.models.objective import WORDS as OBJECTIVE_WORDS

Words = dict[str, Message]
"""A name as files and code have it → what a reader calls it."""

WORDS: Words = {
    # What a run is, as summary.json and manifest.json have it.
    "scenario": say("scenario"),
    "run": say("run"),
    "status": say("status"),
    "optimal": say("optimal"),
    "feasible": say("feasible"),
    "infeasible": say("infeasible"),
    "unbounded": say("unbounded"),
    "time_limit": say("time limit"),
    "interrupted": say("interrupted"),
    "error": say("error"),
    "bound": say("bound"),
    "gap": say("gap"),
    "energy": say("energy"),
    "counts": say("size of the model"),
    "rows": say("rows"),
    "columns": say("columns"),
    "nonzeros": say("nonzeros"),
    "integers": say("integers"),
    "price_relaxed": say("price in the relaxation"),
    "seconds": say("seconds"),
    "read": say("reading"),
    "build": say("building"),
    "compile": say("compiling"),
    "solve": say("solving"),
    "tabulate": say("tabulating"),
    "audit": say("audit"),
    "write": say("writing"),
    "draw": say("drawing"),
    "total": say("total"),
    "peak_memory": say("peak memory"),
    "illustrative_share": say("share of illustrative inputs"),
    # What is the user's own.
    "own_rules": say("the user's own rules"),
    "own_objective": say("the user's own objective"),
    "name": say("name"),
    "solved_outside": say("solved outside the planner"),
    # The dispatch of the full year.
    "dispatch_year": say("dispatch of the full year"),
    "reduced": say("by the days"),
    "full_year": say("over the full year"),
    "difference": say("difference"),
    "cost_difference": say("difference of cost"),
    "cost_difference_share": say("difference of cost, share"),
    "rules_kept": say("all rules kept"),
    # Shadow prices.
    "shadow_price": say("shadow price"),
    "shadow_prices": say("shadow prices"),
    "rule": say("rule"),
    "index": say("where"),
    "price": say("price"),
    "unit": say("unit"),
    "fixed at the plan": say("fixed at the plan"),
    "none": say("none"),
    # How far a number may move: ranging.csv.
    "ranging": say("how far before the plan changes"),
    "kind": say("kind"),
    "rule_index": say("where the rule holds"),
    "value": say("value"),
    "low": say("from"),
    "high": say("to"),
    "price_unit": say("unit of the price"),
    "tightens": say("tightens by going"),
    "up": say("up"),
    "down": say("down"),
    "limit": say("limit"),
    "at_low": say("what changes below"),
    "at_high": say("what changes above"),
    # What decides the plan: deciding.csv.
    "deciding": say("what decides the plan"),
    "parameter": say("parameter"),
    "one_more": say("one step more"),
    "saves": say("saves"),
    "saves_min": say("saves at least"),
    "saves_max": say("saves at most"),
    "saves_unit": say("unit of what it saves"),
    "how": say("known by"),
    "at_limit": say("what is at its limit"),
    "also": say("room by other means"),
    "together": say("all together"),
    "shadow price": say("shadow price"),
    "solved again": say("solved again"),
    "not tried": say("not tried"),
    # Where the inputs come from: source.csv.
    "source": say("source"),
    "table": say("table"),
    "key": say("key"),
    "column": say("column"),
    "date": say("date"),
    "licence": say("licence"),
    "confidence": say("confidence"),
    "note": say("note"),
    "published": say("published"),
    "derived": say("derived"),
    "illustrative": say("illustrative"),
    # scenario.toml.
    "title": say("title"),
    "title_zh": say("Chinese title"),
    "features": say("features"),
    "extends": say("extends"),
    "minimise": say("minimised"),
    "weights": say("a weighted sum"),
    "solver": say("solver"),
    "mip_gap": say("relative gap"),
    "threads": say("threads"),
    "seed": say("seed"),
    "tie_break": say("choice between equal plans"),
    "algorithm": say("algorithm"),
    "parameters": say("parameters"),
    "set": say("set"),
    "drop": say("drop"),
}
"""Those that belong to no feature."""


@cache
def catalogue() -> Words:
    """Return the words of all features and of this file by name."""
    gathered: Words = {}
    guests = {guest.name: guest for guest in guests_of(feature_modules())}
    of_features = {feature: getattr(module, "WORDS", {}) for feature, module in feature_modules().items()}
    for feature, words in {"": WORDS, "objective": OBJECTIVE_WORDS, **of_features}.items():
        for name, called in words.items():
            known = gathered.setdefault(name, called)
            if (known.en, known.zh) == (called.en, called.zh):
                continue
            if feature in guests:
                raise refused(guests[feature], say("WORDS: {name} is called {known}", name=name, known=known))
            message = f"{name} has two words: {known.en} and {called.en}"
            raise ValueError(message)
    return gathered


def word(name: str) -> Message:
    """Return what a reader calls a thing; a name without a word is its own.

    A parameter that several tables have is called the same in all: ``site.hub`` is ``hub``.
    """
    words = catalogue()
    return words.get(name) or words.get(name.rpartition(".")[2]) or Named(name, name)
