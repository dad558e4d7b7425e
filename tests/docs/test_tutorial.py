"""The tutorial is true: its tables, its arithmetic, its commands and its numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import planner
from tests.docs.pages import ROOT, blocks, page, tables
from tests.docs.play import Reader

TUTORIAL = "docs/tutorials/tiny.md"
OBJECTIVES = ("cost", "emissions", "latency")


def number(text: str) -> Fraction:
    """Read a number with thousands separated."""
    return Fraction(text.replace(",", ""))


def by_hand(formula: str) -> Fraction:
    """Work out a sum of products such as ``2 × 3 + 4``, exactly."""
    total = Fraction(0)
    for product in formula.split(" + "):
        value = Fraction(1)
        for factor in product.split(" × "):
            value *= number(factor)
        total += value
    return total


def test_tables_shown_are_the_files() -> None:
    """Proves that each table on the page is the file it names; a changed scenario breaks it."""
    shown = [block for block in blocks(TUTORIAL) if block.note.startswith("file: ")]
    assert shown
    for block in shown:
        assert block.text == (ROOT / block.note.removeprefix("file: ")).read_text(encoding="utf-8"), block.note


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_hand_calculation_is_the_plan_to_the_cent(objective: str) -> None:
    """Proves that pencil and planner agree in every cost category, and that the pencil can multiply.

    A wrong product on the page, a cost that the planner counts and the page does not, or a cent between them breaks it.
    """
    plan = planner.run(planner.read_scenario(ROOT / "scenarios/tiny", [f"objective.minimise={objective}"]))
    costs = plan.tables["cost"].set_index("category")["cost"].to_dict()
    rows = tables(TUTORIAL)[objective]
    for category, formula, hand, found in rows:
        assert number(hand) == number(found)
        if category != "total":
            assert by_hand(formula) == number(hand), category
            assert round(costs.pop(category), 2) == float(number(found)), category
    assert not any(costs.values()), "the page leaves out a cost"
    assert sum(number(row[2]) for row in rows[:-1]) == number(rows[-1][2])
    assert round(plan.summary["cost"], 2) == float(number(rows[-1][2]))


def test_costs_of_a_mwh_add_up() -> None:
    """Proves the table of step 2: every product, both sums, and the saving that the text names."""
    table = page(TUTORIAL).split("| CNY per MWh IT")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[2:4]] for line in table.splitlines()[2:]]
    sums = [Fraction(0), Fraction(0)]
    for row in rows[:-1]:
        for place, cell in enumerate(row):
            formula, _, result = cell.partition(" = ")
            assert not result or by_hand(formula) == number(result)
            sums[place] += number(result or formula)
    assert len(rows) == 7
    assert sums == [number(cell) for cell in rows[-1]]
    assert f"saves {float(sums[0] - sums[1]):.2f} CNY" in page(TUTORIAL)


def test_tutorial_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that every command and every line of Python prints what the page says; any drift breaks it."""
    assert Reader(tmp_path, monkeypatch, capsys).play(TUTORIAL) >= 9
