"""`planner import network`: GraphML, as the Topology Zoo writes it and as graph libraries do."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import UsageError
from planner.io.network.naming import Ids, mended
from planner.io.network.rates import rate_in
from planner.io.read.read import read_scenario
from tests.network.networks import (
    BEIJING,
    LANZHOU,
    SPEED,
    XIAN,
    ZOO,
    ZOO_KEYS,
    brought,
    column,
    edge,
    graphml,
    known,
    node,
    notes,
    rows,
)

FILE = "small.graphml"
ENDS = (node("a", place=LANZHOU), node("b", place=BEIJING))


def test_a_file_of_the_zoo_by_hand(world: Path) -> None:
    """Proves ids from labels, capacities from LinkSpeedRaw in bit/s, and parallel cables as rows of their own.

    Sensitivity: bytes for bits, one of two cables lost, the numbers of the file as names.
    """
    done = brought(ZOO, world, FILE)
    assert (done.nodes, done.links) == (3, 3)
    assert rows(world / "node.csv") == [
        {"node": "Lanzhou", "name_en": "Lanzhou", "longitude": "103.79", "latitude": "36.06"},
        {"node": "Xi an", "name_en": "Xi'an", "longitude": "108.93", "latitude": "34.26"},
        {"node": "Beijing", "name_en": "Beijing", "longitude": "116.40", "latitude": "39.90"},
    ]
    assert [list(row.values()) for row in rows(world / "link.csv")] == [
        ["Lanzhou - Xi an", "Lanzhou", "Xi an", "10", "508.2"],
        ["Xi an - Beijing", "Xi an", "Beijing", "10", "911.7"],
        ["Beijing - Xi an", "Beijing", "Xi an", "10", "911.7"],
    ]
    told = notes(done)
    assert "2 links lie beside others" in told
    assert "Xi'an → Xi an" in told
    assert "attributes not used: Country" in told
    read_scenario(world, known())


@pytest.mark.parametrize(
    ("data", "capacity"),
    [
        ({"d8": "2500000000.0"}, "2.5"),
        ({"d7": "2.5 Gbps", "d8": "2500000000.0"}, "2.5"),
        ({"d7": "64 Kbit/s", "d8": "64000.0"}, "0.000064"),
        ({"d7": "STM-64"}, "9.95328"),
        ({"d7": "STM-64x2", "d10": "x2"}, "19.90656"),
        ({"d7": "OC-192c"}, "9.95328"),
        ({"d7": "4 x 10G"}, "40"),
        ({"d7": "10G x 2", "d8": "10000000000.0"}, "20"),
        ({"d7": "10G x 2", "d8": "40000000000.0"}, "40"),
        ({"d7": "10-20Gbps"}, ""),
        ({"d7": "&lt;1 Gbps"}, ""),
        ({"d7": "8*GbE"}, ""),
        ({"d7": "KreoNet2"}, ""),
        ({"d7": "OC-192 (Future)", "d9": "Future"}, "0"),
        ({"d8": "10000000000.0", "d9": "Planned"}, "0"),
        ({"d8": "10000000000.0", "d9": "Current"}, "10"),
        ({}, ""),
    ],
)
def test_capacities(world: Path, data: dict[str, str], capacity: str) -> None:
    """Proves a capacity of LinkSpeedRaw or of a label that is nothing but one; planned links have none, ranges are left.

    Sensitivity: one of two systems counted, the upper end of a range taken, a name such as KreoNet2 read as T2.
    """
    brought(graphml(*ENDS, edge("a", "b", **data)), world, FILE)
    assert column(world, "link", "link_capacity_existing") == {"a - b": capacity}


def test_what_is_not_known_is_said(world: Path) -> None:
    """Proves that links without a capacity are counted and their labels shown, and that --capacity fills exactly them.

    Sensitivity: a capacity invented in silence, a known one overwritten.
    """
    text = graphml(
        *ENDS, node("c", place=XIAN), edge("a", "b", d7="10-20Gbps"), edge("b", "c", **SPEED), edge("a", "c")
    )
    told = notes(brought(text, world, FILE))
    assert "2 of 3 links state no capacity: the cell is empty" in told
    assert "labels that say no capacity by themselves: 10-20Gbps" in told
    told = notes(brought(text, world, FILE, capacity=100.0, confidence="published", replace=True))
    assert "2 of 3 links state no capacity and have 100 Gbit/s" in told
    assert column(world, "link", "link_capacity_existing") == {"a - b": "100", "b - c": "10", "a - c": "100"}
    source = {(row["table"], row["column"]): row for row in rows(world / "source.csv")}
    assert source["link", "link_capacity_existing"]["confidence"] == "illustrative"


def test_nodes_outside_the_network(world: Path) -> None:
    """Proves that nodes that the Zoo calls outside go with their links, unless they are asked for.

    Sensitivity: a path from Lanzhou to Beijing by way of another network, which only looks like one.
    """
    text = graphml(*ENDS, node("u", "Europe", d4="0"), edge("a", "u"), edge("u", "b"), edge("a", "b"))
    done = brought(text, world, FILE)
    assert (done.nodes, done.links) == (2, 1)
    assert "left out: 1 node outside of the network (Internal 0), with 2 links: Europe" in notes(done)
    done = brought(text, world, FILE, keep_external=True, replace=True)
    assert (done.nodes, done.links) == (3, 3)


def test_ways(world: Path) -> None:
    """Proves that a directed graph has one-way links, that a link's own word wins, and that --both-ways wins over both.

    Sensitivity: `directed="false"` passed over, two opposite links taken for cables beside each other.
    """
    text = graphml(*ENDS, edge("a", "b"), edge("b", "a"), edge("a", "b", directed="false"), default="directed")
    done = brought(text, world, FILE)
    assert column(world, "link", "link_capacity_existing_back") == {"a - b": "0", "b - a": "0", "a - b 2": ""}
    assert "2 links are one way" in notes(done)
    assert "lie beside" not in notes(done)
    done = brought(text, world, FILE, one_way=False, replace=True)
    assert set(column(world, "link", "link_capacity_existing_back").values()) == {""}
    assert "3 links lie beside others" in notes(done)
    assert "one way" not in notes(done)


def test_attributes_of_ones_own(world: Path) -> None:
    """Proves that capacities and lengths are read from the attributes that are named, in any spelling of their case.

    Sensitivity: LinkSpeedRaw taken all the same, a length replaced by the great circle.
    """
    text = graphml(*ENDS, edge("a", "b", d11="1310.5", d12="4", **SPEED))
    brought(text, world, FILE, capacity_from="Bundle", capacity_unit="100", length_from="km")
    assert column(world, "link", "link_capacity_existing") == {"a - b": "400"}
    assert column(world, "link", "link_length") == {"a - b": "1310.5"}
    source = {(row["table"], row["column"]): row for row in rows(world / "source.csv")}
    assert source["link", "link_length"]["confidence"] == "illustrative"
    for options, message in (
        ({"capacity_from": "bundel", "capacity_unit": "1"}, "--capacity-from bundel: no such attribute .*'bundle'"),
        ({"length_from": "miles"}, "--length-from miles: no such attribute"),
        ({"capacity_from": "bundle"}, "--capacity-unit is missing"),
        ({"capacity_unit": "Mbit/s"}, "LinkSpeedRaw is in bit/s"),
    ):
        with pytest.raises(UsageError, match=message):
            brought(text, world, FILE, replace=True, **options)


@pytest.mark.parametrize(
    ("km", "said"), [("1.3105", "shorter than the straight way"), ("1310500", "ten times"), ("1400", "")]
)
def test_lengths_that_cannot_be_are_named(world: Path, km: str, said: str) -> None:
    """Proves that a length below the great circle of 1,207 km, or ten times over it, is named: thousands, or metres.

    Sensitivity: a latency a thousand times too long, or none.
    """
    told = notes(brought(graphml(*ENDS, edge("a", "b", d11=km)), world, FILE, length_from="km"))
    assert said in told
    assert ("1 of the links (a - b)" in told) is bool(said)


def test_names(world: Path) -> None:
    """Proves that a name twice has the file's id behind it, that one without letters is called by it, and Chinese stays.

    Sensitivity: two Moscows made one, a node called ?, 兰州 in the column of English names.
    """
    text = graphml(
        node("0", "Moscow"),
        node("17", "Moscow"),
        node("3", "?"),
        node("4", "None"),
        node("n5", "兰州"),
        node("6", "Washington, D.C."),
        *(edge("0", other) for other in ("17", "3", "4", "n5", "6")),
    )
    brought(text, world, FILE)
    assert list(column(world, "node", "name_en").items()) == [
        ("Moscow", "Moscow"),
        ("Moscow 17", "Moscow"),
        ("node 3", "3"),
        ("node 4", "4"),
        ("兰州", ""),
        ("Washington D C", "Washington, D.C."),
    ]
    assert column(world, "node", "name_zh")["兰州"] == "兰州"
    read_scenario(world, known())


def test_ids_are_never_given_twice() -> None:
    """Proves that names that mend to the same id, or to none, still become different ids of at most 64 characters.

    Sensitivity: a number that makes the id too long, an endless search.
    """
    ids = Ids()
    long = "x" * 80
    given = [ids.one_of([mended(name)]) for name in ("a/b", "a.b", "a b", long, long, long, "…", "…")]
    assert len(set(given)) == len(given)
    assert given[:3] == ["a b", "a b 2", "a b 3"]
    assert max(map(len, given)) <= 64


def test_the_shape_is_told(world: Path) -> None:
    """Proves that links to oneself go, and that lone nodes and parts without a way between them are named.

    Sensitivity: a network of two halves brought in without a word.
    """
    text = graphml(
        *(node(name) for name in ("a", "b", "c", "d", "e")),
        edge("a", "b"),
        edge("c", "d"),
        edge("a", "a"),
    )
    done = brought(text, world, FILE)
    assert done.links == 2
    told = notes(done)
    assert "left out: 1 link from a node to itself, at a" in told
    assert "1 node has no link: e" in told
    assert "falls into 2 parts with no way between them, of 2, 2 nodes" in told


def test_a_shared_medium_is_a_node(world: Path) -> None:
    """Proves that the Zoo's hyperedges, which are nodes of its files, stay as nodes and are said to be none.

    Sensitivity: the cities on a ring cut off from each other.
    """
    text = graphml(*ENDS, node("r", "Ring", d5="1"), edge("a", "r"), edge("b", "r"))
    assert "Ring: no place of its own but a medium that several share" in notes(brought(text, world, FILE))
    assert list(column(world, "node", "longitude")) == ["a", "b", "Ring"]


def test_defaults_of_keys(world: Path) -> None:
    """Proves that an attribute's default holds where a link does not give it, and only there.

    Sensitivity: a default passed over, or laid over what is given.
    """
    keys = ZOO_KEYS.replace('for="edge" id="d8" />', 'for="edge" id="d8"><default>1000000000</default></key>')
    brought(graphml(*ENDS, edge("a", "b"), edge("a", "b", d8="40000000000"), keys=keys), world, FILE)
    assert list(column(world, "link", "link_capacity_existing").values()) == ["1", "40"]


def test_labels_are_read_whole_or_not() -> None:
    """Proves that a label with anything beside a rate says none, and that a number before and behind is ambiguous.

    Sensitivity: 2 x 10G x 2 read as 20 or 40.
    """
    assert rate_in("2 x 10G x 2") is None
    assert rate_in("10 Gbps backup") is None
    assert rate_in("") is None
    assert rate_in("0x10G") is None
    found = rate_in("3×OC-3")
    assert found is not None
    assert str(found.all) == "0.46656"
