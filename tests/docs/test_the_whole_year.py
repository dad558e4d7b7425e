"""What the page on the whole year says of the method stands in the code, and its example is what the code reckons."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest

from planner.models.solving.apart import apart, box, guide, inside, rounds, sample, search
from planner.models.solving.apart.asking.period import Reply
from planner.models.solving.apart.asking.periods import Periods
from planner.models.solving.apart.bound import bound_of
from planner.models.solving.apart.mixture import Bases, Mixture
from planner.models.solving.apart.rounds import Rounds
from planner.models.solving.highs import options
from planner.models.solving.large import pricing
from planner.models.solving.proof import safe_bound
from tests.docs.pages import page, tables
from tests.solve.apart_problems import Sketch

PAGE = "docs/explanation/the-whole-year.md"
HALL, UNSERVED, NEEDS = 3.0, 2.0, (4.0, 8.0)

SAID = {
    f"From {options.ON_DEMAND:,} columns on HiGHS holds": "columns on demand",
    f"the {pricing.FIRST_EACH} cheapest columns of each row": "the first columns",
    f"From {apart.PERIODS_MIN} periods and {apart.COLUMNS_MIN // 10**6} million columns on": "periods apart",
    f"{sample.SAMPLE} periods evenly spread": "the sample",
    f"to {rounds.GROUPS_MAX} groups at most": "groups",
    f"{guide.LEVEL:.0%} of the way up".replace("%", " %"): "the level",
    f"are more than {guide.SEARCH_MAX:,} the integers of": "when integers are fixed by and by",
    f"narrows by {1 - box.NARROWER:.0%} a round".replace("%", " %"): "the box of prices",
    f"within {search.PROVED} of the gap asked for": "what safe arithmetic may take",
    f"after {search.ROUNDS_MAX} rounds": "most rounds",
    f"within {search.PROVED * search.RELAXED_SHARE:.2f} of the": "when points are made whole",
}
WORDS = {3: "three", 6: "six", 8: "eight", 10: "ten"}


@pytest.mark.parametrize("words", SAID, ids=SAID.values())
def test_numbers_of_the_method_are_those_of_the_code(words: str) -> None:
    """Proves that a threshold on the page is the code's; one that is changed in one of the two places breaks it."""
    assert words in " ".join(page(PAGE).split())


def test_numbers_in_words_are_those_of_the_code() -> None:
    """Proves the same of those that are written out."""
    text = " ".join(page(PAGE).split())
    for words in (
        f"at most {WORDS[pricing.TAKEN_EACH]} a row come in",
        f"{WORDS[int(apart.PENALTY)]} times the dearest price",
        f"when {WORDS[search.IDLE_MAX]} rounds with whole y",
        f"by {WORDS[int(inside.MORE)]} times as much after each round that missed",
        f"come no nearer for {WORDS[search.STUCK_MAX]} rounds",
    ):
        assert words in text, words
    assert (guide.FIXED_EACH, inside.LESS, inside.SHARE_MAX, box.WIDER) == (0.5, 0.5, 0.5, 1.5)
    assert "half of what is left at a time" in text
    assert safe_bound.UNIT == 2.0**-52
    assert "(terms + 8) × 2⁻⁵² × the sum of sizes" in text


def test_figures_stand_in_the_decisions() -> None:
    """Proves that what is called measured was: each figure of the tables is one of decision 0049 or 0048.

    Broken by a figure that was made up, or by a decision whose figures are measured anew and not told here.
    """
    known = page("docs/decisions/0048-routes-on-demand.md") + page("docs/decisions/0049-periods-apart.md")
    known = known.replace("-0.", "−0.")
    text = page(PAGE).partition("## What was measured")[2].partition("## What others published")[0]
    figures = set(re.findall(r"[−+]?0\.\d+ %", text)) | {"416,951", "1,402", "2,364", "2,367,450"}
    assert len(figures) > 12
    assert all(figure in page(PAGE) for figure in figures)
    assert {figure for figure in figures if figure not in known} == set()


@dataclass(frozen=True)
class Said:
    """A line of the example."""

    built: float
    bound: float
    plan: float


def example() -> Periods:
    """Return the two days of the page, each with what is served and what is not."""
    sketch = Sketch()
    hall = sketch.column(HALL, 10.0)
    for day, need in enumerate(NEEDS):
        served, unserved = (sketch.column(cost, block=day * 3) for cost in (0.0, UNSERVED))
        sketch.row(need, need, day * 3, [(served, 1.0), (unserved, 1.0)])
        sketch.row(-np.inf, 0.0, day * 3, [(served, 1.0), (hall, -1.0)])
    return Periods(sketch.arrays(2))


def answer(day: int, built: float) -> Reply:
    """Return what a day answers, worked out by hand."""
    missing = max(0.0, NEEDS[day] - built)
    cost = UNSERVED * missing
    slope = np.array([-UNSERVED if missing else 0.0])
    return Reply(day, cost, slope, cost, np.zeros(0), 0.0)


def test_the_example_is_what_the_code_reckons() -> None:
    """Proves that bound and plan of each round of the table are those of the code's own small programmes.

    Sensitivity: a plane with a slope of the wrong sign, a mixture that takes more than it is given.
    """
    lines = [
        Said(*(float(re.findall(r"\d+", cell)[0]) for cell in (row[1], row[3], row[4])))
        for row in tables(PAGE)["example"]
    ]
    found = Rounds(example())
    for line in lines:
        built = np.array([line.built])
        found.add(built, np.zeros(0), [answer(day, line.built) for day in range(2)])
        limits = found.periods.arrays.column_lower[:1], found.periods.arrays.column_upper[:1]
        bound, plan = bound_of(found, np.zeros((2, 0)), 10.0, limits), Mixture(found, Bases(), limits).mix(10.0)
        assert bound is not None
        assert plan is not None
        assert (bound.value, plan.cost) == (pytest.approx(line.bound), pytest.approx(line.plan))
    assert len(lines) == 3
    assert bound.value == pytest.approx(plan.cost)
