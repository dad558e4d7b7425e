"""Small networks in each format, made up for the tests, and a scenario to bring them into."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.errors import InvalidInputError, PlannerError
from planner.io.network.import_network import Imported, import_network
from planner.io.network.order import Order
from planner.language import rendered, say
from planner.models.declarations import declarations
from planner.scenario.parameter import Declarations, IndexSet, Parameter, names_of, place_of

NATIVE = """?SNDlib native format; type: network; version: 1.0
# network small

# META SECTION
META (
  granularity = 1month
  unit = MBITPERSEC
  origin = made up (for a test)
)

# NODE SECTION
NODES (
  Lanzhou ( 103.79 36.06 )
  Xi_an ( 108.93 34.26 ) () ()
  Beijing (116.40 39.90)
  Urumqi
)

LINKS (
  L1 ( Lanzhou Xi_an ) 9920.00 5.00 0.00 0.00 ( 40000.00 133.00 ) ()
  L2 ( Xi_an Beijing ) 0.00 0.00 2.00 30.00 ( 10000.00 100.00 40000.00 250.50 )
  L3 ( Beijing Xi_an ) 2480.00 0.00 0.00 0.00 ( )
  L4 ( Urumqi Lanzhou ) 2480.00 0.00 0.00 0.00 ( )
)

DEMANDS (
  D1 ( Lanzhou Beijing ) 1 195.00 UNLIMITED
)

ADMISSIBLE_PATHS (
  D1 (
    P_0 ( L1 L2 )
  )
)
"""
XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<network xmlns="http://sndlib.zib.de/network" version="1.0">
 <meta>
  <granularity>1month</granularity>
  <unit>MBITPERSEC</unit>
  <origin>made up (for a test)</origin>
 </meta>
 <networkStructure>
  <nodes coordinatesType="geographical">
   <node id="Lanzhou"><coordinates><x>103.79</x><y>36.06</y></coordinates></node>
   <node id="Xi_an"><coordinates><x>108.93</x><y>34.26</y></coordinates></node>
   <node id="Beijing"><coordinates><x>116.40</x><y>39.90</y></coordinates></node>
   <node id="Urumqi"/>
  </nodes>
  <links>
   <link id="L1">
    <source>Lanzhou</source> <target>Xi_an</target>
    <preInstalledModule><capacity>9920.0</capacity><cost>5.0</cost></preInstalledModule>
    <additionalModules><addModule><capacity>40000.0</capacity><cost>133.0</cost></addModule></additionalModules>
   </link>
   <link id="L2">
    <source>Xi_an</source> <target>Beijing</target>
    <routingCost>2.0</routingCost> <setupCost>30.0</setupCost>
    <additionalModules>
     <addModule><capacity>10000.0</capacity><cost>100.0</cost></addModule>
     <addModule><capacity>40000.0</capacity><cost>250.5</cost></addModule>
    </additionalModules>
   </link>
   <link id="L3">
    <source>Beijing</source> <target>Xi_an</target>
    <preInstalledModule><capacity>2480.0</capacity><cost>0.0</cost></preInstalledModule>
   </link>
   <link id="L4">
    <source>Urumqi</source> <target>Lanzhou</target>
    <preInstalledModule><capacity>2480.0</capacity><cost>0.0</cost></preInstalledModule>
   </link>
  </links>
 </networkStructure>
 <demands>
  <demand id="D1">
   <source>Lanzhou</source> <target>Beijing</target> <demandValue>195.0</demandValue>
   <admissiblePaths><admissiblePath id="P_0"><linkId>L1</linkId><linkId>L2</linkId></admissiblePath></admissiblePaths>
  </demand>
 </demands>
</network>
"""
ZOO_KEYS = """  <key attr.name="Longitude" attr.type="double" for="node" id="d1" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d2" />
  <key attr.name="label" attr.type="string" for="node" id="d3" />
  <key attr.name="Internal" attr.type="int" for="node" id="d4" />
  <key attr.name="hyperedge" attr.type="int" for="node" id="d5" />
  <key attr.name="Country" attr.type="string" for="node" id="d6" />
  <key attr.name="LinkLabel" attr.type="string" for="edge" id="d7" />
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d8" />
  <key attr.name="LinkStatus" attr.type="string" for="edge" id="d9" />
  <key attr.name="LinkNote" attr.type="string" for="edge" id="d10" />
  <key attr.name="km" attr.type="double" for="edge" id="d11" />
  <key attr.name="bundle" attr.type="double" for="edge" id="d12" />
  <key attr.name="label" attr.type="string" for="graph" id="d13" />
"""


def node(name: str, label: str = "", place: tuple[str, str] | None = None, **others: str) -> str:
    """Return a node of a GraphML file, its attributes by the ids of :data:`ZOO_KEYS`."""
    axes = {} if place is None else {"d1": place[0], "d2": place[1]}
    data = {**axes, **({"d3": label} if label else {}), **others}
    return f'<node id="{name}">' + _data(data) + "</node>"


def edge(source: str, target: str, *, directed: str = "", **data: str) -> str:
    """Return a link of a GraphML file."""
    way = f' directed="{directed}"' if directed else ""
    return f'<edge source="{source}" target="{target}"{way}>' + _data(data) + "</edge>"


def _data(data: dict[str, str]) -> str:
    return "".join(f'<data key="{key}">{text}</data>' for key, text in data.items())


def graphml(*items: str, default: str = "undirected", keys: str = ZOO_KEYS) -> str:
    """Return a GraphML file, an item a line from line 16 on, where the keys are those above."""
    head = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    graph = f'  <graph edgedefault="{default}">\n'
    return head + keys + graph + "\n".join(items) + "\n  </graph>\n</graphml>\n"


LANZHOU, XIAN, BEIJING = ("103.79", "36.06"), ("108.93", "34.26"), ("116.40", "39.90")
SPEED = {"d7": "10 Gbps", "d8": "10000000000.0"}
ZOO = graphml(
    node("0", "Lanzhou", LANZHOU, d4="1", d6="China"),
    node("1", "Xi'an", XIAN, d4="1", d6="China"),
    node("2", "Beijing", BEIJING, d4="1", d6="China"),
    edge("0", "1", **SPEED),
    edge("1", "2", **SPEED),
    edge("2", "1", **SPEED),
)
SCENARIO = """
features = ["time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply"]
"""
FILES = {
    "scenario.toml": SCENARIO,
    "region.csv": "region,province,longitude,latitude\nlanzhou,甘肃,103.8,36.1\n",
    "site.csv": "site,longitude,latitude,pue,grid_power_price\nzhongwei,105.17,37.52,1.25,300\n",
    "workload.csv": "workload,name_en,compute_type,latency_max\ntraining,Training,general,100\n",
    "region_workload.csv": "region,workload,demand\nlanzhou,training,40\n",
    "site_compute_type.csv": "site,compute_type,capacity_existing\nzhongwei,general,100\n",
    "compute_type.csv": "compute_type\ngeneral\n",
    "source.csv": "table,key,column,source,confidence,licence\nsite,,pue,this project,illustrative,fact\n",
}
CONTRACT = {
    "link_capacity_existing": "Gbit/s",
    "link_capacity_existing_back": "Gbit/s",
    "link_length": "km",
    "link_module_size": "Gbit/s",
    "link_module_cost": "CNY/a",
    "link_modules_max": "1",
}
"""The columns of numbers that an import writes of a link, as the contract of scenario files calls them, and their units."""


def known() -> Declarations:
    """Return what the features declare, and nodes and links where none of them has a backbone yet."""
    found = declarations()
    if {"node", "link"} <= set(found.sets):
        return found
    said = say("A column of a backbone.")
    columns = [*names_of("node"), *(each for each in place_of("node") if each.is_numeric)]
    columns += [
        Parameter(end, ("link",), "", said, kind="reference", refers_to="node", per_table=True)
        for end in ("from", "to")
    ]
    columns += [Parameter(name, ("link",), unit, said, None) for name, unit in CONTRACT.items()]
    sets = {name: IndexSet(name, f"{name.upper()}S", said, ()) for name in ("node", "link")}
    return replace(
        found,
        sets={**found.sets, **sets},
        parameters={**found.parameters, **{each.key: each for each in columns}},
        owner={**found.owner, **dict.fromkeys([*sets, *(each.key for each in columns)], found.features[0])},
    )


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write a scenario folder."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text.lstrip("\n"), encoding="utf-8")
    return folder


def brought(text: str | bytes, world: Path, name: str = "small.txt", **options: Any) -> Imported:
    """Import a file of some text, which stands beside the scenarios."""
    file = world.parents[1] / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_network(file, world, known(), Order(**options))


def rows(path: Path) -> list[dict[str, str]]:
    """Return a CSV file as rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(world: Path, table: str, name: str) -> dict[str, str]:
    """Return a column of a table of one key; empty texts where the table has no such column."""
    return {row[table]: row.get(name, "") for row in rows(world / f"{table}.csv")}


def notes(done: Imported) -> str:
    """Return the notes of an import, a line each."""
    return "\n".join(rendered(note, "en") for note in done.notes)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def said(error: PlannerError) -> str:
    """Return the whole of a message."""
    return "\n".join(map(str, error.faults)) if isinstance(error, InvalidInputError) else str(error)
