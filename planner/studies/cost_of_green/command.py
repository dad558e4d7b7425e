"""The command ``planner green-cost``: read its words, solve the points, write table and figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import UsageError, shown
from planner.language import Language, Text, say
from planner.studies.cost_of_green.points import FILE, MODES, Plan, solve_points
from planner.studies.cost_of_green.report import draw_points, headline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Choice:
    """The options of the command line, as text."""

    shares: str
    modes: str = ",".join(MODES)
    variants: str = ""
    time_limit: float | None = None
    overrides: Sequence[str] = ()
    scope: str = ""

    def plan(self) -> Plan:
        """Return the points."""
        numbers, modes, variants = _numbers(self.shares), _words(self.modes), _words(self.variants)
        return Plan(numbers, modes, variants, tuple(self.overrides), self.time_limit, self.scope)


@dataclass(frozen=True)
class Drawing:
    """Language of the figure, and formats of its files."""

    language: Language = "en"
    formats: Sequence[str] = ("png", "svg", "pdf")


def green_cost(
    scenario: Path, out: Path, choice: Choice, drawing: Drawing, on_progress: Callable[[Text], None] | None
) -> Text:
    """Solve, write and draw; return the answer for a terminal."""
    read, rows = solve_points(scenario, out, choice.plan(), on_progress)
    draw_points(read, rows, out, language=drawing.language, formats=drawing.formats)
    return headline(rows, out / FILE)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _numbers(text: str) -> tuple[float, ...]:
    numbers = []
    for word in _words(text):
        try:
            numbers.append(float(word))
        except ValueError:
            problem = say(
                "--shares {text}: {word} is no number; write them like 0.8,0.9,1", text=shown(text), word=shown(word)
            )
            raise UsageError(problem) from None
    return tuple(numbers)
