"""Plans to report on, and their pages read as a tree."""

from __future__ import annotations

import dataclasses
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas as pd

import planner
from planner.views.captions import surety, whose
from planner.views.report.page import make_page
from planner.views.report.subject import Subject
from planner.views.words import word
from tests.here import planned
from tests.shipped import SCENARIOS
from tests.worlds import BASE, World

if TYPE_CHECKING:
    from pathlib import Path

    from planner.io.results.results import Results
from planner.views.limit_words import limits_in_words

VOID = {"meta", "input", "br"}


def sourced() -> World:
    """Return the base world with titles, names and sources, so that no section of its report is empty."""
    world = BASE
    for table, rows in BASE.tables.items():
        if table in {"site", "workload", "technology", "compute_type"}:
            named = [{**row, "name_en": f"{row[table]} EN", "name_zh": f"{row[table]} 中"} for row in rows]
            world = world.with_rows(table, named)
    hubs = [{"hub": name, "name_en": f"{name} hub", "name_zh": f"{name} 枢纽"} for name in ("delta", "north", "gansu")]
    sides = [
        {"side": "east", "name_en": "East", "name_zh": "东部"},
        {"side": "west", "name_en": "West", "name_zh": "西部"},
    ]
    sources = [
        {
            "table": "site",
            "key": "",
            "column": "pue",
            "source": "https://example.org/pue",
            "confidence": "illustrative",
        },
        {"table": "site", "key": "", "column": "grid_power_price", "source": "a tariff", "confidence": "published"},
    ]
    return world.with_rows("hub", hubs).with_rows("side", sides).with_rows("source", sources)


def shipped_plan(name: str) -> Results:
    """Return the plan of a shipped scenario."""
    return planned(planner.read_scenario(SCENARIOS / name))


def page_of(results: Results, baseline: Results | None = None, basemap: Path | None = None) -> str:
    """Return the page of a plan."""
    sure = surety(results.summary, results.manifest)
    return make_page(
        Subject(results, baseline, word, sure, whose(results.manifest), limits=limits_in_words(results)), basemap
    )


def poisoned(results: Results, text: str) -> Results:
    """Return results in which every text that somebody else may have written is a given one.

    Names, titles, provinces, sources, notes, findings, hashes' file names, the solver's name, what was changed.
    """
    scenario = results.scenario
    given = dict(scenario.given)
    for members in scenario.sets:
        for column, ending in (("name_en", ""), ("name_zh", "中")):
            ids = list(scenario.sets[members])
            given[f"{members}.{column}"] = pd.Series([text + ending] * len(ids), index=pd.Index(ids, name=members))
    for members in ("site", "region"):
        given[f"{members}.province"] = pd.Series(text, index=given[f"{members}.name_en"].index)
    tables = {**scenario.tables, "source": scenario.tables["source"].map(lambda _: text)}
    settings = dataclasses.replace(scenario.settings, title=text, title_zh=text + "中")
    manifest: dict[str, Any] = {
        **results.manifest,
        "notes": [text],
        "audit": {"agreed": False, "findings": [text]},
        "inputs": {text: text},
        "overrides": [text],
        "solver": {"solver": text, "version": text},
        "started": text,
    }
    changed = dataclasses.replace(scenario, given=given, tables=tables, settings=settings, name=text)
    return dataclasses.replace(results, scenario=changed, manifest=manifest)


@dataclasses.dataclass
class Node:
    """An element: its name, attributes, children and own text."""

    tag: str
    attributes: dict[str, str]
    children: list[Node] = dataclasses.field(default_factory=list)
    texts: list[str] = dataclasses.field(default_factory=list)

    def all(self, tag: str) -> list[Node]:
        """Return all elements of a name inside, in order."""
        found = [inner for child in self.children for inner in child.all(tag)]
        return ([self] if self.tag == tag else []) + found

    def every(self) -> list[Node]:
        """Return this element and all inside."""
        return [self, *(inner for child in self.children for inner in child.every())]

    def text(self, language: str | None = None) -> str:
        """Return the text inside, of one language if asked."""
        if language is not None and self.attributes.get("lang", language) != language and self.tag == "span":
            return ""
        return "".join(self.texts) + "".join(child.text(language) for child in self.children)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].texts.append(data)


def read_page(text: str) -> Node:
    """Return a page as a tree, refusing elements that are closed in the wrong order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def data_of(page: Node) -> dict[str, Any]:
    """Return what the page's script explores."""
    [script] = [node for node in page.all("script") if node.attributes.get("type") == "application/json"]
    found: dict[str, Any] = json.loads(script.text())
    return found


def table_of(page: Node, caption: str) -> list[list[str]]:
    """Return the rows of the table whose English caption starts so, as English text."""
    [found] = [t for t in page.all("table") if t.all("caption")[0].text("en").startswith(caption)]
    return [[cell.text("en").strip() for cell in row.children] for row in found.all("tr")]
