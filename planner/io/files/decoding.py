"""Bytes to text: UTF-8 or GB18030, never by replacing what cannot be read."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from planner.language import Text, say

if TYPE_CHECKING:
    from collections.abc import Sequence

SAVE_AS = say("save it as CSV UTF-8")
GUARDED = re.compile(r"'+[=+\-@\t\r]")
TO_GUARD = re.compile(r"^'*[=+\-@\t\r]", re.MULTILINE)
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control and bidirectional characters, lone surrogates: they forge what is seen; no XML, map or workbook takes them.

Tab and line feed are text.
"""


class UnreadableError(Exception):
    """The bytes are no text the planner reads; carries line (or ``None``), problem and remedy."""

    def __init__(self, problem: Text, remedy: Text, line: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.line = line


def decode(data: bytes) -> tuple[str, str]:
    """Turn a file's bytes into NFC text whose lines end in LF."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(
            say("the file is in UTF-16"), say("in Excel choose 'CSV UTF-8'; elsewhere {SAVE_AS}", SAVE_AS=SAVE_AS)
        )
    if b"\0" in data:
        raise UnreadableError(
            say("the file holds a NUL byte: it is damaged, not text, or in UTF-16"),
            SAVE_AS,
            _line(data, data.index(b"\0")),
        )
    text, encoding = _text(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")
    return composed(text), encoding


def _text(data: bytes) -> tuple[str, str]:
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        position = error.start + (3 if bom else 0)
    line = _line(data, position)
    if bom or _is_damaged_utf8(data):
        raise UnreadableError(say("a character is damaged: the file is UTF-8 but for a few bytes"), SAVE_AS, line)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise UnreadableError(say("the file is neither UTF-8 nor GB18030"), SAVE_AS, line) from None
    # Other encodings often pass as GB18030 too, but hardly without touching code points that mean nothing.
    if any(unicodedata.category(c) in {"Cn", "Co", "Cc"} for c in set(text) - set("\t\n\r")):
        raise UnreadableError(say("the file is neither UTF-8 nor sensible GB18030"), SAVE_AS, line)
    return text, "GB18030"


def _is_damaged_utf8(data: bytes) -> bool:
    """Tell a UTF-8 file with a few bad bytes from another encoding, in which few sequences are UTF-8 by chance."""
    text = data.decode("utf-8", errors="surrogateescape")
    bad = sum(1 for c in text if "\udc80" <= c <= "\udcff")
    good = sum(1 for c in text if not c.isascii()) - bad
    return good > bad


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def composed(text: str) -> str:
    """Return text in NFC, in which letters that look the same are the same."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def guarded(cell: str) -> str:
    """Put a ``'`` before text that a spreadsheet would take for a formula; :func:`unguarded` undoes it."""
    return f"'{cell}" if TO_GUARD.match(cell) else cell


def all_guarded(cells: Sequence[str]) -> list[str]:
    """Guard many cells at once: one look at all of them together tells that there is nothing to do."""
    return [guarded(cell) for cell in cells] if TO_GUARD.search("\n".join(cells)) else list(cells)


def unguarded(cell: str) -> str:
    """Take away the ``'`` that :func:`guarded` put."""
    return cell[1:] if GUARDED.match(cell) else cell
