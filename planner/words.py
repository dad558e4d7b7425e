"""The catalogue: what every parameter, rule, table and column is called in English and Chinese.

Each feature's file holds its own words in ``WORDS``; here they are gathered, with those that belong to no feature.
"""

from __future__ import annotations

from functools import cache

from planner.language import Said
from planner.models.declarations import feature_modules
from planner.models.objective import WORDS as OBJECTIVE_WORDS

Words = dict[str, tuple[str, str]]
"""A name as files and code have it → what a reader calls it, English and Chinese."""

WORDS: Words = {
    "status": ("status", "状态"),
    "optimal": ("optimal", "最优"),
    "feasible": ("feasible", "可行"),
}


@cache
def catalogue() -> Words:
    """Return the words of all features and of this file by name.

    Raises
    ------
    ValueError
        Two files call one thing differently.
    """
    gathered: Words = {}
    of_features = [getattr(module, "WORDS", {}) for module in feature_modules().values()]
    for words in (WORDS, OBJECTIVE_WORDS, *of_features):
        for name, both in words.items():
            if gathered.setdefault(name, both) != both:
                message = f"{name} has two words: {gathered[name]} and {both}"
                raise ValueError(message)
    return gathered


def word(name: str) -> Said:
    """Return what a reader calls a thing in the language that is spoken; a name without a word is its own."""
    en, zh = catalogue().get(name, (name, name))
    return Said(en, zh)
