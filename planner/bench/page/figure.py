"""The two drawings of a campaign's page, as SVG inside HTML: nothing is loaded, text can be selected and printed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.bench.page.scores import Line, Profile, Score, Vector

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5c00", "#56b4e9", "#222222")
"""Okabe and Ito's, told apart by colour-blind readers as well."""
DASHES = ("", "7 3", "2 3", "9 3 2 3")
"""A second mark once the colours are used up."""
WIDTH, HEIGHT_MIN = 760, 330.0
LEFT, RIGHT, TOP, BOTTOM = 52, 190, 12, 44
LABEL_GAP = 14
FACTOR_MAX = 1024.0
PROBLEMS_MIN = 3
BAR_WIDTH, BAR_HEIGHT = 150, 16


@dataclass(frozen=True)
class _Frame:
    """The axes: factors from 1 to ``end`` on a log scale, shares from 0 to 1."""

    end: float
    height: float

    def x(self, factor: float) -> float:
        """Return the place of a factor."""
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log2(factor) / math.log2(self.end)

    def y(self, share: float) -> float:
        """Return the place of a share."""
        return TOP + (self.height - TOP - BOTTOM) * (1.0 - share)

    def draw(self) -> str:
        """Return grid, ticks and what they say."""
        parts = []
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            parts.append(f'<path d="M{LEFT} {self.y(share):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{self.y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>')
        powers, base = int(math.log2(self.end)), self.y(0.0)
        for power in range(0, powers + 1, math.ceil(powers / 8)):
            x = self.x(2.0**power)
            parts.append(f'<path d="M{x:.1f} {base:.1f}v5" stroke="#888"/>')
            parts.append(f'<text x="{x:.1f}" y="{base + 18:.1f}" text-anchor="middle">{2**power}×</text>')
        words = "time as a multiple of the best time on the same problem (log scale)"
        place = f'x="{(LEFT + WIDTH - RIGHT) / 2}" y="{self.height - 6}"'
        return "".join(parts) + f'<text {place} text-anchor="middle">{words}</text>'

    def steps(self, factors: Vector) -> str:
        """Return the path of one line: at each of its factors one more problem is solved."""
        path = [f"M{LEFT} {self.y(0.0):.1f}"]
        for solved, factor in enumerate(factors[factors <= self.end], start=1):
            path.append(f"H{self.x(float(factor)):.1f}V{self.y(solved / len(factors)):.1f}")
        return "".join([*path, f"H{self.x(self.end):.1f}"])


def draw_profile(profile: Profile, label: Callable[[Line], str]) -> str:
    """Return the performance profile: the share of problems solved within a factor of the best time.

    Empty where there is nothing to compare: one line, or fewer than three problems.
    """
    lines = list(profile.factors)
    if profile.problems < PROBLEMS_MIN or len(lines) < 2:  # noqa: PLR2004  two to compare
        return ""
    worst = max(float(row[np.isfinite(row)].max(initial=1.0)) for row in profile.factors.values())
    end = min(FACTOR_MAX, 2.0 ** (math.floor(math.log2(worst)) + 1))
    frame = _Frame(end, max(HEIGHT_MIN, TOP + BOTTOM + LABEL_GAP * len(lines)))
    shares = [float(np.mean(profile.factors[line] <= end)) for line in lines]
    places = _spread([frame.y(share) for share in shares], frame.height)
    parts, x = [frame.draw()], frame.x(end)
    for number, line in enumerate(lines):
        mark = _mark(number)
        parts.append(f'<path d="{frame.steps(profile.factors[line])}" fill="none" stroke-width="2" {mark}/>')
        lead = f"M{x:.1f} {frame.y(shares[number]):.1f}L{x + 12:.1f} {places[number]:.1f}h8"
        parts.append(f'<path d="{lead}" fill="none" stroke-width="2" {mark}/>')
        parts.append(f'<text x="{x + 24:.1f}" y="{places[number] + 4:.1f}">{escape(label(line))}</text>')
    words = "Performance profile: share of problems solved within a factor of the best time"
    return f'<svg viewBox="0 0 {WIDTH} {frame.height:g}" role="img" aria-label="{words}">{"".join(parts)}</svg>'


def _mark(number: int) -> str:
    dash = DASHES[number // len(COLOURS) % len(DASHES)]
    return f'stroke="{COLOURS[number % len(COLOURS)]}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _spread(heights: Sequence[float], floor: float) -> list[float]:
    """Return places for labels beside these heights, far enough apart to be read, none below the floor."""
    order = sorted(range(len(heights)), key=lambda number: heights[number])
    places = [0.0] * len(heights)
    last = float(TOP - LABEL_GAP)
    for number in order:
        last = places[number] = max(heights[number], last + LABEL_GAP)
    floor = floor - 4.0
    for number in reversed(order):
        places[number] = floor = min(places[number], floor)
        floor -= LABEL_GAP
    return places


def draw_interval(one: Score, scores: Sequence[Score]) -> str:
    """Return a bar of the interval of one score's ratio, on the log scale that all scores share; 1 is a line."""
    if one.ratio is None:
        return ""
    ends = [end for other in scores for end in (other.low, other.ratio, other.high) if end is not None]
    least, most = math.log(min([*ends, 1.0])), math.log(max([*ends, 1.0]))

    def place(ratio: float) -> float:
        return 6 + (BAR_WIDTH - 12) * (math.log(ratio) - least) / ((most - least) or 1.0)

    middle = BAR_HEIGHT / 2
    parts = [f'<path d="M{place(1.0):.1f} 0V{BAR_HEIGHT}" stroke="#999"/>']
    if one.low is not None and one.high is not None:
        parts.append(
            f'<path d="M{place(one.low):.1f} {middle}H{place(one.high):.1f}" stroke="#0072b2" stroke-width="3"/>'
        )
    parts.append(f'<circle cx="{place(one.ratio):.1f}" cy="{middle}" r="4" fill="#0072b2"/>')
    size = f'width="{BAR_WIDTH}" height="{BAR_HEIGHT}"'
    return f'<svg {size} viewBox="0 0 {BAR_WIDTH} {BAR_HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
