"""From megawatts to what the eye sees: area, width and class, with the round numbers that a legend shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.views.page import style

STEPS = (1.0, 2.0, 5.0)
FINE_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
HUNDREDS = 100
"""From here on [MW] decimals say nothing."""
ROUNDING = 1e-6
"""A value this near a limit, of its size, is on the limit: 79.99999 % is the 80 % that the solver aimed at."""
SAMPLE = 400
"""Most values that the classes are found from; more are represented by their quantiles."""
CLASSES = len(style.DEMAND_COLOURS)


def format_number(value: float) -> str:
    """Return a number for a legend: thousands apart, no more decimals than it needs."""
    return f"{value:,.0f}" if round(value) >= HUNDREDS else f"{value:.3g}"


def format_about(value: float) -> str:
    """Return a number to two significant digits, never with an exponent below a million million."""
    return format_number(float(f"{value:.2g}"))


def round_down(value: float, steps: Sequence[float] = STEPS) -> float:
    """Return the largest round number, a step × 10ⁿ, that is not above a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    fitting = [step * power for step in (0.5, *steps) if step * power <= value * (1 + 1e-9)]
    return float(f"{max(fitting):.12g}")


def choose_samples(largest: float, ratios: Sequence[float] = (1.0, 0.4, 0.12)) -> list[float]:
    """Return the round quantities that a legend shows for quantities up to ``largest``, from large to small."""
    return sorted({round_down(largest * ratio, FINE_STEPS) for ratio in ratios}, reverse=True)


@dataclass(frozen=True)
class CircleScale:
    """Circles whose area grows with the load; ``largest`` [MW] has the diameter ``most`` [pt]."""

    largest: float
    most: float = style.CIRCLE_MAX

    def measure(self, load: float) -> float:
        """Return the diameter [pt] of a load [MW]."""
        if load <= 0:
            return style.HOLLOW
        return max(self.most * math.sqrt(load / self.largest), style.CIRCLE_MIN)

    @property
    def threshold(self) -> float:
        """Load [MW] below which the circle keeps its smallest size."""
        return self.largest * (style.CIRCLE_MIN / self.most) ** 2


@dataclass(frozen=True)
class WidthScale:
    """Lines whose width grows with the load; ``largest`` [MW] has the width ``most`` [pt]."""

    largest: float
    most: float = style.FLOW_WIDTH_MAX

    def measure(self, load: float) -> float:
        """Return the width [pt] of a load [MW]."""
        return max(self.most * load / self.largest, style.FLOW_WIDTH_MIN)

    @property
    def threshold(self) -> float:
        """Load [MW] below which the line keeps its smallest width."""
        return self.largest * style.FLOW_WIDTH_MIN / self.most


def _round_to_two(value: float) -> float:
    """Return a positive value at two significant digits, the second 0 or 5: a limit that reads well."""
    power = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{5 * round(value / power / 5) * power:.12g}")


def _split_naturally(values: NDArray[np.float64], classes: int) -> list[float]:
    """Return the limits that leave the least squared spread within the classes, by dynamic programming.

    Source: W. D. Fisher, "On grouping for maximum homogeneity", JASA 53 (1958). A limit lies midway between the
    last value of one class and the first of the next.
    """
    count = len(values)
    total, square = (np.concatenate([[0.0], np.cumsum(power)]) for power in (values, values**2))
    first, last = np.arange(count)[:, None], np.arange(1, count + 1)[None, :]
    size = np.maximum(last - first, 1)
    spread = square[last] - square[first] - (total[last] - total[first]) ** 2 / size
    spread = np.where(last > first, spread, np.inf)
    best, starts = spread[0], []
    for _ in range(classes - 1):
        options = np.concatenate([[np.inf], best[:-1]])[:, None] + spread
        starts.append(np.argmin(options, axis=0))
        best = np.min(options, axis=0)
    limits, end = [], count - 1
    for start in reversed(starts):
        cut = int(start[end])
        if not 0 < cut <= end:
            break
        limits.append(float(values[cut - 1] + values[cut]) / 2)
        end = cut - 1
    return limits


def choose_breaks(values: Sequence[float], classes: int = CLASSES) -> list[float]:
    """Return the inner limits [MW] of the shading, where the values themselves part (Fisher and Jenks).

    Parameters
    ----------
    values
        Demand of each area [MW]; zeros are no demand and take no part.
    classes
        Most classes wanted; fewer result when the values differ too little.
    """
    positive = sorted(value for value in values if value > 0)
    if not positive:
        return []
    if len(positive) > SAMPLE:
        positive = [float(value) for value in np.quantile(positive, np.linspace(0, 1, SAMPLE))]
    limits = {_round_to_two(limit) for limit in _split_naturally(np.array(positive), min(classes, len(positive)))}
    return sorted(limit for limit in limits if positive[0] <= limit < positive[-1])


def classify(value: float, breaks: Sequence[float]) -> int:
    """Return the class of a positive value: how many limits it exceeds."""
    return sum(value > limit * (1 + ROUNDING) for limit in breaks)


def pick_demand_colour(value: float, breaks: Sequence[float]) -> str:
    """Return the shading of a demand [MW]; none for no demand."""
    if value <= 0:
        return style.LAND
    last = len(breaks)
    spread = classify(value, breaks) * (CLASSES - 1) / last if last else (CLASSES - 1) / 2
    return style.DEMAND_COLOURS[round(spread)]


def pick_green_colour(share: float) -> str:
    """Return the colour of a green-power share from 0 to 1; grey for NaN."""
    if math.isnan(share):
        return style.GREEN_UNKNOWN
    position = int(np.searchsorted(style.GREEN_BREAKS[1:-1], share + ROUNDING, side="right"))
    return style.GREEN_COLOURS[position]
