"""What pydantic says a value should be, in both languages: settings and the command line are read by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from planner.language import Message, Named, say

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {
    "string": say("string"),
    "number": say("number"),
    "integer": say("integer"),
    "boolean": say("boolean"),
    "list": say("list"),
    "dictionary": say("dictionary"),
    "path": say("path"),
}


def should(message: str) -> Message:
    """Return what a value should be, as pydantic says it and in Chinese; words that are not known stay English."""
    text = message.removeprefix("Input ").removeprefix("should ")
    for pattern, said in PATTERNS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return said(*found.groups())
    return say("it should {text}", text=text)


def _valid(kind: str, detail: str) -> Message:
    return say("it should be a valid {kind}{detail}", kind=KINDS.get(kind, kind), detail=Named(detail, ""))


def _one_of(words: str) -> Message:
    return say("it should be {words}", words=Named(words, words.replace(" or ", "、").replace(", ", "、")))


PATTERNS: tuple[tuple[str, Callable[..., Message]], ...] = (
    (r"be a valid (\w+)((?:,? .*)?)", _valid),
    (r"be a finite number", lambda: say("it should be a finite number")),
    (
        r"be greater than or equal to (\S+)",
        lambda least: say("it should be greater than or equal to {least}", least=least),
    ),
    (r"be greater than (\S+)", lambda low: say("it should be greater than {low}", low=low)),
    (r"be less than or equal to (\S+)", lambda most: say("it should be less than or equal to {most}", most=most)),
    (r"be less than (\S+)", lambda high: say("it should be less than {high}", high=high)),
    (r"be ('.*')", _one_of),
)
