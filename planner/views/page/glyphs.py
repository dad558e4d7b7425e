"""Text in the bundled font: cleaned, measured, wrapped and written as plain text, never as mathematics."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.text import Text

FONT_FILE = Path(__file__).parents[1] / "data" / "NotoSansSC-GB2312.ttf"

SUBSTITUTE = "□"
"""Drawn for a character that the font lacks; a footnote names each, so that nothing is changed in silence."""

EM = 1000
NO_LINE_START = set("，。；：、！？）》」』】〉”’%,.;:!?)]}…")
FIRST_IDEOGRAPH = 0x2E80


@cache
def _open_font() -> FT2Font:
    font = FT2Font(str(FONT_FILE))
    font.set_size(EM, 72)
    return font


@cache
def _list_characters() -> frozenset[int]:
    return frozenset(_open_font().get_charmap())


@cache
def _measure_character(character: str) -> float:
    """Return the advance of a character [em]."""
    glyph = _open_font().load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / EM


def clean_text(text: object, missing: set[str]) -> str:
    """Return a text of one line that the bundled font can write.

    Returns
    -------
    str
        The text in normal form C. A table's gap (``None`` or NaN) gives an empty text.
    """
    if not isinstance(text, str) and pd.isna(text):  # type: ignore[call-overload]
        return ""
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", unicodedata.normalize("NFC", str(text))).strip()
    known = _list_characters()
    missing.update(sign for sign in line if ord(sign) not in known)
    return "".join(sign if ord(sign) in known else SUBSTITUTE for sign in line)


def name_characters(missing: set[str]) -> list[str]:
    """Return the code point and Unicode name of each character, in order, for a footnote."""
    return [f"U+{ord(sign):04X} {unicodedata.name(sign, 'unnamed')}" for sign in sorted(missing)]


def measure_text(text: str, size: float) -> float:
    """Return the width of a text [pt] at a font size [pt]."""
    return size * sum(map(_measure_character, text))


def shorten_text(text: str, size: float, width: float) -> str:
    """Return the text, cut with an ellipsis if it is wider than ``width`` [pt]."""
    if measure_text(text, size) <= width:
        return text
    # The font's own ellipsis stands at mid-height as Chinese wants it; Latin script wants it on the line.
    mark = "…" if any(ord(sign) >= FIRST_IDEOGRAPH for sign in text) else "..."
    room = width - measure_text(mark, size)
    end = len(text)
    while end and measure_text(text[:end], size) > room:
        end -= 1
    return text[:end].rstrip() + mark


def _split_pieces(text: str) -> list[str]:
    """Return the parts between which a line may break: words with their space, and single ideographs."""
    pieces: list[str] = []
    for sign in text:
        joins = pieces and (
            sign in NO_LINE_START
            or (ord(sign) < FIRST_IDEOGRAPH and ord(pieces[-1][-1]) < FIRST_IDEOGRAPH and pieces[-1][-1] != " ")
            or sign == " "
        )
        if joins:
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Return the lines of a text, each at most ``width`` [pt] wide at a font size [pt].

    Words of Latin script stay whole unless one alone is too wide; Chinese breaks between any two characters but
    never before closing punctuation.
    """
    lines = [""]
    for piece in _split_pieces(text):
        if measure_text((lines[-1] + piece).rstrip(), size) <= width:
            lines[-1] += piece
        elif measure_text(piece.rstrip(), size) <= width:
            lines.append(piece)
        else:
            for sign in piece:
                if measure_text(lines[-1] + sign, size) > width:
                    lines.append("")
                lines[-1] += sign
    return [line.rstrip() for line in lines if line.strip()]


def write_text(page: Axes, place: tuple[float, float], text: str, size: float, **options: Any) -> Text:
    """Write a text on the page and return it.

    Parameters
    ----------
    page
        Axes in points.
    place
        Where the text's anchor is [pt]; ``ha`` and ``va`` in ``options`` say which corner that is.
    text
        Clean text of one line.
    size
        Font size [pt].
    options
        Further properties of the text, such as ``color``, ``ha``, ``va``, ``gid``.
    """
    font = FontProperties(fname=str(FONT_FILE), size=size)
    return page.text(*place, text, fontproperties=font, parse_math=False, **options)
