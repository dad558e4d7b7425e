"""Workbooks that mean harm, or were harmed: each is refused with one clear error, within the child's limits.

None of them could harm other software: they are small, and trip a guard whose limit the test lowers.
"""

from __future__ import annotations

import os
import random
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner.io.workbook import child
from planner.io.workbook.reading import read_workbook
from planner.language import written
from tests.excel.books import MAIN, XML, by_hand, exported, faults_of, imported, text_cells, with_parts
from tests.worlds import BASE

ENTITY = "<!DOCTYPE x [<!ENTITY a 'site'>]>"
"""One entity of one word: what is refused is that it is declared at all."""
OF_A_FILE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'nothing.txt'>]>"
A_ROW = text_cells(1, ["#", "site"])
SHARED = "xl__sharedStrings_dot_xml"
Maker = Callable[[Path], object]


def put(data: bytes) -> Maker:
    """Return what writes a file of these bytes."""
    return lambda path: path.write_bytes(data)


def zipped(members: dict[str, bytes]) -> Maker:
    """Return what writes a zip file of these members."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return write


def doubled(path: Path) -> None:
    """Write a workbook two parts of which have one name but for its case."""
    by_hand(path, A_ROW)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/SHEET1.xml", b"")


def cut(path: Path) -> None:
    """Write a workbook and cut it off."""
    by_hand(path, A_ROW)
    path.write_bytes(path.read_bytes()[:-200])


def encrypted(path: Path) -> None:
    """Write a zip file whose members say that they are encrypted."""
    by_hand(path, A_ROW)
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 1)
    path.write_bytes(data)


def macro_type(path: Path) -> None:
    """Write a workbook that is one with macros by its type, though it has none."""
    by_hand(path, A_ROW)
    with zipfile.ZipFile(path) as archive:
        types = archive.read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with_parts(
        path, {"[Content_Types].xml": types.replace(kind, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")}
    )


def utf_16(path: Path) -> None:
    """Write a sheet whose entities hide in another encoding."""
    text = f'<?xml version="1.0" encoding="UTF-16"?>{ENTITY}<worksheet {MAIN}><sheetData/></worksheet>'
    with_parts(by_hand(path, ""), {"xl/worksheets/sheet1.xml": text.encode("utf-16")})


def sheet_of(rows: str, **parts: str) -> Maker:
    """Return what writes a workbook of one sheet."""
    return lambda path: by_hand(path, rows, **parts)


HOSTILE: dict[str, tuple[Maker, str]] = {
    "empty": (put(b""), "no Excel workbook"),
    "text": (put(b"site,pue\na,1.2\n"), "no Excel workbook"),
    "ole": (put(child.OLD_FORMAT + b"\0" * 600), "97–2003, or protected"),
    "encrypted": (encrypted, "97–2003, or protected"),
    "cut": (cut, "damaged"),
    "zip": (zipped({"readme.txt": b"x"}), "no Excel workbook"),
    "empty zip": (put(b"PK\x05\x06" + b"\0" * 18), "no Excel workbook"),
    "no sheets": (zipped({"[Content_Types].xml": b"<Types/>"}), "damaged"),
    "doubled": (doubled, "two of its parts"),
    "an entity in the sheet": (sheet_of(A_ROW.replace("site", "&a;"), before=ENTITY), "entities"),
    "an entity in the text": (
        sheet_of(A_ROW, **{SHARED: f"{XML}{ENTITY}<sst {MAIN}><si><t>&a;</t></si></sst>"}),
        "entities",
    ),
    "an entity in the book": (
        sheet_of(A_ROW, xl__workbook_dot_xml=f"{XML}{ENTITY}<workbook {MAIN}>&a;</workbook>"),
        "entities",
    ),
    "an entity that is declared only": (sheet_of(A_ROW, before=ENTITY), "entities"),
    "an entity of a file": (sheet_of(A_ROW.replace("site", "&a;"), before=OF_A_FILE), "entities"),
    "entities in UTF-16": (utf_16, "entities|damaged"),
    "links": (sheet_of(A_ROW, xl__externalLinks__externalLink1_dot_xml="<externalLink/>"), "links to other workbooks"),
    "macros": (sheet_of(A_ROW, xl__vbaProject_dot_bin="x"), "holds macros"),
    "macros by type": (macro_type, "holds macros"),
    "columns": (sheet_of('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "columns"),
    "row twice": (sheet_of(A_ROW + A_ROW), "damaged"),
    "rows backwards": (sheet_of(text_cells(3, "ab") + text_cells(2, "ab")), "damaged"),
    "cell of another row": (sheet_of('<row r="2"><c r="A7"><v>1</v></c></row>'), "damaged"),
    "cell twice": (sheet_of('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>'), "damaged"),
    "nonsense address": (sheet_of('<row r="2"><c r="ZZZZ9"><v>1</v></c></row>'), "damaged"),
    "text that is not there": (sheet_of('<row r="2"><c r="A2" t="s"><v>99</v></c></row>'), "damaged"),
    "no number": (sheet_of('<row r="2"><c r="A2"><v>NaN</v></c></row>'), "damaged"),
    "a number of 400 digits": (sheet_of(f'<row r="2"><c r="A2"><v>{"9" * 400}</v></c></row>'), "damaged"),
    "no XML": (sheet_of("<row"), "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused(name: str, tmp_path: Path) -> None:
    """Proves that each ends in exit 3 and one fault that says what it is and what to do, and leaves nothing.

    Sensitivity: an entity that is expanded, a part that is unzipped before its size is looked at, a library's own
    exception that comes through.
    """
    make, words = HOSTILE[name]
    book = tmp_path / "book.xlsx"
    make(book)
    [fault] = faults_of(book, tmp_path)
    assert any(word in written(fault.problem) for word in words.split("|")), fault
    assert fault.remedy


def in_place_of_the_child(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let another program answer."""
    path = folder / "child.sh"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))


def with_limits(monkeypatch: pytest.MonkeyPatch, folder: Path, **limits: int) -> None:
    """Let the child read with other limits."""
    changes = "; ".join(f"child.{name} = {most}" for name, most in limits.items())
    code = f"from planner.io.workbook import child; {changes}; child.main()"
    in_place_of_the_child(monkeypatch, folder, f"exec {sys.executable} -c '{code}'")


LARGE: dict[str, tuple[Maker, dict[str, int], str]] = {
    "a part that grows": (
        zipped({"[Content_Types].xml": b"", "x.xml": b"x" * 3000}),
        {"RATIO_FREE": 2000, "RATIO_MAX": 10},
        "grows more than",
    ),
    "parts that are large together": (
        zipped({f"{number}.xml": b"x" * 900 for number in range(4)}),
        {"UNZIPPED_MAX": 3000},
        "unzipped it has more",
    ),
    "many parts": (zipped({f"{number}": b"" for number in range(4)}), {"MEMBERS_MAX": 3}, "parts"),
    "a large file": (sheet_of(A_ROW), {"FILE_MAX": 100}, "the file has more than"),
    "many cells": (sheet_of(A_ROW), {"CELLS_MAX": 1}, "cells"),
    "many columns": (sheet_of(A_ROW), {"COLUMNS_MAX": 1}, "columns"),
    "many sheets": (sheet_of(A_ROW), {"SHEETS_MAX": 0}, "sheets"),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that each limit of the child is looked at, with a small book and a smaller limit, and that it is said.

    Sensitivity: a part unzipped before its size is looked at, a limit that is not asked.
    """
    make, limits, words = LARGE[name]
    book = tmp_path / "book.xlsx"
    make(book)
    with_limits(monkeypatch, tmp_path, **limits)
    [fault] = faults_of(book, tmp_path)
    assert words in written(fault.problem)
    assert fault.remedy


def test_the_limits_are_what_a_table_needs_and_no_more() -> None:
    """Proves the limits that stand: a workbook of eight million cells passes, a part may not grow 1,000-fold.

    Sensitivity: a limit taken away because a test lowers it.
    """
    assert child.RATIO_MAX <= 150
    assert child.UNZIPPED_MAX <= 512 << 20
    assert child.MEMBERS_MAX <= 2000
    assert child.FILE_MAX <= 64 << 20


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """Proves that nothing, a folder, a pipe and a device are refused, without waiting for their bytes.

    Sensitivity: a pipe that is opened and never written to.
    """
    os.mkfifo(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    for path in (tmp_path / "nothing.xlsx", tmp_path, tmp_path / "pipe", Path("/dev/null"), Path("a\0b.xlsx")):
        [fault] = faults_of(path, tmp_path)
        assert "cannot be read" in written(fault.problem)


def test_claims_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a sheet is read for the rows that it holds, whatever size it says it has.

    Sensitivity: the library's own worksheet, which makes every cell that the sheet says it has.
    """
    rows = text_cells(1, ["#", "site"]) + "".join(f'<row r="{row}"/>' for row in range(2, 300))
    book = by_hand(tmp_path / "book.xlsx", rows + text_cells(400, ["", "here"]))
    with zipfile.ZipFile(book) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    claim = sheet.replace("<sheetData>", '<dimension ref="A1:CV5000"/><sheetData>')
    with_parts(book, {"xl/worksheets/sheet1.xml": claim})
    [found] = read_workbook(book)
    assert {row: cells[2] for row, cells in found.rows.items()} == {1: "site", 400: "here"}

    def never(*_: object) -> None:
        raise AssertionError("the library's own rows")

    monkeypatch.setattr("openpyxl.worksheet._read_only.ReadOnlyWorksheet._cells_by_row", never)
    with book.open("rb") as file:
        assert [line["row"] for line in child._answers(file) if "row" in line] == [1, 400]


@pytest.mark.parametrize("limit", ["-v 90000", "-t 1"])
def test_the_childs_limits_are_an_error(limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a child that runs out of memory or time is one error that says so, not half a scenario.

    Sensitivity: what was read before the end taken for the whole; a traceback.
    """
    source = random.Random(1)  # noqa: S311 - no secrets
    words = [f"{source.random()}" for _ in range(400_000)]
    book = tmp_path / "book.xlsx"
    shared = f"{XML}<sst {MAIN}>{''.join(f'<si><t>{word}</t></si>' for word in words)}</sst>"
    by_hand(book, A_ROW, **{SHARED: shared})
    in_place_of_the_child(monkeypatch, tmp_path, f'ulimit {limit}; exec {sys.executable} "$@"')
    [fault] = faults_of(book, tmp_path)
    assert "reading it takes more than" in written(fault.problem)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "nonsense",
        "[]",
        '{"sheet":"scenario","hidden":false}',
        '{"row":1,"cells":{"1":"x"}}\n{"end":true}',
        '{"sheet":"site","hidden":false}\n{"row":0,"cells":{"1":"x"}}\n{"end":true}',
        '{"sheet":"site","hidden":false}\n{"row":1,"cells":{"0":"x"}}\n{"end":true}',
        '{"sheet":"site","hidden":false}\n{"row":1,"cells":{"1":[]}}\n{"end":true}',
        '{"sheet":"site","hidden":false}\n{"row":1,"cells":{"1":{"rm":"x"}}}\n{"end":true}',
        '{"sheet":"site","hidden":false}\n{"row":1,"cells":{}}\n{"end":true}',
        '{"end":true}\n{"sheet":"site","hidden":false}',
    ],
)
def test_the_child_is_not_believed(answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that an answer that is not whole, or not of the form agreed, is an error.

    Sensitivity: a cell of another kind handed on; an answer without its end.
    """
    book = by_hand(tmp_path / "book.xlsx", A_ROW)
    in_place_of_the_child(monkeypatch, tmp_path, f"cat <<'END'\n{answer}\nEND")
    [fault] = faults_of(book, tmp_path)
    assert "damaged" in written(fault.problem)


def test_the_child_sees_neither_files_nor_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a module in the current folder is not what the child imports.

    Sensitivity: a child started with the folder of a download on its path.
    """
    for name in ("openpyxl", "resource", "zipfile"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('mine')\n", encoding="utf-8")
    scenario = BASE.read(tmp_path)
    book = exported(scenario, tmp_path / "book.xlsx")
    monkeypatch.chdir(tmp_path)
    imported(book, tmp_path / "again")
    assert planner.read_scenario(tmp_path / "again").content_hash == scenario.content_hash
