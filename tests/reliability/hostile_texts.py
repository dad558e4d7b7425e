"""Texts that are legal names and try to be something else where they are shown, and ids that try it within the rules."""

from __future__ import annotations

import itertools

FORMULAS = tuple(
    f"{first}{rest}"
    for first, rest in itertools.product(
        ("=", "+", "-", "@", "'=", "''+", "\t="),
        ('HYPERLINK("http://x","y")', "app|'topic'!A0", "SUM(A1:A9)", "1+1", ""),
    )
)
MARKUP = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<b>bold</b>", "&lt;i&gt;",
    "&amp;", "&#x3c;", "]]>", "<![CDATA[x]]>", "<!-- x -->", "-->", "--", "<?xml version='1.0'?>", "<!DOCTYPE x>",
    "<!ENTITY x SYSTEM 'file:///x/y'>", "<a href='javascript:alert(1)'>x</a>", "xlink:href", "</text></svg>",
    "<style>*{display:none}</style>", "url(http://x)", "@import url(x)",
)  # fmt: skip
MATHS = (
    "$x^2$", "$\\frac{1}{2}$", "\\frac", "$", "$$", "$x", "a_b^c", "\\input{x}", "\\", "\\\\", "\\n", "\\u0041", "$\\infty",
    "\\mathrm{x}", "{\\rtf1}", "%", "%%", "#", "~", "^",
)  # fmt: skip
TEMPLATES = (
    "%s{}", "%(x)s", "%n%n%n", "{0}", "{0.__class__}", "{site}", "{{7*7}}", "{% raw %}", "${7*7}", "$(id)", "`id`", "f'{x}'",
    "[red]x[/red]", "[bold]", "[/]", "[link=file:///x/y]x[/link]", ":smile:", "[[x]]", "**x**", "# x", "| a | b |",
)  # fmt: skip
QUOTES = (
    '"', "'", '""', "''", '"""', '"x", "y"', "a,b", "a;b", "a\tb", "O'Brien", "«x»", "“x”", "「甲」", "x'); SELECT 1; --",
    '" OR 1=1', "; true", "| id", "&& id", "x/../../etc", "../../x", "/dev/x", "C:\\x", "file:///x", "CON", "NUL",
)  # fmt: skip
WORDS = (
    "NA", "NaN", "nan", "null", "None", "true", "FALSE", "inf", "-inf", "1e5", "007", "1,234", "5%", "0x10", "2025-01-01", "N/A",
    "#REF!", "undefined", "[]", "{}", " x", "x ", "  ",
)  # fmt: skip
SCRIPTS = (
    "芜湖集群", "贵安·数据中心", "𠮷野家", "🏭⚡", "👩‍👩‍👧", "é", "e\u0301", "ﬁ", "İstanbul", "ß", "ǅ", "עברית", "العربية", "مركز 5", "हिन्दी",
    "ไทย", "\u00a0x", "x\u3000y", "so\u00adft", "zero\u200bwidth", "join\u200der", "\ufeffx", "Ω", "K", "Å", "１２３", "٣", "a\u0300" * 12,
    "z\u0351\u0312\u0307" * 10, "x" * 400, "很长的名字" * 40, "a b " * 60, "x\ny",
)  # fmt: skip
TEXTS = tuple(dict.fromkeys((*FORMULAS, *MARKUP, *MATHS, *TEMPLATES, *QUOTES, *WORDS, *SCRIPTS)))

IDS = (
    "-", "--", "-1", "-1-1", "--version", "-rf", "_", "__class__", "__proto__", "·", "·甲·", "NA", "nan", "None", "null", "true", "1e5",
    "007", "0", "2025-01-01", "site", "region", "timestep", "year", "direct", "national", "unserved", "CON", "nul", "a b", "a  b",
    "İstanbul", "ß", "ẞ", "ı", "é", "ﬁ", "𠮷", "１２３", "٣", "½", "ⅷ", "العربية", "עברית", "Ω", "甲" * 64, "x" * 64, "贵安·一期 2",
    "self", "class", "lambda", "constructor", "toString", "Infinity", "inf",
)  # fmt: skip
