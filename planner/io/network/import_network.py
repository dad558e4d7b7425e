"""``planner import network``: a file of another tool into ``node.csv`` and ``link.csv`` of a scenario folder.

All faults are gathered; nothing is written unless there are none. A note says what was taken how, mended, or left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.errors import Fault, InvalidInputError, reason, shown
from planner.faults import Gathering
from planner.io.files.decoding import FORBIDDEN, composed
from planner.io.files.several_files import sole_writer, write_together
from planner.io.hourly.import_sources import Said, Sources
from planner.io.hourly.import_tables import own_table
from planner.io.network import checks, graphml, sndlib_xml
from planner.io.network.network_tables import LINK, NODE, NUMBERS, Tables, ids_of, tables_of
from planner.io.network.sndlib_native import read_native
from planner.io.network.xml_tree import TABLE, read_xml
from planner.io.read.folders import FolderReader, existing_folder
from planner.io.read.write import csv_of
from planner.language import Message, Text, join, say
from planner.progress import working_on
from planner.scenario.schema import SOURCE, schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.io.network.network import Network
    from planner.io.network.network_tables import Row
    from planner.io.network.order import Order
    from planner.io.read.merge import Layer
    from planner.scenario.parameter import Declarations

LINE: Final = 1000
"""Characters of a line that are shown."""
FILE_MAX: Final = 16 << 20
"""[bytes] of a file; the largest of the Topology Zoo has a hundredth of it."""
NATIVE: Final = b"?SNDlib"
BLANKS: Final = b" \t\r\n"
MARK: Final = b"\xef\xbb\xbf"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
READ: Final = say("SNDlib networks (native or XML) and GraphML are read; other tools, such as networkx, write GraphML")
REPLACE: Final = "--replace"
OWN: Final = (NODE, LINK)


@dataclass(frozen=True)
class Imported:
    """The outcome of an import."""

    format: Text
    nodes: int
    links: int  # of the file; a link with several kinds of module has several rows
    files: tuple[Path, ...]
    notes: tuple[Text, ...]

    def told(self) -> Message:
        """Return it in a few lines, as the command prints it."""
        lines = [
            say(
                "{format}: {nodes:,} nodes, {links:,} links",
                format=self.format,
                nodes=self.nodes,
                links=self.links,
            )
        ]
        lines += [say("wrote {path}", path=path) for path in self.files]
        lines += [say("note: {note}", note=note) for note in self.notes]
        return join((shown(line, LINE) + "\n" for line in lines), "")


def import_network(file: Path, folder: Path, declarations: Declarations, order: Order) -> Imported:
    """Write a network into a scenario folder, whole or not at all."""
    working_on(say("reading the network"))
    order.check()
    path = existing_folder(folder, say("name a scenario folder; 'planner new' makes one"))
    with sole_writer(path):
        gathering = Gathering(path.parent)
        network = read_network(file, order, gathering)
        layer = FolderReader(schema_of(declarations), gathering).read(path)
        _refuse_overwriting(layer, path, order, gathering)
        gathering.finish()
        if network is None or layer is None:
            raise InvalidInputError([Fault(str(folder), say("the scenario cannot be read"))])
        tables = tables_of(network, order)
        checks.note_shape(network, ids_of(network))
        sources = _sources(tables, layer, path, gathering, order.source or shown(file.name), order.confidence)
        gathering.finish()
        files = {
            f"{NODE}.csv": _csv(tables.nodes),
            f"{LINK}.csv": _csv(tables.links),
            f"{SOURCE}.csv": csv_of(sources.table().columns, ()).encode(),
        }
        write_together(path, files)
    notes = (*gathering.notes, *network.notes, *tables.notes)
    paths = tuple(folder / name for name in files)
    return Imported(network.format, len(network.places), len(network.cables), paths, notes)


def read_network(path: Path, order: Order, gathering: Gathering) -> Network | None:
    """Return the network of a file, or ``None`` and faults."""
    file = str(path)
    data = _bytes(path, gathering)
    if data is None:
        return None
    start = data.removeprefix(MARK).lstrip(BLANKS)
    network: Network | None = None
    if start.startswith(NATIVE):
        network = read_native(data, file, order, gathering)
    elif start.startswith((b"<", *UTF_16)):
        root = read_xml(data, file, gathering)
        if root is None:
            return None
        if root.name == graphml.ROOT:
            network = graphml.read_graphml(root, file, order, gathering)
        elif root.name == sndlib_xml.ROOT:
            network = sndlib_xml.read_sndlib_xml(root, file, order, gathering)
        else:
            gathering.add(
                Fault(file, say("its XML is no network: it begins with {name}", name=shown(root.name)), remedy=READ),
                TABLE,
            )
    else:
        gathering.add(Fault(file, say("not a network file that is known"), remedy=READ), TABLE)
    if network is None:
        return None
    _refuse_characters(network, file, gathering)
    checks.check(network, file, gathering)
    if gathering.faults:
        return None
    checks.leave_out_loops(network)
    return network


def _bytes(path: Path, gathering: Gathering) -> bytes | None:
    problem: Text
    remedy: Text = say("name a file that holds a network")
    try:
        if not path.is_file():
            raise FileNotFoundError(None, say("there is no such file"))
        size = path.stat().st_size
        if size <= FILE_MAX:
            return path.read_bytes()
        problem = say("the file has {size:,} bytes; at most {most:,} are read", size=size, most=FILE_MAX)
        remedy = say("take the part of the network that you plan")
    except (OSError, ValueError) as error:
        problem = say("the file cannot be read: {problem}", problem=shown(reason(error)))
    gathering.add(Fault(str(path), problem, remedy=remedy), TABLE)
    return None


def _refuse_characters(network: Network, file: str, gathering: Gathering) -> None:
    """Refuse control and bidirectional characters in names, which forge what is seen."""
    named = [(f"{place.id}{place.name}", place.line) for place in network.places]
    for text, line in (*named, *((cable.id, cable.line) for cable in network.cables)):
        if FORBIDDEN.search(text):
            problem = say("the name holds a control or bidirectional character")
            gathering.add(Fault(file, problem, line, value=text, remedy=say("delete it")), TABLE)


def _refuse_overwriting(layer: Layer | None, folder: Path, order: Order, gathering: Gathering) -> None:
    """Keep a fault where a network stands already: in the folder, unless it may go, and in what it extends."""
    for name in OWN:
        table = own_table(folder, name, gathering)
        file = gathering.shown_path(folder / f"{name}.csv")
        if table is not None and not order.replace:
            remedy = say("{REPLACE} puts the new network in its place", REPLACE=REPLACE)
            gathering.add(Fault(file, say("the table is there already"), remedy=remedy))
        found = layer.tables.get(name) if layer is not None else None
        for other in found.files if found is not None else ():
            if other != file:
                problem = say("the scenario that this one extends has a network, and rows would be merged with it")
                remedy = say("import into that folder, or into one that extends nothing")
                gathering.add(Fault(other, problem, remedy=remedy))


def _sources(  # noqa: PLR0917 - what a row of source.csv is made of
    tables: Tables, layer: Layer, folder: Path, gathering: Gathering, source: str, confidence: str
) -> Sources:
    """Return the new ``source.csv``: the entries of other tables are kept."""
    own = own_table(folder, SOURCE, gathering)
    sources = Sources(own, layer.tables.get(SOURCE))
    sources.rows = [row for row in sources.rows if row["table"] not in OWN]
    for (table, column), (word, note) in tables.sources.items():
        sources.put(Said(table, column, composed(source), word or confidence, note), (), ())
    return sources


def _csv(rows: list[Row]) -> bytes:
    """Return rows as CSV, without the columns that none of them fills."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    columns: Mapping[str, list[str]] = {name: [row[name] for row in rows] for name in names}
    return csv_of(columns, NUMBERS).encode()
