"""The page and the tables: they load nothing, hostile names stay text, and their numbers are those of the scores."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from bench_records import MACHINE, run, without_plan

from planner.bench.page.page import html_page, write_pages
from planner.bench.page.summary import Summary, summarise
from planner.bench.page.tables import markdown, scores_csv
from planner.bench.runs.verdict import STATUSES
from planner.bench.solvers.base import ADAPTERS
from planner.bench.solvers.record import Record
from planner.errors import CannotWriteError, InvalidInputError

HOSTILE = "<script>alert(1)</script>\"'><img src=//evil.example>&amp;|`*[x](http://evil.example)=1+1"
ALLOWED = set(
    re.findall(
        r"\w+",
        "html head meta title style body h1 h2 h3 p ul li b small section figure figcaption div span "
        "table thead tbody tr th td svg path text circle",
    )
)


class Tags(HTMLParser):
    """Every tag with its attributes, and the text outside of style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


def campaign() -> list[Record]:
    """Return runs of three solvers with most statuses among them, LP and MILP."""
    records = []
    for number, name in enumerate(["a", "b", "c", "d"]):
        records += [
            run(
                "quick",
                name,
                seconds=1.0 + number,
                options_set={"threads": 1, "gap": 0.0},
                options_read={"threads": "1.0"},
            ),
            run("slow", name, seconds=30.0 + number),
            run("slow", name, seed=1, seconds=40.0 + number),
        ]
    lies = [
        run("liar", "a", cost=200.0),
        without_plan("liar", instance="b", instance_hash="b", claim="time_limit", ending="killed_time", key="hung"),
        without_plan(
            "liar", instance="c", instance_hash="c", claim="error", ending="signal", returncode=-11, key="crash"
        ),
        without_plan("liar", instance="d", instance_hash="d", claim="size_limited", key="size"),
        run("quick", "lp", kind="lp", size="large", checked={"proof": "safe"}),
        run("slow", "lp", kind="lp", size="large", checked={"primal_feasible": False, "worst_place": "row r1"}),
    ]
    return [*records, *lies]


def hostile() -> list[Record]:
    """Return runs whose every word is hostile."""
    words = {"solver": HOSTILE, "algorithm": HOSTILE, "version": HOSTILE, "instance": HOSTILE}
    options = {"options_set": {HOSTILE: HOSTILE}, "options_read": {HOSTILE: "other" + HOSTILE}}
    bad = without_plan(claim="error", message=HOSTILE, key=HOSTILE, instance_hash="one")
    return [
        replace(run(), **words, **options),
        replace(bad, **words),
        replace(run("=1", cost=7.0), algorithm="-x", instance=HOSTILE),
    ]  # type: ignore[arg-type]


def summary_of(records: Iterable[Record]) -> Summary:
    """Return the summary of records on the machine of the tests."""
    return summarise(list(records), {**MACHINE, "processor": HOSTILE, "solvers": {HOSTILE: HOSTILE}})


@pytest.mark.parametrize("records", [campaign(), hostile(), [without_plan(claim="unlicensed")]])
def test_page_loads_nothing(records: list[Record]) -> None:
    """Proves that the page has no tag, attribute or style that could load or run anything, and a policy that forbids it.

    Broken by a script, an image, a link, a style attribute (which the policy would drop), or a hostile name as markup.
    """
    page = html_page(summary_of(records))
    tags = Tags(page)
    assert {tag for tag, _ in tags.found} <= ALLOWED
    names = {name for _, attributes in tags.found for name in attributes}
    assert not names & {"src", "href", "style", "xlink:href", "srcset", "action", "data"}
    assert not any(name.startswith("on") for name in names)
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    assert not re.search(r"url\(|@import|https?:|//", style)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = (attributes["content"] for _, attributes in tags.found if "http-equiv" in attributes)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


def test_hostile_names_stay_text() -> None:
    """Proves that what is between the tags reads as it was given. Broken by a word that is not escaped."""
    tags = Tags(html_page(summary_of(hostile())))
    assert tags.text.count(HOSTILE) >= 6
    titles = [attributes["title"] or "" for tag, attributes in tags.found if tag == "td" and "title" in attributes]
    assert any(HOSTILE in title for title in titles)


def test_page_names_no_address() -> None:
    """Proves that no external address stands anywhere in a page of ordinary runs. Broken by a namespace or a link."""
    page = html_page(summarise(campaign(), MACHINE))
    assert "://" not in page
    assert "www." not in page


def test_page_says_what_happened() -> None:
    """Proves that statuses, times, reasons and contradictions are on the page. Broken by a part left out."""
    text = Tags(html_page(summarise(campaign(), MACHINE))).text
    for words in (
        "quick simplex is the fastest on 4 instances",
        "hung, killed",
        "ended by signal 11",
        "liar simplex (seed 0) says 200 at least, but the plan of",
        "its plan breaks row r1",
        "as set (1 cannot be asked)",
        "1 beyond the free size",
    ):
        assert words in text, words


def test_matrix_has_a_cell_for_every_pair() -> None:
    """Proves the matrix by hand: seconds with the mark of a bound by word, the mean of seeds, the word of a failure.

    Broken by a shifted column, or by a failed seed that hides behind a solved one.
    """
    (section, _) = sorted(summarise(campaign(), MACHINE).sections, key=lambda one: one.kind, reverse=True)
    label = {line.solver: line for line in section.lines}
    assert section.cells["a", label["quick"]].text == "1.00°"
    assert section.cells["b", label["slow"]].text == "36.0°"
    assert section.cells["b", label["liar"]].text == "hung"
    assert section.cells["a", label["liar"]].text == "wrong"
    mixed = [run("one", seconds=4.0), without_plan("one", key="two", instance_hash="one", seed=1, claim="time_limit")]
    (section,) = summarise(mixed, MACHINE).sections
    assert section.cells["one", section.lines[0]].text == "4.00° 1 of 2, timeout"


def test_drawing_is_sound() -> None:
    """Proves that every drawing is well-formed and inside its frame. Broken by a NaN, an infinity, a label outside."""
    page = html_page(summarise(campaign(), MACHINE))
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) >= 2
    for drawing in drawings:
        root = ET.fromstring(drawing)  # noqa: S314  our own text
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for text in root.iter("text"):
            assert 0 <= float(text.attrib["x"]) <= width
            assert 0 <= float(text.attrib["y"]) <= height
        assert not re.search(r"nan|inf\b", drawing)


def test_many_lines_have_labels_apart() -> None:
    """Proves that forty lines get forty labels, none on another. Broken by a figure of fixed height."""
    records = [run(f"s{number:02}", instance, seconds=1.0) for number in range(40) for instance in "abc"]
    page = html_page(summarise(records, MACHINE))
    labels = re.findall(r'<text x="[\d.]+" y="([\d.]+)">s\d\d simplex</text>', page)
    assert len(labels) == 40
    heights = sorted(map(float, labels))
    assert min(later - earlier for earlier, later in pairwise(heights)) > 10


def test_csv_has_the_scores() -> None:
    """Proves the CSV's numbers, one row a line, every status a column. Broken by a column out of place."""
    rows = list(csv.DictReader(io.StringIO(scores_csv(summarise(campaign(), MACHINE)))))
    quick = next(row for row in rows if row["solver"] == "quick" and row["kind"] == "milp")
    assert (quick["par10"], quick["instances"], quick["ratio"], quick["ratio_low"]) == ("2.5", "4", "1.0", "")
    assert set(STATUSES) <= set(quick)
    liar = next(row for row in rows if row["solver"] == "liar")
    assert [liar[status] for status in ("wrong", "timeout", "crash", "size_limited")] == ["1", "1", "1", "1"]


def test_csv_guards_formulas() -> None:
    """Proves that a name that a spreadsheet would run is guarded. Broken by writing words as they are."""
    rows = list(csv.DictReader(io.StringIO(scores_csv(summary_of(hostile())))))
    assert {(row["solver"], row["algorithm"]) for row in rows} >= {("'=1", "'-x")}


def test_markdown_tables_stay_tables() -> None:
    """Proves that every row of a table has the columns of its header, whatever the names. Broken by a bare pipe."""
    text = markdown(summary_of([*hostile(), *campaign()]))
    assert "<" not in text.replace(r"\<", "")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) >= 5
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_howto_names_every_status_and_solver() -> None:
    """Proves that the how-to explains each status and names each solver. Broken by one added without its line."""
    page = (Path(__file__).parents[2] / "docs/how-to/benchmark-solvers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE)
    listed = [word for row in rows for word in re.findall(r"`([a-z_]+)`", row)]
    assert set(STATUSES) <= set(listed)
    assert [word for word in listed if word in STATUSES] == list(STATUSES)
    for solver in ADAPTERS:
        assert solver in page.lower().replace("or-tools", "pdlp glop"), solver


def write_campaign(folder: Path, records: list[Record]) -> None:
    """Write the files that a campaign leaves."""
    (folder / "machine.json").write_text(json.dumps(MACHINE), encoding="utf-8")
    (folder / "runs.jsonl").write_text("".join(record.to_line() for record in records), encoding="utf-8")


def test_pages_are_written_from_the_folder(tmp_path: Path) -> None:
    """Proves that page and tables come from the records on disk, the same every time. Broken by state kept elsewhere."""
    write_campaign(tmp_path, campaign())
    write_pages(tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"index.html", "table.md", "scores.csv"} <= set(first)
    write_pages(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_pages_without_runs_or_machine(tmp_path: Path) -> None:
    """Proves that no runs and a damaged machine.json are clear errors, and leave no page. Broken by an empty page."""
    write_campaign(tmp_path, [])
    with pytest.raises(InvalidInputError, match="no finished run"):
        write_pages(tmp_path)
    write_campaign(tmp_path, campaign())
    (tmp_path / "machine.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"machine\.json: damaged"):
        write_pages(tmp_path)
    assert not (tmp_path / "index.html").exists()


def test_page_that_cannot_be_written(tmp_path: Path) -> None:
    """Proves that a refusal of the file system is exit 10 in one sentence. Broken by an OSError that gets through."""
    write_campaign(tmp_path, campaign())
    (tmp_path / "index.html").mkdir()
    with pytest.raises(CannotWriteError, match="cannot write"):
        write_pages(tmp_path)
