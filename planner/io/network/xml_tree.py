"""XML of anybody's, read without a risk: no entities, nothing from elsewhere, and only so large and so deep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from planner.errors import Fault, shown
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from planner.faults import Gathering

TABLE: Final = "network"
DEPTH_MAX: Final = 40
ELEMENTS_MAX: Final = 1_000_000
SAVE_AS: Final = say("save it as UTF-8 with the tool that it is from")


@dataclass
class Element:
    """An element with the line it begins on; namespaces are taken off its name."""

    name: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def each(self, name: str) -> Iterator[Element]:
        """Yield the children of a name."""
        return (child for child in self.children if child.name == name)

    def first(self, *names: str) -> Element | None:
        """Return the first element down a path of names."""
        found: Element | None = self
        for name in names:
            found = next(found.each(name), None) if found is not None else None
        return found

    def text_of(self, *names: str) -> str:
        """Return the text at the end of a path of names; empty where there is none."""
        found = self.first(*names)
        return "" if found is None else found.text.strip()


class _TooMuchError(Exception):
    """A limit was reached."""


class _Tree:
    """What the parser tells, gathered; it stands in for the library's builder, which knows no lines."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.line: Callable[[], int] = int
        self._open: list[Element] = []
        self._count = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise _TooMuchError
        element = Element(tag.rpartition("}")[2], attributes, self.line())
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def end(self, _tag: str) -> None:
        self._open.pop()

    def close(self) -> Element | None:
        return self.root


def read_xml(data: bytes, file: str, gathering: Gathering) -> Element | None:
    """Return the root of a document, or ``None`` and a fault."""
    tree = _Tree()
    reader: Any = DefusedXMLParser(target=tree)
    tree.line = lambda: reader.parser.CurrentLineNumber
    try:
        reader.feed(data)
        reader.close()
    except DefusedXmlException:
        problem, remedy, line = say("its XML declares entities, which no tool for networks needs"), SAVE_AS, None
    except _TooMuchError:
        problem = say(
            "its XML has more than {count:,} elements, or goes deeper than {depth}",
            count=ELEMENTS_MAX,
            depth=DEPTH_MAX,
        )
        remedy, line = say("take the part of the network that you plan"), None
    except ParseError as error:
        problem, remedy, line = say("the XML is damaged: {error}", error=shown(error)), SAVE_AS, error.position[0]
    except (ValueError, LookupError) as error:  # an encoding that the parser does not know
        problem, remedy, line = say("the XML cannot be read: {error}", error=shown(error)), SAVE_AS, None
    else:
        return tree.root
    gathering.add(Fault(file, problem, line, remedy=remedy), TABLE)
    return None
