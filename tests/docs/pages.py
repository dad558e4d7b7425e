"""Pages of the docs as the tests read them: fenced blocks, tables, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from docs.site import navigation

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"^(?:<!-- *(?P<note>[^\n]*?) *-->\n)?```(?P<kind>[\w-]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
TABLE = re.compile(r"^<!-- *(?P<note>.*?) *-->\n(?P<rows>(?:\|.*\|\n)+)", re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: the comment above it, its language, its text."""

    note: str
    kind: str
    text: str


def page(name: str) -> str:
    """Return a page's text by its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    return [Block(found["note"] or "", found["kind"], found["text"]) for found in FENCE.finditer(page(name))]


def tables(name: str) -> dict[str, list[list[str]]]:
    """Return the tables of a page that have a comment above them: their rows under the first word of the comment."""
    found = {}
    for match in TABLE.finditer(page(name)):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in match["rows"].splitlines()]
        found[match["note"].removeprefix("costs: ").split(":")[0]] = rows[2:]
    return found


def written_pages() -> list[Path]:
    """Return every page a person reads in the repository, generated ones included."""
    return [ROOT / name for name in sorted(navigation.written_pages())]


def anchors(text: str) -> set[str]:
    """Return the anchors that a page's headings make on the usual forges."""
    prose = FENCE.sub("", text)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
