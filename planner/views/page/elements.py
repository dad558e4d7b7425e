"""HTML as a tree: every text goes in as text, so that no name can become markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring
from zlib import crc32

from planner.language import Language, Message, Text, rendered, written

Child = Element | Text | None | Iterable[Any]
"""What an element holds: elements, texts, nothing, or several of these."""
TAGS: Final[dict[Language, str]] = {"en": "en", "zh": "zh-CN"}
"""The name of each language in HTML."""


def element(tag: str, *children: Child, **attributes: str | bool | None) -> Element:
    """Return an element."""
    made = Element(tag)
    for name, value in attributes.items():
        if isinstance(value, Message):
            message = f"{tag}: the attribute {name} is in two languages; give data_en and data_zh"
            raise TypeError(message)
        if value is not None and value is not False:
            made.set(name.rstrip("_").replace("_", "-"), "" if value is True else str(value))
    append(made, *children)
    return made


def append(parent: Element, *children: Child) -> None:
    """Add children to an element; see :func:`element`."""
    for child in children:
        if child is None:
            continue
        if isinstance(child, Message):
            _append_message(parent, child)
        elif isinstance(child, str):
            _append_text(parent, child)
        elif isinstance(child, Element):
            parent.append(child)
        else:
            append(parent, *child)


def _append_message(parent: Element, message: Message) -> None:
    if message.en == message.zh:
        _append_text(parent, message.en)
        return
    for language, tag in TAGS.items():
        SubElement(parent, "span", lang=tag).text = message.rendered(language)


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def option(value: str, label: Text, *, chosen: bool = False) -> Element:
    """Return a choice of a list; a list holds plain text only, so that the page's script writes it by language."""
    en, zh = rendered(label, "en"), rendered(label, "zh")
    return element("option", rendered(label), value=value, data_en=en, data_zh=zh, selected=chosen)


def table(
    caption: Text,
    head: Sequence[Child],
    rows: Iterable[Sequence[Child]],
    *,
    numbers: Iterable[int] = (),
    foot: Sequence[Child] | None = None,
    id_: str | None = None,
) -> Element:
    """Return a table that a screen reader can walk through: caption, head, the first cell of a row its heading."""
    right = frozenset(numbers)
    name = f"caption-{crc32(written(caption).encode()):08x}"

    def row(cells: Sequence[Child]) -> Element:
        first, *others = cells
        heading = element("th", first, scope="row")
        kinds = [("number" if at in right else None) for at in range(1, len(cells))]
        return element("tr", heading, [element("td", c, class_=k) for c, k in zip(others, kinds, strict=True)])

    heads = [element("th", text, scope="col", class_="number" if at in right else None) for at, text in enumerate(head)]
    made = element(
        "table",
        element("caption", caption, id_=name),
        element("thead", element("tr", heads)),
        element("tbody", [row(cells) for cells in rows]),
        None if foot is None else element("tfoot", row(foot)),
        id_=id_,
    )
    return element("div", made, class_="scroll", tabindex="0", role="group", aria_labelledby=name)


def bar(share: float, *, negative: bool = False) -> Element:
    """Return a bar beside a number, which it repeats: nothing for a screen reader."""
    box = element("rect", width=f"{100 * max(0.0, min(share, 1.0)):.1f}", height="10")
    shape = {"viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria-hidden": "true", "focusable": "false"}
    drawn = element("svg", box, class_="bar negative" if negative else "bar")
    for name, value in shape.items():
        drawn.set(name, value)
    return drawn


def to_html(root: Element) -> str:
    """Return a tree as the text of a page."""
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"
