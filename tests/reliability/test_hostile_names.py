"""Hostile names through the whole line: text stays text in terminal, JSON, CSV, GeoPackage, SVG, PDF and PNG."""

from __future__ import annotations

import csv
import itertools
import json
import re
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib.image
import matplotlib.mathtext
import pyogrio
import pytest

from planner import cli
from planner.io.files.decoding import FORBIDDEN, guarded
from planner.io.read.cells import id_fault
from planner.pipeline.finished import audit_run, read_results
from tests.reliability.hostile_texts import IDS, TEXTS
from tests.worlds import BASE, Rows, World

RUNS = 4
NAMED = ("site", "region", "workload", "compute_type", "technology", "hub", "side")
ELEMENTS = {
    "svg", "metadata", "RDF", "Work", "type", "format", "title", "date", "creator", "Agent", "defs", "style", "g", "path",
    "use", "clipPath", "rect", "image", "pattern", "polygon", "circle",
}  # fmt: skip
"""All that a figure is made of; no script, no link, no foreign object."""
FORMULA = re.compile(r"[=+\-@\t\r]")


def part(texts: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Return one run's share."""
    return texts[number::RUNS]


def hostile_world(number: int) -> World:
    """Return a world in which every one of the run's texts is a name or a province, and every one of its ids an id."""
    texts, ids = itertools.cycle(part(TEXTS, number)), itertools.cycle(part(IDS, number))
    tables: dict[str, Rows] = {name: [dict(row) for row in rows] for name, rows in BASE.tables.items()}
    tables["hub"] = [{"hub": name} for name in ("delta", "north", "gansu")]
    tables["side"] = [{"side": name} for name in ("east", "west")]
    tables["site"] += [{**tables["site"][i % 3], "site": f"copy{i}"} for i in range(7)]
    tables["region"] += [{**tables["region"][i % 2], "region": f"copy{i}"} for i in range(4)]
    copies = itertools.product([f"copy{i}" for i in range(4)], ("online", "training"))
    tables["region_workload"] += [{"region": region, "workload": work, "demand": 0.5} for region, work in copies]
    for name in ("site", "region"):  # some are nowhere, so that footnotes name them
        for row in tables[name][3:5]:
            row["longitude"] = row["latitude"] = None
    _rename(tables, ids)
    for name in NAMED:
        for row in tables[name]:
            row["name_en"], row["name_zh"] = guarded(next(texts)), guarded(next(texts))
            if name in {"site", "region"}:
                row["province"] = guarded(next(texts))
    pairs = itertools.product(tables["region"], tables["site"])
    tables["region_site"] = [{"region": r["region"], "site": s["site"], "latency": 5} for r, s in pairs]
    return BASE.replaced(tables={name: _guarded_ids(rows) for name, rows in tables.items()})


def _rename(tables: dict[str, Rows], ids: Any) -> None:
    """Give every member of every set a hostile id, wherever it stands."""
    sets = (*NAMED, "timestep")
    new = {(name, row[name]): next(ids) for name in sets for row in tables[name]}
    for row in itertools.chain.from_iterable(tables.values()):
        for name in sets:
            row.update({name: new[name, row[name]]} if (name, row.get(name)) in new else {})


def _guarded_ids(rows: Rows) -> Rows:
    sets = (*NAMED, "timestep")
    return [{key: guarded(cell) if key in sets and cell else cell for key, cell in row.items()} for row in rows]


def written(number: int, folder: Path) -> Path:
    """Write a run's world with hostile titles."""
    world = hostile_world(number).write(folder)
    toml = folder / "scenario.toml"
    titles = {"title": " ".join(part(TEXTS, number)[:12]), "title_zh": "，".join(part(TEXTS, number)[12:24])}
    lines = [f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in titles.items()]
    toml.write_text("\n".join([*lines, toml.read_text(encoding="utf-8")]), encoding="utf-8")
    return world


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["planner", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


@pytest.mark.parametrize("number", range(RUNS))
def test_hostile_names_through_the_line(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that ids, names, provinces and titles arrive as they are in every file, and as nothing but text.

    Broken by one writer that does not escape: a formula in a CSV, an element in an SVG, a formula set by
    matplotlib, a control sequence on the terminal, a name that is cut, parsed, or read back as a number.
    """

    def typeset(*_: object, **__: object) -> None:
        message = "a name was taken for mathematics"
        raise AssertionError(message)

    monkeypatch.setattr(matplotlib.mathtext.MathTextParser, "parse", typeset)
    world, out = written(number, tmp_path / "world"), tmp_path / "run"
    assert call(monkeypatch, "check", world) == 0
    assert call(monkeypatch, "run", world, "--out", out) == 0
    assert call(monkeypatch, "audit", out) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert all(line.isprintable() for line in said.out.split("\n"))
    assert_tables_are_text(out)
    assert_names_are_kept(number, out)
    assert_layers_are_kept(out)
    assert_pictures_are_pictures(out)
    assert call(monkeypatch, "map", out, "--language", "zh") == 0
    assert_pictures_are_pictures(out)
    assert "confirms" in audit_run(out)


def assert_tables_are_text(out: Path) -> None:
    """Assert that no cell of text in any CSV is one that a spreadsheet would run."""
    kinds = json.loads((out / "manifest.json").read_bytes())["tables"]
    for path in [*out.glob("tables/*.csv"), *out.glob("scenario/*.csv"), out / "shadow_prices.csv"]:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        columns = kinds.get(path.stem, {}).get("columns", {}) if path.parent.name != "scenario" else {}
        for row in rows:
            for name, cell in zip(header, row, strict=True):
                is_number = columns.get(name) in {"number", "integer"} or _is_number(cell)
                assert is_number or not FORMULA.match(cell), (path.name, name, cell)
    json.dumps(json.loads((out / "summary.json").read_bytes()), allow_nan=False)


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", cell) is not None


def assert_names_are_kept(number: int, out: Path) -> None:
    """Assert that a run read back has every id and name that was given, to the character."""
    results = read_results(out)
    scenario, rows = results.scenario, hostile_world(number).tables
    for name in NAMED:
        given = {unguarded(row[name]): row for row in rows[name]}
        assert set(scenario.sets[name]) == set(given), name
        for language in ("en", "zh"):
            labels = scenario.labels(name, language)
            for member, row in given.items():
                expected = unguarded(row[f"name_{language}"])
                assert labels[member] == expected or not expected, (name, member)
    assert set(results.tables["allocation"]["site"]) <= set(scenario.sets["site"])
    assert set(results.summary["modules"]) <= set(scenario.sets["site"])
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert manifest["title"] == composed(" ".join(part(TEXTS, number)[:12]))
    assert manifest["title_zh"] == composed("，".join(part(TEXTS, number)[12:24]))
    sides = ", ".join(scenario.sets["side"])
    assert manifest["notes"] == [f"west_share is not reported: no side has the id west (the sides are {sides})"]


def assert_layers_are_kept(out: Path) -> None:
    """Assert that the GeoPackage has its fixed layers and the names in them."""
    with closing(sqlite3.connect(out / "plan.gpkg")) as database:
        names = {name for (name,) in database.execute("select table_name from gpkg_contents")}
    assert names == {"sites", "regions", "flows", "layer_styles"}
    results = read_results(out)
    for layer, name in (("sites", "site"), ("regions", "region")):
        table = pyogrio.read_dataframe(out / "plan.gpkg", layer=layer)
        assert list(table[name]) == list(results.scenario.sets[name])
        own = getattr(results, layer)
        for column in ("name_en", "name_zh", "province"):
            assert list(table[column].fillna("")) == list(own[column]), (layer, column)


def assert_pictures_are_pictures(out: Path) -> None:
    """Assert that the SVG is well-formed and made of shapes alone, that the PDF runs nothing, that the PNG opens."""
    root = ET.parse(out / "map.svg").getroot()  # noqa: S314 - what the planner wrote
    for element in root.iter():
        assert element.tag.rpartition("}")[2] in ELEMENTS, element.tag
        for key, value in element.attrib.items():
            name = key.rpartition("}")[2]
            assert not name.startswith("on"), (key, value)
            assert name != "href" or value.startswith(("#", "data:image/png;base64,")), (key, value[:80])
            assert "script" not in value.casefold(), (key, value)
    pdf = (out / "map.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert not re.search(rb"/(JavaScript|JS|URI|Launch|OpenAction|EmbeddedFile)\b", pdf)
    assert min(matplotlib.image.imread(out / "map.png").shape[:2]) > 1000


def composed(text: str) -> str:
    """Return text as the reader keeps it."""
    return unicodedata.normalize("NFC", text)


def unguarded(cell: str) -> str:
    """Return a cell of this module's worlds as a reader must understand it."""
    text = composed(cell)
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text


def test_there_are_enough_hostile_texts() -> None:
    """Proves that the lists keep their breadth, and that every entry is legal: what is refused proves nothing here."""
    assert len(TEXTS) >= 150
    assert not [text for text in TEXTS if FORBIDDEN.search(text)]
    assert not [name for name in IDS if id_fault(composed(name))]
    assert len({composed(name) for name in IDS}) == len(IDS)
    for number in range(RUNS):
        rows = [row for name in NAMED for row in hostile_world(number).tables[name]]
        cells = {unguarded(str(row.get(column))) for row in rows for column in ("name_en", "name_zh", "province")}
        assert set(map(composed, part(TEXTS, number))) <= cells
        assert set(map(composed, part(IDS, number))) <= {
            unguarded(str(row[name])) for name in NAMED for row in rows if name in row
        }
