"""Cases: whole years that may come, each of a stage and a future (decision 0061)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner.language import join, say
from planner.scenario.scenario import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.errors import Fault
    from planner.language import Text

__all__ = ["Case", "named", "told_once"]


def told_once(faults: Mapping[str, Sequence[Fault]]) -> list[Fault]:
    """Return the faults of all cases, each once; one that not all cases have names those that have it.

    Parameters
    ----------
    faults
        By the name of the case.
    """
    found: dict[Fault, list[str]] = {}
    for name, of_case in faults.items():
        for fault in of_case:
            found.setdefault(fault, []).append(name)
    return [
        fault if len(names) == len(faults) else replace(fault, problem=named(fault.problem, names))
        for fault, names in found.items()
    ]


def named(text: Text, cases: Sequence[str]) -> Text:
    """Return a text with the cases that it is of."""
    return say("{text} (in {cases})", text=text, cases=join(cases))
