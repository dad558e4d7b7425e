"""SNDlib's native format: sections of lines, each item a line of words and brackets.

Source: http://sndlib.zib.de, input and output formats; S. Orlowski et al., SNDlib 1.0, Networks 55 (2010).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from planner.errors import Fault, shown
from planner.faults import nearest
from planner.io.files.decoding import UnreadableError, composed, decode
from planner.io.network.amounts import amount
from planner.io.network.sndlib import Line, Sections, Spot, network_of
from planner.io.network.xml_tree import TABLE
from planner.language import say

if TYPE_CHECKING:
    from decimal import Decimal

    from planner.faults import Gathering
    from planner.io.network.network import Network
    from planner.io.network.order import Order
    from planner.language import Text

HEADER: Final = re.compile(r"\s*\?SNDlib\s+native\s+format;\s+type:\s+(\w+);\s+version:\s+(\S+)\s*")
OPENING: Final = re.compile(r"\s*([A-Za-z_]+)\s*\((.*)")
WORD: Final = re.compile(r"[()]|[^\s()]+")
META: Final = "META"
KNOWN: Final = (META, "NODES", "LINKS", "DEMANDS", "ADMISSIBLE_PATHS")
NODE_FORM: Final = "<id> ( <longitude> <latitude> )"
LINK_FORM: Final = (
    "<id> ( <source> <target> ) <capacity> <its cost> <routing cost> <setup cost> ( {<module> <its cost>}* )"
)
LINK_HEAD: Final = 9
"""Words of a link's line before its modules: id, ends in brackets, four numbers."""
Row = tuple[int, str]
"""A line's number and its text, without comments."""


def read_native(data: bytes, file: str, order: Order, gathering: Gathering) -> Network | None:
    """Return the network of a file, or ``None`` and faults."""
    text = _text(data, file, gathering)
    if text is None:
        return None
    rows = [(number, line.partition("#")[0]) for number, line in enumerate(text.split("\n"), 1)]
    rows = [(number, line) for number, line in rows if line.strip()]
    header = HEADER.fullmatch(rows[0][1]) if rows else None
    if header is None or header[1] != "network":
        problem = (
            say("not a header of SNDlib's native format")
            if header is None
            else say("the file is a {kind}, not a network", kind=shown(header[1]))
        )
        remedy = say("the first line is {form}", form="?SNDlib native format; type: network; version: 1.0")
        gathering.add(Fault(file, problem, rows[0][0] if rows else None, remedy=remedy), TABLE)
        return None
    return _Reader(file, gathering).read(rows[1:], order)


def _text(data: bytes, file: str, gathering: Gathering) -> str | None:
    """Return the text; names in comments are sometimes in Latin letters of their own."""
    try:
        text, encoding = decode(data)
    except UnreadableError as error:
        if b"\0" in data:
            gathering.add(Fault(file, error.problem, error.line, remedy=error.remedy), TABLE)
            return None
        text, encoding = composed(data.decode("latin-1").replace("\r\n", "\n")), "Latin-1"
    if encoding:
        gathering.note(say("read as {encoding}", encoding=encoding))
    return text


@dataclass
class _Reader:
    """One file on its way from lines to a network."""

    file: str
    gathering: Gathering
    found: dict[str, list[Row]] = field(default_factory=dict)

    def read(self, rows: list[Row], order: Order) -> Network | None:
        place = 0
        while place < len(rows):
            place = self._section(rows, place)
        if self.gathering.faults:
            return None
        unit = next((value for key, value in map(_pair, self.found.get(META, [])) if key == "unit"), "")
        sections = Sections(
            [spot for row in self.found.get("NODES", []) if (spot := self._node(row))],
            [link for row in self.found.get("LINKS", []) if (link := self._link(row))],
            unit,
            len(self.found.get("DEMANDS", [])),
            has_paths=bool(self.found.get("ADMISSIBLE_PATHS")),
            degrees=None,
        )
        return None if self.gathering.faults else network_of(sections, self.file, order, self.gathering)

    def _section(self, rows: list[Row], place: int) -> int:
        """Keep the lines of the section that begins at a place; return the place behind it."""
        number, line = rows[place]
        opening = OPENING.fullmatch(line)
        name = opening[1] if opening else line.split()[0]
        if opening is None or name not in KNOWN:
            self._fault(number, say("not the beginning of a section"), nearest(name, KNOWN, say("sections")), name)
            return len(rows)
        if name in self.found:
            self._fault(number, say("the section stands twice"), say("keep one of them"), name)
            return len(rows)
        inside = self.found.setdefault(name, [])
        depth = 1
        for at in range(place, len(rows)):
            row = (rows[at][0], opening[2] if at == place else rows[at][1])
            words = row[1].split()
            if name == META:  # its values may hold brackets
                depth = 0 if words == [")"] else 1
            else:
                depth += row[1].count("(") - row[1].count(")")
            if depth <= 0:
                if rest := row[1].rstrip().removesuffix(")").strip():
                    inside.append((row[0], rest))
                return at + 1
            if words:
                inside.append(row)
        self._fault(number, say("the section is not closed"), say("a line with ) ends it"), name)
        return len(rows)

    def _node(self, row: Row) -> Spot | None:
        number, line = row
        words = _without_empty_brackets(WORD.findall(line))
        if len(words) == 1:
            return Spot(words[0], "", "", number)
        if len(words) == 5 and (words[1], words[4]) == ("(", ")"):  # noqa: PLR2004 - as the form has it
            return Spot(words[0], words[2], words[3], number)
        self._no_item(row, NODE_FORM)
        return None

    def _link(self, row: Row) -> Line | None:
        number, line = row
        words = _without_empty_brackets(WORD.findall(line), LINK_HEAD + 2)
        modules = words[LINK_HEAD + 1 : -1]
        brackets = "".join(word for word in words if word in "()")
        if (
            len(words) < LINK_HEAD + 2
            or brackets != "()()"
            or (words[1], words[4], words[LINK_HEAD], words[-1]) != ("(", ")", "(", ")")
            or len(modules) % 2
        ):
            self._no_item(row, LINK_FORM)
            return None
        amounts = [self._amount(word, number) for word in (*words[5:LINK_HEAD], *modules)]
        given = [each for each in amounts if each is not None]
        if len(given) < len(amounts):
            return None
        pairs = list(zip(given[4::2], given[5::2], strict=True))
        return Line(words[0], words[2], words[3], number, given[0], tuple(given[1:4]), tuple(pairs))

    def _amount(self, word: str, number: int) -> Decimal | None:
        return amount(word, self.file, number, "LINKS", self.gathering)

    def _no_item(self, row: Row, form: str) -> None:
        self._fault(row[0], say("not a line of this section"), say("the form is {form}", form=form), row[1].strip())

    def _fault(self, number: int, problem: Text, remedy: Text, value: str) -> None:
        self.gathering.add(Fault(self.file, problem, number, value=value, remedy=remedy), TABLE)


def _pair(row: Row) -> tuple[str, str]:
    key, _, value = row[1].partition("=")
    return key.strip(), value.strip()


def _without_empty_brackets(words: list[str], least: int = 1) -> list[str]:
    """Return words without the empty brackets behind them, which stand for hardware that no file lists."""
    while len(words) >= least + 2 and words[-2:] == ["(", ")"]:
        words = words[:-2]
    return words
