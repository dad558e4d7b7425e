"""The mutation operators of the fuzz: each turns one good scenario into another, good or bad."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from io_world import Files

Operator = Callable[[Files, random.Random], None]

NASTY = (
    "", " ", "nan", "NaN", "inf", "-inf", "1e999", "1e-300", "-0", "0", "1", "-1", "1.5", "1,234", "5%", "１２", "0x10",
    "1_000", "NULL", "NA", "N/A", "true", "false", "TRUE", "yes", "=1+1", "'=1+1", "+1", "-x", "@x", "\t1", "'", "''",
    "<script>alert(1)</script>", "$\\alpha$", "[red]x[/red]", "%s%n", "{0}", "../../x/y", "C:\\con", "a;b", "a,b",
    "\u202ex", "\u200b", "\ufeff", "e\u0301", "é", "芜湖", "𠮷", "🏭", "x" * 65, "x" * 5000, "9" * 400, "1e+", "--1", "٣",
    "wuhu", "guian", "beijing", "training", "day", "delta", "2025-01-01", "2025-13-01", "9999-12-31T23:59:59-14:00",
    "\x00", "\x1b[31m", "\x7f", "\u2028", "\uffff", '"', '""', '"a"b', "#", "//", "year", "pue", "site",
)  # fmt: skip
BYTES = (b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b'"', b"'", b",", b";", b"\t", b"\x80")
TOML = (
    "nan", "inf", "-1", "0", "1e400", "0x" + "f" * 5000, "9" * 5000, "true", '""', '"x"', "[]", "{}", "[[[[1]]]]",
    "1979-05-27", "{ a = { b = 1 } }", '"""x"""', "'''x'''", '"\\u0000"', '"\\uD800"', "[" * 3000, "07:32:00", '"cost"',
    "{ cost = 1, emissions = nan }", '["wuhu"]', '["time"]', "{ wuhu = 1.2 }", "{ wuhu = { day = 1.2 } }",
)  # fmt: skip
NAMES = (
    "site.pue", "site.price", "site_timestep.pue", "site.site", "region_workload.demand", "site.", ".pue", "x.y", "site",
    "hub.hub_share_min", "side.name_zh", "region_site.traffic_price", "source.note", "timestep.position", "a.b.c", "",
    "link.length", "technology.name_en", "site_technology.capacity", "workload.reach", "site.share_min",
)  # fmt: skip


def some_csv(files: Files, rng: random.Random) -> str:
    """Choose one of the CSV files."""
    return rng.choice(sorted(name for name in files if name.endswith(".csv")) or ["site.csv"])


def lines_of(files: Files, name: str) -> list[bytes]:
    """Return a file's lines, at least one."""
    return files.get(name, b"").split(b"\n") or [b""]


def put(files: Files, name: str, lines: list[bytes]) -> None:
    """Write lines back."""
    files[name] = b"\n".join(lines)


def on_lines(change: Callable[[list[bytes], random.Random], object]) -> Operator:
    """Make an operator of a change of one CSV file's lines."""

    def operator(files: Files, rng: random.Random) -> None:
        name = some_csv(files, rng)
        lines = lines_of(files, name)
        change(lines, rng)
        put(files, name, lines)

    return operator


def on_bytes(change: Callable[[bytearray, random.Random], object], *, everywhere: bool = True) -> Operator:
    """Make an operator of a change of one file's bytes."""

    def operator(files: Files, rng: random.Random) -> None:
        name = rng.choice(sorted(files)) if everywhere else some_csv(files, rng)
        data = bytearray(files.get(name, b""))
        change(data, rng)
        files[name] = bytes(data)

    return operator


def on_cells(change: Callable[[list[str], int, random.Random], object]) -> Operator:
    """Make an operator of a change of one row's cells."""

    def operator(files: Files, rng: random.Random) -> None:
        name = some_csv(files, rng)
        lines = lines_of(files, name)
        row = rng.randrange(len(lines))
        cells = lines[row].decode("utf-8", "surrogateescape").split(",")
        change(cells, rng.randrange(len(cells)), rng)
        lines[row] = ",".join(cells).encode("utf-8", "surrogateescape")
        put(files, name, lines)

    return operator


def on_columns(change: Callable[[list[list[str]], int, random.Random], object]) -> Operator:
    """Make an operator of a change of every row's cells at one place."""

    def operator(files: Files, rng: random.Random) -> None:
        name = some_csv(files, rng)
        rows = [line.decode("utf-8", "surrogateescape").split(",") for line in lines_of(files, name)]
        change(rows, rng.randrange(len(rows[0])), rng)
        put(files, name, [",".join(row).encode("utf-8", "surrogateescape") for row in rows])

    return operator


def on_toml(change: Callable[[list[str], random.Random], object]) -> Operator:
    """Make an operator of a change of ``scenario.toml``'s lines."""

    def operator(files: Files, rng: random.Random) -> None:
        lines = files.get("scenario.toml", b"").decode("utf-8", "surrogateescape").split("\n")
        change(lines, rng)
        files["scenario.toml"] = "\n".join(lines).encode("utf-8", "surrogateescape")

    return operator


def nasty(rng: random.Random) -> str:
    """Choose a nasty cell."""
    return rng.choice(NASTY)


def swap_lines(lines: list[bytes], rng: random.Random) -> None:
    """Exchange two lines."""
    one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]


def swap_cells(cells: list[str], place: int, rng: random.Random) -> None:
    """Exchange two cells."""
    other = rng.randrange(len(cells))
    cells[place], cells[other] = cells[other], cells[place]


def typo(cells: list[str], place: int, rng: random.Random) -> None:
    """Take one character out of a cell."""
    at = rng.randrange(len(cells[place]) + 1)
    cells[place] = cells[place][:at] + cells[place][at + 1 :]


def set_cell(value: Callable[[random.Random], str]) -> Callable[[list[str], int, random.Random], None]:
    """Return a change that puts a value into a cell."""

    def change(cells: list[str], place: int, rng: random.Random) -> None:
        cells[place] = value(rng)

    return change


def drop_column(rows: list[list[str]], place: int, rng: random.Random) -> None:
    """Take a whole column away."""
    del rng
    for row in rows:
        del row[place : place + 1]


def double_column(rows: list[list[str]], place: int, rng: random.Random) -> None:
    """Put a column there twice."""
    del rng
    for row in rows:
        row.extend(row[place : place + 1])


def fill_column(rows: list[list[str]], place: int, rng: random.Random) -> None:
    """Put one nasty cell into every row of a column."""
    value = nasty(rng)
    for row in rows[1:]:
        if place < len(row):
            row[place] = value


def move_column(rows: list[list[str]], place: int, rng: random.Random) -> None:
    """Move a column to the end."""
    del rng
    for row in rows:
        row.extend(row[place : place + 1])
        del row[place : place + 1]


def toml_value(lines: list[str], rng: random.Random) -> None:
    """Give one key another value."""
    places = [number for number, line in enumerate(lines) if "=" in line]
    if places:
        place = rng.choice(places)
        lines[place] = lines[place].split("=")[0] + "= " + rng.choice(TOML)


def toml_edit(word: str) -> Callable[[list[str], random.Random], None]:
    """Return a change that adds a ``[set]`` or ``[drop]`` of something."""

    def change(lines: list[str], rng: random.Random) -> None:
        name = rng.choice(NAMES) if word == "set" else rng.choice(("site", "hub", "x", "timestep", "workload", "link"))
        lines += [f"[{word}]", f'"{name}" = {rng.choice(TOML)}']

    return change


def rename_file(files: Files, rng: random.Random) -> None:
    """Give a file another name."""
    name = rng.choice(sorted(files))
    suffix = rng.choice((".csv", ".CSV", ".parquet", ".geojson", ".gpkg", ".txt", ""))
    files[rng.choice((name.partition(".")[0], "site", "sites", "side", "site_timestep", "x", "源")) + suffix] = (
        files.pop(name)
    )


def encode_again(files: Files, rng: random.Random) -> None:
    """Save a file in another encoding."""
    name = rng.choice(sorted(files))
    text = files[name].decode("utf-8", "replace")
    files[name] = text.encode(rng.choice(("gb18030", "utf-16", "utf-16-le", "utf-8-sig", "big5", "latin-1")), "ignore")


def extend(files: Files, rng: random.Random) -> None:
    """Extend something, mostly nothing that exists."""
    target = rng.choice(("../base", ".", "..", "/", "../..", "../world", "x\\u0000", "~", "../base/../base", "base"))
    files["scenario.toml"] = f'extends = "{target}"\n'.encode() + files.get("scenario.toml", b"")


def substitute(files: Files, rng: random.Random) -> None:
    """Replace an id everywhere in one file."""
    name = rng.choice(sorted(files))
    word = rng.choice((b"wuhu", b"guian", b"beijing", b"training", b"delta", b"day"))
    files[name] = re.sub(word, lambda _: nasty(rng).encode("utf-8", "surrogatepass"), files[name])


def geojson(files: Files, rng: random.Random) -> None:
    """Replace the sites by a layer, often a broken one."""
    files.pop("site.csv", None)
    point = rng.choice(("[1,2]", "[1]", "[]", "null", '["a","b"]', "[1e999,2]", "[118,31,5]", "[NaN,1]", "[[1,2]]"))
    kind = rng.choice(("Point", "Polygon", "", "MultiPoint"))
    properties = rng.choice(
        ('{"site":"wuhu","pue":1.2,"price":3}', "null", "[]", '{"site":[]}', '{"site":"a","site":"b"}', '{"site":{}}')
    )
    text = f'{{"type":"FeatureCollection","features":[{{"properties":{properties},"geometry":{{"type":"{kind}",'
    files["site.geojson"] = (text + f'"coordinates":{point}}}}}]}}').encode()


def geopackage(files: Files, rng: random.Random) -> None:
    """Replace the sites by what is, or is not quite, an SQLite file."""
    files.pop("site.csv", None)
    files["site.gpkg"] = rng.choice((b"SQLite format 3\0", b"SQLite", b"")) + rng.randbytes(rng.choice((0, 84, 500)))


OPERATORS: dict[str, Operator] = {
    "delete a file": lambda files, rng: files.pop(rng.choice(sorted(files))) and None,
    "empty a file": on_bytes(lambda data, _: data.clear()),
    "rename a file": rename_file,
    "swap two files": lambda files, rng: files.update({"site.csv": files.get(some_csv(files, rng), b"")}),
    "copy a table": lambda files, rng: files.update({"site_timestep.csv": files.get(some_csv(files, rng), b"")}),
    "encode again": encode_again,
    "add a BOM": on_bytes(lambda data, _: data.__setitem__(slice(0, 0), b"\xef\xbb\xbf")),
    "flip a bit": on_bytes(lambda data, rng: data and data.__setitem__(i := rng.randrange(len(data)), data[i] ^ 1 << rng.randrange(8))),
    "flip a bit of a table": on_bytes(
        lambda data, rng: data and data.__setitem__(i := rng.randrange(len(data)), data[i] ^ 1 << rng.randrange(8)), everywhere=False
    ),
    "delete a byte": on_bytes(lambda data, rng: data and data.pop(rng.randrange(len(data)))),
    "insert bytes": on_bytes(lambda data, rng: data.__setitem__(slice(i := rng.randrange(len(data) + 1), i), rng.choice(BYTES))),
    "insert random bytes": on_bytes(lambda data, rng: data.__setitem__(slice(i := rng.randrange(len(data) + 1), i), rng.randbytes(3))),
    "cut the end": on_bytes(lambda data, rng: data.__delitem__(slice(rng.randrange(len(data) + 1), None))),
    "cut the start": on_bytes(lambda data, rng: data.__delitem__(slice(0, rng.randrange(len(data) + 1)))),
    "double the file": on_bytes(lambda data, _: data.extend(bytes(data))),
    "CRLF": on_bytes(lambda data, _: data.__setitem__(slice(None), data.replace(b"\n", b"\r\n"))),
    "CR": on_bytes(lambda data, _: data.__setitem__(slice(None), data.replace(b"\n", b"\r"))),
    "no line ends": on_bytes(lambda data, _: data.__setitem__(slice(None), data.replace(b"\n", b""))),
    "semicolons": on_bytes(lambda data, _: data.__setitem__(slice(None), data.replace(b",", b";"))),
    "delete a line": on_lines(lambda lines, rng: lines.pop(rng.randrange(len(lines)))),
    "double a line": on_lines(lambda lines, rng: lines.insert(rng.randrange(len(lines)), rng.choice(lines))),
    "swap lines": on_lines(swap_lines),
    "shuffle lines": on_lines(lambda lines, rng: rng.shuffle(lines)),
    "keep the header": on_lines(lambda lines, _: lines.__delitem__(slice(1, None))),
    "drop the header": on_lines(lambda lines, _: lines.pop(0)),
    "insert a blank line": on_lines(lambda lines, rng: lines.insert(rng.randrange(len(lines)), b"")),
    "insert a row of commas": on_lines(lambda lines, rng: lines.insert(rng.randrange(len(lines)), b"," * lines[0].count(b","))),
    "nasty cell": on_cells(set_cell(nasty)),
    "nasty number": on_cells(set_cell(lambda rng: repr(rng.choice((1e13, 1e-13, -5, 1e300, 0.1 + 0.2, 5e-324))))),
    "random text": on_cells(set_cell(lambda rng: "".join(chr(rng.randrange(1, 0xD7FF)) for _ in range(5)))),
    "quoted nasty cell": on_cells(set_cell(lambda rng: '"' + nasty(rng).replace('"', '""') + '"')),
    "cell of two lines": on_cells(set_cell(lambda rng: f'"{nasty(rng)}\n1"'.replace('""', ""))),
    "open a quote": on_cells(set_cell(lambda rng: '"' + rng.choice(("", "x", "1")))),
    "empty a cell": on_cells(set_cell(lambda _: "")),
    "delete a cell": on_cells(lambda cells, place, _: cells.pop(place)),
    "double a cell": on_cells(lambda cells, place, _: cells.insert(place, cells[place])),
    "swap cells": on_cells(swap_cells),
    "typo": on_cells(typo),
    "space before a cell": on_cells(lambda cells, place, _: cells.__setitem__(place, " " + cells[place])),
    "capitals": on_cells(lambda cells, place, _: cells.__setitem__(place, cells[place].upper())),
    "delete a column": on_columns(drop_column),
    "double a column": on_columns(double_column),
    "fill a column": on_columns(fill_column),
    "move a column": on_columns(move_column),
    "replace an id": substitute,
    "TOML value": on_toml(toml_value),
    "TOML line gone": on_toml(lambda lines, rng: lines.pop(rng.randrange(len(lines)))),
    "TOML line twice": on_toml(lambda lines, rng: lines.insert(rng.randrange(len(lines)), rng.choice(lines))),
    "TOML lines shuffled": on_toml(lambda lines, rng: rng.shuffle(lines)),
    "TOML unknown name": on_toml(lambda lines, rng: lines.insert(rng.randrange(len(lines)), f"{rng.choice('abc')} = 1")),
    "TOML dotted without end": on_toml(lambda lines, _: lines.insert(0, ".".join("a" * 3000) + " = 1")),
    "TOML set": on_toml(toml_edit("set")),
    "TOML drop": on_toml(toml_edit("drop")),
    "extends": extend,
    "GeoJSON": geojson,
    "GeoPackage": geopackage,
}  # fmt: skip
TARGETS = (
    *NAMES, "carbon_price", "layer", "exact", "objective.minimise", "x", "price", "traffic_price", "site.pue[wuhu]",
    "site.pue[]", "site.pue[", "site.pue[wuhu,day]", "region_workload.demand[beijing]",
    "region_workload.demand[beijing,training]",
)  # fmt: skip
VALUES = ("1", "", "x", "nan", "{ cost = 1 }", "{", "true")
OVERRIDES = ("", "=", "x", *(f"{target}={value}" for target in TARGETS for value in VALUES))


def mutated(files: Files, rng: random.Random) -> tuple[list[str], Files, list[str]]:
    """Return the operators used, the files they made, and overrides for some of the scenarios."""
    changed = dict(files)
    names = [rng.choice(sorted(OPERATORS)) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    for name in names:
        if changed:
            OPERATORS[name](changed, rng)
    overrides = [rng.choice(OVERRIDES) for _ in range(rng.choice((0, 0, 0, 0, 1, 2)))]
    return names, changed, overrides
