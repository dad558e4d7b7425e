"""Cells to values: numbers, flags and words, with a hint for what people write by mistake.

The whole column is converted at once; cells are looked at one by one only to name faults.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.faults import nearest
from planner.language import Said, join, say
from planner.scenario.parameter import FLAGS
from planner.scenario.plausible import Plausible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.scenario.parameter import Kind, Parameter, Value

SMALLEST = 1e-12
LARGEST = 1e12
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
NOT_IN_NUMBERS = re.compile(r"[^0-9eE+\-.]")
ID = re.compile(r"[\w\-· ]{1,64}")
GAPS = {"nan", "na", "n/a", "#n/a", "null", "none", "nil", "-", "--", "—", "/", "无", "?", "missing"}
INFINITIES = {"inf", "infinity", "∞", "无穷", "unlimited"}

Check = tuple[str, str]
"""A problem and its remedy."""
UNIT_WORDS = {"degrees": Said("degrees", "度"), "unit of the profile": Said("unit of the profile", "曲线的单位")}
"""The units that are words."""
KIND_WORDS: dict[Kind, Said] = {
    "number": Said("number", "数值"),
    "integer": Said("integer", "整数"),
    "text": Said("text", "文本"),
    "choice": Said("choice", "选项词"),
    "flag": Said("flag", "是否值"),
    "reference": Said("reference", "引用的 id"),
}


@dataclass(frozen=True)
class Parsed:
    """The values of one column's filled cells, and what is wrong with the others."""

    rows: Sequence[int]
    values: Sequence[Value]
    faults: Sequence[tuple[int, str, str]]
    """Row, problem and remedy."""


def parse(parameter: Parameter, cells: Sequence[str]) -> Parsed:
    """Read one column.

    Parameters
    ----------
    parameter
        Says how a cell is read and what is allowed.
    cells
        Text; ``""`` is left out.
    """
    rows: Sequence[int] = range(len(cells))
    if "" in cells:
        rows = [row for row in rows if cells[row]]
        cells = [cells[row] for row in rows]
    if parameter.is_numeric:
        values = _numbers(cells)
        if values is not None and _all_allowed(parameter, values):
            return Parsed(rows, [int(v) for v in values] if parameter.kind == "integer" else values, ())
        return _one_by_one(rows, cells, lambda cell: number_fault(parameter, cell), float)
    if parameter.kind == "flag":
        return _one_by_one(rows, cells, _flag_fault, lambda cell: FLAGS[cell.casefold()])
    if parameter.kind == "choice":
        if set(cells) <= set(parameter.choices):
            return Parsed(rows, cells, ())
        return _one_by_one(rows, cells, lambda cell: _choice_fault(parameter, cell), str)
    return Parsed(rows, cells, ())


def _one_by_one(
    rows: Sequence[int], cells: Sequence[str], check: Callable[[str], Check | None], read: Callable[[str], Value]
) -> Parsed:
    good: list[int] = []
    values: list[Value] = []
    faults = []
    for row, cell in zip(rows, cells, strict=True):
        if found := check(cell):
            faults.append((row, *found))
        else:
            good.append(row)
            values.append(read(cell))
    return Parsed(good, values, faults)


def _numbers(cells: Sequence[str]) -> list[float] | None:
    if NOT_IN_NUMBERS.search("".join(cells)):
        return None
    try:
        return list(map(float, cells))
    except ValueError:
        return None


def _all_allowed(parameter: Parameter, values: list[float]) -> bool:
    if not values:
        return True
    array = np.array(values)
    size = np.abs(array)
    low_is_kept = array.min() > parameter.low if parameter.low_open else array.min() >= parameter.low
    return bool(
        low_is_kept
        and array.max() <= parameter.high
        and size.max() <= LARGEST
        and not np.any((size < SMALLEST) & (size > 0))
        and (parameter.kind == "number" or np.all(array == np.floor(array)))
    )


def number_fault(parameter: Parameter, cell: str) -> Check | None:
    """Return what is wrong with a cell that should be a number, or ``None``."""
    if not NUMBER.fullmatch(cell):
        return _not_a_number(parameter, cell)
    value = float(cell)
    if abs(value) > LARGEST:
        unit = parameter.unit or say("of the table", "表中单位")
        return say("the number is too large", "数值过大"), say(
            "at most 1e12; use the unit {unit}", "不大于 1e12；请用单位 {unit}", unit=unit
        )
    if value != 0 and abs(value) < SMALLEST:
        return say("the number is too small to calculate with", "数值过小，无法计算"), say(
            "0, or at least 1e-12", "0，或不小于 1e-12"
        )
    if parameter.kind == "integer" and value != int(value):
        return say("not a whole number", "不是整数"), say("write it without a fraction", "不要带小数")
    if not _all_allowed(parameter, [value]):
        remedy = say("allowed: {allowed}", "允许：{allowed}", allowed=allowed(parameter))
        looks = parameter.plausible.remedy(value) if isinstance(parameter.plausible, Plausible) else None
        return say("out of range", "超出范围"), join([looks, remedy], "; ", "；") if looks else remedy
    return None


def kind_word(kind: Kind) -> Said:
    """Return what a cell or value of a kind is called."""
    return KIND_WORDS[kind]


def allowed(parameter: Parameter) -> str:
    """Return the interval of a number in words, with its unit."""
    unit = " " + UNIT_WORDS.get(parameter.unit, parameter.unit) if parameter.unit not in {"", "1"} else ""
    parts = []
    if np.isfinite(parameter.low):
        more = say("more than", "大于") if parameter.low_open else say("at least", "不小于")
        parts.append(say("{more} {low:g}", "{more} {low:g}", more=more, low=parameter.low))
    if np.isfinite(parameter.high):
        parts.append(say("at most {high:g}", "不大于 {high:g}", high=parameter.high))
    return (join(parts, " and ", "，") or say("any number", "任意数")) + unit


def _not_a_number(parameter: Parameter, cell: str) -> Check:
    word = cell.strip().casefold()
    half = unicodedata.normalize("NFKC", cell)
    hints = (
        (
            word in GAPS,
            say("the cell says that there is no number", "单元格表示没有数值"),
            say("leave it empty, or write the number", "留空，或写出数值"),
        ),
        (
            word.lstrip("+-") in INFINITIES,
            say("the number must be finite", "数值须有限"),
            say("leave the cell empty where there is no limit", "没有上限时请留空"),
        ),
        (
            cell.strip() != cell and NUMBER.fullmatch(cell.strip()),
            say("spaces stand around the number", "数值前后有空格"),
            say("delete them", "删去它们"),
        ),
        (
            cell[-1:] in {"%", "％"},
            say("a percentage", "写成了百分数"),
            say("write a share: 5% is 0.05", "写成比例：5% 为 0.05"),
        ),
        (
            half != cell and NUMBER.fullmatch(half),
            say("the digits are full-width", "数字为全角"),
            say("write {half}", "写作 {half}", half=half[:40]),
        ),
        (
            re.fullmatch(r"[+-]?\d{1,3}([,，' ]\d{3})+(\.\d+)?", cell),
            say("thousands are separated", "有千位分隔符"),
            say("write digits only", "只写数字"),
        ),
        (
            re.fullmatch(r"[+-]?\d+[,，]\d+", cell),
            say("a decimal comma", "小数点写成了逗号"),
            say("write a decimal point", "请写小数点"),
        ),
        (
            re.fullmatch(r"[+-]?[\d.]+(_\d+)+[\d.]*", cell),
            say("digits are separated by _", "数字以 _ 分隔"),
            say("write digits only", "只写数字"),
        ),
        (
            re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F]+", cell),
            say("not a decimal number", "不是十进制数"),
            say("write it in decimal digits", "用十进制数字书写"),
        ),
        (
            word in FLAGS,
            say("a flag stands where a number belongs", "应为数值处写了是否值"),
            say("allowed: {allowed}", "允许：{allowed}", allowed=allowed(parameter)),
        ),
        (
            re.fullmatch(r"[+-]?[\d.]+\s*[^\d\s].*", cell),
            say("text stands after the number", "数值后有文字"),
            say(
                "write the number only; the unit is {value}", "只写数值；单位为 {value}", value=parameter.unit or "none"
            ),
        ),
    )
    for fits, problem, remedy in hints:
        if fits:
            return problem, remedy
    return say("not a number", "不是数字"), say("allowed: {allowed}", "允许：{allowed}", allowed=allowed(parameter))


def _flag_fault(cell: str) -> Check | None:
    if cell in {"true", "false", "TRUE", "FALSE", "True", "False"}:
        return None
    return say("not a flag", "不是是否值"), say("write true or false", "写 true 或 false")


def _choice_fault(parameter: Parameter, cell: str) -> Check | None:
    if cell in parameter.choices:
        return None
    if cell in parameter.retired:
        return say("the word is no longer used", "该词已不再使用"), parameter.retired[cell]
    return say("not one of the words allowed", "不是允许的词"), nearest(cell, parameter.choices, say("allowed", "允许"))


def id_fault(cell: str) -> Check | None:
    """Return what is wrong with the id of a set's member, or ``None``."""
    if not cell:
        return say("the key is empty", "键为空"), say("write the id, or delete the row", "写出 id，或删除该行")
    if cell != cell.strip():
        return say("spaces stand around the id", "id 前后有空格"), say("delete them", "删去它们")
    if len(cell) > 64:  # noqa: PLR2004 - the rule of the format
        return say("the id has {count} characters", "id 有 {count} 个字符", count=len(cell)), say(
            "at most 64", "最多 64 个"
        )
    if not ID.fullmatch(cell):
        bad = sorted(set(re.sub(r"[\w\-· ]", "", cell)))
        names = ", ".join(f"U+{ord(c):04X}" if not c.isprintable() else f"'{c}'" for c in bad[:5])
        return say("an id may not hold {names}", "id 中不可有 {names}", names=names), say(
            "use letters, digits, Chinese, '-', '_', '·' and spaces", "可用字母、数字、汉字、“-”“_”“·”与空格"
        )
    return None
