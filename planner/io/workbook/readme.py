"""The first sheet of a scenario's workbook: how to edit it and import it again, and which sheets there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.io.read.sources import illustrative_share
from planner.io.workbook.meaning import both
from planner.io.workbook.settings import SETTINGS
from planner.io.workbook.sheet import Cell, Page, Sheet
from planner.language import Said, say
from planner.scenario.schema import SOURCE, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.io.workbook.meaning import Word
    from planner.scenario.scenario import Scenario

README: Final = "说明 Read me"
DICTIONARY: Final = "字典 Dictionary"


def readme(scenario: Scenario, sheets: Sequence[Sheet], word: Word) -> Page:
    """Return the first sheet: how to edit the others and import them again, and which there are."""
    settings = scenario.settings
    titles = (settings.title_zh or settings.title or scenario.name, settings.title or settings.title_zh)
    lines: list[tuple[str, Sequence[Cell]]] = [
        ("title", ("", titles[0])),
        ("text", ("", "", titles[1])),
        ("text", ("",)),
    ]
    lines += [("text", (str(number), *both(said))) for number, said in enumerate(_how_to(scenario), 1)]
    lines += [("text", ("",)), ("heading", ("工作表 sheet", "中文", "English", "行数 rows"))]
    for sheet in sheets:
        label = (
            say("settings and scalars", "设置与标量参数")
            if sheet.name == SETTINGS
            else _name_of(sheet.name, scenario, word)
        )
        lines.append(("row", (sheet.name, *both(label), len(sheet.rows))))
    said = say("every sheet and column there can be", "可用的全部工作表与列")
    lines.append(("row", (DICTIONARY, *both(said))))
    return Page(README, lines, (28, 62, 62, 12))


def _name_of(table: str, scenario: Scenario, word: Word) -> str:
    """Return what a table is called: its own name where there is one, else its keys."""
    own = word(table)
    if table == SOURCE or table in scenario.declarations.sets or own != table:
        return own
    keys = [word(key) for key in schema_of(scenario.declarations).tables[table].keys]
    return Said(" × ".join(both(key)[1] for key in keys), " × ".join(both(key)[0] for key in keys))


def _how_to(scenario: Scenario) -> Iterator[Said]:
    yield say(
        "Each sheet is one table of the scenario '{name}', as read and merged. Edit the cells below the headings.",
        "每张工作表是情景“{name}”的一个表（已合并、已应用全部修改）。请在标题行以下修改。",
        name=scenario.name,
    )
    yield say(
        "Row 1 holds the names that the planner reads: leave them as they are. Rows 2 to 4 (Chinese, English, unit) "
        "are for people; what stands there is not read. Column # marks those rows and is empty beside data.",
        "第 1 行是程序读取的列名，请勿改动；第 2–4 行（中文、英文、单位）仅供阅读，不会读入。"
        "# 列标记这些行，数据行中须为空。",
    )
    yield say(
        "Units are fixed; convert before you type. A share of 5 % is 0.05. An empty cell takes the default, which the "
        "sheet '{dictionary}' and the note of each heading name.",
        "单位固定，请先换算再填写；5% 写 0.05。空单元格取默认值，见“{dictionary}”和各列标题的批注。",
        dictionary=DICTIONARY,
    )
    yield say(
        "Write values, no formulas: copy, then paste as values. A new row goes anywhere below the headings, in any "
        "order; a new column gets its name from '{dictionary}' in row 1.",
        "只填数值，不用公式（复制后“选择性粘贴为值”）。新行写在标题行以下任意处，顺序不限；"
        "新列在第 1 行写“{dictionary}”中的列名。",
        dictionary=DICTIONARY,
    )
    yield say(
        "Your own notes: a column or a sheet whose name begins with # is not read.",
        "您自己的备注：名称以 # 开头的列或工作表不会读入。",
    )
    yield say(
        "A number of more than 15 digits stands as text, so that no program shortens it.",
        "超过 15 位有效数字的数以文本保存，以免被软件截短。",
    )
    yield say(
        "Then save as .xlsx and import into a new folder: planner import BOOK.xlsx FOLDER. Every fault is named with "
        "its sheet and row.",
        "改好后存为 .xlsx，导入新文件夹：planner import 工作簿.xlsx 文件夹。所有错误都会标明工作表与行号。",
    )
    share = illustrative_share(scenario)
    if share is not None:
        yield say(
            "{share:.0%} of the numbers are illustrative: estimates, not sources (sheet '{source}').",
            "{share:.0%} 的数值为示意值：属估计，无公布来源（见工作表 {source}）。",
            share=share,
            source=SOURCE,
        )
