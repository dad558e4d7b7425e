"""Workbooks for tests: written and read by the planner, changed by another library, or put together by hand."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_from_string

import planner
from planner.errors import Fault, InvalidInputError
from planner.io.workbook.importing import Imported, import_workbook
from planner.io.workbook.scenario import scenario_sheets
from planner.io.workbook.tables import write_workbook
from planner.models.declarations import declarations
from planner.scenario.scenario import Scenario
from planner.views.words import word

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FIRST_ROW = 5
"""Of the data of a sheet."""


def exported(scenario: Scenario, path: Path) -> Path:
    """Write a scenario as a workbook."""
    write_workbook(path, scenario_sheets(scenario, word))
    return path


def imported(book: Path, folder: Path, **options: Any) -> Imported:
    """Import a workbook into a folder."""
    return import_workbook(book, folder, declarations(), planner.read_scenario, **options)


def returned(scenario: Scenario, folder: Path) -> Scenario:
    """Send a scenario to a workbook and back."""
    imported(exported(scenario, folder / "book.xlsx"), folder / "again")
    return planner.read_scenario(folder / "again")


def faults_of(book: Path, folder: Path) -> tuple[Fault, ...]:
    """Return the faults for which a workbook is refused; nothing may be left of the import."""
    with pytest.raises(InvalidInputError) as refused:
        imported(book, folder / "refused")
    assert refused.value.exit_code == 3
    assert not (folder / "refused").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    return refused.value.faults


def changed(book: Path, cells: Mapping[tuple[str, str], Any]) -> Path:
    """Change cells as a user would, by sheet and address; ``None`` empties one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = openpyxl.load_workbook(book)
    for (sheet, address), value in cells.items():
        opened[sheet][address] = value
    opened.save(book)
    return book


def column_of(book: Path, sheet: str, name: str) -> str:
    """Return the letters of the column that a heading of row 1 names."""
    opened = openpyxl.load_workbook(book, read_only=True)
    for cell in next(opened[sheet].iter_rows(max_row=1)):
        if cell.value == name:
            opened.close()
            return coordinate_from_string(cell.coordinate)[0]
    raise AssertionError(name)


def with_parts(book: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Replace parts of a workbook, or add them."""
    with zipfile.ZipFile(book) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**before, **parts}.items():
            archive.writestr(name, data)
    return book


def by_hand(path: Path, rows: str, *, name: str = "site", before: str = "", after: str = "", **parts: str) -> Path:
    """Put a workbook of one sheet together.

    Parameters
    ----------
    rows
        The XML inside ``sheetData``.
    before, after
        XML before the sheet's root, and after its data.
    **parts
        Other parts, ``__`` for a slash and ``_dot_`` for a dot.
    """
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    texts = {
        "[Content_Types].xml": f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook {MAIN} xmlns:r="{RELATION}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="r1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f"{XML}<sst {MAIN}><si><t>x</t></si></sst>",
        "xl/worksheets/sheet1.xml": f"{XML}{before}<worksheet {MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>",
    }
    texts |= {name.replace("__", "/").replace("_dot_", "."): text for name, text in parts.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in texts.items():
            archive.writestr(part, text)
    return path


def text_cells(row: int, words: Iterable[str]) -> str:
    """Return a row of text as XML."""
    cells = (
        f'<c r="{chr(65 + place)}{row}" t="inlineStr"><is><t>{word}</t></is></c>' for place, word in enumerate(words)
    )
    return f'<row r="{row}">{"".join(cells)}</row>'
