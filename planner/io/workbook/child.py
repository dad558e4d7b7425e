"""The limited child that opens a workbook nobody vouches for: ``python -m planner.io.workbook.child < BOOK > CELLS``.

It gives itself little memory, time and room for its answer before it looks at a byte, opens no other file and no
connection, and answers with lines of JSON: ``{"sheet": …}``, then ``{"row": …, "cells": …}`` for every row that holds
something, ``{"merged": …}`` and at last ``{"end": true}``; or ``{"refused": …}``. The parent believes none of it.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
import warnings
import zipfile
from typing import IO, TYPE_CHECKING, Any, Final

from planner.system import FULL, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY_MAX: Final = 1 << 30
"""[bytes] of address space."""
SECONDS_MAX: Final = 240
"""[s] of processor time."""
ANSWER_MAX: Final = 1 << 29
"""[bytes] of answer."""
FULL_EXIT: Final = 11
"""Exit code where the answer finds no room."""
FILE_MAX: Final = 64 << 20
"""[bytes] of workbook."""
UNZIPPED_MAX: Final = 512 << 20
"""[bytes] of workbook, unzipped."""
RATIO_MAX: Final = 150
"""Times that a part may grow when it is unzipped: tables of numbers grow ten times, deflate can a thousand times."""
RATIO_FREE: Final = 4 << 20
"""[bytes] of a part that may grow as it likes."""
MEMBERS_MAX: Final = 2000
SHEETS_MAX: Final = 250
COLUMNS_MAX: Final = 500
CELLS_MAX: Final = 8_000_000
SHOWN_MAX: Final = 80
OLD_FORMAT: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of a compound file: an .xls, or an .xlsx that is encrypted."""
MACROS: Final = re.compile(r"vbaProject|vbaData|macrosheets/|\.bin\.macro", re.IGNORECASE)
LINKS: Final = re.compile(r"(^|/)externalLinks?/", re.IGNORECASE)
ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""A workbook's spelling of a control character; an ``_`` that would look like it is spelled ``_x005F_``."""


class RefusedError(Exception):
    """The file is no workbook that is read; carries the word for why, and what of it."""

    def __init__(self, why: str, what: object = "") -> None:
        super().__init__(why)
        self.why = why
        self.what = str(what)[:SHOWN_MAX]


def main() -> None:
    """Read the workbook on stdin and answer on stdout."""
    _limit()
    answer = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        for line in _answers(sys.stdin.buffer):
            answer.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        answer.write('{"end":true}\n')
    except RefusedError as error:
        answer.write(json.dumps({"refused": error.why, "what": error.what}) + "\n")
    except MemoryError:
        os._exit(9)  # there may be no room left to say it
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes the library do
        if _is_full(error):
            os._exit(FULL_EXIT)
        answer.write(json.dumps({"refused": _word_for(error), "what": str(error)[:SHOWN_MAX]}) + "\n")
    try:
        answer.flush()
    except OSError as error:
        os._exit(FULL_EXIT if _is_full(error) else 9)


def _is_full(error: Exception) -> bool:
    """Return whether there is no room for the answer; one beyond our own limit is too much in any room."""
    if resource is not None and getattr(error, "errno", None) == errno.EFBIG:
        return resource.getrlimit(resource.RLIMIT_FSIZE)[0] < ANSWER_MAX
    return getattr(error, "errno", None) in FULL


def _limit() -> None:
    for kind, most in (
        ()
        if resource is None
        else (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, ANSWER_MAX),
            (resource.RLIMIT_CPU, SECONDS_MAX),
            (resource.RLIMIT_AS, MEMORY_MAX),
        )
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))
    # The library would take both for want of nothing, and their threads reserve gigabytes of address space.
    sys.modules["numpy"] = sys.modules["PIL"] = None  # type: ignore[assignment]
    os.environ.update(OPENPYXL_LXML="False", OPENPYXL_DEFUSEDXML="True", OPENPYXL_KEEP_VBA="False")


def _word_for(error: BaseException | None) -> str:
    """Return the word for why a library gave up; it wraps some errors in others."""
    while error is not None:
        if type(error).__name__ in _FORBIDDEN:
            return "entities"
        if isinstance(error, RefusedError):
            return error.why
        error = error.__cause__ or error.__context__
    return "damaged"


_FORBIDDEN: Final = frozenset({"EntitiesForbidden", "DTDForbidden", "ExternalReferenceForbidden"})
"""Of defusedxml, which is not loaded before the limits stand."""


def _answers(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    _check_start(file)
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise RefusedError("damaged", error) from None
    with archive:
        _check_members(archive)
        yield from _sheets(file)


def _check_start(file: IO[bytes]) -> None:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    start = file.read(len(OLD_FORMAT))
    file.seek(0)
    if size > FILE_MAX:
        raise RefusedError("file_size", size)
    if start == OLD_FORMAT:
        raise RefusedError("old_or_encrypted")
    if not start.startswith(b"PK\x03\x04"):
        raise RefusedError("no_zip")


def _check_members(archive: zipfile.ZipFile) -> None:
    """Refuse what need not be unzipped to be refused. ``zipfile`` never yields more than a member says it holds."""
    members = archive.infolist()
    if len(members) > MEMBERS_MAX:
        raise RefusedError("members", len(members))
    names = [member.filename for member in members]
    if len({name.casefold() for name in names}) < len(names):
        raise RefusedError(
            "twice", next(name for name in names if [n.casefold() for n in names].count(name.casefold()) > 1)
        )
    if sum(member.file_size for member in members) > UNZIPPED_MAX:
        raise RefusedError("unzipped", sum(member.file_size for member in members))
    for member in members:
        if member.flag_bits & 1:
            raise RefusedError("old_or_encrypted")
        if member.file_size > max(RATIO_FREE, RATIO_MAX * member.compress_size):
            raise RefusedError("ratio", member.filename)
        if MACROS.search(member.filename):
            raise RefusedError("macros", member.filename)
        if LINKS.search(member.filename):
            raise RefusedError("links", member.filename)
    if "[Content_Types].xml" not in names:
        raise RefusedError("no_workbook")


def _sheets(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the answer, sheet by sheet."""
    warnings.simplefilter("ignore")
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - not before the limits stand
    from openpyxl.xml.constants import SHARED_STRINGS, XLSM, XLTM  # noqa: PLC0415

    class Reader(ExcelReader):  # type: ignore[misc]
        """The library's reader, but for shared text, whose escapes it takes off by halves."""

        def read_manifest(self) -> None:
            super().read_manifest()
            if any(self.package.find(kind) for kind in (XLSM, XLTM)):
                raise RefusedError("macros", "content type")

        def read_strings(self) -> None:
            part = self.package.find(SHARED_STRINGS)
            if part is not None:
                with self.archive.open(part.PartName[1:]) as source:
                    self.shared_strings = list(_shared_strings(source))

    file.seek(0)
    reader = Reader(file, read_only=True, keep_links=False)
    reader.read()
    sheets = reader.wb.worksheets
    if len(sheets) > SHEETS_MAX:
        raise RefusedError("sheets", len(sheets))
    count = 0
    for sheet in sheets:
        yield {"sheet": sheet.title, "hidden": sheet.sheet_state != "visible"}
        for line in _rows(reader, sheet):
            count += len(line.get("cells", ()))
            if count > CELLS_MAX:
                raise RefusedError("cells", count)
            yield line


def _shared_strings(source: IO[bytes]) -> Iterator[str]:
    from openpyxl.cell.text import Text  # noqa: PLC0415
    from openpyxl.xml.constants import SHEET_MAIN_NS  # noqa: PLC0415
    from openpyxl.xml.functions import iterparse  # noqa: PLC0415

    for _, node in iterparse(source):
        if node.tag == f"{{{SHEET_MAIN_NS}}}si":
            yield Text.from_tree(node).content
            node.clear()


def _rows(reader: Any, sheet: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows that hold something, and the merged cells.

    The rows are taken as they stand in the file: the library's own worksheet fills in the empty ones that a sheet
    says it has, a milliard cells if it likes, and leaves out a row whose number comes twice.
    """
    from openpyxl.worksheet._reader import WorkSheetParser  # noqa: PLC0415 - see above

    book = reader.wb
    percents = _percents(book)
    with reader.archive.open(sheet._worksheet_path) as source:  # noqa: SLF001 - the library keeps it there
        parser = WorkSheetParser(
            source,
            reader.shared_strings,
            data_only=False,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        last = 0
        for number, row in parser.parse():
            cells = {}
            for cell in row:
                if cell["value"] is None and cell["data_type"] != "f":
                    continue
                if cell["column"] > COLUMNS_MAX:
                    raise RefusedError("columns", f"{sheet.title}: {cell['column']}")
                if cell["row"] != number or str(cell["column"]) in cells:
                    raise RefusedError("damaged", f"{sheet.title}: row {number}")
                cells[str(cell["column"])] = _plain(cell, percents)
            if number <= last:
                raise RefusedError("damaged", f"{sheet.title}: row {number} comes twice or too late")
            last = number
            if cells:
                yield {"row": number, "cells": cells}
        for merged in getattr(parser.merged_cells, "mergeCell", ()):
            yield {"merged": str(merged.ref)[:SHOWN_MAX]}


def _percents(book: Any) -> frozenset[int]:
    """Return the styles that show a number as a percentage."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE  # noqa: PLC0415

    found = set()
    for number, style in enumerate(book._cell_styles):  # noqa: SLF001
        code = style.numFmtId
        if code < BUILTIN_FORMATS_MAX_SIZE:
            form = BUILTIN_FORMATS.get(code, "")
        else:
            place = code - BUILTIN_FORMATS_MAX_SIZE
            form = book._number_formats[place] if place < len(book._number_formats) else ""  # noqa: SLF001
        if "%" in re.sub(r'"[^"]*"|\\.', "", form):
            found.add(number)
    return frozenset(found)


def _plain(cell: dict[str, Any], percents: frozenset[int]) -> Any:
    """Return a cell as JSON has it: text, number and flag as they are, anything else named."""
    value, kind = cell["value"], cell["data_type"]
    if kind == "f":
        formula = str(getattr(value, "text", value))
        return _FLAGS.get(formula, {"formula": formula[:SHOWN_MAX]})
    if kind in _NAMES:
        return {_NAMES[kind]: str(value)[:SHOWN_MAX]}
    if kind == "n" and cell["style_id"] in percents:
        return {"percent": float(value)}
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value


_NAMES: Final = {"e": "error", "d": "date"}
_FLAGS: Final = {"=TRUE()": True, "=FALSE()": False}
"""LibreOffice knows no flags: it saves them so."""


if __name__ == "__main__":
    main()
