"""What binds, and what one unit of each rule is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import Said, join, say
from planner.views.page.elements import element, table
from planner.views.page.numbers import COUNT, unknown
from planner.views.report.places import Speller, unit_name
from planner.views.report.ranges import ranges_table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pandas as pd

    from planner.views.report.subject import Subject

SHOWN = 12
"""Places of a rule that are listed."""
SMALLEST = 1e-9
"""Relative to the largest price of a rule: less is a solver's rounding."""


def section(subject: Subject) -> Element:
    """Return the section: a line a rule, then the places where each binds most."""
    heading = element("h2", say("What binds, and its price", "起作用的约束及其影子价格"), id_="prices")
    found = subject.results.shadow_prices
    if found.empty:
        text = say("The run has no shadow prices.", "本次求解没有影子价格。")
        return element("section", heading, element("p", text), aria_labelledby="prices")
    rules = [(str(rule), _binding(rows), rows["index"]) for rule, rows in found.groupby("rule", sort=False)]
    ordered = sorted(rules, key=lambda one: one[1].empty)
    return element(
        "section",
        heading,
        element("p", _meaning(found)),
        table(
            say("Rules and their shadow prices", "各约束的影子价格"),
            [
                say("Rule", "约束"),
                say("Binds at", "起作用的处数"),
                say("Typical price (median)", "典型价格（中位数）"),
                say("Highest price", "最高价格"),
                say("Unit", "单位"),
            ],
            [_line(subject, rule, rows, len(places)) for rule, rows, places in ordered],
            numbers=[1, 2, 3],
        ),
        [_places(subject, *one) for one in ordered if not one[1].empty],
        ranges_table(subject),
        aria_labelledby="prices",
    )


def _meaning(found: pd.DataFrame) -> Said:
    said = say(
        "A shadow price is the rise of the objective when a rule is tightened by one unit; of a demand, what one more "
        "unit costs. A rule with price 0 does not bind.",
        "影子价格是约束收紧一个单位时目标函数的增量；对需求而言，即多满足一个单位需求的成本。价格为 0 的约束不起作用。",
    )
    if (found["integers"] == "none").all():
        return said
    fixed = say("Integers are fixed at the plan.", "整数变量固定为方案取值。")
    if found["price_relaxed"].isna().all():
        return join([said, fixed], en=" ", zh="")
    relaxed = say(
        "Beside it stands the price in the relaxation, where modules may be built in parts: of a demand it holds the "
        "part of the next module, which the other holds not or wholly.",
        "另列松弛价格（模块可按比例建设）：就需求而言，其中含下一模块的相应部分，而前者要么不含，要么全含。",
    )
    return join([said, fixed, relaxed], en=" ", zh="")


def _binding(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a rule whose price is more than rounding, the dearest first."""
    size = rows["price"].abs()
    if unknown(float(size.max())) or not float(size.max()):
        return rows.iloc[:0]
    chosen = rows[size > SMALLEST * float(size.max())]
    return chosen.assign(size=size).sort_values(["size", "index"], ascending=[False, True]).drop(columns="size")


def _line(subject: Subject, rule: str, rows: pd.DataFrame, count: int) -> list[Said | str]:
    binds = say("{binding} of {count}", "{count} 处中 {binding} 处", binding=len(rows), count=count)
    if rows.empty:
        return [subject.word(rule), binds, "0", "0", ""]
    size = rows["price"].abs()
    unit, scale = unit_name(str(rows["unit"].iloc[0])), COUNT.scaled([float(size.max())])
    return [subject.word(rule), binds, *(scale.number(float(x)) for x in (size.median(), size.max())), unit]


def _places(subject: Subject, rule: str, rows: pd.DataFrame, places: pd.Series) -> Element:
    """Return where a rule binds most; ``places`` are all that the rule has."""
    spelt, first = Speller(subject, places), rows.iloc[:SHOWN]
    scale = COUNT.scaled([float(rows["price"].abs().max())])
    priced = ["price"] if rows["price_relaxed"].isna().all() or _is_whole(rows) else ["price", "price_relaxed"]
    listed = [
        [spelt.spell(str(row["index"])), *(scale.number(float(row[name])) for name in priced)]
        for row in first.to_dict("records")
    ]
    text = say(
        "{rule}: the {count} highest of {all}",
        "{rule}：价格最高的 {count} 处（共 {all} 处）",
        rule=subject.word(rule),
        count=len(first),
        all=len(rows),
    )
    unit = unit_name(str(rows["unit"].iloc[0]))
    head = [say("Where", "位置"), say("Price [{unit}]", "价格 [{unit}]", unit=unit)]
    head += [say("In the relaxation [{unit}]", "松弛价格 [{unit}]", unit=unit)] * (len(priced) - 1)
    return element("details", element("summary", text), table(text, head, listed, numbers=range(1, len(head))))


def _is_whole(rows: pd.DataFrame) -> bool:
    """Return whether nothing had to be whole, so that the relaxation is the plan's own programme."""
    return bool((rows["integers"] == "none").all())
