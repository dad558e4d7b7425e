"""Hostile names and files: text stays text, and messages stay one printable line."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from io_world import faults, good_files, read, written

from planner.io.files.decoding import FORBIDDEN, guarded, unguarded
from planner.io.read.cells import ID, id_fault
from planner.io.read.write import write_scenario

FORMULAS = tuple(
    f"{first}{rest}"
    for first in ("=", "+", "-", "@", "\t", "'=", "''+", "=\t", "=-")
    for rest in ("1+1", 'HYPERLINK("http://x","y")', "app|'topic'!A0", "SUM(A1:A9)", "")
)
MARKUP = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "<svg/onload=1>", "&lt;b&gt;", "{{7*7}}", "${7*7}",
    "{% raw %}", "%(x)s", "%n%n%n", "{0.__class__}", "$\\frac{1}{2}$", "$$", "\\input{x}", "[red]x[/red]",
    "[link=file:///x/y]x[/link]", "]]>", "<!--", "<?xml?>", "<!ENTITY x SYSTEM 'file:///x/y'>", "`id`", "$(id)",
    "; true", "| id", "&& id", "'; SELECT 1; --", '" OR 1=1', "\\", "\\\\server\\share", "../../x/y",
    "/dev/x", "file:///x/y", "javascript:alert(1)", "data:text/html,x", "CON", "NUL", "aux.csv", "nul\\x00", "C:",
    "~root", "$HOME", "%APPDATA%", "*", "?", "<", ">", "|", '"', "'", "''", '""', ",", ";", ":", "#", "//", "--", "\\n",
)  # fmt: skip
WORDS = (
    "NA", "NaN", "nan", "null", "None", "true", "false", "inf", "-inf", "1e5", "007", "1,234", "5%", "0x10", "2025-01-01",
    "undefined", "N/A", "#REF!", "TRUE", "", " ", "  x  ", "year", "site", "timestep",
)  # fmt: skip
SCRIPTS = (
    "芜湖集群", "贵安·数据中心", "𠮷野家", "🏭⚡", "é", "e\u0301", "ﬁ", "İ", "ß", "ǅ", "עברית", "العربية", "हिन्दी", "ไทย",
    "\u2028", "\u2029", "\u00a0", "\u3000", "\u00ad", "\u200b", "\u200d", "\ufeff", "Ω", "K", "Å", "１２３", "٣", "a\u0300" * 20,
    "z\u0351\u0312\u0307" * 30, "x" * 10_000,
)  # fmt: skip
BIDI_CONTROL = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""All characters that have the property in Unicode's PropList.txt."""
SEPARATORS = (0x2028, 0x2029)
"""Of lines and of paragraphs: a terminal and a script take them for a new line."""
FORBIDDEN_CODES = (1, 7, 8, 11, 12, 14, 27, 31, 127, 133, 155, *BIDI_CONTROL, *SEPARATORS, 0xFFFE, 0xFFFF)
FORBIDDEN_TEXT = tuple(f"a{chr(code)}b" for code in FORBIDDEN_CODES)
HOSTILE = (*FORMULAS, *MARKUP, *WORDS, *SCRIPTS, *FORBIDDEN_TEXT)


def quoted(text: str) -> str:
    """Write text as a quoted cell."""
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("text", FORBIDDEN_TEXT)
def test_what_forges_what_is_seen_is_refused(text: str) -> None:
    """Proves that no control character, and none of Unicode's Bidi_Control, is in a text. Sensitivity: one left out."""
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize("text", HOSTILE, ids=[f"{number}" for number in range(len(HOSTILE))])
def test_hostile_text(text: str, tmp_path: Path) -> None:
    """Proves that a name survives save and read as it is, or is refused in one printable line; so do ids."""
    files = good_files()
    files["site.csv"] = f"site,province,pue,price\nwuhu,{quoted(guarded(text))},1,1\nguian,x,1,1\nNA,x,1,1\n".encode()
    world = written(tmp_path / "a" / "world", files)
    if FORBIDDEN.search(text):
        assert [fault.row for fault in faults(world)] == [2]
    else:
        scenario = read(world)
        name = scenario.given["site.province"].get("wuhu", "")
        assert name.encode() == unicodedata.normalize("NFC", text).encode()
        write_scenario(scenario, tmp_path / "b" / "world")
        assert read(tmp_path / "b" / "world").content_hash == scenario.content_hash
    files["site.csv"] = f"site,pue,price\n{quoted(guarded(text))},1,1\nwuhu,1,1\nguian,1,1\nNA,1,1\n".encode()
    for fault in faults(written(tmp_path / "c" / "world", files)):
        assert str(fault).isprintable()
        assert len(str(fault.value)) < 90 or len(str(fault)) < 300


@pytest.mark.parametrize("where", ["column", "table", "scalar", "feature", "override", "reference"])
def test_hostile_names_elsewhere(where: str, tmp_path: Path) -> None:
    """Proves that names the planner does not know are escaped wherever it repeats them."""
    for number, text in enumerate(HOSTILE):
        files, overrides = good_files(), []
        toml = files["scenario.toml"].decode()
        literal = "".join(f"\\U{ord(c):08X}" for c in text)
        if where == "column":
            files["hub.csv"] = f"hub,{quoted(guarded(text) or 'x')}\ndelta,1\nguizhou,1\n".encode()
        elif where == "table":
            name = "x" + text.replace("/", "_")[:40]
            files[f"{name}.csv"] = b"x\n"
        elif where == "scalar":
            toml = toml.replace("exact = true", f'"{literal}" = 1')
        elif where == "feature":
            toml = toml.replace('"backbone"', f'"{literal}"')
        elif where == "override":
            overrides = [f"{text}=1"]
        else:
            files["link.csv"] = f"link,from,to,length\ntrunk,{quoted(guarded(text) or 'x')},wuhu,1\n".encode()
        files["scenario.toml"] = toml.encode()
        found = faults(written(tmp_path / str(number) / "world", files), *overrides)
        assert found or (where, text) == ("reference", "NA"), (where, text)
        assert all(str(fault).isprintable() for fault in found), (where, text)


def test_there_are_enough_hostile_texts() -> None:
    """Proves that the list keeps its breadth."""
    assert len(set(HOSTILE)) >= 150


@pytest.mark.parametrize("text", HOSTILE, ids=[f"{number}" for number in range(len(HOSTILE))])
def test_the_guard_is_reversible(text: str) -> None:
    """Proves that guarding loses nothing and leaves no cell that a spreadsheet would run."""
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@pytest.mark.parametrize("good", ["a", "NA", "007", "芜湖·一期", "a-b_c d", "-x", "é", "年" * 64])
def test_good_ids(good: str) -> None:
    """Proves that ordinary ids in Chinese and Latin letters pass."""
    assert id_fault(good) is None
    assert ID.fullmatch(good)


@pytest.mark.parametrize(
    "bad", ["", " a", "a ", "a/b", "a;b", "a,b", "a.b", "a=b", "a'b", "a\nb", "a\u200bb", "a" * 65, "🏭"]
)
def test_bad_ids(bad: str) -> None:
    """Proves that ids cannot carry separators, quotes, paths or what is not seen."""
    assert id_fault(bad) is not None
