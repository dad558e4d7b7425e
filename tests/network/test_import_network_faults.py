"""`planner import network`: what is wrong with a file or an option is told, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InvalidInputError, UsageError
from planner.io.network import checks, import_network, xml_tree
from planner.io.network.order import Order
from tests.network.networks import LANZHOU, NATIVE, XML, ZOO, brought, contents, edge, graphml, known, node, said

NESTED = "".join("<a>" for _ in range(12)) + "".join("</a>" for _ in range(12))
ENTITY = "<!DOCTYPE x [<!ENTITY a 'site'>]>"
"""One entity of one word: what is refused is that it is declared at all."""


def swapped(text: str, old: str, new: str) -> str:
    """Return a text with one piece of it changed."""
    assert old in text
    return text.replace(old, new, 1)


NATIVE_FAULTS = {
    "another type": (("type: network", "type: model"), "row 1: the file is a model, not a network"),
    "an unknown section": (("DEMANDS (", "DEMANDZ ("), "row 26, value 'DEMANDZ': not the beginning of a section (did you mean 'DEMANDS'?)"),
    "a section twice": (("DEMANDS (", "NODES ("), "row 26, value 'NODES': the section stands twice"),
    "a section without an end": (("    P_0 ( L1 L2 )\n  )\n)", ""), "value 'ADMISSIBLE_PATHS': the section is not closed"),
    "text between sections": (("# NODE SECTION", "NODE SECTION"), "value 'NODE': not the beginning of a section"),
    "half a place": (("( 103.79 36.06 )", "( 103.79 )"), "row 13, value 'Lanzhou ( 103.79 )': not a line of this section"),
    "no number": (("103.79", "east"), "row 13, column longitude, value 'east': not a number"),
    "a capacity that is no number": (("9920.00", "9920,00"), "row 20, column LINKS, value '9920,00': a decimal comma"),
    "less than nothing": (("9920.00", "-9920.00"), "out of range"),
    "no limit": (("9920.00", "UNLIMITED"), "value 'UNLIMITED': the number must be finite"),
    "half a module": (("( 40000.00 133.00 )", "( 40000.00 )"), "not a line of this section"),
    "a link without its modules": (("0.00 ( )\n  L4", "0.00\n  L4"), "not a line of this section"),
    "an end that is no node": (("( Lanzhou Xi_an )", "( Lanzhou Xian )"), "row 20, value 'Xian': the link ends at a node that is not there (did you mean 'Xi_an'?)"),
    "a node twice": (("Urumqi\n)", "Lanzhou\n)"), "row 16, value 'Lanzhou': the id stands twice, first in row 13"),
    "a link twice": (("L4 (", "L1 ("), "row 23, value 'L1': the id stands twice, first in row 20"),
    "a control character": (("Urumqi\n)", "Urum\x07qi\n)"), "row 16"),
}  # fmt: skip


@pytest.mark.parametrize("name", NATIVE_FAULTS)
def test_faults_of_the_native_format(world: Path, name: str) -> None:
    """Proves that each fault is told with its row and what is expected, and that nothing is written then.

    Sensitivity: a line passed over, a capacity read as 0, half a network.
    """
    change, message = NATIVE_FAULTS[name]
    before = contents(world)
    with pytest.raises(InvalidInputError) as caught:
        brought(swapped(NATIVE, *change), world)
    assert message in said(caught.value)
    assert contents(world) == before


XML_FAULTS = {
    "no end": (("</network>", ""), "the XML is damaged"),
    "an entity": (("<network ", f"{ENTITY}<network "), "its XML declares entities"),
    "an unknown encoding": (("ISO-8859-1", "klingon"), "the XML cannot be read"),
    "no structure": (("networkStructure>", "structure>"), "the XML is damaged"),
    "a node without an id": (('<node id="Urumqi"/>', "<node/>"), "row 13: a node has no id"),
    "a link without an end": (("<source>Lanzhou</source>", ""), "row 16: a link has no source"),
    "a capacity that is no number": (("9920.0", "much"), "row 18, column capacity, value 'much': not a number"),
    "another document": (("<network xmlns", "<networks xmlns"), "the XML is damaged"),
}


@pytest.mark.parametrize("name", XML_FAULTS)
def test_faults_of_xml(world: Path, name: str) -> None:
    """Proves that a document that is damaged, declares entities or lacks a part is refused with its row.

    Sensitivity: an entity expanded, an end guessed.
    """
    change, message = XML_FAULTS[name]
    before = contents(world)
    with pytest.raises(InvalidInputError) as caught:
        brought(swapped(XML, *change), world, "small.xml")
    assert message in said(caught.value)
    assert contents(world) == before


GRAPHML_FAULTS: dict[str, tuple[str, str]] = {
    "two graphs": (ZOO.replace("</graphml>", '<graph edgedefault="directed"/></graphml>'), "it holds 2 graphs"),
    "no graph": (ZOO.split("  <graph ")[0] + "</graphml>", "it holds 0 graphs"),
    "a hyperedge": (ZOO.replace("  </graph>", "<hyperedge/></graph>"), "a hyperedge is not read"),
    "a graph within": (graphml('<node id="a"><graph edgedefault="directed"/></node>'), "a graph stands within a node"),
    "no such end": (graphml(node("a"), edge("a", "b")), "row 17, value 'b': the link ends at a node that is not there"),
    "a node twice": (graphml(node("a"), node("a"), edge("a", "a")), "row 17, value 'a': the id stands twice, first in row 16"),
    "a node without an id": (graphml("<node/>", node("a"), edge("a", "a")), "row 16: a node has no id"),
    "a longitude that is none": (graphml(node("a", place=("216", "36"))), "row 16, column longitude, value '216': out of range"),
    "a speed that is none": (graphml(node("a"), node("b"), edge("a", "b", d8="fast")), "row 18, column LinkSpeedRaw, value 'fast'"),
    "no nodes": (graphml(), "it has no nodes"),
    "no links": (graphml(node("a", place=LANZHOU)), "it has no links"),
    "another root": ("<gexf/>", "its XML is no network: it begins with gexf"),
    "a model of SNDlib": ("<network/>", "it has no networkStructure with nodes and links"),
    "GML": ("graph [ directed 0 ]", "not a network file that is known (SNDlib networks (native or XML) and GraphML are read"),
    "nothing": ("", "not a network file that is known"),
    "a name that forges": (graphml(node("a", "x\u202ey"), node("b"), edge("a", "b")), "the name holds a control or bidirectional character"),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHML_FAULTS)
def test_faults_of_graphml(world: Path, name: str) -> None:
    """Proves that what is no network, or only half of one, is refused with its row and a remedy.

    Sensitivity: the first of two graphs taken, a missing node made up, a hyperedge passed over.
    """
    text, message = GRAPHML_FAULTS[name]
    before = contents(world)
    with pytest.raises(InvalidInputError) as caught:
        brought(text, world, "small.graphml")
    assert message in said(caught.value)
    assert contents(world) == before


def test_faults_are_told_together(world: Path) -> None:
    """Proves that faults of several links and of the scenario are told at once.

    Sensitivity: the first fault ends the reading.
    """
    text = swapped(swapped(NATIVE, "9920.00", "much"), "( Xi_an Beijing ) 0.00", "( Xi_an Beijing ) few")
    (world / "workloads.csv").write_text("workload\n", encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        brought(text, world)
    for part in ("'much'", "'few'", "workloads.csv"):
        assert part in said(caught.value)


LIMITS: dict[str, tuple[Any, str, int, str, str]] = {
    "bytes": (import_network, "FILE_MAX", 100, NATIVE, "bytes; at most 100 are read"),
    "nodes": (checks, "PLACES_MAX", 3, NATIVE, "it has 4 nodes and 4 links; at most 3"),
    "links": (checks, "CABLES_MAX", 2, ZOO, "it has 3 nodes and 3 links; at most 20,000 and 2"),
    "elements": (xml_tree, "ELEMENTS_MAX", 20, ZOO, "more than 20 elements"),
    "depth": (xml_tree, "DEPTH_MAX", 10, f"<graphml>{NESTED}</graphml>", "goes deeper than 10"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits(world: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Proves that each guard against too much ends the reading; the test lowers the limit, so that little trips it.

    Sensitivity: a file read whole before its size is asked for, a tree without a bound.
    """
    module, limit, value, text, message = LIMITS[name]
    monkeypatch.setattr(module, limit, value)
    with pytest.raises(InvalidInputError) as caught:
        brought(text, world)
    assert message in said(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confidence": "sure"}, "choose from published, derived, illustrative"),
        ({"source": "a\x1bb"}, "control"),
        ({"capacity_unit": "furlong"}, "--capacity-unit furlong: name kbit/s"),
        ({"capacity_unit": "0"}, "--capacity-unit 0"),
        ({"detour": 0.9}, "--detour 0.9: a number of at least 1"),
        ({"detour": float("nan")}, "--detour nan"),
        ({"capacity": -1.0}, "--capacity -1"),
        ({"module_cost": float("inf"), "modules_max": 2}, "--module-cost inf"),
        ({"module_cost": 1.0, "modules_max": 0}, "--modules-max 0"),
        ({"capacity_from": "x"}, "are for GraphML"),
    ],
)
def test_wrong_options_are_usage_errors(world: Path, options: dict[str, Any], message: str) -> None:
    """Proves that an option that means nothing is refused before anything is written.

    Sensitivity: a detour that shortens, a price of infinity.
    """
    before = contents(world)
    with pytest.raises(UsageError) as caught:
        brought(NATIVE, world, **options)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2
    assert contents(world) == before


@pytest.mark.parametrize("spoil", [lambda path: path.mkdir(), lambda _: None, lambda path: path.write_bytes(b"\0\1\2")])
def test_files_that_cannot_be_read(world: Path, spoil: Callable[[Path], object]) -> None:
    """Proves that a folder, a missing file and bytes of something else are faults in one line each.

    Sensitivity: a traceback.
    """
    path = world.parents[1] / "small.txt"
    spoil(path)
    with pytest.raises(InvalidInputError) as caught:
        import_network.import_network(path, world, known(), Order())
    assert len(caught.value.faults) == 1


def test_external_documents_are_not_fetched(world: Path) -> None:
    """Proves that a document type that only names its own rules is read, without a look at what it names.

    Sensitivity: the GraphML of older tools refused; a file opened because another asks for it.
    """
    text = swapped(ZOO, "<graphml", '<!DOCTYPE graphml SYSTEM "nothing.dtd"><graphml')
    assert brought(text, world, "small.graphml").links == 3
